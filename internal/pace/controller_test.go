package pace

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at tells a rate from another within half a thousandth.
func at(got, want float64) bool { return math.Abs(got-want) <= want/2000 }

// TestCeilingStopsTheClimb: a rate that was held at the ceiling for an hour is
// not an hour above it.
func TestCeilingStopsTheClimb(t *testing.T) {
	c := settled()
	c.ceiling = 18
	for range 3600 {
		c = c.climb(time.Second, 0)
	}
	if got := c.rate(); got != 18 {
		t.Errorf("rate after an hour = %g, want the ceiling of 18", got)
	}
	if c.climbed > 10*time.Minute {
		t.Errorf("climbed for %v, want no more than it took", c.climbed)
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
		{"20/s, guessed", controller{plateau: 20, cost: 40}, 15, 15},
		{"20/s in windows of ten seconds", controller{plateau: 20, cost: 40, span: 10 * time.Second}, 240, 50},
		{"20/s in windows of 150 seconds", controller{plateau: 20, cost: 40, span: 150 * time.Second}, 240, 75},
	}
	for _, test := range tests {
		flat, unit := test.c.scales()
		if !at(flat, test.flat) || !at(unit, test.unit) {
			t.Errorf("%s: scales = %g, %g, want %g, %g", test.name, flat, unit, test.flat, test.unit)
		}
	}
}

// after is an interval: accepted steps, seconds before the throttle, seconds of
// hold, throttled steps.
func after(accepted int, before, hold float64, throttled int) interval {
	return interval{from: epoch, throttledAt: instant(before), until: instant(before + hold), first: instant(0.2), accepted: accepted, throttled: throttled}
}

func TestCut(t *testing.T) {
	ramped := settled()
	ramped.climbed = 293 * time.Second // at 20 a second
	early := settled()
	early.climbed = 10 * time.Second
	earlyAgain := early
	earlyAgain.dip = maxDip
	guessed := settled()
	guessed.age, guessed.climbed = 0, time.Second
	climbed := guessed
	climbed.climbed = 47500 * time.Millisecond // at 25.3 a second
	green := settled()
	green.age = 100 * time.Second

	tests := []struct {
		name               string
		c                  controller
		seen               interval
		plateau, dip, rate float64
		cost               int
	}{
		// 200 in a bucket of ten seconds and 40 that came in while it was emptied.
		{"a bucket from cold", newController(1000), after(240, 2, 1, 7), 20, minDip, 19.7, 7},
		{"nearly nothing", newController(1000), after(1, 10, 1000, 1), minRate, minDip, minRate * 0.985, 1},
		{"the estimate stays under the ceiling", newController(15), after(240, 2, 1, 7), 15, minDip, 14.775, 7},
		// 7 accepted and 3 that count as well, in 5 s.
		{"a guess is forgotten", guessed, after(7, 3, 2, 3), 2, minDip, 1.97, 3},
		{"a guess was too low", climbed, after(900, 99, 1, 1), 20.206, minDip, 19.903, 1},
		{"as expected", settled(), after(1000, 99, 1, 2), 10, minDip, 9.85, 2},
		// Half of the weight is on an interval as long as memory * ln 2.
		{"half as large as thought", settled(), after(520, 52, 51.972, 2), 7.5, minDip, 7.3875, 2},
		// The same for an estimate that took 100 s, and 100 s * ln 2.
		{"and not long known", green, after(350, 35, 34.315, 2), 7.525, minDip, 7.412, 2},
		{"after hours of pause", settled(), after(1000, 9999, 1, 2), 5, minDip, 4.925, 2},
		// 12/s on average, 20/s at the end: raised by 0.7 of at most a half.
		{"found more while climbing", ramped, after(12000, 999, 1, 3), 16.192, minDip, 15.949, 3},
		// Too soon: deeper dip, costs add up, no credit for the rise.
		{"again before the plateau", early, after(100, 9, 1, 2), 10, 2 * minDip, 9.7, 3},
		{"the dip has a limit", earlyAgain, after(100, 9, 1, 2), 10, maxDip, 9, 3},
	}
	for _, test := range tests {
		got := test.c.cut(test.seen)
		if !at(got.plateau, test.plateau) || got.dip != test.dip || got.cost != test.cost || !at(got.rate(), test.rate) || got.span != 0 {
			t.Errorf("%s: plateau %g, dip %g, cost %d, rate %g, span %v; want %g, %g, %d, %g, 0", test.name,
				got.plateau, got.dip, got.cost, got.rate(), got.span, test.plateau, test.dip, test.cost, test.rate)
		}
	}
}

