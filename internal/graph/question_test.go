package graph

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

// asked is what came of some questions: the bodies as texts, empty for none.
type asked struct {
	bodies  []string
	answers []authmethod.Answer
	err     error
}

func ask(t *testing.T, c *Client, paths ...string) asked {
	t.Helper()
	bodies, answers, err := c.Ask(t.Context(), paths)
	if len(bodies) != len(paths) || len(answers) != len(paths) {
		t.Fatalf("Ask gave %d bodies and %d answers to %d questions", len(bodies), len(answers), len(paths))
	}
	a := asked{make([]string, len(bodies)), answers, err}
	for i, body := range bodies {
		a.bodies[i] = string(body)
		if (answers[i].Status == http.StatusOK) != (body != nil) {
			t.Errorf("answer %+v with the body %q", answers[i], body)
		}
	}
	return a
}

// usersPath is a question whose answer is one page.
const usersPath = "/users?$filter=employeeId%20in%20('a','O''Neil%26%23')&$select=id"

const (
	usersPage = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id)","value":[{"id":"1"}]}`
	forbidden = `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`
	noUser    = `{"error":{"code":"Request_ResourceNotFound","message":"Resource 'a' does not exist."}}`
)

// inBatch wraps answers as items 1, 2, … of a batch.
func inBatch(items ...string) string {
	for i, item := range items {
		items[i] = fmt.Sprintf(`{"id":"%d",%s}`, i+1, item)
	}
	return `{"responses":[` + strings.Join(items, ",") + `]}`
}

func TestQuestionAlone(t *testing.T) {
	tests := []struct{ path, sent, consistency string }{
		{usersPath, "/v1.0" + usersPath, ""},
		{"/users?$filter=mail%20eq%20'a%2Bb@example.com'&$count=true", "/v1.0/users?$filter=mail%20eq%20'a%2Bb@example.com'&$count=true", "eventual"},
		{"/users/$count", "/v1.0/users/$count", "eventual"},
		{"https://graph.microsoft.com/v1.0/users?$skiptoken=x", "/v1.0/users?$skiptoken=x", ""},
		{"https://GRAPH.microsoft.com/v1.0/users?$count=true&$skiptoken=x", "/v1.0/users?$count=true&$skiptoken=x", "eventual"},
	}
	for _, test := range tests {
		c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.URL.RequestURI(); r.Method != "GET" || got != test.sent || bodyOf(r) != "" || r.URL.Host != "graph.microsoft.com" {
				t.Errorf("got %s %s of %s, want GET %s", r.Method, got, r.URL.Host, test.sent)
			}
			if got := r.Header.Get("ConsistencyLevel"); got != test.consistency || r.Header.Get("Content-Type") != "" || r.Header.Get("Authorization") != "Bearer token-1" {
				t.Errorf("%s: headers %v, want the ConsistencyLevel %q, a token and no Content-Type", test.path, r.Header, test.consistency)
			}
			answering(200, jsonType, usersPage)(w, r)
		})
		if got := ask(t, c, test.path); got.err != nil || got.bodies[0] != usersPage || got.answers[0].Status != 200 {
			t.Errorf("Ask(%q) = %+v, want the page", test.path, got)
		}
	}
}

func TestQuestionsInABatch(t *testing.T) {
	c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		var batch struct{ Requests []map[string]any }
		if err := json.Unmarshal([]byte(bodyOf(r)), &batch); err != nil {
			t.Fatal(err)
		}
		want := []map[string]any{
			{"id": "1", "method": "GET", "url": usersPath},
			{"id": "2", "method": "GET", "url": "/users?$count=true", "headers": map[string]any{"ConsistencyLevel": "eventual"}},
			{"id": "3", "method": "GET", "url": "/users?$skiptoken=x"},
		}
		if diff := cmp.Diff(want, batch.Requests); diff != "" || r.Method != "POST" || r.URL.Path != "/v1.0/$batch" {
			t.Errorf("%s %s (-want +got)\n%s", r.Method, r.URL.Path, diff)
		}
		answering(200, jsonType, `{"responses":[{"id":"3","status":200,"body":{"value":[3]}},{"id":"1","status":200,"body":`+usersPage+`},{"id":"2","status":200,"body":{ "value":[2]}}]}`)(w, r)
	})
	got := ask(t, c, usersPath, "/users?$count=true", "https://graph.microsoft.com/v1.0/users?$skiptoken=x")
	if diff := cmp.Diff([]string{usersPage, `{ "value":[2]}`, `{"value":[3]}`}, got.bodies); diff != "" || got.err != nil {
		t.Errorf("Ask = %v, bodies (-want +got)\n%s", got.err, diff)
	}
}

