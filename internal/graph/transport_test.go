package graph

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// proxyOfTests stands in the environment of all tests, and nobody listens
// there. net/http reads the environment once in a process.
const proxyOfTests = "http://127.0.0.1:1"

func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		_ = os.Setenv(name, proxyOfTests)
		_ = os.Unsetenv(strings.ToLower(name))
	}
	_ = os.Unsetenv("NO_PROXY")
	_ = os.Unsetenv("no_proxy")
	os.Exit(m.Run())
}

func TestProxy(t *testing.T) {
	tests := []struct {
		address string
		proxied bool
	}{
		{"http://localhost:1/v1.0", false},
		{"http://LOCALHOST:1/v1.0", false}, // net/http alone would ask the proxy
		{"https://LocalHost/v1.0", false},
		{"http://localhost.:1", false}, // the complete name
		{"http://127.0.0.1:1", false},
		{"http://127.9.8.7:1", false}, // all of 127.0.0.0/8
		{"http://[::1]:1", false},
		{"http://[0:0:0:0:0:0:0:1]:1", false},
		{"http://[::ffff:127.0.0.1]:1", false},     // IPv4 in IPv6
		{"http://169.254.169.254/metadata", false}, // gives tokens to a machine of Azure
		{"https://graph.microsoft.com/v1.0", true},
		{"https://localhost.example.com", true},
		{"https://10.0.0.1", true},
	}
	transport, err := newTransport(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		req, err := http.NewRequest(http.MethodGet, test.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := transport.(*http.Transport).Proxy(req)
		if err != nil || (proxy != nil) != test.proxied {
			t.Errorf("proxy of %s = %v, %v, want one: %v", test.address, proxy, err, test.proxied)
		}
	}
}

// A request to LOCALHOST, of which net/http alone does not know that it is this
// machine, arrives although the environment names a proxy.
func TestLoopbackIsReachedDirectly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(created))
	defer server.Close()
	s := send(t, overSockets(t, strings.Replace(server.URL, "127.0.0.1", "LOCALHOST", 1)), creates(1))
	if s.err != nil || s.answers[0].Status != http.StatusCreated {
		t.Errorf("Send = %+v, %v, want 201", s.answers, s.err)
	}
}

// A small answer that unpacks to a large one is given up at the limit.
func TestCompressedAnswerIsBounded(t *testing.T) {
	const unpacked = 128 << 20
	var member bytes.Buffer // what is joined of many is unpacked as one
	packer := gzip.NewWriter(&member)
	if _, err := packer.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	packed := strings.Repeat(member.String(), unpacked>>20)
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answering(200, map[string]string{"Content-Type": "application/json", "Content-Encoding": "gzip"}, packed)(w, r)
	}))
	defer server.Close()
	atSignIn := secretConfig(nil)
	atSignIn.Authority = server.URL
	person := atSignIn
	person.Credential.Kind, person.Credential.Prompt = AuthDeviceCode, io.Discard

	for name, c := range map[string]*Client{
		"Graph": overSockets(t, server.URL), "sign-in": mustNew(t, atSignIn), "device code": mustNew(t, person),
	} {
		requests.Store(0)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		limited, cancel := context.WithTimeout(t.Context(), time.Second) // or azcore asks again for some time
		answers, _ := c.Send(limited, creates(2))
		cancel()
		runtime.ReadMemStats(&after)
		for _, a := range answers {
			if cmp.Or(a.Lost, a.NotSent) == nil || a.Status != 0 {
				t.Errorf("%s: answer = %+v, want Lost or NotSent", name, a)
			}
		}
		if took := after.TotalAlloc - before.TotalAlloc; requests.Load() == 0 || took > uint64(requests.Load())*unpacked/4 {
			t.Errorf("%s: %d answers of %d bytes took %d bytes of memory", name, requests.Load(), len(packed), took)
		}
	}
}

// The sign-in service is held to the same limit, and what is too long is told.
func TestSignInAnswerIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := secretConfig(inProcess{answering(200, jsonType, strings.Repeat(" ", answerLimit+1))})
		var refused *AuthError
		if err := mustNew(t, cfg).Authenticate(t.Context()); errors.As(err, &refused) || err == nil || !strings.Contains(err.Error(), "longer than 2 MiB") {
			t.Errorf("Authenticate = %v, want an error with the limit that is not an *AuthError", err)
		}
	})
}
