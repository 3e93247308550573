package heading

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

//go:embed lexicon.tsv
var lexiconTable string

//go:embed rules.tsv
var ruleTable string

// entry is one line of the lexicon: words of one meaning in one language. The
// language is for people who change the table; the code does not use it.
type entry struct {
	meaning, language string
	words             []string
}

// readTable reads the lexicon in the order of its lines, which decides where a word
// stands twice.
func readTable() (entries []entry) {
	for _, cells := range tableRows(lexiconTable) {
		entries = append(entries, entry{cells[0], cells[1], strings.Split(cells[2], ", ")})
	}
	return entries
}

// tableRows are the lines of a table that have three cells.
func tableRows(table string) (rows [][]string) {
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) == 3 && !strings.HasPrefix(line, "#") {
			rows = append(rows, cells)
		}
	}
	return rows
}

// lexicon is both tables in the forms in which they are asked. Nobody may change it.
type lexicon struct {
	rules    []rule                          // the first that fits decides
	senses   map[string]senses               // by word of a heading
	headings map[string]Meaning              // by folded heading
	harmless map[string]bool                 // by the letters of one word or of several
	types    map[string]authmethod.PhoneType // by the letters of a cell
	lists    map[string]*list                // all other words by meaning
	example  *regexp.Regexp                  // in brackets in a heading
	template *regexp.Regexp                  // before the user of a template's example
}

// list is words that have one meaning. Their other forms are made when they are
// asked for, since most files ask for few.
type list struct {
	words   []string               // as written
	needles func() []string        // as patterns; see haystack
	cells   func() map[string]bool // as whole cells
}

func newList() *list {
	l := &list{}
	l.needles = sync.OnceValue(func() (needles []string) {
		for _, word := range l.words {
			needles = append(needles, needleOf(word))
		}
		return needles
	})
	l.cells = sync.OnceValue(func() map[string]bool {
		cells := make(map[string]bool, len(l.words))
		for _, word := range l.words {
			cells[plain(FoldValue(word))] = true
		}
		return cells
	})
	return l
}

// listOf is never nil.
func (l *lexicon) listOf(meaning string) *list {
	if words, known := l.lists[meaning]; known {
		return words
	}
	return newList()
}

// lexical is the only one. It is made when the first heading is looked at.
var lexical = sync.OnceValue(newLexicon)

// newLexicon adds all words as they are written before any other spelling of one.
func newLexicon() *lexicon {
	l := &lexicon{
		senses: map[string]senses{}, headings: map[string]Meaning{}, types: map[string]authmethod.PhoneType{},
		harmless: map[string]bool{}, lists: map[string]*list{},
	}
	for _, cells := range tableRows(ruleTable) {
		r := rule{Meaning: parseMeaning(cells[0]), needed: of(cells[1])}
		if cells[2] != "-" {
			r.may = of(cells[2])
		}
		l.rules = append(l.rules, r)
	}
	entries := readTable()
	for i, spell := range spellings {
		for _, e := range entries {
			add := l.adding(e.meaning)
			for _, word := range e.words {
				if i == 0 || !isASCII(word) && utf8.RuneCountInString(word) > 2 {
					add(spell(word))
				}
			}
		}
	}
	markers := joined(l.listOf("example").words, regexp.QuoteMeta, "|")
	l.example = regexp.MustCompile(`(?i)\( *(?:` + markers + `)[^()]*\)`)
	l.template = regexp.MustCompile(`(?i)^(?:` + strings.TrimSuffix(strings.ReplaceAll(markers+"|", `\.|`, `\.?|`), "|") + `)\s*[:：]`) // "e.g: "
	return l
}

// spellings are the ways in which a word of the table is known. One that means
// something as it stands keeps that: the second and third only fill gaps. One of
// two letters has no other: "IS" is not Turkish for work.
var spellings = [...]func(string) string{func(word string) string { return word }, plain, spelledOut.Replace}

// spelledOut is how people write letters that their keyboard does not have.
var spelledOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "ø", "oe", "å", "aa", "æ", "ae")

// adding puts words where the form of their meaning says: KEY/RANK is a whole
// heading, senses and harmless ones are words of headings, and all else are lists.
func (l *lexicon) adding(meaning string) func(word string) {
	says, isSense := parseSenses(meaning)
	phoneType, isType := strings.CutPrefix(meaning, "type ")
	t := authmethod.PhoneType(phoneType)
	switch {
	case strings.Contains(meaning, "/"):
		whole := parseMeaning(meaning)
		return func(word string) { fill(l.headings, letters(word), whole) }
	case isSense:
		return func(word string) { fill(l.senses, letters(word), says) }
	case isType && t.ID() != "":
		return func(word string) { fill(l.types, typeLetters(word), t) }
	case meaning == "harmless":
		return func(word string) { fill(l.harmless, letters(word), true) }
	}
	words := l.listOf(meaning)
	l.lists[meaning] = words
	return func(word string) {
		if !slices.Contains(words.words, word) {
			words.words = append(words.words, word)
		}
	}
}

// parseMeaning reads KEY/RANK.
func parseMeaning(text string) Meaning {
	name, number, _ := strings.Cut(text, "/")
	k, known := ParseKey(name)
	rank, err := strconv.Atoi(number)
	if !known || err != nil {
		panic(fmt.Sprintf("heading: the tables name the meaning %q", text)) // unreachable unless bug
	}
	return Meaning{k, rank}
}

// fill adds what is not there yet.
func fill[V any](table map[string]V, word string, value V) {
	if _, known := table[word]; !known && word != "" {
		table[word] = value
	}
}

// either looks a word up as it is written, or without its accents.
func either[V any](table map[string]V, word string) (V, bool) {
	if value, known := table[word]; known {
		return value, true
	}
	value, known := table[plain(word)]
	return value, known
}

// haystack is a text in the form in which patterns are looked for: its words
// with blanks round each, and all its letters between ^ and $.
func haystack(text string) string {
	return plain(" " + strings.Join(words(text), " ") + " ^" + letters(text) + "$")
}

// needleOf is what to look for in a haystack: "pin" is a word, "phon*" begins
// one, "*fon" ends one, "*next of kin*" stands anywhere, "=enddate" is the whole
// text, and "=baja*" begins it.
func needleOf(pattern string) string {
	pattern, whole := strings.CutPrefix(pattern, "=")
	inner, openFront := strings.CutPrefix(pattern, "*")
	inner, openBack := strings.CutSuffix(inner, "*")
	edge, between := [2]string{" ", " "}, " "
	if whole {
		edge = [2]string{"^", "$"}
	}
	if whole || openFront && openBack {
		between = ""
	}
	needle := strings.Join(split(inner), between)
	if !openFront {
		needle = edge[0] + needle
	}
	if !openBack {
		needle += edge[1]
	}
	return plain(needle)
}

// mentions reports whether one of a meaning's patterns is in the haystack. It finds
// parts of a text; see needleOf.
func mentions(haystack string, meanings ...string) bool {
	return slices.ContainsFunc(meanings, func(meaning string) bool {
		return slices.ContainsFunc(lexical().listOf(meaning).needles(), func(needle string) bool { return strings.Contains(haystack, needle) })
	})
}

// isCell reports whether a whole cell has one of the meanings. Case, accents and
// blanks do not count.
func isCell(text string, meanings ...string) bool {
	cell := plain(FoldValue(text))
	return slices.ContainsFunc(meanings, func(meaning string) bool { return lexical().listOf(meaning).cells()[cell] })
}
