package authmethod

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// maxNumberCell is the longest cell, in bytes, that is looked at as a number.
// Two numbers with remarks fit; a pasted letter does not.
const maxNumberCell = 256

// minSubscriber is the fewest digits that can be a phone number of its own, so
// that "030 / 2312512" is one number and "2312512 / 2312513" is two.
const minSubscriber = 7

var (
	errorValue    = regexp.MustCompile(`^#[\pL0/]*\pL[\pL0/]*[!?]?$`) // #NAME?, #N/A, #DIV/0!, #WERT!
	tooNarrow     = regexp.MustCompile(`^#+$`)
	scientific    = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$`)
	thousands     = regexp.MustCompile(`^\+?[0-9]{1,3}(,[0-9]{3}){2,}(\.[0-9]+)?$`)
	decimals      = regexp.MustCompile(`^\+?[0-9]{6,}[.,]([0-9]{1,2}|0+)$`)
	computed      = regexp.MustCompile(`^-[0-9]+([.,][0-9]+)?$`)
	textFormula   = regexp.MustCompile(`^="(.*)"$`)
	bracketedZero = regexp.MustCompile(`\( *0 *\)`)

	// extensionMark is everything that is commonly written between a number
	// and its extension. A label without digits after it is an empty
	// extension, which HR exports print for everybody who has none.
	extensionMark = regexp.MustCompile(`(?i)[ ,;]*(?:;ext=|extension|extn?|ext|xt?n?|#|доб|durchwahl|dw)[ .:]*([0-9]*)$`)
	separators    = regexp.MustCompile(`[\n;,|&/\\]| (?:or|and|oder|und|ou|et) `)
)

// clean undoes what keyboards, address books and spreadsheets do to a cell
// without touching its digits, and names the damage that cannot be undone.
func (rd *reading) clean(text string) (string, *Problem) {
	if len(text) > maxNumberCell {
		return "", problemCellTooLong()
	}
	text = strings.TrimSpace(rd.unify(text))
	if match := textFormula.FindStringSubmatch(text); match != nil {
		text = strings.TrimSpace(match[1])
		rd.note(noteTextFormula())
	}
	if rest, quoted := strings.CutPrefix(text, "'"); quoted {
		text = strings.TrimSpace(rest)
		rd.note(noteApostrophe())
	}
	if isPlaceholder(text) {
		return "", problemMissing()
	}
	return text, damage(text)
}

// isPlaceholder says that people write text where there is nothing to write.
func isPlaceholder(text string) bool {
	switch strings.ToLower(text) {
	case "", "-", "--", "---", ".", "?", "/", "n/a", "n.a.", "na", "nil", "null", "none", "no", "(none)", "(null)", "keine", "kein", "unknown", "tbd", "x", "0":
		return true
	}
	return false
}

// damage names what a spreadsheet left of a number. Nothing of it is repaired:
// digits are gone, or may be.
func damage(text string) *Problem {
	switch {
	case strings.Trim(text, "+0123456789 ()-") == "" && text[0] != '-':
		return nil // the common cell, without running the expressions
	case tooNarrow.MatchString(text):
		return problemTooNarrow()
	case errorValue.MatchString(text):
		return problemErrorValue()
	case scientific.MatchString(text):
		return problemScientific()
	case thousands.MatchString(text):
		return problemThousands()
	case decimals.MatchString(text):
		return problemDecimals()
	case computed.MatchString(text):
		return problemComputed()
	case text[0] == '=':
		return problemFormula()
	}
	return nil
}

// unify writes digits, plus, dashes and blanks in ASCII and drops characters
// that cannot be seen. Line breaks stay: they separate two numbers.
func (rd *reading) unify(text string) string {
	if isPlainASCII(text) {
		return text
	}
	invisible, otherDigits := false, false
	unified := strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\n' || r < utf8.RuneSelf && unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			invisible = true
			return -1
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
		rd.note(noteInvisible())
	}
	if otherDigits {
		rd.note(noteOtherDigits())
	}
	return unified
}

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

