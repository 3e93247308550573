package login

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
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

// readForm wants the method of the endpoint. It reads the form of a POST, and
// a body of another type as an empty one, as Entra ID does.
func (x *exchange) readForm(method string) *refusal {
	if x.Method != method && (method != http.MethodGet || x.Method != http.MethodHead) {
		return refuse(900561, method, x.Method)
	}
	mediaType, _, _ := mime.ParseMediaType(x.ContentType)
	if method != http.MethodPost || mediaType != "application/x-www-form-urlencoded" {
		return nil
	}
	var err error
	if x.form, err = url.ParseQuery(string(x.Body)); err != nil || len(x.Body) > maxForm {
		return refuse(9002313)
	}
	return nil
}

// need refuses a form in which one of the parameters is missing.
func (x *exchange) need(names ...string) *refusal {
	for _, name := range names {
		if x.form.Get(name) == "" {
			return refuse(900144, name)
		}
	}
	return nil
}

// client finds the client that the form names. One that is not registered is
// refused only if others are, and else made up, with the usual permissions.
func (a *Authority) client(x *exchange) (Client, *refusal) {
	id := x.form.Get("client_id")
	i := slices.IndexFunc(a.config.Clients, func(c Client) bool { return strings.EqualFold(c.ID, id) })
	client := Client{ID: id}
	switch {
	case i >= 0:
		client = a.config.Clients[i]
	case len(a.config.Clients) > 0:
		return client, refuse(700016, id, x.tenant)
	}
	if client.Permissions == nil {
		client.Permissions = a.config.Permissions
	}
	return client, nil
}

// tokenBody is a successful answer, in the members of
// https://www.rfc-editor.org/rfc/rfc6749#section-5.1 and those that Entra ID adds:
// ext_expires_in, in seconds as expires_in is, and client_info, by which
// Microsoft's libraries tell accounts apart.
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

// grant is a way to a token. What needs names is looked for before the credential
// is, and an unknown grant_type before either.
type grant struct {
	needs  string // beside the client
	answer func(*Authority, *exchange, Client) (any, *refusal)
}

var grants = map[string]grant{
	"client_credentials": {"scope", (*Authority).clientCredentials},
	deviceCodeGrant:      {"device_code", (*Authority).redeemDevice},
	"device_code":        {"device_code", (*Authority).redeemDevice}, // in Microsoft's library for Go
	"refresh_token":      {"refresh_token", (*Authority).refresh},
}

// token names the first thing that is wrong: what all grants need, the grant, the
// client, what that grant needs, and the credential last.
func (a *Authority) token(x *exchange) (any, *refusal) {
	if refused := x.need("grant_type", "client_id"); refused != nil {
		return nil, refused
	}
	name := x.form.Get("grant_type")
	asked, known := grants[name]
	if !known {
		return nil, refuse(70003, name)
	}
	client, refused := a.client(x)
	if refused == nil {
		refused = x.need(asked.needs)
	}
	if refused != nil {
		return nil, refused
	}
	return asked.answer(a, x, client)
}

// clientCredentials signs an app in as itself
// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
func (a *Authority) clientCredentials(x *exchange, client Client) (any, *refusal) {
	asked, ok := parseScope(x.form.Get("scope"))
	if !ok || !asked.onlyDefault() {
		return nil, refuse(1002012)
	}
	if refused := x.authenticate(client); refused != nil {
		return nil, refused
	}
	tenant := tenantID(x.tenant)
	return a.body(accessClaims{
		Audience: asked.resource, Issuer: x.issuer(tenant), TenantID: tenant, IDType: "app",
		AppID: client.ID, AppDisplayName: client.ID, // apps have no other name here
		ObjectID: derivedGUID("servicePrincipal", tenant, client.ID), Roles: client.Permissions,
	})
}

// body holds the access token with the claims.
func (a *Authority) body(claims accessClaims) (tokenBody, *refusal) {
	seconds := int(a.lifetime / time.Second)
	access, refused := a.issue(claims)
	return tokenBody{TokenType: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: access}, refused
}

// startDevice begins the sign-in of a person
// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code).
func (a *Authority) startDevice(x *exchange) (any, *refusal) {
	if refused := x.need("client_id", "scope"); refused != nil {
		return nil, refused
	}
	client, refused := a.client(x)
	if refused != nil {
		return nil, refused
	}
	if _, ok := parseScope(x.form.Get("scope")); !ok {
		return nil, refuse(70011)
	}
	user := a.config.SignedIn
	if user == (User{}) {
		return nil, refuse(50034, x.tenant)
	}
	code, userCode := a.devices.add(signIn{
		client.ID, tenantID(x.tenant), user.ID, user.UserPrincipalName, x.form.Get("scope"),
	})
	page := cmp.Or(x.Browsed, x.Origin) + "/_sim/device"
	return map[string]any{
		"user_code": userCode, "device_code": code, "verification_uri": page,
		"expires_in": int(deviceLifetime / time.Second), "interval": 1,
		"message": "To sign in, use a web browser to open the page " + page + " and enter the code " + userCode + " to authenticate.",
	}, nil
}

// redeemDevice answers one poll. Public clients poll, so that no secret is
// asked for.
func (a *Authority) redeemDevice(x *exchange, client Client) (any, *refusal) {
	agreed, refused := a.devices.take(x.form.Get("device_code"), client)
	if refused != nil {
		return nil, refused
	}
	return a.issueDelegated(x, client, agreed)
}

