package phonenumber

import (
	"testing"

	"entraphone/internal/authmethod"
)

// Kinds of cells that people really have, as reports about other programs show
// them, each with what it must give and why. People and numbers are invented.
func TestKindsOfCells(t *testing.T) {
	fr, gb, de, us, id, at, jp := in("FR"), in("GB"), in("DE"), in("US"), in("ID"), in("AT"), in("JP")
	checkOutcomes(t, []outcome{
		// A doubled 0: the outside line of an office, or a slip. It must not become
		// an exit code, https://github.com/floere/phony/issues/514.
		{"0 0176 04069012", de, "zero-twice", ""},              // +1 760 406 9012 is a real American number
		{"00152 28895456", de, "zero-twice", ""},               // no group ends behind the 1
		{"0 0812-3456-7890", id, "zero-twice", ""},             // 008 is an exit code of Indonesia
		{"00 206 555 0101", us, "zero-twice", ""},              // 00 is not an exit code of the US, and the rest is American
		{"0 0176 04069012", byDefault("DE"), "zero-twice", ""}, // nor with a default country
		{"0 07911 123456", gb, "zero-twice", ""},
		{"0 06 12 34 56 78", fr, "zero-twice", ""},
		{"0049 176 04069012", de, "+49 17604069012", "double-zero"}, // an exit code, and a number that is valid there
		{"0043 1 534567", de, "+43 1534567", "double-zero"},         // though 0431 is Kiel: the groups say Vienna
		{"0044 7700 900123", fr, "+44 7700900123", "double-zero not-assigned"},
		{"0044 20 7946 0123", de, "+44 2079460123", "double-zero"},

		// Masks made of signs that also group digits.
		{"+49 30 2312----", Region{}, "number-masked", ""}, // the end is missing
		{"+49 30 •••25123", Region{}, "number-masked", ""},
		{"+39 02 •••• 5678", Region{}, "number-masked", ""},
		{"+43 664 ___ 567", Region{}, "number-masked", ""},
		{"030 23125-__", de, "number-masked", ""},
		{"+49 30 23125--", Region{}, "number-masked", ""},
		{"+49 30 ...25123", Region{}, "number-masked", ""},
		{"+49 30 23 -- -- 23", Region{}, "number-masked", ""},
		{"+44 7700 900 x23", Region{}, "number-masked", ""},        // what stands before the x is not a whole number
		{"+49 30 2312x5123", Region{}, "number-masked", ""},        // valid by its length, and shorter than Berlin's are
		{"+49 30 23125123 x12", Region{}, "+49 3023125123x12", ""}, // an extension
		{"+1 2065550100x123", Region{}, "+1 2065550100x123", ""},   // Graph's own form
		{"+33 6 12 34 ** **", Region{}, "number-masked", ""},
		{"+49 151 ##345678", Region{}, "number-masked", ""}, // no extension
		{"07911 12…56", in("GB"), "number-masked", ""},
		{"206--555--0101", us, "+1 2065550101", ""}, // two hyphens are a dash

		// The country code twice, https://github.com/daddyz/phonelib/issues/72.
		{"+49 49 176 04069012", Region{}, "country-code-twice", ""},
		{"+91 91 98765 43211", Region{}, "country-code-twice", ""},
		{"+65 (65) 8123 4567", Region{}, "country-code-twice", ""},
		{"+43 43 664 1234567", Region{}, "country-code-twice", ""},
		{"+49 4921 123456", Region{}, "+49 4921123456", ""}, // Emden's area code begins so

		// Local or obsolete numbers, where the 0 would be ours.
		{"1234 5678", jp, "number-filler", ""},
		{"3456 5678", jp, "zero-missing", ""}, // not valid with a 0 either
		{"123 4567", in("TR"), "zero-missing", ""},
		{"9123 4567", in("AU"), "zero-missing", ""},
		{"91234-5678", in("BR"), "zero-missing", ""},
		{"15 2345-6789", in("AR"), "zero-missing", ""},
		{"465 004 05", in("SE"), "local-only", ""}, // only a landline fits, and its area would be a guess
		{"23125-123", de, "local-only", ""},        // Dortmund's area code is 0231
		{"1234568", at, "local-only", ""},
		{"0168 123 4567", in("VN"), "unassigned", ""},                  // of before 2018
		{"17604069012", de, "+49 17604069012", "leading-zero-missing"}, // a mobile whose 0 was lost
		{"3023125123", de, "+49 3023125123", "leading-zero-missing"},   // too long for a local number
		{"312 345 6789", in("IT"), "+39 3123456789", ""},

		// Dummies, https://github.com/global-121/121-platform/pull/1297.
		{"+1 888 888 8888", Region{}, "number-filler", ""}, // toll-free, and yet a dummy
		{"0800 00 00 00", in("FR"), "+33 800000000", ""},   // zeros are common there
		{"+1 999 999 9999", Region{}, "number-filler", ""},
		{"+1 1234567890", Region{}, "number-filler", ""},
		{"123-456-7890", us, "number-filler", ""},
		{"+44 1111111111", Region{}, "number-filler", ""},
		{"0987654321", gb, "number-filler", ""},
		{"+33 6 00 00 00 00", Region{}, "number-filler", ""},
		{"+44 7400 000000", Region{}, "+44 7400000000", ""}, // only the first digit and zeros are one
		{"+49 0123456789", Region{}, "number-filler", ""},
		{"079 123 45 67", in("CH"), "+41 791234567", ""}, // somebody has it

		// Overseas numbers that are dialled like national ones.
		{"0596 61 12 34", in("FR"), "+596 596611234", "overseas"}, // valid in France as well, where nobody has it
		{"0692 12 34 56", fr, "+262 692123456", "overseas"},
		{"0690 00 12 34", fr, "+590 690001234", "overseas"},
		{"0694 20 12 34", fr, "+594 694201234", "overseas"},
		{"0696 20 12 34", fr, "+596 696201234", "overseas"},
		{"06 12 34 56 78", fr, "+33 612345678", ""},

		// The extension of an office behind a hyphen with blanks.
		{"(030) 23125 - 123", de, "+49 3023125123", ""},
		{"030 / 23125 - 0", de, "+49 30231250", ""},
		{"+49 30 23125 – 0", Region{}, "+49 30231250", ""},
		{"01 / 234 56 - 12", at, "+43 12345612", ""},
		{"+39 02 - 1234 - 5678", Region{}, "+39 0212345678", ""},
		{"030 2312512 - 2312513", de, "two-numbers", ""},      // as long as a number each
		{"+49 30 12345-10 - 11", Region{}, "two-numbers", ""}, // a range

		// Reasons that are true.
		{"4.47700900123E+11", gb, "+44 7700900123", "spreadsheet-scientific not-assigned plus-missing"}, // all twelve digits stand there
		{"4.47701E+11", gb, "spreadsheet-scientific", ""},
		{"%2B447700900123", gb, "url-encoded", ""},
		{"+44%207700%20900123", gb, "url-encoded", ""},
		{"[]", gb, "list-unexpanded", ""},
		{"System.String[]", gb, "list-unexpanded", ""},
		{"System.Collections.Generic.List`1[System.String]", gb, "list-unexpanded", ""},
		{";07911123456", gb, "+44 7911123456", "signs-left-out"},
	})
}

