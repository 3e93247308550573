package importfile

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestBenchRead prints what reading costs beside encoding/csv, which does not
// look at what it reads and keeps nothing; "make bench" runs it. Numbers are not
// read here.
func TestBenchRead(t *testing.T) {
	if os.Getenv("ENTRAPHONE_BENCH") == "" {
		t.Skip("only make bench runs this")
	}
	const rows, rounds = 1_000_000, 7
	fmt.Printf("\nreading of %d rows without their numbers, against encoding/csv with ReuseRecord, on %d cores (median of %d)\n",
		rows, runtime.GOMAXPROCS(0), rounds)
	// Memory first: the peak that Linux reports never falls.
	readBenchFile(t, writeBenchFile(t, rows/100, phonelessForm), func(number) {})
	peak := rusage(t).Maxrss
	readBenchFile(t, writeBenchFile(t, rows, phonelessForm), func(number) {})
	more := rusage(t).Maxrss - peak
	fmt.Printf("  peak of the process: %d MB for %d lines without phones, %d MB for %d\n", peak>>10, rows/100, (peak+more)>>10, rows)
	for _, form := range []benchForm{narrowForm, wideForm} {
		path := writeBenchFile(t, rows, form)
		var ours, theirs, oursCPU, theirsCPU []float64
		for range rounds {
			wall, cpu := timed(t, func() { countRecords(t, path) })
			theirs, theirsCPU = append(theirs, wall), append(theirsCPU, cpu)
			wall, cpu = timed(t, func() { readBenchFile(t, path, func(number) {}) })
			ours, oursCPU = append(ours, wall), append(oursCPU, cpu)
		}
		ratio := median(ours) / median(theirs)
		fmt.Printf("  %-24v encoding/csv %3.0f ns a row, reading %3.0f ns: %.2f times, in processor time %.2f times\n",
			form, median(theirs)/rows, median(ours)/rows, ratio, median(oursCPU)/median(theirsCPU))
		if form == wideForm {
			benchVerdict(t, "wall time of reading / of encoding/csv, export", ratio, 2.5)
			benchVerdict(t, "the same in processor time", median(oursCPU)/median(theirsCPU), 2.5)
		}
	}
	benchVerdict(t, "MB more for 100 times the lines, where no row is kept", float64(more)/(1<<10), 16)
}

func benchVerdict(t *testing.T, what string, got, limit float64) {
	t.Helper()
	mark := "ok"
	if got > limit {
		mark = "MISSED"
		t.Fail()
	}
	fmt.Printf("  %-62s %10.3f  (<= %g)  %s\n", what, got, limit, mark)
}

func median(numbers []float64) float64 {
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}

func rusage(t testing.TB) syscall.Rusage {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u
}

// timed is how many nanoseconds pass, and how many of processor time.
func timed(t testing.TB, do func()) (wall, cpu float64) {
	t.Helper()
	runtime.GC()
	before, start := rusage(t), time.Now()
	do()
	wall = float64(time.Since(start).Nanoseconds())
	after := rusage(t)
	return wall, float64(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
}
