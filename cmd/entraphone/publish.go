package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/natefinch/atomic"
)

// publish writes a file that only its owner can read, and lets it take its
// place only when it is whole.
func publish(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".entraphone-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // does nothing after the rename
	out := bufio.NewWriter(file)
	err = write(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return atomic.ReplaceFile(file.Name(), path)
}
