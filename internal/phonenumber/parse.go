package phonenumber

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// written is what somebody wrote into a cell, before anything is made of it. It is
// filled by parse; the area code and extension of other cells are added by join.
type written struct {
	text      string // the number, in ASCII and without what stands round it
	plus      bool   // it begins with "+"; not with 00, which E.123 does not write
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

// cut reports whether a blank or mark stands behind so many digits. A group of its
// own tells a country code from the same digits in front of a subscriber.
func (w *written) cut(at int) bool {
	for _, c := range w.cuts {
		if c == at {
			return true
		}
	}
	return false
}

// MaxCellBytes is the longest cell, in bytes, that is looked at as a number.
// Two numbers with remarks fit; a pasted letter does not.
const MaxCellBytes = 256

// Words are what people write round numbers, in their languages. Case does not
// count. They are data of the caller, as this package knows no language.
type Words struct {
	Labels         []string               // before a number or in brackets behind it: "tel"
	ExtensionMarks []string               // before an extension: "ext"; "x", which Graph writes, is one
	Empty          func(text string) bool // where there is no number: "n/a"; true for no text at all
}

// Parser parses cells with the words that it knows. Its expressions are compiled
// once, in [NewParser]; it holds nothing of the cells that it has seen.
type Parser struct {
	labelBefore, labelAfter, extensionMark *regexp.Regexp
	empty                                  func(string) bool
}

// NewParser makes a parser, which many goroutines may use. Words are taken as they
// are: signs of regular expressions in them stand for themselves.
func NewParser(words Words) *Parser {
	any := func(words []string) string {
		quoted := make([]string, len(words))
		for i, word := range words {
			quoted[i] = regexp.QuoteMeta(word)
		}
		return strings.Join(quoted, "|")
	}
	return &Parser{
		// A label needs a mark or a blank behind it: "m2065550101" is not a number
		// with a label, but one with a letter.
		labelBefore: regexp.MustCompile(`(?i)^(?:` + any(words.Labels) + `)(?: *[.:]+ *| +)([+(0-9].*)$`),
		labelAfter:  regexp.MustCompile(`(?i)^(.*[0-9)]) *[(\[](?:` + any(words.Labels) + `)\.?[)\]]$`),
		// A mark without digits after it is an empty extension, which HR exports
		// print for everybody who has none.
		extensionMark: regexp.MustCompile(`(?i)[ ,;]*([(\[]?) *(?:` + any(words.ExtensionMarks) + `)[ .:=#-]*([0-9]*) *([)\]]?)$`),
		empty:         words.Empty,
	}
}

// What stands for something else than a number, or round one. Excel keeps
// leading zeros in ="0…", and numberFormula is what it makes of a typed +.
var (
	masks         = lazy(`[0-9].*(?:[*#█] *[*#█]|…)|(?:[*#█] *[*#█]|…).*[0-9]`)
	textFormula   = lazy(`^="(.*)"$`)
	numberFormula = lazy(`^=([+0-9][0-9 ]*)$`)
	doublePlus    = lazy(`^\+[ +]*\+`)
)

// marks are the signs around a number that say nothing about it: the quotes of
// many languages, and what address books and code editors leave.
const marks = "\"'`´‘’‚‛“”„«»‹›^"

// parse splits a cell into what was written. What the numbering plan would read
// as another number (damage, letters as keypad digits, signs where digits should
// stand) is refused here.
func (p *Parser) parse(text string) (w written, problem *authmethod.Problem) {
	if text, problem = p.clean(&w, text); problem != nil {
		return w, problem
	}
	if masks().MatchString(text) { // before "#" and "*" are read as anything else
		return w, refuse(authmethod.CodeNumberMasked)
	}
	// The extension goes first: damage looks at how the number itself ends.
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
		switch {
		case unknownMark().MatchString(w.text):
			problem = refuse(authmethod.CodeExtensionMark)
		case problem.Code == authmethod.CodeCharacter && goesOnBehindMark(w.text, minSubscriber):
			problem = refuse(authmethod.CodeTwoNumbers)
		}
		return w, problem
	}
	// Behind a country code the national number alone is looked at, later.
	if !w.plus && isDummy(w.digits) {
		return w, refuse(authmethod.CodeNumberFiller)
	}
	if strings.Contains(w.text, "0)") || strings.Contains(w.text, "0 )") || strings.Contains(w.text, "0]") {
		if without := bracketedZeroMark().ReplaceAllString(w.text, "$1 "); without != w.text {
			var bare written
			if bare.keep(without) == nil {
				w.without = bare.digits
			}
		}
	}
	return w, nil
}

