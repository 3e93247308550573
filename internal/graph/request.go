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
}

// request is one step: a request of its own, or an item of a $batch as at
// https://learn.microsoft.com/graph/json-batching. Without dependsOn the items
// are carried out in any order.
type request struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`               // below the version
	Headers map[string]string `json:"headers,omitempty"` // needed where there is a body
	Body    *phone            `json:"body,omitempty"`
}

// newRequest puts a step into the words of
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods and
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-get.
func newRequest(id int, step authmethod.Step) request {
	r := request{ID: strconv.Itoa(id), Method: http.MethodPost, URL: phonesPath(step.User)}
	if step.Verb == authmethod.Read {
		r.Method, r.URL = http.MethodGet, r.URL+"/"+step.PhoneType.ID()
		return r
	}
	r.Headers = map[string]string{"Content-Type": "application/json"}
	r.Body = &phone{PhoneNumber: step.Number.Graph(), PhoneType: string(step.PhoneType)}
	return r
}

// newCall is the steps as one HTTP request: a plain one for one of them, a
// $batch for several.
func newCall(steps []authmethod.Step) (httpCall, error) {
	requests := make([]request, len(steps))
	for i, step := range steps {
		requests[i] = newRequest(i+1, step)
	}
	call := httpCall{method: http.MethodPost, path: "/$batch", kind: "$batch", size: len(steps)}
	var body any = map[string][]request{"requests": requests}
	if len(requests) == 1 {
		plain := requests[0]
		call.method, call.path, call.kind, body = plain.Method, plain.URL, "phoneMethods", plain.Body
		if plain.Body == nil {
			call.kind = "phoneMethods/{id}"
			return call, nil
		}
	}
	text, err := json.Marshal(body)
	call.body = string(text)
	return call, err
}

// phonesPath is the path of a user's phones below the version.
func phonesPath(user string) string {
	return userPath(user) + "/authentication/phoneMethods"
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
