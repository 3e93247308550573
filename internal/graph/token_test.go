package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
)

type sent struct {
	answers []authmethod.Answer
	err     error
}

func send(t *testing.T, c *Client, steps []authmethod.Step) sent {
	t.Helper()
	answers, err := c.Send(t.Context(), steps)
	if len(answers) != len(steps) {
		t.Errorf("Send gave %d answers to %d steps", len(answers), len(steps))
	}
	return sent{answers, err}
}

// inParallel calls f n times at once.
func inParallel(n int, f func() sent) iter.Seq[sent] {
	all := make([]sent, n)
	var g errgroup.Group
	for i := range n {
		g.Go(func() error {
			all[i] = f()
			return nil
		})
	}
	_ = g.Wait()
	return slices.Values(all)
}

const expired = `{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired.","innerError":{"date":"2024-02-02T19:22:43","request-id":"r-401","client-request-id":"c-401"}}}`

// accepting serves steps that carry one of the tokens, and 401 to others.
func accepting(challenge string, tokens ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			created(w, r)
			return
		}
		answering(401, map[string]string{"Content-Type": "application/json", "WWW-Authenticate": challenge}, expired)(w, r)
	}
}

// A token that Graph refuses is replaced once, for all callers together, and
// every step goes out again.
func TestRenewalAfter401(t *testing.T) {
	for _, size := range []int{1, 5} {
		login := new(entra)
		c := mustNew(t, secretConfig(world(login, accepting("", "token-2"))))
		if err := c.Authenticate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for s := range inParallel(16, func() sent { return send(t, c, creates(size)) }) {
			if s.err != nil {
				t.Errorf("Send = %v, want no error", s.err)
			}
			for _, a := range s.answers {
				if a.Status != http.StatusCreated {
					t.Errorf("answer = %+v, want 201", a)
				}
			}
		}
		if got := login.issued(); got != 2 {
			t.Errorf("%d tokens were issued to 16 callers, want 2", got)
		}
	}
}

// A second 401, to a new token, is an answer, with what Graph says: it may be about
// one user.
func TestSecond401(t *testing.T) {
	for _, size := range []int{1, 3} {
		login := new(entra)
		s := send(t, mustNew(t, secretConfig(world(login, accepting("")))), creates(size))
		if s.err != nil {
			t.Errorf("Send = %v", s.err)
		}
		for _, a := range s.answers {
			if a.Status != http.StatusUnauthorized || a.Code != "InvalidAuthenticationToken" || !strings.Contains(a.Message, "Lifetime validation failed") || a.RequestID != "r-401" {
				t.Errorf("answer = %+v, want 401 with Graph's words and request id", a)
			}
		}
		if got := login.issued(); got != 2 {
			t.Errorf("%d tokens were issued, want 2", got)
		}
	}
}

// Only the items of a batch that were refused go out again.
func TestRenewalForItems(t *testing.T) {
	var bodies []string
	c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		bodies = append(bodies, r.URL.Path+" "+bodyOf(r))
		if strings.HasSuffix(r.URL.Path, "$batch") {
			answering(200, jsonType, `{"responses":[{"id":"1","status":201,"body":{"phoneNumber":"+44 7700900123","phoneType":"mobile"}},{"id":"2","status":401,"body":`+expired+`},{"id":"3","status":404,"body":{"error":{"code":"Request_ResourceNotFound","message":"no"}}}]}`)(w, r)
			return
		}
		created(w, r)
	})
	s := send(t, c, creates(3))
	if s.err != nil || len(bodies) != 2 || !strings.HasPrefix(bodies[1], "/v1.0/users/user2@example.com/") {
		t.Fatalf("Send = %v with requests %q, want none and the second step by itself", s.err, bodies)
	}
	for i, want := range []int{201, 201, 404} {
		if s.answers[i].Status != want {
			t.Errorf("answer %d = %+v, want status %d", i, s.answers[i], want)
		}
	}
}

// What left this machine is counted: also what is repeated after a 401, and
// nothing that met no connection.
func TestRequestsAreCounted(t *testing.T) {
	tests := []struct {
		name  string
		graph http.RoundTripper
		size  int
		want  int64
	}{
		{"refused and repeated", world(new(entra), accepting("", "token-2")), 1, 2},
		{"a batch is one request", world(new(entra), http.HandlerFunc(created)), 20, 1},
		{"no connection", tripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "graph.microsoft.com" {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
			}
			return inProcess{new(entra)}.RoundTrip(r)
		}), 1, 0},
		{"an answer that was lost", tripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "graph.microsoft.com" {
				return nil, io.ErrUnexpectedEOF
			}
			return inProcess{new(entra)}.RoundTrip(r)
		}), 1, 1},
	}
	for _, test := range tests {
		c := mustNew(t, secretConfig(test.graph))
		if s := send(t, c, creates(test.size)); s.err != nil {
			t.Errorf("%s: Send = %v, want no error", test.name, s.err)
		}
		if got := c.Requests(); got != test.want {
			t.Errorf("%s: Requests() = %d, want %d", test.name, got, test.want)
		}
	}
}

