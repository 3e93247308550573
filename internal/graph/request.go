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
	size   int    // how many steps are in it
	first  int64  // id of the first item of a $batch
}

// request is one step: a request of its own, or an item of a $batch as at
// https://learn.microsoft.com/graph/json-batching. Without dependsOn the items
// are carried out in any order.
type request struct {
	ID      string       `json:"id"`
	Method  string       `json:"method"`
	URL     string       `json:"url"`               // below the version
	Headers *contentType `json:"headers,omitempty"` // needed where there is a body
	Body    *phone       `json:"body,omitempty"`

	kind string // the URL without the user, for the log
}

type contentType struct {
	ContentType string `json:"Content-Type"`
}

var jsonContent = &contentType{"application/json"}

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

// newRequest puts a step into the words of Graph. In a $batch a POST has a body even
// where the call has none.
func newRequest(id int64, step authmethod.Step) request {
	c := calls[step.Verb]
	below := strings.Replace(c.below, "{id}", step.PhoneType.ID(), 1)
	r := request{ID: strconv.FormatInt(id, 10), Method: c.method, URL: userPath(step.User) + "/authentication/" + below, kind: c.below}
	if c.body {
		r.Body = &phone{PhoneNumber: step.Number.Graph(), PhoneType: string(step.PhoneType)}
	} else if c.method == http.MethodPost {
		r.Body = &phone{}
	}
	if r.Body != nil {
		r.Headers = jsonContent
	}
	return r
}

// newCall is the steps as one HTTP request: a plain one for one of them, a
// $batch for several, whose ids are counted on from first.
func newCall(first int64, steps []authmethod.Step) (httpCall, error) {
	var batch struct {
		Requests []request `json:"requests"`
	}
	batch.Requests = make([]request, len(steps))
	for i, step := range steps {
		batch.Requests[i] = newRequest(first+int64(i), step)
	}
	call := httpCall{method: http.MethodPost, path: "/$batch", kind: "$batch", size: len(steps), first: first}
	var body any = batch
	if len(steps) == 1 {
		plain := batch.Requests[0]
		call.method, call.path, call.kind, body = plain.Method, plain.URL, plain.kind, plain.Body
		if !calls[steps[0].Verb].body {
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
