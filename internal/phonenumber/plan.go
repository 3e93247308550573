package phonenumber

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
)

// dialled is what the numbering plan makes of digits. Where err is set the rest is
// zero, and the methods below report false.
type dialled struct {
	plans.Number
	code string // CountryCode in digits: "49"
	err  error  // why the plan makes nothing of them
}

// look asks the plan for digits with "+", or as they are dialled in a region.
func look(digits, region string) dialled {
	if strings.HasPrefix(digits, "+") {
		region = ""
	}
	number, err := plans.Parse(digits, region)
	if err != nil {
		return dialled{err: err}
	}
	return dialled{Number: number, code: strconv.Itoa(number.CountryCode)}
}

func (d dialled) valid() bool { return d.err == nil && d.Valid() }

// possible reports whether the plan has numbers of this length, in whatever range.
func (d dialled) possible() bool { return d.err == nil && d.code != "" && d.Length == plans.Possible }

func (d dialled) same(other dialled) bool {
	return d.CountryCode == other.CountryCode && d.National == other.National
}

// reads reports whether the number is digits and nothing else, its country code
// included.
func (d dialled) reads(digits string) bool {
	rest, begins := strings.CutPrefix(digits, d.code)
	return d.err == nil && begins && rest == d.National
}

// exactly looks for digits with their country code, and reports whether they are
// a valid number without any change.
func exactly(digits string) (dialled, bool) {
	d := look("+"+digits, "")
	return d, d.valid() && d.reads(digits)
}

// region is the main country of the number's code, "001" for none.
func (d dialled) region() string { return plans.MainRegion(d.CountryCode) }

// countryCode is the dialling code of a region, empty for one without a plan.
func countryCode(region string) string {
	if code := plans.CountryCode(region); code != 0 {
		return strconv.Itoa(code)
	}
	return ""
}

// isExitCode reports whether digits are an exit code of the region: it leads
// abroad in front of any number, for which London's directory stands.
func isExitCode(digits, region string) bool {
	const abroad = "442079460018"
	d := look(digits+abroad, region)
	return d.Source == plans.ExitCode && d.reads(abroad)
}

func isValid(digits, region string) bool { return look(digits, region).valid() }

// ofRegion reports whether digits with their country code are a valid number of
// a region, and not only of another one with its code.
func ofRegion(digits, region string) bool {
	d := look("+"+digits, "")
	return d.err == nil && d.ValidIn(region)
}

// examples are a mobile and a fixed number of a country, which tell how many
// digits its numbers have for the most part.
func examples(region string) (mobile, fixed string) {
	return plans.Example(region, plans.Mobile), plans.Example(region, plans.FixedLine)
}

// mayBeginWithZero reports whether numbers of the number's country do.
func (d dialled) mayBeginWithZero() bool {
	mobile, fixed := examples(d.region())
	return strings.HasPrefix(mobile, "0") || strings.HasPrefix(fixed, "0")
}

// isUsual reports whether digits without "+" and without prefix are a number as
// its country writes them every day, so that no "+" need be missed: of the usual
// length, and a mobile, or of a country that writes no prefix.
func (d dialled) isUsual(digits, region string) bool {
	mobile, fixed := examples(region)
	if !d.valid() || digits != d.National {
		return false
	}
	switch d.Kind {
	case plans.Mobile, plans.FixedLineOrMobile:
		return len(digits) == len(mobile)
	default:
		return len(digits) == len(fixed) && d.WrittenBare()
	}
}

// likely reports whether numbers of this length may begin with the same digit, so
// that this one may lie in a new range: with the rest of an example number, one of
// them is valid.
func (d dialled) likely(region string) bool {
	mobile, fixed := examples(region)
	for _, example := range []string{mobile, fixed} {
		if len(example) < 2 || len(d.National) < 2 {
			continue
		}
		tail := (example[2:] + "0000000000000000")[:len(d.National)-2]
		for second := byte('0'); second <= '9'; second++ {
			if isValid("+"+d.code+d.National[:1]+string(second)+tail, "") {
				return true
			}
		}
	}
	return false
}

