package pace

import (
	"math"
	"time"
)

// The numbers were chosen by measurement over token buckets, fixed and sliding
// windows of many sizes; BenchmarkQuotas and BenchmarkJobs print the grids.
const (
	// usual is the time for which nearly all of Graph's limits are stated:
	// https://learn.microsoft.com/graph/throttling-limits.
	usual = 10 * time.Second

	// shortest is the least time for which a window is used at once. What
	// opens sooner is met well enough by an even rate.
	shortest = 6 * time.Second

	// shareSec is how many seconds' worth of steps one request carries at an
	// even rate. With more, one throttle refuses many steps; with less, few
	// workers with slow answers fall short of the rate.
	shareSec = 0.25

	// minRate keeps asking: an estimate of nothing would never be corrected.
	minRate = 0.05

	// minDip bends the climb: the part of the plateau that it starts below,
	// and rises above in one unit of time. More wastes quota, less takes
	// longer to find a higher one.
	minDip = 0.015

	// guessDip is the same above what is a mere guess: the first throttle may have
	// been an accident, and the next one puts it right.
	guessDip = 0.15

	// maxDip ends the doubling of the dip: a sliding window that is still full
	// frees room at the rate of one window ago, seldom less than this below.
	maxDip = 0.1

	// memory weighs an interval against the earlier estimate. It is one window
	// of the identity service's write quota (3,000 in 150 s).
	memory = 150 * time.Second

	// deepestCut is what one throttle leaves of the rate at least, as in TCP: the
	// interval may hold a pause that was ours, such as a laptop asleep.
	deepestCut = 0.5

	// guessShare of the rate is what a throttle leaves that came after a climb
	// from a mere guess.
	guessShare = 0.8

	// rampShare is how much of a rise within an interval the estimate is given
	// back, and maxRamp the largest rise that counts as one. The quota lies
	// between the mean rate (share 0) and the last (share 1; a window that
	// answers late makes that too high).
	rampShare, maxRamp = 0.7, 0.5

	// The flat part of the climb, in steps for each throttled one and in
	// seconds; the upper limit keeps a higher quota from going unnoticed.
	flatSteps            = 75.0
	minFlatSec, flatCapS = 90.0, 240.0

	// The unit of time of the climb above the plateau: with 50 s the rate has
	// doubled five minutes after a cut. At rates so low that 50 steps take
	// longer it is their time, else every step would be another jump of the rate.
	unitSteps, minUnitSec = 50.0, 50.0

	// minAge is the least time over which a first estimate counts as made.
	minAge = 15 * time.Second

	// x-ms-throttle-limit-percentage appears from busy on, and 1 is the limit:
	// https://learn.microsoft.com/graph/throttling-limits. In between the
	// climb slows down, but never below minSpeed, for which limit the header
	// reports on these calls is not documented.
	busy, minSpeed = 0.8, 0.25
)

// controller is the pace as a pure function of time and events: every method
// depends on its arguments alone.
type controller struct {
	ceiling float64
	cold    bool // nothing was throttled yet

	span    time.Duration // of a window that regains all its room at once; 0 for an even rate
	plateau float64       // the quota as estimated, steps a second
	dip     float64       // how far below the plateau the climb began
	cost    int           // throttled steps before the climb began
	age     time.Duration // how long the quota had been looked for by then; 0 for a guess
	climbed time.Duration // time in which the quota held workers back since
}

// interval is what was seen from the end of one throttle's hold to the end of
// the next.
type interval struct {
	from, throttledAt, until time.Time
	first                    time.Time     // answer that accepted a step
	soonest                  time.Duration // the shortest Retry-After, 0 for none
	accepted, throttled      int

	// When requests seem to be counted instead of steps: those accepted, and
	// how many steps a full one carries, else 0.
	requests, full int

	// What was accepted in the last span before the throttle, and since when.
	recent int
	since  time.Time
}

func newController(ceiling float64) controller {
	return controller{ceiling: ceiling, cold: true, dip: minDip}
}

// rate is in steps a second, the ceiling at most.
func (c controller) rate() float64 {
	if c.cold {
		return c.ceiling
	}
	flat, unit := c.scales()
	bend, x := c.dip, (c.climbed.Seconds()-flat)/flat
	if x > 0 {
		bend, x = minDip, (c.climbed.Seconds()-flat)/unit
		if c.age == 0 {
			bend = guessDip
		}
	}
	return min(c.ceiling, c.plateau*(1+bend*x*x*x))
}

// room is how many steps a window is given now, known how many it was seen to
// take.
func (c controller) room() int  { return steps(c.rate(), c.span) }
func (c controller) known() int { return steps(c.plateau, c.span) }

func steps(perSecond float64, span time.Duration) int {
	return max(1, int(math.Round(perSecond*span.Seconds())))
}

// scales are the seconds that the climb takes to its plateau, and its unit of
// time above. At an even rate neither exceeds the age: an estimate made in ten
// seconds is not trusted for minutes. The room of a window is counted at once.
func (c controller) scales() (flat, unit float64) {
	unit = max(minUnitSec, unitSteps/c.plateau)
	flat = max(minFlatSec, flatSteps*float64(c.cost)/c.plateau)
	flat = min(flat, max(flatCapS, unit))
	if c.span > 0 {
		return flatCapS, max(unit, c.span.Seconds()/2)
	}
	age := max(minAge, c.age).Seconds()
	return min(flat, age), min(unit, age)
}

