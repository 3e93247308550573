package graphsim_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

// faults reads faults from JSON, as scenarios give them.
func faults(t testing.TB, text string) []graphsim.Fault {
	t.Helper()
	var config graphsim.Config
	if err := graphsim.ReadScenario(strings.NewReader(`{"faults":`+text+`}`), &config); err != nil {
		t.Fatal(err)
	}
	return config.Faults
}

func faulty(t testing.TB, text string) *graphsim.Simulator {
	t.Helper()
	return newSim(graphsim.Config{Faults: faults(t, text)})
}

func TestFaultMatching(t *testing.T) {
	tests := []struct {
		name, fault string
		want        []int // of five creates for bob
	}{
		{"always", `{"status":503}`, []int{503, 503, 503, 503, 503}},
		{"other method", `{"method":"GET","status":503}`, []int{201, 400, 400, 400, 400}},
		{"path", `{"path":"^/users/bob@example.com/authentication/phoneMethods$","status":503}`, []int{503, 503, 503, 503, 503}},
		{"other path", `{"path":"alice","status":503}`, []int{201, 400, 400, 400, 400}},
		{"window", `{"after":1,"count":2,"status":503}`, []int{201, 503, 503, 400, 400}},
		{"first wins", `{"count":1,"status":503},{"count":1,"status":504}`, []int{503, 504, 201, 400, 400}},
	}
	for _, test := range tests {
		s := faulty(t, "["+test.fault+"]")
		var got []int
		for range 5 {
			got = append(got, create(t, s, "bob%40example.com", "mobile", "+1 2065550123").status)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: statuses (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestFaultProbability(t *testing.T) {
	s := faulty(t, `[{"status":503,"probability":0.25}]`)
	failed := 0
	for i := range 1000 {
		if create(t, s, fmt.Sprintf("u%d@example.com", i), "mobile", "+1 2065550123").status == 503 {
			failed++
		}
	}
	if failed < 200 || failed > 300 {
		t.Errorf("%d of 1000 failed with probability 0.25, want 200 to 300", failed)
	}
}

func TestFaultAnswers(t *testing.T) {
	const path = `[{"path":"phoneMethods$",`
	tests := []struct {
		name, fault string
		status      int
		header      map[string]string
		body        string // a part of it
		stands      bool   // whether the phone does afterwards
	}{
		{"usual 429", `"status":429,"retryAfter":"0.249"`, 429, map[string]string{"Retry-After": "0.249"}, `"code":"TooManyRequests"`, false},
		{"429 without Retry-After", `"status":429`, 429, map[string]string{"Retry-After": ""}, `"message":"Please retry again later."`, false},
		{"usual 403", `"status":403`, 403, nil, `"code":"accessDenied","message":"Request Authorization failed"`, false},
		{"usual 401", `"status":401`, 401, nil, `"message":"Lifetime validation failed, the token is expired."`, false},
		{"usual 504", `"status":504`, 504, nil, `"code":"UnknownError","message":""`, false},
		{"own code", `"status":409,"code":"Directory_ConcurrencyViolation","message":"wait"`, 409, nil, `"code":"Directory_ConcurrencyViolation","message":"wait"`, false},
		{"own message", `"status":403,"message":"no"`, 403, nil, `"code":"accessDenied","message":"no"`, false},
		{"own JSON", `"status":418,"body":"{\"tea\":true}"`, 418, map[string]string{"Content-Type": jsonCT}, `{"tea":true}`, false},
		{"done all the same", `"status":504,"applied":true`, 504, nil, `"UnknownError"`, true},
		{"header", `"headers":{"x-ms-throttle-limit-percentage":"0.9"}`, 201, map[string]string{"x-ms-throttle-limit-percentage": "0.9"}, mobileID, true},
	}
	for _, test := range tests {
		text := path + test.fault + "}]"
		s := faulty(t, text)
		got := create(t, s, "a@example.com", "mobile", "+1 2065550123")
		if got.status != test.status || !strings.Contains(got.body, test.body) {
			t.Errorf("%s: %d %s, want %d with %s", test.name, got.status, got.body, test.status, test.body)
		}
		inBatch := faulty(t, text)
		other := createItem("2", "b@example.com", "fax", "")
		byID := items(t, send(t, inBatch, "POST", "/$batch", batch(createItem("1", "a@example.com", "mobile", "+1 2065550123"), dependent(other, "1"))))
		if it := byID["1"]; it.Status != test.status || !strings.Contains(string(it.Body), test.body) {
			t.Errorf("%s: item %d %s, want %d with %s", test.name, it.Status, it.Body, test.status, test.body)
		}
		if failed := byID["2"].Status == 424; failed != (test.status >= 400) {
			t.Errorf("%s: dependent item %d", test.name, byID["2"].Status)
		}
		for name, value := range test.header {
			if plain, it := got.header.Get(name), byID["1"].Headers[name]; plain != value || it != value {
				t.Errorf("%s: header %s = %q, in the batch %q, want %q", test.name, name, plain, it, value)
			}
		}
		for _, s := range []*graphsim.Simulator{s, inBatch} {
			if stands := len(s.Phones("a@example.com")) == 1; stands != test.stands {
				t.Errorf("%s: phone stands: %t, want %t", test.name, stands, test.stands)
			}
		}
	}
}

func TestFaultsOfTheWholeBatch(t *testing.T) {
	both := batch(createItem("1", "a@example.com", "mobile", "+1 2065550123"), createItem("2", "b@example.com", "mobile", "+1 2065550123"))
	tests := []struct {
		name, fault string
		status      int
		body        string // all of it; empty is not looked at
		a, b        bool   // whose phones stand afterwards
	}{
		{"HTML for an item", `{"path":"a@","status":502,"body":"<html>"}`, 502, "<html>", false, true},
		{"HTML with 200", `{"path":"^/[$]batch$","body":"<html>"}`, 200, "<html>", false, false},
		{"item truncated", `{"path":"a@","truncate":12}`, 200, `{"responses"`, true, true},
		{"all truncated", `{"path":"batch","truncate":13}`, 200, `{"responses":`, true, true},
		{"all throttled", `{"path":"batch","status":429,"retryAfter":"7"}`, 429, "", false, false},
		{"all done, 504", `{"path":"batch","status":504,"applied":true}`, 504, "", true, true},
		{"item cut before", `{"path":"a@","drop":"before"}`, 0, "", false, false},
		{"item cut after", `{"path":"a@","drop":"after"}`, 0, "", true, true},
		{"all cut before", `{"path":"batch","drop":"before"}`, 0, "", false, false},
		{"all cut after", `{"path":"batch","drop":"after"}`, 0, "", true, true},
	}
	for _, test := range tests {
		s := faulty(t, "["+test.fault+"]")
		got, err := do(s, newRequest(t, "POST", host+"/v1.0/$batch", both))
		if cut := errors.Is(err, io.ErrUnexpectedEOF); cut != (test.status == 0) || got.status != test.status {
			t.Errorf("%s: %d, %v, want %d", test.name, got.status, err, test.status)
		}
		if test.body != "" && got.body != test.body {
			t.Errorf("%s: body %q, want %q", test.name, got.body, test.body)
		}
		if strings.HasPrefix(test.body, "<") && got.header.Get("Content-Type") != "text/html" {
			t.Errorf("%s: Content-Type %q, want text/html", test.name, got.header.Get("Content-Type"))
		}
		a, b := len(s.Phones("a@example.com")) == 1, len(s.Phones("b@example.com")) == 1
		if a != test.a || b != test.b {
			t.Errorf("%s: phones stand: %t, %t, want %t, %t", test.name, a, b, test.a, test.b)
		}
	}
}

func TestFaultsOfAPlainRequest(t *testing.T) {
	tests := []struct {
		fault  string
		status int // 0 is cut
		body   string
		stands bool
	}{
		{`{"drop":"before"}`, 0, "", false},
		{`{"drop":"after"}`, 0, "", true},
		{`{"truncate":10}`, 201, `{"@odata.c`, true},
		{`{"status":500,"truncate":9}`, 500, `{"error":`, false},
		{`{"body":"<p>hello"}`, 200, "<p>hello", false},
		{`{"status":204}`, 204, "", false},
	}
	for _, test := range tests {
		s := faulty(t, "["+test.fault+"]")
		got, err := do(s, newRequest(t, "POST", host+"/v1.0"+phonesPath("a@example.com"), phoneJSON("mobile", "+1 2065550123")))
		if cut := errors.Is(err, io.ErrUnexpectedEOF); cut != (test.status == 0) || got.status != test.status || got.body != test.body {
			t.Errorf("%s: %d %q, %v, want %d %q", test.fault, got.status, got.body, err, test.status, test.body)
		}
		if stands := len(s.Phones("a@example.com")) == 1; stands != test.stands {
			t.Errorf("%s: phone stands: %t, want %t", test.fault, stands, test.stands)
		}
	}
}

func TestBatchAnswerFaults(t *testing.T) {
	ids := func(fault string) map[string]int {
		got := send(t, faulty(t, "["+fault+"]"), "POST", "/$batch",
			batch(createItem("1", "a@example.com", "mobile", "+1 2065550123"), createItem("2", "b@example.com", "mobile", "+1 2065550123")))
		count := map[string]int{}
		for _, it := range itemList(t, got) {
			count[it.ID]++
		}
		return count
	}
	tests := []struct {
		fault string
		want  map[string]int
	}{
		{`{"path":"a@","batchAnswer":"missing"}`, map[string]int{"2": 1}},
		{`{"path":"a@","batchAnswer":"doubled"}`, map[string]int{"1": 2, "2": 1}},
		{`{"path":"a@","batchAnswer":"unknown"}`, map[string]int{"unknown-1": 1, "2": 1}},
		{`{"path":"a@","batchAnswer":"swapped"}`, map[string]int{"1": 1, "2": 1}},
		{`{"batchAnswer":"missing","count":3}`, map[string]int{}}, // the batch and both requests in it
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, ids(test.fault)); diff != "" {
			t.Errorf("%s: ids (-want +got):\n%s", test.fault, diff)
		}
	}
	for kind, want := range map[string]int{"missing": 1, "doubled": 3, "unknown": 2, "swapped": 2} {
		n := 0
		count := ids(`{"path":"batch","batchAnswer":"` + kind + `"}`)
		for _, c := range count {
			n += c
		}
		if known := count["1"] + count["2"]; n != want || (kind == "unknown" && known != 1) {
			t.Errorf("%s on the batch: ids %v, want %d", kind, count, want)
		}
	}
}

func TestFaultLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{
			Latency: 100 * time.Millisecond,
			Faults:  faults(t, `[{"path":"a@","latency":"1.5s"},{"path":"b@","latency":"2s"}]`),
		})
		tests := []struct {
			path, body string
			want       time.Duration
		}{
			{phonesPath("a@example.com"), phoneJSON("mobile", "+1 2065550123"), 1600 * time.Millisecond},
			{phonesPath("c@example.com"), phoneJSON("mobile", "+1 2065550123"), 100 * time.Millisecond},
			{"/$batch", batch(createItem("1", "a@example.com", "mobile", ""), createItem("2", "b@example.com", "mobile", "")), 2100 * time.Millisecond},
		}
		for _, test := range tests {
			start := time.Now()
			send(t, s, "POST", test.path, test.body)
			if took := time.Since(start); took != test.want {
				t.Errorf("%s took %v, want %v", test.path, took, test.want)
			}
		}
	})
}

