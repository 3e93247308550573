package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
	"entraphone/internal/submit"
)

// resumeCommand goes on with a run that did not come to its end. Rollbacks are
// gone on with in the same way: their rows are those of the journal that they
// undo.
type resumeCommand struct {
	*importCommand
	run       string // name of the run's folder; empty for the newest that is not finished
	keptInput bool
}

const resumeHelp = `Go on with a run that was stopped, or that died.

RUN is the name of the run's folder, as "entraphone runs" lists it; without it
the newest run is meant that did not come to its end. The run goes on with its
own options; those given here win. Rows whose request may have been carried out
are settled first, and rows that are done cost nothing.

The file is read as it is now, if it is still there, and else as the run has
kept it. Rows are known by their content: the file may have been reordered,
corrected or extended. What changed counts as new, and what vanished is told.

Usage:
  entraphone resume [RUN] [flags]

Examples:
  entraphone resume
  entraphone resume 20261127T021500Z-users --rate 3
`

func newResumeCommand(p process) *cobra.Command {
	c := &resumeCommand{importCommand: &importCommand{process: p}}
	command := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "Go on with a run that was stopped, or that died",
		Args:  atMostOneRun,

		ValidArgsFunction: completeRun(c.importCommand, resumable),
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) == 1 {
				c.run = args[0]
			}
			return c.resume(command.Context(), command.Flags())
		},
	}
	input := pflag.NewFlagSet("The file", pflag.ContinueOnError)
	input.BoolVar(&c.keptInput, "kept-input", false, "read the file as the run has kept it, even if it is still there")
	setHelp(command, resumeHelp, exitHelp(), input, c.brakes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags(), c.after.flags())
	return command
}

// resume is the rest of the run, from beginning to end. It is an import with a
// past. A rehearsal has nothing to go on with.
func (c *resumeCommand) resume(ctx context.Context, own *pflag.FlagSet) error {
	state, err := c.output.folder(c.getenv)
	if err != nil {
		return err
	}
	folder, header, err := c.takeUp(state, c.run, resumable, own)
	if errors.Is(err, errNoRun) {
		return nothingToGoOnWith(state)
	}
	if err != nil {
		return err
	}
	if err := notUndone(state, folder.name()); err != nil {
		return err
	}
	if c.simulate {
		return usagef("%s was a rehearsal: its simulator ended with it; rehearse again with entraphone import", folder.name())
	}
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	r := newImportRun(c.importCommand)
	r.folder, r.anew = folder, givenFlags(own)
	defer r.close()
	if err := c.begin(ctx, r, state, header); err != nil {
		return err
	}
	return r.report(ctx, r.send(ctx))
}

// nothingToGoOnWith says why no run will do: one is under way, or all are over.
func nothingToGoOnWith(state string) error {
	busy, err := underWay(state)
	switch {
	case err != nil:
		return err
	case len(busy) > 0:
		return &lockedError{folder: state, holder: holder{Run: busy[0]}}
	}
	return usagef("every run in %s came to its end: nothing to go on with", state)
}

// notUndone refuses a run that was rolled back: what its journal calls created may
// be gone.
func notUndone(state, name string) error {
	runs, err := listRuns(state)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if run.header.Undoes == name {
			return usagef("%s was rolled back by %s: go on with that one, or import the file again", name, run.folder.name())
		}
	}
	return nil
}

// begin does everything that can fail without anything being sent. The journal
// is folded under the lock, so that no other process adds to it meanwhile.
func (c *resumeCommand) begin(ctx context.Context, r *importRun, state string, header journal.Header) (err error) {
	r.state = state
	if err := r.load(header, state, func() (*input, error) { return c.read(ctx, r, state, header) }); err != nil {
		return err
	}
	if r.target, err = r.newTarget(&r.input.Rows, r.logger); err != nil {
		return err
	}
	if err := r.target.sameAs(header, r.folder.name()); err != nil {
		return err
	}
	if r.lock, err = takeLock(ctx, state, r.target, r.output.wait); err != nil {
		return err
	}
	if r.undoes == "" {
		if r.lookup, err = lookUp(ctx, r); err != nil {
			return err
		}
	}
	users := r.plan()
	if err := r.foresight.recall(r, state); err != nil {
		return err
	}
	if err := c.remember(r); err != nil {
		return err
	}
	if err := useKnowledge(r, state); err != nil {
		return err
	}
	if err := r.settleIn(); err != nil {
		return err
	}
	r.audit().Str("run", r.folder.name()).Int("rows", r.input.Rows.Len()).Int("users", users).Str("target", r.target.words).Msg("import goes on")
	return nil
}

