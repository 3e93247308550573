package submit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// calm is a tenant in which nothing goes wrong.
type calm struct {
	mu     sync.Mutex
	phones map[string]string // by user and type
	strong map[string]bool   // users with a method beside phones
	writes int
	reads  int
}

var allTypes = []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice}

func (c *calm) Send(_ context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answers := make([]authmethod.Answer, len(steps))
	for i, step := range steps {
		answers[i] = c.answer(step)
	}
	return answers, nil
}

func (c *calm) answer(step authmethod.Step) authmethod.Answer {
	user := strings.ToLower(step.User)
	at := func(t authmethod.PhoneType) string { return c.phones[key(user, t)] }
	if step.Verb.Writes() {
		c.writes++
	} else {
		c.reads++
	}
	switch phone := key(user, step.PhoneType); {
	case strings.HasPrefix(user, "unknown"):
		return authmethod.Answer{Status: 404, Code: "Request_ResourceNotFound"}
	case step.Verb == authmethod.ReadPhones, step.Verb == authmethod.ReadMethods:
		a := authmethod.Answer{Status: 200, Methods: []authmethod.Method{}}
		for _, t := range allTypes {
			if at(t) != "" {
				a.Methods = append(a.Methods, authmethod.Method{Kind: "phoneAuthenticationMethod", PhoneType: t, Phone: at(t)})
			}
		}
		if step.Verb == authmethod.ReadMethods && c.strong[user] {
			a.Methods = append(a.Methods, authmethod.Method{Kind: "fido2AuthenticationMethod"})
		}
		return a
	case step.Verb == authmethod.Create:
		if c.phones[phone] != "" || step.PhoneType == authmethod.PhoneTypeAlternateMobile && at(authmethod.PhoneTypeMobile) == "" {
			return authmethod.Answer{Status: 400, Code: "badRequest"}
		}
		c.phones[phone] = step.Number.Graph()
		return authmethod.Answer{Status: 201, Phone: step.Number.Graph()}
	case c.phones[phone] == "":
		return authmethod.Answer{Status: 404, Code: "itemNotFound"}
	case step.Verb == authmethod.Read:
		return authmethod.Answer{Status: 200, Phone: c.phones[phone]}
	case step.Verb == authmethod.Update:
		c.phones[phone] = step.Number.Graph()
	case step.PhoneType == authmethod.PhoneTypeMobile && at(authmethod.PhoneTypeAlternateMobile) != "":
		return authmethod.Answer{Status: 400, Code: "badRequest"}
	default:
		delete(c.phones, phone)
	}
	return authmethod.Answer{Status: 204}
}

