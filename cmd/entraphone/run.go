package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"entraphone/internal/report"
)

// process is everything that the operating system gives a process. Nothing else
// in the program reaches for it. Tests run the whole program with others.
type process struct {
	args           []string
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer

	console *console // standard error, as people read it
	stream  *stream  // standard output, as programs read it

	// Of several tenants in a file of settings, the one that is meant, and who is told
	// when its run has ended.
	tenant string
	ended  func(*importRun, report.Facts)
}

// run is the program: it carries out one command and returns its exit code. It
// does not end the process, and only here are the errors of a command shown.
func run(ctx context.Context, p process) int {
	p.console, p.stream = newConsole(p.stderr), newStream(p.stdout)
	p.console.believe(p.getenv)
	p.console.tenant = report.Printable(p.tenant)
	defer p.console.endLog()
	root := &cobra.Command{
		Use:           "entraphone",
		Short:         "Import users' authentication phones into Microsoft Entra ID from CSV",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(command, args[0])
			}
			return command.Help()
		},
	}
	root.SetArgs(p.args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newImportCommand(p), newRemoveCommand(p), newPlanCommand(p), newApplyCommand(p), newExportCommand(p), newResumeCommand(p), newRunsCommand(p), newReportCommand(p), newRollbackCommand(p), newCheckCommand(p), newSimulateCommand(p), newTemplateCommand(p), newExplainCommand(p), newDoctorCommand(p), newConfigCommand(p), newVersionCommand(p))
	root.AddCommand(newTopics(p)...)
	root.PersistentFlags().String(configFlag, "", "take other settings from `FILE` (ENTRAPHONE_CONFIG)")
	root.PersistentFlags().StringVar(&p.stream.format, outputFlag, "text", "print in this `FORMAT`: text or json")
	_ = root.RegisterFlagCompletionFunc(outputFlag, cobra.FixedCompletions(outputFormats, cobra.ShellCompDirectiveNoFileComp)) // fails for unknown flags only
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error {
		if command.Parent() == root && command.RunE != nil { // cobra's own print what they are for
			p.stream.begin(command.Name())
		}
		sources, err := p.configure(command, p.configPath(command))
		p.stream.from = sources[outputFlag]
		return cmp.Or(err, p.stream.check())
	}
	command, err := root.ExecuteContextC(ctx)
	code := exitCode(ctx, err)
	explained := explainError(err, command.CommandPath(), code)
	p.console.explain(explained, code)
	code, err = p.stream.end(p, command, explained, code)
	p.console.explain(explainError(err, "", code), code)
	return code
}

// noCommand refuses a word that is no command, and names those that could have
// been meant. Cobra itself would pass it to the root as an argument.
func noCommand(root *cobra.Command, name string) error {
	text := fmt.Sprintf("there is no command %q", name)
	if near := root.SuggestionsFor(name); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{[]error{errors.New(text)}}
}
