package graph

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const emptyToken = `{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty.","innerError":{"request-id":"r"}}}`

// Graph's own refusal of a request without a token shows that Graph is there, and
// so does anything else in its words. Nobody is signed in for that.
func TestReach(t *testing.T) {
	html := map[string]string{"Content-Type": "text/html"}
	tests := []struct {
		name     string
		answer   http.HandlerFunc
		notGraph bool
		want     string // in the error, empty for none
	}{
		{"without a token", answering(401, jsonType, emptyToken), false, ""},
		{"throttled", answering(429, jsonType, `{"error":{"code":"TooManyRequests","message":"m"}}`), false, ""},
		{"a portal", answering(200, html, "<html>Welcome to the hotel"), true, "Welcome to the hotel"},
		{"a filter", answering(403, html, "<html>Blocked"), true, "Blocked"},
		{"a redirect", answering(302, map[string]string{"Location": "https://portal.example.com/"}, ""), true, "portal.example.com"},
		{"a gateway", answering(503, html, "<html>Busy"), false, "status 503"},
		{"a service that takes all", answering(200, jsonType, `{"value":[]}`), true, "not Microsoft Graph's"},
	}
	for _, test := range tests {
		var signIns entra
		c := mustNew(t, secretConfig(world(&signIns, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, sent := r.Header["Authorization"]; sent || r.Method != http.MethodGet {
				t.Errorf("%s: %s with the headers %v, want a GET without Authorization", test.name, r.Method, r.Header)
			}
			test.answer(w, r)
		}))))
		err := c.Reach(t.Context())
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Reach = %v, want %q", test.name, err, test.want)
		}
		if _, not := errors.AsType[*NotGraphError](err); not != test.notGraph {
			t.Errorf("%s: Reach = %T, want a *NotGraphError: %t", test.name, err, test.notGraph)
		}
		if n := signIns.issued(); n > 0 {
			t.Errorf("%s: %d tokens were fetched", test.name, n)
		}
	}
}

func TestReachNobody(t *testing.T) {
	c := mustNew(t, secretConfig(tripper(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	})))
	if err := c.Reach(t.Context()); err == nil || !strings.Contains(err.Error(), "connecting to graph.microsoft.com: dial: connection refused") {
		t.Errorf("Reach = %v, want what the network says", err)
	}
}

// The clock is compared with whoever answered last. A Date has whole seconds, and
// is of some time while the request was on its way: what that leaves open is no
// difference.
func TestClock(t *testing.T) {
	tests := []struct {
		offset, takes time.Duration // of Graph's clock; of the answer
		want          time.Duration
	}{
		{0, 0, 0},
		{0, 40 * time.Second, 0},
		{30 * time.Second, 40 * time.Second, 0}, // nobody can know
		{-10 * time.Minute, 0, 10*time.Minute - time.Second},
		{10 * time.Minute, 0, -10 * time.Minute},
		{10 * time.Minute, 2 * time.Second, -10*time.Minute + 2*time.Second},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(test.offset).UTC().Format(http.TimeFormat))
				time.Sleep(test.takes)
				answering(401, jsonType, emptyToken)(w, r)
			})
			if _, told := c.Clock(); told {
				t.Error("the clock is told before anybody answered")
			}
			if err := c.Reach(t.Context()); err != nil {
				t.Fatal(err)
			}
			if ahead, told := c.Clock(); !told || ahead != test.want {
				t.Errorf("Graph's clock %s ahead, %s for the answer: Clock = %s, %t, want %s", test.offset, test.takes, ahead, told, test.want)
			}
		})
	}
}

// A Date that cannot be read tells nothing.
func TestClockWithoutADate(t *testing.T) {
	c := clientFor(t, answering(401, map[string]string{"Content-Type": "application/json", "Date": "tomorrow"}, emptyToken))
	if err := c.Reach(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ahead, told := c.Clock(); told {
		t.Errorf("Clock = %s, want nothing told", ahead)
	}
}

// The claims are those of the token that is sent, which is fetched where there is
// none yet.
func TestClaimsOfTheClient(t *testing.T) {
	var signIns entra
	c := mustNew(t, secretConfig(world(&signIns, http.HandlerFunc(created))))
	if _, told, err := c.Claims(t.Context()); err != nil || told || signIns.issued() != 1 {
		t.Errorf("Claims told %t, %v after %d sign-ins, want an opaque token after one", told, err, signIns.issued())
	}
	cfg := Config{Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret(jwt(`{"tid":"t"}`))}, Transport: world(&signIns, http.HandlerFunc(created))}
	if claims, told, err := mustNew(t, cfg).Claims(t.Context()); err != nil || !told || claims.TenantID != "t" {
		t.Errorf("Claims = %+v, %t, %v, want tenant t", claims, told, err)
	}
}
