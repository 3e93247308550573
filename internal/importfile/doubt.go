package importfile

import (
	"bytes"
	"io"
	"sort"

	"entraphone/internal/authmethod"
)

// quoting follows the quotes of one physical line. Its zero value begins
// outside of quotes.
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

type quotePlace int

const (
	cellStart quotePlace = iota
	unquoted
	inQuotes
	quoteInQuotes // it closes the cell, or is the first of two
	behindQuotes  // blanks
)

func (q *quoting) see(piece []byte, delimiter, mark byte) {
	for {
		i := bytes.IndexByte(piece, mark)
		if i < 0 {
			q.text(piece, delimiter)
			return
		}
		q.text(piece[:i], delimiter)
		q.quote()
		piece = piece[i+1:]
	}
}

// text is for what holds no quotes.
func (q *quoting) text(text []byte, delimiter byte) {
	if len(text) == 0 {
		return
	}
	q.delimiters += bytes.Count(text, []byte{delimiter})
	q.half, q.inCell = false, text[len(text)-1] != delimiter
	if q.at == inQuotes {
		return
	}
	if q.at == quoteInQuotes || q.at == behindQuotes {
		for len(text) > 0 && text[0] != delimiter && isBlank(text[0]) {
			text = text[1:]
		}
		if len(text) == 0 {
			q.at = behindQuotes
			return
		}
		q.broken = q.broken || text[0] != delimiter
	}
	q.at = cellStart
	if q.inCell {
		q.at = unquoted
	}
}

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

// open says that the line may end within quotes.
func (q *quoting) open() bool { return q.opened || q.broken && q.odd }

// clean says that the line ends outside of quotes, and that its quotes stand
// where a program that writes CSV puts them.
func (q *quoting) clean() bool { return q.at != inQuotes && !q.broken }

// doubt is about a quote in a line that could not be read: whether it was a
// stray one, and the lines below are rows, or whether they stand in a cell,
// where anybody who may fill in an address could write rows for other people.
// Only what follows tells: when a line further down closes the quote, all
// between them may be the cell. Until then the lines are read as rows by
// themselves. At the end of the file a quote that is still open was a stray one.
type doubt struct {
	from int // line of the quote; 0 for none

	// byLine: every physical line is a record. Else the quote is one that
	// closed another cell well, which it may have opened only by chance.
	byLine bool

	inside    []insideQuotes
	fragments int // lines that reach no phone
}

// insideQuotes are the lines after opened, up to closed.
type insideQuotes struct{ opened, closed int }

func (d *doubt) begin(line int) {
	if d.from == 0 {
		d.from = line
	}
	d.byLine = true
}

// judge takes note of a line that was read by itself: alone is its quoting when
// it begins outside of quotes, within when it begins in a cell.
func (d *doubt) judge(line int, alone, within quoting) {
	if !within.odd && !within.clean() {
		return
	}
	d.inside = append(d.inside, insideQuotes{d.from, line})
	d.from, d.byLine = 0, false
	// A quote on this line may also be the first of the next cell.
	if alone.open() {
		d.from, d.byLine = line, !within.clean()
	}
}

// settle ends a doubt about a quote that closed another cell, at the next line
// with a quote. A cell that a program wrote ends cleanly; else the quote did not
// open one.
func (d *doubt) settle(line int, within quoting) {
	switch {
	case d.from == 0:
	case within.broken:
		d.from = 0
	case within.clean():
		d.inside = append(d.inside, insideQuotes{d.from, line})
		d.from = 0
	}
}

// reject rejects the rows that may stand in quotes.
func (d *doubt) reject(rows *authmethod.Rows) {
	for _, in := range d.inside {
		problem := insideQuote(in)
		first := sort.Search(rows.Len(), func(i int) bool { return int(rows.At(i).Line) > in.opened })
		for i := first; i < rows.Len() && int(rows.At(i).Line) <= in.closed; i++ {
			rows.At(i).Reject(problem)
		}
	}
}

// settle settles the doubt at the lines of a record that could be read.
func (r *records) settle(record []byte) {
	if r.doubt.from == 0 || bytes.IndexByte(record, r.quote) < 0 {
		return
	}
	for line := r.line; len(record) > 0; line++ {
		end := bytes.IndexAny(record, "\r\n")
		if end < 0 {
			end = len(record)
		}
		within := quoting{at: inQuotes}
		within.see(record[:end], r.delimiter, r.quote)
		r.doubt.settle(line, within)
		record = record[end+lineEnd(record[end:]):]
	}
}

// doubtfulLine reads one physical line by itself, while it is in doubt whether
// it stands in quotes. A line that is blank or reaches no phone is no row.
func (r *records) doubtfulLine(cells []string, m *mark) (is bool, err error) {
	record, bad, err := r.peekLine()
	if err != nil {
		return false, err
	}
	blank := bad == sound && r.allBlank(record, 0)
	if m.problem = r.check(record, bad); m.problem == nil {
		r.take(m, record, cells)
	}
	meets := m.problem != nil || r.selected.meets(r.cellOf(record))
	see := r.tap.record
	if see != nil && m.problem == nil && !blank {
		see(r.line, record, r.cells)
		see = nil
	}
	alone, within, err := r.passLine(see)
	r.doubt.judge(int(m.line), alone, within)
	is = !blank && alone.delimiters >= max(r.user, r.phones[0])
	fragment := !blank && !is
	if is {
		is = r.selected.take(meets)
	}
	r.blank += count(blank)
	r.doubt.fragments += count(fragment)
	return is, err
}

// peekLine scans the physical line at which the window stands. It returns
// [io.EOF] where there is none.
func (r *records) peekLine() ([]byte, fault, error) {
	for {
		data := r.w.data()
		if len(data) == 0 && r.w.last {
			return nil, sound, io.EOF
		}
		end := bytes.IndexAny(data, "\r\n")
		if end >= 0 {
			data = data[:end]
		}
		_, bad := r.scan(data, r.delimiter, end >= 0 || r.w.last)
		if bad == quoteToEnd && end >= 0 {
			bad = quoteRunsOn
		}
		if bad != incomplete {
			return data, bad, nil
		}
		if err := r.w.more(); err != nil {
			return nil, sound, err
		}
	}
}

// passLine goes behind the physical line at which the window stands, and says
// how it is quoted when it begins outside of quotes, and when it begins within.
// It shows the line, or as much as a record may be long, to see.
func (r *records) passLine(see func(line int, raw []byte, cells []span)) (alone, within quoting, err error) {
	within.at = inQuotes
	var raw []byte
	err = r.w.passLine(func(piece []byte) {
		alone.see(piece, r.delimiter, r.quote)
		within.see(piece, r.delimiter, r.quote)
		if see != nil {
			raw = append(raw, piece[:min(len(piece), maxRecordBytes-len(raw))]...)
		}
	})
	if see != nil {
		see(r.line, raw, nil)
	}
	r.line++
	return alone, within, err
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
