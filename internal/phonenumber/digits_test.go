package phonenumber

import (
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// outcome is what one cell gives in one country.
type outcome struct {
	text   string
	region Region
	want   string // the number, or the problem's code
	notes  string
}

func in(code string) Region        { return Region{Code: code} }
func byDefault(code string) Region { return Region{Code: code, Default: true} }

func checkOutcomes(t *testing.T, tests []outcome) {
	t.Helper()
	for _, test := range tests {
		number, notes, problem := normalize(test.text, test.region)
		got := number.Graph()
		if problem != nil {
			got = problem.Code.Word()
			if problem.Message == "" || problem.Advice == "" {
				t.Errorf("Parse(%q): problem %q has no message or no advice", test.text, problem.Code.Word())
			}
		}
		if got != test.want || codes(notes) != test.notes {
			t.Errorf("Parse(%q, %v) = %q with notes %q, want %q with notes %q", test.text, test.region, got, codes(notes), test.want, test.notes)
		}
	}
}

// Spreadsheets and exports treat numbers as amounts, dates and formulas.
func TestNormalizeNamesDamage(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"+43 664 1234567.0", Region{}, "spreadsheet-decimals", ""},
		{"0664 1234567.00", in("AT"), "spreadsheet-decimals", ""},
		{"08-465 004.00", in("SE"), "spreadsheet-decimals", ""},
		{"0812 3456 7890.0", in("ID"), "spreadsheet-decimals", ""},
		{"17604069012.0 x12", in("DE"), "spreadsheet-decimals", ""},
		{"17604069012.125", in("DE"), "spreadsheet-decimals", ""},
		{"+1 206 555 0104,00", Region{}, "spreadsheet-decimals", ""},
		{"1.63333333333333", in("DE"), "spreadsheet-decimals", ""},
		{"0.27840909", in("DE"), "spreadsheet-decimals", ""},
		{"+1.2065550104", Region{}, "+1 2065550104", ""},
		{"030.23125123", in("DE"), "+49 3023125123", ""},
		{"06.12.34.56.78", in("FR"), "+33 612345678", ""},

		{"05.12.1965", in("DE"), "spreadsheet-date", ""},
		{"05/12/1965", in("IT"), "spreadsheet-date", ""},
		{"1965.12.05.", byDefault("HU"), "spreadsheet-date", ""},
		{"2026-01-02", in("DK"), "spreadsheet-date", ""},
		{"2026-01-02 00:00:00", in("DK"), "spreadsheet-date", ""},
		{"44927", in("DE"), "too-short", ""},
		{"05-13-4965", byDefault("DK"), "not-of-default-country", ""},

		{"4.47701E11x12", in("GB"), "spreadsheet-scientific", ""},
		{"4.47701 E+11", in("GB"), "spreadsheet-scientific", ""},
		{"4.47701×10^11", in("GB"), "spreadsheet-scientific", ""},
		{"4.47701x10^11", in("GB"), "spreadsheet-scientific", ""},
		{"4.47701E+11,00", in("GB"), "spreadsheet-scientific", ""},
		{"tel:4.47701E+11", in("GB"), "spreadsheet-scientific", "signs-left-out"},
		{"4·47701E+11", in("GB"), "spreadsheet-scientific", ""},

		{"447'700'900'123", in("GB"), "spreadsheet-thousands", ""},
		{"7.700.900.123,00", in("GB"), "spreadsheet-thousands", ""},
		{"7 700 900 123,00", in("GB"), "spreadsheet-thousands", ""},
		{"9,87,65,43,210", in("IN"), "spreadsheet-thousands", ""},
		{"£447700900123", in("GB"), "spreadsheet-thousands", ""},
		{"639.980.012", in("FR"), "zero-missing", ""},

		{"#¡VALOR!", in("ES"), "spreadsheet-error", ""},
		{"#GETTING_DATA", in("US"), "spreadsheet-error", ""},
		{"Err:508", in("US"), "spreadsheet-error", ""},
		{"WAHR", in("DE"), "spreadsheet-error", ""},
		{"### ###", in("US"), "spreadsheet-narrow", ""},
		{"- 12065550104", in("US"), "spreadsheet-computed", ""},
		{"(868)", in("US"), "spreadsheet-computed", ""},
		{"NaN", in("US"), "number-missing", ""},
		{"undefined", in("US"), "number-missing", ""},
		{"1111111111", in("US"), "number-filler", ""},
		{"0000000000", in("US"), "number-filler", ""},
	})
}

