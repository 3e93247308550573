package graph

import (
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClouds(t *testing.T) {
	tests := []struct{ name, graph, login, scope string }{
		{"global", "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com", "https://graph.microsoft.com/.default"},
		{"usgov", "https://graph.microsoft.us/v1.0", "https://login.microsoftonline.us", "https://graph.microsoft.us/.default"},
		{"dod", "https://dod-graph.microsoft.us/v1.0", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us/.default"},
		{"china", "https://microsoftgraph.chinacloudapi.cn/v1.0", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default"},
	}
	for _, test := range tests {
		var hosts []string
		var scope string
		cfg := secretConfig(inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hosts = append(hosts, r.URL.Scheme+"://"+r.URL.Host)
			if strings.Contains(r.URL.Path, "phoneMethods") {
				hosts = append(hosts, r.URL.Scheme+"://"+r.URL.Host+"/v1.0")
				created(w, r)
				return
			}
			if r.ParseForm() == nil && r.PostForm.Get("scope") != "" {
				scope = r.PostForm.Get("scope")
			}
			new(entra).ServeHTTP(w, r)
		})})
		var err error
		if cfg.Cloud, err = ParseCloud(test.name); err != nil {
			t.Errorf("ParseCloud(%q) = %v", test.name, err)
		}
		if _, err := mustNew(t, cfg).Send(t.Context(), creates(1)); err != nil {
			t.Errorf("%s: Send = %v", test.name, err)
		}
		if len(hosts) == 0 || hosts[0] != test.login || hosts[len(hosts)-1] != test.graph {
			t.Errorf("%s: asked %q, want %q first and %q last", test.name, hosts, test.login, test.graph)
		}
		if !strings.Contains(scope, test.scope) {
			t.Errorf("%s: scope = %q, want %q in it", test.name, scope, test.scope)
		}
	}
	if _, err := ParseCloud("germany"); !isConfigError(err) {
		t.Errorf("ParseCloud(germany) = %v, want a *ConfigError", err)
	}
}

func isConfigError(err error) bool {
	var c *ConfigError
	return errors.As(err, &c) && c.ExitCode() == 2
}

func TestEndpoint(t *testing.T) {
	const refused = "" // with a *ConfigError
	tests := []struct{ endpoint, want string }{
		{"https://graph.example.com", "https://graph.example.com/v1.0"},
		{"https://graph.example.com/", "https://graph.example.com/v1.0"},
		{"https://graph.example.com/v1.0", "https://graph.example.com/v1.0"},
		{"https://graph.example.com/v1.0/", "https://graph.example.com/v1.0"},
		{" https://proxy.example.com:8443/graph/ ", "https://proxy.example.com:8443/graph/v1.0"},
		{"http://localhost:8080", "http://localhost:8080/v1.0"},
		{"http://LOCALHOST", "http://LOCALHOST/v1.0"},
		{"http://localhost.:8080", "http://localhost.:8080/v1.0"}, // the complete name
		{"http://127.0.0.1:8080/v1.0", "http://127.0.0.1:8080/v1.0"},
		{"http://127.9.8.7", "http://127.9.8.7/v1.0"},
		{"http://[::1]:8080", "http://[::1]:8080/v1.0"},
		{"http://graph.example.com", refused},
		{"http://10.0.0.1", refused},
		{"http://localhost.example.com", refused},
		{"http://127.0.0.1.example.com", refused},
		{"http://localhost@graph.example.com", refused},
		{"https://user:hunter2@graph.example.com", refused},
		{"https://graph.example.com?a=b", refused},
		{"https://graph.example.com#a", refused},
		{"https://graph.example.com/beta", refused},
		{"graph.example.com", refused},
		{"ftp://graph.example.com", refused},
		{"https://", refused},
		{"https://hunter2:x y", refused},
	}
	for _, test := range tests {
		cfg := secretConfig(nil)
		cfg.Endpoint = test.endpoint
		c, err := New(cfg)
		if test.want == refused {
			if !isConfigError(err) || !strings.Contains(err.Error(), "--graph-endpoint") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("New with endpoint %q = %v, want a *ConfigError that names the flag and no password", test.endpoint, err)
			}
			continue
		}
		if err != nil || c.base != test.want {
			t.Errorf("New with endpoint %q: base %v, %v, want %q", test.endpoint, c, err, test.want)
		}
	}
}

func TestAuthority(t *testing.T) {
	for _, good := range []string{"https://login.example.com", "https://login.example.com/", "http://127.0.0.1:9", "http://[::1]:9/"} {
		cfg := secretConfig(nil)
		cfg.Authority = good
		if _, err := New(cfg); err != nil {
			t.Errorf("New with authority %q = %v, want none", good, err)
		}
	}
	for _, bad := range []string{"http://login.example.com", "https://login.example.com/contoso", "login.example.com", "https://a:b@login.example.com"} {
		cfg := secretConfig(nil)
		cfg.Authority = bad
		if _, err := New(cfg); !isConfigError(err) || !strings.Contains(err.Error(), "--authority") {
			t.Errorf("New with authority %q = %v, want a *ConfigError that names the flag", bad, err)
		}
	}
}

