package phonenumber

import (
	"slices"
	"testing"

	"entraphone/internal/authmethod"
)

// The first stage splits a cell; it knows no numbering plan.
func TestParseSplitsTheCell(t *testing.T) {
	for _, test := range []struct {
		text string
		want written // without text and notes
	}{
		{"2065550101", written{digits: "2065550101"}},
		{"(206) 555-0101", written{digits: "2065550101", cuts: []int{3, 6}}},
		{"+44 20 7946 0018", written{plus: true, digits: "442079460018", cuts: []int{2, 4, 8}}},
		{"(+44) 20", written{plus: true, digits: "4420", cuts: []int{2}}}, // brackets may stand round the code
		{"0044 20", written{digits: "004420", cuts: []int{4}}},            // 00 is not a plus yet
		{"+ 44 20", written{plus: true, digits: "4420", cuts: []int{2}}},
		{"12 - 34", written{digits: "1234", cuts: []int{2}}}, // several marks are one cut
		{"[1 2] .", written{digits: "12", cuts: []int{1}}},   // none in front of the first digit or behind the last
		{"+49 (0)30 2-1", written{plus: true, digits: "4903021", without: "493021", cuts: []int{2, 3, 5, 6}}},
		{"0049 [0] 30", written{digits: "0049030", without: "004930", cuts: []int{4, 5}}},
		{"49 (0) 30", written{digits: "49030", without: "4930", cuts: []int{2, 3}}},
		{"+49 30 (0)", written{plus: true, digits: "49300", cuts: []int{2, 4}}}, // not behind the country code
		{"(0) 30 12", written{digits: "03012", cuts: []int{1, 3}}},
		{"+4930 (0)12", written{plus: true, digits: "4930012", cuts: []int{4, 5}}}, // no code has four digits
		{"206 555 x12", written{digits: "206555", cuts: []int{3}, extension: "12", x: true}},
		{"206 555 (X 12)", written{digits: "206555", cuts: []int{3}, extension: "12", x: true}},
		{"206 555 ext.12", written{digits: "206555", cuts: []int{3}, extension: "12"}},
		{"+1 206555x12", written{plus: true, digits: "1206555", cuts: []int{1}, extension: "12"}}, // Graph's form
		{"206 555 #", written{digits: "206555", cuts: []int{3}}},
		{"206 ---- 12", written{digits: "20612", cuts: []int{3}, masked: true}},
		{"206 -- 12", written{digits: "20612", cuts: []int{3}}}, // a dash
		{"206 .. 12", written{digits: "20612", cuts: []int{3}, masked: true}},
		{"206 -. 12", written{digits: "20612", cuts: []int{3}, masked: true}},
		{"206 12 --", written{digits: "20612", cuts: []int{3}, masked: true}}, // nothing follows a dash at the end
		{"206 12 -", written{digits: "20612", cuts: []int{3}}},
		{"__ 206 12", written{digits: "20612", cuts: []int{3}, masked: true}},
	} {
		got, problem := parser.parse(test.text)
		if want := test.want; problem != nil || got.plus != want.plus || got.digits != want.digits || got.without != want.without ||
			!slices.Equal(got.cuts, want.cuts) || got.extension != want.extension || got.x != want.x || got.masked != want.masked {
			t.Errorf("parse(%q) = %+v, %v, want %+v", test.text, got, problem, want)
		}
	}
}

// A number has its country code behind a plus, or behind two zeros: but not where
// they are the first digits of a subscriber.
func TestInternational(t *testing.T) {
	for _, test := range []struct {
		w    written
		want bool
	}{
		{written{digits: "442079460018", plus: true}, true},
		{written{digits: "00442079460018"}, true},
		{written{digits: "442079460018"}, false},
		{written{digits: "02079460018"}, false},
		{written{digits: "00442079460018", joined: true}, false}, // behind the area code of another cell
		{written{digits: "442079460018", plus: true, joined: true}, false},
	} {
		if got := test.w.international(); got != test.want {
			t.Errorf("%+v: international is %t, want %t", test.w, got, test.want)
		}
	}
}

func TestFrontAndCut(t *testing.T) {
	w, _ := parser.parse("0049 176-0406")
	if w.front() != "0049" || !w.cut(4) || !w.cut(7) || w.cut(3) || w.cut(0) || w.cut(len(w.digits)) {
		t.Errorf("%v: front %q, want 0049 with cuts behind 4 and 7 digits only", w.cuts, w.front())
	}
	if w, _ := parser.parse("0049176"); w.front() != "" {
		t.Errorf("one group has the front %q, want none", w.front())
	}
}

