package submit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// parser reads numbers as the reading of a file does.
var parser = phonenumber.NewParser(phonenumber.Words{Labels: heading.Labels(), ExtensionMarks: heading.ExtensionMarks(), Empty: heading.IsEmptyNumber})

func noJitter() float64 { return 0 }

// rowsOf reads "user type number" triples; the line is the index plus two.
func rowsOf(triples ...string) *authmethod.Rows {
	rows := new(authmethod.Rows)
	for i, triple := range triples {
		f := strings.Fields(triple)
		input := strings.Join(f[2:], " ")
		number := parser.Parse(input, phonenumber.Parts{}, phonenumber.Region{}).Number
		rows.Append(authmethod.Row{Line: int32(i) + 2, User: f[0], PhoneType: authmethod.PhoneType(f[1]), Input: input, Number: number})
	}
	return rows
}

// memory is a Recorder that keeps everything and checks its contract.
type memory struct {
	t        *testing.T
	mu       sync.Mutex
	intended map[authmethod.RowNumber]bool
	results  map[authmethod.RowNumber]authmethod.Result
	fail     error // returned by Outcome
}

func newMemory(t *testing.T) *memory {
	return &memory{t: t, intended: map[authmethod.RowNumber]bool{}, results: map[authmethod.RowNumber]authmethod.Result{}}
}

func (m *memory) Intent(writes []authmethod.Write) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, write := range writes {
		m.intended[write.Row] = true
	}
	return nil
}

func (m *memory) Outcome(row authmethod.RowNumber, result authmethod.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, twice := m.results[row]; twice {
		m.t.Errorf("row %d has two outcomes", row)
	}
	m.results[row] = result
	return m.fail
}

// scripted answers each user's requests from a list, in order; a step is
// written as "create 201" or "read 200 +1 2065550101".
type scripted struct {
	t     *testing.T
	mu    sync.Mutex
	steps map[string][]step
	sent  []string // "12s create user"
	start time.Time
}

type step struct {
	verb   authmethod.Verb
	answer authmethod.Answer
}

var errCut = errors.New("connection cut")

func create(a authmethod.Answer) step { return step{authmethod.Create, a} }
func read(a authmethod.Answer) step   { return step{authmethod.Read, a} }

func status(n int) authmethod.Answer {
	return authmethod.Answer{Status: n, RequestID: fmt.Sprint("r", n)}
}

func (s *scripted) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var answers []authmethod.Answer
	for _, step := range steps {
		s.sent = append(s.sent, fmt.Sprintf("%v %s %s %s", time.Since(s.start), step.Verb, step.User, step.PhoneType))
		left := s.steps[step.User]
		if len(left) == 0 || left[0].verb != step.Verb {
			s.t.Errorf("got %s for %s, want %v", step.Verb, step.User, left)
			answers = append(answers, status(418))
			continue
		}
		s.steps[step.User] = left[1:]
		answers = append(answers, left[0].answer)
	}
	return answers, nil
}

func submitter(rows *authmethod.Rows, sender submit.Sender, recorder submit.Recorder) *submit.Submitter {
	return &submit.Submitter{
		Config:   submit.Config{Workers: 3, BatchSize: 20, MaxAttempts: 3, GiveUpAfter: time.Hour, Grace: 10 * time.Second, Jitter: noJitter, Compare: phonenumber.Compare, Number: phonenumber.Shown},
		Channels: []submit.Channel{{Sender: sender, Pacer: pace.New(pace.Unlimited, noJitter)}}, Recorder: recorder, Rows: rows,
	}
}

