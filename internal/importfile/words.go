package importfile

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxHeading bounds what is looked at of a heading: more is no heading.
const maxHeading = 200

// numbering is what lists put before their headings: "1. UPN".
var numbering = regexp.MustCompile(`^\s*\d{1,2}[.)]\s+`)

// words are the words of a heading in lower case, in any script. Blanks and
// punctuation part them, and so do a capital within a word and a digit:
// "workPhone2" is work, phone and 2. An example in brackets is left out.
func words(heading string) []string {
	text := norm.NFKC.String(numbering.ReplaceAllString(example.ReplaceAllString(heading, " "), ""))
	if len(text) > maxHeading {
		return nil
	}
	var found []string
	runes := []rune(text)
	for start, i := 0, 0; i <= len(runes); i++ {
		if i < len(runes) && inWord(runes[i]) && (i == start || !wordEnds(runes, i)) {
			continue
		}
		if i > start {
			found = append(found, strings.ToLower(string(runes[start:i])))
		}
		if start = i; i < len(runes) && !inWord(runes[i]) {
			start++
		}
	}
	return found
}

func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.Nd) }

// wordEnds says that a new word begins at i within letters and digits.
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
