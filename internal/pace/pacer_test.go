package pace

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"
)

func noJitter() float64 { return 0 }

// sends records when requests leave, in time since the test began.
type sends struct {
	mu    sync.Mutex
	began time.Time
	times []time.Duration
}

// crew starts workers that call one after the other, each answered after
// latency by what answer makes of the time it was sent. It stops them at the
// end of the test's context.
func crew(ctx context.Context, p *Pacer, workers int, answer func(sent time.Duration) Feedback) (*sends, *errgroup.Group) {
	s := &sends{began: time.Now()}
	var group errgroup.Group
	for range workers {
		group.Go(func() error {
			for {
				if _, err := p.Wait(ctx, batch(1, 0)); err != nil {
					return nil
				}
				sentAt := time.Now()
				s.mu.Lock()
				s.times = append(s.times, sentAt.Sub(s.began))
				s.mu.Unlock()
				time.Sleep(latency)
				f := answer(sentAt.Sub(s.began))
				f.SentAt = sentAt
				p.Observe(f)
			}
		})
	}
	return s, &group
}

const latency = 150 * time.Millisecond

var accepted = Feedback{Accepted: 1}

// between counts what was sent after from and before to.
func (s *sends) between(from, to time.Duration) int {
	count := 0
	for _, at := range s.times {
		if at > from && at < to {
			count++
		}
	}
	return count
}

// What nobody was allowed to send in is counted once, however many answers ask for it,
// and only as far as it has passed.
func TestWaitsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1000, noJitter)
		observe := func(f Feedback) {
			if _, err := p.Wait(t.Context(), batch(1, 0)); err != nil {
				t.Fatal(err)
			}
			f.SentAt = time.Now()
			p.Observe(f)
		}
		late := Feedback{SentAt: time.Now(), Throttled: 1, RetryAfter: 15 * time.Second}
		check := func(when string, want Waits, found bool) {
			t.Helper()
			if s := p.Status(); s.Waits != want || s.Found != found {
				t.Errorf("%s: %+v, found %v, want %+v, %v", when, s.Waits, s.Found, want, found)
			}
		}
		check("at first", Waits{}, false)
		observe(Feedback{Failed: 1, Trouble: true, RetryAfter: 4 * time.Second})
		check("when a hold begins", Waits{}, false)
		time.Sleep(10 * time.Second)
		check("after trouble", Waits{Trouble: 4 * time.Second}, false)
		for range 5 {
			observe(accepted)
			time.Sleep(time.Second)
		}
		observe(Feedback{Throttled: 1, RetryAfter: 10 * time.Second})
		p.Observe(late) // of the same episode, five seconds longer
		time.Sleep(12 * time.Second)
		check("within a hold", Waits{Throttled: 12 * time.Second, Trouble: 4 * time.Second}, true)
		time.Sleep(time.Minute)
		check("after it", Waits{Throttled: 15 * time.Second, Trouble: 4 * time.Second}, true)
	})
}

// TestOneThrottleSilencesAllWorkers: whatever form Retry-After has, no request
// leaves from the moment of the throttled answer to the end of the hold, and
// the first leaves right then.
func TestOneThrottleSilencesAllWorkers(t *testing.T) {
	tests := []struct {
		name    string
		ceiling float64
		f       Feedback
		hold    time.Duration
		reason  Reason
	}{
		{"whole seconds", 1000, Feedback{Throttled: 1, RetryAfter: 30 * time.Second}, 30 * time.Second, Throttled},
		{"a fraction", 1000, Feedback{Throttled: 1, RetryAfter: 2345 * time.Millisecond}, 2345 * time.Millisecond, Throttled},
		{"absent", 1000, Feedback{Throttled: 1}, time.Second, Throttled},
		{"absent, one step takes longer", 0.25, Feedback{Throttled: 1}, 4 * time.Second, Throttled},
		{"an item of a batch", 1000, Feedback{Accepted: 19, Throttled: 1, RetryAfter: 7 * time.Second}, 7 * time.Second, Throttled},
		{"no metering", Unlimited, Feedback{Throttled: 1, RetryAfter: 30 * time.Second}, 30 * time.Second, Throttled},
		{"trouble", 1000, Feedback{Trouble: true}, time.Second, Trouble},
		{"trouble with Retry-After", 1000, Feedback{Trouble: true, RetryAfter: 5 * time.Second}, 5 * time.Second, Trouble},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
				defer stop()
				p := New(test.ceiling, noJitter)
				sent, group := crew(ctx, p, 16, func(time.Duration) Feedback { return accepted })
				began := 5*time.Second + 1 // no multiple of anything
				time.Sleep(began)
				test.f.SentAt = time.Now()
				p.Observe(test.f)
				status := p.Status()
				group.Wait()

				over := began + test.hold
				if !status.Held || status.Reason != test.reason || status.Until.Sub(sent.began) != over {
					t.Errorf("status in the hold = %+v, want held by %q until %v", status, test.reason, over)
				}
				if got := sent.between(began, over); got != 0 {
					t.Errorf("%d requests left during the hold of %v, want none", got, test.hold)
				}
				step := time.Duration(float64(time.Second) / status.Rate)
				if got := sent.between(over-1, over+step+1); got == 0 {
					t.Errorf("no request left within %v of the end of the hold, want one", step)
				}
				if got := p.Status(); got.Held {
					t.Errorf("status at the end = %+v, want not held", got)
				}
			})
		})
	}
}

