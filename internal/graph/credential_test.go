package graph

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
)

func TestParseAuth(t *testing.T) {
	for _, kind := range []string{"secret", "certificate", "managed-identity", "workload-identity", "azure-cli", "device-code", "token"} {
		if got, err := ParseAuth(kind); err != nil || string(got) != kind {
			t.Errorf("ParseAuth(%q) = %q, %v, want it", kind, got, err)
		}
	}
	for _, kind := range []string{"", "Secret", "password"} {
		if _, err := ParseAuth(kind); !isConfigError(err) || !strings.Contains(err.Error(), "workload-identity") {
			t.Errorf("ParseAuth(%q) = %v, want a *ConfigError that lists the kinds", kind, err)
		}
	}
}

func TestSecretSignsIn(t *testing.T) {
	login := new(entra)
	c := mustNew(t, secretConfig(world(login, nil)))
	for range 3 {
		if err := c.Authenticate(t.Context()); err != nil {
			t.Fatalf("Authenticate = %v", err)
		}
	}
	if len(login.forms) != 1 {
		t.Fatalf("%d token requests, want 1", len(login.forms))
	}
	form := login.forms[0]
	if form.Get("grant_type") != "client_credentials" || form.Get("client_id") != "app" || form.Get("client_secret") != "hunter2" {
		t.Errorf("token request %v, want the app's id and secret", form)
	}
}