// windowed is an interval in which the throttle asked for the whole hold, and
// so many were accepted in the last span, since the second.
func windowed(seen interval, recent int, since float64) interval {
	seen.soonest = seen.until.Sub(seen.throttledAt)
	seen.recent, seen.since = recent, instant(since)
	return seen
}

func TestWindows(t *testing.T) {
	known := controller{ceiling: 100, plateau: 20, span: 10 * time.Second, age: time.Hour}
	tests := []struct {
		name    string
		c       controller
		seen    interval
		plateau float64
		span    time.Duration
	}{
		{"30 in ten seconds", newController(18), windowed(after(30, 1.2, 9, 9), 0, 0), 3, 10 * time.Second},
		{"3,000 in 150 s", newController(100), windowed(after(3000, 31, 120, 9), 0, 0), 20, 150 * time.Second},
		{"5 in 13 s, which nobody rounds", newController(18), windowed(after(5, 1.2, 12, 1), 0, 0), 5 / 13.3, 13300 * time.Millisecond},
		// The second refused token of a bucket that refills at 0.5/s.
		{"a bucket of five", newController(18), windowed(after(5, 1, 4, 3), 0, 0), 5 / 11.0, 0},
		{"a window that ends soon", newController(18), windowed(after(30, 1.2, 3, 9), 0, 0), 30 / 11.2, 0},
		// Full again, and to be opened ten seconds after its first step.
		{"the same again", known, windowed(after(2000, 102, 8, 1), 200, 100), 20, 10 * time.Second},
		{"more after a climb", known, windowed(after(2000, 102, 8, 1), 220, 100), 22, 10 * time.Second},
		{"a little less", known, windowed(after(2000, 102, 8, 1), 180, 100), 19, 10 * time.Second},
		// No window after all: at least half of the rate is left.
		{"full at once", known, windowed(after(10, 1, 1, 10), 10, 0), 10, 0},
		{"opens too early", known, windowed(after(2000, 99, 1, 1), 200, 95), 20, 0},
	}
	for _, test := range tests {
		got := test.c.cut(test.seen)
		if !at(got.plateau, test.plateau) || got.span != test.span {
			t.Errorf("%s: plateau %g, span %v; want %g, %v", test.name, got.plateau, got.span, test.plateau, test.span)
		}
		if got.span > 0 && (got.room() != got.known() || got.dip != 0) {
			t.Errorf("%s: room %d, known %d: want the same", test.name, got.room(), got.known())
		}
	}
}

// TestCutWithoutEvidence: a quota that somebody else has used up before our
// first step says nothing about its size.
func TestCutWithoutEvidence(t *testing.T) {
	got := newController(1000).cut(interval{from: epoch, throttledAt: instant(8), until: instant(158), throttled: 5})
	if !got.cold {
		t.Errorf("an estimate of %g/s, want none", got.plateau)
	}
}

// TestWholeRequestsCount: where five requests of rising size pass and the sixth
// is refused as a whole, it is five full ones that fit.
func TestWholeRequestsCount(t *testing.T) {
	g := newGate(18, noJitter)
	now := 0.0
	for accepted := range 6 {
		n, wait := g.admit(instant(now), batch(20, 0))
		if wait > 0 {
			t.Fatalf("request %d has to wait for %v", accepted+1, wait)
		}
		f := Feedback{SentAt: instant(now), Accepted: n}
		if accepted == 5 {
			f = Feedback{SentAt: instant(now), Throttled: n, RetryAfter: 9 * time.Second, Soonest: 9 * time.Second}
		}
		now += 0.2
		g.observe(instant(now), f)
	}
	if got := g.control.room(); got != 100 {
		t.Errorf("room for %d steps, want 100", got)
	}
	now = 10.2
	if n, wait := g.admit(instant(now), batch(20, 0)); n != 20 || wait > 0 {
		t.Errorf("admit = %d, %v, want a full request at once", n, wait)
	}
	// A part of a request is refused: it is steps that are counted after all.
	g.observe(instant(now+0.2), Feedback{SentAt: instant(now), Accepted: 8, Throttled: 12, RetryAfter: 9 * time.Second, Soonest: 9 * time.Second})
	if g.wholly {
		t.Error("requests still seem to be counted")
	}
}

