package importfile

import (
	"bytes"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"entraphone/internal/authmethod"
)

// records gives the records under the heading one by one, only their mapped
// cells, under their physical line.
type records struct {
	w         *window
	delimiter byte
	width     int   // cells of the heading
	user      int   // index of the user's cell
	completes bool  // users may be bare names
	whole     bool  // a record had all its cells
	lineCell  int   // index of the cell with the line that an excerpt hands back, or none
	phones    []int // indexes of the cells that hold phones, from left to right
	keys      []key // that have a column
	mapped    []int // indexes of the cells that are wanted, in the order of keys
	line      int   // physical line at which the window stands
	blank     int   // blank lines passed
	doubt     doubt
	types     *typeSeeker
	status    []*statusSeeker
	selected  selection
	labels    labels
	skipped   []Skipped // lines below the heading that are no rows, the first of them
	labelled  int       // how many there are

	tap    tap
	watch  *textWatch // of the bytes read; nil when the encoding is known
	marked bool       // the file begins with a byte order mark of UTF-8

	scanner
	texts
	unquoted []byte
}

// tap sees the file go by as it is taken apart. What holds for bytes of the
// window ends with the call. Each may be nil.
type tap struct {
	above  func(raw []byte)                         // what is skipped above the heading
	label  func(raw []byte)                         // the heading in words, below it
	record func(line int, raw []byte, cells []span) // the heading and each record; cells are nil for what is no record
}

func newRecords(src io.Reader, watch *textWatch) *records {
	r := &records{w: &window{src: src, buf: make([]byte, windowSize)}, delimiter: ',', line: 1, watch: watch}
	r.quote = '"'
	return r
}

// want sets which cells of a record are given out.
func (r *records) want(c *columns, width int) {
	r.width, r.user, r.completes = width, c.at[keyUser], c.userDomain != ""
	r.keys = c.keys()
	for _, k := range r.keys {
		r.mapped = append(r.mapped, c.at[k])
	}
	for _, k := range c.phones() {
		r.phones = append(r.phones, c.at[k])
	}
	r.texts = newTexts(r.keys)
	if r.types = (&typeSeeker{}); r.lineCell == none { // else what was found in the whole file holds
		r.types = newTypeSeeker(c, width)
	}
}

