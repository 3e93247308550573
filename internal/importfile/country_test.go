package importfile

import "testing"

func TestCountry(t *testing.T) {
	tests := map[string]string{
		"GB": "GB", "gb": "GB", "GBR": "GB", "UK": "GB", "u.k.": "GB", "United Kingdom": "GB", "England": "GB", "Great Britain": "GB",
		"northern ireland": "GB", "US": "US", "usa": "US", "U.S.": "US", "U.S.A.": "US", "United States": "US",
		"United States of America": "US", "the United States": "US", "DE": "DE", "Germany": "DE", "GERMANY": "DE", "ＤＥ": "DE",
		"South Korea": "KR", "Korea, Republic of": "KR", "Russia": "RU", "Russian Federation": "RU", "Czechia": "CZ",
		"Czech Republic": "CZ", "Holland": "NL", "The Netherlands": "NL", "Ivory Coast": "CI", "Côte d'Ivoire": "CI", "Cote d’Ivoire": "CI",
		"Viet Nam": "VN", "Vietnam": "VN", "Türkiye": "TR", "Turkey": "TR", "Bosnia and Herzegovina": "BA", "Bosnia & Herzegovina": "BA",
		"Reunion": "RE", "Åland Islands": "AX", "Hong Kong": "HK", "Macao": "MO", "Myanmar": "MM", "St. Lucia": "LC", "Saint Lucia": "LC",
		"Kosovo": "XK", "XK": "XK", "UAE": "AE", "Namibia": "NA", "Niger": "NE", "Nigeria": "NG",
		"Dominica": "DM", "Dominican Republic": "DO", "Ireland": "IE", "Guinea-Bissau": "GW",

		"Deutschland": "DE", "Allemagne": "DE", "Alemania": "DE", "Alemanha": "DE", "Germania": "DE", "Duitsland": "DE", "Tyskland": "DE",
		"Saksa": "DE", "Niemcy": "DE", "Německo": "DE", "Nemecko": "DE", "Suisse": "CH", "Schweiz": "CH", "Svizzera": "CH", "Royaume-Uni": "GB",
		"Vereinigtes Königreich": "GB", "États-Unis": "US", "Etats-Unis": "US", "Estados Unidos": "US", "Stany Zjednoczone": "US", "USA ": "US",
		"Österreich": "AT", "Oesterreich": "AT", "Brasil": "BR", "Espagne": "ES", "Polska": "PL", "Česko": "CZ", "Suomi": "FI", "Sverige": "SE",
		"Norge": "NO", "Danmark": "DK", "Nederland": "NL", "Island": "IS", "Irland": "IE", "Noord-Korea": "KP",

		"": "", "Atlantis": "", "ZZ": "", "EU": "", "UN": "", "SU": "", "AA": "", "XX": "", "840": "", "1": "", "+44": "",
		"N/A": "", "n.a.": "", "-": "", "Congo": "", "Korea": "", "Europe": "", "Kongo": "", "República": "", "G B": "",
	}
	known := newCountries()
	for text, want := range tests {
		if got, ok := known.code(text); got != want || ok != (want != "") {
			t.Errorf("code(%q) = %q, %t, want %q", text, got, ok, want)
		}
	}
}

// A typing error in the tables would send numbers to another country.
func TestEverydayNames(t *testing.T) {
	known := newCountries()
	for _, table := range []map[string]string{everydayCodes, everydayNames} {
		for text, code := range table {
			if got := known.codes[code]; got != code {
				t.Errorf("%q stands for %q, which is no country", text, code)
			}
		}
	}
	for name := range everydayNames {
		if got := foldName(name); got != name {
			t.Errorf("the name %q is not folded: want %q", name, got)
		}
	}
}
