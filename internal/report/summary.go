package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"entraphone/internal/authmethod"
)

// summaryInput is about the file. The hash is of its bytes as they were read,
// before any decoding.
type summaryInput struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Rows   int    `json:"rows"`
	// LeftOut are lines that --where, --skip and --limit left out, WithoutPhone
	// those of people who have no phone; neither are rows.
	LeftOut      int `json:"leftOut"`
	WithoutPhone int `json:"withoutPhone"`
}

// WriteSummary writes summary.json as [Publish] does. The command writes it
// last: it holds the exit code, which depends on whether everything else could
// be written.
func WriteSummary(path string, results *authmethod.Results, f Facts) error {
	err := Publish(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(Summarize(results, f))
	})
	if err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

// noted counts the rows that have a note, whatever became of them.
func noted(results *authmethod.Results) (rows int) {
	for n := range results.Rows().All() {
		if len(results.Findings(n).Notes) > 0 {
			rows++
		}
	}
	return rows
}

// classesOf are the rows that need somebody, by who that is. Every outcome that
// is not a success has a class.
func classesOf(results *authmethod.Results) map[authmethod.Class][]authmethod.RowNumber {
	classes := make(map[authmethod.Class][]authmethod.RowNumber)
	for n := range results.Rows().All() {
		if result := results.At(n); !result.Outcome.Success() {
			classes[result.Class] = append(classes[result.Class], n)
		}
	}
	return classes
}

// meanings are those of outcomes, in a few words. The manual says the same at
// more length.
var meanings = map[authmethod.Outcome]string{
	authmethod.Created:      "the phone is registered now",
	authmethod.Updated:      "the number takes the place of another one now",
	authmethod.Removed:      "the phone is not registered any more",
	authmethod.Planned:      "would be done",
	authmethod.Unchanged:    "nothing to do: it was so already",
	authmethod.Duplicate:    "repeats an earlier row",
	authmethod.Conflict:     "left alone: it needs your decision",
	authmethod.Rejected:     "not sent: its own data is bad",
	authmethod.Dependency:   "not sent: waiting for another phone of the user",
	authmethod.Failed:       "refused by Graph, or never let through",
	authmethod.Unknown:      "not known whether this number is registered",
	authmethod.NotAttempted: "not sent, or stopped before it was settled",
}

// remedies are what can be done about a class. The advice of each row, in
// results.csv, is more exact.
var remedies = map[authmethod.Class]string{
	authmethod.FixData:    "correct the file",
	authmethod.Retry:      "run again",
	authmethod.Permission: "a permission or role is missing",
	authmethod.Decision:   "needs your decision",
}

// Print writes the summary for a person, on one screen whatever the size of the
// run. It does not name any number, and masks the users of rejected rows. It is
// one write, so that a pipe that is closed shows as one error.
func Print(w io.Writer, results *authmethod.Results, f Facts) error {
	var text bytes.Buffer
	// Why a run stopped matters more than what it was.
	title := "Imported"
	switch {
	case f.DryRun:
		title = "Dry run, nothing sent:"
	case f.Plan && f.Stopped == "":
		title = "Plan, nothing changed:"
	case f.Stopped != "":
		title = "Stopped before the end:"
	case f.UnderWay:
		title = "Under way:"
	case f.Undoes != "":
		title = "Rolled back"
	case f.Removes:
		title = "Removed the phones of"
	}
	fmt.Fprintf(&text, "%s %s -> %s\n\n", title, f.Input, f.Target)
	if f.Stopped != "" {
		fmt.Fprintf(&text, "  %s\n\n", f.Stopped)
	}
	if err := printOutcomes(&text, results); err != nil {
		return err
	}
	printClasses(&text, results)
	fmt.Fprintln(&text)
	switch {
	// Only a process that sent something knows what it cost.
	case f.Sent > 0:
		fmt.Fprintf(&text, "  phones sent %d, as the journal says\n", f.Sent)
	case f.Requests > 0:
		fmt.Fprintf(&text, "  %s\n", f.effort())
	}
	if f.Known > 0 {
		fmt.Fprintf(&text, "  rows that needed somebody in the last run as well, for the same reason: %d\n", f.Known)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Ended)) {
		fmt.Fprintf(&text, "  without %s: %s\n", name, f.Ended[name])
	}
	if len(f.Limits) > 0 {
		fmt.Fprintf(&text, "  limits %s\n", strings.Join(f.Limits, ", "))
	}
	if f.LeftOut > 0 {
		fmt.Fprintf(&text, "  lines left out by --where, --skip and --limit: %d\n", f.LeftOut)
	}
	if f.WithoutPhone > 0 {
		fmt.Fprintf(&text, "  people without any phone, nothing to do: %d\n", f.WithoutPhone)
	}
	// Notes stop no row, and nobody reads them unless told that there are any.
	if n := noted(results); n > 0 {
		fmt.Fprintf(&text, "  rows with notes about repairs and oddities in results.csv: %d\n", n)
	}
	_, err := w.Write(text.Bytes())
	return err
}

