package importfile

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxUserBytes = 1024

// addressable says that text can be a userPrincipalName or an object id. Names
// are taken with more characters than
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname
// allows, because mail addresses of guests have them.
func addressable(text string) bool {
	at := strings.IndexByte(text, '@')
	if at < 0 {
		return isGUID(text)
	}
	return len(text) <= maxUserBytes && isName(text[:at]) && isDomain(text[at+1:])
}

// isName says that text can stand before the @.
func isName(text string) bool {
	if text == "" || text[len(text)-1] == '.' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf {
			return !strings.ContainsFunc(text[i:], notInName)
		} else if c < 64 && notInNameBelow64>>c&1 != 0 || c >= 64 && notInNameFrom64>>(c-64)&1 != 0 {
			return false
		}
	}
	return true
}

// The characters of ASCII that mean several users, a path or a pattern, or that
// nobody can see: a bit for each. "?" is what an export leaves of a letter that
// its encoding does not have.
const (
	notInNameBelow64 uint64 = 1<<(' '+1) - 1 | 1<<'"' | 1<<'<' | 1<<'>' | 1<<',' | 1<<';' | 1<<':' | 1<<'/' | 1<<'?' | 1<<'*' | 1<<'(' | 1<<')'
	notInNameFrom64  uint64 = 1<<('@'-64) | 1<<('['-64) | 1<<('\\'-64) | 1<<(']'-64) | 1<<('`'-64) | 1<<('{'-64) | 1<<('|'-64) | 1<<('}'-64) | 1<<(0x7f-64)
)

func notInName(r rune) bool {
	switch {
	case r < 64:
		return notInNameBelow64>>r&1 != 0
	case r < utf8.RuneSelf:
		return notInNameFrom64>>(r-64)&1 != 0
	}
	return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// isDomain says that text is labels with a dot between them, of letters, digits
// and hyphens.
func isDomain(text string) bool {
	dots, before := 0, byte('.')
	for i := range len(text) {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.' && before != '.' && before != '-':
			dots++
		case c == '-' && before != '.':
		case c >= utf8.RuneSelf:
			return isForeignDomain(text)
		default:
			return false
		}
		before = c
	}
	return dots > 0 && before != '.' && before != '-'
}

var foreignDomain = regexp.MustCompile(`^[\pL\pM\pN]+(?:-+[\pL\pM\pN]+)*(?:\.[\pL\pM\pN]+(?:-+[\pL\pM\pN]+)*)+$`)

func isForeignDomain(text string) bool { return foreignDomain.MatchString(text) }

// isGUID says that text is an object id. One of nothing but zeros is nobody's.
func isGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range []byte(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return strings.Trim(text, "0-") != ""
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

// unwrapped is the user within a text that is none as it stands.
func unwrapped(text string) (user string, is bool) {
	for _, w := range wrappings {
		if inner := w.FindStringSubmatch(text); inner != nil {
			user = trim(inner[1])
			if again, is := unwrapped(user); is {
				user = again
			}
			return user, kindOf(user) != userNone
		}
	}
	return "", false
}