// clean undoes what keyboards, address books and spreadsheets do to a cell
// without touching its digits. What is left is not empty. A cell is measured in
// bytes before anything else, so that no expression runs on a pasted letter.
func (p *Parser) clean(w *written, text string) (string, *authmethod.Problem) {
	if len(text) > MaxCellBytes {
		return "", refuse(authmethod.CodeNumberCellTooLong, MaxCellBytes)
	}
	text = strings.TrimSpace(w.unify(text))
	if match := textFormula().FindStringSubmatch(text); match != nil {
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

// unwrap takes quotes, labels and lost marks from around the number. A label may
// stand within quotes, and quotes not within a label: each is taken off once. A
// second plus is a slip of people who type one where their phone adds it.
func (p *Parser) unwrap(w *written, text string) string {
	if last := len(text) - 1; isDigit(text[last]) && (isDigit(text[0]) || text[0] == '+' && isDigit(text[1])) {
		return text // the common cell
	}
	bare := strings.TrimLeft(text, marks+" ;,:")
	bare = strings.TrimRight(bare, marks+" ;,:")
	if match := numberFormula().FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	if match := p.labelBefore.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	if match := p.labelAfter.FindStringSubmatch(bare); match != nil {
		bare = match[1]
	}
	bare = doublePlus().ReplaceAllString(bare, "+")
	if bare != text {
		w.note(authmethod.CodeSignsLeftOut)
	}
	return bare
}

// keep knows the punctuation of E.123 and of RFC 3966, and the slash, underscore,
// tilde and middle dots that are usual in some countries. It splits text into a
// plus, digits and where they are parted, and refuses what is not the punctuation of
// phone numbers.
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

// maskRun is fed each character in turn. It finds signs that stand where digits
// should: several of them, whatever blanks are between. Two hyphens between digits
// are a dash.
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
// down the keyboard. Fewer digits may be a short number that somebody has.
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

// bracketedZeroMark is a zero in brackets behind a country code, which E.123
// advises against: callers from abroad must leave it out and cannot know.
var bracketedZeroMark = lazy(`^(\(?(?:\+|00)? *\(?[1-9][0-9]{0,2}\)?[ .-]*)[(\[] *0 *[)\]]`)

func countDigits(text string) int {
	n := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			n++
		}
	}
	return n
}

// isDigit is for ASCII, which unify has made of all other digits.
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func hasLetters(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) }

// inGraphForm is what Graph documents ("+1 5555551234x123"), in which an x is never
// anything else: https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
var inGraphForm = lazy(`^\+[0-9]{1,3} [0-9]+x[0-9]+$`)

// unknownMark is a word where the mark of an extension would stand. It is told from
// other letters because its advice is another one.
var unknownMark = lazy(`[0-9)] [(\[]?\pL{2,}[ .:=#-]*[0-9]{1,6}[)\]]?$`)

// maxExtension is the longest extension that is sent. Graph documents none;
// longer ones are two numbers run together.
const maxExtension = 10

// takeExtension splits the extension off and returns the rest. A bracket before the
// mark must be closed behind the digits. An x is remembered: it is also what people
// write in place of a digit that they hide.
func (p *Parser) takeExtension(w *written, text string) (string, *authmethod.Problem) {
	if strings.Trim(text, "+0123456789 ()-./") == "" {
		return text, nil
	}
	match := p.extensionMark.FindStringSubmatchIndex(text)
	if match == nil || match[0] == 0 || (match[2] == match[3]) != (match[6] == match[7]) {
		return text, nil
	}
	rest := strings.TrimSpace(text[:match[0]])
	if countDigits(rest) == 0 || scientific().MatchString(text) {
		return text, nil // "FAUX" is not a number with an empty extension, nor is "4.4x1011", 4.4×10^11, one with an extension
	}
	w.extension = text[match[4]:match[5]]
	w.x = strings.ToLower(strings.Trim(text[match[0]:match[4]], " ,;([")) == "x" && !inGraphForm().MatchString(text)
	if len(w.extension) > maxExtension {
		return "", refuse(authmethod.CodeExtensionTooLong, maxExtension)
	}
	if w.extension == "" && !hasLetters(rest) {
		w.note(authmethod.CodeEmptyExtension)
	}
	return rest, nil
}

// lazy compiles a pattern when it is first asked for, which for most cells is
// never.
func lazy(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
