package importfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// StandardInput is the path that means standard input.
const StandardInput = "-"

// Open opens the file at path for [Read], or takes stdin when path is "-". It also
// returns the name that messages should use. Errors are of type *[FileError]. A
// regular file that has changed by the time its end is reached makes the last Read
// return a *FileError instead of [io.EOF]. The caller closes what it gets; standard
// input stays open.
func Open(path string, stdin io.Reader) (io.ReadCloser, string, error) {
	if path == StandardInput {
		return io.NopCloser(stdin), "standard input", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, path, pathError(path, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, path, pathError(path, err)
	}
	// To open a folder succeeds; only the first read would fail, and say less.
	if info.IsDir() {
		f.Close()
		return nil, path, &FileError{Name: path, Found: "this is a folder", Advice: "name the CSV file in it"}
	}
	return &source{File: f, opened: info}, path, nil
}

// pathError says in our words why a path cannot be opened. The system's error is
// kept, so that callers can ask for [fs.ErrNotExist].
func pathError(path string, err error) error {
	e := &FileError{Name: path, Found: err.Error(), Err: err}
	switch {
	case path == "":
		e.Name, e.Found, e.Advice = "the file", "its name is empty", "name a CSV file, or - for standard input"
	case errors.Is(err, fs.ErrNotExist):
		e.Found, e.Advice = "there is no such file", "check the path; - reads standard input"
	case errors.Is(err, fs.ErrPermission):
		e.Found, e.Advice = "permission to read it was refused", "grant this account the right to read the file"
	}
	return e
}

// source is an open file that looks, at its end, whether it is still the file it
// was: half of an old and half of a new export would be imported otherwise. Pipes
// and devices have no size to compare. A program that writes a new file and renames
// it leaves the open one whole, which is read to its end.
type source struct {
	*os.File
	opened fs.FileInfo
}

// Read returns the refusal in place of [io.EOF]: everything has been read by then,
// and nothing has been sent.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.File.Read(p)
	if err != io.EOF || !s.opened.Mode().IsRegular() {
		return n, err
	}
	now, statErr := s.Stat()
	if statErr != nil {
		return n, statErr
	}
	// A file that a program appends to, or writes anew in place, differs in one of
	// both.
	if now.Size() != s.opened.Size() || !now.ModTime().Equal(s.opened.ModTime()) {
		return n, &FileError{
			Name:   s.Name(),
			Found:  "the file changed while it was being read",
			Advice: "wait until it is written completely, and run again",
		}
	}
	return n, io.EOF
}
