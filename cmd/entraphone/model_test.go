package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/journal"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// modelRun is a run in virtual time: journal, fold, what is left, engine, client
// and simulator as in the program, without its commands.
type modelRun struct {
	t      *testing.T
	sim    *graphsim.Simulator
	path   string // of the journal
	undoes string // path of the journal that is rolled back
	before map[string]string
}

// policy of all runs: what stands there is overwritten.
var overwrite = plan.Policy{Existing: authmethod.OverwriteExisting}

// client talks to the simulator as the program does.
func (m *modelRun) client() *graph.Client {
	client, err := graph.New(graph.Config{
		Transport: m.sim.Transport(), Logger: zerolog.Nop(),
		Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: "c", ClientSecret: graph.NewSecret("s")},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return client
}

// attempt goes on with the run until it is done, or until it is interrupted after a
// time; 0 never does.
func (m *modelRun) attempt(rows *authmethod.Rows, interrupt time.Duration) (results *authmethod.Results, done bool) {
	r := &importRun{}
	planned := plan.Build(rows, overwrite)
	if m.undoes != "" {
		if _, err := r.takeBack(&runFolder{filepath.Dir(m.undoes)}, 0, true); err != nil {
			m.t.Fatal(err)
		}
		rows = &r.input.Rows
		planned = plan.Plan{Lanes: plan.Undo(rows, r.undoing)}
	}
	results = authmethod.NewResults(rows, planned.Findings)
	for _, d := range planned.Decisions {
		results.Set(d.Row, d.Result)
	}
	var record *journal.Journal
	var earlier map[authmethod.RowNumber]submit.Earlier
	past, err := foldJournal(&runFolder{filepath.Dir(m.path)}, rows, 0)
	if errors.Is(err, os.ErrNotExist) {
		record, err = journal.Create(m.path, journal.Header{}, rows)
	} else if err == nil {
		memory := memory{past, results, map[authmethod.RowNumber]submit.Earlier{}}
		for i, lane := range planned.Lanes {
			planned.Lanes[i] = memory.left(lane)
		}
		planned.Lanes = slices.DeleteFunc(planned.Lanes, func(lane authmethod.Lane) bool { return len(lane) == 0 })
		earlier = memory.earlier
		record, err = journal.Reopen(m.path, past, "", rows)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	half := func() float64 { return 0.5 }
	pacer := pace.New(pace.Unlimited, half)
	line := newProgress(newConsole(io.Discard), zerolog.Nop(), view{what: "phone", total: rows.Len()}, func() flow { return flow{Status: pacer.Status()} })
	defer line.end()
	s := &submit.Submitter{
		Config:   submit.Config{Workers: 3, BatchSize: 5, MaxAttempts: 8, GiveUpAfter: time.Hour, Grace: 50 * time.Millisecond, Compare: phonenumber.Compare, Number: phonenumber.Shown, Jitter: half},
		Channels: []submit.Channel{{Sender: m.client(), Pacer: pacer}}, Recorder: &recorder{journal: record, results: results, progress: line}, Rows: rows, Expected: r.expected, Earlier: earlier,
	}
	ctx := context.Background()
	if interrupt > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, interrupt)
		defer cancel()
	}
	err = s.Run(ctx, planned.Lanes)
	if closing := record.Close(); closing != nil {
		m.t.Fatal(closing)
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		m.t.Fatal(err)
	}
	return results, err == nil
}

// phonesIn are those that stand in a tenant.
func phonesIn(sim *graphsim.Simulator) map[string]string {
	stands := map[string]string{}
	for _, user := range sim.Users() {
		for phoneType, number := range sim.Phones(user.UserPrincipalName) {
			stands[user.UserPrincipalName+" "+phoneType] = number
		}
	}
	return stands
}

// Whatever goes wrong, whenever a run is interrupted, and however its file changes
// until it is resumed: every row has one outcome, what it says is so, and a rollback,
// interrupted as often, leaves the tenant as it was before. What nobody knows is
// taken up again until it is known.
func TestRunsAndRollbacksAreWhatTheyShouldBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n, seed := rapid.IntRange(1, 25).Draw(rt, "users"), rapid.Uint64().Draw(rt, "seed")
		lag := rapid.SampledFrom([]string{"0s", "2s", "6s"}).Draw(rt, "lag")
		share := rapid.SampledFrom([]float64{0.01, 0.1, 0.25}).Draw(rt, "trouble")
		interrupts := rapid.SliceOfN(rapid.IntRange(1, 4000), 0, 6).Draw(rt, "interrupted after")
		kinds := rapid.SliceOfN(rapid.IntRange(0, 3), n, n).Draw(rt, "kinds")
		shuffle := rapid.SliceOfN(rapid.IntRange(0, 3), n, n).Draw(rt, "changes")
		folder := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			var config graphsim.Config
			scenario := fmt.Sprintf(`{"seed": %d, "latency": "100ms", "writeQuota": "unlimited", "readQuota": "unlimited", "assumed": {"readLag": %q, "readFlicker": true}, "faults": [
				{"method": "POST", "path": "phoneMethods$", "probability": %[3]g, "status": 504, "applied": true},
				{"method": "DELETE", "path": "phoneMethods/", "probability": %[3]g, "status": 500, "applied": true},
				{"method": "PATCH", "path": "phoneMethods/", "probability": %[3]g, "status": 504, "applied": true},
				{"method": "POST", "path": "phoneMethods$", "probability": %[3]g, "status": 429, "retryAfter": "1", "applied": true},
				{"path": "phoneMethods", "probability": %[3]g, "status": 503},
				{"path": "batch", "probability": %[3]g, "drop": "after"},
				{"path": "batch", "probability": %[3]g, "status": 404, "body": "<html>no backend</html>", "contentType": "text/html"}]}`, seed>>1, lag, share)
			if err := graphsim.ReadScenario(strings.NewReader(scenario), &config); err != nil {
				t.Fatal(err)
			}
			sim, rows := graphsim.New(config), modelRows(n, kinds)
			run := &modelRun{t: t, sim: sim, path: filepath.Join(folder, "run", journalFile)}
			undo := &modelRun{t: t, sim: sim, path: filepath.Join(folder, "undo", journalFile), undoes: run.path}
			run.register(rows)
			before := phonesIn(sim)
			for _, m := range []*modelRun{run, undo} {
				if err := os.MkdirAll(filepath.Dir(m.path), 0o700); err != nil {
					t.Fatal(err)
				}
				for _, after := range interrupts {
					if _, done := m.attempt(rows, time.Duration(after)*time.Millisecond); done {
						break
					}
					rows = changed(rows, shuffle)
				}
				var results *authmethod.Results
				for again := 0; results == nil || unsettledRows(results); again++ {
					var done bool
					if results, done = m.attempt(rows, 0); !done || again > 20 {
						t.Fatal("an attempt that nobody interrupted is not done")
					}
				}
				checkModel(t, m, results)
			}
			if diff := cmp.Diff(before, phonesIn(sim)); diff != "" {
				t.Errorf("the tenant after the rollback (-before +after):\n%s", diff)
			}
			if stats := sim.Stats(); stats.OrderViolations > 0 {
				t.Errorf("%d order violations", stats.OrderViolations)
			}
		})
	})
}

