package main

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// reportCommand makes the report of a run again. It takes no lock and opens no
// journal to write: a run that is under way does not notice.
type reportCommand struct {
	*importCommand
	run string
}

const reportHelp = `Make results.csv, summary.json and the rejects of a run again, from its input
and its journal. Nothing is sent, and the run may still be under way.

Without RUN the newest run is meant that has sent something.

Usage:
  entraphone report [RUN] [flags]

Examples:
  entraphone report 20261127T021500Z-users
`

func newReportCommand(p process) *cobra.Command {
	c := &reportCommand{importCommand: &importCommand{process: p}}
	command := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Make the report of a run again, also while it is under way",
		Args:  atMostOneRun,

		ValidArgsFunction: completeRun(c.importCommand, reportable),
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) == 1 {
				c.run = args[0]
			}
			return c.report(command.Context(), command.Flags())
		},
	}
	set := pflag.NewFlagSet("The report", pflag.ContinueOnError)
	set.StringVar(&c.output.state, "state", "", "runs are kept in `DIR` (default: "+stateFolderInWords()+")")
	set.BoolVar(&c.output.mask, "mask", false, "mask phone numbers in results.csv")
	setHelp(command, reportHelp, "", set)
	return command
}

// report plans the rows once more, because findings and decisions are not in the
// journal, and lays the journal's outcomes over them.
func (c *reportCommand) report(ctx context.Context, own *pflag.FlagSet) error {
	state, err := c.output.folder(c.getenv)
	if err != nil {
		return err
	}
	folder, header, err := c.takeUp(state, c.run, reportable, own)
	if err != nil {
		return err
	}
	c.after.quiet = false // whoever asks wants to see it
	r := newImportRun(c.importCommand)
	r.folder = folder
	defer r.close()
	if err := r.load(header, state, func() (*input, error) { return c.read(ctx, folder, header) }); err != nil {
		return err
	}
	r.plan()
	if err := r.foresight.recall(r, state); err != nil {
		return err
	}
	if r.past, err = foldJournal(folder, &r.input.Rows, 0); err != nil {
		return err
	}
	busy, err := underWay(state)
	if err != nil {
		return err
	}
	facts := c.recall(r, header, slices.Contains(busy, folder.name()))
	facts.Recall(folder.file(summaryFile))
	return errors.Join(r.write(ctx, &facts)...)
}

// read reads what the run has kept of its input, or the file itself where it has
// kept nothing.
func (c *reportCommand) read(ctx context.Context, folder *runFolder, header journal.Header) (*input, error) {
	kept := folder.file(keptInput)
	if _, err := os.Stat(kept); err == nil || header.Path == "" {
		return readKept(ctx, c.process, c.file, header.Input, kept)
	}
	return readInput(ctx, c.process, c.file, folder.path)
}

// recall takes the results from the journal, whatever they are, and says what is
// known of the run as a whole. A row that was never begun has the outcome of the
// plan, or is not attempted.
func (c *reportCommand) recall(r *importRun, header journal.Header, underWay bool) report.Facts {
	facts := report.Facts{
		Command: r.stream.name(), TenantID: header.TenantID, Endpoint: header.Endpoint, Options: optionsTold(r),
		Tool: "entraphone " + header.Version, Run: r.folder.name(), Input: r.input.Reading.Name, SHA256: header.SHA256,
		LeftOut: r.input.Reading.LeftOut.Where + r.input.Reading.LeftOut.Range, WithoutPhone: r.input.Reading.WithoutPhone,
		Undoes: header.Undoes, StartedAt: header.StartedAt, FinishedAt: r.past.Last, Target: targetInWords(header), Rehearsal: header.Endpoint == simulatorEndpoint, Removes: header.Removes, ExitCode: r.past.ExitCode,
	}
	for n, record := range r.past.Rows {
		facts.Sent += int64(record.Attempts)
		facts.Operations = facts.Sent
		switch {
		case r.past.Results.Decided(authmethod.RowNumber(n)): // also that it is unknown, and why
			r.results.Set(authmethod.RowNumber(n), r.past.Results.At(authmethod.RowNumber(n)))
		case record.Open:
			r.results.Set(authmethod.RowNumber(n), unsettled(record))
		}
	}
	switch {
	case underWay:
		facts.UnderWay = true
		r.results.End(authmethod.CodeRunStopped.Result(authmethod.NotAttempted, "it is under way still"))
	case !r.past.Ended:
		facts.Stopped, facts.ExitCode = "it has not come to its end", exitStopped
		r.results.End(authmethod.CodeRunStopped.Result(authmethod.NotAttempted, facts.Stopped))
	}
	return facts
}
