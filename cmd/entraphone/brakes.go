package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
)

// brakes stop a run on its way when it does worse, or takes longer, than it should. The
// limits of what may change at all are those of changeOptions.
type brakes struct {
	maxFailures limit
	maxDuration time.Duration
	window      window
}

func (b *brakes) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Brakes", pflag.ContinueOnError)
	set.Var(&b.maxFailures, "max-failures", "stop when more than N rows have failed, or N% of the file's")
	set.DurationVar(&b.maxDuration, "max-duration", 0, "stop after this `DURATION`, such as 3h; 0 is none")
	set.Var(&b.window, "window", "send only between these `TIMES` of the day, as in 22:00-05:00 or \"22:00-05:00 Europe/Berlin\"; outside of it the run waits")
	return set
}

func (b *brakes) problems() []error {
	if b.maxDuration < 0 {
		return []error{errors.New("--max-duration: give a duration such as 3h")}
	}
	return nil
}

// brakeError ends a run on purpose. It can be gone on with.
type brakeError struct{ text string }

func (e *brakeError) Error() string { return e.text }

func (*brakeError) ExitCode() int { return exitStopped }

func (*brakeError) Advice() string { return "look at the results, then go on with entraphone resume" }

// within is a context that ends when the run has taken as long as it may.
func (b *brakes) within(ctx context.Context, began time.Time) (context.Context, context.CancelFunc) {
	if b.maxDuration == 0 {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, began.Add(b.maxDuration), &brakeError{fmt.Sprintf("the run has taken %s, and may take no longer (--max-duration)", b.maxDuration)})
}

// failed is the error that ends a run of which so many rows have failed, or nil.
func (b *brakes) failed(failures, rows int) error {
	if most, limited := b.maxFailures.of(rows); limited && failures > most {
		return &brakeError{fmt.Sprintf("%s failed, more than --max-failures %s allows (%d)", counted(failures, "row"), b.maxFailures.text, most)}
	}
	return nil
}

// limitsUsed are the limits of a run, and how much of each it has used.
func limitsUsed(r *importRun) (used []report.Limit) {
	rows := r.input.Rows.Len()
	add := func(flag string, l limit, n int) {
		if most, limited := l.of(rows); limited {
			used = append(used, report.Limit{Flag: flag, Used: float64(n), Most: float64(most)})
		}
	}
	counts := r.results.Counts()
	add("max-changes", r.changes.maxChanges, counts[authmethod.Created]+counts[authmethod.Updated]+counts[authmethod.Removed])
	add("max-overwrites", r.changes.maxOverwrites, counts[authmethod.Updated])
	add("max-removals", r.changes.maxRemovals, counts[authmethod.Removed])
	add("max-failures", r.brakes.maxFailures, counts[authmethod.Failed])
	if r.brakes.window.text != "" {
		used = append(used, report.Limit{Flag: windowFlag, Used: report.Seconds(r.sent.Paused)})
	}
	if limit := r.brakes.maxDuration; limit > 0 {
		used = append(used, report.Limit{Flag: maxDurationFlag, Used: report.Seconds(time.Since(r.started)), Most: report.Seconds(limit)})
	}
	return used
}

// These limits are times. That of the window has no end.
const (
	maxDurationFlag = "max-duration"
	windowFlag      = "window"
)

// limitsTold says how far the run was from each of its limits.
func limitsTold(used []report.Limit) (told []string) {
	for _, l := range used {
		text := fmt.Sprintf("--%s: %.0f of %.0f", l.Flag, l.Used, l.Most)
		seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
		switch l.Flag {
		case maxDurationFlag:
			text = fmt.Sprintf("--%s: %s of %s", l.Flag, seconds(l.Used).Round(time.Second), seconds(l.Most))
		case windowFlag:
			text = fmt.Sprintf("--%s: waited %s", l.Flag, seconds(l.Used).Round(time.Second))
		}
		told = append(told, text)
	}
	return told
}
