package importfile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sync/errgroup"
)

// StandardInput is the path that means standard input.
const StandardInput = "-"

// Open opens the file at path for [Read], or takes stdin when path is "-". It also
// returns the name that messages should use. Errors are of type *[FileError]. A
// regular file that has changed by the time its end is reached makes the last Read
// return a *FileError instead of [io.EOF]. The caller closes what it gets; standard
// input stays open.
//
// Whoever writes into a pipe may take any time: when ctx ends, Open and the reads
// return its error at once.
func Open(ctx context.Context, path string, stdin io.Reader) (io.ReadCloser, string, error) {
	if path == StandardInput {
		return &awaited{ctx: ctx, ReadCloser: io.NopCloser(stdin)}, "standard input", nil
	}
	f, err := await(ctx, func() (*os.File, error) { return os.Open(path) })
	if ctx.Err() != nil {
		return nil, path, ctx.Err()
	}
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
	if !info.Mode().IsRegular() {
		return &awaited{ctx: ctx, ReadCloser: f}, path, nil
	}
	return &source{File: f, opened: info}, path, nil
}

// await returns when the work is done, or when the context ends. Nothing ends a
// call of the system that waits for others: it is left alone then, and ends with
// the program at last.
func await[T any](ctx context.Context, work func() (T, error)) (result T, err error) {
	type outcome struct {
		result T
		err    error
	}
	done := make(chan outcome, 1)
	var g errgroup.Group
	g.Go(func() error {
		result, err := work()
		done <- outcome{result, err}
		return nil
	})
	select {
	case <-ctx.Done():
		return result, ctx.Err()
	case o := <-done:
		return o.result, o.err
	}
}

// awaited is what may keep its reader waiting. Bytes pass through a buffer of its
// own: a read that nobody waits for any more must not write into the caller's.
type awaited struct {
	ctx context.Context
	io.ReadCloser
	buffer []byte
}

func (a *awaited) Read(p []byte) (int, error) {
	if a.ctx.Err() != nil {
		return 0, a.ctx.Err()
	}
	if len(a.buffer) < len(p) {
		a.buffer = make([]byte, len(p))
	}
	buffer := a.buffer[:len(p)]
	n, err := await(a.ctx, func() (int, error) { return a.ReadCloser.Read(buffer) })
	copy(p, buffer[:n])
	return n, err
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

// source is a regular file that looks, at its end, whether it is still the file it
// was: half of an old and half of a new export would be imported otherwise. A program that writes a new file and renames
// it leaves the open one whole, which is read to its end.
type source struct {
	*os.File
	opened fs.FileInfo
}

// Read returns the refusal in place of [io.EOF]: everything has been read by then,
// and nothing has been sent.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.File.Read(p)
	if err != io.EOF {
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
