package importfile

import (
	"strings"
	"unicode"
)

// labelRows is how many lines below the heading may explain it.
const labelRows = 5

const (
	headingInWords  = "the heading in words"
	templateExample = "the example of a template"
)

// labels recognises the lines of a file that are no rows although they stand
// below the heading: the same heading in words, as SAP SuccessFactors writes
// it, the example of a template, and the heading once more, where exports were
// put behind each other.
type labels struct {
	headings []string
	left     int // lines that may still explain the heading
	table    map[string]alias
}

func (l *labels) begin(headings []string) {
	l.headings, l.left, l.table = headings, labelRows, aliases()
}

// what says what a record is if it is no row; cells are the mapped ones, and
// columns where they stand.
func (l *labels) what(cells []string, columns []int) string {
	l.left--
	if l.repeats(cells, columns) {
		return "the heading once more"
	}
	if l.left < 0 {
		return ""
	}
	user := strings.TrimSpace(cells[0])
	if before, address, found := strings.Cut(user, ":"); found && !strings.ContainsAny(before, "@ ") && addressable(strings.TrimSpace(address)) {
		return templateExample
	}
	if addressable(user) || !l.known(user) {
		return ""
	}
	for _, cell := range cells {
		if strings.ContainsFunc(cell, unicode.IsDigit) {
			return ""
		}
	}
	return headingInWords
}

// repeats says that every mapped cell is the heading of its column.
func (l *labels) repeats(cells []string, columns []int) bool {
	for i, column := range columns {
		if strings.TrimSpace(cells[i]) != l.headings[column] {
			return false
		}
	}
	return true
}

func (l *labels) known(heading string) bool {
	_, known := l.table[fold(heading)]
	return known
}
