package login

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	// clockSkew is how far a client's clock may be ahead of ours.
	clockSkew = 5 * time.Minute

	// maxKeyBits bounds the work of checking a signature.
	maxKeyBits = 8192

	assertionPage = " Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials."
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
func (x *exchange) checkAssertion() *refusal {
	if refused := x.need("client_assertion_type"); refused != nil {
		return refused
	}
	if x.form.Get("client_assertion_type") != jwtBearer {
		return malformedRequest()
	}
	a, ok := parseAssertion(x.form.Get("client_assertion"))
	clientID := x.form.Get("client_id")
	switch {
	case !ok:
		return malformedAssertion("JWT token is invalid or malformed.")
	case a.header.Algorithm != "RS256" && a.header.Algorithm != "PS256":
		return malformedAssertion("Invalid JWT token. The signature algorithm must be 'PS256' or 'RS256'.")
	case a.header.SHA1 == "" && a.header.SHA256 == "" && a.header.KeyID == "":
		return malformedAssertion("Invalid JWT token. No certificate SHA-1 thumbprint nor certificate SHA-256 thumbprint specified in token header.")
	case !strings.EqualFold(a.claims.Issuer, clientID) || !strings.EqualFold(a.claims.Subject, clientID):
		return invalidClient(700021, "Client assertion application identifier doesn't match 'client_id' parameter."+assertionPage)
	case !x.isTokenEndpoint(a.claims.Audience):
		return invalidClient(700023, "Client assertion audience claim does not match Realm issuer. The audience must be '"+x.tokenEndpoint()+"'."+assertionPage)
	}
	if refused := a.checkTime(); refused != nil {
		return refused
	}
	if len(a.header.Certificates) > 0 && !a.signedByItsCertificate() {
		return invalidClient(700027, "Client assertion failed signature validation."+assertionPage)
	}
	return nil
}

func malformedAssertion(message string) *refusal {
	return badRequest("invalid_request", 50027, message)
}

func parseAssertion(text string) (a assertion, ok bool) {
	parts := strings.SplitN(text, ".", 4)
	if len(parts) != 3 {
		return a, false
	}
	header, errHeader := base64.RawURLEncoding.DecodeString(parts[0])
	claims, errClaims := base64.RawURLEncoding.DecodeString(parts[1])
	signature, errSignature := base64.RawURLEncoding.DecodeString(parts[2])
	if errHeader != nil || errClaims != nil || errSignature != nil || len(signature) == 0 {
		return a, false
	}
	a.signed, a.signature = parts[0]+"."+parts[1], signature
	return a, json.Unmarshal(header, &a.header) == nil && json.Unmarshal(claims, &a.claims) == nil
}

// isTokenEndpoint takes any spelling of the tenant, but no other host: real
// clients take the audience from the discovery document.
func (x *exchange) isTokenEndpoint(audience string) bool {
	path, ok := strings.CutPrefix(audience, x.Origin)
	to, tenant := route(path)
	return ok && to == tokenEndpoint && tenantID(tenant) == tenantID(x.tenant)
}

func (a *assertion) checkTime() *refusal {
	now, from, until := time.Now().UTC(), numericDate(a.claims.NotBefore), numericDate(a.claims.Expires)
	if now.Before(until) && !from.After(now.Add(clockSkew)) {
		return nil
	}
	const layout = "2006-01-02T15:04:05.0000000Z"
	return invalidClient(700024, fmt.Sprintf(
		"Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s.",
		now.Format(layout), from.Format(layout), until.Format(layout))+assertionPage)
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
