package phonenumber

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
)

// parser knows the words of the lexicon.
var parser = NewParser(Words{Labels: heading.Labels(), ExtensionMarks: heading.ExtensionMarks(), Empty: heading.IsEmptyNumber})

// normalize is Parse for a cell that holds the whole number.
func normalize(text string, region Region) (authmethod.PhoneNumber, []authmethod.Problem, *authmethod.Problem) {
	p := parser.Parse(text, Parts{}, region)
	return p.Number, p.Notes, p.Problem
}

func codes(ps []authmethod.Problem) string {
	var cs []string
	for _, p := range ps {
		cs = append(cs, p.Code.Word())
	}
	return strings.Join(cs, " ")
}

func TestNormalize(t *testing.T) {
	gb, fr, de, us := Region{Code: "GB"}, Region{Code: "FR"}, Region{Code: "DE"}, Region{Code: "US"}
	checkOutcomes(t, []outcome{
		// Graph's own form stays as it is.
		{"+1 2065550101", Region{}, "+1 2065550101", ""},
		{"+1 2065550104x123", Region{}, "+1 2065550104x123", ""},
		{"+39 0236618300", Region{}, "+39 0236618300", ""},
		{"+1 2065550100x0012", Region{}, "+1 2065550100x0012", ""},

		// International, as people write it.
		{"+1 (206) 555-0101", Region{}, "+1 2065550101", ""},
		{"+12065550101", byDefault("GB"), "+1 2065550101", ""},
		{"(+44) 20 7946 0123", Region{}, "+44 2079460123", ""},
		{"+49 (0) 176 / 04069012", Region{}, "+49 17604069012", "bracketed-zero"},
		{"+49 (0)30 23125-125", Region{}, "+49 3023125125", "bracketed-zero"},
		{"+4402079460123", Region{}, "+44 2079460123", "trunk-prefix"},
		{"+330639980012", Region{}, "+33 639980012", "not-assigned trunk-prefix"},
		{"0033 6 39 98 00 12", us, "+33 639980012", "double-zero not-assigned"},
		{"011 33 6 39 98 00 12", us, "+33 639980012", "not-assigned exit-code"},
		{"+44 7700 900123", Region{}, "+44 7700900123", "not-assigned"},

		// Characters that keyboards and address books leave.
		{"+1\u00a0206\u00a0555\u00a00101", Region{}, "+1 2065550101", ""},
		{"\u202a+1 206 555 0101\u202c", Region{}, "+1 2065550101", "invisible-characters"},
		{"\uff0b1 2065550101\u200b", Region{}, "+1 2065550101", "invisible-characters other-digits"},
		{"+1 206\u2013555\u20130101", Region{}, "+1 2065550101", ""},
		{"+\u0661 \u0662\u0660\u0666 \u0665\u0665\u0665 \u0660\u0661\u0660\u0661", Region{}, "+1 2065550101", "other-digits"},
		{`="+46701740605"`, Region{}, "+46 701740605", "text-formula"},
		{"'+46701740606", Region{}, "+46 701740606", "apostrophe"},

		// Extensions.
		{"+1 206 555 0100 ext. 123", Region{}, "+1 2065550100x123", ""},
		{"+1 206 555 0100 #123", Region{}, "+1 2065550100x123", ""},
		{"+1 206 555 0100;ext=7", Region{}, "+1 2065550100x7", ""},
		{"+1 206 555 0100, Ext 12", Region{}, "+1 2065550100x12", ""},
		{"08-465 004 05 x12", Region{Code: "SE"}, "+46 846500405x12", ""},
		{"030 23125-0 Ext. 123", de, "+49 30231250x123", ""},
		{"+1 206 555 0100 ext", Region{}, "+1 2065550100", "empty-extension"},
		{"+1 206 555 0100 x12345678901", Region{}, "extension-too-long", ""},

		// National, with the row's own country: possible is enough.
		{"020 7946 0123", gb, "+44 2079460123", ""},
		{"07700 900123", gb, "+44 7700900123", "not-assigned"},
		{"06 39 98 00 12", fr, "+33 639980012", "not-assigned"},
		{"0176/04069013", de, "+49 17604069013", ""},
		{"17604069014", de, "+49 17604069014", "leading-zero-missing"},
		{"442079460123", gb, "+44 2079460123", "plus-missing"},
		{"206.555.0103", us, "+1 2065550103", ""},

		// National, with a default country only: it must be valid there.
		{"020 7946 0123", byDefault("GB"), "+44 2079460123", ""},
		{"07700 900123", byDefault("GB"), "not-of-default-country", ""},
		{"070-174 06 05", byDefault("GB"), "not-of-default-country", ""},
		{"0176 04069012", byDefault("DE"), "+49 17604069012", ""},

		// National, with no country at all.
		{"206-555-0103", Region{}, "no-country", ""},
		{"33639980012", Region{}, "no-country", ""},

		// Spreadsheet damage.
		{"4.47701E+11", gb, "spreadsheet-scientific", ""},
		{"4,9176E+12", de, "spreadsheet-scientific", ""},
		{"2065550104,00", us, "spreadsheet-decimals", ""},
		{"4915112345678.0", de, "spreadsheet-decimals", ""},
		{"-868", us, "spreadsheet-computed", ""},
		{"#NAME?", us, "spreadsheet-error", ""},
		{"#N/A", us, "spreadsheet-error", ""},
		{"#DIV/0!", us, "spreadsheet-error", ""},
		{"########", us, "spreadsheet-narrow", ""},
		{"=A2&B2", us, "spreadsheet-formula", ""},
		{"4.41E+11", gb, "spreadsheet-scientific", ""},
		{"4.47701e11", gb, "spreadsheet-scientific", ""},
		{"447,700,900,123", gb, "spreadsheet-thousands", ""},
		{"447,700,900,123.00", gb, "spreadsheet-thousands", ""},
		{"#WERT!", de, "spreadsheet-error", ""},
		{"7700900123", gb, "zero-missing", ""},
		{"447700900123", gb, "+44 7700900123", "not-assigned plus-missing"},
		{"447700900123", Region{}, "no-country", ""},
		{"+46701740605\t", Region{}, "+46 701740605", ""},
		{"+46701740605 ", Region{}, "+46 701740605", ""},

		// Traps of the parser.
		{"070-174 06 05", gb, "unassigned", ""},
		{"+353 20 915 9999", Region{}, "+353 209159999", "not-assigned"},
		{"+390669812345", Region{}, "+39 0669812345", ""},
		{"+1 206 555 0100x123", Region{}, "+1 2065550100x123", ""},
		{"206.555.0103/206.555.0106", us, "two-numbers", ""},

		// Not one number.
		{"", us, "number-missing", ""},
		{" \u200b ", us, "number-missing", "invisible-characters"},
		{"n/a", us, "number-missing", ""},
		{"-", us, "number-missing", ""},
		{"+1 206 555 CALL", Region{}, "letters", ""},
		{"+49 151 12345 HOME", Region{}, "letters", ""},
		{"0151 1234567 mob", de, "letters", ""},
		{"+1 206 555 0104\nwork: +1 206 555 0105", Region{}, "two-numbers", ""},
		{"206.555.0103 / 206.555.0106", us, "two-numbers", ""},
		{"2065550103 or 2065550106", us, "two-numbers", ""},
		{"2065550103;2065550106", us, "two-numbers", ""},
		{"+1 206 555 0101*", Region{}, "character", ""},
		{"+1 206 555\xff0101", Region{}, "not-utf8", ""},
		{strings.Repeat("1", 300), us, "number-cell-too-long", ""},

		// Digits after a complete number are not run together with it.
		{"+49 30 23125124/125", Region{}, "two-numbers", ""},
		{"+49 30 23125-123 -125", Region{}, "two-numbers", ""},
		{"030 23125124 (2)", de, "two-numbers", ""},
		{"030/23125-124", de, "+49 3023125124", ""},
		{"+43 1 53115/202647", Region{}, "two-numbers", ""},
		{"+39 06 698 12345/6", Region{}, "two-numbers", ""},
		{"+49 176 04069012\n13", Region{}, "two-numbers", ""},
		{"+4917604069012.000", Region{}, "spreadsheet-decimals", ""},
		{"+1 206 - 555 - 0101", Region{}, "+1 2065550101", ""},
		{"+1 206 555 0100;ext=12", Region{}, "+1 2065550100x12", ""},
		{"+1 206 555 0100 (x12)", Region{}, "+1 2065550100x12", ""},

		// A zero in brackets belongs to the number where there is no trunk prefix.
		{"+39 (0)6 698 12345", Region{}, "+39 0669812345", ""},
		{"0039 (0)2 1234 5678", Region{}, "+39 0212345678", "double-zero"},
		{"+225 (0)707070707", Region{}, "+225 0707070707", ""},

		// Without the + a number may begin with its country's own code.
		{"4917604069013", de, "plus-or-national", ""},
		{"4917604069013", byDefault("DE"), "plus-or-national", ""},
		{"04917604069013", de, "plus-or-national", ""},

		// A country that is not one, and one without numbering plan.
		{"206-555-0103", Region{Unread: "Atlantis"}, "country-unknown", ""},
		{"+1 206 555 0103", Region{Unread: "Atlantis"}, "+1 2065550103", ""},
		{"206-555-0103", Region{Code: "AQ"}, "no-numbering-plan", ""},

		// Not a number of its country.
		{"112", us, "too-short", ""},
		{"112", byDefault("US"), "not-of-default-country", ""},
		{"07700 900124", byDefault("US"), "not-of-default-country", ""},
		{"+1 206 555 01012345", Region{}, "too-long", ""},
		{"555 0100", us, "local-only", ""},
		{"+999 12345678", Region{}, "country-code", ""},
		{"+", Region{}, "not-a-number", ""},
	})
}