// read reads the file as it is now, or as the run has kept it.
func (c *resumeCommand) read(ctx context.Context, r *importRun, state string, header journal.Header) (*input, error) {
	kept := r.folder.file(keptInput)
	_, missing := os.Stat(kept)
	if header.Path != "" && !c.keptInput {
		in, err := readInput(ctx, c.process, c.file, state)
		switch {
		case err == nil || missing != nil:
			return in, err
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%w; --kept-input goes on with the file as the run has kept it", err)
		}
	}
	if missing != nil {
		return nil, usagef("the run has kept no copy of its input (--keep-input=false), and the file is not read")
	}
	return readKept(ctx, c.process, c.file, header.Input, kept)
}

// remember takes over what the journal says became of rows, and leaves in the lanes
// what is still to be sent.
func (c *resumeCommand) remember(r *importRun) (err error) {
	if r.past, err = foldJournal(r.folder, &r.input.Rows, 0); err != nil {
		return err
	}
	m := memory{r.past, r.results, map[authmethod.RowNumber]submit.Earlier{}}
	for i, lane := range r.lanes {
		r.lanes[i] = m.left(lane)
	}
	r.lanes, r.earlier = slices.DeleteFunc(r.lanes, func(lane authmethod.Lane) bool { return len(lane) == 0 }), m.earlier
	r.past.Rows, r.past.Results = nil, nil // a million rows have better use for the room
	var open []journal.Gone
	for _, row := range r.past.Gone {
		if row.Open {
			open = append(open, row)
		}
	}
	if len(open) > 0 {
		return usagef("of %d rows that are not in the file any more nobody knows whether they were carried out, the first being the %s of %s on line %d: "+
			"go on with --kept-input, which settles them, and import the new file then", len(open), open[0].PhoneType, report.MaskUser(open[0].User), open[0].Line)
	}
	if gone := len(r.past.Gone); gone > 0 {
		r.logger.Warn().Int("rows", gone).Msg("rows that this run has sent are not in the file any more")
	}
	return nil
}

// foldJournal reads what became of these rows; with no rows, of all rows that
// the run sent. Of a size above 0 only so many bytes are read.
func foldJournal(folder *runFolder, rows *authmethod.Rows, size int64) (*journal.Past, error) {
	file, err := journal.Open(folder.file(journalFile))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if size > 0 {
		return journal.Fold(io.LimitReader(file, size), rows)
	}
	return journal.Fold(file, rows)
}

// memory is what is taken over from an earlier attempt.
type memory struct {
	past    *journal.Past
	results *authmethod.Results
	earlier map[authmethod.RowNumber]submit.Earlier
}

// left are the tasks of a lane that are still to be done. What only another file
// or a decision can change stays as it is. A row that was held back behind another
// one, a mobile or, of removals, an alternateMobile, stays so as long as that one
// stays as it is. What is sent again keeps the count of its attempts, and is in
// doubt where a request for it may have left.
func (m *memory) left(lane authmethod.Lane) authmethod.Lane {
	open := true // the row that others are held back behind may still be done, or is
	var gone [3]bool
	return slices.DeleteFunc(lane, func(task authmethod.Task) bool {
		n, removes := task.Row, task.Verb == authmethod.Delete
		record, result := m.past.Rows[n], m.past.Results.At(n)
		switch {
		case record.Open:
			m.results.Set(n, unsettled(record))
		case !m.past.Results.Decided(n), result.Outcome == authmethod.Dependency && open:
		case result.Outcome.Success(), result.Outcome == authmethod.Dependency, result.Class == authmethod.FixData, result.Class == authmethod.Decision:
			m.results.Set(n, result)
			phoneType := m.results.Rows().At(n).PhoneType
			if phoneType == authmethod.PhoneTypeMobile && !removes || phoneType == authmethod.PhoneTypeAlternateMobile && removes {
				open = result.Outcome.Success() || !removes && result.Outcome == authmethod.Conflict
			}
			if rank := phoneType.Rank(); result.Outcome == authmethod.Removed && rank < len(gone) {
				gone[rank] = true
			}
			return true
		}
		if record.Attempts > 0 || gone != [3]bool{} {
			m.earlier[n] = submit.Earlier{Attempts: int(record.Attempts), Doubt: record.Open, Write: m.past.Changes[n], Gone: gone}
		}
		return false
	})
}

// unsettled is the result of a row of which nobody knows what became of it.
func unsettled(record journal.Record) authmethod.Result {
	result := authmethod.CodeNotSettledStopped.Result(authmethod.Unknown)
	result.Attempts = int(record.Attempts)
	return result
}
