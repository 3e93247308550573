package heading

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxHeading bounds what is looked at of a heading, in bytes: more is no heading.
const maxHeading = 200

// numbering is what lists put before their headings: "1. UPN".
var numbering = regexp.MustCompile(`^\s*\d{1,2}[.)]\s+`)

// words are the words of a heading in lower case, in any script, without an
// example in brackets.
func words(heading string) []string {
	return split(numbering.ReplaceAllString(withoutExample(heading), ""))
}

// split finds the words of a text. Blanks and punctuation part them, and so do a
// capital within a word and a digit: "workPhone2" is work, phone and 2.
func split(text string) []string {
	if text = norm.NFKC.String(text); len(text) > maxHeading {
		return nil
	}
	runes := []rune(text)
	var parted strings.Builder
	for i, r := range runes {
		if !inWord(r) || i > 0 && wordEnds(runes, i) {
			parted.WriteByte(' ')
		}
		if inWord(r) {
			parted.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Fields(parted.String())
}

// inWord reports whether a character is a letter, a digit or a mark on one.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

// wordEnds reports whether a new word begins at i within letters and digits.
func wordEnds(runes []rune, i int) bool {
	before, at := runes[i-1], runes[i]
	switch {
	case unicode.IsDigit(before) != unicode.IsDigit(at):
		return true
	case !unicode.IsUpper(at):
		return false
	case !unicode.IsUpper(before):
		return true
	}
	return i+1 < len(runes) && unicode.IsLower(runes[i+1]) // the N of "UPNName"
}

// withoutExample leaves out what templates put in brackets to show what a cell looks
// like.
func withoutExample(heading string) string {
	return lexical().example.ReplaceAllString(heading, " ")
}

// IsExample reports whether a cell is the user of a template's example line.
func IsExample(cell string) bool { return lexical().template.MatchString(cell) }

// propertyName is how Graph and directories write the names of properties.
var propertyName = regexp.MustCompile(`^[a-z][A-Za-z0-9_.]*$`)

// property is the name in brackets that decides alone what a heading of Entra's
// templates means: "Office [physicalDeliveryOfficeName]" is no office phone. See
// https://learn.microsoft.com/entra/identity/users/users-bulk-add. Other
// brackets hold remarks: "[Required]", "[E.164]", "[work]".
func property(heading string) (name, beside string, is bool) {
	open := strings.LastIndexByte(heading, '[')
	if open < 0 {
		return "", "", false
	}
	name, behind, closed := strings.Cut(heading[open+1:], "]")
	name = strings.TrimSpace(name)
	if !closed || letters(name) == "" || strings.Contains(name, `"`) { // [type eq "work"] is a filter of SCIM
		return "", "", false
	}
	if _, known := meaningOf(name, letters(name)); !known {
		if _, ordinary := understand(words(name)); ordinary || !propertyName.MatchString(name) {
			return "", "", false
		}
	}
	return name, heading[:open] + behind, true
}

// bracketed is a remark in square brackets.
var bracketed = regexp.MustCompile(`\[[^\[\]]*\]`)

// Fold reduces a heading to what tells it from others: its letters and digits
// in lower case, without an example and without remarks in square brackets that
// say nothing. The property of a template stands for the whole.
func Fold(heading string) string {
	if name, _, is := property(heading); is {
		return letters(name)
	}
	folded := letters(bracketed.ReplaceAllStringFunc(withoutExample(heading), func(remark string) string {
		if says, all := understand(words(remark)); all && says == 0 {
			return ""
		}
		return remark
	}))
	if folded == "" {
		folded = letters(heading)
	}
	if bare := strings.TrimSuffix(folded, "required"); bare != "" { // as in Entra's templates
		return bare
	}
	return folded
}

// letters are the letters and digits of a text in lower case. NFKC makes full-width
// and composed letters the usual ones (Unicode Standard Annex 15).
func letters(text string) string {
	if lower := strings.ToLower(text); lower != "" && strings.Trim(lower, asciiLetters) == "" {
		return lower
	}
	return strings.ToLower(keep(norm.NFKC.String(text), func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r == unicode.ReplacementChar // which was a letter
	}))
}

// asciiLetters are those in which most headings are written.
const asciiLetters = "abcdefghijklmnopqrstuvwxyz"

// plain is text without accents. The dotless i of Turkish, which is nothing
// composed, is what its capital becomes in lower case.
func plain(text string) string {
	if isASCII(text) {
		return text
	}
	return uncomposed.Replace(keep(norm.NFD.String(text), func(r rune) bool { return !unicode.Is(unicode.Mn, r) }))
}

// isASCII reports whether a text has ASCII only, and so neither accents nor another
// form in Unicode.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// keep is what is left of a text of such characters.
func keep(text string, such func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if such(r) {
			return r
		}
		return -1
	}, text)
}

// uncomposed are letters that Unicode does not take apart into a letter and an
// accent.
var uncomposed = strings.NewReplacer("ł", "l", "ø", "o", "ı", "i")

// FoldValue makes cells comparable as people see them: without case, blanks at
// the ends, and what is invisible or another way to write the same.
func FoldValue(cell string) string { return strings.ToLower(norm.NFKC.String(Legible(cell))) }

// Flag is an option as a POSIX shell takes it, whatever the heading or the cell
// in its value holds. Blanks and invisible characters are written as a person
// would type them: headings and values are compared without them.
func Flag(name, value string) string {
	value = Legible(value)
	// An interactive bash looks for an older command behind "!", but not in "!=".
	if strings.ContainsAny(value, "\"$`\\") || strings.Contains(strings.ReplaceAll(value, "!=", ""), "!") {
		return name + " '" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return name + ` "` + value + `"`
}

// MapFlag is the --map that gives a heading a meaning.
func MapFlag(k Key, heading string) string {
	if holdsNumber(heading) {
		heading = "HEADING"
	}
	return Flag("--map", k.String()+"="+heading)
}

// Legible is text as it looks: a line break is a blank like any other, several
// are one, and there is nothing that cannot be seen.
func Legible(text string) string {
	return strings.Join(strings.Fields(keep(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPrint(r) })), " ")
}

// joined are the texts of all, with something between them.
func joined[T any](all []T, text func(T) string, between string) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = text(one)
	}
	return strings.Join(texts, between)
}

// Title shows a heading in a message. It is no cell: a few digits in it are a
// year or a place in a list.
func Title(heading string) string {
	const maxShown = 60
	runes := []rune(heading)
	switch {
	case heading == "":
		return "(empty)"
	case holdsNumber(heading):
		return "(a text with digits)"
	case len(runes) > maxShown:
		return fmt.Sprintf("%q", string(runes[:maxShown])+"…")
	}
	return fmt.Sprintf("%q", heading)
}

// holdsNumber reports whether a heading may hold a whole phone number.
func holdsNumber(heading string) bool { return count(heading, unicode.IsDigit) >= 7 }

// count is how many characters of a text are such.
func count(text string, such func(rune) bool) int { return utf8.RuneCountInString(keep(text, such)) }

// Trim takes blanks and invisible characters off both ends.
func Trim(text string) string {
	visible := func(c byte) bool { return ' ' < c && c < 0x7f }
	if text == "" || visible(text[0]) && visible(text[len(text)-1]) {
		return text // as nearly all are
	}
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}
