package graph

import (
	"bytes"
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
	SMSSignIn   string      `json:"smsSignInState,omitempty"`
	Kind        string      `json:"@odata.type,omitempty"` // in a list of methods
	Value       []phone     `json:"value,omitempty"`       // the list of methods
	Error       *graphError `json:"error,omitempty"`
}

// graphError is described at https://learn.microsoft.com/graph/errors.
type graphError struct {
	Code       string      `json:"code"`
	Message    string      `json:"message"`
	RequestID  string      `json:"request-id"` // inner errors only
	InnerError *graphError `json:"innerError"`
}

// speaks reports whether the error is one of Graph's, which say at least what it
// is about. Gateways answer {"error": "Not Found"}, which is not.
func (e *graphError) speaks() bool {
	return e != nil && (e.Code+e.Message != "" || e.InnerError.speaks())
}

// body is the body of an answer to one operation. Its text is kept only where it may
// have to be quoted.
type body struct {
	phone
	none  bool // there is no body
	whole bool // it is JSON to its end
	text  []byte
}

func newBody(text []byte) body {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // before plain texts, as that of $count
	b := body{none: len(text) == 0, text: text}
	b.whole = decode(text, &b.phone) == nil
	return b
}

// methods are those of a list, in which phones are told by their ids: they are
// constants of the types.
func (p phone) methods(g gate) []authmethod.Method {
	methods := make([]authmethod.Method, len(p.Value))
	for i, m := range p.Value {
		methods[i].Kind = g.text(strings.TrimPrefix(m.Kind, "#microsoft.graph."))
		for _, t := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice} {
			if m.PhoneNumber != "" && strings.EqualFold(m.ID, t.ID()) {
				methods[i].PhoneType, methods[i].Phone = t, g.line(m.PhoneNumber)
			}
		}
	}
	return methods
}

// is reports whether the phone can be of this type: the id of a phone is a
// constant of its type.
func (p phone) is(t authmethod.PhoneType) bool {
	of := func(told, ours string) bool { return told == "" || strings.EqualFold(told, ours) }
	return of(p.ID, t.ID()) && of(p.PhoneType, string(t))
}

// graphs reports whether the body has members that only Graph would send.
func (b body) graphs() bool {
	return b.ID+b.PhoneNumber != "" || bytes.Contains(b.text, []byte(`"@odata.context"`))
}

// understand reads status and body of the answer to one operation. proper reports
// whether the body is one that Graph sends.
//
// Success is only what the operation finds no fault with. A refusal is only what
// bears Graph's own error: a bare 404 is some gateway's, and tells nothing about
// user or phone. Statuses that HTTP does not know say nothing either,
// https://www.rfc-editor.org/rfc/rfc9110#section-15.
func understand(g gate, op operation, status int, b body) (a authmethod.Answer, proper bool) {
	what := ""
	switch {
	case status < 200 || status > 599:
		what = "which HTTP does not know"
	case status >= 400 && b.whole && b.Error.speaks():
		a.Status = status
		b.Error.describe(&a, g)
		a.Meaning = meaningOf(callOf(op), status, a.Code, a.Message)
		return a, true
	case status >= 400 && status < 500 && !slices.Contains(elsewhere, status):
		what = "without Graph's error, as a proxy or a gateway answers"
		if beginning := g.beginning(b.text); beginning != "" {
			what += ": " + beginning
		}
	case status/100 != 2:
		return authmethod.Answer{Status: status, Message: g.beginning(b.text)}, false
	default:
		if what = op.accept(status, b); what == "" {
			a := authmethod.Answer{Status: status, Phone: g.line(b.PhoneNumber), SMSSignIn: g.text(b.SMSSignIn)}
			if s, is := op.(*step); is && s.lists() {
				a.Methods = b.methods(g)
			}
			return a, b.graphs() || b.none
		}
	}
	return authmethod.Answer{Lost: fmt.Errorf("reading the answer: status %d %s", status, what)}, b.graphs()
}

// lists reports whether the answer is a list of methods.
func (s *step) lists() bool {
	return s.Verb == authmethod.ReadMethods || s.Verb == authmethod.ReadPhones
}

// accept finds success only in what says so in full: the documented status with this
// phone, or nothing where nothing is documented.
func (s *step) accept(status int, b body) string {
	call := calls[s.Verb]
	switch {
	case call.empty == status && b.none:
		return ""
	case !b.whole && !b.none:
		return "with a body that is not whole JSON"
	case s.lists() && b.Value == nil:
		return "without a list"
	case s.lists() && status == call.success:
		return ""
	case b.PhoneNumber == "":
		return "without a phone"
	case !b.is(s.PhoneType):
		return fmt.Sprintf("with a phone that is no %s", s.PhoneType)
	case status != call.success:
		return "where another is documented"
	}
	return ""
}

// elsewhere are refusals that need not be Graph's to be believed: whoever says
// so means the moment or the token, and not the row.
var elsewhere = []int{http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusLocked, http.StatusFailedDependency, http.StatusTooManyRequests}

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

// headers are those of an answer, or of an item in a $batch, in which Graph
// speaks about it.
type headers struct {
	requestID, retryAfter, date, load, scope, authenticate string
}

func headersOf(h http.Header) headers {
	return headers{
		requestID: h.Get("request-id"), retryAfter: h.Get("Retry-After"), date: h.Get("Date"),
		load: h.Get("x-ms-throttle-limit-percentage"), scope: h.Get("x-ms-throttle-scope"), authenticate: strings.Join(h.Values("WWW-Authenticate"), ", "),
	}
}

// annotate adds to the answer what stands in its headers. A load outside of what
// https://learn.microsoft.com/graph/throttling describes says nothing.
func annotate(a *authmethod.Answer, h headers, g gate) {
	a.RequestID = cmp.Or(g.text(h.requestID), a.RequestID)
	if h.retryAfter != "" {
		a.RetryAfter = retryAfter(h.retryAfter, h.date, time.Now())
	}
	// Of Tenant_Application, Tenant and Application only the second is not the app's.
	a.TenantWide = a.Status == http.StatusTooManyRequests && strings.HasPrefix(strings.ToLower(h.scope), "tenant/")
	if h.load == "" {
		return
	}
	if load, err := strconv.ParseFloat(h.load, 64); err == nil && load > 0 && load < 100 {
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
