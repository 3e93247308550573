package importfile

import (
	"bytes"
	"fmt"
	"strings"

	"entraphone/internal/authmethod"
)

// check compares what was scanned with the heading. Cells are never moved to
// where they might belong: a shifted row would give a person someone else's
// number.
func (r *records) check(record []byte, bad fault) *authmethod.Problem {
	switch {
	case bad != sound:
		return r.inCell(bad.problem())
	case len(r.cells) <= r.phones[0] && r.otherDelimiter(record) != 0:
		return otherDelimiter(r.otherDelimiter(record))
	case len(r.cells) < r.width && r.breaksOff(record):
		return brokenOff()
	case len(r.cells) > r.width && !r.allBlank(record, r.width),
		len(r.cells) < r.width && (r.breaks > 0 || r.holdsRows(record)):
		return raggedRow(len(r.cells), r.width, 1+r.breaks)
	case r.breaks > 0 && r.holdsRows(record):
		return rowsInQuotes()
	case r.lineCell != none && strings.Trim(r.handedBack(record), "0123456789") != "":
		return cellsMoved()
	}
	return nil
}

// breaksOff says that a short record is the last of a file that was not written
// to its end: a number in it may have lost digits.
func (r *records) breaksOff(record []byte) bool {
	return r.whole && r.lineCell == none && len(lastLineEnd(record)) == 0 &&
		(len(r.cells) > r.phones[0] || bytes.IndexByte(record, '@') >= 0)
}

// inCell says of a fault where it is: in the cell behind those that were found.
func (r *records) inCell(p *authmethod.Problem) *authmethod.Problem {
	if i := len(r.cells); i < r.width {
		p.Message += fmt.Sprintf("; column %d %s", i+1, quoted(r.labels.headings[i]))
	}
	if r.quote != '"' {
		p.Message, p.Advice = strings.ReplaceAll(p.Message, `(")`, "(')"), strings.ReplaceAll(p.Advice, `"`, "'")
	}
	return p
}

// otherDelimiter is the one that parts a line without phones into as many cells
// as the heading has; 0 for none.
func (r *records) otherDelimiter(record []byte) byte {
	for _, d := range delimiters {
		if d.char != r.delimiter && bytes.Count(record, []byte{d.char}) >= r.width-len(r.cells) {
			return d.char
		}
	}
	return 0
}

// holdsRows says that a quoted cell holds what would be a row of this file by
// itself. Two stray quotes, one here and one further on, look like one cell with
// everything between them; only its content tells.
func (r *records) holdsRows(record []byte) bool {
	if bytes.IndexByte(record, r.quote) < 0 {
		return false
	}
	for at := 0; at < len(record); {
		line := record[at:]
		if end := bytes.IndexAny(line, "\r\n"); end >= 0 {
			line = line[:end]
		}
		if start, is := r.rowIn(line); is && r.inSeveral(record, at+start) {
			return true
		}
		at += len(line) + lineEnd(record[at+len(line):])
	}
	return false
}

// rowIn says that a physical line names a user and has something where a phone
// belongs, and where in it the user stands. Cells after these may be missing.
func (r *records) rowIn(line []byte) (user int, is bool) {
	cells := bytes.Split(line, []byte{r.delimiter})
	content := func(i int) []byte { return bytes.Trim(cells[i], string(r.quote)+" \t") }
	if len(cells) <= r.user || len(content(r.user)) == 0 {
		return 0, false
	}
	if _, kind := userOf(string(content(r.user))); !kind.fit(r.completes) {
		return 0, false
	}
	for _, cell := range cells[:r.user] {
		user += len(cell) + 1
	}
	user += bytes.IndexByte(cells[r.user], content(r.user)[0]) // behind a quote
	for _, phone := range r.phones {
		if phone < len(cells) && len(content(phone)) > 0 {
			return user, true
		}
	}
	return 0, false
}

// inSeveral says that the offset lies in a cell that could be several.
func (r *records) inSeveral(record []byte, at int) bool {
	for _, cell := range r.cells {
		if cell.start <= at && at < cell.end {
			return bytes.ContainsAny(cell.bytes(record), "\r\n"+string(r.delimiter))
		}
	}
	return false
}

// allBlank says that all cells from the given one on hold nothing but blanks.
func (r *records) allBlank(data []byte, from int) bool {
	for _, cell := range r.cells[from:] {
		if len(bytes.TrimSpace(cell.bytes(data))) > 0 {
			return false
		}
	}
	return true
}
