package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

// Client sends steps to one tenant's Graph. Make it with [New]; it may be
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
	}}
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
	if len(steps) == 0 {
		return nil, nil
	}
	token, err := c.tokens.get(ctx)
	if err != nil {
		return notSent(len(steps), err), ending(ctx, err)
	}
	answers, claims, err := c.exchange(ctx, token.Token, steps)
	if err != nil {
		return answers, err
	}
	// A 401, of the envelope or of an item, was not carried out: once more, with
	// another token. The other items of a batch have their answers.
	var refused []int
	var again []authmethod.Step
	for i, a := range answers {
		if a.Status == http.StatusUnauthorized {
			refused, again = append(refused, i), append(again, steps[i])
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

// renewed sends steps again whose token was refused, as one of their answers
// tells. A second refusal is an answer: it may be about one user only.
func (c *Client) renewed(ctx context.Context, token azcore.AccessToken, claims string, steps []authmethod.Step, refusal authmethod.Answer) ([]authmethod.Answer, error) {
	token, err := c.tokens.replace(ctx, token, claims)
	if err != nil {
		return notSent(len(steps), err), withReason(ending(ctx, err), refusal)
	}
	answers, _, err := c.exchange(ctx, token.Token, steps)
	return answers, err
}

// exchange sends the steps once, and gives the claims of a challenge where the
// answer was one.
func (c *Client) exchange(ctx context.Context, token string, steps []authmethod.Step) ([]authmethod.Answer, string, error) {
	if ctx.Err() != nil {
		return notSent(len(steps), ctx.Err()), "", ctx.Err()
	}
	call, err := newCall(c.items.Add(int64(len(steps)))-int64(len(steps))+1, steps)
	if err != nil { // unreachable unless bug
		err = fmt.Errorf("encoding a request: %w", err)
		return notSent(len(steps), err), "", err
	}
	r := c.do(ctx, token, call)
	answers, claims, proper := r.answers(call.first, steps)
	err = c.decide(ctx, r, proper)
	for i, a := range answers {
		if err != nil && a.Status/100 == 2 {
			answers[i] = authmethod.Answer{Lost: err, RequestID: a.RequestID} // success in words only
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

// notSent is the same answer to n steps: they certainly did not leave.
func notSent(n int, err error) []authmethod.Answer {
	return slices.Repeat([]authmethod.Answer{{NotSent: err}}, n)
}
