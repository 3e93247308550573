package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/plan"
)

// checkCommand reads and validates a file, offline.
type checkCommand struct {
	process
	file    fileOptions
	format  string
	explain bool
}

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
	setHelp(command, checkHelp, exitHelp, c.file.flags(), c.flags())
	return command
}

func (c *checkCommand) run(ctx context.Context) error {
	print, known := map[string]func(io.Writer, *importfile.File, *plan.Plan) error{"text": printText, "json": printJSON}[c.format]
	if !known {
		return &usageError{[]error{fmt.Errorf("--format %q: give text or json", c.format)}}
	}
	file, err := readFile(ctx, c.process, c.file, nil)
	if err != nil {
		return err
	}
	if c.explain {
		return c.printProfile(file)
	}
	planned := plan.Build(&file.Rows)
	out := bufio.NewWriter(c.stdout)
	if err := print(out, file, planned); err != nil {
		return fmt.Errorf("printing the findings: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("printing the findings: %w", err)
	}
	for _, row := range file.Rows.All() {
		if row.Rejected() {
			return rowsError{}
		}
	}
	return nil
}

// printProfile prints how the file was read as a profile, ready to be saved, and
// in words beside it.
func (c *checkCommand) printProfile(file *importfile.File) error {
	fmt.Fprintln(c.stderr, file.Reading)
	options, err := c.file.reading(file.Reading.Name)
	if err != nil {
		return err
	}
	if err := file.Reading.Profile(options).Write(c.stdout); err != nil {
		return fmt.Errorf("printing the profile: %w", err)
	}
	return nil
}

// checkedRow is one line of --format json. Fields may be added; their names
// and meanings do not change.
type checkedRow struct {
	Line        int32                `json:"line"`
	User        string               `json:"user"`
	PhoneType   string               `json:"phoneType"`
	PhoneNumber string               `json:"phoneNumber"` // empty when the row would be rejected
	Problems    []authmethod.Problem `json:"problems"`
	Notes       []authmethod.Problem `json:"notes"`
}

func printJSON(w io.Writer, file *importfile.File, _ *plan.Plan) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	none := []authmethod.Problem{} // an empty list, never null
	for _, row := range file.Rows.All() {
		line := checkedRow{row.Line, row.User, string(row.PhoneType), row.Number.Graph(), none, none}
		if len(row.Problems()) > 0 {
			line.Problems = row.Problems()
		}
		if len(row.Notes()) > 0 {
			line.Notes = row.Notes()
		}
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// printText prints what stands in the way of every rejected row, and the notes
// gathered by their kind, since a file that needs one repair needs it often.
func printText(w io.Writer, file *importfile.File, planned *plan.Plan) error {
	if _, err := fmt.Fprintln(w, file.Reading); err != nil {
		return err
	}
	rejected, notes := 0, noteKinds{counts: map[authmethod.Problem]int{}, byKind: map[authmethod.Problem]*firstNote{}}
	for _, row := range file.Rows.All() {
		notes.add(row)
		if !row.Rejected() {
			continue
		}
		rejected++
		for _, p := range row.Problems() {
			if _, err := fmt.Fprintf(w, "%s:%d: %s: %s; %s [%s]\n", file.Reading.Name, row.Line, who(row), p.Message, p.Advice, p.Code); err != nil {
				return err
			}
		}
	}
	notes.print(w, file.Reading.Name)
	decided := map[authmethod.Outcome]int{}
	for _, d := range planned.Decisions {
		decided[d.Outcome]++
	}
	_, err := fmt.Fprintf(w, "%d rows: %d to be sent, %d rejected, %d duplicates, %d held back; %d with notes\n",
		file.Rows.Len(), file.Rows.Len()-rejected-len(planned.Decisions), rejected, decided[authmethod.Duplicate], decided[authmethod.Dependency], notes.rows)
	return err
}

// who names a row by what its cells say, without anything that a terminal would
// obey or that would look like another line.
func who(row *authmethod.Row) string {
	name := strings.TrimSpace(row.User + " " + string(row.PhoneType))
	if name == "" {
		return "line"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, name)
}

// noteKinds counts notes by their kind, in the order in which they first come.
type noteKinds struct {
	counts map[authmethod.Problem]int
	first  []*firstNote
	byKind map[authmethod.Problem]*firstNote
	rows   int
}

type firstNote struct {
	lines []int32            // the first few that have it
	note  authmethod.Problem // as it first came
	kind  authmethod.Problem
}

// maxNoteLines is how many lines a note names.
const maxNoteLines = 10

func (f *firstNote) where(rows int) string {
	names := make([]string, 0, len(f.lines))
	for _, line := range f.lines {
		names = append(names, strconv.Itoa(int(line)))
	}
	text := strings.Join(names, ", ")
	if rows > len(f.lines) {
		text += " and more"
	}
	return text
}

// kindOf is what notes have in common that are printed once: the repair, or for
// a shared number who shares it.
func kindOf(note authmethod.Problem) authmethod.Problem {
	if note.Code == "shared-number" {
		return note
	}
	return authmethod.Problem{Code: note.Code}
}

func (k *noteKinds) add(row *authmethod.Row) {
	if len(row.Notes()) > 0 {
		k.rows++
	}
	for _, note := range row.Notes() {
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
		fmt.Fprintf(w, "%s:%d: note: %s [%s, rows: %d, lines %s]\n", name, f.lines[0], text, f.note.Code, k.counts[f.kind], f.where(k.counts[f.kind]))
	}
}
