package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/importfile"
	"entraphone/internal/journal"
)

// importCommand is the main job: check, plan, post, report. Resume, rollback and
// report are commands of their own that set its options from a journal, and then
// do a part of what it does.
type importCommand struct {
	process
	file      fileOptions
	whole     wholeOptions
	changes   changeOptions
	brakes    brakes
	after     aftermath
	tenant    tenantOptions
	pace      paceOptions
	output    outputOptions
	simulate  bool
	simulator simulatorOptions
	dryRun    bool
	planning  bool // nothing is changed
	quiet     bool // no summary is printed

	given []journal.Flag // every option on the command line
}

const importHelp = `Check a CSV of phones, post them to Entra ID, and report every row.

FILE holds rows of user, phone type and phone number, or one row a user with a
column for each type; - reads standard input. The whole file is read and
checked before anything is sent, and whoever runs it on a terminal is asked
first (not with --yes). A summary goes to standard output, the log to
standard error, and results.csv, summary.json and journal.jsonl to a folder of
the run's own.

Usage:
  entraphone import FILE [flags]
  entraphone import --config FILE [flags]   for each tenant that it lists

Examples:
  entraphone import users.csv --simulate
  AZURE_CLIENT_SECRET=… entraphone import users.csv \
    --tenant-id contoso.com --client-id 00000000-…
` + inPowerShell

func newImportCommand(p process) *cobra.Command {
	c := &importCommand{process: p}
	command := &cobra.Command{
		Use:   "import FILE",
		Short: "Check a CSV of phones, post them to Entra ID, and report every row",
		Args:  fileOrTenants(p),
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) == 0 {
				return eachTenant(p, command, c.after.quiet)
			}
			c.file.path = args[0]
			c.given = givenFlags(command.Flags())
			return c.run(command.Context())
		},
	}
	setHelp(command, importHelp, exitHelp(), c.file.flags(c.getenv), c.whole.flags(), c.mode(), c.changes.flags(), c.brakes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags(), c.after.flags(), onlyFlags())
	return command
}

// mode are the flags that choose the target; without any it is the tenant.
func (c *importCommand) mode() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to do", pflag.ContinueOnError)
	set.BoolVar(&c.dryRun, "dry-run", false, "do everything but send or sign in, and say in results.csv what would be sent")
	set.AddFlagSet(c.rehearsal())
	return set
}

// rehearsal are the flags of the simulator.
func (c *importCommand) rehearsal() *pflag.FlagSet {
	set := pflag.NewFlagSet("The simulator", pflag.ContinueOnError)
	set.BoolVar(&c.simulate, "simulate", false, "send to the simulator inside this program instead of Graph")
	c.simulator.addTo(set)
	return set
}

// problems names everything that is wrong with the flags together. Whether the
// credential is complete shows later, when the target is made.
func (c *importCommand) problems() []error {
	problems := slices.Concat(c.whole.problems(), c.changes.problems(), c.brakes.problems(), c.pace.problems(), c.output.problems(), c.after.problems(), c.simulator.problems(c.simulate))
	problems = append(problems, c.tenant.problems()...)
	return append(problems, c.console.keepLog(c.output)...)
}

// run is the import from beginning to end. The report is made whatever the
// sending came to, and also after an interrupt.
func (c *importCommand) run(ctx context.Context) error {
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	r := newImportRun(c)
	defer r.close()
	if err := r.begin(ctx); err != nil {
		return err
	}
	return r.report(ctx, r.send(ctx))
}

// givenFlags are the options as they were given, for a later resume, which may
// happen in another folder. Paths are made absolute. Defaults are not kept: a
// resumed run has those of the version that resumes it, and how a command prints is
// not the run's. No flag holds a secret.
func givenFlags(set *pflag.FlagSet) (given []journal.Flag) {
	set.Visit(func(f *pflag.Flag) {
		if slices.Contains([]string{configFlag, onlyFlag, outputFlag}, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, is := f.Value.(pflag.SliceValue); is {
			values = list.GetSlice()
		}
		for _, value := range values {
			if _, named := heading.NamedProfile(value); named && f.Name == "profile" {
				given = append(given, journal.Flag{Name: f.Name, Value: value})
				continue
			}
			if slices.Contains([]string{"profile", "credentials", "client-certificate", "client-secret-file", "ca-file", "state", "identity"}, f.Name) {
				value = absolute(value)
			}
			if whole, err := filepath.Abs(value); err == nil && f.Name == "log-file" { // it may not be there yet
				value = whole
			}
			given = append(given, journal.Flag{Name: f.Name, Value: value})
		}
	})
	return given
}

// takeUp finds a run of which there is a journal, and takes its options.
func (c *importCommand) takeUp(state, run string, will func(keptRun) bool, own *pflag.FlagSet) (*runFolder, journal.Header, error) {
	folder, err := findRun(state, run, will)
	if err != nil {
		return nil, journal.Header{}, err
	}
	header, err := journal.ReadHeader(folder.file(journalFile))
	if err != nil {
		return nil, journal.Header{}, err
	}
	return folder, header, c.takeFlags(header, own)
}

// takeFlags sets the options of the run, but for those that are given anew. An
// option that this version does not know ends it: without it the rows might be
// others. The folder of runs is that in which the run was found.
func (c *importCommand) takeFlags(header journal.Header, own *pflag.FlagSet) error {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	kept := *c
	for _, set := range []*pflag.FlagSet{c.file.flags(c.getenv), c.whole.flags(), c.mode(), c.changes.flags(), c.brakes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags(), c.after.flags()} {
		all.AddFlagSet(set)
	}
	c.tenant, c.pace, c.output, c.brakes, c.after = kept.tenant, kept.pace, kept.output, kept.brakes, kept.after // flags set their defaults; nothing else is given anew
	c.given = header.Flags
	for _, flag := range header.Flags {
		if given := own.Lookup(flag.Name); given != nil && given.Changed || flag.Name == "state" {
			continue
		}
		if all.Lookup(flag.Name) == nil {
			return fmt.Errorf("the run has an option --%s that this version does not know", flag.Name)
		}
		if err := all.Set(flag.Name, flag.Value); err != nil {
			return fmt.Errorf("the run's option --%s %s: %w", flag.Name, flag.Value, err)
		}
	}
	if c.tenant.tenantID == "" {
		c.tenant.tenantID = header.TenantID
	}
	c.file.path, c.file.name = header.Path, header.Input
	if header.Removes {
		c.file.action = authmethod.Remove
	}
	if header.Path == "" {
		c.file.path = importfile.StandardInput
	}
	return nil
}

// absolute is the path from wherever, if the file is there, and the text as it is
// if not: a profile may be one that has a name. What stands behind a # is a part of the
// file.
func absolute(path string) string {
	name, part, within := strings.Cut(path, "#")
	if whole, err := filepath.Abs(name); err == nil {
		if exists(whole) {
			if within {
				whole += "#" + part
			}
			return whole
		}
	}
	return path
}
