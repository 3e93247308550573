package login

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

const (
	deviceLifetime = 900 * time.Second

	// maxDevices is how many device codes are remembered; the oldest is
	// forgotten for the next one.
	maxDevices = 256
)

// deviceCode is a sign-in that waits for a person.
type deviceCode struct {
	signIn  signIn
	expires time.Time
	polls   int // answered authorization_pending
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

// startDevice begins the sign-in of a person
// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code).
func (a *Authority) startDevice(x *exchange) (any, *refusal) {
	if refused := x.need("client_id", "scope"); refused != nil {
		return nil, refused
	}
	client, refused := a.knownClient(x)
	if refused != nil {
		return nil, refused
	}
	if _, ok := parseScope(x.form.Get("scope")); !ok {
		return nil, invalidScope()
	}
	user := a.config.SignedIn
	if user == (User{}) {
		return nil, invalidGrant(50034, "The user account does not exist in the '"+x.tenant+
			"' directory. To sign into this application, the account must be added to the directory.")
	}
	code, userCode := a.addDevice(signIn{
		client.ID, tenantID(x.tenant), user.ID, user.UserPrincipalName, x.form.Get("scope"),
	})
	page := x.Origin + "/_sim/device"
	return struct {
		UserCode        string `json:"user_code"`
		DeviceCode      string `json:"device_code"`
		VerificationURI string `json:"verification_uri"`
		ExpiresIn       int    `json:"expires_in"`
		Interval        int    `json:"interval"`
		Message         string `json:"message"`
	}{
		userCode, code, page, int(deviceLifetime / time.Second), 1,
		"To sign in, use a web browser to open the page " + page + " and enter the code " + userCode + " to authenticate.",
	}, nil
}

func (a *Authority) addDevice(s signIn) (code, userCode string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var random []byte
	for range 4 {
		random = binary.BigEndian.AppendUint64(random, a.random.Uint64())
	}
	code = base64.RawURLEncoding.EncodeToString(random)
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // none is like another
	for range 9 {
		userCode += string(letters[a.random.IntN(len(letters))])
	}
	if len(a.order) == maxDevices {
		delete(a.devices, a.order[0])
		a.order = a.order[1:]
	}
	a.order = append(a.order, code)
	a.devices[code] = &deviceCode{signIn: s, expires: time.Now().Add(deviceLifetime)}
	return code, userCode
}

// redeemDevice answers one poll. Public clients poll, so that no secret is
// asked for.
func (a *Authority) redeemDevice(x *exchange, client Client) (any, *refusal) {
	if refused := x.need("device_code"); refused != nil {
		return nil, refused
	}
	agreed, refused := a.takeDevice(x.form.Get("device_code"), client)
	if refused != nil {
		return nil, refused
	}
	return a.issueDelegated(x, client, agreed)
}

func (a *Authority) takeDevice(code string, client Client) (signIn, *refusal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	device, ok := a.devices[code]
	switch {
	case !ok || !strings.EqualFold(device.signIn.AppID, client.ID):
		return signIn{}, badRequest("bad_verification_code", 70018,
			"The provided value for the input parameter 'device_code' is not valid.")
	case !time.Now().Before(device.expires):
		return signIn{}, badRequest("expired_token", 70020,
			"The provided value for the input parameter 'device_code' is not valid. This device code has expired.")
	case device.polls < a.config.DevicePolls:
		device.polls++
		return signIn{}, badRequest("authorization_pending", 70016,
			"OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	}
	delete(a.devices, code)
	return device.signIn, nil
}

// refresh takes the refresh tokens that issueDelegated made. They do not
// expire, and each can be used again.
func (a *Authority) refresh(x *exchange, client Client) (any, *refusal) {
	if refused := x.need("refresh_token"); refused != nil {
		return nil, refused
	}
	var agreed signIn
	if !unseal(a.refreshKey, x.form.Get("refresh_token"), &agreed) || !strings.EqualFold(agreed.AppID, client.ID) {
		return nil, invalidGrant(70000, "Provided grant is invalid or malformed.")
	}
	if scope := x.form.Get("scope"); scope != "" {
		agreed.Scope = scope
	}
	return a.issueDelegated(x, client, agreed)
}

func invalidScope() *refusal {
	return badRequest("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid. It must name one resource.")
}

// issueDelegated answers with the tokens of a person who signed in.
func (a *Authority) issueDelegated(x *exchange, client Client, agreed signIn) (any, *refusal) {
	asked, ok := parseScope(agreed.Scope)
	if !ok {
		return nil, invalidScope()
	}
	granted := a.permissions(client)
	if asked.beyond(granted) {
		return nil, invalidGrant(65001, "The user or administrator has not consented to use the application with ID '"+
			client.ID+"'. Send an interactive authorization request for this user and resource.")
	}
	body := tokenBody{
		TokenType: "Bearer", Scope: asked.answer(granted),
		ExpiresIn: a.expiresIn(), ExtExpiresIn: a.expiresIn(),
	}
	var refused *refusal
	if body.AccessToken, refused = a.issue(agreed.access(x, asked.resource, granted)); refused != nil {
		return nil, refused
	}
	if slices.Contains(asked.all, "offline_access") {
		if body.RefreshToken, refused = seal(a.refreshKey, agreed); refused != nil {
			return nil, refused
		}
	}
	if slices.Contains(asked.all, "openid") {
		body.IDToken = agreed.idToken(x, a.expiry())
	}
	if x.form.Get("client_info") == "1" {
		body.ClientInfo = base64JSON(map[string]string{"uid": agreed.ObjectID, "utid": agreed.TenantID})
	}
	return body, nil
}

func (s *signIn) access(x *exchange, resource string, granted []string) accessClaims {
	return accessClaims{
		Audience:          resource,
		Issuer:            x.issuer(s.TenantID),
		AppID:             s.AppID,
		TenantID:          s.TenantID,
		ObjectID:          s.ObjectID,
		IDType:            "user",
		Scope:             strings.Join(granted, " "),
		UserPrincipalName: s.UserPrincipalName,
	}
}

// idToken is not signed: signed with our key, it would pass for an access
// token (https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
func (s *signIn) idToken(x *exchange, expires int64) string {
	return unsigned(`{"typ":"JWT","alg":"none"}`, struct {
		Audience          string `json:"aud"`
		Issuer            string `json:"iss"`
		IssuedAt          int64  `json:"iat"`
		NotBefore         int64  `json:"nbf"`
		Expires           int64  `json:"exp"`
		TenantID          string `json:"tid"`
		ObjectID          string `json:"oid"`
		Subject           string `json:"sub"`
		PreferredUsername string `json:"preferred_username"`
		Version           string `json:"ver"`
	}{
		s.AppID, x.issuer(s.TenantID), time.Now().Unix(), time.Now().Unix(), expires,
		s.TenantID, s.ObjectID, derivedGUID("subject", s.AppID, s.ObjectID), s.UserPrincipalName, "2.0",
	}) + "."
}
