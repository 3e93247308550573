package graph

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"entraphone/internal/authmethod"
)

// byText compares errors by what they say.
var byText = cmp.Transformer("text", func(err error) string { return fmt.Sprint(err) })

// ignoreID is for answers that bear no id but the random one of ours.
var ignoreID = cmpopts.IgnoreFields(authmethod.Answer{}, "RequestID")

func TestPlainRequest(t *testing.T) {
	tests := []struct {
		step               authmethod.Step
		method, path, body string
	}{
		{create("adele@example.com"), "POST", "/v1.0/users/adele@example.com/authentication/phoneMethods",
			`{"phoneNumber":"+44 7700900123","phoneType":"mobile"}`},
		{authmethod.Step{Verb: authmethod.Delete, User: "a@example.com", PhoneType: authmethod.PhoneTypeAlternateMobile}, "DELETE",
			"/v1.0/users/a@example.com/authentication/phoneMethods/b6332ec1-7057-4abe-9331-3d72feddfe41", ""},
		{update("a@example.com"), "PATCH", "/v1.0/users/a@example.com/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7",
			`{"phoneNumber":"+44 7700900123","phoneType":"mobile"}`},
		{authmethod.Step{Verb: authmethod.EnableSMS, User: "a@example.com", PhoneType: authmethod.PhoneTypeMobile}, "POST",
			"/v1.0/users/a@example.com/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7/enableSmsSignIn", ""},
		{authmethod.Step{Verb: authmethod.DisableSMS, User: "a@example.com", PhoneType: authmethod.PhoneTypeMobile}, "POST",
			"/v1.0/users/a@example.com/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7/disableSmsSignIn", ""},
		{read("adele_example.org#EXT#@example.com"), "GET",
			"/v1.0/users/adele_example.org%23EXT%23@example.com/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7", ""},
	}
	for _, test := range tests {
		var ids []string
		c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
			if got := bodyOf(r); r.Method != test.method || r.URL.EscapedPath() != test.path || got != test.body {
				t.Errorf("got %s %s %s, want %s %s %s", r.Method, r.URL.EscapedPath(), got, test.method, test.path, test.body)
			}
			if contentType := r.Header.Get("Content-Type"); (contentType == "application/json") != (test.body != "") {
				t.Errorf("%s with Content-Type %q", r.Method, contentType)
			}
			if got := r.Header.Get("User-Agent"); got != "entraphone/1.2.3" {
				t.Errorf("User-Agent = %q, want entraphone/1.2.3", got)
			}
			if r.URL.Host != "graph.microsoft.com" || r.Header.Get("Authorization") != "Bearer token-1" {
				t.Errorf("sent %q to %s, want token-1 to graph.microsoft.com", r.Header.Get("Authorization"), r.URL.Host)
			}
			ids = append(ids, r.Header.Get("client-request-id"))
			created(w, r)
		})
		for range 2 {
			s := send(t, c, []authmethod.Step{test.step})
			want := authmethod.Answer{Status: 201, Phone: sampleNumber, SMSSignIn: "ready", RequestID: ids[len(ids)-1]}
			switch test.step.Verb {
			case authmethod.Read, authmethod.Update:
				want.Status = 200
			case authmethod.Delete, authmethod.EnableSMS, authmethod.DisableSMS:
				want = authmethod.Answer{Status: 204, RequestID: want.RequestID}
			}
			if diff := cmp.Diff([]authmethod.Answer{want}, s.answers, byText); diff != "" || s.err != nil {
				t.Errorf("Send = %v, (-want +got)\n%s", s.err, diff)
			}
		}
		if len(ids) != 2 || len(ids[0]) != 36 || ids[0] == ids[1] {
			t.Errorf("client-request-ids %q, want two different ones", ids)
		}
	}
}