// What a sequence of answers makes of one row.
func TestOutcomeOfOneRow(t *testing.T) {
	const number = "+1 2065550101"
	found := authmethod.Answer{Status: 200, Phone: number}
	other := authmethod.Answer{Status: 200, Phone: "+1 2065550199"}
	masked := authmethod.Answer{Status: 200, Phone: "+1 XXXXXXXX01"}
	duplicate := authmethod.Answer{Status: 400, Code: "badRequest", Message: "already registered"}
	lost := authmethod.Answer{Lost: errCut}
	unreachable := authmethod.Answer{NotSent: errors.New("no route to host")}
	throttled := authmethod.Answer{Status: 429, RetryAfter: 7 * time.Second}
	whole := authmethod.Answer{Status: 400, Code: "BadRequest", Alone: true}
	later := authmethod.Answer{Status: 503, RetryAfter: time.Second}
	absent := status(404)
	clash := authmethod.Answer{Status: 409, Code: "PhoneNumberNotUnique"} // codes come in any case
	meant := func(status int, meaning authmethod.Code) authmethod.Answer {
		return authmethod.Answer{Status: status, Code: "aCode", Meaning: meaning}
	}
	for _, test := range []struct {
		name     string
		steps    []step
		outcome  authmethod.Outcome
		class    authmethod.Class
		attempts int
		text     string // in the message
	}{
		{"created", []step{create(status(201))}, authmethod.Created, "", 1, ""},
		{"created, as the answer shows", []step{create(authmethod.Answer{Status: 201, Phone: number})}, authmethod.Created, "", 1, ""},
		{"created, and shown masked", []step{create(authmethod.Answer{Status: 201, Phone: "+1 XXXXXXXX01"})}, authmethod.Created, "", 1, ""},
		{"the answer shows another number", []step{create(authmethod.Answer{Status: 201, Phone: "+1 2065550199"}), read(found)}, authmethod.Created, "", 1, "stands there"},
		{"registered with the same number", []step{create(duplicate), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"registered with another number", []step{create(duplicate), read(other)}, authmethod.Conflict, authmethod.Decision, 1, "another number"},
		{"registered, shown masked", []step{create(duplicate), read(masked)}, authmethod.Unknown, authmethod.Permission, 1, "masked"},
		{"registered, and shown late", []step{create(duplicate), read(absent), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"a 400 that is not about a registered phone", []step{create(duplicate), read(absent), read(absent)}, authmethod.Failed, authmethod.FixData, 1, "already registered"},
		{"a 400 that is not about a registered phone, read with faults between", []step{create(duplicate), read(absent), read(lost), read(absent)}, authmethod.Failed, authmethod.FixData, 1, "already registered"},
		{"a 400 that cannot be looked into", []step{create(duplicate), read(status(403))}, authmethod.Failed, authmethod.Permission, 1, "perhaps"},
		{"a 409 that is not about concurrency", []step{create(status(409)), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"a 4xx of the future is a 400", []step{create(status(477)), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"number refused", []step{create(authmethod.Answer{Status: 400, Code: "invalidPhoneNumber"})}, authmethod.Failed, authmethod.FixData, 1, "phone number"},
		{"no such user", []step{create(absent)}, authmethod.Failed, authmethod.FixData, 1, "no such user"},
		{"access refused", []step{create(status(403))}, authmethod.Failed, authmethod.Permission, 1, "refused access"},
		{"token refused", []step{create(status(401))}, authmethod.Failed, authmethod.Permission, 1, "refused the token"},
		{"a status nobody expects", []step{create(status(405))}, authmethod.Failed, authmethod.Decision, 1, "405"},
		{"a code nobody knows", []step{create(authmethod.Answer{Status: 405, Code: "newCode"})}, authmethod.Failed, authmethod.Decision, 1, "newCode"},
		{"known to mean something", []step{create(meant(405, authmethod.CodeProgramFault))}, authmethod.Failed, authmethod.Decision, 1, "did not understand"},
		{"what it means does not decide", []step{create(meant(503, authmethod.CodeProgramFault)), create(status(201))}, authmethod.Created, "", 2, ""},
		{"a 400 whose meaning is not needed", []step{create(meant(400, authmethod.CodeRowRefusedAlternate)), read(found)}, authmethod.Unchanged, "", 1, ""},

		{"somebody's sign-in by SMS, and kept", []step{create(clash), read(found)}, authmethod.Created, "", 1, "another user has this number for it"},
		{"somebody's sign-in by SMS, and shown late", []step{create(clash), read(absent), create(duplicate), read(found)}, authmethod.Created, "", 2, "another user has this number for it"},
		{"somebody's sign-in by SMS, and not kept", []step{create(clash), read(absent), create(clash), read(absent), read(absent)}, authmethod.Failed, authmethod.Decision, 2, "does not show the phone with this number"},
		{"somebody's sign-in by SMS, behind a lost answer", []step{create(lost), read(absent), create(clash), read(absent), create(clash), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 3, "does not show"},
		{"somebody's sign-in by SMS, not any more", []step{create(clash), read(absent), create(status(201))}, authmethod.Created, "", 2, ""},
		{"somebody's sign-in by SMS, another number stands there", []step{create(clash), read(other)}, authmethod.Conflict, authmethod.Decision, 1, "another number"},
		{"somebody's sign-in by SMS, and never shown", []step{create(clash), read(absent), create(duplicate), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 2, "does not show"},
		{"somebody's sign-in by SMS, then access refused", []step{create(clash), read(absent), create(status(403))}, authmethod.Unknown, authmethod.Retry, 2, "answered 403"},
		{"the directory's throttle", []step{create(authmethod.Answer{Status: 503, Code: "Request_ThrottledTemporarily"}), create(authmethod.Answer{Status: 503, Code: "Request_ThrottledTemporarily"}), create(authmethod.Answer{Status: 503, Code: "Request_ThrottledTemporarily"}), create(authmethod.Answer{Status: 503, Code: "Request_ThrottledTemporarily"}), create(status(201))}, authmethod.Created, "", 5, ""},

		{"throttled once", []step{create(throttled), create(status(201))}, authmethod.Created, "", 2, ""},
		{"throttled, yet carried out", []step{create(throttled), create(duplicate), read(found)}, authmethod.Created, "", 2, "stands there"},
		{"throttled, yet carried out, and never shown", []step{create(throttled), create(duplicate), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 2, "does not show"},
		{"throttled more often than other faults may be", []step{create(throttled), create(throttled), create(status(423)), create(status(509)), create(throttled), create(status(201))}, authmethod.Created, "", 6, ""},
		{"throttled, and then no such user", []step{create(throttled), create(absent)}, authmethod.Failed, authmethod.FixData, 2, "no such user"},
		{"throttled, yet carried out, and then access refused", []step{create(throttled), create(status(403)), read(found)}, authmethod.Created, "", 2, "stands there"},
		{"throttled, and then a status nobody expects", []step{create(throttled), create(status(405)), read(absent), read(absent)}, authmethod.Failed, authmethod.Decision, 2, "405"},
		{"throttled, then refused, and cannot be looked into", []step{create(throttled), create(status(405)), read(status(403))}, authmethod.Unknown, authmethod.Permission, 2, "403"},
		{"service unavailable, with a time", []step{create(later), create(later), create(later), create(later), create(status(201))}, authmethod.Created, "", 5, ""},
		{"service unavailable once", []step{create(status(503)), create(status(201))}, authmethod.Created, "", 2, ""},
		{"concurrency violation once", []step{create(authmethod.Answer{Status: 409, Code: "Directory_ConcurrencyViolation"}), create(status(201))}, authmethod.Created, "", 2, ""},

		{"answer lost, carried out", []step{create(lost), read(found)}, authmethod.Created, "", 1, "stands there"},
		{"answer lost, carried out, and shown late", []step{create(lost), read(absent), create(duplicate), read(found)}, authmethod.Created, "", 2, "stands there"},
		{"answer lost, carried out, and shown later still", []step{create(lost), read(absent), create(duplicate), read(absent), read(absent), read(found)}, authmethod.Created, "", 2, "stands there"},
		{"answer lost, carried out, and never shown", []step{create(lost), read(absent), create(duplicate), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 2, "does not show"},
		{"answer lost, not carried out", []step{create(lost), read(absent), create(status(201))}, authmethod.Created, "", 2, ""},
		{"answer lost, another number stands there", []step{create(lost), read(other)}, authmethod.Conflict, authmethod.Decision, 1, ""},
		{"answer lost, shown masked", []step{create(lost), read(masked)}, authmethod.Unknown, authmethod.Permission, 1, "masked"},
		{"answer lost, reading refused", []step{create(lost), read(status(403))}, authmethod.Unknown, authmethod.Permission, 1, "403"},
		{"answer lost, reading lost for ever", []step{create(lost), read(lost), read(status(503)), read(lost)}, authmethod.Unknown, authmethod.Retry, 1, "connection cut"},
		{"answer lost, read in the second try", []step{create(lost), read(throttled), read(found)}, authmethod.Created, "", 1, ""},
		{"answer lost, no such user", []step{create(lost), read(absent), create(absent)}, authmethod.Unknown, authmethod.Retry, 2, "answered 404"},
		{"answer lost, access refused", []step{create(lost), read(absent), create(status(403))}, authmethod.Unknown, authmethod.Retry, 2, "answered 403"},
		{"always lost, and there", []step{create(lost), read(absent), create(lost), read(absent), create(lost), read(found)}, authmethod.Created, "", 3, ""},
		{"always lost, and not shown", []step{create(lost), read(absent), create(lost), read(absent), create(lost), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 3, "does not show"},
		{"gateway timeout is a lost answer", []step{create(status(504)), read(found)}, authmethod.Created, "", 1, "stands there"},
		{"bad gateway is a lost answer", []step{create(status(502)), read(found)}, authmethod.Created, "", 1, "stands there"},
		{"request timeout is a lost answer", []step{create(status(408)), read(found)}, authmethod.Created, "", 1, "stands there"},
		{"a 5xx of the future is a lost answer", []step{create(status(524)), read(absent), create(status(501)), read(absent), create(status(598)), read(found)}, authmethod.Created, "", 3, "stands there"},
		{"unavailable for ever", []step{create(status(503)), create(status(503)), create(status(503)), read(absent), read(absent), read(absent)}, authmethod.Unknown, authmethod.Retry, 3, "does not show"},

		{"not sent is repeated without reading, and is no attempt", []step{create(unreachable), create(unreachable), create(unreachable), create(unreachable), create(status(201))}, authmethod.Created, "", 1, ""},
		{"not reached while reading is no try", []step{create(duplicate), read(unreachable), read(unreachable), read(unreachable), read(unreachable), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"throttled while reading is no try", []step{create(duplicate), read(throttled), read(throttled), read(throttled), read(throttled), read(found)}, authmethod.Unchanged, "", 1, ""},
		{"request refused as a whole, accepted alone", []step{create(whole), create(status(201))}, authmethod.Created, "", 2, ""},
		{"request refused as a whole, registered", []step{create(whole), create(duplicate), read(found)}, authmethod.Unchanged, "", 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := rowsOf("a@x mobile " + number)
				sender := &scripted{t: t, steps: map[string][]step{"a@x": test.steps}, start: time.Now()}
				recorder := newMemory(t)
				err := submitter(rows, sender, recorder).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes)
				var caller *submit.RefusedError
				if all := test.name == "access refused" || test.name == "token refused"; errors.As(err, &caller) != all || err != nil && !all {
					t.Fatalf("Run = %v, want an error only where nothing but 403 or 401 was answered", err)
				}
				got := recorder.results[0]
				if got.Outcome != test.outcome || got.Class != test.class || got.Attempts != test.attempts || !strings.Contains(got.Message+"; "+got.Detail, test.text) {
					t.Errorf("got %s, class %q, %d attempts, message %q; want %s, class %q, %d attempts, message with %q",
						got.Outcome, got.Class, got.Attempts, got.Message+"; "+got.Detail, test.outcome, test.class, test.attempts, test.text)
				}
				if !got.Outcome.Success() && got.Advice == "" {
					t.Error("no advice")
				}
				if left := sender.steps["a@x"]; len(left) > 0 {
					t.Errorf("not asked for: %v", left)
				}
				if !recorder.intended[0] {
					t.Error("sent without a recorded intent")
				}
			})
		})
	}
}

func TestRowsAfterOneThatDidNotArrive(t *testing.T) {
	for _, test := range []struct {
		name              string
		steps             []step
		alternate, office authmethod.Outcome
	}{
		{"mobile refused", []step{create(authmethod.Answer{Status: 400, Code: "invalidPhoneNumber"}), create(status(201))}, authmethod.Dependency, authmethod.Created},
		{"user unknown", []step{create(status(404))}, authmethod.Dependency, authmethod.NotAttempted},
		{"address unknown", []step{create(authmethod.Answer{Status: 404, Meaning: authmethod.CodeProgramFault}), create(status(201))}, authmethod.Dependency, authmethod.Created},
		{"a masked mobile stands there", []step{create(status(400)), read(authmethod.Answer{Status: 200, Phone: "+1 XXXXXXXX99"}), create(status(201)), create(status(201))}, authmethod.Created, authmethod.Created},
		{"another mobile stands there", []step{create(status(400)), read(authmethod.Answer{Status: 200, Phone: "+1 2065550199"}), create(status(201)), create(status(201))}, authmethod.Created, authmethod.Created},
		{"alternate refused", []step{create(status(201)), create(status(403)), create(status(201))}, authmethod.Failed, authmethod.Created},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := rowsOf("a@x office +1 2065550103", "a@x alternateMobile +1 2065550102", "a@x mobile +1 2065550101")
				sender := &scripted{t: t, steps: map[string][]step{"a@x": test.steps}, start: time.Now()}
				recorder := newMemory(t)
				if err := submitter(rows, sender, recorder).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
					t.Fatal(err)
				}
				if got := recorder.results[1]; got.Outcome != test.alternate || got.Outcome == authmethod.Dependency && !strings.Contains(got.Message, "line 4") {
					t.Errorf("alternateMobile: %s (%s), want %s naming line 4", got.Outcome, got.Message, test.alternate)
				}
				if got := recorder.results[0]; got.Outcome != test.office {
					t.Errorf("office: %s (%s), want %s", got.Outcome, got.Message, test.office)
				}
			})
		})
	}
}

// A phone that met another user's sign-in by SMS takes some seconds to show.
func TestAClashIsReadLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101")
		sender := &scripted{t: t, steps: map[string][]step{"a@x": {create(authmethod.Answer{Status: 409, Code: "phoneNumberNotUnique"}), read(authmethod.Answer{Status: 200, Phone: "+1 2065550101"})}}, start: time.Now()}
		if err := submitter(rows, sender, newMemory(t)).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
			t.Fatal(err)
		}
		if got := strings.Fields(sender.sent[1])[0]; got != "5s" {
			t.Errorf("read after %s, want 5s", got)
		}
	})
}

