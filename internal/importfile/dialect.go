package importfile

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
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
	c, err := resolve(opts, headings)
	if err != nil {
		return columns{}, Reading{}, err
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

// candidate is a line that could be the heading.
type candidate struct {
	at, lines int // how far it stands below the window's place
	above     int // lines above it that are not blank
	known     int // meanings that it names; less than a user and a phone is as good as none
	cells     int
	delimiter byte
}

func (c candidate) better(than candidate) bool {
	return c.known > than.known || c.known == than.known && c.cells > than.cells
}

// findHeading goes to the first line that names a user and a phone. What stands
// above it (a hint for Excel, the type of a PowerShell object, the version of a
// template, the title of a report) is skipped, but nothing that could be a row.
// Where no line does, it goes to the one that comes nearest, which then says
// what is missing.
func (r *records) findHeading(wanted map[string]key) (skipped []Skipped) {
	data, hint := r.w.data(), byte(0)
	best := candidate{known: -1}
	for next := (candidate{}); next.lines < maxPreamble && next.at < len(data); next.lines++ {
		line := firstLine(data[next.at:])
		what, remark := preamble(string(line))
		if told, is := separator(line); is {
			hint = told
		}
		switch blank := len(bytes.Trim(line, " \t\r\n,;|\"'")) == 0; {
		case blank:
		case remark:
			skipped = append(skipped, Skipped{r.line + next.lines, what})
		default:
			next.above = len(skipped)
			row := namesUser(line)
			if r.judge(&next, data[next.at:], wanted, hint); !row && next.better(best) || best.known < 0 {
				best = next
			}
			if next.known > 0 || row {
				next.at = len(data) // there is no heading further down
			}
			skipped = append(skipped, Skipped{r.line + next.lines, "above the heading"})
		}
		next.at += len(line) + lineEnd(data[min(len(data), next.at+len(line)):])
	}
	if best.known < 0 { // nothing but blank lines and remarks
		r.w.pos = r.w.end
		return nil
	}
	r.delimiter = best.delimiter
	r.quote = quoteOf(data[best.at:], best.delimiter)
	r.passAbove(best.at)
	r.blank += best.lines - best.above
	r.line += best.lines
	return skipped[:best.above]
}

// judge finds the delimiter by which a line names the most meanings, and among
// those the one that gives the most columns. The most frequent character would
// be wrong: it may stand in names and addresses. A delimiter that breaks the
// line tells more than one that is not in it, and less than one that parts it.
func (r *records) judge(c *candidate, data []byte, wanted map[string]key, hint byte) {
	c.known, c.cells, c.delimiter = -1, 0, delimiters[0].char
	for _, d := range delimiters {
		if hint != 0 && d.char != hint {
			continue
		}
		known, cells := 0, 1
		if _, bad := r.scan(data, d.char, r.w.last); bad == sound {
			headings := r.trimmed(data)
			known, cells = meanings(headings, wanted), len(headings)
			if cells == 1 {
				cells = 0
			}
		}
		if known < 2 {
			known = 0
		}
		if by := (candidate{known: known, cells: cells}); by.better(*c) {
			c.known, c.cells, c.delimiter = known, cells, d.char
		}
	}
}

// preamble knows the lines that programs put above a heading.
func preamble(line string) (what string, is bool) {
	lower := strings.ToLower(strings.Trim(line, "\" \t"))
	switch {
	case strings.HasPrefix(lower, "sep="):
		return "a hint for Excel (sep=)", true
	case strings.HasPrefix(lower, "#type "):
		return "a remark of PowerShell (#TYPE)", true
	case strings.HasPrefix(lower, "version:"):
		return "the version of a template", true
	}
	return "", false
}

// separator is the delimiter that a hint for Excel names.
func separator(line []byte) (delimiter byte, is bool) {
	text := strings.ToLower(strings.Trim(string(line), "\" "))
	for _, d := range delimiters {
		if text == "sep="+string(d.char) {
			return d.char, true
		}
	}
	return 0, false
}

// namesUser says that a line could be a row: cells of it, by whatever
// delimiter, could be a user.
func namesUser(line []byte) bool {
	return slices.ContainsFunc(bytes.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(",;\t|\"'", c) }),
		func(cell []byte) bool { return addressable(string(bytes.TrimSpace(cell))) })
}

// quoteOf tells single quotes from apostrophes by the lines that are already
// in the window: single quotes stand at both ends of cells, and there are no
// double ones. The apostrophe that protects a number from a spreadsheet stands
// at its beginning only.
func quoteOf(data []byte, delimiter byte) byte {
	opened, closed := 0, 0
	for line := range bytes.Lines(data) {
		for cell := range bytes.SplitSeq(bytes.TrimRight(line, "\r\n"), []byte{delimiter}) {
			cell = bytes.Trim(cell, " \t")
			switch {
			case len(cell) > 0 && cell[0] == '"':
				return '"'
			case len(cell) < 2:
				continue
			}
			opened += count(cell[0] == '\'')
			closed += count(cell[len(cell)-1] == '\'')
		}
	}
	if opened > 0 && opened == closed {
		return '\''
	}
	return '"'
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
