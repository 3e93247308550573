package heading

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every heading that was ever listed as a whole keeps its meaning, whether it
// still is or its words give it.
func TestKnownHeadings(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("testdata", "headings.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	if len(lines) < 600 {
		t.Fatalf("%d headings, want all of them", len(lines))
	}
	for _, line := range lines {
		want, heading, _ := strings.Cut(line, "\t")
		for _, written := range []string{heading, strings.ToUpper(heading), plain(heading), spelledOut.Replace(heading)} {
			m, known := Lookup(written)
			if got := fmt.Sprintf("%v/%d", m.Key, m.Rank); !known || got != want {
				t.Errorf("Lookup(%q) = %s, %t, want %s", written, got, known, want)
			}
		}
	}
}

// A heading stands in the table as a whole only where its words do not tell it,
// in one of the ways in which it is written.
func TestWholeHeadingsAreNeeded(t *testing.T) {
	for _, e := range readTable() {
		for _, word := range e.words {
			if !strings.Contains(e.meaning, "/") {
				continue
			}
			byWords := func(spell func(string) string) bool {
				says, all := sensesOf(spell(word))
				m, known := mean(says)
				return all && known && fmt.Sprintf("%v/%d", m.Key, m.Rank) == e.meaning
			}
			if !slices.ContainsFunc(spellings[:], func(spell func(string) string) bool { return !byWords(spell) }) {
				t.Errorf("%s %q: its words tell as much", e.meaning, word)
			}
		}
	}
}

// asked are the meanings that code looks for, beside senses and whole headings.
var asked = []string{
	"type mobile", "type alternateMobile", "type office", "type other", "type unsure",
	"other manager", "other emergency", "other relation", "other person", "no phone", "like phone", "directory", "mail user", "local", "harmless",
	"gone", "active", "status", "no status", "value gone", "value not", "value true", "value false",
	"empty", "empty number", "label", "mark", "example",
	"action upsert", "action create", "action update", "action remove", "action skip", "switch on", "switch off",
}

// The table holds nothing that nobody asks for, and nothing twice.
func TestTable(t *testing.T) {
	entries := readTable()
	lines := 0
	for line := range strings.Lines(lexiconTable) {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			lines++
		}
	}
	if lines != len(entries) {
		t.Errorf("%d of %d lines have three cells, want all", len(entries), lines)
	}
	seen, meanings := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		meanings[e.meaning] = true
		_, sense := parseSenses(e.meaning)
		key, _, heading := strings.Cut(e.meaning, "/")
		if _, known := ParseKey(key); !sense && !slices.Contains(asked, e.meaning) && !(heading && known) {
			t.Errorf("nobody asks for %q", e.meaning)
		}
		if e.language != "mul" && len(e.language) != 2 {
			t.Errorf("%s: %q is no language", e.meaning, e.language)
		}
		for _, word := range e.words {
			if word == "" || word != strings.TrimSpace(word) || seen[e.meaning+word] {
				t.Errorf("%s %s: %q is empty, has blanks round it or stands there twice", e.meaning, e.language, word)
			}
			seen[e.meaning+word] = true
			if strings.HasPrefix(e.meaning, "empty") && (len(word) > maxEmpty || strings.ContainsAny(word, "123456789")) {
				t.Errorf("%s: %q is never looked up: it is too long or holds a digit", e.meaning, word)
			}
		}
	}
	for _, meaning := range asked {
		if !meanings[meaning] {
			t.Errorf("no word means %q", meaning)
		}
	}
}

// A word in two lists, or one that loses its accents to another, would mean
// whatever stands first.
func TestWordsMeanOneThing(t *testing.T) {
	for name, is := range map[string]func(meaning string) bool{
		"words":    func(meaning string) bool { _, sense := parseSenses(meaning); return sense },
		"headings": func(meaning string) bool { return strings.Contains(meaning, "/") },
		"types":    func(meaning string) bool { return strings.HasPrefix(meaning, "type ") },
	} {
		itself := map[string]string{}
		for _, e := range readTable() {
			for _, word := range e.words {
				folded := letters(word)
				if other, known := itself[folded]; is(e.meaning) && known && other != e.meaning {
					t.Errorf("%s: %q means %s and %s", name, word, other, e.meaning)
				} else if is(e.meaning) {
					itself[folded] = e.meaning
				}
			}
		}
		others := map[string]string{}
		for _, word := range slices.Sorted(maps.Keys(itself)) {
			short := len([]rune(word)) < 3 // has no other spelling
			for _, spelled := range []string{plain(word), spelledOut.Replace(word)} {
				if other, known := others[spelled]; known && other != itself[word] && itself[spelled] == "" {
					t.Errorf("%s: %q means %s and %s", name, spelled, other, itself[word])
				}
				if !short {
					others[spelled] = itself[word]
				}
			}
		}
	}
}