func TestOddForNotesWhatDoesNotSuitTheType(t *testing.T) {
	for _, test := range []struct {
		phoneType authmethod.PhoneType
		input     string
		want      string
	}{
		{authmethod.PhoneTypeMobile, "+44 20 7946 0123", "fixed-line"},
		{authmethod.PhoneTypeOffice, "+44 20 7946 0123", ""},
		{authmethod.PhoneTypeMobile, "+1 2065550104x123", "extension-on-mobile"},
		{authmethod.PhoneTypeAlternateMobile, "+1 2065550104x123", "extension-on-mobile"},
		{authmethod.PhoneTypeOffice, "+1 2065550104x123", ""},
		{authmethod.PhoneTypeMobile, "+1 2065550104", ""}, // North America: cannot be told
		{authmethod.PhoneTypeOffice, "+1 900 555 0104", "special-rate"},
	} {
		parsed := parser.Parse(test.input, Parts{}, Region{})
		note, _ := parsed.OddFor(test.phoneType)
		if got := note.Code.Word(); got != test.want || parsed.Problem != nil || parsed.Number.IsZero() {
			t.Errorf("%q as %s: note %q, number %v, problem %v; want note %q and a number", test.input, test.phoneType, got, parsed.Number, parsed.Problem, test.want)
		}
	}
}

