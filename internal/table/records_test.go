package table

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecords(t *testing.T) {
	const heading = "user,mobile,note\n"
	tests := []struct {
		why, text string
		want      []string
	}{
		{"as they stand", heading + "a@b,1,x\nc@d,2,y\n", []string{`2 "a@b|1|x"`, `3 "c@d|2|y"`}},
		{"CR LF is one line end", "user,mobile,note\r\na@b,1,x\r\nc@d,2,y\r\n", []string{`2 "a@b|1|x"`, `3 "c@d|2|y"`}},
		{"so is CR", "user,mobile,note\ra@b,1,x\rc@d,2,y", []string{`2 "a@b|1|x"`, `3 "c@d|2|y"`}},
		{"the last line needs none", heading + "a@b,1,x", []string{`2 "a@b|1|x"`}},
		{"blank lines and lines of delimiters count", heading + "\n,,\n \na@b,1,x\n\n", []string{`5 "a@b|1|x"`}},
		{"a quoted delimiter", heading + `a@b,"1,2",x` + "\n", []string{`2 "a@b|1,2|x"`}},
		{"a quote within is written twice", heading + `a@b,1,"say ""x"""` + "\n", []string{`2 "a@b|1|say \"x\""`}},
		{"a quote is a sign within a cell", heading + `a@b,1,24"` + "\n", []string{`2 "a@b|1|24\""`}},
		{"two of them are two there", heading + `a@b,1,24""` + "\n", []string{`2 "a@b|1|24\"\""`}},
		{"blanks behind a quote", heading + `a@b,"1" ,x` + "\n", []string{`2 "a@b|1|x"`}},
		{"a cell of two lines", heading + "a@b,1,\"x\ny\"\nc@d,2,\n", []string{`2 "a@b|1|x\ny"`, `4 "c@d|2|"`}},
		{"short lines are records", heading + "a@b,1\nc@d\n", []string{`2 "a@b|1"`, `3 "c@d"`}},
		{"blank cells too many", heading + "a@b,1,x,, \n", []string{`2 "a@b|1|x|| "`}},

		{"cells too many", heading + "a@b,1,x,y\nc@d,2,y\n", []string{`2 !ragged`, `3 "c@d|2|y"`}},
		{"a quote makes the line short", heading + "a@b,\"1\nx\"\nc@d,2,y\n", []string{`2 !ragged`, `3~ "x\"" ?`, `4 "c@d|2|y"`}},
		{"a whole row in quotes", heading + `"a@b,1,"` + "\n", []string{`2 !ragged`}},
		{"a name in quotes is no row", heading + `"b, a"` + "\n", []string{`2 "b, a"`}},
		{"text behind a quote", heading + `"a"b@c,1,x` + "\nc@d,2,y\n", []string{`2 !text-after-quote`, `3 "c@d|2|y"`}},
		{"a quote to the end of the file", heading + "a@b,1,\"x\n", []string{`2 !quote-to-end`}},
		{"a quote that runs on", heading + "a@b,1,\"x\ny\"z\nc@d,2,y\n", []string{`2 !quote-runs-on`, `3~ "y\"z" ?`, `4 "c@d|2|y"`}},
		{"rows within a cell, as many cells as the heading", heading + "a@b,1,\"12\nc@d,2,27\"\n", []string{`2 !holds-rows`, `3 "c@d|2|27\"" ?`}},
		{"addresses within a cell", heading + "a@b,1,\"12\nc@d\n27\"\n", []string{`2 "a@b|1|12\nc@d\n27"`}},
		{"semicolons below commas", heading + "a@b;1;x\n", []string{`2 !other-delimiter`}},
		{"too few of them", heading + "a@b;x\n", []string{`2 "a@b;x"`}},
		{"behind a value another delimiter is text", heading + "a@b,1;2;3\n", []string{`2 "a@b|1;2;3"`}},

		{"the file breaks off within a value", heading + "a@b,1,x\nc@d,2", []string{`2 "a@b|1|x"`, `3 !breaks-off`}},
		{"the file breaks off within a key", heading + "a@b,1,x\nc@", []string{`2 "a@b|1|x"`, `3 !breaks-off`}},
		{"the last line is no key", heading + "a@b,1,x\nend", []string{`2 "a@b|1|x"`, `3 "end"`}},
		{"all lines are short", heading + "a@b,1\nc@d,2", []string{`2 "a@b|1"`, `3 "c@d|2"`}},

		{"copies hold their line", "user,mobile,copied_line,copied_why\na@b,1,7,x\nc@d,2,,\n", []string{`2 "a@b|1|7|x"`, `3 "c@d|2||"`}},
		{"a cell too many moves it", "user,mobile,copied_line,copied_why\na@b,1,2,7\n", []string{`2 "a@b|1|2|7"`}},
		{"to where another text stands", "user,mobile,copied_line,copied_why\na@b,1,x,7\n", []string{`2 !moved`}},
		{"copies do not break off", "user,mobile,copied_line,copied_why\na@b,1,7,x\nc@d,2", []string{`2 "a@b|1|7|x"`, `3 "c@d|2"`}},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			in, got := readText(t, test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("records of %q (-want +got):\n%s", test.text, diff)
			}
			if want := lineEnds([]byte(test.text)); in.Counts.Lines != want && in.Counts.Lines != want+1 {
				t.Errorf("%d lines, want those of %d line ends", in.Counts.Lines, want)
			}
			samePieceByPiece(t, test.text)
		})
	}
}

