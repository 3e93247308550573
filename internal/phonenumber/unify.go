package phonenumber

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// unify is a compatibility normalization for phone numbers only: NFKC would turn
// superscripts and circled digits, which are footnotes, into digits. It writes
// digits, plus, dashes and blanks in ASCII and drops characters that cannot be seen.
// Line breaks stay: they separate two numbers.
func (w *written) unify(text string) string {
	if isPlainASCII(text) {
		return text
	}
	invisible, otherDigits := false, false
	unified := strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\n' || r < utf8.RuneSelf && unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			invisible = true
			return -1
		case r == '\u207A': // superscript plus
			return '+'
		case r == '\u223C' || r == '\u301C': // a tilde, and what is typed for one in Japan
			return '~'
		case r == '\u30FC' || r == '\uFF70': // the long vowel of katakana, beside the dash on the keyboard
			return '-'
		case r == '\u0130': // the capital of i in Turkish labels, which does not fold
			return 'I'
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			return '-'
		case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
			otherDigits = true
			return r - 0xFEE0
		case unicode.IsDigit(r):
			otherDigits = true
			return '0' + digitValue(r)
		}
		return r
	}, text)
	if invisible {
		w.note(authmethod.CodeInvisibleCharacters)
	}
	if otherDigits {
		w.note(authmethod.CodeOtherDigits)
	}
	return unified
}

// isPlainASCII reports whether there is nothing to unify, as in nearly all cells. Tabs
// and line breaks are not plain.
func isPlainASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// digitValue is the value of a decimal digit of any script. Unicode keeps the
// ten digits of a script together, in order, at the start of a range or a
// multiple of ten after it.
func digitValue(r rune) rune {
	for _, rg := range unicode.Nd.R16 {
		if rune(rg.Lo) <= r && r <= rune(rg.Hi) {
			return (r - rune(rg.Lo)) % 10
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if rune(rg.Lo) <= r && r <= rune(rg.Hi) {
			return (r - rune(rg.Lo)) % 10
		}
	}
	return 0 // unreachable unless bug: callers ask only for digits
}
