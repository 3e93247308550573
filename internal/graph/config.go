package graph

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Cloud is one of the national clouds of Microsoft Graph. Accounts, apps and
// tokens of one cloud mean nothing in another. The zero value is the global
// cloud.
type Cloud string

// CloudGlobal is the cloud of nearly everybody, and of GCC.
const CloudGlobal Cloud = "global"

// clouds are where each Graph and its sign-in service answer, as listed at
// https://learn.microsoft.com/graph/deployments. The alias is another host of the
// same sign-in service, which its documents may name.
var clouds = map[Cloud]struct{ graph, login, alias string }{
	CloudGlobal: {"https://graph.microsoft.com", "https://login.microsoftonline.com", ""},
	"usgov":     {"https://graph.microsoft.us", "https://login.microsoftonline.us", ""},                                            // US Government L4, GCC High
	"dod":       {"https://dod-graph.microsoft.us", "https://login.microsoftonline.us", ""},                                        // US Government L5
	"china":     {"https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn", "login.partner.microsoftonline.cn"}, // operated by 21Vianet
}

// ParseCloud reads the name of a cloud.
func ParseCloud(text string) (Cloud, error) {
	if _, known := clouds[Cloud(text)]; !known {
		return "", &ConfigError{Problem: fmt.Sprintf("--cloud %q is not a cloud: use global, usgov, dod or china", text)}
	}
	return Cloud(text), nil
}

func (c Cloud) graph() string { return clouds[cmp.Or(c, CloudGlobal)].graph }
func (c Cloud) login() string { return clouds[cmp.Or(c, CloudGlobal)].login }
func (c Cloud) alias() string { return clouds[cmp.Or(c, CloudGlobal)].alias }

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

	// GiveUpAfter is how long a sign-in may take, where that is less than usual; 0 is
	// the usual. Requests to Graph are bounded by the context that they are made with.
	GiveUpAfter time.Duration

	// Version is this program's, for the User-Agent.
	Version string

	// Logger gets a debug line per request, without users, numbers, bodies or
	// tokens.
	Logger zerolog.Logger
}

// signInLimit is how long a sign-in may take.
func (c Config) signInLimit() time.Duration {
	if c.GiveUpAfter == 0 {
		return signInLimit
	}
	return min(c.GiveUpAfter, signInLimit)
}

// Addresses are where Graph and the sign-in service will be asked. The error
// is a *[ConfigError] for each address that cannot be used.
func (c Config) Addresses() (graph, authority string, err error) {
	base, login, err := c.addresses()
	if err != nil {
		return "", "", err
	}
	return base.String(), login.String(), nil
}

func (c Config) addresses() (graph, authority *url.URL, err error) {
	graph, errGraph := parseOrigin("--graph-endpoint", cmp.Or(c.Endpoint, c.Cloud.graph()))
	if errGraph == nil {
		path := strings.TrimSuffix(strings.TrimRight(graph.Path, "/"), "/v1.0")
		if strings.HasSuffix(path, "/beta") { // not supported for production
			errGraph = &ConfigError{Problem: "--graph-endpoint ends in /beta: only version 1.0 is spoken, leave the version away"}
		}
		graph.Path, graph.RawPath = path+"/v1.0", ""
	}
	authority, errAuthority := parseOrigin("--authority", cmp.Or(c.Authority, c.Cloud.login()))
	if errAuthority == nil {
		if strings.Trim(authority.Path, "/") != "" {
			errAuthority = &ConfigError{Problem: fmt.Sprintf("--authority has the path %q: give scheme and host only, the tenant belongs in --tenant-id", authority.Path)}
		}
		authority.Path = ""
	}
	return graph, authority, errors.Join(errGraph, errAuthority)
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
