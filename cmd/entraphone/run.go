package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"entraphone/internal/graph"
	"entraphone/internal/importfile"
	"entraphone/internal/submit"
)

// process is everything that the operating system gives a process. Nothing
// else in the program reaches for it.
type process struct {
	args           []string
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// The exit codes are a public contract; doc.go and the README list them.
// Codes may be added; any code that a caller does not know means failure.
const (
	exitDone        = 0
	exitFailed      = 1   // the run could not be carried out
	exitUsage       = 2   // usage, configuration or unreadable input; nothing was sent
	exitRows        = 3   // finished, and some rows need somebody
	exitStopped     = 4   // stopped on purpose by a limit
	exitRefused     = 5   // credentials or permission refused
	exitLocked      = 6   // another run holds the lock
	exitInterrupted = 130 // as shells report a process that was interrupted
)

// usageError is a mistake on the command line; all of them at once.
type usageError struct{ problems []error }

func (e *usageError) Error() string { return errors.Join(e.problems...).Error() }

func (e *usageError) Unwrap() []error { return e.problems }

// rowsError says that a run finished and some rows need somebody. The summary
// has said so already, so that it is not printed.
type rowsError struct{}

func (rowsError) Error() string { return "some rows need somebody" }

// heapGrowth is by how many percent the heap may grow between two collections,
// half of Go's default. A million rows stay in memory to the end, and the
// servers that jobs run on have less memory to spare than time. GOGC overrides
// it as usual.
const heapGrowth = 50

// run is the program: it carries out one command and returns its exit code.
func run(ctx context.Context, p process) int {
	if p.getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	root := &cobra.Command{
		Use:           "entraphone",
		Short:         "Import users' authentication phones into Microsoft Entra ID from CSV",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usageError{[]error{fmt.Errorf("there is no command %q", args[0])}}
			}
			return command.Help()
		},
	}
	root.SetArgs(p.args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{[]error{err}} })
	root.AddCommand(newImportCommand(p), newCheckCommand(p), newSimulateCommand(p), newTemplateCommand(p))
	command, err := root.ExecuteContextC(ctx)
	code := exitCode(ctx, err)
	explain(p.stderr, command, err, code)
	return code
}

// exitCode is the one place where errors become exit codes.
func exitCode(ctx context.Context, err error) int {
	var (
		usage       *usageError
		unfit       *importfile.FileError
		config      *graph.ConfigError
		auth        *graph.AuthError
		permission  *submit.PermissionError
		stalled     *submit.StalledError
		locked      *lockedError
		needsPeople rowsError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &needsPeople):
		return exitRows
	case errors.As(err, &usage), errors.As(err, &unfit), errors.As(err, &config):
		return exitUsage
	case errors.As(err, &auth), errors.As(err, &permission):
		return exitRefused
	case errors.As(err, &stalled):
		return exitStopped
	case errors.As(err, &locked):
		return exitLocked
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return exitInterrupted
	}
	return exitFailed
}

// explain tells a person what went wrong, one line a problem, and what to do.
func explain(w io.Writer, command *cobra.Command, err error, code int) {
	if err == nil || code == exitRows {
		return
	}
	problems := flatten(err)
	var usage *usageError
	var report *reportError
	switch {
	case errors.As(err, &report):
		problems = report.problems
		if report.failure != nil && !errors.Is(report.failure, rowsError{}) {
			problems = append(problems, report.failure)
		}
	case code == exitInterrupted:
		problems = []error{errors.New("interrupted")}
	case errors.As(err, &usage):
		problems = flatten(errors.Join(usage.problems...))
	}
	for _, problem := range problems {
		fmt.Fprintf(w, "entraphone: error: %v\n", problem)
	}
	if hint := hintFor(err, command, code); hint != "" {
		fmt.Fprintf(w, "entraphone: hint: %s\n", hint)
	}
}

// flatten takes joined errors apart, so that each gets a line of its own.
func flatten(err error) (all []error) {
	several, is := err.(interface{ Unwrap() []error })
	if !is {
		return []error{err}
	}
	for _, each := range several.Unwrap() {
		all = append(all, flatten(each)...)
	}
	return all
}

// hintFor is the next step, where the message itself does not name one.
func hintFor(err error, command *cobra.Command, code int) string {
	var permission *submit.PermissionError
	var stalled *submit.StalledError
	var unreachable *submit.UnreachableError
	var usage *usageError
	switch {
	case errors.As(err, &permission):
		return submit.PermissionAdvice
	case errors.As(err, &stalled):
		return "run again later with the same file: what stands in the tenant already becomes unchanged; --give-up-after waits longer"
	case errors.As(err, &unreachable):
		return "check the network, the proxy (HTTPS_PROXY) and --graph-endpoint, then run again with the same file"
	case errors.As(err, &usage) && command != nil:
		return fmt.Sprintf("see %q", command.CommandPath()+" --help")
	case code == exitInterrupted:
		return "run again with the same file: what stands in the tenant already becomes unchanged"
	}
	return ""
}

// version is what the Go toolchain knows about this build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = "devel-" + setting.Value[:min(12, len(setting.Value))]
		}
	}
	if v == "" {
		return "(devel)"
	}
	return v
}
