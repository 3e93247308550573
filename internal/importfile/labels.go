package importfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"entraphone/internal/heading"
	"entraphone/internal/table"
)

// labelRows is how many lines below the heading may explain it. Further down a word
// such as "User" may be somebody's name.
const labelRows = 5

// What a person is told of a line that is not a row.
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
	keys     []heading.Key // with their columns, the user first
	columns  []int
	line     int // of the heading
	left     int // lines that may still explain the heading
}

// newLabels knows them by the heading, which stands on the line.
func newLabels(c *heading.Columns, headings []string, line int) labels {
	l := labels{headings: headings, keys: c.Keys(), line: line, left: labelRows}
	for _, k := range l.keys {
		l.columns = append(l.columns, c.At[k])
	}
	return l
}

// what tells what a record is that is not a row; cells are the mapped ones. The
// error is for a heading that has other columns than the one above: the rows
// below it would be read under the wrong ones.
func (l *labels) what(r *table.Record, cells []string) (string, error) {
	l.left--
	// An address is a row's, but for that of a template's example.
	user := strings.TrimSpace(cells[0])
	if strings.IndexByte(user, '@') >= 0 || user == "" {
		if l.left >= 0 && heading.IsExample(user) {
			return templateExample, nil
		}
		return "", nil
	}
	// Files that were put behind each other have it at any distance.
	if l.repeats(cells) {
		return headingAgain, nil
	}
	// No label has a digit, and no row with a number is without.
	for _, cell := range cells {
		if strings.ContainsFunc(cell, unicode.IsDigit) {
			return "", nil
		}
	}
	_, known := heading.Lookup(user)
	texts := r.Texts()
	if isRuler(texts) {
		return ruler, nil
	}
	again := l.isHeading(texts)
	if !again && !(known && l.left >= 0) {
		return "", nil
	}
	// Rows below another heading would have their cells read under this one.
	if column, moved := l.moved(texts); moved {
		return "", &FileError{
			Found:  fmt.Sprintf("line %d is another heading than line %d: %s stands in another column", r.Line, l.line, quoted(l.headings[column])),
			Advice: "split the file where the other heading stands, and read each part by itself",
		}
	}
	if again && l.left < 0 {
		return headingAgain, nil
	}
	return headingInWords, nil
}

// repeats reports whether every mapped cell is the heading of its column.
func (l *labels) repeats(cells []string) bool {
	for i, column := range l.columns {
		if strings.TrimSpace(cells[i]) != l.headings[column] {
			return false
		}
	}
	return true
}

// isRuler reports whether the cells hold nothing but the strokes that database clients
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
	// A heading has no numbers in it; a row that is too wide has.
	if !slices.ContainsFunc(texts, hasDigits) && l.isHeading(texts) {
		return fail(fmt.Sprintf("line %d is another heading than line %d, with more columns", line, l.line))
	}
	// The last cell of one file and the first of the next have become one.
	if len(texts) == 2*len(l.headings)-1 && l.joined(texts[len(l.headings)-1], texts[len(l.headings):]) {
		return fail(fmt.Sprintf("line %d holds a row and another heading: two files were put together without a line end between them", line))
	}
	return nil
}

// joined reports whether the cell is the last of a row with the first of a heading
// behind it, and that the others are the rest of that heading.
func (l *labels) joined(cell string, rest []string) bool {
	_, first := heading.Lookup(strings.TrimLeftFunc(cell, func(r rune) bool { return !unicode.IsLetter(r) }))
	isOther := func(text string) bool {
		_, known := heading.Lookup(text)
		return !known && !slices.Contains(l.headings, text)
	}
	return (first || strings.Contains(cell, "\ufeff")) && !slices.ContainsFunc(rest, isOther)
}

// isFooter reports whether a record is the last of a report, such as "Total: 120" or
// "(120 rows affected)": with a text that cannot be a user, and without a phone.
// What follows it is not a row either.
func isFooter(cells []string, keys []heading.Key) bool {
	if user := heading.Trim(cells[0]); user == "" || heading.KindOf(user) != heading.UserNone || holdsMore(user) {
		return false
	}
	for i, k := range keys {
		// With a phone it is a row whose user is wrong, which must be told.
		if k.IsPhone() && countDigits(cells[i]) >= minPhoneDigits {
			return false
		}
	}
	return true
}

// isHeading reports whether the cells name a user and a phone by headings.
func (l *labels) isHeading(texts []string) bool {
	user, phone := false, false
	for _, text := range texts {
		if a, known := heading.Lookup(text); known {
			user, phone = user || a.Key == heading.User, phone || a.Key.IsPhone() || a.Key == heading.PhoneType
		}
	}
	return user && phone
}

// moved finds a column whose meaning stands in another one, which did not have
// it. A label that is not known moves nothing.
func (l *labels) moved(texts []string) (column int, is bool) {
	for i, column := range l.columns {
		k := l.keys[i]
		if a, known := heading.Lookup(l.headings[column]); known {
			k = a.Key
		}
		means := func(text string) bool {
			a, known := heading.Lookup(text)
			return known && a.Key == k
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
