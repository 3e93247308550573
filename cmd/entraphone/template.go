package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/importfile"
)

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

func newTemplateCommand(p process) *cobra.Command {
	var profile string
	command := &cobra.Command{
		Use:   "template",
		Short: "Print a CSV file to start from",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("template takes no FILE, and %q was given; it prints one", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			wanted, err := readProfile(profile)
			if err != nil {
				return err
			}
			text, err := importfile.Template(wanted)
			if err != nil {
				return usagef("--profile %s: %w", profile, err)
			}
			if p.stream.on() {
				return printed("the template", p.stream.put("template", map[string]string{"csv": string(text)}))
			}
			_, err = p.stdout.Write(text)
			return printed("the template", err)
		},
	}
	set := pflag.NewFlagSet("The template", pflag.ContinueOnError)
	profileFlag(set, &profile, "print the columns of")
	setHelp(command, templateHelp, templateExitHelp, set)
	return command
}
