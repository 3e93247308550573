package table

import "bytes"

// quoting follows the quotes of one physical line. Its zero value begins outside of
// quotes. It sees a line that [scanner] could not split, or that may stand in a
// cell, and finds no cells: it tells where the line leaves the quotes.
type quoting struct {
	at         quotePlace
	odd        bool // an odd number of quotes so far
	broken     bool // text followed a closing quote
	delimiters int  // also those in quotes

	// Any quote behind a delimiter may open a cell, when those before it are
	// stray ones: opened, while all quotes behind such a one are doubled. half
	// is within such a pair.
	opened, half, inCell bool
}

// quotePlace is where a line stands between its quotes.
type quotePlace int

const (
	cellStart quotePlace = iota
	unquoted
	inQuotes
	quoteInQuotes // it closes the cell, or is the first of two
	behindQuotes  // blanks
)

// see follows the quotes through a piece of the line; a long line comes in several.
func (q *quoting) see(piece []byte, delimiter, mark byte) {
	for _, char := range piece {
		if char == mark {
			q.quote()
			continue
		}
		behind := q.at == quoteInQuotes || q.at == behindQuotes
		q.half, q.inCell = false, char != delimiter
		if char == delimiter {
			q.delimiters++
		}
		switch {
		case q.at == inQuotes:
		case char == delimiter:
			q.at = cellStart
		case behind && isBlank(char):
			q.at = behindQuotes
		default:
			q.at, q.broken = unquoted, q.broken || behind
		}
	}
}

// quote takes the step that a quote makes from each place.
func (q *quoting) quote() {
	q.odd = !q.odd
	q.opened, q.half, q.inCell = q.half || !q.inCell, q.opened, true
	switch q.at {
	case cellStart, quoteInQuotes:
		q.at = inQuotes
	case inQuotes:
		q.at = quoteInQuotes
	case behindQuotes:
		q.at, q.broken = unquoted, true
	}
}

// open reports whether the line may end within quotes.
func (q *quoting) open() bool { return q.opened || q.broken && q.odd }

// clean reports whether the line ends outside of quotes, and its quotes stand
// where a program that writes CSV puts them.
func (q *quoting) clean() bool { return q.at != inQuotes && !q.broken }

// bothWays is the quoting of a line when it begins outside of quotes, and when
// it begins in a cell.
type bothWays struct{ alone, within quoting }

// newBothWays begins a line both ways.
func newBothWays() bothWays { return bothWays{within: quoting{at: inQuotes}} }

func (b *bothWays) see(piece []byte, s *scanner) {
	b.alone.see(piece, s.delimiter, s.quote)
	b.within.see(piece, s.delimiter, s.quote)
}

// doubt is about a quote in a line that could not be read: whether it was a
// stray one, and the lines below are rows, or whether they stand in a cell,
// where anybody who may fill in an address could write rows for other people.
// Only what follows tells: when a line further down closes the quote, all
// between them may be the cell. Until then the lines are read by themselves. At
// the end of the file a quote that is still open was a stray one.
type doubt struct {
	from int // line of the quote; 0 for none

	// byLine: every physical line is a record. Else the quote is one that
	// closed another cell well, which it may have opened only by chance.
	byLine bool

	inside []Inside
}

// Inside are the lines after Opened, up to Closed, that may stand in a quoted
// cell.
type Inside struct{ Opened, Closed int }

// begin opens a doubt at a line with a fault, unless an earlier line has opened it.
func (d *doubt) begin(line int) {
	if d.from == 0 {
		d.from = line
	}
	d.byLine = true
}

// decide takes note of a line that was read by itself. The doubt ends where the
// line, read as a part of the cell, closes it.
func (d *doubt) decide(line int, q bothWays) {
	// As a part of the cell it leaves the cell open.
	if !q.within.odd && !q.within.clean() {
		return
	}
	d.inside = append(d.inside, Inside{d.from, line})
	d.from, d.byLine = 0, false
	// A quote on this line may also be the first of the next cell.
	if q.alone.open() {
		d.from, d.byLine = line, !q.within.clean()
	}
}

// resolve ends a doubt about a quote that closed another cell, at the next line
// with a quote. A cell that a program wrote ends cleanly; else the quote did not
// open one.
func (d *doubt) resolve(line int, within quoting) {
	switch {
	case d.from == 0:
	case within.broken:
		d.from = 0
	case within.clean():
		d.inside = append(d.inside, Inside{d.from, line})
		d.from = 0
	}
}

// resolveLines resolves the doubt at the lines of a record that could be read.
func (d *doubt) resolveLines(line int, record []byte, s *scanner) {
	// As nearly all lines.
	if d.from == 0 || bytes.IndexByte(record, s.quote) < 0 {
		return
	}
	for _, text := range physicalLines(record) {
		within := quoting{at: inQuotes}
		within.see(text, s.delimiter, s.quote)
		d.resolve(line, within)
		line++
	}
}
