// Package submit carries the planned rows to a final outcome each, with
// several workers, through a [Sender] and under the pace of a [pace.Pacer].
//
// It decides what an answer means: done, refused for good, to be sent again,
// or lost. A create whose answer was lost is never repeated blindly: the phone
// is read back first, by its constant id, and compared by meaning. It does not
// know HTTP, files or the clock's absolute time.
//
// Its one invariant: at most one operation of a lane (one user) is in flight.
// A lane is either waiting in the queue or in the hands of one worker, never
// both, and its next operation comes into being only when the one before has
// its outcome. So any set of lane heads is independent: a batch of them needs
// no dependsOn, and an alternateMobile cannot overtake its mobile.
package submit

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// Sender carries operations to Graph.
type Sender interface {
	// Send sends ops, all of different users, in one request, and returns one
	// answer for each, in their order, also together with an error. It neither
	// retries nor waits. An error means that the whole run cannot go on, such
	// as refused credentials; what went wrong with single operations is in
	// their answers. Send is called concurrently. When ctx is done it returns
	// soon, and operations that were on their way are Lost.
	Send(ctx context.Context, ops []authmethod.Operation) ([]authmethod.Answer, error)
}

// Recorder keeps what becomes of the rows. An error of either method ends the
// run: without a record nobody could say what was sent.
type Recorder interface {
	// Intent is told the rows whose creates are about to be sent, and returns
	// when that is safe on disk. It is called concurrently.
	Intent(rows []int32) error
	// Outcome is told the final result of a row, once. It is called by one
	// goroutine at a time.
	Outcome(row int, result authmethod.Result) error
}

// Config bounds a run.
type Config struct {
	Workers     int           // requests in flight at a time
	BatchSize   int           // operations in a request, 1 to 20; 1 sends plain requests
	MaxAttempts int           // creates of one row, and reads after each of them
	GiveUpAfter time.Duration // how long one row is tried, and how long nothing at all may go forward
	Grace       time.Duration // how long requests in flight may finish after a stop

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

	stats    stats
	health   health
	outcomes sync.Mutex // serializes Recorder.Outcome
}

// Stats counts what was sent so far.
type Stats struct {
	Requests   int64 // HTTP requests that were sent for operations
	Operations int64 // operations in them
	Throttled  int64 // operations that were answered 429
	Lost       int64 // operations that got no usable answer
	ReadBacks  int64 // operations that read a phone back
}

type stats struct{ requests, operations, throttled, lost, readBacks atomic.Int64 }

// Stats may be called at any time, also during Run.
func (s *Submitter) Stats() Stats {
	return Stats{
		Requests: s.stats.requests.Load(), Operations: s.stats.operations.Load(), Throttled: s.stats.throttled.Load(),
		Lost: s.stats.lost.Load(), ReadBacks: s.stats.readBacks.Load(),
	}
}

