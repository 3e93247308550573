package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"entraphone/internal/authmethod"
)

// inProcess answers requests without a network, which does not work in a
// synctest bubble.
type inProcess struct {
	handler http.Handler
}

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// tripper is a transport made of a function.
type tripper func(*http.Request) (*http.Response, error)

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// entra is a sign-in service for one tenant. It numbers its tokens: token-1,
// token-2.
type entra struct {
	scheme    string // of the addresses in its document, https if empty
	lifetime  int    // of tokens in seconds, 3599 if 0
	refuse    func(w http.ResponseWriter, r *http.Request) (done bool)
	mu        sync.Mutex
	forms     []url.Values // of the token requests, in order
	forwarded []string     // X-Forwarded-Proto of all requests
}

func (e *entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forwarded = append(e.forwarded, r.Header.Get("X-Forwarded-Proto"))
	if e.refuse != nil && e.refuse(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/contoso/v2.0/.well-known/openid-configuration":
		scheme := e.scheme
		if scheme == "" {
			scheme = "https"
		}
		base := scheme + "://" + r.Host + "/contoso"
		fmt.Fprintf(w, `{"issuer":"%[1]s/v2.0","token_endpoint":"%[1]s/oauth2/v2.0/token","authorization_endpoint":"%[1]s/oauth2/v2.0/authorize"}`, base)
	case "/contoso/oauth2/v2.0/token":
		_ = r.ParseForm()
		e.forms = append(e.forms, r.PostForm)
		lifetime := e.lifetime
		if lifetime == 0 {
			lifetime = 3599
		}
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":%d,"ext_expires_in":%d,"access_token":"token-%d"}`, lifetime, lifetime, len(e.forms))
	default:
		http.NotFound(w, r)
	}
}

func (e *entra) issued() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.forms)
}

// world routes requests to the sign-in service or to Graph by their host.
func world(e *entra, graph http.Handler) http.RoundTripper {
	return inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "login.microsoftonline.com" {
			e.ServeHTTP(w, r)
			return
		}
		graph.ServeHTTP(w, r)
	})}
}

func secretConfig(transport http.RoundTripper) Config {
	return Config{
		Credential: CredentialConfig{Kind: AuthSecret, TenantID: "contoso", ClientID: "app", ClientSecret: NewSecret("hunter2")},
		Transport:  transport,
		Version:    "1.2.3",
	}
}

// clientFor is a client with a secret in front of the handler.
func clientFor(t testing.TB, graph http.HandlerFunc) *Client {
	t.Helper()
	return mustNew(t, secretConfig(world(&entra{}, graph)))
}

func mustNew(t testing.TB, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return c
}

const sampleNumber = "+44 7700900123"

func create(user string) authmethod.Step {
	number, _ := authmethod.NewPhoneNumber(44, "7700900123", "")
	return authmethod.Step{Verb: authmethod.Create, User: user, PhoneType: authmethod.PhoneTypeMobile, Number: number}
}

func update(user string) authmethod.Step {
	step := create(user)
	step.Verb = authmethod.Update
	return step
}

func read(user string) authmethod.Step {
	return authmethod.Step{Verb: authmethod.Read, User: user, PhoneType: authmethod.PhoneTypeMobile}
}

// creates are steps of n users.
func creates(n int) []authmethod.Step {
	steps := make([]authmethod.Step, n)
	for i := range steps {
		steps[i] = create(fmt.Sprintf("user%d@example.com", i+1))
	}
	return steps
}

// answering serves the same answer to every request.
func answering(status int, header map[string]string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

var jsonType = map[string]string{"Content-Type": "application/json"}

// created answers everything as Graph does when all goes well.
func created(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if !strings.HasSuffix(r.URL.Path, "/$batch") {
		switch {
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/phoneMethods"):
			w.WriteHeader(http.StatusCreated)
		case r.Method == http.MethodPost, r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
			return
		}
		fmt.Fprintf(w, `{"id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":%q,"phoneType":"mobile","smsSignInState":"ready"}`, sampleNumber)
		return
	}
	var batch struct{ Requests []struct{ ID string } }
	_ = json.NewDecoder(r.Body).Decode(&batch)
	io.WriteString(w, `{"responses":[`)
	for i, request := range batch.Requests {
		if i > 0 {
			io.WriteString(w, ",")
		}
		fmt.Fprintf(w, `{"id":%q,"status":201,"headers":{"Content-Type":"application/json"},"body":{"id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":%q,"phoneType":"mobile"}}`, request.ID, sampleNumber)
	}
	io.WriteString(w, `]}`)
}

// quiet is a log that says nothing, for servers that complain about us.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func bodyOf(r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}
