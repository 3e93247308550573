package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/graphsim"
	"entraphone/internal/heading"
)

// inPowerShell stands below examples that set a variable, or go on in another line.
const inPowerShell = "In PowerShell, set $env:AZURE_CLIENT_SECRET = \"…\" first, and end lines with `.\n"

const simulateHelp = `Serve a simulated Microsoft Graph on a local port, with sign-in, for this and
other programs to try things on.

It prints its addresses and a command that imports into it, and serves until it
is interrupted, which is exit code 0. Nothing leaves this machine. A scenario
says what goes wrong: samples/scenario.yaml explains every key.

Usage:
  entraphone simulate [flags]

Examples:
  entraphone simulate --users 1000
  entraphone simulate --directory people.csv --scenario storm
`

const simulateExitHelp = `
Exit codes:
  0    it was interrupted, and the people are kept if --state says so
  1    it could not serve, or not keep what it should (disk, network, internal)
  2    usage, configuration or unreadable input; nothing was served
  6    another simulator uses the same --state
Any other code means failure.
`

// checkExitHelp are the exit codes that a command can have which reads a file
// and sends nothing.
const checkExitHelp = `
Exit codes:
  0    no row would be rejected
  1    the findings could not be printed (disk, network, internal)
  2    usage, configuration or unreadable input
  3    some rows would be rejected
  130  interrupted
Any other code means failure.
`

// columns is how wide help is: every terminal has so many.
const columns = 80

// setHelp gives a command its flags and a help that shows them by purpose, with
// its exit codes.
func setHelp(command *cobra.Command, intro, exits string, groups ...*pflag.FlagSet) {
	for _, group := range groups {
		group.SortFlags = false
		command.Flags().AddFlagSet(group)
	}
	for flag, values := range flagValues() {
		if _, has := command.GetFlagCompletionFunc(flag); !has && command.Flags().Lookup(flag) != nil {
			_ = command.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveDefault)) // fails for unknown flags only
		}
	}
	command.SetHelpFunc(func(command *cobra.Command, _ []string) {
		w := command.OutOrStdout()
		fmt.Fprint(w, intro)
		for _, group := range groups {
			fmt.Fprintf(w, "\n%s:\n%s", group.Name(), group.FlagUsagesWrapped(columns))
		}
		if all := command.InheritedFlags(); all.HasFlags() {
			fmt.Fprintf(w, "\nEvery command:\n%s", all.FlagUsagesWrapped(columns))
		}
		fmt.Fprint(w, exits)
	})
}

// flagValues are what shells offer for flags that know their values. Where a file
// can be given, it is offered as well.
func flagValues() map[string][]string {
	return map[string][]string{
		"auth":        {"secret", "certificate", "managed-identity", "workload-identity", "azure-cli", "device-code", "token"},
		"cloud":       {"global", "usgov", "dod", "china"},
		"scenario":    graphsim.ScenarioNames(),
		"profile":     heading.ProfileNames(),
		"user-key":    heading.UserKeys(),
		"existing":    existingWords,
		"verify":      verifyWords,
		"sms-sign-in": slices.Sorted(maps.Keys(switchWords)),
		"log-level":   {"debug", "info", "warn", "error"},
		"log-format":  {"console", "json"},
		"format":      {"text", "json"},
	}
}

// oneRun refuses another number of runs than one, and atMostOneRun more. A name that
// is empty is a variable of a script that is not set.
func oneRun(command *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("give one RUN, as entraphone runs lists them; %d were given", len(args))
	}
	return atMostOneRun(command, args)
}

func atMostOneRun(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("give one RUN at most; %d were given", len(args))
	}
	if len(args) == 1 && args[0] == "" {
		return usagef("the name of the RUN is empty")
	}
	return nil
}

// nothingElse refuses arguments.
func nothingElse(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("there is nothing to give but flags; %q was given", args[0])
	}
	return nil
}

// oneFile refuses another number of arguments than one, for import and check.
func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("give one FILE, or - for standard input; %d were given", len(args))
	}
	return nil
}
