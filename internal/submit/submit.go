// Package submit carries the planned rows to a final outcome each, with
// several workers, through a [Sender] and under the pace of a [pace.Pacer].
//
// It decides what an answer means: done, refused for good, to be sent again,
// or lost. A create whose answer was lost is never repeated blindly: the phone
// is read back first, by its constant id, and compared by meaning. It does not
// know HTTP, files or the clock's absolute time.
//
// Its one invariant: at most one step of a lane (one user) is in flight.
// A lane is either waiting in the queue or in the hands of one worker, never
// both, and its next step comes into being only when the one before has
// its outcome. So any set of lane heads is independent: a batch of them needs
// no dependsOn, and an alternateMobile cannot overtake its mobile.
package submit

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// Sender carries steps to Graph.
type Sender interface {
	// Send sends steps, all of different users, in one request, and returns one
	// answer for each, in their order, also together with an error. It neither
	// retries nor waits. An error means that the whole run cannot go on, such
	// as refused credentials; what went wrong with single steps is in
	// their answers. Send is called concurrently. When ctx is done it returns
	// soon, and steps that were on their way are Lost.
	Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error)
}

// Recorder keeps what becomes of the rows. An error of either method ends the
// run: without a record nobody could say what was sent.
type Recorder interface {
	// Intent is told the rows whose creates are about to be sent, and returns
	// when that is safe on disk. It is called concurrently.
	Intent(rows []authmethod.RowNumber) error
	// Outcome is told the final result of a row, once. It is called by one
	// goroutine at a time.
	Outcome(row authmethod.RowNumber, result authmethod.Result) error
}

// Config bounds a run.
type Config struct {
	Workers     int           // requests in flight at a time
	BatchSize   int           // steps in a request, 1 to 20; 1 sends plain requests
	MaxAttempts int           // creates of one row, and reads after each of them
	GiveUpAfter time.Duration // how long one row is tried, and how long nothing at all may go forward
	Grace       time.Duration // how long requests in flight may finish after a stop

	// Compare compares a number with one that Graph shows, by meaning.
	Compare func(n authmethod.PhoneNumber, shown string) authmethod.Comparison

	// Jitter spreads waiting times; it returns values in [0, 1).
	Jitter func() float64
}

// Submitter carries one run. Its fields but the counters are set before Run.
type Submitter struct {
	Config
	Sender   Sender
	Pacer    *pace.Pacer
	Recorder Recorder
	Rows     *authmethod.Rows

	health   health
	outcomes sync.Mutex // serializes Recorder.Outcome
}

// Stats counts what was sent so far.
type Stats struct {
	Operations int64 // steps that left this machine
	Throttled  int64 // steps that were answered 429
	Lost       int64 // steps that got no usable answer
	ReadBacks  int64 // steps that read a phone back
}

// Stats may be called at any time, also during Run.
func (s *Submitter) Stats() Stats {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	return s.health.stats
}

// Run sends the lanes and returns when every row of them has an outcome, or
// when going on is pointless. Rows without an outcome were then never sent.
//
// When ctx is cancelled nothing more is sent; requests in flight may finish
// within Grace, and Run returns the cause. Other errors are those of the
// Sender and the Recorder, [*PermissionError], [*StalledError] and
// [*UnreachableError].
func (s *Submitter) Run(ctx context.Context, lanes []authmethod.Lane) error {
	s.health.progress = time.Now()
	q := newQueue(lanes)
	g, gctx := errgroup.WithContext(ctx)
	flight, land := context.WithCancel(context.WithoutCancel(gctx))
	defer land()
	stop := context.AfterFunc(gctx, func() { time.AfterFunc(s.Grace, land) })
	defer stop()
	for range s.Workers {
		g.Go(func() error { return s.work(gctx, flight, q) })
	}
	err := g.Wait()
	err = cmp.Or(err, s.settleRest(q))
	switch {
	case err != nil:
		return err
	case q.done():
		return s.health.end()
	}
	return context.Cause(ctx) // the parent's: gctx is always cancelled by now
}

