package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// sameSignal is how soon behind a signal another one is the same: timeout(1) sends two at
// once, one to the process and one to its group.
const sameSignal = time.Second

// main hands the process over to run. The first signal stops the run in good
// order; by the second the system ends the process, and the journal says what
// was sent.
func main() {
	keepWriting()
	// net/http prints answers there that nobody has asked for, as they came. What is
	// worth telling we log ourselves.
	log.SetOutput(io.Discard)
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() { time.AfterFunc(sameSignal, stop) }) // a second signal kills
	os.Exit(run(ctx, process{args: os.Args[1:], getenv: os.Getenv, stdin: os.Stdin, stdout: pipe{os.Stdout}, stderr: os.Stderr}))
}
