package authmethod

import "fmt"

// The problems of a phone cell. Codes are stable words for programs.
// No text repeats the number: it stands beside it in every report.

func problemMissing() *Problem {
	return &Problem{"number-missing", "there is no phone number in the cell", "fill in the number, or take the row out"}
}

func problemCellTooLong() *Problem {
	return &Problem{"number-cell-too-long", fmt.Sprintf("the cell holds more than %d bytes", maxNumberCell), "put one phone number and nothing else into the cell"}
}

func problemNotText() *Problem {
	return &Problem{"not-utf8", "the cell holds bytes that are not UTF-8 text", "save the file as CSV UTF-8"}
}

func problemTooNarrow() *Problem {
	return &Problem{"spreadsheet-narrow", "a spreadsheet printed ### because the column was too narrow", "widen the column in the original and export again; the digits are not in this file"}
}

func problemErrorValue() *Problem {
	return &Problem{"spreadsheet-error", "the cell holds a spreadsheet's error value", "correct the formula in the original, or type the number as text"}
}

func problemScientific() *Problem {
	return &Problem{"spreadsheet-scientific", "a spreadsheet turned the number into scientific notation and its last digits are gone", "format the column as text in the original and export again; do not retype from this file"}
}

func problemDecimals() *Problem {
	return &Problem{"spreadsheet-decimals", "a spreadsheet or an export treated the phone number as an amount and gave it decimals", "format the column as text in the original and export again"}
}

func problemThousands() *Problem {
	return &Problem{"spreadsheet-thousands", "a spreadsheet or an export treated the phone number as an amount and separated its thousands, or gave it a currency", "format the column as text in the original and export again"}
}

func problemDate() *Problem {
	return &Problem{"spreadsheet-date", "the cell holds a date or a time, or a number that a spreadsheet took for one", "format the column as text in the original and type the number again; do not retype from this file"}
}

func problemComputed() *Problem {
	return &Problem{"spreadsheet-computed", "the cell holds a negative amount: a spreadsheet computed the number as a formula", "type the number as text in the original, with the apostrophe or as =\"+1 …\""}
}

func problemFormula() *Problem {
	return &Problem{"spreadsheet-formula", "the cell holds a formula, not a number", "replace the formula by its value, as text"}
}

func problemTwoNumbers() *Problem {
	return &Problem{"two-numbers", "the cell holds two numbers, or more digits after a complete number", "keep one number; write an extension with x; give a second number a row or a column of its own"}
}

func problemLetters() *Problem {
	return &Problem{"letters", "the number holds letters", "write digits only; a remark such as \"home\" belongs into another column"}
}

func problemCharacter(r rune) *Problem {
	return &Problem{"character", fmt.Sprintf("the number holds %q where no phone number has it", r), "write digits, blanks and a leading + only"}
}

func problemExtensionMark() *Problem {
	return &Problem{"extension-mark", "a word that is not known as the mark of an extension stands before the last digits", "write an extension with x, as in x123, or leave the word out"}
}

func problemFiller() *Problem {
	return &Problem{"number-filler", "the number is one digit over and over, as people fill in where there is none", "take the row out, or write the number with + and its country code if it is real"}
}

func problemExtensionTooLong() *Problem {
	return &Problem{"extension-too-long", fmt.Sprintf("the extension has more than %d digits", maxExtension), "check whether two numbers were run together"}
}

func problemTwoExtensions() *Problem {
	return &Problem{"two-extensions", "the number has an extension, and the extension column another one", "keep the right one of the two"}
}

func problemAreaTwice() *Problem {
	return &Problem{"area-code-twice", "the number begins with the digits of its area code column, and may hold the area code already", "write the whole number with + and its country code, or leave the area code column empty"}
}

func problemAreaBesideComplete() *Problem {
	return &Problem{"area-code-twice", "the number seems complete without the area code column, which says another area code", "write the whole number with + and its country code, or leave the area code column empty"}
}

func problemNoCountry(digits string) *Problem {
	advice := "write the number with + and its country code, add a country column, or name the country with --default-country"
	if again, problem := readNumber("+"+digits, Region{}); problem == nil && again.kind != 0 {
		advice = "if it begins with its country code, write a + in front; otherwise add a country column or --default-country"
	}
	return &Problem{"no-country", "the number has no country code and nothing says which country it belongs to", advice}
}

func problemCountryUnread(text string) *Problem {
	return &Problem{"country-unknown", fmt.Sprintf("the number has no country code, and the row's country %q names no country", text), "write the country as a two-letter code such as GB, or the number with + and its country code"}
}

func problemNoPlan(country string) *Problem {
	return &Problem{"no-numbering-plan", "the number has no country code, and no numbering plan of " + country + " is known", "write the number with + and its country code"}
}

func problemPlusOrNational(countryCode string) *Problem {
	return &Problem{"plus-or-national", "without a + the number reads as two different ones: it begins with " + countryCode + ", which is its country's own code", "write the + if the code is meant, or the 0 in front of the area code if it is not"}
}

func problemHomeOrAbroad(country, code string) *Problem {
	return &Problem{"plus-or-national", "without a + and without the prefix of national calls the number reads as two different ones: one of " + country + ", and one that begins with +" + code, "write the + if the code is meant, or the number as it is dialled in " + country}
}

func problemAbroad(country, code string) *Problem {
	return &Problem{"plus-missing", "the number is no known number of " + country + ", but is one of +" + code + " with a + in front", "write the + if the code is meant, or correct the number"}
}

func problemExitCode() *Problem {
	return &Problem{"exit-code", "the digits in front can be two different exit codes, and give a number with each", "write the number with + and its country code"}
}

func problemBracketedZero(countryCode string) *Problem {
	return &Problem{"bracketed-zero", "numbers of +" + countryCode + " exist with and without the 0 in brackets, and they are different phones", "write the number as it is dialled from abroad, without brackets"}
}

func problemNotOfDefault(country string) *Problem {
	return &Problem{"not-of-default-country", "the number has no country code and is no valid number of the default country " + country, "write it with + and its country code, or give the row its country"}
}

func problemCountryCode() *Problem {
	return &Problem{"country-code", "the + is not followed by a country code that exists", "check the digits after the +"}
}

func problemTooShort() *Problem {
	return &Problem{"too-short", "the number is too short for its country", "check for missing digits, such as the area code"}
}

func problemTooLong() *Problem {
	return &Problem{"too-long", "the number is too long for its country", "check for extra digits, a country code given twice, or an extension without an x"}
}

func problemLength() *Problem {
	return &Problem{"length", "no number of its country has this many digits", "check for missing or extra digits"}
}

func problemZero(countryCode string) *Problem {
	return &Problem{"zero-in-front", "numbers of +" + countryCode + " do not begin with this 0, and the number is not known without it", "write the number with + and its country code, as it is dialled from abroad"}
}

func problemLocalOnly() *Problem {
	return &Problem{"local-only", "the number can only be dialled locally: its area code is missing", "add the area code"}
}

func problemNotANumber() *Problem {
	return &Problem{"not-a-number", "this is not a phone number", "write it as + country code, blank, number"}
}

func problemAmbiguous() *Problem {
	return &Problem{"ambiguous", "the number reads differently with and without its country code", "write it with + and its country code, as it is dialled from abroad"}
}
