package table

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
)

// Headings that the tests know: a row has a key under one of the first, and a
// value under one of the others.
var (
	keyHeadings   = []string{"user", "upn", "e-mail"}
	valueHeadings = []string{"mobile", "office", "phone"}
	copiedColumns = []string{"copied_line", "copied_why"}
)

func isHeading(among []string) func(string) bool {
	return func(cell string) bool { return slices.Contains(among, strings.ToLower(strings.Trim(cell, "'"))) }
}

func isAddress(text string) bool {
	return strings.Count(text, "@") == 1 && !strings.ContainsAny(text, " ,;\"")
}

// testOptions know the headings above, and what rows look like.
func testOptions() Options {
	return Options{
		Copied: copiedColumns,
		Names: func(cells []string) (full bool, known int) {
			key, value := slices.ContainsFunc(cells, isHeading(keyHeadings)), slices.ContainsFunc(cells, isHeading(valueHeadings))
			for _, cell := range cells {
				if isHeading(slices.Concat(keyHeadings, valueHeadings))(cell) {
					known++
				}
			}
			return key && value, known
		},
		Holds: func(line []byte) (key, value bool) {
			digits := strings.Map(func(r rune) rune {
				if unicode.IsDigit(r) {
					return r
				}
				return -1
			}, string(line))
			return strings.Contains(string(line), "@"), len(digits) > 4
		},
	}
}

// shapeOf is what the headings tell.
func shapeOf(t *Table) Shape {
	s := Shape{Key: max(0, slices.IndexFunc(t.Headings, isHeading(keyHeadings))), KeyMark: '@', IsKey: isAddress}
	for i, heading := range t.Headings {
		if isHeading(valueHeadings)(heading) {
			s.Values = append(s.Values, i)
		}
	}
	return s
}

func mustOpen(t testing.TB, src io.Reader, opts Options) *Table {
	t.Helper()
	in, err := Open(src, opts)
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	return in
}

var kindNames = map[Kind]string{
	QuoteOpen: "quote-open", QuoteToEnd: "quote-to-end", QuoteRunsOn: "quote-runs-on", TextAfterQuote: "text-after-quote",
	CellTooLong: "cell-too-long", RecordTooLong: "record-too-long", TooManyCells: "too-many-cells",
	Ragged: "ragged", OtherDelimiter: "other-delimiter", BreaksOff: "breaks-off", HoldsRows: "holds-rows", Moved: "moved",
}

// show prints a record as "line cell|cell", or as "line !fault". A fragment has
// a "~", and what stands in quotes a "?".
func show(r *Record) string {
	text := fmt.Sprint(r.Line)
	if r.Fragment {
		text += "~"
	}
	if r.Fault != nil {
		return text + " !" + kindNames[r.Fault.Kind]
	}
	var cells []string
	for i := range r.Len() {
		cell, _ := r.Text(i)
		cells = append(cells, cell)
	}
	return fmt.Sprintf("%s %.60q", text, strings.Join(cells, "|"))
}

// readAll shows all records of a file, those inside of quotes marked.
func readAll(t testing.TB, src io.Reader, opts Options) (*Table, []string) {
	t.Helper()
	in := mustOpen(t, src, opts)
	var shown []string
	var lines []int
	for r, err := range in.Records(shapeOf(in)) {
		if err != nil {
			t.Fatal(err)
		}
		shown, lines = append(shown, show(r)), append(lines, r.Line)
	}
	for _, inside := range in.Counts.Inside {
		for i, line := range lines {
			if inside.Opened < line && line <= inside.Closed {
				shown[i] += " ?"
			}
		}
	}
	return in, shown
}

func readText(t testing.TB, text string) (*Table, []string) {
	t.Helper()
	return readAll(t, strings.NewReader(text), testOptions())
}

// oneByte gives its bytes one by one.
type oneByte struct{ src io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.src.Read(p[:1]) }

func utf16LE(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

func utf16BE(text string) string {
	bytes := []byte(utf16LE(text))
	for i := 0; i+1 < len(bytes); i += 2 {
		bytes[i], bytes[i+1] = bytes[i+1], bytes[i]
	}
	return string(bytes)
}

// samePieceByPiece checks that a file reads alike when all but its front, which is
// always read at once, comes byte by byte.
func samePieceByPiece(t *testing.T, text string) {
	t.Helper()
	heading := len(firstLine([]byte(text)))
	heading += lineEnd([]byte(text[heading:]))
	fill := "fill@example.com" + strings.Repeat(",", strings.Count(text[:heading], ",")) + strings.Repeat("x", MaxCellBytes-100) + "\n"
	long := text[:heading] + fill + fill + text[heading:]
	atOnce, want := readText(t, long)
	inPieces, got := readAll(t, oneByte{strings.NewReader(long)}, testOptions())
	if !slices.Equal(got, want) || !slices.Equal(inPieces.Counts.Inside, atOnce.Counts.Inside) || inPieces.Counts.Lines != atOnce.Counts.Lines {
		t.Errorf("byte by byte %q, want %q", got, want)
	}
}
