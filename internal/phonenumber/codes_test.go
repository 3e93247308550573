package phonenumber

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// Every code that the package names is given to some cell, and in the way of
// telling it that suits the cell.
func TestEveryCodeIsGiven(t *testing.T) {
	given := map[authmethod.Code]bool{}
	for _, test := range []struct {
		code   authmethod.Code
		text   string
		parts  Parts
		region Region
	}{
		{authmethod.CodeNumberMissing, "néant", Parts{}, in("FR")},
		{authmethod.CodeNumberCellTooLong, strings.Repeat("0176 ", 60), Parts{}, in("DE")},
		{authmethod.CodeNotUTF8Number, "+33 6\xa012345678", Parts{}, Region{}},
		{authmethod.CodeSpreadsheetNarrow, "##########", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetError, "#VALEUR!", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetScientific, "3,36123E+10", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetScientificNote, "3,3612345678E+10", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetDecimals, "612345678.0", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetThousands, "612,345,678", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetDate, "06.12.1934", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetComputed, "-612345678", Parts{}, in("FR")},
		{authmethod.CodeSpreadsheetFormula, `="0"&B2`, Parts{}, in("FR")},
		{authmethod.CodeURLEncoded, "%2B33612345678", Parts{}, in("FR")},
		{authmethod.CodeListUnexpanded, "System.Object[]", Parts{}, in("FR")},
		{authmethod.CodeTwoNumbers, "0612345678/0612345679", Parts{}, in("FR")},
		{authmethod.CodeLetters, "0612345678 Anne", Parts{}, in("FR")},
		{authmethod.CodeCharacter, "0612@345678", Parts{}, in("FR")},
		{authmethod.CodeExtensionMark, "01 42 68 53 00 bureau 12", Parts{}, in("FR")},
		{authmethod.CodeNumberFiller, "0666666666", Parts{}, in("FR")},
		{authmethod.CodeNumberMasked, "06 ** ** ** 78", Parts{}, in("FR")},
		{authmethod.CodeExtensionTooLong, "0142685300 poste 12345678901", Parts{}, in("FR")},
		{authmethod.CodeTwoExtensions, "0142685300 poste 12", Parts{Extension: "13"}, in("FR")},
		{authmethod.CodeEmptyExtension, "0142685300 poste", Parts{}, in("FR")},
		{authmethod.CodeAreaCodeTwice, "20655501", Parts{AreaCode: "206"}, in("US")},
		{authmethod.CodeAreaCodeTwiceComplete, "0161 496 0018", Parts{AreaCode: "020"}, in("GB")},
		{authmethod.CodeAreaCodeRepeated, "020 7946 0018", Parts{AreaCode: "020"}, in("GB")},
		{authmethod.CodeNumberJoined, "7946 0018", Parts{AreaCode: "020"}, in("GB")},
		{authmethod.CodePartsDiffer, "+44 20 7946 0018", Parts{DialCode: "353"}, in("GB")},
		{authmethod.CodeNoCountry, "0612345678", Parts{}, Region{}},
		{authmethod.CodeNoCountryPlus, "33612345678", Parts{}, Region{}}, // a number, were it for the +
		{authmethod.CodeCountryUnknown, "0612345678", Parts{}, Region{Unread: "Gallia"}},
		{authmethod.CodeNoNumberingPlan, "0612345678", Parts{}, in("AQ")},
		{authmethod.CodePlusOrNational, "4917604069012", Parts{}, in("DE")},
		{authmethod.CodePlusOrNationalAbroad, "41781234567", Parts{}, byDefault("LU")},
		{authmethod.CodePlusOrNationalNote, "41781234567", Parts{}, in("LU")},
		{authmethod.CodePlusMissing, "41781234567", Parts{}, in("US")},
		{authmethod.CodePlusMissingNote, "41781234567", Parts{}, in("CH")},
		{authmethod.CodeExitCode, "001 501 222 1234", Parts{}, in("MN")},
		{authmethod.CodeExitCodeNote, "010 33 6 12 34 56 78", Parts{}, in("JP")},
		{authmethod.CodeDoubleZero, "0033 6 12 34 56 78", Parts{}, in("JP")},
		{authmethod.CodeZeroTwice, "0 0612345678", Parts{}, in("FR")},
		{authmethod.CodeZeroInFront, "+49 0 0176 04069012", Parts{}, Region{}},
		{authmethod.CodeZeroMissing, "3456 5678", Parts{}, in("JP")},
		{authmethod.CodeZeroLeftOut, "0512 345 678", Parts{}, in("PL")},
		{authmethod.CodeZeroAdded, "6 698 12345", Parts{}, in("VA")},
		{authmethod.CodeLeadingZeroMissing, "612345678", Parts{}, in("FR")},
		{authmethod.CodeBracketedZero, "+39 (0)365 270381", Parts{}, Region{}},
		{authmethod.CodeBracketedZeroNote, "+33 (0)6 12 34 56 78", Parts{}, Region{}},
		{authmethod.CodeTrunkPrefix, "+33 06 12 34 56 78", Parts{}, Region{}},
		{authmethod.CodePrefixLeftOut, "+52 1 55 1234 5678", Parts{}, Region{}},
		{authmethod.CodeAreaCodeAdded, "886377", Parts{}, in("SM")},
		{authmethod.CodeNumberRewritten, "0351 15 234-5678", Parts{}, in("AR")}, // Córdoba's 15 becomes a 9 in front
		{authmethod.CodeCodeBehindZero, "041 79 123 45 67", Parts{}, in("CH")},
		{authmethod.CodeOverseas, "0690 00 12 34", Parts{}, in("FR")},
		{authmethod.CodeNotAssigned, "+33 6 39 98 00 12", Parts{}, Region{}},
		{authmethod.CodeUnassigned, "0168 123 4567", Parts{}, in("VN")},
		{authmethod.CodeNotOfDefaultCountry, "070-174 06 05", Parts{}, byDefault("FR")},
		{authmethod.CodeCountryCode, "+999 12345678", Parts{}, Region{}},
		{authmethod.CodeCountryCodeTwice, "+33 33 6 12 34 56 78", Parts{}, Region{}},
		{authmethod.CodeTooShort, "06 12 34", Parts{}, in("FR")},
		{authmethod.CodeTooLong, "06 12 34 56 78 9", Parts{}, in("FR")},
		{authmethod.CodeLength, "+65 8123 45678", Parts{}, Region{}}, // eight digits or ten
		{authmethod.CodeLocalOnly, "555 0101", Parts{}, in("US")},
		{authmethod.CodeLocalOnlyLandline, "465 004 05", Parts{}, in("SE")},
		{authmethod.CodeNotANumber, "+", Parts{}, Region{}},
		{authmethod.CodeAmbiguous, "+1 1 358 039 2123", Parts{}, Region{}}, // without the 1 of America's calls nobody's
		{authmethod.CodeInvisibleCharacters, "+33\u200b612345678", Parts{}, Region{}},
		{authmethod.CodeOtherDigits, "＋33612345678", Parts{}, Region{}},
		{authmethod.CodeTextFormula, `="+33612345678"`, Parts{}, Region{}},
		{authmethod.CodeApostrophe, "'+33612345678", Parts{}, Region{}},
		{authmethod.CodeSignsLeftOut, "portable : 0612345678", Parts{}, in("FR")},
		{authmethod.CodeFixedLine, "01 42 68 53 00", Parts{}, in("FR")},
		{authmethod.CodeExtensionOnMobile, "06 12 34 56 78 x1", Parts{}, in("FR")},
		{authmethod.CodeNoTexts, "0805 12 34 56", Parts{}, in("FR")},
		{authmethod.CodeSpecialRate, "0899 12 34 56", Parts{}, in("FR")},
	} {
		given[test.code] = true
		parsed := parser.Parse(test.text, test.parts, test.region)
		found := append([]authmethod.Problem{}, parsed.Notes...)
		if parsed.Problem != nil {
			found = append(found, *parsed.Problem)
		}
		if odd, is := parsed.OddFor(authmethod.PhoneTypeMobile); is {
			found = append(found, odd)
		}
		if !slices.ContainsFunc(found, func(p authmethod.Problem) bool { return p.Code == test.code }) {
			t.Errorf("%q with %v in %v: %q with %v, want %s", test.text, test.parts, test.region, parsed.Number.Graph(), found, test.code)
		}
		for _, p := range found {
			if strings.Contains(p.Message+p.Advice, "%!") {
				t.Errorf("%q: the arguments of %s do not fit: %s; %s", test.text, p.Code, p.Message, p.Advice)
			}
		}
	}
	for name, code := range codesNamed(t) {
		if !given[code] {
			t.Errorf("no cell is given %s", name)
		}
	}
}

var (
	mention     = regexp.MustCompile(`authmethod\.(Code[A-Z]\w+)`)
	declaration = regexp.MustCompile(`(?m)^\t(Code\w+)\s+Code = "(.*)"`)
)

// codesNamed are the codes that stand in the package's files, by their constants.
func codesNamed(t *testing.T) map[string]authmethod.Code {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	declared := map[string]authmethod.Code{}
	for _, match := range declaration.FindAllStringSubmatch(read("../authmethod/codes.go"), -1) {
		declared[match[1]] = authmethod.Code(match[2])
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]authmethod.Code{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, match := range mention.FindAllStringSubmatch(read(file), -1) {
			named[match[1]] = declared[match[1]]
		}
	}
	if len(named) == 0 {
		t.Fatal("no code is named")
	}
	return named
}
