package graph

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// oauthError answers token requests as Entra refuses them.
func oauthError(status int, name string, code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q,"error_description":"AADSTS%d: you sent hunter2.\r\nTrace ID: t-1","error_codes":[%d],"timestamp":"2023-05-25 13:21:24Z","trace_id":"t-1","correlation_id":"c-1"}`, name, code, code)
		return true
	}
}

func TestRefusedCredentials(t *testing.T) {
	tests := []struct {
		status, code int
		name         string
		want         []string
	}{
		{401, 7000215, "invalid_client", []string{"secret is wrong", "AZURE_CLIENT_SECRET"}},
		{401, 7000222, "invalid_client", []string{"expired", "AZURE_CLIENT_SECRET"}},
		{401, 1000502, "invalid_client", []string{"certificate has expired", "renew"}},
		{401, 7002138, "invalid_client", []string{"federated credential"}}, // differs in upper and lower case only
		{400, 65001, "invalid_grant", []string{"consented", "API permissions"}},
		{400, 7000112, "unauthorized_client", []string{"disabled", "Enterprise applications"}},
		{400, 900382, "invalid_request", []string{"national cloud", "--cloud"}},
		{400, 700016, "unauthorized_client", []string{"does not know the app", "--client-id", "--tenant-id"}},
		{400, 90002, "invalid_request", []string{"no such tenant", "--tenant-id"}},
		{400, 900023, "invalid_request", []string{"no such tenant", "--tenant-id"}},
		{401, 700027, "invalid_client", []string{"not registered", "AZURE_CLIENT_CERTIFICATE_PATH"}},
		{400, 50034, "invalid_grant", []string{"account does not exist"}},
		{400, 53003, "interaction_required", []string{"Conditional Access"}},
		{400, 9002313, "invalid_request", []string{"did not understand"}},
		{400, 9999998, "invalid_grant", []string{"sign-in log", "https://login.microsoftonline.com/error?code=9999998"}}, // of the future
		{400, 9999999, "new_word", []string{"does not know", "https://login.microsoftonline.com/error?code=9999999"}},
	}
	for _, test := range tests {
		login := &entra{refuse: oauthError(test.status, test.name, test.code)}
		err := mustNew(t, secretConfig(world(login, nil))).Authenticate(t.Context())
		var refused *AuthError
		if !errors.As(err, &refused) || refused.Code != test.code || refused.ExitCode() != 5 || refused.TraceID != "t-1" || refused.CorrelationID != "c-1" {
			t.Errorf("code %d: Authenticate = %#v, want an *AuthError with code and ids", test.code, err)
			continue
		}
		for _, words := range append(test.want, refused.Advice(), fmt.Sprintf("AADSTS%d", test.code), "t-1", "c-1") {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("code %d: error %q, want %q in it", test.code, err, words)
			}
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("code %d: error %q repeats the description", test.code, err)
		}
	}
}

// No code is explained twice, and each has both: what is wrong and what to do.
func TestRefusalsAreATable(t *testing.T) {
	seen := map[string]bool{}
	form := regexp.MustCompile(`^([0-9]+|[a-z_]+)$`)
	for _, r := range refusals() {
		for _, code := range r.codes {
			if !form.MatchString(code) || seen[code] || r.problem == "" || r.advice == "" {
				t.Errorf("code %s: %q, %q, a second time: %v", code, r.problem, r.advice, seen[code])
			}
			seen[code] = true
		}
	}
	if len(seen) < 130 {
		t.Errorf("the table has %d codes, want all of its lines read", len(seen))
	}
	if (&AuthError{}).Advice() == "" {
		t.Error("a refusal without advice of its own has none")
	}
}

// A refusal that is about the moment says so, and the next try may do better.
func TestSignInMayBeTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := &entra{refuse: oauthError(400, "invalid_grant", 50033)}
		err := mustNew(t, secretConfig(world(login, nil))).Authenticate(t.Context())
		var refused *AuthError
		var advised interface{ Advice() string }
		if errors.As(err, &refused) || !errors.As(err, &advised) || !strings.Contains(advised.Advice(), "some minutes") || !strings.Contains(fmt.Sprint(err), "AADSTS50033: the sign-in service has a fault of its own") {
			t.Errorf("Authenticate = %v, want an error with number, meaning and advice that is not an *AuthError", err)
		}
	})
}

// A tenant that does not exist is refused by the document already.
func TestUnknownTenant(t *testing.T) {
	login := &entra{refuse: func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'contoso' not found.","error_codes":[90002]}`)
		return true
	}}
	err := mustNew(t, secretConfig(world(login, nil))).Authenticate(t.Context())
	var refused *AuthError
	if !errors.As(err, &refused) || refused.Code != 90002 {
		t.Errorf("Authenticate = %v, want an *AuthError with code 90002", err)
	}
}

