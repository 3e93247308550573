package login

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"
)

var (
	// ErrExpired is a token of ours whose time is over, or that was revoked.
	ErrExpired = errors.New("the access token is expired")
	// ErrInvalid is anything that is not an access token of ours.
	ErrInvalid = errors.New("the access token is invalid")
)

// maxToken is the longest token that is issued or looked at, in bytes.
const maxToken = 64 << 10

// Claims are what an access token holds about its bearer.
type Claims struct {
	AppID    string // the client ID as it is registered
	TenantID string
	Roles    []string // permissions of an app that signed in as itself
	Scopes   []string // permissions of a person who signed in to the app
	User     User     // that person; the zero User for an app itself
}

// Delegated reports whether the app acts for a signed-in person.
func (c Claims) Delegated() bool { return c.User != User{} }

// accessClaims is the payload of an access token, in the names of
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
type accessClaims struct {
	Audience          string   `json:"aud"`
	Issuer            string   `json:"iss"`
	IssuedAt          int64    `json:"iat"`
	NotBefore         int64    `json:"nbf"`
	Expires           int64    `json:"exp"`
	AppID             string   `json:"appid"`
	AppDisplayName    string   `json:"app_displayname,omitempty"`
	TenantID          string   `json:"tid"`
	ObjectID          string   `json:"oid"`
	IDType            string   `json:"idtyp"`
	Roles             []string `json:"roles,omitempty"`
	Scope             string   `json:"scp,omitempty"`
	UserPrincipalName string   `json:"upn,omitempty"`
	Number            uint64   `json:"uti,string"` // counts up, for Revoke
}

// mint makes tokens and reads its own.
type mint struct {
	lifetime   time.Duration // of access tokens, in whole seconds
	accessKey  []byte
	refreshKey []byte // another, so that no token passes for one of the other kind

	// Counting, rather than the time, tells tokens before a Revoke from those after
	// it: in virtual time both may be of the same instant.
	issued  atomic.Uint64 // number of the latest access token
	revoked atomic.Uint64 // number of the latest one that is revoked
}

// newMint draws its keys anew, whatever the seed: a token of one simulator is never
// good for another, nor for the next one after a restart.
func newMint(lifetime time.Duration) *mint {
	m := &mint{
		lifetime:  (lifetime + time.Second - 1).Truncate(time.Second),
		accessKey: make([]byte, 32), refreshKey: make([]byte, 32),
	}
	rand.Read(m.accessKey) // never fails
	rand.Read(m.refreshKey)
	return m
}

// issue completes the claims and makes the access token. Its times are in whole
// seconds since 1970, and it is good at once: nbf is iat.
func (m *mint) issue(c accessClaims) (string, *refusal) {
	c.IssuedAt = time.Now().Unix()
	c.NotBefore = c.IssuedAt
	c.Expires = m.expiry()
	c.Number = m.issued.Add(1)
	return seal(m.accessKey, c)
}

// expiry is rounded up, so that no token ends before its expires_in.
func (m *mint) expiry() int64 { return time.Now().Add(m.lifetime + time.Second - 1).Unix() }

// Verify reads an access token. Its errors are ErrExpired and ErrInvalid, and
// say nothing of the token.
func (m *mint) Verify(token string) (Claims, error) {
	var c accessClaims
	if !unseal(m.accessKey, token, &c) {
		return Claims{}, ErrInvalid
	}
	if c.Number <= m.revoked.Load() || time.Now().Unix() >= c.Expires {
		return Claims{}, ErrExpired
	}
	claims := Claims{AppID: c.AppID, TenantID: c.TenantID, Roles: c.Roles}
	if c.IDType == "user" {
		claims.Scopes = strings.Fields(c.Scope)
		claims.User = User{c.ObjectID, c.UserPrincipalName}
	}
	return claims, nil
}

// Revoke ends all access tokens issued so far: they answer ErrExpired from now
// on. Refresh tokens stay good.
func (m *mint) Revoke() { m.revoked.Store(m.issued.Load()) }

// seal makes a token in the form of a JWT that only we can have made.
func seal(key []byte, claims any) (string, *refusal) {
	signed := unsigned(`{"typ":"JWT","alg":"HS256"}`, claims)
	token := signed + "." + signature(key, signed)
	if len(token) > maxToken {
		return "", refuse(9002313) // the client ID or the scope is that long
	}
	return token, nil
}

// unseal reads what seal made with the same key. The signature is compared as
// text: many texts of base64 have the same bytes, and only one was issued.
func unseal(key []byte, token string, claims any) bool {
	end := strings.LastIndexByte(token, '.')
	if end < 0 || len(token) > maxToken || !hmac.Equal([]byte(token[end+1:]), []byte(signature(key, token[:end]))) {
		return false
	}
	_, payload, _ := strings.Cut(token[:end], ".")
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	return err == nil && json.Unmarshal(decoded, claims) == nil
}