// mark is what a record is apart from its cells.
type mark struct {
	line    int32
	short   bool                // cells at its end are missing
	back    bool                // an excerpt hands it back
	foreign keySet              // cells that were not UTF-8 and were taken for Windows-1252
	invalid keySet              // cells that were not UTF-8 and had to be
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
func (r *records) next(cells []string, m *mark) error {
	for is := false; !is; {
		if r.line > math.MaxInt32 {
			return errTooManyLines
		}
		*m = mark{line: int32(r.line)}
		var err error
		if r.doubt.byLine {
			is, err = r.doubtfulLine(cells, m)
		} else {
			is, err = r.record(cells, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// record reads one record; a blank one is none.
func (r *records) record(cells []string, m *mark) (is bool, err error) {
	n, bad, err := r.peek()
	if err != nil {
		return false, err
	}
	record := r.w.data()[:n]
	blank := bad == sound && r.allBlank(record, 0)
	if !blank {
		m.problem = r.check(record, bad)
	}
	if m.problem != nil && bad == sound && len(r.cells) > r.width {
		if err := r.labels.tooWide(r.line, r.trimmed(record)); err != nil {
			return false, err
		}
	}
	if m.problem != nil {
		return r.selected.take(true), r.passFaulty()
	}
	r.settle(record)
	r.whole = r.whole || len(r.cells) >= r.width
	is = !blank
	if blank {
		r.blank += 1 + r.breaks
	} else {
		r.take(m, record, cells)
		m.back = r.handedBack(record) != ""
		if is, err = r.isRow(m, record, cells); err != nil {
			return false, err
		}
	}
	if r.tap.record != nil && is {
		r.tap.record(r.line, record, r.cells)
	}
	r.pass(n)
	return is, nil
}

// isRow says that a record is no label, and is meant.
func (r *records) isRow(m *mark, record []byte, cells []string) (bool, error) {
	if !m.back {
		what, err := r.labels.what(r.line, cells, func() []string { return r.trimmed(record) })
		if what == "" && err == nil && r.nearEnd(record) && isFooter(cells, r.keys) {
			what = footer
		}
		if what != "" {
			r.skip(what)
			if r.tap.label != nil && what == headingInWords {
				r.tap.label(record)
			}
		}
		if what != "" || err != nil {
			return false, err
		}
	}
	is := r.selects(record)
	if is {
		r.types.look(r.cells, record)
	}
	return is, nil
}

// nearEnd says that below the record of the file's last lines no address stands.
func (r *records) nearEnd(record []byte) bool {
	const most = 512
	below := r.w.data()[len(record):]
	return r.w.last && len(below) <= most && bytes.IndexByte(below, '@') < 0
}

// selects says whether the record that was scanned is meant.
func (r *records) selects(record []byte) bool {
	if len(r.selected.conditions) == 0 && len(r.status) == 0 {
		return r.selected.take(true) // as most files have it: no cell is looked at
	}
	if !r.selected.take(r.selected.meets(r.cellOf(record))) {
		return false
	}
	for _, s := range r.status {
		var raw []byte
		if s.Number <= len(r.cells) {
			raw = r.cells[s.Number-1].bytes(record)
		}
		s.look(raw, func(raw []byte) string { return r.decoded(r.appendUnquoted(nil, raw)) })
	}
	return true
}

// cellOf gives the text of any column of the record that was scanned.
func (r *records) cellOf(record []byte) func(column int) string {
	return func(column int) string {
		if column >= len(r.cells) {
			return ""
		}
		return r.decoded(r.appendUnquoted(nil, r.cells[column].bytes(record)))
	}
}

// maxSkipped is how many skipped lines are told one by one.
const maxSkipped = 10

func (r *records) skip(what string) {
	if r.labelled++; r.labelled <= maxSkipped {
		r.skipped = append(r.skipped, Skipped{r.line, what})
	}
}

// passFaulty goes behind the first line of a record that could not be read.
func (r *records) passFaulty() error {
	line := r.line
	alone, within, err := r.passLine(r.tap.record)
	r.doubt.settle(line, within)
	if alone.open() {
		r.doubt.begin(line)
	}
	return err
}

// handedBack is the line that the record had in the file of which this one is an
// excerpt; empty where it has none.
func (r *records) handedBack(record []byte) string {
	if r.lineCell == none || r.lineCell >= len(r.cells) {
		return ""
	}
	return string(bytes.TrimSpace(r.cells[r.lineCell].bytes(record)))
}

// take fills cells with the mapped cells; missing ones are empty.
func (r *records) take(m *mark, data []byte, cells []string) {
	m.short = len(r.cells) < r.width
	valid := r.watch != nil && r.watch.allValid()
	for i, column := range r.mapped {
		if column >= len(r.cells) {
			cells[i] = ""
			continue
		}
		cell := r.cells[column]
		content := cell.bytes(data)
		if cell.doubled {
			r.unquoted = r.appendUnquoted(r.unquoted[:0], content)
			content = r.unquoted
		}
		switch {
		case valid || utf8.Valid(content):
			cells[i] = r.keep(i, content)
		case r.watch != nil:
			m.foreign.add(r.keys[i])
			cells[i] = r.decoded(content)
		default:
			m.invalid.add(r.keys[i])
			cells[i] = strings.ToValidUTF8(string(content), "\ufffd")
		}
	}
}

// decoded is text of the file: what is not UTF-8 is taken for Windows-1252 for
// the time being, unless the encoding is known. Whether that was right, only
// the whole file tells; see [textWatch].
func (r *records) decoded(content []byte) string {
	if r.watch == nil || utf8.Valid(content) {
		return string(content)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(content)
	if err != nil {
		return string(content) // unreachable unless bug: every byte has a meaning
	}
	return string(text)
}

func (r *records) appendUnquoted(to, content []byte) []byte {
	pair := []byte{r.quote, r.quote}
	for {
		i := bytes.Index(content, pair)
		if i < 0 {
			return append(to, content...)
		}
		to, content = append(to, content[:i+1]...), content[i+2:]
	}
}

// trimmed returns all cells of the record that was scanned. In a file that has
// been good UTF-8 so far, what is not has lost its letters: a heading must not
// become another one by that.
func (r *records) trimmed(data []byte) []string {
	texts := make([]string, len(r.cells))
	for i, cell := range r.cells {
		content := bytes.TrimSpace(r.appendUnquoted(nil, cell.bytes(data)))
		if texts[i] = r.decoded(content); r.watch != nil && !utf8.Valid(content) {
			if _, damaged := r.watch.verdict(r.marked); damaged {
				texts[i] = strings.ToValidUTF8(string(content), "\ufffd")
			}
		}
	}
	return texts
}
