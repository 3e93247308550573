package graph

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Claims are what an access token says of its bearer. Nobody has verified them:
// tokens are Graph's to read, and may change their form at any time, so that they
// are a hint and never decide what is sent. See
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
type Claims struct {
	Audience string // the service that it is for
	TenantID string
	AppID    string
	User     string // who has signed in, empty for an app by itself

	// Permissions are the roles of an app, or the scopes of a person's sign-in.
	Permissions []string
	// DirectoryRoles are ids of templates of the person's roles; nil where the
	// token does not tell.
	DirectoryRoles []string

	Expires time.Time // zero where it is not told
}

// parseClaims reads the payload of a JSON Web Token. It reports false for any
// other text.
func parseClaims(token string, g gate) (Claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Claims{}, false
	}
	var payload struct {
		Audience  string   `json:"aud"`
		TenantID  string   `json:"tid"`
		AppID     string   `json:"appid"`
		Party     string   `json:"azp"` // the app, in tokens of version 2
		Kind      string   `json:"idtyp"`
		UPN       string   `json:"upn"`
		Name      string   `json:"unique_name"`
		ObjectID  string   `json:"oid"`
		Roles     []string `json:"roles"`
		Scope     string   `json:"scp"`
		Directory []string `json:"wids"`
		Expires   float64  `json:"exp"`
	}
	text, err := decodeBase64(parts[1])
	if err != nil || !json.Valid(text) || decode(text, &payload) != nil {
		return Claims{}, false
	}
	shown := func(all []string) []string {
		for i, one := range all {
			all[i] = g.line(one)
		}
		return all
	}
	claims := Claims{
		Audience: g.line(payload.Audience), TenantID: g.line(payload.TenantID), AppID: g.line(cmp.Or(payload.AppID, payload.Party)),
		Permissions: shown(payload.Roles), DirectoryRoles: shown(payload.Directory),
	}
	if payload.Kind == "user" || payload.Scope != "" {
		claims.User = g.line(cmp.Or(payload.UPN, payload.Name, payload.ObjectID, "somebody"))
		claims.Permissions = shown(strings.Fields(payload.Scope))
	}
	const year9999 = 253402300799
	if payload.Expires > 0 && payload.Expires < year9999 {
		claims.Expires = time.Unix(int64(payload.Expires), 0)
	}
	return claims, true
}

// ForGraph reports whether the token is for Graph of this cloud, whose id is the
// same in all of them.
func (c Claims) ForGraph(cloud Cloud) bool {
	return strings.TrimSuffix(c.Audience, "/") == cloud.graph() || c.Audience == "00000003-0000-0000-c000-000000000000"
}

// PhonePermissions are those by which all phones of all users may be read and
// written, the least first, as listed at
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods. One of
// them is enough.
func PhonePermissions() []string {
	return []string{"UserAuthMethod-Phone.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All"}
}

// WritesPhones is the permission by which the bearer may write phones, or empty.
// For a person the narrower ones of that page are enough, too.
func (c Claims) WritesPhones() string {
	enough := PhonePermissions()
	if c.User != "" {
		enough = append(enough, "UserAuthMethod-Phone.ReadWrite", "UserAuthenticationMethod.ReadWrite")
	}
	return c.first(enough)
}

// ReadsPhones is the permission by which the bearer may read phones, or empty.
func (c Claims) ReadsPhones() string {
	enough := []string{"UserAuthMethod-Phone.Read.All", "UserAuthenticationMethod.Read.All"}
	if c.User != "" {
		enough = append(enough, "UserAuthMethod-Phone.Read", "UserAuthenticationMethod.Read")
	}
	return cmp.Or(c.WritesPhones(), c.first(enough))
}

// first is the first of these permissions that the bearer has, or empty.
func (c Claims) first(of []string) string {
	at := slices.IndexFunc(of, func(name string) bool {
		return slices.ContainsFunc(c.Permissions, func(has string) bool { return strings.EqualFold(has, name) })
	})
	if at < 0 {
		return ""
	}
	return of[at]
}

// Tool names the program of Microsoft's that has signed the person in, where its
// tokens can never have a permission for phones, whatever role the person has:
// nobody can consent to it, see https://github.com/Azure/azure-cli/issues/33062.
// Else it is empty.
func (c Claims) Tool() string {
	if c.User == "" {
		return ""
	}
	return map[string]string{
		"04b07795-8ddb-461a-bbee-02f9e1bf7b46": "the Azure CLI",
		"1950a258-227b-4e31-a9cf-717495945fc2": "Azure PowerShell",
	}[c.AppID]
}

// PhoneRole is the directory role by which the person may write the phones of
// others, or empty; the ids are those of
// https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.
// The last is not for administrators' phones.
func (c Claims) PhoneRole() string {
	for _, role := range []struct{ id, name string }{
		{"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"},
		{"62e90394-69f5-4237-9190-012177145e10", "Global Administrator"},
		{"c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator"},
	} {
		if slices.Contains(c.DirectoryRoles, role.id) {
			return role.name
		}
	}
	return ""
}
