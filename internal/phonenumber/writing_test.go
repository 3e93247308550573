package phonenumber

import (
	"testing"
	"unicode"
)

// Digits of any script are digits; what only looks like one is not.
func TestDigitsOfOtherScripts(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"+९१ ९८७६५ ४३२११", Region{}, "+91 9876543211", "other-digits"},         // Devanagari
		{"+৮৮০ ১৮১২-৩৪৫৬৭৮", Region{}, "+880 1812345678", "other-digits"},       // Bengali
		{"๐๘๑ ๒๓๔ ๕๖๗๘", in("TH"), "+66 812345678", "other-digits"},             // Thai
		{"۰۹۱۲ ۳۴۵ ۶۷۸۹", in("IR"), "+98 9123456789", "other-digits"},           // Persian
		{"٠٥٠ ١٢٣ ٤٥٦٧", in("AE"), "+971 501234567", "other-digits"},            // Arabic
		{"０９０－１２３４－５６７８", in("JP"), "+81 9012345678", "other-digits"},           // full width, marks as well
		{"（０３）３１２３－４５６７", in("JP"), "+81 331234567", "other-digits"},            // brackets, too
		{"𝟎𝟔 𝟏𝟐 𝟑𝟒 𝟓𝟔 𝟕𝟖", in("FR"), "+33 612345678", "other-digits"},           // bold, as chat programs make them
		{"0176 ٠٤٠٦9012", in("DE"), "+49 17604069012", "other-digits"},          // mixed
		{"①②③④⑤⑥⑦⑧⑨", in("FR"), "character", ""},                                // numerals that are not digits
		{"〇九〇一二三四五六七八", in("JP"), "character", ""},                              // Han
		{"O6 12 34 56 78", in("FR"), "letters", ""},                             // the letter O
		{"+33 6 l2 34 56 78", Region{}, "letters", ""},                          // the letter l
		{"06 12 34 56 7８ ext １２", in("FR"), "+33 612345678x12", "other-digits"}, // in an extension
	})
}

// The digits of a script stand in order: each has its value.
func TestDigitValue(t *testing.T) {
	for _, zero := range "0٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀០᠐᧐０𐒠𑁦𝟎𝟘𝟢𝟬𝟶🯰𞥐" {
		for value := range rune(10) {
			if r := zero + value; !unicode.IsDigit(r) || digitValue(r) != value {
				t.Errorf("digitValue(%q) = %d, want %d", r, digitValue(r), value)
			}
		}
	}
}

// Blanks and marks of every kind separate digits and say nothing.
func TestSeparators(t *testing.T) {
	for _, mark := range []string{
		"\t", "\u2007", "\u2009", "\u202f", "\u3000", // blanks of typesetting and of Japan
		"-", "\u2010", "\u2011", "\u2012", "\u2014", "\u2015", "\u2212", "\uff0d", "\u30fc", // dashes
		".", "\u00b7", "\u2022", "\u30fb", "_", "~", "\u301c", "/",
	} {
		number, notes, problem := normalize("+46 70"+mark+"174"+mark+"06"+mark+"05", Region{})
		if number.Graph() != "+46 701740605" || problem != nil || len(notes) > 0 && codes(notes) != "other-digits" {
			t.Errorf("with %q between its groups: %q with notes %q, %v", mark, number.Graph(), codes(notes), problem)
		}
	}
	for mark, want := range map[string]string{
		"*": "character", ":": "character", "=": "character", "'": "character", "\u00d7": "character",
		"\\": "character", "|": "character", ",": "character", "e": "letters", "\ufffd": "not-utf8", "\n": "two-numbers",
	} {
		if _, _, problem := normalize("+46 70"+mark+"1740605", Region{}); problem == nil || problem.Code.Word() != want {
			t.Errorf("with %q in it: %v, want %s", mark, problem, want)
		}
	}
}

// What cannot be seen is left out, wherever it stands, and said.
func TestInvisibleCharacters(t *testing.T) {
	for _, mark := range []string{"\u00ad", "\u200b", "\u200d", "\u200e", "\u2060", "\u2066", "\ufeff", "\x00", "\x7f"} {
		for _, text := range []string{mark + "+46 701740605", "+" + mark + "46 701740605", "+46 7017" + mark + "40605", "+46 701740605" + mark} {
			number, notes, problem := normalize(text, Region{})
			if number.Graph() != "+46 701740605" || codes(notes) != "invisible-characters" || problem != nil {
				t.Errorf("%q: %q with notes %q, %v", text, number.Graph(), codes(notes), problem)
			}
		}
	}
}

