package importfile

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

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

// The same file reads alike in every encoding, without being told.
func TestEncodingsWithoutBeingTold(t *testing.T) {
	const text = "Vorname,UPN,Mobile,Country\r\nJürgen,j@example.com,0664 1234567,Österreich\r\n"
	const german = "Vorname,UPN,Mobile,Country\r\nJ\xfcrgen,j@example.com,0664 1234567,\xd6sterreich\r\n"
	tests := []struct{ name, file, encoding string }{
		{"UTF-8", text, "UTF-8"},
		{"UTF-8 with a mark", "\ufeff" + text, "UTF-8"},
		{"UTF-16 LE with a mark", "\xff\xfe" + utf16LE(text), "UTF-16 LE"},
		{"UTF-16 BE with a mark", "\xfe\xff" + utf16BE(text), "UTF-16 BE"},
		{"UTF-16 LE", utf16LE(text), "UTF-16 LE"},
		{"UTF-16 BE", utf16BE(text), "UTF-16 BE"},
		{"Windows-1252", german, "Windows-1252"},
		{"UTF-16 LE of names in Japanese", utf16LE(strings.ReplaceAll(text, "Jürgen", "鈴木　一郎")), "UTF-16 LE"},
		{"UTF-16 BE of names in Korean", utf16BE(strings.ReplaceAll(text, "Jürgen", "김대중")), "UTF-16 BE"},
		{"UTF-16 LE of names in Russian", utf16LE(strings.ReplaceAll(text, "Jürgen", strings.Repeat("Иван Петрович ", 9))), "UTF-16 LE"},
		{"Windows-1252 with letters that were damaged before", german + strings.Repeat("x\xe4,,,\r\n", 2) + "M\xc3\xbcller,,,\r\n", "Windows-1252"},
	}
	for _, test := range tests {
		f := mustRead(t, test.file, Options{Name: "a.csv"})
		want := `2:3 j@example.com mobile "0664 1234567"`
		if got := show(f.Rows.At(0)); f.Rows.Len() != 1 || !strings.HasPrefix(got, want) || f.Reading.Encoding != test.encoding {
			t.Errorf("%s: %d rows, the first %s, read as %s, want %s as %s", test.name, f.Rows.Len(), got, f.Reading.Encoding, want, test.encoding)
		}
	}
	if got := mustRead(t, german, Options{}).Reading.String(); !strings.Contains(got, "not UTF-8, and so taken for Windows-1252 (--encoding says otherwise)") {
		t.Errorf("the reading of Windows-1252 = %s, want it to say so", got)
	}
}

func TestEncodingAsTold(t *testing.T) {
	tests := []struct{ encoding, file, want string }{
		{"utf-8", "user,mobile\n\xe9@example.com,+1 2065550101\n", "\ufffd@example.com UTF-8 rejected"},
		{"Windows-1250", "user,mobile\n\xe8@example.com,+1 2065550101\n", "č@example.com Windows-1250"},
		{"shift-jis", "user,mobile,name\na@example.com,+1 2065550101,\x97\xe9\x96\xd8\n", "a@example.com Shift_JIS"},
		{"Big5", "user,mobile\na@example.com,+1 2065550101\n", "a@example.com Big5"},
		{"utf-16", "\xfe\xff" + utf16BE("user,mobile\né@example.com,+1 2065550101\n"), "é@example.com UTF-16 BE"},
		{"UTF-16", utf16LE("user,mobile\né@example.com,+1 2065550101\n"), "é@example.com UTF-16 LE"},
		{"cp850", "user,mobile\n\x82@example.com,+1 2065550101\n", "é@example.com IBM850"},
		{"iso-8859-2", "user,mobile\n\xe8@example.com,+1 2065550101\n", "č@example.com ISO-8859-2"},
		{"latin1", "user,mobile\n\xe9@example.com,+1 2065550101\n", "é@example.com ISO-8859-1"},
		{"UTF-16LE", utf16LE("user,mobile\né@example.com,+1 2065550101\n"), "é@example.com UTF-16 LE"},
		{"utf16be", utf16BE("\ufeffuser,mobile\né@example.com,+1 2065550101\n"), "é@example.com UTF-16 BE"},
	}
	for _, test := range tests {
		f := mustRead(t, test.file, Options{Encoding: test.encoding})
		got := f.Rows.At(0).User + " " + f.Reading.Encoding
		if f.Rows.At(0).Rejected() {
			got += " rejected"
		}
		if got != test.want {
			t.Errorf("--encoding %s: %q, want %q", test.encoding, got, test.want)
		}
	}
	_, err := Read(t.Context(), strings.NewReader("user,mobile\n"), Options{Name: "a.csv", Encoding: "rot13"})
	var unfit *FileError
	if !errors.As(err, &unfit) || !strings.Contains(err.Error(), `a.csv: --encoding "rot13" is not known; give UTF-8, UTF-16 LE, UTF-16 BE,`) {
		t.Errorf("--encoding rot13: %v, want the known ones", err)
	}
}

// Cells with bytes that are no UTF-8 are damaged where other letters are.
func TestDamagedUTF8(t *testing.T) {
	for _, file := range []string{
		"user,mobile,name\na@example.com,+1 2065550101,Jürgen\n\xe9@example.com,+1 2065550102,\n",
		"\ufeffuser,mobile\na@example.com,+1 2065550101\n\xe9@example.com,+1 2065550102\n",
	} {
		f := mustRead(t, file, Options{})
		if f.Rows.At(0).Rejected() || !f.Rows.At(1).Rejected() || f.Rows.At(1).Found().Problems[0].Code.Word() != "not-utf8" {
			t.Errorf("rows of %q: %s, %s, want the second rejected as not-utf8", file, show(f.Rows.At(0)), show(f.Rows.At(1)))
		}
	}
}

