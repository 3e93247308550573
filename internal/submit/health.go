package submit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// These many answers in a row that refuse the caller say that it is the caller
// who lacks something. Graph's 403 is the same for users who are protected, so
// that it counts only from the start, where nothing else was answered; and a 401,
// given to a new token, may be about one user as long as the token is good for
// others.
const (
	forbiddenStart   = 20
	unauthorizedRuns = 3
)

// RefusedError ends a run in which Graph refused the caller, not the rows. Rows
// that were not sent stay not attempted, since nothing is wrong with them.
type RefusedError struct {
	Answers int
	All     bool              // no rows were left
	Last    authmethod.Answer // 401 or 403
}

func (e *RefusedError) Error() string {
	switch {
	case e.Last.Status == http.StatusUnauthorized:
		return fmt.Sprintf("writing phones: Graph refused a new token as well (status 401 %s %q, request id %s)", e.Last.Code, e.Last.Message, e.Last.RequestID)
	case e.known():
		return fmt.Sprintf("writing phones: Graph answered nothing but 403 (%d): %s", e.Answers, e.Last.Meaning.Entry().Message)
	case e.All:
		return fmt.Sprintf("writing phones: Graph answered nothing but 403 (%d): the credential lacks the permission or the role, or all of these users are protected", e.Answers)
	}
	return fmt.Sprintf("writing phones: Graph refused the first %d rows with 403, so the credential lacks the permission or the role", e.Answers)
}

// known reports whether the answers say more than that the caller was refused.
func (e *RefusedError) known() bool {
	return !slices.Contains([]authmethod.Code{"", authmethod.CodeTokenRefused, authmethod.CodeAccessRefused}, e.Last.Meaning)
}

// ExitCode is what the command ends with. It tells scripts to get a person, not
// to try again.
func (e *RefusedError) ExitCode() int { return 5 }

// Advice is what the caller lacks; see
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods.
func (e *RefusedError) Advice() string {
	if e.known() {
		return e.Last.Meaning.Entry().Advice
	}
	if e.Last.Status == http.StatusUnauthorized {
		return "check that --graph-endpoint and --cloud belong to the tenant, and the clock of this machine"
	}
	return "grant the application permission UserAuthMethod-Phone.ReadWrite.All or UserAuthenticationMethod.ReadWrite.All with admin consent; " +
		"with a signed-in user, the user also needs the role Authentication Administrator, or Privileged Authentication Administrator where the target is an administrator"
}

// StalledError ends a run to which Graph gave no answer but throttles and
// faults for too long, or asked to wait for too long. The run stopped on
// purpose: going on later is fine.
type StalledError struct {
	For    time.Duration // without any progress
	Wait   time.Duration // that Graph asks for now; 0 when --give-up-after is over
	Status int           // of the last answer; 0 where it had none
	Rows   int           // that were left while others went forward; 0 where none did
}

func (e *StalledError) Error() string {
	text := "writing phones: "
	switch {
	case e.Rows > 0:
		return text + fmt.Sprintf("%d of the rows were put off for --give-up-after while others went forward (last: %d)", e.Rows, e.Status)
	case e.Status == 0:
		text += "nothing went forward"
	default:
		text += fmt.Sprintf("Graph answered nothing but throttles and faults (last: %d)", e.Status)
	}
	if e.For > 0 {
		text += fmt.Sprintf(" for %s", e.For)
	}
	if e.Wait > 0 {
		text += fmt.Sprintf(", and wants another wait of %s, which goes beyond --give-up-after", e.Wait)
	}
	return text
}

// ExitCode is what the command ends with. It tells scripts that going on later
// may be all that is needed.
func (e *StalledError) ExitCode() int { return 4 }

// Advice is what to do when Graph kept throttling.
func (e *StalledError) Advice() string {
	return "go on later with entraphone resume; --give-up-after waits longer"
}

// UnreachableError ends a run when nothing answered for too long: there was no
// connection, or all answers were lost. Its Cause is that of the last request.
type UnreachableError struct {
	For   time.Duration
	Cause error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("writing phones: nothing answered for %s: %v", e.For, e.Cause)
}

func (e *UnreachableError) Unwrap() error { return e.Cause }

// ExitCode is what the command ends with. The network or the configuration is at
// fault, and the run has no way to tell which.
func (e *UnreachableError) ExitCode() int { return 1 }

