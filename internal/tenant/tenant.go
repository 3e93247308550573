package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// Asker reads from Graph. Package graph has one.
type Asker interface {
	// Ask reads what stands at up to 20 paths in one request, and returns one
	// body and one answer for each, in their order, also together with an error.
	// The body is JSON where the status is 200, and nil otherwise. It neither
	// retries nor waits. An error means that nothing of the kind can succeed,
	// such as refused credentials. When ctx is done it returns soon.
	Ask(ctx context.Context, paths []string) (bodies [][]byte, answers []authmethod.Answer, err error)
	// Shown is what may be shown of a text in a body, and kept of it: one line,
	// printable and cut.
	Shown(raw string) string
}

// Tenant is a tenant to be asked. Its methods may be called concurrently.
type Tenant struct {
	Asker Asker

	// Pacer paces the questions about users and groups, and Reports those to
	// the report, which has a quota of its own: its ceiling is [ReportRate].
	Pacer, Reports *pace.Pacer

	// GiveUpAfter is how long nothing at all may go forward.
	GiveUpAfter time.Duration
}

// ReportRate is how many questions a second the reports of a tenant take: five in
// ten seconds, https://learn.microsoft.com/graph/throttling-limits.
const ReportRate = 0.5

// largestBatch is what Graph takes in one $batch.
const largestBatch = 20

// reader asks the questions of one call of a method, one request at a time.
type reader struct {
	asker       Asker
	pacer       *pace.Pacer
	giveUpAfter time.Duration
	what        string // is read, for errors
	mostFailed  int    // how often one question may fail where others are answered; 0 for ever
}

// ask asks the questions until each of them is answered or refused. take is given
// the bodies of those that are answered, in any order; its error says that a body
// is not what Graph sends, and the question is asked again. A refusal has a
// status, and the zero value stands for none. A question that has failed too often
// is refused with the answer that settled nothing.
func (r *reader) ask(ctx context.Context, paths []string, take func(i int, body []byte) error) (refusals []authmethod.Answer, err error) {
	refusals = make([]authmethod.Answer, len(paths))
	open := make([]int, len(paths))
	for i := range open {
		open[i] = i
	}
	size, progress := largestBatch, time.Now()
	failed, settled := map[int]int{}, 0
	var last authmethod.Answer // that settled nothing
	for len(open) > 0 {
		limited, cancel := context.WithDeadline(ctx, progress.Add(r.giveUpAfter))
		n, err := r.pacer.Wait(limited, slices.Repeat([]bool{true}, min(size, len(open))))
		if err != nil {
			cancel()
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if !unsettled(last) {
				last.NotSent = errPaced
			}
			return nil, r.verdict(progress, last)
		}
		batch := make([]string, n)
		for at, i := range open[:n] {
			batch[at] = paths[i]
		}
		sentAt := time.Now()
		bodies, answers, err := r.asker.Ask(limited, batch)
		if ctx.Err() == nil && limited.Err() != nil && errors.Is(err, limited.Err()) {
			err = nil // the answers tell, and the verdict is ours
		}
		cancel()
		var again []int
		last = authmethod.Answer{}
		before := settled
		for at, i := range open[:n] {
			a := answers[at]
			if a.Status == http.StatusOK {
				if fault := take(i, bodies[at]); fault != nil {
					answers[at] = authmethod.Answer{Lost: fault, RequestID: a.RequestID}
				}
			}
			switch a = answers[at]; {
			case a.Alone && n > 1:
				size, again = 1, append(again, i)
			case unsettled(a):
				again, last = append(again, i), a
			case a.Status != http.StatusOK:
				refusals[i], progress, settled = a, time.Now(), settled+1
			default:
				progress, settled = time.Now(), settled+1
			}
		}
		// What fails beside others, or alone after them, is a matter of its own.
		if r.mostFailed > 0 && settled > 0 && (settled > before || n == 1) {
			again = slices.DeleteFunc(again, func(i int) bool {
				a := answers[slices.Index(open[:n], i)]
				if !a.Alone && a.Status != http.StatusTooManyRequests {
					failed[i]++
				}
				if failed[i] >= r.mostFailed {
					refusals[i] = a
				}
				return failed[i] >= r.mostFailed
			})
		}
		r.pacer.Observe(feedback(sentAt, answers))
		if err == nil {
			err = r.verdict(progress, last)
		}
		if err != nil {
			return nil, err
		}
		open = append(again, open[n:]...)
	}
	return refusals, nil
}

