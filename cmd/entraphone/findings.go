package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// findings are what check has to tell of a file: what stands in the way of rows, and
// what was repaired or is odd.
type findings struct {
	file    *importfile.File
	results *authmethod.Results
	mask    bool // numbers show their last two digits only
	width   int  // of the screen; 0 where lines are as long as they are
}

// checkedRow is one line of --format json, and of kind row. Fields may be added; their
// names and meanings do not change.
type checkedRow struct {
	Line        int32                `json:"line"`
	User        string               `json:"user"`
	PhoneType   string               `json:"phoneType"`
	PhoneNumber string               `json:"phoneNumber"` // empty when the row would be rejected
	Problems    []authmethod.Problem `json:"problems"`
	Notes       []authmethod.Problem `json:"notes"`
}

func (f *findings) printJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for n := range f.file.Rows.All() {
		if err := encoder.Encode(f.row(n)); err != nil {
			return err
		}
	}
	return nil
}

// tell prints the rows and their total for programs.
func (f *findings) tell(s *stream) error {
	for n := range f.file.Rows.All() {
		if err := s.put(rowKind, f.row(n)); err != nil {
			return err
		}
	}
	return s.put("total", newCheckTotal(f.file, f.results))
}

func (f *findings) row(n authmethod.RowNumber) checkedRow {
	row, found, none := f.file.Rows.At(n), f.results.Findings(n), []authmethod.Problem{} // an empty list, never null
	line := checkedRow{row.Line, row.User, string(row.PhoneType), shownNumber(f.mask)(row.Number), append(none, found.Problems...), append(none, found.Notes...)}
	if len(found.Problems) > 0 {
		line.PhoneNumber = ""
	}
	if f.mask && f.results.At(n).Outcome == authmethod.Rejected { // its columns may be mixed up
		line.User, line.PhoneType = report.MaskUser(line.User), report.MaskUser(line.PhoneType)
	}
	return line
}

// printText prints what was found by its kind, the commonest first, since a file that
// needs one correction needs it often.
func (f *findings) printText(w io.Writer) error {
	problems, notes, noted := newFindingKinds(), newFindingKinds(), 0
	for n, row := range f.file.Rows.All() {
		found := f.results.Findings(n)
		for _, p := range found.Problems {
			problems.add(n, row, p)
		}
		for _, p := range found.Notes {
			notes.add(n, row, p)
		}
		if len(found.Notes) > 0 {
			noted++
		}
	}
	var text bytes.Buffer
	f.printKinds(&text, problems, "rejected")
	f.printKinds(&text, notes, "with a note")
	counts := f.results.Counts()
	f.line(&text, 2, fmt.Sprintf("%s: %d to be sent, %d rejected, %s, %d held back; %d with notes", counted(f.file.Rows.Len(), "row"),
		counts[authmethod.NotAttempted], counts[authmethod.Rejected], counted(counts[authmethod.Duplicate], "duplicate"), counts[authmethod.Dependency], noted))
	_, err := w.Write(text.Bytes())
	return err
}

// printKinds prints each kind once, with the first rows that have it: the cell, and
// the number that it is.
func (f *findings) printKinds(text *bytes.Buffer, kinds *findingKinds, what string) {
	for _, k := range kinds.commonest() {
		says := k.problem.Message
		if k.problem.Advice != "" {
			says += "; " + k.problem.Advice
		}
		f.line(text, 2, fmt.Sprintf("%s %s: %s [%s]", counted(k.rows, "row"), what, says, k.problem.Code.Word()))
		for _, of := range k.first {
			says := fmt.Sprintf("  line %d", f.file.Rows.At(of.row).Line)
			if who := f.who(of.row, k.problem.Code); who != "" {
				says += ": " + who
			}
			if of.problem.Message != k.problem.Message { // it names another line, or another cell
				says += ": " + of.problem.Message
			}
			f.line(text, 4, says)
		}
		if rest := k.rows - len(k.first); rest > 0 {
			f.line(text, 4, fmt.Sprintf("  and %s more, %s", counted(rest, "row"), k.where()))
		}
	}
}

// line prints a line; where it goes to a screen, in as many as fit, under each other.
func (f *findings) line(text *bytes.Buffer, indent int, line string) {
	line = report.Printable(line)
	if f.width > 0 {
		begin := line[:len(line)-len(strings.TrimLeft(line, " "))]
		line = begin + report.Wrap(line, f.width, indent)
	}
	fmt.Fprintln(text, line)
}

// who names a row by what its cells say, and the cell of the phone where that is what
// is told of; nothing where they say nothing.
func (f *findings) who(n authmethod.RowNumber, code authmethod.Code) string {
	row := f.file.Rows.At(n)
	user, cell := row.User+" "+string(row.PhoneType), row.Input
	if f.mask {
		cell = report.MaskCell(cell)
		if f.results.At(n).Outcome == authmethod.Rejected {
			user = report.MaskUser(user)
		}
	}
	name := strings.TrimSpace(user)
	entry := code.Entry()
	if (entry.OfPhone || entry.Kind == "note") && row.Column > 0 {
		name += fmt.Sprintf(", column %d %q, cell %q", row.Column, f.file.Reading.Heading(int(row.Column)), cell)
		if !row.Number.IsZero() && row.Number.Graph() != row.Input {
			name += " is " + shownNumber(f.mask)(row.Number)
		}
	}
	return name
}

// findingKinds gathers what was found by its kind, in the order in which kinds first
// come.
type findingKinds struct {
	byKind map[authmethod.Problem]*findingKind
	all    []*findingKind
}

// findingKind is what is printed once for all rows that have it.
type findingKind struct {
	problem authmethod.Problem // as it first came
	rows    int                // that have it
	first   []finding          // the first few
	lines   []int32            // of some behind these
}

type finding struct {
	row     authmethod.RowNumber
	problem authmethod.Problem
}

// The first rows of a kind are shown, and some lines behind them named.
const (
	maxShownRows  = 3
	maxNamedLines = 10
)

func newFindingKinds() *findingKinds {
	return &findingKinds{byKind: map[authmethod.Problem]*findingKind{}}
}

// add counts a finding. A number that several share is a kind by itself: who shares it
// is told.
func (k *findingKinds) add(n authmethod.RowNumber, row *authmethod.Row, p authmethod.Problem) {
	key := authmethod.Problem{Code: p.Code}
	if p.Code == authmethod.CodeSharedNumber {
		key = p
	}
	kind := k.byKind[key]
	if kind == nil {
		kind = &findingKind{problem: p}
		k.byKind[key], k.all = kind, append(k.all, kind)
	}
	switch kind.rows++; {
	case len(kind.first) < maxShownRows:
		kind.first = append(kind.first, finding{n, p})
	case len(kind.lines) <= maxNamedLines && !slices.Contains(kind.lines, row.Line):
		kind.lines = append(kind.lines, row.Line)
	}
}

func (k *findingKinds) commonest() []*findingKind {
	slices.SortStableFunc(k.all, func(a, b *findingKind) int { return cmp.Compare(b.rows, a.rows) })
	return k.all
}

// where names the lines of the rows that are not shown.
func (k *findingKind) where() string {
	var names []string
	for _, line := range k.lines[:min(len(k.lines), maxNamedLines)] {
		names = append(names, strconv.Itoa(int(line)))
	}
	text := "on " + plural("line", len(names)) + " " + strings.Join(names, ", ")
	if len(k.lines) > maxNamedLines {
		text += " …"
	}
	return text
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
