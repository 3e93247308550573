package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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
  AZURE_CLIENT_SECRET=… entraphone import users.csv --tenant-id contoso.com --client-id 00000000-…
`

const checkHelp = `Read and validate a CSV of phones, offline: no sign-in, no network.

Usage:
  entraphone check FILE [flags]

Examples:
  entraphone check users.csv
  entraphone check export.csv --map user="Work Email" --default-country GB --format json
`

const simulateHelp = `Serve a simulated Microsoft Graph on a local port, with sign-in, for this and
other programs to try things on.

It prints its addresses and a command that imports into it, and serves until it
is interrupted, which is exit code 0. Nothing leaves this machine. A scenario
says what goes wrong: samples/scenario.yaml explains every key.

Usage:
  entraphone simulate [flags]

Examples:
  entraphone simulate --users 1000
  entraphone simulate --directory people.csv --scenario storm --write-quota 300/60s
`

const exitHelp = `
Exit codes:
  0    all rows are done, or there was nothing to do
  1    the run could not be carried out (disk, network, internal)
  2    usage, configuration or unreadable input; nothing was sent
  3    finished, but some rows were rejected, refused, conflicting or unknown
  4    stopped on purpose by a limit (--give-up-after); run again
  5    credentials or permission refused
  6    another run holds the lock
  130  interrupted; run again
Any other code means failure.
`

const simulateExitHelp = `
Exit codes:
  0    it was interrupted, and the people are kept if --state says so
  1    it could not serve, or not keep what it should (disk, network, internal)
  2    usage, configuration or unreadable input; nothing was served
  6    another simulator uses the same --state
Any other code means failure.
`

const templateHelp = `Print a CSV file to start from, with an example that is skipped when the file is
read.

Usage:
  entraphone template [flags]

Examples:
  entraphone template > phones.csv
  entraphone template --profile entra-bulk-create
`

const templateExitHelp = `
Exit codes:
  0    the template is printed
  1    it could not be printed
  2    usage, or an unreadable profile
Any other code means failure.
`

// setHelp gives a command its flags and a help that shows them by purpose, with
// its exit codes.
func setHelp(command *cobra.Command, intro, exits string, groups ...*pflag.FlagSet) {
	for _, group := range groups {
		group.SortFlags = false
		command.Flags().AddFlagSet(group)
	}
	command.SetHelpFunc(func(command *cobra.Command, _ []string) {
		w := command.OutOrStdout()
		fmt.Fprint(w, intro)
		for _, group := range groups {
			fmt.Fprintf(w, "\n%s:\n%s", group.Name(), group.FlagUsagesWrapped(100))
		}
		fmt.Fprint(w, exits)
	})
}

// oneFile is what every command takes.
func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &usageError{[]error{fmt.Errorf("give one FILE, or - for standard input; %d were given", len(args))}}
	}
	return nil
}

func (c *importCommand) mode() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to do", pflag.ContinueOnError)
	set.BoolVar(&c.dryRun, "dry-run", false, "do everything but send or sign in, and say in results.csv what would be sent")
	set.BoolVar(&c.simulate, "simulate", false, "send to the simulator inside this program instead of Graph")
	c.simulator.addTo(set)
	return set
}

func (c *checkCommand) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Findings", pflag.ContinueOnError)
	set.StringVar(&c.format, "format", "text", "`FORMAT`: text, or json for one object a row")
	set.BoolVar(&c.explain, "explain", false, "print how the file is read as a profile, ready to be saved for --profile, and nothing of its rows")
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
