package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
)

// foresight is what a run knows of what it would do, before it does anything. Most runs
// have none: they write, and read only to explain a refusal, which costs less.
type foresight struct {
	// applied are the lines of the plan that is carried out, header is its header; nil
	// where the run finds out by itself.
	applied []byte
	header  journal.Header
	planned *authmethod.Results // what would be done; nil where nobody has asked
}

// survey finds out what the run would do about some of its lanes, without doing it: it
// carries them through a planner. The results of the run are those of that, until
// adopt.
func survey(ctx context.Context, r *importRun, some func(authmethod.Task) bool) error {
	all := r.lanes
	r.lanes = nil
	for _, lane := range all {
		if slices.ContainsFunc(lane, some) {
			r.lanes = append(r.lanes, slices.Clone(lane)) // a run uses its lanes up
		}
	}
	err := r.carry(ctx, &recorder{results: r.results, logger: r.logger}, true)
	r.lanes = all
	return err
}

// adopt leaves in the lanes what is planned, and nothing else: each change may replace
// only the number that was read then. The other rows have the outcome of the plan.
func adopt(r *importRun, planned *authmethod.Results) {
	r.results = authmethod.NewResults(&r.input.Rows, r.findings)
	r.expected = map[authmethod.RowNumber]authmethod.PhoneNumber{}
	for n := range r.input.Rows.All() {
		if result := planned.At(n); result.Outcome != authmethod.Planned && result.Outcome != authmethod.Rejected {
			r.results.Set(n, result)
		}
	}
	for i, lane := range r.lanes {
		lane = slices.DeleteFunc(lane, func(task authmethod.Task) bool { return planned.At(task.Row).Outcome != authmethod.Planned })
		for j, task := range lane {
			lane[j] = asPlanned(task, planned.At(task.Row), r.expected)
		}
		r.lanes[i] = lane
	}
	r.lanes = slices.DeleteFunc(r.lanes, func(lane authmethod.Lane) bool { return len(lane) == 0 })
}

// asPlanned is the task that does what was planned, and nothing else: the number that
// it may replace is added to those that are expected.
func asPlanned(task authmethod.Task, result authmethod.Result, expected map[authmethod.RowNumber]authmethod.PhoneNumber) authmethod.Task {
	switch {
	case result.Would == authmethod.Delete && result.Registered.IsZero(): // it is masked
	case result.Would == authmethod.Update, result.Would == authmethod.Delete:
		task.Verb, task.Existing = result.Would, authmethod.ReplaceExpected
		expected[task.Row] = result.Registered
	case task.Existing != authmethod.AddAlternate:
		task.Existing = authmethod.KeepExisting
	}
	return task
}

// hasMoved reports whether something else would be done about a planned row by now.
func hasMoved(before, after authmethod.Result) bool {
	return before.Outcome == authmethod.Planned && !(after.Outcome == authmethod.Planned && before.Would == after.Would && before.Registered == after.Registered)
}

// moved names the rows of a plan of which the tenant would have something else done by
// now; nil where there are none.
func moved(rows *authmethod.Rows, then, now *authmethod.Results) error {
	const most = 10
	var lines []string
	n := 0
	for at, row := range rows.All() {
		before, after := then.At(at), now.At(at)
		if !hasMoved(before, after) {
			continue
		}
		if n++; n > most {
			continue
		}
		was, is := "would "+before.Would.String(), string(after.Outcome)
		switch {
		case after.Outcome == authmethod.Planned && before.Would == after.Would:
			is = "another number is registered by now"
		case after.Outcome == authmethod.Planned:
			is = "would " + after.Would.String()
		}
		lines = append(lines, fmt.Sprintf("line %d, %s of %s: planned %q, now %q", row.Line, row.PhoneType, row.User, was, is))
	}
	if n == 0 {
		return nil
	}
	text := strings.Join(lines, "\n  ")
	if n > most {
		text += fmt.Sprintf("\n  and %d more", n-most)
	}
	return usagef("the tenant is not as it was when the plan was made, and nothing was sent; plan again:\n  %s", text)
}

// settles are how long it is waited until phones that seem to have moved are read again:
// for some seconds reads show what stood there before.
var settles = []time.Duration{5 * time.Second, 10 * time.Second}

// stillHolds makes sure that the phones of a plan are as they were then.
func (f *foresight) stillHolds(ctx context.Context, r *importRun, then *authmethod.Results) error {
	for _, wait := range settles {
		if moved(&r.input.Rows, then, r.results) == nil {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		if err := survey(ctx, r, func(task authmethod.Task) bool { return hasMoved(then.At(task.Row), r.results.At(task.Row)) }); err != nil {
			return err
		}
	}
	return moved(&r.input.Rows, then, r.results)
}

// holds makes sure that the plan that is applied is of this file and for this tenant.
func (f *foresight) holds(r *importRun) error {
	switch {
	case f.applied == nil:
		return nil
	case r.input.SHA256 != f.header.SHA256:
		return usagef("%s has changed since the plan was made, and nothing was sent: plan again", r.input.Reading.Name)
	}
	return r.target.sameAs(f.header, "the plan")
}

// wanted reports whether the run looks before it does anything. A dry run has nothing to
// look at.
func (f *foresight) wanted(r *importRun) bool {
	return f.applied != nil || !r.dryRun && (r.changes.review || r.changes.limited())
}

// find finds out what the run would do, where that is wanted, and leaves only that in
// its lanes: as far as the plan that is applied still holds, within the limits, and if
// somebody agrees who is asked.
func (f *foresight) find(ctx context.Context, r *importRun) error {
	if !f.wanted(r) {
		return nil
	}
	if err := r.target.Authenticate(ctx); err != nil {
		return err
	}
	if err := survey(ctx, r, func(authmethod.Task) bool { return true }); err != nil {
		return fmt.Errorf("finding out what would be done: %w", err)
	}
	f.planned = r.results
	if f.applied != nil {
		then, err := planned(f.applied, r)
		if err != nil {
			return err
		}
		if err := f.stillHolds(ctx, r, then); err != nil {
			return err
		}
		f.planned = then
	}
	if err := r.changes.exceeded(f.planned); err != nil {
		return err
	}
	if r.changes.review {
		const shown = 10 // of each kind; a plan shows all
		printDetails(r.console, f.planned, r.output.mask, shown)
		if r.stream.on() {
			_ = tellRows(r, f.planned, true) // an error comes again with the summary
		}
		question := fmt.Sprintf("This changes %d phones in %s.", f.planned.Counts()[authmethod.Planned], r.target.words)
		if err := r.confirm(ctx, question, r.changes.yes); err != nil {
			return err
		}
	}
	adopt(r, f.planned)
	return nil
}

// recall leaves in the lanes of a run that is gone on with what it had found out that
// it would do.
func (f *foresight) recall(r *importRun, state string) error {
	path := r.folder.file(keptPlan)
	if !exists(path) {
		return nil
	}
	_, lines, err := openPlan(path, state)
	if err != nil {
		return err
	}
	if f.planned, err = planned(lines, r); err != nil {
		return err
	}
	adopt(r, f.planned)
	return nil
}