// Steps and questions of one run share no id, so that a late answer to the one
// is none to the other.
func TestQuestionsHaveIDsOfTheirOwn(t *testing.T) {
	var ids []string
	c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		var batch struct{ Requests []struct{ ID string } }
		_ = json.Unmarshal([]byte(bodyOf(r)), &batch)
		for _, request := range batch.Requests {
			ids = append(ids, request.ID)
		}
		answering(503, nil, "")(w, r)
	})
	send(t, c, creates(2))
	ask(t, c, "/a", "/b")
	send(t, c, creates(2))
	if want := []string{"1", "2", "3", "4", "5", "6"}; !slices.Equal(ids, want) {
		t.Errorf("ids %q, want %q", ids, want)
	}
}

// What an answer becomes by itself and as an item of a batch.
func TestQuestionAnswers(t *testing.T) {
	page := "<html><title>Bad Gateway</title>"
	throttled := `{"error":{"code":"TooManyRequests","message":"Please retry again later."}}`
	tests := []struct {
		status int
		retry  string
		body   string
		want   authmethod.Answer
		found  string
	}{
		{200, "", usersPage, authmethod.Answer{Status: 200}, usersPage},
		{200, "", "12000", authmethod.Answer{Status: 200}, "12000"},
		{200, "", `{"value":[],"id":1}`, authmethod.Answer{Status: 200}, `{"value":[],"id":1}`},
		{200, "", "\ufeff12000", authmethod.Answer{Status: 200}, "12000"},
		{200, "", `{"value":[{"id":"1"}`, authmethod.Answer{Lost: errors.New("reading the answer: status 200 with a body that is not whole JSON")}, ""},
		{200, "", page, authmethod.Answer{Lost: errors.New("reading the answer: status 200 with a body that is not whole JSON")}, ""},
		{200, "", "", authmethod.Answer{Lost: errors.New("reading the answer: status 200 with a body that is not whole JSON")}, ""},
		{204, "", "", authmethod.Answer{Lost: errors.New("reading the answer: status 204 where another is documented")}, ""},
		{201, "", usersPage, authmethod.Answer{Lost: errors.New("reading the answer: status 201 where another is documented")}, ""},
		{403, "", forbidden, authmethod.Answer{Status: 403, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation.", Meaning: authmethod.CodeAccessRefusedUsers}, ""},
		{404, "", noUser, authmethod.Answer{Status: 404, Code: "Request_ResourceNotFound", Message: "Resource 'a' does not exist.", Meaning: authmethod.CodeUserUnknown}, ""},
		{404, "", page, authmethod.Answer{Lost: errors.New("reading the answer: status 404 without Graph's error, as a proxy or a gateway answers: Bad Gateway")}, ""},
		{429, "7", throttled, authmethod.Answer{Status: 429, Code: "TooManyRequests", Message: "Please retry again later.", Meaning: authmethod.CodeThrottled, RetryAfter: 7 * time.Second}, ""},
		{503, "2", page, authmethod.Answer{Status: 503, Message: "Bad Gateway", RetryAfter: 2 * time.Second}, ""},
	}
	for _, test := range tests {
		// The client has seen Graph, so that a page is an accident on the way.
		seen := false
		header := map[string]string{"Content-Type": "application/json", "Retry-After": test.retry}
		c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
			item := test.body
			if !json.Valid([]byte(item)) {
				item = `"` + base64.StdEncoding.EncodeToString([]byte(item)) + `"`
			}
			switch {
			case !seen:
				answering(200, jsonType, usersPage)(w, r)
			case strings.HasSuffix(r.URL.Path, "$batch"):
				answering(200, jsonType, inBatch(fmt.Sprintf(`"status":%d,"headers":{"Retry-After":%q},"body":%s`, test.status, test.retry, item), `"status":200,"body":[]`))(w, r)
			default:
				answering(test.status, header, test.body)(w, r)
			}
		})
		ask(t, c, "/users")
		seen = true
		alone := ask(t, c, usersPath)
		c.items.Store(0) // the answer is to the first batch of a run
		among := ask(t, c, usersPath, "/groups")
		if diff := cmp.Diff(test.want, alone.answers[0], byText, ignoreID); diff != "" || alone.err != nil || alone.bodies[0] != test.found {
			t.Errorf("%d %q alone: Ask = %v with %q (-want +got)\n%s", test.status, test.body, alone.err, alone.bodies[0], diff)
		}
		if diff := cmp.Diff(test.want, among.answers[0], byText, ignoreID); diff != "" || among.err != nil || among.bodies[0] != test.found || among.bodies[1] != "[]" {
			t.Errorf("%d %q in a batch: Ask = %v with %q (-want +got)\n%s", test.status, test.body, among.err, among.bodies, diff)
		}
	}
}

