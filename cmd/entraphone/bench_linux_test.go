package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/heading"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/phonenumber/plans"
	"entraphone/internal/submit"
)

// The benchmarks print tables of ratios, each measured within one run, and
// fail when a ratio is missed. "make bench" runs them.

func needBench(t *testing.T) {
	t.Helper()
	if os.Getenv("ENTRAPHONE_BENCH") == "" {
		t.Skip("only make bench runs this")
	}
}

// verdict prints a line of the table and fails the benchmark when the limit is
// missed.
func verdict(t *testing.T, what string, got float64, sign string, limit float64) {
	t.Helper()
	ok := sign == "<=" && got <= limit || sign == ">=" && got >= limit
	mark := "ok"
	if !ok {
		mark = "MISSED"
		t.Fail()
	}
	fmt.Printf("  %-62s %10.3f  (%s %g)  %s\n", what, got, sign, limit, mark)
}

// child runs the built binary and returns its time, CPU time and peak memory.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

func child(t *testing.T, env []string, args ...string) usage {
	t.Helper()
	command := exec.Command("../../bin/entraphone", args...)
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = io.Discard, os.Stderr
	start := time.Now()
	err := command.Run()
	wall := time.Since(start)
	if err != nil {
		t.Fatalf("entraphone %s: %v", strings.Join(args, " "), err)
	}
	rusage := command.ProcessState.SysUsage().(*syscall.Rusage)
	return usage{wall, command.ProcessState.UserTime() + command.ProcessState.SystemTime(), rusage.Maxrss * 1024}
}

type benchRow struct{ number, country string }

// benchRows are numbers of six countries, in three ways of writing, made from
// the numbering plans' own examples with other last digits.
func benchRows(n int) []benchRow {
	var plans []string
	for _, region := range []string{"US", "GB", "DE", "FR", "SE", "AU"} {
		example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		plans = append(plans, region+" "+phonenumbers.Format(example, phonenumbers.E164))
	}
	rows := make([]benchRow, n)
	for i := range rows {
		region, e164, _ := strings.Cut(plans[i%len(plans)], " ")
		e164 = e164[:len(e164)-6] + fmt.Sprintf("%06d", i/len(plans))
		parsed, err := phonenumbers.Parse(e164, "")
		if err != nil {
			panic(err) // unreachable unless bug: the plan's own example
		}
		switch i % 7 % 3 {
		case 0:
			e164 = fmt.Sprintf("+%d %s", parsed.GetCountryCode(), phonenumbers.GetNationalSignificantNumber(parsed))
		case 1:
			e164 = phonenumbers.Format(parsed, phonenumbers.INTERNATIONAL)
		case 2:
			e164 = phonenumbers.Format(parsed, phonenumbers.NATIONAL)
		}
		rows[i] = benchRow{e164, region}
	}
	return rows
}

