package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// asks reports whether somebody is there who can be asked whether the run is meant. Where
// the changes were looked at already, as with --review and of a plan, one question is
// enough; and where the file itself is typed, no answer can be.
func asks(r *importRun) bool {
	_, answers := terminalOf(r.stdin)
	return r.console.terminal && answers && r.target.journal && !r.simulate && len(r.lanes) > 0 &&
		!r.changes.review && r.foresight.applied == nil && r.file.path != importfile.StandardInput
}

// agree shows what is about to be done, and waits for a yes. Jobs, which have no
// terminal, are not asked.
func agree(ctx context.Context, r *importRun) error {
	if !asks(r) {
		return nil
	}
	i := newIntention(r)
	columns, _ := r.console.size()
	fmt.Fprint(r.console, "\n"+i.text(r.results, columns)+"\n")
	sayCost(r)
	r.costSaid = true
	if r.changes.yes {
		return nil
	}
	return r.ask(ctx, i.question(report.Printable(strings.TrimPrefix(r.target.words, "tenant "))))
}

// intention is what a run is about to do: its tasks and the rows that are none, by kind.
type intention struct {
	kinds        []*intended
	send, remove int // tasks
}

// intended are the rows of one kind.
type intended struct {
	order [3]int // by which kinds are listed
	name  string
	n     int
	first []authmethod.RowNumber // fewShown at most; nil where they need nobody
}

// fewShown are enough to see whether the columns are the right ones.
const fewShown = 3

func newIntention(r *importRun) *intention {
	i, kinds := &intention{}, map[string]*intended{}
	add := func(order [3]int, name string, n authmethod.RowNumber, show bool) {
		kind := kinds[name]
		if kind == nil {
			kind = &intended{order: order, name: name}
			kinds[name], i.kinds = kind, append(i.kinds, kind)
		}
		if kind.n++; show && len(kind.first) < fewShown {
			kind.first = append(kind.first, n)
		}
	}
	for _, lane := range r.lanes {
		for _, task := range lane {
			phoneType := r.input.Rows.At(task.Row).PhoneType
			if task.Verb == authmethod.Delete {
				i.remove++
			} else {
				i.send++
			}
			name := fmt.Sprintf("%s %s", taskInWords(task), phoneType)
			add([3]int{0, int(task.Verb), phoneType.Rank()}, name, task.Row, true)
		}
	}
	for n := range r.input.Rows.All() {
		if outcome := r.results.At(n).Outcome; r.results.Decided(n) {
			add([3]int{1, slices.Index(authmethod.Outcomes(), outcome)}, string(outcome), n, !outcome.Success())
		}
	}
	slices.SortStableFunc(i.kinds, func(a, b *intended) int { return slices.Compare(a.order[:], b.order[:]) })
	return i
}

// taskInWords is what a task may do, as far as that is known.
func taskInWords(task authmethod.Task) string {
	words := task.Verb.String()
	switch {
	case task.Verb == authmethod.Delete:
		words = "remove"
	case task.Verb == authmethod.Create && task.Existing == authmethod.OverwriteExisting:
		words = "create or overwrite"
	case task.Verb == authmethod.Create && task.Existing == authmethod.AddAlternate:
		words = "create, or add beside,"
	}
	switch task.SMS {
	case authmethod.EnableSMS:
		words += " with SMS sign-in"
	case authmethod.DisableSMS:
		words += " without SMS sign-in"
	}
	return words
}

// text has a line for each kind and, below it, its first rows. Numbers are masked
// whatever --mask says: others may see the screen.
func (i *intention) text(results *authmethod.Results, columns int) string {
	var text strings.Builder
	fmt.Fprint(&text, "What this will do, with the first rows of each kind\n\n")
	long := 0
	for _, kind := range i.kinds {
		long = max(long, len(kind.name))
	}
	for _, kind := range i.kinds {
		fmt.Fprintf(&text, "  %-*s %9s\n", long, kind.name, thousands(kind.n))
		for _, n := range kind.first {
			row, result := results.Rows().At(n), results.At(n)
			line := fmt.Sprintf("    line %d, %s: %s", row.Line, row.User, cmp.Or(row.Number.String(), "whatever stands there"))
			if results.Decided(n) {
				line = fmt.Sprintf("    line %d, %s: %s", row.Line, report.MaskUser(row.User), result.Message)
			}
			fmt.Fprintln(&text, clipped(report.Printable(line), columns-1))
		}
	}
	return text.String()
}

// question asks for all of it at once.
func (i *intention) question(target string) string {
	switch {
	case i.remove == 0:
		return fmt.Sprintf("Send %s to %s?", counted(i.send, "phone"), target)
	case i.send == 0:
		return fmt.Sprintf("Remove up to %s from %s?", counted(i.remove, "phone"), target)
	}
	return fmt.Sprintf("Send %s to %s, and remove up to %s there?", counted(i.send, "phone"), target, thousands(i.remove))
}
