package importfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"entraphone/internal/heading"
)

// excerptOf hands back the lines for which pick holds.
func excerptOf(t testing.TB, text string, opts Options, pick func(line int32) bool) string {
	t.Helper()
	f, err := Read(t.Context(), strings.NewReader(text), opts)
	if err != nil {
		t.Fatalf("Read(%q): %v", text, err)
	}
	remarks := map[int32]Remark{}
	for _, r := range f.Rows.All() {
		if pick(r.Line) {
			remarks[r.Line] = Remark{`the number, "so to say", is wrong`, "correct it; run again"}
		}
	}
	var out bytes.Buffer
	if err := Excerpt(t.Context(), strings.NewReader(text), opts, f, remarks, &out); err != nil {
		t.Fatalf("Excerpt(%q): %v", text, err)
	}
	return out.String()
}

func all(int32) bool { return true }

// shownWithoutLines are the rows apart from where they stand, and from the
// cells that were missing at the end, which an excerpt fills up.
func shownWithoutLines(f *File) []string {
	shown := showAll(f)
	for i := range shown {
		_, shown[i], _ = strings.Cut(strings.TrimSuffix(shown[i], " ~short-row"), ":")
	}
	return shown
}

// Every sample comes back in its own dialect, and reads as it did.
func TestExcerptsOfSamplesReadAlike(t *testing.T) {
	for _, wild := range wildFiles(t) {
		t.Run(wild.File, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", wild.File))
			if err != nil {
				t.Fatal(err)
			}
			opts := wild.options(t)
			first := mustRead(t, string(text), opts)
			once := excerptOf(t, string(text), opts, all)
			again := mustRead(t, once, opts)
			if diff := cmp.Diff(shownWithoutLines(first), shownWithoutLines(again)); diff != "" {
				t.Errorf("rows of %q (-want +got):\n%s", once, diff)
			}
			a, b := first.Reading, again.Reading
			if a.Encoding != b.Encoding || a.ByteOrderMark != b.ByteOrderMark || a.Delimiter != b.Delimiter || a.Quote != b.Quote || a.HeadingLine != b.HeadingLine {
				t.Errorf("read back as\n%v\nwant\n%v", b, a)
			}
			if strings.Contains(once, "Not-A-Secret") {
				t.Errorf("a password in %q", once)
			}
			// The remarks of the second time take the place of the first.
			if twice := excerptOf(t, once, opts, all); len(mustRead(t, twice, opts).Reading.headings) != len(b.headings) {
				t.Errorf("handed back twice: %q, want as many columns", twice)
			}
		})
	}
}

