package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/pkg/browser"
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
	runs    []string
	formats []string
	open    bool
	whole   bool // of all shards the rows are wanted
}

const reportHelp = `Make report.html, results.csv, summary.json and the rejects of a run again, from
its input and its journal. Nothing is sent, and the run may still be under way.

Without RUN the newest run is meant that has sent something. Several make one
report, in a folder of its own: shards of a file, or a first run and those of
what was corrected. Its rows are those of the first one's file, each with what
became of it in the end.

Usage:
  entraphone report [RUN...] [flags]

Examples:
  entraphone report --open
  entraphone report 20261127T021500Z-users --format html,junit --mask
`

func newReportCommand(p process) *cobra.Command {
	c := &reportCommand{importCommand: &importCommand{process: p}}
	command := &cobra.Command{
		Use:               "report [RUN...]",
		Short:             "Make the report of a run again, also while it is under way",
		ValidArgsFunction: completeRun(c.importCommand, reportable),
		RunE: func(command *cobra.Command, args []string) error {
			if err := c.formatProblem(); err != nil {
				return err
			}
			if c.runs = args; len(args) > 1 {
				return c.merge(command.Context(), args, command.Flags())
			}
			return c.report(command.Context(), command.Flags())
		},
	}
	set := pflag.NewFlagSet("The report", pflag.ContinueOnError)
	set.StringVar(&c.output.state, "state", "", "runs are kept in `DIR` (default: "+stateFolderInWords()+")")
	set.StringSliceVar(&c.formats, "format", []string{"html", "csv"}, "write the results in this `FORMAT`, or a list with commas between: html (report.html), csv (results.csv), json (results.jsonl, an object a line) or junit (results.xml)")
	set.BoolVar(&c.open, "open", false, "open report.html in the browser")
	c.output.addMaskTo(set)
	set.Lookup("mask").Usage = "mask phone numbers in all of them; report.html is masked without this flag, too, and whole with --mask=false"
	command.Flags().AddFlagSet(set)
	_ = command.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp)) // fails for unknown flags only
	setHelp(command, reportHelp, "", set)
	return command
}

// report makes the report of one run.
func (c *reportCommand) report(ctx context.Context, own *pflag.FlagSet) error {
	state, err := c.output.folder(c.getenv)
	if err != nil {
		return err
	}
	r, _, facts, err := c.recallRun(ctx, state, strings.Join(c.runs, ""), own)
	if r != nil {
		defer r.close()
	}
	if err != nil {
		return err
	}
	return c.finish(ctx, r, facts)
}

// finish writes the report, and shows it.
func (c *reportCommand) finish(ctx context.Context, r *importRun, facts report.Facts) error {
	if err := errors.Join(r.write(ctx, &facts, c.formats...)...); err != nil || !c.open {
		return err
	}
	return c.show(r.folder.file(pageFile))
}

// recallRun plans the rows of a run once more, because findings and decisions are not in
// the journal, and lays the journal's outcomes over them.
func (c *reportCommand) recallRun(ctx context.Context, state, name string, own *pflag.FlagSet) (*importRun, journal.Header, report.Facts, error) {
	folder, header, err := c.takeUp(state, name, reportable, own)
	if err != nil {
		return nil, header, report.Facts{}, err
	}
	if c.whole {
		c.file.shard.of = 0
	}
	c.after.quiet = false // whoever asks wants to see it
	r := newImportRun(c.importCommand)
	r.folder = folder
	if err := r.load(header, state, func() (*input, error) { return c.read(ctx, folder, header) }); err != nil {
		return r, header, report.Facts{}, err
	}
	r.plan()
	if err := r.foresight.recall(r, state); err != nil {
		return r, header, report.Facts{}, err
	}
	if r.past, err = foldJournal(folder, &r.input.Rows, 0); err != nil {
		return r, header, report.Facts{}, err
	}
	busy, err := underWay(state)
	if err != nil {
		return r, header, report.Facts{}, err
	}
	facts := c.recall(r, header, slices.Contains(busy, folder.name()))
	report.Recall(&facts, folder.file(summaryFile))
	facts.Pace = keptPace(folder)
	return r, header, facts, nil
}

// formatProblem refuses a format that there is not, and --open without a page.
func (c *reportCommand) formatProblem() error {
	for _, format := range c.formats {
		if !slices.Contains(formats(), format) {
			return usagef("--format %q: give %s, or a list with commas between", format, strings.Join(formats(), ", "))
		}
	}
	if c.open && !slices.Contains(c.formats, "html") {
		return usagef("--open opens report.html: give html among the formats, too")
	}
	return nil
}

// show opens a page in the browser of whoever sits here. What a browser prints is
// nothing that this program says.
func (c *reportCommand) show(path string) error {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	if err := browser.OpenFile(path); err != nil {
		return fmt.Errorf("opening %s in the browser: %w", path, err)
	}
	return nil
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
