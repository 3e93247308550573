package graph

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// answerLimit is far above any answer to 20 operations, a page of 999 users and
// any answer of the sign-in service.
const answerLimit = 2 << 20

// newTransport is the connection to the network. It speaks HTTP/1.1 only, one
// connection per request in flight: with HTTP/2 one lost connection would lose
// the answers of all workers, and after a 503 Graph wants the next try on a
// new connection, see https://learn.microsoft.com/graph/best-practices-concept.
func newTransport(c Config) (http.RoundTripper, error) {
	if c.Transport != nil {
		return c.Transport, nil
	}
	roots, err := trustedRoots(c.CAFile)
	if err != nil {
		return nil, err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               proxyFor,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: 15 * time.Second,
		Protocols:           protocols,
		MaxIdleConns:        c.Connections + 2, // two for the sign-in service
		MaxIdleConnsPerHost: max(c.Connections, 2),
		IdleConnTimeout:     time.Minute,

		MaxResponseHeaderBytes: answerLimit,
	}, nil
}

// proxyFor is the proxy of the environment, and none to this machine: net/http
// knows "localhost" in lower case only. The service that gives tokens to a machine
// of Azure stands at a link-local address, and answers in plain http.
func proxyFor(r *http.Request) (*url.URL, error) {
	address, err := netip.ParseAddr(r.URL.Hostname())
	if loopback(r.URL.Hostname()) || err == nil && address.Unmap().IsLinkLocalUnicast() {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// loopback reports whether the host is this machine, however it is spelled.
func loopback(host string) bool {
	host = strings.TrimSuffix(host, ".") // of a name that is complete
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// trustedRoots are the system's and those of the file; nil is the system's. The
// system's stay, because Graph and the sign-in service may be behind different
// authorities.
func trustedRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &ConfigError{Problem: fmt.Sprintf("reading --ca-file: %v", err)}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's certificates: %w", err)
	}
	if !roots.AppendCertsFromPEM(pem) { // DER, most often
		return nil, &ConfigError{Problem: fmt.Sprintf("reading --ca-file: %s holds no certificate in PEM: convert it, for instance with \"openssl x509 -in %s -inform der\"", file, file)}
	}
	return roots, nil
}

// bounded ends answers that are too long with an error. It counts what net/http
// has decompressed: a small answer may unpack to any size.
type bounded struct {
	*http.Client
	clock *clock
}

// Do implements policy.Transporter.
func (b bounded) Do(req *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := b.Client.Do(req)
	if err == nil {
		b.clock.compare(began, time.Now(), resp.Header.Get("Date"))
		resp.Body = http.MaxBytesReader(nil, resp.Body, answerLimit)
	}
	return resp, err
}

// clock is how far this machine's clock is ahead of those that it speaks to, by
// the last answer that told the time.
type clock struct{ ahead atomic.Pointer[time.Duration] }

// compare takes the least difference that there must be: a Date has whole seconds,
// and was written at some time between request and answer.
func (c *clock) compare(asked, answered time.Time, date string) {
	told, err := http.ParseTime(date)
	if err != nil {
		return
	}
	ahead := max(0, asked.Sub(told.Add(time.Second))) + min(0, answered.Sub(told))
	c.ahead.Store(&ahead)
}

// networkError puts an error of net/http into words that name no user: without
// the address. A limit is called a request body's by net/http, which made it for
// servers.
func networkError(err error) error {
	if tooLong, is := errors.AsType[*http.MaxBytesError](err); is {
		return fmt.Errorf("the answer is longer than %d MiB", tooLong.Limit>>20)
	}
	if addressed, is := errors.AsType[*url.Error](err); is {
		return addressed.Err
	}
	return err
}
