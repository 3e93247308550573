package table

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestDelimiter(t *testing.T) {
	tests := []struct{ why, text, want string }{
		{"only one is there", "user,mobile\na@example.com,1", "comma"},
		{"only one is there", "user;mobile\na@example.com;1", "semicolon"},
		{"only one is there", "user\tmobile\na@example.com\t1", "tab"},
		{"only one is there", "user|mobile\na@example.com|1", "pipe"},
		{"it splits two names, the commoner none", "a,b,c,d;user;mobile\n;1", "semicolon"},
		{"it gives more cells", "Mobile;Phone;x,user\n;1", "semicolon"},
		{"the names are in quotes", `"user";"mobile"` + "\n;1", "semicolon"},
		{"the other is in quotes", `"a,b";user;mobile` + "\n;1", "semicolon"},
		{"the commoner splits none", "user,mobile,a;b;c;d\n,1", "comma"},
		{"no name is known, the quotes tell", `"Benutzer","Funk"` + "\n,1", "comma"},
		{"no name is known, the quotes tell", `"Benutzer";"Funk"` + "\n;1", "semicolon"},
		{"no name is known, the quotes tell", "\"Benutzer\"\t\"Funk\"\n\t1", "tab"},
		{"the hint decides between equals", "sep=|\nuser|mobile;x\n", "pipe"},
		{"a hint that is wrong", "sep=,\nuser;mobile\n", "semicolon"},
	}
	for _, test := range tests {
		in := mustOpen(t, strings.NewReader(test.text), testOptions())
		if got := DelimiterName(in.Dialect.Delimiter); got != test.want {
			t.Errorf("%s: the delimiter of %q is %s, want %s", test.why, test.text, got, test.want)
		}
	}
}

func TestHeadingIsFound(t *testing.T) {
	tests := []struct {
		why, text string
		line      int
		headings  string
		above     []Skipped
	}{
		{"the first line", "user,mobile\na@b,1\n", 1, "user|mobile", nil},
		{"blanks round it", " user ,\" mobile \"\na@b,1\n", 1, "user|mobile", nil},
		{"a hint for Excel", "sep=;\nuser;mobile\na@b;1\n", 2, "user|mobile", []Skipped{{1, "a hint for Excel (sep=)"}}},
		{"the type of an object", "#TYPE System.Object\nuser,mobile\n", 2, "user|mobile", []Skipped{{1, "a remark of PowerShell (#TYPE)"}}},
		{"the version of a template", "version:v1.0,,\nuser,mobile\n", 2, "user|mobile", []Skipped{{1, "the version of a template"}}},
		{"a title and a blank line", "Phones of all\n\nuser,mobile\n", 3, "user|mobile", []Skipped{{1, "above the heading"}}},
		{"a line of groups names less", "user,,phone,\nupn,name,office,mobile\n", 2, "upn|name|office|mobile", []Skipped{{1, "above the heading"}}},
		{"a line of groups has empty cells", "user,,mobile\nupn,name,mobile\n", 2, "upn|name|mobile", []Skipped{{1, "above the heading"}}},
		{"the heading once more in words", "USER,MOBILE\nuser,mobile\na@b,12345\n", 1, "USER|MOBILE", nil},
		{"below a row there is none", "a@b,12345\nuser,mobile\n", 1, "a@b|12345", nil},
		{"who made the file", "run by a@b\nuser,mobile\n", 2, "user|mobile", []Skipped{{1, "above the heading"}}},
		{"a heading of two lines", "user,\"mobile\n(work)\",phone\na@b,1,2\n", 1, "user|mobile\n(work)|phone", nil},
		{"nothing is known: the most cells", "Telefone\nName;Nummer\nx;1\n", 2, "Name|Nummer", []Skipped{{1, "above the heading"}}},
	}
	for _, test := range tests {
		in := mustOpen(t, strings.NewReader(test.text), testOptions())
		if got := strings.Join(in.Headings, "|"); got != test.headings || in.HeadingLine != test.line || !slices.Equal(in.Above, test.above) {
			t.Errorf("%s: heading of %q = line %d %q below %v, want line %d %q below %v", test.why, test.text, in.HeadingLine, got, in.Above, test.line, test.headings, test.above)
		}
	}
}

// A line too far down is not looked for.
func TestHeadingIsNearTheTop(t *testing.T) {
	in := mustOpen(t, strings.NewReader("title\n"+strings.Repeat("\n", MaxPreamble)+"user,mobile\n"), testOptions())
	if in.HeadingLine != 1 {
		t.Errorf("the heading is on line %d, want 1", in.HeadingLine)
	}
}

