package pace

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"
)

// job is a run from a cold start to its end: most are short.
type job struct {
	scenario
	rows  int
	reads string // none, same (in the quota of the writes), apart
}

func (j job) String() string {
	return fmt.Sprintf("%d rows, reads %s: %v", j.rows, j.reads, j.scenario)
}

func (j job) readsToCome() int {
	if j.reads == "none" {
		return 0
	}
	return j.rows * 3 / 10
}

// ideal is a bound in seconds that nobody is faster than, knowing the quota,
// using up every window and bucket, and keeping to the ceiling.
func (j job) ideal() float64 {
	carry := func(n int) float64 { return j.latency * math.Ceil(float64(n)/float64(j.most*j.workers)) }
	windows := func(n, room int, seconds float64, rest func(int) float64) float64 {
		full := (n - 1) / room
		return float64(full)*seconds + rest(n-full*room)
	}
	capped := func(n int) float64 {
		if math.IsInf(j.ceiling, 1) {
			return carry(n)
		}
		return windows(n, room(j.ceiling, usual.Seconds()), usual.Seconds(), carry)
	}
	limited, all := j.rows, j.rows+j.readsToCome()
	if j.reads == "same" {
		limited = all
	}
	if j.kind == "bucket" {
		return max(capped(all), (float64(limited)-j.quota*j.seconds)/j.quota+j.latency)
	}
	return max(capped(all), windows(limited, room(j.quota, j.seconds), j.seconds, capped))
}

// outcome is what became of a job.
type outcome struct {
	job
	seconds float64
	refused int
}

// slack is what a cold start costs whatever is done: the ten round trips until
// full requests are in flight, and a Retry-After that is rounded up.
func (j job) slack() float64 { return 10*j.latency + 1 }

// ratio is the time beyond the slack to the ideal; its limit is higher where our
// own ceiling is the limit.
func (o outcome) ratio() float64 { return (o.seconds - o.slack()) / o.ideal() }

func (o outcome) late() bool {
	if o.quota > o.ceiling {
		return o.ratio() > 1.10
	}
	return o.ratio() > 1.05
}

// spared reports whether few calls were refused: 3 for each 100 rows, or 25.
func (o outcome) spared() bool { return float64(o.refused) <= max(25, 0.03*float64(o.rows)) }

func runJobs(jobs []job) []outcome {
	outcomes := make([]outcome, len(jobs))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, j := range jobs {
		group.Go(func() error {
			r := newRun(j.scenario, uint64(j.rows))
			r.writes, r.readsToCome, r.readsApart = j.rows, j.readsToCome(), j.reads == "apart"
			outcomes[i] = outcome{j, r.until(math.Inf(1), j.rows+j.readsToCome()), r.refused}
			return nil
		})
	}
	group.Wait()
	return outcomes
}

// jobs are all sizes against all quotas, by default settings and by faster ones.
func jobs() (all []job) {
	for _, fast := range []bool{false, true} {
		for _, perSecond := range []float64{20, 5, 3, 0.5} {
			for _, limit := range []scenario{
				{kind: "bucket", seconds: 10}, {kind: "bucket", seconds: 10, count: true},
				{kind: "bucket", seconds: 150}, {kind: "bucket", seconds: 150, count: true},
				{kind: "fixed", seconds: 10}, {kind: "fixed", seconds: 150},
				{kind: "sliding", seconds: 10}, {kind: "sliding", seconds: 10, count: true},
				{kind: "sliding", seconds: 150}, {kind: "sliding", seconds: 150, count: true},
			} {
				limit.quota, limit.latency, limit.most, limit.retry, limit.becoming = perSecond, 0.2, 20, "whole", 1
				limit.ceiling, limit.workers = 18, 4
				if fast {
					limit.ceiling, limit.workers = 100, 16
				}
				for _, rows := range []int{50, 150, 750, 3000, 10_000} {
					for _, reads := range []string{"none", "same", "apart"} {
						all = append(all, job{limit, rows, reads})
					}
				}
			}
		}
	}
	return all
}

