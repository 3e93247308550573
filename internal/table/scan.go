package table

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
)

// Limits of one record. They bound memory, and they end the search for a closing
// quote that is not there. Excel has 32,767 characters in a cell at most.
const (
	MaxCellBytes   = 64 << 10
	MaxRecordBytes = 1 << 20
	MaxRecordLines = 100
	MaxCells       = 1000
	// MaxHeadingBytes is how much is looked at of a heading. Of a longer one the end
	// is replaced by an ellipsis.
	MaxHeadingBytes = 256
)

// span is where one cell stands in the scanned bytes, its outer quotes left out.
type span struct {
	start, end int
	doubled    bool // holds two quotes for one
}

// bytes are those of the file, with two quotes for one.
func (s span) bytes(data []byte) []byte { return data[s.start:s.end] }

// content are the bytes with one quote for two.
func (s span) content(data []byte, quote byte) []byte {
	if !s.doubled {
		return s.bytes(data)
	}
	return bytes.ReplaceAll(s.bytes(data), []byte{quote, quote}, []byte{quote})
}

// scanner splits records into cells. Its results hold until the next scan.
type scanner struct {
	delimiter, quote byte
	cells            []span
	breaks           int // line ends within the record, those in quotes
}

func newScanner(delimiter, quote byte) scanner { return scanner{delimiter: delimiter, quote: quote} }

// ends reports whether a character ends a cell without quotes.
func (s *scanner) ends(char byte) bool { return char == s.delimiter || char == '\n' || char == '\r' }

// scan splits the record at the front of data and returns how many bytes it is
// long, with its line end. It returns incomplete when data breaks off within
// the record and is not the last of the file.
//
// A quote opens a cell only as its first character, and is a plain character
// anywhere else; blanks behind a closing quote do not count; a line ends with
// LF, CR LF or CR. Beyond that the rules are those of
// https://www.rfc-editor.org/rfc/rfc4180. What [quoting] does must agree.
func (s *scanner) scan(data []byte, last bool) (int, Kind) {
	s.cells, s.breaks = s.cells[:0], 0
	for at := 0; ; at++ {
		cell, next := span{start: at}, at
		if at < len(data) && data[at] == s.quote {
			var bad Kind
			if cell, next, bad = s.quoted(data, at+1, last); bad != sound {
				return 0, bad
			}
		} else {
			next = s.stop(data, at)
			if cell.end = next; next-at > MaxCellBytes {
				return 0, CellTooLong
			}
		}
		if len(s.cells) == MaxCells {
			return 0, TooManyCells
		}
		s.cells = append(s.cells, cell)
		switch {
		case next > MaxRecordBytes:
			return 0, RecordTooLong
		case next == len(data) && last:
			return next, sound
		// A CR at the end of the window may be half of a CR LF.
		case next == len(data), next+1 == len(data) && data[next] == '\r' && !last:
			return 0, incomplete
		case data[next] != s.delimiter:
			return next + lineEnd(data[next:]), sound
		}
		at = next
	}
}

// stop is the offset of what ends a cell without quotes: eight bytes at a time,
// of which the lowest that is a delimiter or a control character is looked at.
func (s *scanner) stop(data []byte, at int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	delimiters := ones * uint64(s.delimiter)
	for at+8 <= len(data) {
		word := binary.LittleEndian.Uint64(data[at:])
		other := word ^ delimiters
		found := ((word-ones*('\r'+1))&^word | (other-ones)&^other) & tops
		if found == 0 {
			at += 8
			continue
		}
		if at += bits.TrailingZeros64(found) / 8; s.ends(data[at]) {
			return at
		}
		at++
	}
	for at < len(data) && !s.ends(data[at]) {
		at++
	}
	return at
}

// quoted finds the cell behind the opening quote, and the offset behind it,
// which is a delimiter, a line end or the end of data.
func (s *scanner) quoted(data []byte, start int, last bool) (cell span, next int, bad Kind) {
	cell = span{start: start, end: start}
	open := false
	for {
		i := bytes.IndexByte(data[cell.end:], s.quote)
		cell.end += i
		next = cell.end + 1
		if open = i < 0 || next == len(data) && !last; open {
			cell.end = len(data)
			break
		}
		if next == len(data) || data[next] != s.quote {
			break
		}
		cell.doubled = true
		cell.end += 2
	}
	// Blanks behind the closing quote are left out: people line up their columns.
	breaks := lineEnds(cell.bytes(data))
	for next < len(data) && data[next] != s.delimiter && isBlank(data[next]) {
		next++
	}
	switch {
	case cell.end-start > MaxCellBytes, s.breaks+breaks >= MaxRecordLines:
		bad = QuoteOpen
	case open && last:
		bad = QuoteToEnd
	case open, next == len(data) && !last && next <= MaxRecordBytes: // scan refuses what is longer
		bad = incomplete
	case next == len(data), s.ends(data[next]):
	case breaks > 0:
		bad = QuoteRunsOn
	default:
		bad = TextAfterQuote
	}
	if !open {
		s.breaks += breaks
	}
	return cell, next, bad
}

// allBlank reports whether the cells from the given one on hold nothing but blanks.
// Spreadsheets write such cells for columns that were once used.
func (s *scanner) allBlank(data []byte, from int) bool {
	return !slices.ContainsFunc(s.cells[from:], func(cell span) bool { return len(bytes.TrimSpace(cell.bytes(data))) > 0 })
}

// isBlank reports whether a byte may stand between a closing quote and the
// delimiter.
func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// lineEnd is the length of the line end at the front of data: 0, 1 or 2. A CR alone
// ends lines of old Macintosh programs, and of Excel's format "CSV (Macintosh)".
func lineEnd(data []byte) int {
	switch {
	case len(data) > 1 && data[0] == '\r' && data[1] == '\n':
		return 2
	case len(data) > 0 && (data[0] == '\r' || data[0] == '\n'):
		return 1
	}
	return 0
}

// lastLineEnd is the line end behind a record.
func lastLineEnd(raw []byte) []byte {
	for n := min(2, len(raw)); n > 0; n-- {
		if end := raw[len(raw)-n:]; lineEnd(end) == n {
			return end
		}
	}
	return nil
}

// lineEnds counts the line ends in data. A CR LF is one of them.
func lineEnds(data []byte) int {
	returns := bytes.Count(data, []byte("\r"))
	if returns > 0 {
		returns -= bytes.Count(data, []byte("\r\n"))
	}
	return returns + bytes.Count(data, []byte("\n"))
}

// firstLine is the physical line at the front of data. It is all of data where none
// ends in it.
func firstLine(data []byte) []byte {
	if end := bytes.IndexAny(data, "\r\n"); end >= 0 {
		return data[:end]
	}
	return data
}

// physicalLines yields the lines of data without their ends, and where they stand.
func physicalLines(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for at := 0; at < len(data); {
			line := firstLine(data[at:])
			if !yield(at, line) {
				return
			}
			at += len(line)
			at += lineEnd(data[at:])
		}
	}
}
