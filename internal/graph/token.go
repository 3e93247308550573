package graph

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/rs/zerolog"
	"golang.org/x/sync/semaphore"
)

const (
	// renewBefore is how long before its end a token is renewed.
	renewBefore = 5 * time.Minute
	// renewAgain is how long to leave a renewal alone that failed while the
	// token is still good.
	renewAgain = 30 * time.Second
)

// tokens holds the current access token and renews it: before it ends, or when
// Graph has refused it. All callers share one token, and one fetch at a time.
type tokens struct {
	kind  Auth
	fetch fetchFunc
	limit time.Duration // see signInLimit
	wire  *signInWire   // that fetch uses
	gate  gate
	log   zerolog.Logger

	fetching *semaphore.Weighted // of one; guards failed and failure
	failed   time.Time           // when the last fetch ended without a token
	failure  error

	mu      sync.Mutex // guards what follows
	current azcore.AccessToken
	told    gate      // keeps the current token back, too
	tried   time.Time // when the last fetch began
}

// get is a token that is good now. Near its end one caller renews it and the
// others go on with what they have.
func (t *tokens) get(ctx context.Context) (azcore.AccessToken, error) {
	token, due := t.held()
	if !usable(token) {
		return t.replace(ctx, token, "")
	}
	if !due || !t.fetching.TryAcquire(1) {
		return token, nil
	}
	defer t.fetching.Release(1)
	if renewed, err := t.renew(ctx, ""); err == nil {
		return renewed, nil
	}
	return token, nil // good for some minutes yet
}

// replace is a token other than refused: a new one, or the one that another
// caller has fetched since refused was taken. Callers that waited for a fetch
// which failed share its error; else an outage of the sign-in service would
// hold them one after the other.
func (t *tokens) replace(ctx context.Context, refused azcore.AccessToken, claims string) (azcore.AccessToken, error) {
	began := time.Now()
	if err := t.fetching.Acquire(ctx, 1); err != nil {
		return azcore.AccessToken{}, err
	}
	defer t.fetching.Release(1)
	if token, _ := t.held(); usable(token) && token.Token != refused.Token {
		return token, nil
	}
	if t.failed.After(began) {
		return azcore.AccessToken{}, t.failure
	}
	return t.renew(ctx, claims)
}

// renew is called by whoever holds fetching.
func (t *tokens) renew(ctx context.Context, claims string) (azcore.AccessToken, error) {
	t.mu.Lock()
	t.tried = time.Now()
	t.mu.Unlock()
	token, err := t.signIn(ctx, claims)
	if err != nil {
		if ctx.Err() == nil { // the caller's end is nobody else's
			t.failed, t.failure = time.Now(), err
		}
		return azcore.AccessToken{}, err
	}
	t.failed = time.Time{}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current, t.told = token, t.gate.with(NewSecret(token.Token))
	return token, nil
}

// shown is the gate for what comes by the current token.
func (t *tokens) shown() gate {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.told
}

// gateFor is the gate for what comes by a token, which may be an earlier one.
func (t *tokens) gateFor(token string) gate {
	t.mu.Lock()
	told, current := t.told, t.current.Token
	t.mu.Unlock()
	if current == token {
		return told
	}
	return t.gate.with(NewSecret(token))
}

// held is the current token, and reports whether it is time to renew it.
func (t *tokens) held() (token azcore.AccessToken, due bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.ExpiresOn.IsZero() || time.Since(t.tried) < renewAgain {
		return t.current, false
	}
	asked := t.current.RefreshOn // by the service, where it is set
	return t.current, !asked.IsZero() && time.Now().After(asked) || time.Until(t.current.ExpiresOn) < renewBefore
}

// usable reports whether the token has not ended; no end means that none is known.
func usable(token azcore.AccessToken) bool {
	return token.Token != "" && (token.ExpiresOn.IsZero() || time.Now().Before(token.ExpiresOn))
}

// readyToken gives the one token that it was given, once.
func readyToken(secret Secret) (fetchFunc, error) {
	token, err := parseReadyToken(secret.Value())
	if err != nil {
		return nil, err
	}
	given := false
	return func(context.Context, string) (azcore.AccessToken, error) {
		if given || !usable(token) {
			return azcore.AccessToken{}, &AuthError{
				Problem: "the ready access token has ended or was refused, and cannot be renewed",
				advice:  "fetch a new one with \"az account get-access-token --resource-type ms-graph\" into ENTRAPHONE_ACCESS_TOKEN, or use another --auth",
			}
		}
		given = true
		return token, nil
	}, nil
}

// parseReadyToken reads a bare token, quoted or after "Bearer" as people copy
// it, or the JSON that "az account get-access-token" prints. Errors do not
// repeat any of it.
func parseReadyToken(secret string) (azcore.AccessToken, error) {
	bare := strings.Trim(secret, " \t\r\n\"'")
	var token azcore.AccessToken
	if strings.HasPrefix(bare, "{") {
		var printed struct {
			AccessToken string      `json:"accessToken"`
			ExpiresAt   json.Number `json:"expires_on"` // since az 2.54
			ExpiresOn   string      `json:"expiresOn"`  // in local time
		}
		if err := json.Unmarshal([]byte(bare), &printed); err != nil || printed.AccessToken == "" {
			return token, &ConfigError{Problem: "ENTRAPHONE_ACCESS_TOKEN looks like JSON but is not what \"az account get-access-token\" prints: it needs an accessToken"}
		}
		bare = printed.AccessToken
		if at, err := strconv.ParseInt(string(printed.ExpiresAt), 10, 64); err == nil {
			token.ExpiresOn = time.Unix(at, 0)
		} else if at, err := time.ParseInLocation("2006-01-02 15:04:05.999999", printed.ExpiresOn, time.Local); err == nil {
			token.ExpiresOn = at
		}
	}
	if word, rest, found := strings.Cut(bare, " "); found && strings.EqualFold(word, "bearer") {
		bare = strings.TrimSpace(rest)
	}
	if bare == "" || strings.ContainsFunc(bare, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return token, &ConfigError{Problem: "ENTRAPHONE_ACCESS_TOKEN is empty or holds characters that no access token has: set it to what \"az account get-access-token --resource-type ms-graph\" prints"}
	}
	token.Token = bare
	return token, nil
}
