package country

import (
	"strings"
	"testing"
)

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

		// Of the languages that are looked at last.
		"Ελλάδα": "GR", "ΚΥΠΡΟΣ": "CY", "日本": "JP", "中国": "CN", "台灣": "TW", "Россия": "RU", "Україна": "UA", "България": "BG",
		"Hrvatska": "HR", "Srbija": "RS", "Magyarország": "HU", "Slovenija": "SI", "Lietuva": "LT", "Latvija": "LV", "Eesti": "EE",
		"대한민국": "KR", "ישראל": "IL", "مصر": "EG", "ไทย": "TH", "TÜRKİYE": "TR", "Németország": "DE", "टोगो": "TG", "टोंगा": "TO",

		// As ISO and lists that follow it write them.
		"Iran, Islamic Republic of": "IR", "Korea (South)": "KR", "Korea (Democratic People's Republic of)": "KP", "Taiwan, Province of China": "TW",
		"Moldova, Republic of": "MD", "Bolivia (Plurinational State of)": "BO", "United Kingdom, The": "GB", "Netherlands (Kingdom of the)": "NL",
		"Ireland (Republic of)": "IE", "Congo, The Democratic Republic of the": "CD", "Virgin Islands, U.S.": "VI", "Saint Martin (French part)": "MF",
		"Federal Republic of Germany": "DE", "Poland, Republic of": "PL", "People's Republic of China": "CN", "Holy See (Vatican City State)": "VA",
		"Bosnia-Herzegovina": "BA", "Trinidad/Tobago": "TT", "Hong Kong, China": "HK",
		"GER": "DE", "XKX": "XK", "EUA": "US", "EE.UU.": "US", "U.K": "GB", "U. S. A.": "US",

		// With other marks round it.
		"'GB": "GB", "GB.": "GB", "`GB`": "GB", `="GB"`: "GB", "(GB)": "GB", "\"Germany\"": "DE", "- DE -": "DE", "'NA": "NA",
		"🇬🇧": "GB", "🇩🇪 Germany": "DE", "Österreich🇦🇹": "AT",

		// The same country twice.
		"USA (US)": "US", "US - United States": "US", "US/USA": "US", "United Kingdom (UK)": "GB", "Germany (DE)": "DE", "DE-Germany": "DE",
		"DE – Germany": "DE", "DE Germany": "DE", "Germany DE": "DE", "DE: Germany": "DE", "DE | DEU | Germany": "DE", "Deutschland [DE]": "DE",
		"Bosnia-Herzegovina (BA)": "BA", "GW - Guinea-Bissau": "GW", "Korea, Republic of (KR)": "KR", "Falkland Islands (Malvinas) (FK)": "FK",
		"Belgique/België": "BE", "Schweiz Suisse": "CH", "de-DE": "DE", "44 (UK)": "GB", "UK +44": "GB", "0044 United Kingdom": "GB",
		"276 - Germany": "DE", "Germany (49)": "DE", "+1 Canada": "CA",

		// The dialling code and an area of one country.
		"1-876": "JM", "+1 876": "JM", "+1876": "JM", "1 (876)": "JM", "44-1534": "JE", "+44 1481": "GG", "7-727": "KZ", "+49 30": "DE",
		"1-809, 1-829": "DO", "Jamaica (1-876)": "JM", "Jersey +44-1534": "JE",

		// Two countries, or one and something that could be another.
		"Georgia, US": "", "US-CA": "", "US, CA": "", "DE/AT": "", "🇩🇪🇦🇹": "", "AS Samoa": "", "US - Kanada?": "", "DE (HQ)": "", "en-US": "",
		"Germany (44)": "", "44/49": "", "49 United Kingdom": "", "Germany 12": "", "US123": "", "DE, +43": "", "Jamaica (1-868)": "",
		"1-2": "", "1-800": "", "1-555": "", "44-15": "", "1876": "", "276.0": "", "99-1": "", "1-876-555": "",
		"(NA)": "", "NA.": "", "N.A.": "", "NA (US)": "", "???": "", "M?xico": "", "Congo (the)": "", "Republic of China": "", "State of Georgia": "",
		"конго": "", "E.U.": "", "D.E.": "",
		strings.Repeat("US ", 60) + "x": "", strings.Repeat("US ", 100): "",

		"": "", "Atlantis": "", "ZZ": "", "EU": "", "UN": "", "SU": "", "AA": "", "XX": "", "840": "", "1": "", "+44": "",
		"N/A": "", "n.a.": "", "-": "", "Congo": "", "Korea": "", "Europe": "", "Kongo": "", "República": "", "G B": "",
	}
	known := New(plans{})
	for text, want := range tests {
		if got, ok := known.Code(text); got != want || ok != (want != "") {
			t.Errorf("Code(%q) = %q, %t, want %q", text, got, ok, want)
		}
	}
}

// A typing error in the tables would send numbers to another country.
func TestEverydayNames(t *testing.T) {
	known := New(plans{})
	for _, table := range []map[string]string{everyday()["codes"], everyday()["english"]} {
		for text, code := range table {
			if got := known.codes[code]; got != code {
				t.Errorf("%q stands for %q, which is not a country", text, code)
			}
		}
	}
	for name := range everyday()["english"] {
		if got := foldName(name); got != name {
			t.Errorf("the name %q is not folded: want %q", name, got)
		}
	}
}

// plans are the few dialling codes that the table above needs.
type plans struct{}

func (plans) Has(country, dialCode string) bool {
	return map[string]string{"GB": "44", "DE": "49", "US": "1", "CA": "1", "JE": "44", "AT": "43"}[country] == dialCode
}

func (plans) Country(dialCode, area string) string {
	return map[string]string{
		"1 876": "JM", "1 868": "TT", "1 809": "DO", "1 829": "DO", "44 1534": "JE", "44 1481": "GG", "7 727": "KZ", "49 30": "DE",
	}[dialCode+" "+area]
}

func TestByNumber(t *testing.T) {
	for digits, want := range map[string]string{"276": "DE", "036": "AU", "36": "AU", "8": "AL", "840": "US", "1": "", "+36": "", "": "", "900": ""} {
		if got, ok := New(plans{}).ByNumber(digits); got != want || ok != (want != "") {
			t.Errorf("ByNumber(%q) = %q, %t, want %q", digits, got, ok, want)
		}
	}
}

func TestDigits(t *testing.T) {
	for text, want := range map[string]string{
		"49": "49", "049": "049", "+49": "+49", "0049": "+49", "0840": "0840", "008": "008", "+1876": "", "12345": "", "GB": "", "": "", "+": "",
	} {
		if got := Digits(text); got != want {
			t.Errorf("Digits(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMissing(t *testing.T) {
	for text, want := range map[string]bool{"": true, "n/a": true, "-": true, "0": true, "000": true, "na": true, "NA": false, "DE": false, "08": false} {
		if got := Missing(text); got != want {
			t.Errorf("Missing(%q) = %t, want %t", text, got, want)
		}
	}
}
