package clients_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
)

const (
	tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47"
	app    = "5d6a7b6e-0c1c-4d3a-9f25-5a3e3a1a7f10"
	secret = "s3cret~"

	mobileID    = "3179e48a-750b-4051-897c-87b9720928f7"
	alternateID = "b6332ec1-7057-4abe-9331-3d72feddfe41"
	officeID    = "e37fc753-ff3b-4958-9484-eaa9425c82bc"
)

// TestMain lets http.DefaultTransport trust the certificate that all servers of
// httptest have. Hamilton asks for tokens with http.DefaultClient and kiota
// clones http.DefaultTransport, so that there is nothing else to be set in
// them. What is registered with kiota is what the constructor of
// msgraph-sdk-go registers.
func TestMain(m *testing.M) {
	server := httptest.NewTLSServer(nil)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	server.Close()
	http.DefaultTransport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: trusted}

	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory {
		return kiotajson.NewJsonSerializationWriterFactory()
	})
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory {
		return kiotajson.NewJsonParseNodeFactory()
	})
	if err := core.RegisterError(core.BatchRequestErrorRegistryKey, errorMappings); err != nil {
		log.Fatal(err)
	}
	os.Exit(m.Run())
}

// site is a simulator that listens.
type site struct {
	*httptest.Server
	sim  *graphsim.Simulator
	came *sync.Map // protocols and content encodings of requests
}

// saw reports whether any request came by that protocol, or with that content
// encoding.
func (s site) saw(how string) bool {
	_, ok := s.came.Load(how)
	return ok
}

// newSite serves the simulator over TLS, with HTTP/2 if wanted. Without a
// Directory the tenant is that of staff.
func newSite(t *testing.T, config graphsim.Config, http2 bool) site {
	t.Helper()
	if config.Directory == nil {
		config.Directory = staff(3)
	}
	config.KeepLog = true
	s := site{sim: graphsim.New(config), came: new(sync.Map)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.came.Store(r.Proto, true)
		s.came.Store(r.Header.Get("Content-Encoding"), true)
		s.sim.ServeHTTP(w, r)
	}))
	s.EnableHTTP2 = http2
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// scenario is a Config as a user of the simulator writes it.
func scenario(t *testing.T, text string) graphsim.Config {
	t.Helper()
	var config graphsim.Config
	if err := graphsim.ReadScenario(strings.NewReader(text), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// staff are so many people: u000@example.com with the employeeId E000, and so
// on.
func staff(n int) *directory.Directory {
	d := directory.New()
	for i := range n {
		u := directory.User{
			UserPrincipalName: upn(i), EmployeeID: fmt.Sprintf("E%03d", i), DisplayName: fmt.Sprintf("User %03d", i),
			OnPremisesSamAccountName: fmt.Sprintf("u%03d", i), AccountEnabled: true,
		}
		if _, err := d.Add(u); err != nil {
			panic(err)
		}
	}
	return d
}

func upn(i int) string { return fmt.Sprintf("u%03d@example.com", i) }

func upns(n int) []string {
	var names []string
	for i := range n {
		names = append(names, upn(i))
	}
	return names
}

// everywhere is a client that reaches the site under any host name: the
// addresses are those of the real service.
func (s site) everywhere(t *testing.T) *http.Client {
	t.Helper()
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}
	// The certificate is made out to example.com.
	transport.TLSClientConfig = &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs, ServerName: "example.com"}
	transport.ForceAttemptHTTP2 = true
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// wantRefused compares the requests that were refused or lost, as "404 GET
// /users/x" in any order, with those that the test has brought about. It ends
// the service, so that nothing is under way.
func (s site) wantRefused(t *testing.T, want ...string) {
	t.Helper()
	s.Close()
	var got []string
	for _, entry := range s.sim.Log() {
		if entry.Status == 0 || entry.Status >= http.StatusBadRequest {
			got = append(got, fmt.Sprintf("%d %s %s", entry.Status, entry.Method, entry.Path))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests refused (-want +got):\n%s", diff)
	}
}

func (s site) wantPhones(t *testing.T, user string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, s.sim.Phones(user)); diff != "" {
		t.Errorf("phones of %s (-want +got):\n%s", user, diff)
	}
}

func phonesPath(user string) string { return "/users/" + user + "/authentication/phoneMethods" }

func phonePath(user, id string) string { return phonesPath(user) + "/" + id }
