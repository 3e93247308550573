package login_test

import (
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim/login"

	"pgregory.net/rapid"
)

func TestTokensExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := login.New(login.Config{Lifetime: time.Minute})
		first := appToken(t, a)
		time.Sleep(time.Minute - 1)
		wantVerify(t, a, "almost expired", first, nil)
		time.Sleep(time.Nanosecond)
		wantVerify(t, a, "expired", first, login.ErrExpired)

		// Times in a token are whole seconds; none ends before its expires_in.
		time.Sleep(time.Second / 2)
		second := appToken(t, a)
		time.Sleep(time.Minute)
		wantVerify(t, a, "rounded up", second, nil)
		time.Sleep(time.Second / 2)
		wantVerify(t, a, "expired half a second later", second, login.ErrExpired)

		short := token(t, login.New(login.Config{Lifetime: time.Second + 1}), appForm())
		if short.ExpiresIn != 2 {
			t.Errorf("expires_in of a bit more than a second = %d, want 2", short.ExpiresIn)
		}
	})
}

func TestRevoke(t *testing.T) {
	a := login.New(login.Config{})
	a.Revoke()
	before := appToken(t, a)
	wantVerify(t, a, "issued after an early Revoke", before, nil)
	a.Revoke()
	wantVerify(t, a, "revoked", before, login.ErrExpired)
	wantVerify(t, a, "issued after Revoke", appToken(t, a), nil)
}

func TestForgedTokens(t *testing.T) {
	a := login.New(login.Config{})
	good := appToken(t, a)
	header, rest, _ := strings.Cut(good, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"none"}`))
	admin := base64.RawURLEncoding.EncodeToString([]byte(`{"uti":"9","exp":99999999999,"idtyp":"app"}`))
	last := signature[len(signature)-1]
	for what, forged := range map[string]string{
		"that is empty":             "",
		"of dots":                   "..",
		"cut short":                 good[:len(good)-1],
		"without signature":         header + "." + claims + ".",
		"without signature or dot":  header + "." + claims,
		"that says alg none":        none + "." + claims + ".",
		"of other claims":           header + "." + admin + "." + signature,
		"signed by another":         appToken(t, login.New(login.Config{})),
		"with a line break":         good + "\n",
		"with blanks":               " " + good,
		"with padding":              good + "=",
		"of equal bytes":            good[:len(good)-1] + string(last+1),
		"that is as long as a book": strings.Repeat("x", 1<<20),
	} {
		wantVerify(t, a, what, forged, login.ErrInvalid)
	}
	wantVerify(t, a, "as issued", good, nil)
}

// The invariant of the package: Verify takes what Serve has handed out until
// it expires or is revoked, and nothing else.
func TestVerifyTakesExactlyWhatWasIssued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// In plain sight rapid would ask the test for its deadline, which has
		// none in a bubble.
		rapid.Check(struct{ rapid.TB }{t}, verifyTakesExactlyWhatWasIssued)
	})
}

func verifyTakesExactlyWhatWasIssued(t *rapid.T) {
	const lifetime = 10 * time.Second
	a := login.New(login.Config{Lifetime: lifetime, SignedIn: person})
	var issued []string
	var expires []time.Time
	revoked := 0
	add := func(r login.Response) {
		issued = append(issued, accessToken(t, r))
		expires = append(expires, time.Now().Add(lifetime))
	}
	t.Repeat(map[string]func(*rapid.T){
		"app": func(t *rapid.T) {
			client := rapid.StringN(1, 50, -1).Draw(t, "client")
			got := a.Serve(post("token", appForm("client_id", client)))
			add(got)
		},
		"person": func(t *rapid.T) {
			started := a.Serve(post("devicecode", form("client_id", "app", "scope", scope)))
			_, code, _ := strings.Cut(string(started.Body), `"device_code":"`)
			code, _, _ = strings.Cut(code, `"`)
			add(a.Serve(post("token", poll(code))))
		},
		"revoke": func(*rapid.T) { a.Revoke(); revoked = len(issued) },
		"wait":   func(t *rapid.T) { time.Sleep(time.Duration(rapid.IntRange(1, 6).Draw(t, "seconds")) * time.Second) },
		"forge": func(t *rapid.T) {
			if len(issued) == 0 {
				return
			}
			forged := []byte(rapid.SampledFrom(issued).Draw(t, "token"))
			at := rapid.IntRange(0, len(forged)-1).Draw(t, "at")
			forged[at] ^= rapid.ByteRange(1, 255).Draw(t, "change")
			if _, err := a.Verify(string(forged)); err != login.ErrInvalid {
				t.Fatalf("Verify(%q) = %v, want %v", forged, err, login.ErrInvalid)
			}
		},
	})
	for i, token := range issued {
		want := error(nil)
		if i < revoked || !time.Now().Before(expires[i]) {
			want = login.ErrExpired
		}
		if _, err := a.Verify(token); err != want {
			t.Fatalf("Verify of token %d of %d, %d revoked, until %v: %v, want %v", i, len(issued), revoked, expires[i], err, want)
		}
	}
}

