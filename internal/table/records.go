package table

import (
	"io"
	"iter"
)

// Records yields the records below the heading, once: all that are not blank, and
// blank lines that may stand in a cell. Each is good until the next one; an error
// ends them.
func (t *Table) Records(shape Shape) iter.Seq2[*Record, error] {
	t.checker.Shape = shape
	return func(yield func(*Record, error) bool) {
		for {
			blank, err := t.next()
			switch {
			case err == io.EOF:
				t.Counts.Lines, t.Counts.Inside = t.line-1, t.doubt.inside
				return
			case err != nil:
				yield(nil, err)
				return
			case !blank && !yield(&t.record, nil):
				return
			}
			t.w.pos += t.ahead.bytes
			t.line += t.ahead.lines
		}
	}
}

// next finds the record at which the window stands, and reports whether nobody needs
// it because it is blank. It returns [io.EOF] where there is none. It leaves in
// ahead how much belongs to it, because a faulty record is no more than its first
// line.
func (t *Table) next() (blank bool, err error) {
	data, kind, err := t.peek(t.doubt.byLine)
	if err != nil {
		return false, err
	}
	blank = kind == sound && t.scanner.allBlank(data, 0)
	r := &t.record
	r.Line, r.Raw, r.data, r.cells, r.Fault = t.line, data, data, t.scanner.cells, t.checker.check(data, kind)
	r.Alone, r.Fragment = t.doubt.byLine, false
	if kind != sound {
		r.cells = nil
	}
	switch {
	case r.Alone:
		return false, t.nextAlone(blank)
	// A faulty record is its first line, and its quote may open a cell of several.
	case r.Fault != nil && !blank:
		q, err := t.firstLine()
		t.doubt.resolve(t.line, q.within)
		if q.alone.open() {
			t.doubt.begin(t.line)
		}
		return false, err
	}
	t.ahead.bytes, t.ahead.lines = len(data), 1+t.scanner.breaks
	t.doubt.resolveLines(t.line, data, &t.scanner)
	t.checker.complete = t.checker.complete || len(t.scanner.cells) >= t.checker.width
	if blank {
		t.Counts.Blank += t.ahead.lines
	}
	return blank, nil
}

// nextAlone takes a physical line by itself, while it is in doubt whether it
// stands in quotes.
func (t *Table) nextAlone(blank bool) error {
	q, err := t.firstLine()
	t.doubt.decide(t.line, q)
	t.record.Fragment = blank || q.alone.delimiters < max(t.checker.Key, t.checker.first())
	switch {
	case blank:
		t.Counts.Blank++
	case t.record.Fragment:
		t.Counts.Fragments++
	}
	return err
}

// firstLine follows the quotes of the physical line at which the window stands,
// and makes it the bytes of the record. One that the window does not hold is
// passed, and not kept beyond what a record may have.
func (t *Table) firstLine() (q bothWays, err error) {
	q = newBothWays()
	line := firstLine(t.w.data())
	// One byte behind the line is not enough: it may be the CR of a CR LF.
	if rest := t.w.data()[len(line):]; len(rest) > 1 || t.w.last {
		q.see(line, &t.scanner)
		t.record.Raw = line[:min(len(line), MaxRecordBytes)]
		t.ahead.bytes, t.ahead.lines = len(line)+lineEnd(rest), 1
		return q, nil
	}
	t.long = t.long[:0]
	err = t.w.passLine(func(piece []byte) {
		q.see(piece, &t.scanner)
		t.long = append(t.long, piece[:min(len(piece), MaxRecordBytes-len(t.long))]...)
	})
	t.record.Raw = t.long
	t.ahead.bytes, t.ahead.lines = 0, 1
	return q, err
}

// peek scans the record at which the window stands, or its first line by itself. The
// window grows until the record ends, or is too long to be one.
func (t *Table) peek(byLine bool) (data []byte, kind Kind, err error) {
	for {
		data, last := t.w.data(), t.w.last
		if len(data) == 0 && last {
			return nil, sound, io.EOF
		}
		line := data
		if byLine {
			line = firstLine(data)
		}
		n, kind := t.scanner.scan(line, last || len(data)-len(line) > 1)
		// It was scanned as if the file ended with the line.
		if kind == QuoteToEnd && len(line) < len(data) {
			kind = QuoteRunsOn
		}
		if kind != incomplete {
			return line[:n], kind, nil
		}
		if err := t.w.grow(); err != nil {
			return nil, sound, err
		}
	}
}
