package importfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/table"
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
		{"cell at the limit", ada(fill(table.MaxCellBytes)), []string{adaAt2, good("3")}},
		{"cell over the limit", ada(fill(table.MaxCellBytes + 1)), []string{`2:0   "" !cell-too-long`, good("3")}},
		{"field of 10 MB", ada(fill(10 << 20)), []string{`2:0   "" !cell-too-long`, good("3")}},
		{"quoted cell at the limit", ada(`"` + fill(table.MaxCellBytes) + `"`), []string{adaAt2, good("3")}},
		{"quoted cell over the limit", ada(`"` + fill(table.MaxCellBytes+1) + `"`), []string{`2:0   "" !quote-not-closed`, good("3")}},
		{"quoted field of 10 MB", ada(`"` + fill(10<<20) + `"`), []string{`2:0   "" !quote-not-closed`, good("3")}},
		{"10 MB without a line end, in CR LF", strings.TrimSuffix(ada(fill(10<<20)), "\n") + "\r\n", []string{`2:0   "" !cell-too-long`, good("3")}},
		{"lines at the limit", ada(`"` + strings.Repeat("\n", table.MaxRecordLines-1) + `"`), []string{adaAt2, good("102")}},
		{"record over the limit", "ada@example.com,+1 2065550101" + strings.Repeat(","+fill(table.MaxCellBytes), 17) + "\n", []string{
			`2:0   "" !line-too-long`, good("3")}},
		{"cells at the limit", "ada@example.com,+1 2065550101" + cells(table.MaxCells-1), []string{adaAt2, good("3")}},
		{"cells over the limit", "ada@example.com,+1 2065550101" + cells(table.MaxCells), []string{`2:0   "" !ragged-row`, good("3")}},
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
	text := "user,mobile,note\nada@example.com,+1 2065550101,\"" + strings.Repeat("\n", table.MaxRecordLines) + "\"\nbo@example.com,+1 2065550102,\n"
	f := mustRead(t, text, Options{})
	want := []string{`2:0   "" !quote-not-closed`, `103:2 bo@example.com mobile "+1 2065550102"`}
	if diff := cmp.Diff(want, showAll(f)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got, want := f.Reading.Blank, table.MaxRecordLines-1; got != want {
		t.Errorf("Blank = %d, want %d", got, want)
	}
	if got := f.Reading.Fragments; got != 1 {
		t.Errorf("Fragments = %d, want 1", got)
	}
}
