package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// shareSec is how many seconds' worth of steps one request carries. With
// more, a window takes whole requests badly and one throttle refuses many
// steps; with less, few workers with slow answers fall short of the rate.
const shareSec = 0.25

// backoffCap ends the doubling of Backoff.
const backoffCap = time.Minute

// Backoff is how long to wait before trying again when nobody said how long: 1
// second for attempt 0, doubled for each further one up to 60 seconds, less up
// to half of it by jitter, which is in [0,1).
func Backoff(attempt int, jitter float64) time.Duration {
	wait := min(backoffCap, time.Second<<min(attempt, 6))
	return wait - time.Duration(jitter/2*float64(wait))
}

// gate is all that the workers share, without locks and clocks: the rate, the
// meter that keeps to it, and the hold. The time is always an argument.
type gate struct {
	jitter  func() float64
	control controller
	meter   *rate.Limiter
	load    float64

	until  time.Time // end of the present hold or the last
	known  time.Time // the same without what older requests added to it
	reason Reason

	refusals int        // throttle holds since a step was last accepted
	troubles int        // trouble holds since then
	before   controller // as it was when the first refusal came
	seen     interval
}

func newGate(ceiling float64, jitter func() float64) *gate {
	return &gate{jitter: jitter, control: newController(ceiling), meter: rate.NewLimiter(0, 0)}
}

func (g *gate) share(most int) int {
	return max(1, int(min(float64(most), g.control.rate()*shareSec)))
}

// poll says how long the first worker in the turnstile must wait before it
// asks again; 0 lets it send n steps. ticket is that worker's own: when
// its tokens are due, zero before it has reserved any. A hold takes it away.
func (g *gate) poll(now time.Time, n int, ticket *time.Time) time.Duration {
	if g.seen.from.IsZero() {
		g.seen.from = now
	}
	if wait := g.until.Sub(now); wait > 0 {
		*ticket = time.Time{}
		return wait
	}
	perSecond := g.control.rate()
	if math.IsInf(perSecond, 1) {
		return 0
	}
	if ticket.IsZero() {
		// The burst is no more than this request: a long hold or a pause must
		// not save up tokens for a herd.
		g.meter.SetLimitAt(now, rate.Limit(perSecond))
		g.meter.SetBurstAt(now, n)
		wait := g.meter.ReserveN(now, n).DelayFrom(now)
		g.control = g.control.climb(wait, g.load)
		*ticket = now.Add(wait)
	}
	return max(0, ticket.Sub(now))
}

func (g *gate) observe(now time.Time, f Feedback) {
	// What was sent before the hold, or slipped out as it began, belongs to the
	// episode that is known already.
	fresh := !f.SentAt.Before(g.known)
	g.load = f.Load
	if fresh && f.Accepted > 0 {
		g.succeed(f)
	}
	g.seen.accepted += f.Accepted
	switch {
	case f.Throttled > 0:
		g.throttle(now, f, fresh)
	case f.Trouble:
		g.trouble(now, f, fresh)
	}
}

// succeed ends an episode: the next interval begins where its hold ended.
func (g *gate) succeed(f Feedback) {
	if g.refusals > 0 {
		g.refusals = 0
		g.seen = interval{from: g.until}
	}
	if !f.Trouble {
		g.troubles = 0
	}
}

// throttle holds and cuts the rate. While an episode goes on, its hold and its
// cost grow, so the cut is made anew from the same beginning each time.
func (g *gate) throttle(now time.Time, f Feedback, fresh bool) {
	wait := f.RetryAfter
	if fresh {
		if wait <= 0 {
			// No quota has room again before the time of one step.
			step := time.Duration(float64(time.Second) / g.control.rate())
			wait = max(Backoff(g.refusals, g.jitter()), min(step, backoffCap))
		}
		if g.refusals == 0 {
			g.before = g.control
			g.seen.throttledAt = now
		}
		g.refusals++
	}
	g.hold(now, wait, Throttled, fresh)
	if g.refusals > 0 {
		g.seen.throttled += f.Throttled
		g.seen.until = g.until
		g.control = g.before.cut(g.seen)
	}
}

// trouble holds and leaves the rate alone. The hold is taken out of the
// interval, since it was not the quota that kept steps away.
func (g *gate) trouble(now time.Time, f Feedback, fresh bool) {
	wait := f.RetryAfter
	if fresh {
		if wait <= 0 {
			wait = Backoff(g.troubles, g.jitter())
		}
		g.troubles++
	}
	held := g.until
	if held.Before(now) {
		held = now
	}
	g.hold(now, wait, Trouble, fresh)
	g.seen.from = g.seen.from.Add(max(0, g.until.Sub(held)))
}

// hold never shortens a hold.
func (g *gate) hold(now time.Time, wait time.Duration, reason Reason, fresh bool) {
	if until := now.Add(wait); wait > 0 && until.After(g.until) {
		g.until, g.reason = until, reason
	}
	if fresh {
		g.known = g.until
	}
}
