package pace_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/pace"
)

func TestHistoriesTogether(t *testing.T) {
	at := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	narrow := pace.History{Began: at.Add(2 * time.Second), Seconds: 1, Accepted: []int{1, 2, 3}, Throttled: []int{0, 1, 0}, Held: []float64{0, 1, 0.5}, Limit: []float64{0, 3, 3}}
	wide := pace.History{Began: at, Seconds: 2, Accepted: []int{10, 20, 30, 40}, Throttled: []int{0, 2, 0, 0}, Held: []float64{2, 1, 2, 2}, Limit: []float64{0, 5, 5, 5}}
	want := pace.History{Began: at, Seconds: 2, Accepted: []int{10, 23, 33, 40}, Throttled: []int{0, 3, 0, 0}, Held: []float64{0, 1, 0.5, 0}, Limit: []float64{0, 8, 8, 5}}
	for _, got := range []pace.History{narrow.With(wide), wide.With(narrow)} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(wide, pace.History{}.With(wide)); diff != "" {
		t.Error(diff)
	}
}
