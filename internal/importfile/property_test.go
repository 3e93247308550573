package importfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever stands in the cells, and however the file is written, each number
// comes back under its user and its physical line.
func TestReadsBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{",", ";", "\t"}).Draw(t, "delimiter")
		lineEnd := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("0123 +(),;\t\"'\r\nxé")), 1, 12, -1)

		var text strings.Builder
		line := 1
		emit := func(cells ...string) {
			for i, c := range cells {
				if i > 0 {
					text.WriteString(delimiter)
				}
				quoted := `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
				if !strings.ContainsAny(c, delimiter+"\"\r\n") && rapid.Bool().Draw(t, "plain") {
					quoted = c
				}
				text.WriteString(quoted)
			}
			text.WriteString(lineEnd)
			line++
			for _, c := range cells {
				c = strings.ReplaceAll(c, "\r\n", "\n")
				line += strings.Count(c, "\n") + strings.Count(c, "\r")
			}
		}

		var want []string
		emit("note", "phoneNumber", "user", "phoneType")
		for i := range rapid.IntRange(1, 30).Draw(t, "rows") {
			for range rapid.IntRange(0, 2).Draw(t, "blank lines") {
				emit("")
			}
			user, input := fmt.Sprintf("user%d@example.com", i), cell.Draw(t, "input")
			want = append(want, fmt.Sprintf("%d:2 %s office %q", line, user, input))
			emit(cell.Draw(t, "note"), input, user, "office")
		}
		f, err := Read(t.Context(), strings.NewReader(text.String()), Options{})
		if err != nil {
			t.Fatalf("Read(%q): %v", text.String(), err)
		}
		if diff := cmp.Diff(want, showAll(f)); diff != "" {
			t.Fatalf("rows of %q (-want +got):\n%s", text.String(), diff)
		}
		if got, want := f.Reading.Lines, line-1; got != want {
			t.Fatalf("Lines of %q = %d, want %d", text.String(), got, want)
		}
	})
}

// A stray quote costs its own line and no other; several cost what lies between
// them, which may be a cell.
func TestStrayQuoteKeepsOtherRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(2, 20).Draw(t, "rows")
		lines := []string{"user,mobile,note"}
		for i := range rows {
			lines = append(lines, fmt.Sprintf("user%d@example.com,+1 2065550101,x", i))
		}
		first, last := int32(rows)+2, int32(0)
		for range rapid.IntRange(1, 3).Draw(t, "quotes") {
			i := rapid.IntRange(1, rows).Draw(t, "line")
			before := rapid.SampledFrom([]string{"user", "+1", "x"}).Draw(t, "cell")
			if !strings.Contains(lines[i], `"`) { // several in a line may be none that are open
				lines[i] = lines[i][:strings.LastIndex(lines[i], before)] + `"` + lines[i][strings.LastIndex(lines[i], before):]
			}
			first, last = min(first, int32(i)+1), max(last, int32(i)+1)
		}
		f, err := Read(t.Context(), strings.NewReader(strings.Join(lines, "\n")), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if f.Rows.Len() != rows {
			t.Fatalf("%d rows of %q, want %d", f.Rows.Len(), lines, rows)
		}
		for i, r := range f.Rows.All() {
			if want := first <= r.Line && r.Line <= last; r.Line != int32(i)+2 || r.Rejected() != want {
				t.Fatalf("row %d of %q: line %d, rejected %t, want line %d, %t", i, lines, r.Line, r.Rejected(), i+2, want)
			}
		}
	})
}
