package graph

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
)

// httpCall is one HTTP request.
type httpCall struct {
	method string
	path   string // below the version, escaped
	kind   string // the path without the user, for the log
	body   string // JSON, empty for none
	size   int    // how many operations are in it
	first  int64  // id of the first item of a $batch

	consistency string // a ConsistencyLevel, empty for none
}

// operation is what Graph is asked by a request of its own or by one item of a
// $batch: a step or a question.
type operation interface {
	request() request
	// accept says why an answer with a status of 2xx is not the success that
	// is documented, and nothing where it is.
	accept(status int, b body) (fault string)
}

// request is an operation as an item of a $batch, see
// https://learn.microsoft.com/graph/json-batching. Without dependsOn the items
// are carried out in any order.
type request struct {
	ID      string       `json:"id"`
	Method  string       `json:"method"`
	URL     string       `json:"url"` // below the version
	Headers *itemHeaders `json:"headers,omitempty"`
	Body    *phone       `json:"body,omitempty"`

	kind string // see httpCall
}

type itemHeaders struct {
	ContentType      string `json:"Content-Type,omitempty"` // needed where there is a body
	ConsistencyLevel string `json:"ConsistencyLevel,omitempty"`
}

var (
	jsonContent = &itemHeaders{ContentType: "application/json"}
	// eventual asks for an advanced query, see
	// https://learn.microsoft.com/graph/aad-advanced-queries.
	eventual = &itemHeaders{ConsistencyLevel: "eventual"}
)

// call is how a verb is said to Graph.
type call struct {
	method  string
	below   string // the user's authentication; {id} is the phone's
	body    bool   // has the phone in it
	success int    // the documented status
	empty   int    // a status that says success without a body
}

// calls are described below
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod. An
// update is answered 204 by the documents and 200 with the phone by some services.
var calls = map[authmethod.Verb]call{
	authmethod.Create:      {http.MethodPost, "phoneMethods", true, http.StatusCreated, 0},
	authmethod.Update:      {http.MethodPatch, "phoneMethods/{id}", true, http.StatusOK, http.StatusNoContent},
	authmethod.Delete:      {http.MethodDelete, "phoneMethods/{id}", false, 0, http.StatusNoContent},
	authmethod.Read:        {http.MethodGet, "phoneMethods/{id}", false, http.StatusOK, 0},
	authmethod.ReadPhones:  {http.MethodGet, "phoneMethods", false, http.StatusOK, 0},
	authmethod.ReadMethods: {http.MethodGet, "methods", false, http.StatusOK, 0},
	authmethod.EnableSMS:   {http.MethodPost, "phoneMethods/{id}/enableSmsSignIn", false, 0, http.StatusNoContent},
	authmethod.DisableSMS:  {http.MethodPost, "phoneMethods/{id}/disableSmsSignIn", false, 0, http.StatusNoContent},
}

// step is a step as an operation.
type step authmethod.Step

// noBody is that of a POST which has none: in a $batch it has to be there.
var noBody = &phone{}

// request puts a step into the words of Graph.
func (s *step) request() request {
	c := calls[s.Verb]
	below := strings.Replace(c.below, "{id}", s.PhoneType.ID(), 1)
	r := request{Method: c.method, URL: userPath(s.User) + "/authentication/" + below, kind: c.below}
	switch {
	case c.body:
		r.Body = &phone{PhoneNumber: s.Number.Graph(), PhoneType: string(s.PhoneType)}
	case c.method == http.MethodPost:
		r.Body = noBody
	}
	if r.Body != nil {
		r.Headers = jsonContent
	}
	return r
}

// newCall is the operations as one HTTP request: a plain one for one of them, a
// $batch for several, whose ids are counted on from first.
func newCall(first int64, operations []operation) (httpCall, error) {
	var batch struct {
		Requests []request `json:"requests"`
	}
	batch.Requests = make([]request, len(operations))
	for i, op := range operations {
		batch.Requests[i] = op.request()
		batch.Requests[i].ID = strconv.FormatInt(first+int64(i), 10)
	}
	call := httpCall{method: http.MethodPost, path: "/$batch", kind: "$batch", size: len(operations), first: first}
	var body any = batch
	if len(operations) == 1 {
		plain := batch.Requests[0]
		call.method, call.path, call.kind, body = plain.Method, plain.URL, plain.kind, plain.Body
		if plain.Headers != nil {
			call.consistency = plain.Headers.ConsistencyLevel
		}
		if plain.Body == nil || plain.Body == noBody {
			return call, nil
		}
	}
	text, err := json.Marshal(body)
	call.body = string(text)
	return call, err
}

// userPath names a user by object id or userPrincipalName.
//
// A name that begins with "$" has to stand in quotes, see
// https://learn.microsoft.com/graph/api/user-get. So do names that a server
// would take for no segment or for a step up the path.
func userPath(user string) string {
	escaped := segment.Replace(url.QueryEscape(user))
	if strings.HasPrefix(user, "$") || strings.Trim(user, ".") == "" {
		return "/users('" + quoted.Replace(escaped) + "')"
	}
	return "/users/" + escaped
}

var (
	// segment is stricter than url.PathEscape, because "+" is a blank to some
	// servers.
	segment = strings.NewReplacer("+", "%20", "%40", "@")
	quoted  = strings.NewReplacer("%27", "%27%27", "%24", "$")
)
