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
}

type contentType struct {
	ContentType string `json:"Content-Type"`
}

var jsonContent = &contentType{"application/json"}

// newRequest puts a step into the words of
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods,
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-get and
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
func newRequest(id int64, step authmethod.Step) request {
	r := request{ID: strconv.FormatInt(id, 10), Method: http.MethodPost, URL: phonesPath(step.User)}
	if step.Verb != authmethod.Create {
		r.Method, r.URL = http.MethodGet, r.URL+"/"+step.PhoneType.ID()
		if step.Verb == authmethod.Delete {
			r.Method = http.MethodDelete
		}
		return r
	}
	r.Headers = jsonContent
	r.Body = &phone{PhoneNumber: step.Number.Graph(), PhoneType: string(step.PhoneType)}
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
