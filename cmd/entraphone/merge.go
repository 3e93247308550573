package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// Several runs make one report: shards of a file, or a first run and those of what was
// corrected. Its rows are those of the first run's file, each with what became of it in
// the end.

// mergedFolder is where such reports are kept, beside the runs.
const mergedFolder = "merged"

// recalled is a run with what became of its rows.
type recalled struct {
	*importRun
	header journal.Header
	facts  report.Facts
}

// merge makes one report of several runs.
func (c *reportCommand) merge(ctx context.Context, names []string, own *pflag.FlagSet) error {
	state, err := c.output.folder(c.getenv)
	if err != nil {
		return err
	}
	var runs []recalled
	defer func() {
		for _, r := range runs {
			r.close()
		}
	}()
	for i, name := range names {
		at := &reportCommand{importCommand: &importCommand{process: c.process}, formats: c.formats, whole: i == 0}
		at.output = c.output
		in := state
		if name != filepath.Base(name) { // the folder of a run elsewhere, as of another machine
			if in = filepath.Dir(filepath.Dir(absolute(name))); private(in) != nil {
				return private(in)
			}
		}
		r, header, facts, err := at.recallRun(ctx, in, name, own)
		if err != nil {
			return err
		}
		runs = append(runs, recalled{r, header, facts})
	}
	first := runs[0]
	for _, r := range runs {
		switch {
		case r.undoes != "":
			return usagef("%s is a rollback: its rows are no file's", r.folder.name())
		case !strings.EqualFold(r.header.TenantID, first.header.TenantID) || r.header.Endpoint != first.header.Endpoint:
			return usagef("%s is of tenant %q at %s, and %s of tenant %q at %s: they make no report together",
				first.folder.name(), first.header.TenantID, first.header.Endpoint, r.folder.name(), r.header.TenantID, r.header.Endpoint)
		case r.header.Removes != first.header.Removes:
			return usagef("of %s and %s one removes what the other writes: they make no report together", first.folder.name(), r.folder.name())
		}
	}
	results := mergedResults(runs)
	facts := mergedFacts(runs)
	first.results, first.input.Rows = results, *results.Rows()
	path := filepath.Join(state, mergedFolder, first.folder.name())
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("making the folder of the report: %w", err)
	}
	first.folder = &runFolder{path}
	return c.finish(ctx, first.importRun, facts)
}

// phoneOf is a phone of a line.
type phoneOf struct {
	line int32
	kind authmethod.PhoneType
	nth  int // of those of one type
}

// phonesOf are the rows of a file by that.
func phonesOf(rows *authmethod.Rows, line func(int32) int32) map[phoneOf]authmethod.RowNumber {
	found := map[phoneOf]authmethod.RowNumber{}
	for n, row := range rows.All() {
		at := phoneOf{line: line(row.Line), kind: row.PhoneType}
		for _, taken := found[at]; taken; _, taken = found[at] {
			at.nth++
		}
		found[at] = n
	}
	return found
}

// mergedResults are what became of the rows of the first run's file, by any of the runs:
// the last that has decided one for good counts. Where a row was corrected it is shown as
// it was sent.
func mergedResults(runs []recalled) *authmethod.Results {
	first := runs[0]
	rows := &first.input.Rows
	at := phonesOf(rows, func(line int32) int32 { return line })
	users := map[string]authmethod.RowNumber{}  // by user and type; of several, one that is not done
	lines := map[int32][]authmethod.RowNumber{} // by line
	for n, row := range rows.All() {
		key := strings.ToLower(row.User) + " " + string(row.PhoneType)
		if before, is := users[key]; !is || first.results.At(before).Outcome.Success() {
			users[key] = n
		}
		lines[row.Line] = append(lines[row.Line], n)
	}
	type decided struct {
		row    *authmethod.Row
		result authmethod.Result
		found  authmethod.Findings
	}
	by := map[authmethod.RowNumber]decided{}
	for _, run := range runs[1:] {
		same := run.header.SHA256 == first.header.SHA256
		phones := phonesOf(&run.input.Rows, func(line int32) int32 {
			if origin := run.input.Origins[line]; origin > 0 && !same {
				return origin
			}
			return line
		})
		for phone, n := range phones {
			row, result := run.input.Rows.At(n), run.results.At(n)
			of, known := at[phone]
			copied := same || run.input.Origins[row.Line] > 0
			if alone := lines[phone.line]; !known && copied && len(alone) == 1 {
				of, known = alone[0], true // its type was corrected
			}
			if !known || !copied {
				of, known = users[strings.ToLower(row.User)+" "+string(row.PhoneType)]
			}
			before := first.results.At(of)
			if earlier, is := by[of]; is {
				before = earlier.result
			}
			if !known || before.Outcome.Success() || result.Outcome == authmethod.NotAttempted && before.Outcome != authmethod.NotAttempted {
				continue
			}
			by[of] = decided{row, result, run.results.Findings(n)}
		}
	}
	merged := new(authmethod.Rows)
	for n, row := range rows.All() {
		made := *row
		if later, is := by[n]; is {
			made.User, made.PhoneType, made.Number, made.Input, made.Findings = later.row.User, later.row.PhoneType, later.row.Number, later.row.Input, nil
			if len(later.found.Problems)+len(later.found.Notes) > 0 {
				found := later.found
				made.Findings = &found
			}
		} else if found := first.results.Findings(n); len(found.Problems)+len(found.Notes) > 0 {
			made.Findings = &found
		}
		merged.Append(made)
	}
	results := authmethod.NewResults(merged, nil)
	for n := range rows.All() {
		result := first.results.At(n)
		if later, is := by[n]; is {
			result = later.result
		}
		results.Set(n, result)
	}
	return results
}

// mergedFacts are those of the runs together.
func mergedFacts(runs []recalled) report.Facts {
	facts := runs[0].facts
	facts.Pace, facts.UnderWay, facts.Stopped = nil, false, ""
	names := []string{}
	for i, run := range runs {
		names = append(names, run.folder.name())
		if run.facts.UnderWay {
			facts.UnderWay = true
		}
		if i == 0 {
			continue
		}
		facts.Requests, facts.Sent, facts.Operations = facts.Requests+run.facts.Requests, facts.Sent+run.facts.Sent, facts.Operations+run.facts.Operations
		facts.Throttled, facts.Lost, facts.ReadBacks = facts.Throttled+run.facts.Throttled, facts.Lost+run.facts.Lost, facts.ReadBacks+run.facts.ReadBacks
		if run.facts.StartedAt.Before(facts.StartedAt) {
			facts.StartedAt = run.facts.StartedAt
		}
		if run.facts.FinishedAt.After(facts.FinishedAt) {
			facts.FinishedAt = run.facts.FinishedAt
		}
		facts.ExitCode = slices.MaxFunc([]int{facts.ExitCode, run.facts.ExitCode}, func(a, b int) int { return slices.Index(byGravity, a) - slices.Index(byGravity, b) })
	}
	facts.Run = strings.Join(names, " + ")
	return facts
}
