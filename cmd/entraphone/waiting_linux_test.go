package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whoever is to send the file may never do so: an interrupt ends the waiting at
// once, wherever it waits, and leaves no copy of what came so far.
func TestWaitingForInputIsInterrupted(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "users.csv")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	// What still waits when the test ends is let go.
	t.Cleanup(func() {
		if both, err := os.OpenFile(fifo, os.O_RDWR, 0); err == nil {
			_ = both.Close()
		}
	})
	for _, args := range [][]string{
		{"check", fifo}, {"import", fifo, "--simulate"}, {"check", "-"}, {"import", "-", "--simulate"}, {"plan", "-", "--simulate"}, {"remove", "-", "--simulate", "--yes"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			stdin, writer := io.Pipe()
			defer writer.Close()
			begun := make(chan struct{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if args[1] == "-" {
				time.AfterFunc(0, func() {
					_, _ = io.WriteString(writer, "UPN,Mobile\n") // returns when it is read
					close(begun)
					time.AfterFunc(50*time.Millisecond, cancel)
				})
			} else {
				close(begun)
				time.AfterFunc(300*time.Millisecond, cancel)
			}
			state := t.TempDir()
			if args[0] != "check" {
				args = append(args, "--state", state)
			}
			var stdout, stderr bytes.Buffer
			code := run(ctx, process{args: args, getenv: func(string) string { return "" }, stdin: stdin, stdout: &stdout, stderr: &stderr})
			<-begun
			if code != exitInterrupted {
				t.Errorf("exit code %d, want 130; stdout %q, stderr %q", code, stdout.String(), stderr.String())
			}
			if left, err := filepath.Glob(filepath.Join(state, "input-*")); err != nil || len(left) != 0 {
				t.Errorf("copies %v (%v) are left", left, err)
			}
		})
	}
}

// The same by a signal, in a process of its own.
func TestSignalEndsWaiting(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		fifo := filepath.Join(t.TempDir(), "users.csv")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		command, out := program(t, "check", fifo)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		writer, err := os.OpenFile(fifo, os.O_WRONLY, 0) // returns when it is opened for reading
		if err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
		if _, err := io.WriteString(writer, "UPN,Mobile\n"); err != nil {
			t.Error(err)
		}
		if err := command.Process.Signal(signal); err != nil {
			t.Error(err)
		}
		_ = command.Wait()
		kill.Stop()
		_ = writer.Close()
		if code := command.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("%v: exit code %d, want 130: %s", signal, code, out)
		}
	}
}
