package graphsim_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"

	"github.com/google/go-cmp/cmp"
)

func quota(t testing.TB, text string) graphsim.Quota {
	t.Helper()
	q, err := graphsim.ParseQuota(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestParseQuota(t *testing.T) {
	const second = time.Second
	good := map[string]graphsim.Quota{
		"3000/150s":              {Kind: graphsim.SlidingWindow, Limit: 3000, Window: 150 * second, CountThrottled: true},
		" 5/10s  forgiving ":     {Kind: graphsim.SlidingWindow, Limit: 5, Window: 10 * second},
		"5/10s sliding":          {Kind: graphsim.SlidingWindow, Limit: 5, Window: 10 * second, CountThrottled: true},
		"5/10s fixed":            {Kind: graphsim.FixedWindow, Limit: 5, Window: 10 * second, CountThrottled: true},
		"1/1ms bucket":           {Kind: graphsim.TokenBucket, Limit: 1, Window: time.Millisecond, CountThrottled: true},
		"5/10s forgiving bucket": {Kind: graphsim.TokenBucket, Limit: 5, Window: 10 * second},
		"1000000/24h":            {Kind: graphsim.SlidingWindow, Limit: 1_000_000, Window: 24 * time.Hour, CountThrottled: true},
		"unlimited":              {},
	}
	for text, want := range good {
		got, err := graphsim.ParseQuota(text)
		if err != nil || got != want {
			t.Errorf("ParseQuota(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	bad := []string{
		"", " ", "5", "/", "5/", "/10s", "5/10", "0/10s", "-5/10s", "1000001/10s", "5/0s", "5/-10s", "5/25h", "5/10s/2", "5.5/10s",
		"five/10s", "5 /10s", "99999999999999999999/1s", "5/10s often", "5/10s unlimited", "unlimited forgiving", "5/10s Fixed",
	}
	for _, text := range bad {
		q, err := graphsim.ParseQuota(text)
		if err == nil || !strings.Contains(err.Error(), "quota ") || q != (graphsim.Quota{}) {
			t.Errorf("ParseQuota(%q) = %+v, %v, want an error that says quota", text, q, err)
		}
	}
}

// as sends a GET or, with a body, a POST with another token.
func as(t testing.TB, s *graphsim.Simulator, token, path, body string) reply {
	t.Helper()
	method := "GET"
	if body != "" {
		method = "POST"
	}
	r := newRequest(t, method, host+"/v1.0"+path, body)
	r.Header.Set("Authorization", "Bearer "+token)
	got, err := do(s, r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// signIn gets a token for a client in a tenant.
func signIn(t testing.TB, s *graphsim.Simulator, tenant, client string) string {
	t.Helper()
	r := newRequest(t, "POST", host+"/"+tenant+"/oauth2/v2.0/token", strings.Replace(goodLogin, "client_id=app", "client_id="+client, 1))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := do(s, r)
	if err != nil {
		t.Fatal(err)
	}
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &granted); err != nil || granted.AccessToken == "" {
		t.Fatalf("token endpoint = %d %s", got.status, got.body)
	}
	return granted.AccessToken
}

func TestEachAppInEachTenantHasItsQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{ReadQuota: quota(t, "2/10s")})
		for _, who := range []struct{ tenant, client string }{{"contoso", "one"}, {"contoso", "two"}, {"fabrikam", "one"}} {
			var got []int
			for range 3 { // a new token is no new quota
				got = append(got, as(t, s, signIn(t, s, who.tenant, who.client), phonesPath(bob), "").status)
			}
			if diff := cmp.Diff([]int{200, 200, 429}, got); diff != "" {
				t.Errorf("%v: statuses (-want +got):\n%s", who, diff)
			}
		}
	})
}

// TestQuotaOfEachCall: what a call takes of which quota, seen from how many
// are taken before the first is refused.
func TestQuotaOfEachCall(t *testing.T) {
	const users, report = "/users", "/reports/authenticationMethods/userRegistrationDetails"
	reads, writes := "12/10s", "12/10s"
	type quotas struct{ write, read, phone, report string }
	tests := []struct {
		name, method, path, body string
		quotas                   quotas
		taken                    int
		scope, information       string
	}{
		{"list of users costs 2", "GET", users, "", quotas{read: reads}, 6, "Read", "ResourceUnitLimitExceeded"},
		{"with $select 1", "GET", users + "?$select=id", "", quotas{read: reads}, 12, "Read", "ResourceUnitLimitExceeded"},
		{"with a small page 1", "GET", users + "?$top=19", "", quotas{read: reads}, 12, "Read", "ResourceUnitLimitExceeded"},
		{"with a page of 20 2", "GET", users + "?$top=20", "", quotas{read: reads}, 6, "Read", "ResourceUnitLimitExceeded"},
		{"never less than 1", "GET", users + "?$top=1&$select=id", "", quotas{read: reads}, 12, "Read", "ResourceUnitLimitExceeded"},
		{"one user costs 1", "GET", users + "/" + bob, "", quotas{read: reads}, 12, "Read", "ResourceUnitLimitExceeded"},
		{"getByIds costs 3 and no write", "POST", "/directoryObjects/getByIds", `{"ids":["3179e48a-750b-4051-897c-87b9720928f7"]}`, quotas{read: reads, write: "1/10s"}, 4, "Read", "ResourceUnitLimitExceeded"},
		{"phones cost 1", "GET", phonesPath(bob), "", quotas{read: reads}, 12, "Read", "ResourceUnitLimitExceeded"},
		{"reads are no writes", "GET", phonesPath(bob), "", quotas{read: reads, write: "1/10s"}, 12, "Read", "ResourceUnitLimitExceeded"},
		{"a write is no read", "PATCH", phonePath(bob, mobileID), `{}`, quotas{write: writes, read: "1/10s"}, 12, "Write", "WriteLimitExceeded"},
		{"refused writes count", "DELETE", phonePath(bob, officeID), "", quotas{write: writes}, 12, "Write", "WriteLimitExceeded"},
		{"phones, read", "GET", phonesPath(bob), "", quotas{phone: "5/10s"}, 5, "ReadWrite", "ResourceUnitLimitExceeded"},
		{"phones, written", "PATCH", phonePath(bob, mobileID), `{}`, quotas{phone: "5/10s"}, 5, "ReadWrite", "ResourceUnitLimitExceeded"},
		{"methods are phones", "GET", "/users/" + bob + "/authentication/methods", "", quotas{phone: "5/10s"}, 5, "ReadWrite", "ResourceUnitLimitExceeded"},
		{"reports", "GET", report, "", quotas{report: "5/10s"}, 5, "Read", "ResourceUnitLimitExceeded"},
		{"reports are reads", "GET", report, "", quotas{report: "5/10s", read: "3/10s"}, 3, "Read", "ResourceUnitLimitExceeded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				text := func(q string) graphsim.Quota {
					if q == "" {
						return graphsim.Quota{}
					}
					return quota(t, q)
				}
				s := newSim(graphsim.Config{Directory: bobAndAlice(), WriteQuota: text(test.quotas.write), ReadQuota: text(test.quotas.read),
					PhoneQuota: text(test.quotas.phone), ReportQuota: text(test.quotas.report)})
				taken := 0
				got := send(t, s, test.method, test.path, test.body)
				for ; got.status != http.StatusTooManyRequests && taken < 50; taken++ {
					got = send(t, s, test.method, test.path, test.body)
				}
				if taken != test.taken {
					t.Errorf("%d calls are taken, want %d", taken, test.taken)
				}
				scope := "Tenant_Application/" + test.scope + "/" + app + "/" + tenant
				if got.header.Get("x-ms-throttle-scope") != scope || got.header.Get("x-ms-throttle-information") != test.information {
					t.Errorf("headers %v, want the scope %s and %s", got.header, scope, test.information)
				}
			})
		})
	}
}