// The samples are answers of the service, from its documentation and from
// clients that recorded them.
func TestPlainAnswers(t *testing.T) {
	tests := []struct {
		name   string
		step   authmethod.Step
		status int
		header map[string]string
		body   string
		want   authmethod.Answer
	}{
		{
			name: "created", step: create("a"), status: 201,
			header: map[string]string{"request-id": "r", "x-ms-throttle-limit-percentage": "0.85"},
			body:   `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('a')/authentication/phoneMethods/$entity","id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"+44 7700900123","phoneType":"mobile","smsSignInState":"ready","createdDateTime":null}`,
			want:   authmethod.Answer{Status: 201, Phone: sampleNumber, SMSSignIn: "ready", RequestID: "r", Load: 0.85},
		},
		{
			name: "created without body", step: create("a"), status: 201, header: map[string]string{"request-id": "r"},
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 201 without a phone"), RequestID: "r"},
		},
		{
			name: "accepted, and nothing else", step: create("a"), status: 202, header: map[string]string{"request-id": "r"},
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 202 without a phone"), RequestID: "r"},
		},
		{
			name: "another success than that of a create", step: create("a"), status: 200, body: `{"phoneNumber":"+44 7700900123","phoneType":"mobile"}`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 200 where another is documented")},
		},
		{
			name: "another phone", step: create("a"), status: 201, body: `{"phoneNumber":"+44 7700900123","phoneType":"office","id":"e37fc753-ff3b-4958-9484-eaa9425c82bc"}`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 201 with a phone that is no mobile")},
		},
		{
			name: "a status of the future", step: create("a"), status: 799, body: `{"error":{"code":"x"}}`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 799 which HTTP does not know")},
		},
		{
			name: "removed", step: authmethod.Step{Verb: authmethod.Delete, User: "a", PhoneType: authmethod.PhoneTypeOffice}, status: 204, header: map[string]string{"request-id": "r"},
			want: authmethod.Answer{Status: 204, RequestID: "r"},
		},
		{
			name: "removed, with a page", step: authmethod.Step{Verb: authmethod.Delete, User: "a", PhoneType: authmethod.PhoneTypeOffice}, status: 200, body: "<html>bye</html>",
			header: map[string]string{"request-id": "r"},
			want:   authmethod.Answer{Lost: errors.New("reading the answer: status 200 with a body that is not whole JSON"), RequestID: "r"},
		},
		{
			name: "read", step: read("a"), status: 200,
			body: `{"phoneNumber":"+1 2065550100","phoneType":"mobile","smsSignInState":"ready","id":"3179e48a-750b-4051-897c-87b9720928f7"}`,
			want: authmethod.Answer{Status: 200, Phone: "+1 2065550100", SMSSignIn: "ready"},
		},
		{
			name: "updated", step: update("a"), status: 204, header: map[string]string{"request-id": "r"},
			want: authmethod.Answer{Status: 204, RequestID: "r"},
		},
		{
			name: "updated, with the phone", step: update("a"), status: 200, header: map[string]string{"request-id": "r"},
			body: `{"phoneNumber":"+44 7700900123","phoneType":"mobile","smsSignInState":"notEnabled","id":"3179e48a-750b-4051-897c-87b9720928f7"}`,
			want: authmethod.Answer{Status: 200, Phone: sampleNumber, SMSSignIn: "notEnabled", RequestID: "r"},
		},
		{
			name: "updated, perhaps", step: update("a"), status: 202, header: map[string]string{"request-id": "r"},
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 202 without a phone"), RequestID: "r"},
		},
		{
			name: "SMS sign-in not allowed", step: authmethod.Step{Verb: authmethod.EnableSMS, User: "a", PhoneType: authmethod.PhoneTypeMobile}, status: 405, header: map[string]string{"request-id": "r"},
			body: `{"error":{"code":"accessDenied","message":"not allowed by policy"}}`,
			want: authmethod.Answer{Status: 405, Code: "accessDenied", Message: "not allowed by policy", Meaning: authmethod.CodeSMSNotAllowed, RequestID: "r"},
		},
		{
			name: "methods", step: authmethod.Step{Verb: authmethod.ReadMethods, User: "a", PhoneType: authmethod.PhoneTypeMobile}, status: 200, header: map[string]string{"request-id": "r"},
			body: `{"value":[{"@odata.type":"#microsoft.graph.passwordAuthenticationMethod","id":"28c10230-6103-485e-b985-444c60001490","password":null},` +
				`{"@odata.type":"#microsoft.graph.phoneAuthenticationMethod","id":"3179E48A-750b-4051-897c-87b9720928f7","phoneNumber":"+1 2065550100","phoneType":"mobile"}]}`,
			want: authmethod.Answer{Status: 200, RequestID: "r", Methods: []authmethod.Method{
				{Kind: "passwordAuthenticationMethod"}, {Kind: "phoneAuthenticationMethod", PhoneType: authmethod.PhoneTypeMobile, Phone: "+1 2065550100"},
			}},
		},
		{
			name: "no methods", step: authmethod.Step{Verb: authmethod.ReadMethods, User: "a", PhoneType: authmethod.PhoneTypeMobile}, status: 200, header: map[string]string{"request-id": "r"},
			body: `{"value":[]}`, want: authmethod.Answer{Status: 200, RequestID: "r", Methods: []authmethod.Method{}},
		},
		{
			name: "no list of methods", step: authmethod.Step{Verb: authmethod.ReadMethods, User: "a", PhoneType: authmethod.PhoneTypeMobile}, status: 200, header: map[string]string{"request-id": "r"},
			body: `{"value":null}`, want: authmethod.Answer{Lost: errors.New("reading the answer: status 200 without a list"), RequestID: "r"},
		},
		{
			name: "read, masked", step: read("a"), status: 200, body: `{"phoneNumber":"+1 XXXXXXXX00","id":"3179E48A-750b-4051-897c-87b9720928f7"}`,
			want: authmethod.Answer{Status: 200, Phone: "+1 XXXXXXXX00"},
		},
		{
			name: "throttled", step: create("a"), status: 429, header: map[string]string{"Retry-After": "10"},
			body: `{"error":{"code":"TooManyRequests","innerError":{"code":"429","date":"2020-08-18T12:51:51","message":"Please retry after","request-id":"94fb3b52-452a-4535-a601-69e0a90e3aa2","status":"429"},"message":"Please retry again later."}}`,
			want: authmethod.Answer{Status: 429, Code: "TooManyRequests", Message: "Please retry again later.", Meaning: authmethod.CodeThrottled, RequestID: "94fb3b52-452a-4535-a601-69e0a90e3aa2", RetryAfter: 10 * time.Second},
		},
		{
			name: "throttled until a date", step: create("a"), status: 429,
			header: map[string]string{"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"},
			body:   `{"error":{"code":"UnknownError","message":"","innerError":{"request-id":"r"}}}`,
			want:   authmethod.Answer{Status: 429, Code: "UnknownError", Meaning: authmethod.CodeThrottled, RequestID: "r", RetryAfter: 30 * time.Second},
		},
		{
			name: "refused number", step: create("a"), status: 400,
			body: `{"error":{"code":"invalidPhoneNumber","message":"The phone number is invalid.","innerError":{"message":"The phone number is invalid.","date":"2024-02-20T10:10:57","request-id":"r","client-request-id":"c"}}}`,
			want: authmethod.Answer{Status: 400, Code: "invalidPhoneNumber", Message: "The phone number is invalid.", Meaning: authmethod.CodeNumberRefused, RequestID: "r"},
		},
		{
			name: "header before body", step: create("a"), status: 403, header: map[string]string{"request-id": "header"},
			body: `{"error":{"code":"accessDenied","message":"Request Authorization failed","innerError":{"request-id":"body"}}}`,
			want: authmethod.Answer{Status: 403, Code: "accessDenied", Message: "Request Authorization failed", Meaning: authmethod.CodeAccessRefused, RequestID: "header"},
		},
		{
			name: "refined by innererror", step: create("a"), status: 400,
			body: `{"error":{"code":"badRequest","message":"","innererror":{"code":"outer","message":"first","innererror":{"code":"inner","request-id":"r"}}}}`,
			want: authmethod.Answer{Status: 400, Code: "outer", Message: "first", RequestID: "r"},
		},
		{
			name: "message with JSON and line breaks", step: read("a"), status: 404,
			body: `{"error":{"code":"UnknownError","message":"{\"Message\":\"No HTTP resource\r\n was found\"}","innerError":{"request-id":"r"}}}`,
			want: authmethod.Answer{Status: 404, Code: "UnknownError", Message: `{"Message":"No HTTP resource was found"}`, Meaning: authmethod.CodeProgramFault, RequestID: "r"},
		},
		{
			name: "members of other types", step: create("a"), status: 400,
			body: `{"error":{"code":400,"message":"no","details":{},"innerError":[]}}`,
			want: authmethod.Answer{Status: 400, Message: "no"},
		},
		{
			name: "gateway page", step: create("a"), status: 502, header: map[string]string{"Content-Type": "text/html"},
			body: "<html><h1>Bad Gateway</h1></html>",
			want: authmethod.Answer{Status: 502, Message: "Bad Gateway"},
		},
		{name: "gateway, empty", step: create("a"), status: 504, want: authmethod.Answer{Status: 504}},
		{name: "time out", step: create("a"), status: 408, want: authmethod.Answer{Status: 408}},
		{name: "not found, empty", step: read("a"), status: 404,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 404 without Graph's error, as a proxy or a gateway answers")}},
		{
			name: "a gateway's error", step: create("a"), status: 404, header: map[string]string{"request-id": "r"}, body: `{"status":404,"error":"Not Found","path":"/v1.0/users"}`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 404 without Graph's error, as a proxy or a gateway answers: " + `{"status":404,"error":"Not Found","path":"/v1.0/users"}`), RequestID: "r"},
		},
		{
			name: "an error that says nothing", step: create("a"), status: 403, header: map[string]string{"request-id": "r"}, body: `{"error":{"innerError":{}}}`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 403 without Graph's error, as a proxy or a gateway answers: " + `{"error":{"innerError":{}}}`), RequestID: "r"},
		},
		{
			name: "error cut off", step: create("a"), status: 400, header: jsonType, body: `{"error":{"code":"inv`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 400 without Graph's error, as a proxy or a gateway answers: " + `{"error":{"code":"inv`)},
		},
		{
			name: "success cut off", step: create("a"), status: 201, header: jsonType, body: `{"id":"3179e48a-7`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 201 with a body that is not whole JSON")},
		},
		{
			name: "read without number", step: read("a"), status: 200, header: map[string]string{"request-id": "r"}, body: `{"id":"x","phoneNumber":null}`,
			want: authmethod.Answer{Lost: errors.New("reading the answer: status 200 without a phone"), RequestID: "r"},
		},
	}
	for _, test := range tests {
		c := clientFor(t, answering(test.status, test.header, test.body))
		s := send(t, c, []authmethod.Step{test.step})
		options := cmp.Options{byText}
		if test.want.RequestID == "" {
			options = append(options, ignoreID)
			if len(s.answers[0].RequestID) != 36 {
				t.Errorf("%s: RequestID = %q, want our own", test.name, s.answers[0].RequestID)
			}
		}
		if diff := cmp.Diff([]authmethod.Answer{test.want}, s.answers, options); diff != "" || s.err != nil {
			t.Errorf("%s: Send = %v, (-want +got)\n%s", test.name, s.err, diff)
		}
	}
}

// What is certainly not Graph ends the run, until Graph has been seen once.
func TestNotGraph(t *testing.T) {
	html := map[string]string{"Content-Type": "text/html; charset=utf-8"}
	tests := []struct {
		name   string
		status int
		header map[string]string
		body   string
		later  authmethod.Answer // once Graph has been seen
	}{
		{"page", 200, html, "<html><title>Welcome to the guest network</title>", lost},
		{"page not found", 404, html, "<html>no such page", lost},
		{"block page", 403, html, "<html>blocked by policy", lost},
		{"other JSON", 200, jsonType, `{"hello":"world"}`, lost},
		{"other JSON error", 404, jsonType, `{"message":"Not Found"}`, lost},
		{"echo", 200, jsonType, `{"you sent":"+44 7700900123"}`, lost},
		{"nothing", 200, nil, "", lost},
	}
	for _, test := range tests {
		for _, size := range []int{1, 3} {
			seen := false
			c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
				if seen {
					created(w, r)
					return
				}
				answering(test.status, test.header, test.body)(w, r)
			})
			s := send(t, c, creates(size))
			var foreign *NotGraphError
			if !errors.As(s.err, &foreign) || foreign.Host != "graph.microsoft.com" || foreign.Status != test.status {
				t.Errorf("%s, %d steps: Send = %v, want a *NotGraphError with host and status", test.name, size, s.err)
				continue
			}
			if text := s.err.Error(); !strings.Contains(text, "--graph-endpoint") || strings.Contains(text, "7700900123") {
				t.Errorf("%s: error %q, want advice and no number", test.name, text)
			}
			for _, a := range s.answers {
				if a.Status/100 == 2 {
					t.Errorf("%s: answer = %+v, want no success", test.name, a)
				}
			}

			seen = true
			if s := send(t, c, creates(size)); s.err != nil {
				t.Errorf("%s: Send to Graph = %v, want no error", test.name, s.err)
			}
			seen = false
			s = send(t, c, creates(size))
			for _, a := range s.answers {
				a.Alone = false
				if a.Lost != nil {
					a.Lost = lost.Lost
				}
				if diff := cmp.Diff(test.later, a, byText, ignoreID); diff != "" || s.err != nil {
					t.Errorf("%s after Graph, %d steps: Send = %v, (-want +got)\n%s", test.name, size, s.err, diff)
				}
			}
		}
	}
}

