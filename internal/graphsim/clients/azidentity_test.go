package clients_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/login"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/google/go-cmp/cmp"
)

const graphScope = "https://graph.microsoft.com/.default"

// oneApp is registered with a secret; it may use a certificate as well.
var oneApp = []login.Client{{ID: app, Secret: secret}}

type keyPair struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

func newKeyPair(t *testing.T) keyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "import"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{key, certificate}
}

// options point the identity library at the site as at a private cloud.
func (s site) options() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.URL},
		Transport: http.DefaultClient,
		Retry:     policy.RetryOptions{RetryDelay: time.Millisecond},
	}
}

func (s site) secretCredential(t *testing.T) azcore.TokenCredential {
	t.Helper()
	credential, err := azidentity.NewClientSecretCredential(tenant, app, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

func (s site) certificateCredential(t *testing.T) azcore.TokenCredential {
	t.Helper()
	pair := newKeyPair(t)
	credential, err := azidentity.NewClientCertificateCredential(tenant, app, []*x509.Certificate{pair.certificate}, pair.key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

// pipeline is the core of all of Microsoft's libraries for Go but Graph's.
type pipeline struct {
	runtime.Pipeline
	base string
}

func newPipeline(base string, credential azcore.TokenCredential, options azcore.ClientOptions) pipeline {
	bearer := runtime.NewBearerTokenPolicy(credential, []string{graphScope}, nil)
	return pipeline{runtime.NewPipeline("clients", "v1", runtime.PipelineOptions{PerRetry: []policy.Policy{bearer}}, &options), base}
}

// do sends a request below the base, or to an absolute address, and decodes the
// answer into what it points to, if anything. An answer with an error is an
// *azcore.ResponseError.
func (p pipeline) do(t *testing.T, method, path string, body, into any) (*http.Response, error) {
	t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = p.base + path
	}
	request, err := runtime.NewRequest(t.Context(), method, address)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		if err := runtime.MarshalAsJSON(request, body); err != nil {
			t.Fatal(err)
		}
	}
	response, err := p.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if !runtime.HasStatusCode(response, http.StatusOK, http.StatusCreated, http.StatusNoContent) {
		return response, runtime.NewResponseError(response)
	}
	if into == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return response, err
	}
	return response, runtime.UnmarshalAsJSON(response, into)
}

func phoneBody(phoneType, number string) map[string]string {
	return map[string]string{"phoneType": phoneType, "phoneNumber": number}
}

type azurePhone struct{ ID, PhoneType, PhoneNumber, SMSSignInState string }

type azureList[T any] struct {
	NextLink string `json:"@odata.nextLink"`
	Value    []T
}

func TestAzurePipelineWritesPhones(t *testing.T) {
	for name, credential := range map[string]func(site, *testing.T) azcore.TokenCredential{
		"secret": site.secretCredential, "certificate": site.certificateCredential,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, graphsim.Config{Clients: oneApp}, false)
			p := newPipeline(s.URL+"/v1.0", credential(s, t), s.options())
			var created azurePhone
			response, err := p.do(t, "POST", phonesPath(upn(0)), phoneBody("mobile", "+1 2065550123"), &created)
			want := azurePhone{mobileID, "mobile", "+1 2065550123", "ready"}
			if err != nil || response.StatusCode != http.StatusCreated || created != want {
				t.Fatalf("create = %+v, %v, want %+v", created, err, want)
			}
			for _, step := range []struct {
				method, path string
				body         any
			}{
				{"POST", phonesPath(upn(0)), phoneBody("office", "+1 2065550100x9")},
				{"PATCH", phonePath(upn(0), mobileID), phoneBody("mobile", "+1 2065550199")},
				{"DELETE", phonePath(upn(0), officeID), nil},
			} {
				if _, err := p.do(t, step.method, step.path, step.body, nil); err != nil {
					t.Fatalf("%s %s: %v", step.method, step.path, err)
				}
			}
			var listed azureList[azurePhone]
			want.PhoneNumber = "+1 2065550199"
			if _, err := p.do(t, "GET", phonesPath(upn(0)), nil, &listed); err != nil || !cmp.Equal(listed.Value, []azurePhone{want}) {
				t.Errorf("list = %+v, %v, want %+v", listed.Value, err, want)
			}
			s.wantPhones(t, upn(0), map[string]string{"mobile": "+1 2065550199"})
			if stats := s.sim.Stats(); stats.AcceptedWrites != 4 || stats.TokenRequests != 1 {
				t.Errorf("stats = %+v, want 4 writes with one token", stats)
			}
			s.wantRefused(t)
		})
	}
}