// unsettledRows reports whether going on may still settle a row.
func unsettledRows(results *authmethod.Results) bool {
	for n := range results.Rows().All() {
		if results.At(n).Class == authmethod.Retry {
			return true
		}
	}
	return false
}

func checkModel(t *testing.T, m *modelRun, results *authmethod.Results) {
	t.Helper()
	stands := phonesIn(m.sim)
	for n, row := range results.Rows().All() {
		result, phone := results.At(n), stands[row.User+" "+string(row.PhoneType)]
		number := row.Number.Graph()
		want := map[authmethod.Outcome]string{authmethod.Created: number, authmethod.Updated: number, authmethod.Removed: "", authmethod.Unchanged: number}
		if m.undoes != "" || row.Action == authmethod.Remove {
			want[authmethod.Unchanged] = ""
		}
		if number, certain := want[result.Outcome]; !certain || phone != number {
			t.Errorf("line %d is %s (%s), and %q stands there", row.Line, result.Outcome, result.Message, phone)
		}
		if before := m.before[row.User+" "+string(row.PhoneType)]; m.undoes == "" && result.Outcome == authmethod.Updated && result.Registered.Graph() != before {
			t.Errorf("line %d replaced %q, want %q", row.Line, result.Registered.Graph(), before)
		}
	}
}

// The kinds of people in the model, by what stands there and what the file asks for.
const (
	newPeople    = iota // nothing
	otherPeople         // other numbers, which are replaced
	leavers             // the file's numbers, which are removed
	leaversOfAny        // other numbers, which are removed
)

// modelRows are people with two phones each, in a bad order.
func modelRows(n int, kinds []int) *authmethod.Rows {
	rows := new(authmethod.Rows)
	for i := range n {
		for j, phoneType := range []authmethod.PhoneType{authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeMobile} {
			number, _ := authmethod.NewPhoneNumber(1, fmt.Sprintf("20655%05d", 2*i+j), "")
			row := authmethod.Row{Line: int32(2*i+j) + 2, User: fmt.Sprintf("u%02d@example.com", i), PhoneType: phoneType, Number: number}
			switch kinds[i] {
			case otherPeople:
				row.SMS = authmethod.EnableSMS // no field of the engine: it marks the kind
			case leavers:
				row.Action = authmethod.Remove
			case leaversOfAny:
				row.Action, row.Number = authmethod.Remove, authmethod.PhoneNumber{}
			}
			rows.Append(row)
		}
	}
	return rows
}

// register puts into the tenant what stood there before the run.
func (m *modelRun) register(rows *authmethod.Rows) {
	phones := map[string]string{}
	for n := rows.Len() - 1; n >= 0; n-- { // the mobile first
		row := rows.At(authmethod.RowNumber(n))
		number, _ := authmethod.NewPhoneNumber(1, fmt.Sprintf("30655%05d", n), "")
		if row.Action == authmethod.Remove && !row.Number.IsZero() {
			number = row.Number
		}
		if row.SMS != authmethod.None || row.Action == authmethod.Remove {
			step := authmethod.Step{Verb: authmethod.Create, User: row.User, PhoneType: row.PhoneType, Number: number}
			for tries := 0; phones[row.User+" "+string(row.PhoneType)] == "" && tries < 50; tries++ {
				if _, err := m.client().Send(m.t.Context(), []authmethod.Step{step}); err != nil {
					m.t.Fatal(err)
				}
				phones = phonesIn(m.sim)
			}
		}
	}
	m.before = phones
	time.Sleep(time.Minute) // of the model, until reads show it
}

// changed is the file as somebody has edited it: people stand elsewhere.
func changed(rows *authmethod.Rows, keys []int) *authmethod.Rows {
	byKey := map[int][]authmethod.Row{}
	for n, row := range rows.All() {
		key := keys[int(n)/2%len(keys)]
		byKey[key] = append(byKey[key], *row)
	}
	next := new(authmethod.Rows)
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		for _, row := range byKey[key] {
			row.Line = int32(next.Len()) + 2
			next.Append(row)
		}
	}
	return next
}
