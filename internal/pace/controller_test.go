package pace

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at tells a rate from another within half a thousandth.
func at(got, want float64) bool { return math.Abs(got-want) <= want/2000 }

func TestSlowStart(t *testing.T) {
	tests := []struct {
		ceiling float64
		waited  time.Duration
		want    float64
	}{
		{1000, 0, 4},
		{1000, 4 * time.Second, 8},
		{1000, 12 * time.Second, 32},
		{18, 12 * time.Second, 18},
		{0.5, 0, 0.5},
	}
	for _, test := range tests {
		c := newController(test.ceiling).climb(test.waited, 0)
		if got := c.rate(); !at(got, test.want) {
			t.Errorf("ceiling %g: rate after waiting %v = %g, want %g", test.ceiling, test.waited, got, test.want)
		}
	}
}

// TestCeilingStopsTheClimb: a rate that was held at the ceiling for an hour is
// not an hour above it.
func TestCeilingStopsTheClimb(t *testing.T) {
	c := newController(18)
	for range 3600 {
		c = c.climb(time.Second, 0)
	}
	if c.climbed > 10*time.Second {
		t.Errorf("climbed for %v, want no more than 10s", c.climbed)
	}
}

// settled is a controller that has long known a quota of 10 a second and is at
// its plateau.
func settled() controller {
	return controller{ceiling: 100, plateau: 10, dip: minDip, cost: 1, age: time.Hour, climbed: 90 * time.Second}
}

func TestClimb(t *testing.T) {
	tests := []struct {
		name   string
		waited time.Duration
		load   float64
		want   float64
	}{
		{"at the start", -90 * time.Second, 0, 9.85},
		{"half way to the plateau", -45 * time.Second, 0, 9.98125},
		{"at the plateau", 0, 0, 10},
		{"one unit past it", 50 * time.Second, 0, 10.15},
		{"two units past it", 100 * time.Second, 0, 11.2},
		{"twice the quota within five minutes", 203 * time.Second, 0, 20.04},
		{"below 80 % of the limit", 50 * time.Second, 0.5, 10.15},
		{"at 90 % of the limit, half as fast", 100 * time.Second, 0.9, 10.15},
		{"above the limit, a quarter as fast", 200 * time.Second, 1.8, 10.15},
		{"nothing waited", 0, 0, 10},
	}
	for _, test := range tests {
		if got := settled().climb(test.waited, test.load).rate(); !at(got, test.want) {
			t.Errorf("%s: rate = %g, want %g", test.name, got, test.want)
		}
	}
}

// TestScales: the flat part is longer the more a throttle costs, within limits.
func TestScales(t *testing.T) {
	tests := []struct {
		name       string
		c          controller
		flat, unit float64
	}{
		{"20/s, one throttled", controller{plateau: 20, cost: 1, age: time.Hour}, 90, 50},
		{"20/s, forty throttled", controller{plateau: 20, cost: 40, age: time.Hour}, 150, 50},
		{"20/s, a thousand throttled", controller{plateau: 20, cost: 1000, age: time.Hour}, 240, 50},
		{"0.5/s, one throttled", controller{plateau: 0.5, cost: 1, age: time.Hour}, 150, 100},
		{"0.1/s, one throttled", controller{plateau: 0.1, cost: 1, age: time.Hour}, 500, 500},
		{"20/s, known for half a minute", controller{plateau: 20, cost: 40, age: 30 * time.Second}, 30, 30},
		{"20/s, known for a second", controller{plateau: 20, cost: 40, age: time.Second}, 10, 10},
	}
	for _, test := range tests {
		flat, unit := test.c.scales()
		if !at(flat, test.flat) || !at(unit, test.unit) {
			t.Errorf("%s: scales = %g, %g, want %g, %g", test.name, flat, unit, test.flat, test.unit)
		}
	}
}

