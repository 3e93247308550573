package graph

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// Faults on the way, as net/http words them, say what they mean and what to do,
// from the sign-in as from Graph; and the next try may do better.
func TestFaultsOnTheWayAreExplained(t *testing.T) {
	hit := map[string]bool{}
	for _, test := range []struct {
		text, advice string
	}{
		{"Proxy Authentication Required", "HTTPS_PROXY, percent-encoded"},
		{"Forbidden", "allow the hosts"},
		{"Bad Gateway", "allow the hosts"},
		{"proxyconnect tcp: http: server gave HTTP response to HTTPS client", "write the proxy as http://"},
		{"tls: first record does not look like a TLS handshake", "open a browser"},
		{"dial tcp 169.254.169.254:80: i/o timeout", "NO_PROXY"},
		{"dial tcp [2603:1006:2000::5]:443: connect: connection timed out", "IPv4"},
		{"dial tcp: lookup graph.microsoft.com on 10.0.0.1:53: no such host", "DNS"},
		{"lookup login.microsoftonline.com: server misbehaving", "DNS"},
		{"read tcp 10.0.0.5:50122->20.190.159.0:443: read: connection reset by peer", "network team"},
		{"wsarecv: An existing connection was forcibly closed by the remote host.", "network team"},
		{"unexpected EOF", "network team"},
		{"AzureCLICredential.GetToken(): Azure CLI requires multifactor authentication or additional claims. Run this command then retry the operation: az login --claims-challenge eyJh", "az logout"},
		{"ERROR: Please run 'az login' to setup account.", "somebody of the tenant"},
		{"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "another --auth"},
		{"connection refused", ""}, // says all that is known
	} {
		known := localFault(test.text)
		if !strings.Contains(known.advice, test.advice) || (known.problem == "") != (test.advice == "") {
			t.Errorf("%s: %q, %q, want %q", test.text, known.problem, known.advice, test.advice)
		}
		hit[known.problem] = true
		if strings.Contains(test.text, "az") || test.advice == "" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			failing := func(*http.Request) (*http.Response, error) { return nil, errors.New(test.text) }
			signingIn := mustNew(t, secretConfig(tripper(failing))).Authenticate(t.Context())
			signedIn := mustNew(t, secretConfig(tripper(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "graph.microsoft.com" {
					return failing(r)
				}
				return inProcess{new(entra)}.RoundTrip(r)
			})))
			s := send(t, signedIn, creates(1))
			for _, err := range []error{signingIn, s.answers[0].Lost} {
				var advised interface{ Advice() string }
				if !errors.As(err, &advised) || !strings.Contains(advised.Advice(), test.advice) || !strings.Contains(err.Error(), test.text) || ending(t.Context(), err) != nil {
					t.Errorf("%s: %v, want it with %q, and not to end the run", test.text, err, test.advice)
				}
			}
		})
	}
	for _, r := range localFaults() {
		if !hit[r.problem] {
			t.Errorf("nothing is known to mean %q", r.problem)
		}
	}
}

// What never left stays that, with its explanation.
func TestANameThatCannotBeResolved(t *testing.T) {
	c := mustNew(t, secretConfig(tripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "graph.microsoft.com" {
			return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
		}
		return inProcess{new(entra)}.RoundTrip(r)
	})))
	a := send(t, c, creates(1)).answers[0]
	if _, is := errors.AsType[*net.DNSError](a.NotSent); !is || !strings.Contains(a.NotSent.Error(), "cannot be resolved") {
		t.Errorf("answer = %+v, want NotSent with the cause and what it means", a)
	}
}

// A code of the sign-in service is asked for in any spelling, and what is none is
// not taken for one.
func TestSignInMeaning(t *testing.T) {
	for code, want := range map[string]string{
		"AADSTS700016": "700016 does not know the app --client-id", "aadsts700016": "700016 does not know the app --client-id", "700016": "700016 does not know the app --client-id",
		"AADSTS1": "1 does not know https://login.microsoftonline.com/error?code=1",
		"1":       "0", "": "0", "AADSTS": "0", "AADSTS-5": "0", "AADSTS0": "0", "invalid_client": "0", "00": "0",
	} {
		words := strings.Fields(want)
		number, problem, advice := SignInMeaning(code)
		missing := func(word string) bool { return !strings.Contains(problem+" "+advice, word) }
		if fmt.Sprint(number) != words[0] || slices.ContainsFunc(words[1:], missing) {
			t.Errorf("%q: %d, %q, %q, want %s", code, number, problem, advice, want)
		}
	}
	if got := Meanings("PHONENUMBERNOTUNIQUE"); len(got) < 2 {
		t.Errorf("phoneNumberNotUnique means %v, want all that it can end in", got)
	}
	if got := append(Meanings("no such code"), Meanings("")...); len(got) > 0 {
		t.Errorf("what is no code means %v", got)
	}
}