// What ends the run says what the answers or the cause are known to mean.
func TestEndsAreExplained(t *testing.T) {
	refused := func(status int, meaning authmethod.Code) error {
		return &submit.RefusedError{Answers: 20, Last: authmethod.Answer{Status: status, Code: "aCode", Meaning: meaning}}
	}
	for _, test := range []struct {
		err          error
		text, advice string
	}{
		{refused(403, ""), "permission or the role", "Authentication Administrator"},
		{refused(403, authmethod.CodeAccessRefused), "permission or the role", "Authentication Administrator"},
		{refused(403, authmethod.CodeLicenceMissing), "no licence", "licences of the tenant"},
		{refused(403, authmethod.CodeAccessRefusedAzureCLI), "az login", "app registration of your own"},
		{refused(401, authmethod.CodeTokenRefused), "refused a new token", "clock"},
		{refused(401, authmethod.CodeTokenRefusedAppDisabled), "refused a new token", "administrator who did that"},
		{&submit.UnreachableError{Cause: errCut}, "connection cut", "HTTPS_PROXY"},
		{&submit.UnreachableError{Cause: fmt.Errorf("connecting: %w", advised{errCut})}, "connection cut", "ask the network team; then go on with entraphone resume"},
	} {
		if got := test.err.(interface{ Advice() string }).Advice(); !strings.Contains(test.err.Error(), test.text) || !strings.Contains(got, test.advice) {
			t.Errorf("%v; %s; want %q and the advice %q", test.err, got, test.text, test.advice)
		}
	}
}

