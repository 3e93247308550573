package importfile

import "bytes"

// Limits of one record. They bound memory, and they end the search for a
// closing quote that is not there.
const (
	maxCellBytes   = 64 << 10
	maxRecordBytes = 1 << 20
	maxRecordLines = 100
	maxCells       = 1000
)

// fault is why bytes could not be taken as a record.
type fault int

const (
	sound fault = iota
	incomplete
	quoteOpen   // not closed within the limits
	quoteToEnd  // not closed before the end of the file
	quoteRunsOn // not closed on its line, and no cell of several lines either
	textAfterQuote
	cellTooLong
	recordTooLong
	tooManyCells
)

// span is where one cell stands in the scanned bytes, its outer quotes left out.
type span struct {
	start, end int
	doubled    bool // holds two quotes for one
}

func (s span) bytes(data []byte) []byte { return data[s.start:s.end] }

// scanner takes records apart. Its results hold until the next scan.
type scanner struct {
	quote  byte // that opens and closes cells
	cells  []span
	breaks int // line ends within the record, those in quotes

	stops   [256]bool // what ends a cell without quotes
	stopsAt byte      // the delimiter among them
}

// scan takes one record off the front of data and returns how many bytes it is
// long, with its line end. It returns incomplete when data breaks off within
// the record and is not the last of the file.
//
// A quote opens a cell only as its first character, and is a plain character
// anywhere else; blanks behind a closing quote do not count; a line ends with
// LF, CR LF or CR. Beyond that the rules are those of
// https://www.rfc-editor.org/rfc/rfc4180. What [quoting] says must agree.
func (s *scanner) scan(data []byte, delimiter byte, last bool) (int, fault) {
	if s.stopsAt != delimiter {
		s.stopAt(delimiter)
	}
	s.cells, s.breaks = s.cells[:0], 0
	at := 0
	for {
		cell, next, bad := s.cell(data, at, delimiter, last)
		if bad != sound {
			return 0, bad
		}
		if len(s.cells) == maxCells {
			return 0, tooManyCells
		}
		s.cells = append(s.cells, cell)
		switch {
		case next > maxRecordBytes:
			return 0, recordTooLong
		case next == len(data) && last:
			return next, sound
		case next == len(data), next+1 == len(data) && data[next] == '\r' && !last:
			return 0, incomplete
		case data[next] == delimiter:
			at = next + 1
		default:
			return next + lineEnd(data[next:]), sound
		}
	}
}

// stopAt makes the delimiter one of the bytes that end a cell.
func (s *scanner) stopAt(delimiter byte) {
	s.stops = [256]bool{'\n': true, '\r': true}
	s.stops[delimiter], s.stopsAt = true, delimiter
}

// cell finds the cell that starts at the offset at, and the offset behind it,
// which is a delimiter, a line end or the end of data.
func (s *scanner) cell(data []byte, at int, delimiter byte, last bool) (cell span, next int, bad fault) {
	if at < len(data) && data[at] == s.quote {
		return s.quoted(data, at+1, delimiter, last)
	}
	rest, n := data[at:], 0
	for n < len(rest) && !s.stops[rest[n]] {
		n++
	}
	if n > maxCellBytes {
		return span{}, 0, cellTooLong
	}
	return span{start: at, end: at + n}, at + n, sound
}

func (s *scanner) quoted(data []byte, start int, delimiter byte, last bool) (cell span, next int, bad fault) {
	cell = span{start: start, end: start}
	for {
		i := bytes.IndexByte(data[cell.end:], s.quote)
		if i < 0 {
			return span{}, 0, s.unclosed(data[start:], last)
		}
		cell.end += i
		next = cell.end + 1
		if next == len(data) && !last {
			return span{}, 0, s.unclosed(data[start:], last)
		}
		if next == len(data) || data[next] != s.quote {
			break
		}
		cell.doubled = true
		cell.end += 2
	}
	breaks := lineEnds(cell.bytes(data))
	s.breaks += breaks
	for next < len(data) && data[next] != delimiter && isBlank(data[next]) {
		next++
	}
	switch {
	case cell.end-start > maxCellBytes, s.breaks >= maxRecordLines:
		return span{}, 0, quoteOpen
	case next == len(data) && (last || next > maxRecordBytes): // scan refuses the latter
		return cell, next, sound
	case next == len(data):
		return span{}, 0, incomplete
	case data[next] == delimiter, data[next] == '\n', data[next] == '\r':
		return cell, next, sound
	case breaks > 0:
		return span{}, 0, quoteRunsOn
	}
	return span{}, 0, textAfterQuote
}

// unclosed says whether it makes sense to look further for a closing quote.
func (s *scanner) unclosed(rest []byte, last bool) fault {
	switch {
	case len(rest) > maxCellBytes, s.breaks+lineEnds(rest) >= maxRecordLines:
		return quoteOpen
	case last:
		return quoteToEnd
	}
	return incomplete
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// lineEnd is the length of the line end at the front of data: 0, 1 or 2.
func lineEnd(data []byte) int {
	switch {
	case len(data) > 1 && data[0] == '\r' && data[1] == '\n':
		return 2
	case len(data) > 0 && (data[0] == '\r' || data[0] == '\n'):
		return 1
	}
	return 0
}

// lineEnds counts the line ends in data.
func lineEnds(data []byte) int {
	return bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) - bytes.Count(data, []byte("\r\n"))
}
