package pace

import (
	"math"
	"time"
)

// The numbers were chosen by measurement over token buckets, fixed and sliding
// windows of many sizes; BenchmarkQuotas prints the whole grid.
const (
	// startRate is within the 3 to 6 a second that have been observed.
	startRate = 4.0

	// doubling is long enough for an answer to come back within each doubling.
	doubling = 4 * time.Second

	// minRate keeps asking: an estimate of nothing would never be corrected.
	minRate = 0.05

	// minDip bends the climb: the part of the plateau that it starts below,
	// and rises above in one unit of time. More wastes quota, less takes
	// longer to find a higher one.
	minDip = 0.015

	// maxDip ends the doubling of the dip: a sliding window that is still full
	// frees room at the rate of one window ago, seldom less than this below.
	maxDip = 0.1

	// memory weighs an interval against the earlier estimate. It is one window
	// of the identity service's write quota (3,000 in 150 s).
	memory = 150 * time.Second

	// deepestCut is what one throttle leaves of the rate at least, as in TCP: the
	// interval may hold a pause that was ours, such as a laptop asleep.
	deepestCut = 0.5

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
	minAge = 10 * time.Second

	// x-ms-throttle-limit-percentage appears from busy on, and 1 is the limit:
	// https://learn.microsoft.com/graph/throttling-limits. In between the
	// climb slows down, but never below minSpeed, for which limit the header
	// reports on these calls is not documented.
	busy, minSpeed = 0.8, 0.25
)

// controller is the rate as a pure function of time and events: every method
// depends on its arguments alone.
type controller struct {
	ceiling   float64
	slowStart bool

	plateau float64       // the quota as estimated, steps a second
	dip     float64       // how far below the plateau the climb began
	cost    int           // throttled steps before the climb began
	age     time.Duration // how long the quota had been looked for by then
	climbed time.Duration // time in which the rate held workers back since
}

// interval is what was seen from the end of one throttle's hold to the end of
// the next.
type interval struct {
	from, throttledAt, until time.Time
	accepted, throttled      int
}

func newController(ceiling float64) controller {
	return controller{ceiling: ceiling, slowStart: true, dip: minDip}
}

// rate is in steps a second, the ceiling at most.
func (c controller) rate() float64 {
	if math.IsInf(c.ceiling, 1) {
		return c.ceiling
	}
	if c.slowStart {
		return min(c.ceiling, startRate*math.Exp2(c.climbed.Seconds()/doubling.Seconds()))
	}
	flat, unit := c.scales()
	bend, x := c.dip, (c.climbed.Seconds()-flat)/flat
	if x > 0 {
		bend, x = minDip, (c.climbed.Seconds()-flat)/unit
	}
	return min(c.ceiling, c.plateau*(1+bend*x*x*x))
}

// scales are the seconds that the climb takes to its plateau, and its unit of
// time above. Neither exceeds the age: an estimate made in ten seconds is not
// trusted for minutes.
func (c controller) scales() (flat, unit float64) {
	unit = max(minUnitSec, unitSteps/c.plateau)
	flat = max(minFlatSec, flatSteps*float64(c.cost)/c.plateau)
	flat = min(flat, max(flatCapS, unit))
	age := max(minAge, c.age).Seconds()
	return min(flat, age), min(unit, age)
}

// climb goes on after workers waited for the rate. load is Graph's report of
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
	took := seen.until.Sub(seen.from)
	if took <= 0 {
		return c
	}
	if c.slowStart && seen.accepted == 0 {
		c.climbed = 0 // the quota was used up before we came: nothing is known
		return c
	}
	next := controller{ceiling: c.ceiling, dip: minDip, cost: seen.throttled, age: c.age + took}
	estimate := float64(seen.accepted) / took.Seconds()
	if !c.slowStart {
		flat, _ := c.scales()
		if c.climbed.Seconds() < flat {
			next.dip = min(maxDip, 2*c.dip)
			next.cost += c.cost
		} else {
			estimate *= 1 + rampShare*c.ramp(seen)
		}
		old := math.Exp(-took.Seconds() / memory.Seconds())
		estimate = max(deepestCut*c.rate(), old*c.plateau+(1-old)*estimate)
	}
	next.plateau = min(c.ceiling, max(minRate, estimate))
	return next
}

// ramp is how far the rate stood above the mean of the interval at its end.
func (c controller) ramp(seen interval) float64 {
	mean := float64(seen.accepted) / seen.throttledAt.Sub(seen.from).Seconds()
	return max(0, min(maxRamp, c.rate()/mean-1))
}