type advised struct{ error }

func (advised) Advice() string { return "ask the network team" }

func TestRetryAfterIsHonouredToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101")
		throttled := authmethod.Answer{Status: 429, RetryAfter: 42 * time.Second}
		sender := &scripted{t: t, steps: map[string][]step{"a@x": {create(throttled), create(status(201))}}, start: time.Now()}
		if err := submitter(rows, sender, newMemory(t)).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
			t.Fatal(err)
		}
		if got := strings.Fields(sender.sent[1])[0]; got != "42s" {
			t.Errorf("sent again after %s, want 42s", got)
		}
	})
}

// uniform gives every step the same answer after a second.
type uniform struct {
	answer          authmethod.Answer
	err             error
	mu              sync.Mutex
	steps, requests int
}

func (u *uniform) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	u.mu.Lock()
	u.steps += len(steps)
	u.requests++
	u.mu.Unlock()
	answers := make([]authmethod.Answer, len(steps))
	select {
	case <-time.After(time.Second):
		for i := range answers {
			answers[i] = u.answer
		}
	case <-ctx.Done():
		for i := range answers {
			answers[i] = authmethod.Answer{Lost: ctx.Err()}
		}
	}
	return answers, u.err
}

func manyUsers(n int) *authmethod.Rows {
	var triples []string
	for i := range n {
		triples = append(triples, fmt.Sprintf("u%d@x mobile +1 2065550%03d", i, i%1000))
	}
	return rowsOf(triples...)
}

