package phonenumber

import "testing"

// Two numbers in a cell are two numbers, whatever stands between.
func TestTwoNumbersInACell(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"06 12 34 56 78 / 06 12 34 56 79", in("FR"), "two-numbers", ""},
		{"06 12 34 56 78 06 12 34 56 79", in("FR"), "two-numbers", ""},
		{"0176 04069012\t0176 04069013", in("DE"), "two-numbers", ""},
		{"0912 345 678, 0912 345 679", in("VN"), "two-numbers", ""},
		{"98765 43211 | 98765 43212", in("IN"), "two-numbers", ""},
		{"98765 43211 \\ 98765 43212", in("IN"), "two-numbers", ""},
		{"0501234567 ou 0501234568", in("IL"), "two-numbers", ""},
		{"+46 70 174 06 05 +46 70 174 06 06", Region{}, "two-numbers", ""},
		{"+33612345678+33612345679", Region{}, "two-numbers", ""},
		{"+1 206 555 0100<br>+1 206 555 0101", Region{}, "two-numbers", ""},
		{"+1 206 555 0100\u2028+1 206 555 0101", Region{}, "two-numbers", ""},
		{"(212) 555-0100 (212) 555-0101", in("US"), "two-numbers", ""},
		{"8123 4567 8123 4568", in("SG"), "two-numbers", ""},
		{"612345678 y 612345679", in("ES"), "letters", ""}, // true as well

		// The last digits of a second number, or a range.
		{"020 7946 0018/9", in("GB"), "two-numbers", ""},
		{"020 7946 0018, 19", in("GB"), "two-numbers", ""},
		{"020 7946 0018 & 19", in("GB"), "two-numbers", ""},
		{"010-2345-6789 ~ 6780", in("KR"), "two-numbers", ""},
		{"+41 44 668 18 00..09", Region{}, "two-numbers", ""},
		{"+36 1 334 5678 (2)", Region{}, "two-numbers", ""}, // a remark, or the second line

		// One number, grouped in an unusual way.
		{"06-12-34-56-78", in("FR"), "+33 612345678", ""},
		{"06.1234.5678", in("FR"), "+33 612345678", ""},
		{"0 6 1 2 3 4 5 6 7 8", in("FR"), "+33 612345678", ""},
		{"+44-(20)-7946-0018", Region{}, "+44 2079460018", ""},
		{"+36/1/334-5678", Region{}, "+36 13345678", ""},
		{"044/668 18 00", in("CH"), "+41 446681800", ""},
		{"020 7946 - 0018", in("GB"), "+44 2079460018", ""},
		{"0176,04069012", in("DE"), "character", ""}, // too few digits for a number stand before the comma
	})
}