func TestMissingCredentials(t *testing.T) {
	tests := []struct {
		kind Auth
		want []string // what the error names
	}{
		{AuthSecret, []string{"--tenant-id", "AZURE_TENANT_ID", "--client-id", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"}},
		{AuthCertificate, []string{"--tenant-id", "--client-id", "AZURE_CLIENT_CERTIFICATE_PATH"}},
		{AuthWorkloadIdentity, []string{"--tenant-id", "--client-id", "AZURE_FEDERATED_TOKEN_FILE"}},
		{AuthDeviceCode, []string{"--tenant-id", "--client-id", "terminal"}},
		{AuthToken, []string{"ENTRAPHONE_ACCESS_TOKEN", "az account get-access-token"}},
		{AuthAzureCLI, []string{"install", "az login", "another --auth"}}, // there is no az on this PATH
		{"password", []string{"--auth", "workload-identity"}},
		{"", []string{"--auth", "workload-identity"}},
	}
	t.Setenv("PATH", t.TempDir())
	for _, test := range tests {
		cfg := Config{Credential: CredentialConfig{Kind: test.kind}}
		_, err := New(cfg)
		if !isConfigError(err) {
			t.Errorf("New with an empty %q = %v, want a *ConfigError", test.kind, err)
			continue
		}
		for _, name := range test.want {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("New with an empty %q = %q, want %q in it", test.kind, err, name)
			}
		}
	}
	if _, err := New(Config{Credential: CredentialConfig{Kind: AuthManagedIdentity}}); err != nil {
		t.Errorf("New with an empty managed-identity = %v, want none", err)
	}
}

func TestEveryProblemIsNamed(t *testing.T) {
	_, err := New(Config{
		Endpoint: "http://graph.example.com", Authority: "http://login.example.com", CAFile: "missing.pem",
		Credential: CredentialConfig{Kind: AuthSecret},
	})
	for _, name := range []string{"--graph-endpoint", "--authority", "--ca-file", "AZURE_CLIENT_SECRET"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("New = %v, want %q in it", err, name)
		}
	}
}

func TestTenantThatCannotBe(t *testing.T) {
	cfg := secretConfig(nil)
	cfg.Credential.TenantID = "contoso.onmicrosoft.com/.."
	if _, err := New(cfg); !isConfigError(err) || !strings.Contains(err.Error(), "tenant") {
		t.Errorf("New = %v, want a *ConfigError about the tenant", err)
	}
}

// A private stand-in with a certificate of its own serves both addresses.
func TestCAFile(t *testing.T) {
	login := new(entra)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1.0/") {
			created(w, r)
			return
		}
		login.ServeHTTP(w, r)
	}))
	defer server.Close()
	cfg := secretConfig(nil)
	cfg.Endpoint, cfg.Authority, cfg.Connections = server.URL, server.URL, 4
	cfg.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(cfg.CAFile, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	answers, err := mustNew(t, cfg).Send(t.Context(), creates(2))
	if err != nil || answers[0].Status != http.StatusCreated || answers[1].Status != http.StatusCreated {
		t.Errorf("Send = %+v, %v, want two times 201", answers, err)
	}

	if err := os.WriteFile(cfg.CAFile, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(cfg); !isConfigError(err) || !strings.Contains(err.Error(), "--ca-file") {
		t.Errorf("New with a file that is not PEM = %v, want a *ConfigError about --ca-file", err)
	}
}

// Plain http to loopback, for Graph and for the sign-in service, over real
// sockets. azidentity believes that it speaks https.
func TestPlainHTTPToLoopback(t *testing.T) {
	for _, scheme := range []string{"https", "http"} {
		login := &entra{scheme: scheme} // as the document spells its own addresses
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1.0/") {
				created(w, r)
				return
			}
			login.ServeHTTP(w, r)
		}))
		defer server.Close()
		cfg := secretConfig(nil)
		cfg.Endpoint, cfg.Authority = server.URL, server.URL
		answers, err := mustNew(t, cfg).Send(t.Context(), creates(1))
		if err != nil || answers[0].Status != http.StatusCreated {
			t.Errorf("document with %s addresses: Send = %+v, %v, want 201", scheme, answers, err)
		}
		for _, proto := range login.forwarded {
			if proto != "https" {
				t.Errorf("document with %s addresses: X-Forwarded-Proto = %q, want https", scheme, proto)
			}
		}
	}
}

// Only the origin that was configured is spoken to in plain http, and no other
// gets the secret.
func TestPlainHTTPIsForOneOrigin(t *testing.T) {
	var asked []string
	cfg := secretConfig(inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Scheme+"://"+r.URL.Host+r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "openid-configuration") {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"issuer":"https://127.0.0.1:9/contoso/v2.0","token_endpoint":"https://127.0.0.2:9/token","authorization_endpoint":"https://127.0.0.1:9/a"}`)
			return
		}
		http.NotFound(w, r)
	})})
	cfg.Authority = "http://127.0.0.1:9"
	_ = mustNew(t, cfg).Authenticate(t.Context())
	want := "http://127.0.0.1:9/contoso/v2.0/.well-known/openid-configuration"
	if got := strings.Join(asked, " "); got != want {
		t.Errorf("asked %q, want %q", got, want)
	}
}