func accessToken(t *rapid.T, r login.Response) string {
	_, token, _ := strings.Cut(string(r.Body), `"access_token":"`)
	token, _, ok := strings.Cut(token, `"`)
	if r.Status != 200 || !ok {
		t.Fatalf("token = %d %s, want an access token", r.Status, r.Body)
	}
	return token
}

func TestConcurrentUse(t *testing.T) {
	a := login.New(login.Config{SignedIn: person, DevicePolls: 1})
	var wg sync.WaitGroup
	tokens := make([][]string, 8)
	for i := range tokens {
		wg.Go(func() {
			for range 20 {
				code := start(t, a, scope).DeviceCode
				wantRefusal(t, "early", token(t, a, poll(code)), 400, "authorization_pending", 70016)
				tokens[i] = append(tokens[i], appToken(t, a), token(t, a, poll(code)).AccessToken)
				wantVerify(t, a, "just issued", tokens[i][len(tokens[i])-1], nil)
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, list := range tokens {
		for _, token := range list {
			wantVerify(t, a, "issued", token, nil)
			seen[token] = true
		}
	}
	if len(seen) != 8*40 {
		t.Errorf("%d different tokens, want %d", len(seen), 8*40)
	}
	a.Revoke()
	for token := range seen {
		wantVerify(t, a, "revoked", token, login.ErrExpired)
	}
}

func FuzzServe(f *testing.F) {
	a := login.New(login.Config{SignedIn: person})
	for _, body := range []string{
		appForm(), appForm("client_secret", "", "client_assertion_type", jwtBearer, "client_assertion", "e30.e30.AA"),
		poll("x"), refresh("a.b.c"), appForm("scope", "a/b c/d"), "%", "",
	} {
		f.Add("/contoso/oauth2/v2.0/token", body)
		f.Add("/contoso/oauth2/v2.0/devicecode", body)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		got := a.Serve(login.Request{Method: "POST", Origin: origin, Path: path, ContentType: formType, Body: []byte(body)})
		if (got.Status == 404) == login.Serves(path) || got.Status == 200 && len(got.Body) == 0 {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
		if got.Status == 200 && login.IsToken(path) {
			_, token, _ := strings.Cut(string(got.Body), `"access_token":"`)
			token, _, _ = strings.Cut(token, `"`)
			if _, err := a.Verify(token); err != nil {
				t.Errorf("Verify of what %q got: %v", body, err)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	a := login.New(login.Config{})
	good := appToken(f, a)
	for _, seed := range []string{good, good[1:], "..", "", "a.b.c", good + "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := a.Verify(token); (err == nil) != (token == good) {
			t.Errorf("Verify(%q) = %v, %v", token, claims, err)
		}
	})
}