// count is how many of the jobs are late, and how many cost too many refusals.
func count(outcomes []outcome, reads string) (late, costly int) {
	for _, o := range outcomes {
		if o.reads != reads {
			continue
		}
		if o.late() {
			late++
		}
		if !o.spared() {
			costly++
		}
	}
	return late, costly
}

// TestJobs keeps what is reached; the longest jobs are left to the benchmark. Of those
// that are late most have an ideal of less than a second: all that is in flight may be
// refused, so who does not know the quota keeps 25 of 750 steps there, which takes 6 s.
func TestJobs(t *testing.T) {
	outcomes := runJobs(slices.DeleteFunc(jobs(), func(j job) bool { return j.rows > 3000 }))
	for _, test := range []struct {
		reads        string
		late, costly int // of 320
	}{{"none", 25, 0}, {"same", 39, 0}, {"apart", 55, 0}} {
		late, costly := count(outcomes, test.reads)
		if late > test.late || costly > test.costly {
			t.Errorf("reads %s: %d late and %d costly, want at most %d and %d", test.reads, late, costly, test.late, test.costly)
		}
	}
	for _, o := range outcomes {
		const worst = 1.5
		if o.ideal() > 10 && o.ratio() > worst {
			t.Errorf("%v: %.1f s, want no more than %g times %.1f", o.job, o.seconds, worst, o.ideal())
		}
	}
}

// TestOtherLimits: where requests are limited, be it in flight or in a window,
// full ones go out, and no more at a time than the tenant takes. The ceiling of
// 100 needs 30 s, and 150 full requests of 5 in ten seconds 290.
func TestOtherLimits(t *testing.T) {
	base := scenario{quota: 0.5, kind: "bucket", seconds: 10, latency: 0.2, workers: 16, ceiling: 100, most: 20, retry: "whole", becoming: 1}
	for _, test := range []struct {
		name    string
		change  func(*scenario)
		seconds float64 // for 3,000 steps
		refused int
	}{
		{"1 in flight", func(s *scenario) { s.concurrent = 1 }, 35, 40},
		{"2 in flight", func(s *scenario) { s.concurrent = 2 }, 33, 0},
		{"2 in flight, no ceiling", func(s *scenario) { s.concurrent, s.ceiling = 2, Unlimited }, 31, 280},
		{"1 in flight, no Retry-After", func(s *scenario) { s.concurrent, s.retry = 1, "absent" }, 35, 40},
		{"5 requests in ten seconds", func(s *scenario) { s.requests, s.kind = true, "sliding" }, 310, 11},
		{"5 requests in ten seconds, no ceiling", func(s *scenario) { s.requests, s.kind, s.ceiling = true, "fixed", Unlimited }, 301, 221},
		{"a bucket of 5 requests", func(s *scenario) { s.requests = true }, 303, 329},
		{"a bucket of 5 requests, no Retry-After", func(s *scenario) { s.requests, s.retry = true, "absent" }, 303, 329},
	} {
		s := base
		test.change(&s)
		o := runJobs([]job{{s, 3000, "none"}})[0]
		if o.seconds > test.seconds || o.refused > test.refused {
			t.Errorf("%s: %.1f s and %d refused, want at most %g and %d", test.name, o.seconds, o.refused, test.seconds, test.refused)
		}
	}
}

// variants are the jobs under other circumstances.
func variants() map[string]func(*job) {
	return map[string]func(*job){
		"1 a second a request":      func(j *job) { j.latency = 1 },
		"fixed windows 30 % over":   func(j *job) { j.phase = 0.3 },
		"fixed windows 70 % over":   func(j *job) { j.phase = 0.7 },
		"Retry-After exact":         func(j *job) { j.retry = "exact" },
		"Retry-After absent":        func(j *job) { j.retry = "absent" },
		"quotas a tenth larger":     func(j *job) { j.quota *= 1.1 },
		"quotas a tenth smaller":    func(j *job) { j.quota *= 0.9 },
		"windows of 15 and 300 s":   func(j *job) { j.scenario.seconds = map[float64]float64{10: 15, 150: 300}[j.scenario.seconds] },
		"windows of 20 and 60 s":    func(j *job) { j.scenario.seconds = map[float64]float64{10: 20, 150: 60}[j.scenario.seconds] },
		"no ceiling and slow start": func(j *job) { j.ceiling = Unlimited },
	}
}