// The numbering plan says where a number ends.
func TestNormalizeFindsTheEndOfTheNumber(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"030 12345-10/-11", in("DE"), "two-numbers", ""},
		{"01/53115-0/-12", in("AT"), "two-numbers", ""},
		{"+49 30 12345-10 - 11", Region{}, "two-numbers", ""},
		{"030 12345-10--11", in("DE"), "two-numbers", ""},
		{"030/23125-0...9", in("DE"), "two-numbers", ""},
		{"030 1234 030 1235", in("DE"), "two-numbers", ""},
		{"06 6982 06 6983", in("IT"), "two-numbers", ""},
		{"030 23125123 [1]", in("DE"), "two-numbers", ""},
		{"030 23125123 1.", in("DE"), "two-numbers", ""},
		{"2) 0176 04069012", byDefault("DE"), "two-numbers", ""},
		{"1. 030 23125123", in("DE"), "two-numbers", ""},
		{"271234/35", in("LU"), "two-numbers", ""},
		{"91652 (2)", in("SM"), "two-numbers", ""},
		{"206 555 0103 206 555 0106", in("US"), "two-numbers", ""},
		{"2065550103\v2065550106", in("US"), "two-numbers", ""},
		{"2065550103 OR 2065550106", in("US"), "two-numbers", ""},
		{"206-555-0104 x2065550105", in("US"), "two-numbers", ""},
		{"+44 +44 20 7946 0123", Region{}, "character", ""},

		{"06/12/34/56/78", in("FR"), "+33 612345678", ""},
		{"0470/12/34/56", in("BE"), "+32 470123456", ""},
		{"079/123/45/67", in("CH"), "+41 791234567", ""},
		{"1 206 555 -0104", in("US"), "+1 2065550104", "plus-missing"},
		{"+44 20 7946 -0123", Region{}, "+44 2079460123", ""},
		{"+1 (206) 555 (0104)", Region{}, "+1 2065550104", ""},
		{"090(1234)(5678)", in("JP"), "+81 9012345678", ""},
		{"030 23125-123", in("DE"), "+49 3023125123", ""},
	})
}

func TestNormalizeTakesSignsAndLabelsOff(t *testing.T) {
	var tests []outcome
	for _, text := range []string{
		"tel:+12065550104", "Tel.: +1 206 555 0104", "T: +12065550104", "mobile +12065550104", "+12065550104 (m)", "\"+12065550104\"",
		"`+12065550104`", "‘+12065550104’", "^+12065550104", "=+12065550104", "++12065550104", "+12065550104;", "+12065550104 :",
	} {
		tests = append(tests, outcome{text, Region{}, "+1 2065550104", "signs-left-out"})
	}
	for _, text := range []string{
		"(x12)", "(ext. 12)", "[x12]", "ext-12", "ext #12", "Exten 12", "; ext = 12", "poste 12", "int. 12", "anexo 12", "ramal 12", "wew. 12", "Kl. 12", "App. 12", "toestel 12",
	} {
		tests = append(tests, outcome{"+1 206 555 0104 " + text, Region{}, "+1 2065550104x12", ""})
	}
	checkOutcomes(t, append(tests, []outcome{
		{"+1 206 555 0104 bogus 12", Region{}, "extension-mark", ""},
		{"fax: +1 206 555 0104", Region{}, "letters", ""},
		{"+1 206 555 0104 (x12", Region{}, "letters", ""},
		{"=1206-5550104", in("US"), "spreadsheet-formula", ""},
		{"xxx-xxx-xxxx", in("US"), "letters", ""},
		{"03ー3123ー4567", in("JP"), "+81 331234567", ""},
		{"06·12•34_56·78", in("FR"), "+33 612345678", ""},
		{"⁺12065550104", Region{}, "+1 2065550104", ""},
	}...))
}

// Digits without a "+" may be of another country, or begin with an exit code.
func TestNormalizeReadsTheFrontOfTheNumber(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"442079460123", byDefault("DE"), "plus-or-national", ""},
		{"442079460123", in("DE"), "+49 442079460123", "plus-or-national leading-zero-missing"},
		{"33612345678", byDefault("IT"), "plus-or-national", ""},
		{"966512345678", byDefault("CZ"), "plus-or-national", ""},
		{"41781234567", byDefault("LU"), "plus-or-national", ""},
		{"81312345678", in("FR"), "plus-missing", ""},
		{"17604069014", byDefault("DE"), "+49 17604069014", "leading-zero-missing"},
		{"3612345678", byDefault("US"), "+1 3612345678", ""}, // as it is written every day
		{"0442079460123", byDefault("DE"), "+49 442079460123", ""},

		{"0011 49 30 123456", in("AU"), "+49 30123456", "exit-code"},
		{"0011 44 7700 900123", in("AU"), "+44 7700900123", "not-assigned exit-code"},
		{"0044 20 7946 0123", in("AU"), "+44 2079460123", "double-zero"},
		{"001 32 1234 5678", in("SG"), "exit-code", ""},
		{"002 1 212 456 7890", in("KR"), "+1 2124567890", "exit-code"},
		{"00700 44 20 7946 0123", in("KR"), "+44 2079460123", "exit-code"},
		{"009 44 20 7946 0123", in("NG"), "+44 2079460123", "exit-code"},
		{"0011 64 3 234 5678", Region{}, "ambiguous", ""},
		{"+0044 20 7946 0123", Region{}, "+44 2079460123", "double-zero"},
		{"+011 44 20 7946 0123", in("US"), "+44 2079460123", "exit-code"},
		{"011 44 (0)20 7946 0123", in("US"), "+44 2079460123", "exit-code trunk-prefix"},
		{"+011 44 20 7946 0123", Region{}, "country-code", ""},

		{"049 176 04069012", in("DE"), "plus-or-national", ""},
		{"04921 123456", in("DE"), "+49 4921123456", ""},
		{"043 664 1234567", in("AT"), "+43 6641234567", "code-behind-zero"},
		{"041 79 123 45 67", in("CH"), "+41 791234567", "code-behind-zero"},
		{"046701740605", in("SE"), "+46 701740605", "code-behind-zero"},
		{"44 (0)20 7946 0123", in("GB"), "+44 2079460123", "bracketed-zero plus-missing"},
		{"65 (0)81234567", in("SG"), "+65 81234567", "bracketed-zero plus-missing"},
		{"+0011 44 20 7946 0123", in("AU"), "+44 2079460123", "exit-code"},
		{"112065550104", in("US"), "+1 2065550104", "plus-missing trunk-prefix"},
	})
}