// Spreadsheets in other languages, and exports of other programs.
func TestDamageElsewhere(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"#BEZUG!", in("DE"), "spreadsheet-error", ""},
		{"#NV", in("DE"), "spreadsheet-error", ""},
		{"#¿NOMBRE?", in("ES"), "spreadsheet-error", ""},
		{"#ССЫЛКА!", in("RU"), "spreadsheet-error", ""},
		{"#N/D", in("IT"), "spreadsheet-error", ""},
		{"FAUX", in("FR"), "spreadsheet-error", ""}, // not FAU with the mark of an extension
		{"#", in("DE"), "spreadsheet-narrow", ""},

		// In scientific notation with every digit, and with too few.
		{"3.3612345678E+10", in("FR"), "+33 612345678", "spreadsheet-scientific plus-missing"},
		{"2,065550101E+09", in("US"), "+1 2065550101", "spreadsheet-scientific"},
		{"6,12345678E8", in("FR"), "+33 612345678", "spreadsheet-scientific leading-zero-missing"},
		{"4.4770090012E+11", in("GB"), "spreadsheet-scientific", ""}, // a last 0 is as likely as any digit
		{"4.47700900123E+12", in("GB"), "spreadsheet-scientific", ""},
		{"4.47700900123E-11", in("GB"), "spreadsheet-scientific", ""},
		{"+3.36E+10", Region{}, "spreadsheet-scientific", ""},
		{"4.1791234567E+10", Region{}, "no-country", "spreadsheet-scientific"}, // whole, and of no country

		{"33612345678.0", in("FR"), "spreadsheet-decimals", ""},
		{"612345678,50", in("FR"), "spreadsheet-decimals", ""},
		{"12345.678901", in("DE"), "spreadsheet-decimals", ""}, // a day and its time of day
		{"02.93744000", in("AU"), "+61 293744000", ""},         // an area code

		{"612,345,678", in("ES"), "spreadsheet-thousands", ""},
		{"1'206'555'010", in("CH"), "spreadsheet-thousands", ""},
		{"€ 612345678", in("ES"), "spreadsheet-thousands", ""},
		{"9876543211 ₹", in("IN"), "spreadsheet-thousands", ""},
		{"100%", in("US"), "spreadsheet-thousands", ""},
		{"612 345 678", in("ES"), "+34 612345678", ""},

		{"−49 30 23125123", Region{}, "spreadsheet-computed", ""}, // with a minus sign of typesetting
		{"(1.5)", in("US"), "spreadsheet-computed", ""},
		{"(2065550101)", in("US"), "+1 2065550101", ""}, // too many digits for the amount of a formula

		{"12/5/1965", in("US"), "spreadsheet-date", ""},
		{"12.5.1965", in("DE"), "spreadsheet-date", ""},
		{"1965/12/05", in("JP"), "spreadsheet-date", ""},
		{"1965-12-05T09:30:00", in("US"), "spreadsheet-date", ""},
		{"9:30", in("US"), "spreadsheet-date", ""},
		{"32-13-1965", in("NO"), "+47 32131965", ""}, // not a day: a number of Drammen
		{"21-12-2345", in("NO"), "+47 21122345", ""}, // not in our times

		{"=VLOOKUP(A2,B:C,2)", in("US"), "spreadsheet-formula", ""},
		{"=+46701740605", Region{}, "+46 701740605", "signs-left-out"},
		{`="0176 04069012"`, in("DE"), "+49 17604069012", "text-formula"},
		{`=" n/a "`, in("DE"), "number-missing", "text-formula"},
		{`=""`, in("DE"), "number-missing", "text-formula"},
		{"'", in("DE"), "number-missing", "apostrophe"},
		{"'0612345678", in("FR"), "+33 612345678", "apostrophe"},
		{"’0612345678", in("FR"), "+33 612345678", "signs-left-out"}, // made by autocorrection
		{"tel:%2B33612345678", in("FR"), "url-encoded", ""},
		{"{}", in("FR"), "list-unexpanded", ""},
		{"Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser", in("FR"), "list-unexpanded", ""},
	})
}

// What is filled in where there is no number, or in place of its digits.
func TestFillersAndMasks(t *testing.T) {
	checkOutcomes(t, []outcome{
		{"0000", in("DE"), "country-code", ""}, // 00 is a +, and no code begins with 0
		{"06 66 66 66 66", in("FR"), "number-filler", ""},
		{"+33 6 66 66 66 66", Region{}, "number-filler", ""},
		{"01234567", in("SG"), "number-filler", ""},
		{"+34 987654321", Region{}, "number-filler", ""},
		{"(000) 000-0000", in("CA"), "number-filler", ""},
		{"+41 79 000 00 00", Region{}, "+41 790000000", ""}, // only the first digit may stand before zeros
		{"0800 111 1111", in("GB"), "+44 8001111111", ""},   // given out, and easy to remember
		{"+49 151 ███████", Region{}, "number-masked", ""},
		{"***-***-0101", in("US"), "number-masked", ""},
		{"+33 6 ·· ·· ·· 78", Region{}, "number-masked", ""},
		{"+33 6 12 34 ~~ ~~", Region{}, "number-masked", ""},
		{"+33 6 12 34 56 7_", Region{}, "too-short", ""}, // one sign may be anything
		{"(206) XXX-XXXX", in("US"), "letters", ""},
	})
}
