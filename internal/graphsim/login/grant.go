package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"mime"
	"net/url"
)

// maxForm is the longest form that is read; the longest that a client has to
// send carries a chain of certificates.
const maxForm = 64 << 10

const (
	deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code"
	jwtBearer       = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// exchange is one request on its way through the service.
type exchange struct {
	Request
	tenant string // as the path spells it
	form   url.Values
}

// readForm takes a body of another type for an empty form, as Entra ID does.
func (x *exchange) readForm() *refusal {
	if mediaType, _, _ := mime.ParseMediaType(x.ContentType); mediaType != "application/x-www-form-urlencoded" {
		return nil
	}
	if len(x.Body) > maxForm {
		return malformedRequest()
	}
	var err error
	if x.form, err = url.ParseQuery(string(x.Body)); err != nil {
		return malformedRequest()
	}
	return nil
}

// need refuses a form in which one of the parameters is missing.
func (x *exchange) need(names ...string) *refusal {
	for _, name := range names {
		if x.form.Get(name) == "" {
			return missingParameter(name)
		}
	}
	return nil
}

// knownClient finds the client that the form names.
func (a *Authority) knownClient(x *exchange) (Client, *refusal) {
	id := x.form.Get("client_id")
	client, ok := a.client(id)
	if !ok {
		return Client{}, unknownClient(id, x.tenant)
	}
	return client, nil
}

type tokenBody struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"`
}

func (a *Authority) token(x *exchange) (any, *refusal) {
	if refused := x.need("grant_type", "client_id"); refused != nil {
		return nil, refused
	}
	var grant func(*exchange, Client) (any, *refusal)
	switch name := x.form.Get("grant_type"); name {
	case "client_credentials":
		grant = a.clientCredentials
	case deviceCodeGrant, "device_code": // short in Microsoft's library for Go
		grant = a.redeemDevice
	case "refresh_token":
		grant = a.refresh
	default:
		return nil, badRequest("unsupported_grant_type", 70003,
			"The app requested an unsupported grant type '"+name+"'.")
	}
	client, refused := a.knownClient(x)
	if refused != nil {
		return nil, refused
	}
	return grant(x, client)
}

// clientCredentials signs an app in as itself
// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
func (a *Authority) clientCredentials(x *exchange, client Client) (any, *refusal) {
	if refused := x.need("scope"); refused != nil {
		return nil, refused
	}
	asked, ok := parseScope(x.form.Get("scope"))
	if !ok || !asked.onlyDefault() {
		return nil, badRequest("invalid_scope", 1002012,
			"The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")
	}
	if refused := x.authenticate(client); refused != nil {
		return nil, refused
	}
	tenant := tenantID(x.tenant)
	access, refused := a.issue(accessClaims{
		Audience: asked.resource,
		Issuer:   x.issuer(tenant),
		AppID:    client.ID,
		TenantID: tenant,
		ObjectID: derivedGUID("servicePrincipal", tenant, client.ID),
		IDType:   "app",
		Roles:    a.permissions(client),
	})
	if refused != nil {
		return nil, refused
	}
	return tokenBody{TokenType: "Bearer", ExpiresIn: a.expiresIn(), ExtExpiresIn: a.expiresIn(), AccessToken: access}, nil
}

// authenticate checks the credential of an app.
func (x *exchange) authenticate(client Client) *refusal {
	secret := x.form.Get("client_secret")
	switch {
	case x.form.Get("client_assertion") != "":
		return x.checkAssertion()
	case secret == "":
		return invalidClient(7000218,
			"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case client.Secret != "" && !sameSecret(client.Secret, secret):
		return invalidClient(7000215,
			"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+client.ID+"'.")
	}
	return nil
}

// sameSecret takes the same time whatever the two have in common, their
// lengths included.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return hmac.Equal(x[:], y[:])
}
