package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/plan"
)

// checkCommand reads and validates a file, offline. It reads and plans as import
// does, so that both find the same.
type checkCommand struct {
	process
	file    fileOptions
	format  string
	explain bool
	mask    bool
	fixed   string // the path of a cleaned copy
}

const checkHelp = `Read and validate a CSV of phones, offline: no sign-in, no network.

Usage:
  entraphone check FILE [flags]

Examples:
  entraphone check users.csv
  entraphone check users.csv --map user="Work Email" --format json
  entraphone check users.csv --fixed users-clean.csv
`

func newCheckCommand(p process) *cobra.Command {
	c := &checkCommand{process: p}
	command := &cobra.Command{
		Use:   "check FILE",
		Short: "Read and validate a CSV of phones, offline",
		Args:  oneFile,
		RunE: func(command *cobra.Command, args []string) error {
			c.file.path = args[0]
			return c.run(command.Context())
		},
	}
	setHelp(command, checkHelp, checkExitHelp, c.file.flags(c.getenv), c.flags())
	return command
}

func (c *checkCommand) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Findings", pflag.ContinueOnError)
	set.StringVar(&c.format, "format", "text", "print the findings in this `FORMAT`: text, or json for one object a row")
	set.BoolVar(&c.mask, "mask", false, "mask phone numbers on the screen, for others to look at it")
	set.StringVar(&c.fixed, "fixed", "", "write a cleaned copy of the whole file to `FILE`, with the numbers as they would be sent and what is wrong behind the other lines; it must be a new one")
	set.BoolVar(&c.explain, "explain", false, "print how the file is read as a profile, ready to be saved for --profile, and nothing of its rows")
	return set
}

func (c *checkCommand) run(ctx context.Context) (err error) {
	if c.format != "text" && c.format != "json" {
		return usagef("--format %q: give text or json", c.format)
	}
	if err := c.fixable(); err != nil {
		return err
	}
	asRejects(c.process, &c.file)
	in, done, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer done()
	if c.stream.on() {
		_ = c.stream.put("reading", newReading(in)) // an error comes again with the total
	}
	if c.explain {
		return c.printProfile(in)
	}
	planned := plan.Build(&in.Rows, plan.Policy{})
	results := authmethod.NewResults(&in.Rows, planned.Findings)
	for _, d := range planned.Decisions {
		results.Set(d.Row, d.Result)
	}
	if err := c.print(in, results); err != nil {
		return fmt.Errorf("printing the findings: %w", err)
	}
	if c.fixed != "" {
		if err := writeFixed(ctx, c.process, in, results, c.fixed); err != nil {
			return err
		}
	}
	if results.Counts()[authmethod.Rejected] > 0 {
		return rowsError{}
	}
	return nil
}

// fixable refuses what cannot be done together with a cleaned copy.
func (c *checkCommand) fixable() error {
	switch {
	case c.fixed == "":
		return nil
	case c.explain:
		return usagef("--explain tells nothing of the rows: leave out --fixed")
	}
	return mayBeFixed(c.fixed)
}

func (c *checkCommand) read(ctx context.Context) (in *input, done func(), err error) {
	if c.fixed != "" {
		return readTwice(ctx, c.process, c.file)
	}
	in, err = readInput(ctx, c.process, c.file, "")
	return in, func() {}, err
}

func (c *checkCommand) print(in *input, results *authmethod.Results) error {
	screen := newConsole(c.stdout)
	found := findings{in.File, results, c.mask, screen.width}
	if c.stream.on() {
		return found.tell(c.stream)
	}
	out := bufio.NewWriter(c.stdout)
	if c.format == "json" {
		return errors.Join(found.printJSON(out), out.Flush())
	}
	fmt.Fprintln(out, screen.laid(in.Reading.String())) // an error comes again with Flush
	return errors.Join(found.printText(out), out.Flush())
}

// printProfile prints how the file was read as a profile, ready to be saved, and
// in words beside it.
func (c *checkCommand) printProfile(in *input) error {
	fmt.Fprintln(c.console, c.console.laid(in.Reading.String()))
	profile := in.Reading.Profile(in.options)
	if c.stream.on() {
		var text bytes.Buffer
		err := profile.Write(&text)
		return printed("the profile", cmp.Or(err, c.stream.put("profile", map[string]string{"yaml": text.String()})))
	}
	return printed("the profile", profile.Write(c.stdout))
}