// signature is HS256, in base64 as a JWT holds it
// (https://www.rfc-editor.org/rfc/rfc7518#section-3.2).
func signature(key []byte, signed string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// unsigned is a JWT up to the dot before its signature.
func unsigned(header string, claims any) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64JSON(claims)
}

// base64JSON panics where claims cannot be encoded; all that there are can.
func base64JSON(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("login: encoding claims: %v", err)) // unreachable unless bug
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

const (
	// clockSkew is how far a client's clock may be ahead of ours.
	clockSkew = 5 * time.Minute

	// maxKeyBits bounds the work of checking a signature.
	maxKeyBits = 8192
)

// assertion is a JWT that an app signs with the key of its certificate
// (https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
type assertion struct {
	signed    string // what the signature is of
	signature []byte
	header    struct {
		Algorithm    string   `json:"alg"`
		KeyID        string   `json:"kid"`
		SHA1         string   `json:"x5t"`
		SHA256       string   `json:"x5t#S256"`
		Certificates []string `json:"x5c"`
	}
	claims struct {
		Issuer    string  `json:"iss"`
		Subject   string  `json:"sub"`
		Audience  string  `json:"aud"`
		NotBefore float64 `json:"nbf"` // seconds since 1970
		Expires   float64 `json:"exp"`
	}
}

// checkAssertion checks the form's client_assertion. No certificates are
// registered here, so that a signature can be checked, and is, only where the
// assertion brings its certificate along.
func checkAssertion(x *exchange) *refusal {
	if refused := x.need("client_assertion_type"); refused != nil {
		return refused
	}
	if x.form.Get("client_assertion_type") != jwtBearer {
		return refuse(9002313)
	}
	a, ok := parseAssertion(x.form.Get("client_assertion"))
	clientID := x.form.Get("client_id")
	switch {
	case !ok:
		return refuse(50027, "JWT token is invalid or malformed.")
	case a.header.Algorithm != "RS256" && a.header.Algorithm != "PS256":
		return refuse(50027, "Invalid JWT token. The signature algorithm must be 'PS256' or 'RS256'.")
	case a.header.SHA1 == "" && a.header.SHA256 == "" && a.header.KeyID == "":
		return refuse(50027, "Invalid JWT token. No certificate SHA-1 thumbprint nor certificate SHA-256 thumbprint specified in token header.")
	case !strings.EqualFold(a.claims.Issuer, clientID) || !strings.EqualFold(a.claims.Subject, clientID):
		return refuse(700021)
	case !x.isTokenEndpoint(a.claims.Audience):
		return refuse(700023, x.tokenEndpoint())
	}
	if refused := a.checkTime(); refused != nil {
		return refused
	}
	if len(a.header.Certificates) > 0 && !a.signedByItsCertificate() {
		return refuse(700027)
	}
	return nil
}

// parseAssertion checks the form alone. Unknown headers and claims are passed
// over, jti among them: an assertion may be sent again while it is good.
func parseAssertion(text string) (a assertion, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return a, false
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return a, false
		}
	}
	a.signed, a.signature = parts[0]+"."+parts[1], decoded[2]
	return a, len(a.signature) > 0 && json.Unmarshal(decoded[0], &a.header) == nil && json.Unmarshal(decoded[1], &a.claims) == nil
}

// checkTime forgives a clock that is ahead in nbf and none in exp. Both may be
// fractions of a second, and a missing exp is long over.
func (a *assertion) checkTime() *refusal {
	now, from, until := time.Now().UTC(), numericDate(a.claims.NotBefore), numericDate(a.claims.Expires)
	if now.Before(until) && !from.After(now.Add(clockSkew)) {
		return nil
	}
	const layout = "2006-01-02T15:04:05.0000000Z"
	return refuse(700024, now.Format(layout), from.Format(layout), until.Format(layout))
}

// numericDate keeps a time of a JWT (RFC 7519) within what a date can show.
func numericDate(seconds float64) time.Time {
	const year9999 = 253402300799
	whole, fraction := math.Modf(min(max(seconds, 0), year9999))
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC()
}

// signedByItsCertificate checks the signature against the first certificate of
// x5c, and that against the thumbprints.
func (a *assertion) signedByItsCertificate() bool {
	der, err := base64.StdEncoding.DecodeString(a.header.Certificates[0])
	if err != nil {
		return false
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return false
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() > maxKeyBits {
		return false
	}
	short, long := sha1.Sum(der), sha256.Sum256(der)
	if !isThumbprint(a.header.SHA1, short[:]) || !isThumbprint(a.header.SHA256, long[:]) {
		return false
	}
	digest := sha256.Sum256([]byte(a.signed))
	if a.header.Algorithm == "PS256" {
		return rsa.VerifyPSS(key, crypto.SHA256, digest[:], a.signature, nil) == nil
	}
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], a.signature) == nil
}

// isThumbprint takes an absent thumbprint too, and both alphabets of base64:
// Microsoft's library for Go writes x5t#S256 in the standard one.
func isThumbprint(text string, sum []byte) bool {
	if text == "" {
		return true
	}
	text = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(text)
	got, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && bytes.Equal(got, sum)
}
