package main

import (
	"bytes"
	"fmt"
	"math"
	"net/http/httptest"
	"os"
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
		fmt.Fprintf(&text, "u%06d@example.com,+1 206555%04d\n", i, number%10000)
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