func TestRunEndsWhenGoingOnIsPointless(t *testing.T) {
	refused := errors.New("token refused")
	for _, test := range []struct {
		name    string
		sender  *uniform
		rows    int
		is      func(error) bool
		outcome authmethod.Outcome // of row 0
		atMost  int                // steps sent
	}{
		{"the first 20 answers are 403", &uniform{answer: status(403)}, 500, func(err error) bool {
			var permission *submit.RefusedError
			return errors.As(err, &permission)
		}, authmethod.Failed, 3 * 20},
		{"credentials refused", &uniform{answer: status(401), err: refused}, 500, func(err error) bool { return errors.Is(err, refused) }, authmethod.Failed, 3 * 20},
		{"nothing but throttles", &uniform{answer: authmethod.Answer{Status: 429, RetryAfter: 25 * time.Minute}}, 500, func(err error) bool {
			var stalled *submit.StalledError
			return errors.As(err, &stalled)
		}, authmethod.Unknown, 4 * 60},
		{"a wait that is longer than the patience", &uniform{answer: authmethod.Answer{Status: 429, RetryAfter: 2 * time.Hour}}, 500, func(err error) bool {
			var stalled *submit.StalledError
			return errors.As(err, &stalled) && stalled.Wait > time.Hour
		}, authmethod.Unknown, 60},
		{"nothing answers", &uniform{answer: authmethod.Answer{NotSent: errCut}}, 500, func(err error) bool {
			var unreachable *submit.UnreachableError
			return errors.As(err, &unreachable) && errors.Is(err, errCut)
		}, authmethod.NotAttempted, 1 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := manyUsers(test.rows)
				recorder := newMemory(t)
				err := submitter(rows, test.sender, recorder).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes)
				if !test.is(err) {
					t.Errorf("Run = %v", err)
				}
				if got := recorder.results[0].Outcome; got != test.outcome {
					t.Errorf("row 0 is %q, want %q", got, test.outcome)
				}
				if test.sender.steps > test.atMost {
					t.Errorf("%d steps were sent, want at most %d", test.sender.steps, test.atMost)
				}
			})
		})
	}
}

func TestSingleRefusalsAreRowsNotTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := manyUsers(60)
		steps := map[string][]step{}
		for i := range 60 {
			answer := status(403)
			if i == 5 {
				answer = status(201)
			}
			steps[fmt.Sprintf("u%d@x", i)] = []step{create(answer)}
		}
		recorder := newMemory(t)
		one := submitter(rows, &scripted{t: t, steps: steps}, recorder)
		one.Workers = 1 // so that the first twenty answers are those of the first twenty rows
		if err := one.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
			t.Errorf("Run = %v, want none: one of the first answers was 201", err)
		}
		if len(recorder.results) != 60 {
			t.Errorf("%d rows have an outcome, want 60", len(recorder.results))
		}
	})
}

func TestInterruptLetsRequestsInFlightFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := manyUsers(500)
		sender := &uniform{answer: status(201)}
		recorder := newMemory(t)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		start := time.Now()
		err := submitter(rows, sender, recorder).Run(ctx, plan.Build(rows, plan.Policy{}).Lanes)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %v, want the context's error", err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("Run took %v, want 2s: the requests that were in flight", took)
		}
		if len(recorder.results) != sender.steps || sender.steps != 2*3*20 {
			t.Errorf("%d steps sent, %d outcomes; want 120 of both", sender.steps, len(recorder.results))
		}
		for row, result := range recorder.results {
			if result.Outcome != authmethod.Created {
				t.Errorf("row %d is %s, want created", row, result.Outcome)
			}
		}
	})
}

