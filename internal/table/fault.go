package table

import (
	"bytes"
	"slices"
	"strings"
)

// Kind is why a line could not be split into cells, or does not fit the heading.
// The words for them are the caller's.
type Kind int

const (
	sound Kind = iota
	incomplete

	QuoteOpen      // not closed within the limits
	QuoteToEnd     // not closed before the end of the file
	QuoteRunsOn    // not closed on its line, and no cell of several lines either
	TextAfterQuote // a quote closes in the middle of a cell
	CellTooLong
	RecordTooLong
	TooManyCells

	Ragged         // more or fewer cells than the heading
	OtherDelimiter // another one stands between its cells
	BreaksOff      // the file ends within the line
	HoldsRows      // a quoted cell holds what are rows by themselves
	Moved          // the cell of a copy that should hold a line does not
)

// Fault is what is wrong with a line, and nothing of its content. What it holds may
// be shown to anybody.
type Fault struct {
	Kind         Kind
	Quote        byte // as the file writes it
	Delimiter    byte // of OtherDelimiter
	Cells, Width int  // of the line and of the heading
	Lines        int  // over which the record runs
	Column       int  // of the cell that could not be read, from 1; 0 for none
}

// Shape is what the caller knows of the columns, from 0. It tells a record from
// lines that only look like one.
type Shape struct {
	Key     int                    // a row has something here
	IsKey   func(text string) bool // whether a text can be that; nil for none
	KeyMark byte                   // tells the remains of a key in a line that breaks off
	Values  []int                  // and something in one of these, from left to right
}

// first is the leftmost column of the values.
func (s *Shape) first() int {
	if len(s.Values) == 0 {
		return 0
	}
	return s.Values[0]
}

// checker compares records with the heading. It also remembers whether records have
// been whole, without which a short last line tells nothing.
type checker struct {
	Shape
	*scanner
	width    int
	complete bool // a record had all its cells
	lineCell int  // of a copy: where it tells the line that a record had; else -1
	rows     bool // columns are told and not counted, so that no cell can have moved
}

// check finds what is wrong with a record that was scanned; kind is what the scan
// found. Cells are never moved to where they might belong: a shifted row would
// give a person someone else's number.
func (c *checker) check(record []byte, kind Kind) *Fault {
	if kind == sound {
		kind = c.misfit(record)
	}
	if kind == sound {
		return nil
	}
	f := &Fault{Kind: kind, Quote: c.quote, Delimiter: c.otherDelimiter(record), Cells: len(c.cells), Width: c.width, Lines: 1 + c.breaks}
	// Faults from Ragged on are those of a whole line.
	if kind < Ragged && f.Cells < f.Width {
		f.Column = f.Cells + 1
	}
	return f
}

// misfit is why a record does not fit the heading; sound for one that does.
func (c *checker) misfit(record []byte) Kind {
	cells := len(c.cells)
	if cells == c.width && c.breaks == 0 && c.lineCell < 0 {
		return sound // as nearly all are
	}
	switch {
	case c.rows: // but for a copy's line, there is nothing to go wrong
	// What explains the number of cells comes before Ragged, which only states it.
	case c.otherDelimiter(record) != 0:
		return OtherDelimiter
	case cells < c.width && c.breaksOff(record):
		return BreaksOff
	case cells > c.width && !c.allBlank(record, c.width),
		cells < c.width && (c.breaks > 0 || c.holdsRows(record)):
		return Ragged
	case c.breaks > 0 && c.holdsRows(record):
		return HoldsRows
	}
	if len(bytes.Trim(c.from(record), "0123456789")) > 0 {
		return Moved
	}
	return sound
}

// from is the line that the record had in the file that this one is a copy of;
// empty where it has none.
func (c *checker) from(record []byte) []byte {
	if c.lineCell < 0 || c.lineCell >= len(c.cells) {
		return nil
	}
	return bytes.TrimSpace(c.cells[c.lineCell].bytes(record))
}

// breaksOff reports whether a short record is the last of a file that was not
// written to its end: a number in it may have lost digits. One that has its key, or
// reaches the values, was a row; anything else may be a footer.
func (c *checker) breaksOff(record []byte) bool {
	return c.complete && c.lineCell < 0 && len(lastLineEnd(record)) == 0 &&
		(len(c.cells) > c.first() || bytes.IndexByte(record, c.KeyMark) >= 0)
}

// otherDelimiter is the one that splits a line without values into as many cells
// as the heading has; 0 for none.
func (c *checker) otherDelimiter(record []byte) byte {
	splits := func(d rune) bool {
		return len(c.cells) <= c.first() && byte(d) != c.delimiter &&
			bytes.Count(record, []byte{byte(d)}) >= max(1, c.width-len(c.cells))
	}
	if at := strings.IndexFunc(Delimiters, splits); at >= 0 {
		return Delimiters[at]
	}
	return 0
}

// holdsRows reports whether a quoted cell holds what would be a row of this file by
// itself. Two stray quotes, one here and one further on, look like one cell with
// everything between them; only its content tells. A line with a key and a
// value is hardly ever the content of a cell.
func (c *checker) holdsRows(record []byte) bool {
	if c.IsKey == nil || bytes.IndexByte(record, c.quote) < 0 {
		return false
	}
	for at, line := range physicalLines(record) {
		if key, is := c.rowIn(line); is && c.inSeveral(record, at+key) {
			return true
		}
	}
	return false
}

// rowIn reports whether a physical line has a key and a value, and where in it
// the key stands. Cells after these may be missing.
func (c *checker) rowIn(line []byte) (key int, is bool) {
	cells := bytes.Split(line, []byte{c.delimiter})
	content := func(i int) string { return strings.Trim(string(cells[i]), string(c.quote)+" \t") }
	filled := func(i int) bool { return i < len(cells) && content(i) != "" }
	if !filled(c.Key) || !c.IsKey(content(c.Key)) || !slices.ContainsFunc(c.Values, filled) {
		return 0, false
	}
	for _, cell := range cells[:c.Key] {
		key += len(cell) + 1
	}
	return key + bytes.IndexByte(cells[c.Key], content(c.Key)[0]), true // behind a quote
}

// inSeveral reports whether the offset lies in a cell that could be several.
func (c *checker) inSeveral(record []byte, at int) bool {
	return slices.ContainsFunc(c.cells, func(cell span) bool {
		return cell.start <= at && at < cell.end && bytes.ContainsAny(cell.bytes(record), "\r\n"+string(c.delimiter))
	})
}
