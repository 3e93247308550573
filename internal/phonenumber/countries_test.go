package phonenumber

import "testing"

// Numbers as they are dialled within a country, by its numbering plan.
func TestNationalNumbers(t *testing.T) {
	checkOutcomes(t, []outcome{
		// A 0 for national calls, which is not part of the number.
		{"0491 570 156", in("AU"), "+61 491570156", ""},
		{"(02) 9374 4000", in("AU"), "+61 293744000", ""},
		{"021 123 4567", in("NZ"), "+64 211234567", ""},
		{"071 123 4567", in("ZA"), "+27 711234567", ""},
		{"0712 123456", in("KE"), "+254 712123456", ""},
		{"0802 123 4567", in("NG"), "+234 8021234567", ""},
		{"010 0123 4567", in("EG"), "+20 1001234567", ""},
		{"051 234 5678", in("SA"), "+966 512345678", ""},
		{"050-234-5678", in("IL"), "+972 502345678", ""},
		{"0501 234 56 78", in("TR"), "+90 5012345678", ""},
		{"041 2345678", in("FI"), "+358 412345678", ""},
		{"(050) 123 45 67", in("UA"), "+380 501234567", ""},
		{"0712 034 567", in("RO"), "+40 712034567", ""},
		{"092 123 4567", in("HR"), "+385 921234567", ""},
		{"085 012 3456", in("IE"), "+353 850123456", ""},
		{"098765 43211", in("IN"), "+91 9876543211", ""},
		{"01812-345678", in("BD"), "+880 1812345678", ""},
		{"081 234 5678", in("TH"), "+66 812345678", ""},
		{"0912 345 678", in("VN"), "+84 912345678", ""},
		{"0905 123 4567", in("PH"), "+63 9051234567", ""},
		{"010-2345-6789", in("KR"), "+82 1023456789", ""},
		{"0412-123 4567", in("VE"), "+58 4121234567", ""},
		{"099 123 4567", in("EC"), "+593 991234567", ""},

		// Other prefixes: 8 in Russia, 06 in Hungary, 01 and 1 elsewhere.
		{"8 (912) 345-67-89", in("RU"), "+7 9123456789", ""},
		{"8 (701) 234 56 78", in("KZ"), "+7 7012345678", ""},
		{"06 20 123 4567", in("HU"), "+36 201234567", ""},
		{"8 029 491 19 11", in("BY"), "+375 294911911", "prefix-left-out"}, // 8 and, after a second tone, 0
		{"(0-612) 34567", in("LT"), "+370 61234567", ""},
		{"8 612 34567", in("LT"), "+370 61234567", "prefix-left-out"}, // the prefix of before 2022
		{"+7 8 912 345-67-89", Region{}, "+7 9123456789", "trunk-prefix"},
		{"8 050 123 45 67", in("UA"), "too-long", ""}, // the Soviet 8 in front of a whole number

		// No prefix: the number is dialled as it is.
		{"612 34 56 78", in("ES"), "+34 612345678", ""},
		{"912 345 678", in("PT"), "+351 912345678", ""},
		{"691 234 5678", in("GR"), "+30 6912345678", ""},
		{"406 12 345", in("NO"), "+47 40612345", ""},
		{"34 41 23 45", in("DK"), "+45 34412345", ""},
		{"611 1234", in("IS"), "+354 6111234", ""},
		{"512 345 678", in("PL"), "+48 512345678", ""},
		{"8123 4567", in("SG"), "+65 81234567", ""},
		{"5123 4567", in("HK"), "+852 51234567", ""},
		{"55 1234 5678", in("MX"), "+52 5512345678", ""},
		{"8312 3456", in("CR"), "+506 83123456", ""},
		{"876 210 1234", in("JM"), "+1 8762101234", ""},

		// The 0 belongs to the number.
		{"06 698 12345", in("VA"), "+39 0669812345", ""},
		{"0549 886377", in("SM"), "+378 0549886377", ""},
		{"07 07 12 34 56", in("CI"), "+225 0707123456", ""},
		{"07 12 34 56", in("CI"), "too-short", ""}, // the eight digits of before 2021

		// There is a prefix, and nobody writes it before such numbers: no 0 is missing.
		{"131 2345 6780", in("CN"), "+86 13123456780", ""},
		{"321 123 4567", in("CO"), "+57 3211234567", ""},
		{"912 345 678", in("PE"), "+51 912345678", ""},
		{"(11) 96123-4567", in("BR"), "+55 11961234567", ""},
		{"011 96123-4567", in("BR"), "+55 11961234567", ""},
		{"8812 3456", in("MN"), "+976 88123456", ""},
		{"1800 123 456", in("AU"), "+61 1800123456", ""},
		{"3123 4567", in("BR"), "zero-missing", ""}, // its area code is missing

		// The 0 was lost, as in a cell of numbers.
		{"412 345 678", in("AU"), "+61 412345678", "leading-zero-missing"},
		{"612345678", in("FR"), "+33 612345678", "leading-zero-missing"},
		{"9012345678", in("JP"), "+81 9012345678", "leading-zero-missing"},
		{"502345678", in("IL"), "+972 502345678", "leading-zero-missing"},
		{"701740605", byDefault("SE"), "+46 701740605", "leading-zero-missing"},
		{"707123456", in("CI"), "+225 0707123456", "zero-added"}, // part of the number
	})
}

