package table

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The same file reads alike in every encoding, without being told.
func TestEncodingsWithoutBeingTold(t *testing.T) {
	const text = "name,user,mobile\r\nJürgen,j@example.com,1\r\n"
	const german = "name,user,mobile\r\nJ\xfcrgen,j@example.com,1\r\n"
	tests := []struct{ why, file, encoding, name string }{
		{"UTF-8", text, "UTF-8", "Jürgen"},
		{"UTF-8 with a mark", "\ufeff" + text, "UTF-8", "Jürgen"},
		{"UTF-16 LE with a mark", "\xff\xfe" + utf16LE(text), "UTF-16 LE", "Jürgen"},
		{"UTF-16 BE with a mark", "\xfe\xff" + utf16BE(text), "UTF-16 BE", "Jürgen"},
		{"UTF-16 LE by its zeros", utf16LE(text), "UTF-16 LE", "Jürgen"},
		{"UTF-16 BE by its zeros", utf16BE(text), "UTF-16 BE", "Jürgen"},
		{"names without zeros", utf16LE(strings.ReplaceAll(text, "Jürgen", "鈴木一郎")), "UTF-16 LE", "鈴木一郎"},
		{"letters beyond the first plane", utf16BE(strings.ReplaceAll(text, "Jürgen", "😀")), "UTF-16 BE", "😀"},
		{"neither", german, "Windows-1252", "Jürgen"},
		{"letters damaged before, in a minority", german + "x\xe4,,\r\nM\xc3\xbcller,,\r\n", "Windows-1252", "Jürgen"},
		{"one zero makes no UTF-16", text + strings.Repeat("x,,\r\n", headBytes) + "\x00,,\r\n", "UTF-8", "Jürgen"},
	}
	for _, test := range tests {
		in, got := readAll(t, strings.NewReader(test.file), testOptions())
		name, damaged := in.Encoding()
		if want := `2 "` + test.name + `|j@example.com|1"`; got[0] != want || name != test.encoding || damaged {
			t.Errorf("%s: %s in %s, damaged %t, want %s in %s", test.why, got[0], name, damaged, want, test.encoding)
		}
	}
}

// Whatever people call an encoding, it is read, and named as they write it.
func TestEncodingNames(t *testing.T) {
	for want, several := range map[string]string{
		"UTF-8":          "utf-8 UTF8 utf_8",
		"UTF-16 LE":      "utf-16le UTF16LE unicode utf16 UTF-16 UTF-16-LE",
		"UTF-16 BE":      "UTF-16BE utf16be",
		"IBM850":         "cp850 CP850 IBM850 ibm-850 850 csPC850Multilingual IBMCodePage850",
		"IBM858":         "cp858 IBM858 IBM00858 WindowsCodePage858 cp00858",
		"IBM437":         "IBM437 cp437 437",
		"IBM852":         "cp852 ibm852",
		"IBM866":         "cp866 IBM866 866",
		"IBM037":         "IBM037 cp037",
		"IBM1140":        "cp1140 IBM01140",
		"ISO-8859-1":     "latin1 Latin-1 iso-8859-1 ISO8859-1 ISO_8859-1 l1",
		"ISO-8859-2":     "iso-8859-2 iso88592 latin2 8859-2",
		"ISO-8859-15":    "iso-8859-15 latin-9 ISO885915",
		"Windows-1250":   "Windows-1250 windows1250 cp1250 win1250 WINDOWS-1250",
		"Windows-1252":   "ANSI windows1252 cp1252 Windows-1252",
		"Windows-874":    "cp874 windows-874",
		"KOI8-R":         "koi8-r KOI8R",
		"macintosh":      "macintosh Macintosh mac macroman",
		"x-mac-cyrillic": "MacintoshCyrillic x-mac-cyrillic",
		"Shift_JIS":      "Shift_JIS sjis shift-jis cp932 windows-31j Windows31J",
		"EUC-JP":         "euc-jp eucjp",
		"GBK":            "GB2312 gbk cp936",
		"GB18030":        "gb18030 cp54936",
		"Big5":           "big5 Big5 cp950",
		"EUC-KR":         "EUC-KR euckr cp949 ks_c_5601-1987",
	} {
		for name := range strings.FieldsSeq(several) {
			got, err := namedEncoding(name)
			if err != nil || got.name != want {
				t.Errorf("--encoding %s is %q, %v, want %s", name, got.name, err, want)
			}
		}
	}
	for _, name := range []string{"rot13", " ", "8859", "utf-7", "x-user-defined", "replacement", "cp1", "-"} {
		if got, err := namedEncoding(name); !errors.Is(err, ErrEncoding) {
			t.Errorf("--encoding %q is %q, %v, want that it is not known", name, got.name, err)
		}
	}
}

