package graph

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serverWith serves over TLS with a certificate made from the template. No
// request is to arrive; connections counts the attempts.
func serverWith(t *testing.T, template x509.Certificate) (server *httptest.Server, connections *atomic.Int32) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.Subject = big.NewInt(1), pkix.Name{CommonName: "entraphone test"}
	template.IsCA, template.BasicConstraintsValid = true, true
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
	}))
	connections = new(atomic.Int32)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ErrorLog = quiet()
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, connections
}

// A certificate that cannot be believed ends the run at once, whether Graph
// shows it or the sign-in service, and nothing was sent.
func TestCertificateEndsTheRun(t *testing.T) {
	now := time.Now()
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	tests := []struct {
		name    string
		server  x509.Certificate
		trusted bool // by --ca-file
		want    []string
	}{
		{"unknown authority", x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IPAddresses: loopback},
			false, []string{"unknown authority", "--ca-file"}},
		{"expired", x509.Certificate{NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(-time.Hour), IPAddresses: loopback},
			true, []string{"expired", "clock", "--ca-file"}},
		{"not yet valid", x509.Certificate{NotBefore: now.Add(time.Hour), NotAfter: now.Add(2 * time.Hour), IPAddresses: loopback},
			true, []string{"not yet valid", "clock"}},
		{"of another host", x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), DNSNames: []string{"other.example.com"}},
			true, []string{"127.0.0.1", "--graph-endpoint", "proxy"}},
	}
	for _, test := range tests {
		server, connections := serverWith(t, test.server)
		caFile := ""
		if test.trusted {
			caFile = filepath.Join(t.TempDir(), "ca.pem")
			block := &pem.Block{Type: "CERTIFICATE", Bytes: server.TLS.Certificates[0].Certificate[0]}
			if err := os.WriteFile(caFile, pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		atGraph := Config{Endpoint: server.URL, CAFile: caFile, Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret("token")}}
		atSignIn := secretConfig(nil)
		atSignIn.Authority, atSignIn.CAFile = server.URL, caFile
		for where, cfg := range map[string]Config{"Graph": atGraph, "sign-in": atSignIn} {
			connections.Store(0)
			s := send(t, mustNew(t, cfg), creates(2))
			var untrusted *CertificateError
			if !errors.As(s.err, &untrusted) || untrusted.ExitCode() != 1 || untrusted.Host != strings.TrimPrefix(server.URL, "https://") {
				t.Errorf("%s at %s: Send = %v, want a *CertificateError with exit code 1 and the host", test.name, where, s.err)
				continue
			}
			for _, words := range append(test.want, untrusted.Advice()) {
				if !strings.Contains(s.err.Error(), words) {
					t.Errorf("%s at %s: error %q, want %q in it", test.name, where, s.err, words)
				}
			}
			for _, a := range s.answers {
				if a.NotSent == nil || a.Lost != nil || a.Status != 0 {
					t.Errorf("%s at %s: answer = %+v, want NotSent", test.name, where, a)
				}
			}
			if got := connections.Load(); got != 1 {
				t.Errorf("%s at %s: %d connections, want no second attempt", test.name, where, got)
			}
		}
	}
}

// A proxy changes nothing about that: it passes the bytes of the server on, whose
// certificate is looked at behind the CONNECT. A proxy that is itself spoken to
// over TLS is held to the same.
func TestCertificateBehindAProxy(t *testing.T) {
	now := time.Now()
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	for name, template := range map[string]x509.Certificate{
		"unknown authority": {NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IPAddresses: loopback},
		"expired":           {NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(-time.Hour), IPAddresses: loopback},
		"of another host":   {NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), DNSNames: []string{"other.example.com"}},
	} {
		server, connections := serverWith(t, template)
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect {
				t.Errorf("%s: %s %s was sent in the clear", name, r.Method, r.URL)
				return
			}
			tunnel(t, w, strings.TrimPrefix(server.URL, "https://"))
		}))
		t.Cleanup(proxy.Close)
		for where, address := range map[string]string{"behind the proxy": proxy.URL, "the proxy": server.URL} {
			network, err := newTransport(Config{})
			if err != nil {
				t.Fatal(err)
			}
			through, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			network.(*http.Transport).Proxy = http.ProxyURL(through)
			atGraph := Config{Transport: network, Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret("token")}}
			for asked, cfg := range map[string]Config{"Graph": atGraph, "sign-in": secretConfig(network)} {
				connections.Store(0)
				s := send(t, mustNew(t, cfg), creates(2))
				var untrusted *CertificateError
				if !errors.As(s.err, &untrusted) || connections.Load() != 1 || s.answers[0].NotSent == nil {
					t.Errorf("%s, %s, asking %s: Send = %v after %d connections, want a *CertificateError after one", name, where, asked, s.err, connections.Load())
				}
			}
		}
	}
}

// tunnel answers a CONNECT, and passes bytes on until either side ends.
func tunnel(t *testing.T, w http.ResponseWriter, address string) {
	upstream, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer upstream.Close()
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	var g sync.WaitGroup
	g.Go(func() { _, _ = io.Copy(upstream, client); _ = upstream.Close() })
	g.Go(func() { _, _ = io.Copy(client, upstream); _ = client.Close() })
	g.Wait()
}