// Nothing is set here but how to dial: sign-in goes to
// login.microsoftonline.com and discovers the instance, and the calls go to
// graph.microsoft.com.
func TestAzurePipelineAtTheRealAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t, graphsim.Config{Clients: oneApp, Directory: staff(25)}, true)
	options := azcore.ClientOptions{Transport: s.everywhere(t)}
	credential, err := azidentity.NewClientSecretCredential(tenant, app, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options})
	if err != nil {
		t.Fatal(err)
	}
	p := newPipeline("https://graph.microsoft.com/v1.0", credential, options)
	type user struct{ ID, UserPrincipalName string }
	var got []string
	next := "/users?$select=id,userPrincipalName&$top=10"
	for next != "" {
		var page azureList[user]
		response, err := p.do(t, "GET", next, nil, &page)
		if err != nil {
			t.Fatalf("GET %s: %v", next, err)
		}
		if response.ProtoMajor != 2 {
			t.Errorf("GET %s came by %s, want HTTP/2", next, response.Proto)
		}
		for _, u := range page.Value {
			got = append(got, u.UserPrincipalName)
		}
		if next = page.NextLink; next != "" && !strings.HasPrefix(next, "https://graph.microsoft.com/v1.0/users?") {
			t.Fatalf("@odata.nextLink = %q, want one at graph.microsoft.com", next)
		}
	}
	if diff := cmp.Diff(upns(25), got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if stats := s.sim.Stats(); stats.DiscoveryRequests == 0 || stats.PlainRequests != 3 {
		t.Errorf("stats = %+v, want discovery and three pages", stats)
	}
	s.wantRefused(t)
}

// azcore repeats a POST whose connection broke off, and so meets what it has
// created itself; over HTTP/2 it is the stream that breaks.
func TestAzurePipelineLosesAnAnswer(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, scenario(t, "faults: [{path: phoneMethods$, method: POST, count: 1, drop: after}]"), http2)
			p := newPipeline(s.URL+"/v1.0", s.secretCredential(t), s.options())
			_, err := p.do(t, "POST", phonesPath(upn(0)), phoneBody("mobile", "+1 2065550123"), nil)
			var refused *azcore.ResponseError
			if !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest || !strings.Contains(err.Error(), "already registered") {
				t.Errorf("create = %v, want that it is there already", err)
			}
			s.wantPhones(t, upn(0), map[string]string{"mobile": "+1 2065550123"})
			s.wantRefused(t, "0 POST "+phonesPath(upn(0)), "400 POST "+phonesPath(upn(0)))
		})
	}
}

func TestAzurePipelineRetries(t *testing.T) {
	t.Parallel()
	s := newSite(t, scenario(t, `
faults:
  - {path: phoneMethods$, method: POST, count: 1, status: 429, retryAfter: "1"}
  - {path: phoneMethods$, method: POST, count: 1, status: 503}
  - {path: /token$, count: 1, status: 500}
`), false)
	p := newPipeline(s.URL+"/v1.0", s.secretCredential(t), s.options())
	start := time.Now()
	if _, err := p.do(t, "POST", phonesPath(upn(0)), phoneBody("mobile", "+1 2065550123"), nil); err != nil {
		t.Errorf("create: %v", err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("create took %v, want that Retry-After is waited for", took)
	}
	s.wantPhones(t, upn(0), map[string]string{"mobile": "+1 2065550123"})
	s.wantRefused(t, "500 POST /"+tenant+"/oauth2/v2.0/token", "429 POST "+phonesPath(upn(0)), "503 POST "+phonesPath(upn(0)))
}

// claimsChallenge is what Graph says where a token is good and not enough:
// https://learn.microsoft.com/entra/identity-platform/claims-challenge.
const claimsChallenge = `
faults:
  - path: phoneMethods$
    count: 1
    status: 401
    headers: {WWW-Authenticate: 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'}
`

// The library fetches another token, though the one it has has not expired.
func TestAzurePipelineMeetsAClaimsChallenge(t *testing.T) {
	t.Parallel()
	s := newSite(t, scenario(t, claimsChallenge), false)
	p := newPipeline(s.URL+"/v1.0", s.secretCredential(t), s.options())
	if _, err := p.do(t, "POST", phonesPath(upn(0)), phoneBody("mobile", "+1 2065550123"), nil); err != nil {
		t.Errorf("create: %v", err)
	}
	if n := s.sim.Stats().TokenRequests; n != 2 {
		t.Errorf("%d token requests, want 2", n)
	}
	s.wantPhones(t, upn(0), map[string]string{"mobile": "+1 2065550123"})
	s.wantRefused(t, "401 POST "+phonesPath(upn(0)))
}

func TestAzurePipelineReadsErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, graphsim.Config{Clients: oneApp}, false)
	p := newPipeline(s.URL+"/v1.0", s.secretCredential(t), s.options())
	_, err := p.do(t, "GET", "/users/nobody@example.com", nil, nil)
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound || refused.ErrorCode != "Request_ResourceNotFound" {
		t.Errorf("GET of nobody = %v, want 404 Request_ResourceNotFound", err)
	}

	wrong, err := azidentity.NewClientSecretCredential(tenant, app, "wrong",
		&azidentity.ClientSecretCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = newPipeline(s.URL+"/v1.0", wrong, s.options()).do(t, "GET", "/users", nil, nil)
	var failed *azidentity.AuthenticationFailedError
	if !errors.As(err, &failed) || failed.RawResponse == nil || failed.RawResponse.StatusCode != http.StatusUnauthorized {
		t.Errorf("with a wrong secret = %v, want a failure with the answer 401", err)
	}
	s.wantRefused(t, "404 GET /users/nobody@example.com", "401 POST /"+tenant+"/oauth2/v2.0/token")
}
