package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

// Client sends operations to one tenant's Graph. Make it with [New]; it may be
// used by many goroutines at a time.
type Client struct {
	base      string // address of the version, without a slash at the end
	host      string
	pipeline  runtime.Pipeline
	http      *http.Client
	tokens    *tokens
	userAgent string
	log       zerolog.Logger

	// recognized is set once an answer was certainly Graph's. What is not
	// Graph's after that is an accident on the way, not a wrong endpoint.
	recognized atomic.Bool
}

// New makes a client without sending anything. The error joins one
// [*ConfigError] per problem.
func New(cfg Config) (*Client, error) {
	base, authority, transport, err := cfg.checked()
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Transport: transport,
		// A redirect would carry the token or the secret to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	signIn, err := newSignIn(cfg, authority, client)
	if err != nil {
		return nil, err
	}
	return &Client{
		base: base.String(),
		host: base.Host,
		pipeline: runtime.NewPipeline("entraphone", cfg.Version, runtime.PipelineOptions{}, &policy.ClientOptions{
			// azcore would repeat a POST whose answer was lost.
			Retry:     policy.RetryOptions{MaxRetries: -1},
			Telemetry: policy.TelemetryOptions{Disabled: true}, // we name ourselves
			Transport: limited{client},
		}),
		http:      client,
		tokens:    newTokens(signIn),
		userAgent: userAgent(cfg.Version),
		log:       cfg.Logger,
	}, nil
}

func userAgent(version string) string { return "entraphone/" + version }

// Authenticate fetches the first token, so that wrong credentials are found
// before the first row. It returns an [*AuthError] for a refusal, and another
// error when the sign-in service cannot be reached. Nothing goes to Graph.
func (c *Client) Authenticate(ctx context.Context) error {
	_, err := c.tokens.get(ctx)
	return err
}

// Send carries out one operation by a plain request, or up to 20 operations by
// one $batch. The operations must be of different users, because a batch
// promises no order.
//
// It always returns one answer per operation, in the order given. The error is
// not nil only if the run cannot go on: an [*AuthError], a [*NotGraphError], or
// the context's error where it ended before anything was sent. Everything else,
// a lost connection included, is in the answers.
func (c *Client) Send(ctx context.Context, ops []authmethod.Operation) ([]authmethod.Answer, error) {
	if len(ops) == 0 {
		return nil, nil
	}
	token, err := c.tokens.get(ctx)
	if err != nil {
		return notSent(len(ops), err), fatal(ctx, err)
	}
	answers, claims, err := c.exchange(ctx, token.Token, ops)
	refused := unauthorized(answers)
	if err != nil || len(refused) == 0 {
		return answers, err
	}

	// A 401 was not carried out: once more, with another token.
	first := answers[refused[0]]
	again := make([]authmethod.Operation, len(refused))
	for i, at := range refused {
		again[i] = ops[at]
	}
	token, err = c.tokens.replace(ctx, token, claims)
	if err != nil {
		putBack(answers, refused, notSent(len(again), err))
		return answers, withReason(fatal(ctx, err), first)
	}
	repeated, _, err := c.exchange(ctx, token.Token, again)
	putBack(answers, refused, repeated)
	if still := unauthorized(repeated); err == nil && len(still) > 0 {
		err = withReason(&AuthError{
			Problem: fmt.Sprintf("%s refused a new token as well", c.host),
			Advice:  "check that --graph-endpoint and --cloud belong to the tenant, and the clock of this machine",
		}, repeated[still[0]])
	}
	return answers, err
}

// exchange sends the operations once, and gives the claims of a challenge
// where the answer was one.
func (c *Client) exchange(ctx context.Context, token string, ops []authmethod.Operation) ([]authmethod.Answer, string, error) {
	switch {
	case ctx.Err() != nil:
		return notSent(len(ops), ctx.Err()), "", ctx.Err()
	case len(ops) == 1:
		return c.plain(ctx, token, ops[0])
	}
	return c.batch(ctx, token, ops)
}

// fatal is the error that ends the run, or nil where a later try may succeed.
func fatal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var refused *AuthError
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}

// withReason adds what Graph said about the token. It is the only hint when,
// for instance, a ready token is meant for another service.
func withReason(err error, a authmethod.Answer) error {
	var refused *AuthError
	if !errors.As(err, &refused) || a.Code+a.Message == "" {
		return err
	}
	reasoned := *refused
	reasoned.Problem += fmt.Sprintf(" (status 401 %s %q, request id %s)", a.Code, shorten(oneLine(a.Message), 200), a.RequestID)
	return &reasoned
}

func notSent(n int, err error) []authmethod.Answer {
	answers := make([]authmethod.Answer, n)
	for i := range answers {
		answers[i].NotSent = err
	}
	return answers
}

func unauthorized(answers []authmethod.Answer) []int {
	var at []int
	for i, a := range answers {
		if a.Status == http.StatusUnauthorized {
			at = append(at, i)
		}
	}
	return at
}

func putBack(answers []authmethod.Answer, at []int, some []authmethod.Answer) {
	for i, a := range some {
		answers[at[i]] = a
	}
}
