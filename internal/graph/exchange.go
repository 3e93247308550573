package graph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/google/uuid"
)

const (
	// requestLimit is above the 60 seconds after which the service itself
	// gives up, so that its own answer is seen; see
	// https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview.
	requestLimit = 80 * time.Second

	// answerLimit is far above any answer to 20 operations.
	answerLimit = 4 << 20
)

// httpCall is one HTTP request.
type httpCall struct {
	method string
	path   string // below the version, escaped
	kind   string // the path without the user, for the log
	body   string // JSON, empty for none
	size   int    // how many operations are in it
}

// reply is what became of an httpCall: an answer, or lost, or notSent.
type reply struct {
	status int
	header http.Header
	body   []byte
	cut    error // why the body is not whole

	requestID string // Graph's, or ours
	lost      error  // see authmethod.Answer
	notSent   error
}

// do sends the call once, whatever comes.
func (c *Client) do(ctx context.Context, token string, call httpCall) reply {
	id := uuid.NewString()
	began := time.Now()
	r := c.roundTrip(ctx, token, id, call)
	if r.requestID == "" {
		r.requestID = id
	}
	event := c.log.Debug().Str("method", call.method).Str("path", call.kind).Int("operations", call.size).
		Int("status", r.status).Str("request_id", r.requestID).Dur("duration", time.Since(began))
	if err := errors.Join(r.lost, r.notSent, r.cut); err != nil {
		event = event.AnErr("error", err)
	}
	event.Msg("request")
	return r
}

func (c *Client) roundTrip(ctx context.Context, token, id string, call httpCall) reply {
	var trace connection
	limited, cancel := context.WithTimeout(trace.watch(ctx), requestLimit)
	defer cancel()
	req, err := runtime.NewRequest(limited, call.method, c.base+call.path)
	if err != nil {
		return reply{notSent: fmt.Errorf("building a request to %s: %w", c.host, networkError(err))}
	}
	header := req.Raw().Header
	header.Set("Authorization", "Bearer "+token)
	header.Set("Accept", "application/json")
	header.Set("User-Agent", c.userAgent)
	header.Set("client-request-id", id)
	if call.body != "" {
		if err := req.SetBody(streaming.NopCloser(strings.NewReader(call.body)), "application/json"); err != nil {
			return reply{notSent: fmt.Errorf("building a request to %s: %w", c.host, err)}
		}
	}
	resp, err := c.pipeline.Do(req)
	if resp == nil {
		return c.unanswered(ctx, &trace, err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, cut: err, requestID: resp.Header.Get("request-id")}
	if err == nil {
		r.body, r.cut = runtime.Payload(resp) // downloaded by the pipeline
	}
	if r.status == http.StatusServiceUnavailable || r.status == http.StatusGatewayTimeout {
		// The next try is to use a new connection, perhaps to a healthier host:
		// https://learn.microsoft.com/graph/best-practices-concept
		c.http.CloseIdleConnections()
	}
	return r
}

// unanswered tells what never left from what may have arrived.
func (c *Client) unanswered(ctx context.Context, trace *connection, err error) reply {
	err = networkError(err)
	if trace.none() || neverConnected(err) {
		return reply{notSent: fmt.Errorf("connecting to %s: %w", c.host, err)}
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", requestLimit)
	}
	return reply{lost: fmt.Errorf("waiting for the answer of %s: %w", c.host, err)}
}

// connection notes whether a request got one. Before that nothing of it can
// have left; after that anything may have. (Whether bytes were written is not
// asked: they pass through a buffer whose emptying nobody reports.)
type connection struct {
	wanted, got atomic.Bool
}

func (c *connection) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	})
}

// none says that a connection was asked for and never came. A transport that
// is no network asks for none.
func (c *connection) none() bool { return c.wanted.Load() && !c.got.Load() }

func neverConnected(err error) bool {
	var op *net.OpError
	var lookup *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &lookup)
}

// networkError leaves the address, which names the user, out of an error of
// net/http, and adds advice where TLS is opened on the way.
func networkError(err error) error {
	var addressed *url.Error
	if errors.As(err, &addressed) {
		err = addressed.Err
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return fmt.Errorf("%w (if a proxy inspects TLS here, give its certificate with --ca-file)", err)
	}
	return err
}

// retryable says that the status is about the moment, not about the request.
func retryable(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// limited ends answers that are too long with an error.
type limited struct {
	client *http.Client
}

// Do implements policy.Transporter.
func (l limited) Do(req *http.Request) (*http.Response, error) {
	resp, err := l.client.Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &limitedBody{ReadCloser: resp.Body, left: answerLimit + 1}
	return resp, nil
}

type limitedBody struct {
	io.ReadCloser
	left int
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the answer is longer than %d MiB", answerLimit>>20)
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= n
	return n, err
}