// All names that are offered can be used, with blanks and without punctuation.
func TestOfferedEncodings(t *testing.T) {
	names := EncodingNames()
	for _, name := range names {
		for _, spelling := range []string{name, strings.ToLower(name), strings.ReplaceAll(name, "-", " ")} {
			if got, err := namedEncoding(spelling); err != nil || got.name != name {
				t.Errorf("--encoding %q is %q, %v, want %q", spelling, got.name, err, name)
			}
		}
	}
	if len(names) < 40 {
		t.Errorf("%d encodings, want 40 or more", len(names))
	}
}

func TestEncodingAsTold(t *testing.T) {
	tests := []struct {
		encoding, name, want string
		validity             Validity
	}{
		{"UTF-8", "\xe9", "\ufffd", Damaged},
		{"Windows-1250", "\xe8", "č", Valid},
		{"shift-jis", "\x97\xe9\x96\xd8", "鈴木", Valid},
		{"cp850", "\x82", "é", Valid},
		{"latin1", "\xe9", "é", Valid},
		{"", "é", "é", Valid},
		{"", "\xe9", "é", Assumed},
	}
	for _, test := range tests {
		opts := testOptions()
		opts.Encoding = test.encoding
		in := mustOpen(t, strings.NewReader("name,user,mobile\n"+test.name+",a@b,1\n"), opts)
		for r, err := range in.Records(shapeOf(in)) {
			got, validity := r.Text(0)
			if err != nil || got != test.want || validity != test.validity {
				t.Errorf("%q in %q = %q, %d, %v, want %q, %d", test.name, test.encoding, got, validity, err, test.want, test.validity)
			}
		}
	}
	opts := testOptions()
	opts.Encoding = "UTF-16" // its mark tells which
	in, got := readAll(t, strings.NewReader("\xfe\xff"+utf16BE("user,mobile\né@b,1\n")), opts)
	if name, _ := in.Encoding(); name != "UTF-16 BE" || got[0] != `2 "é@b|1"` {
		t.Errorf("UTF-16 with a mark is %s, records %q", name, got)
	}
}

// Bytes that are not UTF-8 are damage where other letters are good.
func TestDamagedUTF8(t *testing.T) {
	for _, file := range []string{
		"user,mobile,name\na@b,1,Jürgen\n\xe9@b,2,\n",
		"\ufeffuser,mobile\na@b,1\n\xe9@b,2\n",
	} {
		in, got := readText(t, file)
		if name, damaged := in.Encoding(); name != "UTF-8" || !damaged {
			t.Errorf("%q is read as %s, damaged %t: %q", file, name, damaged, got)
		}
	}
	in := mustOpen(t, strings.NewReader("Größe,user,mobile\nx\xe9,a@b,1\n"), testOptions())
	for r := range in.Records(shapeOf(in)) {
		if got := r.Texts()[0]; got != "x\ufffd" {
			t.Errorf("a damaged heading = %q, want its letter lost", got)
		}
	}
}

func TestEncoder(t *testing.T) {
	for name, want := range map[string]string{
		"": "ü", "UTF-8": "ü", "utf16": "\xff\xfe\xfc\x00", "UTF-16BE": "\xfe\xff\x00\xfc", "cp850": "\x81", "ANSI": "\xfc",
	} {
		encoder, err := Encoder(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := encoder.String("ü"); err != nil || got != want {
			t.Errorf("ü in %q = %q, %v, want %q", name, got, err, want)
		}
	}
	if _, err := Encoder("rot13"); !errors.Is(err, ErrEncoding) {
		t.Errorf("Encoder of rot13 = %v, want that it is not known", err)
	}
}

// However the bytes arrive, the watch comes to the same result.
func TestWatchDoesNotDependOnPieces(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "ä", "€", "😀", "\xe4", "\xe2\x82", "\xf0\x9f", "plain text of more than eight bytes", "\x80"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(pieces).Draw(t, "text"), "")
		var whole, parts watch
		whole.Write([]byte(text))
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "bytes")
			parts.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		if whole.valid != parts.valid || whole.invalid != parts.invalid || len(whole.rest) != len(parts.rest) {
			t.Fatalf("%q: %d valid, %d invalid, %d held in pieces, want %d, %d, %d", text, parts.valid, parts.invalid, len(parts.rest), whole.valid, whole.invalid, len(whole.rest))
		}
		valid := 0
		for _, char := range text {
			if char > 127 && char != '\ufffd' {
				valid++
			}
		}
		if whole.valid != valid {
			t.Fatalf("%q: %d characters of several bytes, want %d", text, whole.valid, valid)
		}
	})
}
