package login

import (
	"cmp"
	"slices"
	"strings"
)

// graphResource is the resource of scopes that name none.
const graphResource = "https://graph.microsoft.com"

// scopes is what a client asks for.
type scopes struct {
	all      []string // as they are written
	resource string
	names    []string // permissions of the resource, or .default for all
}

// openIDScopes ask for parts of the answer
// (https://learn.microsoft.com/entra/identity-platform/scopes-oidc).
var openIDScopes = []string{"openid", "profile", "email", "offline_access"}

// parseScope is not ok where the scopes are of two resources.
func parseScope(text string) (s scopes, ok bool) {
	s.all = strings.Fields(text)
	for _, scope := range s.all {
		if slices.Contains(openIDScopes, scope) {
			continue
		}
		resource, name := graphResource, scope
		// The last slash: a resource is a URI itself, as in
		// https://graph.microsoft.com/User.Read.All.
		if end := strings.LastIndexByte(scope, '/'); end >= 0 {
			resource, name = scope[:end], scope[end+1:]
		}
		// A token is good for one audience
		// (https://learn.microsoft.com/entra/identity-platform/scopes-oidc).
		if resource == "" || s.resource != "" && s.resource != resource {
			return s, false
		}
		s.resource = resource
		s.names = append(s.names, name)
	}
	s.resource = cmp.Or(s.resource, graphResource)
	return s, true
}

// onlyDefault reports whether the scope is {resource}/.default and nothing else
// but what libraries add for OpenID Connect.
func (s *scopes) onlyDefault() bool {
	return len(s.names) == 1 && slices.Contains(s.all, s.resource+"/.default")
}

// beyond reports whether a permission is asked for that is not granted. The
// name alone counts, whatever resource it is of.
func (s *scopes) beyond(granted []string) bool {
	return slices.ContainsFunc(s.names, func(name string) bool {
		return name != ".default" && !containsFold(granted, name)
	})
}

// answer is the scope member of the answer: what was asked for, as it was
// written, because libraries look for that, and all else that is granted.
// Entra ID leaves offline_access out.
func (s *scopes) answer(granted []string) string {
	answer := slices.DeleteFunc(slices.Clone(s.all), func(scope string) bool { return scope == "offline_access" })
	for _, name := range granted {
		if !containsFold(s.names, name) {
			answer = append(answer, s.resource+"/"+name)
		}
	}
	return strings.Join(answer, " ")
}

// containsFold is for names of permissions, which Entra ID takes in any case.
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(t string) bool { return strings.EqualFold(t, s) })
}
