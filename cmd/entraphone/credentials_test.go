package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/login"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/submit"
)

// spread is a run by several credentials, and what became of it.
type spread struct {
	counter
	by    map[string]int // rows by credential
	ended map[string]error
}

func (s *spread) Outcome(n authmethod.RowNumber, result authmethod.Result) error {
	s.by[result.Credential]++
	return s.counter.Outcome(n, result)
}

// runSpread imports n users, each with a mobile and an alternateMobile, by so many
// credentials.
func runSpread(t *testing.T, sim *graphsim.Simulator, users, credentials int, change func(*submit.Submitter)) (*spread, error) {
	t.Helper()
	half := func() float64 { return 0.5 }
	var channels []submit.Channel
	for i := range credentials {
		client, err := graph.New(graph.Config{
			Transport: sim.Transport(), Logger: zerolog.Nop(), GiveUpAfter: time.Hour,
			Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: fmt.Sprint("app", i), ClientSecret: graph.NewSecret("s")},
		})
		if err != nil {
			t.Fatal(err)
		}
		channels = append(channels, submit.Channel{Name: fmt.Sprint("app", i), Sender: client, Pacer: pace.New(18, half)})
	}
	rows, lanes := new(authmethod.Rows), make([]authmethod.Lane, users)
	number, _ := authmethod.NewPhoneNumber(1, "2065550100", "")
	for i := range users {
		for _, phoneType := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile} {
			lanes[i] = append(lanes[i], authmethod.Task{Row: authmethod.RowNumber(rows.Len()), Verb: authmethod.Create})
			rows.Append(authmethod.Row{Line: int32(rows.Len()) + 2, User: fmt.Sprintf("u%d@example.com", i), PhoneType: phoneType, Number: number})
		}
	}
	told := &spread{counter{}, map[string]int{}, map[string]error{}}
	var ended sync.Mutex
	s := &submit.Submitter{
		Config:   submit.Config{Workers: 4, BatchSize: 20, MaxAttempts: 5, GiveUpAfter: time.Hour, Grace: time.Second, Compare: phonenumber.Compare, Number: phonenumber.Shown, Jitter: half},
		Channels: channels, Recorder: told, Rows: rows, Ended: func(name string, why error) { ended.Lock(); told.ended[name] = why; ended.Unlock() },
	}
	if change != nil {
		change(s)
	}
	err := s.Run(t.Context(), lanes)
	return told, err
}

// Each app registration has a budget of its own, so that so many of them carry so many
// times as much.
func TestCredentialsMultiplyTheBudget(t *testing.T) {
	quota, err := graphsim.ParseQuota("30/10s")
	if err != nil {
		t.Fatal(err)
	}
	rates := map[int]float64{}
	for _, credentials := range []int{1, 2, 4, 8} {
		synctest.Test(t, func(t *testing.T) {
			sim := graphsim.New(graphsim.Config{Latency: 150 * time.Millisecond, PhoneQuota: quota})
			users := 1000 * credentials
			start := time.Now()
			told, err := runSpread(t, sim, users, credentials, nil)
			if err != nil || told.counter[authmethod.Created] != 2*users {
				t.Fatalf("%d credentials: %v, %v", credentials, err, told.counter)
			}
			least, most := 2*users, 0
			for _, n := range told.by {
				least, most = min(least, n), max(most, n)
			}
			if len(told.by) != credentials || float64(least) < 0.85*float64(most) {
				t.Errorf("%d credentials: the rows are shared out unevenly: %v", credentials, told.by)
			}
			rates[credentials] = float64(2*users) / time.Since(start).Seconds()
		})
	}
	t.Logf("rows a second by credentials: %v", rates)
	for n, least := range map[int]float64{2: 1.9, 4: 3.8, 8: 7.6} {
		if times := rates[n] / rates[1]; times < least {
			t.Errorf("%d credentials carry %.2f times as much as one, want %.1f", n, times, least)
		}
	}
}

// A throttle that is of the whole tenant holds every credential, and one that is of an
// app holds nobody else.
func TestTenantWideThrottlesHoldEveryCredential(t *testing.T) {
	tenantQuota, _ := graphsim.ParseQuota("60/60s fixed")
	appQuota, _ := graphsim.ParseQuota("100/60s fixed")
	for _, test := range []struct {
		name   string
		config graphsim.Config
		whole  bool
	}{
		{"of the tenant", graphsim.Config{TenantQuota: tenantQuota}, true},
		{"of the app", graphsim.Config{PhoneQuota: appQuota}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.config.Latency, test.config.KeepLog = 150*time.Millisecond, true
				sim := graphsim.New(test.config)
				told, err := runSpread(t, sim, 100, 4, nil)
				if err != nil || told.counter[authmethod.Created] != 200 {
					t.Fatalf("%v, %v", err, told.counter)
				}
				refused := 0
				for _, entry := range sim.Log() {
					if entry.Status == http.StatusTooManyRequests {
						refused++
					}
				}
				// Each credential may have a batch under way when the first throttle comes.
				if test.whole && refused > 4*4*20 {
					t.Errorf("%d calls were throttled", refused)
				}
				if !test.whole && refused > 0 {
					t.Errorf("%d calls were throttled, and each app has budget enough", refused)
				}
			})
		})
	}
}

