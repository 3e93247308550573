package table

import (
	"bytes"
	"io"
	"iter"
	"slices"

	"entraphone/internal/spreadsheet"
)

// Options are what the caller knows of a file before it is opened.
type Options struct {
	// Encoding is that of the file, by any name that people use; empty finds it
	// out. An unknown name gives an [ErrEncoding].
	Encoding string
	// Rows tells that the file is a sheet as [entraphone/internal/workbook.Sheet.Text]
	// makes lines of it, in UTF-8: delimiter and quote are known, each line is a row,
	// and what stands to the right of the headings is no fault.
	Rows bool
	// Copied are the headings that a [Writer] adds. A file that has all of them
	// is a copy: the first holds the line that a record had.
	Copied []string
	// Names tells how many columns the cells could be headings of, and whether
	// all that a file must have are among them.
	Names func(cells []string) (full bool, known int)
	// Holds tells what of a row a line above the heading could hold: a key and
	// a value.
	Holds func(line []byte) (key, value bool)
}

// Dialect is how a file is written, apart from its encoding. A [Writer] keeps to it.
type Dialect struct {
	Delimiter, Quote byte
	ByteOrderMark    bool // the file begins with one of UTF-8
	MisreadMark      bool // it begins with one that was saved in the wrong encoding
}

// Counts are what became of the physical lines. They hold when all records have
// been read.
type Counts struct {
	Lines     int // all, the heading included
	Blank     int
	Fragments int // lines below a faulty quote that end before the first value
	Inside    []Inside
}

// Table is a delimited file, read up to its heading or further. It is read once,
// from front to end, by one goroutine.
type Table struct {
	Dialect     Dialect
	Headings    []string  // their texts, trimmed
	HeadingLine int       // the physical line
	Above       []Skipped // lines above the heading
	Counts      Counts

	src     source
	w       window
	line    int // physical line at which the window stands
	scanner scanner
	checker checker
	memory  memory
	doubt   doubt
	opts    Options

	above           []byte // as it stands in the file
	heading, record Record
	ahead           struct{ bytes, lines int } // what is to be passed behind the record
	long            []byte                     // the front of a line that does not fit the window
}

// Open reads a file up to its heading: it refuses what is not a table, passes
// what stands above the heading, and finds encoding, delimiter and quotes. The
// error is an [*Unfit], an [ErrEncoding], or that of src.
func Open(src io.Reader, opts Options) (*Table, error) {
	decoded, err := decode(src, opts.Encoding)
	if err != nil {
		return nil, err
	}
	decoded.rows = opts.Rows
	t := &Table{src: decoded, w: newWindow(decoded), line: 1, opts: opts, scanner: newScanner(',', '"')}
	// The heading, and records enough to count quotes and to look at a sample.
	if err := t.w.fill(windowSize / 2); err != nil {
		return nil, err
	}
	if err := unfit(t.w.data()[:min(headBytes, len(t.w.data()))]); err != nil && !opts.Rows {
		return nil, err
	}
	t.readMark()
	t.findHeading()
	return t, t.readHeading()
}

// The marks with which a file of UTF-8 may begin; see
// https://www.unicode.org/faq/utf_bom.html.
const (
	byteOrderMark = "\ufeff"
	misreadMark   = "ï»¿" // its bytes, read as Windows-1252 and saved as UTF-8
)

// readMark passes a byte order mark. Left in the first heading it would make
// another word of it.
func (t *Table) readMark() {
	for _, mark := range []string{byteOrderMark, misreadMark} {
		if bytes.HasPrefix(t.w.data(), []byte(mark)) {
			t.Dialect.ByteOrderMark, t.Dialect.MisreadMark = mark == byteOrderMark, mark == misreadMark
			t.src.marked = t.Dialect.ByteOrderMark
			t.passAbove(len(mark))
			return
		}
	}
}

// passAbove passes bytes above the heading. They are kept, because a [Writer] writes
// them out again.
func (t *Table) passAbove(n int) {
	t.above = append(t.above, t.w.data()[:n]...)
	t.w.pos += n
}

// findHeading goes to the heading, or to the end where there is nothing but
// blank lines and remarks.
func (t *Table) findHeading() {
	s := search{Table: t}
	best, found := s.find()
	if !found {
		t.w.pos = t.w.end
		return
	}
	t.passAbove(best.at)
	t.Above = s.above[:best.above]
	t.Counts.Blank = best.lines - best.above
	t.line += best.lines
	t.scanner.delimiter = best.delimiter
	if !t.opts.Rows {
		t.scanner.quote = t.scanner.findQuote(t.w.data(), t.w.last, t.opts.Copied)
	}
	t.Dialect.Delimiter, t.Dialect.Quote = t.scanner.delimiter, t.scanner.quote
}

// readHeading reads the record at which the window stands as the heading. Its width
// is what all records are measured by.
func (t *Table) readHeading() error {
	t.checker = checker{scanner: &t.scanner, lineCell: -1, rows: t.opts.Rows}
	raw, kind, err := t.peek(false)
	switch {
	case err == io.EOF:
		return &Unfit{Found: "the file holds no heading"}
	case err != nil:
		return err
	case kind != sound:
		return &Unfit{Found: "the heading cannot be read", Fault: t.checker.check(nil, kind)}
	}
	raw = bytes.Clone(raw)
	t.heading = Record{Line: t.line, Raw: raw, table: t, data: raw, cells: slices.Clone(t.scanner.cells)}
	t.HeadingLine, t.Headings, t.record.table = t.line, t.heading.Texts(), t
	t.w.pos += len(raw)
	t.line += 1 + t.scanner.breaks
	t.checker.width = len(t.Headings)
	other := func(heading string) bool { return !slices.Contains(t.Headings, heading) }
	if len(t.opts.Copied) > 0 && !slices.ContainsFunc(t.opts.Copied, other) {
		t.checker.lineCell = slices.Index(t.Headings, t.opts.Copied[0])
		t.Headings = t.heading.Texts() // without their protection
	}
	return nil
}

// texts are all cells of a record that was scanned, trimmed, and those of a copy
// without what protects them from spreadsheets.
func (t *Table) texts(data []byte, cells []span) []string {
	texts := t.src.texts(data, cells, t.scanner.quote)
	if t.IsCopy() {
		for i := range texts {
			texts[i] = spreadsheet.Unprotect(texts[i])
		}
	}
	return texts
}

// IsCopy reports whether the file has the headings that a [Writer] adds.
func (t *Table) IsCopy() bool { return t.checker.lineCell >= 0 }

// Encoding is the file's, and whether the cells that were read as Windows-1252
// are damaged UTF-8 instead. Where nothing names it, only the whole file tells.
func (t *Table) Encoding() (name string, damaged bool) {
	if t.src.watch == nil {
		return t.src.name, false
	}
	return t.src.watch.verdict(t.Dialect.ByteOrderMark)
}

// Ahead yields the cells of the records that stand in the window below the heading,
// without passing them. Cells whose encoding is still open are empty. It ends at the
// first that cannot be split.
func (t *Table) Ahead() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for data := t.w.data(); len(data) > 0; {
			n, kind := t.scanner.scan(data, t.w.last)
			texts := make([]string, len(t.scanner.cells))
			for i, cell := range t.scanner.cells {
				if text, validity := t.src.text(cell.content(data, t.scanner.quote)); validity == Valid {
					texts[i] = text
				}
			}
			if kind != sound || !yield(texts) {
				return
			}
			data = data[n:]
		}
	}
}
