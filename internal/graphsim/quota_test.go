package graphsim_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// writer creates phones of ever new users.
type writer struct {
	t testing.TB
	s *graphsim.Simulator
	n int
}

func (w *writer) write() reply {
	w.t.Helper()
	w.n++
	return create(w.t, w.s, fmt.Sprintf("u%d@example.com", w.n), "mobile", "+1 2065550123")
}

// burst writes until the quota refuses and says how often it did not.
func (w *writer) burst() (accepted int, refused reply) {
	w.t.Helper()
	for {
		got := w.write()
		if got.status == http.StatusTooManyRequests {
			return accepted, got
		}
		accepted++
	}
}

func TestThrottledWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{WriteQuota: graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 1, Window: 10 * time.Second}})
		w := &writer{t: t, s: s}
		_, plain := w.burst()
		// The documented sample, without its ids.
		const want = `{"error":{"code":"TooManyRequests","innerError":{"code":"429","date":"","message":"Please retry after",
			"request-id":"","client-request-id":"","status":"429"},"message":"Please retry again later."}}`
		wantJSON(t, "plain", plain.body, want)
		if after := plain.header.Get("Retry-After"); after != "10" {
			t.Errorf("plain Retry-After = %q, want 10", after)
		}
		throttled := map[string]string{
			"Content-Type": jsonCT, "Retry-After": "10", "x-ms-throttle-information": "WriteLimitExceeded",
			"x-ms-throttle-scope": "Tenant_Application/Write/" + app + "/" + tenant,
		}
		item := items(t, send(t, s, "POST", "/$batch", batch(createItem("1", "a@example.com", "mobile", "+1 2065550123"))))["1"]
		wantJSON(t, "item", string(item.Body), want)
		if diff := cmp.Diff(throttled, item.Headers); diff != "" || item.Status != 429 {
			t.Errorf("item: status %d, want 429, headers (-want +got):\n%s", item.Status, diff)
		}
	})
}

func TestRetryAfterForms(t *testing.T) {
	tests := []struct {
		form graphsim.RetryAfterForm
		wait time.Duration
		want string
	}{
		{graphsim.RetryAfterSeconds, 249 * time.Millisecond, "1"},
		{graphsim.RetryAfterSeconds, 2 * time.Second, "2"},
		{graphsim.RetryAfterSeconds, 2001 * time.Millisecond, "3"},
		{graphsim.RetryAfterFraction, 249 * time.Millisecond, "0.249"},
		{graphsim.RetryAfterFraction, 1500*time.Millisecond + 1, "1.501"},
		{graphsim.RetryAfterDate, 2 * time.Second, "Sat, 01 Jan 2000 00:00:02 GMT"}, // a bubble begins in 2000
		{graphsim.RetryAfterDate, 2001 * time.Millisecond, "Sat, 01 Jan 2000 00:00:03 GMT"},
		{graphsim.RetryAfterNone, 2 * time.Second, ""},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			w := &writer{t: t, s: newSim(graphsim.Config{
				RetryAfter: test.form,
				WriteQuota: graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 1, Window: test.wait},
			})}
			_, refused := w.burst()
			if got, ok := refused.header["Retry-After"]; ok != (test.want != "") || refused.header.Get("Retry-After") != test.want {
				t.Errorf("form %d, wait %v: Retry-After = %q, want %q", test.form, test.wait, got, test.want)
			}
		})
	}
}

func TestQuotaModels(t *testing.T) {
	type step struct {
		at       time.Duration
		accepted int
		wait     string // Retry-After of the write after these
	}
	tests := []struct {
		name  string
		quota graphsim.Quota
		steps []step
	}{
		{"bucket", graphsim.Quota{Limit: 10, Window: 10 * time.Second}, []step{
			{0, 10, "1.000"}, {500 * time.Millisecond, 0, "0.500"}, {1 * time.Second, 1, "1.000"},
			{4 * time.Second, 3, "1.000"}, {time.Minute, 10, "1.000"},
		}},
		{"bucket in debt", graphsim.Quota{Limit: 10, Window: 10 * time.Second, CountThrottled: true}, []step{
			{0, 10, "2.000"}, {1 * time.Second, 0, "2.000"}, {3 * time.Second, 1, "2.000"},
		}},
		{"fixed window", graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 3, Window: 10 * time.Second}, []step{
			{4 * time.Second, 3, "6.000"}, {9999 * time.Millisecond, 0, "0.001"}, {10 * time.Second, 3, "10.000"}, {35 * time.Second, 3, "5.000"},
		}},
		{"sliding window", graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 3, Window: 10 * time.Second}, []step{
			{4 * time.Second, 3, "10.000"}, {13999 * time.Millisecond, 0, "0.001"}, {14 * time.Second, 3, "10.000"},
		}},
		{"sliding window that counts all", graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 3, Window: 10 * time.Second, CountThrottled: true}, []step{
			{0, 3, "10.000"},                       // four are counted at 0
			{9 * time.Second, 0, "1.000"},          // and one at 9
			{10 * time.Second, 2, "10.000"},        // three now, so that 9 leaving will not do
			{18999 * time.Millisecond, 0, "1.001"}, // one is counted that stays beyond 20
			{20 * time.Second, 2, "10.000"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &writer{t: t, s: newSim(graphsim.Config{WriteQuota: test.quota, RetryAfter: graphsim.RetryAfterFraction})}
				start := time.Now()
				for _, step := range test.steps {
					time.Sleep(step.at - time.Since(start))
					accepted, refused := w.burst()
					if wait := refused.header.Get("Retry-After"); accepted != step.accepted || wait != step.wait {
						t.Errorf("at %v: %d accepted, then Retry-After %s, want %d and %s", step.at, accepted, wait, step.accepted, step.wait)
					}
				}
			})
		})
	}
}