// A fault has all that a message needs.
func TestFaults(t *testing.T) {
	tests := []struct {
		why, text string
		want      Fault
	}{
		{"the cell is named by those before it", "user,mobile\n\"a@b\",\"1\n", Fault{Kind: QuoteToEnd, Quote: '"', Cells: 1, Width: 2, Lines: 1, Column: 2}},
		{"there is no heading above it", "user,mobile\na@b,1,\"2\n", Fault{Kind: QuoteToEnd, Quote: '"', Cells: 2, Width: 2, Lines: 1}},
		{"the quote is the file's", "'user','mobile'\n'a@b','1'x\n", Fault{Kind: TextAfterQuote, Quote: '\'', Cells: 1, Width: 2, Lines: 1, Column: 2}},
		{"the delimiter is the line's", "user,mobile\na@b|1\n", Fault{Kind: OtherDelimiter, Quote: '"', Delimiter: '|', Cells: 1, Width: 2, Lines: 1}},
		{"a quote takes in lines", "user,mobile\n\"a@b\nx\ny\"\n", Fault{Kind: Ragged, Quote: '"', Cells: 1, Width: 2, Lines: 3}},
	}
	for _, test := range tests {
		in := mustOpen(t, strings.NewReader(test.text), testOptions())
		for r, err := range in.Records(shapeOf(in)) {
			if err != nil || r.Fault == nil || *r.Fault != test.want {
				t.Errorf("%s: fault %+v, %v, want %+v", test.why, r.Fault, err, test.want)
			}
			break
		}
	}
}

// A caller that knows nothing reads any table.
func TestRecordsWithoutMeaning(t *testing.T) {
	opts := Options{
		Names: func([]string) (bool, int) { return false, 0 },
		Holds: func([]byte) (key, value bool) { return false, false },
	}
	in := mustOpen(t, strings.NewReader("a;b;c\n1;2;3\n\"4\n5\";6;7\n8;9\n"), opts)
	var got []string
	for r, err := range in.Records(Shape{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, show(r))
	}
	if want := []string{`2 "1|2|3"`, `3 "4\n5|6|7"`, `5 "8|9"`}; !slices.Equal(got, want) {
		t.Errorf("records = %q, want %q", got, want)
	}
}

func TestRecordHasItsBytes(t *testing.T) {
	const text = "user,mobile,note\r\na@b,\"1\"\"2\" ,x\r\nc@d\r\n"
	in := mustOpen(t, strings.NewReader(text), testOptions())
	for r, err := range in.Records(shapeOf(in)) {
		if err != nil {
			t.Fatal(err)
		}
		below, all := r.Below()
		switch r.Line {
		case 2:
			if string(r.Raw) != "a@b,\"1\"\"2\" ,x\r\n" || string(r.Bytes(1)) != `1""2` || r.Short() || string(below) != "c@d\r\n" || !all {
				t.Errorf("raw %q, bytes %q, short %t, below %q, %t", r.Raw, r.Bytes(1), r.Short(), below, all)
			}
		case 3:
			missing, _ := r.Text(2)
			if r.Bytes(2) != nil || missing != "" || !r.Short() || len(below) > 0 {
				t.Errorf("a missing cell = %q, %q; short %t, below %q", r.Bytes(2), missing, r.Short(), below)
			}
		}
	}
}

