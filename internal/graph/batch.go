package graph

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
)

// batchAnswer has responses where the envelope was accepted, and an error where
// it was not; see https://learn.microsoft.com/graph/json-batching.
type batchAnswer[B any] struct {
	Responses []itemAnswer[B] `json:"responses"`
	Error     *graphError     `json:"error"`
}

// itemAnswer is the answer to one item. Its headers may be numbers where HTTP
// has texts; their names, as all names of members, come in any case.
type itemAnswer[B any] struct {
	ID      string `json:"id"`
	Status  int    `json:"status"`
	Headers struct {
		RequestID    any `json:"request-id"`
		RetryAfter   any `json:"Retry-After"`
		Date         any `json:"Date"`
		Load         any `json:"x-ms-throttle-limit-percentage"`
		Scope        any `json:"x-ms-throttle-scope"`
		Authenticate any `json:"WWW-Authenticate"`
	} `json:"headers"`
	Body B `json:"body"`
}

// item is an itemAnswer that was understood so far.
type item struct {
	id     string
	status int
	headers
	body
}

// batchItems reads the items of a batch, and what the envelope is. Nearly every
// body of an answer to a step is a phone or an error and read at once. Any other
// is JSON, or base64 in a string by its content type, and has to be seen as it
// came, as those of all questions.
func batchItems(text []byte, questions bool) (items []item, refused, whole bool) {
	var quick batchAnswer[*phone]
	odd := func(i itemAnswer[*phone]) bool { return i.Status/100 != 2 && i.Body != nil && !i.Body.Error.speaks() }
	if !questions && json.Unmarshal(text, &quick) == nil && !slices.ContainsFunc(quick.Responses, odd) {
		return itemsOf(quick.Responses, func(p *phone) body {
			if p == nil {
				return body{none: true}
			}
			return body{phone: *p, whole: true}
		}), quick.Error.speaks(), true
	}
	var slow batchAnswer[json.RawMessage]
	whole = decode(text, &slow) == nil
	return itemsOf(slow.Responses, func(raw json.RawMessage) body { return newBody(unwrapped(raw)) }), slow.Error.speaks(), whole
}

func itemsOf[B any](answers []itemAnswer[B], read func(B) body) []item {
	if answers == nil {
		return nil
	}
	text := func(value any) string {
		if value == nil {
			return ""
		}
		return fmt.Sprint(value)
	}
	items := make([]item, len(answers))
	for i, a := range answers {
		h := a.Headers
		items[i] = item{a.ID, a.Status, headers{text(h.RequestID), text(h.RetryAfter), text(h.Date), text(h.Load), text(h.Scope), text(h.Authenticate)}, read(a.Body)}
	}
	return items
}

// batchAnswers reads the reply to a $batch, see [reply.answers].
func (r reply) batchAnswers(first int64, operations []operation) (answers []authmethod.Answer, claims string, proper bool) {
	_, questions := operations[0].(*question)
	items, refused, whole := batchItems(r.body, questions)
	// The page on throttling lets the envelope answer 424 around throttled
	// items, https://learn.microsoft.com/graph/throttling; in practice it is 200.
	if whole && items != nil && (r.status/100 == 2 || r.status == http.StatusFailedDependency) {
		answers, claims = r.itemAnswers(first, operations, items)
		return answers, claims, true
	}
	return slices.Repeat([]authmethod.Answer{r.envelopeAnswer()}, len(operations)), headersOf(r.header).challenge(), whole && refused
}

// envelopeAnswer is the fate of the request around the operations.
func (r reply) envelopeAnswer() authmethod.Answer {
	a, proper := r.answer(new(step))
	if r.status/100 == 2 && r.cut == nil {
		a.Lost = errors.New("reading the answer to a $batch: it is not JSON with responses")
	}
	// These refuse a request before any item was looked at; of its size and type
	// whoever stands before Graph may judge, too.
	switch r.status {
	case http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		a.Status, a.Lost, a.Alone = r.status, nil, true
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
		a.Alone = proper
	}
	return a
}

// itemAnswers matches the items, which come in any order, to the operations by
// their ids, which no other batch of this run has had. An operation that is not
// answered exactly once was lost: what became of it cannot be told.
func (r reply) itemAnswers(first int64, operations []operation, items []item) (answers []authmethod.Answer, claims string) {
	seen := make([]int, len(operations))
	answers = make([]authmethod.Answer, len(operations))
	envelope := headersOf(r.header)
	for _, i := range items {
		number, err := strconv.ParseInt(i.id, 10, 64)
		at := number - first
		if err != nil || at < 0 || at >= int64(len(operations)) || strconv.FormatInt(number, 10) != i.id {
			continue
		}
		seen[at]++
		answers[at] = i.answer(r.gate, operations[at], envelope)
		if answers[at].Status == http.StatusUnauthorized {
			claims = cmp.Or(claims, i.challenge())
		}
	}
	for at, times := range seen {
		switch {
		case times == 0:
			answers[at] = authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it does not mention this operation")}
		case times > 1:
			answers[at] = authmethod.Answer{Lost: fmt.Errorf("reading the answer to a $batch: it answers this operation %d times", times)}
		}
		answers[at].RequestID = cmp.Or(answers[at].RequestID, r.requestID)
	}
	return answers, claims
}

// answer reads the item as the answer to its operation. What its headers leave out is
// taken from the envelope's, as far as it holds for both.
func (i item) answer(g gate, op operation, envelope headers) authmethod.Answer {
	i.date, i.load = cmp.Or(i.date, envelope.date), cmp.Or(i.load, envelope.load)
	if i.status >= 400 {
		i.retryAfter = cmp.Or(i.retryAfter, envelope.retryAfter)
	}
	if i.status < 200 || i.status/100 == 3 || i.status > 599 {
		return authmethod.Answer{Lost: fmt.Errorf("reading the answer to a $batch: it gives this operation the status %d", i.status)}
	}
	a, _ := understand(g, op, i.status, i.body)
	annotate(&a, i.headers, g)
	// So are addresses answered that a batch does not reach, and things that are
	// not there; by itself the step gets the answer of the service behind.
	_, isStep := op.(*step)
	a.Alone = isStep && i.status == http.StatusNotFound && a.Message == "" && strings.EqualFold(a.Code, "UnknownError")
	return a
}

// unwrapped is an item's body as it would stand in an answer of its own: JSON
// as it is, and anything else out of the base64 in which it travels.
func unwrapped(raw json.RawMessage) []byte {
	var text string
	switch {
	case string(raw) == "null":
		return nil
	case len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil:
		return raw
	}
	if decoded, err := decodeBase64(text); err == nil {
		return decoded
	}
	return []byte(text)
}
