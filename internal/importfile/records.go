package importfile

import (
	"bytes"
	"io"
	"math"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// records gives the records under the heading one by one, only their mapped
// cells, under their physical line.
type records struct {
	w         *window
	delimiter byte
	width     int   // cells of the heading
	user      int   // index of the user's cell
	phones    []int // indexes of the cells that hold phones, from left to right
	mapped    []int // indexes of the cells that are wanted, in the order of keys
	line      int   // physical line at which the window stands
	blank     int   // blank lines passed
	doubt     doubt
	types     *typeSeeker

	scanner
	previous []string
	unquoted []byte
}

func newRecords(src io.Reader) *records {
	return &records{w: &window{src: src, buf: make([]byte, windowSize)}, delimiter: ',', line: 1}
}

// want sets which cells of a record are given out.
func (r *records) want(c *columns, width int) {
	r.width, r.user = width, c.at[keyUser]
	for _, k := range c.keys() {
		r.mapped = append(r.mapped, c.at[k])
	}
	for _, k := range c.phones() {
		r.phones = append(r.phones, c.at[k])
	}
	r.previous = make([]string, len(r.mapped))
	r.types = newTypeSeeker(c, width)
}

// mark is what a record is apart from its cells.
type mark struct {
	line    int32
	short   bool                // cells at its end are missing
	problem *authmethod.Problem // set when it could not be taken apart
}

// peek scans the record at which the window stands. It returns [io.EOF] where
// there is none.
func (r *records) peek() (int, fault, error) {
	for {
		data := r.w.data()
		if len(data) == 0 && r.w.last {
			return 0, sound, io.EOF
		}
		n, bad := r.scan(data, r.delimiter, r.w.last)
		if bad != incomplete {
			return n, bad, nil
		}
		if err := r.w.more(); err != nil {
			return 0, sound, err
		}
	}
}

// pass goes behind the record of n bytes that peek found.
func (r *records) pass(n int) {
	r.w.pos += n
	r.line += 1 + r.breaks
}

// next fills cells with the mapped cells of the next record that is not blank.
// A line that cannot be read fills nothing and has a problem in its mark;
// reading then goes on with the line after its first, so that a stray quote
// does not take other people's lines along.
func (r *records) next(cells []string) (mark, error) {
	for {
		if r.line > math.MaxInt32 {
			return mark{}, errTooManyLines
		}
		read := r.record
		if r.doubt.byLine {
			read = r.doubtfulLine
		}
		if m, is, err := read(cells); is || err != nil {
			return m, err
		}
	}
}

// record reads one record; a blank one is none.
func (r *records) record(cells []string) (m mark, is bool, err error) {
	n, bad, err := r.peek()
	if err != nil {
		return mark{}, false, err
	}
	record := r.w.data()[:n]
	blank := bad == sound && r.allBlank(record, 0)
	m.line = int32(r.line)
	if !blank {
		m.problem = r.check(record, bad)
	}
	if m.problem != nil {
		return m, true, r.passFaulty()
	}
	r.settle(record)
	if blank {
		r.blank += 1 + r.breaks
	} else {
		m.short = len(r.cells) < r.width
		r.take(record, cells)
		r.types.look(r.cells, record)
	}
	r.pass(n)
	return m, !blank, nil
}

// passFaulty goes behind the first line of a record that could not be read.
func (r *records) passFaulty() error {
	line := r.line
	alone, within, err := r.passLine()
	r.doubt.settle(line, within)
	if alone.open() {
		r.doubt.begin(line)
	}
	return err
}

// check compares what was scanned with the heading. Cells are never moved to
// where they might belong: a shifted row would give a person someone else's
// number.
func (r *records) check(record []byte, bad fault) *authmethod.Problem {
	var p authmethod.Problem
	switch {
	case bad != sound:
		p = bad.problem()
	case len(r.cells) > r.width && !r.allBlank(record, r.width),
		len(r.cells) < r.width && (r.breaks > 0 || r.holdsRows(record)):
		p = raggedRow(len(r.cells), r.width, 1+r.breaks)
	case r.breaks > 0 && r.holdsRows(record):
		p = rowsInQuotes()
	default:
		return nil
	}
	return &p
}

// holdsRows says that a quoted cell holds what would be a row of this file by
// itself. Two stray quotes, one here and one further on, look like one cell with
// everything between them; only its content tells.
func (r *records) holdsRows(record []byte) bool {
	if bytes.IndexByte(record, '"') < 0 {
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
	content := func(i int) []byte { return bytes.Trim(cells[i], "\" \t") }
	if len(cells) <= r.user || !addressable(string(content(r.user))) {
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

// take fills cells with the mapped cells; missing ones are empty.
func (r *records) take(data []byte, cells []string) {
	for i, column := range r.mapped {
		cells[i] = ""
		if column < len(r.cells) {
			cells[i] = r.text(i, r.cells[column], data)
		}
	}
}

// text copies a cell. A cell that repeats the one above, as users and phone
// types do, shares its string.
func (r *records) text(i int, cell span, data []byte) string {
	content := cell.bytes(data)
	if cell.doubled {
		r.unquoted = appendUnquoted(r.unquoted[:0], content)
		content = r.unquoted
	}
	if string(content) != r.previous[i] {
		r.previous[i] = string(content)
	}
	return r.previous[i]
}

func appendUnquoted(to, content []byte) []byte {
	for {
		i := bytes.Index(content, []byte(`""`))
		if i < 0 {
			return append(to, content...)
		}
		to, content = append(to, content[:i+1]...), content[i+2:]
	}
}

// texts returns all cells of the record that was scanned, trimmed.
func (r *records) texts(data []byte) []string {
	texts := make([]string, len(r.cells))
	for i, cell := range r.cells {
		texts[i] = string(bytes.TrimSpace(appendUnquoted(nil, cell.bytes(data))))
	}
	return texts
}

func isUTF8(texts ...string) bool {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return false
		}
	}
	return true
}