// climb goes on after workers waited for the quota. load is Graph's report of
// how much of its limit is used, 0 when it made none.
func (c controller) climb(waited time.Duration, load float64) controller {
	if c.rate() >= c.ceiling {
		return c
	}
	speed := max(minSpeed, min(1, (1-load)/(1-busy)))
	c.climbed += time.Duration(speed * float64(waited))
	return c
}

// cut takes a new estimate after a throttle and begins another climb.
func (c controller) cut(seen interval) controller {
	if !seen.until.After(seen.from) || c.cold && seen.accepted == 0 {
		return c // the quota was used up before we came: nothing is known
	}
	took := seen.until.Sub(seen.from)
	next := controller{ceiling: c.ceiling, dip: minDip, cost: seen.throttled, age: c.age + took}
	switch {
	case c.span > 0 && c.fits(seen):
		next.span, next.dip = c.span, 0
		estimate := float64(seen.recent) / c.span.Seconds()
		next.plateau = max(estimate, (estimate+c.plateau)/2)
	case c.opens(seen):
		next.span, next.dip = spanOf(seen), 0
		next.plateau = float64(seen.allowance()) / next.span.Seconds()
	case c.cold:
		next.plateau, next.age = seen.guess(), 0
	case c.age == 0:
		next.plateau = seen.even()
		if flat, _ := c.scales(); c.climbed.Seconds() > flat {
			next.plateau = max(next.plateau, guessShare*c.rate()) // it was too low
		}
	case c.span > 0 && took < 2*c.span:
		next.plateau = max(seen.even(), deepestCut*c.rate())
	default:
		next.plateau = c.remember(seen, &next)
	}
	next.plateau = min(c.ceiling, max(minRate, next.plateau))
	return next
}

// remember averages over the earlier estimate, which is forgotten after the
// time that it took to make it.
func (c controller) remember(seen interval, next *controller) float64 {
	took := seen.until.Sub(seen.from).Seconds()
	estimate := float64(seen.accepted) / took
	if flat, _ := c.scales(); c.climbed.Seconds() < flat {
		next.dip = min(maxDip, 2*max(minDip, c.dip))
		next.cost += c.cost
	} else {
		estimate *= 1 + rampShare*c.ramp(seen)
	}
	old := math.Exp(-took / min(memory, c.age).Seconds())
	return max(deepestCut*c.rate(), old*c.plateau+(1-old)*estimate)
}

// ramp is how far the rate stood above the mean of the interval at its end.
func (c controller) ramp(seen interval) float64 {
	mean := float64(seen.accepted) / seen.throttledAt.Sub(seen.from).Seconds()
	return max(0, min(maxRamp, c.rate()/mean-1))
}

// opens reports whether a throttle is one of a window that opens again as a
// whole: then the wait is much longer than that for the next token of a bucket.
// It is asked while there is no estimate, a guess, or only one window was seen.
func (c controller) opens(seen interval) bool {
	if took := seen.until.Sub(seen.from); c.age > 2*c.span || c.span > 0 && took > 2*c.span || seen.accepted == 0 {
		return false
	}
	perSecond := c.rate()
	if c.cold {
		perSecond = seen.guess()
	}
	hold := seen.until.Sub(seen.throttledAt)
	return seen.soonest.Seconds() > math.Ceil(2/perSecond)+1 && 4*hold > seen.until.Sub(seen.from) &&
		spanOf(seen) > shortest
}

// fits reports whether a throttle is what the window lets expect: nearly full,
// and to be opened when its first steps are a span ago.
func (c controller) fits(seen interval) bool {
	off := seen.since.Add(c.span).Sub(seen.throttledAt.Add(seen.soonest)).Abs()
	return 4*seen.recent > 3*c.known() && off < max(1500*time.Millisecond, c.span/10)
}

// spanOf is the time from the first step to the opening. Retry-After is rounded
// up to whole seconds, and may be that of a step which came a round trip after the
// first; windows are multiples of five.
func spanOf(seen interval) time.Duration {
	const jitter, rounding = 300 * time.Millisecond, 1500 * time.Millisecond
	span := seen.throttledAt.Add(seen.soonest).Sub(seen.first) + jitter
	if down := span.Truncate(5 * time.Second); down > 0 && span-down <= jitter+rounding {
		return down
	}
	return span
}

// allowance is what was there at the start.
func (seen interval) allowance() int { return max(seen.accepted, seen.requests*seen.full) }

// guess takes the allowance for a bucket that fills within the usual time, and the
// wait that is asked for as the time of its next token: somebody else may have used
// up what was there, or the first throttle be an accident.
func (seen interval) guess() float64 {
	fills := float64(seen.allowance()) / (usual + seen.throttledAt.Sub(seen.from)).Seconds()
	if seen.soonest <= 0 {
		return fills
	}
	return max(fills, min(1, 1/seen.soonest.Seconds()))
}

// even is the rate of a bucket that was empty at both ends; refused steps count
// (https://learn.microsoft.com/graph/throttling).
func (seen interval) even() float64 {
	return float64(seen.accepted+seen.throttled) / seen.until.Sub(seen.from).Seconds()
}
