package importfile

import "slices"

// FileError is why a file is unfit as a whole, or why the options do not suit it:
// nothing of it is used. Its texts are for people and hold no phone number.
type FileError struct {
	Name   string // the path, or "standard input"
	Found  string // what was found, and what was expected
	Advice string // what to do about it
	Err    error  // the cause, where the system gave one
}

// noRows is about a file of which nothing is left below the heading. A template that
// nobody filled in is told from an export that is empty.
func noRows(name string, skipped []Skipped, long bool) error {
	if !slices.ContainsFunc(skipped, func(s Skipped) bool { return s.What == templateExample }) {
		return &FileError{Name: name, Found: "the file holds a heading and no rows", Advice: "check that the export is complete"}
	}
	each := "person"
	if long {
		each = "phone"
	}
	return &FileError{Name: name, Found: "the file holds nothing but the example of a template", Advice: "write a line for each " + each + " below it, and run again"}
}

// Error is one line with all three parts.
func (e *FileError) Error() string {
	text := "reading " + e.Name + ": " + e.Found
	if e.Advice != "" {
		text += "; " + e.Advice
	}
	return text
}

// Unwrap gives the system's error, such as [io/fs.ErrNotExist].
func (e *FileError) Unwrap() error { return e.Err }

// ExitCode is what the command ends with: the input is unfit. Nothing was sent.
func (e *FileError) ExitCode() int { return 2 }