func TestQuote(t *testing.T) {
	tests := []struct {
		why, text string
		want      byte
	}{
		{"none at all", "user;mobile\na@b;1\n", '"'},
		{"the heading is in double ones", "\"user\";mobile\n'a@b';'1'\n", '"'},
		{"the heading is in single ones", "'user';'mobile'\na@b;\"1\"\n", '\''},
		{"cells are in single ones", "user;mobile\n'a@b';'1'\n", '\''},
		{"more in single than in double ones", "user;name;mobile\n'a';'x \"y\"';'1'\n", '\''},
		{"a name begins with one", "user;name;mobile\n'a';'t Hooft;1\n", '"'},
		{"one before a number", "user;mobile\na@b;'1\nc@d;'2\n", '"'},
		{"at one end as often as round", "user;name\na;'b'\nc;'s-Hertogenbosch\n", '"'},
		{"a copy would have them in its heading", "user;mobile;copied_line;copied_why\na@b;'1';'2';'x'\n", '"'},
		{"a copy has them in its heading", "'user';'mobile';'copied_line';'copied_why'\n'a@b';'1';'2';'x'\n", '\''},
	}
	for _, test := range tests {
		in := mustOpen(t, strings.NewReader(test.text), testOptions())
		if in.Dialect.Quote != test.want {
			t.Errorf("%s: the quote of %q is %q, want %q", test.why, test.text, in.Dialect.Quote, test.want)
		}
	}
}

func TestMarks(t *testing.T) {
	for text, want := range map[string]Dialect{
		"user,mobile\n":                       {',', '"', false, false},
		"\ufeffuser;mobile\n":                 {';', '"', true, false},
		"\ufeff\"user\",\"mobile\"":           {',', '"', true, false},
		"ï»¿user,mobile\n":                    {',', '"', false, true},
		"\xff\xfe" + utf16LE("user,mobile\n"): {',', '"', true, false},
	} {
		in := mustOpen(t, strings.NewReader(text), testOptions())
		if in.Dialect != want || in.Headings[0] != "user" {
			t.Errorf("%q: %+v, headings %q, want %+v", text, in.Dialect, in.Headings, want)
		}
	}
}

func TestIsCopy(t *testing.T) {
	for heading, want := range map[string]bool{
		"user,mobile": false, "user,mobile,copied_line": false, "copied_why,user,mobile,copied_line": true,
	} {
		if got := mustOpen(t, strings.NewReader(heading+"\n"), testOptions()).IsCopy(); got != want {
			t.Errorf("IsCopy of %q = %t, want %t", heading, got, want)
		}
	}
}

func TestUnfitHeadings(t *testing.T) {
	tests := []struct {
		text, found string
		kind        Kind
	}{
		{"", "the file is empty", sound},
		{"\ufeff\r\n", "the file is empty", sound},
		{",,\n;;\n", "the file holds no heading", sound},
		{"sep=;\n", "the file holds no heading", sound},
		{"user,\"mobile\na@b,12345\n", "the heading cannot be read", QuoteToEnd},
		{"user" + strings.Repeat(",", MaxCells) + "\n", "the heading cannot be read", TooManyCells},
		{"%PDF-1.7\n", "this is a PDF document, not CSV", sound},
	}
	for _, test := range tests {
		_, err := Open(strings.NewReader(test.text), testOptions())
		var unfit *Unfit
		if !errors.As(err, &unfit) || err.Error() != test.found || (unfit.Fault != nil) != (test.kind != sound) || unfit.Fault != nil && unfit.Fault.Kind != test.kind {
			t.Errorf("Open(%.40q) = %v, %+v, want %q", test.text, err, unfit, test.found)
		}
	}
}

// What stands in the window is seen before it is passed.
func TestAhead(t *testing.T) {
	in := mustOpen(t, strings.NewReader("user,mobile\na@b,\"1\"\"2\"\nc@\xff,3\n\ne@f,\"open\n"), testOptions())
	want := []string{`a@b|1"2`, "|3", ""}
	for range 2 {
		var got []string
		for cells := range in.Ahead() {
			got = append(got, strings.Join(cells, "|"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("ahead are %q, want %q", got, want)
		}
	}
	for r := range in.Records(shapeOf(in)) {
		if r.Line != 2 {
			t.Errorf("the first record is on line %d, want 2", r.Line)
		}
		break
	}
}

func TestPreamble(t *testing.T) {
	tests := []struct {
		why, line, what string
		hint            byte
	}{
		{"a hint", "sep=;", "a hint for Excel (sep=)", ';'},
		{"in any case, in quotes", `"SEP=|"`, "a hint for Excel (sep=)", '|'},
		{"a tab is not a blank at the end", "sep=\t", "a hint for Excel (sep=)", '\t'},
		{"a delimiter that nobody knows", "sep=~", "a hint for Excel (sep=)", 0},
		{"more than one sign", "sep=;;", "a hint for Excel (sep=)", 0},
		{"a type", `#TYPE Selected.System.Object`, "a remark of PowerShell (#TYPE)", 0},
		{"a version, indented", "\t version:v1.0,,", "the version of a template", 0},
		{"a heading that begins alike", "separator,user", "", 0},
		{"a number sign", "#,user", "", 0},
	}
	for _, test := range tests {
		if what, hint := preamble([]byte(test.line)); what != test.what || hint != test.hint {
			t.Errorf("%s: preamble(%q) = %q, %q, want %q, %q", test.why, test.line, what, hint, test.what, test.hint)
		}
	}
}
