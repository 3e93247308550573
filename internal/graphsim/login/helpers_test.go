package login_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"entraphone/internal/graphsim/login"

	"github.com/google/go-cmp/cmp"
)

const (
	origin   = "https://login.example.com"
	formType = "application/x-www-form-urlencoded"
	tenantID = "00000000-0000-4000-8000-000000000001"
	scope    = "https://graph.microsoft.com/.default"
)

var person = login.User{ID: "00000000-0000-4000-8000-0000000000aa", UserPrincipalName: "admin@contoso.com"}

// form makes the body from names and values; later values win, and an empty
// one takes the name out.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			values.Del(pairs[i])
		}
	}
	return values.Encode()
}

// appForm is the sign-in of an app, with changes.
func appForm(pairs ...string) string {
	return form(append([]string{
		"grant_type", "client_credentials", "client_id", "app", "client_secret", "s3cret", "scope", scope,
	}, pairs...)...)
}

func post(endpoint, body string) login.Request {
	return login.Request{
		Method: "POST", Origin: origin, Path: "/contoso/oauth2/v2.0/" + endpoint, ContentType: formType, Body: []byte(body),
		RequestID: "request", ClientRequestID: "correlation",
	}
}

type answer struct {
	status int
	text   string
	Error  string
	Codes  []int `json:"error_codes"`

	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	ClientInfo   string `json:"client_info"`
	Scope        string
	ExpiresIn    int    `json:"expires_in"`
	DeviceCode   string `json:"device_code"`
	UserCode     string `json:"user_code"`
}

func serve(t testing.TB, a *login.Authority, r login.Request) answer {
	t.Helper()
	response := a.Serve(r)
	got := answer{status: response.Status, text: string(response.Body)}
	if err := json.Unmarshal(response.Body, &got); err != nil {
		t.Fatalf("decoding %q: %v", response.Body, err)
	}
	if want := "application/json; charset=utf-8"; response.Header["Content-Type"] != want {
		t.Errorf("Content-Type = %q, want %q", response.Header["Content-Type"], want)
	}
	return got
}

func token(t testing.TB, a *login.Authority, body string) answer {
	t.Helper()
	return serve(t, a, post("token", body))
}

// appToken signs the app in.
func appToken(t testing.TB, a *login.Authority) string {
	t.Helper()
	got := token(t, a, appForm())
	if got.status != 200 || got.AccessToken == "" {
		t.Fatalf("token = %d %s, want an access token", got.status, got.text)
	}
	return got.AccessToken
}

// payload decodes the middle of a JWT.
func payload(t testing.TB, jwt string) map[string]any {
	t.Helper()
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		t.Fatalf("%q has %d parts, want 3", jwt, len(parts))
	}
	return decoded(t, parts[1])
}

func decoded(t testing.TB, text string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatalf("decoding %q: %v", text, err)
	}
	var value map[string]any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatalf("decoding %q: %v", raw, err)
	}
	return value
}

// wantJSON compares by meaning; a "*" in want stands for any value.
func wantJSON(t testing.TB, what, got, want string) {
	t.Helper()
	var g, w map[string]any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("decoding %q: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("decoding %q: %v", want, err)
	}
	for key, value := range w {
		if _, ok := g[key]; ok && value == "*" {
			g[key] = "*"
		}
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("%s: unexpected body (-want +got):\n%s", what, diff)
	}
}

func wantRefusal(t testing.TB, what string, got answer, status int, code string, aadsts int) {
	t.Helper()
	if got.status != status || got.Error != code || !cmp.Equal(got.Codes, []int{aadsts}) {
		t.Errorf("%s: %d %s, want %d %s with AADSTS%d", what, got.status, got.text, status, code, aadsts)
	}
	if strings.Contains(got.text, "s3cret") {
		t.Errorf("%s: the answer %s gives a secret away", what, got.text)
	}
}

func wantVerify(t testing.TB, a *login.Authority, what, token string, want error) {
	t.Helper()
	if _, err := a.Verify(token); err != want {
		t.Errorf("Verify of a token %s: %v, want %v", what, err, want)
	}
}
