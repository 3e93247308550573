package importfile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sampleRows is how many records are looked at where a heading leaves open what
// a column holds.
const sampleRows = 50

// sample are the cells of the first records below the heading. It may be empty.
type sample [][]string

// sample takes apart what stands in the window behind the heading of n bytes.
// The heading in words and other lines without a digit and an address tell
// nothing.
func (r *records) sample(n int) sample {
	own, data := scanner{quote: r.quote}, r.w.data()[n:]
	var found sample
	for len(data) > 0 && len(found) < sampleRows {
		length, bad := own.scan(data, r.delimiter, r.w.last)
		if bad != sound {
			break
		}
		cells := make([]string, len(own.cells))
		for i, cell := range own.cells {
			if text := cell.bytes(data); utf8.Valid(text) { // of what is not, the encoding is still open
				cells[i] = trim(string(r.appendUnquoted(nil, text)))
			}
		}
		if slices.ContainsFunc(cells, func(cell string) bool { return strings.ContainsAny(cell, "@0123456789") }) {
			found = append(found, cells)
		}
		data = data[length:]
	}
	return found
}

// cells are those of a column that are not empty.
func (s sample) cells(column int) []string {
	var cells []string
	for _, row := range s {
		if column < len(row) && row[column] != "" {
			cells = append(cells, row[column])
		}
	}
	return cells
}

// disproves says that the column holds something, and nothing of what it should.
func (s sample) disproves(column int, should func(cell string) bool) bool {
	cells := s.cells(column)
	return len(cells) > 0 && !slices.ContainsFunc(cells, should)
}

// users counts what the cells of the column are as users.
func (s sample) users(column int) (kinds userKinds, total int) {
	cells := s.cells(column)
	for _, cell := range cells {
		kinds[kindOf(cell)]++
	}
	return kinds, len(cells)
}

// numberLike says that a cell could be a phone number, and is no room, model or
// remark.
func numberLike(cell string) bool {
	digits, letters := 0, 0
	for _, r := range cell {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits > 4 && digits > letters && !strings.Contains(cell, "@")
}

// isDialCode says that a cell holds a dialling code.
func isDialCode(cell string) bool {
	digits, is := partDigits(keyDialCode, cell)
	return is && digits != ""
}
