package login

import (
	"net/url"
	"strings"
)

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
	type network struct {
		PreferredNetwork string   `json:"preferred_network"`
		PreferredCache   string   `json:"preferred_cache"`
		Aliases          []string `json:"aliases"`
	}
	return struct {
		TenantDiscoveryEndpoint string    `json:"tenant_discovery_endpoint"`
		APIVersion              string    `json:"api-version"`
		Metadata                []network `json:"metadata"`
	}{
		x.Origin + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		"1.1",
		[]network{{host, host, aliases}},
	}
}

// openIDConfiguration describes a tenant
// (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc).
// Libraries follow its addresses to the letter, and some insist on an
// authorization_endpoint, which nothing here serves.
func (x *exchange) openIDConfiguration() any {
	base := x.Origin + "/" + x.tenant
	return struct {
		TokenEndpoint         string   `json:"token_endpoint"`
		TokenEndpointAuth     []string `json:"token_endpoint_auth_methods_supported"`
		JWKSURI               string   `json:"jwks_uri"`
		ResponseTypes         []string `json:"response_types_supported"`
		SubjectTypes          []string `json:"subject_types_supported"`
		IDTokenSigning        []string `json:"id_token_signing_alg_values_supported"`
		Issuer                string   `json:"issuer"`
		AuthorizationEndpoint string   `json:"authorization_endpoint"`
		DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	}{
		x.tokenEndpoint(),
		[]string{"client_secret_post", "private_key_jwt"},
		base + "/discovery/v2.0/keys",
		[]string{"code"},
		[]string{"pairwise"},
		[]string{"none"},
		x.issuer(tenantID(x.tenant)),
		base + "/oauth2/v2.0/authorize",
		base + "/oauth2/v2.0/devicecode",
	}
}

func (x *exchange) tokenEndpoint() string { return x.Origin + "/" + x.tenant + "/oauth2/v2.0/token" }

// issuer is the same in the discovery document and in the tokens.
func (x *exchange) issuer(tenantID string) string { return x.Origin + "/" + tenantID + "/v2.0" }