// A language is whole where all that a typical export has is known in it.
func TestLanguagesAreWhole(t *testing.T) {
	needed := []string{
		"phone", "mobile", "desk", "work", "private", "alternate", "number", "mail", "address", "user", "login", "name", "type", "country", "code", "extension",
		"user/3", "alternateMobile/0", "country/0", "type mobile", "type alternateMobile", "type office", "type unsure",
		"other manager", "other emergency", "other relation", "other person", "no phone", "harmless", "gone", "status",
		"value gone", "value true", "value false", "empty", "label", "mark", "example",
	}
	has := map[string]bool{}
	for _, e := range readTable() {
		has[e.language+" "+e.meaning] = true
	}
	for _, language := range []string{"hu", "tr", "ro"} {
		for _, meaning := range needed {
			if !has[language+" "+meaning] {
				t.Errorf("no word of %q means %s", language, meaning)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
		why           string
	}{
		{"pin", "Card PIN", true, "a word of the text"},
		{"pin", "Pinboard", false, "not a part of one"},
		{"uit dienst", "Uit dienst sinds", true, "several words in a row"},
		{"uit dienst", "uit de dienst", false, "with nothing between"},
		{"phon*", "my phonebook", true, "the beginning of a word"},
		{"phon*", "microphone", false, "not its middle"},
		{"*fon", "Satellitentelefon", true, "the end of a word"},
		{"*fon", "fonds", false, "not its beginning"},
		{"*next of kin*", "NextOfKinPhone", true, "anywhere, whatever stands between"},
		{"=enddate", "End Date", true, "the whole text"},
		{"=enddate", "License end date", false, "not its end"},
		{"=baja*", "Baja (fecha)", true, "the beginning of the text"},
		{"=baja*", "Motivo de baja", false, "not of a word"},
		{"*kündigung*", "KUNDIGUNGSDATUM", true, "accents do not count"},
		{"*yakınlık*", "YAKINLIK DERECESİ", true, "nor the dot of Turkish capitals"},
		{"pin", "Mobile (e.g. PIN)", false, "an example tells nothing"},
	}
	for _, test := range tests {
		if got := strings.Contains(haystack(test.text), needleOf(test.pattern)); got != test.want {
			t.Errorf("%q in %q: %t, want %t: %s", test.pattern, test.text, got, test.want, test.why)
		}
	}
}

// Each question that the code asks has a text, and each text is asked.
func TestQuestions(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range strings.Split(string(source), `ask("`)[1:] {
			name, _, _ := strings.Cut(call, `"`)
			asked[name] = !strings.HasSuffix(file, "_test.go") || asked[name]
		}
	}
	for name, is := range asked {
		if _, has := questions()[name]; is && !has {
			t.Errorf("the question %q has no text", name)
		}
	}
	for name := range questions() {
		if !asked[name] {
			t.Errorf("nobody asks the question %q", name)
		}
	}
}

// A rule behind one that fits whatever it fits would never decide, and a line
// that is not one would be lost.
func TestRules(t *testing.T) {
	rules, lines := lexical().rules, 0
	for line := range strings.Lines(ruleTable) {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			lines++
		}
	}
	if lines != len(rules) {
		t.Errorf("%d of %d lines are rules, want all", len(rules), lines)
	}
	for i, r := range rules {
		for _, before := range rules[:i] {
			if r.needed&before.needed == before.needed && (r.needed|r.may)&^(before.needed|before.may) == 0 {
				t.Errorf("the rule of %v that needs %b never decides: one of %v comes before it", r.Meaning, r.needed, before.Meaning)
			}
		}
	}
}

// All that a question has is filled in, and a phone number in a heading is not shown.
func TestQuestionsAreWhole(t *testing.T) {
	for _, headings := range []string{
		"a@b.de|x", "Name|Tel", "user|name", "E-mail|Work Email|mobile", "user|mobile|mobile", "user|mobile|phoneType|phoneNumber", "UPN|Contact Phone|Relationship",
		"UPN|Office Phone|Mobile 2", "UPN|Mobile|Office Phone|Area Code", "UPN|PhoneType|PhoneNumber|PhoneNumber2", "UPN|Country|Mobile Country|Mobile", "+1 2065550101|mobile",
	} {
		_, err := Resolve(Input{Headings: strings.Split(headings, "|"), IsDialCode: isDigits})
		var question *Question
		if !errors.As(err, &question) || question.Found == "" || question.Advice == "" || strings.Contains(err.Error(), "%!") || strings.Contains(err.Error(), "2065550101") {
			t.Errorf("Resolve(%q): %v, want a question that is whole", headings, err)
		}
	}
}
