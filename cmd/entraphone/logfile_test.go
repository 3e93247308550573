package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Whatever its size, and whoever else writes to it, a log loses no line of the last six
// files, and keeps no more.
func TestLogFileRotates(t *testing.T) {
	const lines, size = 100, 95 // nine lines of ten bytes in each file
	path := filepath.Join(t.TempDir(), "log")
	log, err := openLogFile(path, size, func(err error) { t.Errorf("it complains: %v", err) })
	if err != nil {
		t.Fatal(err)
	}
	other, err := openLogFile(path, size, log.tell)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = log.file.Close(), other.file.Close() }()
	for n := range lines {
		writes := log
		if n >= 50 && n%9 == 0 && runtime.GOOS != "windows" { // another process has it open as well
			writes = other
		}
		fmt.Fprintf(writes, "line %4d\n", n)
	}
	var text string
	for n := keptLogs; n >= 0; n-- {
		name := path
		if n > 0 {
			name = fmt.Sprintf("%s.%d", path, n)
		}
		part := readText(t, name)
		if len(part) > size {
			t.Errorf("%s has %d bytes, want at most %d", name, len(part), size)
		}
		info, err := os.Stat(name)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v (%v), want 0600", name, info.Mode(), err)
		}
		text += part
	}
	var want strings.Builder
	for n := lines - strings.Count(text, "\n"); n < lines; n++ {
		fmt.Fprintf(&want, "line %4d\n", n)
	}
	if text != want.String() || len(text) < keptLogs*90 {
		t.Errorf("the files hold\n%s", text)
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != keptLogs+1 {
		t.Errorf("kept %v, want %d files", files, keptLogs+1)
	}
}

// What cannot be written is told once, and ends nothing; what comes later is written
// on lines of its own where it can be.
func TestLogFileThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var told []error
	log, err := openLogFile(path, 1<<20, func(err error) { told = append(told, err) })
	if err != nil {
		t.Fatal(err)
	}
	_ = log.file.Close()
	for range 3 {
		if n, err := log.Write([]byte("lost\n")); n != 5 || err != nil {
			t.Errorf("a write returns %d and %v, want 5 and none", n, err)
		}
	}
	if len(told) != 1 || !errors.Is(told[0], os.ErrClosed) {
		t.Errorf("it tells %v, want that the file is closed, once", told)
	}
	if err := os.WriteFile(path, []byte("half a li"), 0o600); err != nil {
		t.Fatal(err)
	}
	log.file, log.torn = nil, true
	fmt.Fprintln(log, "whole")
	if text := readText(t, path); text != "half a li\nwhole\n" {
		t.Errorf("the log holds %q", text)
	}
	_ = log.file.Close()
}

// Where it cannot begin anew, it goes on as it is, and says so.
func TestLogFileThatCannotBeRenamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.MkdirAll(filepath.Join(path+".1", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path+".2", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	told := 0
	log, err := openLogFile(path, 15, func(error) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.file.Close() }()
	log.older = 2
	for n := range 4 {
		fmt.Fprintf(log, "line %4d\n", n)
	}
	if text := readText(t, path); told != 1 || strings.Count(text, "\n") != 4 {
		t.Errorf("it tells %d times, want once, and holds\n%s", told, text)
	}
}