// knowing is a pacer that has long known an even quota and is at its plateau.
func knowing(perSecond float64) *Pacer {
	p := New(1000, noJitter)
	p.gate.control = settled()
	p.gate.control.plateau = perSecond
	return p
}

// TestHoldReachesWorkersThatWaitForTheQuota: one stands in the turnstile and
// waits for its turn when the hold begins, the others behind it.
func TestHoldReachesWorkersThatWaitForTheQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		p := knowing(0.5)
		sent, group := crew(ctx, p, 16, func(time.Duration) Feedback { return accepted })
		// One is due every 2 s; the hold begins between two and ends between two.
		time.Sleep(5 * time.Second)
		p.Observe(Feedback{SentAt: time.Now(), Throttled: 1, RetryAfter: 4500 * time.Millisecond})
		group.Wait()
		if got := sent.between(4100*time.Millisecond, 9500*time.Millisecond); got != 0 {
			t.Errorf("%d requests left during the hold, want none", got)
		}
		// Nobody has a turn on order that would be owed now.
		if got := sent.between(9500*time.Millisecond-1, 9500*time.Millisecond+1); got != 1 {
			t.Errorf("%d requests left as the hold ended, want 1", got)
		}
	})
}

// TestNoHerdAfterHold: after a hold long enough to save up many tokens, 16
// workers leave one by one at the rate and not together.
func TestNoHerdAfterHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 70*time.Second)
		defer stop()
		p := knowing(10)
		sent, group := crew(ctx, p, 16, func(time.Duration) Feedback { return accepted })
		time.Sleep(5 * time.Second)
		p.Observe(Feedback{SentAt: time.Now(), Trouble: true, RetryAfter: time.Minute})
		group.Wait()
		// The quota is 10 a second, 2 at a time.
		if got := sent.between(65*time.Second-1, 66*time.Second-100*time.Millisecond); got != 10 {
			t.Errorf("%d requests left in the second after the hold, want 10", got)
		}
	})
}

// TestEpisode: of 16 requests in flight that are all throttled, the first
// answer cuts and the others only lengthen the hold.
func TestEpisode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1000, noJitter)
		if _, err := p.Wait(t.Context(), batch(1, 0)); err != nil {
			t.Fatal(err)
		}
		p.Observe(Feedback{SentAt: time.Now(), Accepted: 1})
		began := time.Now()
		time.Sleep(time.Second)
		for i := range 16 {
			p.Observe(Feedback{SentAt: began, Throttled: 1, RetryAfter: time.Duration(1+i%7) * time.Second})
			time.Sleep(10 * time.Millisecond)
		}
		p.Observe(Feedback{SentAt: began, Throttled: 1}) // without Retry-After: adds nothing
		got := p.Status()
		if want := began.Add(8*time.Second + 130*time.Millisecond); !got.Held || !got.Until.Equal(want) {
			t.Errorf("held until %v, want %v", got.Until, want)
		}
		// Backoff would have grown had each been an episode of its own.
		time.Sleep(time.Until(got.Until))
		p.Observe(Feedback{SentAt: time.Now(), Throttled: 1})
		// Attempt 1 of the backoff is 2 s, one step at a rate of about
		// an eighth takes longer.
		step := time.Duration(float64(time.Second) / got.Rate)
		if hold := time.Until(p.Status().Until); hold != max(2*time.Second, step) {
			t.Errorf("second hold %v, want %v", hold, max(2*time.Second, step))
		}
	})
}

