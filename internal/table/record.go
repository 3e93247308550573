package table

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"entraphone/internal/spreadsheet"
)

// Record is what stands below the heading as one line of the table. It is good until
// the next one. Its cells are looked at in place, and are copied only when their
// text is asked for.
type Record struct {
	Line  int    // physical, from 1, where it starts
	Raw   []byte // its bytes; of one with a fault the first line, without its end
	Fault *Fault // nil for most

	// Alone: the line was read by itself, because it may stand in a cell that an
	// earlier line begins. Fragment: it is blank then, or ends before the first value.
	Alone, Fragment bool

	table *Table
	data  []byte // in which the cells stand
	cells []span // none where they could not be split
}

// Len is how many cells the record has. It is 0 for one that could not be split.
func (r *Record) Len() int { return len(r.cells) }

// Short reports whether cells at its end are missing. Rows of a sheet end where they
// will.
func (r *Record) Short() bool { return len(r.cells) < len(r.table.Headings) && !r.table.opts.Rows }

// Bytes are the content of a cell as it stands in the file, without its outer
// quotes; none of a cell that is missing.
func (r *Record) Bytes(column int) []byte {
	if column >= len(r.cells) {
		return nil
	}
	return r.cells[column].bytes(r.data)
}

// Text is the text of a cell; empty where it is missing. In a copy it is without the
// protection from spreadsheets that [Writer] gave it. Texts that repeat share their
// memory.
func (r *Record) Text(column int) (string, Validity) {
	if column >= len(r.cells) {
		return "", Valid
	}
	t := r.table
	content := t.src.broken(r.cells[column].content(r.data, t.scanner.quote))
	// Most files are UTF-8 to their end, and no cell of them is looked at twice.
	text, validity := "", Valid
	if t.src.watch.allValid() || utf8.Valid(content) {
		text = t.memory.keep(content)
	} else {
		text, validity = t.src.text(content)
	}
	if t.IsCopy() {
		text = spreadsheet.Unprotect(text)
	}
	return text, validity
}

// Texts are the texts of all cells, trimmed. Unlike [Record.Text] it keeps nothing:
// it is for lines that may be labels.
func (r *Record) Texts() []string { return r.table.texts(r.data, r.cells) }

// Decoded is the text of bytes of the record.
func (r *Record) Decoded(raw []byte) string {
	text, _ := r.table.src.text(raw)
	return text
}

// From is the line that the record had in the file of which this one is a copy;
// empty where it has none.
func (r *Record) From() string { return string(r.table.checker.from(r.data)) }

// Below are bytes below a record without a fault, and whether they are all that
// the file has.
func (r *Record) Below() (rest []byte, all bool) {
	return r.table.w.data()[len(r.data):], r.table.w.last
}

// Cut reports whether the file ends with a record that was split into cells and
// has no line end, as the heading has one: its last cell may lack digits, unless
// a quote closes it.
func (r *Record) Cut() bool {
	rest, all := r.Below()
	return all && len(rest) == 0 && len(r.cells) > 0 && lastLineEnd(r.data) == nil
}

// memory makes strings of cells. They lie behind each other in large pieces,
// because a million cells by themselves cost more than all else that reading
// does. A text that was kept lately, as keys and countries are, is not copied
// again.
type memory struct {
	lately [1 << latelyBits]string // by a hash
	piece  strings.Builder
}

// latelyBits is for a thousand texts, more than a file has countries; a piece holds
// about two thousand cells.
const (
	latelyBits = 10
	pieceBytes = 32 << 10
)

// keep hashes no more than the end of a cell, where names and numbers differ.
func (m *memory) keep(content []byte) string {
	var end [8]byte
	copy(end[:], content[max(0, len(content)-len(end)):])
	hash := (binary.LittleEndian.Uint64(end[:]) + uint64(len(content))) * 0x9e3779b97f4a7c15
	kept := &m.lately[hash>>(64-latelyBits)]
	if *kept != string(content) {
		*kept = m.add(content)
	}
	return *kept
}

// add copies into the piece, as long as there is room: what a Builder has given
// out stays as it is then.
func (m *memory) add(content []byte) string {
	if len(content) > pieceBytes/16 {
		return string(content)
	}
	if m.piece.Cap()-m.piece.Len() < len(content) {
		m.piece = strings.Builder{}
		m.piece.Grow(pieceBytes)
	}
	start := m.piece.Len()
	m.piece.Write(content)
	return m.piece.String()[start:]
}