func TestExcerpt(t *testing.T) {
	second := func(line int32) bool { return line > 2 }
	tests := []struct {
		name, text string
		pick       func(int32) bool
		want       string
	}{
		{"what nobody needs", "UPN;TAP;Department;Mobile;Notes\na@example.com;t;IT;1;n\n", all, "UPN;TAP;Department;Mobile;Notes;entraphone_line;entraphone_reason;entraphone_advice\na@example.com;;IT;1;;2REMARKS\n"},
		{"as it stands", "sep=;\r\nUPN;\"Mobile\" ;x\r\n\"a@example.com\";1;\"y;z\"\r\nb@example.com;\"2\"\" \";\r\n", func(line int32) bool { return line == 4 },
			"sep=;\r\nUPN;\"Mobile\" ;x;entraphone_line;entraphone_reason;entraphone_advice\r\nb@example.com;\"2\"\" \";;4REMARKS\r\n"},
		{"missing cells", "UPN;Mobile;x;y\na@example.com;1\n", all, "UPN;Mobile;x;y;entraphone_line;entraphone_reason;entraphone_advice\na@example.com;1;;;2REMARKS\n"},
		{"too many blank cells, no line end", "UPN;Mobile\na@example.com;1;;;", all, "UPN;Mobile;entraphone_line;entraphone_reason;entraphone_advice\na@example.com;1;2REMARKS\n"},
		{"a stray quote", "UPN;Mobile\na@example.com;\"1\nb@example.com;2\n", all,
			"UPN;Mobile;entraphone_line;entraphone_reason;entraphone_advice\n\"a@example.com;\"\"1\";;2REMARKS\nb@example.com;2;3REMARKS\n"},
		{"ragged", "UPN;Mobile\na@example.com;1;2\nb@example.com;2\n", second, "UPN;Mobile;entraphone_line;entraphone_reason;entraphone_advice\nb@example.com;2;3REMARKS\n"},
		{"secrets", "UPN;Initial password;Mobile\na@example.com;\"p;w\";1\n", all, "UPN;Initial password;Mobile;entraphone_line;entraphone_reason;entraphone_advice\na@example.com;;1;2REMARKS\n"},
		{"secrets by a part of the heading", "UPN;Temp PW;Steuer-ID;Mobile\na@example.com;p;12;1\n", all, "UPN;Temp PW;Steuer-ID;Mobile;entraphone_line;entraphone_reason;entraphone_advice\na@example.com;;;1;2REMARKS\n"},
		{"secrets in a line that is none", "UPN;Password;Mobile\na@example.com;pw;1;2\n", all, "UPN;Password;Mobile;entraphone_line;entraphone_reason;entraphone_advice\n\"(see the file: the line cannot be split into cells, and some of its columns are not copied)\";;;2REMARKS\n"},
		{"a line that may stand in a cell", "keep;UPN;Mobile\n\"\nx;c@example.com;1\nd\n\n\";a@example.com;1\n", func(line int32) bool { return line == 2 },
			"keep;UPN;Mobile;entraphone_line;entraphone_reason;entraphone_advice\n;\"\"\"\";;2REMARKS\n" +
				";\"x;c@example.com;1\";;3;the line may be a part of the quoted cell that begins on line 2;put it back into line 2, or leave it out\n" +
				";\"(d)\";;4;the line may be a part of the quoted cell that begins on line 2;put it back into line 2, or leave it out\n" +
				";\"\"\";a@example.com;1\";;6;the line may be a part of the quoted cell that begins on line 2;put it back into line 2, or leave it out\n"},
		{"secrets by their label", "EMAIL;CUSTOM01;CELL\nEmail;Initial Password;Mobile Phone\na@example.com;pw;1\n", all,
			"EMAIL;CUSTOM01;CELL;entraphone_line;entraphone_reason;entraphone_advice\nEmail;Initial Password;Mobile Phone\na@example.com;;1;3REMARKS\n"},
		{"labels", "EMAIL;CELL\nEmail;Mobile Phone\na@example.com;1\n", all, "EMAIL;CELL;entraphone_line;entraphone_reason;entraphone_advice\nEmail;Mobile Phone\na@example.com;1;3REMARKS\n"},
		{"single quotes", "'UPN';'Mobile'\n'a@example.com';'1'\n", all, "'UPN';'Mobile';'entraphone_line';'entraphone_reason';'entraphone_advice'\n'a@example.com';'1';'2';'the number, \"so to say\", is wrong';'correct it; run again'\n"},
		{"a damaged line of UTF-8", "UPN;Name;Mobile\nü@example.com;ü;1\nb@example.com;\xdcber;1\n", second, "UPN;Name;Mobile;entraphone_line;entraphone_reason;entraphone_advice\nb@example.com;\ufffdber;1;3REMARKS\n"},
		{"Windows-1252", "UPN;Gr\xf6\xdfe keep;Mobile\na@example.com;\xdcber;1\n", all, "UPN;Gr\xf6\xdfe keep;Mobile;entraphone_line;entraphone_reason;entraphone_advice\na@example.com;\xdcber;1;2REMARKS\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := strings.ReplaceAll(test.want, "REMARKS", `;"the number, ""so to say"", is wrong";"correct it; run again"`)
			opts := Options{Profile: heading.Profile{KeepColumns: heading.Texts{"keep", "Größe keep"}}}
			if got := excerptOf(t, test.text, opts, test.pick); got != want {
				t.Errorf("excerpt of %q:\n%q, want\n%q", test.text, got, want)
			}
		})
	}
}

