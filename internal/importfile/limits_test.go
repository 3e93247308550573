package importfile

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLimits(t *testing.T) {
	const heading = "user,mobile,note\n"
	const after = "bo@example.com,+1 2065550102,\n"
	fill := func(n int) string { return strings.Repeat("x", n) }
	good := func(line string) string { return line + `:2 bo@example.com mobile "+1 2065550102"` }
	ada := func(note string) string { return "ada@example.com,+1 2065550101," + note + "\n" }
	const adaAt2 = `2:2 ada@example.com mobile "+1 2065550101"`
	cells := func(n int) string { return strings.Repeat(",", n-1) + "\n" }

	tests := []struct {
		name, line string
		want       []string
	}{
		{"cell at the limit", ada(fill(maxCellBytes)), []string{adaAt2, good("3")}},
		{"cell over the limit", ada(fill(maxCellBytes + 1)), []string{`2:0   "" !cell-too-long`, good("3")}},
		{"field of 10 MB", ada(fill(10 << 20)), []string{`2:0   "" !cell-too-long`, good("3")}},
		{"quoted cell at the limit", ada(`"` + fill(maxCellBytes) + `"`), []string{adaAt2, good("3")}},
		{"quoted cell over the limit", ada(`"` + fill(maxCellBytes+1) + `"`), []string{`2:0   "" !quote-not-closed`, good("3")}},
		{"quoted field of 10 MB", ada(`"` + fill(10<<20) + `"`), []string{`2:0   "" !quote-not-closed`, good("3")}},
		{"10 MB without a line end, in CR LF", strings.TrimSuffix(ada(fill(10<<20)), "\n") + "\r\n", []string{`2:0   "" !cell-too-long`, good("3")}},
		{"lines at the limit", ada(`"` + strings.Repeat("\n", maxRecordLines-1) + `"`), []string{adaAt2, good("102")}},
		{"record over the limit", "ada@example.com,+1 2065550101" + strings.Repeat(","+fill(maxCellBytes), 17) + "\n", []string{
			`2:0   "" !line-too-long`, good("3")}},
		{"cells at the limit", "ada@example.com,+1 2065550101" + cells(maxCells-1), []string{adaAt2, good("3")}},
		{"cells over the limit", "ada@example.com,+1 2065550101" + cells(maxCells), []string{`2:0   "" !ragged-row`, good("3")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, heading+test.line+after, Options{})
			if diff := cmp.Diff(test.want, showAll(f)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// More lines than a record may have are read one by one.
func TestLinesOverLimit(t *testing.T) {
	text := "user,mobile,note\nada@example.com,+1 2065550101,\"" + strings.Repeat("\n", maxRecordLines) + "\"\nbo@example.com,+1 2065550102,\n"
	f := mustRead(t, text, Options{})
	want := []string{`2:0   "" !quote-not-closed`, `103:2 bo@example.com mobile "+1 2065550102"`}
	if diff := cmp.Diff(want, showAll(f)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got, want := f.Reading.Blank, maxRecordLines-1; got != want {
		t.Errorf("Blank = %d, want %d", got, want)
	}
	if got := f.Reading.Fragments; got != 1 {
		t.Errorf("Fragments = %d, want 1", got)
	}
}

// What is too long is passed, not kept.
func TestWindowStaysSmall(t *testing.T) {
	long := io.LimitReader(&endless{text: bytes.Repeat([]byte("x"), windowSize), reads: func(int) {}}, 10<<20)
	in := newRecords(ctxReader{context.Background(), io.MultiReader(strings.NewReader("user,mobile\nada@example.com,\""), long)}, nil)
	c, _, err := in.begin(Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(&c, newCountries(), "")
	if err := in.readInto(b, func([]number) {}); err != nil {
		t.Fatal(err)
	}
	if got := len(in.w.buf); got > 2*windowSize {
		t.Errorf("the window grew to %d bytes for a field of 10 MB, want at most %d", got, 2*windowSize)
	}
	if got, want := show(b.rows.At(0)), `2:0   "" !quote-not-closed`; b.rows.Len() != 1 || got != want {
		t.Errorf("%d rows, the first %s, want 1 and %s", b.rows.Len(), got, want)
	}
}
