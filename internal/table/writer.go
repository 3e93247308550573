package table

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"entraphone/internal/spreadsheet"
)

// Writer writes records out as they came in: in the encoding of their file, with its
// delimiter, quotes and line ends, below the heading and what programs put above it.
// Of other lines there, which may hold anything, the line end is left. What a spreadsheet would run as a formula is protected from that, which
// is taken off where the copy is read. Each has further cells at its end, or in the columns of the file that are
// called so. [Table.IsCopy] knows such a file again.
type Writer struct {
	out     *transform.Writer
	t       *Table
	own     []int             // for each further cell, its column in the file, or -1
	lineEnd string            // of the heading
	allIn   bool              // the heading has all its cells in quotes
	beside  *encoding.Encoder // of what does not come from the file, or nil
	err     error
}

// NewWriter writes the beginning of the file, with the headings of the further
// cells. found is what [Table.Encoding] told of the whole file before.
func NewWriter(t *Table, w io.Writer, found string, further []string) *Writer {
	raw := t.heading.Raw
	bare := func(cell span) bool { return cell.start == 0 || raw[cell.start-1] != t.Dialect.Quote }
	out := &Writer{
		t: t, lineEnd: cmp.Or(string(lastLineEnd(raw)), "\n"),
		// The quote is told by these where nothing else in the heading tells it.
		allIn: t.Dialect.Quote == '\'' || !slices.ContainsFunc(t.heading.cells, bare),
	}
	switch {
	case t.src.encoding != nil: // a byte order mark is text here, and is copied like all else
		out.out = transform.NewWriter(w, encoding.ReplaceUnsupported(t.src.encoding.NewEncoder()))
	case found == Windows1252: // the bytes of the file pass, and what is put beside them is encoded
		out.out = transform.NewWriter(w, transform.Nop)
		out.beside = encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder())
	default: // a few damaged lines by themselves would be read as Windows-1252
		out.out = transform.NewWriter(w, runes.ReplaceIllFormed())
	}
	for _, heading := range further {
		out.own = append(out.own, slices.Index(t.Headings, heading))
	}
	unmarked := bytes.TrimPrefix(bytes.TrimPrefix(t.above, []byte(byteOrderMark)), []byte(misreadMark))
	mark := t.above[:len(t.above)-len(unmarked)]
	out.raw(mark)
	for rest := unmarked; len(rest) > 0; {
		line := firstLine(rest)
		end := len(line) + lineEnd(rest[len(line):])
		if what, _ := preamble(line); what != "" {
			out.raw(line)
		}
		out.raw(rest[len(line):end])
		rest = rest[end:]
	}
	out.Record(&t.heading, nil, further)
	return out
}

// Line copies a record as the line that it is, without further cells.
func (w *Writer) Line(r *Record) {
	end := lastLineEnd(r.Raw)
	w.raw([]byte(w.protected(string(bytes.TrimSuffix(r.Raw, end)))))
	w.raw(end)
}

// protected is a text of the file as a spreadsheet may open it. In a copy it is
// protected already.
func (w *Writer) protected(text string) string {
	if w.t.IsCopy() {
		text = spreadsheet.Unprotect(text)
	}
	return spreadsheet.Protect(text)
}

// raw writes bytes. After an error nothing more is told; [Writer.Err] has the first.
func (w *Writer) raw(raw []byte) {
	_, err := w.out.Write(raw)
	w.err = cmp.Or(w.err, err)
}

// Record copies a record, the cells of the columns that are kept or, for nil, all.
// Cells keep their quotes and blanks.
func (w *Writer) Record(r *Record, kept []bool, further []string) {
	w.copy(r, kept, nil, further)
}

// Changed copies a record as [Writer.Record] does, but for cells that others take the
// place of, by column.
func (w *Writer) Changed(r *Record, kept []bool, instead map[int]string, further []string) {
	w.copy(r, kept, instead, further)
}

func (w *Writer) copy(r *Record, kept []bool, instead map[int]string, further []string) {
	body := bytes.TrimSuffix(r.Raw, lastLineEnd(r.Raw))
	// A cell's own quotes and blanks lie between its end and the delimiter.
	behind := func(i int) int { return r.cells[i].end + bytes.IndexByte(body[r.cells[i].end:], w.t.Dialect.Delimiter) }
	w.write(further, func(i int) {
		start, end := 0, len(body)
		if i >= len(r.cells) || kept != nil && !kept[i] {
			return
		}
		if text, other := instead[i]; other {
			w.text(w.quoted(text))
			return
		}
		content := string(r.cells[i].content(r.data, w.t.Dialect.Quote))
		if protected := w.protected(content); protected != content {
			w.raw([]byte(w.inQuotes(protected)))
			return
		}
		if i > 0 {
			start = behind(i-1) + 1
		}
		if i+1 < len(r.cells) {
			end = behind(i)
		}
		w.raw(body[start:end])
	})
}

// InOneCell writes bytes of the file as a record that has them in one quoted
// cell, whatever quotes and delimiters they hold.
func (w *Writer) InOneCell(column int, raw []byte, further []string) {
	w.write(further, func(i int) {
		if i == column {
			w.raw([]byte(w.inQuotes(spreadsheet.Protect(string(raw)))))
		}
	})
}

// Close writes what is still held, and returns the first error. It does not
// close the writer below.
func (w *Writer) Close() error {
	w.err = cmp.Or(w.err, w.out.Close())
	return w.err
}

// Err is the first error so far.
func (w *Writer) Err() error { return w.err }

// write writes a record of which cell writes the cells of the file.
func (w *Writer) write(further []string, cell func(column int)) {
	delimiter := string(w.t.Dialect.Delimiter)
	for i := range w.t.Headings {
		if i > 0 {
			w.text(delimiter)
		}
		if own := slices.Index(w.own, i); own >= 0 {
			w.text(w.quoted(further[own]))
		} else {
			cell(i)
		}
	}
	for i, text := range further {
		if w.own[i] < 0 {
			w.text(delimiter + w.quoted(text))
		}
	}
	w.text(w.lineEnd)
}

// quoted puts a text in quotes where the file's own cells would need them.
func (w *Writer) quoted(text string) string {
	text = spreadsheet.Protect(text)
	if w.allIn || strings.ContainsAny(text, string(w.t.Dialect.Delimiter)+string(w.t.Dialect.Quote)+"\r\n") {
		return w.inQuotes(text)
	}
	return text
}

// inQuotes doubles the quotes within, as RFC 4180 does.
func (w *Writer) inQuotes(text string) string {
	mark := string(w.t.Dialect.Quote)
	return mark + strings.ReplaceAll(text, mark, mark+mark) + mark
}

// text writes what does not come from the file, in the file's encoding.
func (w *Writer) text(text string) {
	if w.beside != nil {
		text, _ = w.beside.String(text) // it replaces what it does not have
	}
	w.raw([]byte(text))
}