func writeBenchFile(t *testing.T, rows []benchRow) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "big.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "userPrincipalName,phoneType,phoneNumber,country")
	types := []string{"mobile", "alternateMobile", "office"}
	for i, row := range rows {
		fmt.Fprintf(w, "person.%07d@example.com,%s,%s,%s\n", i*10/14, types[i*10%14/5%3], row.number, row.country)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll reads the file with encoding/csv and keeps nothing: the least that
// anything in Go does to it.
func readAll(t *testing.T, path string) time.Duration {
	t.Helper()
	start := time.Now()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); err == io.EOF {
			return time.Since(start)
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestBenchCheck(t *testing.T) {
	needBench(t)
	const n = 1_000_000
	// First of all: the peak that Linux reports for a child is at least what
	// its parent occupied when it was started.
	start := child(t, nil, "check", writeBenchFile(t, benchRows(1))).peak
	big := writeBenchFile(t, benchRows(n))
	fmt.Printf("\ncheck of %d rows of six countries, against encoding/csv with ReuseRecord, on %d cores\n", n, runtime.GOMAXPROCS(0))
	var reads, walls, cpus []time.Duration
	var perRow float64
	for range 5 {
		read := readAll(t, big)
		check := child(t, nil, "check", big)
		fmt.Printf("  encoding/csv %v, check %v, processor time %v, peak %d MB\n", read.Round(time.Millisecond),
			check.wall.Round(10*time.Millisecond), check.cpu.Round(10*time.Millisecond), check.peak>>20)
		reads, walls, cpus = append(reads, read), append(walls, check.wall), append(cpus, check.cpu)
		perRow = max(perRow, float64(check.peak-start)/n)
	}
	verdict(t, "wall time of check / of encoding/csv (medians of 5)", middle(walls).Seconds()/middle(reads).Seconds(), "<=", 12)
	verdict(t, "processor time of check, µs a row (median of 5)", middle(cpus).Seconds()*1e6/n, "<=", 3)
	verdict(t, "peak resident bytes a row above the start (worst of 5)", perRow, "<=", 250)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	code := run(t.Context(), process{args: []string{"check", big}, getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard})
	runtime.ReadMemStats(&after)
	if code != 0 {
		t.Fatalf("check ended with %d", code)
	}
	verdict(t, "allocations a row", float64(after.Mallocs-before.Mallocs)/n, "<=", 8)
	verdict(t, "bytes allocated a row", float64(after.TotalAlloc-before.TotalAlloc)/n, "<=", 600)
}

func middle(durations []time.Duration) time.Duration {
	slices.Sort(durations)
	return durations[len(durations)/2]
}

// TestBenchNumber takes the digits of many numbers in turn, as a file has them,
// and prints beside the numbering plans alone what a whole cell costs.
func TestBenchNumber(t *testing.T) {
	needBench(t)
	parser := phonenumber.NewParser(phonenumber.Words{Labels: heading.Labels(), ExtensionMarks: heading.ExtensionMarks(), Empty: heading.IsEmptyNumber})
	digits := func(r rune) rune {
		if r != '+' && (r < '0' || r > '9') {
			return -1
		}
		return r
	}
	cells, bare := map[bool][]benchRow{}, map[bool][]benchRow{} // by whether they begin with +
	for _, row := range benchRows(6000) {
		plus := row.number[0] == '+'
		cells[plus] = append(cells[plus], row)
		bare[plus] = append(bare[plus], benchRow{strings.Map(digits, row.number), row.country})
	}
	measure := func(rows []benchRow, parse func(*benchRow)) testing.BenchmarkResult {
		return testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				parse(&rows[i%len(rows)])
				i++
			}
		})
	}
	ns := func(r testing.BenchmarkResult) float64 { return float64(r.T.Nanoseconds()) / float64(r.N) }
	fmt.Printf("\none number of the six countries\n")
	for _, c := range []struct {
		name    string
		plus    bool
		maximum float64
	}{{"with +", true, 150}, {"national", false, 250}} {
		planned := measure(bare[c.plus], func(row *benchRow) { _, _ = plans.Parse(row.number, row.country) })
		verdict(t, c.name+" by the numbering plans, ns", ns(planned), "<=", c.maximum)
		whole := measure(cells[c.plus], func(row *benchRow) {
			parser.Parse(row.number, phonenumber.Parts{}, phonenumber.Region{Code: row.country})
		})
		fmt.Printf("  %-62s %10.3f\n", "the same in a cell, punctuation and policy included", ns(whole))
		verdict(t, "allocations of both", float64(planned.AllocsPerOp()+whole.AllocsPerOp()), "<=", 0)
	}
}