// usedUp is a gate whose window of 30 steps in ten seconds, which was found before,
// is full since the second 12. So many of them were reads.
func usedUp(reads int) *gate {
	g := newGate(18, noJitter)
	g.all.control = controller{ceiling: 18, span: 10 * time.Second, plateau: 3, age: 10 * time.Second}
	g.writes.control = g.all.control
	g.grown = 100
	for range 2 {
		n, _ := g.admit(instant(11), batch(15, reads/2))
		f := Feedback{SentAt: instant(11), Accepted: n}
		f.Reads.Accepted = reads / 2
		g.observe(instant(12), f)
	}
	return g
}

// TestReadsAreTried: where a window is full, one request of reads finds out whether
// it counts them. What was refused once is not tried again.
func TestReadsAreTried(t *testing.T) {
	reads := func(accepted, throttled int) Feedback {
		f := Feedback{SentAt: instant(12), Accepted: accepted, Throttled: throttled, RetryAfter: 9 * time.Second, Soonest: 9 * time.Second}
		f.Reads.Accepted, f.Reads.Throttled = accepted, throttled
		return f
	}
	g := usedUp(0)
	if n, wait := g.admit(instant(12), batch(20, 0)); n != 0 || wait != 10*time.Second {
		t.Errorf("writes alone: admit = %d, %v, want to wait until the window opens", n, wait)
	}
	if n, _ := g.admit(instant(12), batch(20, 3)); n != 3 {
		t.Fatalf("admit = %d steps, want the 3 reads", n)
	}
	if n, _ := g.admit(instant(12), batch(20, 3)); n != 0 {
		t.Errorf("admit = %d steps while reads are tried, want none", n)
	}
	g.observe(instant(12.2), reads(3, 0))
	for range 2 {
		if n, _ := g.admit(instant(12.2), batch(20, 5)); n != 5 {
			t.Errorf("after reads were accepted: admit = %d, want the 5 reads", n)
		}
		if n, wait := g.admit(instant(12.2), batch(5, 5)); n != 0 || wait != untilAnswered {
			t.Errorf("admit = %d, %v, want reads to wait for each other", n, wait)
		}
		g.observe(instant(12.2), reads(5, 0))
	}
	if n, _ := g.admit(instant(22), batch(20, 5)); n != 20 {
		t.Errorf("after the window opened: admit = %d, want reads and writes in one request", n)
	}

	g = usedUp(0)
	g.admit(instant(12), batch(20, 3))
	g.observe(instant(12.2), reads(2, 1))
	if n, wait := g.admit(instant(12.2), batch(20, 3)); n != 0 || wait != 9*time.Second {
		t.Errorf("after a read was refused: admit = %d, %v, want the hold", n, wait)
	}
	for used := 0; used < g.control.room(); {
		n, wait := g.admit(instant(22.3), batch(20, 0))
		if n == 0 {
			t.Fatalf("the window has room for %d more, and admit = %v", g.control.room()-used, wait)
		}
		g.observe(instant(22.5), Feedback{SentAt: instant(22.3), Accepted: n})
		used += n
	}
	if n, wait := g.admit(instant(22.5), batch(20, 3)); n != 0 || wait < 9*time.Second {
		t.Errorf("in the next window: admit = %d, %v, want reads to wait as well", n, wait)
	}
}

// TestWritesAreTried: where a window would have room if it did not count the reads
// that it took, a few writes find out.
func TestWritesAreTried(t *testing.T) {
	for _, test := range []struct {
		answer Feedback
		now    float64
		want   int // of 20 writes that leave then
	}{
		{Feedback{Accepted: 4}, 12.2, 6}, // of 30, with 20 before
		{Feedback{Throttled: 4, RetryAfter: 9 * time.Second, Soonest: 9 * time.Second}, 21.3, 0},  // it opens at 22
		{Feedback{Throttled: 4, RetryAfter: 9 * time.Second, Soonest: 9 * time.Second}, 22.1, 20}, // it is open
		{Feedback{Failed: 4, Trouble: true, RetryAfter: time.Millisecond}, 12.3, few},             // tells nothing
	} {
		g := usedUp(10)
		if n, _ := g.admit(instant(12), batch(20, 0)); n != few {
			t.Fatalf("admit = %d, want to try %d", n, few)
		}
		if n, _ := g.admit(instant(12), batch(20, 0)); n != 0 {
			t.Errorf("admit = %d while some are tried, want 0", n)
		}
		test.answer.SentAt = instant(12)
		g.observe(instant(12.2), test.answer)
		if n, wait := g.admit(instant(test.now), batch(20, 0)); n != test.want {
			t.Errorf("after %+v: admit = %d, %v, want %d", test.answer, n, wait, test.want)
		}
	}
}

