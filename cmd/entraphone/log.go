package main

import (
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"
)

// console is standard error. While a progress line stands there, what is
// written goes through it, so that it comes out above the line.
type console struct {
	mu       sync.Mutex
	out      io.Writer
	terminal bool
	plain    io.Writer
}

func newConsole(stderr io.Writer) *console {
	file, isFile := stderr.(*os.File)
	return &console{out: stderr, plain: stderr, terminal: isFile && term.IsTerminal(int(file.Fd()))}
}

// Write writes to where the console points at the moment.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}

// through sends everything through w until it is called with nil.
func (c *console) through(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w == nil {
		w = c.plain
	}
	c.out = w
}

// people says that the log is for a person to read as it comes.
func (c *console) people(o outputOptions) bool {
	return o.logFormat == "console" || o.logFormat == "" && c.terminal
}

// audit is the level of the lines that say that a run begins and ends. People
// see that from the summary.
func (c *console) audit(o outputOptions) zerolog.Level {
	if c.people(o) {
		return zerolog.DebugLevel
	}
	return zerolog.InfoLevel
}

// logger writes, without colours on Windows, whose older consoles print the
// codes instead of obeying them, for people or, one JSON object a line, for programs.
func (c *console) logger(o outputOptions) zerolog.Logger {
	var w io.Writer = c
	if c.people(o) {
		w = zerolog.ConsoleWriter{Out: c, NoColor: !c.terminal || runtime.GOOS == "windows", TimeFormat: time.TimeOnly}
	}
	return zerolog.New(w).Level(o.level()).With().Timestamp().Logger()
}
