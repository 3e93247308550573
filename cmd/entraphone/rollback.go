package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
)

// rollbackCommand undoes a run. It is itself a run: recorded, to be resumed, and
// to be rolled back.
type rollbackCommand struct {
	*importCommand
	run      string
	yes      bool
	doubtful bool
}

const rollbackHelp = `Put back what a run has changed: phones that it created are taken away, numbers
that it replaced come back, and phones that it removed are registered again.

Before anything is taken away or put back the phone is read: only what the run
wrote is changed. Where another number stands by now, the row is a conflict and
nothing is changed; a default method cannot be removed. Phones that stood there
before the run stay, and so do those of which nobody knows, unless --doubtful
is given.

The rollback is a run of its own, which can be resumed, reported, and rolled
back.

Usage:
  entraphone rollback RUN [flags]

Examples:
  entraphone rollback 20261127T021500Z-users
`

func newRollbackCommand(p process) *cobra.Command {
	c := &rollbackCommand{importCommand: &importCommand{process: p}}
	command := &cobra.Command{
		Use:   "rollback RUN",
		Short: "Put back what a run has changed",
		Args:  oneRun,

		ValidArgsFunction: completeRun(c.importCommand, undoable),
		RunE: func(command *cobra.Command, args []string) error {
			c.run = args[0]
			return c.rollback(command.Context(), command.Flags())
		},
	}
	set := pflag.NewFlagSet("What to do", pflag.ContinueOnError)
	set.BoolVar(&c.yes, "yes", false, "do not ask first")
	set.BoolVar(&c.doubtful, "doubtful", false, "also take away phones of which nobody knows whether they stood there before the run: those whose answers were lost")
	setHelp(command, rollbackHelp, exitHelp(), set, c.brakes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags(), c.after.flags())
	return command
}

// rollback takes the options of the run that it undoes, the tenant above all;
// those given now win. Its own journal keeps both, for a resume.
func (c *rollbackCommand) rollback(ctx context.Context, own *pflag.FlagSet) error {
	state, err := c.output.folder(c.getenv)
	if err != nil {
		return err
	}
	undone, header, err := c.takeUp(state, c.run, nil, own)
	if err != nil {
		return err
	}
	if c.simulate {
		return usagef("%s was a rehearsal: its simulator ended with it", undone.name())
	}
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	asked := func(f journal.Flag) bool { return f.Name == "yes" || f.Name == "doubtful" }
	c.given = append(header.Flags, slices.DeleteFunc(givenFlags(own), asked)...)
	r := newImportRun(c.importCommand)
	r.undoes = undone.name()
	defer r.close()
	if err := c.begin(ctx, r, state, undone, header); err != nil {
		return err
	}
	return r.report(ctx, r.send(ctx))
}

// begin does everything that can fail without anything being sent, and asks. It
// asks under the lock: the rows are those that stand in the journal then.
func (c *rollbackCommand) begin(ctx context.Context, r *importRun, state string, undone *runFolder, header journal.Header) (err error) {
	r.state = state
	if r.target, err = r.newTarget(nil, r.logger); err != nil {
		return err
	}
	if err := r.target.sameAs(header, undone.name()); err != nil {
		return err
	}
	if r.lock, err = takeLock(ctx, state, r.target, r.output.wait); err != nil {
		return err
	}
	not, err := r.takeBack(undone, 0, c.doubtful)
	if err != nil {
		return err
	}
	users := r.plan()
	if err := useKnowledge(r, state); err != nil {
		return err
	}
	if err := c.ask(ctx, r, users, not); err != nil {
		return err
	}
	if r.folder, err = newRunFolder(state, "rollback", r.file.shard.name()+kindInName(r), r.started); err != nil {
		return err
	}
	if err := r.settleIn(); err != nil {
		return err
	}
	r.audit().Str("run", r.folder.name()).Str("undoes", r.undoes).Int("rows", r.input.Rows.Len()).Int("users", users).Str("target", r.target.words).Msg("rollback begins")
	return nil
}

// ask says what will be done, and waits for a yes. Without a terminal or a pipe
// that says yes, nothing is changed.
func (c *rollbackCommand) ask(ctx context.Context, r *importRun, users int, not unknown) error {
	counts := map[authmethod.Verb]int{}
	for _, task := range r.undoing {
		counts[task.Verb]++
	}
	var parts []string
	for _, part := range []struct {
		verb authmethod.Verb
		text string
	}{
		{authmethod.Delete, "takes away up to %d phones"}, {authmethod.Update, "puts back the former number of up to %d phones"}, {authmethod.Create, "registers again up to %d phones"},
	} {
		if n := counts[part.verb]; n > 0 || part.verb == authmethod.Delete && len(r.undoing) == 0 {
			parts = append(parts, fmt.Sprintf(part.text, n))
		}
	}
	fmt.Fprintf(c.console, "This %s of %d users in %s, which the run %s has changed.\n", strings.Join(parts, " and "), users, r.target.words, r.undoes)
	if not.open > 0 {
		fmt.Fprintf(c.console, "Of %d more phones nobody knows whether the run changed them; they stay as they are. To settle that first: entraphone resume %s\n", not.open, r.undoes)
	}
	if not.doubt > 0 {
		fmt.Fprintf(c.console, "Of %d more phones nobody knows whether they stood there before the run, because its answers were lost; they stay, unless --doubtful is given.\n", not.doubt)
	}
	if not.masked > 0 {
		fmt.Fprintf(c.console, "%d phones that it removed cannot be registered again: Graph showed their numbers masked.\n", not.masked)
	}
	return c.confirm(ctx, "", c.yes || r.input.Rows.Len() == 0)
}
