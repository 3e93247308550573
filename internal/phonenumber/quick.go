package phonenumber

import (
	"math/bits"
	"strings"
	"unsafe"

	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
)

// maxQuick is the longest cell that is parsed quickly. The places of again, a word of
// 32 bits, are as many.
const maxQuick = 32

// quick parses the cells that nearly all are: a number in ASCII, whose only
// reading is a valid number exactly as it is written, without anything to note.
// It allocates nothing, and leaves every other cell to [Parser.Parse], whose
// answer would be the same.
func quick(text string, region Region) (Parsed, bool) {
	var buf [maxQuick]byte
	n, again, fit := squeeze(&buf, text)
	if !fit {
		return Parsed{}, false
	}
	for ; again != 0; again &= again - 1 {
		if at := bits.TrailingZeros32(again); isQuicklyComplete(buf[:at], region) && isQuicklyComplete(buf[at:n], region) {
			return Parsed{}, false // two numbers
		}
	}
	digits := unsafe.String(&buf[0], n) // lives no longer than buf: nothing below keeps it
	if digits[0] == '+' {
		d, err := plans.Parse(digits, "")
		if err != nil || !d.Valid() || n-1 != codeLength(d.CountryCode)+len(d.National) || isCodeTwice(digits[1:], d) {
			return Parsed{}, false
		}
		return plain(d)
	}
	if region.Code == "" || region.Unread != "" || strings.HasPrefix(digits, "00") || isDummy(digits) {
		return Parsed{}, false
	}
	d, err := plans.Parse(digits, region.Code)
	if err != nil || !d.Valid() || d.Source != plans.National || beginsOverseas(d.National, region.Code) {
		return Parsed{}, false
	}
	prefix := plans.NationalPrefix(region.Code)
	code := codeLength(d.CountryCode)
	switch {
	case n <= code+1 || number(digits[:code]) == d.CountryCode || digits[0] == '0' && number(digits[1:1+code]) == d.CountryCode:
		return Parsed{}, false // the country's own code may stand there
	case n == len(prefix)+len(d.National) && prefix != "" && strings.HasPrefix(digits, prefix) && digits[len(prefix):] == d.National:
	case digits == d.National && (prefix != "0" || d.National[0] == '0') && (dialled{Number: d}).isUsual(digits, region.Code):
	default:
		return Parsed{}, false
	}
	return plain(d)
}

// plain is a number without anything to note.
func plain(d plans.Number) (Parsed, bool) {
	if isDummy(d.National) {
		return Parsed{}, false
	}
	number, fits := authmethod.NewPhoneNumber(d.CountryCode, d.National, "")
	return Parsed{Number: number, kind: d.Kind}, fits
}

// squeeze takes the digits of text, and a plus in front, into buf. It is false
// for texts in which a sign might be more than the punctuation of one number.
// Again has a bit for each place in buf where a blank stood before a 0 that may
// begin another number.
func squeeze(buf *[maxQuick]byte, text string) (n int, again uint32, fit bool) {
	if len(text) < minShort || len(text) > maxQuick || !isDigit(text[len(text)-1]) {
		return 0, 0, false
	}
	dots, marks := 0, false
	for i := range len(text) {
		c := text[i]
		switch {
		case isDigit(c):
			buf[n] = c
			n++
		case c == '+' && i == 0:
			buf[n] = c
			n++
		case i == 0 && c != '(', i > 0 && i < 3 && (c == '.' || c == ')'):
			return 0, 0, false // a negative amount, or the number of a list
		case c == ' ':
			if !isDigit(text[i-1]) && text[i-1] != ')' {
				return 0, 0, false
			}
			if text[i+1] == '0' && n >= minShort && len(text)-i > minShort {
				again |= 1 << n
			}
		case c == '-', c == '.':
			if marks = true; !isDigit(text[i+1]) || !isDigit(text[i-1]) && text[i-1] != ')' {
				return 0, 0, false
			}
			dots += count(c == '.')
		case c == '(' && text[i+1] != '0' && n < minShort:
			marks = true
		case c == ')' && isDigit(text[i-1]):
			marks = true
		default:
			return 0, 0, false
		}
	}
	if n < minShort || marks && len(text) <= maxDate || dots == 1 {
		return 0, 0, false // a date, or an amount
	}
	return n, again, true
}

// isQuicklyComplete reports whether digits alone are a valid number.
func isQuicklyComplete(digits []byte, region Region) bool {
	var buf [maxQuick + 1]byte
	from, code := digits, region.Code
	switch {
	case digits[0] == '+':
		code = ""
	case digits[0] == '0' && digits[1] == '0':
		buf[0], code = '+', ""
		from = append(buf[:1], digits[2:]...)
	}
	return isValid(unsafe.String(&from[0], len(from)), code)
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// codeLength is how many digits a country code has: E.164 gives it one to three.
func codeLength(code int) int {
	switch {
	case code < 10:
		return 1
	case code < 100:
		return 2
	}
	return 3
}

// number is the value of few digits, which are nothing else.
func number(digits string) (n int) {
	for i := range len(digits) {
		n = 10*n + int(digits[i]-'0')
	}
	return n
}

// isCodeTwice reports whether the number may begin with its country code a second
// time.
func isCodeTwice(digits string, d plans.Number) bool {
	code := codeLength(d.CountryCode)
	return len(d.National) > code && d.National[:code] == digits[:code]
}