func TestTokenEndpointFault(t *testing.T) {
	s := faulty(t, `[{"path":"/contoso/oauth2/v2.0/token$","status":503,"count":1}]`)
	for _, want := range []int{503, 200} {
		if got := token(t, s, goodLogin); got.status != want {
			t.Errorf("token: status %d %s, want %d", got.status, got.body, want)
		}
	}
}

func TestUserFaults(t *testing.T) {
	s := newSim(graphsim.Config{Directory: people(
		directory.User{UserPrincipalName: "lost@example.com", Fault: string(graphsim.LostAnswer)},
		directory.User{UserPrincipalName: "bob@example.com"},
	)})
	requests := batch(createItem("1", "lost@example.com", "mobile", "+1 2065550123"), createItem("2", "bob@example.com", "mobile", "+1 2065550123"))
	for _, want := range []int{201, 400} { // also when the phones stand already
		got := send(t, s, "POST", "/$batch", requests)
		if strings.Contains(got.body, `"id":"1"`) || !strings.Contains(got.body, fmt.Sprintf(`"id":"2","status":%d`, want)) {
			t.Errorf("batch with a lost answer: %s, want the other one's, %d", got.body, want)
		}
	}
	if _, err := do(s, newRequest(t, "POST", host+"/v1.0"+phonesPath("lost@example.com"), `{"phoneNumber":"+1 2065550123","phoneType":"mobile"}`)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a create whose answer is lost: error %v, want %v", err, io.ErrUnexpectedEOF)
	}
	for _, user := range []string{"lost@example.com", "bob@example.com"} {
		if got := s.Phones(user)["mobile"]; got != "+1 2065550123" {
			t.Errorf("phone of %s = %q, want it to stand", user, got)
		}
	}
	if got := send(t, s, "GET", phonesPath("lost@example.com")+"/"+mobileID, ""); got.status != http.StatusServiceUnavailable {
		t.Errorf("reading a user of lost answers: status %d, want 503", got.status)
	}
	if got := send(t, s, "GET", phonesPath("bob@example.com")+"/"+mobileID, ""); got.status != http.StatusOK {
		t.Errorf("reading bob: status %d, want 200", got.status)
	}
}
