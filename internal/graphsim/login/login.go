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
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
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
		"UserAuthenticationMethod.ReadWrite.All", "UserAuthenticationMethod.Read.All",
		"UserAuthMethod-Phone.ReadWrite.All", "UserAuthMethod-Phone.Read.All",
		"User.Read.All", "User.ReadBasic.All", "Directory.Read.All", "AuditLog.Read.All", "Organization.Read.All", "Policy.Read.All", "GroupMember.Read.All",
	}
}

// Request is an HTTP request as the sign-in service needs it.
type Request struct {
	Method string
	// Origin and Browsed are addresses of the same service. They differ where a
	// proxy ends TLS for programs that insist on it, and a browser goes around it.
	Origin      string // "https://host" as the caller knows us, without a slash behind
	Browsed     string // the same as a browser reaches us, if that is another
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
	*mint
	config  Config
	devices deviceCodes
}

// New makes an Authority. It trusts the Config.
func New(config Config) *Authority {
	if config.Permissions == nil {
		config.Permissions = KnownPermissions()
	}
	return &Authority{
		mint:    newMint(cmp.Or(config.Lifetime, 3599*time.Second)),
		config:  config,
		devices: deviceCodes{random: rand.New(rand.NewPCG(config.Seed, 0)), polls: config.DevicePolls},
	}
}

const tokenPath = "oauth2/v2.0/token"

type endpoint struct {
	method string
	answer func(*Authority, *exchange) (any, *refusal)
}

// endpoints stand below the tenant in a path.
var endpoints = map[string]endpoint{
	"discovery/instance":                    {http.MethodGet, func(_ *Authority, x *exchange) (any, *refusal) { return x.instanceDiscovery(), nil }},
	"v2.0/.well-known/openid-configuration": {http.MethodGet, func(_ *Authority, x *exchange) (any, *refusal) { return x.openIDConfiguration(), nil }},
	// Nobody needs keys: access tokens are opaque to clients, and an id_token
	// that comes straight from the token endpoint need not be signed.
	"discovery/v2.0/keys": {http.MethodGet, func(*Authority, *exchange) (any, *refusal) {
		return map[string][]string{"keys": {}}, nil
	}},
	tokenPath:                {http.MethodPost, (*Authority).token},
	"oauth2/v2.0/devicecode": {http.MethodPost, (*Authority).startDevice},
}

// route finds the endpoint, if there is one, and the tenant, still escaped.
func route(path string) (to endpoint, tenant string) {
	tenant, rest := cutTenant(path)
	if tenant == "" || rest == "discovery/instance" && tenant != "common" {
		return endpoint{}, ""
	}
	return endpoints[rest], tenant
}

// cutTenant takes whatever stands first for the tenant: here all exist, by name, by
// id, and as common, organizations or consumers.
func cutTenant(path string) (tenant, rest string) {
	tenant, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return tenant, rest
}

// Serves reports whether an escaped path is one of the sign-in service's.
func Serves(path string) bool {
	to, _ := route(path)
	return to.answer != nil
}

// IsToken reports whether an escaped path is a token endpoint.
func IsToken(path string) bool {
	tenant, rest := cutTenant(path)
	return tenant != "" && rest == tokenPath
}

// Serve answers one request. A path that it does not serve is answered 404
// without a body; whatever else is wrong is an error in JSON, with status 400 or
// 401.
func (a *Authority) Serve(r Request) Response {
	to, tenant := route(r.Path)
	if to.answer == nil {
		return Response{Status: http.StatusNotFound}
	}
	x := &exchange{Request: r, tenant: tenant}
	var body any
	refused := x.readForm(to.method)
	if refused == nil {
		body, refused = to.answer(a, x)
	}
	if refused != nil {
		return r.refuse(*refused)
	}
	return jsonResponse(http.StatusOK, body)
}

// refusal is an error of the sign-in service. The codes are listed at
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
// A message may quote what the caller sent, but no credential.
type refusal struct {
	status  int
	code    string // OAuth's
	aadsts  int
	message string
}

// refusalTable has all errors, with places for what the message quotes.
//
//go:embed refusals.tsv
var refusalTable string

// refuse finds an error by its AADSTS number.
func refuse(aadsts int, quoted ...any) *refusal {
	// Errors are rare enough for a walk through the table.
	for line := range strings.Lines(refusalTable) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if number, err := strconv.Atoi(cells[0]); err != nil || number != aadsts {
			continue
		}
		if status, err := strconv.Atoi(cells[1]); err == nil {
			return &refusal{status, cells[2], aadsts, fmt.Sprintf(cells[3], quoted...)}
		}
	}
	panic(fmt.Sprintf("login: AADSTS%d is not in the table", aadsts)) // unreachable unless bug
}