// Only one area code may be supplied: that of a country with no other.
func TestNumbersWithinTheirArea(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"370-1234", in("BM"), "+1 4413701234", "area-code-added"},
		{"210 1234", in("JM"), "local-only", ""}, // 876 or 658
		{"9374 4000", in("AU"), "zero-missing", ""},
		{"7946 0018", in("GB"), "local-only", ""},                   // 79460018 is somebody's in 01...: a guess
		{"42 68 53 00", in("FR"), "too-short", ""},                  // eight digits, as in Paris before 1996
		{"5-996 050", in("SX"), "unassigned", ""},                   // 721 supplied, and still nobody's
		{"23125-123", byDefault("DE"), "local-only", ""},            // nor is an area guessed for a default country
		{"555 0101", byDefault("CA"), "not-of-default-country", ""}, // nor said to be missing
	})
}

// Short numbers reach an emergency call or a service, and no person.
func TestShortAndServiceNumbers(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"112", in("DE"), "too-short", ""},
		{"999", in("GB"), "too-short", ""},
		{"116117", in("DE"), "too-short", ""},
		{"3631", in("FR"), "too-short", ""},
		{"+49 112", Region{}, "local-only", ""}, // three digits may be a subscriber's in a village
		{"00 112", in("DE"), "too-short", ""},
		{"13 12 34", in("AU"), "+61 131234", ""},            // local rate, and whole
		{"444 1 444", in("TR"), "+90 4441444", ""},          // a company's for the whole country
		{"*100#", in("DE"), "character", "empty-extension"}, // asks the network for the balance
	})
}

