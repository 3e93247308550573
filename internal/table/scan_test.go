package table

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	tests := []struct {
		why, data string
		last      bool
		n         int
		kind      Kind
		cells     []string
	}{
		{"a line", "a,b\nc", true, 4, sound, []string{"a", "b"}},
		{"an empty line", "\nc", true, 1, sound, []string{""}},
		{"nothing is one empty cell", "", true, 0, sound, []string{""}},
		{"a delimiter at the end", "a,\n", true, 3, sound, []string{"a", ""}},
		{"the end of the file ends it", "a,b", true, 3, sound, []string{"a", "b"}},
		{"more may follow", "a,b", false, 0, incomplete, nil},
		{"a line feed may follow", "a,b\r", false, 0, incomplete, nil},
		{"none follows", "a,b\r", true, 4, sound, []string{"a", "b"}},
		{"a quote may follow", `a,"b"`, false, 0, incomplete, nil},
		{"none follows", `a,"b"`, true, 5, sound, []string{"a", "b"}},
		{"blanks behind a quote", "\"a\" \t,b\n", true, 8, sound, []string{"a", "b"}},
		{"and more may follow", `"a" `, false, 0, incomplete, nil},
		{"an empty cell in quotes", `"",b` + "\n", true, 5, sound, []string{"", "b"}},
		{"an open quote", `a,"b`, false, 0, incomplete, nil},
		{"to the end", `a,"b`, true, 0, QuoteToEnd, nil},
		{"a long control character is text", "a\x00\x01\tb,c\n", true, 8, sound, []string{"a\x00\x01\tb", "c"}},
	}
	for _, test := range tests {
		s := newScanner(',', '"')
		n, kind := s.scan([]byte(test.data), test.last)
		var cells []string
		for _, cell := range s.cells {
			cells = append(cells, string(cell.content([]byte(test.data), '"')))
		}
		if n != test.n || kind != test.kind || kind == sound && !slices.Equal(cells, test.cells) {
			t.Errorf("%s: scan(%q) = %d, %d with %q, want %d, %d with %q", test.why, test.data, n, kind, cells, test.n, test.kind, test.cells)
		}
	}
}

// Eight bytes at a time find what one by one do.
func TestStop(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const bytesOf = "abc,;|\t\n\r\x00\x0b\x0c\x0e\x80\xac\xff\x0d,"
	for range 20000 {
		data := make([]byte, random.IntN(40))
		for i := range data {
			data[i] = bytesOf[random.IntN(len(bytesOf))]
			if random.IntN(4) > 0 {
				data[i] = byte(random.IntN(256))
			}
		}
		for _, delimiter := range []byte(Delimiters) {
			s := newScanner(delimiter, '"')
			want := bytes.IndexAny(data, string(rune(delimiter))+"\r\n")
			if want < 0 {
				want = len(data)
			}
			if got := s.stop(data, 0); got != want {
				t.Fatalf("stop(%q) at %q = %d, want %d", data, delimiter, got, want)
			}
		}
	}
}

func TestLineEnds(t *testing.T) {
	for text, want := range map[string]int{"": 0, "a": 0, "\n": 1, "\r\n": 1, "\n\r": 2, "\r\r\n\n": 3, "a\rb\nc\r\nd": 3} {
		if got := lineEnds([]byte(text)); got != want {
			t.Errorf("lineEnds(%q) = %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]string{"": "", "a": "", "a\n": "\n", "a\r\n": "\r\n", "a\n\r": "\r", "\n\n": "\n"} {
		if got := lastLineEnd([]byte(text)); string(got) != want {
			t.Errorf("lastLineEnd(%q) = %q, want %q", text, got, want)
		}
	}
	if got := string(firstLine([]byte("a\r\nb"))) + strings.Repeat("|", lineEnd([]byte("\r\nb"))); got != "a||" {
		t.Errorf("first line and the length of its end = %q", got)
	}
}

// A cell gives its content with one quote for two, and costs nothing without such.
func TestContent(t *testing.T) {
	for written, want := range map[string]string{`"a""b"`: `a"b`, `""""`: `"`, `"""a"""`: `"a"`, `a""b`: `a""b`, `""`: ``, `"a"`: `a`} {
		s := newScanner(',', '"')
		if _, kind := s.scan([]byte(written), true); kind != sound {
			t.Fatalf("scan(%q) finds %s", written, kindNames[kind])
		}
		if got := string(s.cells[0].content([]byte(written), '"')); got != want {
			t.Errorf("content of %s = %s, want %s", written, got, want)
		}
	}
	data, cell := []byte("abc"), span{start: 0, end: 3}
	if allocs := testing.AllocsPerRun(100, func() { cell.content(data, '"') }); allocs > 0 {
		t.Errorf("a plain cell costs %v allocations", allocs)
	}
}