// printOutcomes prints the outcomes that there are, and the rows as their sum.
func printOutcomes(text *bytes.Buffer, results *authmethod.Results) error {
	var lines bytes.Buffer
	table := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	counts := results.Counts()
	for _, outcome := range authmethod.Outcomes() {
		if counts[outcome] > 0 {
			fmt.Fprintf(table, "  %s\t%8d\t%s\n", outcome, counts[outcome], meanings[outcome])
		}
		if outcome == authmethod.Planned {
			printWould(table, results)
		}
	}
	fmt.Fprintf(table, "  rows\t%8d\t\n", results.Rows().Len())
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(lines.String()) {
		fmt.Fprintln(text, strings.TrimRight(line, " \n"))
	}
	return nil
}

// printWould prints what planned rows would do, where the tenant was read.
func printWould(table io.Writer, results *authmethod.Results) {
	counts := map[authmethod.Verb]int{}
	for n := range results.Rows().All() {
		counts[results.At(n).Would]++
	}
	for _, would := range []struct {
		verb authmethod.Verb
		word string
	}{
		{authmethod.Create, "create"}, {authmethod.Update, "update"}, {authmethod.Delete, "remove"},
		{authmethod.EnableSMS, "enable SMS sign-in"}, {authmethod.DisableSMS, "disable SMS sign-in"},
	} {
		if counts[would.verb] > 0 {
			fmt.Fprintf(table, "    %s\t%8d\t\n", would.word, counts[would.verb])
		}
	}
}

// printClasses prints for each class how many rows it has and its first row,
// with which somebody can begin.
func printClasses(text *bytes.Buffer, results *authmethod.Results) {
	classes := classesOf(results)
	heading := "\nWhat is left to do, with the first row of each kind\n\n"
	for _, class := range authmethod.Classes() {
		of := classes[class]
		if len(of) == 0 {
			continue
		}
		row, result := results.Rows().At(of[0]), results.At(of[0])
		fmt.Fprintf(text, "%s  %-13s  %8d  %s\n", heading, class, len(of), remedies[class])
		user := row.User
		if result.Outcome == authmethod.Rejected { // where columns were mixed up, this is a number, and the screen may be a mail
			user = MaskUser(user)
		}
		fmt.Fprintf(text, "    %s\n", clip(Printable(fmt.Sprintf("line %d, %s: %s", row.Line, user, result.Message)), 76))
		heading = ""
	}
}

// Printable leaves out what a terminal would obey, and what would look like
// another line. A cell may hold escape sequences that move the cursor or clear
// the screen, or a line break that makes it look like a message of this program.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// clip keeps a text to one line of a terminal. It counts runes: a letter of two
// columns, as in Chinese, makes the line longer.
func clip(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// effort is what the run cost. Phones sent are the operations that are not
// reads.
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
