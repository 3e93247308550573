package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrExpired is a token of ours whose time is over, or that was revoked.
	ErrExpired = errors.New("the access token is expired")
	// ErrInvalid is anything that is no access token of ours.
	ErrInvalid = errors.New("the access token is invalid")
)

// maxToken is the longest token that is issued or looked at, in bytes.
const maxToken = 64 << 10

// Claims is what an access token says about its bearer.
type Claims struct {
	AppID    string // the client ID as it is registered
	TenantID string
	Roles    []string // permissions of an app that signed in as itself
	Scopes   []string // permissions of a person who signed in to the app
	User     User     // that person; the zero User for an app itself
}

// Delegated says that the app acts for a signed-in person.
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
	TenantID          string   `json:"tid"`
	ObjectID          string   `json:"oid"`
	IDType            string   `json:"idtyp"`
	Roles             []string `json:"roles,omitempty"`
	Scope             string   `json:"scp,omitempty"`
	UserPrincipalName string   `json:"upn,omitempty"`
	Number            uint64   `json:"uti,string"` // counts up, for Revoke
}

// issue completes the claims and makes the access token.
func (a *Authority) issue(c accessClaims) (string, *refusal) {
	c.IssuedAt = time.Now().Unix()
	c.NotBefore = c.IssuedAt
	c.Expires = a.expiry()
	c.Number = a.issued.Add(1)
	return seal(a.accessKey, c)
}

// expiry is rounded up, so that no token ends before its expires_in.
func (a *Authority) expiry() int64 {
	return time.Now().Add(a.config.Lifetime + time.Second - 1).Unix()
}

func (a *Authority) expiresIn() int { return int(a.config.Lifetime / time.Second) }

// Verify reads an access token. Its errors are ErrExpired and ErrInvalid, and
// say nothing of the token.
func (a *Authority) Verify(token string) (Claims, error) {
	var c accessClaims
	if !unseal(a.accessKey, token, &c) {
		return Claims{}, ErrInvalid
	}
	if c.Number <= a.revoked.Load() || time.Now().Unix() >= c.Expires {
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
func (a *Authority) Revoke() { a.revoked.Store(a.issued.Load()) }

// seal makes a token in the form of a JWT that only we can have made.
func seal(key []byte, claims any) (string, *refusal) {
	signed := unsigned(`{"typ":"JWT","alg":"HS256"}`, claims)
	token := signed + "." + signature(key, signed)
	if len(token) > maxToken {
		return "", malformedRequest() // the client ID or the scope is that long
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

func signature(key []byte, signed string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func unsigned(header string, claims any) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64JSON(claims)
}

func base64JSON(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("login: encoding claims: %v", err)) // unreachable unless bug
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}
