package graph

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// requestLimit is above the 60 seconds after which the service itself gives up,
// so that its own answer is seen; see
// https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview.
const requestLimit = 80 * time.Second

// usualBody is how much room is made beforehand for the body of an answer: that
// of a full $batch has 10 KB.
const usualBody = 32 << 10

// do sends the call once, whatever comes, and logs it without user, number or
// body. Each request has an id of ours, which Microsoft's support can search for
// where Graph gave none.
func (c *Client) do(ctx context.Context, token string, call httpCall) reply {
	id := uuid.NewString()
	began := time.Now()
	g := c.tokens.gateFor(token)
	r := c.roundTrip(ctx, token, id, call, g)
	if r.requestID == "" {
		r.requestID = id
	}
	if r.notSent == nil {
		c.requests.Add(1)
	}
	event := c.log.Debug().Str("method", call.method).Str("path", g.text(call.kind)).Int("operations", call.size).
		Int("status", r.status).Str("request_id", r.requestID).Dur("duration", time.Since(began))
	if err := errors.Join(r.lost, r.notSent, r.cut); err != nil {
		event = event.Str("error", strings.ReplaceAll(err.Error(), "\n", "; ")) // a line of the log has no lines
	}
	event.Msg("request")
	return r
}

// Reach asks Graph something without a token, so that a host that cannot be
// reached is told from a sign-in that fails. Any answer in Graph's own words will
// do; it is a refusal. The error is a [*CertificateError], a [*NotGraphError], the
// context's, or tells what went wrong on the way.
func (c *Client) Reach(ctx context.Context) error {
	r := c.do(ctx, "", httpCall{method: http.MethodGet, path: "/organization", kind: "organization", size: 1})
	proper := newBody(r.body).Error.speaks()
	switch err := cmp.Or(c.decide(ctx, r, proper), r.notSent, r.lost, r.cut); {
	case err != nil:
		return err
	case !proper:
		return fmt.Errorf("asking %s: status %d without Graph's error, as a proxy or a gateway answers", c.host, r.status)
	}
	return nil
}

// Clock is how far this machine's clock is ahead of Graph's at least, 0 where they
// may agree; below 0 it is behind. It reports false before an answer told the time.
func (c *Client) Clock() (ahead time.Duration, told bool) {
	if by := c.http.clock.ahead.Load(); by != nil {
		return *by, true
	}
	return 0, false
}

// roundTrip sends the call under this id. An answer whose body broke off is an
// answer: its status counts.
func (c *Client) roundTrip(ctx context.Context, token, id string, call httpCall, g gate) reply {
	limited, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	var wanted, got atomic.Bool // a connection
	traced := httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		GetConn: func(string) { wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	})
	req, err := http.NewRequestWithContext(traced, call.method, c.base+call.path, strings.NewReader(call.body))
	if err != nil {
		return reply{notSent: fmt.Errorf("building a request to %s: %w", c.host, g.error(networkError(err)))}
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("client-request-id", id)
	if call.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if call.consistency != "" {
		req.Header.Set("ConsistencyLevel", call.consistency)
	}
	began := time.Now()
	resp, err := c.http.Do(req)
	if errors.Is(err, context.DeadlineExceeded) {
		err = noAnswer(began, err)
	}
	if err != nil {
		return c.unanswered(wanted.Load() && !got.Load(), g, err)
	}
	defer resp.Body.Close()
	r := reply{gate: g, status: resp.StatusCode, header: resp.Header, requestID: g.text(resp.Header.Get("request-id"))}
	read := bytes.NewBuffer(make([]byte, 0, max(0, min(resp.ContentLength, usualBody))+bytes.MinRead))
	_, err = read.ReadFrom(resp.Body)
	r.body = read.Bytes()
	if errors.Is(err, context.DeadlineExceeded) {
		err = noAnswer(began, err)
	}
	r.cut = g.error(networkError(err))
	if r.status == http.StatusServiceUnavailable || r.status == http.StatusGatewayTimeout {
		// The next try is to use a new connection, perhaps to a healthier host:
		// https://learn.microsoft.com/graph/best-practices-concept
		c.http.CloseIdleConnections()
	}
	return r
}

// unanswered tells what never left from what may have arrived. Without a
// connection nothing can have left; after that anything may have. (Whether bytes
// were written is not asked: they pass through a buffer whose emptying nobody
// reports.) The handshake comes before the request, so that a certificate is
// proof, too; for transports that report no connection the error is.
func (c *Client) unanswered(unconnected bool, g gate, err error) reply {
	if untrusted := asCertificateError(c.host, g, err); untrusted != nil {
		return reply{notSent: untrusted}
	}
	network, is := errors.AsType[*net.OpError](err)
	_, lookup := errors.AsType[*net.DNSError](err)
	if unconnected || lookup || is && network.Op == "dial" {
		return reply{notSent: onTheWay(fmt.Errorf("connecting to %s: %w", c.host, g.error(networkError(err))), networkError(err))}
	}
	return reply{lost: onTheWay(fmt.Errorf("waiting for the answer of %s: %w", c.host, g.error(networkError(err))), networkError(err))}
}

// noAnswer says how long was waited, which the errors of contexts do not. It stays
// the error that it is.
func noAnswer(since time.Time, err error) error {
	waited := time.Since(since).Round(time.Millisecond)
	if waited > time.Second {
		waited = waited.Round(time.Second)
	}
	return &peerError{networkError(err), fmt.Sprintf("no answer within %s", waited)}
}
