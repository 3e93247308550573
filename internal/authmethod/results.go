package authmethod

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// Results are what became of the rows of a run: exactly one outcome for each,
// from the first moment on. Whoever decides about a row, be it the reading of
// the file, the plan, an answer of Graph or the end of the run, decides here.
// Its methods are called by one goroutine at a time.
type Results struct {
	rows    *Rows
	found   []Finding // by row
	results []keptResult
	shared  map[Result]*Result // the first maxShared, which nearly all rows share
}

// keptResult is a result in a fifth of its size: a million rows have one. What is
// nil while the run has not come to the row.
type keptResult struct {
	what *Result // without the two below
	id   string
	at   int64 // nanoseconds since 1970, 0 for never
}

// maxShared bounds what is looked up to be shared: texts of which each row has its own
// are not worth it.
const maxShared = 1000

// NewResults begins with all rows rejected that have a problem, found while
// they were read or by the plan, and all others not attempted. It sorts found, and
// keeps it.
func NewResults(rows *Rows, found []Finding) *Results {
	SortFindings(found)
	r := &Results{rows: rows, found: found, results: make([]keptResult, rows.Len()), shared: map[Result]*Result{}}
	for n, row := range rows.All() {
		if row.Rejected() {
			r.reject(n)
		}
	}
	for _, f := range found {
		if f.Stops && r.results[f.Row].what == nil {
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
	r.Set(n, Result{
		Outcome: Rejected, Class: FixData, Reason: problems[0].Code,
		Message: strings.Join(messages, "; "), Advice: strings.Join(advice, "; "),
	})
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
func (r *Results) Set(n RowNumber, result Result) {
	kept := keptResult{id: result.RequestID}
	if !result.FinishedAt.IsZero() {
		kept.at = result.FinishedAt.UnixNano()
	}
	result.RequestID, result.FinishedAt = "", time.Time{}
	kept.what = r.shared[result]
	if kept.what == nil {
		kept.what = &result
		if len(r.shared) < maxShared {
			r.shared[result] = &result
		}
	}
	r.results[n] = kept
}

// Decided reports whether anything was decided about a row.
func (r *Results) Decided(n RowNumber) bool { return r.results[n].what != nil }

// End gives the rows that the run has not come to the reason why.
func (r *Results) End(result Result) {
	for n := range r.results {
		if r.results[n].what == nil {
			r.results[n].what = &result
		}
	}
}

// At is the result of a row.
func (r *Results) At(n RowNumber) Result {
	kept := r.results[n]
	if kept.what == nil {
		return Result{Outcome: NotAttempted, Class: Retry}
	}
	result := *kept.what
	result.RequestID = kept.id
	if kept.at != 0 {
		result.FinishedAt = time.Unix(0, kept.at).UTC()
	}
	return result
}

// Counts counts the rows by outcome. The counts add up to the rows.
func (r *Results) Counts() map[Outcome]int {
	counts := make(map[Outcome]int)
	for _, kept := range r.results {
		outcome := NotAttempted
		if kept.what != nil {
			outcome = kept.what.Outcome
		}
		counts[outcome]++
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
