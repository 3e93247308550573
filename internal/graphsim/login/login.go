// Package login simulates the sign-in service of Microsoft Entra ID: the
// discovery documents, the token endpoint and the device code endpoint of any
// tenant. It also verifies the access tokens that it has issued.
//
// Apps sign in with a secret or a certificate, and one person can sign in with
// a device code. There are no web pages, no redirects and no passwords. The
// package knows the names of Graph's permissions but none of its calls, and
// opens no sockets: requests come in and answers go out as plain values.
//
// Its one invariant: [Authority.Verify] takes the access tokens that
// [Authority.Serve] of the same Authority has handed out, to the letter, until
// they expire or are revoked, and nothing else. It needs no list of them, so
// that memory does not grow with the tokens.
//
// Time is [time.Now], so all of it runs in virtual time inside a
// testing/synctest bubble.
package login

import (
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says who may sign in and what they get. The zero value takes any
// client with any secret and gives it all of [KnownPermissions].
type Config struct {
	// Clients are the registered apps. Empty takes any client ID and secret.
	Clients []Client

	// Permissions are granted to clients without Permissions of their own. Nil
	// is all of [KnownPermissions]; empty but not nil is none.
	Permissions []string

	// Lifetime of access tokens, rounded up to whole seconds; 0 is 3599 s.
	Lifetime time.Duration

	// SignedIn is the person who enters each device code. The zero User is
	// nobody: the device code endpoint then answers AADSTS50034.
	SignedIn User

	// DevicePolls is how often a poll for a device code is answered
	// authorization_pending before the person has signed in.
	DevicePolls int

	// Seed makes device codes and user codes repeatable. Tokens never are.
	Seed uint64
}

// Client is a registered app.
type Client struct {
	// ID is compared without regard to case, as Entra ID does.
	ID string

	// Secret is the client secret; empty takes any. A client may sign in with
	// a certificate as well, whatever its Secret is.
	Secret string

	// Permissions are granted as roles where the app signs in as itself, and
	// as scopes where a person signs in. Nil is Config.Permissions.
	Permissions []string
}

// User is a person of the directory. Both fields are needed for a sign-in.
type User struct {
	ID, UserPrincipalName string
}

// KnownPermissions returns the names of Graph's permissions for the phones of
// users: those that exist both for apps and for signed-in persons
// (https://learn.microsoft.com/graph/permissions-reference).
func KnownPermissions() []string {
	return []string{
		"UserAuthenticationMethod.ReadWrite.All",
		"UserAuthenticationMethod.Read.All",
		"UserAuthMethod-Phone.ReadWrite.All",
		"UserAuthMethod-Phone.Read.All",
		"User.Read.All",
		"User.ReadBasic.All",
		"Directory.Read.All",
		"AuditLog.Read.All",
		"Organization.Read.All",
	}
}

// Request is an HTTP request as the sign-in service needs it.
type Request struct {
	Method      string
	Origin      string // "https://host" as the caller knows us, without a slash behind
	Path        string // escaped
	Query       string // escaped, without the question mark
	ContentType string
	Body        []byte

	// RequestID and ClientRequestID are quoted in errors.
	RequestID, ClientRequestID string
}

// Response is the answer to a Request. Header has the names as they are sent.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Authority is a simulated sign-in service. It is safe for concurrent use.
type Authority struct {
	config     Config
	accessKey  []byte
	refreshKey []byte // another, so that no token passes for one of the other kind

	issued  atomic.Uint64 // number of the latest access token
	revoked atomic.Uint64 // number of the latest one that is revoked

	mu      sync.Mutex // guards everything below
	random  *rand.Rand
	devices map[string]*deviceCode
	order   []string // keys of devices in order of issue, redeemed ones too
}

// New makes an Authority. It trusts the Config.
func New(config Config) *Authority {
	if config.Permissions == nil {
		config.Permissions = KnownPermissions()
	}
	if config.Lifetime == 0 {
		config.Lifetime = 3599 * time.Second
	}
	config.Lifetime = (config.Lifetime + time.Second - 1).Truncate(time.Second)
	a := &Authority{
		config:     config,
		accessKey:  make([]byte, 32),
		refreshKey: make([]byte, 32),
		random:     rand.New(rand.NewPCG(config.Seed, 0)),
		devices:    map[string]*deviceCode{},
	}
	crand.Read(a.accessKey) // never fails
	crand.Read(a.refreshKey)
	return a
}

type endpoint int

const (
	elsewhere endpoint = iota
	instanceDiscovery
	openIDConfiguration
	signingKeys
	tokenEndpoint
	deviceCodeEndpoint
)

// route finds the endpoint and the tenant, still escaped.
func route(path string) (endpoint, string) {
	if path == "/common/discovery/instance" {
		return instanceDiscovery, "common"
	}
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if tenant == "" {
		return elsewhere, ""
	}
	switch rest {
	case "v2.0/.well-known/openid-configuration":
		return openIDConfiguration, tenant
	case "discovery/v2.0/keys":
		return signingKeys, tenant
	case "oauth2/v2.0/token":
		return tokenEndpoint, tenant
	case "oauth2/v2.0/devicecode":
		return deviceCodeEndpoint, tenant
	}
	return elsewhere, ""
}

// Serves says whether an escaped path is one of the sign-in service's.
func Serves(path string) bool {
	to, _ := route(path)
	return to != elsewhere
}

// IsToken says whether an escaped path is a token endpoint.
func IsToken(path string) bool {
	to, _ := route(path)
	return to == tokenEndpoint
}

// Serve answers one request. A path that it does not serve is answered 404
// without a body.
func (a *Authority) Serve(r Request) Response {
	to, tenant := route(r.Path)
	if to == elsewhere {
		return Response{Status: http.StatusNotFound}
	}
	body, refused := a.answer(&exchange{Request: r, tenant: tenant}, to)
	if refused != nil {
		return r.refuse(*refused)
	}
	return jsonResponse(http.StatusOK, body)
}

func (a *Authority) answer(x *exchange, to endpoint) (any, *refusal) {
	if to == tokenEndpoint || to == deviceCodeEndpoint {
		if x.Method != http.MethodPost {
			return nil, wrongMethod("POST", x.Method)
		}
		if refused := x.readForm(); refused != nil {
			return nil, refused
		}
		if to == tokenEndpoint {
			return a.token(x)
		}
		return a.startDevice(x)
	}
	if x.Method != http.MethodGet && x.Method != http.MethodHead {
		return nil, wrongMethod("GET", x.Method)
	}
	switch to {
	case instanceDiscovery:
		return x.instanceDiscovery(), nil
	case openIDConfiguration:
		return x.openIDConfiguration(), nil
	}
	// Nobody needs keys: access tokens are opaque to clients, and an id_token
	// that comes straight from the token endpoint need not be signed.
	return map[string][]string{"keys": {}}, nil
}

// client finds a registered client.
func (a *Authority) client(id string) (Client, bool) {
	i := slices.IndexFunc(a.config.Clients, func(c Client) bool { return strings.EqualFold(c.ID, id) })
	switch {
	case i >= 0:
		return a.config.Clients[i], true
	case len(a.config.Clients) == 0:
		return Client{ID: id}, true
	}
	return Client{}, false
}

func (a *Authority) permissions(c Client) []string {
	if c.Permissions != nil {
		return c.Permissions
	}
	return a.config.Permissions
}

func jsonResponse(status int, body any) Response {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("login: encoding an answer: %v", err)) // unreachable unless bug
	}
	return Response{
		Status: status,
		Header: map[string]string{"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store, no-cache"},
		Body:   encoded,
	}
}
