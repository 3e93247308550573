package graphsim

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// targetKind is what a path is for. The order counts: kinds before batchEndpoint
// are calls to Graph, and those from phoneCollection to methodCollection are
// served by the MFA service.
type targetKind int

const (
	unknownResource targetKind = iota
	unknownVersion
	unroutedPhones   // the MFA service's, but nothing we know
	badUserKey       // /users/$name, see splitPath
	phoneCollection  // /users/{user}/authentication/phoneMethods
	phoneCount       // .../phoneMethods/$count
	onePhone         // .../phoneMethods/{id}
	enableSMS        // .../phoneMethods/{id}/enableSmsSignIn
	disableSMS       // .../phoneMethods/{id}/disableSmsSignIn
	methodCollection // /users/{user}/authentication/methods
	userCollection   // /users
	userCount        // /users/$count
	oneUser          // /users/{user}
	objectsByID      // /directoryObjects/getByIds, /users/getByIds
	registrations    // /reports/authenticationMethods/userRegistrationDetails
	oneRegistration  // .../userRegistrationDetails/{id}
	groupMembers     // /groups/{id}/transitiveMembers/microsoft.graph.user
	organizations    // /organization
	methodsPolicy    // /policies/authenticationMethodsPolicy
	oneMethodPolicy  // .../authenticationMethodConfigurations/{id}
	batchEndpoint    // /$batch

	tokenEndpoint // of the sign-in service
	discovery     // its other endpoints
	inspection    // /_sim/...
)

// target is what a path addresses. It is known from the path alone: whether user
// or phone exist is not.
type target struct {
	kind    targetKind
	path    string // decoded, below the version, keys as plain segments
	query   string
	version string // "v1.0" or "beta"
	user    string
	me      bool   // user is whoever calls
	id      string // of a phone, a registration or a group
	unknown string // the segment that nothing is known by
	odd     bool   // an apostrophe stands in the path as it is
	oddCase bool   // an action's name is not in the documented case
}

// route finds the target of an HTTP request by its escaped path. A path that
// nothing is known by is one of an unknown version.
func route(u *url.URL) target {
	// Decoding comes later, for each segment, or an encoded slash would divide
	// one.
	escaped := u.EscapedPath()
	first, rest, _ := strings.Cut(strings.TrimPrefix(escaped, "/"), "/")
	switch {
	case first == "v1.0" || first == "beta":
		t := graphTarget(rest)
		t.version, t.query = first, u.RawQuery
		return t
	case first == "_sim", escaped == "/":
		return target{kind: inspection, path: escaped, query: u.RawQuery}
	}
	t := target{kind: unknownVersion, path: escaped, query: u.RawQuery, unknown: first}
	switch {
	case login.IsToken(escaped):
		t.kind = tokenEndpoint
	case login.Serves(escaped):
		t.kind = discovery
	}
	return t
}

// itemTarget finds the target of a request in a $batch by its url. It has no
// version of its own: that of the $batch counts.
func itemTarget(address, version string) target {
	path, query, _ := strings.Cut(address, "?")
	t := graphTarget(path)
	t.version = version
	t.query, _, _ = strings.Cut(query, "#")
	return t
}

// patterns are the paths below the version. The first one that fits counts;
// names in them stand in any case, and * is anything more. The list is short
// enough to be walked for each call.
var patterns = []struct {
	path string
	kind targetKind
}{
	{"users/{user}/authentication/phoneMethods", phoneCollection}, // most are for it
	{"$batch", batchEndpoint},
	{"directoryObjects/getByIds", objectsByID},
	{"directoryObjects/microsoft.graph.getByIds", objectsByID},
	{"users/getByIds", objectsByID},
	{"users", userCollection},
	{"users/$count", userCount},
	{"users/{user}", oneUser},
	{"users/{user}/authentication/methods", methodCollection},
	{"users/{user}/authentication/phoneMethods/$count", phoneCount},
	{"users/{user}/authentication/phoneMethods/{id}", onePhone},
	// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-enablesmssignin
	{"users/{user}/authentication/phoneMethods/{id}/enableSmsSignIn", enableSMS},
	{"users/{user}/authentication/phoneMethods/{id}/microsoft.graph.enableSmsSignIn", enableSMS},
	{"users/{user}/authentication/phoneMethods/{id}/disableSmsSignIn", disableSMS},
	{"users/{user}/authentication/phoneMethods/{id}/microsoft.graph.disableSmsSignIn", disableSMS},
	{"users/{user}/authentication/*", unroutedPhones},
	{"users/{user}/*", unknownResource},
	{"reports/authenticationMethods/userRegistrationDetails", registrations},
	{"reports/authenticationMethods/userRegistrationDetails/{id}", oneRegistration},
	{"groups/{id}/transitiveMembers/microsoft.graph.user", groupMembers},
	{"organization", organizations},
	{"organization/{id}", organizations},
	{"policies/authenticationMethodsPolicy", methodsPolicy},
	{"policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{id}", oneMethodPolicy},
	{"policies/authenticationMethodsPolicy/*", unroutedPhones}, // the collection, too
}

