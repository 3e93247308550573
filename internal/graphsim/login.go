package graphsim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// instanceDiscovery tells an identity library that our host is an authority.
func (x *exchange) instanceDiscovery(r *http.Request) answer {
	tenant := "common"
	if asked, err := url.Parse(r.URL.Query().Get("authorization_endpoint")); err == nil && asked.Path != "" {
		tenant, _, _ = strings.Cut(strings.TrimPrefix(asked.EscapedPath(), "/"), "/")
	}
	_, host, _ := strings.Cut(x.origin, "://")
	type network struct {
		PreferredNetwork string   `json:"preferred_network"`
		PreferredCache   string   `json:"preferred_cache"`
		Aliases          []string `json:"aliases"`
	}
	return jsonAnswer(http.StatusOK, plainJSON, struct {
		TenantDiscoveryEndpoint string    `json:"tenant_discovery_endpoint"`
		APIVersion              string    `json:"api-version"`
		Metadata                []network `json:"metadata"`
	}{
		x.origin + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		"1.1",
		[]network{{host, host, []string{host}}},
	})
}

func (x *exchange) openIDConfiguration() answer {
	base := x.origin + "/" + x.target.tenant
	return jsonAnswer(http.StatusOK, plainJSON, struct {
		TokenEndpoint         string   `json:"token_endpoint"`
		TokenEndpointAuth     []string `json:"token_endpoint_auth_methods_supported"`
		JWKSURI               string   `json:"jwks_uri"`
		ResponseTypes         []string `json:"response_types_supported"`
		Issuer                string   `json:"issuer"`
		AuthorizationEndpoint string   `json:"authorization_endpoint"`
	}{
		base + "/oauth2/v2.0/token",
		[]string{"client_secret_post", "private_key_jwt"},
		base + "/discovery/v2.0/keys",
		[]string{"code", "token"},
		base + "/v2.0",
		base + "/oauth2/v2.0/authorize",
	})
}

type tokenBody struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	AccessToken  string `json:"access_token"`
}

func (s *Simulator) issueToken(x *exchange, r *http.Request, body []byte) answer {
	if refused := s.refuseToken(x, r.Method, body); refused != nil {
		return x.refuseToken(*refused)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token := fmt.Sprintf("simulated-%d-%s", len(s.tokens)+1, guid(s.random.Uint64(), s.random.Uint64()))
	s.tokens[token] = time.Now().Add(s.config.TokenLifetime)
	seconds := int(s.config.TokenLifetime.Seconds())
	return jsonAnswer(http.StatusOK, plainJSON, tokenBody{"Bearer", seconds, seconds, token})
}

// loginRefusal is an error of Entra ID's token endpoint. Codes are listed at
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
type loginRefusal struct {
	status  int
	code    string // OAuth's
	aadsts  int
	message string
}

func invalidLogin(aadsts int, message string) *loginRefusal {
	return &loginRefusal{http.StatusBadRequest, "invalid_request", aadsts, message}
}

// refuseToken checks what
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
// asks for; nil is a request to be granted.
func (s *Simulator) refuseToken(x *exchange, method string, body []byte) *loginRefusal {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return invalidLogin(9002313, "Invalid request. Request is malformed or invalid.")
	}
	if method != http.MethodPost {
		return invalidLogin(900561, "The endpoint only accepts POST requests. Received a "+method+" request.")
	}
	for _, name := range []string{"grant_type", "client_id", "scope"} {
		if form.Get(name) == "" {
			return invalidLogin(900144, "The request body must contain the following parameter: '"+name+"'.")
		}
	}
	config, clientID := &s.config, form.Get("client_id")
	switch grant, secret := form.Get("grant_type"), form.Get("client_secret"); {
	case grant != "client_credentials":
		return &loginRefusal{http.StatusBadRequest, "unsupported_grant_type", 70003,
			"The app requested an unsupported grant type '" + grant + "'."}
	case config.ClientID != "" && !strings.EqualFold(config.ClientID, clientID):
		return &loginRefusal{http.StatusBadRequest, "unauthorized_client", 700016,
			"Application with identifier '" + clientID + "' was not found in the directory '" + x.target.tenant + "'."}
	case !strings.Contains(form.Get("scope")+" ", "/.default "): // MSAL adds scopes of OpenID
		return &loginRefusal{http.StatusBadRequest, "invalid_scope", 1002012,
			"The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."}
	case form.Get("client_assertion") != "":
		return nil
	case secret == "":
		return &loginRefusal{http.StatusUnauthorized, "invalid_client", 7000218,
			"The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
	case config.ClientSecret != "" && config.ClientSecret != secret:
		return &loginRefusal{http.StatusUnauthorized, "invalid_client", 7000215,
			"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + clientID + "'."}
	}
	return nil
}

func (x *exchange) refuseToken(r loginRefusal) answer {
	timestamp := time.Now().UTC().Format("2006-01-02 15:04:05Z")
	return jsonAnswer(r.status, plainJSON, struct {
		Error         string `json:"error"`
		Description   string `json:"error_description"`
		Codes         []int  `json:"error_codes"`
		Timestamp     string `json:"timestamp"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
		URI           string `json:"error_uri"`
	}{
		r.code,
		fmt.Sprintf("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s",
			r.aadsts, r.message, x.requestID, x.clientRequestID, timestamp),
		[]int{r.aadsts},
		timestamp, x.requestID, x.clientRequestID,
		fmt.Sprintf("%s/error?code=%d", x.origin, r.aadsts),
	})
}

// RevokeTokens ends all tokens issued so far: they answer 401 from now on, as
// expired ones do. Config.AccessTokens stay good.
func (s *Simulator) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token := range s.tokens {
		s.tokens[token] = time.Time{}
	}
}

// authorize checks the bearer token.
func (s *Simulator) authorize(x *exchange, r *http.Request) *refusal {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return x.invalidToken("Access token is empty.")
	}
	for _, good := range s.config.AccessTokens {
		if token == good {
			return nil
		}
	}
	s.mu.Lock()
	expires, issued := s.tokens[token]
	s.mu.Unlock()
	switch {
	case !issued:
		return x.invalidToken("Access token validation failure.")
	case !time.Now().Before(expires):
		return x.expiredToken()
	}
	return nil
}

func (x *exchange) expiredToken() *refusal {
	return x.invalidToken("Lifetime validation failed, the token is expired.")
}

func (x *exchange) invalidToken(message string) *refusal {
	return &refusal{
		status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: message,
		challenge: `Bearer realm="", authorization_uri="` + x.origin + `/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
	}
}
