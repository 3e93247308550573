package main

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/submit"
)

// One 429 on any operation, alone, in a batch or of a whole batch, silences all
// sixteen workers until Retry-After is over, however it is written.
func TestOneThrottleSilencesEveryWorker(t *testing.T) {
	const latency = 150 * time.Millisecond
	item, envelope := regexp.MustCompile("/users/u7@"), regexp.MustCompile(`batch`)
	for _, test := range []struct {
		name      string
		batchSize int
		path      *regexp.Regexp
		header    func() string // of Retry-After; nil sends none
		atLeast   time.Duration
	}{
		{"plain, integer", 1, item, func() string { return "30" }, 30 * time.Second},
		{"batch item, integer", 20, item, func() string { return "30" }, 30 * time.Second},
		{"batch item, fraction", 20, item, func() string { return "7.249" }, 7249 * time.Millisecond},
		{"batch item, date", 20, item, func() string { return time.Now().Add(40 * time.Second).UTC().Format(http.TimeFormat) }, 39 * time.Second},
		{"batch item, none", 20, item, nil, 500 * time.Millisecond},
		{"whole batch, integer", 20, envelope, func() string { return "30" }, 30 * time.Second},
		{"whole batch, none", 20, envelope, nil, 500 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := graphsim.Fault{Method: "POST", Path: test.path, Status: 429, Count: 1}
				if test.header != nil {
					fault.RetryAfter = test.header()
				}
				sim := graphsim.New(graphsim.Config{Latency: latency, Faults: []graphsim.Fault{fault}, KeepLog: true})
				created := importAll(t, sim, 2000, test.batchSize)
				if created != 2000 {
					t.Errorf("%d of 2000 phones were created", created)
				}
				checkSilence(t, sim.Log(), latency, test.atLeast)
			})
		})
	}
}

// checkSilence looks for requests that left after the first 429 had arrived
// and before its wait was over.
func checkSilence(t *testing.T, log []graphsim.LogEntry, latency, atLeast time.Duration) {
	t.Helper()
	var throttledAt time.Time
	for _, entry := range log {
		if entry.Status == 429 {
			throttledAt = entry.Time.Add(latency)
			break
		}
	}
	if throttledAt.IsZero() {
		t.Fatal("nothing was throttled")
	}
	for _, entry := range log {
		if after := entry.Time.Sub(throttledAt); after > 0 && after < atLeast {
			t.Errorf("%s %s left %v after the throttle, want silence for %v", entry.Method, entry.Path, after, atLeast)
			return
		}
	}
}

// importAll imports n users with sixteen workers and returns how many phones
// were created.
func importAll(t *testing.T, sim *graphsim.Simulator, n, batchSize int) int {
	t.Helper()
	client, err := graph.New(graph.Config{
		Transport: sim.Transport(), Logger: zerolog.Nop(),
		Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: "c", ClientSecret: graph.NewSecret("s")},
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, lanes := manyRows(n)
	counts := counter{}
	s := &submit.Submitter{
		Config:   submit.Config{Workers: 16, BatchSize: batchSize, MaxAttempts: 5, GiveUpAfter: time.Hour, Grace: time.Second, Compare: phonenumber.Compare, Jitter: func() float64 { return 0 }},
		Channels: []submit.Channel{{Sender: client, Pacer: pace.New(pace.Unlimited, func() float64 { return 0 })}}, Recorder: counts, Rows: rows,
	}
	if err := s.Run(t.Context(), lanes); err != nil {
		t.Fatal(err)
	}
	return counts[authmethod.Created]
}

// counter is a Recorder that counts outcomes. Outcome is called by one
// goroutine at a time, so that it needs no lock.
type counter map[authmethod.Outcome]int

func (counter) Intent([]authmethod.Write) error { return nil }

func (c counter) Outcome(_ authmethod.RowNumber, result authmethod.Result) error {
	c[result.Outcome]++
	return nil
}

// manyRows are n users with a mobile each.
func manyRows(n int) (*authmethod.Rows, []authmethod.Lane) {
	rows, lanes := new(authmethod.Rows), make([]authmethod.Lane, n)
	number, _ := authmethod.NewPhoneNumber(1, "2065550100", "")
	for i := range n {
		rows.Append(authmethod.Row{Line: int32(i) + 2, User: fmt.Sprintf("u%d@example.com", i), PhoneType: authmethod.PhoneTypeMobile, Number: number})
		lanes[i] = authmethod.Lane{{Row: authmethod.RowNumber(i), Verb: authmethod.Create}}
	}
	return rows, lanes
}
