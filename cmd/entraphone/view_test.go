package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// golden compares a text with the file of that name; UPDATE_SCREENS=1 rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "screens", name+".txt")
	if os.Getenv("UPDATE_SCREENS") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// A run as people see it, at the widths of their terminals.
func TestViews(t *testing.T) {
	now := time.Date(2026, 11, 27, 22, 50, 0, 0, time.UTC)
	under := func(done int, took time.Duration, f flow, outcomes map[authmethod.Outcome]int) view {
		return view{title: "sending to tenant contoso.onmicrosoft.com", what: "phone", done: done, total: 5072, start: now.Add(-took), flow: f, outcomes: outcomes}
	}
	outcomes := map[authmethod.Outcome]int{authmethod.Created: 3010, authmethod.Unchanged: 120, authmethod.Conflict: 60, authmethod.Failed: 20}
	found := pace.Status{Found: true, Rate: 5}
	waiting := func(why pace.Reason, long time.Duration) pace.Status {
		return pace.Status{Found: true, Rate: 5, Held: true, Until: now.Add(long), Reason: why}
	}
	throttled := under(3210, 642*time.Second, flow{Status: waiting(pace.Throttled, 12*time.Second)}, outcomes)
	throttled.problems = []string{
		"line 77, jane@contoso.com: mobile: Graph knows no such user",
		"line 1204, 山田太郎@contoso.co.jp: mobile: another number is registered, and --existing keep leaves it alone: it needs your decision",
	}
	shut := under(1000, 3*time.Hour, flow{Status: waiting(pace.Closed, 20*time.Hour)}, nil)
	shut.flow.Waits.Closed = 3*time.Hour - 200*time.Second
	views := []struct {
		name string
		view view
	}{
		{"before the first answer", under(0, time.Second, flow{}, nil)},
		{"no limit met yet", under(500, 50*time.Second, flow{Status: pace.Status{Rate: 20}}, map[authmethod.Outcome]int{authmethod.Created: 500})},
		{"without any limit", under(500, 50*time.Second, flow{Status: pace.Status{Rate: pace.Unlimited}}, nil)},
		{"at the limit", under(3210, 642*time.Second, flow{Status: found}, outcomes)},
		{"done fast before the limit was met", under(100, 10*time.Second, flow{Status: pace.Status{Found: true, Rate: 0.5}}, nil)},
		{"throttled", throttled},
		{"Graph cannot be reached", under(0, time.Minute, flow{Status: waiting(pace.Trouble, 0)}, nil)},
		{"outside of the window, until tomorrow", shut},
		{"one of three credentials is held", under(3210, 642*time.Second, flow{found, 1, 3}, outcomes)},
		{"all of them are", under(3210, 642*time.Second, flow{waiting(pace.Throttled, 90*time.Second), 3, 3}, outcomes)},
		{"at the end", under(5072, 1000*time.Second, flow{Status: found}, map[authmethod.Outcome]int{authmethod.Created: 5072})},
	}
	for _, columns := range []int{40, 80, 120} {
		var text strings.Builder
		for _, v := range views {
			lines := v.view.lines(now, columns, 24)
			fmt.Fprintf(&text, "# %s\n%s\n", v.name, strings.Join(lines, "\n"))
			for _, line := range lines {
				if columnsOf(line) >= columns {
					t.Errorf("%s, %d columns: %q has %d", v.name, columns, line, columnsOf(line))
				}
			}
		}
		golden(t, fmt.Sprintf("view-%d", columns), text.String())
	}
	if lines := throttled.lines(now, 80, fewRows-1); len(lines) != 1 {
		t.Errorf("a low terminal shows %d lines, want 1: %q", len(lines), lines)
	}
}

// Whatever a run comes to, each line fits, so that the terminal breaks none.
func TestViewsFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, columns := time.Now(), rapid.IntRange(2, 200).Draw(t, "columns")
		total := rapid.IntRange(0, 1e6).Draw(t, "total")
		v := view{
			title: rapid.String().Draw(t, "title"), what: "phone", total: total, done: rapid.IntRange(0, total).Draw(t, "done"),
			start:    now.Add(-time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "took"))),
			problems: rapid.SliceOfN(rapid.String(), 0, mostProblems).Draw(t, "problems"),
			outcomes: map[authmethod.Outcome]int{},
			flow: flow{Status: pace.Status{
				Rate: rapid.Float64Range(0, 1e6).Draw(t, "rate"), Found: rapid.Bool().Draw(t, "found"),
				Held: rapid.Bool().Draw(t, "held"), Until: now.Add(time.Duration(rapid.Int64Range(-1e12, 1e15).Draw(t, "until"))), Reason: pace.Throttled,
			}},
		}
		for _, outcome := range authmethod.Outcomes() {
			v.outcomes[outcome] = rapid.IntRange(0, total).Draw(t, string(outcome))
		}
		for _, line := range v.lines(now, columns, 24) {
			if columnsOf(line) >= columns {
				t.Fatalf("%q takes %d of %d columns", line, columnsOf(line), columns)
			}
		}
	})
}

// Of several credentials the screen tells how many are held; the run is only when all are.
func TestHeldCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to target
		for range 3 {
			to.ways = append(to.ways, way{pacer: pace.New(10, rand.Float64)})
		}
		for held, w := range to.ways {
			if got := to.status(); got.Held || got.held != held || got.ways != 3 {
				t.Errorf("of %d held: %+v", held, got)
			}
			w.pacer.Hold(time.Now().Add(time.Duration(held+1)*time.Minute), pace.Closed)
		}
		time.Sleep(30 * time.Second)
		got := to.status()
		if !got.Held || got.held != 3 || time.Until(got.Until) != 30*time.Second || got.Waits.Closed != 30*time.Second {
			t.Errorf("of 3 held: %+v", got)
		}
	})
}

// The last rows that need somebody are shown, with no number and nothing that a terminal
// would obey.
func TestLastProblems(t *testing.T) {
	var v view
	refused := authmethod.CodeUserUnknown.Result(authmethod.Failed)
	refused.Detail = "no phone +1 2065550101"
	for line, user := range []string{"first@example.com", "+12065550102", "\x1b[2Jthird@example.com", "fourth@example.com", "fifth@example.com"} {
		v.settle(&authmethod.Row{Line: int32(line), User: user, PhoneType: authmethod.PhoneTypeMobile}, refused)
	}
	for range 3 {
		v.settle(&authmethod.Row{}, authmethod.Result{Outcome: authmethod.Created})
		v.settle(&authmethod.Row{}, authmethod.Result{Outcome: authmethod.Dependency})
	}
	want := []string{
		"line 2, ?[2Jthird@example.com: mobile: " + refused.Message,
		"line 3, fourth@example.com: mobile: " + refused.Message,
		"line 4, fifth@example.com: mobile: " + refused.Message,
	}
	if diff := cmp.Diff(want, v.problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if v.done != 11 || v.outcomes[authmethod.Failed] != 5 || v.outcomes[authmethod.Dependency] != 3 {
		t.Errorf("done %d, outcomes %v", v.done, v.outcomes)
	}
	v.settle(&authmethod.Row{User: "+12065550102"}, refused)
	if last := v.problems[mostProblems-1]; strings.Contains(last, "2065550") {
		t.Errorf("a number is shown: %q", last)
	}
}
