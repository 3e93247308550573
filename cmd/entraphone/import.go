package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// importCommand is the main job: check, plan, post, report.
type importCommand struct {
	process
	file      fileOptions
	tenant    tenantOptions
	pace      paceOptions
	output    outputOptions
	simulate  bool
	simulator simulatorOptions
	dryRun    bool
}

const importHelp = `Check a CSV of phones, post them to Entra ID, and report every row.

FILE holds rows of user, phone type and phone number, or one row a user with a
column for each type; - reads standard input. The whole file is read and
checked before anything is sent. A summary goes to standard output, the log to
standard error, and results.csv, summary.json and journal.jsonl to a folder of
the run's own.

Usage:
  entraphone import FILE [flags]

Examples:
  entraphone import users.csv --simulate
  AZURE_CLIENT_SECRET=… entraphone import users.csv \
    --tenant-id contoso.com --client-id 00000000-…
`

func newImportCommand(p process) *cobra.Command {
	c := &importCommand{process: p}
	command := &cobra.Command{
		Use:   "import FILE",
		Short: "Check a CSV of phones, post them to Entra ID, and report every row",
		Args:  oneFile,
		RunE: func(command *cobra.Command, args []string) error {
			c.file.path = args[0]
			return c.run(command.Context())
		},
	}
	setHelp(command, importHelp, exitHelp(), c.file.flags(), c.mode(), c.tenant.flags(), c.pace.flags(), c.output.flags())
	return command
}

func (c *importCommand) mode() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to do", pflag.ContinueOnError)
	set.BoolVar(&c.dryRun, "dry-run", false, "do everything but send or sign in, and say in results.csv what would be sent")
	set.BoolVar(&c.simulate, "simulate", false, "send to the simulator inside this program instead of Graph")
	c.simulator.addTo(set)
	return set
}

// problems names everything that is wrong with the flags together.
func (c *importCommand) problems() []error {
	problems := append(c.pace.problems(), c.output.problems()...)
	if c.simulator.directory != "" && !c.simulate {
		problems = append(problems, errors.New("--directory is the simulator's: add --simulate"))
	}
	if c.simulator.scenario != "" && !c.simulate {
		problems = append(problems, errors.New("--scenario is the simulator's: add --simulate"))
	}
	return append(problems, c.tenant.problems()...)
}

// run is the import from beginning to end.
func (c *importCommand) run(ctx context.Context) error {
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	r := &importRun{importCommand: c, logger: c.console.logger(c.output)}
	defer r.close()
	if err := r.begin(ctx); err != nil {
		return err
	}
	return r.report(ctx, r.send(ctx))
}
