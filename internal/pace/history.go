package pace

import (
	"math"
	"time"
)

// History is what a Pacer went through, in slots of equal width. Every list has an
// element for each slot; they are nil before the first answer or hold.
type History struct {
	Began     time.Time // of the first slot
	Seconds   float64   // that a slot is wide
	Accepted  []int     // steps that Graph worked on
	Throttled []int     // steps that were answered 429
	Held      []float64 // seconds in which nothing might leave
	Limit     []float64 // the quota as it was estimated, steps a second; 0 until something was throttled
}

// mostSlots keeps a history small however long the run is: where it would have more,
// two become one of double the width.
const mostSlots = 240

// past is the history while it is made. The time is always an argument.
type past struct {
	began time.Time
	width time.Duration
	slots []slot
}

type slot struct {
	accepted, throttled int
	held                time.Duration
	limit               float64
}

// at is the slot of a time, which is not before the first one asked for.
func (p *past) at(t time.Time) *slot {
	if p.slots == nil {
		p.began, p.width = t, time.Second
	}
	i := max(0, int(t.Sub(p.began)/p.width))
	for ; i >= mostSlots; i /= 2 {
		p.double()
	}
	for len(p.slots) <= i {
		p.slots = append(p.slots, slot{})
	}
	return &p.slots[i]
}

// double makes one slot of two.
func (p *past) double() {
	p.width *= 2
	for i := 0; i < len(p.slots); i += 2 {
		s := p.slots[i]
		if i+1 < len(p.slots) {
			next := p.slots[i+1]
			s.accepted, s.throttled, s.held = s.accepted+next.accepted, s.throttled+next.throttled, s.held+next.held
			if next.limit > 0 {
				s.limit = next.limit
			}
		}
		p.slots[i/2] = s
	}
	p.slots = p.slots[:(len(p.slots)+1)/2]
}

// answer takes note of what an answer brought, and of the estimate after it.
func (p *past) answer(now time.Time, f Feedback, after controller) {
	s := p.at(now)
	s.accepted, s.throttled = s.accepted+f.Accepted, s.throttled+f.Throttled
	if !after.cold {
		s.limit = after.plateau
	}
}

// longestHold is the most that is noted of a hold: no run waits for longer, and the
// arithmetic of times stays within its bounds whatever Retry-After says.
const longestHold = 7 * 24 * time.Hour

// hold takes note of a hold as soon as it is known; its end may still be to come.
func (p *past) hold(from, until time.Time) {
	if most := from.Add(longestHold); until.After(most) {
		until = most
	}
	for from.Before(until) && (p.slots == nil || from.Sub(p.began) < mostSlots*longestHold) {
		s := p.at(from)
		end := p.began.Add(from.Sub(p.began)/p.width*p.width + p.width)
		if end.After(until) {
			end = until
		}
		s.held += end.Sub(from)
		from = end
	}
}

// until is the history up to now. Of a hold that goes on only what is over counts, and
// an estimate holds until there is another.
func (p *past) until(now time.Time) (h History) {
	if p.slots == nil {
		return History{}
	}
	h.Began, h.Seconds = p.began, p.width.Seconds()
	limit := 0.0
	for i, s := range p.slots {
		over := now.Sub(p.began) - time.Duration(i)*p.width
		if over < 0 {
			break
		}
		if s.limit > 0 {
			limit = s.limit
		}
		h.Accepted, h.Throttled = append(h.Accepted, s.accepted), append(h.Throttled, s.throttled)
		h.Held, h.Limit = append(h.Held, thousandths(min(s.held, over).Seconds())), append(h.Limit, thousandths(limit))
	}
	return h
}

// thousandths are more than a picture shows.
func thousandths(n float64) float64 { return math.Round(n*1000) / 1000 }

// History is what was until now. It stays as it is while the Pacer goes on.
func (p *Pacer) History() History {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gate.past.until(time.Now())
}

// With is this history and that of another Pacer that went beside it, in slots as wide
// as the wider of theirs. Only while both were held might nothing leave.
func (h History) With(other History) History {
	if h.Accepted == nil || other.Accepted == nil {
		if h.Accepted == nil {
			h = other
		}
		return h
	}
	began := h.Began
	if other.Began.Before(began) {
		began = other.Began
	}
	width := max(h.Seconds, other.Seconds)
	a, b := h.in(began, width), other.in(began, width)
	if len(a.Accepted) < len(b.Accepted) {
		a, b = b, a
	}
	for i := range a.Accepted {
		if i >= len(b.Accepted) {
			a.Held[i] = 0 // the other one was done
			continue
		}
		a.Accepted[i], a.Throttled[i] = a.Accepted[i]+b.Accepted[i], a.Throttled[i]+b.Throttled[i]
		a.Held[i], a.Limit[i] = min(a.Held[i], b.Held[i]), a.Limit[i]+b.Limit[i]
	}
	return a
}

// in is the history in other slots, which are not narrower.
func (h History) in(began time.Time, width float64) History {
	to := History{Began: began, Seconds: width}
	for i := range h.Accepted {
		at := int((h.Began.Sub(began).Seconds() + float64(i)*h.Seconds) / width)
		for len(to.Accepted) <= at {
			to.Accepted, to.Throttled = append(to.Accepted, 0), append(to.Throttled, 0)
			to.Held, to.Limit = append(to.Held, 0), append(to.Limit, 0)
		}
		to.Accepted[at], to.Throttled[at] = to.Accepted[at]+h.Accepted[i], to.Throttled[at]+h.Throttled[i]
		to.Held[at], to.Limit[at] = thousandths(to.Held[at]+h.Held[i]), h.Limit[i]
	}
	return to
}
