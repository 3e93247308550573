package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newTemplateCommand(p process) *cobra.Command {
	var profile string
	command := &cobra.Command{
		Use:   "template",
		Short: "Print a CSV file to start from",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usageError{[]error{fmt.Errorf("template takes no FILE, and %q was given; it prints one", args[0])}}
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			wanted, err := readProfile(profile)
			if err != nil {
				return err
			}
			text, err := wanted.Template()
			if err != nil {
				return &usageError{[]error{fmt.Errorf("--profile %s: %w", profile, err)}}
			}
			if _, err := p.stdout.Write(text); err != nil {
				return fmt.Errorf("printing the template: %w", err)
			}
			return nil
		},
	}
	set := pflag.NewFlagSet("The template", pflag.ContinueOnError)
	profileFlag(set, &profile, "print the columns of")
	setHelp(command, templateHelp, templateExitHelp, set)
	return command
}
