package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/pace"
	"entraphone/internal/tenant"
)

var _ tenant.Asker = (*graph.Client)(nil)

func noJitter() float64 { return 0 }

// askedBy is a tenant that is asked through the asker, in a bubble or not.
func askedBy(asker tenant.Asker) *tenant.Tenant {
	return &tenant.Tenant{
		Asker: asker, Pacer: pace.New(pace.Unlimited, noJitter), Reports: pace.New(tenant.ReportRate, noJitter), GiveUpAfter: 10 * time.Minute,
	}
}

// simulated is a tenant behind the client for Graph, with no network in between.
func simulated(t *testing.T, config graphsim.Config) (*tenant.Tenant, *graphsim.Simulator) {
	t.Helper()
	sim := graphsim.New(config)
	client, err := graph.New(graph.Config{
		Version: "test", Connections: 1, Transport: sim.Transport(),
		Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "contoso", ClientID: "app", ClientSecret: graph.NewSecret("hunter2")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return askedBy(client), sim
}

// people is a directory.
func people(t *testing.T, users ...directory.User) *directory.Directory {
	t.Helper()
	d := directory.New()
	for _, u := range users {
		if _, err := d.Add(u); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// employees are n users with employee ids from 1 on.
func employees(t *testing.T, n int) *directory.Directory {
	t.Helper()
	d := directory.New()
	for i := 1; i <= n; i++ {
		if _, err := d.Add(directory.User{UserPrincipalName: fmt.Sprintf("u%d@example.com", i), EmployeeID: fmt.Sprint(i), AccountEnabled: true}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// upTo are the employee ids from 1 on.
func upTo(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i + 1)
	}
	return names
}

// fake answers questions by a function, alone or in a batch.
type fake struct {
	answer func(path string) (body string, a authmethod.Answer)
	err    error
	mu     sync.Mutex
	sizes  []int    // of the requests
	asked  []string // paths, in order
}

func (f *fake) Ask(_ context.Context, paths []string) (bodies [][]byte, answers []authmethod.Answer, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sizes = append(f.sizes, len(paths))
	for _, path := range paths {
		f.asked = append(f.asked, path)
		body, a := f.answer(path)
		if a.Status == 0 && a.Lost == nil && a.NotSent == nil {
			a.Status = 200
		}
		bodies, answers = append(bodies, nil), append(answers, a)
		if a.Status == 200 {
			bodies[len(bodies)-1] = []byte(body)
		}
	}
	return bodies, answers, f.err
}

func (f *fake) Shown(raw string) string { return strings.ReplaceAll(raw, "\x1b", "") }

// inOrder answers with each of these in turn, and with the last for ever.
func inOrder(replies ...func() (string, authmethod.Answer)) *fake {
	return &fake{answer: func(string) (string, authmethod.Answer) {
		reply := replies[0]
		if len(replies) > 1 {
			replies = replies[1:]
		}
		return reply()
	}}
}

func body(text string) func() (string, authmethod.Answer) {
	return func() (string, authmethod.Answer) { return text, authmethod.Answer{} }
}

func answer(a authmethod.Answer) func() (string, authmethod.Answer) {
	return func() (string, authmethod.Answer) { return "", a }
}

func refused(status int, code string) func() (string, authmethod.Answer) {
	return answer(authmethod.Answer{Status: status, Code: code, Message: "no", RequestID: "r"})
}

var (
	errCut    = errors.New("connection cut")
	throttled = answer(authmethod.Answer{Status: 429, RetryAfter: 30 * time.Second})
	busy      = answer(authmethod.Answer{Status: 503, RetryAfter: 20 * time.Second})
	broken    = answer(authmethod.Answer{Status: 500})
	lost      = answer(authmethod.Answer{Lost: errCut})
	notSent   = answer(authmethod.Answer{NotSent: errCut})
	anna      = body(`{"value":[{"id":"1","userPrincipalName":"anna@example.com","accountEnabled":true}]}`)
)

// Whatever comes instead of an answer, the question is asked again, after the
// wait that was asked for.
func TestQuestionsAreAskedAgain(t *testing.T) {
	tests := []struct {
		name string
		bad  func() (string, authmethod.Answer)
		wait time.Duration
	}{
		{"throttled", throttled, 30 * time.Second},
		{"busy", busy, 20 * time.Second},
		{"fault", broken, time.Second},
		{"lost", lost, time.Second},
		{"not sent", notSent, time.Second},
		{"timeout", refused(408, ""), time.Second},
		{"cut", body(`{"hello":"world"}`), time.Second},
		{"null", body(`{"value":null}`), time.Second},
		{"other JSON", body(`[1]`), time.Second},
		{"other types", body(`{"value":[{"id":7}]}`), time.Second},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			asker, began := inOrder(test.bad, anna), time.Now()
			matches, err := askedBy(asker).Find(t.Context(), tenant.UserPrincipalName, []string{"anna@example.com"})
			if err != nil || len(matches[0].Users) != 1 || len(asker.asked) != 2 || asker.asked[0] != asker.asked[1] {
				t.Errorf("%s: Find = %v, %v after %q, want the user after the same question twice", test.name, matches, err, asker.asked)
			}
			if waited := time.Since(began); waited < test.wait || waited > test.wait+time.Second {
				t.Errorf("%s: waited %v, want %v", test.name, waited, test.wait)
			}
		})
	}
}

// Of a batch only what was not answered is asked again, and a batch that is refused
// as a whole one by one.
func TestOnlyWhatIsOpenIsAskedAgain(t *testing.T) {
	for name, first := range map[string]authmethod.Answer{
		"throttled": {Status: 429, RetryAfter: time.Second},
		"lost":      {Lost: errCut},
		"alone":     {Status: 400, Code: "BadRequest", Alone: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := map[string]int{}
			asker := &fake{answer: func(path string) (string, authmethod.Answer) {
				tries[path]++
				if tries[path] == 1 && (name == "alone" || len(tries)%2 == 0) {
					return "", first
				}
				return `{"value":[{"id":"1","employeeId":"x"}]}`, authmethod.Answer{}
			}}
			// So many that a sweep is thought of, which the count rules out.
			if _, err := askedBy(counting(asker, "1000000")).Find(t.Context(), tenant.EmployeeID, upTo(150)); err != nil {
				t.Errorf("%s: Find = %v", name, err)
			}
			// The count, all, and then what is open: one by one where that helps,
			// or where the pacer has seen a throttle.
			want := map[string]string{"throttled": "[1 10 1 1 1 1 1]", "lost": "[1 10 5]", "alone": "[1 10 1 1 1 1 1 1 1 1 1 1]"}[name]
			if got := fmt.Sprint(asker.sizes); got != want {
				t.Errorf("%s: requests of %s questions, want %s", name, got, want)
			}
			for path, n := range tries {
				if n > 2 {
					t.Errorf("%s: %s was asked %d times", name, path, n)
				}
			}
		})
	}
}

// counting answers the count of users beside what the asker answers.
func counting(f *fake, count string) *fake {
	others := f.answer
	f.answer = func(path string) (string, authmethod.Answer) {
		if strings.HasSuffix(path, "/$count") {
			return count, authmethod.Answer{}
		}
		return others(path)
	}
	return f
}

// A tenant that does not answer is given up, and the error says for whom to look.
func TestGivenUp(t *testing.T) {
	tests := []struct {
		name     string
		replies  []func() (string, authmethod.Answer)
		min, max time.Duration
		code     int
		says     string
	}{
		{"throttled for ever", []func() (string, authmethod.Answer){throttled}, 9 * time.Minute, 10 * time.Minute, 4, "last: 429"},
		{"a wait of an hour", []func() (string, authmethod.Answer){answer(authmethod.Answer{Status: 429, RetryAfter: time.Hour})}, 0, time.Second, 4, "longer wait"},
		{"faults", []func() (string, authmethod.Answer){broken}, 9 * time.Minute, 10 * time.Minute, 4, "last: 500"},
		{"silence", []func() (string, authmethod.Answer){lost}, 9 * time.Minute, 10 * time.Minute, 1, "connection cut"},
		{"unreachable", []func() (string, authmethod.Answer){notSent}, 9 * time.Minute, 10 * time.Minute, 1, "connection cut"},
		{"no pages", []func() (string, authmethod.Answer){body(`{}`)}, 9 * time.Minute, 10 * time.Minute, 1, "not a page"},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			_, err := askedBy(inOrder(test.replies...)).Find(t.Context(), tenant.Mail, []string{"a@example.com"})
			given, is := errors.AsType[*tenant.GivenUpError](err)
			if !is || given.ExitCode() != test.code || given.Advice() == "" || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "users by mail") {
				t.Errorf("%s: Find = %v, want a *GivenUpError with exit code %d that says %q", test.name, err, test.code, test.says)
			}
			if took := time.Since(began); took < test.min || took > test.max {
				t.Errorf("%s: given up after %v, want %v to %v", test.name, took, test.min, test.max)
			}
		})
	}
}

