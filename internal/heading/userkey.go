package heading

import (
	"slices"
	"strings"
)

// UserKey is the property of users that the user column holds. The values are those
// of --user-key and of profiles.
type UserKey string

// The keys. The empty one is UserKeyUPN.
const (
	UserKeyAuto       UserKey = "auto" // as the heading of the column says; never found out from cells
	UserKeyUPN        UserKey = "upn"  // userPrincipalName or object id, as Graph takes them in a request
	UserKeyMail       UserKey = "mail"
	UserKeyEmployeeID UserKey = "employeeId"
	UserKeySAM        UserKey = "samAccountName" // onPremisesSamAccountName
)

// UserKeys are the names of all keys.
func UserKeys() []string {
	return []string{string(UserKeyAuto), string(UserKeyUPN), string(UserKeyMail), string(UserKeyEmployeeID), string(UserKeySAM)}
}

// ParseUserKey is the key with a name, whose case counts. It is false for a name
// that no key has.
func ParseUserKey(name string) (UserKey, bool) {
	return UserKey(name), name == "" || slices.Contains(UserKeys(), name)
}

// LookedUp reports whether users have to be looked up in the tenant by the key before
// anything can be sent for them. Auto must have become another key by then.
func (k UserKey) LookedUp() bool {
	return k == UserKeyMail || k == UserKeyEmployeeID || k == UserKeySAM
}

// Property is the property of users as Graph calls it, of the object id the
// userPrincipalName.
func (k UserKey) Property() string {
	switch k {
	case UserKeyMail, UserKeyEmployeeID:
		return string(k)
	case UserKeySAM:
		return "onPremisesSamAccountName"
	}
	return "userPrincipalName"
}

// userKeyOf is the key that the heading of a user column speaks of.
func userKeyOf(heading string) UserKey {
	m, known := Lookup(heading)
	switch {
	case !known || m.Key != User || m.Rank == 0:
		return UserKeyUPN
	case !m.Addressable() && strings.Contains(Fold(heading), "accountname"):
		return UserKeySAM
	case !m.Addressable():
		return UserKeyEmployeeID
	case says(heading, "mail"), mentions(haystack(heading), "mail user"):
		return UserKeyMail
	}
	return UserKeyUPN
}

// keyed is the meaning of a heading where users are looked up by a key: the columns
// that speak of it are the user's, and others of users are left to --map.
func (f *Input) keyed(heading string, m Meaning) Meaning {
	if m.Key != User || !f.UserKey.LookedUp() {
		return m
	}
	if m.Rank = rankProposed; userKeyOf(heading) == f.UserKey {
		m.Rank = 0
	}
	return m
}

// keyAt is the key of the user column, from 0.
func (f *Input) keyAt(column int) UserKey {
	if f.UserKey == UserKeyAuto {
		return userKeyOf(f.Headings[column])
	}
	return f.UserKey
}
