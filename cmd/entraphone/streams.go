package main

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// keepWriting has a write to a standard stream whose reader has gone away fail,
// where the system would end the process. The signal is caught rather than
// ignored: programs that are started inherit what is ignored.
func keepWriting() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

// pipe is a standard stream whose reader may leave before the end, as head does.
// What is written from then on is dropped, because the work is not about who reads
// of it. Any other error is the writer's: on a full disk a result is lost that
// somebody waits for.
type pipe struct{ file *os.File }

func (p pipe) Write(text []byte) (int, error) {
	n, err := p.file.Write(text)
	if readerLeft(err) {
		return len(text), nil
	}
	return n, err
}

// Fd lets the console find out whether it is a terminal.
func (p pipe) Fd() uintptr { return p.file.Fd() }

// readerLeft knows the two errors of Windows, which are those of
// https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-: the
// pipe has been ended, and the pipe is being closed.
func readerLeft(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, syscall.Errno(109)) || errors.Is(err, syscall.Errno(232))
	}
	return errors.Is(err, syscall.EPIPE)
}
