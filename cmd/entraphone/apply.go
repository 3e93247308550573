package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// applyCommand is the import that a plan was made of, as far as it was planned.
type applyCommand struct {
	*importCommand
	path string
}

const applyHelp = `Do exactly what a saved plan says, or nothing.

PLAN is what entraphone plan --out has saved. The file is read again, with the
options of the plan, and so are the phones of all users that it would change. If
either is not as it was, apply names what moved and sends nothing.

Usage:
  entraphone apply PLAN [flags]

Examples:
  entraphone apply users.plan
`

func newApplyCommand(p process) *cobra.Command {
	c := &applyCommand{importCommand: &importCommand{process: p}}
	command := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Do exactly what a saved plan says, or nothing",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("give one PLAN, as entraphone plan --out saves it; %d were given", len(args))
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			c.path = args[0]
			return c.apply(command.Context(), command.Flags())
		},
	}
	setHelp(command, applyHelp, exitHelp(), c.changes.limitFlags(), c.brakes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags(), c.after.flags())
	return command
}

func (c *applyCommand) apply(ctx context.Context, own *pflag.FlagSet) error {
	state, err := c.output.folder(c.getenv)
	if err != nil {
		return err
	}
	header, lines, err := openPlan(c.path, state)
	if err != nil {
		return err
	}
	if err := c.takeFlags(header, own); err != nil {
		return err
	}
	c.given = append(header.Flags, givenFlags(own)...)
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	r := newImportRun(c.importCommand)
	r.foresight = foresight{applied: lines, header: header}
	defer r.close()
	if err := r.begin(ctx); err != nil {
		return err
	}
	return r.report(ctx, r.send(ctx))
}