// TestLateAnswers: what was sent before a hold and answered after it does not
// make newer requests look as old. They begin an episode of their own.
func TestLateAnswers(t *testing.T) {
	g := newGate(Unlimited, noJitter)
	g.admit(epoch, batch(1, 0))
	steps := []struct {
		sent, answered float64
		f              Feedback
		until          float64
	}{
		{0, 1, Feedback{Throttled: 1}, 2},                          // holds for 1 s
		{0.9, 2.5, Feedback{Throttled: 1}, 2},                      // late, adds nothing
		{2.1, 3.1, Feedback{Throttled: 1}, 5.1},                    // sent after the hold: 2 s
		{2.2, 3.2, Feedback{Throttled: 1, RetryAfter: 9e9}, 12.2},  // before that: lengthens it
		{5.0, 12.3, Feedback{Accepted: 1000}, 12.2},                // and ends nothing
		{12.4, 13, Feedback{Throttled: 1}, 17},                     // 4 s, the third in a row
		{17, 18, Feedback{Accepted: 1000}, 17},                     // over
		{17.1, 18.1, Feedback{Accepted: 1000, Throttled: 1}, 19.1}, // the first again
		{19.2, 20, Feedback{Trouble: true}, 21},                    // of the other kind
		{19.3, 20.5, Feedback{Trouble: true}, 21},                  // with it
		{21, 22, Feedback{Trouble: true, RetryAfter: 500e6}, 22.5}, // Retry-After counts
		{22.5, 23, Feedback{Accepted: 1000, Throttled: 1, RetryAfter: 1e9}, 24},
	}
	for i, step := range steps {
		step.f.SentAt = instant(step.sent)
		g.observe(instant(step.answered), step.f)
		if want := instant(step.until); !g.until.Equal(want) {
			t.Errorf("step %d: held until %v, want %v", i+1, g.until.Sub(epoch), want.Sub(epoch))
		}
	}
}

// TestBackoffOfHolds: without Retry-After the hold doubles until a step
// is accepted, for throttles and for trouble.
func TestBackoffOfHolds(t *testing.T) {
	for _, f := range []Feedback{{Throttled: 1}, {Trouble: true}} {
		synctest.Test(t, func(t *testing.T) {
			p := New(Unlimited, noJitter)
			hold := func() time.Duration {
				f.SentAt = time.Now()
				p.Observe(f)
				wait := time.Until(p.Status().Until)
				time.Sleep(wait)
				return wait
			}
			for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
				if got := hold(); got != want*time.Second {
					t.Errorf("%+v: hold = %v, want %v", f, got, want*time.Second)
				}
			}
			p.Observe(Feedback{SentAt: time.Now(), Accepted: 1})
			if got := hold(); got != time.Second {
				t.Errorf("%+v: hold after a success = %v, want 1s", f, got)
			}
		})
	}
}

// TestTroubleLeavesTheRateAlone: a minute of 503 in a run at a known rate.
func TestTroubleLeavesTheRateAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
		defer stop()
		p := New(8, noJitter)
		_, group := crew(ctx, p, 4, func(at time.Duration) Feedback {
			if at > 5*time.Minute && at < 6*time.Minute {
				return Feedback{Trouble: true}
			}
			return accepted
		})
		group.Wait()
		if got := p.Status().Rate; got != 8 {
			t.Errorf("rate = %g, want the ceiling of 8 as before", got)
		}
	})
}

// TestTroubleIsNoEvidence: the time of a trouble's hold is not counted when
// the next throttle gives an estimate.
func TestTroubleIsNoEvidence(t *testing.T) {
	g := newGate(1000, noJitter)
	g.admit(epoch, batch(1, 0))
	g.observe(instant(50), Feedback{SentAt: instant(49), Accepted: 500})
	g.observe(instant(50), Feedback{SentAt: instant(49), Trouble: true, RetryAfter: 300 * time.Second})
	g.observe(instant(399), Feedback{SentAt: instant(398), Accepted: 490})
	g.observe(instant(399), Feedback{SentAt: instant(398), Throttled: 1, RetryAfter: time.Second})
	if got := g.control.plateau; !at(got, 990/109.0) {
		t.Errorf("estimate = %g, want 990 steps in 10 s and 99", got)
	}
}

