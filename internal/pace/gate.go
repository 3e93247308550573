package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

const (
	// aFlight is how many steps may be in flight while nobody knows the quota:
	// one full $batch. That many are refused at most when it is found.
	aFlight = 20
	// flightShare of all steps accepted may be in flight when that is more.
	flightShare = 1.0 / 66
	// growth is by how much each accepted step lets the flight grow: by two
	// thirds in a round trip.
	growth = 2.0 / 3
	// whole is how many steps must be refused together, and never a part of a
	// request, to think that requests are counted.
	whole = 8

	// backoffCap ends the doubling of Backoff.
	backoffCap = time.Minute
	// untilAnswered is longer than any answer takes.
	untilAnswered = time.Hour
)

// Backoff is how long to wait before trying again when nobody said how long: 1
// second for attempt 0, doubled for each further one up to 60 seconds, less up
// to half of it by jitter, which is in [0,1).
func Backoff(attempt int, jitter float64) time.Duration {
	wait := min(backoffCap, time.Second<<min(attempt, 6))
	return wait - time.Duration(jitter/2*float64(wait))
}

// gate is all that the workers share, without locks and clocks: the pace, what
// is in flight, and the hold. The time is always an argument.
type gate struct {
	jitter  func() float64
	control controller
	meter   *rate.Limiter // of an even rate
	load    float64
	stalled time.Time // since when the quota holds workers back, zero when not

	sent, answered, accepted ledger
	inFlight                 int
	grown                    int  // accepted since the flight was last cut
	crowdedAt                int  // accepted by the time it was last too large
	full                     int  // steps that the largest request asked for
	partly, wholly           bool // a part of a request was refused; only whole ones were

	until  time.Time // end of the present hold or the last
	known  time.Time // the same without what older requests added to it
	reason Reason

	refusals int        // throttle holds since a step was last accepted
	troubles int        // trouble holds since then
	before   controller // as it was when the first refusal came
	company  bool       // other requests were in flight then
	seen     interval
}

func newGate(ceiling float64, jitter func() float64) *gate {
	return &gate{jitter: jitter, control: newController(ceiling), meter: rate.NewLimiter(0, 0)}
}

// admit lets up to n steps leave as one request, or says how long to wait before
// asking again; earlier answers may shorten that.
func (g *gate) admit(now time.Time, n int) (int, time.Duration) {
	if g.seen.from.IsZero() {
		g.seen.from = now
	}
	if !g.stalled.IsZero() && !g.until.After(now) {
		g.control = g.control.climb(now.Sub(g.stalled), g.load)
	}
	g.stalled = time.Time{}
	if wait := g.until.Sub(now); wait > 0 {
		return 0, wait
	}
	g.full = max(g.full, n)
	n = min(n, g.flight())
	n, at := g.quota(now, n)
	if wait := at.Sub(now); wait > 0 {
		g.stalled = now
		return 0, wait
	}
	if g.flight()-g.inFlight < n {
		return 0, untilAnswered
	}
	n, at = g.ceiling(now, n)
	if wait := at.Sub(now); wait > 0 {
		return 0, wait
	}
	g.sent.add(now, n)
	g.meter.ReserveN(now, n)
	g.inFlight += n
	return n, 0
}

// flight is how many steps may be in flight.
func (g *gate) flight() int {
	if g.control.cold && math.IsInf(g.control.ceiling, 1) && !g.wholly {
		return math.MaxInt
	}
	most := max(aFlight, int(flightShare*float64(g.accepted.total()-g.crowdedAt)))
	if g.wholly {
		return most
	}
	return min(most, 1+int(growth*float64(g.grown)))
}

