package authmethod

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// PhoneNumber is a telephone number in the form that Microsoft Graph
// documents: "+", country code, one blank, national number, and "x" with the
// extension where there is one ("+1 2065550100x123"). Numbers are comparable.
// The zero value is not a number.
//
// A phone number is personal data, so it prints masked through every verb of
// fmt, through encoding/json and through zerolog: "+1 ***00". Only
// [PhoneNumber.Graph] gives the whole of it. Even where fmt cannot ask the
// type, in unexported fields, no digits show: they are kept scrambled.
type PhoneNumber struct{ high, low uint64 }

// The largest parts of a number: no national number is longer than 17 digits,
// and no longer extension is ever sent.
const (
	MaxCountryCode = 999
	MaxNational    = 17
	MaxExtension   = 10
)

// Where the parts stand in the two words. Zeros in front count, so that the
// digits of each part are kept beside its value.
const (
	extensionBits, digitsBits        = 34, 5
	extensionDigitsAt                = extensionBits
	countryAt                        = extensionDigitsAt + digitsBits
	nationalBits                     = 57
	nationalDigitsAt                 = nationalBits
	present                   uint64 = 1 << 63
)

// scramble differs from process to process.
var scramble = [2]uint64{rand.Uint64(), rand.Uint64()}

// NewPhoneNumber puts a number together from its country code, the digits of the
// national number, and those of the extension, which may be none. It is false for
// parts that are not digits, or more of them than a number can have.
func NewPhoneNumber(countryCode int, national, extension string) (PhoneNumber, bool) {
	number, whole := digits(national, 1, MaxNational)
	ext, fits := digits(extension, 0, MaxExtension)
	if countryCode < 1 || countryCode > MaxCountryCode || !whole || !fits {
		return PhoneNumber{}, false
	}
	return PhoneNumber{
		high: (present | uint64(len(national))<<nationalDigitsAt | number) ^ scramble[0],
		low:  (uint64(countryCode)<<countryAt | uint64(len(extension))<<extensionDigitsAt | ext) ^ scramble[1],
	}, true
}

func digits(text string, least, most int) (value uint64, ok bool) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		value = 10*value + uint64(text[i]-'0')
	}
	return value, least <= len(text) && len(text) <= most
}

// ParsePhoneNumber reads the form that [PhoneNumber.Graph] writes, and no other.
func ParsePhoneNumber(text string) (PhoneNumber, bool) {
	rest, plus := strings.CutPrefix(text, "+")
	code, national, blank := strings.Cut(rest, " ")
	national, extension, _ := strings.Cut(national, "x")
	countryCode, err := strconv.Atoi(code)
	n, ok := NewPhoneNumber(countryCode, national, extension)
	if !plus || !blank || err != nil || !ok || n.Graph() != text {
		return PhoneNumber{}, false
	}
	return n, true
}

// IsZero reports whether there is no number.
func (n PhoneNumber) IsZero() bool { return n == PhoneNumber{} }

// Parts are the digits of the country code, of the national number and of the
// extension; all empty for no number.
func (n PhoneNumber) Parts() (countryCode, national, extension string) {
	if n.IsZero() {
		return "", "", ""
	}
	high, low := n.high^scramble[0], n.low^scramble[1]
	const digitsMask = 1<<digitsBits - 1
	return strconv.FormatUint(low>>countryAt, 10),
		padded(high&(1<<nationalBits-1), int(high>>nationalDigitsAt&digitsMask)),
		padded(low&(1<<extensionBits-1), int(low>>extensionDigitsAt&digitsMask))
}

func padded(value uint64, width int) string {
	if width == 0 {
		return ""
	}
	text := strconv.FormatUint(value, 10)
	return strings.Repeat("0", max(0, width-len(text))) + text
}

// Graph is the whole number as it is sent to Graph; empty for no number.
func (n PhoneNumber) Graph() string {
	if n.IsZero() {
		return ""
	}
	countryCode, national, extension := n.Parts()
	if extension != "" {
		extension = "x" + extension
	}
	return "+" + countryCode + " " + national + extension
}

// String is the number masked: its country code and its last two digits.
func (n PhoneNumber) String() string {
	if n.IsZero() {
		return ""
	}
	countryCode, national, _ := n.Parts()
	return "+" + countryCode + " ***" + national[max(0, len(national)-2):]
}

// Format masks the number whatever the verb.
func (n PhoneNumber) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.String())) }

// MarshalText masks the number in JSON and in logs.
func (n PhoneNumber) MarshalText() ([]byte, error) { return []byte(n.String()), nil }