// hanging never answers by itself.
type hanging struct{}

func (hanging) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	<-ctx.Done()
	answers := make([]authmethod.Answer, len(steps))
	for i := range answers {
		answers[i].Lost = ctx.Err()
	}
	return answers, nil
}

func TestInterruptWaitsOnlySoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := manyUsers(5)
		recorder := newMemory(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := submitter(rows, hanging{}, recorder).Run(ctx, plan.Build(rows, plan.Policy{}).Lanes); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %v, want the context's error", err)
		}
		if took := time.Since(start); took != 11*time.Second {
			t.Errorf("Run took %v, want 11s: a second and the grace", took)
		}
		for i := range 5 {
			if got := recorder.results[authmethod.RowNumber(i)]; got.Outcome != authmethod.Unknown || got.Class != authmethod.Retry {
				t.Errorf("row %d is %s (%s), want unknown: its answer never came", i, got.Outcome, got.Message)
			}
		}
	})
}

func TestRunEndsWhenTheRecordCannotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		rows := manyUsers(500)
		sender := &uniform{answer: status(201)}
		recorder := newMemory(t)
		recorder.fail = full
		if err := submitter(rows, sender, recorder).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); !errors.Is(err, full) {
			t.Errorf("Run = %v, want %v", err, full)
		}
		if sender.steps > 60 {
			t.Errorf("%d steps were sent without a record, want at most what was in flight", sender.steps)
		}
	})
}

func TestBatchesStayFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		number := parser.Parse("+1 2065550101", phonenumber.Parts{}, phonenumber.Region{}).Number
		rows := new(authmethod.Rows)
		var lanes []authmethod.Lane
		for i := range 2800 {
			user, mobile := fmt.Sprintf("u%d@x", i), authmethod.RowNumber(rows.Len())
			rows.Append(authmethod.Row{User: user, PhoneType: authmethod.PhoneTypeMobile, Number: number})
			lane := authmethod.Lane{{Row: mobile}}
			if i%7 < 3 {
				rows.Append(authmethod.Row{User: user, PhoneType: authmethod.PhoneTypeAlternateMobile, Number: number})
				lane = append(lane, authmethod.Task{Row: mobile + 1, Verb: authmethod.Create})
			}
			lanes = append(lanes, lane)
		}
		sender := &uniform{answer: status(201)}
		s := submitter(rows, sender, newMemory(t))
		if err := s.Run(t.Context(), lanes); err != nil {
			t.Fatal(err)
		}
		if steps := s.Stats().Operations; steps != 4000 || sender.requests > 210 { // the tail included
			t.Errorf("%d steps in %d requests, want 4000 in at most 210 (a fill of 0.95)", steps, sender.requests)
		}
	})
}

// A service that fails at first and then cannot be reached is unreachable: the
// run ends with what happened last.
func TestOutageAfterFaultsIsUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101")
		s := submitter(rows, &onceThen{first: status(503), then: authmethod.Answer{NotSent: errCut}}, newMemory(t))
		var unreachable *submit.UnreachableError
		if err := s.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); !errors.As(err, &unreachable) {
			t.Errorf("Run = %v, want that nothing answered", err)
		}
	})
}

// onceThen gives one answer to the first request and another to all others.
type onceThen struct {
	mu          sync.Mutex
	asked       bool
	first, then authmethod.Answer
}

func (o *onceThen) Send(_ context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	answers := make([]authmethod.Answer, len(steps))
	for i := range answers {
		answers[i] = o.then
		if !o.asked {
			answers[i] = o.first
		}
	}
	o.asked = true
	return answers, nil
}

