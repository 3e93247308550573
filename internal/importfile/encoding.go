package importfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

const windows1252 = "Windows-1252"

// wide are the encodings that take more than a byte for every character, with
// the marks by which they are known.
var wide = []struct {
	name  string
	mark  string
	order unicode.Endianness
}{
	{"UTF-16 LE", "\xff\xfe", unicode.LittleEndian},
	{"UTF-16 BE", "\xfe\xff", unicode.BigEndian},
}

// text gives the file as UTF-8, and names its encoding. Where nothing says so,
// it is UTF-8 unless the watch, which is nil for all others, finds otherwise.
func text(src io.Reader, wanted string) (decoded io.Reader, name string, watch *textWatch, err error) {
	if wanted != "" {
		return explicit(src, wanted)
	}
	head := bufio.NewReaderSize(src, headBytes)
	start, err := head.Peek(headBytes)
	if err != nil && err != io.EOF {
		return nil, "", nil, err
	}
	for i, w := range wide {
		if bytes.HasPrefix(start, []byte(w.mark)) || unmarked(start) == i {
			return unicode.UTF16(w.order, unicode.IgnoreBOM).NewDecoder().Reader(head), w.name, nil, nil
		}
	}
	watch = &textWatch{}
	return io.TeeReader(head, watch), "UTF-8", watch, nil
}

// unmarked is the place in wide of the encoding in which the bytes read as lines
// of text; -1 for none. Text of western languages gives itself away by its
// zeros, but names in other scripts have none: what counts is that there is the
// ASCII of a table between them, and nothing that is no character.
func unmarked(head []byte) int {
	if bytes.IndexByte(head, 0) < 0 {
		return -1 // there are no line ends in two bytes either
	}
	best, most := -1, len(head)/2/8 // a zero within a file of single bytes makes none
	for i, w := range wide {
		if score := scoreOf(head, w.order); score > most {
			best, most = i, score
		}
	}
	return best
}

// scoreOf counts the characters that tables are made of: those of ASCII. It is 0
// for what cannot be text in this encoding.
func scoreOf(head []byte, order unicode.Endianness) int {
	score := 0
	var before uint16
	for at := 0; at+1 < len(head); at += 2 {
		unit := binary.LittleEndian.Uint16(head[at:])
		if order == unicode.BigEndian {
			unit = binary.BigEndian.Uint16(head[at:])
		}
		low, high := unit>>10 == 0x37, before>>10 == 0x36 // halves of surrogate pairs
		switch {
		case low != high, unit < ' ' && unit != '\t' && unit != '\n' && unit != '\r', unit == 0xfffe || unit == 0xffff:
			return 0
		case unit < utf8.RuneSelf:
			score++
		}
		before = unit
	}
	return score
}

// explicit decodes as the user says.
func explicit(src io.Reader, wanted string) (io.Reader, string, *textWatch, error) {
	name := strings.ToLower(lettersOf(wanted))
	var known []string
	if name == "utf16" || name == "unicode" { // the mark says which, and LE where there is none
		head := bufio.NewReader(src)
		start, err := head.Peek(2)
		if err != nil && err != io.EOF {
			return nil, "", nil, err
		}
		name, src = "utf16le", head
		if string(start) == wide[1].mark {
			name = "utf16be"
		}
	}
	for _, w := range wide {
		known = append(known, w.name)
		if lettersOf(w.name) == name {
			return unicode.UTF16(w.order, unicode.IgnoreBOM).NewDecoder().Reader(src), w.name, nil, nil
		}
	}
	if name == "utf8" {
		return src, "UTF-8", nil, nil
	}
	if e, is := encodingCalled(name); is {
		return e.NewDecoder().Reader(src), e.name, nil, nil
	}
	for _, e := range namedEncodings() {
		known = append(known, e.name)
	}
	return nil, "", nil, &FileError{
		Found:  fmt.Sprintf("--encoding %q is not known", wanted),
		Advice: "give UTF-8, " + strings.Join(known, ", "),
	}
}

// textWatch counts what speaks for UTF-8 in bytes that pass by, and what
// speaks against it.
type textWatch struct {
	valid   int // characters of several bytes
	invalid int // bytes that cannot be UTF-8
	rest    [utf8.UTFMax]byte
	held    int // bytes of rest: the beginning of a character
}

// Write looks at more bytes. It never fails.
func (w *textWatch) Write(p []byte) (int, error) {
	n := len(p)
	for w.held > 0 && len(p) > 0 {
		w.rest[w.held] = p[0]
		w.held++
		p = p[1:]
		for w.held > 0 && utf8.FullRune(w.rest[:w.held]) {
			w.held = copy(w.rest[:], w.rest[w.count(w.rest[:w.held]):w.held])
		}
	}
	for {
		p = p[plain(p):]
		if len(p) == 0 {
			return n, nil
		}
		if !utf8.FullRune(p) {
			w.held = copy(w.rest[:], p)
			return n, nil
		}
		p = p[w.count(p):]
	}
}

// allValid says that all bytes so far are UTF-8.
func (w *textWatch) allValid() bool { return w.invalid+w.held == 0 }

// count takes the character at the front.
func (w *textWatch) count(p []byte) int {
	_, size := utf8.DecodeRune(p)
	switch {
	case size > 1:
		w.valid++
	case p[0] >= utf8.RuneSelf:
		w.invalid++
	}
	return size
}

// plain is how many bytes at the front are ASCII, or a few less.
func plain(p []byte) int {
	i := 0
	for i+8 <= len(p) && binary.LittleEndian.Uint64(p[i:])&0x8080808080808080 == 0 {
		i += 8
	}
	for i < len(p) && p[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// verdict is the name of the encoding after all, and whether the cells that
// were taken for Windows-1252 are damaged UTF-8 instead: a file in which most
// other letters are good UTF-8 is no Windows-1252. A few letters that only look
// like UTF-8 come from another damage.
func (w *textWatch) verdict(marked bool) (name string, damaged bool) {
	invalid := w.invalid + w.held
	switch {
	case invalid == 0:
		return "UTF-8", false
	case marked || w.valid >= invalid:
		return "UTF-8", true
	}
	return windows1252, false
}
