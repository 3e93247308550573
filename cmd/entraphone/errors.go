package main

import (
	"context"
	"errors"
	"fmt"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
)

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
	exitChanges     = 7   // a plan by which something would change
	exitInterrupted = 130 // as shells report a process that was interrupted
)

// exitCode is the one place where errors become exit codes: each error that
// means another one than failure says so itself. An interrupt counts only where
// no error has a code of its own: what was refused by then is worth more to a
// script.
func exitCode(ctx context.Context, err error) int {
	var own interface{ ExitCode() int }
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &own):
		return own.ExitCode()
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return exitInterrupted
	}
	return exitFailed
}

// usageError is a mistake on the command line; all of them at once. Nothing was
// sent, and the same command fails the same way again.
type usageError struct{ problems []error }

func (e *usageError) Error() string { return errors.Join(e.problems...).Error() }

func (e *usageError) Unwrap() []error { return e.problems }

func (e *usageError) ExitCode() int { return exitUsage }

// usagef is a usageError of one problem.
func usagef(format string, args ...any) error {
	return &usageError{[]error{fmt.Errorf(format, args...)}}
}

// open counts the rows that need somebody.
func open(results *authmethod.Results) (n int) {
	for row := range results.Rows().All() {
		if !results.At(row).Outcome.Success() {
			n++
		}
	}
	return n
}

// rowsError ends a run that finished, and of which some rows need somebody. The
// summary has said so already, so that it is not printed.
type rowsError struct{}

func (rowsError) Error() string { return "some rows need somebody" }

func (rowsError) ExitCode() int { return exitRows }

// reportError ends a run of which not everything could be written. It hides the
// run's own failure from the exit code: without a report nobody may believe that
// the run was carried out.
type reportError struct {
	problems []error
	failure  error // of the run itself, nil if there was none
}

func (e *reportError) Error() string { return errors.Join(e.problems...).Error() }

func (e *reportError) ExitCode() int { return exitFailed }

// all are the problems, and what went wrong before them. A rowsError is not
// among them: the summary has said that.
func (e *reportError) all() []error {
	if e.failure == nil || errors.Is(e.failure, rowsError{}) {
		return e.problems
	}
	return append(e.problems, e.failure)
}

// flatten splits joined errors, so that each gets a line of its own.
func flatten(err error) (all []error) {
	var report *reportError
	if errors.As(err, &report) {
		return report.all()
	}
	several, is := err.(interface{ Unwrap() []error })
	if !is {
		return []error{err}
	}
	for _, each := range several.Unwrap() {
		all = append(all, flatten(each)...)
	}
	return all
}

// hintFor is the next step, where the message itself does not name one. An error
// that knows its own advice comes first. The command is empty where none was
// reached.
func hintFor(err error, command string, code int) string {
	var usage *usageError
	var advised interface{ Advice() string }
	switch {
	case errors.As(err, &advised):
		return advised.Advice()
	case errors.As(err, &usage) && command != "":
		return fmt.Sprintf("see %q", command+" --help")
	case code == exitInterrupted:
		return "entraphone resume goes on where it stopped; run again after a rehearsal"
	}
	return ""
}

// stoppedBy says in one sentence why a run ended before its rows did.
func stoppedBy(code int, failure error) string {
	if code == exitInterrupted {
		return "interrupted"
	}
	return failure.Error()
}

// endOf is why rows were not sent when the run stopped, which says who can help.
func endOf(code int, failure error) authmethod.Code {
	var signIn *graph.AuthError
	switch {
	case errors.As(failure, &signIn):
		return authmethod.CodeRunStoppedSignIn
	case code == exitRefused:
		return authmethod.CodeRunStoppedRefused
	}
	return authmethod.CodeRunStopped
}
