package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entraphone/internal/graphsim"
	simdirectory "entraphone/internal/graphsim/directory"
)

// nights is a tenant and a folder of runs, for what many runs cost.
type nights struct {
	t      *testing.T
	sim    *graphsim.Simulator
	folder string
	target []string
}

func newNights(t *testing.T, latency time.Duration, people string) *nights {
	t.Helper()
	directory, err := simdirectory.ReadCSV(strings.NewReader(people), graphsim.UserFaults())
	if err != nil {
		t.Fatal(err)
	}
	n := &nights{t: t, sim: graphsim.New(graphsim.Config{Directory: directory, Latency: latency}), folder: t.TempDir()}
	server := httptest.NewServer(n.sim)
	t.Cleanup(server.Close)
	n.target = []string{"--graph-endpoint", server.URL, "--authority", server.URL, "--tenant-id", "t.example.com", "--client-id", "app",
		"--state", filepath.Join(n.folder, "state"), "--rate", "unlimited", "--workers", "16"}
	return n
}

// cost runs a command over a file and returns what it cost the tenant.
func (n *nights) cost(name string, code int, file string, args ...string) graphsim.Stats {
	n.t.Helper()
	path := filepath.Join(n.folder, "staff.csv")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		n.t.Fatal(err)
	}
	before, began := n.sim.Stats(), time.Now()
	var out bytes.Buffer
	got := run(n.t.Context(), process{args: append(append([]string{args[0], path}, args[1:]...), n.target...), getenv: func(variable string) string {
		return map[string]string{"AZURE_CLIENT_SECRET": "secret"}[variable]
	}, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
	if got != code {
		n.t.Fatalf("%s ends with %d, want %d:\n%s", name, got, code, out.String())
	}
	after := n.sim.Stats()
	cost := graphsim.Stats{
		Writes: after.Writes - before.Writes, Reads: after.Reads - before.Reads,
		BatchRequests: after.BatchRequests - before.BatchRequests, PlainRequests: after.PlainRequests - before.PlainRequests,
		SubRequests: after.SubRequests - before.SubRequests,
	}
	fmt.Printf("%-46s %7d writes %7d reads %7d HTTP requests %7.1fs\n", name, cost.Writes, cost.Reads, cost.BatchRequests+cost.PlainRequests, time.Since(began).Seconds())
	return cost
}

// areas are codes of ten areas, so that few people share a number.
var areas = [...]string{"206", "253", "360", "425", "509", "564", "212", "213", "214", "215"}

// staff is a file of so many people with a mobile each, some of them with another one
// than before.
func staff(people, changed int) string {
	var text strings.Builder
	text.WriteString("userPrincipalName,mobile\n")
	for i := range people {
		number := i
		if i < changed {
			number = 5000 + i
		}
		fmt.Fprintf(&text, "u%06d@example.com,+1 %s555%04d\n", i, areas[number/10000%len(areas)], number%10000)
	}
	return text.String()
}

// directoryOf are the people of a tenant, the first of them with a phone.
func directoryOf(people, withPhone int) string {
	var text strings.Builder
	text.WriteString("userPrincipalName,mobile\n")
	for i := range people {
		phone := ""
		if i < withPhone {
			phone = "+1 3065550100"
		}
		fmt.Fprintf(&text, "u%06d@example.com,%s\n", i, phone)
	}
	return text.String()
}

// TestBenchNightly counts what nights cost a tenant of 100,000 people.
func TestBenchNightly(t *testing.T) {
	needBench(t)
	const people, changed = 100_000, 500
	fmt.Printf("\nnights of %d people, with what they cost the tenant\n", people)
	n := newNights(t, 0, directoryOf(people, 0))
	within := func(what string, got int, most float64) {
		if float64(got) > most {
			t.Errorf("%s: %d, want at most %.0f", what, got, most)
		}
	}
	first := n.cost("the first night", exitDone, staff(people, 0), "import")
	within("writes of the first night", first.Writes, people)
	second := n.cost("the same file", exitDone, staff(people, 0), "import")
	within("writes", second.Writes, 0)
	within("reads, 4 in 100", second.Reads, 0.04*people)
	third := n.cost("500 changed, overwritten", exitDone, staff(people, changed), "import", "--existing", "overwrite")
	within("writes of the changes", third.Writes, changed)
	within("reads of the changes and the sample", third.Reads, changed+0.04*people)
	ledgers, _ := filepath.Glob(filepath.Join(n.folder, "state", "ledger-*.db"))
	for _, path := range ledgers {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	without := n.cost("the same file without the ledger", exitDone, staff(people, changed), "import")
	within("requests for each row", without.Writes+without.Reads, 1.01*people)
	within("changes of what is right", n.sim.Stats().AcceptedWrites, people+changed)
}

// TestBenchPlan plans for people of whom nine in ten have no phone, and compares it
// with a loop that gets the phones of each user, one after another.
func TestBenchPlan(t *testing.T) {
	needBench(t)
	const people, latency = 100_000, 150 * time.Millisecond
	n := newNights(t, latency, directoryOf(people, people/10))
	fmt.Printf("\na plan for %d people, of whom one in ten has a phone, with answers after %s\n", people, latency)
	began := time.Now()
	cost := n.cost("the plan", exitRows, staff(people, 0), "plan")
	took := time.Since(began)
	requests := cost.PlainRequests + cost.SubRequests
	loop := people * latency
	fmt.Printf("requests to the tenant %d (%.1f in 100 rows, at most 12); %.0f times as fast as a loop that gets each user's (at least 100)\n",
		requests, 100*float64(requests)/people, loop.Seconds()/took.Seconds())
	if float64(requests) > 0.12*people || math.Floor(loop.Seconds()/took.Seconds()) < 100 {
		t.Error("above the limit")
	}
}

// TestBenchNight is a night of 40,000 people of whom 200 have another number, with
// answers after 150 ms, and one of whom none has: what it takes, and what it leaves. The
// simulator is a process of its own: the peak of one that is started is at least that of
// who starts it.
func TestBenchNight(t *testing.T) {
	needBench(t)
	const people, changed = 40_000, 200
	fmt.Printf("\na night of %d people, with answers after 150 ms\n", people)
	folder := t.TempDir()
	port := filepath.Join(folder, "port")
	server := exec.CommandContext(t.Context(), "../../bin/entraphone", "simulate", "--port-file", port, "--latency", "150ms", "--write-quota", "unlimited", "--read-quota", "unlimited")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Wait() }) // the context has ended it
	var address []byte
	for deadline := time.Now().Add(10 * time.Second); len(address) == 0; address, _ = os.ReadFile(port) {
		if time.Now().After(deadline) {
			t.Fatal("the simulator does not say where it listens")
		}
	}
	url := "http://" + strings.TrimSpace(string(address))
	path := filepath.Join(folder, "staff.csv")
	night := func(file string, flags ...string) (used usage, writes, reads float64) {
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		used = child(t, []string{"AZURE_CLIENT_SECRET=secret"}, append([]string{
			"import", path, "--graph-endpoint", url, "--authority", url, "--tenant-id", "t.example.com", "--client-id", "app",
			"--state", filepath.Join(folder, "state"), "--rate", "unlimited", "--existing", "overwrite", "--quiet", "--log-level", "error",
		}, flags...)...)
		var summary struct{ Operations, ReadBacks float64 }
		text, err := os.ReadFile(filepath.Join(folder, "state", latest, summaryFile))
		if err := errors.Join(err, json.Unmarshal(text, &summary)); err != nil {
			t.Fatal(err)
		}
		return used, summary.Operations - summary.ReadBacks, summary.ReadBacks
	}
	night(staff(people, 0), "--workers", "16")
	used, writes, reads := night(staff(people, changed))
	verdict(t, "200 changed: calls", writes+reads, "<=", 2100)
	verdict(t, "200 changed: seconds", used.wall.Seconds(), "<=", 60)
	verdict(t, "200 changed: peak memory, MB", float64(used.peak)/1e6, "<=", 60)
	used, writes, reads = night(staff(people, changed))
	verdict(t, "nothing changed: writes", writes, "<=", 0)
	verdict(t, "nothing changed: reads, in 100 rows", 100*reads/people, "<=", 4)
	verdict(t, "nothing changed: peak memory, MB", float64(used.peak)/1e6, "<=", 60)
	var left int64
	last, err := filepath.EvalSymlinks(filepath.Join(folder, "state", latest))
	files, wrong := os.ReadDir(last)
	if err := errors.Join(err, wrong); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if info, err := file.Info(); err == nil {
			left += info.Size()
		}
	}
	verdict(t, "nothing changed: left on disk, MB", float64(left)/1e6, "<=", 2)
}
