package graph

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"entraphone/internal/authmethod"
)

// batchAnswer has responses where the envelope was accepted, and an error where
// it was not; see https://learn.microsoft.com/graph/json-batching.
type batchAnswer struct {
	Responses []itemAnswer `json:"responses"`
	Error     *graphError  `json:"error"`
}

// itemAnswer is the answer to one item. Its body is JSON or base64 in a string,
// by its content type; its headers may be numbers where HTTP has texts.
type itemAnswer struct {
	ID      string          `json:"id"`
	Status  int             `json:"status"`
	Headers map[string]any  `json:"headers"`
	Body    json.RawMessage `json:"body"`
}

// batchAnswers reads the reply to a $batch, see [reply.answers].
func (r reply) batchAnswers(steps []authmethod.Step) (answers []authmethod.Answer, claims string, proper bool) {
	var content batchAnswer
	whole := decode(r.body, &content) == nil
	// The page on throttling lets the envelope answer 424 around throttled
	// items, https://learn.microsoft.com/graph/throttling; in practice it is 200.
	if whole && content.Responses != nil && (r.status/100 == 2 || r.status == http.StatusFailedDependency) {
		answers, claims = r.itemAnswers(steps, content.Responses)
		return answers, claims, true
	}
	return slices.Repeat([]authmethod.Answer{r.envelopeAnswer()}, len(steps)), challenge(r.header), whole && content.Error != nil
}

// envelopeAnswer is the fate of the request around the steps.
func (r reply) envelopeAnswer() authmethod.Answer {
	// A read is looked at because for it no answer without a phone is success.
	a, _ := r.answer(authmethod.Step{Verb: authmethod.Read})
	if r.status/100 == 2 && r.cut == nil {
		a.Lost = errors.New("reading the answer to a $batch: it is not JSON with responses")
		a.Status, a.Phone = 0, ""
	}
	// These refuse a request before any item was looked at.
	a.Alone = slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, r.status)
	return a
}

// itemAnswers matches the items, which come in any order, to the steps. A step
// that is not answered exactly once was lost: what became of it cannot be told.
func (r reply) itemAnswers(steps []authmethod.Step, items []itemAnswer) (answers []authmethod.Answer, claims string) {
	seen := make([]int, len(steps))
	answers = make([]authmethod.Answer, len(steps))
	for _, item := range items {
		number, err := strconv.Atoi(item.ID)
		if err != nil || number < 1 || number > len(steps) || strconv.Itoa(number) != item.ID {
			continue
		}
		at := number - 1
		seen[at]++
		header := item.header(r.header)
		answers[at] = item.answer(r.gate, steps[at], header)
		if answers[at].Status == http.StatusUnauthorized {
			claims = cmp.Or(claims, challenge(header))
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

// header is the item's. What it leaves out is taken from the envelope's, as far
// as it holds for both.
func (i itemAnswer) header(envelope http.Header) http.Header {
	header := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(i.Headers)) {
		header.Set(name, fmt.Sprint(i.Headers[name]))
	}
	shared := []string{"Date", loadHeader}
	if i.Status >= 400 {
		shared = append(shared, retryAfterHeader)
	}
	for _, name := range shared {
		header.Set(name, cmp.Or(header.Get(name), envelope.Get(name)))
	}
	return header
}

// answer reads the item as the answer to its step.
func (i itemAnswer) answer(g gate, step authmethod.Step, header http.Header) authmethod.Answer {
	if i.Status < 200 || i.Status > 599 {
		return authmethod.Answer{Lost: fmt.Errorf("reading the answer to a $batch: it gives this operation the status %d", i.Status)}
	}
	a, _ := understand(g, step, i.Status, i.content())
	annotate(&a, header, g)
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
	if decoded, err := decodeBase64(text); err == nil {
		return decoded
	}
	return []byte(text)
}
