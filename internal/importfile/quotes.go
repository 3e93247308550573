package importfile

import (
	"bytes"
)

// findQuote tells single quotes from apostrophes. A heading in quotes decides;
// else single quotes stand round more cells of the lines that are already in the
// window than at one end of a cell, as in 's-Gravenhage and before a number that
// is protected from a spreadsheet. data begins with the heading.
func (r *records) findQuote(data []byte) {
	heading := r.countQuotes(data, '"', 1)
	single := r.countQuotes(data, '\'', 1)
	switch {
	case heading.round > 0, lineCellIn(data) && single.round == 0:
		r.quote = '"'
		return
	case single.round > 0 && single.half == 0:
		r.quote = '\''
		return
	}
	double := r.countQuotes(data, '"', -1)
	single = r.countQuotes(data, '\'', -1)
	r.quote = '"'
	if single.round > max(single.half, double.round) {
		r.quote = '\''
	}
}

// lineCellIn says that the heading at the front of data is that of an excerpt,
// which has its own columns in quotes where they are single ones.
func lineCellIn(data []byte) bool {
	return bytes.Contains(firstLine(data), []byte(remarkHeadings[0]))
}

// quotesFound are cells with a quote at both ends, and at one.
type quotesFound struct{ round, half int }

// countQuotes takes so many records apart, or all of them for -1.
func (r *records) countQuotes(data []byte, quote byte, records int) (q quotesFound) {
	r.quote = quote
	width := 0 // of the heading
	for ; records != 0 && len(data) > 0; records-- {
		n, bad := r.scan(data, r.delimiter, r.w.last)
		if bad == incomplete {
			return q
		}
		if bad != sound {
			q.half++
			line := len(firstLine(data))
			data = data[line+lineEnd(data[line:]):]
			continue
		}
		if width == 0 {
			width = len(r.cells)
		}
		for _, cell := range r.cells {
			content := bytes.TrimRight(cell.bytes(data), " \t")
			switch {
			case cell.start > 0 && data[cell.start-1] == quote && len(r.cells) == width:
				q.round++
			case cell.start > 0 && data[cell.start-1] == quote:
				q.half++ // it has taken in what lies between two others
			case len(content) > 1 && content[len(content)-1] == quote:
				q.half++
			}
		}
		data = data[n:]
	}
	return q
}
