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

// fixedWindow starts to count anew at every multiple of its length. Whether
// it counts what it refuses makes no difference.
type fixedWindow struct {
	perSecond, seconds float64
	window, used       int
}

func (f *fixedWindow) setRate(perSecond float64) { f.perSecond = perSecond }

func (f *fixedWindow) take(at float64) (bool, float64) {
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
		return &fixedWindow{perSecond: s.quota, seconds: s.seconds}
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

// The first ten minutes are not measured, nor the first ten after a change.
const (
	settleSec = 600.0
	changeSec = 1800.0
	twoHours  = 7200.0
)

type result struct {
	accepted  float64 // of the attainable
	throttled float64 // of all steps sent
}

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func instant(seconds float64) time.Time { return epoch.Add(duration(seconds)) }

func duration(seconds float64) time.Duration { return time.Duration(math.Ceil(seconds * 1e9)) }

// answer is a request on its way.

type answer struct {
	at       float64
	feedback Feedback
}

// run is one simulated run. One worker at most stands at the head of the
// turnstile; the others are idle behind it or wait for an answer.
type run struct {
	scenario
	random   *rand.Rand
	gate     *gate
	tenant   quota
	from     float64 // measured from here, and a change comes before
	inFlight []answer

	accepted, throttled int // measured
}

func simulate(s scenario, seed, seconds float64) result {
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	r := run{scenario: s, random: random, gate: newGate(s.ceiling, random.Float64), tenant: s.tenant(), from: settleSec}
	if s.becoming != 1 {
		r.from = changeSec + settleSec
	}
	changed := false
	share, wake := 0, 0.0 // of the worker at the head; share 0 when none stands there
	var ticket time.Time
	for now := 0.0; now < r.from+seconds; {
		if share == 0 && len(r.inFlight) < s.workers {
			share, wake, ticket = r.gate.share(s.most), now, time.Time{}
		}
		first := r.first()
		if share == 0 || first >= 0 && r.inFlight[first].at < wake {
			now = r.inFlight[first].at
			r.gate.observe(instant(now), r.inFlight[first].feedback)
			r.inFlight[first] = r.inFlight[len(r.inFlight)-1]
			r.inFlight = r.inFlight[:len(r.inFlight)-1]
			continue
		}
		now = wake
		if s.becoming != 1 && !changed && now >= changeSec {
			changed = true
			r.tenant.setRate(s.quota * s.becoming)
		}
		if wait := r.gate.poll(instant(now), share, &ticket); wait > 0 {
			wake = now + wait.Seconds()
			continue
		}
		r.send(now, share)
		share = 0
	}
	return result{
		accepted:  float64(r.accepted) / (s.attainable() * seconds),
		throttled: float64(r.throttled) / float64(r.accepted+r.throttled),
	}
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
	f := Feedback{SentAt: instant(now)}
	for range n {
		ok, retryAfter := r.tenant.take(arrival)
		if ok {
			f.Accepted++
			continue
		}
		f.Throttled++
		switch r.retry {
		case "whole":
			f.RetryAfter = max(f.RetryAfter, duration(max(1, math.Ceil(retryAfter))))
		case "exact":
			f.RetryAfter = max(f.RetryAfter, duration(max(0.001, retryAfter)))
		}
	}
	if arrival >= r.from {
		r.accepted += f.Accepted
		r.throttled += f.Throttled
	}
	back := r.latency / 2 * (0.9 + 0.4*r.random.Float64()) // answers overtake each other
	r.inFlight = append(r.inFlight, answer{arrival + back, f})
}
