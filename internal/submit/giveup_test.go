package submit_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/plan"
)

// answering answers each step by a function, after some time.
type answering struct {
	takes  time.Duration
	answer func(authmethod.Step) authmethod.Answer
}

func (f answering) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	answers := make([]authmethod.Answer, len(steps))
	limited, cancel := context.WithTimeout(ctx, f.takes)
	defer cancel()
	<-limited.Done()
	for i, step := range steps {
		if answers[i] = f.answer(step); ctx.Err() != nil {
			answers[i] = authmethod.Answer{Lost: ctx.Err()}
		}
	}
	return answers, nil
}

// Nothing keeps a run for longer than GiveUpAfter, whatever makes it wait.
func TestGiveUpAfterHoldsAlways(t *testing.T) {
	const giveUp = 10 * time.Second
	created := status(201)
	forever := 100 * time.Hour
	only := func(user string, a authmethod.Answer) func(authmethod.Step) authmethod.Answer {
		return func(step authmethod.Step) authmethod.Answer {
			if step.User == user {
				return a
			}
			return created
		}
	}
	always := func(a authmethod.Answer) func(authmethod.Step) authmethod.Answer {
		return func(authmethod.Step) authmethod.Answer { return a }
	}
	throttled := func(wait time.Duration) authmethod.Answer {
		return authmethod.Answer{Status: 429, RetryAfter: wait}
	}
	tests := []struct {
		name   string
		sender answering
		batch  int
		code   int
		within time.Duration
	}{
		{"the first item is throttled for long", answering{0, only("u0@x", throttled(90*time.Second))}, 20, 4, giveUp},
		{"the last item is throttled for long", answering{0, only("u39@x", throttled(90*time.Second))}, 20, 4, giveUp},
		{"an item is throttled for longer than anybody lives", answering{0, only("u3@x", throttled(time.Hour))}, 20, 4, giveUp},
		{"an item is refused for the moment, for long", answering{0, only("u3@x", authmethod.Answer{Status: 503, RetryAfter: 90 * time.Second})}, 20, 4, giveUp},
		{"a request is throttled for long", answering{0, only("u3@x", throttled(90*time.Second))}, 1, 4, giveUp},
		{"all are throttled, again and again", answering{0, always(throttled(3 * time.Second))}, 20, 4, giveUp},
		{"all are throttled, and nobody says for how long", answering{0, always(status(429))}, 20, 4, giveUp},
		{"nothing is answered", answering{forever, always(created)}, 20, 1, giveUp},
		{"nothing is answered, by plain requests", answering{forever, always(created)}, 1, 1, giveUp},
		{"nothing can be reached", answering{0, always(authmethod.Answer{NotSent: errCut})}, 20, 1, giveUp},
		{"nothing can be reached, slowly", answering{4 * time.Second, always(authmethod.Answer{NotSent: errCut})}, 20, 1, giveUp},
		{"no new user is known yet", answering{0, always(authmethod.Answer{Status: 404, Code: "Request_ResourceNotFound"})}, 20, 4, 5*time.Second + 10*time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := manyUsers(40)
				recorder := newMemory(t)
				s := submitter(rows, test.sender, recorder)
				s.GiveUpAfter, s.BatchSize, s.NewUsers = giveUp, test.batch, true
				began := time.Now()
				err := s.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes)
				var own interface{ ExitCode() int }
				if !errors.As(err, &own) || own.ExitCode() != test.code {
					t.Errorf("Run = %v, want exit code %d", err, test.code)
				}
				if took := time.Since(began); took > test.within {
					t.Errorf("Run took %v (%v), want at most %v", took, err, test.within)
				}
				for n, result := range recorder.results {
					if result.Outcome != authmethod.Created && result.Class != authmethod.Retry {
						t.Errorf("row %d is %s, class %q, want it to be run again", n, result.Outcome, result.Class)
					}
				}
			})
		})
	}
}

// A row that is left alone by Graph while others go forward ends after that time,
// and what is behind it is not sent. The others are not kept from their outcomes.
func TestOneRowIsLeft(t *testing.T) {
	for name, a := range map[string]authmethod.Answer{
		"throttled":   {Status: 429, RetryAfter: time.Second},
		"unavailable": {Status: 503, RetryAfter: time.Second},
		"locked":      {Status: 423},
		"unreachable": {NotSent: errCut},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := manyUsers(60)
				rows.Append(authmethod.Row{Line: 99, User: "u0@x", PhoneType: authmethod.PhoneTypeAlternateMobile, Input: "x", Number: rows.At(0).Number})
				recorder := newMemory(t)
				s := submitter(rows, answering{time.Second, func(step authmethod.Step) authmethod.Answer {
					if step.User == "u0@x" {
						return a
					}
					return status(201)
				}}, recorder)
				s.Workers, s.BatchSize, s.GiveUpAfter = 2, 2, 10*time.Second
				began := time.Now()
				err := s.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes)
				var own interface{ ExitCode() int }
				if !errors.As(err, &own) || own.ExitCode() != 4 {
					t.Errorf("Run = %v after %v, want exit code 4", err, time.Since(began))
				}
				created := 0
				for n, result := range recorder.results {
					switch {
					case result.Outcome == authmethod.Created:
						created++
					case n != 0 || result.Class != authmethod.Retry:
						t.Errorf("row %d is %s, class %q", n, result.Outcome, result.Class)
					}
				}
				if _, told := recorder.results[0]; !told || created != 59 || len(recorder.results) != 60 {
					t.Errorf("%d created, %d outcomes, want 59, the row that is left, and none for the one behind it", created, len(recorder.results))
				}
			})
		})
	}
}