// What no question can get over ends the asking at once; so does the caller.
func TestRunCannotGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fatal := errors.New("credentials refused")
		asker := inOrder(notSent)
		asker.err = fatal
		if _, err := askedBy(asker).Find(t.Context(), tenant.Mail, []string{"a"}); !errors.Is(err, fatal) || len(asker.asked) != 1 {
			t.Errorf("Find = %v after %d questions, want the asker's error after one", err, len(asker.asked))
		}
		stop := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(stop) })
		began := time.Now()
		if _, err := askedBy(inOrder(throttled)).Find(ctx, tenant.Mail, []string{"a"}); !errors.Is(err, stop) || time.Since(began) != 5*time.Second {
			t.Errorf("Find = %v after %v, want the cause of the end, at once", err, time.Since(began))
		}
	})
}

// A listing ends in an error where a page cannot be had, and is never shorter for
// it.
func TestListingsAreWholeOrFail(t *testing.T) {
	first := body(`{"value":[{"id":"1"}],"@odata.nextLink":"/next"}`)
	tests := []struct {
		name    string
		replies []func() (string, authmethod.Answer)
		ids     string // of the members; empty for a refusal
		says    string
	}{
		{"one page", []func() (string, authmethod.Answer){body(`{"value":[{"id":"1"},{"id":"2"},{"id":"1"}]}`)}, "1 2", ""},
		{"nobody", []func() (string, authmethod.Answer){body(`{"value":[]}`)}, "", ""},
		{"two pages", []func() (string, authmethod.Answer){first, body(`{"value":[{"id":"2"}]}`)}, "1 2", ""},
		{"an empty page in between", []func() (string, authmethod.Answer){first, body(`{"value":[],"@odata.nextLink":"/more"}`), body(`{"value":[{"id":"2"}]}`)}, "1 2", ""},
		{"a page is lost", []func() (string, authmethod.Answer){first, lost, throttled, body(`{"value":[{"id":"2"}]}`)}, "1 2", ""},
		{"a page names itself", []func() (string, authmethod.Answer){first, first}, "", "twice"},
		{"a page is refused", []func() (string, authmethod.Answer){first, refused(403, "Authorization_RequestDenied")}, "", "GroupMember.Read.All"},
		{"no such group", []func() (string, authmethod.Answer){refused(404, "Request_ResourceNotFound")}, "", "object id"},
		{"the pages expire", []func() (string, authmethod.Answer){first, refused(400, "Directory_ExpiredPageToken"), first, body(`{"value":[{"id":"3"}]}`)}, "1 3", ""},
		{"the pages expire for ever", []func() (string, authmethod.Answer){
			first, refused(400, "directory_expiredpagetoken"), first, refused(400, "Directory_ExpiredPageToken"),
			first, refused(400, "Directory_ExpiredPageToken"), first, refused(400, "Directory_ExpiredPageToken"),
		}, "", "Directory_ExpiredPageToken"},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			asker := inOrder(test.replies...)
			members, err := askedBy(asker).Members(t.Context(), "g/1")
			if want := "/groups/g%2F1/transitiveMembers/microsoft.graph.user?$select=id,userPrincipalName&$count=true&$top=999"; asker.asked[0] != want {
				t.Errorf("asked for %s, want %s", asker.asked[0], want)
			}
			if test.says != "" {
				if _, is := errors.AsType[*tenant.RefusedError](err); !is || members != nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%s: Members = %v, %v, want a *RefusedError that says %q", test.name, members, err, test.says)
				}
				return
			}
			var ids []string
			for _, m := range members {
				ids = append(ids, m.ID)
			}
			if got := strings.Join(ids, " "); err != nil || got != test.ids {
				t.Errorf("%s: Members = %q, %v, want %q", test.name, got, err, test.ids)
			}
		})
	}
}

