package importfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
)

// numUserKinds are told apart in a whole file.
const numUserKinds = heading.UserNone + 1

// userKinds counts them over a file. The reading tells them, so that a column of
// employee ids is seen before anything is sent.
type userKinds [numUserKinds]int

// holdsMore reports whether what should be a user is a piece of a row: an address or a
// phone stands in it.
func holdsMore(user string) bool {
	return strings.IndexByte(user, '@') >= 0 || strings.IndexByte(user, '+') >= 0 && countDigits(user) >= minPhoneDigits
}

// otherIDs name users in other places than Graph: they look like names. The first is
// a SID ([MS-DTYP] 2.4.2.1). The second is a GUID in Base64, as
// onPremisesImmutableId has it: 16 bytes are 22 characters and two signs of padding.
var otherIDs = []struct {
	pattern *regexp.Regexp
	code    authmethod.Code
}{
	{regexp.MustCompile(`^S-1-[0-9]+(?:-[0-9]+)+$`), authmethod.CodeUserNotAddressableSid},
	{regexp.MustCompile(`^[A-Za-z0-9+/]{22}==$`), authmethod.CodeUserNotAddressableBase64},
}

// fits reports whether a cell of this kind could be a user of the file. What is looked
// up may be nearly anything; this is what it usually is.
func fits(kind heading.UserKind, c *heading.Columns) bool {
	return kind.Fit(c.UserDomain != "") || c.UserKey.LookedUp() && kind < heading.UserNone
}

// take takes the user of a line as it is, since only the tenant knows what its
// properties hold. What stands round a user is in no property.
func (c *common) take(key heading.UserKey) {
	user, _ := heading.UserOf(c.user)
	if user != c.user {
		c.notes = append(c.notes, authmethod.CodeUserUnwrapped.Problem())
	}
	if c.user = user; user == "" || heading.IsEmpty(user) {
		c.problems = append(c.problems, authmethod.CodeUserMissingKey.Problem(key.Property()))
	}
}

// check completes the user of a line, or says why it cannot be sent. The row keeps
// the user that would be sent, and a note of what was changed.
func (u *userKinds) check(c *common, domain string) {
	user, kind := heading.UserOf(c.user)
	if c.user == "" || !kind.Fit(false) && heading.IsEmpty(c.user) {
		c.problems = append(c.problems, authmethod.CodeUserMissing.Problem())
		return
	}
	// They look like names without a domain: completed, they would be addresses of
	// nobody.
	for _, other := range otherIDs {
		if kind != heading.UserAddress && other.pattern.MatchString(c.user) {
			u[heading.UserNone]++
			c.problems = append(c.problems, other.code.Problem())
			return
		}
	}
	u[min(kind, heading.UserNone)]++
	if user != c.user {
		c.user = user
		c.notes = append(c.notes, authmethod.CodeUserUnwrapped.Problem())
	}
	switch {
	case kind == heading.UserName && domain != "":
		c.user += "@" + domain
		c.notes = append(c.notes, authmethod.CodeUserCompleted.Problem(domain))
		if !heading.Addressable(c.user) { // too long now
			c.problems = append(c.problems, unfitUsers[heading.UserNone].Problem())
		}
	case kind != heading.UserAddress && kind != heading.UserObjectID:
		c.problems = append(c.problems, unfitUsers[kind].Problem())
	}
}

// holds says in words what a column of users holds, the most frequent first.
// The proposal is what --map could say where these can be sent for nobody.
func (u userKinds) holds(column, domain, proposal string) string {
	// A mail address need not be the userPrincipalName: only the heading tells
	// which of them the column holds.
	addresses := "names with a domain"
	switch folded := strings.ToLower(column); {
	case strings.Contains(folded, "principal") || strings.Contains(folded, "upn"):
		addresses = "userPrincipalNames"
	case strings.Contains(folded, "mail") || strings.Contains(folded, "correo") || strings.Contains(folded, "courriel"):
		addresses = "mail addresses"
	}
	// In the order of heading.UserKind.
	names := [numUserKinds]string{addresses, "object ids", "employee ids", "names without a domain", `logon names (DOMAIN\name)`, "texts that cannot be a user"}
	if m, known := heading.Lookup(column); known && m.Key == heading.User && !m.Addressable() && !strings.Contains(heading.Fold(column), "accountname") {
		names[heading.UserName] = names[heading.UserDigits]
	}
	if domain != "" {
		names[heading.UserName] += ", completed with @" + domain
	}
	var kinds []heading.UserKind
	total := 0
	for k := range numUserKinds {
		if total += u[k]; u[k] > 0 {
			kinds = append(kinds, k)
		}
	}
	if total == 0 {
		return ""
	}
	slices.SortStableFunc(kinds, func(a, b heading.UserKind) int { return u[b] - u[a] })
	text := "holds " + names[kinds[0]]
	for _, k := range kinds[1:] {
		text += fmt.Sprintf(", and %s (%d of %d)", names[k], u[k], total)
	}
	// It is the wrong column, which is said once and not only by each row.
	if u[heading.UserAddress] == 0 && u[heading.UserObjectID] == 0 && (u[heading.UserName] == 0 || domain == "") {
		text += ": no row can be sent; name a column with userPrincipalNames: " + proposal
		if u[heading.UserName] > 0 {
			text += ", or complete the names with --user-domain DOMAIN"
		}
	}
	return text
}

// userProposal names another column that could be the user, if there is one. Without
// one the flag stands there with a word to replace.
func userProposal(unused []heading.Column) string {
	for _, c := range unused {
		if m, known := heading.Lookup(c.Heading); known && m.Addressable() {
			return heading.MapFlag(heading.User, c.Heading)
		}
	}
	return "--map user=HEADING"
}

// unfitUsers are the problems of cells that cannot be sent as a user.
var unfitUsers = map[heading.UserKind]authmethod.Code{
	heading.UserNone: authmethod.CodeUserNotAddressable, heading.UserSeveral: authmethod.CodeUserNotAddressableSeveral, heading.UserDamaged: authmethod.CodeUserNotAddressableDamaged,
	heading.UserDigits: authmethod.CodeUserNotAddressableDigits, heading.UserLogon: authmethod.CodeUserNotAddressableLogon, heading.UserName: authmethod.CodeUserNotAddressableName,
}