// quota lets a window be used up as fast as it goes, and meters an even rate.
// A window's steps count until a span after their answers: they may have
// arrived as late as that.
func (g *gate) quota(now time.Time, n int) (int, time.Time) {
	c := g.control
	if c.cold {
		return n, now
	}
	if c.span == 0 {
		most := max(1, int(c.rate()*shareSec))
		if g.wholly {
			most = max(most, n)
		}
		n = min(n, most)
		// The burst is one request: a long hold or a pause must not save up
		// tokens for a herd.
		g.meter.SetLimitAt(now, rate.Limit(c.rate()))
		g.meter.SetBurstAt(now, n)
		lacking := max(0, float64(n)-g.meter.TokensAt(now))
		return n, now.Add(time.Duration(lacking / c.rate() * float64(time.Second)))
	}
	room := c.room()
	left := room - g.inFlight
	if left <= 0 {
		return 0, now.Add(untilAnswered)
	}
	// What the window was not seen to take yet is tried with few in flight.
	used := g.answered.after(now.Add(-c.span)) + g.inFlight
	if used+n > c.known() && room > c.known() && g.inFlight > 0 && g.inFlight+n > max(aFlight, room/50) {
		return 0, now.Add(untilAnswered)
	}
	return g.answered.fit(now, n, left, c.span)
}

// ceiling is a mean over the usual time, or over that of one step.
func (g *gate) ceiling(now time.Time, n int) (int, time.Time) {
	c := g.control.ceiling
	if math.IsInf(c, 1) {
		return n, now
	}
	room := max(1, int(c*usual.Seconds()))
	return g.sent.fit(now, n, room, time.Duration(float64(room)/c*float64(time.Second)))
}

func (g *gate) observe(now time.Time, f Feedback) {
	// What was sent before the hold, or slipped out as it began, belongs to the
	// episode that is known already.
	fresh := !f.SentAt.Before(g.known)
	g.load = f.Load
	all := f.Accepted + f.Throttled + f.Failed
	g.inFlight -= all
	g.answered.add(now, all)
	g.accepted.add(now, f.Accepted)
	g.grown += f.Accepted
	if f.Accepted > 0 {
		g.accept(now, f, fresh)
	}
	switch {
	case f.Throttled > 0:
		g.throttle(now, f, fresh)
	case f.Trouble:
		g.trouble(now, f, fresh)
	}
}

// accept ends an episode if the steps were sent after it: the next interval
// begins where its hold ended. Late ones still count for its estimate.
func (g *gate) accept(now time.Time, f Feedback, fresh bool) {
	if fresh && g.refusals > 0 {
		g.refusals = 0
		g.seen = interval{from: g.until}
	}
	if fresh && !f.Trouble {
		g.troubles = 0
	}
	if g.seen.accepted == 0 {
		g.seen.first = now
	}
	g.seen.accepted += f.Accepted
	g.seen.requests++
	if g.refusals > 0 {
		g.seen.recent += f.Accepted
		g.control = g.before.cut(g.seen)
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
			g.begin(now, f)
		}
		g.refusals++
	}
	g.partly = g.partly || f.Accepted > 0
	g.wholly = !g.partly && (g.wholly || f.Throttled >= whole)
	g.hold(now, wait, Throttled, fresh)
	if g.refusals == 0 {
		return
	}
	g.seen.throttled += f.Throttled
	g.seen.until = g.until
	g.seen.full = 0
	if g.wholly {
		g.seen.full = g.full
	}
	if g.control = g.before.cut(g.seen); g.crowded(f) {
		g.control, g.crowdedAt = g.before, g.accepted.total()
	}
	if g.control.span == 0 {
		g.grown = 0
	}
}

// crowded reports whether a request may have been refused for those that were in
// flight with it. Then one is sent at a time, before anything is concluded.
func (g *gate) crowded(f Feedback) bool {
	return g.before.cold && g.wholly && g.company && f.Soonest <= time.Second
}

// begin takes note of what an episode began with. The request arrived between
// being sent and being answered.
func (g *gate) begin(now time.Time, f Feedback) {
	g.before, g.company = g.control, g.inFlight > 0
	g.seen.throttledAt, g.seen.soonest = now, f.Soonest
	arrived := f.SentAt.Add(now.Sub(f.SentAt) / 2)
	g.seen.recent = g.accepted.after(arrived.Add(-g.control.span))
	g.seen.since = g.accepted.youngest(min(g.seen.recent, g.control.known()))
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