// takeApart splits off the extension and returns the number as digits, with a
// leading "+" when it was written with its country code. What the parser would
// accept but turn into another number (letters as keypad digits, two numbers
// run together) is refused here.
func (rd *reading) takeApart(text string) (string, *Problem) {
	if holdsTwoNumbers(text) {
		return "", problemTwoNumbers()
	}
	text, problem := rd.takeExtension(strings.ReplaceAll(text, "\n", " "))
	if problem != nil {
		return "", problem
	}
	international := strings.HasPrefix(text, "+") || strings.HasPrefix(text, "(+") || strings.HasPrefix(text, "00")
	if international {
		text = rd.dropBracketedZero(text)
	}
	digits, problem := keepDigits(text)
	if problem != nil {
		return "", problem
	}
	if rest, exitCode := strings.CutPrefix(digits, "00"); exitCode {
		rd.note(noteDoubleZero())
		return "+" + rest, nil
	}
	return digits, nil
}

// dropBracketedZero takes the "(0)" away that stands for the prefix of national
// calls, in the countries where that prefix is 0. Elsewhere the zero belongs to
// the number, as in Italy, and stays.
func (rd *reading) dropBracketedZero(text string) string {
	without := bracketedZero.ReplaceAllString(text, " ")
	if without == text {
		return text
	}
	digits, problem := keepDigits(without)
	if problem != nil {
		return text
	}
	parsed, err := phonenumbers.Parse("+"+strings.TrimPrefix(strings.TrimPrefix(digits, "00"), "+"), "")
	if err != nil {
		return text
	}
	region := phonenumbers.GetRegionCodeForCountryCode(int(parsed.GetCountryCode()))
	if phonenumbers.GetNddPrefixForRegion(region, true) != "0" {
		return text
	}
	rd.note(noteBracketedZero())
	return without
}

// minComplete is the fewest digits after which a separator ends a number. The
// area code before a slash has less, also with its country code.
const minComplete = 8

// moreDigits finds digits after a separator that ends a number: a second
// number, a range of extensions ("23125124/125") or a remark ("(2)").
var moreDigits = regexp.MustCompile(`[/\\|,;&(] *[0-9]| -[0-9]`)

// holdsTwoNumbers says that more than one number stands in text. Cut at the
// separators that people put between numbers, it has two parts that could each
// be one, or it goes on after a complete one, or on another line.
func holdsTwoNumbers(text string) bool {
	if strings.Count(text, "+") > 1 {
		return true
	}
	if before, after, broken := strings.Cut(text, "\n"); broken && countDigits(before) > 0 && countDigits(after) > 0 {
		return true
	}
	numbers := 0
	for _, part := range separators.Split(text, -1) {
		if countDigits(part) >= minSubscriber {
			numbers++
		}
	}
	if numbers > 1 {
		return true
	}
	complete := minComplete
	if !strings.HasPrefix(text, "+") {
		complete = minSubscriber
	}
	for _, at := range moreDigits.FindAllStringIndex(text, -1) {
		if countDigits(text[:at[0]]) >= complete {
			return true
		}
	}
	return false
}

func countDigits(text string) int {
	n := 0
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			n++
		}
	}
	return n
}

// maxExtension is the longest extension that is sent. Graph documents none;
// longer ones are two numbers run together.
const maxExtension = 10

func (rd *reading) takeExtension(text string) (string, *Problem) {
	if strings.Trim(text, "+0123456789 ()-./") == "" {
		return text, nil
	}
	match := extensionMark.FindStringSubmatchIndex(text)
	if match == nil {
		return text, nil
	}
	rd.extension = text[match[2]:match[3]]
	if rd.extension == "" {
		rd.note(noteEmptyExtension())
	}
	if len(rd.extension) > maxExtension {
		return "", problemExtensionTooLong()
	}
	return strings.TrimSpace(text[:match[0]]), nil
}

// keepDigits drops the punctuation of phone numbers and refuses everything
// else.
func keepDigits(text string) (string, *Problem) {
	digits := make([]byte, 0, len(text))
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
		case r == '+' && len(digits) == 0:
			digits = append(digits, '+')
		case strings.ContainsRune(" -()[]./", r):
		case unicode.IsLetter(r):
			return "", problemLetters()
		case r == utf8.RuneError:
			return "", problemNotText()
		default:
			return "", problemCharacter(r)
		}
	}
	return string(digits), nil
}
