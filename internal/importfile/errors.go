package importfile

// FileError says that a file is unfit as a whole, or that the options do not
// suit it: nothing of it is used.
type FileError struct {
	Name   string // the path, or "standard input"
	Found  string // what was found, and what was expected
	Advice string // what to do about it
	Err    error  // the cause, where the system gave one
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
