package pace

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A run that is throttled once shows what was accepted before and after, how long it
// waited, and the limit that was found, from then on.
func TestHistoryTellsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(18, func() float64 { return 0 })
		if h := p.History(); h.Accepted != nil {
			t.Fatalf("history of nothing: %+v", h)
		}
		step := func(f Feedback) {
			n, err := p.Wait(context.Background(), make([]bool, 1))
			if err != nil || n != 1 {
				t.Fatalf("Wait = %d, %v", n, err)
			}
			f.SentAt = time.Now()
			time.Sleep(100 * time.Millisecond)
			p.Observe(f)
		}
		for range 20 {
			step(Feedback{Accepted: 1})
		}
		step(Feedback{Throttled: 1, RetryAfter: 10 * time.Second, Soonest: 10 * time.Second})
		time.Sleep(4 * time.Second)
		if held := sum(p.History().Held); held < 3.9 || held > 4.1 {
			t.Errorf("held %.1f s while the hold goes on, want the 4 s that are over", held)
		}
		step(Feedback{Accepted: 1})
		h := p.History()
		if accepted, throttled := sum(h.Accepted), sum(h.Throttled); accepted != 21 || throttled != 1 {
			t.Errorf("accepted %d, throttled %d, want 21 and 1", accepted, throttled)
		}
		if held := sum(h.Held); held < 9.9 || held > 10.1 {
			t.Errorf("held %.1f s, want 10", held)
		}
		if first, last := h.Limit[0], h.Limit[len(h.Limit)-1]; first != 0 || last <= 0 {
			t.Errorf("limit %v at first and %v at last, want none and one", first, last)
		}
	})
}

func sum[T int | float64](values []T) (all T) {
	for _, v := range values {
		all += v
	}
	return all
}

// However long a run is, its history is short, and nothing of it is lost.
func TestHistoryIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p past
		start := time.Unix(1e9, 0)
		now, until := start, start
		var accepted, throttled int
		var held time.Duration
		for range rapid.IntRange(1, 200).Draw(t, "answers") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "pause")))
			f := Feedback{Accepted: rapid.IntRange(0, 20).Draw(t, "accepted"), Throttled: rapid.IntRange(0, 20).Draw(t, "throttled")}
			p.answer(now, f, controller{plateau: 3})
			accepted, throttled = accepted+f.Accepted, throttled+f.Throttled
			if now.After(until) {
				end := now.Add(time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "hold")))
				p.hold(now, end)
				held, until = held+end.Sub(now), end
			}
		}
		h := p.until(now.Add(24 * time.Hour))
		if n := len(h.Accepted); n > mostSlots || n != len(h.Throttled) || n != len(h.Held) || n != len(h.Limit) {
			t.Fatalf("%d slots, %d, %d, %d", n, len(h.Throttled), len(h.Held), len(h.Limit))
		}
		if sum(h.Accepted) != accepted || sum(h.Throttled) != throttled {
			t.Fatalf("accepted %d of %d, throttled %d of %d", sum(h.Accepted), accepted, sum(h.Throttled), throttled)
		}
		if got := sum(h.Held); got < held.Seconds()-0.2 || got > held.Seconds()+0.2 {
			t.Fatalf("held %.2f s, want %.2f", got, held.Seconds())
		}
		if slices.Max(h.Held) > h.Seconds {
			t.Fatalf("a slot of %g s was held for %g s", h.Seconds, slices.Max(h.Held))
		}
	})
}

// A Retry-After of centuries costs neither time nor room.
func TestHistoryOfAnEndlessHold(t *testing.T) {
	var p past
	start := time.Unix(1e9, 0)
	end := start.Add(1<<63 - 1)
	p.hold(start, end)
	p.hold(end, end.Add(time.Hour)) // one that begins where it ends
	p.answer(start.Add(time.Minute), Feedback{Accepted: 1}, controller{cold: true})
	h := p.until(start.Add(time.Minute))
	if len(h.Accepted) > mostSlots || sum(h.Accepted) != 1 || sum(h.Held) != 60 {
		t.Errorf("history %+v, want a minute of waiting and one step", h)
	}
}