// Run sends the lanes and returns when every row of them has an outcome, or
// when going on is pointless. Rows without an outcome were then never sent.
//
// When ctx is cancelled nothing more is sent; requests in flight may finish
// within Grace, and Run returns the cause. Other errors are those of the
// Sender and the Recorder, [*PermissionError], [*StalledError] and
// [*UnreachableError].
func (s *Submitter) Run(ctx context.Context, lanes []authmethod.Lane) error {
	s.health.start(time.Now())
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
	if rest := s.settleRest(q); err == nil {
		err = rest
	}
	if err != nil || q.done() {
		return err
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
			q.putBack(batch)
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

// send carries one batch, and settles or puts back every lane of it.
func (s *Submitter) send(ctx context.Context, q *queue, batch []*lane) error {
	ops, creates := s.operations(batch)
	if len(creates) > 0 {
		if err := s.Recorder.Intent(creates); err != nil {
			q.putBack(batch)
			return err
		}
	}
	sentAt := time.Now()
	for _, l := range batch {
		l.sending(sentAt)
	}
	answers, failure := s.Sender.Send(ctx, ops)
	s.observe(sentAt, ops, answers)
	for i, l := range batch {
		if err := s.conclude(q, l, answers[i]); err != nil && failure == nil {
			failure = err
		}
	}
	if failure != nil {
		return failure
	}
	return s.health.verdict(time.Now(), s.Pacer.Status().Until, s.GiveUpAfter)
}

// operations are what the lanes want to send next, and the rows of the creates
// among them.
func (s *Submitter) operations(batch []*lane) (ops []authmethod.Operation, creates []int32) {
	for _, l := range batch {
		row := s.Rows.At(int(l.rows[0]))
		op := authmethod.Operation{Verb: l.verb, User: row.User, PhoneType: row.PhoneType}
		if l.verb == authmethod.Create {
			op.Number = row.Number
			creates = append(creates, l.rows[0])
		}
		ops = append(ops, op)
	}
	return ops, creates
}

// observe tells the pacer, the counters and the health what a request brought.
// Faults of single items say nothing about the service; a request that brought
// nothing else does.
func (s *Submitter) observe(sentAt time.Time, ops []authmethod.Operation, answers []authmethod.Answer) {
	feedback := pace.Feedback{SentAt: sentAt}
	faults, notSent := 0, 0
	for i, answer := range answers {
		switch {
		case answer.NotSent != nil:
			notSent++
		case answer.Lost != nil:
			s.stats.lost.Add(1)
		}
		if ops[i].Verb == authmethod.Read && answer.NotSent == nil {
			s.stats.readBacks.Add(1)
		}
		feedback.Load = max(feedback.Load, answer.Load)
		feedback.RetryAfter = max(feedback.RetryAfter, answer.RetryAfter)
		switch {
		case answer.Status == statusThrottled:
			feedback.Throttled++
		case answer.Status == 0 || answer.Status >= http.StatusInternalServerError:
			faults++
			feedback.Trouble = feedback.Trouble || answer.RetryAfter > 0
		default:
			feedback.Accepted++
		}
		s.health.heard(answer)
	}
	feedback.Trouble = feedback.Trouble || faults == len(ops)
	if notSent < len(ops) {
		s.stats.requests.Add(1)
	}
	s.stats.operations.Add(int64(len(ops) - notSent))
	s.stats.throttled.Add(int64(feedback.Throttled))
	s.Pacer.Observe(feedback)
}

// conclude gives the head of a lane its outcome, or puts the lane back for
// another request.
func (s *Submitter) conclude(q *queue, l *lane, answer authmethod.Answer) error {
	now := time.Now()
	row := s.Rows.At(int(l.rows[0]))
	result, delay := s.judge(l, row.Number, answer, now)
	if result == nil {
		q.putLater(l, now.Add(delay))
		return nil
	}
	if err := s.outcome(int(l.rows[0]), *result, now); err != nil {
		q.drop()
		return err
	}
	err := s.holdBack(l, row, *result)
	q.next(l)
	return err
}

// holdBack settles the rows of a lane that must not follow after result.
func (s *Submitter) holdBack(l *lane, head *authmethod.Row, result authmethod.Result) error {
	arrived := result.Outcome.Success() || l.stands
	kept := l.rows[:1]
	for _, i := range l.rows[1:] {
		row := s.Rows.At(int(i))
		held := authmethod.Result{}
		switch {
		case !arrived && head.PhoneType == authmethod.PhoneTypeMobile && row.PhoneType == authmethod.PhoneTypeAlternateMobile:
			held = resultDependency(head.Line, result)
		case result.Status == statusNotFound && result.Outcome == authmethod.Failed:
			held = resultUserUnknown(head.Line, result)
		default:
			kept = append(kept, i)
			continue
		}
		if err := s.outcome(int(i), held, time.Time{}); err != nil {
			return err
		}
	}
	l.rows = kept
	return nil
}

func (s *Submitter) outcome(row int, result authmethod.Result, at time.Time) error {
	result.FinishedAt = at
	s.outcomes.Lock()
	defer s.outcomes.Unlock()
	return s.Recorder.Outcome(row, result)
}

// settleRest gives an outcome to the lanes that were stopped between two
// requests for the same row; lanes whose head was never sent get none.
func (s *Submitter) settleRest(q *queue) error {
	for _, l := range q.rest() {
		if l.creates == 0 {
			continue
		}
		if err := s.outcome(int(l.rows[0]), l.stopped(), time.Now()); err != nil {
			return err
		}
	}
	return nil
}
