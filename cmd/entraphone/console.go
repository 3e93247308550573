package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
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
// stop; the log; and what a run under way looks like, which stays below all that is
// written. Standard output is for results alone, so that it can be piped.
type console struct {
	mu       sync.Mutex
	out      io.Writer
	fd       uintptr // of a terminal
	terminal bool
	read     bool     // as it comes, by a person: a terminal, or what writes to one
	width    int      // of a terminal, 0 where nobody knows
	obeys    bool     // escape sequences
	colours  bool     // wanted, and possible
	live     *live    // while a run is under way
	file     *logFile // of --log-file; nil without
	tenant   string   // whose run it tells of, where there are several
}

// newConsole finds out whether people look at it: only a terminal shows a run under
// way.
func newConsole(stderr io.Writer) *console {
	c := &console{out: stderr}
	if c.fd, c.terminal = terminalOf(stderr); c.terminal {
		c.width, _, _ = term.GetSize(int(c.fd)) // 0 where it does not say
	}
	c.read = c.terminal
	if tenant, is := stderr.(*naming); is {
		c.read = tenant.out.to.terminal
	}
	return c
}

// terminalOf finds out whether a standard stream is a terminal.
func terminalOf(stream any) (fd uintptr, is bool) {
	file, isFile := stream.(interface{ Fd() uintptr })
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	return file.Fd(), true
}

// believe takes from the environment what the terminal can do, and what its owner
// wants: https://no-color.org. There are no colours on Windows, whose older consoles
// print the codes instead of obeying them.
func (c *console) believe(getenv func(string) string) {
	c.obeys = c.terminal && obeys(c.fd, getenv("TERM"))
	c.colours = c.obeys && getenv("NO_COLOR") == "" && runtime.GOOS != "windows"
}

// Write writes above what a run under way looks like.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == nil {
		return c.out.Write(p)
	}
	if err := c.live.draw(p, c.live.lines); err != nil {
		return 0, err
	}
	return len(p), nil
}

// say tells a person something that is no error, in one line. Names in it are as
// [fileNamed] gives them.
func (c *console) say(format string, args ...any) {
	fmt.Fprintf(c, "entraphone: "+format+"\n", args...)
}

// size is that of the terminal at the moment, and that of old ones where it does not
// say.
func (c *console) size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(c.fd))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// begin makes room for a run under way.
func (c *console) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live = &live{out: c.out, size: c.size, obeys: c.obeys}
}

// show shows what a run looks like by now. That it cannot is no reason to end it.
func (c *console) show(now time.Time, v *view) {
	c.mu.Lock()
	defer c.mu.Unlock()
	columns, rows := c.size()
	if !c.obeys {
		rows = 1
	}
	_ = c.live.draw(nil, v.lines(now, columns, rows))
}

// end takes away what a run looked like.
func (c *console) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == nil {
		return
	}
	_ = c.live.draw(nil, nil) // a terminal that is gone shows nothing anyway
	c.live = nil
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
	return o.logFormat == "console" || o.logFormat == "" && c.read
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

// logger writes for people or, one JSON object a line, for programs.
func (c *console) logger(o outputOptions) zerolog.Logger {
	var w io.Writer = c
	if c.people(o) {
		w = zerolog.ConsoleWriter{Out: c, NoColor: !c.colours, TimeFormat: time.TimeOnly}
	}
	if c.file != nil {
		w = zerolog.MultiLevelWriter(w, c.file)
	}
	return zerolog.New(w).Level(o.level()).With().Timestamp().Logger()
}

// confirm says what will be done, and waits for a yes, unless somebody has said so
// already.
func (p process) confirm(ctx context.Context, what string, yes bool) error {
	if what != "" {
		fmt.Fprintln(p.console, what)
	}
	if yes {
		return nil
	}
	return p.ask(ctx, "Go on?")
}

// ask waits for a yes. Without a terminal or a pipe that says yes, nothing is changed.
func (p process) ask(ctx context.Context, question string) error {
	fmt.Fprintf(p.console, "%s [y/N] ", question)
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
		fmt.Fprintln(p.console) // the terminal has written ^C behind the question
		return unansweredError{ctx.Err()}
	}
	if !strings.HasSuffix(line, "\n") {
		fmt.Fprintln(p.console)
	}
	if word := strings.ToLower(strings.TrimSpace(line)); word != "y" && word != "yes" {
		return usagef("nothing was changed: say y, or give --yes in scripts")
	}
	return nil
}

// unansweredError ends a command that was interrupted while it asked.
type unansweredError struct{ error }

func (e unansweredError) Unwrap() error { return e.error }

func (unansweredError) Advice() string { return "nothing was changed" }
