package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whoever may fill in an address must not be able to write rows for others.
func TestInsideQuotes(t *testing.T) {
	const heading = "user,mobile,note\n"
	const ceo, bo = "ceo@example.com,99,x\n", "bo@example.com,2,\n"
	const evil = "evil@example.com,1,"
	const manyLines = MaxRecordLines
	at := func(line int, record string) string { return fmt.Sprintf("%d%s", line, record) }
	const ceoRow, boRow = ` "ceo@example.com|99|x"`, ` "bo@example.com|2|"`
	const runsOn, toEnd, ragged, inside = " !quote-runs-on", " !quote-to-end", " !ragged", " ?"
	long := strings.Repeat("x", 4*windowSize)

	tests := []struct {
		why, text string
		want      []string
		fragments int
	}{
		{"the cell holds a row", evil + "\"1 Street\n" + ceo + "x\"\n" + bo, []string{at(2, " !holds-rows"), at(3, ceoRow+inside), at(4, `~ "x\"" ?`), at(5, boRow)}, 1},
		{"too many cells", evil + "x,\"1 Street\n" + ceo + "x\"\n" + bo, []string{at(2, ragged), at(3, ceoRow+inside), at(4, `~ "x\"" ?`), at(5, boRow)}, 1},
		{"missing cells", "\"evil@example.com\n" + ceo + "x\"\n" + bo, []string{at(2, ragged), at(3, ceoRow+inside), at(4, `~ "x\"" ?`), at(5, boRow)}, 1},
		{"text after the closing quote", evil + "\"1 Street\n" + ceo + "x\"y\n" + bo, []string{at(2, runsOn), at(3, ceoRow+inside), at(4, `~ "x\"y" ?`), at(5, boRow)}, 1},
		{"text after a quote of the first line", evil + "\"1 \"Street\" \n" + ceo + "x\"\n" + bo,
			[]string{at(2, " !text-after-quote"), at(3, ceoRow+inside), at(4, `~ "x\"" ?`), at(5, boRow)}, 1},
		{"text after an earlier quote", "\"evil\"@example.com,1,\"1 Street\n" + ceo + "x\"\n" + bo,
			[]string{at(2, " !text-after-quote"), at(3, ceoRow+inside), at(4, `~ "x\"" ?`), at(5, boRow)}, 1},
		{"the quote stands far behind in a long line", long + ",,\"\n" + ceo + "x\"\n" + bo,
			[]string{at(2, " !cell-too-long"), at(3, ceoRow+inside), at(4, `~ "x\"" ?`), at(5, boRow)}, 1},
		{"the quote is closed far behind in a long line", evil + ",\"\n" + ceo + long + "\"\n" + bo,
			[]string{at(2, " !quote-open"), at(3, ceoRow+inside), at(4, "~ !cell-too-long"+inside), at(5, boRow)}, 1},
		{"the quote is closed at the front of a long line", evil + ",\"\n" + ceo + "x\"," + long + "\n" + bo,
			[]string{at(2, " !cell-too-long"), at(3, ceoRow+inside), at(4, " !cell-too-long"+inside), at(5, boRow)}, 0},
		{"closed on the last line of the file", evil + "x,\"\n" + ceo + "\"", []string{at(2, ragged), at(3, ceoRow+inside), at(4, "~ !quote-to-end"+inside)}, 1},
		{"doubled quotes do not end it", evil + "x,\"1\n\"\"\n" + ceo + "x\"\n" + bo,
			[]string{at(2, ragged), at(3, `~ "" ?`), at(4, ceoRow+inside), at(5, `~ "x\"" ?`), at(6, boRow)}, 1},
		{"another cell begins where one ends", evil + "\"1\",\"2\n" + ceo + "x\",\"\n" + ceo + "\"\n" + bo,
			[]string{at(2, ragged), at(3, ceoRow+inside), at(4, runsOn+inside), at(5, ceoRow+inside), at(6, "~"+runsOn+inside), at(7, boRow)}, 1},
		{"a bare quote stands behind the end", evil + "x,\"1\n" + ceo + "x\",24\",\n" + bo,
			[]string{at(2, ragged), at(3, ceoRow+inside), at(4, ` "x\"|24\"|" ?`), at(5, boRow)}, 0},
		{"below a stray quote", "\"" + bo + bo + evil + "\"1 Street\n" + ceo + "x\"\n" + bo,
			[]string{at(2, runsOn), at(3, boRow+inside), at(4, runsOn+inside), at(5, ceoRow+inside), at(6, `~ "x\"" ?`), at(7, boRow)}, 1},

		{"a quote that nobody closes", evil + "\"x\n" + ceo + bo, []string{at(2, toEnd), at(3, ceoRow), at(4, boRow)}, 0},
		{"quoted rows below a quote that nobody closes", evil + "\"x\n\"bo@example.com\",\"2\",\"\"\n" + bo, []string{at(2, runsOn), at(3, boRow), at(4, boRow)}, 0},
		{"two stray quotes", evil + "\"x\n" + bo + ceo + evil + "\"x\n" + bo,
			[]string{at(2, runsOn), at(3, boRow+inside), at(4, ceoRow+inside), at(5, runsOn+inside), at(6, boRow)}, 0},
		{"fragments below a quote that nobody closes", evil + "\"x\nbo@example.com\n\n" + bo, []string{at(2, toEnd), at(3, `~ "bo@example.com"`), at(4, `~ ""`), at(5, boRow)}, 1},
		{"bare quotes in rows with too many cells", "evil@example.com,24\",x,x\n" + bo + "ceo@example.com,24\",x,x\n", []string{at(2, ragged), at(3, boRow), at(4, ragged)}, 0},
		{"closed quotes in rows with too many cells", "evil@example.com,\"24\",x,x\n" + bo, []string{at(2, ragged), at(3, boRow)}, 0},
		{"one bad row costs no more than itself", evil + "x,\"1\n\"\n" + strings.Repeat("bo@example.com,2,\"1\n\"\n", 2),
			[]string{at(2, ragged), at(3, "~ !quote-runs-on"+inside), at(4, ` "bo@example.com|2|1\n"`), at(6, ` "bo@example.com|2|1\n"`)}, 1},
		{"longer than a cell may be", evil + "\"\n" + ceo + strings.Repeat("x", MaxCellBytes) + "\"\n" + bo,
			[]string{at(2, " !quote-open"), at(3, ceoRow+inside), at(4, "~ !cell-too-long"+inside), at(5, boRow)}, 1},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			in, got := readText(t, heading+test.text)
			if diff := cmp.Diff(test.want, got); diff != "" || in.Counts.Fragments != test.fragments {
				t.Errorf("%d fragments, want %d; records of %.300q (-want +got):\n%s", in.Counts.Fragments, test.fragments, test.text, diff)
			}
			if len(test.text) < 1<<10 {
				samePieceByPiece(t, heading+test.text)
				samePieceByPiece(t, strings.ReplaceAll(heading+test.text, "\n", "\r\n"))
			}
		})
	}
	// More lines than a record may have.
	_, got := readText(t, heading+evil+"\""+strings.Repeat("x\n", manyLines)+ceo+"x\"\n"+bo)
	if want := at(2+manyLines, ceoRow+inside); got[0] != "2 !quote-open" || !slices.Contains(got, want) {
		t.Errorf("records = %q, want %s among them", got, want)
	}
}

