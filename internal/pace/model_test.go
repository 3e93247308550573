package pace

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// This file is a model of a tenant and of workers in virtual time: no
// goroutines and no clock, so that hours at a thousand quotas take seconds. It
// runs the real gate, which is everything that decides.

// quota decides over one step that arrives at the second at, and says
// when there is room for one again.
type quota interface {
	take(at float64) (ok bool, retryAfter float64)
	setRate(perSecond float64)
}

// bucket holds some seconds' worth of steps, at least one.
type bucket struct {
	perSecond, seconds float64
	level, last        float64
	countRefused       bool
}

func (b *bucket) setRate(perSecond float64) { b.perSecond = perSecond }

func (b *bucket) take(at float64) (bool, float64) {
	size := max(1, b.perSecond*b.seconds)
	b.level = min(size, b.level+(at-b.last)*b.perSecond)
	b.last = at
	if b.level >= 1-1e-9 {
		b.level--
		return true, 0
	}
	if b.countRefused {
		b.level = max(-size, b.level-1)
	}
	return false, (1 - b.level) / b.perSecond
}

// fixedWindow starts to count anew whenever its length is over. Whether
// it counts what it refuses makes no difference.
type fixedWindow struct {
	perSecond, seconds float64
	phase              float64 // the part of a window that is over at the start
	window, used       int
}

func (f *fixedWindow) setRate(perSecond float64) { f.perSecond = perSecond }

func (f *fixedWindow) take(at float64) (bool, float64) {
	at += f.phase * f.seconds
	if w := int(at / f.seconds); w != f.window {
		f.window, f.used = w, 0
	}
	if f.used < room(f.perSecond, f.seconds) {
		f.used++
		return true, 0
	}
	return false, float64(f.window+1)*f.seconds - at
}

// slidingWindow looks back from every step.
type slidingWindow struct {
	perSecond, seconds float64
	countRefused       bool
	times              []float64 // of what counts, oldest first
}

func (s *slidingWindow) setRate(perSecond float64) { s.perSecond = perSecond }

func (s *slidingWindow) take(at float64) (bool, float64) {
	for len(s.times) > 0 && s.times[0] <= at-s.seconds {
		s.times = s.times[1:]
	}
	limit := room(s.perSecond, s.seconds)
	ok := len(s.times) < limit
	if ok || s.countRefused {
		s.times = append(s.times, at)
	}
	if ok {
		return true, 0
	}
	return false, s.times[len(s.times)-limit] + s.seconds - at
}

// room is how many steps a window takes; the small term undoes the
// rounding of products like 13.3 * 10.
func room(perSecond, seconds float64) int { return int(perSecond*seconds + 1e-9) }

// scenario is one tenant and one way of running against it.
type scenario struct {
	quota    float64 // steps a second
	kind     string  // bucket, fixed, sliding
	seconds  float64 // size of the bucket or window
	count    bool    // throttled steps count too
	ceiling  float64
	workers  int
	latency  float64 // seconds for a request and its answer
	most     int     // steps a request can carry
	retry    string  // Retry-After: whole, exact, absent
	becoming float64 // the quota changes by this factor in mid-run

	phase      float64 // of a fixed window at the start
	requests   bool    // requests are counted, whatever they carry
	concurrent int     // requests that the tenant works on at once; 0 for any number
	accident   int     // one step is refused for no reason when so many were accepted; 0 never
}

func (s scenario) String() string {
	counting := ""
	if s.count {
		counting = ", refused count"
	}
	return fmt.Sprintf("%g/s %s %gs%s; ceiling %g, %d workers, %g s, share<=%d, Retry-After %s, quota x%g",
		s.quota, s.kind, s.seconds, counting, s.ceiling, s.workers, s.latency, s.most, s.retry, s.becoming)
}

func (s scenario) tenant() quota {
	switch s.kind {
	case "bucket":
		return &bucket{perSecond: s.quota, seconds: s.seconds, level: max(1, s.quota*s.seconds), countRefused: s.count}
	case "fixed":
		return &fixedWindow{perSecond: s.quota, seconds: s.seconds, phase: s.phase}
	}
	return &slidingWindow{perSecond: s.quota, seconds: s.seconds, countRefused: s.count}
}

// attainable is the quota to measure against, in steps a second.
func (s scenario) attainable() float64 {
	perSecond := s.quota * s.becoming
	if s.kind != "bucket" {
		perSecond = float64(room(perSecond, s.seconds)) / s.seconds
	}
	return min(perSecond, s.ceiling)
}

// feasible reports whether the quota is one at all, and the workers can do it.
func (s scenario) feasible() bool {
	fastest := min(s.quota*max(1, s.becoming), s.ceiling)
	share := max(1, math.Floor(min(float64(s.most), fastest*shareSec)))
	if s.kind != "bucket" && room(s.quota*min(1, s.becoming), s.seconds) == 0 {
		return false
	}
	return float64(s.workers)*share/s.latency > 1.3*fastest
}

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func instant(seconds float64) time.Time { return epoch.Add(duration(seconds)) }