// The claims of a challenge reach the token request, from the envelope or from
// an item.
func TestClaimsChallenge(t *testing.T) {
	claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"nbf":{"essential":true,"value":"1702682181"}}}`))
	challenge := `Bearer realm="", error="insufficient_claims", claims="` + claims + `"`
	item := fmt.Sprintf(`{"responses":[{"id":"1","status":401,"headers":{"www-authenticate":%q},"body":%s},{"id":"2","status":201,"body":{"phoneNumber":"+44 7700900123","phoneType":"mobile"}}]}`, challenge, expired)
	graphs := map[string]http.HandlerFunc{
		"envelope": accepting(challenge, "token-2"),
		"item": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer token-1" {
				answering(200, jsonType, item)(w, r)
				return
			}
			created(w, r)
		},
	}
	for name, graph := range graphs {
		login := new(entra)
		s := send(t, mustNew(t, secretConfig(world(login, graph))), creates(2))
		if s.err != nil || s.answers[0].Status != http.StatusCreated || s.answers[1].Status != http.StatusCreated {
			t.Errorf("%s: Send = %+v, %v, want two times 201", name, s.answers, s.err)
		}
		if len(login.forms) != 2 {
			t.Fatalf("%s: %d token requests, want 2", name, len(login.forms))
		}
		first, second := login.forms[0].Get("claims"), login.forms[1].Get("claims")
		if strings.Contains(first, "nbf") || !strings.Contains(second, `"value":"1702682181"`) || !strings.Contains(second, "CP1") {
			t.Errorf("%s: claims %q, then %q, want those of the challenge in the second, with the capability CP1", name, first, second)
		}
	}
}

// A step whose 401 cannot be answered by a new token because the sign-in
// service is away was certainly not carried out.
func TestRenewalDuringOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := new(entra)
		login.refuse = func(w http.ResponseWriter, _ *http.Request) bool {
			if len(login.forms) > 0 {
				w.WriteHeader(http.StatusBadGateway)
			}
			return len(login.forms) > 0
		}
		s := send(t, mustNew(t, secretConfig(world(login, accepting("")))), creates(2))
		if s.err != nil {
			t.Errorf("Send = %v, want no error", s.err)
		}
		for _, a := range s.answers {
			if a.NotSent == nil || a.Status != 0 {
				t.Errorf("answer = %+v, want NotSent", a)
			}
		}
	})
}

func TestReadyToken(t *testing.T) {
	soon := time.Now().Add(time.Hour).Unix()
	good := map[string]string{
		"bare":           "eyJ.a.b",
		"line":           "  eyJ.a.b\r\n",
		"quoted":         "\"eyJ.a.b\"\n",
		"bearer":         "Bearer eyJ.a.b",
		"az":             fmt.Sprintf(`{"accessToken":"eyJ.a.b","expiresOn":"2000-01-01 00:00:00.000000","expires_on":%d,"subscription":"s","tenant":"t","tokenType":"Bearer"}`, soon),
		"az, old":        fmt.Sprintf("{\n \"accessToken\": \"eyJ.a.b\",\n \"expiresOn\": %q\n}\n", time.Unix(soon, 0).Format("2006-01-02 15:04:05.999999")),
		"without an end": `{"accessToken":"eyJ.a.b"}`,
	}
	for name, text := range good {
		var used string
		cfg := Config{
			Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				used = r.Header.Get("Authorization")
				created(w, r)
			})},
			Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret(text)},
		}
		if s := send(t, mustNew(t, cfg), creates(1)); s.err != nil || used != "Bearer eyJ.a.b" {
			t.Errorf("%s: sent %q, %v, want the token", name, used, s.err)
		}
	}
	for _, text := range []string{"\n", `{"accessToken":""}`, `{"accessToken":`, "two words", "tökén", `{"token":"hunter2"}`} {
		_, err := New(Config{Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret(text)}})
		if !isConfigError(err) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("New with token %q = %v, want a *ConfigError that does not repeat it", text, err)
		}
	}
}

// A ready token that is refused or over ends the run at once, and the advice
// says where to get another.
func TestReadyTokenCannotBeRenewed(t *testing.T) {
	for name, text := range map[string]string{
		"refused": "stale",
		"over":    `{"accessToken":"eyJ","expires_on":946684800}`,
	} {
		requests := 0
		cfg := Config{
			Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests++
				accepting("")(w, r)
			})},
			Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret(text)},
		}
		s := send(t, mustNew(t, cfg), creates(1))
		var refused *AuthError
		if !errors.As(s.err, &refused) || !strings.Contains(s.err.Error(), "az account get-access-token") {
			t.Errorf("%s: Send = %v, want an *AuthError with advice", name, s.err)
		}
		if want := map[string]int{"refused": 1, "over": 0}[name]; requests != want {
			t.Errorf("%s: %d requests reached Graph, want %d", name, requests, want)
		}
	}
}

// Waiting for somebody else's token ends with the caller's context.
func TestWaitingForTokenIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, secretConfig(tripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})))
		var g sync.WaitGroup
		g.Go(func() { _ = c.Authenticate(t.Context()) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		answers, err := c.Send(ctx, creates(2))
		if !errors.Is(err, context.DeadlineExceeded) || len(answers) != 2 || answers[1].NotSent == nil {
			t.Errorf("Send = %+v, %v, want NotSent and the context's error", answers, err)
		}
		g.Wait()
	})
}