// Members of a simulated group, over two pages and through a throttle.
func TestMembersFromTheSimulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := employees(t, 1200)
		var keys []string
		for i := range 1100 {
			keys = append(keys, fmt.Sprintf("u%d@example.com", i+1))
		}
		const group = "4f0a2d6e-2f53-4c3e-9d0c-6b8a2f1f7c11"
		tt, _ := simulated(t, graphsim.Config{Directory: d, Groups: map[string][]string{group: keys}, Faults: []graphsim.Fault{
			{Method: "GET", After: 1, Count: 1, Status: http.StatusTooManyRequests, RetryAfter: "7"},
		}})
		members, err := tt.Members(t.Context(), group)
		if err != nil || len(members) != 1100 || members[0].UserPrincipalName == "" || members[0].ID == "" {
			t.Errorf("Members = %d members, %v, want 1,100", len(members), err)
		}
		_, err = tt.Members(t.Context(), "00000000-0000-4000-8000-00000000ffff")
		if refusal, is := errors.AsType[*tenant.RefusedError](err); !is || refusal.Answer.Status != 404 || refusal.ExitCode() != 1 {
			t.Errorf("Members of no group = %v, want a *RefusedError with 404", err)
		}
	})
}

// silent never answers.
type silent struct{ *fake }