func TestDialects(t *testing.T) {
	const ada = `@example.com mobile "+1 2065550101"`
	tests := []struct {
		name, file string
		want       []string // rows
		reading    string   // part of it
	}{
		{"hint for Excel", "sep=;\nUPN;Mobile\na@example.com;+1 2065550101\n", []string{"3:2 a" + ada}, "line 1 (a hint for Excel (sep=))"},
		{"hint behind a mark", "\ufeff\"sep=|\"\r\nUPN|Mobile\r\na@example.com|+1 2065550101\r\n", []string{"3:2 a" + ada}, "pipe between the cells"},
		{"the hint decides", "sep=,\nUPN,Mobile;x\na@example.com,+1 2065550101\n", nil, ""},
		{"PowerShell", "#TYPE System.Object\n\"UPN\",\"mobile\"\n\"a@example.com\",\"+1 2065550101\"\n", []string{"3:2 a" + ada}, "line 1 (a remark of PowerShell (#TYPE))"},
		{"template", "version:v1.0,,,\nUPN,Mobile\nExample: a@contoso.com,\na@example.com,+1 2065550101\n", []string{"4:2 a" + ada},
			"line 1 (the version of a template), line 3 (the example of a template)"},
		{"template in German", "version:v1.0\nUPN,Mobile\nBeispiel: a@contoso.com,Beispiel: 1\na@example.com,+1 2065550101\n", []string{"4:2 a" + ada}, "line 3 (the example"},
		{"title of a report", "Phone list of all staff\nPrinted 2026-11-01, page 1\n\nUPN,Mobile\na@example.com,+1 2065550101\n", []string{"5:2 a" + ada},
			"line 1 (above the heading), line 2 (above the heading)"},
		{"heading in words", "USERID,EMAIL,BIZ_PHONE\nUser ID,Email,Business Phone\n1,a@example.com,+1 2065550101\n", []string{`3:3 a@example.com office "+1 2065550101"`}, "line 2 (the heading in words)"},
		{"files put behind each other", "UPN,Mobile\na@example.com,+1 2065550101\nUPN,Mobile\nb@example.com,+1 2065550101\n", []string{"2:2 a" + ada, "4:2 b" + ada}, "line 3 (the heading once more)"},
		{"single quotes", "'UPN';'Name';'Mobile'\n'a@example.com';'O''Neil; Pat';'+1 2065550101'\n", []string{"2:3 a" + ada}, "single quotes round some"},
		{"some single quotes", "UPN;Name;Mobile\na@example.com;'O''Neil; Pat';+1 2065550101\no'neil@example.com;x;+1 2065550101\n", []string{"2:3 a" + ada, "3:3 o'neil" + ada}, "single quotes"},
		{"apostrophes that protect", "UPN;Mobile\na@example.com;'+1 2065550101\n", []string{`2:2 a@example.com mobile "'+1 2065550101"`}, "semicolon between the cells, one"},
		{"a mark in the wrong encoding", "ï»¿UPN,Mobile\na@example.com,+1 2065550101\n", []string{"2:2 a" + ada}, "saved in the wrong encoding before"},
		{"no line ends but CR", "UPN,Mobile\ra@example.com,+1 2065550101\r", []string{"2:2 a" + ada}, ""},
		{"trailing delimiters", "UPN;Mobile;;\na@example.com;+1 2065550101;;\n;;;\n;;\n", []string{"2:2 a" + ada}, "2 blank"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Read(t.Context(), strings.NewReader(test.file), Options{Name: "a.csv"})
			if test.want == nil {
				if err == nil {
					t.Fatalf("rows = %v, want an error", showAll(f))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := showAll(f); !slices.Equal(got, test.want) {
				t.Errorf("rows = %q, want %q", got, test.want)
			}
			if got := f.Reading.String(); !strings.Contains(got, test.reading) {
				t.Errorf("reading = %s, want %q in it", got, test.reading)
			}
		})
	}
}

// What could be a row is never skipped as something above the heading.
func TestRowsAboveTheHeadingAreNotSkipped(t *testing.T) {
	for _, file := range []string{
		"a@example.com,+1 2065550101\nUPN,Mobile\nb@example.com,+1 2065550102\n",
		"Staff\na@example.com;+1 2065550101\nUPN,Mobile\nb@example.com,+1 2065550102\n",
	} {
		if f, err := Read(t.Context(), strings.NewReader(file), Options{Name: "a.csv"}); err == nil {
			t.Errorf("rows of %q = %v, want an error", file, showAll(f))
		}
	}
}

// The sign for a lost character stands for damage that was done before.
func TestLostCharacters(t *testing.T) {
	f := mustRead(t, "user,mobile,country\na@example.com,+1 2065550101,U\ufffdS\n\ufffd@example.com,+1 2065550101,\nb@example.com,+1 206\ufffd5550101,\n", Options{})
	for i, r := range f.Rows.All() {
		if !r.Rejected() {
			t.Errorf("row %d: %s is fit", i, show(r))
		}
	}
}
