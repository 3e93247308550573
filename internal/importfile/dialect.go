package importfile

import (
	"bytes"
	"io"
)

// delimiters in the order in which they are preferred where all else is equal.
var delimiters = []struct {
	char byte
	name string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}}

// headBytes is how much of a file is looked at to tell what it is.
const headBytes = 4 << 10

// begin reads the file up to its heading: it refuses what is no CSV, passes a
// byte order mark and blank lines, and finds delimiter and columns.
func (r *records) begin(opts Options) (columns, Reading, error) {
	for len(r.w.data()) < headBytes && !r.w.last {
		if err := r.w.more(); err != nil {
			return columns{}, Reading{}, err
		}
	}
	head := r.w.data()[:min(headBytes, len(r.w.data()))]
	if found, advice := unfit(head); found != "" {
		return columns{}, Reading{}, &FileError{Name: opts.Name, Found: found, Advice: advice}
	}
	reading := Reading{Name: opts.Name, ByteOrderMark: bytes.HasPrefix(head, []byte(byteOrderMark))}
	if reading.ByteOrderMark {
		r.w.pos += len(byteOrderMark)
	}
	if err := r.passBlank(opts.Name); err != nil {
		return columns{}, Reading{}, err
	}
	if err := r.refuseFirstLine(opts.Name); err != nil {
		return columns{}, Reading{}, err
	}
	headings, delimiter, err := r.heading(opts)
	if err != nil {
		return columns{}, Reading{}, err
	}
	reading.Delimiter = delimiter
	c, err := resolve(opts, headings)
	if err != nil {
		return columns{}, Reading{}, err
	}
	reading.describe(&c, headings)
	r.want(&c, len(headings))
	return c, reading, nil
}

// passBlank passes lines of nothing but blanks and delimiters of any kind.
func (r *records) passBlank(name string) error {
	for {
		n, bad, err := r.peek()
		if err == io.EOF {
			return &FileError{Name: name, Found: "the file holds no heading", Advice: headingExpected}
		}
		if err != nil {
			return err
		}
		if bad != sound || len(bytes.Trim(r.w.data()[:n], " \t\r\n,;\"")) > 0 {
			return nil
		}
		r.blank += 1 + r.breaks
		r.pass(n)
	}
}

// refuseFirstLine says what stands where the heading should, when that is known
// to be something else.
func (r *records) refuseFirstLine(name string) error {
	line := r.w.data()[:min(headBytes, len(r.w.data()))]
	if end := bytes.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	if found, advice := noHeading(string(line), r.line); found != "" {
		return &FileError{Name: name, Found: found, Advice: advice}
	}
	return nil
}

// heading reads the heading and passes it.
func (r *records) heading(opts Options) (headings []string, delimiter string, err error) {
	if delimiter, err = r.findDelimiter(opts.Map); err != nil {
		return nil, "", err
	}
	n, bad, err := r.peek()
	if err != nil {
		return nil, "", err
	}
	if bad != sound {
		return nil, "", &FileError{Name: opts.Name, Found: "the heading cannot be read: " + bad.problem().Message, Advice: headingExpected}
	}
	headings = r.texts(r.w.data())
	if !isUTF8(headings...) {
		return nil, "", &FileError{Name: opts.Name, Found: "the heading is not UTF-8 text", Advice: saveAs}
	}
	r.pass(n)
	return headings, delimiter, nil
}

// findDelimiter takes the delimiter by which the heading names the most
// meanings, and among those the one that gives the most columns. The most
// frequent character would be wrong: it may stand in names and addresses.
func (r *records) findDelimiter(wanted map[string]string) (string, error) {
	found, most, width := delimiters[0], -1, 0
	for _, d := range delimiters {
		r.delimiter = d.char
		_, bad, err := r.peek()
		if err != nil {
			return "", err
		}
		// Less than a user and a phone is as good as nothing. A delimiter that
		// breaks the heading then tells more than one that is not in it, and
		// less than one that parts it.
		known, cells := 0, 1
		if bad == sound {
			headings := r.texts(r.w.data())
			known, cells = meanings(headings, wanted), len(headings)
			if cells == 1 {
				cells = 0
			}
		}
		if known < 2 {
			known = 0
		}
		if known > most || known == most && cells > width {
			found, most, width = d, known, cells
		}
	}
	r.delimiter = found.char
	return found.name, nil
}
