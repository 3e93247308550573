package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"entraphone/internal/authmethod"
)

// request is an operation in the words of HTTP: the same for a plain request
// and for an item of a $batch. See
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods and
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-get.
func request(op authmethod.Operation) (method, path string, body *phone) {
	if op.Verb == authmethod.Create {
		return http.MethodPost, phonesPath(op.User),
			&phone{PhoneNumber: op.Number.Graph(), PhoneType: string(op.PhoneType)}
	}
	return http.MethodGet, phonesPath(op.User) + "/" + op.PhoneType.ID(), nil
}

// plain sends one operation by a request of its own.
func (c *Client) plain(ctx context.Context, token string, op authmethod.Operation) ([]authmethod.Answer, string, error) {
	method, path, body := request(op)
	call := httpCall{method: method, path: path, kind: "phoneMethods/{id}", size: 1}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil { // unreachable unless bug
			err = fmt.Errorf("encoding an operation: %w", err)
			return notSent(1, err), "", err
		}
		call.kind, call.body = "phoneMethods", string(text)
	}
	r := c.do(ctx, token, call)
	a, proper := r.answer(op)
	err := c.judge(ctx, r, proper)
	if err != nil && a.Status/100 == 2 {
		a = authmethod.Answer{Lost: err, RequestID: a.RequestID} // success in words only
	}
	return []authmethod.Answer{a}, r.claims(), err
}

// answer is the reply taken as the answer to one operation.
func (r reply) answer(op authmethod.Operation) (a authmethod.Answer, proper bool) {
	switch {
	case r.notSent != nil || r.lost != nil:
		return authmethod.Answer{NotSent: r.notSent, Lost: r.lost, RequestID: r.requestID}, false
	case r.status < 400 && r.cut != nil:
		return authmethod.Answer{Lost: fmt.Errorf("reading the answer: %w", r.cut), RequestID: r.requestID}, false
	case r.status/100 == 3:
		a.Lost = fmt.Errorf("reading the answer: a redirect (status %d), which is not followed", r.status)
	default:
		a, proper = understand(op, r.status, r.body)
	}
	headersOf(r.header).annotate(&a)
	if a.RequestID == "" {
		a.RequestID = r.requestID
	}
	return a, proper
}

// judge decides whether the run can go on after a reply: not when it was
// cancelled before the request had left, and not when somebody else than Graph
// answers.
func (c *Client) judge(ctx context.Context, r reply, proper bool) error {
	switch {
	case r.notSent != nil && ctx.Err() != nil:
		return ctx.Err()
	case r.notSent != nil || r.lost != nil:
		return nil
	case proper:
		c.recognized.Store(true)
		return nil
	case !c.foreign(r):
		return nil
	}
	err := &NotGraphError{Host: c.host, Status: r.status, ContentType: r.header.Get("Content-Type"), Beginning: beginning(r.body)}
	if target, parseErr := url.Parse(r.header.Get("Location")); parseErr == nil {
		err.Target = target.Host
	}
	return err
}

// foreign says that an answer which is not proper cannot come from Graph. Once
// Graph was recognized only a redirect is proof. Gateways in front of Graph
// send bodies of all kinds, so the statuses that they send prove nothing, and
// neither does an error without a body.
func (c *Client) foreign(r reply) bool {
	switch {
	case r.status/100 == 3:
		return true
	case c.recognized.Load(), r.cut != nil, retryable(r.status), r.header.Get("request-id") != "":
		return false
	case len(r.body) == 0:
		return r.status < 300
	}
	return json.Valid(r.body) || !strings.Contains(r.header.Get("Content-Type"), "json")
}

var parameter = regexp.MustCompile(`(\w+)="([^"]*)"`)

// claims are those of a claims challenge in the answer, decoded; empty where
// there is none. See
// https://learn.microsoft.com/entra/identity-platform/claims-challenge.
func (r reply) claims() string { return challenge(string(headersOf(r.header).Authenticate)) }

func challenge(authenticate string) string {
	if !strings.Contains(authenticate, `error="insufficient_claims"`) {
		return ""
	}
	for _, match := range parameter.FindAllStringSubmatch(authenticate, -1) {
		if match[1] != "claims" {
			continue
		}
		encoded := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(match[2]), "=")
		decoded, err := base64.RawStdEncoding.DecodeString(encoded)
		if err == nil && json.Valid(decoded) {
			return string(decoded)
		}
	}
	return ""
}
