package submit_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

func update(a authmethod.Answer) step { return step{authmethod.Update, a} }
func list(phones ...string) step {
	a := authmethod.Answer{Status: 200, Methods: []authmethod.Method{{Kind: "passwordAuthenticationMethod"}}}
	for _, phone := range phones {
		phoneType, number, _ := strings.Cut(phone, " ")
		m := authmethod.Method{Kind: phoneType}
		if number != "" {
			m = authmethod.Method{Kind: "phoneAuthenticationMethod", PhoneType: authmethod.PhoneType(phoneType), Phone: number}
		}
		a.Methods = append(a.Methods, m)
	}
	return step{authmethod.ReadMethods, a}
}

// change is what a sequence of answers makes of one task for a mobile.
type change struct {
	name       string
	task       authmethod.Task
	expected   string // where it was decided before
	steps      []step
	outcome    authmethod.Outcome
	reason     authmethod.Code
	attempts   int
	registered string
}

func (c change) run(t *testing.T) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101")
		if c.task.Verb == authmethod.Delete && c.task.Existing == authmethod.OverwriteExisting {
			rows = new(authmethod.Rows)
			rows.Append(authmethod.Row{Line: 2, User: "a@x", PhoneType: authmethod.PhoneTypeMobile})
		}
		sender := &scripted{t: t, steps: map[string][]step{"a@x": c.steps}, start: time.Now()}
		recorder := newMemory(t)
		s := submitter(rows, sender, recorder)
		s.KeepLast = true
		if c.expected != "" {
			number, _ := authmethod.ParsePhoneNumber(c.expected)
			s.Expected = map[authmethod.RowNumber]authmethod.PhoneNumber{0: number}
		}
		if err := s.Run(t.Context(), []authmethod.Lane{{c.task}}); err != nil && !strings.Contains(err.Error(), "nothing but 403") {
			t.Fatal(err)
		}
		got := recorder.results[0]
		if got.Outcome != c.outcome || got.Reason != c.reason || got.Attempts != c.attempts || got.Registered.Graph() != c.registered {
			t.Errorf("%s: %s for %q after %d attempts, %q stood there; want %s for %q after %d, %q",
				c.name, got.Outcome, got.Reason, got.Attempts, got.Registered.Graph(), c.outcome, c.reason, c.attempts, c.registered)
		}
		if left := sender.steps["a@x"]; len(left) > 0 {
			t.Errorf("%s: not asked for: %v", c.name, left)
		}
		writes := slices.ContainsFunc(sender.sent, func(s string) bool { return !strings.Contains(s, " read") })
		if recorder.intended[0] != writes {
			t.Errorf("%s: intent recorded: %t, written: %t", c.name, recorder.intended[0], writes)
		}
	})
}

