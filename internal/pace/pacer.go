package pace

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// Unlimited is the ceiling that leaves only the brake: no metering and no slow
// start, but holds as ever.
var Unlimited = math.Inf(1)

// Pacer says when steps may be sent. It is safe for any number of
// workers, each of which calls Share, Wait, and then Observe with what came
// back.
type Pacer struct {
	turnstile *semaphore.Weighted // of one: who waits for tokens

	mu   sync.Mutex
	gate *gate
}

// Feedback is what one HTTP request, plain or $batch, brought back.
type Feedback struct {
	// SentAt is when it was sent: after Wait had returned.
	SentAt time.Time

	// Accepted counts the steps in it that Graph worked on, with
	// whatever result; Throttled those answered 429.
	Accepted, Throttled int

	// RetryAfter is the longest that was asked for; 0 when none was.
	RetryAfter time.Duration

	// Trouble is set for a 5xx answer or a lost connection: a reason to hold
	// back, but no sign of a quota. It is looked at only where nothing was
	// throttled.
	Trouble bool

	// Load is x-ms-throttle-limit-percentage, 0.8 to 1.8, and 0 when absent.
	Load float64
}

// Reason says why everything is held.
type Reason string

const (
	// Throttled: a quota is used up.
	Throttled Reason = "throttled"
	// Trouble: the service or the way to it fails.
	Trouble Reason = "trouble"
)

// Status is the state of a Pacer for people to look at.
type Status struct {
	Rate   float64   // steps a second, +Inf for Unlimited
	Held   bool      // nothing may be sent until Until, because of Reason
	Until  time.Time // meaningful only when Held
	Reason Reason    // meaningful only when Held
}

// New makes a Pacer whose rate never exceeds ceiling steps a second, which
// must be above 0. jitter returns numbers in [0,1) and is never called by two
// workers at once.
func New(ceiling float64, jitter func() float64) *Pacer {
	return &Pacer{turnstile: semaphore.NewWeighted(1), gate: newGate(ceiling, jitter)}
}

// Share is how many steps one request may carry at the present rate: a
// quarter of a second's worth, at least 1 and at most most.
func (p *Pacer) Share(most int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gate.share(most)
}

// Wait returns nil when n steps may be sent at once: nothing is held and
// the rate allows them. It returns the context's error when that is done first.
func (p *Pacer) Wait(ctx context.Context, n int) error {
	if err := p.turnstile.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.turnstile.Release(1)

	var ticket time.Time
	for ctx.Err() == nil {
		p.mu.Lock()
		wait := p.gate.poll(time.Now(), n, &ticket)
		p.mu.Unlock()
		if wait == 0 {
			return nil
		}
		waiting, cancel := context.WithTimeout(ctx, wait)
		<-waiting.Done()
		cancel()
	}
	return ctx.Err()
}

// Observe takes in what a request brought back. It must be called once for
// every request that was sent.
func (p *Pacer) Observe(f Feedback) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate.observe(time.Now(), f)
}

// Status is a snapshot.
func (p *Pacer) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.gate
	return Status{Rate: g.control.rate(), Held: time.Now().Before(g.until), Until: g.until, Reason: g.reason}
}