// TestWindowTellsWhatItCounts: the one that refused after as many steps, or as many
// writes, as before.
func TestWindowTellsWhatItCounts(t *testing.T) {
	for _, test := range []struct {
		writes, reads int // accepted
		counted       string
	}{{24, 6, "all"}, {30, 9, "writes"}} {
		g := usedUp(0)
		g.admit(instant(22), batch(20, 0)) // opens the next window
		f := Feedback{SentAt: instant(22), Accepted: test.writes + test.reads}
		f.Reads.Accepted = test.reads
		g.observe(instant(22.5), f)
		g.observe(instant(23), Feedback{SentAt: instant(22.7), Throttled: 1, RetryAfter: 9 * time.Second, Soonest: 9 * time.Second})
		if got := map[*book]string{&g.all: "all", &g.writes: "writes"}[g.book]; got != test.counted {
			t.Errorf("%d writes and %d reads: %s count, want %s", test.writes, test.reads, got, test.counted)
		}
	}
}

// TestSlowStart: the flight grows by round trips, to one full request and then
// with what was accepted.
func TestSlowStart(t *testing.T) {
	g := newGate(1e6, noJitter)
	now, sizes := 0.0, []int(nil)
	for range 9 {
		n, _ := g.admit(instant(now), batch(20, 0))
		sizes = append(sizes, n)
		if more, wait := g.admit(instant(now), batch(20, 0)); more != 0 || wait != untilAnswered {
			t.Errorf("with %d in flight: admit = %d, %v, want to wait for an answer", n, more, wait)
		}
		now += 0.2
		g.observe(instant(now), Feedback{SentAt: instant(now - 0.2), Accepted: n})
	}
	if want := []int{1, 1, 2, 3, 5, 9, 15, 20, 20}; !slices.Equal(sizes, want) {
		t.Errorf("sizes = %v, want %v", sizes, want)
	}
	g.observe(instant(now), Feedback{SentAt: instant(now - 0.2), Accepted: 6600})
	if got := g.flight(); got < 100 || got > 102 {
		t.Errorf("flight after 6,676 steps = %d, want a 66th", got)
	}
}

func TestLedger(t *testing.T) {
	var l ledger
	for i, n := range []int{5, 0, 10, 20} { // at 0, 2 and 3 s
		l.add(instant(float64(i)), n)
	}
	for _, test := range []struct {
		second float64
		after  int
	}{{-1, 35}, {0, 30}, {1, 30}, {2, 20}, {3, 0}} {
		if got := l.after(instant(test.second)); got != test.after {
			t.Errorf("after(%g s) = %d, want %d", test.second, got, test.after)
		}
	}
	for _, test := range []struct {
		n    int
		want time.Time
	}{{0, time.Time{}}, {1, instant(3)}, {20, instant(3)}, {21, instant(2)}, {35, instant(0)}, {36, time.Time{}}} {
		if got := l.youngest(test.n); !got.Equal(test.want) {
			t.Errorf("youngest(%d) = %v, want %v", test.n, got, test.want)
		}
	}
	tests := []struct {
		name    string
		now     float64
		n, room int
		allowed int
		at      float64
	}{
		{"there is room", 3, 5, 40, 5, 3},
		{"for a part", 3, 6, 40, 5, 3},
		{"for none", 3, 6, 35, 1, 10},
		{"soon for all", 9.9, 5, 35, 5, 10},
		{"soon for a part", 9.9, 6, 35, 1, 10},
		{"some and soon for all", 11.9, 12, 40, 12, 12},
		{"more than the room", 100, 50, 40, 40, 13},
	}
	for _, test := range tests {
		allowed, at := l.fit(instant(test.now), test.n, test.room, 10*time.Second)
		if allowed != test.allowed || !at.Equal(instant(test.at)) {
			t.Errorf("%s: fit = %d at %v, want %d at %g s", test.name, allowed, at.Sub(epoch), test.allowed, test.at)
		}
	}
}

