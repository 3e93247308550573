package heading

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"entraphone/internal/spreadsheet"
)

// UserKind is what the cell of a user holds. Whether the tenant has such a user only
// Graph knows.
type UserKind int

// The kinds. From UserNone on they are nothing that names one user.
const (
	UserAddress  UserKind = iota // name@domain
	UserObjectID                 // a GUID
	UserDigits                   // an employee id
	UserName                     // a name without a domain, as sAMAccountName is
	UserLogon                    // DOMAIN\name
	UserNone
	UserSeveral // more than one user
	UserDamaged // with "?" where letters were
)

// Fit reports whether such a user can be sent. completes means that names
// without a domain are completed.
func (k UserKind) Fit(completes bool) bool {
	return k == UserAddress || k == UserObjectID || k == UserName && completes
}

// MaxUserBytes is the longest user.
const MaxUserBytes = 1024

// KindOf is what a trimmed cell that is not empty holds. Of what is no user it
// tells only that.
func KindOf(user string) UserKind {
	switch {
	case isGUID(user):
		return UserObjectID
	case Addressable(user):
		return UserAddress
	case len(user) > MaxUserBytes:
		return UserNone
	case isName(user) && strings.Trim(user, "0123456789-") == "":
		return UserDigits
	case isName(user):
		return UserName
	}
	if domain, name, found := strings.Cut(user, `\`); found && isName(domain) && isName(name) {
		return UserLogon
	}
	return UserNone
}

// UserOf is the user that a cell names: as it stands, or within what stands
// round it. Where it is none, the kind tells why.
func UserOf(cell string) (user string, kind UserKind) {
	// No user begins so, but one in a file that a spreadsheet may open.
	if rest := cell; strings.HasPrefix(cell, "'") {
		if rest = spreadsheet.Unprotect(cell); rest != cell && KindOf(rest) < UserNone {
			return rest, KindOf(rest)
		}
	}
	kind = KindOf(cell)
	if kind == UserAddress || kind == UserObjectID || len(cell) > MaxUserBytes {
		return cell, kind
	}
	if inner, is := unwrapped(cell, maxWrappings); is {
		return inner, KindOf(inner)
	}
	switch {
	case kind != UserNone:
	case strings.Count(cell, "@") > 1:
		kind = UserSeveral
	case strings.Contains(cell, "?") && KindOf(strings.ReplaceAll(cell, "?", "x")) != UserNone:
		kind = UserDamaged
	}
	return cell, kind
}

// Addressable reports whether text can be a userPrincipalName or an object id.
// Names may have more characters than
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname
// allows, because mail addresses of guests have them.
func Addressable(text string) bool {
	name, domain, is := strings.Cut(text, "@")
	return isGUID(text) || is && len(text) <= MaxUserBytes && isName(name) && isDomain(domain)
}

// isName reports whether text can stand before the @.
func isName(text string) bool {
	return text != "" && text[len(text)-1] != '.' && inName.all(text)
}

// inName are characters of the part before the @, inLabel those of domains, in any
// script.
var inName, inLabel = newCharset(notInName), newCharset(notInLabel)

// charset are characters, the ASCII ones in a table: two million cells are looked
// at in a file of a million rows.
type charset struct {
	ascii [utf8.RuneSelf]bool
	isNot func(rune) bool
}

// newCharset are the characters of which isNot is false.
func newCharset(isNot func(rune) bool) *charset {
	c := &charset{isNot: isNot}
	for r := range rune(utf8.RuneSelf) {
		c.ascii[r] = !isNot(r)
	}
	return c
}

// all reports whether text consists of them.
func (c *charset) all(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return !strings.ContainsFunc(text[i:], c.isNot)
		}
		if !c.ascii[text[i]] {
			return false
		}
	}
	return true
}

// notInName reports whether a character means several users, a path or a pattern,
// or cannot be seen. "?" is what an export leaves of a letter that its encoding
// does not have.
func notInName(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || strings.IndexByte("\"<>,;:/?*()@[\\]`{|}\x7f", byte(r)) >= 0
	}
	return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// isDomain reports whether text is labels with a dot between them, of letters,
// digits and hyphens. It does not look the domain up.
func isDomain(text string) bool {
	labels := 0
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || !inLabel.all(label) {
			return false
		}
		labels++
	}
	return labels > 1
}

// notInLabel reports whether a character is in no domain, international ones
// included (RFC 5890).
func notInLabel(r rune) bool {
	return r != '-' && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// Domain is the domain that completes users who have none, as an option gives
// it; empty for none.
func Domain(text string) (string, error) {
	domain := strings.TrimPrefix(Trim(text), "@")
	if text != "" && !isDomain(domain) {
		return "", ask("domain", text)
	}
	return domain, nil
}

// isGUID reports whether text is an object id in its usual form. One of nothing
// but zeros is nobody's.
func isGUID(text string) bool {
	const length = 36 // other lengths are other forms, such as with braces
	return len(text) == length && uuid.Validate(text) == nil && strings.Trim(text, "0-") != ""
}

// What stands round users: the marks of mail programs and directories, the name
// that a person is shown by, and what protects a cell in a spreadsheet.
var wrappings = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^(?:mailto|smtp|sip):(.+)$`),
	regexp.MustCompile(`^i:0[^|]*\|membership\|(.+)$`), // a claim of SharePoint
	regexp.MustCompile(`^[^<>@]*<([^<>]+)>$`),
	regexp.MustCompile(`^=?"(.*)"$`),
	regexp.MustCompile(`^'(.*)'$`),
	regexp.MustCompile(`^[“„](.*)[”“]$`),
	regexp.MustCompile(`^\{(.*)\}$`),
}

// maxWrappings are more than mail programs, directories and spreadsheets put round one
// another. A cell of quotes alone would be searched once for each of them.
const maxWrappings = 5

// unwrapped is the user within a text that is none as it stands, within so many
// wrappings at most.
func unwrapped(text string, most int) (user string, is bool) {
	if most == 0 {
		return "", false
	}
	for _, w := range wrappings {
		if inner := w.FindStringSubmatch(text); inner != nil {
			user = Trim(inner[1])
			if again, is := unwrapped(user, most-1); is {
				user = again
			}
			return user, KindOf(user) != UserNone
		}
	}
	return "", false
}

// Visible is a user without characters that nobody sees, such as those that turn the
// direction of writing.
func Visible(user string) string {
	if isASCII(user) {
		return user // as nearly all are
	}
	return keep(user, func(r rune) bool {
		return !unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
	})
}

// lookAlikes are the scripts that have letters which look like Latin ones; see
// https://www.unicode.org/reports/tr39/#Confusable_Detection.
var lookAlikes = []*unicode.RangeTable{unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee}

// MixesScripts finds a letter that may only look like a Latin one: of another script,
// in the same name or in the same part of a domain as Latin letters.
func MixesScripts(user string) (letter rune, mixes bool) {
	if isASCII(user) {
		return 0, false
	}
	name, domain, _ := strings.Cut(user, "@")
	for _, part := range append(strings.Split(domain, "."), name) {
		latin := strings.ContainsFunc(part, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		if at := strings.IndexFunc(part, func(r rune) bool { return unicode.In(r, lookAlikes...) }); latin && at >= 0 {
			letter, _ = utf8.DecodeRuneInString(part[at:])
			return letter, true
		}
	}
	return 0, false
}