// A parser knows the words that it was given and no others.
func TestParserKnowsItsWords(t *testing.T) {
	p := NewParser(Words{
		Labels: []string{"c++", "linea diretta"}, ExtensionMarks: []string{"pin", "x"},
		Empty: func(text string) bool { return text == "" || text == "0" },
	})
	for text, want := range map[string]string{
		"C++: 206 555 0101":          "+1 2065550101", // signs of expressions are themselves
		"Lİnea dİretta 206 555 0101": "+1 2065550101",
		"206 555 0101 (C++)":         "+1 2065550101",
		"206 555 0101 PIN 12":        "+1 2065550101x12",
		"0":                          "number-missing",
		"n/a":                        "letters",
		"tel: 206 555 0101":          "letters",
		"206 555 0101 ext 12":        "extension-mark",
	} {
		parsed := p.Parse(text, Parts{}, in("US"))
		got := parsed.Number.Graph()
		if parsed.Problem != nil {
			got = parsed.Problem.Code.Word()
		}
		if got != want {
			t.Errorf("Parse(%q) = %s, want %s", text, got, want)
		}
	}
}

// The longest cell that is looked at is in bytes, not in characters.
func TestLengthOfACell(t *testing.T) {
	number := "+1 206 555 0101"
	for blanks, want := range map[int]string{
		MaxCellBytes - len(number):     "",
		MaxCellBytes - len(number) + 1: string(authmethod.CodeNumberCellTooLong),
	} {
		text := number
		for range blanks {
			text += " "
		}
		got := parser.Parse(text, Parts{}, Region{})
		if problem := got.Problem; (problem == nil) != (want == "") || problem != nil && string(problem.Code) != want {
			t.Errorf("a cell of %d bytes: %v, want %q", len(text), problem, want)
		}
	}
}

func TestIsDate(t *testing.T) {
	for text, want := range map[string]bool{
		"31.12.1999": true, "12/31/1999": true, "1999-12-31": true, "1999.31.12.": true, // either order of day and month
		"1.1.1900": true, "1.1.1899": false, "1.1.2100": true, "1.1.2101": false,
		"13-13-1999": false, "0-12-1999": false, "12-32-1999": false,
		"31.12-1999": false, "31.12.99": false, "31 12 1999": false, "1999/12.31": false,
	} {
		if got := isDate(text); got != want {
			t.Errorf("isDate(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestHasDecimals(t *testing.T) {
	for text, want := range map[string]bool{
		"2065550104.0": true, "2065550104,00": true, "+4917604069012.000": true, // of an amount
		"06 12 34 56,7": true, "030 23125.50": true, // one or two digits behind another grouping
		"44927.5208": true, "0.27840909": true, "1.6333": true, // a day, a time and a part of one
		"030.23125123": false, "089.1234": false, // an area code
		"06.12.34": false, "12.34.56,7": true, // the same mark groups the rest
		"206.": false, ".50": false, "206": false, "206.5a": false,
	} {
		if got := hasDecimals(text); got != want {
			t.Errorf("hasDecimals(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestUnscientific(t *testing.T) {
	for text, want := range map[string]string{
		"4.47700900123E+11": "447700900123", "4,47700900123e11": "447700900123", "2.065550101E+09": "2065550101",
		"4.4770090012E+11": "", "4.47700900123E+10": "", "44.7700900123E+10": "", "4.4770E+4": "", "447700900123": "",
	} {
		if got, is := unscientific(text); got != want || is != (want != "") {
			t.Errorf("unscientific(%q) = %q, %t, want %q", text, got, is, want)
		}
	}
}

func TestIsDummy(t *testing.T) {
	for digits, want := range map[string]bool{
		"111111": true, "11111": false, "1111112": false, "000000": true,
		"70000000": true, "7000000": false, "70000001": false, // zeros behind a first digit
		"12345678": true, "1234567": false, "0123456789": true, "1234567890": true, "12345679": false,
		"98765432": true, "0987654321": true, "87654321": false, "23456789": false, // from the end of the keyboard only
	} {
		if got := isDummy(digits); got != want {
			t.Errorf("isDummy(%q) = %t, want %t", digits, got, want)
		}
	}
}
