package submit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

func remove(a authmethod.Answer) step { return step{authmethod.Delete, a} }

// undo is a run that takes the rows away again.
func undo(rows *authmethod.Rows, sender submit.Sender, recorder submit.Recorder) (*submit.Submitter, []authmethod.Lane) {
	var tasks []authmethod.Task
	s := submitter(rows, sender, recorder)
	s.Expected = map[authmethod.RowNumber]authmethod.PhoneNumber{}
	for n, row := range rows.All() {
		tasks = append(tasks, authmethod.Task{Row: n, Verb: authmethod.Delete, Existing: authmethod.ReplaceExpected})
		s.Expected[n] = row.Number
	}
	return s, plan.Undo(rows, tasks)
}

// What a sequence of answers makes of one removal.
func TestOutcomeOfOneRemoval(t *testing.T) {
	const number = "+1 2065550101"
	found, other := authmethod.Answer{Status: 200, Phone: number}, authmethod.Answer{Status: 200, Phone: "+1 2065550199"}
	masked := authmethod.Answer{Status: 200, Phone: "+1 XXXXXXXX01"}
	lost := authmethod.Answer{Lost: errCut}
	unreachable := authmethod.Answer{NotSent: errors.New("no route to host")}
	throttled := authmethod.Answer{Status: 429, RetryAfter: 7 * time.Second}
	whole := authmethod.Answer{Status: 400, Code: "BadRequest", Alone: true}
	absent, gone := status(404), status(204)
	for _, test := range []struct {
		name     string
		steps    []step
		outcome  authmethod.Outcome
		class    authmethod.Class
		attempts int
		text     string // in the message
	}{
		{"removed", []step{read(found), remove(gone)}, authmethod.Removed, "", 1, ""},
		{"shown late", []step{read(absent), read(found), remove(gone)}, authmethod.Removed, "", 1, ""},
		{"not shown, and there", []step{read(absent), read(absent), remove(gone)}, authmethod.Removed, "", 1, ""},
		{"gone already", []step{read(absent), read(absent), remove(absent)}, authmethod.Unchanged, "", 1, "no phone of this type"},
		{"gone when it is to be removed", []step{read(found), remove(absent)}, authmethod.Removed, "", 1, ""},
		{"another number", []step{read(other), read(other)}, authmethod.Conflict, authmethod.Decision, 0, "not this run's"},
		{"another number that was an old one", []step{read(other), read(found), remove(gone)}, authmethod.Removed, "", 1, ""},
		{"masked", []step{read(masked)}, authmethod.Unknown, authmethod.Permission, 0, "masked"},
		{"may not be read", []step{read(status(403))}, authmethod.Unknown, authmethod.Permission, 0, "403"},
		{"may not be removed", []step{read(found), remove(status(403))}, authmethod.Failed, authmethod.Permission, 1, "refused access"},
		{"the default method", []step{read(found), remove(status(400))}, authmethod.Conflict, authmethod.Decision, 1, "default method"},

		{"throttled", []step{read(throttled), read(throttled), read(throttled), read(throttled), read(found), remove(throttled), remove(throttled), remove(gone)}, authmethod.Removed, "", 3, ""},
		{"answer lost, carried out", []step{read(found), remove(lost), read(absent), read(absent), remove(absent)}, authmethod.Removed, "", 2, ""},
		{"answer lost, carried out, still shown", []step{read(found), remove(lost), read(found), remove(absent)}, authmethod.Removed, "", 2, ""},
		{"answer lost, not carried out", []step{read(found), remove(status(502)), read(found), remove(gone)}, authmethod.Removed, "", 2, ""},
		{"answer lost, another number since", []step{read(found), remove(lost), read(other), read(other)}, authmethod.Conflict, authmethod.Decision, 1, "not this run's"},
		{"answer lost, then refused", []step{read(found), remove(lost), read(found), remove(status(403))}, authmethod.Unknown, authmethod.Retry, 2, "answered 403"},
		{"answer lost, then refused as the default method", []step{read(found), remove(lost), read(found), remove(status(400))}, authmethod.Unknown, authmethod.Retry, 2, "answered 400"},
		{"throttled, then refused as the default method", []step{read(found), remove(throttled), remove(status(400)), read(found), read(found)}, authmethod.Conflict, authmethod.Decision, 2, "default method"},
		{"throttled, then refused", []step{read(found), remove(throttled), remove(status(405)), read(found), read(found)}, authmethod.Failed, authmethod.Decision, 2, "405"},
		{"throttled, yet carried out, then refused", []step{read(found), remove(throttled), remove(status(405)), read(absent), read(absent)}, authmethod.Removed, "", 2, ""},
		{"always lost", []step{read(found), remove(lost), read(found), remove(lost), read(found), remove(lost), read(found)}, authmethod.Unknown, authmethod.Retry, 3, "still shown"},
		{"always lost, and not shown", []step{read(found), remove(lost), read(found), remove(lost), read(found), remove(lost), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 3, "does not show"},
		{"unavailable", []step{read(found), remove(status(503)), read(found), remove(gone)}, authmethod.Removed, "", 2, ""},

		{"not reached", []step{read(unreachable), read(unreachable), read(unreachable), read(unreachable), read(found), remove(unreachable), remove(gone)}, authmethod.Removed, "", 1, ""},
		{"read as a whole, shown alone", []step{read(whole), read(found), remove(gone)}, authmethod.Removed, "", 1, ""},
		{"refused as a whole, accepted alone", []step{read(found), remove(whole), remove(gone)}, authmethod.Removed, "", 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := rowsOf("a@x mobile " + number)
				sender := &scripted{t: t, steps: map[string][]step{"a@x": test.steps}, start: time.Now()}
				recorder := newMemory(t)
				s, lanes := undo(rows, sender, recorder)
				if err := s.Run(t.Context(), lanes); err != nil && !strings.Contains(err.Error(), "nothing but 403") {
					t.Fatal(err)
				}
				got := recorder.results[0]
				if got.Outcome != test.outcome || got.Class != test.class || got.Attempts != test.attempts || !strings.Contains(got.Message, test.text) {
					t.Errorf("got %s, class %q, %d attempts, message %q; want %s, class %q, %d attempts, message with %q",
						got.Outcome, got.Class, got.Attempts, got.Message, test.outcome, test.class, test.attempts, test.text)
				}
				if left := sender.steps["a@x"]; len(left) > 0 {
					t.Errorf("not asked for: %v", left)
				}
				if writes := slices.ContainsFunc(sender.sent, func(s string) bool { return strings.Contains(s, " delete ") }); recorder.intended[0] != writes {
					t.Errorf("intent recorded: %t, removal sent: %t", recorder.intended[0], writes)
				}
			})
		})
	}
}

