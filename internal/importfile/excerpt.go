package importfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Excerpt copies the lines of a file that have remarks, in the file's own
// dialect: encoding, delimiter, quotes, line ends, whatever stands above the
// heading, and the heading. The remarks stand in three more columns at the end,
// or in the same three if the file is itself an excerpt. Cells under a heading
// that names a secret are left empty.
//
// Read unchanged, an excerpt gives no row that the file did not give. So a line
// that could not be taken apart, and each one that may stand in a quoted cell
// which such a line begins, comes back as a whole in its user's cell: behind a
// quote that is still open nothing would be what it was.
//
// src must be the file that was read with opts, of which read is the result; an
// error says so if it is another by now, after it has been copied.
func Excerpt(ctx context.Context, src io.Reader, opts Options, read *File, remarks map[int32]Remark, w io.Writer) error {
	opts = opts.with(opts.Profile)
	sum := sha256.New()
	decoded, watch, out, err := recoded(io.TeeReader(src, sum), w, opts, read)
	if err != nil {
		return err
	}
	opts.Profile.Where, opts.Where, opts.Skip, opts.Limit = nil, nil, 0, 0
	in := newRecords(ctxReader{ctx, decoded}, watch)
	e := &excerpt{records: in, remarks: remarks, doubtful: read.doubtful, out: out, lineEnd: "\n"}
	e.byValue = slices.Clone(read.Reading.byValue)
	if err := e.copy(opts); err != nil {
		return fmt.Errorf("copying lines of %s: %w", opts.Name, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != read.SHA256 {
		return &FileError{Name: opts.Name, Found: "the file has changed since it was read", Advice: "do not use the copied lines; look into the results"}
	}
	return nil
}

// excerpt copies lines while the records are read as they were before, so that
// they begin and end where they did.
type excerpt struct {
	*records
	remarks  map[int32]Remark
	doubtful []insideQuotes // those that are still to come
	out      io.Writer
	lineEnd  string // of the heading

	width   int      // cells of the heading
	allIn   bool     // the heading has all its cells in quotes
	blanked []int    // columns that are left empty
	own     [3]int   // columns of the remarks, or none
	byValue []string // headings of empty columns that say what was decided by the values of the whole file
	secrets bool
	err     error
}

func (e *excerpt) copy(opts Options) error {
	e.tap = tap{above: e.bytes, record: e.head}
	c, _, err := e.begin(opts)
	if err != nil {
		return err
	}
	e.tap = tap{label: e.label, record: e.line}
	cells, m := make([]string, len(c.keys())), mark{}
	for {
		if err := e.next(cells, &m); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if e.err != nil {
			return e.err
		}
	}
	if closer, is := e.out.(io.Closer); is {
		e.err = errors.Join(e.err, closer.Close())
	}
	return e.err
}

// head copies what stands above the heading, and the heading with three more.
func (e *excerpt) head(_ int, raw []byte, cells []span) {
	headings := e.trimmed(raw)
	e.width = len(headings)
	e.blank(headings)
	e.own = remarkColumns(headings)
	// The quote is told by these where nothing else in the heading tells it.
	e.allIn = e.quote == '\'' || !slices.ContainsFunc(cells, func(cell span) bool { return cell.start == 0 || raw[cell.start-1] != e.quote })
	if end := raw[len(bytes.TrimRight(raw, "\r\n")):]; len(end) > 0 {
		e.lineEnd = string(end)
	}
	body := raw[:len(raw)-len(lastLineEnd(raw))]
	e.byValue = slices.DeleteFunc(e.byValue, func(h string) bool { return slices.Contains(headings, h) })
	e.write(append(remarkHeadings[:], e.byValue...), func(i int) { e.bytes(e.whole(body, cells, i)) })
	clear(e.byValue)
}

// label copies the heading in words, which may tell more than the heading does.
func (e *excerpt) label(raw []byte) {
	e.blank(e.trimmed(raw))
	e.bytes(raw)
}

// blank leaves the cells empty of columns that are called like secrets.
func (e *excerpt) blank(headings []string) {
	for i, heading := range headings {
		if secret(heading) {
			e.blanked, e.secrets = append(e.blanked, i), true
		}
	}
}

// line copies a line that has a remark, or may belong to one that has.
func (e *excerpt) line(line int, raw []byte, cells []span) {
	remark, wanted := e.remarks[int32(line)]
	within, doubtful := e.quoteOver(line)
	body := raw[:len(raw)-len(lastLineEnd(raw))]
	if !wanted {
		if _, wanted = e.remarks[int32(within.opened)]; !doubtful || !wanted || len(bytes.TrimSpace(body)) == 0 {
			return
		}
		remark = partOfCell(within)
	}
	remarks := append([]string{strconv.Itoa(line), remark.Reason, remark.Advice}, e.byValue...)
	if doubtful || cells == nil {
		e.write(remarks, func(i int) {
			if i == e.user {
				e.bytes(e.inOneCell(body))
			}
		})
		return
	}
	e.write(remarks, func(i int) {
		if i < len(cells) && !slices.Contains(e.blanked, i) {
			e.bytes(e.whole(body, cells, i))
		}
	})
}

// quoteOver finds the quotes that a line may stand in, or open.
func (e *excerpt) quoteOver(line int) (insideQuotes, bool) {
	for len(e.doubtful) > 0 && e.doubtful[0].closed < line {
		e.doubtful = e.doubtful[1:]
	}
	if len(e.doubtful) == 0 || line < e.doubtful[0].opened {
		return insideQuotes{}, false
	}
	return e.doubtful[0], true
}

// inOneCell is a whole line as a cell that can be no user. Where nobody knows
// which of it is a secret, it is left out.
func (e *excerpt) inOneCell(line []byte) []byte {
	text := bytes.TrimSpace(line)
	if e.secrets {
		text = []byte("(see the file: the line cannot be taken apart, and has a column with secrets)")
	}
	if _, kind := userOf(e.decoded(text)); kind.fit(true) {
		text = slices.Concat([]byte("("), text, []byte(")"))
	}
	mark := []byte{e.quote}
	return slices.Concat(mark, bytes.ReplaceAll(text, mark, slices.Concat(mark, mark)), mark)
}

// write writes a record of which cell writes the cells of the file itself.
// Behind the three remarks stand those that only have a heading.
func (e *excerpt) write(remarks []string, cell func(i int)) {
	for i := range e.width {
		if i > 0 {
			e.text(string(e.delimiter))
		}
		if own := slices.Index(e.own[:], i); own >= 0 {
			e.text(e.quoted(remarks[own]))
		} else {
			cell(i)
		}
	}
	for i, remark := range remarks {
		if i >= len(e.own) || e.own[i] == none {
			e.text(string(e.delimiter) + e.quoted(remark))
		}
	}
	e.text(e.lineEnd)
}

// whole is a cell with its quotes and blanks.
func (e *excerpt) whole(raw []byte, cells []span, i int) []byte {
	start, end := 0, len(raw)
	if i > 0 {
		start = cells[i-1].end + bytes.IndexByte(raw[cells[i-1].end:], e.delimiter) + 1
	}
	if i+1 < len(cells) {
		end = cells[i].end + bytes.IndexByte(raw[cells[i].end:], e.delimiter)
	}
	return raw[start:end]
}

func (e *excerpt) quoted(text string) string {
	if !e.allIn && !strings.ContainsAny(text, string(e.delimiter)+string(e.quote)+"\r\n") {
		return text
	}
	mark := string(e.quote)
	return mark + strings.ReplaceAll(text, mark, mark+mark) + mark
}

func (e *excerpt) bytes(raw []byte) {
	if _, err := e.out.Write(raw); e.err == nil {
		e.err = err
	}
}

func (e *excerpt) text(text string) {
	if _, err := io.WriteString(e.out, text); e.err == nil {
		e.err = err
	}
}

// lastLineEnd is the line end behind a record.
func lastLineEnd(raw []byte) []byte {
	for n := min(2, len(raw)); n > 0; n-- {
		if end := raw[len(raw)-n:]; lineEnd(end) == n {
			return end
		}
	}
	return nil
}
