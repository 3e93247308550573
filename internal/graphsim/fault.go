package graphsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Fault is something that goes wrong with the requests it matches, be they
// alone or in a $batch. It must say what: without Status and Body the request
// is answered as usual, changed by the other effects.
type Fault struct {
	// Method matches exactly; empty matches all.
	Method string `json:"method"`
	// Path matches anywhere in the decoded path below the version, as in
	// /users/bob@example.com/authentication/phoneMethods, whatever form the
	// key had; in /$batch; or in /{tenant}/oauth2/v2.0/token. Nil matches all:
	// a $batch and then each request in it.
	Path *regexp.Regexp `json:"path"`
	// After is how many matches pass unharmed first.
	After int `json:"after"`
	// Count is how many times the fault is played; 0 is for ever.
	Count int `json:"count"`
	// Probability is the share of matches it is played for; 0 is all.
	Probability float64 `json:"probability"`

	// Status answers in place of Graph. The error is Code and Message, or what
	// is usual with the status, unless there is a Body.
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Body answers in place of Graph, with status 200 if there is no Status.
	// If it is not JSON it cannot stand in a $batch and is the answer to the
	// whole of it, though the other requests are done.
	Body string `json:"body"`
	// ContentType is that of Body; text/html or application/json, as Body
	// looks, if empty.
	ContentType string `json:"contentType"`
	// Headers are added to the answer.
	Headers map[string]string `json:"headers"`
	// RetryAfter is the text of that header.
	RetryAfter string `json:"retryAfter"`
	// Applied does the work, as far as quota and rules let it, although Status
	// or Body answer otherwise.
	Applied bool `json:"applied"`
	// Latency is added to the usual one; in a $batch the longest counts.
	Latency Duration `json:"latency"`
	// Drop cuts the connection, in a $batch that of the whole.
	Drop Drop `json:"drop"`
	// Truncate ends the body, in a $batch that of the whole, after so many
	// bytes; 0 leaves it whole.
	Truncate int `json:"truncate"`
	// BatchAnswer spoils the id of the request's answer in a $batch; if the
	// Path is that of the $batch, of the first answer.
	BatchAnswer BatchAnswer `json:"batchAnswer"`
}

// Drop says when the connection is cut.
type Drop string

const (
	// DropBefore cuts before anything is done.
	DropBefore Drop = "before"
	// DropAfter cuts when all is done: the answer is lost.
	DropAfter Drop = "after"
)

// BatchAnswer says what is wrong with an answer in a $batch.
type BatchAnswer string

const (
	// Missing leaves it out.
	Missing BatchAnswer = "missing"
	// Doubled gives it twice.
	Doubled BatchAnswer = "doubled"
	// UnknownID gives it an id that was not in the $batch.
	UnknownID BatchAnswer = "unknown"
)

// Duration is written in JSON as time.ParseDuration reads it: "150ms".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// ReadFaults reads a JSON array of faults. Errors give the number of the
// fault, from 1, and name unknown keys.
func ReadFaults(r io.Reader) ([]Fault, error) {
	var raw []json.RawMessage
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&raw); err != nil {
		return nil, fmt.Errorf("reading faults: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading faults: more than one JSON value")
	}
	faults := make([]Fault, len(raw))
	for i := range raw {
		decoder := json.NewDecoder(bytes.NewReader(raw[i]))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&faults[i])
		if err == nil {
			err = faults[i].check()
		}
		if err != nil {
			return nil, fmt.Errorf("reading faults: fault %d: %s", i+1, strings.TrimPrefix(err.Error(), "json: "))
		}
	}
	return faults, nil
}

