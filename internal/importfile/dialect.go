package importfile

import (
	"bytes"
	"fmt"
	"io"
)

// delimiters in the order in which they are preferred where all else is equal.
var delimiters = []struct {
	char byte
	name string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "pipe"}}

func delimiterName(char byte) string {
	for _, d := range delimiters {
		if d.char == char {
			return d.name
		}
	}
	return fmt.Sprintf("%q", char)
}

const (
	// headBytes is how much of a file is looked at to tell what it is.
	headBytes = 4 << 10
	// maxPreamble is how many lines may stand above the heading.
	maxPreamble = 20
)

// begin reads the file up to its heading: it refuses what is no CSV, passes
// what stands above the heading, and finds delimiter, quotes and columns.
func (r *records) begin(opts Options) (columns, Reading, error) {
	fail := func(found, advice string) (columns, Reading, error) {
		return columns{}, Reading{}, &FileError{Name: opts.Name, Found: found, Advice: advice}
	}
	for len(r.w.data()) < windowSize/2 && !r.w.last {
		if err := r.w.more(); err != nil {
			return columns{}, Reading{}, err
		}
	}
	if found, advice := unfit(r.w.data()[:min(headBytes, len(r.w.data()))]); found != "" {
		return fail(found, advice)
	}
	reading := Reading{Name: opts.Name}
	for _, mark := range []string{byteOrderMark, misreadMark} {
		if bytes.HasPrefix(r.w.data(), []byte(mark)) {
			r.passAbove(len(mark))
			reading.ByteOrderMark, reading.MisreadMark = mark == byteOrderMark, mark == misreadMark
			r.marked = reading.ByteOrderMark
			break
		}
	}
	reading.Skipped = r.findHeading(opts.wanted())
	n, bad, err := r.peek()
	switch {
	case err == io.EOF:
		return fail("the file holds no heading", headingExpected)
	case err != nil:
		return columns{}, Reading{}, err
	case bad != sound:
		return fail("the heading cannot be read: "+bad.problem().Message, headingExpected)
	}
	headings := r.trimmed(r.w.data())
	rows := r.sample(n)
	if lineCell(headings) != none {
		rows = nil // of the file itself they were others
	}
	c, err := resolve(opts, headings, rows)
	if err != nil {
		return columns{}, Reading{}, r.whereSought(err, headings, opts)
	}
	reading.Heading = r.line
	if r.tap.record != nil {
		r.tap.record(r.line, r.w.data()[:n], r.cells)
	}
	r.pass(n)
	reading.Delimiter, reading.Quote = delimiterName(r.delimiter), r.quote
	reading.describe(&c, headings)
	r.lineCell = lineCell(headings)
	r.want(&c, len(headings))
	r.labels.begin(&c, headings, reading.Heading)
	r.selected = selection{conditions: c.conditions, skip: opts.Skip, limit: opts.Limit}
	r.status = newStatusSeekers(&c, headings)
	return c, reading, nil
}

// passAbove passes bytes above the heading.
func (r *records) passAbove(n int) {
	if r.tap.above != nil {
		r.tap.above(r.w.data()[:n])
	}
	r.w.pos += n
}

func firstLine(data []byte) []byte {
	if end := bytes.IndexAny(data, "\r\n"); end >= 0 {
		return data[:end]
	}
	return data
}