// A page that is said to stand elsewhere is not asked for, and neither is
// anything beside it.
func TestNextPageElsewhere(t *testing.T) {
	for _, link := range []string{
		"https://evil.example/v1.0/users", "https://graph.microsoft.com.evil.example/v1.0/users", "http://graph.microsoft.com/v1.0/users",
		"https://graph.microsoft.com/beta/users", "https://graph.microsoft.com/v1.0evil/users", "https://graph.microsoft.com/v1.0",
		"https://user@graph.microsoft.com/v1.0/users", "users", "", "https://+447700900123\u202e/%zz",
	} {
		c := clientFor(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%q: something was sent", link) })
		got := ask(t, c, "/users", link)
		if got.err == nil || !strings.Contains(got.err.Error(), "--graph-endpoint") || strings.ContainsAny(got.err.Error(), "\u202e") {
			t.Errorf("Ask(%q) = %v, want an error with advice", link, got.err)
		}
		for _, a := range got.answers {
			if a.NotSent == nil || a.Status != 0 {
				t.Errorf("%q: answer = %+v, want NotSent", link, a)
			}
		}
	}
}

// A refused token is replaced, and the questions that it was refused for go out
// again; the others keep their bodies.
func TestQuestionsAfter401(t *testing.T) {
	requests := 0
	c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		switch {
		case strings.HasSuffix(r.URL.Path, "$batch"):
			answering(200, jsonType, inBatch(`"status":200,"body":{"value":[1]}`, `"status":401,"body":`+expired, `"status":403,"body":`+forbidden))(w, r)
		case r.Header.Get("Authorization") == "Bearer token-1":
			answering(401, jsonType, expired)(w, r)
		default:
			answering(200, jsonType, `{"value":["`+r.URL.Path+`"]}`)(w, r)
		}
	})
	got := ask(t, c, "/a", "/b", "/c")
	want := []string{`{"value":[1]}`, `{"value":["/v1.0/b"]}`, ""}
	if diff := cmp.Diff(want, got.bodies); diff != "" || got.err != nil || requests != 2 || got.answers[2].Status != 403 {
		t.Errorf("Ask = %v after %d requests, bodies (-want +got)\n%s", got.err, requests, diff)
	}
}

// A batch that mentions a question twice, or not at all, has not answered it.
func TestQuestionsAreAnsweredOnce(t *testing.T) {
	c := clientFor(t, answering(200, jsonType, `{"responses":[{"id":"2","status":200,"body":{"value":[2]}},{"id":"2","status":200,"body":{"value":[3]}}]}`))
	got := ask(t, c, "/a", "/b")
	for i, a := range got.answers {
		if a.Lost == nil || got.bodies[i] != "" || got.err != nil {
			t.Errorf("answer %d = %+v with %q, %v, want Lost", i, a, got.bodies[i], got.err)
		}
	}
}