// TestBenchSimulatedImport is the price of a whole import with the simulator in
// the same process, which waits for nothing.
func TestBenchSimulatedImport(t *testing.T) {
	needBench(t)
	const n = 200_000
	var b strings.Builder
	b.WriteString("userPrincipalName,phoneType,phoneNumber,country\n")
	for i, row := range benchRows(n) { // 7 users have 10 phones
		user, phoneType := i/10*7+i%10-3, "mobile"
		if i%10 < 6 {
			user, phoneType = i/10*7+i%10/2, []string{"mobile", "alternateMobile"}[i%2]
		}
		fmt.Fprintf(&b, "person.%07d@example.com,%s,%s,%s\n", user, phoneType, row.number, row.country)
	}
	path, free := filepath.Join(t.TempDir(), "people.csv"), filepath.Join(t.TempDir(), "free.yaml")
	err := errors.Join(os.WriteFile(path, []byte(b.String()), 0o600), os.WriteFile(free, []byte("writeQuota: unlimited\nreadQuota: unlimited\nlatency: 0s\n"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	used := child(t, nil, "import", path, "--simulate", "--scenario", free, "--state", t.TempDir(), "--rate", "unlimited", "--log-level", "error")
	fmt.Printf("\nimport --simulate of %d rows without quota or latency: %v, peak %d MB\n", n, used.wall.Round(10*time.Millisecond), used.peak>>20)
	verdict(t, "processor time, µs a row", used.cpu.Seconds()*1e6/n, "<=", 50)
}

// TestBenchStart is what a user waits for where there is next to nothing to do.
func TestBenchStart(t *testing.T) {
	needBench(t)
	ten := writeBenchFile(t, benchRows(10))
	fmt.Printf("\nstarting (medians of 31)\n")
	for _, c := range []struct {
		name    string
		args    []string
		maximum float64
	}{{"--help", []string{"--help"}, 15}, {"check of ten rows", []string{"check", ten}, 25}} {
		var walls []time.Duration
		for range 31 {
			walls = append(walls, child(t, nil, c.args...).wall)
		}
		verdict(t, c.name+", ms", middle(walls).Seconds()*1e3, "<=", c.maximum)
	}
	stripped := filepath.Join(t.TempDir(), "entraphone")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", stripped, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	info, err := os.Stat(stripped)
	if err != nil {
		t.Fatal(err)
	}
	verdict(t, "the binary, stripped, MB", float64(info.Size())/1e6, "<=", 22)
}

func TestBenchThroughput(t *testing.T) {
	needBench(t)
	const (
		users, workers, perBatch = 14_000, 16, 20
		latency                  = 150 * time.Millisecond
	)
	var b strings.Builder
	b.WriteString("userPrincipalName,mobile,alternateMobile\n")
	rows := 0
	for i := range users {
		fmt.Fprintf(&b, "person.%05d@example.com,+1 2065%06d,", i, i)
		rows++
		if i%7 < 3 {
			fmt.Fprintf(&b, "+1 2066%06d", i)
			rows++
		}
		b.WriteString("\n")
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	sim := graphsim.New(graphsim.Config{Latency: latency, KeepLog: true})
	server := httptest.NewServer(sim)
	defer server.Close()
	used := child(t, []string{"AZURE_CLIENT_SECRET=secret"}, "import", path, "--tenant-id", "t.example.com", "--client-id", "c",
		"--graph-endpoint", server.URL, "--authority", server.URL, "--state", t.TempDir(),
		"--workers", fmt.Sprint(workers), "--rate", "unlimited", "--log-level", "warn")
	stats := sim.Stats()
	if stats.AcceptedWrites != rows {
		t.Fatalf("%d of %d rows arrived", stats.AcceptedWrites, rows)
	}
	limit := workers * perBatch / latency.Seconds()
	sending := sendingTime(sim.Log()) + latency
	rate := float64(rows) / sending.Seconds()
	fmt.Printf("\nimport of %d rows of %d users, %d workers, %v a request, no quota: %.1f s of sending in %.1f s, %.0f rows/s, %.0f times one row at a time\n",
		rows, users, workers, latency, sending.Seconds(), used.wall.Seconds(), rate, rate*latency.Seconds())
	verdict(t, "rows a second / physical limit, while sending", rate/limit, ">=", 0.9)
	fmt.Printf("  %-62s %10.3f\n", "the same over the whole process, reading and sign-in included", float64(rows)/used.wall.Seconds()/limit)
	verdict(t, "mean fill of a batch (tail included)", float64(stats.SubRequests)/float64(stats.BatchRequests)/perBatch, ">=", 0.95)
	verdict(t, "cores used", used.cpu.Seconds()/used.wall.Seconds(), "<=", 0.5)
}

// sendingTime is from the arrival of the first batch to that of the last.
func sendingTime(log []graphsim.LogEntry) time.Duration {
	var first, last time.Time
	for _, entry := range log {
		if entry.Path != "/$batch" {
			continue
		}
		if first.IsZero() {
			first = entry.Time
		}
		last = entry.Time
	}
	return last.Sub(first)
}

// paceCase is a tenant whose limit nobody tells the tool.
type paceCase struct {
	name   string
	rate   float64 // accepted writes a second
	kind   graphsim.QuotaKind
	window time.Duration
	counts bool // throttled calls count too
}

func (c paceCase) quota(factor float64) graphsim.Quota {
	return graphsim.Quota{Kind: c.kind, Limit: int(c.rate*factor*c.window.Seconds() + 0.5), Window: c.window, CountThrottled: c.counts}
}

func paceCases() (cases []paceCase) {
	for _, rate := range []float64{20, 5, 0.5} {
		for _, counts := range []bool{false, true} {
			for _, model := range []struct {
				name   string
				kind   graphsim.QuotaKind
				window time.Duration
			}{
				{"token bucket 10s", graphsim.TokenBucket, 10 * time.Second},
				{"fixed window 10s", graphsim.FixedWindow, 10 * time.Second},
				{"fixed window 150s", graphsim.FixedWindow, 150 * time.Second},
				{"sliding window 10s", graphsim.SlidingWindow, 10 * time.Second},
				{"sliding window 150s", graphsim.SlidingWindow, 150 * time.Second},
			} {
				name := model.name
				if counts {
					name += ", throttled count"
				}
				cases = append(cases, paceCase{name, rate, model.kind, model.window, counts})
			}
		}
	}
	return cases
}

// measured is what two hours of one case brought, after ten minutes.
type measured struct{ accepted, throttled float64 }

const (
	paceWarm     = 10 * time.Minute
	paceMeasured = 2 * time.Hour
)

// measurePace runs client, pacer and submitter against the simulator in
// virtual time. With a factor, the quota changes by it after half an hour, and
// ten minutes later the two hours begin.
func measurePace(t *testing.T, c paceCase, factor float64) (m measured) {
	synctest.Test(t, func(t *testing.T) {
		sim := graphsim.New(graphsim.Config{Latency: 150 * time.Millisecond, WriteQuota: c.quota(1)})
		client, err := graph.New(graph.Config{
			Transport: sim.Transport(), Logger: zerolog.Nop(),
			Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: "c", ClientSecret: graph.NewSecret("s")},
		})
		if err != nil {
			t.Fatal(err)
		}
		begin, length := paceWarm, paceWarm+paceMeasured
		if factor != 1 {
			time.AfterFunc(30*time.Minute, func() { sim.SetWriteQuota(c.quota(factor)) })
			begin, length = begin+30*time.Minute, length+30*time.Minute
		}
		rows, lanes := manyRows(int(max(1, factor)*c.rate*length.Seconds()*1.2) + 2000)
		var before graphsim.Stats
		time.AfterFunc(begin, func() { before = sim.Stats() })
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		random := rand.New(rand.NewPCG(1, 2))
		s := &submit.Submitter{
			Config:   submit.Config{Workers: 16, BatchSize: 20, MaxAttempts: 1000, GiveUpAfter: 24 * time.Hour, Grace: time.Second, Compare: phonenumber.Compare, Jitter: func() float64 { return 0.5 }},
			Channels: []submit.Channel{{Sender: client, Pacer: pace.New(100, random.Float64)}}, Recorder: nowhere{}, Rows: rows,
		}
		if err := s.Run(ctx, lanes); err == nil {
			t.Fatal("the rows ran out before the time did")
		}
		after := sim.Stats()
		accepted, throttled := float64(after.AcceptedWrites-before.AcceptedWrites), float64(after.Throttled-before.Throttled)
		quota := c.quota(factor) // whose limit is a whole number
		m = measured{accepted / (float64(quota.Limit) / quota.Window.Seconds() * paceMeasured.Seconds()), throttled / (accepted + throttled)}
	})
	return m
}

// nowhere is a Recorder that keeps nothing.
type nowhere struct{}

func (nowhere) Intent([]authmethod.Write) error                       { return nil }
func (nowhere) Outcome(authmethod.RowNumber, authmethod.Result) error { return nil }

func TestBenchPace(t *testing.T) {
	needBench(t)
	fmt.Printf("\npace, 16 workers, 150 ms a request, ceiling 100/s, two hours of virtual time\n")
	fmt.Printf("  %5s  %-40s  %-17s  %-17s  %-17s\n", "quota", "model", "steady", "quota doubles", "quota halves")
	worstAccepted, worstThrottled := 1.0, 0.0
	for _, c := range paceCases() {
		fmt.Printf("  %5g  %-40s", c.rate, c.name)
		for _, factor := range []float64{1, 2, 0.5} {
			m := measurePace(t, c, factor)
			fmt.Printf("  %.3f  %5.2f %%   ", m.accepted, 100*m.throttled)
			worstAccepted, worstThrottled = min(worstAccepted, m.accepted), max(worstThrottled, m.throttled)
		}
		fmt.Println()
	}
	verdict(t, "accepted writes / quota (worst)", worstAccepted, ">=", 0.95)
	verdict(t, "throttled share of sub-requests (worst)", worstThrottled, "<=", 0.03)
}
