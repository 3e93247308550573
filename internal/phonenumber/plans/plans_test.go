package plans_test

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/phonenumber/plans"

	"github.com/nyaruka/phonenumbers"
)

func ExampleParse() {
	n, _ := plans.Parse("015123456789", "DE")
	fmt.Println(n.CountryCode, n.National, n.Region, n.Kind == plans.Mobile, n.Length == plans.Possible)
	// Output: 49 15123456789 DE true true
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		digits, region string
		want           string // code, national number, region
		kind           plans.Kind
		source         plans.Source
		why            string
	}{
		{"+4917604069012", "", "49 17604069012 DE", plans.Mobile, plans.Plus, "the code is behind the plus sign"},
		{"+4917604069012", "US", "49 17604069012 DE", plans.Mobile, plans.Plus, "the plus sign wins over the region"},
		{"+49017604069012", "", "49 17604069012 DE", plans.Mobile, plans.Plus, "a trunk zero behind the code is dropped"},
		{"+390612345678", "", "39 0612345678 IT", plans.FixedLine, plans.Plus, "Italy's zero is part of the number"},
		{"017604069012", "DE", "49 17604069012 DE", plans.Mobile, plans.National, "0 is Germany's national prefix"},
		{"00442079460018", "DE", "44 2079460018 GB", plans.FixedLine, plans.ExitCode, "00 is Germany's exit code"},
		{"0011442079460018", "AU", "44 2079460018 GB", plans.FixedLine, plans.ExitCode, "0011 is Australia's"},
		{"+00442079460018", "DE", "44 2079460018 GB", plans.FixedLine, plans.ExitCode, "no code begins with 0, so that it is an exit code"},
		{"33612345678", "FR", "33 612345678 FR", plans.Mobile, plans.WithoutPlus, "too long for a number without its code"},
		{"4917604069012", "DE", "49 4917604069012 DE", plans.FixedLine, plans.National, "a number of Aurich, 04917, as it stands"},
		{"12025550123", "US", "1 2025550123 US", plans.FixedLineOrMobile, plans.WithoutPlus, "no US number begins with 1"},
		{"+18765550123", "", "1 8765550123 JM", plans.Mobile, plans.Plus, "876 is Jamaica's"},
		{"4601234", "AG", "1 2684601234 AG", plans.FixedLine, plans.National, "the rule supplies the island's code 268"},
		{"0111523456789", "AR", "54 91123456789 AR", plans.Mobile, plans.National, "15 in Argentina becomes a 9 in front"},
		{"0411151234567", "BR", "55 1151234567 BR", plans.FixedLine, plans.National, "41 is a carrier's code in Brazil"},
		{"+80012345678", "", "800 12345678 001", plans.TollFree, plans.Plus, "800 is of no country"},
		{"0999", "GB", "44 0999 ", plans.Unknown, plans.National, "too short without its zero, which is kept; of no region that shares 44"},
	} {
		n, err := plans.Parse(test.digits, test.region)
		got := fmt.Sprint(n.CountryCode, " ", n.National, " ", n.Region)
		if err != nil || got != test.want || n.Kind != test.kind || n.Source != test.source {
			t.Errorf("Parse(%q, %q) = %s, kind %d, source %d, %v; want %s, kind %d, source %d: %s",
				test.digits, test.region, got, n.Kind, n.Source, err, test.want, test.kind, test.source, test.why)
		}
		compare(t, test.digits, test.region, "US")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		digits, region string
		want           error
		why            string
	}{
		{"", "DE", plans.ErrNotANumber, "nothing"},
		{"+", "DE", plans.ErrNotANumber, "a plus sign alone"},
		{"1", "DE", plans.ErrNotANumber, "one digit"},
		{"+49", "DE", plans.ErrNotANumber, "a code alone"},
		{"0176", "", plans.ErrCountryCode, "no region to dial in"},
		{"0176", "ZZ", plans.ErrCountryCode, "a region that is none"},
		{"+999123456", "DE", plans.ErrCountryCode, "999 is not a code"},
		{"00999123456", "DE", plans.ErrCountryCode, "nor is it behind an exit code"},
		{"+0176123456", "", plans.ErrCountryCode, "no code begins with 0"},
		{"+491", "", plans.ErrTooShort, "one digit behind the code"},
		{"0049", "DE", plans.ErrTooShortAfterExit, "two digits behind the exit code"},
		{"+49" + strings.Repeat("1", 18), "", plans.ErrTooLong, "no plan has 18 digits"},
		{strings.Repeat("1", 250), "DE", plans.ErrTooLong, "as many characters as the library reads"},
		{strings.Repeat("1", 251), "", plans.ErrTooLong, "more, which is found before the region"},
	} {
		if _, err := plans.Parse(test.digits, test.region); !errors.Is(err, test.want) {
			t.Errorf("Parse(%q, %q): %v, want %v: %s", test.digits, test.region, err, test.want, test.why)
		}
		compare(t, test.digits, test.region, "")
	}
}

// The caller has taken the separators away; what is left of them is an error
// here, though the library would read it.
func TestParseReadsDigitsOnly(t *testing.T) {
	for _, digits := range []string{"+49 30", "++4930123456", "49+30123456", "٤٩٣٠١٢٣٤٥٦", "1234567/", "12345:", " 123456", "123\x00"} {
		if _, err := plans.Parse(digits, "DE"); !errors.Is(err, plans.ErrNotANumber) {
			t.Errorf("Parse(%q): %v, want %v", digits, err, plans.ErrNotANumber)
		}
	}
}

func TestCodesAreTheLibrarys(t *testing.T) {
	for code := -1; code < 1100; code++ {
		got, want := slices.Collect(plans.Regions(code)), phonenumbers.GetRegionCodesForCountryCode(code)
		if !slices.Equal(got, want) {
			t.Errorf("Regions(%d) = %v, want %v", code, got, want)
		}
		main := phonenumbers.GetRegionCodeForCountryCode(code)
		if main == phonenumbers.UNKNOWN_REGION {
			main = ""
		}
		if got := plans.MainRegion(code); got != main {
			t.Errorf("MainRegion(%d) = %q, want %q", code, got, main)
		}
	}
}

func TestRegionsAreTheLibrarys(t *testing.T) {
	letters := []string{"", "de", "001", "D", "DEU", "[A", "ÄA"}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			letters = append(letters, string([]rune{a, b}))
		}
	}
	for _, region := range letters {
		if got, want := plans.CountryCode(region), phonenumbers.GetCountryCodeForRegion(region); got != want {
			t.Errorf("CountryCode(%q) = %d, want %d", region, got, want)
		}
		if got, want := plans.NationalPrefix(region), phonenumbers.GetNddPrefixForRegion(region, true); got != want {
			t.Errorf("NationalPrefix(%q) = %q, want %q", region, got, want)
		}
		for kind, theirs := range map[plans.Kind]phonenumbers.PhoneNumberType{plans.Mobile: phonenumbers.MOBILE, plans.FixedLine: phonenumbers.FIXED_LINE} {
			want := ""
			if n := phonenumbers.GetExampleNumberForType(region, theirs); n != nil {
				want = phonenumbers.GetNationalSignificantNumber(n)
			}
			if got := plans.Example(region, kind); got != want {
				t.Errorf("Example(%q, %d) = %q, want %q", region, kind, got, want)
			}
		}
	}
}

// The program must not carry the library, which is large and slow to start.
func TestTheLibraryIsNotLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "nyaruka") {
		t.Errorf("package plans depends on the library:\n%s", out)
	}
}
