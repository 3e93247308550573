package importfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	path := write(t, "user,mobile\nada@example.com,+1 2065550101\n")
	for _, test := range []struct{ path, name string }{{path, path}, {"-", "standard input"}} {
		src, name, err := Open(t.Context(), test.path, strings.NewReader("user,mobile\nada@example.com,+1 2065550101\n"))
		if err != nil || name != test.name {
			t.Fatalf("Open(%q) = %q, %v, want %q", test.path, name, err, test.name)
		}
		f, err := Read(t.Context(), src, Options{Name: name})
		if err != nil || f.Rows.Len() != 1 {
			t.Errorf("Read of %q = %v, want one row", name, err)
		}
		if err := src.Close(); err != nil {
			t.Errorf("closing %q: %v", name, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	folder := t.TempDir()
	tests := []struct {
		path, want string
		cause      error
	}{
		{folder, "this is a folder", nil},
		{filepath.Join(folder, "none.csv"), "there is no such file", fs.ErrNotExist},
		{"", "its name is empty", fs.ErrNotExist},
	}
	for _, test := range tests {
		_, _, err := Open(t.Context(), test.path, nil)
		checkOpenError(t, err, test.want, test.cause)
	}
	// Permission is not refused to everyone who may run this test.
	refused := &fs.PathError{Op: "open", Path: "a.csv", Err: fs.ErrPermission}
	checkOpenError(t, pathError("a.csv", refused), "permission to read it was refused", fs.ErrPermission)
}

func checkOpenError(t *testing.T, err error, want string, cause error) {
	t.Helper()
	var unfit *FileError
	if !errors.As(err, &unfit) || unfit.Advice == "" || !strings.Contains(err.Error(), want) {
		t.Errorf("error = %v, want a FileError with advice that says %q", err, want)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("error %v does not wrap %v", err, cause)
	}
}

func TestFileChanges(t *testing.T) {
	const text = "user,mobile\nada@example.com,+1 2065550101\n"
	changes := map[string]func(path string) error{
		"longer":  func(path string) error { return os.WriteFile(path, []byte(text+text), 0o600) },
		"shorter": func(path string) error { return os.Truncate(path, 12) },
		"longer within the clock's step": func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(text+text), 0o600); err != nil {
				return err
			}
			return os.Chtimes(path, time.Time{}, info.ModTime())
		},
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) },
	}
	for name, change := range changes {
		path := write(t, text)
		src, _, err := Open(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		// Half of the file is read before the change.
		if _, err := io.ReadFull(src, make([]byte, 20)); err != nil {
			t.Fatal(err)
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		_, err = Read(t.Context(), io.MultiReader(strings.NewReader(text[:20]), src), Options{Name: path})
		var unfit *FileError
		if !errors.As(err, &unfit) || !strings.Contains(err.Error(), "changed while it was being read") {
			t.Errorf("%s: Read = %v, want that the file changed", name, err)
		}
	}
}
