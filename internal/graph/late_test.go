package graph

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A sign-in service that takes requests and does not answer keeps nobody for longer
// than was allowed, whatever the credential, and that is not a refusal.
func TestSignInThatHangs(t *testing.T) {
	const giveUp = 5 * time.Second
	hangsAt := func(path string) tripper {
		login := inProcess{new(deviceLogin)}
		return func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, path) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return login.RoundTrip(r)
		}
	}
	for name, test := range map[string]struct {
		kind Auth
		path string // of the requests that are not answered
	}{
		"secret, document":      {AuthSecret, "openid-configuration"},
		"secret, token":         {AuthSecret, "/token"},
		"device code, document": {AuthDeviceCode, "openid-configuration"},
		"device code, code":     {AuthDeviceCode, "/devicecode"},
		"device code, token":    {AuthDeviceCode, "/token"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := secretConfig(hangsAt(test.path))
			cfg.Credential.Kind, cfg.Credential.Prompt, cfg.GiveUpAfter = test.kind, io.Discard, giveUp
			began := time.Now()
			err := mustNew(t, cfg).Authenticate(t.Context())
			pollsFirst := 5 * time.Second // the interval that the service asks for
			if took := time.Since(began); took > giveUp+pollsFirst {
				t.Errorf("%s: Authenticate took %v", name, took)
			}
			var refused *AuthError
			if err == nil || errors.As(err, &refused) || !strings.Contains(err.Error(), "no answer within") || !strings.Contains(err.Error(), "login.microsoftonline.com") {
				t.Errorf("%s: Authenticate = %v, want that there was no answer of that host", name, err)
			}
		})
	}
}

// A person may take longer than that over the code.
func TestPersonMayTakeLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		login := inProcess{new(deviceLogin)}
		cfg := secretConfig(tripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") && time.Since(began) < 10*time.Minute {
				return inProcess{answering(400, jsonType, `{"error":"authorization_pending","error_codes":[70016]}`)}.RoundTrip(r)
			}
			return login.RoundTrip(r)
		}))
		cfg.Credential.Kind, cfg.Credential.Prompt, cfg.GiveUpAfter = AuthDeviceCode, io.Discard, 2*time.Second
		if err := mustNew(t, cfg).Authenticate(t.Context()); err != nil || time.Since(began) < 10*time.Minute {
			t.Errorf("Authenticate = %v after %v, want a token after ten minutes", err, time.Since(began))
		}
	})
}

// The caller's deadline bounds every part of a request, and what it cut off is told
// as time and not as a context: nothing left while there is no connection or no
// token, and everything may have after that.
func TestCallersDeadline(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and no more
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	silent := "http://" + listener.Addr().String()
	atSignIn := secretConfig(nil)
	atSignIn.Authority = silent
	for name, test := range map[string]struct {
		client *Client
		lost   bool
	}{
		"Graph":   {overSockets(t, silent), true},
		"sign-in": {mustNew(t, atSignIn), false},
	} {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		answers, err := test.client.Send(ctx, creates(2))
		cancel()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: Send took %v", name, took)
		}
		a := answers[0]
		if (a.Lost != nil) != test.lost || (a.NotSent != nil) == test.lost || err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: Send = %+v, %v", name, a, err)
		}
		if cause := errors.Join(a.Lost, a.NotSent); cause == nil || !strings.Contains(cause.Error(), "no answer within") || strings.Contains(cause.Error(), "context") || strings.Contains(cause.Error(), "*") {
			t.Errorf("%s: the cause is %v, want the time that was waited", name, cause)
		}
	}
}