// TestQuotasTogether: reads and writes share the quota of phones, and what one
// quota refuses takes nothing of a forgiving other.
func TestQuotasTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{WriteQuota: quota(t, "3/60s forgiving"), PhoneQuota: quota(t, "2/10s forgiving")})
		w := &writer{t: t, s: s}
		send(t, s, "GET", phonesPath(bob), "")
		if accepted, _ := w.burst(); accepted != 1 {
			t.Errorf("after a read %d writes are taken, want 1", accepted)
		}
		for range 5 {
			w.write() // refused for the phones
		}
		time.Sleep(10 * time.Second)
		accepted, refused := w.burst()
		if wait := refused.header.Get("Retry-After"); accepted != 2 || wait != "50" {
			t.Errorf("then %d are taken, then wait %s s; want 2 and the longer wait of 50 s", accepted, wait)
		}
	})
}

// TestWaitIsForTheWholeCall: a caller who waits what it is told is let in, also
// where a call costs more than one unit, or more than the quota has.
func TestWaitIsForTheWholeCall(t *testing.T) {
	for _, text := range []string{"4/10s", "4/10s forgiving", "4/10s bucket", "4/10s bucket forgiving", "4/10s fixed", "1/10s", "1/10s bucket", "3/7s fixed forgiving"} {
		synctest.Test(t, func(t *testing.T) {
			s := newSim(graphsim.Config{ReadQuota: quota(t, text), RetryAfter: graphsim.RetryAfterFraction})
			refused := 0
			for range 12 {
				got := send(t, s, "GET", "/users", "")
				if got.status == http.StatusTooManyRequests {
					refused++
					wait, err := time.ParseDuration(got.header.Get("Retry-After") + "s")
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(wait)
					got = send(t, s, "GET", "/users", "")
				}
				if got.status != http.StatusOK {
					t.Fatalf("%s: after waiting as told: status %d, want 200", text, got.status)
				}
			}
			if refused == 0 {
				t.Errorf("%s: nothing was refused", text)
			}
		})
	}
}