func TestSetQuotaInMidRun(t *testing.T) {
	const second = time.Second
	tests := []struct {
		name          string
		before, after graphsim.Quota
		accepted      []int // at 0 s; at 5 s, after the change; at 15 s
	}{
		{"bucket doubles", graphsim.Quota{Limit: 10, Window: 10 * second}, graphsim.Quota{Limit: 20, Window: 10 * second}, []int{10, 5, 20}},
		{"bucket halves", graphsim.Quota{Limit: 10, Window: 10 * second}, graphsim.Quota{Limit: 4, Window: 10 * second}, []int{10, 4, 4}},
		{"fixed doubles", graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 10, Window: 10 * second}, graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 20, Window: 10 * second}, []int{10, 10, 20}},
		{"fixed halves", graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 10, Window: 10 * second}, graphsim.Quota{Kind: graphsim.FixedWindow, Limit: 5, Window: 10 * second}, []int{10, 0, 5}},
		{"sliding doubles", graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 10, Window: 10 * second}, graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 20, Window: 10 * second}, []int{10, 10, 20}},
		{"sliding halves", graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 10, Window: 10 * second}, graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 5, Window: 10 * second}, []int{10, 0, 5}},
		{"another kind", graphsim.Quota{Limit: 10, Window: 10 * second}, graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: 5, Window: 10 * second}, []int{10, 5, 5}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &writer{t: t, s: newSim(graphsim.Config{WriteQuota: test.before})}
				var got []int
				count := func() {
					n, _ := w.burst()
					got = append(got, n)
				}
				count()
				time.Sleep(5 * second)
				w.s.SetWriteQuota(test.after)
				count()
				time.Sleep(10 * second)
				count()
				if diff := cmp.Diff(test.accepted, got); diff != "" {
					t.Errorf("accepted (-want +got):\n%s", diff)
				}
				w.s.SetWriteQuota(graphsim.Quota{})
				for range 50 {
					if status := w.write().status; status != http.StatusCreated {
						t.Fatalf("without a quota: status %d, want 201", status)
					}
				}
			})
		})
	}
}

func TestQuotaCountsSubRequestsAndNotReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{WriteQuota: graphsim.Quota{Limit: 15, Window: 15 * time.Second}})
		for range 100 {
			send(t, s, "GET", phonesPath("a@example.com"), "")
		}
		statuses := map[int]int{}
		for _, it := range items(t, send(t, s, "POST", "/$batch", batch(manyCreates(20)...))) {
			statuses[it.Status]++
		}
		if diff := cmp.Diff(map[int]int{201: 15, 429: 5}, statuses); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
		if stats := s.Stats(); stats.AcceptedWrites != 15 || stats.Throttled != 5 || stats.Writes != 20 || stats.Reads != 100 {
			t.Errorf("stats = %+v, want 15 accepted, 5 throttled, 20 writes, 100 reads", stats)
		}
	})
}

// TestQuotaNeverExceededAndWaitsExact: whatever a client does, no window takes
// more than its limit, and a client that waits what it is told is let in, a
// millisecond earlier it is not.
func TestQuotaNeverExceededAndWaitsExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := graphsim.Quota{
			Kind:           graphsim.QuotaKind(rapid.IntRange(0, 2).Draw(rt, "kind")),
			Limit:          rapid.IntRange(1, 7).Draw(rt, "limit"),
			Window:         time.Duration(rapid.IntRange(1000, 20_000).Draw(rt, "window")) * time.Millisecond,
			CountThrottled: rapid.Bool().Draw(rt, "countThrottled"),
		}
		pauses := rapid.SliceOfN(rapid.IntRange(0, 3000), 1, 60).Draw(rt, "pauses")
		var err error
		synctest.Test(t, func(t *testing.T) { err = obey(t, q, pauses) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// obey writes after each pause, waits as told, and says what went wrong.
func obey(t *testing.T, q graphsim.Quota, pauses []int) error {
	w := &writer{t: t, s: newSim(graphsim.Config{WriteQuota: q, RetryAfter: graphsim.RetryAfterFraction})}
	most := q.Limit
	if q.Kind != graphsim.SlidingWindow {
		most = 2 * q.Limit // a full bucket and its refill, or the ends of two windows
	}
	var accepted []time.Time
	for i, pause := range pauses {
		time.Sleep(time.Duration(pause) * time.Millisecond)
		got := w.write()
		if got.status == http.StatusTooManyRequests {
			wait, err := time.ParseDuration(got.header.Get("Retry-After") + "s")
			if err != nil {
				return err
			}
			if !q.CountThrottled {
				time.Sleep(wait - time.Millisecond)
				wait = time.Millisecond
				if early := w.write(); early.status != http.StatusTooManyRequests {
					return fmt.Errorf("a millisecond early: status %d, want 429", early.status)
				}
			}
			time.Sleep(wait)
			got = w.write()
		}
		if got.status != http.StatusCreated {
			return fmt.Errorf("after waiting as told: status %d, want 201", got.status)
		}
		accepted = append(accepted, time.Now())
		if i < most {
			continue
		}
		if span := accepted[i].Sub(accepted[i-most]); span < q.Window {
			return fmt.Errorf("%d writes within %v, want at most %d in %v", most+1, span, most, q.Window)
		}
	}
	return nil
}
