package pace

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Unlimited is no ceiling and no slow start. From the first throttle on the pace
// is learnt as ever.
var Unlimited = math.Inf(1)

// Pacer says when steps may be sent. It is safe for any number of
// workers, each of which calls Wait and then Observe with what came back.
type Pacer struct {
	turnstile *semaphore.Weighted // of one: who waits at the gate

	mu   sync.Mutex
	gate *gate
	wake context.CancelFunc // has the first in the turnstile ask again
}

// Feedback is what one HTTP request, plain or $batch, brought back.
type Feedback struct {
	// SentAt is when it was sent: after Wait had returned.
	SentAt time.Time

	// Accepted counts the steps in it that Graph worked on, with
	// whatever result; Throttled those answered 429; Failed all others.
	Accepted, Throttled, Failed int

	// Reads counts those of them that were reads: a quota may be of writes alone.
	Reads Counts

	// RetryAfter is the longest that was asked for, Soonest the shortest for a
	// throttled step; 0 when none was.
	RetryAfter, Soonest time.Duration

	// Trouble is set for a 5xx answer or a lost connection: a reason to hold
	// back, but no sign of a quota. It is looked at only where nothing was
	// throttled.
	Trouble bool

	// Load is x-ms-throttle-limit-percentage, 0.8 to 1.8, and 0 when absent.
	Load float64
}

// Counts are numbers of steps by what became of them.
type Counts struct{ Accepted, Throttled, Failed int }

// ofWrites is the same without its reads.
func (f Feedback) ofWrites() Feedback {
	f.Accepted -= f.Reads.Accepted
	f.Throttled -= f.Reads.Throttled
	f.Failed -= f.Reads.Failed
	return f
}

// Reason says why everything is held.
type Reason string

const (
	// Throttled: a quota is used up.
	Throttled Reason = "throttled"
	// Trouble: the service or the way to it fails.
	Trouble Reason = "trouble"
	// Closed: it is not the time of the day to send anything.
	Closed Reason = "closed"
)

// Status is the state of a Pacer for people to look at.
type Status struct {
	Rate   float64   // steps a second; the ceiling until something was throttled
	Held   bool      // nothing may be sent until Until, because of Reason
	Until  time.Time // meaningful only when Held
	Reason Reason    // meaningful only when Held
	Found  bool      // the rate is that of a limit that was met
	Waits  Waits     // so far
}

// Waits are how long nothing was allowed to leave, by why.
type Waits struct{ Throttled, Trouble, Closed time.Duration }

// plus adds a time, which may be below 0.
func (w Waits) plus(reason Reason, d time.Duration) Waits {
	of := map[Reason]*time.Duration{Throttled: &w.Throttled, Trouble: &w.Trouble, Closed: &w.Closed}[reason]
	if of != nil {
		*of = max(0, *of+d)
	}
	return w
}

// New makes a Pacer that lets no more than ceiling steps a second leave, as a
// mean over ten seconds; it must be above 0. jitter returns numbers in [0,1) and
// is never called by two workers at once.
func New(ceiling float64, jitter func() float64) *Pacer {
	return &Pacer{turnstile: semaphore.NewWeighted(1), gate: newGate(ceiling, jitter), wake: func() {}}
}

// Wait returns how many of some steps may be sent in one request at once: the first
// ones, and 1 at least. reads has an element for each step, which tells whether it is
// a read. It returns the context's error when that is done first.
func (p *Pacer) Wait(ctx context.Context, reads []bool) (int, error) {
	if err := p.turnstile.Acquire(ctx, 1); err != nil {
		return 0, err
	}
	defer p.turnstile.Release(1)

	for ctx.Err() == nil {
		p.mu.Lock()
		allowed, wait := p.gate.admit(time.Now(), reads)
		waiting, wake := context.WithTimeout(ctx, wait)
		p.wake = wake
		p.mu.Unlock()
		if allowed > 0 {
			wake()
			return allowed, nil
		}
		<-waiting.Done()
		wake()
	}
	return 0, ctx.Err()
}

// Observe takes in what a request brought back. It must be called once for
// every time that Wait let steps leave.
func (p *Pacer) Observe(f Feedback) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate.observe(time.Now(), f)
	p.wake()
}

// Hold lets nothing leave until a time for a reason that no answer has brought: a
// throttle that somebody else has met and that is of all, or the time of the day. The
// pace itself stays as it is.
func (p *Pacer) Hold(until time.Time, why Reason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.gate.holdApart(now, until.Sub(now), why, true)
	p.wake()
}

// Status is a snapshot.
func (p *Pacer) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, now := p.gate, time.Now()
	s := Status{Rate: g.control.rate(), Held: now.Before(g.until), Until: g.until, Reason: g.reason, Found: !g.control.cold, Waits: g.waits}
	if s.Held {
		s.Waits = s.Waits.plus(s.Reason, now.Sub(s.Until))
	}
	return s
}
