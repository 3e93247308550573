package table

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Windows1252 and utf8Name are the encodings of files in which nothing names
// one.
const (
	Windows1252 = "Windows-1252"
	utf8Name    = "UTF-8"
)

// headBytes is how much of a file is looked at to tell what it is. That is
// enough lines to tell by, and less than a window.
const headBytes = 4 << 10

// multiByte are the encodings that take more than a byte for every character, with
// the marks by which they are known.
var multiByte = []struct {
	name, mark string
	order      binary.ByteOrder
	marked     encoding.Encoding
}{
	{"UTF-16 LE", "\xff\xfe", binary.LittleEndian, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	{"UTF-16 BE", "\xfe\xff", binary.BigEndian, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
}

// source is a file as UTF-8. Records are found in its bytes; only cells become text.
type source struct {
	io.Reader
	name     string
	encoding encoding.Encoding // nil for UTF-8 and what may be Windows-1252
	watch    *watch            // nil where the encoding is named, or is UTF-16
	marked   bool              // it begins with a byte order mark of UTF-8
	rows     bool              // each line is a row, and holds lineBreak for what breaks a line
}

// decode reads a file in the encoding that is wanted, or finds it out. Where nothing
// tells, it is UTF-8 unless the watch finds otherwise. A file that begins with a
// mark of UTF-16 is read by it, also where the other order is wanted.
func decode(src io.Reader, wanted string) (source, error) {
	head := bufio.NewReaderSize(src, headBytes)
	start, err := head.Peek(headBytes)
	if err != nil && err != io.EOF {
		return source{}, err
	}
	// What somebody names comes before what is found.
	found, marked := multiByteOf(start)
	s, err := namedEncoding(cmp.Or(wanted, found, utf8Name))
	if marked && strings.HasPrefix(s.name, "UTF-16") { // people seldom know which of the two
		s, err = namedEncoding(found)
	}
	switch {
	case s.encoding != nil:
		s.Reader = s.encoding.NewDecoder().Reader(head)
	case wanted != "":
		s.Reader = head
	default:
		s.watch = &watch{}
		s.Reader = io.TeeReader(head, s.watch)
	}
	return s, err
}

// Encoder writes in an encoding by its name, with a byte order mark where that is
// usual; no name is UTF-8. Text that the encoding does not have is an error of the
// encoder.
func Encoder(name string) (*encoding.Encoder, error) {
	s, err := namedEncoding(cmp.Or(name, utf8Name))
	if s.encoding == nil {
		return encoding.Nop.NewEncoder(), err
	}
	for _, w := range multiByte {
		if w.name == s.name {
			return w.marked.NewEncoder(), nil
		}
	}
	return s.encoding.NewEncoder(), nil
}

// Validity tells how the bytes of a cell became text.
type Validity int

const (
	Valid   Validity = iota
	Assumed          // not UTF-8, and read as Windows-1252 until the whole file tells
	Damaged          // not UTF-8, which it had to be
)

// lineBreak stands in the rows of a sheet for a line break within a cell.
const lineBreak = "\u2028"

// broken are the bytes of a cell with its line breaks.
func (s *source) broken(content []byte) []byte {
	if !s.rows || bytes.IndexByte(content, lineBreak[0]) < 0 {
		return content
	}
	return bytes.ReplaceAll(content, []byte(lineBreak), []byte("\n"))
}

// text decodes a cell. It looks at one cell by itself, because the whole file has
// not been read yet.
func (s *source) text(content []byte) (string, Validity) {
	if utf8.Valid(content) {
		return string(content), Valid
	}
	if s.watch != nil {
		if text, err := charmap.Windows1252.NewDecoder().Bytes(content); err == nil { // every byte has a meaning
			return string(text), Assumed
		}
	}
	return strings.ToValidUTF8(string(content), "\ufffd"), Damaged
}

// texts are all cells of a record that was scanned, trimmed. In a file that has
// been good UTF-8 so far, what is not has lost its letters: a heading must not
// become another one by that.
func (s *source) texts(data []byte, cells []span, quote byte) []string {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		content, cut := bytes.TrimSpace(s.broken(cell.content(data, quote))), ""
		if len(content) > MaxHeadingBytes {
			end := MaxHeadingBytes
			for end > MaxHeadingBytes-utf8.UTFMax && !utf8.RuneStart(content[end]) {
				end--
			}
			content, cut = content[:end], "…"
		}
		var validity Validity
		if texts[i], validity = s.text(content); validity == Assumed {
			if _, damaged := s.watch.verdict(s.marked); damaged {
				texts[i] = strings.ToValidUTF8(string(content), "\ufffd")
			}
		}
		texts[i] += cut
	}
	return texts
}

// multiByteOf is the one of multiByte in which a file begins with a mark, or reads as
// lines of text; empty for none. Text of western languages gives itself away by
// its zeros, but names in other scripts have none: what counts is that there is
// the ASCII of a table between them, and no control character.
func multiByteOf(head []byte) (name string, marked bool) {
	most := len(head) / 2 / 8 // a zero within a file of single bytes makes none
	for _, w := range multiByte {
		if bytes.HasPrefix(head, []byte(w.mark)) {
			return w.name, true
		}
		// The better of both orders: read in the other one, ASCII is Chinese.
		if score := scoreOf(head, w.order); score > most {
			name, most = w.name, score
		}
	}
	return name, false
}

// scoreOf counts the characters that tables are made of: those of ASCII. It is 0
// for what cannot be text in this encoding.
func scoreOf(head []byte, order binary.ByteOrder) (score int) {
	for ; len(head) > 1; head = head[2:] {
		switch unit := order.Uint16(head); {
		case unit < ' ' && unit != '\t' && unit != '\n' && unit != '\r':
			return 0
		case unit < utf8.RuneSelf:
			score++
		}
	}
	return score
}

// watch counts what speaks for UTF-8 in bytes that pass by, and what speaks against
// it. It sees each byte once, as the bytes are read.
type watch struct {
	valid   int    // characters of several bytes
	invalid int    // bytes that cannot be UTF-8
	rest    []byte // the beginning of a character
}

// Write looks at more bytes. It never fails. A character may lie in two writes.
func (w *watch) Write(p []byte) (int, error) {
	n := len(p)
	if len(w.rest) > 0 {
		w.rest = append(w.rest, p...)
		p = w.rest
	}
	for utf8.FullRune(p) {
		_, size := utf8.DecodeRune(p)
		switch {
		case size > 1:
			w.valid++
		case p[0] >= utf8.RuneSelf:
			w.invalid++
		}
		p = p[size:]
		for len(p) >= 8 && binary.LittleEndian.Uint64(p)&0x8080808080808080 == 0 { // ASCII
			p = p[8:]
		}
	}
	w.rest = append(w.rest[:0], p...)
	return n, nil
}

// allValid reports whether all bytes so far are UTF-8.
func (w *watch) allValid() bool { return w != nil && w.invalid+len(w.rest) == 0 }

// verdict is the name of the encoding after all, and whether the cells that were
// read as Windows-1252 are damaged UTF-8 instead: a file in which most other letters
// are good UTF-8 is not Windows-1252. A few letters that only look like UTF-8 come
// from another damage. Text of Windows-1252 is hardly ever UTF-8 by chance: its
// letters beyond ASCII would have to stand in certain pairs.
func (w *watch) verdict(marked bool) (name string, damaged bool) {
	invalid := w.invalid + len(w.rest)
	switch {
	case invalid == 0:
		return utf8Name, false
	case marked || w.valid >= invalid:
		return utf8Name, true
	}
	return Windows1252, false
}
