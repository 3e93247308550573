package main

import (
	"testing"
	"time"
)

// A percentile is that of the requests, or up to 5 % more.
func TestLatencies(t *testing.T) {
	var none latencies
	if got := none.within(0.5); got != 0 {
		t.Errorf("without requests the median is %g, want 0", got)
	}
	var l latencies
	for ms := 1; ms <= 1000; ms++ { // so that the n-th thousandth is n milliseconds
		l.add(time.Duration(ms) * time.Millisecond)
	}
	for share, want := range map[float64]float64{0.001: 0.001, 0.5: 0.5, 0.9: 0.9, 0.99: 0.99, 1: 1} {
		if got := l.within(share); got < want || got > want*1.051+0.0005 {
			t.Errorf("%g of the requests took %g s, want %g to 5 %% more", share, got, want)
		}
	}
	var far latencies
	far.add(10 * time.Hour)
	far.add(0)
	if got := far.within(1); got < 240 {
		t.Errorf("what is beyond the last step counts as %g s, want the last step", got)
	}
}