// short reports whether the number has less digits than its country's numbers
// have: a bare x behind it may stand for a digit.
func (d dialled) short() bool {
	mobile, fixed := examples(d.region())
	return len(d.National) < min(len(mobile), len(fixed))
}

// readsAsItself reports whether the number stays as it is when it is read again.
// Otherwise a second run over our own output would send something else.
func (d dialled) readsAsItself() bool { return look("+"+d.code+d.National, "").same(d) }

// IsDialCode reports whether digits are a country's dialling code, written
// without zeros in front.
func IsDialCode(digits string) bool { return regionOfDialCode(digits) != "" }

// regionOfNone is the region of codes that no country has, such as 800.
const regionOfNone = "001"

// regionOfDialCode is the main country of a dialling code: the US for 1.
func regionOfDialCode(digits string) string {
	code, err := strconv.Atoi(digits)
	if err != nil || strconv.Itoa(code) != digits {
		return ""
	}
	return strings.TrimPrefix(plans.MainRegion(code), regionOfNone)
}

// DialCodes answers what the numbering plans say of dialling codes, for columns
// that hold them instead of countries. Codes are digits without + or zeros in front.
type DialCodes struct{}

// Has reports whether a country, by its two letters, has the dialling code. Others
// may have the same: 1 is that of the US, of Canada and of Jamaica.
func (DialCodes) Has(country, digits string) bool {
	return digits != "" && countryCode(country) == digits
}

// Country is the country of numbers that begin with a dialling code and an area
// behind it: JM for 1 and 876. It is empty where several countries have such
// numbers, or none.
func (DialCodes) Country(dialCode, area string) string {
	if !IsDialCode(dialCode) {
		return ""
	}
	code, _ := strconv.Atoi(dialCode)
	var found string
	for region := range plans.Regions(code) {
		if !hasArea(region, area) {
			continue
		}
		if found != "" {
			return ""
		}
		found = region
	}
	return found
}

// hasArea tries the example numbers of a country with other digits in front:
// the numbering plans are known as patterns only, and not as lists of areas.
func hasArea(region, area string) bool {
	mobile, fixed := examples(region)
	return slices.ContainsFunc([]string{fixed, mobile}, func(example string) bool {
		return len(example) > len(area) && ofRegion(countryCode(region)+area+example[len(area):], region)
	})
}

// nothingBehindExit is why national digits have no country code: their country has
// no plan, or they begin with its exit code and lead nowhere.
func nothingBehindExit(region Region) *authmethod.Problem {
	switch {
	case countryCode(region.Code) == "":
		return refuse(authmethod.CodeNoNumberingPlan, region.Code)
	case region.Default:
		return refuse(authmethod.CodeNotOfDefaultCountry, region.Code)
	}
	return refuse(authmethod.CodeUnassigned, region.Code)
}

// problem is why the number cannot be sent, unless it is possible.
func (d dialled) problem(written written, region Region) *authmethod.Problem {
	switch {
	case d.err == nil:
	case errors.Is(d.err, plans.ErrCountryCode) && !written.international():
		return nothingBehindExit(region)
	case errors.Is(d.err, plans.ErrCountryCode):
		return refuse(authmethod.CodeCountryCode)
	case errors.Is(d.err, plans.ErrTooLong):
		return refuse(authmethod.CodeTooLong)
	case errors.Is(d.err, plans.ErrTooShort), errors.Is(d.err, plans.ErrTooShortAfterExit):
		return refuse(authmethod.CodeTooShort)
	default:
		return refuse(authmethod.CodeNotANumber)
	}
	switch d.Length {
	case plans.Possible:
		return nil
	case plans.LocalOnly:
		return refuse(authmethod.CodeLocalOnly)
	case plans.TooShort:
		return refuse(authmethod.CodeTooShort)
	case plans.TooLong:
		return refuse(authmethod.CodeTooLong)
	}
	return refuse(authmethod.CodeLength)
}