// refuse writes the error as
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response
// shows it.
func (r *Request) refuse(f refusal) Response {
	timestamp := time.Now().UTC().Format("2006-01-02 15:04:05Z")
	return jsonResponse(f.status, map[string]any{
		"error": f.code,
		"error_description": fmt.Sprintf("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s",
			f.aadsts, f.message, r.RequestID, r.ClientRequestID, timestamp),
		"error_codes":    []int{f.aadsts},
		"timestamp":      timestamp,
		"trace_id":       r.RequestID,
		"correlation_id": r.ClientRequestID,
		"error_uri":      fmt.Sprintf("%s/error?code=%d", r.Origin, f.aadsts),
	})
}

// jsonResponse forbids caching, as RFC 6749 demands of answers with a token
// (https://www.rfc-editor.org/rfc/rfc6749#section-5.1).
func jsonResponse(status int, body any) Response {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("login: encoding an answer: %v", err)) // unreachable unless bug
	}
	header := map[string]string{"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store, no-cache"}
	return Response{status, header, encoded}
}

// instanceDiscovery tells an identity library that the host which it asks about
// is an authority and another name of ours. Microsoft's library for Go asks
// login.microsoftonline.com about any host that it does not know, and caches no
// token for a host that is not among the aliases.
func (x *exchange) instanceDiscovery() any {
	tenant := "common"
	_, host, _ := strings.Cut(x.Origin, "://")
	aliases := []string{host}
	if query, err := url.ParseQuery(x.Query); err == nil {
		if asked, err := url.Parse(query.Get("authorization_endpoint")); err == nil {
			if first, _, _ := strings.Cut(strings.TrimPrefix(asked.EscapedPath(), "/"), "/"); first != "" {
				tenant = first
			}
			if asked.Host != "" && asked.Host != host {
				aliases = append(aliases, asked.Host)
			}
		}
	}
	return map[string]any{
		"tenant_discovery_endpoint": x.Origin + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  []map[string]any{{"preferred_network": host, "preferred_cache": host, "aliases": aliases}},
	}
}

// openIDConfiguration describes a tenant
// (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc).
// Libraries follow its addresses to the letter, and some insist on an
// authorization_endpoint, which nothing here serves.
func (x *exchange) openIDConfiguration() any {
	base := x.Origin + "/" + x.tenant
	return map[string]any{
		"token_endpoint":                        x.tokenEndpoint(),
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"none"},
		"issuer":                                x.issuer(tenantID(x.tenant)),
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint":         base + "/oauth2/v2.0/devicecode",
	}
}

// tokenEndpoint repeats the tenant as the caller spelt it: the discovery document
// of common must not name a tenant that nobody has chosen.
func (x *exchange) tokenEndpoint() string { return x.Origin + "/" + x.tenant + "/" + tokenPath }

// isTokenEndpoint takes any spelling of the tenant, but no other host: real
// clients take the audience from the discovery document.
func (x *exchange) isTokenEndpoint(audience string) bool {
	path, ok := strings.CutPrefix(audience, x.Origin)
	tenant, _ := cutTenant(path)
	return ok && IsToken(path) && tenantID(tenant) == tenantID(x.tenant)
}

// issuer is the same in the discovery document and in the tokens.
func (x *exchange) issuer(tenantID string) string { return x.Origin + "/" + tenantID + "/v2.0" }

// TenantID returns the ID that a tenant has in tokens: the name itself, in
// lower case, where it is a GUID, and otherwise a GUID that is always the same
// for the same name. Names are not case-sensitive.
func TenantID(name string) string {
	name = strings.ToLower(name)
	if id, err := uuid.Parse(name); err == nil && id.String() == name {
		return name
	}
	return derivedGUID("tenant", name)
}

// tenantID is that of a tenant as a path spells it. Bad escapes are taken as
// they are, for tenants have any name here.
func tenantID(escaped string) string {
	if name, err := url.PathUnescape(escaped); err == nil {
		return TenantID(name)
	}
	return TenantID(escaped)
}

// derivedGUID is the GUID of a thing that has a name but no ID of its own. Case
// does not matter.
func derivedGUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(parts, "\x00"))))
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
