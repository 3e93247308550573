package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/plan"
	"entraphone/internal/report"
)

// checkCommand reads and validates a file, offline. It reads and plans as import
// does, so that both find the same.
type checkCommand struct {
	process
	file    fileOptions
	format  string
	explain bool
}

const checkHelp = `Read and validate a CSV of phones, offline: no sign-in, no network.

Usage:
  entraphone check FILE [flags]

Examples:
  entraphone check users.csv
  entraphone check users.csv --map user="Work Email" --format json
`

func newCheckCommand(p process) *cobra.Command {
	c := &checkCommand{process: p}
	command := &cobra.Command{
		Use:   "check FILE",
		Short: "Read and validate a CSV of phones, offline",
		Args:  oneFile,
		RunE: func(command *cobra.Command, args []string) error {
			c.file.path = args[0]
			return c.run(command.Context())
		},
	}
	setHelp(command, checkHelp, checkExitHelp, c.file.flags(c.getenv), c.flags())
	return command
}

func (c *checkCommand) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Findings", pflag.ContinueOnError)
	set.StringVar(&c.format, "format", "text", "print the findings in this `FORMAT`: text, or json for one object a row")
	set.BoolVar(&c.explain, "explain", false, "print how the file is read as a profile, ready to be saved for --profile, and nothing of its rows")
	return set
}

func (c *checkCommand) run(ctx context.Context) error {
	print, known := map[string]func(io.Writer, *importfile.File, *authmethod.Results) error{"text": printText, "json": printJSON}[c.format]
	if !known {
		return usagef("--format %q: give text or json", c.format)
	}
	in, err := readInput(ctx, c.process, c.file, "")
	if err != nil {
		return err
	}
	if c.stream.on() {
		_ = c.stream.put("reading", newReading(in)) // an error comes again with the total
	}
	if c.explain {
		return c.printProfile(in)
	}
	planned := plan.Build(&in.Rows, plan.Policy{})
	results := authmethod.NewResults(&in.Rows, planned.Findings)
	for _, d := range planned.Decisions {
		results.Set(d.Row, d.Result)
	}
	out := bufio.NewWriter(c.stdout)
	switch {
	case c.stream.on():
		print = c.tellRows
	case c.format == "text":
		fmt.Fprintln(out, newConsole(c.stdout).laid(in.Reading.String())) // an error comes again with Flush
	}
	if err := errors.Join(print(out, in.File, results), out.Flush()); err != nil {
		return fmt.Errorf("printing the findings: %w", err)
	}
	if results.Counts()[authmethod.Rejected] > 0 {
		return rowsError{}
	}
	return nil
}

// printProfile prints how the file was read as a profile, ready to be saved, and
// in words beside it.
func (c *checkCommand) printProfile(in *input) error {
	fmt.Fprintln(c.console, c.console.laid(in.Reading.String()))
	profile := in.Reading.Profile(in.options)
	if c.stream.on() {
		var text bytes.Buffer
		err := profile.Write(&text)
		return printed("the profile", cmp.Or(err, c.stream.put("profile", map[string]string{"yaml": text.String()})))
	}
	return printed("the profile", profile.Write(c.stdout))
}

// tellRows prints the rows and their total for programs.
func (c *checkCommand) tellRows(_ io.Writer, file *importfile.File, results *authmethod.Results) error {
	for n := range file.Rows.All() {
		if err := c.stream.put(rowKind, newCheckedRow(file, results, n)); err != nil {
			return err
		}
	}
	return c.stream.put("total", newCheckTotal(file, results))
}

// checkedRow is one line of --format json, and of kind row. Fields may be added; their names
// and meanings do not change.
type checkedRow struct {
	Line        int32                `json:"line"`
	User        string               `json:"user"`
	PhoneType   string               `json:"phoneType"`
	PhoneNumber string               `json:"phoneNumber"` // empty when the row would be rejected
	Problems    []authmethod.Problem `json:"problems"`
	Notes       []authmethod.Problem `json:"notes"`
}

func printJSON(w io.Writer, file *importfile.File, results *authmethod.Results) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for n := range file.Rows.All() {
		if err := encoder.Encode(newCheckedRow(file, results, n)); err != nil {
			return err
		}
	}
	return nil
}

func newCheckedRow(file *importfile.File, results *authmethod.Results, n authmethod.RowNumber) checkedRow {
	row, found, none := file.Rows.At(n), results.Findings(n), []authmethod.Problem{} // an empty list, never null
	line := checkedRow{row.Line, row.User, string(row.PhoneType), row.Number.Graph(), append(none, found.Problems...), append(none, found.Notes...)}
	if len(found.Problems) > 0 {
		line.PhoneNumber = ""
	}
	return line
}