func (f *Fault) check() error {
	replaces := f.Status != 0 || f.Body != ""
	switch {
	case f.Drop != "" && f.Drop != DropBefore && f.Drop != DropAfter:
		return fmt.Errorf("drop %q is neither before nor after", f.Drop)
	case f.BatchAnswer != "" && f.BatchAnswer != Missing && f.BatchAnswer != Doubled && f.BatchAnswer != UnknownID:
		return fmt.Errorf("batchAnswer %q is not one of missing, doubled, unknown", f.BatchAnswer)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case f.Probability < 0 || f.Probability > 1:
		return errors.New("probability is not between 0 and 1")
	case f.After < 0 || f.Count < 0 || f.Truncate < 0 || f.Latency < 0:
		return errors.New("after, count, truncate and latency cannot be negative")
	case !replaces && (f.Applied || f.Code != "" || f.Message != "" || f.ContentType != ""):
		return errors.New("applied, code, message and contentType need a status or a body")
	case !replaces && len(f.Headers) == 0 && f.RetryAfter == "" && f.Latency == 0 && f.Drop == "" && f.Truncate == 0 && f.BatchAnswer == "":
		return errors.New("nothing goes wrong: give it a status, body, headers, latency, drop, truncate or batchAnswer")
	}
	return nil
}

// fault is a Fault in play. Its methods may be called on nil, no fault.
type fault struct {
	Fault
	json         bool // Body can stand in a $batch
	seen, played int
}

func newFaults(configured []Fault) []*fault {
	var faults []*fault
	for _, f := range configured {
		inPlay := &fault{Fault: f, json: json.Valid([]byte(f.Body))}
		if f.ContentType == "" {
			inPlay.ContentType = "text/html"
			if inPlay.json {
				inPlay.ContentType = plainJSON
			}
		}
		faults = append(faults, inPlay)
	}
	return faults
}

// faultFor finds the fault to be played for a request. It needs the lock.
func (s *Simulator) faultFor(method, path string) *fault {
	for _, f := range s.faults {
		if f.Method != "" && f.Method != method || f.Path != nil && !f.Path.MatchString(path) {
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
	return nil
}

func (f *fault) cutsBefore() bool { return f != nil && f.Drop == DropBefore }

func (f *fault) replaces() bool { return f != nil && (f.Status != 0 || f.Body != "") }

func (f *fault) replacesBatch() bool { return f.replaces() && f.Body != "" && !f.json }

func (f *fault) letsWork() bool { return !f.replaces() || f.Applied || f.Drop == DropAfter }

func (f *fault) latency() time.Duration {
	if f == nil {
		return 0
	}
	return time.Duration(f.Latency)
}

func (f *fault) answerStatus() int {
	if f.Status == 0 {
		return http.StatusOK
	}
	return f.Status
}

// change makes of an answer what the fault wants.
func (f *fault) change(x *exchange, a answer) answer {
	if f == nil {
		return a
	}
	if f.replaces() {
		a = f.answer(x)
	}
	if a.cut = a.cut || f.Drop == DropAfter; a.cut {
		return a
	}
	for name, value := range f.Headers {
		a.header[name] = value
	}
	if f.RetryAfter != "" {
		a.header["Retry-After"] = f.RetryAfter
	}
	a.truncate = f.Truncate
	return a
}

func (f *fault) answer(x *exchange) answer {
	if f.Body != "" {
		return answer{status: f.answerStatus(), header: map[string]string{"Content-Type": f.ContentType}, body: []byte(f.Body)}
	}
	if f.Status < http.StatusBadRequest {
		return answer{status: f.Status, header: map[string]string{}}
	}
	r := x.usualError(f.Status)
	if f.Code != "" {
		r.code, r.message = f.Code, f.Message
	} else if f.Message != "" {
		r.message = f.Message
	}
	return x.refuse(r)
}

// usualError is what Graph says most often with a status.
func (x *exchange) usualError(status int) refusal {
	switch status {
	case http.StatusUnauthorized:
		return *x.expiredToken()
	case http.StatusForbidden:
		return *phoneRefusal(status, "accessDenied", "Request Authorization failed")
	case http.StatusTooManyRequests:
		return refusal{status: status, code: "TooManyRequests", message: "Please retry again later.", inner: "Please retry after"}
	}
	return refusal{status: status, code: "UnknownError"}
}

// misplace spoils the id of the last response.
func (f *fault) misplace(responses []subResponse) []subResponse {
	if f == nil {
		return responses
	}
	last := len(responses) - 1
	switch f.BatchAnswer {
	case Missing:
		return responses[:last]
	case Doubled:
		return append(responses, responses[last])
	case UnknownID:
		responses[last].ID = "unknown-" + responses[last].ID
	}
	return responses
}
