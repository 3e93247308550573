package importfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// labelRows is how many lines below the heading may explain it.
const labelRows = 5

const (
	headingInWords  = "the heading in words"
	headingAgain    = "the heading once more"
	templateExample = "the example of a template"
	ruler           = "a ruler"
	footer          = "the end of a report, without user and phone"
)

// labels recognises the lines of a file that are no rows although they stand
// below the heading: the same heading in words, as SAP SuccessFactors writes
// it, the example of a template, and the heading once more, where exports were
// put behind each other.
type labels struct {
	headings []string
	keys     []key // with their columns, the user first
	columns  []int
	line     int // of the heading
	left     int // lines that may still explain the heading
	table    map[string]alias
}

func (l *labels) begin(c *columns, headings []string, line int) {
	*l = labels{headings: headings, keys: c.keys(), line: line, left: labelRows, table: aliases()}
	for _, k := range l.keys {
		l.columns = append(l.columns, c.at[k])
	}
}

// exampleUser is the user of a line that templates show as an example.
var exampleUser = regexp.MustCompile(`(?i)^(?:example|e\.? ?g\.?|beispiel|z\. ?b\.?|exemple|ejemplo|esempio|exemplo|voorbeeld|exempel|eksempel|esimerkki|przykład|příklad|示例)\s*[:：]`)

// what says what a record is if it is no row. cells are the mapped ones; all
// gives all of them. The error is for a heading that has other columns than the
// one above: the rows below it would be read under the wrong ones.
func (l *labels) what(line int, cells []string, all func() []string) (string, error) {
	l.left--
	user := strings.TrimSpace(cells[0])
	if strings.IndexByte(user, '@') >= 0 || user == "" {
		if l.left >= 0 && exampleUser.MatchString(user) {
			return templateExample, nil
		}
		return "", nil
	}
	if l.repeats(cells) {
		return headingAgain, nil
	}
	for _, cell := range cells {
		if strings.ContainsFunc(cell, unicode.IsDigit) {
			return "", nil
		}
	}
	_, known := lookup(l.table, user)
	texts := all()
	if isRuler(texts) {
		return ruler, nil
	}
	heading := l.isHeading(texts)
	if !heading && !(known && l.left >= 0) {
		return "", nil
	}
	if column, moved := l.moved(texts); moved {
		return "", &FileError{
			Found:  fmt.Sprintf("line %d is another heading than line %d: %s stands in another column", line, l.line, quoted(l.headings[column])),
			Advice: "split the file where the other heading stands, and read each part by itself",
		}
	}
	if heading && l.left < 0 {
		return headingAgain, nil
	}
	return headingInWords, nil
}

// repeats says that every mapped cell is the heading of its column.
func (l *labels) repeats(cells []string) bool {
	for i, column := range l.columns {
		if strings.TrimSpace(cells[i]) != l.headings[column] {
			return false
		}
	}
	return true
}

// isRuler says that the cells hold nothing but the strokes that database clients
// draw under a heading.
func isRuler(texts []string) bool {
	line := func(text string) bool { return strings.Contains(text, "--") || strings.Contains(text, "==") }
	return slices.ContainsFunc(texts, line) && strings.Trim(strings.Join(texts, ""), "-=+_:| ") == ""
}

// tooWide refuses the file where a line with too many cells is another heading,
// or holds one: two files were put behind each other, and perhaps no line end
// between them.
func (l *labels) tooWide(line int, texts []string) error {
	fail := func(found string) error {
		return &FileError{Found: found, Advice: "split the file there, and read each part by itself"}
	}
	if !slices.ContainsFunc(texts, hasDigits) && l.isHeading(texts) {
		return fail(fmt.Sprintf("line %d is another heading than line %d, with more columns", line, l.line))
	}
	if len(texts) == 2*len(l.headings)-1 && l.joined(texts[len(l.headings)-1], texts[len(l.headings):]) {
		return fail(fmt.Sprintf("line %d holds a row and another heading: two files were put together without a line end between them", line))
	}
	return nil
}

// joined says that the cell is the last of a row with the first of a heading
// behind it, and that the others are the rest of that heading.
func (l *labels) joined(cell string, rest []string) bool {
	_, first := lookup(l.table, strings.TrimLeftFunc(cell, func(r rune) bool { return !unicode.IsLetter(r) }))
	isOther := func(text string) bool {
		_, known := lookup(l.table, text)
		return !known && !slices.Contains(l.headings, text)
	}
	return (first || strings.Contains(cell, byteOrderMark)) && !slices.ContainsFunc(rest, isOther)
}

// isFooter says that a record is the last of a report, such as "Total: 120" or
// "(120 rows affected)": with a text that can be no user, and without a phone.
// What follows it is no row either.
func isFooter(cells []string, keys []key) bool {
	if user := trim(cells[0]); user == "" || kindOf(user) != userNone || holdsMore(user) {
		return false
	}
	for i, k := range keys {
		if k.isPhone() && countDigits(cells[i]) >= minPhoneDigits {
			return false
		}
	}
	return true
}

// isHeading says that the cells name a user and a phone by headings.
func (l *labels) isHeading(texts []string) bool {
	user, phone := false, false
	for _, text := range texts {
		if a, known := lookup(l.table, text); known {
			user, phone = user || a.key == keyUser, phone || a.key.isPhone() || a.key == keyPhoneType
		}
	}
	return user && phone
}

// moved finds a column whose meaning stands in another one, which did not have
// it. A label that is not known moves nothing.
func (l *labels) moved(texts []string) (column int, is bool) {
	for i, column := range l.columns {
		k := l.keys[i]
		if a, known := lookup(l.table, l.headings[column]); known {
			k = a.key
		}
		means := func(text string) bool {
			a, known := lookup(l.table, text)
			return known && a.key == k
		}
		if column < len(texts) && means(texts[column]) {
			continue
		}
		for j, text := range texts {
			if means(text) && !(j < len(l.headings) && means(l.headings[j])) {
				return column, true
			}
		}
	}
	return 0, false
}
