package graphsim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

type targetKind int

const (
	unknownResource targetKind = iota
	unknownVersion
	unroutedPhones   // below /users/{user}/authentication, but nothing we know
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
	organizations    // /organization
	batchEndpoint    // /$batch

	tokenEndpoint // of the sign-in service
	discovery     // its other endpoints
	inspection    // /_sim/...
)

// target is what a path addresses.
type target struct {
	kind    targetKind
	path    string // decoded, below the version, keys as plain segments
	query   string
	version string // "v1.0" or "beta"
	user    string
	me      bool   // user is whoever calls
	id      string // of a phone or a registration
	unknown string // the segment that nothing is known by
	odd     bool   // an apostrophe stands in the path as it is
	oddCase bool   // an action's name is not in the documented case
}

// route finds the target of an HTTP request by its escaped path.
func route(u *url.URL) target {
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

// itemTarget finds the target of a request in a $batch by its url.
func itemTarget(address, version string) target {
	path, query, _ := strings.Cut(address, "?")
	t := graphTarget(path)
	t.version = version
	t.query, _, _ = strings.Cut(query, "#")
	return t
}

// graphTarget finds the target of an escaped path below the version, with or
// without a leading slash. What stands behind a # that was not escaped is not
// part of it.
func graphTarget(escaped string) target {
	escaped, _, _ = strings.Cut(escaped, "#")
	escaped = strings.Trim(escaped, "/")
	segments, quoted, ok := splitPath(escaped)
	if !ok {
		return target{path: "/" + escaped, unknown: escaped}
	}
	if len(segments) > 1 && (directory.IsID(segments[0]) || strings.EqualFold(segments[0], "myorganization")) {
		segments = segments[1:] // the tenant, which the token names as well
	}
	t := target{path: "/" + strings.Join(segments, "/"), unknown: segments[0], odd: !quoted && strings.Contains(escaped, "'")}
	switch is := func(names ...string) bool { return startsWith(segments, names) }; {
	case is("$batch") && len(segments) == 1:
		t.kind = batchEndpoint
	case is("me") && (len(segments) == 1 || is("me", "authentication")):
		t.me = true
		t.routeUser(segments)
	case (is("users", "getByIds") || is("directoryObjects", "getByIds") || is("directoryObjects", "microsoft.graph.getByIds")) && len(segments) == 2:
		t.kind = objectsByID
	case is("users"):
		t.routeUsers(segments, quoted)
	case is("reports", "authenticationMethods", "userRegistrationDetails") && len(segments) <= 4:
		t.kind = registrations
		if len(segments) == 4 {
			t.kind, t.id = oneRegistration, segments[3]
		}
	case is("organization") && len(segments) <= 2:
		t.kind = organizations
		if len(segments) == 2 {
			t.id = segments[1]
		}
	}
	return t
}

func startsWith(segments, names []string) bool {
	return len(segments) >= len(names) && slices.EqualFunc(segments[:len(names)], names, strings.EqualFold)
}

func (t *target) routeUsers(segments []string, quoted bool) {
	switch {
	case len(segments) == 1:
		t.kind = userCollection
	case len(segments) == 2 && !quoted && segments[1] == "$count":
		t.kind = userCount
	case !quoted && strings.HasPrefix(segments[1], "$"):
		// https://learn.microsoft.com/graph/api/user-get: such a key breaks the
		// URL conventions of OData unless it is quoted.
		t.kind, t.unknown = badUserKey, segments[1]
	default:
		t.user = segments[1]
		t.routeUser(segments[1:])
	}
}

// routeUser goes on behind the user, whose key is the first segment.
func (t *target) routeUser(segments []string) {
	switch is := func(names ...string) bool { return startsWith(segments[1:], names) }; {
	case len(segments) == 1:
		t.kind = oneUser
	case !is("authentication"):
		t.unknown = segments[1]
	case is("authentication", "methods") && len(segments) == 3:
		t.kind = methodCollection
	case is("authentication", "phoneMethods"):
		t.routePhones(segments[3:])
	default:
		t.kind = unroutedPhones
	}
}

func (t *target) routePhones(segments []string) {
	switch {
	case len(segments) == 0:
		t.kind = phoneCollection
	case len(segments) == 1 && segments[0] == "$count":
		t.kind = phoneCount
	case len(segments) == 1:
		t.kind, t.id = onePhone, segments[0]
	case len(segments) == 2:
		t.id = segments[0]
		t.routeAction(strings.TrimPrefix(segments[1], "microsoft.graph."))
	default:
		t.kind = unroutedPhones
	}
}

// routeAction takes the names of the actions in any case:
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-enablesmssignin.
func (t *target) routeAction(name string) {
	const enable, disable = "enableSmsSignIn", "disableSmsSignIn"
	t.kind = unroutedPhones
	switch {
	case strings.EqualFold(name, enable):
		t.kind, t.oddCase = enableSMS, name != enable
	case strings.EqualFold(name, disable):
		t.kind, t.oddCase = disableSMS, name != disable
	}
}

// splitPath splits before it decodes, so that an encoded slash stays in its
// segment, and takes name('key') apart into two segments. quoted says that the
// key of a user was of that form, the only one for a userPrincipalName that
// begins with $: https://learn.microsoft.com/graph/api/user-get.
func splitPath(escaped string) (segments []string, quoted, ok bool) {
	if strings.ContainsFunc(escaped, notInURL) {
		return nil, false, false
	}
	for raw := range strings.SplitSeq(escaped, "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			return nil, false, false
		}
		name, rest, isCall := strings.Cut(segment, "('")
		key, isKey := strings.CutSuffix(rest, "')")
		if !isCall || !isKey {
			segments = append(segments, segment)
			continue
		}
		quoted = quoted || strings.EqualFold(name, "users")
		segments = append(segments, name, strings.ReplaceAll(key, "''", "'"))
	}
	return segments, quoted, true
}

// notInURL finds what must be percent-encoded in any URL (RFC 3986); of the
// letters of a userPrincipalName that is ^.
func notInURL(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}", r)
}

// origin is the scheme and host of the caller's view. Identity libraries
// follow what the discovery documents say to the letter, so that a proxy that
// ends TLS must be seen through.
func origin(r *http.Request) string {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if forwarded := r.Header.Get("X-Forwarded-Proto"); forwarded != "" {
		scheme = forwarded
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
		host = forwarded
	}
	return scheme + "://" + host
}
