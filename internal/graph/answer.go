package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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

// mostMessage bounds the messages that go into the results, in runes.
const mostMessage = 1000

// understand reads status and body of the answer to one operation. proper says
// that the body is one that Graph sends.
func understand(op authmethod.Operation, status int, body []byte) (a authmethod.Answer, proper bool) {
	a.Status = status
	var content phone
	valid := decode(body, &content) == nil
	if status/100 != 2 {
		if valid && content.Error != nil {
			content.Error.describe(&a)
			return a, true
		}
		a.Message = beginning(body)
		return a, false
	}
	switch {
	case !valid && len(body) > 0:
		a = authmethod.Answer{Lost: fmt.Errorf("reading the answer: status %d with a body that is not whole JSON", status)}
	case op.Verb == authmethod.Read && content.PhoneNumber != "":
		a.Phone = content.PhoneNumber
		return a, true
	case op.Verb == authmethod.Read:
		a = authmethod.Answer{Lost: fmt.Errorf("reading the answer: status %d without a phoneNumber", status)}
	case content.ID != "" || content.PhoneNumber != "":
		return a, true
	case len(body) > 0 || status == http.StatusOK:
		a = authmethod.Answer{Lost: fmt.Errorf("reading the answer: status %d without a phone", status)}
	}
	return a, false // at best a 201 or 204 without body
}

// describe writes code, message and request id into the answer.
func (e *graphError) describe(a *authmethod.Answer) {
	a.Code, a.Message = e.Code, e.Message
	for inner := e.InnerError; inner != nil; inner = inner.InnerError {
		if generic(a.Code) && specific(inner.Code) {
			a.Code = inner.Code
		}
		if a.Message == "" {
			a.Message = inner.Message
		}
		if a.RequestID == "" {
			a.RequestID = inner.RequestID
		}
	}
	a.Message = shorten(oneLine(a.Message), mostMessage)
}

// generic codes say no more than the status; an inner error may say more.
func generic(code string) bool {
	switch strings.ToLower(code) {
	case "", "badrequest", "invalidrequest", "unknownerror", "generalexception":
		return true
	}
	return false
}

// specific codes are words; some inner errors repeat the status as a code.
func specific(code string) bool {
	_, err := strconv.Atoi(code)
	return err != nil && code != ""
}

// decode reads JSON. A member of another type than ours is left out instead of
// spoiling the rest, which encoding/json has then decoded all the same.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		return nil
	}
	return err
}

// scalar is a JSON string or number, as text.
type scalar string

// UnmarshalJSON takes every value; what is no string keeps its JSON text.
func (s *scalar) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, (*string)(s))
	}
	*s = scalar(text)
	return nil
}

// headers are those of an answer or of an item in a $batch that we look at.
// The names of an item's are matched ignoring case by encoding/json.
type headers struct {
	RequestID    scalar `json:"request-id"`
	RetryAfter   scalar `json:"Retry-After"`
	Date         scalar `json:"Date"`
	Load         scalar `json:"x-ms-throttle-limit-percentage"`
	Authenticate scalar `json:"WWW-Authenticate"`
}

func headersOf(h http.Header) headers {
	return headers{
		RequestID:    scalar(h.Get("request-id")),
		RetryAfter:   scalar(h.Get("Retry-After")),
		Date:         scalar(h.Get("Date")),
		Load:         scalar(h.Get("x-ms-throttle-limit-percentage")),
		Authenticate: scalar(strings.Join(h.Values("WWW-Authenticate"), ", ")),
	}
}

// annotate adds to the answer what stands in its headers.
func (h headers) annotate(a *authmethod.Answer) {
	if h.RequestID != "" {
		a.RequestID = string(h.RequestID)
	}
	if h.RetryAfter != "" {
		a.RetryAfter = retryAfter(string(h.RetryAfter), string(h.Date), time.Now())
	}
	if load, err := strconv.ParseFloat(string(h.Load), 64); err == nil && load > 0 && load < 100 {
		a.Load = load
	}
}
