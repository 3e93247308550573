package graph

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"entraphone/internal/authmethod"
)

// reply is what became of an httpCall: an answer, or lost, or notSent. header and
// body are as the peer sent them; the other texts have passed the gate.
type reply struct {
	gate   gate // for what stands in it
	status int
	header http.Header
	body   []byte
	cut    error // why the body is not whole

	requestID string // Graph's, or ours
	lost      error  // see authmethod.Answer
	notSent   error
}

// answers reads the reply as the answers to the operations that were sent by it,
// with the claims of a challenge where there was one; first is the id of the first
// item of a $batch. proper reports whether Graph has answered.
func (r reply) answers(first int64, operations []operation) (answers []authmethod.Answer, claims string, proper bool) {
	if len(operations) > 1 {
		return r.batchAnswers(first, operations)
	}
	a, proper := r.answer(operations[0])
	return []authmethod.Answer{a}, headersOf(r.header).challenge(), proper
}

// answer reads the reply as the answer to one operation.
func (r reply) answer(op operation) (a authmethod.Answer, proper bool) {
	switch {
	case r.notSent != nil || r.lost != nil:
		return authmethod.Answer{NotSent: r.notSent, Lost: r.lost, RequestID: r.requestID}, false
	case r.status < 400 && r.cut != nil:
		// Success counts only when it can be read; a refusal counts by its status.
		return authmethod.Answer{Lost: fmt.Errorf("reading the answer: %w", r.cut), RequestID: r.requestID}, false
	case r.status/100 == 3:
		a.Lost = fmt.Errorf("reading the answer: a redirect (status %d), which is not followed", r.status)
	default:
		a, proper = understand(r.gate, op, r.status, newBody(r.body))
	}
	annotate(&a, headersOf(r.header), r.gate)
	a.RequestID = cmp.Or(a.RequestID, r.requestID)
	return a, proper
}

// foreign reports whether an answer which is not proper cannot come from Graph.
// Once Graph was recognized only a redirect is proof, and the status that networks
// have for it (RFC 6585, section 6). Gateways in front of Graph
// send bodies of all kinds, so the statuses that they send prove nothing, and
// neither does an error without a body.
func (r reply) foreign(recognized bool) bool {
	switch {
	case r.status/100 == 3, r.status == http.StatusNetworkAuthenticationRequired:
		return true
	case recognized, r.cut != nil, retryable(r.status), r.header.Get("request-id") != "":
		return false
	case len(r.body) == 0:
		return r.status < 300
	}
	return json.Valid(r.body) || !strings.Contains(r.header.Get("Content-Type"), "json")
}

// claimed finds the claims in a WWW-Authenticate header; they are base64.
var claimed = regexp.MustCompile(`\bclaims="([^"]*)"`)

// challenge is the claims of a claims challenge, decoded; empty where there is
// none. Claims beside another error are not meant for a token request. See
// https://learn.microsoft.com/entra/identity-platform/claims-challenge.
func (h headers) challenge() string {
	if !strings.Contains(h.authenticate, `error="insufficient_claims"`) {
		return ""
	}
	for _, match := range claimed.FindAllStringSubmatch(h.authenticate, -1) {
		if decoded, err := decodeBase64(match[1]); err == nil && json.Valid(decoded) {
			return string(decoded)
		}
	}
	return ""
}

// decodeBase64 reads base64 of either alphabet, with or without padding.
func decodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "="))
}

// retryable reports whether the status is about the moment, not about the
// request.
func retryable(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}
