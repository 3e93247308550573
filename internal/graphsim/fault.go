package graphsim

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong with the requests it matches, be they alone
// or in a $batch. It must say what: without Status and Body the request is
// answered as usual, changed by the other effects. A fault that has been matched
// hides those behind it for this request.
type Fault struct {
	// Method matches in any case; empty matches all.
	Method string `yaml:"method"`
	// Path matches anywhere in the decoded path below the version, as in
	// /users/bob@example.com/authentication/phoneMethods, whatever form the
	// key had; in /$batch; or in /{tenant}/oauth2/v2.0/token. Nil matches all:
	// a $batch and then each request in it.
	Path *regexp.Regexp `yaml:"path"`
	// User matches anywhere in the user's userPrincipalName or id; nil matches
	// all requests, also those that concern no user.
	User *regexp.Regexp `yaml:"user"`
	// After is how many matches pass unharmed first.
	After int `yaml:"after"`
	// Count is how many times the fault is played; 0 is for ever.
	Count int `yaml:"count"`
	// Probability is the share of matches it is played for; 0 is all.
	Probability float64 `yaml:"probability"`

	// Answer is the name of an answer that people met, such as policy-405; those
	// of answers.yaml are known. What the fault does not say is as there, also
	// which calls it matches.
	Answer string `yaml:"answer"`
	// Status answers in place of Graph. The error, from 400 on, is Code and
	// Message, or what is usual with the status, unless there is a Body. One
	// below 200 is for requests in a $batch: alone it is only announced, and 200
	// ends the answer, because HTTP has it so (RFC 9110, section 15.2).
	Status  int    `yaml:"status" between:"100 999"`
	Code    string `yaml:"code"`
	Message string `yaml:"message"`
	// Body answers in place of Graph, with status 200 if there is no Status.
	// If it is not JSON it cannot stand in a $batch and is the answer to the
	// whole of it, though the other requests are done.
	Body string `yaml:"body"`
	// ContentType is that of Body; text/html or application/json, as Body
	// looks, if empty.
	ContentType string `yaml:"contentType"`
	// Headers are added to the answer. An empty one takes Graph's own away, such
	// as the request-id, which only Graph's answers have.
	Headers map[string]string `yaml:"headers"`
	// RetryAfter is the text of that header.
	RetryAfter string `yaml:"retryAfter"`
	// Applied does the work, as far as quota and rules let it, although Status
	// or Body answer otherwise.
	Applied bool `yaml:"applied"`
	// Latency is added to the usual one; in a $batch the longest counts.
	Latency time.Duration `yaml:"latency"`
	// Drop cuts the connection, in a $batch that of the whole.
	Drop Drop `yaml:"drop" one:"before after"`
	// Truncate ends the body, in a $batch that of the whole, after so many
	// bytes; 0 leaves it whole.
	Truncate int `yaml:"truncate"`
	// BatchAnswer spoils the id of the request's answer in a $batch; if the
	// Path is that of the $batch, of the first answer.
	BatchAnswer BatchAnswer `yaml:"batchAnswer" one:"missing doubled unknown base64 swapped"`
	// ErrorShape makes errors less well formed than they usually are.
	ErrorShape ErrorShape `yaml:"errorShape" one:"innererror without-ids without-inner without-message without-body"`
}

// Drop is when the connection is cut. A client sees the same in both cases: it
// cannot know whether the work was done.
type Drop string

const (
	// DropBefore cuts before anything is done.
	DropBefore Drop = "before"
	// DropAfter cuts when all is done: the answer is lost.
	DropAfter Drop = "after"
)

// BatchAnswer is what is wrong with an answer in a $batch. A client that goes by
// ids must not settle a wrong request because of it.
type BatchAnswer string

const (
	// Missed leaves it out.
	Missed BatchAnswer = "missing"
	// Doubled gives it twice.
	Doubled BatchAnswer = "doubled"
	// UnknownID gives it an id that was not in the $batch.
	UnknownID BatchAnswer = "unknown"
	// Base64 gives its body as base64, as if it were not JSON.
	Base64 BatchAnswer = "base64"
	// Swapped gives it the id of the answer beside it, and that one its own.
	Swapped BatchAnswer = "swapped"
)

// ErrorShape is what an error object lacks. Clients must not depend on more than
// status and code.
type ErrorShape string

const (
	// LowerInnerError spells innerError as innererror, as the documentation
	// does: https://learn.microsoft.com/graph/errors.
	LowerInnerError ErrorShape = "innererror"
	// WithoutIDs leaves both request ids out of innerError.
	WithoutIDs ErrorShape = "without-ids"
	// WithoutInner leaves innerError out.
	WithoutInner ErrorShape = "without-inner"
	// WithoutMessage leaves the messages empty.
	WithoutMessage ErrorShape = "without-message"
	// WithoutBody leaves the whole body out, as gateways do.
	WithoutBody ErrorShape = "without-body"
)