// TestUnitsThatFitInPart: a call of two units waits for both, and one of a
// single unit is still taken if the refused one does not count.
func TestUnitsThatFitInPart(t *testing.T) {
	tests := []struct{ quota, wait string }{
		{"3/10s forgiving", "7.000"},        // those of 0 s and 4 s must leave
		{"3/10s fixed forgiving", "3.000"},  // a new window begins at 10 s
		{"3/10s bucket forgiving", "0.334"}, // 1.9 tokens are there
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := newSim(graphsim.Config{ReadQuota: quota(t, test.quota), RetryAfter: graphsim.RetryAfterFraction})
			for _, pause := range []time.Duration{0, 4, 2} {
				time.Sleep(pause * time.Second)
				send(t, s, "GET", phonesPath(bob), "")
			}
			time.Sleep(time.Second)
			if got := send(t, s, "GET", "/users", ""); got.status != 429 || got.header.Get("Retry-After") != test.wait {
				t.Errorf("%s: two units = %d, Retry-After %s, want 429, %s", test.quota, got.status, got.header.Get("Retry-After"), test.wait)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{ReadQuota: quota(t, "3/10s fixed forgiving")})
		var got []int
		for _, path := range []string{"/users", "/users", phonesPath(bob), phonesPath(bob)} {
			got = append(got, send(t, s, "GET", path, "").status)
		}
		if diff := cmp.Diff([]int{200, 429, 200, 429}, got); diff != "" {
			t.Errorf("2, 2, 1 and 1 of three units (-want +got):\n%s", diff)
		}
	})
}

// TestRefusedCallsDoNotFillALargerWindow: a fixed window is full and no more.
func TestRefusedCallsDoNotFillALargerWindow(t *testing.T) {
	s := newSim(graphsim.Config{WriteQuota: quota(t, "5/1h fixed")})
	w := &writer{t: t, s: s}
	w.burst()
	for range 10 {
		w.write()
	}
	s.SetWriteQuota(quota(t, "8/1h fixed"))
	if accepted, _ := w.burst(); accepted != 3 {
		t.Errorf("after the window grew from 5 to 8, %d are taken, want 3", accepted)
	}
}

func TestThrottleHeaders(t *testing.T) {
	for _, none := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newSim(graphsim.Config{ReadQuota: quota(t, "10/10s"), Assumed: graphsim.Assumed{NoThrottleHeaders: none}})
			want := map[int]string{8: "0.8", 9: "0.9", 10: "1.0"}
			for n := 1; n <= 11; n++ {
				got := send(t, s, "GET", phonesPath(bob), "")
				percentage := want[n]
				if none {
					percentage = ""
				}
				if p := got.header.Get("x-ms-throttle-limit-percentage"); p != percentage {
					t.Errorf("call %d: x-ms-throttle-limit-percentage %q, want %q", n, p, percentage)
				}
				throttled := n == 11 && !none
				if (got.header.Get("x-ms-throttle-scope") != "") != throttled || (got.header.Get("x-ms-throttle-information") != "") != throttled {
					t.Errorf("call %d: headers %v, want scope and information: %t", n, got.header, throttled)
				}
			}
			time.Sleep(20 * time.Second)
			for range 8 {
				send(t, s, "GET", phonesPath(bob), "")
			}
			in := items(t, send(t, s, "POST", "/$batch", batch(`{"id":"1","method":"GET","url":"`+phonesPath(bob)+`"}`)))["1"]
			if p, ok := in.Headers["x-ms-throttle-limit-percentage"]; ok == none || !none && p != "0.9" {
				t.Errorf("item headers %v, want 0.9 in them: %t", in.Headers, !none)
			}
		})
	}
}

