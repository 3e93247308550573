package authmethod

// The notes of a phone cell: what was repaired, and what looks odd. No text
// repeats the number.

func noteInvisible() Problem {
	return Problem{"invisible-characters", "characters that cannot be seen were left out", ""}
}

func noteOtherDigits() Problem {
	return Problem{"other-digits", "digits or signs of another script were read as ASCII", ""}
}

func noteTextFormula() Problem {
	return Problem{"text-formula", "the number was taken out of a protective =\"…\"", ""}
}

func noteApostrophe() Problem {
	return Problem{"apostrophe", "a protective apostrophe in front was left out", ""}
}

func noteUnwrapped() Problem {
	return Problem{"signs-left-out", "quotes, a label or signs around the number were left out", ""}
}

func noteBracketedZero() Problem {
	return Problem{"bracketed-zero", "the (0) after the country code was left out", ""}
}

func noteDoubleZero() Problem {
	return Problem{"double-zero", "the leading 00 was read as +", ""}
}

func noteEmptyExtension() Problem {
	return Problem{"empty-extension", "an extension mark without digits was left out", ""}
}

func noteJoined(parts string) Problem {
	return Problem{"number-joined", "the number was put together with other columns of the row: " + parts, ""}
}

func notePartsDiffer() Problem {
	return Problem{"parts-differ", "the number has its country code, and the dialling code or area code column says another; the number was taken as it stands", "check which is right"}
}

func noteAreaRepeated() Problem {
	return Problem{"area-code-repeated", "the number holds its area code already, so that the area code column was not put in front", ""}
}

func noteTrunkPrefix(countryCode string) Problem {
	return Problem{"trunk-prefix", "the national prefix after +" + countryCode + " was left out, as it is when dialled from abroad", ""}
}

func noteZeroDropped(countryCode string) Problem {
	return Problem{"zero-left-out", "a 0 in front was left out, with which numbers of +" + countryCode + " do not begin", "check the number"}
}

func noteZeroAdded(countryCode string) Problem {
	return Problem{"zero-added", "the 0 was put in front with which numbers of +" + countryCode + " begin, also when dialled from abroad", "check the number; a spreadsheet may have dropped the 0"}
}

// notePrefixDropped names what was left out: a prefix says nothing of whose
// number it is. A long one may be more than a prefix.
func notePrefixDropped(prefix string) Problem {
	if len(prefix) > maxPrefix {
		prefix = "…"
	}
	return Problem{"prefix-left-out", "the digits " + prefix + " in front were left out, which are dialled within the country only", "check the number"}
}

// maxPrefix is the longest prefix with the code of a carrier: "17951", "01511".
const maxPrefix = 5

func noteAreaAdded(area string) Problem {
	return Problem{"area-code-added", "the digits " + area + " were put in front: the only area code of the country, which is not dialled within it", "check the number"}
}

func noteRewritten() Problem {
	return Problem{"number-rewritten", "the number was rewritten as it is dialled from abroad, which moves or replaces some of its digits", "check the number"}
}

func noteCodeBehindZero(countryCode string) Problem {
	return Problem{"code-behind-zero", "the number begins with 0" + countryCode + " and was read as +" + countryCode, "check that it is not a national number"}
}

func noteHomeOrAbroad(countryCode string) Problem {
	return Problem{"plus-or-national", "the number could also be one of +" + countryCode + " that lost its +; it was read as one of the row's country", "check that the country is right"}
}

func notePlusMissing(countryCode string) Problem {
	return Problem{"plus-missing", "the number begins with +" + countryCode + " without the +, and was read so", "check that it is not a national number"}
}

func noteExitCode(countryCode string) Problem {
	return Problem{"exit-code", "the number begins with the country's exit code and was read as +" + countryCode, ""}
}

func noteTrunkMissing(country string) Problem {
	return Problem{"leading-zero-missing", "national numbers of " + country + " begin with 0; a spreadsheet may have dropped it", "check that the country is right"}
}

func noteNotAssigned() Problem {
	return Problem{"not-assigned", "the length is possible, but the number lies in no range known to be assigned", "check for a wrong digit; new ranges and example numbers look like this too"}
}

func noteExtensionOnMobile() Problem {
	return Problem{"extension-on-mobile", "a mobile number has an extension; Entra ID uses extensions for office phones only", "leave the extension out, or import it as office"}
}

func noteFixedLine() Problem {
	return Problem{"fixed-line", "this is a fixed line, imported as a mobile: it cannot receive text messages", "check the phone type"}
}

func noteSpecialRate() Problem {
	return Problem{"special-rate", "this is a premium, shared-cost or pager number", "check the number"}
}