// Exit codes: 00 is understood everywhere, others where they are dialled.
func TestExitCodes(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"010 44 20 7946 0018", in("JP"), "+44 2079460018", "exit-code"},
		{"8 10 44 20 7946 0018", in("RU"), "+44 2079460018", "exit-code"},
		{"012 44 20 7946 0018", in("IL"), "+44 2079460018", "exit-code"},
		{"990 44 20 7946 0018", in("FI"), "+44 2079460018", "exit-code"},
		{"000 44 20 7946 0018", in("TZ"), "+44 2079460018", "exit-code"},
		{"119 44 20 7946 0018", in("CU"), "+44 2079460018", "exit-code"},
		{"0015 44 20 7946 0018", in("BR"), "+44 2079460018", "exit-code"}, // with the carrier's code
		{"00 44 20 7946 0018", in("JP"), "+44 2079460018", "double-zero"},
		{"010 44 20 7946 0018", in("FR"), "too-long", ""}, // a French number has ten digits
		{"000 44 20 7946 0018", in("FR"), "country-code", ""},

		// 001 leads abroad and is 00 with the code of America, too.
		{"001 1 206 555 0101", in("SG"), "+1 2065550101", "exit-code"}, // either way the same
		{"00112065550101", in("HK"), "+1 2065550101", "exit-code"},
		{"001 501 222 1234", in("GY"), "exit-code", ""}, // Belize, or Arkansas
		{"00 1 1 206 555 0101", in("DE"), "country-code-twice", ""},
		{"0049 49 176 04069012", in("DE"), "country-code-twice", ""},

		// 0011 in a group of its own is not 00 and 1 and 1.
		{"0011 36 1 334 5678", in("AU"), "+36 13345678", "exit-code"},
		{"0011 501 222 1234", byDefault("AU"), "+501 2221234", "exit-code"},
		{"009 595 961 456789", in("NG"), "+595 961456789", "exit-code"},
		{"00115012221234", in("AU"), "exit-code", ""}, // without blanks it may be

		// Nothing leads on from there.
		{"011 834 444 0745", in("CA"), "unassigned", ""}, // no code begins with 83
		{"011 834 444 0745", byDefault("CA"), "not-of-default-country", ""},
		{"0083 444 074", in("FR"), "country-code", ""},
	})
}

// Without its + a number is one of its own country only where the plan allows no
// other reading.
func TestLostPlus(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"33612345678", in("FR"), "+33 612345678", "plus-missing"},
		{"31612345678", in("NL"), "+31 612345678", "plus-missing"},
		{"41791234567", in("CH"), "+41 791234567", "plus-missing"},
		{"61412345678", in("AU"), "+61 412345678", "plus-missing"},
		{"5511961234567", byDefault("BR"), "+55 11961234567", "plus-missing"},
		{"919876543211", in("IN"), "+91 9876543211", "plus-missing"},
		{"7 912 345-67-89", in("RU"), "+7 9123456789", "plus-missing"},
		{"85251234567", in("HK"), "+852 51234567", "plus-missing"},
		{"2250707123456", in("CI"), "+225 0707123456", "plus-missing"},
		{"330612345678", in("FR"), "+33 612345678", "plus-missing trunk-prefix"},
		{"31612345678", in("US"), "plus-missing", ""}, // the advice is the +, not a repair
		{"33612345678", Region{}, "no-country", ""},
		{"85251234567", Region{Unread: "Kowloon"}, "country-unknown", ""},
	})
}

// A zero in brackets is the prefix of national calls, or of the number.
func TestBracketedZero(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"+43 (0) 664 1234567", Region{}, "+43 6641234567", "bracketed-zero"},
		{"+46 [0]70 174 06 05", Region{}, "+46 701740605", "bracketed-zero"},
		{"(+41) (0)79 123 45 67", Region{}, "+41 791234567", "bracketed-zero"},
		{"0046 (0)70-174 06 05", Region{}, "+46 701740605", "double-zero bracketed-zero"},
		{"+61(0)412345678", Region{}, "+61 412345678", "bracketed-zero"},
		{"+34 (0)612 34 56 78", Region{}, "+34 612345678", "bracketed-zero"}, // Spain has no such prefix
		{"(0)6 12 34 56 78", in("FR"), "+33 612345678", ""},
		{"+7 (0) 912 345-67-89", Region{}, "+7 9123456789", "bracketed-zero"},
		{"+242 (0)6 612 34 56", Region{}, "+242 066123456", ""}, // in the Congo it belongs to the number
		{"+241 (0)7 07 12 34", Region{}, "bracketed-zero", ""},  // in Gabon since 2019, and not before
		{"+92 (0)614 8407", Region{}, "local-only", ""},         // seven digits within Multan
		{"+46 (0)444", Region{}, "too-short", ""},
	})
}
