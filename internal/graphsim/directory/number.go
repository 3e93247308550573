package directory

import (
	"slices"
	"strconv"
	"strings"
)

// Number is a sent phone number as Graph gives it back, with one blank behind
// the country code. It is false for what is not of the documented form,
// +{country code} {number}x{extension}
// (https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod).
//
// That the blank may be missing follows from clients that leave it out; that a
// number has 4 to 14 digits and an extension at most 10 is assumed. No
// numbering plan is looked at: the real service refuses more.
func Number(sent string) (stored string, ok bool) {
	main, extension, extended := strings.Cut(sent, "x")
	if extended && !isDigits(extension, 1, 10) {
		return "", false
	}
	main, plus := strings.CutPrefix(main, "+")
	code, number, spaced := strings.Cut(main, " ")
	if !spaced {
		if !isDigits(main, 5, 17) {
			return "", false
		}
		n := countryCodeLength(main)
		code, number = main[:n], main[n:]
	}
	if !plus || !isDigits(code, 1, 3) || code[0] == '0' || !isDigits(number, 4, 14) {
		return "", false
	}
	if spaced {
		return sent, true
	}
	return "+" + code + " " + sent[1+len(code):], true
}

func isDigits(s string, atLeast, atMost int) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return atLeast <= len(s) && len(s) <= atMost
}

// countryCodeLength knows the codes of one and two digits; all others have
// three: ITU-T E.164, list of assigned country codes.
func countryCodeLength(digits string) int {
	const twoDigits = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
		"60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case strings.Contains(twoDigits, digits[:2]):
		return 2
	}
	return 3
}

// packed is a number of up to 14 digits, those of an extension of up to 7
// included. From the top it has 10 bits of country code, 4 of how many digits
// follow, 3 of how many of them are the extension, and 47 of their value. Zero
// is no number.
type packed uint64

// elsewhere stands for a number that does not fit and is kept as text. It has
// no country code, as all that fit do.
const elsewhere packed = 1

func pack(number string) packed {
	if number == "" {
		return 0
	}
	code, rest, _ := strings.Cut(strings.TrimPrefix(number, "+"), " ")
	digits, extension, _ := strings.Cut(rest, "x")
	digits += extension
	if !isDigits(code, 1, 3) || code[0] == '0' || !isDigits(digits, 1, 14) || len(extension) > 7 {
		return elsewhere
	}
	// Neither can fail: both are few digits.
	c, _ := strconv.ParseUint(code, 10, 64)
	value, _ := strconv.ParseUint(digits, 10, 64)
	p := packed(c<<54 | uint64(len(digits))<<50 | uint64(len(extension))<<47 | value)
	if p.String() != number { // such as one without a blank
		return elsewhere
	}
	return p
}

func (p packed) String() string {
	if p == 0 {
		return ""
	}
	text := strconv.AppendUint(append(make([]byte, 0, 24), '+'), uint64(p>>54), 10)
	text = append(text, " 00000000000000"[:1+p>>50&15]...)
	value := uint64(p & (1<<47 - 1))
	for i := len(text) - 1; value > 0; i-- {
		text[i] = byte('0' + value%10)
		value /= 10
	}
	if extension := int(p >> 47 & 7); extension > 0 {
		text = slices.Insert(text, len(text)-extension, 'x')
	}
	return string(text)
}