// work takes batches and sends them until nothing is left. It is correct to
// run it many times at once because a lane is in one batch at most, and what
// the workers share (queue, pacer, recorder) locks for itself.
func (s *Submitter) work(ctx, flight context.Context, q *queue) error {
	for {
		batch := q.take(ctx, s.Pacer.Share(s.BatchSize))
		if len(batch) == 0 {
			return nil // all done, or ctx is
		}
		if err := s.Pacer.Wait(ctx, len(batch)); err != nil {
			q.giveBack(batch...)
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if err := s.send(flight, q, batch); err != nil {
			return err
		}
	}
}

// send carries one batch, and settles or gives back every lane of it.
func (s *Submitter) send(ctx context.Context, q *queue, batch []*lane) error {
	steps, creates := s.steps(batch)
	if len(creates) > 0 {
		if err := s.Recorder.Intent(creates); err != nil {
			q.giveBack(batch...)
			return err
		}
	}
	sentAt := time.Now()
	for _, l := range batch {
		l.sending(sentAt)
	}
	answers, err := s.Sender.Send(ctx, steps)
	s.observe(sentAt, steps, answers)
	for i, l := range batch {
		err = cmp.Or(err, s.conclude(q, l, answers[i]))
	}
	return cmp.Or(err, s.health.verdict(time.Now(), s.Pacer.Status().Until, s.GiveUpAfter))
}

// steps are what the lanes want to send next, and the rows of the creates among
// them.
func (s *Submitter) steps(batch []*lane) (steps []authmethod.Step, creates []authmethod.RowNumber) {
	for _, l := range batch {
		row := s.Rows.At(l.rows[0])
		step := authmethod.Step{Row: l.rows[0], Verb: l.verb, User: row.User, PhoneType: row.PhoneType}
		if l.verb == authmethod.Create {
			step.Number = row.Number
			creates = append(creates, l.rows[0])
		}
		steps = append(steps, step)
	}
	return steps, creates
}

// observe tells the pacer and the health what a request brought. Faults of single
// items say nothing about the service; a request that brought nothing else does.
func (s *Submitter) observe(sentAt time.Time, steps []authmethod.Step, answers []authmethod.Answer) {
	feedback := pace.Feedback{SentAt: sentAt}
	faults := 0
	for i, answer := range answers {
		s.health.heard(steps[i].Verb, answer)
		feedback.Load = max(feedback.Load, answer.Load)
		feedback.RetryAfter = max(feedback.RetryAfter, answer.RetryAfter)
		switch {
		case answer.Status == http.StatusTooManyRequests:
			feedback.Throttled++
		case answer.Planned == "" && (answer.Status == 0 || answer.Status >= http.StatusInternalServerError):
			faults++
			feedback.Trouble = feedback.Trouble || answer.RetryAfter > 0
		default:
			feedback.Accepted++
		}
	}
	feedback.Trouble = feedback.Trouble || faults == len(answers)
	s.Pacer.Observe(feedback)
}

// conclude gives the head of a lane its outcome, or has it sent again, and gives
// the lane back.
func (s *Submitter) conclude(q *queue, l *lane, answer authmethod.Answer) error {
	defer q.giveBack(l)
	now := time.Now()
	result, delay := s.settle(l, answer, now)
	if result == nil {
		l.due = now.Add(delay)
		return nil
	}
	err := s.outcome(l.rows[0], *result, now)
	if err == nil {
		err = s.holdBack(l, *result)
	}
	if err != nil {
		l.rows = l.rows[:1] // the run ends, and nothing may follow
	}
	*l = lane{rows: l.rows[1:], verb: authmethod.Create, due: now}
	return err
}

// holdBack gives an outcome to the rows of a lane that must not follow after the
// head's.
func (s *Submitter) holdBack(l *lane, result authmethod.Result) error {
	head := s.Rows.At(l.rows[0])
	needed := head.PhoneType == authmethod.PhoneTypeMobile && !result.Outcome.Success() && !l.stands
	kept := l.rows[:1]
	for _, i := range l.rows[1:] {
		var held authmethod.Result
		switch {
		case needed && s.Rows.At(i).PhoneType == authmethod.PhoneTypeAlternateMobile:
			held = authmethod.CodeHeldBackMobile.Result(authmethod.Dependency, head.Line)
			held.Class = result.Class // who helps the mobile helps the row
		case result.Status == http.StatusNotFound && result.Outcome == authmethod.Failed:
			held = authmethod.CodeUserUnknownHeld.Result(authmethod.NotAttempted, head.Line)
		default:
			kept = append(kept, i)
			continue
		}
		if err := s.outcome(i, held, time.Time{}); err != nil {
			return err
		}
	}
	l.rows = kept
	return nil
}

func (s *Submitter) outcome(row authmethod.RowNumber, result authmethod.Result, at time.Time) error {
	result.FinishedAt = at
	s.outcomes.Lock()
	defer s.outcomes.Unlock()
	return s.Recorder.Outcome(row, result)
}

// settleRest gives an outcome to the lanes that were stopped between two
// requests for the same row; lanes whose head was never sent get none.
func (s *Submitter) settleRest(q *queue) error {
	for _, l := range q.begun {
		if l.creates == 0 {
			continue
		}
		if err := s.outcome(l.rows[0], l.stopped(), time.Now()); err != nil {
			return err
		}
	}
	return nil
}
