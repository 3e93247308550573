package graphsim

import (
	"net/http"
	"net/url"
	"strings"
)

type targetKind int

// Kinds before batchEndpoint are served one by one, behind the token.
const (
	unknownResource     targetKind = iota
	unroutedPhones                 // below /users/{user}/authentication, but nothing we know
	badUserKey                     // /users/$name, see user
	phoneCollection                // /users/{user}/authentication/phoneMethods
	onePhone                       // /users/{user}/authentication/phoneMethods/{id}
	batchEndpoint                  // /$batch
	tokenEndpoint                  // /{tenant}/oauth2/v2.0/token
	openIDConfiguration            // /{tenant}/v2.0/.well-known/openid-configuration
	instanceDiscovery              // /common/discovery/instance
)

// target is what a path addresses.
type target struct {
	kind    targetKind
	path    string // decoded, below the version, keys as plain segments
	version string // "v1.0" or "beta"
	tenant  string
	user    string
	phoneID string
}

// route finds the target of an HTTP request by its escaped path.
func route(escaped string) target {
	first, rest, _ := strings.Cut(strings.TrimPrefix(escaped, "/"), "/")
	switch {
	case first == "v1.0" || first == "beta":
		t := graphTarget(rest)
		t.version = first
		return t
	case escaped == "/common/discovery/instance":
		return target{kind: instanceDiscovery, path: escaped}
	case rest == "oauth2/v2.0/token":
		return target{kind: tokenEndpoint, path: escaped, tenant: first}
	case rest == "v2.0/.well-known/openid-configuration":
		return target{kind: openIDConfiguration, path: escaped, tenant: first}
	}
	return target{path: escaped}
}

// graphTarget finds the target of an escaped path below the version, with or
// without a leading slash: that of a plain request or of one in a $batch.
// What stands behind ? is ignored, as Graph ignores options of these calls,
// and so is what stands behind a # that was not escaped.
func graphTarget(escaped string) target {
	if end := strings.IndexAny(escaped, "?#"); end >= 0 {
		escaped = escaped[:end]
	}
	escaped = strings.TrimPrefix(escaped, "/")
	segments, quoted, ok := splitPath(escaped)
	if !ok {
		return target{path: "/" + escaped}
	}
	t := target{path: "/" + strings.Join(segments, "/")}
	if len(segments) == 1 && strings.EqualFold(segments[0], "$batch") {
		t.kind = batchEndpoint
	}
	if len(segments) < 3 || !strings.EqualFold(segments[0], "users") || !strings.EqualFold(segments[2], "authentication") {
		return t
	}
	t.user = segments[1]
	switch known := len(segments) > 3 && strings.EqualFold(segments[3], "phoneMethods"); {
	case !quoted && strings.HasPrefix(t.user, "$"):
		t.kind = badUserKey
	case known && len(segments) == 4:
		t.kind = phoneCollection
	case known && len(segments) == 5:
		t.kind, t.phoneID = onePhone, segments[4]
	default:
		t.kind = unroutedPhones
	}
	return t
}

// splitPath splits before it decodes, so that an encoded slash stays in its
// segment, and takes name('key') apart into two segments. quoted says that the
// first segment was of that form, the only one for a userPrincipalName that
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
		quoted = quoted || len(segments) == 0
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
