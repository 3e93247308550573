package main

import (
	"slices"

	"github.com/spf13/cobra"
)

// completeRun offers shells the runs that will do for a command, the newest first,
// with how each stands. It looks where the command would: in --state, the settings,
// or the default folder. What goes wrong is told when the command is run.
func completeRun(c *importCommand, will func(keptRun) bool) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
		const as = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(args) > 0 {
			return nil, as
		}
		if _, err := c.configure(command, c.configPath(command)); err != nil {
			return nil, as
		}
		state, err := c.output.folder(c.getenv)
		if err != nil {
			return nil, as
		}
		runs, err := listRuns(state)
		if err != nil {
			return nil, as
		}
		for _, run := range slices.Backward(runs) {
			if will(run) {
				names = append(names, run.folder.name()+"\t"+string(run.state))
			}
		}
		return names, as
	}
}

// resumable reports whether there is something to go on with.
func resumable(run keptRun) bool { return run.state == runStopped && !run.simulated() }

// reportable reports whether there is a journal to make a report of.
func reportable(run keptRun) bool { return run.state != runNothing }

// undoable reports whether a run may have changed something that still stands.
func undoable(run keptRun) bool {
	return (run.state == runDone || run.state == runStopped) && !run.simulated()
}
