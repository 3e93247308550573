package phonenumber

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNormalizeWithParts(t *testing.T) {
	gb, de, us, ca := Region{Code: "GB"}, Region{Code: "DE"}, Region{Code: "US"}, Region{Code: "CA"}
	for _, test := range []struct {
		text   string
		parts  Parts
		region Region
		want   string // the number, or the problem's code
		notes  string
	}{
		{"5550100", Parts{"1", "206", ""}, Region{}, "+1 2065550100", "number-joined"},
		{"900123", Parts{"44", "7700", ""}, Region{}, "+44 7700900123", "number-joined not-assigned"},
		{"7946 0123", Parts{"44", "20", ""}, Region{}, "+44 2079460123", "number-joined"},
		{"7946 0123", Parts{"44", "020", ""}, Region{}, "+44 2079460123", "number-joined trunk-prefix"},
		{"23125-12", Parts{"49", "030", "3"}, Region{}, "+49 302312512x3", "number-joined trunk-prefix"},
		{"698 12345", Parts{"39", "06", ""}, Region{}, "+39 0669812345", "number-joined"},
		{"7946 0123", Parts{"", "020", ""}, gb, "+44 2079460123", "number-joined trunk-prefix"},
		{"7946 0123", Parts{"", "20", ""}, Region{Code: "GB", Default: true}, "+44 2079460123", "number-joined"},
		{"900123", Parts{"", "7700", ""}, Region{Code: "GB", Default: true}, "not-of-default-country", "number-joined"},
		{"7946 0123", Parts{"", "20", ""}, Region{}, "no-country", "number-joined"},
		{"7946 0123", Parts{"", "20", ""}, Region{Unread: "Atlantis"}, "country-unknown", "number-joined"},
		{"7946 0123", Parts{"44", "20", ""}, Region{Unread: "Atlantis"}, "+44 2079460123", "number-joined"},

		// A dialling code alone, with national numbers and the same once more.
		{"020 7946 0123", Parts{"44", "", ""}, Region{}, "+44 2079460123", "number-joined"},
		{"442079460123", Parts{"44", "", ""}, Region{}, "+44 2079460123", "number-joined plus-missing"},
		{"4917604069013", Parts{"49", "", ""}, Region{}, "plus-or-national", "number-joined"},
		{"020 7946 0123", Parts{"44", "", ""}, us, "+44 2079460123", "number-joined"},
		{"416 555 0100", Parts{"1", "", ""}, ca, "+1 4165550100", "number-joined"},
		{"07700 900123", Parts{"44", "", ""}, Region{Code: "GB", Default: true}, "+44 7700900123", "number-joined not-assigned"},
		// Emden's area code begins with Germany's own code.
		{"123456", Parts{"49", "4921", ""}, Region{}, "+49 4921123456", "number-joined"},

		// The cell is complete.
		{"+44 20 7946 0123", Parts{"44", "020", ""}, Region{}, "+44 2079460123", ""},
		{"0044 20 7946 0123", Parts{"44", "20", ""}, Region{}, "+44 2079460123", "double-zero"},
		{"+44 20 7946 0123", Parts{"1", "", ""}, Region{}, "+44 2079460123", "parts-differ"},
		{"+44 20 7946 0123", Parts{"44", "161", ""}, Region{}, "+44 2079460123", "parts-differ"},
		{"+1 206 555 0100", Parts{"1", "206", "123"}, Region{}, "+1 2065550100x123", "number-joined"},
		{"(206) 555-0100", Parts{"1", "206", ""}, Region{}, "+1 2065550100", "area-code-repeated number-joined"},
		{"020 7946 0123", Parts{"44", "020", ""}, Region{}, "+44 2079460123", "area-code-repeated number-joined"},
		{"030 23125123", Parts{"", "030", ""}, de, "+49 3023125123", "area-code-repeated"},
		{"30 23125123", Parts{"", "030", ""}, de, "area-code-twice", ""},

		// Complete, and not of the area that stands beside it.
		{"4930 23125123", Parts{"49", "030", ""}, Region{}, "area-code-twice", ""},
		{"023125123", Parts{"49", "030", ""}, Region{}, "area-code-twice", ""},
		{"17604069012", Parts{"49", "49", ""}, Region{}, "area-code-twice", ""},
		{"0176 04069012", Parts{"", "030", ""}, de, "area-code-twice", ""},
		{"206-555-0100", Parts{"1", "425", ""}, Region{}, "area-code-twice", ""},
		{"020 7946 0123", Parts{"44", "161", ""}, Region{}, "area-code-twice", ""},
		// Valid without their area only by chance.
		{"23125123", Parts{"49", "030", ""}, Region{}, "+49 3023125123", "number-joined trunk-prefix"},
		{"23125", Parts{"49", "030", ""}, Region{}, "+49 3023125", "number-joined trunk-prefix"},
		{"04069012", Parts{"49", "0176", ""}, Region{}, "+49 17604069012", "number-joined trunk-prefix"},
		{"39 98 00 12", Parts{"33", "6", ""}, Region{}, "+33 639980012", "number-joined not-assigned"},

		// A dialling code or an extension beside it does not make two numbers of one.
		{"06/12/34/56/78", Parts{"33", "", ""}, Region{}, "+33 612345678", "number-joined"},
		{"06/12/34/56/78", Parts{"", "", "12"}, Region{Code: "FR"}, "+33 612345678x12", "number-joined"},
		{"01 42 68 53 00 / 01 42 68 53 01", Parts{"33", "", ""}, Region{}, "two-numbers", ""},
		{"01 42 68 53 00/01", Parts{"33", "", ""}, Region{}, "two-numbers", "number-joined"},
		{"23125/124", Parts{"49", "030", ""}, Region{}, "+49 3023125124", "number-joined trunk-prefix"},

		{"210 1234", Parts{"1", "876", ""}, Region{}, "+1 8762101234", "number-joined"},
		{"8 912 345-67-89", Parts{"7", "", ""}, Region{}, "+7 9123456789", "number-joined"},
		{"99 123 4567", Parts{"593", "", ""}, Region{}, "+593 991234567", "number-joined"},
		{"1234 5678", Parts{"800", "", ""}, Region{}, "number-filler", ""},
		{"1234 5679", Parts{"800", "", ""}, Region{}, "no-country", "number-joined"}, // a code of no country
		{"+44 20 7946 0018", Parts{"44", "020", "5"}, Region{}, "+44 2079460018x5", "number-joined"},
		{"+1 206 555 0100 x12", Parts{"", "", "13"}, Region{}, "two-extensions", ""},

		{"206-555-0100 x12", Parts{"", "", "12"}, us, "+1 2065550100x12", ""},
		{"206-555-0100 x12", Parts{"", "", "13"}, us, "two-extensions", ""},
		{"206-555-0100", Parts{"", "", "12345678901"}, us, "extension-too-long", ""},
		{"5.55E+06", Parts{"1", "206", "1"}, us, "spreadsheet-scientific", ""},
		{"", Parts{"1", "206", "1"}, us, "number-missing", ""},
	} {
		parsed := parser.Parse(test.text, test.parts, test.region)
		got := parsed.Number.Graph()
		if parsed.Problem != nil {
			got = parsed.Problem.Code.Word()
		}
		if got != test.want || codes(parsed.Notes) != test.notes {
			t.Errorf("%q with %v in %v = %q with notes %q, want %q with notes %q", test.text, test.parts, test.region, got, codes(parsed.Notes), test.want, test.notes)
		}
	}
}

