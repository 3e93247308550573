package phonenumber

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// written is what somebody wrote into a cell, before anything is made of it.
type written struct {
	text      string // the number, in ASCII and without what stands round it
	plus      bool   // it begins with "+"
	digits    string // its digits
	without   string // the same less a zero in brackets behind the country code; empty when there is none
	cuts      []int  // how many digits stand before each blank or mark between two
	extension string
	x         bool // the extension stands behind a bare x, and not in Graph's form
	masked    bool // signs stand where digits should
	joined    bool // the area code of another cell stands in front
	notes     []authmethod.Problem
}

func (w *written) note(code authmethod.Code, args ...any) {
	w.notes = append(w.notes, code.Problem(args...))
}

// international reports whether the number was written with its country code.
func (w *written) international() bool {
	return !w.joined && (w.plus || strings.HasPrefix(w.digits, "00"))
}

// front is the digits before the first blank or mark; empty for one group.
func (w *written) front() string {
	if len(w.cuts) == 0 {
		return ""
	}
	return w.digits[:w.cuts[0]]
}

// cut reports whether a blank or mark stands behind so many digits.
func (w *written) cut(at int) bool {
	for _, c := range w.cuts {
		if c == at {
			return true
		}
	}
	return false
}

// maxNumberCell is the longest cell, in bytes, that is looked at as a number.
// Two numbers with remarks fit; a pasted letter does not.
const maxNumberCell = 256

// Words are what people write round numbers, in their languages.
type Words struct {
	Labels         []string               // before a number or in brackets behind it: "tel"
	ExtensionMarks []string               // before an extension: "ext"
	Empty          func(text string) bool // where there is no number: "n/a"
}

// Parser parses cells with the words that it knows.
type Parser struct {
	labelBefore, labelAfter, extensionMark *regexp.Regexp
	empty                                  func(string) bool
}

// NewParser makes a parser, which many goroutines may use.
func NewParser(words Words) *Parser {
	any := func(words []string) string {
		quoted := make([]string, len(words))
		for i, word := range words {
			quoted[i] = regexp.QuoteMeta(word)
		}
		return strings.Join(quoted, "|")
	}
	return &Parser{
		labelBefore: regexp.MustCompile(`(?i)^(?:` + any(words.Labels) + `)(?: *[.:]+ *| +)([+(0-9].*)$`),
		labelAfter:  regexp.MustCompile(`(?i)^(.*[0-9)]) *[(\[](?:` + any(words.Labels) + `)\.?[)\]]$`),
		// A mark without digits after it is an empty extension, which HR exports
		// print for everybody who has none.
		extensionMark: regexp.MustCompile(`(?i)[ ,;]*([(\[]?) *(?:` + any(words.ExtensionMarks) + `)[ .:=#-]*([0-9]*) *([)\]]?)$`),
		empty:         words.Empty,
	}
}

var (
	masks         = regexp.MustCompile(`[0-9].*(?:[*#█] *[*#█]|…)|(?:[*#█] *[*#█]|…).*[0-9]`)
	textFormula   = regexp.MustCompile(`^="(.*)"$`)
	numberFormula = regexp.MustCompile(`^=([+0-9][0-9 ]*)$`)
	doublePlus    = regexp.MustCompile(`^\+[ +]*\+`)
)

// marks are the signs around a number that say nothing about it.
const marks = "\"'`´‘’‚‛“”„«»‹›^"

// parse splits a cell into what was written. What the numbering plan would read
// as another number (damage, letters as keypad digits, signs where digits should
// stand) is refused here.
func (p *Parser) parse(text string) (w written, problem *authmethod.Problem) {
	if text, problem = p.clean(&w, text); problem != nil {
		return w, problem
	}
	if masks.MatchString(text) {
		return w, refuse(authmethod.CodeNumberMasked)
	}
	if text, problem = p.takeExtension(&w, text); problem != nil {
		return w, problem
	}
	if whole, is := unscientific(text); is {
		text = whole
		w.note(authmethod.CodeSpreadsheetScientificNote)
	}
	if problem := damage(text); problem != nil {
		return w, problem
	}
	if holdsTwoNumbers(text) {
		return w, refuse(authmethod.CodeTwoNumbers)
	}
	w.text = strings.ReplaceAll(text, "\n", " ")
	if problem := w.keep(w.text); problem != nil {
		if unknownMark.MatchString(w.text) {
			problem = refuse(authmethod.CodeExtensionMark)
		}
		return w, problem
	}
	if !w.plus && isDummy(w.digits) {
		return w, refuse(authmethod.CodeNumberFiller)
	}
	if strings.Contains(w.text, "0)") || strings.Contains(w.text, "0 )") || strings.Contains(w.text, "0]") {
		if without := bracketedZeroMark.ReplaceAllString(w.text, "$1 "); without != w.text {
			var bare written
			if bare.keep(without) == nil {
				w.without = bare.digits
			}
		}
	}
	return w, nil
}

// clean undoes what keyboards, address books and spreadsheets do to a cell
// without touching its digits. What is left is not empty.
func (p *Parser) clean(w *written, text string) (string, *authmethod.Problem) {
	if len(text) > maxNumberCell {
		return "", refuse(authmethod.CodeNumberCellTooLong, maxNumberCell)
	}
	text = strings.TrimSpace(w.unify(text))
	if match := textFormula.FindStringSubmatch(text); match != nil {
		text = strings.TrimSpace(match[1])
		w.note(authmethod.CodeTextFormula)
	}
	if rest, quoted := strings.CutPrefix(text, "'"); quoted {
		text = strings.TrimSpace(rest)
		w.note(authmethod.CodeApostrophe)
	}
	if p.empty(text) {
		return "", refuse(authmethod.CodeNumberMissing)
	}
	if text = p.unwrap(w, text); text == "" {
		return "", refuse(authmethod.CodeNumberMissing)
	}
	return text, nil
}