func TestCompare(t *testing.T) {
	number, _, _ := normalize("+44 20 7946 0123 x12", Region{})
	plain, _, _ := normalize("+44 20 7946 0123", Region{})
	roman, _, _ := normalize("+39 06 698 12345", Region{})
	for _, test := range []struct {
		n     authmethod.PhoneNumber
		shown string
		want  authmethod.Comparison
	}{
		{plain, "+44 2079460123", authmethod.Same},
		{plain, "+442079460123", authmethod.Same},
		{plain, "+44 (20) 7946-0123", authmethod.Same},
		{plain, "+44 02079460123", authmethod.Same}, // Graph keeps a national prefix that was sent
		{plain, "+44 2079460124", authmethod.Different},
		{plain, "+44 2079460123x12", authmethod.Different},
		{number, "+44 2079460123x12", authmethod.Same},
		{number, "+44 2079460123", authmethod.Different},
		{number, "+44 2079460123x13", authmethod.Different},
		{plain, "+44 XXXXXXXX23", authmethod.CannotTell},
		{plain, "+44 207946012X23", authmethod.CannotTell},
		{plain, "+44 ********23", authmethod.CannotTell},
		{plain, "xxxxxxxx", authmethod.CannotTell},
		{plain, "", authmethod.CannotTell},
		{roman, "+39 0669812345", authmethod.Same},
		{roman, "+39 669812345", authmethod.Different}, // it dials nobody
	} {
		if got := Compare(test.n, test.shown); got != test.want {
			t.Errorf("Compare(%v, %q) = %v, want %v", test.n, test.shown, got, test.want)
		}
	}
}

var graphForm = regexp.MustCompile(`^\+[1-9][0-9]{0,2} [0-9]{2,17}(x[0-9]{1,10})?$`)

// checkNormalized states what must hold for any text whatever.
func checkNormalized(t interface{ Errorf(string, ...any) }, text string, region Region) {
	number, notes, problem := normalize(text, region)
	if (problem == nil) == number.IsZero() {
		t.Errorf("Parse(%q, %v) gave number %q and problem %v, want one of them", text, region, number.Graph(), problem)
		return
	}
	if problem != nil {
		return
	}
	if !graphForm.MatchString(number.Graph()) {
		t.Errorf("Parse(%q, %v) = %q, want Graph's form", text, region, number.Graph())
	}
	for _, second := range []Region{{}, region} {
		again, more, _ := normalize(number.Graph(), second)
		if again != number || strings.Trim(codes(more), " ") != strings.TrimSpace(strings.Repeat("not-assigned", len(more))) {
			t.Errorf("Parse(%q, %v) = %q, and that again = %q with notes %q", text, region, number.Graph(), again.Graph(), codes(more))
		}
	}
	checkDigits(t, text, number, notes)
	if Compare(number, number.Graph()) != authmethod.Same {
		t.Errorf("%q does not compare as the same as itself", number.Graph())
	}
}