// errPaced is why nothing was answered where nothing was asked.
var errPaced = errors.New("the pace let no request leave")

// unsettled reports whether the answer says nothing about what was asked: it is
// about the moment, or there is none. See https://learn.microsoft.com/graph/errors.
func unsettled(a authmethod.Answer) bool {
	moment := []int{http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusLocked, http.StatusFailedDependency}
	return a.Lost != nil || a.NotSent != nil || a.Status >= 500 || slices.Contains(moment, a.Status)
}

// feedback is what the pacer is told of a request. Faults of single questions say
// nothing about the service; a request that brought nothing else does.
func feedback(sentAt time.Time, answers []authmethod.Answer) pace.Feedback {
	f := pace.Feedback{SentAt: sentAt}
	for _, a := range answers {
		f.Load, f.RetryAfter = max(f.Load, a.Load), max(f.RetryAfter, a.RetryAfter)
		switch {
		case a.Status == http.StatusTooManyRequests:
			if f.Throttled == 0 || a.RetryAfter < f.Soonest {
				f.Soonest = a.RetryAfter
			}
			f.Throttled++
		case unsettled(a):
			f.Failed++
			f.Trouble = f.Trouble || a.RetryAfter > 0
		default:
			f.Accepted++
		}
	}
	f.Trouble = f.Trouble || f.Failed == len(answers)
	f.Reads = pace.Counts{Accepted: f.Accepted, Throttled: f.Throttled, Failed: f.Failed} // all of them
	return f
}

// verdict is the error that ends the asking where nothing has gone forward for too
// long, or where Graph asks for a wait that is longer than that. last is an answer
// of the last request that settled nothing, and the zero value for none.
func (r *reader) verdict(progress time.Time, last authmethod.Answer) error {
	idle := time.Since(progress)
	hold := r.pacer.Status()
	asked := last.Status != 0 && hold.Held && hold.Until.Sub(progress) >= r.giveUpAfter
	if unsettled(last) && (asked || idle >= r.giveUpAfter) {
		return &GivenUpError{What: r.what, For: idle.Round(time.Second), Last: last}
	}
	return nil
}

// page is one page of a collection, see https://learn.microsoft.com/graph/paging.
type page[T any] struct {
	Value []T    `json:"value"`
	Next  string `json:"@odata.nextLink"`
}

// errNoPage is the error of JSON that is no page.
var errNoPage = errors.New("reading the answer: it is not a page of a collection")

// mostRestarts is how often a listing may begin again because the pages of it have
// expired meanwhile.
const mostRestarts = 3

// pages reads the collections at these paths to their ends and gives every member
// to add, some twice where a listing had to begin anew. It stops when more than
// most pages would be read, and whole is false then. A refusal of any page is a
// [*RefusedError].
func pages[T any](ctx context.Context, r *reader, paths []string, most int, add func(T)) (whole bool, err error) {
	asked, restarts := map[string]bool{}, 0
	for open := paths; len(open) > 0; {
		if most -= len(open); most < 0 {
			return false, nil
		}
		for _, path := range open {
			if asked[path] { // some follow such a link for ever
				return false, &RefusedError{What: r.what, Problem: "a page was named as the next one twice"}
			}
			asked[path] = true
		}
		var next []string
		refusals, err := r.ask(ctx, open, func(_ int, body []byte) error {
			var p page[T]
			if json.Unmarshal(body, &p) != nil || p.Value == nil {
				return errNoPage
			}
			for _, member := range p.Value {
				add(member)
			}
			if p.Next != "" {
				next = append(next, p.Next)
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		open = next
		at := slices.IndexFunc(refusals, func(a authmethod.Answer) bool { return a.Status != 0 })
		switch {
		case at < 0:
		case strings.EqualFold(refusals[at].Code, "Directory_ExpiredPageToken") && restarts < mostRestarts:
			restarts++
			open, asked = paths, map[string]bool{}
		default:
			return false, &RefusedError{What: r.what, Answer: refusals[at]}
		}
	}
	return true, nil
}
