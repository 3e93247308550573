package graphsim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"

	"github.com/google/go-cmp/cmp"
)

func TestTransportHonoursTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{Latency: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		r := newRequest(t, "POST", host+"/v1.0"+phonesPath("a@example.com"), phoneJSON("mobile", "+1 2065550123")).WithContext(ctx)
		start := time.Now()
		_, err := do(s, r)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 10*time.Second {
			t.Errorf("request with a deadline = %v after %v, want it exceeded after 10s", err, took)
		}
		if len(s.Phones("a@example.com")) != 1 {
			t.Errorf("the work was not done before the latency")
		}
		if _, err := do(s, r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("request after its deadline = %v, want it exceeded", err)
		}
		if got := s.Stats().PlainRequests; got != 1 {
			t.Errorf("PlainRequests = %d, want 1: the second must not arrive", got)
		}
	})
}

func TestLatencyAndRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{Latency: 100 * time.Millisecond, LatencyJitter: 50 * time.Millisecond})
		var wg sync.WaitGroup
		start := time.Now()
		for i := range 8 {
			wg.Go(func() {
				for range 5 {
					send(t, s, "GET", phonesPath(fmt.Sprintf("u%d@example.com", i)), "")
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took <= 500*time.Millisecond || took >= 750*time.Millisecond {
			t.Errorf("5 requests in sequence took %v, want between 500ms and 750ms, for jitter is added", took)
		}
		if got := s.Stats().MaxInFlight; got != 8 {
			t.Errorf("MaxInFlight = %d, want 8", got)
		}
	})
}

// TestOverSockets does with net/http what the other tests do in process.
func TestOverSockets(t *testing.T) {
	s := newSim(graphsim.Config{Faults: []graphsim.Fault{{Drop: graphsim.DropAfter, Count: 1}}})
	server := httptest.NewServer(s)
	defer server.Close()
	post := func() (*http.Response, error) {
		return server.Client().Do(newRequest(t, "POST", server.URL+"/v1.0"+phonesPath("a@example.com"), phoneJSON("mobile", "+1 2065550123")))
	}
	if response, err := post(); !errors.Is(err, io.EOF) {
		t.Errorf("cut connection = %v, %v, want %v", response, err, io.EOF)
	}
	response, err := post()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "already registered") {
		t.Errorf("create after the cut = %d %s, %v, want 400", response.StatusCode, body, err)
	}
}

func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{Latency: time.Second})
		token(t, s, goodLogin)
		if _, err := do(s, newRequest(t, "GET", host+"/common/discovery/instance", "")); err != nil {
			t.Fatal(err)
		}
		create(t, s, "a@example.com", "alternateMobile", "+1 2065550101") // no mobile yet
		create(t, s, "a@example.com", "mobile", "+1 2065550100")
		create(t, s, "a@example.com", "mobile", "+12065550100") // repeats it
		send(t, s, "GET", phonesPath("a@example.com"), "")
		before := s.Stats()
		send(t, s, "POST", "/$batch", batch( // two for one user
			createItem("1", "b@example.com", "mobile", "+1 2065550100"),
			createItem("2", "b@example.com", "office", "+1 2065550101")))
		var wg sync.WaitGroup
		for _, phoneType := range []string{"mobile", "office"} { // two at one time
			wg.Go(func() { create(t, s, "c@example.com", phoneType, "+1 2065550100") })
		}
		wg.Wait()

		want := graphsim.Stats{
			TokenRequests: 1, DiscoveryRequests: 1, BatchRequests: 1, PlainRequests: 6, SubRequests: 2, MaxInFlight: 2,
			Writes: 7, Reads: 1, AcceptedWrites: 5, AcceptedPerSecond: 1, OrderViolations: 1, Overlaps: 2, RepeatedWrites: 1,
		}
		if diff := cmp.Diff(want, s.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
		if n := s.Stats().AcceptedWrites - before.AcceptedWrites; n != 4 {
			t.Errorf("accepted writes since = %d, want 4", n)
		}
	})
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{
			KeepLog: true,
			Latency: time.Second,
			Faults:  faults(t, `[{"path":"c@","drop":"after"}]`),
		})
		start := time.Now()
		send(t, s, "GET", "/users('b%40example.com')/authentication/phoneMethods?$top=1", "")
		send(t, s, "POST", "/$batch", batch(createItem("1", "a@example.com", "mobile", "+1 2065550100")))
		if _, err := do(s, newRequest(t, "POST", host+"/v1.0/$batch", batch(createItem("1", "c@example.com", "mobile", "+1 2065550100")))); err == nil {
			t.Error("the connection was not cut")
		}
		want := []graphsim.LogEntry{
			{Time: start, Method: "GET", Path: "/users/b@example.com/authentication/phoneMethods", Status: 200},
			{Time: start.Add(time.Second), Method: "POST", Path: "/$batch", Status: 200, Batch: 1},
			{Time: start.Add(time.Second), Method: "POST", Path: "/users/a@example.com/authentication/phoneMethods", Status: 201, Batch: 1},
			{Time: start.Add(2 * time.Second), Method: "POST", Path: "/$batch", Status: 0, Batch: 2},
			{Time: start.Add(2 * time.Second), Method: "POST", Path: "/users/c@example.com/authentication/phoneMethods", Status: 201, Batch: 2},
		}
		got := s.Log()
		for i := range got {
			if got[i].RequestID == "" || got[i].ClientRequestID == "" {
				t.Errorf("entry %d lacks an id: %+v", i, got[i])
			}
			got[i].RequestID, got[i].ClientRequestID = "", ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
	s := newSim(graphsim.Config{})
	create(t, s, "a@example.com", "mobile", "+1 2065550100")
	if n := len(s.Log()); n != 0 {
		t.Errorf("%d entries in the log of a simulator that keeps none", n)
	}
}

// BenchmarkBatchedWrites measures the handler alone, on all cores.
func BenchmarkBatchedWrites(b *testing.B) {
	s := newSim(graphsim.Config{})
	var batches atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := batches.Add(1)
			requests := make([]string, 20)
			for i := range requests {
				requests[i] = createItem(strconv.Itoa(i), fmt.Sprintf("u%d.%d@example.com", n, i), "mobile", "+1 2065550123")
			}
			send(b, s, "POST", "/$batch", batch(requests...))
		}
	})
	b.ReportMetric(float64(b.N)*20/b.Elapsed().Seconds(), "writes/s")
}