// printText prints what stands in the way of every rejected row, and the notes
// gathered by their kind, since a file that needs one repair needs it often.
func printText(w io.Writer, file *importfile.File, results *authmethod.Results) error {
	notes := noteKinds{counts: map[authmethod.Problem]int{}, byKind: map[authmethod.Problem]*firstNote{}}
	reasons := map[string]int{}
	for n, row := range file.Rows.All() {
		found := results.Findings(n)
		notes.add(row, found.Notes)
		for i, p := range found.Problems {
			if i == 0 {
				reasons[p.Code.Word()]++
			}
			if _, err := fmt.Fprintf(w, "%s:%d: %s%s; %s [%s]\n", file.Reading.Name, row.Line, who(file, row, p.Code), p.Message, p.Advice, p.Code.Word()); err != nil {
				return err
			}
		}
	}
	notes.print(w, file.Reading.Name)
	printReasons(w, reasons)
	counts := results.Counts()
	_, err := fmt.Fprintf(w, "%d rows: %d to be sent, %d rejected, %d duplicates, %d held back; %d with notes\n",
		file.Rows.Len(), counts[authmethod.NotAttempted], counts[authmethod.Rejected], counts[authmethod.Duplicate], counts[authmethod.Dependency], notes.rows)
	return err
}

// printReasons says how often each reason for a rejection stands first in its
// row, the commonest first, where there are several.
func printReasons(w io.Writer, reasons map[string]int) {
	if len(reasons) < 2 {
		return
	}
	words := slices.SortedFunc(maps.Keys(reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b))
	})
	for i, word := range words {
		words[i] = fmt.Sprintf("%s %d", word, reasons[word])
	}
	fmt.Fprintf(w, "rejected by reason: %s\n", strings.Join(words, ", "))
}

// who names a row by what its cells say, and the cell of the phone where that is
// what is wrong; nothing where they say nothing.
func who(file *importfile.File, row *authmethod.Row, code authmethod.Code) string {
	name := strings.TrimSpace(row.User + " " + string(row.PhoneType))
	if code.Entry().OfPhone && row.Column > 0 {
		name += fmt.Sprintf(", column %d %q, cell %q", row.Column, file.Reading.Heading(int(row.Column)), row.Input)
	}
	if name == "" {
		return ""
	}
	return report.Printable(name) + ": "
}

// noteKinds counts notes by their kind, in the order in which they first come.
type noteKinds struct {
	counts map[authmethod.Problem]int
	first  []*firstNote
	byKind map[authmethod.Problem]*firstNote
	rows   int
}

// firstNote is a kind of note as it is printed: once, for all rows that have it.
type firstNote struct {
	lines []int32            // the first few that have it
	note  authmethod.Problem // as it first came
	kind  authmethod.Problem
}

// maxNoteLines is how many lines a note names.
const maxNoteLines = 10

func (f *firstNote) where(rows int) string {
	var names []string
	for _, line := range slices.Compact(f.lines) {
		names = append(names, strconv.Itoa(int(line)))
	}
	text := plural("line", len(names)) + " " + strings.Join(names, ", ")
	if rows > len(f.lines) {
		text += " and more"
	}
	return text
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// kindOf is what notes have in common that are printed once: the repair, or for
// a shared number who shares it.
func kindOf(note authmethod.Problem) authmethod.Problem {
	if note.Code == authmethod.CodeSharedNumber {
		return note
	}
	return authmethod.Problem{Code: note.Code}
}

func (k *noteKinds) add(row *authmethod.Row, notes []authmethod.Problem) {
	if len(notes) > 0 {
		k.rows++
	}
	for _, note := range notes {
		kind := kindOf(note)
		if k.counts[kind]++; k.counts[kind] == 1 {
			f := &firstNote{note: note, kind: kind}
			k.byKind[kind] = f
			k.first = append(k.first, f)
		}
		if f := k.byKind[kind]; len(f.lines) < maxNoteLines {
			f.lines = append(f.lines, row.Line)
		}
	}
}

func (k *noteKinds) print(w io.Writer, name string) {
	for _, f := range k.first {
		text := f.note.Message
		if f.note.Advice != "" {
			text += "; " + f.note.Advice
		}
		fmt.Fprintf(w, "%s:%d: note: %s [%s, rows: %d, %s]\n", name, f.lines[0], text, f.note.Code.Word(), k.counts[f.kind], f.where(k.counts[f.kind]))
	}
}