// What only --encoding knows comes back in it.
func TestExcerptInNamedEncodings(t *testing.T) {
	for name, text := range map[string]string{
		"cp850":     "UPN,Name,Mobile\na@example.com,M\x81ller,x\n",
		"shift_jis": "UPN,\x8e\x81\x96\xbc,Mobile\na@example.com,\x97\xe9\x96\xd8,x\n",
	} {
		want := strings.NewReplacer("Mobile\n", "Mobile,entraphone_line,entraphone_reason,entraphone_advice\n", "x\n", "x,2,\"the number, \"\"so to say\"\", is wrong\",correct it; run again\n").Replace(text)
		if got := excerptOf(t, text, Options{Encoding: name, Profile: heading.Profile{KeepColumns: heading.Texts{"氏名"}}}, all); got != want {
			t.Errorf("in %s: %q, want %q", name, got, want)
		}
	}
}

func TestExcerptOfAnotherFile(t *testing.T) {
	f := mustRead(t, "UPN,Mobile\na@example.com,1\n", Options{Name: "a.csv"})
	err := Excerpt(t.Context(), strings.NewReader("UPN,Mobile\na@example.com,2\n"), Options{Name: "a.csv"}, f, nil, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "a.csv: the file has changed since it was read") {
		t.Errorf("Excerpt of a file that changed = %v", err)
	}
	if err := Excerpt(t.Context(), strings.NewReader("UPN,Mobile\na@example.com,1\n"), Options{Name: "a.csv"}, f, nil, fullDisk{}); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("Excerpt to a full disk = %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space") }

// Whatever a file is like, the lines that come back are the ones asked for,
// and read as they did.
func TestExcerptReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
		lineEnd := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("01 +(),;|\t\"xé\n=@-'＝")), 0, 8, -1)
		quoted := func(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
		lines := []string{strings.Join([]string{"note", "user", "mobile"}, delimiter)}
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			user := rapid.SampledFrom([]string{"a@example.com", "b@example.com", "bare"}).Draw(t, "user")
			lines = append(lines, strings.Join([]string{quoted(cell.Draw(t, "note")), user, quoted("1" + cell.Draw(t, "number"))}, delimiter))
		}
		text := strings.Join(lines, lineEnd) + lineEnd
		if rapid.Bool().Draw(t, "UTF-16") {
			text = "\xff\xfe" + utf16LE(text)
		}
		f, err := Read(t.Context(), strings.NewReader(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		remarks, want := map[int32]Remark{}, []string(nil)
		for i, r := range f.Rows.All() {
			if rapid.Bool().Draw(t, "wanted") {
				remarks[r.Line] = Remark{"a reason", "an advice"}
			}
			if _, wanted := remarks[r.Line]; wanted {
				want = append(want, shownWithoutLines(f)[i])
			}
		}
		if want == nil {
			return
		}
		var out bytes.Buffer
		if err := Excerpt(t.Context(), strings.NewReader(text), Options{}, f, remarks, &out); err != nil {
			t.Fatal(err)
		}
		again, err := Read(t.Context(), bytes.NewReader(out.Bytes()), Options{})
		if err != nil {
			t.Fatalf("Read(%q): %v", out.String(), err)
		}
		if got := shownWithoutLines(again); !slices.Equal(got, want) {
			t.Fatalf("rows of %q = %q, want %q, as in %q", out.String(), got, want, text)
		}
	})
}

