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
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"golang.org/x/sync/semaphore"
)

// signInLimit bounds the fetching of a token, with the repetitions that
// azidentity makes. With a device code it bounds each request instead: a person may
// take longer.
const signInLimit = 90 * time.Second

// newTokens makes the way to tokens without sending anything; the first caller
// fetches one. azidentity accepts https authorities only, so that one on loopback
// is given to it in disguise.
func newTokens(cfg Config, authority *url.URL, transport policy.Transporter) (*tokens, error) {
	wire := &signInWire{gate: cfg.Credential.gate()}
	if cfg.Credential.Kind != AuthManagedIdentity { // which asks this machine, and no authority
		wire.hosts = []string{authority.Host}
		if alias := cfg.Cloud.alias(); alias != "" && cfg.Authority == "" {
			wire.hosts = append(wire.hosts, alias)
		}
	}
	if authority.Scheme == "http" {
		wire.plainHost = authority.Host
		encrypted := *authority
		encrypted.Scheme = "https"
		authority = &encrypted
	}
	// The scope asks for whatever was granted to the app. It names the cloud's
	// Graph even where another endpoint is configured: that is the audience which
	// a proxy in front of Graph has to pass on.
	fetch, err := cfg.Credential.fetcher(cfg.Cloud.graph()+"/.default", azcore.ClientOptions{
		Cloud:            cloud.Configuration{ActiveDirectoryAuthorityHost: authority.String()},
		PerRetryPolicies: []policy.Policy{wire},
		Telemetry:        policy.TelemetryOptions{ApplicationID: userAgent(cfg.Version)},
		Transport:        transport,
	})
	if err != nil {
		return nil, err
	}
	return &tokens{kind: cfg.Credential.Kind, fetch: fetch, wire: wire, limit: cfg.signInLimit(), gate: wire.gate, told: wire.gate, log: cfg.Logger, fetching: semaphore.NewWeighted(1)}, nil
}

// signIn fetches a new token. An *AuthError is a refusal; any other error may
// be gone at the next try.
func (t *tokens) signIn(ctx context.Context, claims string) (azcore.AccessToken, error) {
	began := time.Now()
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	over := time.AfterFunc(t.limit, cancel)
	defer over.Stop()
	t.wire.last, t.wire.waiting = signInAnswer{}, func(bool) {}
	if t.kind == AuthDeviceCode { // the time of a person does not count
		waited := true
		t.wire.waiting = func(waits bool) {
			switch {
			case !waits:
				over.Stop()
			case !waited:
				over.Reset(t.limit)
			}
			waited = waits
		}
	}
	token, err := t.fetch(limited, claims)
	if err != nil && limited.Err() != nil && (ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded)) {
		return azcore.AccessToken{}, t.tooLate(began, err)
	}
	t.log.Debug().Str("auth", string(t.kind)).Int("status", t.wire.last.status).
		Dur("duration", time.Since(began)).Bool("signed_in", err == nil).Msg("sign-in")
	if err == nil {
		return token, nil
	}
	if fatal := ending(ctx, errors.Join(err, t.wire.last.err)); fatal != nil {
		return azcore.AccessToken{}, fatal
	}
	return azcore.AccessToken{}, t.explain(err, &t.wire.last)
}

// tooLate is the error of a token that did not come in time; a later try may get one.
func (t *tokens) tooLate(began time.Time, err error) error {
	if cause := t.wire.last.err; cause != nil {
		err = cause
	}
	where := ""
	if t.wire.last.host != "" {
		where = ": reaching " + t.wire.last.host
	}
	late := t.gate.error(noAnswer(began, err))
	return onTheWay(fmt.Errorf("fetching a token (--auth %s)%s: %w", t.kind, where, late), late)
}

// explain says why no token came. The text of azidentity's errors is used only
// where no answer is in it: it quotes the whole answer, which may hold a token.
func (t *tokens) explain(err error, last *signInAnswer) error {
	switch {
	case last.err != nil: // the network may be back at the next try
		return onTheWay(fmt.Errorf("fetching a token (--auth %s): reaching %s: %w", t.kind, last.host, t.gate.error(networkError(last.err))), networkError(last.err))
	case last.status == 0: // nothing was asked: the credential itself refused, or az did
		return t.explainLocal(err)
	case retryable(last.status) || last.explained().again:
		err := fmt.Errorf("fetching a token (--auth %s): %s answered with status %d", t.kind, last.host, last.status)
		if known := last.explained(); known.again {
			if number := last.number(); number != 0 {
				err = fmt.Errorf("%w, AADSTS%d", err, number)
			}
			return &wayError{err, known.problem, known.advice}
		}
		return onTheWay(err, err)
	}
	refused := last.refusal(err, t.gate)
	if t.kind == AuthManagedIdentity { // whose service answers with no AADSTS code
		refused.advice = "assign an identity to this machine; a user-assigned one is named by --client-id"
	}
	return refused
}

