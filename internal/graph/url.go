package graph

import "strings"

// phonesPath is the path of a user's phones below the version, the same in a
// plain request and in a $batch.
func phonesPath(user string) string {
	return userPath(user) + "/authentication/phoneMethods"
}

// userPath names a user by object id or userPrincipalName.
//
// A name that begins with "$" has to stand in quotes, see
// https://learn.microsoft.com/graph/api/user-get. So do names that a server
// would take for no segment or for a step up the path.
func userPath(user string) string {
	if strings.HasPrefix(user, "$") || strings.Trim(user, ".") == "" {
		return "/users('" + escape(strings.ReplaceAll(user, "'", "''"), "$") + "')"
	}
	return "/users/" + escape(user, "")
}

// escape percent-encodes all but RFC 3986's unreserved characters, "@", and
// the characters in keep. It is stricter than url.PathEscape because "+" is a
// blank to some servers.
func escape(text, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(text) + 16)
	for i := range len(text) {
		c := text[i]
		if unreserved(c) || c == '@' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