// Advice is where to look when nothing answers. The cause may know better.
func (e *UnreachableError) Advice() string {
	var advised interface{ Advice() string }
	if errors.As(e.Cause, &advised) {
		return advised.Advice() + "; then go on with entraphone resume"
	}
	return "check the network, the proxy (HTTPS_PROXY) and --graph-endpoint, then go on with entraphone resume"
}

// ExistingError ends a run that was to fail where another number stands.
type ExistingError struct {
	Line int32
}

func (e *ExistingError) Error() string {
	return fmt.Sprintf("writing phones: the user of line %d has another number registered, and --existing fail ends the run there", e.Line)
}

// ExitCode is what the command ends with: it stopped on purpose.
func (*ExistingError) ExitCode() int { return 4 }

// Advice is what can be done about it.
func (*ExistingError) Advice() string {
	return "decide which number is right; --existing keep or overwrite goes on"
}

// health watches the run as a whole, while settle looks at one row. It tells a
// run that is slow from one that is pointless.
type health struct {
	mu      sync.Mutex
	stats   Stats
	refused int               // answers 401 and 403 since the last of another kind
	refusal authmethod.Answer // the last of them
	doubt   bool              // an answer was lost, late or missing
	welcome bool              // Graph has let something through
	// progress is when an answer last settled something, or when the run began.
	// Throttles, faults and lost answers settle nothing.
	progress time.Time
	status   int   // of the last answer without progress, 0 when none came
	cause    error // why the last request got none
	// wish is until when Graph wants to be left alone.
	wish   time.Time
	paused time.Time // end of the last pause
	flying int       // requests that are not answered
	left   StalledError
}

// deadline is when nothing has gone forward for too long, unless something does.
func (h *health) deadline(giveUpAfter time.Duration) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.progress.Add(giveUpAfter)
}

// leaves reports whether a row is left that has brought nothing since, while others
// went forward, and would go on like that for too long.
func (h *health) leaves(since, due time.Time, giveUpAfter time.Duration, a authmethod.Answer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if settlesNothing(a) && h.progress.After(since) && due.Sub(since) >= giveUpAfter {
		h.left.Rows++
		h.left.Status = a.Status
		return true
	}
	return false
}

// resume goes on behind a pause. Several workers come to its end.
func (h *health) resume(now, began time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if began.After(h.paused) {
		h.stats.Paused += now.Sub(began)
		h.paused = now
	}
	h.progress = now
}

// welcomed reports whether Graph has let something through.
func (h *health) welcomed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.welcome
}

// refusesCaller reports whether an answer may be about who asks, and not about the row.
func refusesCaller(a authmethod.Answer) bool {
	return a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized
}

// settlesNothing reports whether an answer brings its row no step forward: it is
// about the moment, or there is none.
func settlesNothing(a authmethod.Answer) bool {
	switch fateOf(a) {
	case lost, neverLeft, postponed, unavailable:
		return true
	}
	return false
}

// sending takes note of a request that leaves.
func (h *health) sending() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.flying++
}

// heard takes note of the answers to one request. An answer to a read counts
// like any other: it shows that Graph works.
func (h *health) heard(steps []authmethod.Step, answers []authmethod.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.flying--
	others := false // than those that refuse the caller
	for i, a := range answers {
		h.stats.count(steps[i].Verb, a)
		if settlesNothing(a) {
			if until := time.Now().Add(a.RetryAfter); a.RetryAfter > 0 && until.After(h.wish) {
				h.wish = until
			}
			h.doubt, h.status, h.cause = true, a.Status, cmp.Or(a.NotSent, a.Lost)
			continue
		}
		h.progress, h.status = time.Now(), 0
		if !refusesCaller(a) {
			others = true
			continue
		}
		// Answers 401 and 403 are counted apart.
		if h.refusal.Status != a.Status {
			h.refused = 0
		}
		h.refused, h.refusal = h.refused+1, a
	}
	if others {
		h.refused, h.welcome = 0, true
	}
}

// count counts what left this machine, and so nothing of a dry run.
func (s *Stats) count(verb authmethod.Verb, a authmethod.Answer) {
	if a.NotSent != nil || a.Planned != "" {
		return
	}
	s.Operations++
	if !verb.Writes() {
		s.ReadBacks++
	}
	if a.Lost != nil {
		s.Lost++
	}
	if a.Status == http.StatusTooManyRequests {
		s.Throttled++
	}
}