// A refused envelope is told to every question, as to every step.
func TestQuestionsInARefusedBatch(t *testing.T) {
	c := clientFor(t, answering(400, jsonType, `{"error":{"code":"BadRequest","message":"Invalid batch payload format."}}`))
	for _, a := range ask(t, c, "/a", "/b").answers {
		if a.Status != 400 || !a.Alone || a.Code != "BadRequest" {
			t.Errorf("answer = %+v, want 400 and Alone", a)
		}
	}
}

// Before Graph has been seen a page ends the run, for questions, too.
func TestQuestionToSomebodyElse(t *testing.T) {
	for _, body := range []string{"<html>Welcome to the guest network", `{"hello":"world"}`, `[]`} {
		header := map[string]string{"Content-Type": "text/html"}
		if json.Valid([]byte(body)) {
			header = jsonType
		}
		for _, paths := range [][]string{{"/users"}, {"/users", "/groups"}} {
			got := ask(t, clientFor(t, answering(200, header, body)), paths...)
			if _, is := errors.AsType[*NotGraphError](got.err); !is || got.answers[0].Lost == nil {
				t.Errorf("%q to %d questions: Ask = %v with %+v, want a *NotGraphError and Lost", body, len(paths), got.err, got.answers)
			}
		}
	}
}

// A page that breaks off was lost; a connection that never came was not sent.
func TestQuestionIsLost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = bodyOf(r)
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"+`{"value":[]}`)
		_ = connection.Close()
	}))
	c := overSockets(t, server.URL)
	for _, paths := range [][]string{{"/a"}, {"/a", "/b"}} {
		for _, a := range ask(t, c, paths...).answers {
			if a.Lost == nil || a.NotSent != nil || len(a.RequestID) != 36 {
				t.Errorf("broken off: answer = %+v, want Lost with our id", a)
			}
		}
	}
	server.Close()
	for _, a := range ask(t, c, "/a", "/b").answers {
		if a.NotSent == nil || a.Lost != nil {
			t.Errorf("nobody listens: answer = %+v, want NotSent", a)
		}
	}
}

// Questions wait as long as steps do, and end with the context.
func TestQuestionInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, secretConfig(stuck()))
		began := time.Now()
		if got := ask(t, c, "/a"); got.err != nil || got.answers[0].Lost == nil || time.Since(began) != requestLimit {
			t.Errorf("Ask = %+v after %v, want Lost after %v", got, time.Since(began), requestLimit)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, answers, err := c.Ask(ctx, []string{"/a", "/b"})
		if !errors.Is(err, context.Canceled) || len(answers) != 2 || !errors.Is(answers[1].NotSent, context.Canceled) {
			t.Errorf("cancelled before: Ask = %+v, %v, want NotSent and the context's error", answers, err)
		}
	})
}

// The log says what kind of thing was asked for, and not for whom.
func TestQuestionsInTheLog(t *testing.T) {
	var log bytes.Buffer
	cfg := secretConfig(world(new(entra), answering(200, jsonType, usersPage)))
	cfg.Logger = zerolog.New(&log)
	c := mustNew(t, cfg)
	for _, path := range []string{usersPath, "/users/adele@example.com?$select=id", "/users('adele@example.com')", "/users"} {
		ask(t, c, path)
	}
	if got := strings.Count(log.String(), `"method":"GET","path":"users","operations":1`); got != 4 || strings.Contains(log.String(), "adele") {
		t.Errorf("%d lines with the kind and nothing private, want 4:\n%s", got, log.String())
	}
}

func TestNoQuestions(t *testing.T) {
	c := clientFor(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	if bodies, answers, err := c.Ask(t.Context(), nil); len(bodies)+len(answers) != 0 || err != nil {
		t.Errorf("Ask(nothing) = %v, %v, %v, want nothing", bodies, answers, err)
	}
}
