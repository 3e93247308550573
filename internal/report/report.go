// Package report says what became of every row: results.csv with one line a
// row in the order of the file, summary.json for programs, and one screen of
// text for a person. All three are views of the same rows and results.
//
// It sends nothing and decides nothing. Its one invariant: every row stands in
// the results exactly once, so that the counts by outcome add up to the rows.
package report

import (
	"strings"
	"time"

	"entraphone/internal/authmethod"
)

// Report gathers the results of a run. Its methods are called by one goroutine
// at a time.
type Report struct {
	rows    *authmethod.Rows
	results []authmethod.Result
}

// New makes a report in which rejected rows have their outcome already and all
// others are not attempted yet.
func New(rows *authmethod.Rows) *Report {
	r := &Report{rows: rows, results: make([]authmethod.Result, rows.Len())}
	for i, row := range rows.All() {
		r.results[i].Outcome = authmethod.NotAttempted
		if row.Rejected() {
			r.results[i] = rejected(row)
		}
	}
	return r
}

// rejected is the result of a row whose own data is bad.
func rejected(row *authmethod.Row) authmethod.Result {
	var messages, advice []string
	for _, p := range row.Problems() {
		messages, advice = append(messages, p.Message), append(advice, p.Advice)
	}
	return authmethod.Result{
		Outcome: authmethod.Rejected, Class: authmethod.FixData, Code: row.Problems()[0].Code,
		Message: strings.Join(messages, "; "), Advice: strings.Join(advice, "; "),
	}
}

// Outcome sets the result of a row.
func (r *Report) Outcome(row int, result authmethod.Result) { r.results[row] = result }

// NotAttempted gives every row that has no outcome yet the reason for it.
func (r *Report) NotAttempted(class authmethod.Class, message, advice string) {
	for i := range r.results {
		if result := &r.results[i]; result.Outcome == authmethod.NotAttempted && result.Message == "" {
			result.Class, result.Message, result.Advice = class, message, advice
		}
	}
}

// Result is the result of a row.
func (r *Report) Result(row int) authmethod.Result { return r.results[row] }

// Counts counts the rows by outcome. The counts add up to the rows.
func (r *Report) Counts() map[authmethod.Outcome]int {
	counts := make(map[authmethod.Outcome]int)
	for _, result := range r.results {
		counts[result.Outcome]++
	}
	return counts
}

// AllDone says that no row needs anybody.
func (r *Report) AllDone() bool {
	for _, result := range r.results {
		if !result.Outcome.Success() {
			return false
		}
	}
	return true
}

// classes counts the rows that need somebody by who that is, and finds the
// first row of each.
func (r *Report) classes() (counts, first map[authmethod.Class]int) {
	counts, first = make(map[authmethod.Class]int), make(map[authmethod.Class]int)
	for i, result := range r.results {
		if result.Outcome.Success() {
			continue
		}
		if counts[result.Class] == 0 {
			first[result.Class] = i
		}
		counts[result.Class]++
	}
	return counts, first
}

// Facts is what a summary says about the run as a whole.
type Facts struct {
	Tool       string // name and version
	Run        string // name of the run's folder
	Input      string // path of the file, or "standard input"
	SHA256     string // of the input's bytes
	LeftOut    int    // lines that the user did not want read as rows
	StartedAt  time.Time
	FinishedAt time.Time
	Target     string // what was written to, for people
	Requests   int64
	Operations int64
	Throttled  int64
	Lost       int64
	ReadBacks  int64
	ExitCode   int
	Stopped    string // why the run did not finish; empty when it did
	DryRun     bool
}