// verdict is the error that ends the run, if it is time, or if it will be time
// before the present hold is over. It is asked behind every request. A hold that
// outlasts giveUpAfter ends the run when it begins, not when it is over.
func (h *health) verdict(now, heldUntil time.Time, giveUpAfter time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	unauthorized := h.refusal.Status == http.StatusUnauthorized
	if unauthorized && h.refused >= unauthorizedRuns || !unauthorized && !h.welcome && h.refused >= forbiddenStart {
		return &RefusedError{h.refused, false, h.refusal}
	}
	idle := now.Sub(h.progress)
	over := idle >= giveUpAfter
	held := h.wish // whatever else the same request brought
	if h.status != 0 && heldUntil.After(held) {
		held = heldUntil
	}
	stalled := &StalledError{For: idle.Round(time.Second), Status: h.status}
	switch {
	case held.After(now) && held.Sub(h.progress) >= giveUpAfter && !over:
		stalled.Wait = held.Sub(now).Round(time.Second)
		return stalled
	case over && h.status == 0 && (h.cause != nil || h.flying > 0):
		return &UnreachableError{stalled.For, cmp.Or(h.cause, errNoAnswer)}
	case over:
		return stalled
	}
	return nil // also while the hold is our own backoff, and not Graph's wish
}

// errNoAnswer is the cause of a run that ends before its requests in flight have.
var errNoAnswer = errors.New("no answer came")

// end is the verdict on a run that came to its end: where nothing but such
// refusals was answered, however few the rows, it is the caller who lacks
// something.
func (h *health) end() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.welcome && !h.doubt && h.refused > 0 {
		return &RefusedError{h.refused, true, h.refusal}
	}
	if h.left.Rows > 0 {
		return &h.left
	}
	return nil
}

// feedback is what the answers to one request tell the pacer. Faults of single items
// say nothing about the service; a request that brought nothing else does. What a dry
// run answers counts as accepted.
func feedback(sentAt time.Time, steps []authmethod.Step, answers []authmethod.Answer) pace.Feedback {
	feedback := pace.Feedback{SentAt: sentAt}
	for i, answer := range answers {
		reads := new(pace.Counts)
		if !steps[i].Verb.Writes() {
			reads = &feedback.Reads
		}
		feedback.Load = max(feedback.Load, answer.Load)
		feedback.RetryAfter = max(feedback.RetryAfter, answer.RetryAfter)
		switch {
		// A 429 within a batch says as much about the quota as one of a plain
		// request: https://learn.microsoft.com/graph/throttling.
		case answer.Status == http.StatusTooManyRequests:
			if feedback.Throttled == 0 || answer.RetryAfter < feedback.Soonest {
				feedback.Soonest = answer.RetryAfter
			}
			feedback.Throttled++
			reads.Throttled++
		case answer.Planned == "" && (answer.Status == 0 || answer.Status >= http.StatusInternalServerError):
			feedback.Failed++
			reads.Failed++
			feedback.Trouble = feedback.Trouble || answer.RetryAfter > 0
		default:
			feedback.Accepted++
			reads.Accepted++
		}
	}
	feedback.Trouble = feedback.Trouble || feedback.Failed == len(answers)
	return feedback
}

// share is how many of the last creates found a phone of their type there already, as
// a mean in which the latest count most.
type share struct{ bits atomic.Uint64 }

// weight is that of the latest one: twenty in a row decide.
const weight = 0.05

// add counts the outcome of a create that was decided by what stands there.
func (s *share) add(task authmethod.Task, result authmethod.Result) {
	there := 0.0
	switch {
	case task.Verb != authmethod.Create:
		return
	case result.Outcome == authmethod.Unchanged, result.Outcome == authmethod.Conflict, result.Outcome == authmethod.Updated, result.Would == authmethod.Update:
		there = 1
	case result.Outcome != authmethod.Created && result.Would != authmethod.Create:
		return
	}
	before := math.Float64frombits(s.bits.Load())
	s.bits.Store(math.Float64bits(before + weight*(there-before))) // one that is lost between two counts little
}

// likely reports whether the next one will most likely find a phone there.
func (s *share) likely() bool { return math.Float64frombits(s.bits.Load()) > 0.6 }
