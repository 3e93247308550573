package importfile

import (
	"fmt"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

func TestNumericCountries(t *testing.T) {
	const british, american, german, australian = "020 7946 0123", "206-555-0100", "030 23125123", "0412 345 679"
	tests := []struct {
		heading string
		wanted  map[string]string
		cells   []string // country and number
		want    []string // number, or the first problem
		reading string   // of the country column, behind its heading
	}{
		{"countryCode", nil, []string{"826," + british, "840," + american, "0," + british, "000," + british},
			[]string{"+44 2079460123", "+1 2065550100", "no-country", "no-country"}, "its numbers are ISO 3166 codes, by their values"},
		{"countryCode", nil, []string{"276," + german, "36," + australian, "036," + australian}, // 36 is ISO's Australia then
			[]string{"+49 3023125123", "+61 412345679", "+61 412345679"}, "its numbers are ISO 3166 codes, by their values"},
		{"countryCode", nil, []string{"276.0," + german, "0840," + american, "'826," + british, "0.0," + british, "4.4," + german, "8 2," + german},
			[]string{"+49 3023125123", "+1 2065550100", "+44 2079460123", "no-country", "country-unknown", "country-unknown"},
			"its numbers are ISO 3166 codes, by their values"},
		{"Country Code", nil, []string{"44.0," + british, "1," + american, `"=""+49""",` + german, "+ 49," + german, "1-876,876-555-0123"},
			[]string{"+44 2079460123", "+1 2065550100", "+49 3023125123", "+49 3023125123", "+1 8765550123"},
			"its numbers are dialling codes, by their values"},
		{"Country Code", nil, []string{"1," + american, "44," + british},
			[]string{"+1 2065550100", "+44 2079460123"}, "its numbers are dialling codes, by their values"},
		{"Country Code", nil, []string{"44," + british, "44,+" + "44 20 7946 0123"},
			[]string{"country-unknown", "+44 2079460123"}, `its numbers could be ISO 3166 or dialling codes and are not used: say --map "country=Country Code" or --map "dialCode=Country Code"`},
		{"Country Code", nil, []string{"1," + american, "840," + american},
			[]string{"country-unknown", "country-unknown"}, "its numbers could be"},
		{"Country Code", nil, []string{"+44," + british, "GB," + british, "0049," + german, "+1," + american, "+999," + american},
			[]string{"+44 2079460123", "+44 2079460123", "+49 3023125123", "+1 2065550100", "country-unknown"}, "; where it is empty"},
		{"Country", nil, []string{"840," + american, "8," + british, "008," + british},
			[]string{"+1 2065550100", "too-long", "too-long"}, "its numbers are ISO 3166 codes, by their values"},
		{"Country", nil, []string{"1," + american}, []string{"country-unknown"}, "its numbers could be"},
		{"Country ISO", nil, []string{"36," + australian}, []string{"+61 412345679"}, "its numbers are ISO 3166 codes, by the headings"},
		{"Country Code,DN", nil, []string{"36,," + australian}, []string{"+61 412345679"}, "its numbers are ISO 3166 codes, by the headings"},
		{"Country Code,Area Code", nil, []string{"44,20,79460123", "1,206,5550100", "GB,020,79460123", "840,206,5550100"},
			[]string{"+44 2079460123", "+1 2065550100", "+44 2079460123", "country-unknown"}, "its numbers are dialling codes, by the headings"},
		{"CC", map[string]string{"country": "CC"}, []string{"36," + australian}, []string{"+61 412345679"}, "its numbers are ISO 3166 codes, by the headings"},
		{"CC", map[string]string{"dialCode": "CC"}, []string{"44," + british, "," + british, "x," + british},
			[]string{"+44 2079460123", "no-country", "number-part"}, "none; numbers need"},
	}
	for _, test := range tests {
		text := "user," + test.heading + ",mobile\n"
		for _, cells := range test.cells {
			text += "ada@example.com," + cells + "\n"
		}
		f := mustRead(t, text, Options{Name: "a.csv", Map: test.wanted})
		for i, want := range test.want {
			r := f.Rows.At(authmethod.RowNumber(i))
			got := r.Number.Graph()
			var codes []string
			for _, p := range r.Found().Problems {
				codes = append(codes, p.Code.Word())
			}
			if r.Rejected() {
				got = strings.Join(codes, " ")
			}
			if got != want {
				t.Errorf("%s of %q: %q, want %q", test.heading, test.cells[i], got, want)
			}
		}
		if got := f.Reading.String(); !strings.Contains(got, test.reading) {
			t.Errorf("%s: the reading is\n%s\nwant it to hold %q", test.heading, got, test.reading)
		}
	}
}

// What the numbers are is the same for all rows, also where later ones differ.
func TestNumericCountriesAreDecidedOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString("user,countryCode,mobile\n")
	for i := range 3 * batchSize {
		code := "44" // ISO's Bahamas have 044, and Britain's dialling code is 44
		if i > 2*batchSize {
			code = "840"
		}
		fmt.Fprintf(&b, "ada@example.com,%s,020 7946 0123\n", code)
	}
	f := mustRead(t, b.String(), Options{})
	for i, r := range f.Rows.All() {
		if !r.Rejected() {
			t.Fatalf("row %d has number %q, want none", i, r.Number.Graph())
		}
	}
}
