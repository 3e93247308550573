package login_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entraphone/internal/graphsim/login"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/google/go-cmp/cmp"
)

// site serves an Authority over TLS. Its options reach it whatever the host:
// instance discovery asks login.microsoftonline.com for a host of ours.
type site struct {
	authority *login.Authority
	options   azcore.ClientOptions

	mu       sync.Mutex
	paths    []string
	instance bool // instance discovery was asked for
}

func newSite(t *testing.T, config login.Config) *site {
	t.Helper()
	s := &site{authority: login.New(config)}
	server := httptest.NewUnstartedServer(s)
	server.StartTLS()
	t.Cleanup(server.Close)
	transport := server.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs, ServerName: "example.com"}
	t.Cleanup(transport.CloseIdleConnections)
	s.options.Transport = &http.Client{Transport: transport}
	s.options.Retry = policy.RetryOptions{MaxRetries: -1}
	s.options.Cloud.ActiveDirectoryAuthorityHost = server.URL
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.paths = append(s.paths, r.URL.Path)
	s.instance = s.instance || strings.HasSuffix(r.URL.Path, "/instance")
	s.mu.Unlock()
	response := s.authority.Serve(login.Request{
		Method: r.Method, Origin: "https://" + r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		ContentType: r.Header.Get("Content-Type"), Body: body,
		RequestID: "request", ClientRequestID: r.Header.Get("client-request-id"),
	})
	for name, value := range response.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(response.Status)
	w.Write(response.Body)
}

// take returns the ends of the paths that were asked for.
func (s *site) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ends []string
	for _, path := range s.paths {
		ends = append(ends, path[strings.LastIndexByte(path, '/')+1:])
	}
	s.paths = nil
	return ends
}

// get asks the credential for a token as clients of Graph do.
func (s *site) get(t *testing.T, credential azcore.TokenCredential) (login.Claims, error) {
	t.Helper()
	got, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		return login.Claims{}, err
	}
	if left := time.Until(got.ExpiresOn); left <= 0 || left > time.Hour {
		t.Errorf("the token expires in %v", left)
	}
	claims, err := s.authority.Verify(got.Token)
	if err != nil {
		t.Errorf("Verify: %v", err)
	}
	return claims, nil
}

// bothDiscoveries runs the test with instance discovery and without.
func bothDiscoveries(t *testing.T, config login.Config, test func(t *testing.T, s *site, disabled bool)) {
	for name, disabled := range map[string]bool{"instance discovery": false, "no instance discovery": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, config)
			test(t, s, disabled)
			if s.instance == disabled {
				t.Errorf("instance discovery was asked for: %t, want %t", s.instance, !disabled)
			}
		})
	}
}

var oneApp = login.Config{Clients: []login.Client{{ID: "app", Secret: "s3cret", Permissions: []string{"User.Read.All"}}}}

func TestAzidentitySecret(t *testing.T) {
	bothDiscoveries(t, oneApp, func(t *testing.T, s *site, disabled bool) {
		for secret, good := range map[string]bool{"s3cret": true, "wrong": false} {
			options := &azidentity.ClientSecretCredentialOptions{ClientOptions: s.options, DisableInstanceDiscovery: disabled}
			credential, err := azidentity.NewClientSecretCredential("contoso.com", "app", secret, options)
			if err != nil {
				t.Fatal(err)
			}
			claims, err := s.get(t, credential)
			if !good {
				if err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
					t.Errorf("wrong secret: %v, want AADSTS7000215", err)
				}
				continue
			}
			want := login.Claims{AppID: "app", TenantID: login.TenantID("contoso.com"), Roles: []string{"User.Read.All"}}
			if diff := cmp.Diff(want, claims); err != nil || diff != "" {
				t.Errorf("claims: %v (-want +got):\n%s", err, diff)
			}
			s.take()
			if again, err := s.get(t, credential); err != nil || !cmp.Equal(again, claims) || slices.Contains(s.take(), "token") {
				t.Errorf("second time: %+v, %v, want the token from the library's cache", again, err)
			}
		}
	})
}

func TestAzidentityCertificate(t *testing.T) {
	p, other := newPair(t), newPair(t)
	bothDiscoveries(t, oneApp, func(t *testing.T, s *site, disabled bool) {
		for _, chain := range []bool{false, true} {
			options := &azidentity.ClientCertificateCredentialOptions{
				ClientOptions: s.options, DisableInstanceDiscovery: disabled, SendCertificateChain: chain,
			}
			// With a chain, the leaf is the certificate of the key wherever it stands.
			credential, err := azidentity.NewClientCertificateCredential(
				tenantID, "app", []*x509.Certificate{other.certificate, p.certificate}, p.key, options)
			if err != nil {
				t.Fatal(err)
			}
			claims, err := s.get(t, credential)
			if err != nil || claims.TenantID != tenantID || claims.Delegated() {
				t.Errorf("chain %t: %+v, %v, want a token of the app", chain, claims, err)
			}
		}
	})
}

func TestAzidentityDeviceCode(t *testing.T) {
	// Libraries fetch a token anew when it ends within five minutes, so that
	// the second sign-in below is a refresh.
	config := login.Config{SignedIn: person, DevicePolls: 1, Lifetime: time.Minute}
	bothDiscoveries(t, config, func(t *testing.T, s *site, disabled bool) {
		for _, tenant := range []string{"", "contoso.com"} {
			var prompts []azidentity.DeviceCodeMessage
			credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
				ClientOptions: s.options, DisableInstanceDiscovery: disabled, TenantID: tenant, ClientID: "app",
				UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
					prompts = append(prompts, m)
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				claims, err := s.get(t, credential)
				if err != nil || claims.User != person || !cmp.Equal(claims.Scopes, login.KnownPermissions()) {
					t.Errorf("tenant %q: %+v, %v, want a token of the person", tenant, claims, err)
				}
			}
			if len(prompts) != 1 || !strings.Contains(prompts[0].Message, prompts[0].UserCode) || !strings.HasSuffix(prompts[0].VerificationURL, "/_sim/device") {
				t.Errorf("tenant %q: prompts %+v, want one", tenant, prompts)
			}
			// One poll comes too early, one gets the token, the third is the refresh.
			if paths := strings.Join(s.take(), " "); strings.Count(paths, "token") != 3 || strings.Count(paths, "devicecode") != 1 {
				t.Errorf("tenant %q: asked for %s", tenant, paths)
			}
		}
	})
}

func TestAzidentityDeviceCodeOfNobody(t *testing.T) {
	s := newSite(t, login.Config{})
	credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{ClientOptions: s.options, ClientID: "app"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.get(t, credential); err == nil || !strings.Contains(err.Error(), "AADSTS50034") {
		t.Errorf("GetToken = %v, want AADSTS50034", err)
	}
}
