package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// streamFormat names what --output json prints, and its version. Within a version,
// kinds of lines and fields may be added; their names and meanings do not change.
const streamFormat = "entraphone/1"

// outputFlag is the flag of every command that chooses between text and this.
const outputFlag = "output"

// outputFormats are its values.
var outputFormats = []string{"text", "json"}

// stream is standard output for programs: one JSON object a line, the first of which
// names the format and the command, and the last has the exit code, so that a reader
// knows that it has everything. What a command says there stands in kinds.go. People
// get text; whoever prints asks on first. Its methods are called by one goroutine at
// a time.
type stream struct {
	format  string // of --output
	from    string // where that comes from
	command string
	out     *bufio.Writer
	begun   bool // this command speaks it
	headed  bool
	text    bytes.Buffer // of a line
	// held is what was printed of a command that is silent when nothing needs anybody:
	// nobody knows before its end. It is nil for others.
	held   *bytes.Buffer
	failed error // the first that was not written
}

func newStream(stdout io.Writer) *stream {
	return &stream{format: "text", command: "entraphone", out: bufio.NewWriter(stdout)}
}

// on reports whether programs read.
func (s *stream) on() bool { return s != nil && s.format == "json" }

// name is the command that runs; empty outside of the program, as in a test.
func (s *stream) name() string {
	if s == nil {
		return ""
	}
	return s.command
}

// begin takes note of the command.
func (s *stream) begin(command string) {
	s.command, s.begun = command, true
}

// hold keeps back what is printed until the end tells whether anybody needs it.
func (s *stream) hold() {
	if s.on() && s.held == nil {
		s.held = new(bytes.Buffer)
	}
}

// rowKind is the kind of a line about one row, of which a file may have a million.
const rowKind = "row"

// put prints one line: the fields of a value, which is a struct or a map, behind its
// kind. Rows may come late, anything else comes at once. An error comes again at the
// end, so that a caller who goes on all the same may ignore it.
func (s *stream) put(kind string, value any) error {
	s.begun = true
	if !s.headed {
		s.headed = true
		s.line("", headLine{streamFormat, s.command, version()})
	}
	s.line(`"kind":"`+kind+`",`, value)
	if kind != rowKind && s.failed == nil {
		s.failed = s.out.Flush()
	}
	return s.failed
}

// headLine is the first line.
type headLine struct {
	Format  string `json:"format"`
	Command string `json:"command"`
	Version string `json:"version"` // of the program
}

// line encodes to where the stream goes, with something in front of the first field,
// where somebody who looks at lines sees it. Every value has fields.
func (s *stream) line(front string, value any) {
	s.text.Reset()
	encoder := json.NewEncoder(&s.text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	w := io.Writer(s.out)
	if s.held != nil {
		w = s.held
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "{%s%s", front, s.text.Bytes()[1:])
	}
	s.failed = cmp.Or(s.failed, err)
}

// end prints what went wrong and the exit code, and returns the code. A command that
// did not get as far as to know how it should print is known by its arguments. What
// could not be printed is the caller's to tell, as a failure.
func (s *stream) end(p process, command *cobra.Command, e explained, code int) (int, error) {
	if !s.on() && len(e.Problems) > 0 && outputAsked(p.args, p.getenv) {
		s.format = "json"
	}
	if !s.begun {
		s.command = command.Name()
	}
	if !s.on() || !s.begun && len(e.Problems) == 0 {
		return code, nil // as of a help, which is text
	}
	if s.held != nil {
		text := s.held.Bytes()
		if s.held = nil; code == exitDone {
			return code, s.failed
		}
		_, _ = s.out.Write(text) // an error comes again with the next line
	}
	if len(e.Problems) > 0 {
		_ = s.put("error", failure{strings.Join(e.Problems, "; "), e, code})
	}
	if err := s.put("end", endLine{code}); err != nil && (code == exitDone || code == exitRows || code == exitChanges) {
		return exitFailed, fmt.Errorf("printing the output: %w", err)
	}
	return code, nil
}

// outputAsked reports whether arguments that could not be read to their end, or the
// environment, ask for this.
func outputAsked(args []string, getenv func(string) string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	for i, arg := range slices.Backward(args) {
		switch value, given := strings.CutPrefix(arg, "--"+outputFlag+"="); {
		case given:
			return value == "json"
		case arg == "--"+outputFlag && i+1 < len(args):
			return args[i+1] == "json"
		}
	}
	return getenv(configPrefix+"OUTPUT") == "json"
}

// check refuses another value of the flag.
func (s *stream) check() error {
	if slices.Contains(outputFormats, s.format) {
		return nil
	}
	given := s.format
	s.format = "text"
	return &usageError{[]error{meant(fmt.Errorf("--%s %q: give text or json", outputFlag, given), given, outputFormats)}}
}
