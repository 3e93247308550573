package graph

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"entraphone/internal/authmethod"
)

// phone is a phoneAuthenticationMethod, as far as we need it, or the error in
// its place. Members are matched ignoring case: documents write innererror,
// Graph innerError.
type phone struct {
	ID          string      `json:"id,omitempty"`
	PhoneNumber string      `json:"phoneNumber,omitempty"`
	PhoneType   string      `json:"phoneType,omitempty"`
	Error       *graphError `json:"error,omitempty"`
}

// graphError is described at https://learn.microsoft.com/graph/errors.
type graphError struct {
	Code       string      `json:"code"`
	Message    string      `json:"message"`
	RequestID  string      `json:"request-id"` // inner errors only
	InnerError *graphError `json:"innerError"`
}

// understand reads status and body of the answer to one step. proper reports
// whether the body is one that Graph sends.
func understand(g gate, step authmethod.Step, status int, body []byte) (a authmethod.Answer, proper bool) {
	var content phone
	valid := decode(body, &content) == nil
	what := ""
	switch {
	case status/100 != 2 && valid && content.Error != nil:
		a.Status = status
		content.Error.describe(&a, g)
		return a, true
	case status/100 != 2:
		return authmethod.Answer{Status: status, Message: g.beginning(body)}, false
	case !valid && len(body) > 0:
		what = "with a body that is not whole JSON"
	case step.Verb == authmethod.Read && content.PhoneNumber == "":
		what = "without a phoneNumber"
	case step.Verb == authmethod.Read:
		return authmethod.Answer{Status: status, Phone: g.text(content.PhoneNumber)}, true
	case content.ID != "" || content.PhoneNumber != "":
		return authmethod.Answer{Status: status}, true
	case len(body) == 0 && status != http.StatusOK:
		return authmethod.Answer{Status: status}, false // at best a 201 or 204 without body
	default:
		what = "without a phone"
	}
	return authmethod.Answer{Lost: fmt.Errorf("reading the answer: status %d %s", status, what)}, false
}

// describe writes code, message and request id into the answer. Inner errors
// are nested as deep as the service likes; the outermost that says something
// wins.
func (e *graphError) describe(a *authmethod.Answer, g gate) {
	generic := []string{"", "badrequest", "invalidrequest", "unknownerror", "generalexception"} // say no more than the status
	a.Code, a.Message = e.Code, e.Message
	for inner := e.InnerError; inner != nil; inner = inner.InnerError {
		if _, err := strconv.Atoi(inner.Code); err != nil && inner.Code != "" && slices.Contains(generic, strings.ToLower(a.Code)) {
			a.Code = inner.Code // some repeat the status instead, "429" for instance
		}
		a.Message, a.RequestID = cmp.Or(a.Message, inner.Message), cmp.Or(a.RequestID, inner.RequestID)
	}
	a.Code, a.Message, a.RequestID = g.text(a.Code), g.text(a.Message), g.text(a.RequestID)
}

// decode reads JSON. A member of another type than ours is left out instead of
// spoiling the rest, which encoding/json has then decoded all the same.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if _, mistyped := errors.AsType[*json.UnmarshalTypeError](err); mistyped {
		return nil
	}
	return err
}

// The headers of an answer, or of an item in a $batch, that Graph's words for
// load and time stand in.
const (
	loadHeader       = "x-ms-throttle-limit-percentage"
	retryAfterHeader = "Retry-After"
)

// annotate adds to the answer what stands in its headers. A load outside of what
// https://learn.microsoft.com/graph/throttling describes says nothing.
func annotate(a *authmethod.Answer, header http.Header, g gate) {
	a.RequestID = cmp.Or(g.text(header.Get("request-id")), a.RequestID)
	if wait := header.Get(retryAfterHeader); wait != "" {
		a.RetryAfter = retryAfter(wait, header.Get("Date"), time.Now())
	}
	if load, err := strconv.ParseFloat(header.Get(loadHeader), 64); err == nil && load > 0 && load < 100 {
		a.Load = load
	}
}

// maxRetryAfter is the longest wait that is believed. Graph asks for seconds
// or minutes; after an hour it is better to ask again than to obey.
const maxRetryAfter = time.Hour

// retryAfter reads a Retry-After header: seconds, whole or with a fraction, or
// an HTTP date. A date is measured from the answer's own Date header, so that a
// wrong clock here does no harm, and from now where there is none.
//
// Fractions are rounded up to whole seconds: cutting "0.249" off to 0 means to
// ask again at once. What is absent, negative, past or garbage gives 0, "did
// not say"; more than [maxRetryAfter] gives that.
func retryAfter(value, date string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) { // also NaN
			return 0
		}
		return time.Duration(math.Ceil(min(seconds, maxRetryAfter.Seconds()))) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if answered, err := http.ParseTime(date); err == nil {
		now = answered
	}
	return min(max(until.Sub(now), 0), maxRetryAfter)
}
