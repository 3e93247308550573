package table

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// copyOf copies the records for which pick holds, with their line and a reason.
// One with a fault comes back in its first cell.
func copyOf(t testing.TB, text string, opts Options, pick func(*Record) bool) string {
	t.Helper()
	whole, _ := readAll(t, strings.NewReader(text), opts)
	found, _ := whole.Encoding()
	in := mustOpen(t, strings.NewReader(text), opts)
	var out bytes.Buffer
	w := NewWriter(in, &out, found, copiedColumns)
	for r, err := range in.Records(shapeOf(in)) {
		switch {
		case err != nil:
			t.Fatal(err)
		case !pick(r):
		case r.Fault != nil:
			w.InOneCell(0, bytes.TrimSpace(r.Raw), []string{fmt.Sprint(r.Line), "a \"reason\""})
		default:
			w.Record(r, nil, []string{fmt.Sprint(r.Line), "a \"reason\""})
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func all(*Record) bool { return true }

func TestWriter(t *testing.T) {
	const bare, why = ",copied_line,copied_why", `,"a ""reason"""`
	tests := []struct {
		why, text string
		pick      func(*Record) bool
		want      string
	}{
		{"cells keep their quotes and blanks", "user,\"mobile\" ,x\na@b, 1,\"y,z\"\nc@d,\"2\"\"3\" ,\n", all,
			"user,\"mobile\" ,x" + bare + "\na@b, 1,\"y,z\",2" + why + "\nc@d,\"2\"\"3\" ,,3" + why + "\n"},
		{"a title may hold anything", "\ufeffthe password is x\r\n#TYPE User\r\nuser;mobile\r\na@b;1\r\n", all, "\ufeff\r\n#TYPE User\r\nuser;mobile;copied_line;copied_why\r\na@b;1;4;\"a \"\"reason\"\"\"\r\n"},
		{"what stands above comes along", "sep=;\r\n\r\nuser;mobile\r\na@b;1\r\n", all, "sep=;\r\n\r\nuser;mobile;copied_line;copied_why\r\na@b;1;4;\"a \"\"reason\"\"\"\r\n"},
		{"only some", "user,mobile\na@b,1\nc@d,2\n", func(r *Record) bool { return r.Line == 3 }, "user,mobile" + bare + "\nc@d,2,3" + why + "\n"},
		{"missing cells are filled up", "user,mobile,x\na@b\n", all, "user,mobile,x" + bare + "\na@b,,,2" + why + "\n"},
		{"blank cells too many are left out", "user,mobile\na@b,1,,\n", all, "user,mobile" + bare + "\na@b,1,2" + why + "\n"},
		{"the line ends are the heading's", "user,mobile\r\na@b,1\nc@d,2", all, "user,mobile" + bare + "\r\na@b,1,2" + why + "\r\nc@d,2,3" + why + "\r\n"},
		{"a heading by itself ends with LF", "user,mobile", all, "user,mobile" + bare + "\n"},
		{"a cell of several lines", "user,mobile\na@b,\"1\n2\"\n", all, "user,mobile" + bare + "\na@b,\"1\n2\",2" + why + "\n"},
		{"a faulty line in one cell", "user,mobile\na@b,\"1\nc@d,2\n", all, "user,mobile" + bare + "\n\"a@b,\"\"1\",,2" + why + "\nc@d,2,3" + why + "\n"},
		{"all in quotes", "\"user\",\"mobile\"\na@b,1\n", all, "\"user\",\"mobile\",\"copied_line\",\"copied_why\"\na@b,1,\"2\"" + why + "\n"},
		{"single quotes are told by the heading", "'user','mobile'\n'a@b','1'\n", all, "'user','mobile','copied_line','copied_why'\n'a@b','1','2','a \"reason\"'\n"},
		{"a mark", "\ufeffuser,mobile\na@b,1\n", all, "\ufeffuser,mobile" + bare + "\na@b,1,2" + why + "\n"},
		{"a copy of a copy", "copied_line,user,mobile,copied_why\n7,a@b,1,x\n", all, "copied_line,user,mobile,copied_why\n2,a@b,1" + why + "\n"},
		{"damaged letters of UTF-8", "user,mobile\nü@b,ü\na@b,\xdc\n", all, "user,mobile" + bare + "\nü@b,ü,2" + why + "\na@b,\ufffd,3" + why + "\n"},
		{"Windows-1252 passes", "user,mobile,Gr\xf6\xdfe\na@b,1,\xdc\n", all, "user,mobile,Gr\xf6\xdfe" + bare + "\na@b,1,\xdc,2" + why + "\n"},
		{"UTF-16", "\xff\xfe" + utf16LE("user,mobile\nü@b,1\n"), all, "\xff\xfe" + utf16LE("user,mobile"+bare+"\nü@b,1,2"+why+"\n")},
	}
	for _, test := range tests {
		if got := copyOf(t, test.text, testOptions(), test.pick); got != test.want {
			t.Errorf("%s: copy of %q:\n%q, want\n%q", test.why, test.text, got, test.want)
		}
	}
}

func TestWriterInNamedEncodings(t *testing.T) {
	for name, letter := range map[string]string{"cp850": "\x81", "shift_jis": "\x97\xe9", "Windows-1252": "\xfc"} {
		opts := testOptions()
		opts.Encoding = name
		text := "user,mobile,x\na@b,1," + letter + "\n"
		if got, want := copyOf(t, text, opts, all), strings.NewReplacer("x\n", "x,copied_line,copied_why\n", letter+"\n", letter+",2,\"a \"\"reason\"\"\"\n").Replace(text); got != want {
			t.Errorf("in %s: %q, want %q", name, got, want)
		}
	}
}

// What is put beside the cells comes in the encoding of the file, and what that
// does not have is replaced.
func TestFurtherCellsAreEncoded(t *testing.T) {
	const text = "user,mobile,x\na@b,1,\xfc\n"
	in := mustOpen(t, strings.NewReader(text), testOptions())
	var out bytes.Buffer
	w := NewWriter(in, &out, Windows1252, []string{"größe"})
	for r := range in.Records(shapeOf(in)) {
		w.Record(r, []bool{true, false, true}, []string{"é鈴"})
	}
	if err := w.Close(); err != nil || out.String() != "user,mobile,x,gr\xf6\xdfe\na@b,,\xfc,\xe9\x1a\n" {
		t.Errorf("copy = %q, %v", out.String(), err)
	}
}

func TestWriterErrors(t *testing.T) {
	for _, found := range []string{utf8Name, Windows1252} {
		in := mustOpen(t, strings.NewReader("user,mobile\n"+strings.Repeat("x", 5000)+",1\n"), testOptions())
		w := NewWriter(in, fullDisk{}, found, nil)
		for r := range in.Records(shapeOf(in)) {
			w.Record(r, nil, nil)
		}
		if err := w.Close(); err == nil || w.Err() == nil {
			t.Errorf("in %s: Close on a full disk = nil", found)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space") }

// However a table is written, reading back its copy gives the same records.
func TestReadsBackWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
		lineEnd := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
		quote := rapid.SampledFrom([]string{`"`, `'`}).Draw(t, "quote")
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("01 +(),;|\t\"'xé\r\n")), 0, 8, -1)
		quoted := func(text string) string { return quote + strings.ReplaceAll(text, quote, quote+quote) + quote }
		write := func(cells ...string) string {
			for i, text := range cells {
				if quote == "'" || strings.ContainsAny(text, "\"\r\n"+delimiter) || rapid.Bool().Draw(t, "in quotes") {
					cells[i] = quoted(text)
				}
			}
			return strings.Join(cells, delimiter) + lineEnd
		}
		text := rapid.SampledFrom([]string{"", "sep=" + delimiter + lineEnd, "Staff" + lineEnd + lineEnd}).Draw(t, "above") + write("note", "user", "mobile")
		var want []string
		for range rapid.IntRange(1, 8).Draw(t, "records") {
			cells := []string{cell.Draw(t, "note"), rapid.SampledFrom([]string{"a@b", "bare"}).Draw(t, "user"), "1" + cell.Draw(t, "number")}
			want = append(want, strings.Join(cells, "|"))
			text += write(cells...)
		}
		if rapid.Bool().Draw(t, "UTF-16") {
			text = "\xff\xfe" + utf16LE(text)
		}
		opts := testOptions()
		out := text
		for range 2 { // a copy of a copy has the same columns
			in := mustOpenDrawn(t, out, opts)
			if got := recordsOf(t, in); !slices.Equal(got, want) {
				t.Fatalf("records of %q = %q, want %q", out, got, want)
			}
			var b bytes.Buffer
			in = mustOpenDrawn(t, out, opts)
			w := NewWriter(in, &b, utf8Name, copiedColumns)
			for r := range in.Records(shapeOf(in)) {
				w.Record(r, nil, []string{fmt.Sprint(r.Line), "why, it's \"so\""})
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			out = b.String()
		}
		in := mustOpenDrawn(t, out, opts)
		if before := mustOpenDrawn(t, text, opts); in.Dialect != before.Dialect || in.HeadingLine != before.HeadingLine || len(in.Headings) != 5 || !in.IsCopy() {
			t.Fatalf("%q is read as %+v with %q, want %+v", out, in.Dialect, in.Headings, before.Dialect)
		}
		if got := recordsOf(t, in); !slices.Equal(got, want) {
			t.Fatalf("records of the copy %q = %q, want %q", out, got, want)
		}
	})
}

func mustOpenDrawn(t *rapid.T, text string, opts Options) *Table {
	in, err := Open(strings.NewReader(text), opts)
	if err != nil {
		t.Fatalf("Open(%q) = %v", text, err)
	}
	return in
}

// recordsOf are the first three cells of all records.
func recordsOf(t *rapid.T, in *Table) (records []string) {
	for r, err := range in.Records(shapeOf(in)) {
		if err != nil || r.Fault != nil {
			t.Fatalf("record %s, %v", show(r), err)
		}
		var cells []string
		for i := range 3 {
			text, _ := r.Text(i)
			cells = append(cells, text)
		}
		records = append(records, strings.Join(cells, "|"))
	}
	return records
}
