package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/graph"
)

// doctorCommand finds out before row 1 what would stop an import, and whether the
// phones will be of use. It changes nothing.
type doctorCommand struct {
	process
	tenant    tenantOptions
	simulate  bool
	simulator simulatorOptions
	user      string
	format    string
}

const doctorHelp = `Say whether an import would work, and whether the phones would: the way to
Graph, the clock, the sign-in, permissions, one read, one $batch, the tenant's
policy for SMS and voice, and the day on which Microsoft's own delivery ends.

It reads and changes nothing. Each line is ok, a warning, missing, with what to
do, or cannot tell.

Usage:
  entraphone doctor [flags]

Examples:
  entraphone doctor --simulate --directory samples/directory.csv
  AZURE_CLIENT_SECRET=… entraphone doctor --tenant-id contoso.com \
    --client-id 00000000-… --user mia@contoso.com
` + inPowerShell

const doctorExitHelp = `
Exit codes:
  0    nothing is missing; there may be warnings
  1    Graph or the sign-in service cannot be reached (network, internal)
  2    usage or configuration
  5    credentials or permission refused: so would be an import
  130  interrupted
Any other code means failure.
`

func newDoctorCommand(p process) *cobra.Command {
	c := &doctorCommand{process: p}
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Say whether an import would work, and whether the phones would",
		Args:  nothingElse,
		RunE:  func(command *cobra.Command, _ []string) error { return c.run(command.Context()) },
	}
	setHelp(command, doctorHelp, doctorExitHelp, c.flags(), c.tenant.flags())
	return command
}

func (c *doctorCommand) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to do", pflag.ContinueOnError)
	set.StringVar(&c.user, "user", "", "read a phone of this `USER`, by userPrincipalName or object id (default: of any that Graph lists)")
	set.StringVar(&c.format, "format", "text", "print the lines in this `FORMAT`: text, or json for one object a line")
	set.BoolVar(&c.simulate, "simulate", false, "ask the simulator inside this program instead of Graph")
	c.simulator.addTo(set)
	return set
}

// run prints each diagnosis as soon as it is known: a network may let people wait.
// What is missing has been told by then, so that the error only sums it up.
func (c *doctorCommand) run(ctx context.Context) error {
	print, known := diagnosisPrinters[c.format]
	problems := append(c.simulator.problems(c.simulate), c.tenant.problems()...)
	if !known {
		problems = append(problems, fmt.Errorf("--format %q: give text or json", c.format))
	}
	if len(problems) > 0 {
		return &usageError{problems}
	}
	if c.stream.on() {
		print = func(_ io.Writer, d diagnosis) error { return c.stream.put("check", d) }
	}
	configs, err := c.configs()
	if err != nil {
		return err
	}
	var unprinted, first error
	tell := func(d diagnosis) {
		if unprinted == nil {
			unprinted = print(c.stdout, d)
		}
	}
	for _, config := range configs {
		if config.name != "" {
			tell(diagnosis{Name: "credential", State: wellState, Message: config.name})
		}
		client, err := graph.New(config.Config)
		if err != nil {
			return err
		}
		e := &examination{client: client, config: config.Config, user: c.user, started: time.Now(), tell: tell}
		first = cmp.Or(first, e.run(ctx))
	}
	if unprinted != nil {
		return fmt.Errorf("printing what was found: %w", unprinted)
	}
	return first
}

// configs are where to ask and as whom, one after the other. There is no log: what is
// found is all that there is to say.
func (c *doctorCommand) configs() (configs []namedConfig, err error) {
	if c.simulate {
		var config graph.Config
		config, err = c.simulator.graph()
		configs = []namedConfig{{Config: config}}
	} else {
		configs, err = c.tenant.configs(c.process)
	}
	for i := range configs {
		configs[i].Connections, configs[i].Version, configs[i].Logger = 1, version(), zerolog.Nop()
	}
	return configs, err
}

// doctorError sums up why an import would not work, for standard error and the
// exit code; the lines have told the rest.
type doctorError struct {
	problem string
	code    int
}

func (e *doctorError) Error() string { return e.problem }

func (e *doctorError) ExitCode() int { return e.code }
