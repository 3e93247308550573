package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"entraphone/internal/authmethod"
)

// summary is summary.json. Fields may be added; their names and meanings do
// not change.
type summary struct {
	Tool      string         `json:"tool"`
	Run       string         `json:"run"`
	Input     summaryInput   `json:"input"`
	Target    string         `json:"target"`
	DryRun    bool           `json:"dryRun"`
	StartedAt time.Time      `json:"startedAt"`
	Finished  time.Time      `json:"finishedAt"`
	Seconds   float64        `json:"durationSeconds"`
	ExitCode  int            `json:"exitCode"`
	Stopped   string         `json:"stopped"`
	Outcomes  map[string]int `json:"outcomes"` // every outcome, also those with 0
	Classes   map[string]int `json:"classes"`
	Noted     int            `json:"rowsWithNotes"`
	Requests  int64          `json:"requests"`
	Ops       int64          `json:"operations"`
	Throttled int64          `json:"throttled"`
	Lost      int64          `json:"lostAnswers"`
	ReadBacks int64          `json:"readBacks"`
}

type summaryInput struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
	// LeftOut are lines that --where, --skip and --limit left out; they are no
	// rows.
	LeftOut int `json:"leftOut"`
}

// WriteSummary writes summary.json the way WriteResults writes.
func (r *Report) WriteSummary(path string, f Facts) error {
	counts := r.Counts()
	classes, _ := r.classes()
	s := summary{
		Tool: f.Tool, Run: f.Run, Input: summaryInput{f.Input, f.SHA256, r.rows.Len(), f.LeftOut}, Target: f.Target, DryRun: f.DryRun,
		StartedAt: f.StartedAt.UTC(), Finished: f.FinishedAt.UTC(), Seconds: f.FinishedAt.Sub(f.StartedAt).Seconds(),
		ExitCode: f.ExitCode, Stopped: f.Stopped, Outcomes: make(map[string]int), Classes: make(map[string]int), Noted: r.noted(),
		Requests: f.Requests, Ops: f.Operations, Throttled: f.Throttled, Lost: f.Lost, ReadBacks: f.ReadBacks,
	}
	for _, outcome := range authmethod.Outcomes() {
		s.Outcomes[string(outcome)] = counts[outcome]
	}
	for _, class := range authmethod.Classes() {
		s.Classes[string(class)] = classes[class]
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the summary: %w", err)
	}
	if err := writeFile(path, bytes.NewReader(append(text, '\n'))); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

func (r *Report) noted() (n int) {
	for _, row := range r.rows.All() {
		if len(row.Notes()) > 0 {
			n++
		}
	}
	return n
}

// meaning says what an outcome means in a few words.
func meaning(outcome authmethod.Outcome, dryRun bool) string {
	switch outcome {
	case authmethod.Created:
		return "the phone is registered now"
	case authmethod.Unchanged:
		return "the same number was registered already"
	case authmethod.Duplicate:
		return "repeats an earlier row"
	case authmethod.Conflict:
		return "another number is registered; left alone"
	case authmethod.Rejected:
		return "not sent: its own data is bad"
	case authmethod.Dependency:
		return "not sent: the user's mobile did not arrive"
	case authmethod.Failed:
		return "refused by Graph, or never let through"
	case authmethod.Unknown:
		return "sent, and it is not known whether it arrived"
	}
	if dryRun {
		return "would be sent"
	}
	return "not sent"
}

// remedy says who can do something about a class.
func remedy(class authmethod.Class) string {
	switch class {
	case authmethod.FixData:
		return "correct the file"
	case authmethod.Retry:
		return "run again"
	case authmethod.Permission:
		return "a permission or role is missing"
	}
	return "somebody must decide"
}

// Print writes the summary for a person, on one screen whatever the size of
// the run.
func (r *Report) Print(w io.Writer, f Facts) error {
	var text bytes.Buffer
	title := "Imported"
	switch {
	case f.DryRun:
		title = "Dry run, nothing sent:"
	case f.Stopped != "":
		title = "Stopped before the end:"
	}
	fmt.Fprintf(&text, "%s %s -> %s\n\n", title, f.Input, f.Target)
	if f.Stopped != "" {
		fmt.Fprintf(&text, "  %s\n\n", f.Stopped)
	}
	if err := r.printOutcomes(&text, f.DryRun); err != nil {
		return err
	}
	r.printClasses(&text)
	fmt.Fprintln(&text)
	if !f.DryRun {
		fmt.Fprintf(&text, "  %s\n", f.effort())
	}
	if f.LeftOut > 0 {
		fmt.Fprintf(&text, "  lines left out by --where, --skip and --limit: %d\n", f.LeftOut)
	}
	if noted := r.noted(); noted > 0 {
		fmt.Fprintf(&text, "  rows with notes about repairs and oddities in results.csv: %d\n", noted)
	}
	_, err := w.Write(text.Bytes())
	return err
}

func (r *Report) printOutcomes(text *bytes.Buffer, dryRun bool) error {
	var lines bytes.Buffer
	table := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	counts := r.Counts()
	for _, outcome := range authmethod.Outcomes() {
		if counts[outcome] > 0 {
			fmt.Fprintf(table, "  %s\t%8d\t%s\n", outcome, counts[outcome], meaning(outcome, dryRun))
		}
	}
	fmt.Fprintf(table, "  rows\t%8d\t\n", r.rows.Len())
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(lines.String()) {
		fmt.Fprintln(text, strings.TrimRight(line, " \n"))
	}
	return nil
}

func (r *Report) printClasses(text *bytes.Buffer) {
	counts, first := r.classes()
	heading := "\nWhat is left to do, with the first row of each kind\n\n"
	for _, class := range authmethod.Classes() {
		if counts[class] == 0 {
			continue
		}
		row, result := r.rows.At(first[class]), r.results[first[class]]
		fmt.Fprintf(text, "%s  %-13s  %8d  %s\n", heading, class, counts[class], remedy(class))
		user := row.User
		if row.Rejected() { // where columns were mixed up, this is a number, and the screen may be a mail
			user = likeNumber.ReplaceAllStringFunc(user, maskDigits)
		}
		fmt.Fprintf(text, "    %s\n", clip(printable(fmt.Sprintf("line %d, %s: %s", row.Line, user, result.Message)), 76))
		heading = ""
	}
}

// printable leaves out what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// clip keeps a text to one line of a terminal.
func clip(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// effort says what the run cost.
func (f Facts) effort() string {
	took := f.FinishedAt.Sub(f.StartedAt)
	text := fmt.Sprintf("requests %d (phones sent %d, read back %d) in %s", f.Requests, f.Operations-f.ReadBacks, f.ReadBacks, took.Round(100*time.Millisecond))
	if f.Throttled > 0 {
		text += fmt.Sprintf(", throttled %d", f.Throttled)
	}
	if f.Lost > 0 {
		text += fmt.Sprintf(", answers lost %d", f.Lost)
	}
	return text
}
