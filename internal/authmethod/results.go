package authmethod

import (
	"slices"
	"sort"
	"strings"
)

// Results are what became of the rows of a run: exactly one outcome for each,
// from the first moment on. Whoever decides about a row, be it the reading of
// the file, the plan, an answer of Graph or the end of the run, decides here.
// Its methods are called by one goroutine at a time.
type Results struct {
	rows    *Rows
	found   []Finding // by row
	results []*Result // nil while the run has not come to the row
}

// NewResults begins with all rows rejected that have a problem, found while
// they were read or by the plan, and all others not attempted. It sorts found, and
// keeps it.
func NewResults(rows *Rows, found []Finding) *Results {
	SortFindings(found)
	r := &Results{rows: rows, found: found, results: make([]*Result, rows.Len())}
	for n, row := range rows.All() {
		if row.Rejected() {
			r.reject(n)
		}
	}
	for _, f := range found {
		if f.Stops && r.results[f.Row] == nil {
			r.reject(f.Row)
		}
	}
	return r
}

func (r *Results) reject(n RowNumber) {
	problems := r.Findings(n).Problems
	var messages, advice []string
	for _, p := range problems {
		messages, advice = append(messages, p.Message), append(advice, p.Advice)
	}
	r.results[n] = &Result{
		Outcome: Rejected, Class: FixData, Reason: problems[0].Code,
		Message: strings.Join(messages, "; "), Advice: strings.Join(advice, "; "),
	}
}

// Rows are the rows that the results are about.
func (r *Results) Rows() *Rows { return r.rows }

// Findings are all that was found about a row, by the reading and by the plan.
func (r *Results) Findings(n RowNumber) Findings {
	all := r.rows.At(n).Found()
	first := sort.Search(len(r.found), func(i int) bool { return r.found[i].Row >= n })
	for i := first; i < len(r.found) && r.found[i].Row == n; i++ {
		if f := r.found[i]; f.Stops {
			all.Problems = append(slices.Clip(all.Problems), *f.Problem)
		} else {
			all.Notes = append(slices.Clip(all.Notes), *f.Problem)
		}
	}
	return all
}

// Set decides a row.
func (r *Results) Set(n RowNumber, result Result) { r.results[n] = &result }

// End gives the rows that the run has not come to the reason why.
func (r *Results) End(result Result) {
	for n := range r.results {
		if r.results[n] == nil {
			r.results[n] = &result
		}
	}
}

// At is the result of a row.
func (r *Results) At(n RowNumber) Result {
	if r.results[n] == nil {
		return Result{Outcome: NotAttempted, Class: Retry}
	}
	return *r.results[n]
}

// Counts counts the rows by outcome. The counts add up to the rows.
func (r *Results) Counts() map[Outcome]int {
	counts := make(map[Outcome]int)
	for n := range r.results {
		counts[r.At(RowNumber(n)).Outcome]++
	}
	return counts
}

// AllDone reports whether no row needs anybody.
func (r *Results) AllDone() bool {
	for outcome, n := range r.Counts() {
		if n > 0 && !outcome.Success() {
			return false
		}
	}
	return true
}
