package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/rs/zerolog"
)

// signInLimit bounds the fetching of a token, with the repetitions that
// azidentity makes. A person with a device code may take longer.
const signInLimit = 90 * time.Second

// signIn fetches tokens and tells a refusal from an outage.
type signIn struct {
	kind  Auth
	fetch fetchFunc
	log   zerolog.Logger
}

func newSignIn(cfg Config, authority *url.URL, client *http.Client) (*signIn, error) {
	wire := &signInWire{}
	if authority.Scheme == "http" {
		wire.plainHost = authority.Host
		encrypted := *authority
		encrypted.Scheme = "https"
		authority = &encrypted
	}
	fetch, err := cfg.Credential.fetcher(cfg.Cloud.scope(), azcore.ClientOptions{
		Cloud:            cloud.Configuration{ActiveDirectoryAuthorityHost: authority.String()},
		PerRetryPolicies: []policy.Policy{wire},
		Telemetry:        policy.TelemetryOptions{ApplicationID: userAgent(cfg.Version)},
		Transport:        client,
	})
	if err != nil {
		return nil, err
	}
	return &signIn{kind: cfg.Credential.Kind, fetch: fetch, log: cfg.Logger}, nil
}

// token fetches a new token. An *AuthError is a refusal; any other error may
// be gone at the next try.
func (s *signIn) token(ctx context.Context, claims string) (azcore.AccessToken, error) {
	last := new(signInAnswer)
	limited := context.WithValue(ctx, signInAnswerKey{}, last)
	if s.kind != AuthDeviceCode {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(limited, signInLimit)
		defer cancel()
	}
	began := time.Now()
	token, err := s.fetch(limited, claims)
	s.log.Debug().Str("auth", string(s.kind)).Int("status", last.status).
		Dur("duration", time.Since(began)).Bool("signed_in", err == nil).Msg("sign-in")
	if err != nil {
		return azcore.AccessToken{}, s.explain(ctx, err, last)
	}
	return token, nil
}

// explain says why no token came. The text of azidentity's errors is used only
// where no answer is in it: it quotes the whole answer, which may hold a token.
func (s *signIn) explain(ctx context.Context, err error, last *signInAnswer) error {
	var refused *AuthError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &refused):
		return err
	case last.err != nil:
		return fmt.Errorf("fetching a token (--auth %s): reaching %s: %w", s.kind, last.host, networkError(last.err))
	case last.status == 0:
		return &AuthError{Problem: fmt.Sprintf("--auth %s gave no token: %s", s.kind, shorten(oneLine(err.Error()), 300))}
	case retryable(last.status):
		return fmt.Errorf("fetching a token (--auth %s): %s answered with status %d", s.kind, last.host, last.status)
	}
	refused = last.refusal(err)
	if s.kind == AuthManagedIdentity {
		refused.Advice = "assign an identity to this machine; a user-assigned one is named by --client-id"
	}
	return refused
}

// signInWire stands in the pipeline of the sign-in requests. It notes what
// became of the last one, and speaks plain http to one loopback host, of which
// azidentity, which refuses http, believes that it speaks https.
type signInWire struct {
	plainHost string // empty for none
}

// Do implements policy.Policy.
func (w *signInWire) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	last, _ := raw.Context().Value(signInAnswerKey{}).(*signInAnswer)
	downgraded := w.plainHost != "" && raw.URL.Scheme == "https" && strings.EqualFold(raw.URL.Host, w.plainHost)
	if downgraded {
		raw.URL.Scheme = "http"
		// So that a stand-in can name https addresses in its documents.
		raw.Header.Set("X-Forwarded-Proto", "https")
	}
	resp, err := req.Next()
	if err != nil {
		last.note(raw, resp, nil, err)
		return resp, err
	}
	body, err := runtime.Payload(resp)
	last.note(raw, resp, body, err)
	if err == nil && downgraded && isDiscovery(raw.URL) {
		// The issuer must match the authority in scheme and host, and the
		// token endpoint is where the secret will be sent.
		body = bytes.ReplaceAll(body, []byte("http://"+w.plainHost), []byte("https://"+w.plainHost))
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, err
}

