package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/journal"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/submit"
)

// TestBenchJournal is what it costs that every intent is on disk before its
// request leaves: the same import over loopback with and without the journal.
func TestBenchJournal(t *testing.T) {
	needBench(t)
	const n, workers, latency = 16_000, 16, 150 * time.Millisecond
	rows, lanes := manyRows(n)
	var size int64
	carry := func(recorder submit.Recorder) time.Duration {
		server := httptest.NewServer(graphsim.New(graphsim.Config{Latency: latency}))
		defer server.Close()
		client, err := graph.New(graph.Config{
			Endpoint: server.URL, Authority: server.URL, Connections: workers, Logger: zerolog.Nop(),
			Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: "c", ClientSecret: graph.NewSecret("s")},
		})
		if err != nil {
			t.Fatal(err)
		}
		s := &submit.Submitter{
			Config:   submit.Config{Workers: workers, BatchSize: 20, MaxAttempts: 6, GiveUpAfter: time.Hour, Grace: time.Second, Compare: phonenumber.Compare, Jitter: rand.Float64},
			Channels: []submit.Channel{{Sender: client, Pacer: pace.New(pace.Unlimited, rand.Float64)}}, Recorder: recorder, Rows: rows,
		}
		begin := time.Now()
		if err := s.Run(t.Context(), lanes); err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	var with, without []time.Duration
	for i := range 5 {
		without = append(without, carry(nowhere{}))
		path := filepath.Join(t.TempDir(), fmt.Sprint(i))
		record, err := journal.Create(path, journal.Header{}, rows)
		if err != nil {
			t.Fatal(err)
		}
		with = append(with, carry(record))
		if err := record.Close(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size = info.Size()
	}
	fmt.Printf("\nimport of %d rows, %d workers, %v a request, with and without a journal (medians of 5): %v and %v\n", n, workers, latency, middle(with).Round(time.Millisecond), middle(without).Round(time.Millisecond))
	verdict(t, "time with a journal / without", middle(with).Seconds()/middle(without).Seconds(), "<=", 1.05)
	verdict(t, "bytes of the journal a row", float64(size)/n, "<=", 600)
}

// TestBenchResume goes on with a run of which a million rows are done.
func TestBenchResume(t *testing.T) {
	needBench(t)
	const n, left = 1_000_000, 100
	folder := t.TempDir()
	path, run := filepath.Join(folder, "users.csv"), filepath.Join(folder, "state", "runs", "20261127T021500Z-users")
	if err := os.MkdirAll(run, 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "userPrincipalName,phoneType,phoneNumber")
	rows := new(authmethod.Rows)
	for i := range n + left {
		user, national := fmt.Sprintf("person.%07d@example.com", i), fmt.Sprintf("2065%06d", i%1_000_000)
		fmt.Fprintf(out, "%s,mobile,+1 %s\n", user, national)
		number, _ := authmethod.NewPhoneNumber(1, national, "")
		rows.Append(authmethod.Row{Line: int32(i) + 2, User: user, PhoneType: authmethod.PhoneTypeMobile, Number: number})
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	var first atomic.Int64 // when the first phone was sent
	sim := graphsim.New(graphsim.Config{WriteQuota: graphsim.Quota{}})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1.0/$batch" {
			first.CompareAndSwap(0, time.Now().UnixNano())
		}
		sim.ServeHTTP(w, r)
	}))
	defer server.Close()
	var flags []journal.Flag
	for name, value := range map[string]string{"graph-endpoint": server.URL, "authority": server.URL, "tenant-id": "t.example.com", "client-id": "c"} {
		flags = append(flags, journal.Flag{Name: name, Value: value})
	}
	record, err := journal.Create(filepath.Join(run, journalFile), journal.Header{Path: path, TenantID: "t.example.com", Endpoint: server.URL + "/v1.0", Flags: flags}, rows)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < n; at += 1000 {
		writes := make([]authmethod.Write, 1000)
		for i := range writes {
			writes[i].Row = authmethod.RowNumber(at + i)
		}
		if err := record.Intent(writes); err != nil {
			t.Fatal(err)
		}
		for _, write := range writes {
			_ = record.Outcome(write.Row, authmethod.Result{Outcome: authmethod.Created, Status: 201, RequestID: "f7a9a9ce-4c3d-4b1e-9d5c-0a8d7b6c5e4f", Attempts: 1})
		}
	}
	if err := record.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	nothing := child(t, nil, "--help")
	used := child(t, []string{"AZURE_CLIENT_SECRET=s"}, "resume", "--state", filepath.Join(folder, "state"), "--log-level", "warn")
	if got := sim.Stats().AcceptedWrites; got != left {
		t.Fatalf("%d phones were sent, want %d", got, left)
	}
	fmt.Printf("\nresume of a run with %d rows done and %d left: %v in all\n", n, left, used.wall.Round(time.Millisecond))
	verdict(t, "seconds to the first phone", time.Unix(0, first.Load()).Sub(began).Seconds(), "<=", 10)
	verdict(t, "peak resident bytes a row above the start", float64(used.peak-nothing.peak)/n, "<=", 400)
}
