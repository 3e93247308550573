package authmethod

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNumberCell is the longest cell, in bytes, that is looked at as a number.
// Two numbers with remarks fit; a pasted letter does not.
const maxNumberCell = 256

// labels are the words that address books write before a number. None of them
// says that the number is not a phone: "fax" is missing on purpose.
const labels = `tel|telephone|téléphone|telefon|telefono|teléfono|telefone|telefoon|phone|ph|mobile|mobil|mob|mobiel|móvil|movil|cell|cellulare|celular|cellular|portable|handy|home|work|office|direct|private|privat|t|m|p|h|w|o|c|d`

var (
	textFormula   = regexp.MustCompile(`^="(.*)"$`)
	numberFormula = regexp.MustCompile(`^=([+0-9][0-9 ]*)$`)
	labelBefore   = regexp.MustCompile(`(?i)^(?:` + labels + `)(?: *[.:]+ *| +)([+(0-9].*)$`)
	labelAfter    = regexp.MustCompile(`(?i)^(.*[0-9)]) *[(\[](?:` + labels + `)\.?[)\]]$`)
	doublePlus    = regexp.MustCompile(`^\+[ +]*\+`)
)

// marks are the signs around a number that say nothing about it.
const marks = "\"'`´‘’‚‛“”„«»‹›^"

// written is the number of a cell in digits, as somebody wrote it.
type written struct {
	digits  string // with the leading "+", if there is one
	without string // the same less a zero in brackets; empty when there is none
	group   string // the digits before the first blank or mark
}

// clean undoes what keyboards, address books and spreadsheets do to a cell
// without touching its digits. What is left is not empty.
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
	if text = rd.unwrap(text); text == "" {
		return "", problemMissing()
	}
	return text, nil
}

// unwrap takes quotes, labels and lost marks from around the number.
func (rd *reading) unwrap(text string) string {
	if last := len(text) - 1; isDigit(text[last]) && (isDigit(text[0]) || text[0] == '+' && isDigit(text[1])) {
		return text // the common cell
	}
	bare := strings.TrimLeft(text, marks+" ")
	bare = strings.TrimRight(bare, marks+" ;,:")
	if match := numberFormula.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	if match := labelBefore.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	if match := labelAfter.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	bare = doublePlus.ReplaceAllString(bare, "+")
	if bare != text {
		rd.note(noteUnwrapped())
	}
	return bare
}

// isPlaceholder says that people write text where there is nothing to write.
func isPlaceholder(text string) bool {
	switch strings.ToLower(text) {
	case "", "-", "--", "---", ".", "?", "/", "n/a", "n.a.", "na", "nan", "nil", "null", "none", "no", "(none)", "(null)", "undefined", "keine", "kein", "unknown", "tbd", "x", "0":
		return true
	}
	return false
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

// takeApart splits off the extension and returns the number as digits. What
// the parser would accept but turn into another number (damage, letters as
// keypad digits, two numbers run together) is refused here.
func (rd *reading) takeApart(text string) (written, string, *Problem) {
	text, problem := rd.takeExtension(text)
	if problem != nil {
		return written{}, "", problem
	}
	if problem := damage(text); problem != nil {
		return written{}, "", problem
	}
	if holdsTwoNumbers(text) {
		return written{}, "", problemTwoNumbers()
	}
	text = strings.ReplaceAll(text, "\n", " ")
	digits, problem := keepDigits(text)
	if problem != nil && unknownMark.MatchString(text) {
		problem = problemExtensionMark()
	}
	if problem != nil {
		return written{}, "", problem
	}
	if isFiller(digits) {
		return written{}, "", problemFiller()
	}
	w := written{digits: digits}
	front := strings.TrimLeft(text, "(")
	if end := strings.IndexFunc(front, func(r rune) bool { return r < '0' || r > '9' }); end > 0 {
		w.group = front[:end]
	}
	if strings.Contains(text, "0)") || strings.Contains(text, "0 )") || strings.Contains(text, "0]") {
		if without := bracketedZero.ReplaceAllString(text, "$1 "); without != text {
			w.without, _ = keepDigits(without)
		}
	}
	return w, text, nil
}

// isFiller says that digits without "+" are one digit over and over.
func isFiller(digits string) bool {
	return len(digits) >= minFiller && digits[0] != '+' && strings.Trim(digits, digits[:1]) == ""
}

// minFiller is the fewest equal digits that nobody's number is taken to have.
const minFiller = 6

// bracketedZero is a zero in brackets behind a country code.
var bracketedZero = regexp.MustCompile(`^(\(?(?:\+|00)? *\(?[1-9][0-9]{0,2}\)?[ .-]*)[(\[] *0 *[)\]]`)

func countDigits(text string) int {
	n := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			n++
		}
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func hasLetters(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) }

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
		case strings.ContainsRune(" -()[]./_~·•・･", r):
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