// Labels of people's address books, in their languages.
func TestLabels(t *testing.T) {
	const noted = "signs-left-out"
	checkOutcomes(t, []outcome{
		{"Handy: 0176 04069012", in("DE"), "+49 17604069012", noted},
		{"Téléphone : 06 12 34 56 78", in("FR"), "+33 612345678", noted},
		{"MÓVIL 612 34 56 78", in("ES"), "+34 612345678", noted},
		{"Cellulare: 347 123 4567", in("IT"), "+39 3471234567", noted},
		{"Mobiel: 06 12345678", in("NL"), "+31 612345678", noted},
		{"Iroda: 06 1 334 5678", in("HU"), "+36 13345678", noted},
		{"Cep Telefonu: 0532 123 45 67", in("TR"), "+90 5321234567", noted},
		{"İş: 0212 334 56 78", in("TR"), "+90 2123345678", noted}, // a capital that no other alphabet has
		{"IŞ TELEFONU 0212 334 56 78", in("TR"), "+90 2123345678", noted},
		{"acasă: 021 234 5678", in("RO"), "+40 212345678", noted},
		{"(0176) 04069012 (privat)", in("DE"), "+49 17604069012", noted},
		{"0176 04069012 [Mobil.]", in("DE"), "+49 17604069012", noted},
		{"tel:+46-70-174-06-05", Region{}, "+46 701740605", noted}, // RFC 3966
		{"Mobil: n/a", in("DE"), "letters", ""},
		{"Fax: 030 23125123", in("DE"), "letters", ""},   // not a phone
		{"Anna 0176 04069012", in("DE"), "letters", ""},  // a name
		{"0176 04069012 Handy", in("DE"), "letters", ""}, // behind the number only in brackets
		{"«0176 04069012»", in("DE"), "+49 17604069012", noted},
		{"„0176 04069012“", in("DE"), "+49 17604069012", noted},
		{"^^", in("DE"), "number-missing", noted},
	})
}

// Extensions, as they are written in other places.
func TestExtensions(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"+7 495 123-45-67 доб. 12", Region{}, "+7 4951234567x12", ""},
		{"8 (495) 123-45-67 (ВНУТР. 5)", in("RU"), "+7 4951234567x5", ""},
		{"0212 334 56 78 dahili 123", in("TR"), "+90 2123345678x123", ""},
		{"0212 334 56 78 DAHİLİ 123", in("TR"), "+90 2123345678x123", ""},
		{"06 1 334 5678 / mellék 12", in("HU"), "+36 13345678x12", ""}, // the word says what stands behind the slash
		{"06 1 334 5678 mellék: 12", in("HU"), "+36 13345678x12", ""},
		{"021 234 5678 interior 9", in("RO"), "+40 212345678x9", ""},
		{"01 534567 DW 12", in("AT"), "+43 1534567x12", ""},
		{"01 42 68 53 00 Poste 0042", in("FR"), "+33 142685300x0042", ""}, // zeros in front count
		{"(11) 3123-4567 Ramal: 0000012345", in("BR"), "+55 1131234567x0000012345", ""},
		{"(11) 3123-4567 Ramal: 1234567890", in("BR"), "two-numbers", ""}, // area code 12, 3456-7890
		{"(11) 3123-4567 ramal 12345678901", in("BR"), "extension-too-long", ""},
		{"+1 206 555 0104 EXT12", Region{}, "+1 2065550104x12", ""},
		{"+1 206 555 0104 x", Region{}, "+1 2065550104", "empty-extension"},
		{"206.555.0104 ext. n/a", in("US"), "letters", ""},
		{"030 23125123 Nebenst. 12", in("DE"), "extension-mark", ""},
		{"+1 206 555 0104, 12", Region{}, "two-numbers", ""}, // the advice is to write an x
		{"+1 206 555 0104 x12 x13", Region{}, "letters", ""},
		{"+44 20 7946 0018 X12", Region{}, "+44 2079460018x12", ""},
		{"4.4x1011", in("DE"), "spreadsheet-scientific", ""}, // not an extension
		{"x12", in("US"), "letters", ""},                     // nothing but an extension
	})
}