// pemFile writes a new certificate with its key.
func pemFile(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "entraphone test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	content := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})...)
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCertificateSignsIn(t *testing.T) {
	login := new(entra)
	cfg := secretConfig(world(login, http.HandlerFunc(created)))
	cfg.Credential.Kind = AuthCertificate
	cfg.Credential.CertificateFile = pemFile(t)
	cfg.Credential.CertificatePassword = NewSecret("not for PEM")
	if s := send(t, mustNew(t, cfg), creates(1)); s.err != nil {
		t.Fatalf("Send = %v", s.err)
	}
	if form := login.forms[0]; form.Get("client_secret") != "" || strings.Count(form.Get("client_assertion"), ".") != 2 {
		t.Errorf("token request %v, want a signed assertion and no secret", form)
	}
}

func TestBadCertificates(t *testing.T) {
	write := func(name, content string) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good, err := os.ReadFile(pemFile(t))
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := os.ReadFile("testdata/openssl3.pfx")
	if err != nil {
		t.Fatal(err)
	}
	keyOnly, _, _ := strings.Cut(string(good), "-----BEGIN CERTIFICATE")
	tests := []struct{ name, file, password, want string }{
		{"missing", "missing.pem", "", "missing.pem"},
		{"no certificate", write("key.pem", keyOnly), "", "no certificate"},
		{"encrypted key", write("enc.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "hunter2", "openssl pkey"},
		{"no certificate file at all", write("notes.txt", "hunter2"), "hunter2", "neither PEM nor PFX"},
		{"PFX of OpenSSL 3 with wrong password", "testdata/openssl3.pfx", "hunter3", "AZURE_CLIENT_CERTIFICATE_PASSWORD"},
		{"PFX of OpenSSL 3 without its password", "testdata/openssl3.pfx", "", "AZURE_CLIENT_CERTIFICATE_PASSWORD"},
		{"PFX cut off", write("cut.pfx", string(pfx[:1000])), "hunter2", "neither PEM nor PFX"},
		{"PFX with wrong password", "testdata/legacy.pfx", "hunter3", "AZURE_CLIENT_CERTIFICATE_PASSWORD"},
	}
	for _, test := range tests {
		cfg := secretConfig(nil)
		cfg.Credential.Kind = AuthCertificate
		cfg.Credential.CertificateFile = test.file
		cfg.Credential.CertificatePassword = NewSecret(test.password)
		_, err := New(cfg)
		if !isConfigError(err) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: New = %v, want a *ConfigError with %q and no password", test.name, err, test.want)
		}
	}
}

// PFX files as they are met: of tools before 2021, which encrypt with RC2 and
// 3DES, and of OpenSSL 3, which encrypts with AES-256.
func TestPFXSignsIn(t *testing.T) {
	tests := []struct {
		file, password string
		certificates   int
	}{
		{"legacy.pfx", "hunter2", 1},
		{"openssl3.pfx", "hunter2", 1},
		{"openssl3-chain.pfx", "hunter2", 2}, // -certfile
		{"openssl3-empty.pfx", "", 1},        // -passout pass:, encrypted with an empty password
		{"openssl3-plain.pfx", "", 1},        // -keypbe NONE -certpbe NONE -nomac
	}
	for _, test := range tests {
		login := new(entra)
		cfg := secretConfig(world(login, nil))
		cfg.Credential.Kind = AuthCertificate
		cfg.Credential.CertificateFile = filepath.Join("testdata", test.file)
		cfg.Credential.CertificatePassword = NewSecret(test.password)
		chain, _, err := cfg.Credential.certificate()
		if err != nil || len(chain) != test.certificates {
			t.Errorf("%s: %d certificates, %v, want %d", test.file, len(chain), err, test.certificates)
			continue
		}
		if err := mustNew(t, cfg).Authenticate(t.Context()); err != nil {
			t.Errorf("%s: Authenticate = %v", test.file, err)
			continue
		}
		head, _, _ := strings.Cut(login.forms[0].Get("client_assertion"), ".")
		header, err := base64.RawURLEncoding.DecodeString(head)
		thumbprint := sha256.Sum256(chain[0].Raw)
		if want := base64.StdEncoding.EncodeToString(thumbprint[:]); err != nil || !strings.Contains(string(header), want) {
			t.Errorf("%s: assertion with header %s, %v, want the certificate's thumbprint %s", test.file, header, err, want)
		}
	}
}

func TestWorkloadIdentitySignsIn(t *testing.T) {
	login := new(entra)
	cfg := secretConfig(world(login, accepting("", "token-2")))
	cfg.Credential.Kind = AuthWorkloadIdentity
	cfg.Credential.FederatedTokenFile = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(cfg.Credential.FederatedTokenFile, []byte("federated"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := send(t, mustNew(t, cfg), creates(1)); s.err != nil {
		t.Fatalf("Send = %v", s.err)
	}
	if got := login.forms[1].Get("client_assertion"); got != "federated" {
		t.Errorf("assertion = %q, want the file's", got)
	}

	c := mustNew(t, cfg)
	if err := os.Remove(cfg.Credential.FederatedTokenFile); err != nil {
		t.Fatal(err)
	}
	var refused *AuthError
	if err := c.Authenticate(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "token") {
		t.Errorf("Authenticate when the file has gone = %v, want an *AuthError", err)
	}
	if _, err := New(cfg); !isConfigError(err) || !strings.Contains(err.Error(), "AZURE_FEDERATED_TOKEN_FILE") {
		t.Errorf("New without the file = %v, want a *ConfigError that names it", err)
	}
}

// imds makes sure that no other kind of managed identity is found.
func imds(t *testing.T) {
	for _, name := range []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET"} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManagedIdentitySignsIn(t *testing.T) {
	imds(t)
	issued := 0
	cfg := Config{Credential: CredentialConfig{Kind: AuthManagedIdentity, ClientID: "identity"}}
	cfg.Transport = inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "graph.microsoft.com" {
			accepting("", "token-2")(w, r)
			return
		}
		if r.Header.Get("Metadata") != "true" || r.URL.Query().Get("client_id") != "identity" || r.URL.Query().Get("resource") != "https://graph.microsoft.com" {
			t.Errorf("asked for a token by %s with %v", r.URL, r.Header)
		}
		issued++
		fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":"86399","expires_on":"%d","resource":"https://graph.microsoft.com","token_type":"Bearer"}`, issued, time.Now().Add(24*time.Hour).Unix())
	})}
	if s := send(t, mustNew(t, cfg), creates(1)); s.err != nil || s.answers[0].Status != http.StatusCreated {
		t.Errorf("Send = %+v, %v, want 201 with the second token", s.answers, s.err)
	}
}

func TestManagedIdentityIsNotAssigned(t *testing.T) {
	imds(t)
	cfg := Config{
		Credential: CredentialConfig{Kind: AuthManagedIdentity, ClientID: "nobody"},
		Transport:  inProcess{answering(400, jsonType, `{"error":"invalid_request","error_description":"Identity not found"}`)},
	}
	var refused *AuthError
	if err := mustNew(t, cfg).Authenticate(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "assign an identity") {
		t.Errorf("Authenticate = %v, want an *AuthError with advice", err)
	}
}

// fakeAZ puts a program named az first on the path.
func fakeAZ(t *testing.T, script string) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for az is a shell script")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "az"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestAzureCLISignsIn(t *testing.T) {
	fakeAZ(t, `echo '{"accessToken":"token-1","expiresOn":"2100-01-01 00:00:00.000000","expires_on":4102444800}'`)
	cfg := Config{
		Credential: CredentialConfig{Kind: AuthAzureCLI},
		Transport:  inProcess{accepting("", "token-1")},
	}
	if s := send(t, mustNew(t, cfg), creates(1)); s.err != nil || s.answers[0].Status != http.StatusCreated {
		t.Errorf("Send = %+v, %v, want 201", s.answers, s.err)
	}
}