var lost = authmethod.Answer{Lost: errors.New("whatever the cause")}

// The beginning of a foreign answer is quoted, so that people recognize it.
func TestNotGraphQuotes(t *testing.T) {
	c := clientFor(t, answering(200, map[string]string{"Content-Type": "text/html"}, "<html><title>Welcome to the guest network</title>"))
	_, err := c.Send(t.Context(), creates(1))
	want := `asking graph.microsoft.com: the answer (status 200, content type "text/html", beginning "Welcome to the guest network") is not Microsoft Graph's: if it is a web filter's or this network's page, have the hosts of the sign-in and of Graph allowed; otherwise check --graph-endpoint and the proxy settings`
	if fmt.Sprint(err) != want {
		t.Errorf("Send = %v, want %v", err, want)
	}
}

// A redirect is never followed, not even once Graph has been seen.
func TestRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, size := range []int{1, 3} {
			var hosts []string
			c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
				hosts = append(hosts, r.URL.Host)
				if len(hosts) == 1 {
					created(w, r)
					return
				}
				http.Redirect(w, r, "https://elsewhere.example/v1.0", status)
			})
			if s := send(t, c, creates(size)); s.err != nil {
				t.Fatalf("Send = %v", s.err)
			}
			s := send(t, c, creates(size))
			var foreign *NotGraphError
			if !errors.As(s.err, &foreign) || foreign.Target != "elsewhere.example" || !strings.Contains(s.err.Error(), "elsewhere.example") {
				t.Errorf("status %d: Send = %v, want a *NotGraphError with the target", status, s.err)
			}
			if len(hosts) != 2 || s.answers[0].Lost == nil {
				t.Errorf("status %d: asked %q with answers %+v, want one more request and Lost", status, hosts, s.answers)
			}
		}
	}
}