// A 401 for one user is that user's as long as the token is good for others, and
// the caller's when it is not.
func TestUnauthorized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := manyUsers(30)
		steps := map[string][]step{}
		for i := range 30 {
			answer := status(201)
			if i%10 == 0 {
				answer = status(401)
			}
			steps[fmt.Sprintf("u%d@x", i)] = []step{create(answer)}
		}
		recorder := newMemory(t)
		if err := submitter(rows, &scripted{t: t, steps: steps}, recorder).Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
			t.Errorf("Run = %v, want none", err)
		}
		for i := range 30 {
			if got := recorder.results[authmethod.RowNumber(i)]; (got.Outcome == authmethod.Created) != (i%10 != 0) || i%10 == 0 && got.Reason != authmethod.CodeTokenRefused {
				t.Errorf("row %d is %s (%s)", i, got.Outcome, got.Reason)
			}
		}

		for _, batch := range []int{1, 20} { // a token that was withdrawn in the middle
			sender := &onceThen{first: status(201), then: authmethod.Answer{Status: 401, Code: "InvalidAuthenticationToken", Message: "expired", RequestID: "r-401"}}
			s := submitter(manyUsers(500), sender, newMemory(t))
			s.BatchSize = batch
			var refused *submit.RefusedError
			if err := s.Run(t.Context(), plan.Build(s.Rows, plan.Policy{}).Lanes); !errors.As(err, &refused) || refused.ExitCode() != 5 || !strings.Contains(err.Error(), "r-401") {
				t.Errorf("Run in batches of %d = %v, want a *RefusedError with the request id", batch, err)
			}
		}
	})
}

// limited takes 30 steps in every ten seconds, and the reads among them count or do
// not. A third of the phones are registered already.
type limited struct {
	countsReads bool
	mu          sync.Mutex
	start       time.Time
	window      int
	used        int
	writes      int
}

func (l *limited) Send(ctx context.Context, steps []authmethod.Step) (answers []authmethod.Answer, err error) {
	<-time.After(100 * time.Millisecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	since := time.Since(l.start)
	if window := int(since / (10 * time.Second)); window != l.window {
		l.window, l.used = window, 0
	}
	for _, step := range steps {
		read := step.Verb == authmethod.Read
		answer := authmethod.Answer{Status: 200, Phone: "+1 2065550101"}
		switch {
		case l.used == 30 && (!read || l.countsReads):
			answer = authmethod.Answer{Status: 429, RetryAfter: time.Duration(l.window+1)*10*time.Second - since}
		case !read || l.countsReads:
			l.used++
		}
		if answer.Status == 200 && !read {
			answer = status(201)
			if l.writes++; l.writes%3 == 0 {
				answer = authmethod.Answer{Status: 400, Code: "badRequest", Message: "already registered"}
			}
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// Where reads have a quota of their own they do not take the room of 300 writes, which
// are ten windows' worth. Where they have none, it is the 400 steps of fourteen, and what
// the trial costs that shows it: which steps meet in a request differs from run to run.
func TestReadsInAQuotaOfTheirOwn(t *testing.T) {
	for _, test := range []struct {
		countsReads bool
		windows     int
	}{{false, 10}, {true, 15}} {
		synctest.Test(t, func(t *testing.T) {
			rows := new(authmethod.Rows)
			number := parser.Parse("+1 2065550101", phonenumber.Parts{}, phonenumber.Region{}).Number
			for i := range 300 {
				rows.Append(authmethod.Row{Line: int32(i) + 2, User: fmt.Sprintf("u%d@x", i), PhoneType: authmethod.PhoneTypeMobile, Number: number})
			}
			sender := &limited{countsReads: test.countsReads, start: time.Now()}
			s := submitter(rows, sender, newMemory(t))
			s.Channels[0].Pacer = pace.New(18, noJitter)
			if err := s.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
				t.Fatal(err)
			}
			if most := time.Duration(test.windows) * 10 * time.Second; time.Since(sender.start) > most || s.Stats().Throttled > 45 {
				t.Errorf("reads count %v: %v and %d throttled, want at most %v and 25", test.countsReads, time.Since(sender.start), s.Stats().Throttled, most)
			}
		})
	}
}