// explainLocal is for a credential that gave no token without an answer of the
// sign-in service to us. The Azure CLI wants people to sign in whatever happened,
// so that the number which it repeats counts and not its words.
func (t *tokens) explainLocal(err error) *AuthError {
	text := err.Error()
	if number := signInNumber(text); number != 0 {
		known := explainSignIn(number, "")
		return &AuthError{Code: number, Problem: known.problem, advice: known.advice}
	}
	refused := &AuthError{Problem: fmt.Sprintf("--auth %s gave no token: %s", t.kind, t.gate.text(text)), advice: localFault(text).advice}
	if t.kind == AuthAzureCLI && refused.advice == "" {
		refused.advice = "sign in with \"az login\" as somebody of the tenant, or choose another --auth"
	}
	return refused
}

// signInWire stands in the pipeline of the sign-in requests. It notes what
// became of the last one, and speaks plain http to one loopback host, of which
// azidentity, which refuses http, believes that it speaks https.
type signInWire struct {
	hosts     []string // that may be asked, over https; nil for any
	plainHost string   // empty for none
	gate      gate
	last      signInAnswer     // of the present fetch: there is one at a time
	waiting   func(waits bool) // is told that the service is to answer, and that it has
}

// Do implements policy.Policy. The document of the tenant names the endpoints to
// which the secret is posted, and whoever has written it must not choose another
// host for that, or have it sent in the clear.
func (w *signInWire) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	if !w.may(raw.URL) {
		w.last = signInAnswer{host: w.hosts[0], err: &AuthError{
			Problem: fmt.Sprintf("the sign-in service %s names an endpoint at %q, which is not asked because the credential would go there", w.hosts[0], w.gate.text(raw.URL.Scheme+"://"+raw.URL.Host)),
			advice:  "check --authority and the proxy settings",
		}}
		return nil, w.last.err
	}
	downgraded := w.plainHost != "" && raw.URL.Scheme == "https" && strings.EqualFold(raw.URL.Host, w.plainHost)
	if downgraded {
		raw.URL.Scheme = "http"
		// So that a stand-in can name https addresses in its documents.
		raw.Header.Set("X-Forwarded-Proto", "https")
	}
	w.last = signInAnswer{host: raw.URL.Host, discovery: strings.HasSuffix(raw.URL.Path, discoveryPath)}
	w.waiting(true)
	resp, err := req.Next()
	if err != nil {
		// azcore would ask again and azidentity would bury the cause.
		if untrusted := asCertificateError(raw.URL.Host, w.gate, err); untrusted != nil {
			err = untrusted
		}
		w.last.err = err
		return resp, err
	}
	body, err := runtime.Payload(resp)
	w.waiting(false)
	w.last.err, w.last.status, w.last.isJSON = err, resp.StatusCode, json.Unmarshal(body, &w.last.oauth) == nil
	if err == nil && downgraded && w.last.discovery {
		// The issuer must match the authority in scheme and host, and the
		// token endpoint is where the secret will be sent.
		body = bytes.ReplaceAll(body, []byte("http://"+w.plainHost), []byte("https://"+w.plainHost))
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, err
}

// may reports whether the address may be asked.
func (w *signInWire) may(address *url.URL) bool {
	return w.hosts == nil || address.Scheme == "https" && slices.ContainsFunc(w.hosts, func(host string) bool { return strings.EqualFold(host, address.Host) })
}

// discoveryPath ends the address of the document that names the endpoints of the
// tenant; see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc.
const discoveryPath = "/.well-known/openid-configuration"

// signInAnswer is what became of the last request to the sign-in service: earlier
// ones succeeded or were repeated.
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

// number is the AADSTS number, 0 without one.
func (a *signInAnswer) number() int {
	if len(a.oauth.Codes) == 0 {
		return 0
	}
	return a.oauth.Codes[0]
}

// explained is what the tables say of the refusal.
func (a *signInAnswer) explained() refusal { return explainSignIn(a.number(), a.oauth.Error) }

// refusal puts a definite no into plain words. The error_description stays
// out: it can quote what was sent, and the code says the same.
func (a *signInAnswer) refusal(err error, g gate) *AuthError {
	refused := &AuthError{TraceID: g.text(a.oauth.TraceID), CorrelationID: g.text(a.oauth.CorrelationID)}
	if refused.Code = a.number(); refused.Code != 0 {
		known := a.explained()
		refused.Problem, refused.advice = known.problem, known.advice
		return refused
	}
	refused.Problem = strings.TrimSpace(fmt.Sprintf("the sign-in service %s answered with status %d %s", a.host, a.status, g.text(a.oauth.Error)))
	if a.oauth.Error == "" {
		refused.Problem += ", and not as Microsoft Entra ID does"
		refused.advice = "check --authority and the proxy settings"
	}
	if a.discovery && a.isJSON && a.status == http.StatusOK {
		// The document holds no secret, so what is wrong with it may be told.
		refused.Problem += " (" + g.text(err.Error()) + ")"
	}
	return refused
}