func (silent) Ask(ctx context.Context, paths []string) ([][]byte, []authmethod.Answer, error) {
	<-ctx.Done()
	answers := make([]authmethod.Answer, len(paths))
	for i := range answers {
		answers[i].Lost = ctx.Err()
	}
	return make([][]byte, len(paths)), answers, ctx.Err()
}

// Nor does a tenant keep anybody for longer that takes questions and is silent, or a
// pace that lets none leave.
func TestGivenUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := askedBy(inOrder(body(`{"value":[]}`)))
		slow.Pacer = pace.New(1.0/3600, noJitter)
		if _, err := slow.Pacer.Wait(t.Context(), []bool{true}); err != nil {
			t.Fatal(err)
		}
		for name, asked := range map[string]*tenant.Tenant{"silence": askedBy(silent{}), "a pace of one an hour": slow} {
			asked.GiveUpAfter = 10 * time.Second
			began := time.Now()
			_, err := asked.Find(t.Context(), tenant.Mail, []string{"a@example.com"})
			if given, is := errors.AsType[*tenant.GivenUpError](err); !is || given.ExitCode() != 1 || time.Since(began) > 10*time.Second {
				t.Errorf("%s: Find = %v after %v, want a *GivenUpError after 10s", name, err, time.Since(began))
			}
		}
	})
}

// What came in the place of a count is not quoted.
func TestNoCountIsNotQuoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asker := counting(inOrder(body(`{"value":[]}`)), "\x1b[2J+44 7700900123")
		_, err := askedBy(asker).Find(t.Context(), tenant.EmployeeID, upTo(150))
		if err == nil || strings.Contains(err.Error(), "7700900123") || strings.Contains(err.Error(), "x1b") {
			t.Errorf("Find = %v, want an error that does not quote what came", err)
		}
	})
}
