package journal

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// packedEnd is added to the name of a journal that was packed. Where both stand
// there, a process died while it packed or unpacked, and the plain one counts.
const packedEnd = ".gz"

// inside opens a file of the folder of a run, and nothing that a link in it leads to.
func inside(path string, flag int) (*os.File, error) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.OpenFile(filepath.Base(path), flag, 0o600)
	if named := new(fs.PathError); errors.As(err, &named) {
		err = &fs.PathError{Op: "open", Path: path, Err: named.Err}
	}
	return file, err
}

// Open opens a journal to be read from its beginning, be it packed or not. Where
// there is none, the error wraps fs.ErrNotExist.
func Open(path string) (io.ReadCloser, error) {
	file, err := inside(path, os.O_RDONLY)
	if err == nil {
		return file, nil
	}
	packed, missing := inside(path+packedEnd, os.O_RDONLY)
	if missing != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	plain, err := gzip.NewReader(bufio.NewReader(packed))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the journal: %w", err), packed.Close())
	}
	return unpacking{plain, packed}, nil
}

// unpacking reads a packed journal.
type unpacking struct {
	io.Reader
	file *os.File
}

// Read tells a packed journal that is cut off from one whose end was torn off before it
// was packed, which is whole.
func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("what was packed is cut off")
	}
	return n, err
}

func (u unpacking) Close() error { return u.file.Close() }

// Pack compresses the journal of a run that is over, to about a tenth. It can be read
// and gone on with as before. A failure leaves the journal as it was.
func Pack(path string) error {
	err := copied(path, path+packedEnd, func(from io.Reader, to io.Writer) error {
		packed := gzip.NewWriter(to)
		_, err := io.Copy(packed, from)
		return errors.Join(err, packed.Close())
	})
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("packing the journal: %w", err)
	}
	return nil
}

// unpack makes a packed journal one that can be appended to. It does nothing where
// there is such a one.
func unpack(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return copied(path, path, func(from io.Reader, to io.Writer) error {
		_, err := io.Copy(to, from)
		return err
	})
}

// copied writes a journal anew, so that the file is whole or not there.
func copied(path, to string, write func(io.Reader, io.Writer) error) error {
	from, err := Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	unfinished := to + ".new"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := inside(unfinished, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	if err = errors.Join(write(from, file), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(unfinished))
	}
	return os.Rename(unfinished, to)
}
