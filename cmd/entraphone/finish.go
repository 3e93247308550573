package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

func (c *importCommand) facts(carrier carrier, folder *runFolder, file *importfile.File, started time.Time) report.Facts {
	sent := carrier.stats()
	return report.Facts{
		Tool: "entraphone " + version(), Run: folder.name(), Input: file.Reading.Name, SHA256: file.SHA256, LeftOut: file.Reading.LeftOut.Where + file.Reading.LeftOut.Range,
		StartedAt: started, FinishedAt: time.Now(), Target: carrier.where().words, DryRun: c.dryRun,
		Requests: sent.Requests, Operations: sent.Operations, Throttled: sent.Throttled, Lost: sent.Lost, ReadBacks: sent.ReadBacks,
	}
}

// ending is what is known when a run is over.
type ending struct {
	folder  *runFolder
	results *report.Report
	file    *importfile.File
	facts   report.Facts
	failure error // of the run as a whole, nil if there was none
}

// finish writes the report of a run, however it ended, and returns the error
// that decides the exit code.
func (c *importCommand) finish(ctx context.Context, e ending, audit func() *zerolog.Event) error {
	folder, results, facts, failure := e.folder, e.results, e.facts, e.failure
	if failure == nil && !c.allDone(results) {
		failure = rowsError{}
	}
	facts.ExitCode = exitCode(ctx, failure)
	if facts.ExitCode != exitDone && facts.ExitCode != exitRows {
		facts.Stopped = stoppedBy(facts.ExitCode, failure)
		results.NotAttempted(classOf(facts.ExitCode), "the run stopped before this row was sent: "+facts.Stopped, "run again with the same file when the cause is gone")
	}
	var unreported []error
	if err := results.WriteResults(folder.file("results.csv"), c.output.mask); err != nil {
		facts.ExitCode = exitFailed
		unreported = append(unreported, fmt.Errorf("%w; what was sent stands in %s", err, folder.file("journal.jsonl")))
	}
	rejects, err := c.writeRejects(ctx, e)
	if err != nil {
		unreported = append(unreported, err)
	}
	if err := results.WriteSummary(folder.file("summary.json"), facts); err != nil {
		unreported = append(unreported, err)
	}
	if err := results.Print(c.stdout, facts); err != nil {
		unreported = append(unreported, fmt.Errorf("printing the summary: %w", err))
	}
	if len(unreported) > 0 {
		return &reportError{unreported, failure}
	}
	fmt.Fprintf(c.stdout, "  results  %s\n", folder.file("results.csv"))
	for _, path := range rejects {
		fmt.Fprintf(c.stdout, "  rejects  %s\n", path)
	}
	line, counts := audit().Str("run", folder.name()).Int("exit_code", facts.ExitCode), results.Counts()
	for _, outcome := range authmethod.Outcomes() {
		line = line.Int(string(outcome), counts[outcome])
	}
	line.Msg("import ends")
	return failure
}

// reportError says that what became of the rows could not all be written. It
// hides the run's own failure from the exit code: without a report nobody may
// take the run for one that was carried out.
type reportError struct {
	problems []error
	failure  error // of the run itself, nil if there was none
}

func (e *reportError) Error() string { return errors.Join(e.problems...).Error() }

// allDone says that no row needs anybody. Of a dry run, the rows that would be
// sent need nobody either.
func (c *importCommand) allDone(results *report.Report) bool {
	for outcome, n := range results.Counts() {
		if n > 0 && !outcome.Success() && !(c.dryRun && outcome == authmethod.NotAttempted) {
			return false
		}
	}
	return true
}

// stoppedBy says in one sentence why a run ended before its rows did.
func stoppedBy(code int, failure error) string {
	if code == exitInterrupted {
		return "interrupted"
	}
	return failure.Error()
}

// classOf is who can help rows that were not sent because the run stopped.
func classOf(code int) authmethod.Class {
	if code == exitRefused {
		return authmethod.Permission
	}
	return authmethod.Retry
}
