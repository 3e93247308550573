package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

// Client speaks to one tenant's Graph. Make it with [New]; it may be
// used by many goroutines at a time.
type Client struct {
	base      string // address of the version, without a slash at the end
	host      string
	http      bounded
	tokens    *tokens
	userAgent string
	log       zerolog.Logger

	// recognized is set once an answer was certainly Graph's. What is not
	// Graph's after that is an accident on the way, not a wrong endpoint.
	recognized atomic.Bool

	requests atomic.Int64
	items    atomic.Int64 // ids given to items of batches so far
}

// New makes a client without sending anything. The error joins one
// [*ConfigError] per problem.
func New(cfg Config) (*Client, error) {
	base, authority, errAddresses := cfg.addresses()
	transport, errTransport := newTransport(cfg)
	if err := errors.Join(errAddresses, errTransport, cfg.Credential.check()); err != nil {
		return nil, err
	}
	client := bounded{&http.Client{
		Transport: transport,
		// A redirect would carry the token or the secret to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, new(clock)}
	tokens, err := newTokens(cfg, authority, client)
	if err != nil {
		return nil, err
	}
	return &Client{base: base.String(), host: base.Host, http: client, tokens: tokens, userAgent: userAgent(cfg.Version), log: cfg.Logger}, nil
}

// userAgent names the program to Graph and to the sign-in service alike.
func userAgent(version string) string { return "entraphone/" + version }

// Authenticate fetches the first token, so that wrong credentials are found
// before the first row. It returns an [*AuthError] for a refusal, a
// [*CertificateError] for a sign-in service that cannot be believed, and another
// error when it cannot be reached. Nothing goes to Graph.
func (c *Client) Authenticate(ctx context.Context) error {
	_, err := c.tokens.get(ctx)
	return err
}

// Claims are what the token says of its bearer, after a sign-in where there was
// none yet, with the errors of [Client.Authenticate]. It reports false for a token
// that only Graph can read.
func (c *Client) Claims(ctx context.Context) (claims Claims, told bool, err error) {
	token, err := c.tokens.get(ctx)
	if err != nil {
		return Claims{}, false, err
	}
	claims, told = parseClaims(token.Token, c.tokens.gate)
	return claims, told, nil
}

// Requests counts the requests to Graph that left this machine so far, those
// that were repeated with a new token included.
func (c *Client) Requests() int64 { return c.requests.Load() }

// Send carries out one step by a plain request, or up to 20 steps by one
// $batch. The steps must be of different users, because a batch promises no
// order.
//
// It always returns one answer per step, in the order given. The error is
// not nil only if the run cannot go on: an [*AuthError], a [*CertificateError], a
// [*NotGraphError], or the context's error where it ended before anything was
// sent. Everything else, a lost connection included, is in the answers.
func (c *Client) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	operations := make([]operation, len(steps))
	for i := range steps {
		operations[i] = (*step)(&steps[i])
	}
	return c.carryOut(ctx, operations)
}

// Ask reads what stands at a path by a plain GET, or at up to 20 of them by one
// $batch. A path stands below the version and is escaped, its query included; an
// @odata.nextLink may stand in its place as it came.
//
// It always returns one answer and one body per path, in the order given: the JSON
// as Graph sent it where the answer is a success (200), and nil otherwise. Bodies
// have not passed the gate: [Client.Shown] is for texts in them. The error is as with [Client.Send], or tells of a
// nextLink that leads elsewhere, to which nothing was sent.
func (c *Client) Ask(ctx context.Context, paths []string) (bodies [][]byte, answers []authmethod.Answer, err error) {
	bodies = make([][]byte, len(paths))
	questions, operations := make([]question, len(paths)), make([]operation, len(paths))
	for i, path := range paths {
		if questions[i].path, err = c.below(path); err != nil {
			return bodies, notSent(len(paths), err), err
		}
		operations[i] = &questions[i]
	}
	answers, err = c.carryOut(ctx, operations)
	for i, a := range answers {
		if a.Status == http.StatusOK {
			bodies[i] = questions[i].body
		}
	}
	return bodies, answers, err
}

// Shown is what may be shown of a text in a body, such as the name of a user: one
// line of printable characters, cut, without the token or a secret.
func (c *Client) Shown(raw string) string { return c.tokens.shown().line(raw) }

// below is the path below the version. A whole address is a peer's word, so that
// it must be ours: the token would go to any other.
func (c *Client) below(path string) (string, error) {
	if strings.HasPrefix(path, "/") {
		return path, nil
	}
	if n := len(c.base); len(path) > n && strings.EqualFold(path[:n], c.base) && path[n] == '/' {
		return path[n:], nil
	}
	host := ""
	if elsewhere, err := url.Parse(path); err == nil {
		host = c.tokens.gate.text(elsewhere.Host)
	}
	return "", fmt.Errorf("asking %s: the next page is said to stand at another address, on %q, which is not asked because the token would go there: check --graph-endpoint", c.host, host)
}

// carryOut sends the operations, and those again whose token was refused.
func (c *Client) carryOut(ctx context.Context, operations []operation) ([]authmethod.Answer, error) {
	if len(operations) == 0 {
		return nil, nil
	}
	token, err := c.tokens.get(ctx)
	if err != nil {
		return notSent(len(operations), err), ending(ctx, err)
	}
	answers, claims, err := c.exchange(ctx, token.Token, operations)
	if err != nil {
		return answers, err
	}
	// A 401, of the envelope or of an item, was not carried out: once more, with
	// another token. The other items of a batch have their answers.
	var refused []int
	var again []operation
	for i, a := range answers {
		if a.Status == http.StatusUnauthorized {
			refused, again = append(refused, i), append(again, operations[i])
		}
	}
	if len(again) == 0 {
		return answers, nil
	}
	repeated, err := c.renewed(ctx, token, claims, again, answers[refused[0]])
	for i, at := range refused {
		answers[at] = repeated[i]
	}
	return answers, err
}

// renewed sends operations again whose token was refused, as one of their answers
// tells. A second refusal is an answer: it may be about one user only.
func (c *Client) renewed(ctx context.Context, token azcore.AccessToken, claims string, operations []operation, refusal authmethod.Answer) ([]authmethod.Answer, error) {
	token, err := c.tokens.replace(ctx, token, claims)
	if err != nil {
		return notSent(len(operations), err), withReason(ending(ctx, err), refusal)
	}
	answers, _, err := c.exchange(ctx, token.Token, operations)
	return answers, err
}

// exchange sends the operations once, and gives the claims of a challenge where
// the answer was one.
func (c *Client) exchange(ctx context.Context, token string, operations []operation) ([]authmethod.Answer, string, error) {
	if ctx.Err() != nil {
		return notSent(len(operations), ctx.Err()), "", ctx.Err()
	}
	call, err := newCall(c.items.Add(int64(len(operations)))-int64(len(operations))+1, operations)
	if err != nil { // unreachable unless bug
		err = fmt.Errorf("encoding a request: %w", err)
		return notSent(len(operations), err), "", err
	}
	r := c.do(ctx, token, call)
	answers, claims, proper := r.answers(call.first, operations)
	err = c.decide(ctx, r, proper)
	for i, a := range answers {
		switch {
		case err != nil && a.Status/100 == 2:
			answers[i] = authmethod.Answer{Lost: err, RequestID: a.RequestID} // success in words only
		case c.tokens.kind == AuthAzureCLI && (a.Meaning == authmethod.CodeAccessRefused || a.Meaning == authmethod.CodeAccessRefusedScope):
			// Its app may not ask for this permission, and nobody can consent to it:
			// https://github.com/Azure/azure-cli/issues/33062
			answers[i].Meaning = authmethod.CodeAccessRefusedAzureCLI
		}
	}
	return answers, claims, err
}

// decide is the error that ends the run after a reply, or nil: it was cancelled
// before the request had left, or somebody else than Graph answers.
func (c *Client) decide(ctx context.Context, r reply, proper bool) error {
	switch {
	case r.notSent != nil:
		return ending(ctx, r.notSent)
	case proper:
		c.recognized.Store(true)
		return nil
	case r.lost != nil || !r.foreign(c.recognized.Load()):
		return nil
	}
	err := &NotGraphError{
		Host: c.host, Status: r.status,
		ContentType: r.gate.text(r.header.Get("Content-Type")), Beginning: r.gate.beginning(r.body),
	}
	if target, parseErr := url.Parse(r.header.Get("Location")); parseErr == nil {
		err.Target = r.gate.text(target.Host)
	}
	return err
}

// ending is the error that ends the run, or nil where a later try may succeed.
func ending(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fatal, _ := errors.AsType[interface { // refused credentials, or a certificate
		error
		Advice() string
		ExitCode() int
	}](err)
	return fatal
}

// withReason adds what Graph said about the token. It is the only hint when,
// for instance, a ready token is meant for another service.
func withReason(err error, a authmethod.Answer) error {
	refused, is := errors.AsType[*AuthError](err)
	if !is || a.Code+a.Message == "" {
		return err
	}
	reasoned := *refused
	reasoned.Problem += fmt.Sprintf(" (status 401 %s %q, request id %s)", a.Code, a.Message, a.RequestID)
	return &reasoned
}

// notSent is the same answer to n operations: they certainly did not leave.
func notSent(n int, err error) []authmethod.Answer {
	return slices.Repeat([]authmethod.Answer{{NotSent: err}}, n)
}