func TestCut(t *testing.T) {
	const heading, bo = "user,mobile,note\n", "bo@example.com,2,\n"
	tests := []struct {
		why, text string
		want      []bool // of each record
	}{
		{"a last line with an end", heading + bo + "a@b,1,x\n", []bool{false, false}},
		{"a last line without one", heading + bo + "a@b,1,x", []bool{false, true}},
		{"CR is an end", "user,mobile,note\ra@b,1,x\r", []bool{false}},
		{"a blank line below is an end", heading + "a@b,1,x\n ", []bool{false}},
		{"a closing quote ends the cell and not the line", heading + `a@b,1,"x"`, []bool{true}},
		{"a line that could not be split is faulty anyway", heading + `a@b,1,"x`, []bool{false}},
		{"a line by itself below a quote", heading + "a@b,1,\"x\n" + bo + "c@d,2", []bool{false, false, true}},
	}
	for _, test := range tests {
		for _, src := range []io.Reader{strings.NewReader(test.text), oneByte{strings.NewReader(test.text)}} {
			var got []bool
			in := mustOpen(t, src, testOptions())
			for r, err := range in.Records(shapeOf(in)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r.Cut())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: Cut of the records of %q = %t, want %t", test.why, test.text, got, test.want)
			}
		}
	}
}

func TestSourceErrors(t *testing.T) {
	broken := errors.New("the disk is on fire")
	in := mustOpen(t, io.MultiReader(strings.NewReader("user,mobile\n"+strings.Repeat("a@b,1\n", windowSize)), failing{broken}), testOptions())
	var last error
	for _, err := range in.Records(shapeOf(in)) {
		last = err
	}
	if last != broken {
		t.Errorf("the last error = %v, want %v", last, broken)
	}
	if _, err := Open(silent{}, testOptions()); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Open of a silent source = %v, want %v", err, io.ErrNoProgress)
	}
	if _, err := Open(failing{broken}, testOptions()); err != broken {
		t.Errorf("Open of a broken source = %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// Texts that repeat share their memory.
func TestMemory(t *testing.T) {
	var m memory
	long := []string{strings.Repeat("GB", pieceBytes), strings.Repeat("DE", pieceBytes)} // too long for a piece
	for i := range 3 * len(m.lately) {
		different := strings.Repeat("x", i%500) + string(rune('a'+i%26)) + string(rune('0'+i/500))
		for _, text := range append(long, different) {
			if got := m.keep([]byte(text)); got != text {
				t.Fatalf("keep(%q) = %q", text, got)
			}
		}
	}
	repeat := [][]byte{[]byte(long[0]), []byte(long[1])}
	if allocs := testing.AllocsPerRun(100, func() { m.keep(repeat[0]); m.keep(repeat[1]) }); allocs > 0 {
		t.Errorf("texts that repeat cost %v allocations", allocs)
	}
}

// What a quoted cell holds is a row only where the shape says so.
func TestHoldsRows(t *testing.T) {
	tests := []struct {
		why, record string
		want        bool
	}{
		{"a key and a value on a line of the cell", "a@b,1,\"x\nc@d,2\ny\"\n", true},
		{"a key without a value", "a@b,1,\"x\nc@d,\ny\"\n", false},
		{"a value without a key", "a@b,1,\"x\nc,2\ny\"\n", false},
		{"the row of the record itself", "a@b,1,\"x\"\n", false},
		{"the record's own key in quotes", "\"a@b\",\"1\",x\n", false},
		{"a whole row in one cell", "\"a@b,1,x\"\n", true},
		{"a key behind a quote", "a@b,1,\"\"\"c@d\",2\n", false},
		{"no quotes, no cell of several", "a@b,1,x\n", false},
	}
	for _, test := range tests {
		s := newScanner(',', '"')
		c := checker{scanner: &s, width: 3, lineCell: -1, Shape: Shape{Values: []int{1}, IsKey: isAddress}}
		if _, kind := s.scan([]byte(test.record), true); kind != sound {
			t.Fatalf("%s: scan(%q) finds %s", test.why, test.record, kindNames[kind])
		}
		if got := c.holdsRows([]byte(test.record)); got != test.want {
			t.Errorf("%s: holdsRows(%q) = %t, want %t", test.why, test.record, got, test.want)
		}
	}
}
