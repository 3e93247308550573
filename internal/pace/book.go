package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// book is the quota as it looks if it counts some kinds of steps and no others.
// Nobody says whether reads count, so two are kept: of all steps, and of writes.
type book struct {
	control            controller
	meter              *rate.Limiter // of an even rate
	answered, accepted ledger
	inFlight           int
	before             controller // as it was when the first refusal came
	seen               interval
}

func newBook(ceiling float64) book {
	return book{control: newController(ceiling), meter: rate.NewLimiter(0, 0)}
}

// quota lets a window be used up as fast as it goes, and meters an even rate.
// A window's steps count until a span after their answers: they may have
// arrived as late as that.
func (b *book) quota(now time.Time, n int, whole bool) (int, time.Time) {
	c := b.control
	if c.cold {
		return n, now
	}
	if c.span == 0 {
		most := max(1, int(c.rate()*shareSec))
		if whole {
			most = max(most, n)
		}
		n = min(n, most)
		// The burst is one request: a long hold or a pause must not save up
		// tokens for a herd.
		b.meter.SetLimitAt(now, rate.Limit(c.rate()))
		b.meter.SetBurstAt(now, n)
		lacking := max(0, float64(n)-b.meter.TokensAt(now))
		return n, now.Add(time.Duration(lacking / c.rate() * float64(time.Second)))
	}
	room := c.room()
	left := room - b.inFlight
	if left <= 0 {
		return 0, now.Add(untilAnswered)
	}
	// What the window was not seen to take yet is tried with few in flight.
	used := b.answered.after(now.Add(-c.span)) + b.inFlight
	if used+n > c.known() && room > c.known() && b.inFlight > 0 && b.inFlight+n > max(aFlight, room/50) {
		return 0, now.Add(untilAnswered)
	}
	return b.answered.fit(now, n, left, c.span)
}

// send takes note of steps that leave.
func (b *book) send(now time.Time, n int) {
	b.meter.ReserveN(now, n)
	b.inFlight += n
}

// hear takes in an answer. Late ones still count for the estimate of the episode
// that goes on.
func (b *book) hear(now time.Time, f Feedback, refused bool) {
	all := f.Accepted + f.Throttled + f.Failed
	b.inFlight -= all
	b.answered.add(now, all)
	b.accepted.add(now, f.Accepted)
	if f.Accepted == 0 {
		return
	}
	if b.seen.accepted == 0 {
		b.seen.first = now
	}
	b.seen.accepted += f.Accepted
	b.seen.requests++
	if refused {
		b.seen.recent += f.Accepted
		b.control = b.before.cut(b.seen)
	}
}

// begin takes note of what an episode began with. The request arrived between
// being sent and being answered.
func (b *book) begin(now time.Time, f Feedback) {
	b.before = b.control
	b.seen.throttledAt, b.seen.soonest = now, f.Soonest
	arrived := f.SentAt.Add(now.Sub(f.SentAt) / 2)
	b.seen.recent = b.accepted.after(arrived.Add(-b.control.span))
	b.seen.since = b.accepted.youngest(min(b.seen.recent, b.control.known()))
}

// off is by which part of its room a window had taken more or fewer steps when it
// refused one; 0 at an even rate.
func (b *book) off() float64 {
	if b.control.span == 0 {
		return 0
	}
	known := b.control.known()
	return math.Abs(float64(b.seen.recent-known)) / float64(known)
}