// A whole number in the extension column is two numbers, wherever it belongs.
func TestNumberAsExtension(t *testing.T) {
	for _, test := range []struct {
		text, extension string
		region          Region
	}{
		{"+1 206 555 0100", "2065550105", Region{}},
		{"206 555 0100", "2065550105", in("US")},
		{"+49 30 23125123", "3023125124", Region{}},
	} {
		p := parser.Parse(test.text, Parts{Extension: test.extension}, test.region)
		if p.Problem == nil || p.Problem.Code.Word() != "two-numbers" {
			t.Errorf("%q with the extension %q gave %q, %v, want two-numbers", test.text, test.extension, p.Number.Graph(), p.Problem)
		}
	}
}

// Numbers that no text message reaches are said so as a mobile.
func TestNumbersThatTakeNoTexts(t *testing.T) {
	for text, region := range map[string]Region{
		"0800 123 4567": in("GB"), "070 1234 5678": in("GB"), "+800 1234 5678": {}, "8 800 555 01 23": in("RU"), "+1 800 234 5678": {},
	} {
		p := parser.Parse(text, Parts{}, region)
		if note, odd := p.OddFor("mobile"); !odd || note.Code.Word() != "no-texts" {
			t.Errorf("%q as a mobile: number %q, problem %v, note %v; want a note that texts do not arrive", text, p.Number.Graph(), p.Problem, note)
		}
		if note, odd := p.OddFor("office"); odd {
			t.Errorf("%q as an office phone: note %v, want none", text, note)
		}
	}
}

// What a number is for, by its country's plan, decides which type it suits.
func TestKindsOfNumbers(t *testing.T) {
	for _, test := range []struct {
		text           string
		region         Region
		mobile, office string // the notes
	}{
		{"0176 04069012", in("DE"), "", ""},                         // a mobile may stand on a desk
		{"06 1 334 5678", in("HU"), "fixed-line", ""},               //
		{"876 210 1234", in("JM"), "", ""},                          // a mobile
		{"032 12345678", in("DE"), "", ""},                          // by internet: texts may arrive
		{"0700 12345678", in("DE"), "no-texts", ""},                 // personal
		{"444 1 444", in("TR"), "no-texts", ""},                     // a company's
		{"1800 123 456", in("AU"), "no-texts", ""},                  // toll-free
		{"0900 1 234567", in("DE"), "special-rate", "special-rate"}, // premium
		{"0180 5 123456", in("DE"), "special-rate", "special-rate"}, // shared cost
		{"13 12 34", in("AU"), "special-rate", "special-rate"},
		{"0164 12345678", in("DE"), "special-rate", "special-rate"}, // a pager
		{"07700 900123", in("GB"), "", ""},                          // in no range, so of no kind
		{"020 7946 0018 x12", in("GB"), "extension-on-mobile", ""},  // which hides that the line is fixed
		{"0900 1 234567 x12", in("DE"), "extension-on-mobile", "special-rate"},
	} {
		parsed := parser.Parse(test.text, Parts{}, test.region)
		if parsed.Problem != nil {
			t.Errorf("Parse(%q): %v", test.text, parsed.Problem)
		}
		for phoneType, want := range map[authmethod.PhoneType]string{
			authmethod.PhoneTypeMobile: test.mobile, authmethod.PhoneTypeAlternateMobile: test.mobile, authmethod.PhoneTypeOffice: test.office,
		} {
			if note, odd := parsed.OddFor(phoneType); note.Code.Word() != want || odd != (want != "") {
				t.Errorf("%q as %s: note %q, want %q", test.text, phoneType, note.Code.Word(), want)
			}
		}
	}
	if note, odd := parser.Parse("112", Parts{}, in("DE")).OddFor(authmethod.PhoneTypeMobile); odd {
		t.Errorf("no number is odd: %v", note)
	}
}
