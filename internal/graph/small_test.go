package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"
)

func TestUserPath(t *testing.T) {
	tests := []struct{ user, want string }{
		{"3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/users/3f2504e0-4f89-41d3-9a0c-0305e82c3301"},
		{"adele@example.com", "/users/adele@example.com"},
		{"adele_example.org#EXT#@example.com", "/users/adele_example.org%23EXT%23@example.com"},
		{"ad^le!~-@example.com", "/users/ad%5Ele%21~-@example.com"},
		{"o'neil@example.com", "/users/o%27neil@example.com"},
		{"$adele@example.com", "/users('$adele@example.com')"},
		{"$o'neil#x@example.com", "/users('$o%27%27neil%23x@example.com')"},
		{"a/b?c=d%20&+;,é", "/users/a%2Fb%3Fc%3Dd%2520%26%2B%3B%2C%C3%A9"},
		{"..", "/users('..')"},
		{"", "/users('')"},
	}
	for _, test := range tests {
		if got := userPath(test.user); got != test.want {
			t.Errorf("userPath(%q) = %q, want %q", test.user, got, test.want)
		}
	}
}

// Whatever the user is called, a server finds just that in the address.
func TestUserPathIsUnderstood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		user := rapid.OneOf(rapid.String(), rapid.StringMatching(`[$.'#%^/?A-Za-z@+ ]*`)).Draw(t, "user")
		r, err := http.NewRequest(http.MethodGet, "https://graph.example"+userPath(user)+"/x", nil)
		if err != nil {
			t.Fatalf("address of %q: %v", user, err)
		}
		if got := userOf(r.URL.EscapedPath()); got != user {
			t.Errorf("server reads %q out of %q, want %q", got, r.URL.EscapedPath(), user)
		}
	})
}

// userOf reads the path as a server does: split at slashes, then decode. It is
// not http.ServeMux because that cleans the decoded path first.
func userOf(escapedPath string) string {
	segments := strings.Split(escapedPath, "/")
	if segments[1] == "users" {
		user, err := url.PathUnescape(segments[2])
		if err != nil {
			return "cannot be read: " + escapedPath
		}
		return user
	}
	quoted, err := url.PathUnescape(segments[1])
	if err != nil {
		return "cannot be read: " + escapedPath
	}
	quoted = strings.TrimSuffix(strings.TrimPrefix(quoted, "users('"), "')")
	return strings.ReplaceAll(quoted, "''", "'")
}

func TestRetryAfter(t *testing.T) {
	const answered = "Wed, 21 Oct 2015 07:28:00 GMT"
	now := time.Date(2015, 10, 21, 8, 0, 0, 0, time.UTC) // our clock is fast
	tests := []struct {
		value, date string
		want        time.Duration
	}{
		{"10", "", 10 * time.Second},
		{" 10 ", "", 10 * time.Second},
		{"0.249", "", time.Second},
		{"2.0", "", 2 * time.Second},
		{"2.01", "", 3 * time.Second},
		{"0", "", 0},
		{"-5", "", 0},
		{"NaN", "", 0},
		{"soon", "", 0},
		{"", "", 0},
		{"3600", "", time.Hour},
		{"3601", "", time.Hour},
		{"1e300", "", time.Hour},
		{"Inf", "", time.Hour},
		{"Wed, 21 Oct 2015 07:28:30 GMT", answered, 30 * time.Second},
		{"Wed, 21 Oct 2015 07:27:00 GMT", answered, 0},
		{"Fri, 23 Oct 2015 07:28:00 GMT", answered, time.Hour},
		{"Wed, 21 Oct 2015 08:00:20 GMT", "", 20 * time.Second},
		{"Wed, 21 Oct 2015 08:00:20 GMT", "garbage", 20 * time.Second},
	}
	for _, test := range tests {
		if got := retryAfter(test.value, test.date, now); got != test.want {
			t.Errorf("retryAfter(%q, %q) = %v, want %v", test.value, test.date, got, test.want)
		}
	}
}

