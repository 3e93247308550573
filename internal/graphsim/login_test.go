package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

const (
	login     = "https://login.microsoftonline.com"
	goodLogin = "grant_type=client_credentials&client_id=app&client_secret=s&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
)

func token(t testing.TB, s *graphsim.Simulator, form string) reply {
	t.Helper()
	r := newRequest(t, "POST", login+"/contoso/oauth2/v2.0/token", form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := do(s, r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func accessToken(t testing.TB, s *graphsim.Simulator) string {
	t.Helper()
	got := token(t, s, goodLogin)
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.AccessToken == "" {
		t.Fatalf("token = %s, %v, want an access token", got.body, err)
	}
	return body.AccessToken
}

func TestTokenWire(t *testing.T) {
	got := token(t, newSim(graphsim.Config{}), goodLogin)
	wantJSON(t, "token", got.body, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":""}`)

	s := newSim(graphsim.Config{ClientID: "app", ClientSecret: "other"})
	refused := token(t, s, goodLogin)
	if refused.status != http.StatusUnauthorized {
		t.Errorf("wrong secret: status %d, want 401", refused.status)
	}
	var body struct {
		Description   string `json:"error_description"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
		Timestamp     string
	}
	if err := json.Unmarshal([]byte(refused.body), &body); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s", body.TraceID, body.CorrelationID, body.Timestamp)
	if !strings.HasPrefix(body.Description, "AADSTS7000215: Invalid client secret provided.") || !strings.HasSuffix(body.Description, want) {
		t.Errorf("error_description = %q, want AADSTS7000215 with %q at its end", body.Description, want)
	}
}

func TestTokenRefusals(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(goodLogin, old, new, 1) }
	tests := []struct {
		name, form string
		status     int
		code       string
		aadsts     int
	}{
		{"wrong secret", replace("secret=s", "secret=x"), 401, "invalid_client", 7000215},
		{"no secret", replace("client_secret=s&", ""), 401, "invalid_client", 7000218},
		{"unknown client", replace("id=app", "id=x"), 400, "unauthorized_client", 700016},
		{"no client", replace("client_id=app&", ""), 400, "invalid_request", 900144},
		{"no grant", replace("grant_type=client_credentials&", ""), 400, "invalid_request", 900144},
		{"password grant", replace("client_credentials", "password"), 400, "unsupported_grant_type", 70003},
		{"no scope", replace("scope=", "x="), 400, "invalid_request", 900144},
		{"other scope", replace(".default", "User.Read"), 400, "invalid_scope", 1002012},
		{"malformed", "%", 400, "invalid_request", 9002313},
	}
	s := newSim(graphsim.Config{ClientID: "app", ClientSecret: "s"})
	for _, test := range tests {
		got := token(t, s, test.form)
		want := fmt.Sprintf(`"error_codes":[%d]`, test.aadsts)
		if got.status != test.status || !strings.Contains(got.body, want) || !strings.Contains(got.body, `"error":"`+test.code+`"`) {
			t.Errorf("%s: %d %s, want %d %s with %s", test.name, got.status, got.body, test.status, test.code, want)
		}
	}
	got, err := do(s, newRequest(t, "GET", login+"/contoso/oauth2/v2.0/token", ""))
	if err != nil || got.status != 400 || !strings.Contains(got.body, "AADSTS900561") {
		t.Errorf("GET: %d %s, %v, want 400 with AADSTS900561", got.status, got.body, err)
	}
	for _, form := range []string{goodLogin, replace("id=app", "id=APP"), replace("client_secret=s", "client_assertion=a.b.c")} {
		if got := token(t, s, form); got.status != http.StatusOK {
			t.Errorf("good login: %d %s, want 200", got.status, got.body)
		}
	}
}

func TestBearerToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSim(graphsim.Config{TokenLifetime: time.Minute})
		try := func(what, authorization string, status int, message string) {
			t.Helper()
			for _, path := range []string{phonesPath("a@example.com"), "/$batch"} {
				r := newRequest(t, "POST", host+"/v1.0"+path, batch(createItem("1", "a@example.com", "mobile", "+1 2065550123")))
				r.Header.Set("Authorization", authorization)
				got, err := do(s, r)
				if err != nil {
					t.Fatal(err)
				}
				if status == 0 {
					if got.status == http.StatusUnauthorized {
						t.Errorf("%s: %s answers 401, want the token taken", what, path)
					}
					continue
				}
				if got.status != status || got.code(t) != "InvalidAuthenticationToken" || !strings.Contains(got.body, message) {
					t.Errorf("%s: %s = %d %s, want %d with %q", what, path, got.status, got.body, status, message)
				}
				if challenge := got.header.Get("WWW-Authenticate"); !strings.HasPrefix(challenge, `Bearer realm="", authorization_uri="https://`) {
					t.Errorf("%s: WWW-Authenticate = %q", what, challenge)
				}
			}
		}
		const expired = "Lifetime validation failed, the token is expired."
		first := "Bearer " + accessToken(t, s)
		try("issued", first, 0, "")
		try("static", "Bearer "+secret, 0, "")
		try("none", "", 401, "Access token is empty.")
		try("empty", "Bearer ", 401, "Access token is empty.")
		try("unknown", "Bearer x", 401, "Access token validation failure.")
		time.Sleep(time.Minute - time.Nanosecond)
		try("almost expired", first, 0, "")
		time.Sleep(time.Nanosecond)
		try("expired", first, 401, expired)

		second := "Bearer " + accessToken(t, s)
		s.RevokeTokens()
		try("revoked", second, 401, expired)
		try("static after revoking", "Bearer "+secret, 0, "")
		try("issued after revoking", "Bearer "+accessToken(t, s), 0, "")
	})
}