// refresh takes the refresh tokens that issueDelegated made. They do not
// expire, and each can be used again.
func (a *Authority) refresh(x *exchange, client Client) (any, *refusal) {
	var agreed signIn
	if !unseal(a.refreshKey, x.form.Get("refresh_token"), &agreed) || !strings.EqualFold(agreed.AppID, client.ID) {
		return nil, refuse(70000)
	}
	if scope := x.form.Get("scope"); scope != "" {
		agreed.Scope = scope
	}
	return a.issueDelegated(x, client, agreed)
}

// issueDelegated answers with the tokens of a person who signed in.
func (a *Authority) issueDelegated(x *exchange, client Client, agreed signIn) (any, *refusal) {
	asked, ok := parseScope(agreed.Scope)
	if !ok {
		return nil, refuse(70011)
	}
	if asked.beyond(client.Permissions) {
		return nil, refuse(65001, client.ID)
	}
	body, refused := a.body(agreed.access(x, asked.resource, client.Permissions))
	body.Scope = asked.answer(client.Permissions)
	if refused == nil && slices.Contains(asked.all, "offline_access") {
		body.RefreshToken, refused = seal(a.refreshKey, agreed)
	}
	if slices.Contains(asked.all, "openid") {
		body.IDToken = agreed.idToken(x, a.expiry())
	}
	if x.form.Get("client_info") == "1" {
		body.ClientInfo = base64JSON(map[string]string{"uid": agreed.ObjectID, "utid": agreed.TenantID})
	}
	return body, refused
}

// authenticate checks the credential of an app. An assertion counts before a
// secret, and the secret is then not looked at.
func (x *exchange) authenticate(client Client) *refusal {
	secret := x.form.Get("client_secret")
	switch {
	case x.form.Get("client_assertion") != "":
		return checkAssertion(x)
	case secret == "":
		return refuse(7000218)
	case client.Secret != "" && !sameSecret(client.Secret, secret):
		return refuse(7000215, client.ID)
	}
	return nil
}

// sameSecret takes the same time whatever the two have in common, their
// lengths included.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return hmac.Equal(x[:], y[:])
}

const (
	// deviceLifetime is what Entra ID gives a person to enter the code.
	deviceLifetime = 900 * time.Second

	// maxDevices is how many device codes are remembered; the oldest is
	// forgotten for the next one.
	maxDevices = 256
)

// deviceCodes are the sign-ins that wait for a person.
type deviceCodes struct {
	polls int // how many are answered authorization_pending

	mu     sync.Mutex // guards everything below
	random *rand.Rand
	latest []*deviceCode // in order of issue, redeemed ones too
}

// deviceCode is kept when it has expired, because polls for it are then answered
// otherwise than those for a code that never was.
type deviceCode struct {
	code     string
	signIn   signIn
	expires  time.Time
	polls    int // answered authorization_pending
	redeemed bool
}

// add gives codes that the seed decides, so that a rehearsal can be repeated. They
// protect nothing: whoever reaches the simulator may sign in.
func (d *deviceCodes) add(s signIn) (code, userCode string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var random []byte
	for range 4 {
		random = binary.BigEndian.AppendUint64(random, d.random.Uint64())
	}
	code = base64.RawURLEncoding.EncodeToString(random)
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // none is like another
	for range 9 {
		userCode += string(letters[d.random.IntN(len(letters))])
	}
	d.latest = append(d.latest[max(0, len(d.latest)+1-maxDevices):], &deviceCode{code: code, signIn: s, expires: time.Now().Add(deviceLifetime)})
	return code, userCode
}

// take gives each sign-in once, and answers polls by another client as if there
// were no such code. It never answers slow_down, however often it is asked
// (https://www.rfc-editor.org/rfc/rfc8628#section-3.5).
func (d *deviceCodes) take(code string, client Client) (signIn, *refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.latest, func(each *deviceCode) bool { return each.code == code && !each.redeemed })
	if i < 0 || !strings.EqualFold(d.latest[i].signIn.AppID, client.ID) {
		return signIn{}, refuse(70018)
	}
	device := d.latest[i]
	switch {
	case !time.Now().Before(device.expires):
		return signIn{}, refuse(70020)
	case device.polls < d.polls:
		device.polls++
		return signIn{}, refuse(70016)
	}
	device.redeemed = true
	return device.signIn, nil
}

// signIn is what a person has agreed to. It is also the payload of a refresh
// token, which thus needs no memory here.
type signIn struct {
	AppID             string `json:"appid"`
	TenantID          string `json:"tid"`
	ObjectID          string `json:"oid"`
	UserPrincipalName string `json:"upn"`
	Scope             string `json:"scope"`
}

// access has all granted permissions, also those that were not asked for, as Entra
// ID puts every consented scope of a resource into the token.
func (s *signIn) access(x *exchange, resource string, granted []string) accessClaims {
	return accessClaims{
		Audience: resource, Issuer: x.issuer(s.TenantID), TenantID: s.TenantID, IDType: "user", AppID: s.AppID,
		ObjectID: s.ObjectID, UserPrincipalName: s.UserPrincipalName, Scope: strings.Join(granted, " "),
	}
}

// idToken is not signed: signed with our key, it would pass for an access
// token (https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
func (s *signIn) idToken(x *exchange, expires int64) string {
	now := time.Now().Unix()
	return unsigned(`{"typ":"JWT","alg":"none"}`, map[string]any{
		"aud": s.AppID, "iss": x.issuer(s.TenantID), "iat": now, "nbf": now, "exp": expires,
		"tid": s.TenantID, "oid": s.ObjectID, "sub": derivedGUID("subject", s.AppID, s.ObjectID),
		"preferred_username": s.UserPrincipalName, "ver": "2.0",
	}) + "."
}