// A wait is whole seconds of what was asked or more, and within the bound.
func TestRetryAfterNeverTooShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := rapid.Float64Range(0, 5000).Draw(t, "asked")
		got := retryAfter(fmt.Sprint(asked), "", time.Time{})
		if want := min(asked, 3600); got.Seconds() < want || got.Seconds() != math.Trunc(got.Seconds()) || got > time.Hour {
			t.Errorf("retryAfter(%v) = %v, want at least %v seconds, whole, at most an hour", asked, got, want)
		}
	})
}

// No printer shows a secret, wherever it stands. (reflect could call it, which
// nobody does by accident.)
func TestSecretDoesNotLeak(t *testing.T) {
	secret := NewSecret("hunter2")
	type hidden struct{ secret Secret }
	type holder struct {
		Shown  Secret
		hidden Secret
		list   []Secret
		within hidden
		behind *hidden
		named  map[string]Secret
		boxed  any
	}
	h := holder{secret, secret, []Secret{secret}, hidden{secret}, &hidden{secret}, map[string]Secret{"s": secret}, secret}
	cfg := secretConfig(nil)
	values := []any{cfg, mustNew(t, cfg), secret, &secret, []Secret{secret}, [1]Secret{secret}, hidden{secret}, h, &h, []holder{h}, map[string]any{"h": h}, any(h)}

	var out bytes.Buffer
	for verb := 'A'; verb <= 'z'; verb++ {
		for _, flags := range []string{"", "+", "#", "-20", "010.3", " "} {
			for _, value := range values {
				fmt.Fprintf(&out, "%"+flags+string(verb)+"\n", value)
			}
		}
	}
	log := zerolog.New(&out)
	for _, value := range values {
		if text, err := json.Marshal(value); err == nil {
			out.Write(text) // encoding/json leaves unexported fields out
		}
		log.Info().Interface("i", value).Any("a", value).Fields(map[string]any{"f": value}).Msg("")
	}

	for _, leak := range []string{"hunter2", "68756e74657232", "68756E74657232", "104 117", "0x68, 0x75", "aHVudGVyMg"} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("printing shows %q", leak)
		}
	}
	if _, err := json.Marshal(map[string]any{"s": secret}); err == nil {
		t.Error("encoding/json takes a secret, want an error")
	}
	if got := secret.Value(); got != "hunter2" {
		t.Errorf("Value = %q, want the text", got)
	}
	if none := NewSecret(""); none != nil || none.Value() != "" {
		t.Error("NewSecret of an empty text is not nil")
	}
}

func TestBeginning(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"markup", "<html><head><title>Sign in</title><style>a{b:c}</style></head>\n <body>to  continue", "Sign in to continue"},
		{"cut markup", "Welcome <a href=", "Welcome"},
		{"number", `{"phoneNumber":"+44 7700900123","x":"(020) 7946-0123"}`, `{"phoneNumber":"***","x":"(***"}`},
		{"token", "you sent Bearer " + strings.Repeat("ey.J", 30), "you sent Bearer ***"},
		{"control", "a\x00\x1b[31m\u202eb\xff", "a [31m b?"},
		{"long", strings.Repeat("é ", 100), strings.Repeat("é ", 39) + "é…"},
	}
	for _, test := range tests {
		if got := newGate().beginning([]byte(test.text)); got != test.want {
			t.Errorf("%s: beginning = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestChallenge(t *testing.T) {
	tests := []struct{ header, want string }{
		{``, ``},
		{`Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"`, ``},
		{`Bearer realm="", error="insufficient_claims", claims="eyJhIjp7Im4iOjF9fQ=="`, `{"a":{"n":1}}`},
		{`Bearer claims="eyJhIjp7Im4iOjF9fQ", error="insufficient_claims"`, `{"a":{"n":1}}`},
		{`Bearer error="insufficient_claims", claims="%%%"`, ``},
		{`Bearer error="insufficient_claims", claims="eyJh"`, ``},
		{`Bearer error="invalid_token", claims="eyJhIjp7Im4iOjF9fQ=="`, ``},
	}
	for _, test := range tests {
		if got := headersOf(http.Header{"Www-Authenticate": {test.header}}).challenge(); got != test.want {
			t.Errorf("challenge(%q) = %q, want %q", test.header, got, test.want)
		}
	}
}