// An alternateMobile goes first, and its mobile stays as long as it does.
func TestRemovalsOfOneUser(t *testing.T) {
	found := func(number string) step { return read(authmethod.Answer{Status: 200, Phone: number}) }
	other := read(authmethod.Answer{Status: 200, Phone: "+1 2065550199"})
	for _, test := range []struct {
		name  string
		steps []step
		want  []authmethod.Outcome // of office, alternateMobile, mobile
	}{
		{"all", []step{found("+1 2065550103"), remove(status(204)), found("+1 2065550102"), remove(status(204)), found("+1 2065550101"), remove(status(204))},
			[]authmethod.Outcome{authmethod.Removed, authmethod.Removed, authmethod.Removed}},
		{"the alternateMobile is another one", []step{found("+1 2065550103"), remove(status(204)), other, other},
			[]authmethod.Outcome{authmethod.Removed, authmethod.Conflict, authmethod.Dependency}},
		{"the office phone is the default", []step{found("+1 2065550103"), remove(status(400)), found("+1 2065550102"), remove(status(204)), found("+1 2065550101"), remove(status(204))},
			[]authmethod.Outcome{authmethod.Conflict, authmethod.Removed, authmethod.Removed}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := rowsOf("a@x office +1 2065550103", "a@x alternateMobile +1 2065550102", "a@x mobile +1 2065550101")
				sender := &scripted{t: t, steps: map[string][]step{"a@x": test.steps}, start: time.Now()}
				recorder := newMemory(t)
				s, lanes := undo(rows, sender, recorder)
				if err := s.Run(t.Context(), lanes); err != nil {
					t.Fatal(err)
				}
				for n, want := range test.want {
					got := recorder.results[authmethod.RowNumber(n)]
					if got.Outcome != want || want == authmethod.Dependency && (got.Class != authmethod.Decision || !strings.Contains(got.Message, "line 3")) {
						t.Errorf("row %d is %s, class %q (%s), want %s", n, got.Outcome, got.Class, got.Message, want)
					}
				}
			})
		})
	}
}

// What an earlier attempt may have done is looked at before anything is sent for
// the row, and its attempts count.
func TestEarlierAttempts(t *testing.T) {
	found := authmethod.Answer{Status: 200, Phone: "+1 2065550101"}
	for _, test := range []struct {
		name     string
		earlier  submit.Earlier
		steps    []step
		outcome  authmethod.Outcome
		attempts int
	}{
		{"done", submit.Earlier{Attempts: 2, Doubt: true}, []step{read(found)}, authmethod.Created, 2},
		{"not done", submit.Earlier{Attempts: 2, Doubt: true}, []step{read(status(404)), create(status(201))}, authmethod.Created, 3},
		{"done, and shown late", submit.Earlier{Attempts: 1, Doubt: true}, []step{read(status(404)), create(status(400)), read(found)}, authmethod.Created, 2},
		{"refused now", submit.Earlier{Attempts: 1, Doubt: true}, []step{read(status(404)), create(status(404))}, authmethod.Unknown, 2},
		{"refused then", submit.Earlier{Attempts: 1}, []step{create(status(201))}, authmethod.Created, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := rowsOf("a@x mobile +1 2065550101")
				sender := &scripted{t: t, steps: map[string][]step{"a@x": test.steps}, start: time.Now()}
				recorder := newMemory(t)
				s := submitter(rows, sender, recorder)
				s.Earlier = map[authmethod.RowNumber]submit.Earlier{0: test.earlier}
				if err := s.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
					t.Fatal(err)
				}
				if got := recorder.results[0]; got.Outcome != test.outcome || got.Attempts != test.attempts {
					t.Errorf("%s after %d attempts, want %s after %d", got.Outcome, got.Attempts, test.outcome, test.attempts)
				}
				if left := sender.steps["a@x"]; len(left) > 0 {
					t.Errorf("not asked for: %v", left)
				}
			})
		})
	}
}