// A zero more or less, and what the parser adds and moves, is said.
func TestNormalizeSaysWhichDigitsChanged(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"022 123 45 67", in("PL"), "+48 221234567", "zero-left-out"},
		{"0601 123 456", in("CZ"), "+420 601123456", "zero-left-out"},
		{"06 12 34 56 78", byDefault("PL"), "not-of-default-country", ""},
		{"+48 022 123 45 67", Region{}, "+48 221234567", "zero-left-out"},
		{"+48 (0)512 345 678", Region{}, "+48 512345678", "bracketed-zero"},
		{"+36 (0)20 123 4567", Region{}, "+36 201234567", "bracketed-zero"},
		{"+39 (0)331 1234567", Region{}, "bracketed-zero", ""},
		{"+39 (0)347 1234567", Region{}, "+39 3471234567", "bracketed-zero"},
		{"0331 1234567", in("IT"), "+39 03311234567", ""},
		{"6 698 12345", in("IT"), "+39 0669812345", "zero-added"},
		{"+47 23456", Region{}, "+47 23456", "not-assigned"}, // there is 02345, but no zero to lose
		{"44927", in("IT"), "too-short", ""},
		{"6 698 12345", byDefault("IT"), "not-of-default-country", ""},
		{"09 1234 5678", in("CL"), "zero-in-front", ""},
		{"+49 30 (0) 23125", Region{}, "+49 30023125", ""},

		{"886377", in("SM"), "+378 0549886377", "area-code-added"},
		{"+378 886377", Region{}, "+378 0549886377", "area-code-added"},
		{"886377", byDefault("SM"), "local-only", ""},
		{"234 5678", in("BB"), "+1 2462345678", "area-code-added"},
		{"011 15 2345-6789", in("AR"), "+54 91123456789", "number-rewritten"},
		{"0 41 11 91234-5678", in("BR"), "+55 11912345678", "prefix-left-out"},
		{"17951 13812345678", in("CN"), "+86 13812345678", "prefix-left-out"},
		{"+52 1 55 1234 5678", Region{}, "+52 5512345678", "prefix-left-out"},
		{"044 55 1234 5678", in("MX"), "+52 5512345678", "prefix-left-out"},
	})
}

// checkDigits states that the number has the digits that were written, less or
// more only what a note names.
func checkDigits(t interface{ Errorf(string, ...any) }, text string, number authmethod.PhoneNumber, notes []authmethod.Problem) {
	var w written
	written := onlyDigits(w.unify(text))
	code, rest, _ := strings.Cut(number.Graph(), " ")
	national := onlyDigits(rest)
	named := map[string]bool{}
	for _, note := range notes {
		named[note.Code.Word()] = true
	}
	if named["number-rewritten"] {
		return
	}
	if named["area-code-added"] || named["zero-added"] {
		for len(national) > 0 && !strings.HasSuffix(written, national) {
			national = national[1:]
		}
	}
	if !strings.HasSuffix(written, national) {
		t.Errorf("%q became %q with notes %q, which do not name all digits that changed", text, number.Graph(), codes(notes))
		return
	}
	for _, code := range []string{"trunk-prefix", "prefix-left-out", "exit-code", "double-zero", "bracketed-zero", "zero-left-out", "code-behind-zero"} {
		if named[code] {
			return
		}
	}
	switch front := written[:len(written)-len(national)]; front {
	case "", onlyDigits(code), "0", "1", "8", "06": // the prefixes of national calls
	default:
		t.Errorf("%q became %q with notes %q, none of which names what was left out", text, number.Graph(), codes(notes))
	}
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
