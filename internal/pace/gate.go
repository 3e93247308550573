package pace

import (
	"math"
	"time"
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
	// few steps are sent to find out what a quota counts.
	few = 4

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
	jitter      func() float64
	*book       // the one that is believed
	all, writes book
	shared      bool      // all steps count, as was proven
	triedAt     time.Time // when steps were sent to find out, zero when that is answered
	load        float64
	stalled     time.Time // since when the quota holds workers back, zero when not

	sent           ledger
	flying         int  // steps in flight
	grown          int  // accepted since the flight was last cut
	crowdedAt      int  // accepted by the time it was last too large
	full           int  // steps that the largest request asked for
	partly, wholly bool // a part of a request was refused; only whole ones were

	until  time.Time // end of the present hold or the last
	known  time.Time // the same without what older requests added to it
	reason Reason
	waits  Waits // the present hold to its end

	refusals int  // throttle holds since a step was last accepted
	troubles int  // trouble holds since then
	company  bool // other requests were in flight when the first refusal came

	past past // for people to look at; nothing is decided by it
}

func newGate(ceiling float64, jitter func() float64) *gate {
	g := &gate{jitter: jitter, all: newBook(ceiling), writes: newBook(ceiling)}
	g.book = &g.all
	return g
}

func (g *gate) books() []*book { return []*book{&g.all, &g.writes} }

// admit lets so many of some steps leave as one request, from the first on, or says
// how long to wait before asking again; earlier answers may shorten that. It is told
// which of them are reads.
func (g *gate) admit(now time.Time, reads []bool) (int, time.Duration) {
	for _, b := range g.books() {
		if b.seen.from.IsZero() {
			b.seen.from = now
		}
	}
	if !g.stalled.IsZero() && !g.until.After(now) {
		g.control = g.control.climb(now.Sub(g.stalled), g.load)
	}
	g.stalled = time.Time{}
	if wait := g.until.Sub(now); wait > 0 {
		return 0, wait
	}
	g.full = max(g.full, len(reads))
	n, wait := g.allowed(now, reads[:min(len(reads), g.flight())])
	if n == 0 {
		return 0, wait
	}
	trial := wait > 0
	if g.flight()-g.flying < n {
		return 0, untilAnswered
	}
	n, at := g.ceiling(now, n)
	if wait := at.Sub(now); wait > 0 {
		return 0, wait
	}
	if trial {
		g.triedAt = now
	}
	g.sent.add(now, n)
	g.flying += n
	g.all.send(now, n)
	g.writes.send(now, writesAmong(reads[:n]))
	return n, 0
}

// allowed is how many of the steps the quota has room for, and else when it has. A
// few are sent although it has none, with a wait, if the other book has room: their
// answer tells which book is right.
func (g *gate) allowed(now time.Time, reads []bool) (int, time.Duration) {
	if g.book == &g.writes {
		return g.besides(now, reads)
	}
	room, at := g.quota(now, len(reads), g.wholly)
	wait := at.Sub(now)
	if wait <= 0 {
		return room, 0
	}
	g.stalled = now
	if g.shared || wait <= time.Second || now.Sub(g.triedAt) < untilAnswered {
		return 0, wait // it may have room by itself, or is tried already
	}
	n := prefix(reads, 0)
	if n > 0 || g.writes.control.span == 0 || g.all.answered.total() == g.writes.answered.total() {
		return n, wait // before any read the books are the same
	}
	if room, at = g.writes.quota(now, len(reads), g.wholly); at.After(now) {
		return 0, wait
	}
	return prefix(reads, min(room, few)), wait
}

// besides is the same where reads need no room. Alone, they leave in one request at a
// time.
func (g *gate) besides(now time.Time, reads []bool) (int, time.Duration) {
	wait := untilAnswered
	if writes := writesAmong(reads); writes > 0 {
		room, at := g.quota(now, writes, g.wholly)
		if !at.After(now) {
			return prefix(reads, room), 0
		}
		g.stalled, wait = now, at.Sub(now)
	}
	if n := prefix(reads, 0); n > 0 && g.flying == g.writes.inFlight {
		return n, 0
	}
	return 0, wait
}

func writesAmong(reads []bool) (n int) {
	for _, read := range reads {
		if !read {
			n++
		}
	}
	return n
}

// prefix is how many steps come before one write too many.
func prefix(reads []bool, writes int) int {
	for i, read := range reads {
		if read {
			continue
		}
		if writes--; writes < 0 {
			return i
		}
	}
	return len(reads)
}