// problem finds what makes no sense although each value does. ReadScenario asks
// for it once all values have been read.
func (f *Fault) problem() (key, message string) {
	replaces := f.Status != 0 || f.Body != "" || f.Answer != ""
	plain := Fault{Method: f.Method, Path: f.Path, User: f.User, After: f.After, Count: f.Count, Probability: f.Probability, Headers: f.Headers}
	switch {
	case f.Method != "" && !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, strings.ToUpper(f.Method)):
		return "method", "is not one of GET, POST, PUT, PATCH, DELETE"
	case f.Path != nil && strings.HasPrefix(strings.TrimLeft(f.Path.String(), "^/"), "v1.0/"):
		return "path", "is compared with what stands below the version: leave /v1.0 out"
	case f.Answer != "" && !slices.Contains(AnswerNames(), f.Answer):
		return "answer", "is not the name of an answer; " + answersLike(f.Answer)
	case f.Answer != "" && (f.Status != 0 || f.Body != "" || f.Code != "" || f.Message != ""):
		return "answer", "says status, code, message and body already: leave them out"
	case !replaces && f.Applied:
		return "applied", "needs a status or a body"
	case !replaces && f.Code != "":
		return "code", "needs a status"
	case !replaces && f.Message != "":
		return "message", "needs a status"
	case f.Body == "" && f.ContentType != "":
		return "contentType", "needs a body"
	case len(f.Headers) == 0 && reflect.DeepEqual(*f, plain):
		return "", "nothing goes wrong: give it an answer, status, body, headers, retryAfter, latency, drop, truncate, batchAnswer or errorShape"
	}
	return "", ""
}

// fault is a Fault in play. Its counts need the lock.
type fault struct {
	Fault
	seen, played int
}

// faultFor finds the fault to be played for a request; harmless is none. It
// needs the lock. A match is counted also where chance or After lets it pass.
func (s *Simulator) faultFor(method string, t *target) *fault {
	for _, f := range s.faults {
		if f.Method != "" && !strings.EqualFold(f.Method, method) || f.Path != nil && !f.Path.MatchString(t.path) || f.User != nil && !s.concerns(f.User, t) {
			continue
		}
		f.seen++
		over := f.Count > 0 && f.played == f.Count
		if f.seen <= f.After || over || f.Probability > 0 && s.random.Float64() >= f.Probability {
			continue
		}
		f.played++
		return f
	}
	return &s.harmless
}

// concerns matches a user by whatever key the request has. A fault for
// somebody's id is played for their userPrincipalName too.
func (s *Simulator) concerns(pattern *regexp.Regexp, t *target) bool {
	if t.user == "" {
		return false
	}
	ref, ok := s.people.Find(t.user)
	return pattern.MatchString(t.user) || ok && (pattern.MatchString(s.people.UserPrincipalName(ref)) || pattern.MatchString(s.people.ID(ref)))
}

// replaces reports whether the answer is the fault's own.
func (f *fault) replaces() bool { return f.Status != 0 || f.Body != "" }

// replacesBatch reports whether the Body cannot stand in a $batch. It then
// stands for a gateway, which knows nothing of batches.
func (f *fault) replacesBatch() bool { return f.Body != "" && !json.Valid([]byte(f.Body)) }

// letsWork reports whether the work is done, whatever is answered.
func (f *fault) letsWork() bool { return !f.replaces() || f.Applied || f.Drop == DropAfter }

// answerStatus is the status of an answer that the fault replaces.
func (f *fault) answerStatus() int { return cmp.Or(f.Status, http.StatusOK) }

// change makes of an answer what the fault wants. It never changes what was
// done.
func (f *fault) change(x *exchange, a answer) answer {
	if f.replaces() {
		a = f.answer(x)
	}
	if a.cut = a.cut || f.Drop == DropAfter; a.cut {
		return a
	}
	if a.body = f.ErrorShape.of(a.body); a.body == nil && len(a.header) > 0 {
		a.header = maps.Clone(a.header)
		delete(a.header, "Content-Type")
	}
	for name, value := range f.Headers {
		a.set(name, value)
	}
	if f.RetryAfter != "" {
		a.set("Retry-After", f.RetryAfter)
	}
	a.truncate = cmp.Or(f.Truncate, a.truncate)
	return a
}

// answer is the fault's own answer. Without a Body it is well formed, as Graph's
// are; a Body goes back as it is.
func (f *fault) answer(x *exchange) answer {
	if f.Body != "" {
		contentType := plainJSON
		if f.replacesBatch() {
			contentType = "text/html"
		}
		return answer{status: f.answerStatus(), header: map[string]string{"Content-Type": cmp.Or(f.ContentType, contentType)}, body: []byte(f.Body)}
	}
	if f.Status < http.StatusBadRequest {
		return answer{status: f.Status}
	}
	r := x.usualError(f.Status)
	if f.Code != "" {
		r.code, r.message = f.Code, f.Message
	} else if f.Message != "" {
		r.message = f.Message
	}
	return x.refuse(nil, r)
}

// of gives an error its shape, and leaves other bodies alone.
func (shape ErrorShape) of(body any) any {
	e, ok := body.(errorBody)
	if !ok {
		return body
	}
	inner := e.Error.InnerError
	switch shape {
	case WithoutBody:
		return nil
	case LowerInnerError:
		e.Error.InnerError, e.Error.LowerInner = nil, inner
	case WithoutIDs:
		delete(inner, "request-id")
		delete(inner, "client-request-id")
	case WithoutInner:
		e.Error.InnerError = nil
	case WithoutMessage:
		e.Error.Message = ""
		delete(inner, "message")
	}
	return e
}

// misplace spoils the id of the last response. Swapped is done before, when all
// answers are known.
func (f *fault) misplace(responses []subResponse) []subResponse {
	last := len(responses) - 1
	switch f.BatchAnswer {
	case Missed:
		return responses[:last]
	case Doubled:
		return append(responses, responses[last])
	case UnknownID:
		responses[last].ID = "unknown-" + responses[last].ID
	case Base64:
		if encoded, err := json.Marshal(responses[last].Body); err == nil && responses[last].Body != nil {
			responses[last].Body = base64.StdEncoding.EncodeToString(encoded)
		}
	}
	return responses
}