// What a sequence of answers makes of a number that may stand in the place of another.
func TestOutcomesOfChanges(t *testing.T) {
	const number, former = "+1 2065550101", "+1 2065550199"
	found, other := authmethod.Answer{Status: 200, Phone: number}, authmethod.Answer{Status: 200, Phone: former}
	third, masked := authmethod.Answer{Status: 200, Phone: "+1 2065550155"}, authmethod.Answer{Status: 200, Phone: "+1 XXXXXXXX99"}
	lost, duplicate, absent, done := authmethod.Answer{Lost: errCut}, status(400), status(404), status(204)
	throttled := authmethod.Answer{Status: 429, RetryAfter: 7 * time.Second}
	clash := authmethod.Answer{Status: 409, Code: "phoneNumberNotUnique"}
	overwrite := authmethod.Task{Verb: authmethod.Create, Existing: authmethod.OverwriteExisting}
	only := authmethod.Task{Verb: authmethod.Update, Existing: authmethod.OverwriteExisting}
	back := authmethod.Task{Verb: authmethod.Update, Existing: authmethod.ReplaceExpected}
	remove1 := authmethod.Task{Verb: authmethod.Delete, Existing: authmethod.OverwriteExisting}
	for _, test := range []change{
		{"added", overwrite, "", []step{create(status(201))}, authmethod.Created, "", 1, ""},
		{"overwritten", overwrite, "", []step{create(duplicate), read(other), update(done)}, authmethod.Updated, "", 2, former},
		{"there already", overwrite, "", []step{create(duplicate), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"masked, so it is not overwritten", overwrite, "", []step{create(duplicate), read(masked)}, authmethod.Unknown, authmethod.CodeMasked, 1, ""},
		{"answer to the update lost, carried out", overwrite, "", []step{create(duplicate), read(other), update(lost), read(found)}, authmethod.Updated, authmethod.CodeAnswerLost, 2, former},
		{"answer lost, shown late", overwrite, "", []step{create(duplicate), read(other), update(lost), read(other), update(done)}, authmethod.Updated, "", 3, former},
		{"update throttled", overwrite, "", []step{create(duplicate), read(other), update(throttled), update(throttled), update(done)}, authmethod.Updated, "", 4, former},
		{"update refused, not stored", overwrite, "", []step{create(duplicate), read(other), update(status(409)), read(other), read(other)}, authmethod.Failed, authmethod.CodeRefused, 2, ""},
		{"update refused, and stored", overwrite, "", []step{create(duplicate), read(other), update(status(409)), read(found)}, authmethod.Updated, "", 2, former},
		{"update meets another user's sign-in by SMS, and is kept", overwrite, "", []step{create(duplicate), read(other), update(clash), read(found)}, authmethod.Updated, authmethod.CodeSMSNotSwitchedNotUnique, 2, former},
		{"update meets another user's sign-in by SMS each time", only, "", []step{read(other), update(clash), read(other), update(clash), read(other), update(clash), read(other)}, authmethod.Unknown, authmethod.CodeNumberReserved, 3, ""},
		{"create meets another user's sign-in by SMS, and another number", overwrite, "", []step{create(clash), read(other), update(lost), read(found)}, authmethod.Updated, authmethod.CodeAnswerLost, 2, former},
		{"update forbidden", overwrite, "", []step{create(duplicate), read(other), update(status(403))}, authmethod.Failed, authmethod.CodeAccessRefused, 2, ""},
		{"gone when it is to be overwritten", overwrite, "", []step{create(duplicate), read(other), update(absent), read(absent), read(absent), create(status(201))}, authmethod.Created, "", 3, ""},

		{"updated", only, "", []step{read(other), update(done)}, authmethod.Updated, "", 1, former},
		{"nothing to update", only, "", []step{read(absent), read(absent)}, authmethod.Failed, authmethod.CodeNothingToUpdate, 0, ""},
		{"shown late", only, "", []step{read(absent), read(other), update(done)}, authmethod.Updated, "", 1, former},
		{"up to date", only, "", []step{read(found)}, authmethod.Unchanged, "", 0, ""},
		{"always lost", only, "", []step{read(other), update(lost), read(other), update(lost), read(other), update(lost), read(other)}, authmethod.Unknown, authmethod.CodeNotSettled, 3, ""},

		{"put back", back, former, []step{read(other), update(done)}, authmethod.Updated, "", 1, former},
		{"changed by somebody", back, former, []step{read(third), read(third)}, authmethod.Conflict, authmethod.CodeChangedSince, 0, "+1 2065550155"},
		{"an old read", back, former, []step{read(third), read(other), update(done)}, authmethod.Updated, "", 1, former},
		{"a read from before", back, former, []step{read(found), update(done)}, authmethod.Updated, "", 1, former},
		{"gone since", back, former, []step{read(absent), read(absent)}, authmethod.Conflict, authmethod.CodeChangedSince, 0, ""},

		{"removed beside another method", remove1, "", []step{list("mobile "+former, "fido2AuthenticationMethod"), remove(done)}, authmethod.Removed, "", 1, former},
		{"the only method", remove1, "", []step{list("mobile " + former)}, authmethod.Conflict, authmethod.CodeLastMethod, 0, former},
		{"an email is none", remove1, "", []step{list("mobile "+former, "emailAuthenticationMethod", "temporaryAccessPassAuthenticationMethod")}, authmethod.Conflict, authmethod.CodeLastMethod, 0, former},
		{"a kind that nobody knows is none", remove1, "", []step{list("mobile "+former, "palmReadingMethod")}, authmethod.Conflict, authmethod.CodeLastMethod, 0, former},
		{"beside an alternateMobile", remove1, "", []step{list("mobile "+former, "alternateMobile +1 2065550177"), remove(status(400))}, authmethod.Conflict, authmethod.CodeAlternateStands, 1, former},
		{"the default method", remove1, "", []step{list("mobile "+former, "fido2AuthenticationMethod"), remove(status(400))}, authmethod.Conflict, authmethod.CodeRemovalRefused, 1, former},
		{"not there", remove1, "", []step{list("office +1 2065550177"), list("office +1 2065550177")}, authmethod.Unchanged, authmethod.CodeGoneAlready, 0, ""},
		{"lost, and gone", remove1, "", []step{list("mobile "+former, "office +1 2065550177"), remove(lost), list("office +1 2065550177"), list("office +1 2065550177")}, authmethod.Removed, "", 1, former},
		{"no such user", remove1, "", []step{{authmethod.ReadMethods, absent}}, authmethod.Failed, authmethod.CodeUserUnknown, 0, ""},
		{"methods cannot be read", remove1, "", []step{{authmethod.ReadMethods, status(403)}}, authmethod.Unknown, authmethod.CodeNotSettledPermission, 0, ""},
	} {
		test.run(t)
	}
}

// Whatever becomes of SMS sign-in, the phone is done; what became of it is told.
func TestSMSSignIn(t *testing.T) {
	phone := func(code int, state string) authmethod.Answer {
		return authmethod.Answer{Status: code, Phone: "+1 2065550101", SMSSignIn: state}
	}
	enable, disable := authmethod.EnableSMS, authmethod.DisableSMS
	clash := authmethod.Answer{Status: 409, Code: "phoneNumberNotUnique"}
	lost, policy := authmethod.Answer{Lost: errCut}, authmethod.Answer{Status: 405, Code: "accessDenied"}
	for _, test := range []struct {
		name   string
		want   authmethod.Verb
		steps  []step
		state  string
		reason authmethod.Code
	}{
		{"nothing asked", authmethod.None, []step{create(phone(201, "notConfigured"))}, "notConfigured", ""},
		{"ready by itself", enable, []step{create(phone(201, "ready"))}, "ready", ""},
		{"enabled", enable, []step{create(phone(201, "notConfigured")), {enable, status(204)}}, "ready", ""},
		{"off by itself", disable, []step{create(phone(201, "notEnabled"))}, "notEnabled", ""},
		{"disabled", disable, []step{create(phone(201, "ready")), {disable, status(204)}}, "notEnabled", ""},
		{"not allowed", enable, []step{create(phone(201, "notAllowedByPolicy")), {enable, policy}, read(phone(200, "notAllowedByPolicy"))}, "notAllowedByPolicy", authmethod.CodeSMSNotSwitched},
		{"not allowed, as is known", enable, []step{create(phone(201, "notAllowedByPolicy")), {enable, authmethod.Answer{Status: 405, Meaning: authmethod.CodeSMSNotAllowed}}, read(phone(200, "notAllowedByPolicy"))}, "notAllowedByPolicy", authmethod.CodeSMSNotSwitchedPolicy},
		{"another user's, as the create says", enable, []step{create(clash), read(phone(200, "phoneNumberNotUnique")), read(phone(200, "phoneNumberNotUnique"))}, "phoneNumberNotUnique", authmethod.CodeSMSNotSwitchedNotUnique},
		{"another user's, as the answer says", enable, []step{create(phone(201, "notConfigured")), {enable, clash}, read(phone(200, "notConfigured"))}, "notConfigured", authmethod.CodeSMSNotSwitchedNotUnique},
		{"another user's", enable, []step{create(phone(201, "phoneNumberNotUnique")), read(phone(200, "phoneNumberNotUnique"))}, "phoneNumberNotUnique", authmethod.CodeSMSNotSwitchedNotUnique},
		{"another user's, for a moment", enable, []step{create(phone(201, "phoneNumberNotUnique")), read(phone(200, "ready"))}, "ready", ""},
		{"answer lost", enable, []step{create(phone(201, "notConfigured")), {enable, lost}, {enable, status(204)}}, "ready", ""},
		{"always lost", enable, []step{create(phone(201, "notConfigured")), {enable, lost}, {enable, lost}, {enable, lost}}, "notConfigured", authmethod.CodeSMSNotSwitchedUnknown},
		{"refused, and not shown", enable, []step{create(phone(201, "notConfigured")), {enable, policy}, read(status(404)), read(status(404))}, "notConfigured", authmethod.CodeSMSNotSwitched},
		{"throttled", enable, []step{create(phone(201, "notConfigured")), {enable, authmethod.Answer{Status: 429, RetryAfter: time.Second}}, {enable, status(204)}}, "ready", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			rows := rowsOf("a@x mobile +1 2065550101")
			sender := &scripted{t: t, steps: map[string][]step{"a@x": test.steps}, start: time.Now()}
			recorder := newMemory(t)
			if err := submitter(rows, sender, recorder).Run(t.Context(), plan.Build(rows, plan.Policy{SMS: test.want}).Lanes); err != nil {
				t.Fatal(err)
			}
			got := recorder.results[0]
			if got.Outcome != authmethod.Created || got.Class != "" || got.SMSSignIn != test.state || got.Reason != test.reason || (got.Message != "") != (test.reason != "") {
				t.Errorf("%s: %s, state %q for %q (%s), want created, %q for %q", test.name, got.Outcome, got.SMSSignIn, got.Reason, got.Message, test.state, test.reason)
			}
			if left := sender.steps["a@x"]; len(left) > 0 {
				t.Errorf("%s: not asked for: %v", test.name, left)
			}
		})
	}
}

// A run that is to fail where another number stands does so, and is gone on with.
func TestFailExisting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101", "b@x mobile +1 2065550102")
		sender := &scripted{t: t, steps: map[string][]step{"a@x": {create(status(400)), read(authmethod.Answer{Status: 200, Phone: "+1 2065550199"})}}, start: time.Now()}
		s := submitter(rows, sender, newMemory(t))
		s.Workers, s.BatchSize = 1, 1
		s.GiveUpAfter = time.Minute
		err := s.Run(t.Context(), plan.Build(rowsOf("a@x mobile +1 2065550101"), plan.Policy{Existing: authmethod.FailExisting}).Lanes)
		existing, is := err.(*submit.ExistingError)
		if !is || existing.Line != 2 || existing.ExitCode() != 4 {
			t.Errorf("Run = %v, want that line 2 ends it with 4", err)
		}
	})
}