// flight is how many steps may be in flight.
func (g *gate) flight() int {
	if g.control.cold && math.IsInf(g.control.ceiling, 1) && !g.wholly {
		return math.MaxInt
	}
	most := max(aFlight, int(flightShare*float64(g.all.accepted.total()-g.crowdedAt)))
	if g.wholly {
		return most
	}
	return min(most, 1+int(growth*float64(g.grown)))
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
	own, writes := f, f.ofWrites()
	g.believe(f)
	if g.book == &g.writes {
		own = writes
	}
	// What was sent before the hold, or slipped out as it began, belongs to the
	// episode that is known already.
	fresh := !f.SentAt.Before(g.known)
	g.load = f.Load
	g.flying -= f.Accepted + f.Throttled + f.Failed
	g.grown += f.Accepted
	if fresh && own.Accepted > 0 && g.refusals > 0 {
		// The episode is over. The next interval begins where its hold ended.
		g.refusals = 0
		g.all.seen, g.writes.seen = interval{from: g.until}, interval{from: g.until}
	}
	if fresh && f.Accepted > 0 && !f.Trouble {
		g.troubles = 0
	}
	g.all.hear(now, f, g.refusals > 0)
	g.writes.hear(now, writes, g.refusals > 0)
	switch {
	case own.Throttled > 0:
		g.throttle(now, own, fresh)
	case f.Trouble:
		g.trouble(now, f, fresh)
	}
	g.past.answer(now, f, g.control)
}

// believe chooses the book that an answer proves. Whatever was tried, a read that is
// refused counts.
func (g *gate) believe(f Feedback) {
	after := f.SentAt.Sub(g.triedAt) // nothing else left within the next second
	tried := after >= 0 && after < time.Second
	if tried {
		g.triedAt = time.Time{}
	}
	switch {
	case f.Reads.Throttled > 0, tried && f.Throttled > 0:
		g.book, g.shared = &g.all, true
	case tried && f.Accepted > 0 && !g.shared:
		g.book = &g.writes
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
			g.company = g.flying > 0
			g.writes.begin(now, f)
			g.all.begin(now, f)
			g.choose()
		}
		g.refusals++
	}
	g.partly = g.partly || f.Accepted > 0
	g.wholly = !g.partly && (g.wholly || f.Throttled >= whole)
	g.hold(now, wait, Throttled, fresh)
	if g.refusals == 0 {
		return
	}
	crowded := g.crowded(f)
	if crowded {
		g.crowdedAt = g.all.accepted.total()
	}
	for _, b := range g.books() {
		b.seen.throttled += f.Throttled
		b.seen.until = g.until
		b.seen.full = 0
		if g.wholly {
			b.seen.full = g.full
		}
		if b.control = b.before; !crowded {
			b.control = b.before.cut(b.seen)
		}
	}
	if g.control.span == 0 {
		g.grown = 0
	}
}

// choose believes the book whose window had taken what it should when it refused.
func (g *gate) choose() {
	all, writes := g.all.off(), g.writes.off()
	switch {
	case all < writes:
		g.book = &g.all
	case writes < all && !g.shared:
		g.book = &g.writes
	}
}

// crowded reports whether a request may have been refused for those that were in
// flight with it. Then one is sent at a time, before anything is concluded.
func (g *gate) crowded(f Feedback) bool {
	return g.before.cold && g.wholly && g.company && f.Soonest <= time.Second
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
	g.holdApart(now, wait, Trouble, fresh)
}

// holdApart holds, and takes the hold out of the interval.
func (g *gate) holdApart(now time.Time, wait time.Duration, reason Reason, fresh bool) {
	held := g.until
	if held.Before(now) {
		held = now
	}
	g.hold(now, wait, reason, fresh)
	for _, b := range g.books() {
		b.seen.from = b.seen.from.Add(max(0, g.until.Sub(held)))
	}
}

// hold never shortens a hold.
func (g *gate) hold(now time.Time, wait time.Duration, reason Reason, fresh bool) {
	if until := now.Add(wait); wait > 0 && until.After(g.until) {
		from := g.until
		if from.Before(now) {
			from = now
		}
		g.waits = g.waits.plus(reason, until.Sub(from))
		g.past.hold(from, until)
		g.until, g.reason = until, reason
	}
	if fresh {
		g.known = g.until
	}
}