// A long cell is not as many records as it has lines, and takes no memory.
func TestFragmentsAreCounted(t *testing.T) {
	const lines = 1 << 18
	in, got := readText(t, "note,user,mobile\n\""+strings.Repeat("999\n", lines)+"\",a@b,1\nc@d,c@d,2\n")
	whole := slices.DeleteFunc(got, func(record string) bool { return strings.Contains(record, "~") })
	want := []string{"2 !quote-open", fmt.Sprintf("%d !quote-runs-on ?", lines+2), fmt.Sprintf(`%d "c@d|c@d|2"`, lines+3)}
	if !slices.Equal(whole, want) || in.Counts.Fragments != lines-1 {
		t.Errorf("%d fragments, want %d; records %q, want %q", in.Counts.Fragments, lines-1, whole, want)
	}
}

// Wherever a program and somebody else put quotes: each line is one record, or a
// part of one that is sound, or blank.
func TestLinesBelongToOneRecord(t *testing.T) {
	piece := rapid.SampledFrom([]string{`"`, `"`, `""`, ",", ",", "\n", "\n", "\r\n", "\r", "x", " ", "5", "a@b", "c@d,1,x", "\nc@d,2,y\n"})
	rapid.Check(t, func(t *rapid.T) {
		text := "user,mobile,note\n" + strings.Join(rapid.SliceOfN(piece, 1, 60).Draw(t, "pieces"), "")
		if wrong := wrongLines([]byte(text)); wrong != "" {
			t.Fatalf("%s, in %q", wrong, text)
		}
	})
}

// A stray quote costs its own line and no other.
func TestStrayQuoteKeepsOtherRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := slices.Repeat([]string{"a@example.com,1,x"}, rapid.IntRange(2, 20).Draw(t, "lines"))
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		lines[i] = rapid.SampledFrom([]string{`"a@example.com,1,x`, `a@example.com,"1,x`, `a@example.com,1,"x`}).Draw(t, "faulty")
		in, err := Open(strings.NewReader("user,mobile,note\n"+strings.Join(lines, "\n")), testOptions())
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for r, err := range in.Records(shapeOf(in)) {
			line++
			if err != nil || r.Line != line || (r.Fault != nil) != (line == i+2) {
				t.Fatalf("record %s, %v of %q, want line %d", show(r), err, lines, line)
			}
		}
		if line != len(lines)+1 || len(in.Counts.Inside) > 0 {
			t.Fatalf("%d lines of %q, %v inside", line, lines, in.Counts.Inside)
		}
	})
}

func TestQuotingOfLines(t *testing.T) {
	tests := []struct {
		why, line         string
		alone, aloneClean bool // it may end in quotes when it begins outside of them
		within            bool // its quotes end cleanly when it begins in a cell
		delimiters        int
	}{
		{"no quotes", "a,b", false, true, false, 1},
		{"a cell in quotes", `a,"b"`, false, true, false, 1},
		{"a cell that is open", `a,"b`, true, false, true && false, 1},
		{"the end of a cell", `a",b`, false, true, true, 1},
		{"a quote behind another's end", `"a"b,"c`, true, false, false, 1},
		{"two for one", `a,"b""`, true, false, false, 1},
		{"delimiters in quotes count", `"a,b",c`, false, true, false, 2},
	}
	for _, test := range tests {
		q := newBothWays()
		s := newScanner(',', '"')
		for i := range len(test.line) { // as the window may give it
			q.see([]byte(test.line[i:i+1]), &s)
		}
		if q.alone.open() != test.alone || q.alone.clean() != test.aloneClean || q.within.clean() != test.within || q.alone.delimiters != test.delimiters {
			t.Errorf("%s: %q: open %t, clean %t, within %t, %d delimiters", test.why, test.line, q.alone.open(), q.alone.clean(), q.within.clean(), q.alone.delimiters)
		}
	}
}