func TestResetOnEarlyRetry(t *testing.T) {
	for _, reset := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newSim(graphsim.Config{ReadQuota: quota(t, "1/10s forgiving"), ResetOnEarlyRetry: reset})
			get := func(after time.Duration, want int, wait string) {
				t.Helper()
				time.Sleep(after)
				got := send(t, s, "GET", phonesPath(bob), "")
				if got.status != want || got.header.Get("Retry-After") != wait {
					t.Errorf("reset %t: %d, Retry-After %q, want %d, %q", reset, got.status, got.header.Get("Retry-After"), want, wait)
				}
			}
			get(0, 200, "")
			get(4*time.Second, 429, "6")
			if !reset {
				get(5*time.Second, 429, "1")
				get(1*time.Second, 200, "")
				return
			}
			get(5*time.Second, 429, "6")
			get(5*time.Second, 429, "6")
			// It is for all calls of the app, also those with quota left.
			refused := create(t, s, bob, "mobile", "+1 2065550123")
			if refused.status != 429 || !strings.Contains(refused.header.Get("x-ms-throttle-scope"), "/Read/") {
				t.Errorf("a write: %d %v, want 429 for the reads", refused.status, refused.header)
			}
			other := signIn(t, s, "contoso", "another")
			if got := as(t, s, other, phonesPath(bob), ""); got.status != 200 {
				t.Errorf("another app: %d, want 200", got.status)
			}
			get(6*time.Second, 200, "")
		})
	}
}

func TestThrottledBatchStatus(t *testing.T) {
	for _, want := range []int{200, 424, 429} {
		synctest.Test(t, func(t *testing.T) {
			s := newSim(graphsim.Config{WriteQuota: quota(t, "2/10s forgiving"), Assumed: graphsim.Assumed{BatchThrottled: want}})
			if got := send(t, s, "POST", "/$batch", batch(manyCreates(2)...)); got.status != 200 {
				t.Errorf("without a throttled item: %d, want 200", got.status)
			}
			time.Sleep(10 * time.Second)
			got := send(t, s, "POST", "/$batch", batch(manyCreates(4)[1:]...))
			retryAfter := ""
			if want == 429 {
				retryAfter = "10"
			}
			if got.status != want || got.header.Get("Retry-After") != retryAfter {
				t.Errorf("with one: %d, Retry-After %q, want %d, %q", got.status, got.header.Get("Retry-After"), want, retryAfter)
			}
			count := map[int]int{}
			for _, it := range itemList(t, got) {
				count[it.Status]++
				if it.Status == 429 && it.Headers["Retry-After"] != "10" {
					t.Errorf("item headers %v, want Retry-After 10", it.Headers)
				}
			}
			if count[429] != 1 || len(itemList(t, got)) != 3 {
				t.Errorf("statuses %v, want one 429 of three", count)
			}
		})
	}
}

func TestQuotaKeepsFewApps(t *testing.T) {
	t.Parallel()
	// Those beyond the thousandth share one budget, so that memory is bounded.
	s := newSim(graphsim.Config{ReadQuota: quota(t, "1/10s")})
	status := func(n int) int {
		return as(t, s, signIn(t, s, "contoso", "app"+strconv.Itoa(n)), phonesPath(bob), "").status
	}
	for n := range 1000 {
		if got := status(n); got != 200 {
			t.Fatalf("app %d: %d, want 200", n, got)
		}
	}
	if one, other := status(1000), status(1001); one != 200 || other != 429 {
		t.Errorf("two apps beyond: %d, %d, want 200, 429", one, other)
	}
}