func isDiscovery(u *url.URL) bool {
	return strings.HasSuffix(u.Path, "/.well-known/openid-configuration")
}

type signInAnswerKey struct{}

// signInAnswer is what became of the last request to the sign-in service.
type signInAnswer struct {
	host      string
	discovery bool  // it was for the document that names the endpoints
	err       error // no answer came
	status    int
	isJSON    bool
	oauth     struct {
		Error         string `json:"error"`
		Codes         []int  `json:"error_codes"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
	}
}

func (a *signInAnswer) note(req *http.Request, resp *http.Response, body []byte, err error) {
	*a = signInAnswer{host: req.URL.Host, discovery: isDiscovery(req.URL), err: err}
	if resp != nil {
		a.status = resp.StatusCode
	}
	a.isJSON = json.Unmarshal(body, &a.oauth) == nil
}

// refusal puts a definite no into plain words. The error_description stays
// out: it can quote what was sent.
func (a *signInAnswer) refusal(err error) *AuthError {
	refused := &AuthError{TraceID: oneLine(a.oauth.TraceID), CorrelationID: oneLine(a.oauth.CorrelationID)}
	if len(a.oauth.Codes) > 0 {
		refused.Code = a.oauth.Codes[0]
		refused.Problem, refused.Advice = explainAADSTS(refused.Code)
		return refused
	}
	refused.Problem = fmt.Sprintf("the sign-in service %s answered with status %d %s", a.host, a.status, shorten(oneLine(a.oauth.Error), 60))
	refused.Problem = strings.TrimSpace(refused.Problem)
	if a.oauth.Error == "" {
		refused.Problem += ", and not as Microsoft Entra ID does"
		refused.Advice = "check --authority and the proxy settings"
	}
	if a.discovery && a.isJSON && a.status == http.StatusOK {
		// The document holds no secret, so what is wrong with it may be told.
		refused.Problem += " (" + shorten(oneLine(err.Error()), 300) + ")"
	}
	return refused
}

// explainAADSTS says what the frequent codes mean and what to do; see
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
func explainAADSTS(code int) (problem, advice string) {
	switch code {
	case 7000215:
		return "the client secret is wrong", "put the secret's value, not its id, into AZURE_CLIENT_SECRET"
	case 7000222:
		return "the client secret has expired", "create a new one under Certificates & secrets of the app registration and put its value into AZURE_CLIENT_SECRET"
	case 700016:
		return "the tenant does not know the app", "compare --client-id and --tenant-id with the app registration, and --cloud with the tenant's cloud"
	case 90002, 900023:
		return "there is no such tenant", "compare --tenant-id with the tenant's overview page, and --cloud with the tenant's cloud"
	case 700027:
		return "the certificate is not registered with the app, or its key does not match", "upload the public part of AZURE_CLIENT_CERTIFICATE_PATH under Certificates & secrets of the app registration"
	case 700024:
		return "the signed assertion is not valid at this time", "set this machine's clock, or renew the federated token"
	case 700211, 700212, 700213:
		return "no federated credential of the app matches the token's issuer, audience or subject", "compare them under Certificates & secrets, Federated credentials of the app registration"
	case 7000112:
		return "the app is disabled", "ask an administrator to enable it under Enterprise applications"
	case 7000229:
		return "the app has no service principal in the tenant", "let an administrator grant it consent in that tenant"
	case 7000218:
		return "the app does not allow sign-in without a secret", "switch on \"Allow public client flows\" under Authentication of the app registration"
	case 500011:
		return "the tenant does not know Microsoft Graph under this address", "compare --cloud with the tenant's cloud"
	case 65001:
		return "nobody has consented to the app", "let an administrator grant consent under API permissions of the app registration"
	case 50034:
		return "the account does not exist in the tenant", "sign in with an account of the tenant given by --tenant-id"
	case 50057:
		return "the account is disabled", "sign in with another account"
	case 50076, 50079, 50158, 53003:
		return "a Conditional Access policy stands in the way", "sign in again as the policy demands, or ask an administrator to exclude the app"
	}
	return "the sign-in service refused", fmt.Sprintf("look the code up at https://login.microsoftonline.com/error?code=%d", code)
}