func TestNormalizeTwiceEqualsOnce(t *testing.T) {
	regions := []string{"", "US", "GB", "DE", "FR", "SE", "IT", "AR", "MX", "BR", "RU", "JP", "CI", "HU", "IN", "CN", "AU", "BY", "LI", "SM", "PL", "LU", "CL", "KR", "BB"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(\+|00|0|8|1|\(0\)|\+[1-9][0-9]{0,2} ?\(0\)|0011|011)?[0-9]{1,4}[ -]?[0-9]{2,6}[ /]?[0-9]{0,6}( ?x[0-9]{1,4})?`).Draw(t, "text")
		region := Region{Code: rapid.SampledFrom(regions).Draw(t, "region"), Default: rapid.Bool().Draw(t, "default")}
		checkNormalized(t, text, region)
	})
}

func FuzzNormalize(f *testing.F) {
	for _, text := range []string{"+1 (206) 555-0101", "07700 900123", `="+46701740605"`, "4,47E+11", "a / b", "+39 02 3661 8300 x12", "\u202a+44 7700 900123",
		"tel:+44-20-7946-0123;ext=12", "0011 49 30 123456", "+39 (0)347 1234567", "022 123 45 67", "05.12.1965", "030 12345-10/-11", "886377", "011 15 2345-6789", "4.47701×10^11", "\"\"\nx"} {
		f.Add(text, "GB", true)
	}
	f.Fuzz(func(t *testing.T, text, region string, byDefault bool) {
		checkNormalized(t, text, Region{Code: region, Default: byDefault})
	})
}

func BenchmarkNormalize(b *testing.B) {
	for _, bm := range []struct {
		name, text string
		region     Region
	}{
		{"graph form", "+1 2065550101", Region{}},
		{"international", "+44 (0)20 7946-0123", Region{}},
		{"national", "030 23125 123", Region{Code: "DE"}},
		{"national without prefix", "(206) 555-0101", Region{Code: "US"}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize(bm.text, bm.region)
			}
		})
	}
}

// What is parsed quickly is what would have come out slowly.
func TestQuickIsTheSame(t *testing.T) {
	regions := []string{"", "US", "GB", "DE", "FR", "SE", "IT", "AR", "MX", "BR", "RU", "JP", "CI", "HU", "IN", "CN", "AU", "NG", "SG", "PL", "LU", "CL", "KR", "BB", "ES", "NO"}
	quickly := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`(\+|00|0|8|1)?[0-9]{1,4}[ -./]?[0-9]{2,6}[ -./]?[0-9]{0,6}`),
			rapid.StringMatching(`(\+(1|44|49|33|39|46|54|52|55|7|81|225|65) ?|0)?\(?[0-9]{1,5}\)?[ .()-]?[0-9]{2,4}[ .()-]?[0-9]{2,4}[ .()-]?[0-9]{0,4}`),
			rapid.StringMatching(`[0-9 +().-]{5,20}`),
			rapid.StringMatching(`(\+1[ -]?|1|)\(?(206|212|425|360)\)?[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}`),
			rapid.StringMatching(`(\+49 ?|0|)(151|160|170|176|30|40|49) ?[0-9]{3,4}[ -]?[0-9]{3,5}`),
			rapid.StringMatching(`(\+44 ?|0|)(7[4-9][0-9]{2}|20) ?[0-9]{3} ?[0-9]{3,4}`),
			rapid.StringMatching(`0?(39|49|44|46|33|48|81)0?[1-9][0-9]{2} ?[0-9]{3} ?[0-9]{2,4}`),
			rapid.StringMatching(`(\+39 ?|)(3[2-9][0-9]|0[26]) ?[0-9]{3} ?[0-9]{3,4}`),
		).Draw(t, "text")
		region := Region{Code: rapid.SampledFrom(regions).Draw(t, "region"), Default: rapid.Bool().Draw(t, "default")}
		got, is := quick(text, region)
		if !is {
			return
		}
		quickly++
		want := parser.parseSlowly(text, Parts{}, region)
		if got.Number != want.Number || want.Problem != nil || len(want.Notes) > 0 || got.kind != want.kind || want.extended {
			t.Fatalf("%q in %v: quickly %q of kind %v, slowly %q of kind %v, notes %q, problem %v", text, region, got.Number.Graph(), got.kind, want.Number.Graph(), want.kind, codes(want.Notes), want.Problem)
		}
	})
	if quickly == 0 {
		t.Error("nothing was parsed quickly")
	}
}

func TestQuickAllocatesNothing(t *testing.T) {
	for text, region := range map[string]Region{"+1 2065550101": {}, "+44 20 7946 0123": {}, "0176 04069012": in("DE"), "(206) 555-0101": in("US"), "06 12 34 56 78": in("FR")} {
		if n := testing.AllocsPerRun(100, func() { parser.Parse(text, Parts{}, region) }); n != 0 {
			t.Errorf("parsing %q allocates %v times, want 0", text, n)
		}
	}
}
