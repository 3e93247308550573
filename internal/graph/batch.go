package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
)

// batchRequest is the envelope of
// https://learn.microsoft.com/graph/json-batching. Without dependsOn the items
// are carried out in any order.
type batchRequest struct {
	Requests []batchItem `json:"requests"`
}

type batchItem struct {
	ID      string       `json:"id"`
	Method  string       `json:"method"`
	URL     string       `json:"url"`
	Headers *itemHeaders `json:"headers,omitempty"` // needed where there is a body
	Body    *phone       `json:"body,omitempty"`
}

type itemHeaders struct {
	ContentType string `json:"Content-Type"`
}

type batchAnswer struct {
	Responses []itemAnswer `json:"responses"`
	Error     *graphError  `json:"error"`
}

type itemAnswer struct {
	ID      string          `json:"id"`
	Status  int             `json:"status"`
	Headers headers         `json:"headers"`
	Body    json.RawMessage `json:"body"`
}

// batch sends the operations by one $batch.
func (c *Client) batch(ctx context.Context, token string, ops []authmethod.Operation) ([]authmethod.Answer, string, error) {
	body, err := encodeBatch(ops)
	if err != nil { // unreachable unless bug
		err = fmt.Errorf("encoding a $batch: %w", err)
		return notSent(len(ops), err), "", err
	}
	r := c.do(ctx, token, httpCall{method: http.MethodPost, path: "/$batch", kind: "$batch", body: body, size: len(ops)})
	var content batchAnswer
	whole := decode(r.body, &content) == nil
	// The page on throttling lets the envelope answer 424 around throttled
	// items, https://learn.microsoft.com/graph/throttling; in practice it is 200.
	if whole && content.Responses != nil && (r.status/100 == 2 || r.status == http.StatusFailedDependency) {
		answers, claims := itemAnswers(ops, r, content.Responses)
		return answers, claims, c.judge(ctx, r, true)
	}
	return envelopeAnswers(ops, r), r.claims(), c.judge(ctx, r, whole && content.Error != nil)
}

func encodeBatch(ops []authmethod.Operation) (string, error) {
	items := make([]batchItem, len(ops))
	for i, op := range ops {
		item := &items[i]
		item.ID = strconv.Itoa(i + 1)
		item.Method, item.URL, item.Body = request(op)
		if item.Body != nil {
			item.Headers = &itemHeaders{ContentType: "application/json"}
		}
	}
	text, err := json.Marshal(batchRequest{Requests: items})
	return string(text), err
}

// envelopeAnswers gives every operation the fate of the request around them.
func envelopeAnswers(ops []authmethod.Operation, r reply) []authmethod.Answer {
	// A read is looked at because for it no answer without a phone is success.
	a, _ := r.answer(authmethod.Operation{Verb: authmethod.Read})
	if r.status/100 == 2 && r.cut == nil {
		a.Lost = errors.New("reading the answer to a $batch: it is no JSON with responses")
		a.Status, a.Phone = 0, ""
	}
	switch r.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		// Refused before any item was looked at.
		a.Alone = true
	}
	answers := make([]authmethod.Answer, len(ops))
	for i := range answers {
		answers[i] = a
	}
	return answers
}

// itemAnswers matches the items, which come in any order, to the operations.
// An operation that is not answered exactly once was lost: what became of it
// cannot be told.
func itemAnswers(ops []authmethod.Operation, r reply, items []itemAnswer) (answers []authmethod.Answer, claims string) {
	envelope := headersOf(r.header)
	seen := make([]int, len(ops))
	answers = make([]authmethod.Answer, len(ops))
	for _, item := range items {
		number, err := strconv.Atoi(item.ID)
		if err != nil || number < 1 || number > len(ops) || strconv.Itoa(number) != item.ID {
			continue
		}
		at := number - 1
		seen[at]++
		answers[at] = item.answer(ops[at], envelope)
		if answers[at].Status == http.StatusUnauthorized && claims == "" {
			claims = challenge(string(item.Headers.Authenticate))
		}
	}
	for at, times := range seen {
		switch {
		case times == 0:
			answers[at] = authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it does not mention this operation")}
		case times > 1:
			answers[at] = authmethod.Answer{Lost: fmt.Errorf("reading the answer to a $batch: it answers this operation %d times", times)}
		}
		if answers[at].RequestID == "" {
			answers[at].RequestID = r.requestID
		}
	}
	return answers, claims
}

func (i itemAnswer) answer(op authmethod.Operation, envelope headers) authmethod.Answer {
	if i.Status < 200 || i.Status > 599 {
		return authmethod.Answer{Lost: fmt.Errorf("reading the answer to a $batch: it gives this operation the status %d", i.Status)}
	}
	a, _ := understand(op, i.Status, i.content())
	if i.Headers.Date == "" {
		i.Headers.Date = envelope.Date
	}
	if i.Headers.Load == "" {
		i.Headers.Load = envelope.Load
	}
	if i.Headers.RetryAfter == "" && i.Status >= 400 {
		i.Headers.RetryAfter = envelope.RetryAfter
	}
	i.Headers.annotate(&a)
	return a
}

// content is the item's body as it would stand in an answer of its own: JSON
// as it is, and anything else out of the base64 in which it travels.
func (i itemAnswer) content() []byte {
	var text string
	switch {
	case string(i.Body) == "null":
		return nil
	case len(i.Body) == 0 || i.Body[0] != '"' || json.Unmarshal(i.Body, &text) != nil:
		return i.Body
	}
	plain := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	if decoded, err := base64.RawStdEncoding.DecodeString(plain); err == nil {
		return decoded
	}
	return []byte(text)
}
