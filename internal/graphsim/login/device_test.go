package login_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/graphsim/login"

	"github.com/google/go-cmp/cmp"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

func poll(code string, pairs ...string) string {
	return form(append([]string{"grant_type", deviceGrant, "client_id", "app", "device_code", code}, pairs...)...)
}

func refresh(refreshToken string, pairs ...string) string {
	return form(append([]string{"grant_type", "refresh_token", "client_id", "app", "refresh_token", refreshToken}, pairs...)...)
}

func start(t testing.TB, a *login.Authority, scope string) answer {
	t.Helper()
	got := serve(t, a, post("devicecode", form("client_id", "app", "scope", scope)))
	if got.status != 200 || got.DeviceCode == "" {
		t.Fatalf("devicecode = %d %s, want a code", got.status, got.text)
	}
	return got
}

func TestDeviceWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := login.New(login.Config{SignedIn: person, DevicePolls: 2, Permissions: []string{"User.Read.All", "AuditLog.Read.All"}})
		started := start(t, a, scope+" openid offline_access profile")
		wantJSON(t, "devicecode", started.text, `{"user_code":"*","device_code":"*","verification_uri":"`+origin+`/_sim/device","expires_in":900,"interval":1,
			"message":"To sign in, use a web browser to open the page `+origin+`/_sim/device and enter the code `+started.UserCode+` to authenticate."}`)
		for range 2 {
			wantRefusal(t, "early", token(t, a, poll(started.DeviceCode)), 400, "authorization_pending", 70016)
		}
		wantRefusal(t, "another client", token(t, a, poll(started.DeviceCode, "client_id", "other")), 400, "bad_verification_code", 70018)
		got := token(t, a, poll(started.DeviceCode, "client_info", "1"))
		const granted = scope + " openid profile https://graph.microsoft.com/User.Read.All https://graph.microsoft.com/AuditLog.Read.All"
		wantJSON(t, "token", got.text, `{"token_type":"Bearer","scope":"`+granted+`","expires_in":3599,"ext_expires_in":3599,
			"access_token":"*","refresh_token":"*","id_token":"*","client_info":"*"}`)
		wantRefusal(t, "second use", token(t, a, poll(started.DeviceCode)), 400, "bad_verification_code", 70018)

		tid := login.TenantID("contoso")
		const now = 946684800.
		if diff := cmp.Diff(map[string]any{
			"aud": "https://graph.microsoft.com", "iss": origin + "/" + tid + "/v2.0", "iat": now, "nbf": now, "exp": now + 3599,
			"appid": "app", "tid": tid, "oid": person.ID, "idtyp": "user", "uti": "1",
			"scp": "User.Read.All AuditLog.Read.All", "upn": person.UserPrincipalName,
		}, payload(t, got.AccessToken)); diff != "" {
			t.Errorf("access token (-want +got):\n%s", diff)
		}
		id := payload(t, got.IDToken)
		if id["aud"] != "app" || id["oid"] != person.ID || id["tid"] != tid || id["preferred_username"] != person.UserPrincipalName || id["exp"] != now+3599 {
			t.Errorf("id_token = %v", id)
		}
		if diff := cmp.Diff(map[string]any{"uid": person.ID, "utid": tid}, decoded(t, got.ClientInfo)); diff != "" {
			t.Errorf("client_info (-want +got):\n%s", diff)
		}
		verified, err := a.Verify(got.AccessToken)
		want := login.Claims{AppID: "app", TenantID: tid, Scopes: []string{"User.Read.All", "AuditLog.Read.All"}, User: person}
		if diff := cmp.Diff(want, verified); err != nil || diff != "" {
			t.Errorf("Verify: %v (-want +got):\n%s", err, diff)
		}
		if !verified.Delegated() {
			t.Error("the token of a person is not delegated")
		}
		for what, other := range map[string]string{"for refreshing": got.RefreshToken, "of identity": got.IDToken} {
			wantVerify(t, a, what, other, login.ErrInvalid)
		}
	})
}

func TestDeviceNobodySignsIn(t *testing.T) {
	a := login.New(login.Config{})
	got := serve(t, a, post("devicecode", form("client_id", "app", "scope", scope)))
	wantRefusal(t, "nobody", got, 400, "invalid_grant", 50034)
}

func TestDeviceCodeExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := login.New(login.Config{SignedIn: person})
		first, second := start(t, a, scope), start(t, a, scope)
		time.Sleep(900*time.Second - 1)
		if got := token(t, a, poll(first.DeviceCode)); got.status != 200 {
			t.Errorf("just in time: %d %s, want 200", got.status, got.text)
		}
		time.Sleep(time.Nanosecond)
		wantRefusal(t, "late", token(t, a, poll(second.DeviceCode)), 400, "expired_token", 70020)
	})
}

func TestDeviceCodesAreBoundedAndRepeatable(t *testing.T) {
	a, b := login.New(login.Config{SignedIn: person, Seed: 7}), login.New(login.Config{SignedIn: person, Seed: 7})
	var codes []string
	for range 257 {
		one, other := start(t, a, scope), start(t, b, scope)
		if one.DeviceCode != other.DeviceCode || one.UserCode != other.UserCode {
			t.Fatalf("codes of one seed = %s and %s, want the same", one.text, other.text)
		}
		codes = append(codes, one.DeviceCode)
	}
	wantRefusal(t, "the oldest", token(t, a, poll(codes[0])), 400, "bad_verification_code", 70018)
	for _, code := range []string{codes[1], codes[256]} {
		if got := token(t, a, poll(code)); got.status != 200 {
			t.Errorf("a code of the newest 256: %d %s, want 200", got.status, got.text)
		}
	}
	if other := login.New(login.Config{SignedIn: person, Seed: 8}); start(t, other, scope).DeviceCode == codes[0] {
		t.Error("another seed makes the same code")
	}
}

func TestDelegatedScopes(t *testing.T) {
	a := login.New(login.Config{SignedIn: person, Permissions: []string{"User.Read.All"}})
	tests := []struct {
		scope, want, audience  string
		refreshToken, identity bool
	}{
		{scope, scope + " https://graph.microsoft.com/User.Read.All", "https://graph.microsoft.com", false, false},
		{"user.read.all openid", "user.read.all openid", "https://graph.microsoft.com", false, true},
		{"https://sim.example.com//.default offline_access", "https://sim.example.com//.default https://sim.example.com//User.Read.All", "https://sim.example.com/", true, false},
		{"openid", "openid https://graph.microsoft.com/User.Read.All", "https://graph.microsoft.com", false, true},
	}
	for _, test := range tests {
		got := token(t, a, poll(start(t, a, test.scope).DeviceCode))
		if got.Scope != test.want || payload(t, got.AccessToken)["aud"] != test.audience {
			t.Errorf("%s: scope %q in %s, want %q", test.scope, got.Scope, got.text, test.want)
		}
		if (got.RefreshToken != "") != test.refreshToken || (got.IDToken != "") != test.identity || got.ClientInfo != "" {
			t.Errorf("%s: %s, want refresh_token %t, id_token %t, no client_info", test.scope, got.text, test.refreshToken, test.identity)
		}
	}
	refused := token(t, a, poll(start(t, a, "Directory.Read.All").DeviceCode))
	wantRefusal(t, "not granted", refused, 400, "invalid_grant", 65001)
}

func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := login.New(login.Config{SignedIn: person})
		refreshToken := token(t, a, poll(start(t, a, scope+" offline_access").DeviceCode)).RefreshToken
		a.Revoke()
		time.Sleep(3 * 365 * 24 * time.Hour)
		got := token(t, a, refresh(refreshToken))
		if claims, err := a.Verify(got.AccessToken); err != nil || claims.User != person || got.RefreshToken == "" {
			t.Errorf("refresh = %s, %v, %v; want tokens of the same person", got.text, claims, err)
		}
		got = token(t, a, refresh(got.RefreshToken, "scope", "User.Read.All openid"))
		if got.status != 200 || got.IDToken == "" || !strings.HasPrefix(got.Scope, "User.Read.All openid ") {
			t.Errorf("refresh with another scope = %s", got.text)
		}
		wantRefusal(t, "two resources", token(t, a, refresh(refreshToken, "scope", "https://a/x https://b/x")), 400, "invalid_scope", 70011)
		wantRefusal(t, "another client", token(t, a, refresh(refreshToken, "client_id", "x")), 400, "invalid_grant", 70000)
		wantRefusal(t, "another authority", token(t, login.New(login.Config{SignedIn: person}), refresh(refreshToken)), 400, "invalid_grant", 70000)
		wantRefusal(t, "cut short", token(t, a, refresh(refreshToken[:len(refreshToken)-1])), 400, "invalid_grant", 70000)
	})
}
