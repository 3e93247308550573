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
	"time"

	"github.com/rs/zerolog"
)

// Config is everything a [Client] is made of.
type Config struct {
	Cloud Cloud

	// Endpoint replaces the cloud's Graph, with or without "/v1.0" at its end.
	Endpoint string

	// Authority replaces the cloud's sign-in service: scheme and host, no path.
	Authority string

	// CAFile holds certificates in PEM that are trusted beside the system's.
	CAFile string

	Credential CredentialConfig

	// Transport answers all requests in process instead of a network; CAFile
	// and Connections mean nothing then. nil is the network.
	Transport http.RoundTripper

	// Connections is how many requests the caller sends at a time.
	Connections int

	// Version is this program's, for the User-Agent.
	Version string

	// Logger gets a debug line per request, without users, numbers, bodies or
	// tokens.
	Logger zerolog.Logger
}

// graphBase is the address of Graph's version 1.0, the only one that is
// supported for production.
func (c Config) graphBase() (*url.URL, error) {
	if c.Endpoint == "" {
		return url.Parse(c.Cloud.origin() + "/v1.0")
	}
	u, err := parseOrigin("--graph-endpoint", c.Endpoint)
	if err != nil {
		return nil, err
	}
	path := strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1.0")
	if strings.HasSuffix(path, "/beta") {
		return nil, &ConfigError{Problem: "--graph-endpoint ends in /beta: only version 1.0 is spoken, leave the version away"}
	}
	u.Path, u.RawPath = path+"/v1.0", ""
	return u, nil
}

func (c Config) authorityURL() (*url.URL, error) {
	if c.Authority == "" {
		return url.Parse(c.Cloud.authority())
	}
	u, err := parseOrigin("--authority", c.Authority)
	if err != nil {
		return nil, err
	}
	if strings.Trim(u.Path, "/") != "" {
		return nil, &ConfigError{Problem: fmt.Sprintf("--authority has the path %q: give scheme and host only, the tenant belongs in --tenant-id", u.Path)}
	}
	u.Path = ""
	return u, nil
}

// Addresses are where Graph and the sign-in service will be asked. The error
// is a *[ConfigError] for each address that cannot be used.
func (c Config) Addresses() (graph, authority string, err error) {
	base, errBase := c.graphBase()
	login, errAuthority := c.authorityURL()
	if err := errors.Join(errBase, errAuthority); err != nil {
		return "", "", err
	}
	return base.String(), login.String(), nil
}

// parseOrigin reads an address to which secrets or tokens will be sent. It
// does not repeat what it cannot read, which may hold a password.
func parseOrigin(flag, text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, &ConfigError{Problem: flag + " is not a URL such as https://graph.microsoft.com"}
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &ConfigError{Problem: flag + " must hold neither user name, query nor fragment: give scheme, host and port"}
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, &ConfigError{Problem: fmt.Sprintf("%s speaks plain http to %q: secrets and tokens would be readable on the way, use https (http is allowed to localhost only)", flag, u.Hostname())}
	}
	return u, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// transport is the connection to the network. It speaks HTTP/1.1 only, one
// connection per request in flight: with HTTP/2 one lost connection would lose
// the answers of all workers, and after a 503 Graph wants the next try on a
// new connection, see https://learn.microsoft.com/graph/best-practices-concept.
func (c Config) transport() (http.RoundTripper, error) {
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
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: 15 * time.Second,
		Protocols:           protocols,
		MaxIdleConns:        c.Connections + 2, // two for the sign-in service
		MaxIdleConnsPerHost: max(c.Connections, 2),
		IdleConnTimeout:     time.Minute,
	}, nil
}

// trustedRoots are the system's and those of the file; nil is the system's.
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
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &ConfigError{Problem: fmt.Sprintf("reading --ca-file: %s holds no certificate in PEM: convert it, for instance with \"openssl x509 -in %s -inform der\"", file, file)}
	}
	return roots, nil
}

// checked joins the errors of all parts, so that one run names all of them.
func (c Config) checked() (base, authority *url.URL, transport http.RoundTripper, err error) {
	base, errBase := c.graphBase()
	authority, errAuthority := c.authorityURL()
	transport, errTransport := c.transport()
	return base, authority, transport, errors.Join(errBase, errAuthority, errTransport, c.Credential.check())
}