// TestLedgerForgets: a run of hours keeps minutes.
func TestLedgerForgets(t *testing.T) {
	var l ledger
	for i := range 100_000 {
		l.add(instant(float64(i)), 1)
	}
	if len(l.at) > 2000 {
		t.Errorf("%d entries are kept", len(l.at))
	}
	if got := l.after(instant(100_000 - keep.Seconds())); got < 599 || l.total() != 100_000 {
		t.Errorf("%d in the last %v and %d in all, want 599 and 100000", got, keep, l.total())
	}
}

// TestRateStaysInBounds: whatever happens, the rate is above 0 and not above
// the ceiling, a request carries at least one step and at most what was asked
// for, nobody passes during a hold, a hold is never shortened, somebody may
// always leave when nothing is in flight, and ten seconds have no more than the
// ceiling.
func TestRateStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ceiling := rapid.SampledFrom([]float64{0.01, 0.5, 18, 1000, Unlimited}).Draw(t, "ceiling")
		g := newGate(ceiling, func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "jitter") })
		now := epoch
		var flying []Feedback // as if all were accepted
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "pause")))
			},
			"admit": func(t *rapid.T) {
				asked := rapid.IntRange(1, 20).Draw(t, "asked")
				reads := rapid.SliceOfN(rapid.Bool(), asked, asked).Draw(t, "reads")
				allowed, wait := g.admit(now, reads)
				switch {
				case wait < 0 || allowed < 0 || allowed > asked || (allowed > 0) != (wait == 0):
					t.Fatalf("admit(%d) = %d, %v", asked, allowed, wait)
				case g.until.After(now.Add(wait)):
					t.Fatalf("admit = %d, %v with %v of a hold left", allowed, wait, g.until.Sub(now))
				case len(flying) == 0 && wait >= untilAnswered && wait != g.until.Sub(now):
					t.Fatalf("admit = %d, %v with nothing in flight", allowed, wait)
				case allowed > 0:
					f := Feedback{SentAt: now, Accepted: allowed}
					f.Reads.Accepted = allowed - writesAmong(reads[:allowed])
					flying = append(flying, f)
				}
				span := max(10, 1/ceiling)
				if got := g.sent.after(now.Add(-duration(span) + time.Millisecond)); float64(got) > ceiling*span+1e-6 {
					t.Fatalf("%d steps within %g s, want no more than %g a second", got, span, ceiling)
				}
			},
			"observe": func(t *rapid.T) {
				if len(flying) == 0 {
					t.Skip("nothing is in flight")
				}
				i := rapid.IntRange(0, len(flying)-1).Draw(t, "which")
				f := flying[i]
				flying = slices.Delete(flying, i, i+1)
				now = now.Add(1)
				split := func(n int) (accepted, throttled, failed int) {
					throttled = rapid.IntRange(0, n).Draw(t, "throttled")
					failed = rapid.IntRange(0, n-throttled).Draw(t, "failed")
					return n - throttled - failed, throttled, failed
				}
				accepted, throttled, failed := split(f.Accepted - f.Reads.Accepted)
				f.Reads.Accepted, f.Reads.Throttled, f.Reads.Failed = split(f.Reads.Accepted)
				f.Accepted, f.Throttled, f.Failed = f.Reads.Accepted+accepted, f.Reads.Throttled+throttled, f.Reads.Failed+failed
				f.RetryAfter = time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "retry after"))
				f.Soonest = min(f.RetryAfter, time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "soonest")))
				f.Trouble = f.Failed > 0
				f.Load = rapid.SampledFrom([]float64{0, 0.8, 1, 1.8}).Draw(t, "load")
				until := g.until
				g.observe(now, f)
				if g.until.Before(until) {
					t.Fatalf("a hold until %v became one until %v", until, g.until)
				}
			},
			"": func(t *rapid.T) {
				if got := g.control.rate(); !(got > 0 && got <= ceiling) {
					t.Fatalf("rate = %g, want above 0 and at most %g", got, ceiling)
				}
				if (g.flying == 0) != (len(flying) == 0) || g.flying != g.all.inFlight {
					t.Fatalf("%d and %d steps in flight, and %d requests", g.flying, g.all.inFlight, len(flying))
				}
				if g.shared && g.book != &g.all {
					t.Fatal("a read was refused, and reads do not count")
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
