package graphsim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxBatch is the most requests that a $batch may hold:
// https://learn.microsoft.com/graph/json-batching.
const maxBatch = 20

// subRequest is one request of a $batch, as its JSON has it.
type subRequest struct {
	ID, Method, URL string
	Headers         map[string]string
	Body            []byte
	DependsOn       []string

	sent  []byte // Headers, in JSON
	after int    // index of what it depends on, or -1
}

// subResponse is one answer of a $batch. Its id is what ties it to its request:
// the order says nothing.
type subResponse struct {
	ID      string
	Status  int
	Headers []byte // in JSON
	Body    any
}

// encodeResponses writes what stands in a batch's answer. It appends by hand,
// because encoding/json would look at every encoded body once more.
func encodeResponses(responses []subResponse) []byte {
	to := append(make([]byte, 0, 512*len(responses)+20), `{"responses":[`...)
	for i, r := range responses {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(append(to, `{"id":`...), encode(r.ID)...)
		to = strconv.AppendInt(append(to, `,"status":`...), int64(r.Status), 10)
		if r.Headers != nil {
			to = append(append(to, `,"headers":`...), r.Headers...)
		}
		if r.Body != nil {
			to = append(append(to, `,"body":`...), encode(r.Body)...)
		}
		to = append(to, '}')
	}
	return append(to, "]}"...)
}

// parseBatch refuses the whole batch for one bad request in it, as Graph does.
// It does nothing yet: whether each request may be done is asked when it runs.
func parseBatch(contentType string, body []byte) ([]subRequest, *refusal) {
	var list [][]byte
	if isJSON(contentType) && json.Valid(body) {
		for members, _ := parts(nil, body, '{'); len(members) > 0; members = members[2:] {
			if string(members[0]) == `"requests"` {
				list, _ = parts(nil, members[1], '[')
			}
		}
	}
	if len(list) > maxBatch {
		return nil, &refusal{status: http.StatusBadRequest, code: "MaximumValueExceeded",
			message: fmt.Sprintf("Number of batch request steps exceeds the maximum value of %d.", maxBatch)}
	}
	requests := make([]subRequest, len(list))
	for i := range requests {
		r := &requests[i]
		if !r.read(list[i], &requests[max(0, i-1)]) {
			return nil, badRequest("Invalid batch payload format.")
		}
		if refused := r.check(); refused != nil {
			return nil, refused
		}
		if place(requests[:i], r.ID) >= 0 {
			return nil, badRequest("Request Id " + r.ID + " has to be unique in a batch.")
		}
	}
	if len(requests) == 0 {
		return nil, badRequest("Invalid batch payload format.")
	}
	return requests, resolveDependencies(requests)
}

// read takes the headers of the request before it where they are the same, as
// they are as a rule.
func (r *subRequest) read(request []byte, before *subRequest) bool {
	var space [16][]byte
	members, ok := parts(space[:0], request, '{')
	for ; ok && len(members) > 0; members = members[2:] {
		switch value := members[1]; string(members[0]) {
		case `"id"`:
			r.ID, ok = asText(value)
		case `"method"`:
			r.Method, ok = asText(value)
		case `"url"`:
			r.URL, ok = asText(value)
		case `"dependsOn"`:
			ok = json.Unmarshal(value, &r.DependsOn) == nil
		case `"headers"`:
			if r.Headers = before.Headers; !bytes.Equal(value, before.sent) {
				r.Headers = nil
				ok = json.Unmarshal(value, &r.Headers) == nil
			}
			r.sent = value
		case `"body"`:
			r.Body = value
		}
	}
	return ok
}

// check is about one request by itself. Its rules are in
// https://learn.microsoft.com/graph/json-batching.
func (r *subRequest) check() *refusal {
	if r.ID == "" || r.Method == "" || r.URL == "" {
		return badRequest("Invalid batch payload format.")
	}
	r.Method = strings.ToUpper(r.Method)
	if string(r.Body) == "null" {
		r.Body = nil
	}
	writes := r.Method == http.MethodPost || r.Method == http.MethodPatch || r.Method == http.MethodPut
	if (writes && r.Body == nil) || ((writes || r.Body != nil) && r.Get("Content-Type") == "") {
		return badRequest("Write request id : " + r.ID + " does not contain Content-Type header or body.")
	}
	return nil
}

// place finds a request by its id, in any case, and is -1 without one. Ids are
// few, so that a search is cheaper than a map.
func place(requests []subRequest, id string) int {
	for i := range requests {
		if strings.EqualFold(requests[i].ID, id) {
			return i
		}
	}
	return -1
}