func TestIsDialCode(t *testing.T) {
	for digits, want := range map[string]bool{
		"1": true, "44": true, "353": true, "840": false, "0": false, "": false, "044": false, "800": false, "x": false, "99999999999999999999": false,
	} {
		if got := IsDialCode(digits); got != want {
			t.Errorf("IsDialCode(%q) = %t, want %t", digits, got, want)
		}
	}
}

func TestRegionOfArea(t *testing.T) {
	for _, test := range []struct{ dialCode, area, want string }{
		{"1", "876", "JM"}, {"1", "658", "JM"}, {"1", "206", "US"}, {"1", "416", "CA"}, {"44", "1534", "JE"}, {"44", "20", "GB"}, {"7", "7", "KZ"},
		{"39", "06698", "VA"}, {"49", "30", "DE"},
		{"1", "2", ""}, {"1", "800", ""}, {"44", "", ""}, {"44", "12345678901", ""}, {"44", "0", ""}, {"99", "1", ""}, {"", "20", ""}, {"800", "1", ""},
	} {
		if got := (DialCodes{}).Country(test.dialCode, test.area); got != test.want {
			t.Errorf("Country(%q, %q) = %q, want %q", test.dialCode, test.area, got, test.want)
		}
	}
}

// Whatever was put together is in Graph's form, and reads as itself.
func TestJoinedNumberReadsAsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := Parts{
			DialCode:  rapid.SampledFrom([]string{"", "1", "7", "39", "44", "49", "54", "225", "353", "800"}).Draw(t, "dialling code"),
			AreaCode:  rapid.StringMatching(`0?[0-9]{0,4}`).Draw(t, "area code"),
			Extension: rapid.StringMatching(`[0-9]{0,11}`).Draw(t, "extension"),
		}
		region := Region{Code: rapid.SampledFrom([]string{"", "US", "GB", "DE", "IT", "RU", "AR"}).Draw(t, "region"), Default: rapid.Bool().Draw(t, "default")}
		text := rapid.StringMatching(`(\+|00|0)?[0-9]{1,4}[ -]?[0-9]{2,8}( ?x[0-9]{1,4})?`).Draw(t, "text")
		parsed := parser.Parse(text, parts, region)
		if (parsed.Problem != nil) != parsed.Number.IsZero() {
			t.Fatalf("%q with %v in %v: problem %v, number %q", text, parts, region, parsed.Problem, parsed.Number.Graph())
		}
		if parsed.Problem != nil {
			return
		}
		if again, _, _ := normalize(parsed.Number.Graph(), Region{}); again != parsed.Number || !graphForm.MatchString(parsed.Number.Graph()) {
			t.Errorf("%q with %v in %v = %q, and that again = %q", text, parts, region, parsed.Number.Graph(), again.Graph())
		}
	})
}

// A number beside its dialling code is written without the 0 of national calls:
// nothing is missing.
func TestNothingIsMissingBehindADialCode(t *testing.T) {
	for _, test := range []struct{ digits, dialCode, want string }{
		{"7700900123", "44", "+44 7700900123"},
		{"7911123456", "44", "+44 7911123456"},
		{"30123456", "49", "+49 30123456"},
		{"612345678", "33", "+33 612345678"},
	} {
		got := parser.Parse(test.digits, Parts{DialCode: test.dialCode}, Region{})
		if got.Number.Graph() != test.want || got.Problem != nil || strings.Contains(codes(got.Notes), "missing") {
			t.Errorf("%s beside %s: %q with notes %q, %v; want %q", test.digits, test.dialCode, got.Number.Graph(), codes(got.Notes), got.Problem, test.want)
		}
	}
}
