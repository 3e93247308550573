package login_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"entraphone/internal/graphsim/login"

	"github.com/google/go-cmp/cmp"
)

func TestServes(t *testing.T) {
	tests := []struct {
		path            string
		serves, isToken bool
	}{
		{"/common/discovery/instance", true, false},
		{"/contoso/v2.0/.well-known/openid-configuration", true, false},
		{"/contoso.com/discovery/v2.0/keys", true, false},
		{"/" + tenantID + "/oauth2/v2.0/token", true, true},
		{"/organizations/oauth2/v2.0/devicecode", true, false},
		{"/con%2Ftoso/oauth2/v2.0/token", true, true},
		{"//oauth2/v2.0/token", false, false},
		{"/contoso/discovery/instance", false, false},
		{"/contoso/oauth2/v2.0/token/", false, false},
		{"/v1.0/users", false, false},
		{"/", false, false},
		{"", false, false},
	}
	a := login.New(login.Config{})
	for _, test := range tests {
		if got := login.Serves(test.path); got != test.serves {
			t.Errorf("Serves(%q) = %t, want %t", test.path, got, test.serves)
		}
		if got := login.IsToken(test.path); got != test.isToken {
			t.Errorf("IsToken(%q) = %t, want %t", test.path, got, test.isToken)
		}
		if got := a.Serve(login.Request{Method: "GET", Path: test.path}).Status; (got == 404) == test.serves {
			t.Errorf("Serve of %q: status %d, want 404 only where Serves is false", test.path, got)
		}
	}
}

func TestDiscoveryWire(t *testing.T) {
	a := login.New(login.Config{})
	get := func(path, query string) string {
		t.Helper()
		response := a.Serve(login.Request{Method: "GET", Origin: origin, Path: path, Query: query})
		if response.Status != http.StatusOK {
			t.Errorf("GET %s = %d %s, want 200", path, response.Status, response.Body)
		}
		return string(response.Body)
	}
	instance := `{"tenant_discovery_endpoint":"` + origin + `/TENANT/v2.0/.well-known/openid-configuration","api-version":"1.1",
		"metadata":[{"preferred_network":"login.example.com","preferred_cache":"login.example.com","aliases":["login.example.com"]}]}`
	for query, tenant := range map[string]string{
		"api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.example.com%2Fcontoso%2Foauth2%2Fv2.0%2Fauthorize": "contoso",
		"":                                  "common",
		"%":                                 "common",
		"authorization_endpoint=%3A":        "common",
		"authorization_endpoint=https%3A//": "common",
	} {
		wantJSON(t, "instance of "+query, get("/common/discovery/instance", query), strings.ReplaceAll(instance, "TENANT", tenant))
	}
	wantJSON(t, "instance of another host", get("/common/discovery/instance", "authorization_endpoint=https%3A%2F%2F127.0.0.1%3A8443%2Fcommon%2F"),
		strings.NewReplacer("TENANT", "common", `:["login.example.com"`, `:["login.example.com","127.0.0.1:8443"`).Replace(instance))
	wantJSON(t, "openid-configuration", get("/"+tenantID+"/v2.0/.well-known/openid-configuration", ""), strings.ReplaceAll(`{
		"token_endpoint":"BASE/oauth2/v2.0/token",
		"token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt"],
		"jwks_uri":"BASE/discovery/v2.0/keys",
		"response_types_supported":["code"],
		"subject_types_supported":["pairwise"],
		"id_token_signing_alg_values_supported":["none"],
		"issuer":"BASE/v2.0",
		"authorization_endpoint":"BASE/oauth2/v2.0/authorize",
		"device_authorization_endpoint":"BASE/oauth2/v2.0/devicecode"}`, "BASE", origin+"/"+tenantID))
	wantJSON(t, "keys", get("/contoso/discovery/v2.0/keys", ""), `{"keys":[]}`)

	r := login.Request{Method: "POST", Origin: origin, Path: "/common/discovery/instance"}
	wantRefusal(t, "POST to discovery", serve(t, a, r), 400, "invalid_request", 900561)
}

func TestTokenWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := login.New(login.Config{})
		got := token(t, a, appForm("scope", "openid "+scope+" offline_access profile"))
		wantJSON(t, "token", got.text, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"*"}`)
		header, _, _ := strings.Cut(got.AccessToken, ".")
		if got, want := decoded(t, header)["typ"], "JWT"; got != want {
			t.Errorf("typ = %v, want %v", got, want)
		}
		tid := login.TenantID("contoso")
		const now = 946684800. // where a bubble begins
		want := map[string]any{
			"aud": "https://graph.microsoft.com", "iss": origin + "/" + tid + "/v2.0", "iat": now, "nbf": now, "exp": now + 3599,
			"appid": "app", "app_displayname": "app", "tid": tid, "oid": "*", "idtyp": "app", "uti": "1", "roles": toAny(login.KnownPermissions()),
		}
		claims := payload(t, got.AccessToken)
		if claims["oid"] == claims["tid"] || len(claims["oid"].(string)) != 36 {
			t.Errorf("oid = %v, want a GUID of its own", claims["oid"])
		}
		claims["oid"] = "*"
		if diff := cmp.Diff(want, claims); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
		verified, err := a.Verify(got.AccessToken)
		if diff := cmp.Diff(login.Claims{AppID: "app", TenantID: tid, Roles: login.KnownPermissions()}, verified); err != nil || diff != "" {
			t.Errorf("Verify: %v (-want +got):\n%s", err, diff)
		}
		if verified.Delegated() {
			t.Error("the token of an app is delegated")
		}
	})
}

func toAny(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func TestErrorWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := login.New(login.Config{Clients: []login.Client{{ID: "app", Secret: "other"}}})
		got := token(t, a, appForm())
		wantRefusal(t, "wrong secret", got, 401, "invalid_client", 7000215)
		wantJSON(t, "wrong secret", got.text, `{"error":"invalid_client",
			"error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'app'.\r\nTrace ID: request\r\nCorrelation ID: correlation\r\nTimestamp: 2000-01-01 00:00:00Z",
			"error_codes":[7000215],"timestamp":"2000-01-01 00:00:00Z","trace_id":"request","correlation_id":"correlation",
			"error_uri":"`+origin+`/error?code=7000215"}`)
		if strings.Contains(got.text, "other") {
			t.Errorf("%s gives the registered secret away", got.text)
		}
	})
}

func TestRefusals(t *testing.T) {
	a := login.New(login.Config{Clients: []login.Client{{ID: "app", Secret: "s3cret"}}, SignedIn: person})
	tests := []struct {
		name, endpoint, body string
		status               int
		code                 string
		aadsts               int
	}{
		{"wrong secret", "token", appForm("client_secret", "s3cret "), 401, "invalid_client", 7000215},
		{"no credential", "token", appForm("client_secret", ""), 401, "invalid_client", 7000218},
		{"unknown client", "token", appForm("client_id", "x"), 400, "unauthorized_client", 700016},
		{"no client", "token", appForm("client_id", ""), 400, "invalid_request", 900144},
		{"no grant", "token", appForm("grant_type", ""), 400, "invalid_request", 900144},
		{"other grant", "token", appForm("grant_type", "password"), 400, "unsupported_grant_type", 70003},
		{"no scope", "token", appForm("scope", ""), 400, "invalid_request", 900144},
		{"one permission", "token", appForm("scope", "https://graph.microsoft.com/User.Read.All"), 400, "invalid_scope", 1002012},
		{"no resource", "token", appForm("scope", "/.default"), 400, "invalid_scope", 1002012},
		{"bare default", "token", appForm("scope", ".default"), 400, "invalid_scope", 1002012},
		{"two resources", "token", appForm("scope", scope+" https://vault.azure.net/.default"), 400, "invalid_scope", 1002012},
		{"only OpenID", "token", appForm("scope", "openid"), 400, "invalid_scope", 1002012},
		{"malformed", "token", "%", 400, "invalid_request", 9002313},
		{"huge", "token", appForm("x", strings.Repeat("x", 1<<16)), 400, "invalid_request", 9002313},
		{"no device code", "token", form("grant_type", deviceGrant, "client_id", "app"), 400, "invalid_request", 900144},
		{"device code, in short", "token", poll("x", "grant_type", "device_code"), 400, "bad_verification_code", 70018},
		{"unknown device code", "token", poll("x"), 400, "bad_verification_code", 70018},
		{"no refresh token", "token", refresh(""), 400, "invalid_request", 900144},
		{"bad refresh token", "token", refresh("x"), 400, "invalid_grant", 70000},
		{"access token to refresh", "token", refresh(appToken(t, a)), 400, "invalid_grant", 70000},
		{"device: no client", "devicecode", form("scope", scope), 400, "invalid_request", 900144},
		{"device: no scope", "devicecode", form("client_id", "app"), 400, "invalid_request", 900144},
		{"device: unknown client", "devicecode", form("client_id", "x", "scope", scope), 400, "unauthorized_client", 700016},
		{"device: empty resource", "devicecode", form("client_id", "app", "scope", "/User.Read.All"), 400, "invalid_scope", 70011},
		{"device: two resources", "devicecode", form("client_id", "app", "scope", scope+" https://vault.azure.net/.default"), 400, "invalid_scope", 70011},
	}
	for _, test := range tests {
		wantRefusal(t, test.name, serve(t, a, post(test.endpoint, test.body)), test.status, test.code, test.aadsts)
	}

	get := post("token", "")
	get.Method = "GET"
	wantRefusal(t, "GET", serve(t, a, get), 400, "invalid_request", 900561)
	jsonBody := post("token", `{"grant_type":"client_credentials"}`)
	jsonBody.ContentType = "application/json"
	wantRefusal(t, "JSON", serve(t, a, jsonBody), 400, "invalid_request", 900144)

	long := login.New(login.Config{})
	wantRefusal(t, "scope too long for a refresh token", token(t, a, poll(start(t, a, strings.Repeat("openid ", 8000)+"offline_access").DeviceCode)), 400, "invalid_request", 9002313)
	wantRefusal(t, "client ID too long for a token", token(t, long, appForm("client_id", strings.Repeat("x", 50<<10))), 400, "invalid_request", 9002313)
}

func TestClients(t *testing.T) {
	a := login.New(login.Config{
		Clients: []login.Client{
			{ID: "app", Secret: "s3cret"},
			{ID: "Reader", Permissions: []string{"User.Read.All"}},
			{ID: "nobody", Permissions: []string{}},
		},
		Permissions: []string{"UserAuthenticationMethod.ReadWrite.All"},
	})
	for body, want := range map[string]login.Claims{
		appForm(): {AppID: "app", Roles: []string{"UserAuthenticationMethod.ReadWrite.All"}},
		appForm("client_id", "READER", "client_secret", "any"): {AppID: "Reader", Roles: []string{"User.Read.All"}},
		appForm("client_id", "nobody"):                         {AppID: "nobody"},
	} {
		want.TenantID = login.TenantID("contoso")
		got, err := a.Verify(token(t, a, body).AccessToken)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("claims of %s: %v (-want +got):\n%s", body, err, diff)
		}
	}
}

func TestTenantID(t *testing.T) {
	const guid = "0123ABCD-4567-89ef-0123-456789abcdef"
	if got, want := login.TenantID(guid), strings.ToLower(guid); got != want {
		t.Errorf("TenantID(%q) = %q, want %q", guid, got, want)
	}
	seen := map[string]string{}
	for _, name := range []string{"contoso", "contoso.com", "organizations", "", "x123abcd-4567-89ef-0123-456789abcdef", "0123abcd-4567-89ef-0123-456789abcde-"} {
		got := login.TenantID(name)
		if got != login.TenantID(strings.ToUpper(name)) || len(got) != 36 || login.TenantID(got) != got {
			t.Errorf("TenantID(%q) = %q, want a GUID that does not depend on case", name, got)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("TenantID is %q for both %q and %q", got, name, other)
		}
		seen[got] = name
	}
	a := login.New(login.Config{})
	escaped := post("token", appForm())
	escaped.Path = "/%63ontoso/oauth2/v2.0/token"
	broken := post("token", appForm())
	broken.Path = "/%zz/oauth2/v2.0/token"
	for name, r := range map[string]login.Request{"contoso": escaped, "%zz": broken} {
		if got, want := payload(t, serve(t, a, r).AccessToken)["tid"], login.TenantID(name); got != want {
			t.Errorf("tid of %s = %v, want %v", r.Path, got, want)
		}
	}
}
