package graph

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The document of the tenant is a peer's word: whatever endpoints it names, the
// secret goes to the authority only, and never in the clear.
func TestSecretGoesToTheAuthorityOnly(t *testing.T) {
	const own = "https://login.microsoftonline.com"
	tests := []struct {
		name, issuer, endpoint string
		cloud                  Cloud
		authority              string // empty for the cloud's
		posted                 string // host that gets the secret, empty for none
	}{
		{"its own", own, own, "", "", "login.microsoftonline.com"},
		{"another spelling", own, "https://LOGIN.microsoftonline.com", "", "", "login.microsoftonline.com"},
		{"plain", own, "http://login.microsoftonline.com", "", "", ""},
		{"another host", own, "https://elsewhere.example", "", "", ""},
		{"another host, issued there", "https://elsewhere.example", "https://elsewhere.example", "", "", ""},
		{"a host below", own, "https://x.login.microsoftonline.com", "", "", ""},
		{"a host that begins alike", own, "https://login.microsoftonline.com.elsewhere.example", "", "", ""},
		{"a user name that looks like it", own, "https://login.microsoftonline.com@elsewhere.example", "", "", ""},
		{"another port", own, "https://login.microsoftonline.com:8443", "", "", ""},
		{"this machine", own, "http://127.0.0.1:1", "", "", ""},
		{"an alias of the cloud's", "https://login.chinacloudapi.cn", "https://login.partner.microsoftonline.cn", "china", "", "login.partner.microsoftonline.cn"},
		{"an alias of another cloud's", own, "https://login.partner.microsoftonline.cn", "", "", ""},
		{"an alias where another authority is asked", "https://private.example", "https://login.partner.microsoftonline.cn", "china", "https://private.example", ""},
		{"loopback in plain", "http://127.0.0.1:1", "http://127.0.0.1:1", "", "http://127.0.0.1:1", "127.0.0.1:1"},
		{"another port of loopback", "http://127.0.0.1:1", "http://127.0.0.1:2", "", "http://127.0.0.1:1", ""},
		{"from loopback to elsewhere", "http://127.0.0.1:1", "https://elsewhere.example", "", "http://127.0.0.1:1", ""},
	}
	for _, test := range tests {
		var posted []string
		cfg := secretConfig(inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, discoveryPath) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"issuer":"%[1]s/contoso/v2.0","token_endpoint":"%[2]s/contoso/token","authorization_endpoint":"%[2]s/contoso/authorize"}`, test.issuer, test.endpoint)
				return
			}
			text := bodyOf(r)
			if form, _ := url.ParseQuery(text); form.Get("client_secret") == "hunter2" || strings.Contains(text, "hunter2") {
				posted = append(posted, r.URL.Host)
			}
			fmt.Fprint(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"token-1"}`)
		})})
		cfg.Cloud, cfg.Authority = test.cloud, test.authority
		err := mustNew(t, cfg).Authenticate(t.Context())
		if got := strings.ToLower(strings.Join(posted, " ")); got != test.posted {
			t.Errorf("%s: the secret was posted to %q, want %q (%v)", test.name, got, test.posted, err)
		}
		if (err == nil) != (test.posted != "") {
			t.Errorf("%s: Authenticate = %v", test.name, err)
		}
		if err != nil && exitCodeOf(err) != 5 {
			t.Errorf("%s: Authenticate = %v, want a refusal", test.name, err)
		}
	}
}

func exitCodeOf(err error) int {
	own, is := err.(interface{ ExitCode() int })
	if !is {
		return 0
	}
	return own.ExitCode()
}