// Whatever stands in the tenant and whatever the file asks for: the plan changes
// nothing, reads each user at most as often as it has to, and the run comes to the
// outcomes that were planned.
func TestAPlanIsWhatTheRunComesTo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		users := []string{"a@x", "b@x", "c@x", "unknown@x"}
		number := rapid.SampledFrom([]string{"+1 2065550101", "+1 2065550102", "+1 2065550103"})
		before, strong := map[string]string{}, map[string]bool{}
		for _, user := range users[:3] {
			strong[user] = rapid.Bool().Draw(rt, "another method")
			for _, phoneType := range allTypes {
				if rapid.Bool().Draw(rt, "registered") {
					before[key(user, phoneType)] = number.Draw(rt, "number")
				}
			}
			if before[key(user, authmethod.PhoneTypeMobile)] == "" {
				delete(before, key(user, authmethod.PhoneTypeAlternateMobile))
			}
		}
		rows := new(authmethod.Rows)
		for n := range rapid.IntRange(1, 12).Draw(rt, "rows") {
			row := *rowsOf(rapid.SampledFrom(users).Draw(rt, "user") + " " + string(rapid.SampledFrom(allTypes).Draw(rt, "type")) + " " + number.Draw(rt, "number")).At(0)
			row.Line = int32(n) + 2
			row.Action = rapid.SampledFrom([]authmethod.Action{authmethod.AsTheRun, authmethod.Upsert, authmethod.CreateOnly, authmethod.UpdateOnly, authmethod.Remove, authmethod.Skip}).Draw(rt, "action")
			if row.Action == authmethod.Remove && rapid.Bool().Draw(rt, "any number") {
				row.Number = authmethod.PhoneNumber{}
			}
			rows.Append(row)
		}
		policy := plan.Policy{Existing: rapid.SampledFrom([]authmethod.Existing{authmethod.KeepExisting, authmethod.OverwriteExisting, authmethod.AddAlternate}).Draw(rt, "policy")}
		var planned, done map[authmethod.RowNumber]authmethod.Result
		synctest.Test(t, func(t *testing.T) {
			carry := func(tenant *calm, sender submit.Sender) map[authmethod.RowNumber]authmethod.Result {
				recorder := newMemory(t)
				s := submitter(rows, sender, recorder)
				s.KeepLast, s.GiveUpAfter = true, time.Hour
				var refused *submit.RefusedError
				if err := s.Run(t.Context(), plan.Build(rows, policy).Lanes); err != nil && !errors.As(err, &refused) {
					t.Error(err)
				}
				return recorder.results
			}
			tenant := &calm{phones: maps.Clone(before), strong: strong}
			planned = carry(tenant, &submit.Planner{Sender: tenant, Pacer: pace.New(pace.Unlimited, noJitter)})
			if tenant.writes > 0 || fmt.Sprint(tenant.phones) != fmt.Sprint(before) {
				t.Errorf("the plan has changed %v to %v", before, tenant.phones)
			}
			done = carry(tenant, tenant)
		})
		would := map[authmethod.Verb]authmethod.Outcome{authmethod.Create: authmethod.Created, authmethod.Update: authmethod.Updated, authmethod.Delete: authmethod.Removed}
		for n, result := range done {
			want := planned[n].Outcome
			if want == authmethod.Planned {
				want = would[planned[n].Would]
			}
			if result.Outcome != want || planned[n].Outcome == authmethod.Planned && planned[n].Registered != result.Registered {
				rt.Errorf("line %d, %s, %s of %s: planned %s (%s, over %s), and it is %s (%s)", rows.At(n).Line, rows.At(n).Action, rows.At(n).PhoneType, rows.At(n).User,
					planned[n].Outcome, planned[n].Would, planned[n].Registered.Graph(), result.Outcome, result.Reason)
			}
		}
		if len(planned) != len(done) {
			rt.Errorf("%d rows were planned, and %d have an outcome", len(planned), len(done))
		}
	})
}

// A user who cannot be read holds nobody else up; throttles do not count.
func TestPlanOfAUserWhoCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := rowsOf("a@x mobile +1 2065550101", "b@x mobile +1 2065550102")
		throttled, broken := authmethod.Answer{Status: 429, RetryAfter: time.Second}, authmethod.Answer{Status: 503}
		reads := func(answers ...authmethod.Answer) (steps []step) {
			for _, a := range answers {
				steps = append(steps, step{authmethod.ReadPhones, a})
			}
			return steps
		}
		sender := &scripted{t: t, start: time.Now(), steps: map[string][]step{
			"a@x": reads(broken, broken, broken, broken, broken, broken, broken),
			"b@x": reads(throttled, throttled, throttled, throttled, throttled, throttled, authmethod.Answer{Status: 200, Methods: []authmethod.Method{}}),
		}}
		recorder := newMemory(t)
		s := submitter(rows, &submit.Planner{Sender: sender, Pacer: pace.New(pace.Unlimited, noJitter)}, recorder)
		if err := s.Run(t.Context(), plan.Build(rows, plan.Policy{}).Lanes); err != nil {
			t.Fatal(err)
		}
		if got := recorder.results[0]; got.Outcome != authmethod.Unknown || got.Class != authmethod.Retry {
			t.Errorf("who cannot be read is %s, class %q, want unknown, retry", got.Outcome, got.Class)
		}
		if got := recorder.results[1]; got.Outcome != authmethod.Planned || got.Would != authmethod.Create {
			t.Errorf("who was throttled is %s (%s), want planned", got.Outcome, got.Message)
		}
	})
}