func TestAzureCLIIsNotSignedIn(t *testing.T) {
	fakeAZ(t, `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`)
	var refused *AuthError
	err := mustNew(t, Config{Credential: CredentialConfig{Kind: AuthAzureCLI}}).Authenticate(t.Context())
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "setup account") || !strings.Contains(refused.Advice(), "az login") {
		t.Errorf("Authenticate = %v, want an *AuthError with az's words that says az login", err)
	}
}

// deviceLogin is a sign-in service for people. The code is accepted at the
// third question.
type deviceLogin struct {
	asked, issued int
	requests      []string // grant types, with claims
	refuse        bool     // refresh tokens
	message       string   // for the person, in JSON
}

func (d *deviceLogin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/devicecode") {
		fmt.Fprintf(w, `{"device_code":"dc","user_code":"ABC123","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":5,"message":"%s"}`,
			cmp.Or(d.message, "To sign in, enter the code ABC123"))
		return
	}
	if !strings.HasSuffix(r.URL.Path, "/token") {
		new(entra).ServeHTTP(w, r)
		return
	}
	_ = r.ParseForm()
	grant := r.PostForm.Get("grant_type")
	d.requests = append(d.requests, grant+" "+r.PostForm.Get("claims"))
	if grant == "refresh_token" && d.refuse {
		oauthError(400, "invalid_grant", 50173)(w, r)
		return
	}
	if grant != "refresh_token" {
		if d.asked++; d.asked < 3 {
			oauthError(400, "authorization_pending", 70016)(w, r)
			return
		}
	}
	d.issued++
	part := func(v map[string]any) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	idToken := part(map[string]any{"alg": "none"}) + "." + part(map[string]any{"tid": "contoso", "oid": "o", "sub": "s", "preferred_username": "adele@example.com", "iss": "https://login.microsoftonline.com/contoso/v2.0"}) + "."
	fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"scope":"https://graph.microsoft.com/.default","access_token":"token-%d","refresh_token":"rt","id_token":%q,"client_info":%q}`,
		d.issued, idToken, part(map[string]any{"uid": "o", "utid": "contoso"}))
}

// A person signs in once; every later token comes silently, and when that is
// refused nobody is asked for a second code.
func TestDeviceCodeSignsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := new(deviceLogin)
		var prompt bytes.Buffer
		good := "token-1"
		cfg := secretConfig(inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Host == "graph.microsoft.com" {
				accepting("", good)(w, r)
				return
			}
			login.ServeHTTP(w, r)
		})})
		cfg.Credential.Kind = AuthDeviceCode
		cfg.Credential.Prompt = &prompt
		c := mustNew(t, cfg)
		if s := send(t, c, creates(1)); s.err != nil || prompt.String() != "To sign in, enter the code ABC123\n" {
			t.Fatalf("Send = %v with prompt %q, want none and the code", s.err, prompt.String())
		}
		good = "token-2" // token-1 is refused from now on
		if s := send(t, c, creates(1)); s.err != nil || s.answers[0].Status != http.StatusCreated {
			t.Errorf("Send = %+v, %v, want 201 with a refreshed token", s.answers, s.err)
		}
		time.Sleep(2 * time.Hour)
		good = "token-3"
		if s := send(t, c, creates(1)); s.err != nil || s.answers[0].Status != http.StatusCreated {
			t.Errorf("Send after two hours = %+v, %v, want 201 with a refreshed token", s.answers, s.err)
		}
		for _, request := range login.requests[3:] {
			if !strings.HasPrefix(request, "refresh_token ") || !strings.Contains(request, "nbf") {
				t.Errorf("renewed by %q, want a refresh token and claims for a new token", request)
			}
		}
		good, login.refuse = "token-4", true
		s := send(t, c, creates(1))
		var refused *AuthError
		if !errors.As(s.err, &refused) || refused.Code != 50173 || strings.Count(prompt.String(), "\n") != 1 {
			t.Errorf("Send = %v with prompt %q, want an *AuthError and no second code", s.err, prompt.String())
		}
	})
}

// The Azure CLI wants people to sign in whatever happened, and claims for which it
// is too old end in a command that it names itself: what is known counts.
func TestAzureCLIIsExplained(t *testing.T) {
	for _, test := range []struct {
		stderr string
		code   int
		want   []string
	}{
		{"ERROR: AADSTS700016: Application with identifier 'a' was not found in the directory 't'. Interactive authentication is needed. Please run: az login", 700016, []string{"does not know the app", "--client-id"}},
		{"ERROR: AADSTS70043: The refresh token has expired due to sign-in frequency checks. To re-authenticate, please run: az login", 70043, []string{"too old", "nightly runs"}},
		{"ERROR: Please run 'az login' to setup account.", 0, []string{"setup account", "az login"}},
		{"ERROR: HTTPSConnectionPool: CERTIFICATE_VERIFY_FAILED certificate verify failed: Basic Constraints of CA cert not marked critical", 0, []string{"CERTIFICATE_VERIFY_FAILED", "another --auth"}},
	} {
		fakeAZ(t, `echo "`+test.stderr+`" >&2; exit 1`)
		var refused *AuthError
		err := mustNew(t, Config{Credential: CredentialConfig{Kind: AuthAzureCLI}}).Authenticate(t.Context())
		if !errors.As(err, &refused) || refused.Code != test.code {
			t.Errorf("%s: %v, want an *AuthError with code %d", test.stderr, err, test.code)
			continue
		}
		for _, words := range test.want {
			if !strings.Contains(err.Error()+refused.Advice(), words) {
				t.Errorf("%s: %v, want %q in it", test.stderr, err, words)
			}
		}
	}
}

// No role helps a token of the Azure CLI, and no consent.
func TestAzureCLILacksThePermission(t *testing.T) {
	fakeAZ(t, `echo '{"accessToken":"token-1","expiresOn":"2100-01-01 00:00:00.000000","expires_on":4102444800}'`)
	for code, want := range map[string]authmethod.Code{
		"accessDenied": authmethod.CodeAccessRefusedAzureCLI, "Authorization_RequestDenied": authmethod.CodeAccessRefusedAzureCLI,
		"Authentication_RequestFromNonPremiumTenantOrB2CTenant": authmethod.CodeLicenceMissing, "newCode": "",
	} {
		s := send(t, mustNew(t, Config{
			Credential: CredentialConfig{Kind: AuthAzureCLI},
			Transport:  inProcess{answering(403, jsonType, `{"error":{"code":"`+code+`","message":"no"}}`)},
		}), creates(1))
		if s.err != nil || s.answers[0].Meaning != want {
			t.Errorf("%s: Send = %+v, %v, want the meaning %q", code, s.answers, s.err, want)
		}
	}
}
