package phonenumber

import (
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
)

// What programs print in place of a number, in any of Excel's languages: error values
// and truth values are translated, the rest is not.
var (
	tooNarrow       = lazy(`^#[# ]*$`)
	errorValue      = lazy(`(?i)^(?:#[¡¿]?[\pL0/_ ]*\pL[\pL0/_ ]*[!?]?|err:[0-9]+)$`) // #NAME?, #N/A, #DIV/0!, #WERT!, #¡VALOR!, Err:508
	truth           = lazy(`(?i)^(?:true|false|wahr|falsch|vrai|faux|verdadero|falso|vero)$`)
	scientific      = lazy(`^[+-]?[0-9]+(?:[.,·٫][0-9]+)? ?(?:[eE] ?[+-]?[0-9]+|[x×*·] ?10\^?[+-]?[0-9]+)(?:[.,]0+)?$`)
	wholeScientific = lazy(`^([0-9])[.,]([0-9]{6,})[eE]\+?([0-9]{1,2})$`)
	encoded         = lazy(`%(?:2[0-9A-Fa-f]|3[0-9A-Fa-f])`)
	list            = lazy(`^(?:\[ *\]|\{ *\}|(?:System|Microsoft)\..*)$`)
	computed        = lazy(`^(?:- ?[0-9]|\([0-9]{1,6}(?:[.,][0-9]+)?\)$)`)
	clockTime       = lazy(`(?:^|[ T])[0-9]{1,2}:[0-9]{2}(?:$|[^0-9])`)
	date            = lazy(`^(?:([0-9]{1,2})([-./])([0-9]{1,2})([-./])([0-9]{4})|([0-9]{4})([-./])([0-9]{1,2})([-./])([0-9]{1,2}))\.?$`)

	// amount is a number with commas or apostrophes between its thousands, also
	// in the Indian way. Points and blanks between groups of three are common in
	// phone numbers too: only decimals give such an amount away.
	amount = lazy(`^\+?(?:[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:['’][0-9]{3}){2,})(?:\.[0-9]+)?|[0-9]{1,2}(?:,[0-9]{2}){2,},[0-9]{3}(?:\.[0-9]+)?|[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?: [0-9]{3}){2,}),[0-9]+)$|[\p{Sc}%]`)
)

// maxDate is the longest date without a time: "1965-12-05.".
const maxDate = 11

// unscientific is a number in scientific notation of which all digits are there.
// Excel shows numbers of twelve digits and more in this notation with six of their
// digits, and its CSV export writes what is shown; other programs write all of them.
func unscientific(text string) (string, bool) {
	m := wholeScientific().FindStringSubmatch(text)
	if m == nil || strconv.Itoa(len(m[2])) != strings.TrimLeft(m[3], "0") {
		return "", false
	}
	return m[1] + m[2], true
}

// damage goes from what cannot be a number at all to what looks like one. It names
// what a spreadsheet left of a number. Nothing of it is repaired: digits are gone,
// or may be.
func damage(text string) *authmethod.Problem {
	if len(text) > maxDate && text[0] != '-' && strings.Trim(text, "+0123456789 ()-") == "" {
		return nil // the common cell, without running the expressions
	}
	switch {
	case tooNarrow().MatchString(text):
		return refuse(authmethod.CodeSpreadsheetNarrow)
	case errorValue().MatchString(text), truth().MatchString(text):
		return refuse(authmethod.CodeSpreadsheetError)
	case scientific().MatchString(text):
		return refuse(authmethod.CodeSpreadsheetScientific)
	case isDate(text), clockTime().MatchString(text):
		return refuse(authmethod.CodeSpreadsheetDate)
	case encoded().MatchString(text):
		return refuse(authmethod.CodeURLEncoded)
	case list().MatchString(text):
		return refuse(authmethod.CodeListUnexpanded)
	case amount().MatchString(text):
		return refuse(authmethod.CodeSpreadsheetThousands)
	case computed().MatchString(text):
		return refuse(authmethod.CodeSpreadsheetComputed)
	case hasDecimals(text):
		return refuse(authmethod.CodeSpreadsheetDecimals)
	case strings.HasPrefix(text, "="):
		return refuse(authmethod.CodeSpreadsheetFormula)
	}
	return nil
}

// isDate reports whether text is a day of our times, in any order. A phone number
// grouped so is refused with it: nobody can tell them apart.
func isDate(text string) bool {
	if len(text) > maxDate {
		return false
	}
	m := date().FindStringSubmatch(text)
	if m == nil || m[2] != m[4] || m[7] != m[9] {
		return false
	}
	a, _ := strconv.Atoi(m[1] + m[8])
	b, _ := strconv.Atoi(m[3] + m[10])
	year, _ := strconv.Atoi(m[5] + m[6])
	return min(a, b) >= 1 && min(a, b) <= 12 && max(a, b) <= 31 && year >= 1900 && year <= 2100
}

// hasDecimals reports whether text ends in the fraction of an amount: one or two
// digits or zeros only, after a mark that does not also group the rest. After a
// number without any grouping, or after one that is no area code, every
// fraction counts; "030.23125123" and "+1.2065550104" stay numbers.
func hasDecimals(text string) bool {
	at := strings.LastIndexAny(text, ".,")
	if at < 0 {
		return false
	}
	whole, fraction := text[:at], text[at+1:]
	if countDigits(whole) == 0 || fraction == "" || countDigits(fraction) != len(fraction) || strings.Contains(whole, text[at:at+1]) {
		return false
	}
	if len(fraction) <= 2 || strings.Trim(fraction, "0") == "" {
		return true
	}
	bare := strings.TrimPrefix(whole, "+")
	if countDigits(bare) != len(bare) {
		return false
	}
	return len(bare) >= 6 || bare == whole && (len(bare) == 1 || len(bare) == 5 && bare[0] != '0')
}