// Whatever was written in whatever quotes: what was refused is refused again as
// long as nobody has corrected it, and is all there.
func TestExcerptGivesNothingNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{
			`"`, `"`, `""`, ",", ",", "\n", "\n", "x", " ", "5", "a@example.com", "b@example.com", "c@example.com",
			"+1 2065550101", "+1 2065550102", "c@example.com,x,+1 2065550103", "\nb@example.com,x,+1 2065550102\n",
		})
		text := []byte("user,note,mobile\n" + strings.Join(rapid.SliceOfN(piece, 1, 40).Draw(t, "pieces"), "") + "\n")
		f, err := Read(t.Context(), bytes.NewReader(text), Options{})
		if err != nil {
			return
		}
		if wrong := wrongInExcerpt(text, Options{}, f); wrong != "" {
			t.Fatalf("%s, as in %q", wrong, text)
		}
	})
}

// What is decided by looking at a whole file is not decided anew by a few lines
// of it.
func TestExcerptIsReadAsItsFileWas(t *testing.T) {
	tests := []struct{ name, text string }{
		{"a column that holds phone types in one line", "UPN,Phone,Team\nowen@example.com,12,Mobile\npriya@example.com,+33 6 39 98 00 12,Sales\n"},
		{"a user who is called as a heading is", "UPN,Mobile\n" + strings.Repeat("owen@example.com,+33 6 39 98 00 12\n", labelRows) + "Login,n/a\n"},
		{"numbers of countries, by a value of another line", "UPN,CountryCode,Mobile\na@example.com,840,206 555 0101\nb@example.com,49,0176 04069012\nc@example.com,36,x\n"},
		{"dialling codes, by a value of another line", "UPN,CountryCode,Mobile\na@example.com,1,206 555 0101\nb@example.com,840,206 555 0102\nc@example.com,36,x\n"},
		{"codes that could be both", "UPN,CountryCode,Mobile\na@example.com,840,206 555 0101\nb@example.com,49,0176 04069012\nc@example.com,1,206 555 0103\n"},
		{"a column of rooms, and one of phones in words", "UPN,Office,Mobile\na@example.com,Berlin,12\nb@example.com,Paris,+33 6 39 98 00 12\n"},
		{"an office phone that is a remark", "UPN,Office,Mobile\na@example.com,call me,+33 6 39 98 00 12\nb@example.com,+33 1 99 00 12 34,\nc@example.com,+33 1 99 00 12 35,\n"},
		{"a type of employees", "UPN,Type,Phone\na@example.com,Contractor,12\nb@example.com,Employee,+33 6 39 98 00 12\n"},
		{"users that are none", "User,Email,Mobile\nOwen Hart,x,+33 6 39 98 00 12\nmia@example.com,y,+33 6 39 98 00 13\nOwen Hart,b@example.com,+33 6 39 98 00 12\n"},
		{"a damaged line", "UPN,Name,Mobile\nmüller@example.com,Müller,+33 6 39 98 00 12\nandr\xe9@example.com,Andr\xe9,+33 6 39 98 00 13\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, test.text, Options{})
			if wrong := wrongInExcerpt([]byte(test.text), Options{}, f); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

// A line that was not corrected well has its cells in other columns.
func TestCellsOfExcerptsStandWhereTheyShould(t *testing.T) {
	const heading = "UPN,Mobile,entraphone_line,entraphone_reason,entraphone_advice\n"
	for text, want := range map[string]string{
		"owen@example.com,+33 6 39 98 00 12,2,reason,advice":                       `2:2 owen@example.com mobile "+33 6 39 98 00 12"`,
		"owen@example.com,+33 6 39 98 00 12,,,":                                    `2:2 owen@example.com mobile "+33 6 39 98 00 12"`,
		"owen@example.com,+33 6 39 98 00 12,+33 1 99 00 12 34,2,reason":            `2:0   "" !ragged-row`,
		"owen@example.com,\"+33 6 39 98 00 12\nx\",+33 1 99 00 12 34,2,reason":     `2:0   "" !ragged-row`,
		"owen@example.com,+33 6 39 98 00 12,2,reason,advice,more than the heading": `2:0   "" !ragged-row`,
	} {
		if got := showAll(mustRead(t, heading+text, Options{}))[0]; got != want {
			t.Errorf("row of %q = %s, want %s", text, got, want)
		}
	}
}

// Columns that nobody needs are copied where somebody says so, or asks for their cells.
func TestKeptColumns(t *testing.T) {
	const text = "UPN,Badge,Shoe size,Hat, big,Mobile\na@example.com,b,s,h,i,1\n"
	for _, test := range []struct {
		opts Options
		want string
	}{
		{Options{}, "a@example.com,,,,,1"},
		{Options{KeepColumns: []string{"badge"}}, "a@example.com,b,,,,1"},
		{Options{KeepColumns: []string{"badge", "Hat"}}, "a@example.com,b,,h,,1"},
		{Options{KeepColumns: []string{"badge,shoe size"}}, "a@example.com,b,s,,,1"},
		{Options{Profile: heading.Profile{KeepColumns: heading.Texts{"Big", "of another file"}}}, "a@example.com,,,,i,1"},
		{Options{Where: []string{"Hat!=x"}}, "a@example.com,,,h,,1"},
		{Options{Profile: heading.Profile{Where: heading.Texts{"Hat=h"}}}, "a@example.com,,,h,,1"},
		{Options{Map: map[string]string{"alternateMobile": "Badge"}}, "a@example.com,b,,,,1"},
	} {
		got := excerptOf(t, text, test.opts, all)
		if line := strings.Split(got, "\n")[1]; !strings.HasPrefix(line, test.want+",2,") {
			t.Errorf("with %+v: %q, want %q", test.opts, line, test.want)
		}
	}
	_, err := Read(t.Context(), strings.NewReader(text), Options{Name: "a.csv", KeepColumns: []string{"Badge,Sho"}})
	if err == nil || !strings.Contains(err.Error(), "--keep-columns Sho") {
		t.Errorf("a column that the file does not have: %v", err)
	}
}

// A spreadsheet that opens an excerpt runs none of its cells, and what protects them is
// not read.
func TestExcerptsRunNothing(t *testing.T) {
	const text = "sep=,\n=cmd|' /C calc'!A0,a title\nUPN,Mobile,Name,=Department\n" +
		"-ada@example.com,+1 206 555 0101,=HYPERLINK(1),@x\n" +
		"bo@example.com,+12065550102,\" =1;=2\",\u00a0=3\n"
	opts := Options{KeepColumns: []string{"=Department"}}
	once := excerptOf(t, text, opts, all)
	want := "sep=,\n\nUPN,Mobile,Name,\"'=Department\",entraphone_line,entraphone_reason,entraphone_advice\n" +
		"\"'-ada@example.com\",\"'+1 206 555 0101\",\"'=HYPERLINK(1)\",\"'@x\",4REMARKS\n" +
		"bo@example.com,\"'+12065550102\",\"' =1;'=2\",\"'\u00a0=3\",5REMARKS\n"
	if want := strings.ReplaceAll(want, "REMARKS", `,"the number, ""so to say"", is wrong",correct it; run again`); once != want {
		t.Errorf("excerpt = %q, want %q", once, want)
	}
	opts.Where = []string{"=Department!=@y", "Name!=HYPERLINK"}
	first, again := mustRead(t, text, opts), mustRead(t, once, opts)
	if diff := cmp.Diff(shownWithoutLines(first), shownWithoutLines(again)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if twice := excerptOf(t, once, opts, all); twice != strings.NewReplacer(",4,", ",4,", ",5,", ",5,").Replace(once) {
		t.Errorf("handed back twice: %q, want %q", twice, once)
	}
	// A file of another program may have the protection, too.
	f := mustRead(t, "UPN,Mobile\n'-ada@example.com,+1 2065550101\n", Options{})
	if r := f.Rows.At(0); r.User != "-ada@example.com" || len(r.Found().Notes) != 1 {
		t.Errorf("user = %s with %v, want it without the apostrophe, and a note", r.User, r.Found().Notes)
	}
}
