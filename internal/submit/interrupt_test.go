package submit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// hangsAtTheEnd is scripted, and never answers what its script lacks.
type hangsAtTheEnd struct{ *scripted }

func (h hangsAtTheEnd) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	h.mu.Lock()
	over := len(h.steps[steps[0].User]) == 0
	h.mu.Unlock()
	if over {
		return hanging{}.Send(ctx, steps)
	}
	return h.scripted.Send(ctx, steps)
}

// A refusal that is still to be explained when the run stops has refused nothing
// for good: the phone may be registered already.
func TestInterruptWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101", "b@x mobile +1 2065550102", "c@x mobile +1 2065550103")
		script := map[string][]step{
			"a@x": {create(status(400))},
			"b@x": {create(authmethod.Answer{Lost: errCut}), read(status(404)), create(status(400))},
			"c@x": {create(status(429))},
		}
		recorder := newMemory(t)
		s := submitter(rows, hangsAtTheEnd{&scripted{t: t, steps: script, start: time.Now()}}, recorder)
		s.BatchSize = 1
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Run(ctx, plan.Build(rows, plan.Policy{}).Lanes); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %v, want the context's error", err)
		}
		for i, want := range []authmethod.Outcome{
			authmethod.NotAttempted, // refused, and not read
			authmethod.Unknown,      // the lost create may have arrived late
			authmethod.Unknown,      // a throttled create may have been carried out
		} {
			got := recorder.results[authmethod.RowNumber(i)]
			if got.Outcome != want || got.Class != authmethod.Retry || got.Attempts == 0 || !strings.Contains(got.Message, "stopped") {
				t.Errorf("row %d is %s, class %q, %d attempts (%s), want %s, to be run again", i, got.Outcome, got.Class, got.Attempts, got.Message, want)
			}
		}
	})
}

// A run that stops at its first answer has waited for nothing so far.
func TestStalledAtOnceTellsNoZero(t *testing.T) {
	for _, test := range []struct {
		err  submit.StalledError
		want string
	}{
		{submit.StalledError{Status: 429, Wait: 2 * time.Hour}, "(last: 429), and wants another wait of 2h0m0s"},
		{submit.StalledError{Status: 503, For: time.Hour}, "(last: 503) for 1h0m0s"},
	} {
		if got := test.err.Error(); !strings.Contains(got, test.want) || strings.Contains(got, " 0s") {
			t.Errorf("error %q, want %q in it and no 0s", got, test.want)
		}
	}
}
