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
	authmethod.Conflict:     "left alone: somebody has to decide",
	authmethod.Rejected:     "not sent: its own data is bad",
	authmethod.Dependency:   "not sent: another phone of the user has to come first",
	authmethod.Failed:       "refused by Graph, or never let through",
	authmethod.Unknown:      "not known whether this number is registered",
	authmethod.NotAttempted: "not sent, or stopped before it was settled",
}

// remedies are what can be done about a class. The advice of each row, in
// results.csv, is more exact.
var remedies = map[authmethod.Class]string{
	authmethod.FixData:    "correct these rows",
	authmethod.Retry:      "nothing to correct: try these once more",
	authmethod.Permission: "give the permission or role that is missing",
	authmethod.Decision:   "decide what is right",
}

// Print writes the summary for a person, on one screen whatever the size of the
// run. It does not name any number, and masks the users of rejected rows. It is
// one write, so that a pipe that is closed shows as one error.
func Print(w io.Writer, results *authmethod.Results, f Facts) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s\n\n", f.title())
	if f.Stopped != "" {
		fmt.Fprintf(&text, "  %s\n\n", Wrap(Printable(f.Stopped), widthOf(f), 2))
	}
	if err := printOutcomes(&text, results); err != nil {
		return err
	}
	printClasses(&text, results, f)
	fmt.Fprintln(&text)
	for _, line := range f.lines(noted(results)) {
		fmt.Fprintf(&text, "  %s\n", Wrap(line, widthOf(f), 4))
	}
	_, err := w.Write(text.Bytes())
	return err
}

// lines are what is said of the run as a whole. Notes stop no row, and nobody reads
// them unless told that there are any.
func (f Facts) lines(noted int) (lines []string) {
	add := func(n int, text string) {
		if n > 0 {
			lines = append(lines, text)
		}
	}
	switch {
	case f.Sent > 0:
		lines = append(lines, fmt.Sprintf("phones sent %d, as the journal says", f.Sent))
	case f.Requests > 0: // only a process that sent something knows what it cost
		lines = append(lines, f.effort())
	}
	for _, name := range slices.Sorted(maps.Keys(f.Ended)) {
		lines = append(lines, fmt.Sprintf("without %s: %s", name, f.Ended[name]))
	}
	add(f.Known, fmt.Sprintf("needed somebody in the last run as well, for the same reason: %s", counted(f.Known, "row", "rows")))
	add(len(f.Limits), "limits "+strings.Join(f.Limits, ", "))
	add(f.LeftOut, fmt.Sprintf("left out by --where, --skip and --limit: %s", counted(f.LeftOut, "line", "lines")))
	add(f.WithoutPhone, fmt.Sprintf("without any phone, nothing to do: %s", counted(f.WithoutPhone, "person", "people")))
	add(noted, counted(noted, "row has a note", "rows have a note")+" in results.csv about a repair or an oddity")
	return lines
}

// title says what kind of run this was, of which file, and where it went. What is no
// import into a tenant begins with the word for it. Why a run stopped matters more
// than what it was.
func (f Facts) title() string {
	var does string
	switch {
	case f.Stopped != "":
		does = "Stopped before the end:"
	case f.DryRun:
		does = "Nothing sent:"
	case f.Plan:
		does = "Nothing changed:"
	case f.UnderWay:
		does = "Under way:"
	case f.Undoes != "":
		does = "Rolled back"
	case f.Removes:
		does = "Removed the phones of"
	default:
		does = "Imported"
	}
	text := does + " " + f.Input
	if kind := f.Kind(); kind != "" {
		text = kind + ". " + text
	}
	if f.Target != "" {
		text += " -> " + f.Target
	}
	return text
}

// Kind is the word for a run that changes no tenant, as it stands on everything that
// comes of it; empty for one that does.
func (f Facts) Kind() string {
	switch {
	case f.DryRun:
		return "DRY RUN"
	case f.Plan && f.Rehearsal:
		return "PLAN OF A REHEARSAL"
	case f.Plan:
		return "PLAN"
	case f.Rehearsal:
		return "REHEARSAL"
	}
	return ""
}

// where is the target, behind the kind of a run that changes no tenant.
func (f Facts) where() string { return joined(": ", f.Kind(), f.Target) }

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

// effort is what the run cost, in words. Phones sent are the operations that are not
// reads.
func (f Facts) effort() string {
	took := f.FinishedAt.Sub(f.StartedAt).Round(100 * time.Millisecond)
	if f.Plan { // all of its operations are reads
		return fmt.Sprintf("read from Graph in %s and %s", counted(int(f.Requests), "request", "requests"), took)
	}
	text := fmt.Sprintf("%s and %d read back, in %s and %s", counted(int(f.Operations-f.ReadBacks), "phone sent", "phones sent"), f.ReadBacks,
		counted(int(f.Requests), "request", "requests"), took)
	if f.Throttled > 0 {
		text += fmt.Sprintf("; Graph put %d of them off", f.Throttled)
	}
	if f.Lost > 0 {
		text += "; " + counted(int(f.Lost), "answer was lost", "answers were lost")
	}
	return text
}

// counted is a number with what it counts.
func counted(n int, one, more string) string {
	if n == 1 {
		more = one
	}
	return fmt.Sprintf("%d %s", n, more)
}
