package graph

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// jwt is a token with this payload. Nobody verifies the rest.
func jwt(payload string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2lnbmF0dXJl"
}

func TestClaims(t *testing.T) {
	tests := []struct {
		payload string
		want    Claims
	}{
		{`{"aud":"https://graph.microsoft.com","tid":"t","appid":"a","idtyp":"app","oid":"o","roles":["User.Read.All","UserAuthMethod-Phone.ReadWrite.All"],"exp":1795777200}`,
			Claims{Audience: "https://graph.microsoft.com", TenantID: "t", AppID: "a", Permissions: []string{"User.Read.All", "UserAuthMethod-Phone.ReadWrite.All"}, Expires: time.Unix(1795777200, 0)}},
		{`{"tid":"t","appid":"a","scp":"User.Read  openid","upn":"mia@example.com","wids":["r"],"roles":["not.hers"]}`,
			Claims{TenantID: "t", AppID: "a", User: "mia@example.com", Permissions: []string{"User.Read", "openid"}, DirectoryRoles: []string{"r"}}},
		{`{"azp":"a","idtyp":"user","oid":"o"}`, Claims{AppID: "a", User: "o", Permissions: []string{}}},
		{`{"appid":"a","scp":"x"}`, Claims{AppID: "a", User: "somebody", Permissions: []string{"x"}}},
		{`{"tid":7,"appid":"a","roles":"x","exp":"soon"}`, Claims{AppID: "a"}}, // of other types
		{`{"appid":"a\u001b[2Jb","exp":1e300}`, Claims{AppID: "a [2Jb"}},
		{`{"appid":"hunter2"}`, Claims{AppID: "***"}}, // whoever puts the secret there
	}
	for _, test := range tests {
		got, told := parseClaims(jwt(test.payload), newGate(NewSecret("hunter2")))
		if diff := cmp.Diff(test.want, got); !told || diff != "" {
			t.Errorf("claims of %s, told %t (-want +got):\n%s", test.payload, told, diff)
		}
	}
	for _, opaque := range []string{"", "token-1", "a.b", "a.b.c", "a..c", jwt(""), jwt("[]x"), jwt(`{"tid":"t"`), "a.b.c.d.e"} {
		if got, told := parseClaims(opaque, newGate()); told {
			t.Errorf("claims of %q = %+v, want none", opaque, got)
		}
	}
}

// What permits to write phones, and which role a person has for it.
func TestWhatClaimsPermit(t *testing.T) {
	const cli, authenticationAdministrator = "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "c4e39bd9-1100-46d3-8c65-fb160da0071f"
	const privileged = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
	tests := []struct {
		claims                    Claims
		writes, reads, tool, role string
	}{
		{Claims{Permissions: []string{"User.Read.All"}}, "", "", "", ""},
		{Claims{Permissions: []string{"UserAuthenticationMethod.ReadWrite.All"}}, "UserAuthenticationMethod.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All", "", ""},
		{Claims{Permissions: []string{"userauthmethod-phone.readwrite.all"}}, "UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-Phone.ReadWrite.All", "", ""},
		{Claims{Permissions: []string{"UserAuthMethod-Phone.Read.All"}}, "", "UserAuthMethod-Phone.Read.All", "", ""},
		{Claims{Permissions: []string{"UserAuthMethod-Phone.ReadWrite"}}, "", "", "", ""}, // a person's only
		{Claims{User: "mia", Permissions: []string{"UserAuthMethod-Phone.ReadWrite"}}, "UserAuthMethod-Phone.ReadWrite", "UserAuthMethod-Phone.ReadWrite", "", ""},
		{Claims{User: "mia", Permissions: []string{"UserAuthenticationMethod.Read"}}, "", "UserAuthenticationMethod.Read", "", ""},
		{Claims{User: "mia", AppID: cli}, "", "", "the Azure CLI", ""},
		{Claims{AppID: cli}, "", "", "", ""}, // signed in as an app
		{Claims{User: "mia", DirectoryRoles: []string{"b79fbf4d-3ef9-4689-8143-76b194e85509", authenticationAdministrator}}, "", "", "", "Authentication Administrator"},
		{Claims{User: "mia", DirectoryRoles: []string{authenticationAdministrator, privileged}}, "", "", "", "Privileged Authentication Administrator"},
		{Claims{User: "mia", DirectoryRoles: []string{}}, "", "", "", ""},
	}
	for _, test := range tests {
		c := test.claims
		if got, want := fmt.Sprintf("%q %q %q %q", c.WritesPhones(), c.ReadsPhones(), c.Tool(), c.PhoneRole()), fmt.Sprintf("%q %q %q %q", test.writes, test.reads, test.tool, test.role); got != want {
			t.Errorf("%+v permits %s, want %s", c, got, want)
		}
	}
}

func TestTokenIsForGraphOfItsCloud(t *testing.T) {
	tests := []struct {
		audience string
		cloud    Cloud
		want     bool
	}{
		{"https://graph.microsoft.com", "", true},
		{"https://graph.microsoft.com/", CloudGlobal, true},
		{"00000003-0000-0000-c000-000000000000", CloudGlobal, true},
		{"00000003-0000-0000-c000-000000000000", "china", true},
		{"https://graph.microsoft.us", "usgov", true},
		{"https://graph.microsoft.us", CloudGlobal, false},
		{"https://management.core.windows.net/", CloudGlobal, false}, // what az gives without --resource-type
		{"", CloudGlobal, false},
	}
	for _, test := range tests {
		if got := (Claims{Audience: test.audience}).ForGraph(test.cloud); got != test.want {
			t.Errorf("a token for %q in the cloud %q: %t, want %t", test.audience, test.cloud, got, test.want)
		}
	}
}

// Whatever stands in a token, nothing of the secret and nothing that a terminal
// would obey comes out of its claims.
func FuzzClaims(f *testing.F) {
	f.Add(`{"aud":"a","tid":"t","appid":"hunter2","scp":"x y","wids":["r"],"exp":1}`)
	f.Add(`{"roles":["a",7,null],"exp":-1e400,"upn":"\u202ehunter2"}`)
	f.Add("[]")
	f.Fuzz(func(t *testing.T, payload string) {
		claims, told := parseClaims(jwt(payload), newGate(NewSecret("hunter2")))
		text := fmt.Sprint(claims.Audience, claims.TenantID, claims.AppID, claims.User, claims.Permissions, claims.DirectoryRoles)
		if strings.Contains(text, "hunter2") || strings.ContainsAny(text, "\x1b\n\u202e") || !told && len(claims.Permissions) > 0 {
			t.Errorf("claims of %q: %+v", payload, claims)
		}
	})
}