// Get finds a header in any case.
func (r *subRequest) Get(name string) string {
	for key, value := range r.Headers {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// resolveDependencies takes the three shapes that work: no dependsOn, each
// names the one before, or all that have one name the same one; see
// https://learn.microsoft.com/graph/known-issues.
func resolveDependencies(requests []subRequest) *refusal {
	first := -1 // what the first request with a dependsOn names
	serial, shared := true, true
	for i := range requests {
		r := &requests[i]
		r.after = -1
		if len(r.DependsOn) > 1 {
			return wrongShape()
		}
		if len(r.DependsOn) == 1 {
			if r.after = place(requests[:i], r.DependsOn[0]); r.after < 0 {
				return badRequest("Invalid dependency for request Id " + r.ID + ".")
			}
		}
		if first < 0 {
			first = r.after
		}
		serial = serial && r.after == i-1
		shared = shared && (r.after < 0 || r.after == first)
	}
	if !serial && !shared {
		return wrongShape()
	}
	return nil
}

// wrongShape refuses a batch whose dependsOn form another graph than a chain or
// a star.
func wrongShape() *refusal {
	return badRequest("Batch should be either fully sequential or fully parallel.")
}

// item is one request of a batch on its way. Its call is made before any is
// done, so that a fault that cuts the connection finds nothing done.
type item struct {
	subRequest
	call  call
	fault *fault
	done  answer
}

// status is what the caller will see, unless an answer is lost.
func (it *item) status() int {
	if it.fault.replaces() {
		return it.fault.answerStatus()
	}
	return it.done.status
}

// batch serves a $batch. One token is for all its requests; each counts by
// itself against the quotas. It is done in one go under the lock, so that calls
// of other requests come before or after it.
func (s *Simulator) batch(x *exchange, r *http.Request, body []byte, f *fault) answer {
	caller, refused := s.authorize(x, r)
	if refused != nil {
		return x.refuse(nil, *refused)
	}
	if r.Method != http.MethodPost {
		return x.refuse(nil, *s.unrouted(&call{target: x.target}))
	}
	requests, refused := parseBatch(r.Header.Get("Content-Type"), body)
	if refused != nil {
		return x.refuse(nil, *refused)
	}
	items := make([]item, len(requests))
	for i := range requests {
		it := &items[i]
		it.subRequest = requests[i]
		it.call = s.newCall(it.Method, itemTarget(it.URL, x.target.version), &it.subRequest, it.subRequest.Body, &caller)
		it.call.inBatch = true
	}
	order, ok := s.run(x, items)
	if !ok {
		return answer{cut: true}
	}
	return s.assemble(x, items, order, f)
}

// run does the requests of a batch and gives the order of their answers. It is
// false if a fault cuts the connection before anything is done.
func (s *Simulator) run(x *exchange, items []item) (order []int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.SubRequests += len(items)
	// Which fault is played for which request is settled before the first is
	// done, in the order in which they were sent.
	parallel, cut := true, false
	for i := range items {
		it := &items[i]
		it.fault = s.faultFor(it.Method, &it.call.target)
		x.delay = max(x.delay, it.fault.Latency)
		cut = cut || it.fault.Drop == DropBefore
		parallel = parallel && it.after < 0
	}
	if cut {
		return nil, false
	}
	order = s.random.Perm(len(items))
	if s.config.Assumed.OrderedAnswers {
		slices.Sort(order)
	}
	for i := range items {
		n := i
		if parallel {
			n = order[i] // no order is promised for the work either
		}
		s.runItem(x, items, n)
	}
	return order, true
}

// runItem does one request of a batch, unless what it depends on has failed.
func (s *Simulator) runItem(x *exchange, items []item, n int) {
	it := &items[n]
	// What depends on a request that failed is not done:
	// https://learn.microsoft.com/graph/json-batching.
	if it.after >= 0 && items[it.after].status() >= http.StatusBadRequest {
		it.fault = &s.harmless
		it.done = x.refuse(&it.call, refusal{status: http.StatusFailedDependency, code: "FailedDependency",
			message: "Request failed due to failure of dependent requests."})
	} else {
		if it.after >= 0 {
			it.call.after = &items[it.after].call
		}
		s.arrive(x, &it.call)
		if it.fault.letsWork() {
			it.done = s.perform(x, &it.call)
		}
	}
	s.logItem(x, it)
}

// assemble writes the answer of the batch. A fault whose answer cannot stand
// inside one takes the place of the whole. It looks at no state, so that it
// needs no lock; ids are swapped first, because each answer is then written with
// the id that it has by then.
func (s *Simulator) assemble(x *exchange, items []item, order []int, f *fault) answer {
	responses := make([]subResponse, 0, len(items))
	cut, truncate, status, retryAfter := false, 0, http.StatusOK, ""
	for i := 0; i < len(order) && len(order) > 1; i++ {
		one, next := &items[order[i]], &items[order[(i+1)%len(order)]]
		if one.fault.BatchAnswer == Swapped || i == 0 && f.BatchAnswer == Swapped {
			one.ID, next.ID = next.ID, one.ID
			i++ // or two that want it would swap back
		}
	}
	var latest map[string]string // header, encoded once for all who have the same
	var header []byte
	for _, n := range order {
		it := &items[n]
		a := it.fault.change(x, it.done)
		if it.fault.replacesBatch() {
			return a
		}
		if it.done.cut && !it.fault.replaces() && it.fault.Drop == "" {
			continue // a user's rule, which does not take the others' answers along
		}
		cut = cut || a.cut
		truncate = max(truncate, a.truncate)
		if a.status == http.StatusTooManyRequests {
			status, retryAfter = s.config.Assumed.BatchThrottled, a.header["Retry-After"]
		}
		if !maps.Equal(a.header, latest) {
			latest, header = a.header, nil
			if len(latest) > 0 {
				header = encode(latest)
			}
		}
		responses = it.fault.misplace(append(responses, subResponse{it.ID, a.status, header, itemBody(a.body)}))
	}
	if f.BatchAnswer != "" && len(responses) > 0 {
		responses = append(f.misplace(responses[:1:1]), responses[1:]...)
	}
	a := answer{status: status, header: jsonHeader, body: encodeResponses(responses)}
	if status == http.StatusTooManyRequests && retryAfter != "" {
		a.set("Retry-After", retryAfter)
	}
	a.cut, a.truncate = cut, truncate
	return a
}

// itemBody is a body inside a $batch: what is not JSON stands there as base64,
// see https://learn.microsoft.com/graph/json-batching. Nil stays nil, and the
// answer then has no body.
func itemBody(body any) any {
	switch b := body.(type) {
	case []byte:
		return json.RawMessage(b)
	case text:
		return base64.StdEncoding.EncodeToString([]byte(b))
	}
	return body
}