// batch is n steps, of which the first are so many reads.
func batch(n, reads int) []bool {
	all := make([]bool, n)
	for i := range min(n, reads) {
		all[i] = true
	}
	return all
}

func duration(seconds float64) time.Duration { return time.Duration(math.Ceil(seconds * 1e9)) }

// answer is a request on its way.
type answer struct {
	at            float64
	feedback      Feedback
	writes, reads int // accepted
}

// run is one simulated run of steps that are all independent. A write may lead
// to a read; what is refused is ready again at once.
type run struct {
	scenario
	random   *rand.Rand
	gate     *gate
	tenant   quota
	inFlight []answer
	changed  bool

	writes, reads     int  // ready to be sent
	readsToCome       int  // three after every ten writes
	readsApart        bool // reads are no matter of the quota
	done, written     int
	from              float64 // measured from here
	accepted, refused int     // measured
}

func newRun(s scenario, seed uint64) *run {
	random := rand.New(rand.NewPCG(seed, 1))
	return &run{scenario: s, random: random, gate: newGate(s.ceiling, random.Float64), tenant: s.tenant()}
}

// until runs to the second end, or until so many steps are done, and returns
// when that was.
func (r *run) until(end float64, steps int) float64 {
	now := 0.0
	for now < end && r.done < steps {
		wake := math.Inf(1)
		if n := min(r.writes+r.reads, r.most); n > 0 && len(r.inFlight) < r.workers {
			allowed, wait := r.gate.admit(instant(now), batch(n, r.reads))
			if allowed > 0 {
				r.send(now, allowed)
				continue
			}
			wake = now + wait.Seconds()
		}
		first := r.first()
		if first < 0 || r.inFlight[first].at > wake {
			now = wake
			continue
		}
		now = r.inFlight[first].at
		r.receive(now, r.inFlight[first])
		r.inFlight[first] = r.inFlight[len(r.inFlight)-1]
		r.inFlight = r.inFlight[:len(r.inFlight)-1]
	}
	return now
}

// first is the index of the next answer to arrive, -1 for none.
func (r *run) first() int {
	best := -1
	for i, a := range r.inFlight {
		if best < 0 || a.at < r.inFlight[best].at {
			best = i
		}
	}
	return best
}

func (r *run) send(now float64, n int) {
	arrival := now + r.latency/2
	if becoming := r.becoming; !r.changed && becoming != 1 && now >= changeSec {
		r.changed = true
		r.tenant.setRate(r.quota * becoming)
	}
	a := answer{feedback: Feedback{SentAt: instant(now)}}
	together, wait := true, 0.0 // the fate of the whole request, where it has one
	switch {
	case r.concurrent > 0:
		together, wait = len(r.inFlight) < r.concurrent, 0.5
	case r.requests:
		together, wait = r.tenant.take(arrival)
	}
	for range n {
		kind, accepted := &r.writes, &a.writes
		if r.reads > 0 {
			kind, accepted = &r.reads, &a.reads
		}
		ok, retryAfter := together, wait
		if r.concurrent == 0 && !r.requests && (kind == &r.writes || !r.readsApart) {
			ok, retryAfter = r.tenant.take(arrival)
		}
		if r.accident > 0 && r.done+a.feedback.Accepted >= r.accident {
			ok, retryAfter, r.accident = false, 1, 0
		}
		if ok {
			*kind--
			*accepted++
			a.feedback.Accepted++
			if kind == &r.reads {
				a.feedback.Reads.Accepted++
			}
			continue
		}
		defer func() { *kind++ }() // not to be sent twice in one request
		*kind--
		r.refuse(&a.feedback, retryAfter)
		if kind == &r.reads {
			a.feedback.Reads.Throttled++
		}
	}
	if arrival >= r.from {
		r.accepted += a.feedback.Accepted
		r.refused += a.feedback.Throttled
	}
	a.at = arrival + r.latency/2*(0.9+0.4*r.random.Float64()) // answers overtake each other
	r.inFlight = append(r.inFlight, a)
}

func (r *run) refuse(f *Feedback, retryAfter float64) {
	wait := time.Duration(0)
	switch r.retry {
	case "whole":
		wait = duration(max(1, math.Ceil(retryAfter-1e-9)))
	case "exact":
		wait = duration(max(0.001, retryAfter))
	}
	if f.Throttled == 0 || wait < f.Soonest {
		f.Soonest = wait
	}
	f.RetryAfter = max(f.RetryAfter, wait)
	f.Throttled++
}

func (r *run) receive(now float64, a answer) {
	r.gate.observe(instant(now), a.feedback)
	r.done += a.writes + a.reads
	for range a.writes {
		if r.written++; r.written%10 < 3 && r.readsToCome > 0 {
			r.readsToCome--
			r.reads++
		}
	}
}