// TestErrorShapes: what an error lacks, and that it lacks nothing else; the
// same alone and in a $batch.
func TestErrorShapes(t *testing.T) {
	const whole = `"code":"429","date":"","message":"Please retry after","request-id":"","client-request-id":"","status":"429"`
	shapes := map[graphsim.ErrorShape]string{
		"":                       `"message":"Please retry again later.","innerError":{` + whole + `}`,
		graphsim.LowerInnerError: `"message":"Please retry again later.","innererror":{` + whole + `}`,
		graphsim.WithoutInner:    `"message":"Please retry again later."`,
		graphsim.WithoutMessage:  `"message":"","innerError":{"code":"429","date":"","request-id":"","client-request-id":"","status":"429"}`,
		graphsim.WithoutIDs:      `"message":"Please retry again later.","innerError":{"code":"429","date":"","message":"Please retry after","status":"429"}`,
	}
	for shape, want := range shapes {
		text := `[{"path":"phoneMethods$","status":429,"retryAfter":"1","errorShape":"` + string(shape) + `"}]`
		want = `{"error":{"code":"TooManyRequests",` + want + `}}`
		got := create(t, faulty(t, text), bob, "mobile", "+1 2065550123")
		wantJSON(t, string(shape), got.body, want)
		it := items(t, send(t, faulty(t, text), "POST", "/$batch", batch(createItem("1", bob, "mobile", "+1 2065550123"))))["1"]
		wantJSON(t, string(shape)+" in a $batch", string(it.Body), want)
		if got.header.Get("Retry-After") != "1" || it.Headers["Retry-After"] != "1" {
			t.Errorf("%s: headers %v, in the $batch %v, want Retry-After in both", shape, got.header, it.Headers)
		}
	}
	bare := faulty(t, `[{"path":"phoneMethods$","status":503,"errorShape":"without-body"}]`)
	it := items(t, send(t, bare, "POST", "/$batch", batch(createItem("1", bob, "mobile", "+1 2065550123"))))["1"]
	if got := create(t, bare, bob, "mobile", "+1 2065550123"); got.status != 503 || got.body != "" || it.Status != 503 || it.Body != nil || it.Headers != nil {
		t.Errorf("without a body: %d %q, in a $batch %+v, want 503 and nothing more", got.status, got.body, it)
	}
	// It is about any error, and about nothing that is none.
	s := faulty(t, `[{"errorShape":"without-inner"}]`)
	if got := create(t, s, bob, "mobile", "+1 2065550123"); got.status != 201 || !strings.Contains(got.body, mobileID) {
		t.Errorf("create = %d %s, want 201 and the phone", got.status, got.body)
	}
	wantJSON(t, "duplicate", create(t, s, bob, "mobile", "+1 2065550123").body,
		`{"error":{"code":"badRequest","message":"Mobile phone method is already registered for this account."}}`)
	wantJSON(t, "batch", send(t, s, "POST", "/$batch", "{}").body, `{"error":{"code":"BadRequest","message":"Invalid batch payload format."}}`)
}

// TestBase64Answers: the body of an item is its JSON as base64 text; what has
// no body gets none, and outside of a $batch there is nothing to do.
func TestBase64Answers(t *testing.T) {
	s := faulty(t, `[{"path":"phoneMethods","batchAnswer":"base64"}]`)
	if got := create(t, s, bob, "mobile", "+1 2065550123"); got.status != 201 || !strings.HasPrefix(got.body, "{") {
		t.Errorf("alone: %d %s, want 201 with JSON", got.status, got.body)
	}
	got := items(t, send(t, s, "POST", "/$batch", batch(createItem("1", bob, "mobile", "+1 2065550123"),
		`{"id":"2","method":"DELETE","url":"`+phonePath(bob, mobileID)+`"}`, `{"id":"3","method":"GET","url":"/users/`+bob+`"}`)))
	var encoded string
	if err := json.Unmarshal(got["1"].Body, &encoded); err != nil {
		t.Fatalf("item 1 = %s: %v", got["1"].Body, err)
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !json.Valid(decoded) {
		t.Errorf("item 1 = %q, %v, want JSON in base64", decoded, err)
	}
	if got["2"].Status != 204 || got["2"].Body != nil || !strings.HasPrefix(string(got["3"].Body), "{") {
		t.Errorf("items 2 and 3 = %d %s, %s, want 204 without a body, and JSON", got["2"].Status, got["2"].Body, got["3"].Body)
	}
}

// A quota of the tenant is shared by its apps, and is named so in the refusal.
func TestTenantQuotaIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{TenantQuota: quota(t, "2/60s forgiving")})
		for i, client := range []string{"app-a", "app-b", "app-c"} {
			got := sendWith(t, s, "GET", phonesPath(bob), "", "Authorization", "Bearer "+appToken(t, s, client))
			throttled := got.status == http.StatusTooManyRequests
			if throttled != (i == 2) || throttled && !strings.HasPrefix(got.header.Get("x-ms-throttle-scope"), "Tenant/ReadWrite/") {
				t.Errorf("%s: status %d, headers %v", client, got.status, got.header)
			}
		}
	})
}
