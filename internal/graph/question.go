package graph

import (
	"net/http"
	"strings"
)

// question is a GET of whatever stands at a path.
type question struct {
	path string // below the version, escaped
	body []byte // of the answer that was accepted
}

// request asks for an advanced query where $count stands in the path, as
// parameter or as segment: without the header the one is ignored and the other
// refused, see https://learn.microsoft.com/graph/aad-advanced-queries.
func (q *question) request() request {
	r := request{Method: http.MethodGet, URL: q.path, kind: strings.TrimPrefix(q.path, "/")}
	if end := strings.IndexAny(r.kind, "/(?"); end >= 0 {
		r.kind = r.kind[:end] // what follows may name a user
	}
	if strings.Contains(q.path, "$count") {
		r.Headers = eventual
	}
	return r
}

// accept finds success in JSON that came whole, whatever stands in it.
func (q *question) accept(status int, b body) string {
	switch {
	case status != http.StatusOK:
		return "where another is documented"
	case !b.whole:
		return "with a body that is not whole JSON"
	}
	q.body = b.text
	return ""
}