// TestEveryIntervalCountsForItself: the second estimate knows nothing of the
// steps before the first throttle but through the first estimate.
func TestEveryIntervalCountsForItself(t *testing.T) {
	g := newGate(1000, noJitter)
	g.admit(epoch, batch(1, 0))
	g.observe(instant(99), Feedback{SentAt: instant(98), Accepted: 1000, Throttled: 1, RetryAfter: time.Second})
	if got := g.control.plateau; !at(got, 1000/109.0) {
		t.Errorf("first estimate = %g, want 1000 steps in 10 s and 99", got)
	}
	g.observe(instant(9999), Feedback{SentAt: instant(9998), Accepted: 8 * 9900, Throttled: 1, RetryAfter: time.Second})
	if got := g.control.plateau; !at(got, 8) {
		t.Errorf("second estimate = %g, want 79200 steps in 9900 s", got)
	}
}

// TestLoadSlowsTheClimb: the header of the last answer counts.
func TestLoadSlowsTheClimb(t *testing.T) {
	climbed := func(load float64) time.Duration {
		g := newGate(1000, noJitter)
		g.control, g.grown = settled(), 100
		g.observe(epoch, Feedback{SentAt: epoch, Accepted: 1, Load: load})
		g.admit(epoch, batch(2, 0))
		g.admit(epoch, batch(2, 0))
		g.admit(instant(0.1), batch(2, 0)) // a tenth of a second later
		return g.control.climbed - settled().climbed
	}
	if got := climbed(0); got != 100*time.Millisecond {
		t.Errorf("without the header climbed for %v, want 100ms", got)
	}
	if got := climbed(0.9); got.Round(time.Millisecond) != 50*time.Millisecond {
		t.Errorf("at 90 %% of the limit climbed for %v, want 50ms", got)
	}
}

func TestWaitIsCancelled(t *testing.T) {
	cause := []struct {
		name string
		hold func(*Pacer)
	}{
		{"in a hold", func(p *Pacer) {
			p.Observe(Feedback{SentAt: time.Now(), Throttled: 1, RetryAfter: time.Hour})
		}},
		{"while waiting for the ceiling", func(*Pacer) {}},
	}
	for _, test := range cause {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := New(0.01, noJitter)
				if _, err := p.Wait(t.Context(), batch(1, 0)); err != nil {
					t.Fatal(err)
				}
				test.hold(p)
				began := time.Now()
				ctx, stop := context.WithTimeout(t.Context(), time.Second)
				defer stop()
				var group errgroup.Group
				for range 16 { // one first in the turnstile, 15 behind it
					group.Go(func() error {
						if _, err := p.Wait(ctx, batch(1, 0)); !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("Wait = %v, want %v", err, context.DeadlineExceeded)
						}
						return nil
					})
				}
				group.Wait()
				if got := time.Since(began); got != time.Second {
					t.Errorf("Wait returned after %v, want 1s", got)
				}
			})
		})
	}
}

// TestAnswerWakes: who waits because enough is in flight leaves when an answer
// arrives.
func TestAnswerWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1000, noJitter)
		if allowed, err := p.Wait(t.Context(), batch(20, 0)); allowed != 1 || err != nil {
			t.Fatalf("first Wait = %d, %v, want 1, the start of the slow start", allowed, err)
		}
		sentAt := time.Now()
		time.AfterFunc(latency, func() { p.Observe(Feedback{SentAt: sentAt, Accepted: 1}) })
		if _, err := p.Wait(t.Context(), batch(20, 0)); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(sentAt); got != latency {
			t.Errorf("second Wait returned after %v, want %v", got, latency)
		}
	})
}

// TestUnlimited: 16 workers leave at the same instant, batch after batch.
func TestUnlimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 10*latency-1)
		defer stop()
		sent, group := crew(ctx, New(Unlimited, noJitter), 16, func(time.Duration) Feedback { return accepted })
		group.Wait()
		if got := len(sent.times); got != 160 {
			t.Errorf("%d requests left, want 16 in each of 10 rounds", got)
		}
	})
}

// TestCeilingIsUsed: in ten seconds as many leave as the ceiling lets, none more.
func TestCeilingIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		sent, group := crew(ctx, New(18, noJitter), 16, func(time.Duration) Feedback { return accepted })
		group.Wait()
		for from := time.Duration(0); from < 50*time.Second; from += 500 * time.Millisecond {
			if got := sent.between(from+1, from+10*time.Second+1); got != 180 {
				t.Errorf("%d steps in the ten seconds after %v, want 180", got, from)
			}
		}
	})
}
