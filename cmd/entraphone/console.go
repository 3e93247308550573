package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"entraphone/internal/report"
)

// console is standard error, and the only thing that speaks to people there:
// errors and hints with "entraphone:" in front, in lower case and without a full
// stop; the log; and the progress line. While a progress line stands there, what
// is written goes through it, so that it comes out above the line. Standard
// output is for results alone, so that it can be piped.
type console struct {
	mu       sync.Mutex
	out      io.Writer
	terminal bool
	width    int // of a terminal, 0 where nobody knows
	plain    io.Writer
	file     *logFile // of --log-file; nil without
}

// newConsole finds out whether people look at it: only a terminal gets a
// progress line and colours.
func newConsole(stderr io.Writer) *console {
	file, isFile := stderr.(interface{ Fd() uintptr })
	c := &console{out: stderr, plain: stderr, terminal: isFile && term.IsTerminal(int(file.Fd()))}
	if c.terminal {
		c.width, _, _ = term.GetSize(int(file.Fd())) // 0 where it does not say
	}
	return c
}

// Write writes to where the console points at the moment.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out == c.plain {
		return c.out.Write(p)
	}
	n, err := c.out.Write(slices.Concat([]byte(begin), p))
	return max(0, n-len(begin)), err
}

// begin goes to the beginning of a line. A terminal has written ^C there, where
// somebody has pressed it while a progress line stands above.
const begin = "\r"

// say tells a person something that is no error, in one line. Names in it are as
// [fileNamed] gives them.
func (c *console) say(format string, args ...any) {
	fmt.Fprintf(c, "entraphone: "+format+"\n", args...)
}

// through sends everything through w.
func (c *console) through(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = w
}

// without sends everything to standard error again once leave has returned.
// Nothing is written meanwhile. leave must not write to the console, which would
// wait for itself.
func (c *console) without(leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	leave()
	c.out = c.plain
	_, _ = io.WriteString(c.plain, begin)
}

// laid is how a file was read, in lines that fit a screen where they go to one.
func (c *console) laid(reading string) string {
	const key = len("  country:  ")
	if !c.terminal {
		return reading
	}
	width := cmp.Or(c.width, columns)
	lines := strings.Split(reading, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  ") && len(line) > key {
			lines[i] = line[:key] + report.Wrap(line[key:], width, key)
		} else {
			lines[i] = report.Wrap(line, width, 2)
		}
	}
	return strings.Join(lines, "\n")
}

// explained is what is said of an error: its problems, and what to do.
type explained struct {
	Problems []string `json:"problems"`
	Hint     string   `json:"hint,omitempty"`
}

// explainError is what is to be said. A run that finished with rows that need somebody has said
// so in its summary.
func explainError(err error, command string, code int) (e explained) {
	if err == nil || code == exitRows || isTold(err) {
		return explained{}
	}
	problems := flatten(err)
	if code == exitInterrupted {
		problems = []error{errors.New("interrupted")}
	}
	for _, problem := range problems {
		e.Problems = append(e.Problems, problem.Error())
	}
	e.Hint = hintFor(err, command, code)
	return e
}

// explain tells a person what went wrong, one line a problem, and what to do.
func (c *console) explain(e explained, code int) {
	for _, problem := range e.Problems {
		fmt.Fprintf(c, "entraphone: error: %s\n", onScreen(problem))
	}
	if e.Hint != "" {
		fmt.Fprintf(c, "entraphone: hint: %s\n", onScreen(e.Hint))
	}
	if c.file != nil && len(e.Problems) > 0 {
		log, problems := c.silent(outputOptions{logLevel: "error"}), zerolog.Arr()
		for _, problem := range e.Problems {
			problems.Str(oneLine(problem))
		}
		log.Error().Array("problems", problems).Str("hint", oneLine(e.Hint)).Int("exit_code", code).Msg("the command failed")
	}
}

// oneLine is a text as a line of the log has it.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// onScreen is a text that may have names of files in it, without what a terminal would
// obey. Lines behind the first are indented, so that none looks like a message of
// this program.
func onScreen(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\t", "  "), "\n")
	for i, line := range lines {
		lines[i] = report.Printable(line)
	}
	return strings.Join(lines, "\n  ")
}

// fileNamed is the name of a file on a screen: as it is, or in quotes where it holds
// what is not seen or what a terminal would obey.
func fileNamed(name string) string {
	if report.Printable(name) == name {
		return name
	}
	return strconv.Quote(name)
}

// people reports whether the log is for a person to read as it comes.
func (c *console) people(o outputOptions) bool {
	return o.logFormat == "console" || o.logFormat == "" && c.terminal
}

// record is a logger of what people see from the summary, or by other words: where
// they read the log, only the log file has it, unless they look closer.
func (c *console) record(o outputOptions) zerolog.Logger {
	if c.people(o) && o.level() > zerolog.DebugLevel {
		return c.silent(o)
	}
	return c.logger(o)
}

// silent is a logger that nobody sees: it writes to the log file, if there is one.
func (c *console) silent(o outputOptions) zerolog.Logger {
	if c.file == nil {
		return zerolog.Nop()
	}
	return zerolog.New(c.file).Level(o.level()).With().Timestamp().Logger()
}

// logger writes, without colours on Windows, whose older consoles print the
// codes instead of obeying them, for people or, one JSON object a line, for programs.
func (c *console) logger(o outputOptions) zerolog.Logger {
	var w io.Writer = c
	if c.people(o) {
		w = zerolog.ConsoleWriter{Out: c, NoColor: !c.terminal || runtime.GOOS == "windows", TimeFormat: time.TimeOnly}
	}
	if c.file != nil {
		w = zerolog.MultiLevelWriter(w, c.file)
	}
	return zerolog.New(w).Level(o.level()).With().Timestamp().Logger()
}

// confirm says what will be done, and waits for a yes, unless somebody has said so
// already. Without a terminal or a pipe that says yes, nothing is changed.
func (p process) confirm(ctx context.Context, what string, yes bool) error {
	if what != "" {
		fmt.Fprintln(p.console, what)
	}
	if yes {
		return nil
	}
	fmt.Fprint(p.console, "Go on? [y/N] ")
	var line string
	answered, done := context.WithCancel(ctx)
	var g errgroup.Group
	g.Go(func() error { // nothing ends a read of a terminal but the end of the program
		defer done()
		line, _ = bufio.NewReader(p.stdin).ReadString('\n') // no answer is no
		return nil
	})
	<-answered.Done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !strings.HasSuffix(line, "\n") {
		fmt.Fprintln(p.console)
	}
	if word := strings.ToLower(strings.TrimSpace(line)); word != "y" && word != "yes" {
		return usagef("nothing was changed: say y, or give --yes in scripts")
	}
	return nil
}