// A credential that is refused drops out, be it at once or on the way, and nothing of
// its share is lost, nor out of order.
func TestRefusedCredentialsDropOut(t *testing.T) {
	all := []string{"UserAuthenticationMethod.ReadWrite.All"}
	for _, test := range []struct {
		name    string
		clients []login.Client
		faults  []graphsim.Fault
		ended   []string
	}{
		{"without the permission", []login.Client{
			{ID: "app0", Secret: "s", Permissions: all}, {ID: "app1", Secret: "s", Permissions: []string{"User.Read.All"}}, {ID: "app2", Secret: "s", Permissions: all},
		}, nil, []string{"app1"}},
		{"with a wrong secret", []login.Client{
			{ID: "app0", Secret: "s", Permissions: all}, {ID: "app1", Secret: "s", Permissions: all}, {ID: "app2", Secret: "another", Permissions: all},
		}, nil, []string{"app2"}},
		{"two of three", []login.Client{
			{ID: "app0", Secret: "s", Permissions: all}, {ID: "app1", Secret: "another", Permissions: all}, {ID: "app2", Secret: "s", Permissions: []string{"User.Read.All"}},
		}, nil, []string{"app1", "app2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := graphsim.New(graphsim.Config{Latency: 150 * time.Millisecond, Clients: test.clients})
				told, err := runSpread(t, sim, 200, 3, nil)
				if err != nil || told.counter[authmethod.Created] != 400 {
					t.Fatalf("%v, %v", err, told.counter)
				}
				var ended []string
				for name := range told.ended {
					ended = append(ended, name)
					if told.by[name] > 0 {
						t.Errorf("%s wrote %d rows", name, told.by[name])
					}
				}
				if slices.Sort(ended); !slices.Equal(ended, test.ended) {
					t.Errorf("ended %v (%v), want %v", ended, told.ended, test.ended)
				}
				if stats := sim.Stats(); stats.Overlaps > 0 || stats.AcceptedWrites != 400 {
					t.Errorf("%+v", stats)
				}
			})
		})
	}
}

// Where every credential is refused, the run ends as with one.
func TestAllCredentialsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := []string{"User.Read.All"}
		sim := graphsim.New(graphsim.Config{Clients: []login.Client{{ID: "app0", Secret: "s", Permissions: none}, {ID: "app1", Secret: "s", Permissions: none}}})
		told, err := runSpread(t, sim, 200, 2, nil)
		if refused := (*submit.RefusedError)(nil); !errors.As(err, &refused) || len(told.ended) != 1 {
			t.Errorf("%v, ended %v", err, told.ended)
		}
	})
}

// forgetful is a sender by which nothing goes forward any more from the second request
// on.
type forgetful struct {
	submit.Sender
	requests int
}

func (f *forgetful) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	if f.requests++; f.requests == 1 {
		return f.Sender.Send(ctx, steps)
	}
	answers, err := f.Sender.Send(ctx, steps)
	for i := range answers {
		answers[i] = authmethod.Answer{Lost: errors.New("the answer was lost")}
	}
	return answers, err
}

// What a credential has in doubt is settled by those that go on: it is read, and not
// sent again blindly.
func TestDoubtMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := graphsim.New(graphsim.Config{Latency: 150 * time.Millisecond})
		told, err := runSpread(t, sim, 100, 2, func(s *submit.Submitter) {
			s.MaxAttempts, s.GiveUpAfter, s.Workers = 1000, time.Minute, 1
			s.Channels[1].Sender = &forgetful{Sender: s.Channels[1].Sender}
		})
		if err != nil || told.counter[authmethod.Created] != 200 {
			t.Fatalf("%v, %v", err, told.counter)
		}
		if why := told.ended["app1"]; why == nil || !strings.Contains(why.Error(), "nothing answered") {
			t.Errorf("app1 ended with %v", why)
		}
		if stats := sim.Stats(); stats.AcceptedWrites != 200 || stats.Overlaps > 0 {
			t.Errorf("%+v", stats)
		}
	})
}
