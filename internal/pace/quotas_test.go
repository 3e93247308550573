package pace

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"
)

// limits are the kinds of quota: seconds of a bucket or window.
var limits = []scenario{
	{kind: "bucket", seconds: 1}, {kind: "bucket", seconds: 10}, {kind: "bucket", seconds: 60},
	{kind: "bucket", seconds: 1, count: true}, {kind: "bucket", seconds: 10, count: true}, {kind: "bucket", seconds: 60, count: true},
	{kind: "fixed", seconds: 10}, {kind: "fixed", seconds: 150},
	{kind: "sliding", seconds: 10}, {kind: "sliding", seconds: 150},
	{kind: "sliding", seconds: 10, count: true}, {kind: "sliding", seconds: 150, count: true},
}

// moreLimits are windows of other lengths, looked at by the benchmark only.
var moreLimits = []scenario{
	{kind: "fixed", seconds: 1}, {kind: "fixed", seconds: 60}, {kind: "fixed", seconds: 300},
	{kind: "sliding", seconds: 1}, {kind: "sliding", seconds: 60}, {kind: "sliding", seconds: 300},
	{kind: "sliding", seconds: 60, count: true}, {kind: "sliding", seconds: 300, count: true},
}

// ways are the ways of running against one quota.
func ways(limit scenario) []scenario {
	var all []scenario
	for _, ceiling := range []float64{18, 100, 1000} {
		for _, workers := range []int{16, 4} {
			for _, latency := range []float64{0.05, 0.15, 1} {
				for _, most := range []int{20, 1} {
					for _, retry := range []string{"whole", "exact", "absent"} {
						for _, becoming := range []float64{1, 2, 0.5} {
							s := limit
							s.ceiling, s.workers, s.latency = ceiling, workers, latency
							s.most, s.retry, s.becoming = most, retry, becoming
							if s.feasible() {
								all = append(all, s)
							}
						}
					}
				}
			}
		}
	}
	return all
}

func grid(limits []scenario, quotas ...float64) []scenario {
	var all []scenario
	for _, perSecond := range quotas {
		for _, limit := range limits {
			limit.quota = perSecond
			all = append(all, ways(limit)...)
		}
	}
	return all
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

func simulate(s scenario, seed uint64, seconds float64) result {
	r := newRun(s, seed)
	r.writes, r.from = math.MaxInt/2, settleSec
	if s.becoming != 1 {
		r.from += changeSec
	}
	r.until(r.from+seconds, math.MaxInt)
	return result{
		accepted:  float64(r.accepted) / (s.attainable() * seconds),
		throttled: float64(r.refused) / float64(r.accepted+r.refused),
	}
}

// simulateAll measures each over some seconds.
func simulateAll(all []scenario, seconds func(scenario) float64) []result {
	results := make([]result, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range all {
		group.Go(func() error {
			results[i] = simulate(s, uint64(i), seconds(s))
			return nil
		})
	}
	group.Wait()
	return results
}

// TestQuotas takes every 409th of the grid, which is prime to the number of
// values of each property, so that every value of each is met with many of the
// others. It measures over two hours, or 60,000 steps if that is less;
// BenchmarkQuotas runs the whole grid for two hours.
func TestQuotas(t *testing.T) {
	const minAccepted, maxThrottled = 0.95, 0.03
	seconds := func(s scenario) float64 { return min(twoHours, 60_000/s.attainable()) }
	var sample []scenario
	for i, s := range grid(limits, 20, 5, 0.5) {
		if i%409 == 0 {
			sample = append(sample, s)
		}
	}
	for i, got := range simulateAll(sample, seconds) {
		if got.accepted < minAccepted || got.throttled > maxThrottled {
			t.Errorf("%v: accepted %.3f of the quota and throttled %.4f, want at least %.2f and at most %.2f",
				sample[i], got.accepted, got.throttled, minAccepted, maxThrottled)
		}
	}
}

// TestCeilingBelowQuota: a limit of our own is used up and meets no throttle.
func TestCeilingBelowQuota(t *testing.T) {
	for _, limit := range limits {
		for _, ceiling := range []float64{0.4, 18} {
			s := limit
			s.quota, s.ceiling = ceiling*1.25, ceiling
			s.workers, s.latency, s.most, s.retry, s.becoming = 16, 0.15, 20, "whole", 1
			got := simulate(s, 1, 1200)
			if got.accepted < 0.99 || got.throttled > 0 {
				t.Errorf("%v: accepted %.3f of the ceiling and throttled %.4f, want at least 0.99 and 0", s, got.accepted, got.throttled)
			}
		}
	}
}

// BenchmarkQuotas prints, for the whole grid, the worst of the ways to run
// against each quota, and the worst single cases. It takes minutes.
func BenchmarkQuotas(b *testing.B) {
	for b.Loop() {
		fmt.Printf("\n%-30s %6s  %-17s %s\n", "quota", "ways", "accepted min/mean", "throttled max/mean")
		for _, perSecond := range []float64{20, 13.3, 10, 5, 2, 1, 0.5} {
			for _, limit := range slices.Concat(limits, moreLimits) {
				limit.quota = perSecond
				all := ways(limit)
				results := simulateAll(all, func(scenario) float64 { return twoHours })
				if len(all) > 0 {
					printRow(limit, all, results)
				}
			}
		}
	}
}

func printRow(limit scenario, all []scenario, results []result) {
	var accepted, throttled float64
	for _, r := range results {
		accepted += r.accepted / float64(len(results))
		throttled += r.throttled / float64(len(results))
	}
	worst := slices.MinFunc(results, func(a, b result) int { return cmp.Compare(a.accepted, b.accepted) })
	busiest := slices.MaxFunc(results, func(a, b result) int { return cmp.Compare(a.throttled, b.throttled) })
	name := fmt.Sprintf("%g/s %s %gs", limit.quota, limit.kind, limit.seconds)
	if limit.count {
		name += ", refused count"
	}
	fmt.Printf("%-34s %4d  %.3f %.3f       %.4f %.4f\n", name, len(all), worst.accepted, accepted, busiest.throttled, throttled)
	if worst.accepted < 0.95 {
		fmt.Printf("    least accepted:  %v\n", all[slices.Index(results, worst)])
	}
	if busiest.throttled > 0.02 {
		fmt.Printf("    most throttled: %v\n", all[slices.Index(results, busiest)])
	}
}
