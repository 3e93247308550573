package importfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"entraphone/internal/table"
)

// Whoever may fill in an address must not be able to write rows for others.
func TestInsideQuotes(t *testing.T) {
	const heading = "user,mobile,note\n"
	const ceo = "ceo@example.com,+1 2065550199,x\n"
	const bo = "bo@example.com,+1 2065550102,\n"
	at := func(line int, row, codes string) string { return fmt.Sprintf("%d:%s%s", line, row, codes) }
	const noRow, ceoRow, boRow = `0   ""`, `2 ceo@example.com mobile "+1 2065550199"`, `2 bo@example.com mobile "+1 2065550102"`
	const inside, open, ragged = " !inside-quote", " !quote-not-closed", " !ragged-row"
	const evil = "evil@example.com,+1 2065550101,"
	many := strings.Repeat("x\n", table.MaxRecordLines)
	const manyLines = table.MaxRecordLines
	wide := "user,mobile,note" + strings.Repeat(" ", headBytes) + "\n" // so much is always read at once
	long := strings.Repeat("x", 4*128<<10)

	tests := []struct {
		name, text string
		want       []string
		fragments  int
	}{
		{"the cell holds a row", evil + "\"1 Street\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, open), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"too many cells", evil + "x,\"1 Street\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, ragged), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"missing cells", "\"evil@example.com\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, ragged), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"more lines than a record may have", evil + "\"" + many + ceo + "x\"\n" + bo, []string{
			at(2, noRow, open), at(2+manyLines, ceoRow, inside), at(4+manyLines, boRow, "")}, manyLines},
		{"longer than a cell may be", evil + "\"\n" + ceo + strings.Repeat("x", table.MaxCellBytes) + "\"\n" + bo, []string{
			at(2, noRow, open), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"text after the closing quote", evil + "\"1 Street\n" + ceo + "x\"y\n" + bo, []string{
			at(2, noRow, open), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"text after a quote of the first line", evil + "\"1 \"Street\" \n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, " !text-after-quote"), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"text after an earlier quote", "\"evil\"@example.com,+1 2065550101,\"1 Street\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, " !text-after-quote"), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"the quote stands far behind in a long line", long + ",,\"\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, " !cell-too-long"), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"the quote is closed far behind in a long line", evil + ",\"\n" + ceo + long + "\"\n" + bo, []string{
			at(2, noRow, open), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"the quote is closed at the front of a long line", evil + ",\"\n" + ceo + "x\"," + long + "\n" + bo, []string{
			at(2, noRow, " !cell-too-long"), at(3, ceoRow, inside), at(4, noRow, " !cell-too-long"+inside), at(5, boRow, "")}, 0},
		{"closed on the last line of the file", evil + "x,\"\n" + ceo + "\"", []string{at(2, noRow, ragged), at(3, ceoRow, inside)}, 1},
		{"lines that end with carriage returns", strings.ReplaceAll(evil+"x,\"1 Street\n"+ceo+"x\"\n"+bo, "\n", "\r"), []string{
			at(2, noRow, ragged), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"doubled quotes do not end it", evil + "x,\"1\n\"\"\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, ragged), at(4, ceoRow, inside), at(6, boRow, "")}, 1},
		{"another cell begins where one ends", evil + "\"1\",\"2\n" + ceo + "x\",\"\n" + ceo + "\"\n" + bo, []string{
			at(2, noRow, ragged), at(3, ceoRow, inside), at(4, noRow, open+inside), at(5, ceoRow, inside), at(7, boRow, "")}, 1},
		{"a bare quote stands behind the end", evil + "x,\"1\n" + ceo + "x\",24\",\n" + bo, []string{
			at(2, noRow, ragged), at(3, ceoRow, inside), at(4, `2 x" mobile "24\""`, " !user-not-addressable"+inside), at(5, boRow, "")}, 0},

		// The file has a stray quote above the cell.
		{"below a stray quote", "\"" + bo + bo + evil + "\"1 Street\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, open), at(3, boRow, inside), at(4, noRow, open+inside), at(5, ceoRow, inside), at(7, boRow, "")}, 1},
		{"behind a stray quote", "\"evil@example.com,+1 2065550101,\"x\n" + ceo + "x\"\n" + bo, []string{
			at(2, noRow, " !text-after-quote"), at(3, ceoRow, inside), at(5, boRow, "")}, 1},
		{"below a stray quote, on a new line", "\"" + bo + bo + evil + "\"\n" + ceo + "\"\n" + ceo + bo, []string{
			at(2, noRow, ragged), at(3, boRow, inside), at(4, noRow, open+inside), at(5, ceoRow, inside), at(6, noRow, open+inside),
			at(7, ceoRow, ""), at(8, boRow, "")}, 0},

		{"below a stray quote, two cells that begin on new lines", "\"" + bo + evil + "\"\n" + strings.TrimSuffix(ceo, "\n") + "\",\"\n\"\n" + bo, []string{
			at(2, noRow, ragged), at(3, noRow, open+inside), at(4, ceoRow, inside), at(6, boRow, "")}, 0},

		{"below a stray quote, the cell is closed and the next one not read", "\"" + bo + evil + "\"\n" + ceo + "x\",\"\n" + ceo + "\"\n" + bo, []string{
			at(2, noRow, ragged), at(3, noRow, open+inside), at(4, ceoRow, inside), at(5, noRow, ragged+inside), at(6, ceoRow, inside),
			at(8, boRow, "")}, 1},

		{"a quote that nobody closes", evil + "\"x\n" + ceo + bo, []string{at(2, noRow, open), at(3, ceoRow, ""), at(4, boRow, "")}, 0},
		{"quoted rows below a quote that nobody closes", evil + "\"x\n" + "\"bo@example.com\",\"+1 2065550102\",\"\"\n" + bo, []string{
			at(2, noRow, open), at(3, boRow, ""), at(4, boRow, "")}, 0},
		{"two stray quotes", evil + "\"x\n" + bo + ceo + evil + "\"x\n" + bo, []string{
			at(2, noRow, open), at(3, boRow, inside), at(4, ceoRow, inside), at(5, noRow, open+inside), at(6, boRow, "")}, 0},
		{"fragments below a quote that nobody closes", evil + "\"x\nbo@example.com\n\n" + bo, []string{at(2, noRow, open), at(5, boRow, "")}, 1},
		{"bare quotes in rows with too many cells", "evil@example.com,24\",x,x\n" + bo + "ceo@example.com,24\",x,x\n", []string{
			at(2, noRow, ragged), at(3, boRow, ""), at(4, noRow, ragged)}, 0},
		{"closed quotes in rows with too many cells", "evil@example.com,\"24\",x,x\n" + bo + "ceo@example.com,\"24\",x,x\n", []string{
			at(2, noRow, ragged), at(3, boRow, ""), at(4, noRow, ragged)}, 0},

		// One bad row costs no more than itself, however the cells below it end.
		{"cells that end with a line end", evil + "x,\"1\n\"\n" + strings.Repeat("bo@example.com,+1 2065550102,\"1\n\"\n", 2), []string{
			at(2, noRow, ragged), at(4, boRow, ""), at(6, boRow, "")}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, heading+test.text, Options{})
			if diff := cmp.Diff(test.want, showAll(f)); diff != "" {
				t.Errorf("rows of %.300q (-want +got):\n%s", test.text, diff)
			}
			if len(test.text) < 1<<10 {
				inPieces := oneByte{strings.NewReader(strings.ReplaceAll(wide+test.text, "\n", "\r\n"))}
				again, err := Read(t.Context(), inPieces, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, showAll(again)); diff != "" {
					t.Errorf("rows byte by byte, in CR LF (-want +got):\n%s", diff)
				}
			}
			if got := f.Reading.Fragments; got != test.fragments {
				t.Errorf("Fragments = %d, want %d", got, test.fragments)
			}
		})
	}
}

// A long cell is not as many rows as it has lines.
func TestFragmentsAreCounted(t *testing.T) {
	const lines = 1 << 18
	text := "note,user,mobile\n\"" + strings.Repeat("999\n", lines) + "\",ada@example.com,+1 2065550101\nbo@example.com,bo@example.com,+1 2065550102\n"
	f := mustRead(t, text, Options{})
	want := []string{
		`2:0   "" !quote-not-closed`,
		fmt.Sprintf(`%d:0   "" !quote-not-closed !inside-quote`, lines+2),
		fmt.Sprintf(`%d:3 bo@example.com mobile "+1 2065550102"`, lines+3),
	}
	if diff := cmp.Diff(want, showAll(f)); diff != "" || f.Reading.Fragments != lines-1 {
		t.Errorf("%d fragments, want %d; rows (-want +got):\n%s", f.Reading.Fragments, lines-1, diff)
	}
	if got, want := f.Reading.String(), fmt.Sprintf("; %d below a faulty quote that reach no phone column", lines-1); !strings.Contains(got, want) {
		t.Errorf("Reading = %q, want it to say %q", got, want)
	}
}

// However a file that a program wrote is faulty, and wherever somebody typed a
// quote into another row: what stands in a cell is never sent.
func TestCellsAreNeverRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lineEnd := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
		content := rapid.SliceOfN(rapid.SampledFrom([]string{
			"x", "", `"`, `"x"`, `x",`, `,"`, "24\"", " ", "ceo@example.com,+1 2065550199,x", "ceo@example.com,+1 2065550199", `ceo@example.com,"+1 2065550199",`,
			`"ceo@example.com",+1 2065550199,"x"`,
		}), 1, 4)
		note := rapid.Custom(func(t *rapid.T) string { return strings.Join(content.Draw(t, "content"), lineEnd) })

		var lines []string
		genuine := map[int32]bool{}
		strayLeft := rapid.IntRange(0, 2).Draw(t, "stray quotes")
		lines = append(lines, "user,mobile,note")
		for i := range rapid.IntRange(1, 12).Draw(t, "records") {
			cells := []string{fmt.Sprintf("user%d@example.com", i), "+1 2065550101"}
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(t, "notes") {
				text := note.Draw(t, "note")
				if strings.ContainsAny(text, "\",\r\n") {
					text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
				}
				cells = append(cells, text)
			}
			if strayLeft > 0 && rapid.Bool().Draw(t, "stray here") {
				strayLeft--
				cells = append(cells[:2], "x")
				k := rapid.IntRange(0, 2).Draw(t, "stray cell")
				cells[k] = `"` + cells[k]
			}
			genuine[int32(len(lines)+1)] = true
			lines = append(lines, strings.Split(strings.Join(cells, ","), lineEnd)...)
		}
		f, err := Read(t.Context(), strings.NewReader(strings.Join(lines, lineEnd)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range f.Rows.All() {
			if !r.Rejected() && (!genuine[r.Line] || !strings.HasPrefix(r.User, "user")) {
				t.Fatalf("row %s of %q is accepted, and stands in a cell", show(r), lines)
			}
			delete(genuine, r.Line)
		}
		if len(genuine) > 0 {
			t.Fatalf("lines %v of %q are no rows", genuine, lines)
		}
	})
}