// What is not Entra is named, and its text, which may be anything, is not told.
func TestSignInServiceIsNotEntra(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"page", answering(200, map[string]string{"Content-Type": "text/html"}, "<html>hunter2</html>"), "--authority"},
		{"not found", answering(404, nil, "hunter2"), "--authority"},
		{"redirect", answering(302, map[string]string{"Location": "https://elsewhere.example/hunter2"}, ""), "--authority"},
		{"error without code", answering(401, jsonType, `{"error":"invalid_client","error_description":"hunter2"}`), "invalid_client"},
		{"token cut off", func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				new(entra).ServeHTTP(w, r)
				return
			}
			_, _ = io.WriteString(w, `{"access_token":"hunter2`)
		}, "status 200"},
		{"wrong issuer", answering(200, jsonType, `{"issuer":"https://a.example/x","token_endpoint":"https://a.example/t","authorization_endpoint":"https://a.example/a"}`), "issuer"},
	}
	for _, test := range tests {
		var log bytes.Buffer
		cfg := secretConfig(inProcess{test.answer})
		cfg.Logger = zerolog.New(&log)
		err := mustNew(t, cfg).Authenticate(t.Context())
		var refused *AuthError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "login.microsoftonline.com") {
			t.Errorf("%s: Authenticate = %v, want an *AuthError with the host and %q", test.name, err, test.want)
		}
		if strings.Contains(err.Error()+log.String(), "hunter2") {
			t.Errorf("%s: the answer's text is told: %v %s", test.name, err, log.String())
		}
	}
}

// A sign-in service that redirects must not take the secret with it.
func TestSignInRedirectIsNotFollowed(t *testing.T) {
	var hosts []string
	cfg := secretConfig(inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.URL.Host)
		if r.Method == http.MethodPost {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
			return
		}
		new(entra).ServeHTTP(w, r)
	})})
	if err := mustNew(t, cfg).Authenticate(t.Context()); err == nil {
		t.Error("Authenticate = nil, want an error")
	}
	if got, want := strings.Join(hosts, " "), "login.microsoftonline.com login.microsoftonline.com"; got != want {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// An outage of the sign-in service is not a refusal: the steps were not sent
// and may be tried later. Callers that waited for the same token share the
// error instead of trying one after the other.
func TestSignInOutage(t *testing.T) {
	outages := map[string]func(*http.Request) (*http.Response, error){
		"no connection": func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
		},
		"unavailable": inProcess{answering(503, nil, "")}.RoundTrip,
		"no answer": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	}
	for name, outage := range outages {
		synctest.Test(t, func(t *testing.T) {
			c := mustNew(t, secretConfig(tripper(outage)))
			began := time.Now()
			for a := range inParallel(8, func() sent { return send(t, c, creates(3)) }) {
				if a.err != nil {
					t.Errorf("%s: Send = %v, want no error", name, a.err)
				}
				for _, answer := range a.answers {
					if answer.NotSent == nil || answer.Status != 0 || answer.Lost != nil {
						t.Errorf("%s: answer = %+v, want NotSent only", name, answer)
					}
				}
			}
			if took := time.Since(began); took > signInLimit {
				t.Errorf("%s: eight callers waited %v, want at most %v", name, took, signInLimit)
			}
			var refused *AuthError
			if err := c.Authenticate(t.Context()); err == nil || errors.As(err, &refused) || !strings.Contains(err.Error(), "login.microsoftonline.com") {
				t.Errorf("%s: Authenticate = %v, want an error with the host that is not an *AuthError", name, err)
			}
		})
	}
}

// The renewal of a token that is still good may fail.
func TestEarlyRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := new(entra)
		down := false
		login.refuse = func(w http.ResponseWriter, r *http.Request) bool {
			if down {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return down
		}
		var used []string
		c := mustNew(t, secretConfig(world(login, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			used = append(used, r.Header.Get("Authorization"))
			created(w, r)
		}))))
		step := func(wait time.Duration, want string) {
			t.Helper()
			time.Sleep(wait)
			s := send(t, c, creates(1))
			if s.err != nil || s.answers[0].Status != http.StatusCreated {
				t.Errorf("Send = %+v, %v, want 201", s.answers, s.err)
			} else if got := used[len(used)-1]; got != "Bearer "+want {
				t.Errorf("sent %q, want %q", got, want)
			}
		}
		step(0, "token-1")
		step(54*time.Minute, "token-1") // 5 min 59 s before its end
		down = true
		step(2*time.Minute, "token-1")
		down = false
		step(10*time.Second, "token-1") // too early to try again
		step(time.Minute, "token-2")
		step(3*time.Hour, "token-3")
		if got := login.issued(); got != 3 {
			t.Errorf("%d tokens were issued, want 3", got)
		}
	})
}
