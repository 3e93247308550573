package main

import (
	"context"
	"math"
	"sync"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
	"entraphone/internal/submit"
)

// timed is a sender that notes how long answers take: a request, with its repetition
// where the token was refused.
type timed struct {
	submit.Sender
	took *latencies
}

var _ submit.Sender = (*timed)(nil)

// Send takes note of requests that were answered or lost, and not of those that never
// left.
func (t *timed) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	began := time.Now()
	answers, err := t.Sender.Send(ctx, steps)
	if len(answers) > 0 && answers[0].NotSent == nil && answers[0].Planned == "" {
		t.took.add(time.Since(began))
	}
	return answers, err
}

// latencies count requests by how long they took, in steps of 5 % from a millisecond
// up, so that a million need no more room than one.
type latencies struct {
	mu     sync.Mutex
	counts [256]int // the last one begins at four minutes
	all    int
}

// latencyStep is from one step to the next.
const latencyStep = 1.05

func (l *latencies) add(took time.Duration) {
	step := 0
	if ms := took.Seconds() * 1000; ms > 1 {
		step = min(len(l.counts)-1, int(math.Ceil(math.Log(ms)/math.Log(latencyStep))))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[step]++
	l.all++
}

// within is the time within which this share of the requests was answered, 0 where
// there were none. It is the end of a step.
func (l *latencies) within(share float64) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, wanted := 0, int(math.Ceil(share*float64(l.all)))
	for step, n := range l.counts {
		if before += n; before >= wanted && wanted > 0 {
			return report.Seconds(time.Duration(math.Pow(latencyStep, float64(step)) * float64(time.Millisecond)))
		}
	}
	return 0
}

// traffic is what the requests of a run came to.
func trafficOf(r *importRun) (t report.Traffic) {
	status := r.target.status()
	t.Waiting = report.Waiting{Throttled: report.Seconds(status.Waits.Throttled), Trouble: report.Seconds(status.Waits.Trouble), Window: report.Seconds(r.sent.Paused)}
	if seconds := r.carried.Seconds(); seconds > 0 {
		t.Reached = math.Round(float64(r.sent.Operations)/seconds*100) / 100
	}
	if status.Found {
		t.Limit = math.Round(status.Rate*100) / 100
	}
	t.Latency = report.Latency{P50: r.took.within(0.5), P90: r.took.within(0.9), P99: r.took.within(0.99)}
	return t
}