// TestBenchJobs prints the grid and its worst jobs.
func TestBenchJobs(t *testing.T) {
	if os.Getenv("ENTRAPHONE_BENCH") == "" {
		t.Skip("only make bench runs this")
	}
	all := jobs()
	outcomes := runJobs(all)
	fmt.Printf("\njobs from a cold start: the time as a multiple of the ideal, its excess in seconds, calls refused\n")
	printJobs(outcomes)
	for _, reads := range []string{"none", "same", "apart"} {
		late, costly := count(outcomes, reads)
		fmt.Printf("  reads %-5s %3d late, %2d costly of 400\n", reads, late, costly)
	}
	slices.SortFunc(outcomes, func(a, b outcome) int { return cmp.Compare(b.ratio(), a.ratio()) })
	for _, o := range outcomes {
		if o.reads != "apart" && o.ideal() > 10 && o.late() {
			fmt.Printf("  %.3f  %7.1f of %7.1f s, %3d refused: %v\n", o.seconds/o.ideal(), o.seconds, o.ideal(), o.refused, o.job)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(variants())) {
		changed := slices.Clone(all)
		for i := range changed {
			variants()[name](&changed[i])
		}
		outcomes := runJobs(changed)
		fmt.Printf("  %-26s", name)
		for _, reads := range []string{"none", "same", "apart"} {
			late, costly := count(outcomes, reads)
			fmt.Printf("   reads %s: %3d late, %2d costly", reads, late, costly)
		}
		fmt.Println(" of 400")
	}
}

// printJobs has a line for each quota, size and setting, and in it the worst of
// the kinds of windows and buckets.
func printJobs(outcomes []outcome) {
	fmt.Printf("  %7s %5s %6s   %-22s %-22s %s\n", "ceiling", "quota", "rows", "reads none", "reads same", "reads apart")
	for group := range slices.Chunk(outcomes, 10*5*3) { // of one setting and quota
		for size := range 5 {
			var line [3]struct {
				ratio, excess float64
				refused       int
			}
			for limit := range 10 {
				for reads := range 3 {
					o, cell := group[limit*15+size*3+reads], &line[reads]
					cell.ratio = max(cell.ratio, o.seconds/o.ideal())
					cell.excess = max(cell.excess, o.seconds-o.ideal())
					cell.refused = max(cell.refused, o.refused)
				}
			}
			o := group[size*3]
			fmt.Printf("  %7g %5g %6d", o.ceiling, o.quota, o.rows)
			for _, cell := range line {
				fmt.Printf("   %6.2f %+6.0f s %4d", cell.ratio, cell.excess, cell.refused)
			}
			fmt.Println()
		}
	}
}

// TestAccident: one throttle that no quota explains, after the first two steps, with
// a wait of a second, does not slow a job down for long. The ceiling of 18 a second
// needs no time for 150 steps and 50 s for 1,000.
func TestAccident(t *testing.T) {
	for steps, most := range map[int]float64{150: 75, 1000: 135} {
		s := scenario{quota: 1e6, kind: "bucket", seconds: 10, latency: 0.15, workers: 4, ceiling: 18, most: 20, retry: "whole", becoming: 1, accident: 2}
		o := runJobs([]job{{s, steps, "none"}})[0]
		if o.seconds > most || o.refused != 1 {
			t.Errorf("%d steps: %.1f s and %d refused, want at most %g and 1", steps, o.seconds, o.refused, most)
		}
	}
}