func TestDiscovery(t *testing.T) {
	s := newSim(graphsim.Config{})
	get := func(url string, header ...string) map[string]any {
		t.Helper()
		r := newRequest(t, "GET", url, "")
		r.Header.Del("Authorization")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		got, err := do(s, r)
		var body map[string]any
		if err != nil || got.status != http.StatusOK || json.Unmarshal([]byte(got.body), &body) != nil {
			t.Fatalf("GET %s = %d %s, %v", url, got.status, got.body, err)
		}
		return body
	}
	const path = "/contoso/v2.0/.well-known/openid-configuration"
	tests := []struct {
		url    string
		header []string
		want   string
	}{
		{"https://login.example.com" + path, nil, "https://login.example.com/contoso/oauth2/v2.0/token"},
		{"http://127.0.0.1:8080" + path, nil, "http://127.0.0.1:8080/contoso/oauth2/v2.0/token"},
		{"http://127.0.0.1:8080" + path, []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "sim.example.com"}, "https://sim.example.com/contoso/oauth2/v2.0/token"},
	}
	for _, test := range tests {
		if got := get(test.url, test.header...)["token_endpoint"]; got != test.want {
			t.Errorf("token_endpoint of %s %q = %q, want %q", test.url, test.header, got, test.want)
		}
	}
	instance := get("https://login.example.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.example.com%2Fcontoso%2Foauth2%2Fv2.0%2Fauthorize")
	if got, want := instance["tenant_discovery_endpoint"], "https://login.example.com"+path; got != want {
		t.Errorf("tenant_discovery_endpoint = %q, want %q", got, want)
	}
}

// transporter lets Microsoft's identity library reach the simulator.
type transporter struct{ http.RoundTripper }

func (t transporter) Do(r *http.Request) (*http.Response, error) { return t.RoundTrip(r) }

func TestMicrosoftsIdentityLibraryLogsIn(t *testing.T) {
	s := newSim(graphsim.Config{ClientID: "app", ClientSecret: "right"})
	logIn := func(clientSecret string, noInstanceDiscovery bool) error {
		t.Helper()
		options := &azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: noInstanceDiscovery}
		options.Transport = transporter{s.Transport()}
		options.Retry = policy.RetryOptions{MaxRetries: -1}
		if noInstanceDiscovery {
			options.Cloud.ActiveDirectoryAuthorityHost = "https://localhost:8443/"
		}
		credential, err := azidentity.NewClientSecretCredential("00000000-0000-4000-8000-000000000001", "app", clientSecret, options)
		if err != nil {
			t.Fatal(err)
		}
		var got azcore.AccessToken
		got, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{host + "/.default"}})
		if err != nil {
			return err
		}
		r := newRequest(t, "GET", host+"/v1.0"+phonesPath("a@example.com"), "")
		r.Header.Set("Authorization", "Bearer "+got.Token)
		if answer, err := do(s, r); err != nil || answer.status != http.StatusOK {
			t.Errorf("list with the token = %d %s, %v, want 200", answer.status, answer.body, err)
		}
		return nil
	}
	for _, private := range []bool{false, true} {
		if err := logIn("right", private); err != nil {
			t.Errorf("private authority %t: %v", private, err)
		}
		if err := logIn("wrong", private); err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
			t.Errorf("private authority %t, wrong secret: %v, want AADSTS7000215", private, err)
		}
	}
}