// unwrap takes quotes, labels and lost marks from around the number.
func (p *Parser) unwrap(w *written, text string) string {
	if last := len(text) - 1; isDigit(text[last]) && (isDigit(text[0]) || text[0] == '+' && isDigit(text[1])) {
		return text // the common cell
	}
	bare := strings.TrimLeft(text, marks+" ;,:")
	bare = strings.TrimRight(bare, marks+" ;,:")
	if match := numberFormula.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	if match := p.labelBefore.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	if match := p.labelAfter.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	bare = doublePlus.ReplaceAllString(bare, "+")
	if bare != text {
		w.note(authmethod.CodeSignsLeftOut)
	}
	return bare
}

// unify writes digits, plus, dashes and blanks in ASCII and drops characters
// that cannot be seen. Line breaks stay: they separate two numbers.
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

// keep splits text into a plus, digits and where they are parted, and refuses
// what is not the punctuation of phone numbers.
func (w *written) keep(text string) *authmethod.Problem {
	digits := make([]byte, 0, len(text))
	run, parted := maskRun{}, false
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			if parted && len(digits) > 0 {
				w.cuts = append(w.cuts, len(digits))
			}
			digits = append(digits, byte(r))
			parted = false
		case r == '+' && len(digits) == 0:
			w.plus = true
		case strings.ContainsRune(" -()[]./_~·•・･", r):
			parted = true
		case unicode.IsLetter(r):
			return refuse(authmethod.CodeLetters)
		case r == utf8.RuneError:
			return refuse(authmethod.CodeNotUTF8Number)
		default:
			return refuse(authmethod.CodeCharacter, r)
		}
		w.masked = run.see(r) || w.masked
	}
	w.digits, w.masked = string(digits), w.masked || run.atEnd()
	return nil
}

// maskRun finds signs that stand where digits should: several of them, whatever
// blanks are between. Two hyphens between digits are a dash.
type maskRun struct {
	signs  int
	dashes bool // all of them are hyphens
}

// see reports whether the run is a mask.
func (m *maskRun) see(r rune) bool {
	switch {
	case r >= '0' && r <= '9':
		is := m.signs > 2 || m.signs == 2 && !m.dashes
		*m = maskRun{}
		return is
	case strings.ContainsRune("-._~·•・･", r):
		m.dashes = r == '-' && (m.signs == 0 || m.dashes)
		m.signs++
	}
	return false
}

// atEnd reports whether a run at the end of the text is a mask.
func (m *maskRun) atEnd() bool { return m.signs > 1 }

// isDummy reports whether digits are what people fill in where there is no
// number: one digit over and over, zeros behind a first digit, or all digits up or
// down the keyboard.
func isDummy(digits string) bool {
	const equal, sequence = 6, 8 // of so many digits nobody's number is made
	if len(digits) < equal {
		return false
	}
	return isOneDigit(digits) || len(digits) >= sequence && (strings.Trim(digits[1:], "0") == "" ||
		strings.HasPrefix("01234567890", digits) || strings.HasPrefix("1234567890", digits) ||
		strings.HasPrefix("0987654321", digits) || strings.HasPrefix("9876543210", digits))
}

func isOneDigit(digits string) bool { return digits != "" && strings.Trim(digits, digits[:1]) == "" }

// bracketedZeroMark is a zero in brackets behind a country code.
var bracketedZeroMark = regexp.MustCompile(`^(\(?(?:\+|00)? *\(?[1-9][0-9]{0,2}\)?[ .-]*)[(\[] *0 *[)\]]`)

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

// inGraphForm is what Graph documents, in which an x is never anything else.
var inGraphForm = regexp.MustCompile(`^\+[0-9]{1,3} [0-9]+x[0-9]+$`)

// unknownMark is a word where the mark of an extension would stand.
var unknownMark = regexp.MustCompile(`[0-9)] [(\[]?\pL{2,}[ .:=#-]*[0-9]{1,6}[)\]]?$`)

// maxExtension is the longest extension that is sent. Graph documents none;
// longer ones are two numbers run together.
const maxExtension = 10

// takeExtension splits the extension off and returns the rest.
func (p *Parser) takeExtension(w *written, text string) (string, *authmethod.Problem) {
	if strings.Trim(text, "+0123456789 ()-./") == "" {
		return text, nil
	}
	match := p.extensionMark.FindStringSubmatchIndex(text)
	if match == nil || match[0] == 0 || (match[2] == match[3]) != (match[6] == match[7]) {
		return text, nil
	}
	rest := strings.TrimSpace(text[:match[0]])
	if scientific.MatchString(text) {
		return text, nil // "4.4x10" is no number with an extension
	}
	w.extension = text[match[4]:match[5]]
	w.x = strings.ToLower(strings.Trim(text[match[0]:match[4]], " ,;([")) == "x" && !inGraphForm.MatchString(text)
	if len(w.extension) > maxExtension {
		return "", refuse(authmethod.CodeExtensionTooLong, maxExtension)
	}
	if w.extension == "" && !hasLetters(rest) {
		w.note(authmethod.CodeEmptyExtension)
	}
	return rest, nil
}
