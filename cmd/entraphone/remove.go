package main

import (
	"github.com/spf13/cobra"

	"entraphone/internal/authmethod"
)

const removeHelp = `Take phones away from users, never their last method.

FILE holds users, or users and phone types, or the rows of an import; - reads
standard input. Without phone types all phones of a user are removed, the
alternateMobile before the mobile. Where a row has a number, that number is
removed and no other. A phone that is the only method by which its user can
prove who they are stays, unless --allow-last-method is given; Graph itself
refuses to remove the default method. Whoever runs it on a terminal is asked
first (not with --yes). The numbers are kept in the journal, so that a rollback
registers them again.

Usage:
  entraphone remove FILE [flags]

Examples:
  entraphone remove leavers.csv --simulate
  entraphone remove leavers.csv --dry-run
`

// newRemoveCommand is an import whose lines ask for a removal where they do not say.
func newRemoveCommand(p process) *cobra.Command {
	c := &importCommand{process: p}
	command := &cobra.Command{
		Use:   "remove FILE",
		Short: "Take phones away from users, never their last method",
		Args:  fileOrTenants(p),
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) == 0 {
				return eachTenant(p, command, c.after.quiet)
			}
			c.file.path, c.file.action = args[0], authmethod.Remove
			c.given = givenFlags(command.Flags())
			return c.run(command.Context())
		},
	}
	setHelp(command, removeHelp, exitHelp(), c.file.flags(c.getenv), c.whole.flags(), c.mode(), c.changes.removalFlags(), c.brakes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags(), c.after.flags(), onlyFlags())
	return command
}