// graphTarget finds the target of an escaped path below the version, with or
// without a leading slash. What stands behind a # that was not escaped is not
// part of it. A path that breaks the rules of URLs is an unknown resource.
func graphTarget(escaped string) target {
	escaped, _, _ = strings.Cut(escaped, "#")
	escaped = strings.Trim(escaped, "/")
	var space [8]string // more than a path that is served has, after an empty one
	all, quoted, ok := splitPath(space[:1], escaped)
	if !ok {
		return target{path: "/" + escaped, unknown: escaped}
	}
	segments := all[1:]
	if len(segments) > 1 && (directory.IsID(segments[0]) || strings.EqualFold(segments[0], "myorganization")) {
		all, segments = append([]string{""}, segments[1:]...), segments[1:] // without the tenant, which the token names as well
	}
	t := target{path: strings.Join(all, "/"), unknown: segments[0], odd: !quoted && strings.Contains(escaped, "'")}
	if strings.EqualFold(segments[0], "me") && (len(segments) == 1 || strings.EqualFold(segments[1], "authentication")) {
		t.me = true
		segments = append([]string{"users", ""}, segments[1:]...)
	}
	// https://learn.microsoft.com/graph/api/user-get: such a key breaks the URL
	// conventions of OData unless it is quoted.
	if len(segments) > 1 && strings.EqualFold(segments[0], "users") && strings.HasPrefix(segments[1], "$") && !quoted &&
		(len(segments) > 2 || segments[1] != "$count") {
		t.kind, t.unknown = badUserKey, segments[1]
		return t
	}
	for _, known := range patterns {
		if !t.fits(known.path, segments, quoted) {
			continue
		}
		if t.kind = known.kind; t.kind == unknownResource {
			t.unknown = segments[2]
		}
		break
	}
	return t
}

// fits reports whether the segments are those of a pattern, and keeps what
// stands in its places if so. It allocates nothing, because most calls try
// several patterns.
func (t *target) fits(pattern string, segments []string, quoted bool) bool {
	pattern, more := strings.CutSuffix(pattern, "/*")
	n := strings.Count(pattern, "/") + 1
	if len(segments) < n || len(segments) > n && !more {
		return false
	}
	user, id, oddCase := "", "", false
	for i := range n {
		var name string
		name, pattern, _ = strings.Cut(pattern, "/")
		switch segment := segments[i]; {
		case name == "{user}":
			user = segment
		case name == "{id}":
			id = segment
		case name == "$count" && (segment != name || quoted && i == 1), !strings.EqualFold(segment, name):
			return false
		default:
			oddCase = segment != name
		}
	}
	t.user, t.id, t.oddCase = user, id, oddCase
	return true
}

// splitPath splits before it decodes, so that an encoded slash stays in its
// segment, and makes two segments of name('key'). quoted is true where the key
// of a user was of that form, the only one for a userPrincipalName that begins
// with $: https://learn.microsoft.com/graph/api/user-get. It is not ok for a
// path that no URL may have.
func splitPath(to []string, escaped string) (segments []string, quoted, ok bool) {
	if strings.ContainsFunc(escaped, notInURL) {
		return nil, false, false
	}
	for raw, more := "", true; more; {
		raw, escaped, more = strings.Cut(escaped, "/")
		segment, err := url.PathUnescape(raw)
		if err != nil {
			return nil, false, false
		}
		name, rest, isCall := strings.Cut(segment, "('")
		key, isKey := strings.CutSuffix(rest, "')")
		if !isCall || !isKey {
			to = append(to, segment)
			continue
		}
		quoted = quoted || strings.EqualFold(name, "users")
		to = append(to, name, strings.ReplaceAll(key, "''", "'"))
	}
	return to, quoted, true
}

// notInURL finds what must be percent-encoded in any URL (RFC 3986); of the
// letters of a userPrincipalName that is ^.
func notInURL(r rune) bool {
	switch r {
	case '"', '<', '>', '\\', '^', '`', '{', '|', '}':
		return true
	}
	return r <= ' ' || r >= 0x7f
}

// origin is the scheme and host of the caller's view. Identity libraries follow
// what the discovery documents say to the letter, so that a proxy that ends TLS
// must be seen through. The client chooses these headers, so nothing is trusted
// because of them.
func origin(r *http.Request, forwarded string) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return cmp.Or(forwarded, scheme) + "://" + cmp.Or(r.Header.Get("X-Forwarded-Host"), r.Host)
}

// browsed is the origin by which a browser reaches us. A client that is bound to
// https may forward a scheme alone, though it speaks http; a proxy also tells
// whose request or which host it forwards. What a browser is sent to must be
// reachable for it, and not only for the client.
func browsed(r *http.Request) string {
	if r.Header.Get("X-Forwarded-Host") == "" && r.Header.Get("X-Forwarded-For") == "" {
		return origin(r, "")
	}
	return origin(r, r.Header.Get("X-Forwarded-Proto"))
}