func TestCut(t *testing.T) {
	// after tells an interval: accepted steps, seconds before the
	// throttle, seconds of hold, throttled steps.
	after := func(accepted int, before, hold float64, throttled int) interval {
		return interval{from: epoch, throttledAt: instant(before), until: instant(before + hold), accepted: accepted, throttled: throttled}
	}
	ramped := settled()
	ramped.climbed = 293 * time.Second // at 20 a second
	early := settled()
	early.climbed = 10 * time.Second
	earlyAgain := early
	earlyAgain.dip = maxDip

	tests := []struct {
		name               string
		c                  controller
		seen               interval
		plateau, dip, rate float64
		cost               int
	}{
		// 3,000 in a window of 150 s, used up in 40: the hold belongs to it.
		{"slow start, window", newController(1000), after(3000, 40, 110, 7), 20, minDip, 19.7, 7},
		{"slow start, nearly nothing", newController(1000), after(1, 10, 1000, 1), minRate, minDip, minRate * 0.985, 1},
		{"the estimate stays under the ceiling", newController(15), after(3000, 40, 110, 7), 15, minDip, 14.775, 7},
		{"as expected", settled(), after(1000, 99, 1, 2), 10, minDip, 9.85, 2},
		// Half of the weight is on an interval as long as memory * ln 2.
		{"window half as large as thought", settled(), after(520, 52, 51.972, 2), 7.5, minDip, 7.3875, 2},
		{"after hours of pause", settled(), after(1000, 9999, 1, 2), 5, minDip, 4.925, 2},
		// 12/s on average, 20/s at the end: raised by 0.7 of at most a half.
		{"found more while climbing", ramped, after(12000, 999, 1, 3), 16.192, minDip, 15.949, 3},
		// Too soon: deeper dip, costs add up, no credit for the rise.
		{"again before the plateau", early, after(100, 9, 1, 2), 10, 2 * minDip, 9.7, 3},
		{"the dip has a limit", earlyAgain, after(100, 9, 1, 2), 10, maxDip, 9, 3},
	}
	for _, test := range tests {
		got := test.c.cut(test.seen)
		if !at(got.plateau, test.plateau) || got.dip != test.dip || got.cost != test.cost || !at(got.rate(), test.rate) {
			t.Errorf("%s: plateau %g, dip %g, cost %d, rate %g; want %g, %g, %d, %g", test.name,
				got.plateau, got.dip, got.cost, got.rate(), test.plateau, test.dip, test.cost, test.rate)
		}
		if want := test.c.age + test.seen.until.Sub(epoch); got.age != want {
			t.Errorf("%s: age = %v, want %v", test.name, got.age, want)
		}
	}
}

// TestCutWithoutEvidence: a quota that somebody else has used up before our
// first step says nothing about its size.
func TestCutWithoutEvidence(t *testing.T) {
	c := newController(1000).climb(8*time.Second, 0)
	got := c.cut(interval{from: epoch, throttledAt: instant(8), until: instant(158), throttled: 5})
	if !got.slowStart || got.rate() != startRate {
		t.Errorf("slow start %v at %g/s, want slow start at %g/s again", got.slowStart, got.rate(), startRate)
	}
}

// TestRateStaysInBounds: whatever happens, the rate is above 0 and not above
// the ceiling, a request carries at least one step and at most what was
// allowed, nobody passes during a hold, and a hold is never shortened.
func TestRateStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ceiling := rapid.SampledFrom([]float64{0.01, 0.5, 18, 1000, Unlimited}).Draw(t, "ceiling")
		g := newGate(ceiling, func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "jitter") })
		now := epoch
		var ticket time.Time
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "pause")))
			},
			"poll": func(t *rapid.T) {
				held := g.until.After(now)
				wait := g.poll(now, g.share(20), &ticket)
				if wait < 0 || held && now.Add(wait).Before(g.until) {
					t.Fatalf("poll = %v with %v of a hold left", wait, g.until.Sub(now))
				}
				if wait == 0 {
					ticket = time.Time{}
				}
			},
			"observe": func(t *rapid.T) {
				until := g.until
				g.observe(now, Feedback{
					SentAt:     now.Add(-time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "latency"))),
					Accepted:   rapid.IntRange(0, 20).Draw(t, "accepted"),
					Throttled:  rapid.IntRange(0, 20).Draw(t, "throttled"),
					RetryAfter: time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "retry after")),
					Trouble:    rapid.Bool().Draw(t, "trouble"),
					Load:       rapid.SampledFrom([]float64{0, 0.8, 1, 1.8}).Draw(t, "load"),
				})
				if g.until.Before(until) {
					t.Fatalf("a hold until %v became one until %v", until, g.until)
				}
			},
			"": func(t *rapid.T) {
				if got := g.control.rate(); !(got > 0 && got <= ceiling) {
					t.Fatalf("rate = %g, want above 0 and at most %g", got, ceiling)
				}
				if got := g.share(20); got < 1 || got > 20 {
					t.Fatalf("share = %d, want 1 to 20", got)
				}
			},
		})
	})
}

func TestBackoff(t *testing.T) {
	tests := []struct {
		attempt int
		jitter  float64
		want    time.Duration
	}{
		{0, 0, time.Second},
		{1, 0, 2 * time.Second},
		{5, 0, 32 * time.Second},
		{6, 0, time.Minute},
		{1000, 0, time.Minute},
		{0, 0.5, 750 * time.Millisecond},
		{6, 0.5, 45 * time.Second},
	}
	for _, test := range tests {
		if got := Backoff(test.attempt, test.jitter); got != test.want {
			t.Errorf("Backoff(%d, %g) = %v, want %v", test.attempt, test.jitter, got, test.want)
		}
	}
}
