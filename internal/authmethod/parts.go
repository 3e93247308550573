package authmethod

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Parts are what other cells of a row say about its number; each is digits
// only, or empty.
type Parts struct {
	DialCode  string // the country's dialling code, "44"
	AreaCode  string // with the prefix of national calls or without, "020" or "20"
	Extension string
}

// IsDialCode says that digits are a country's dialling code, written without
// zeros in front.
func IsDialCode(digits string) bool { return regionOfDialCode(digits) != "" }

// regionOfDialCode is the main country of a dialling code: the US for 1.
// Codes of no country (800) have none.
func regionOfDialCode(digits string) string {
	code, err := strconv.Atoi(digits)
	if err != nil || strconv.Itoa(code) != digits {
		return ""
	}
	region := phonenumbers.GetRegionCodeForCountryCode(code)
	if region == phonenumbers.UNKNOWN_REGION || region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return ""
	}
	return region
}

// HasDialCode says that a country, by its two letters, has the dialling code.
func HasDialCode(country, digits string) bool {
	return digits != "" && strconv.Itoa(phonenumbers.GetCountryCodeForRegion(country)) == digits
}

// RegionOfArea is the country of numbers that begin with a dialling code and an
// area behind it: JM for 1 and 876. It is empty where several countries have
// such numbers, or none.
func RegionOfArea(dialCode, area string) string {
	if !IsDialCode(dialCode) {
		return ""
	}
	code, _ := strconv.Atoi(dialCode)
	var found string
	for _, region := range phonenumbers.GetRegionCodesForCountryCode(code) {
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
	for _, kind := range [...]phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
		example := phonenumbers.GetExampleNumberForType(region, kind)
		if example == nil {
			continue
		}
		national := phonenumbers.GetNationalSignificantNumber(example)
		if len(national) <= len(area) {
			continue
		}
		parsed, err := phonenumbers.Parse(international(area+national[len(area):], Region{Code: region}), "")
		if err == nil && phonenumbers.IsValidNumberForRegion(parsed, region) {
			return true
		}
	}
	return false
}

// join puts the parts and the digits of the cell together. The cell wins: a
// number that has its country code is complete, and takes only an extension.
func (rd *reading) join(digits string, parts Parts, region Region) (string, Region, *Problem) {
	extended, problem := rd.joinExtension(parts.Extension)
	if problem != nil {
		return "", region, problem
	}
	if complete, international := strings.CutPrefix(digits, "+"); international {
		if !agree(complete, parts) {
			rd.note(notePartsDiffer())
		}
		rd.noteJoined(Parts{Extension: extended})
		return digits, region, nil
	}
	if main := regionOfDialCode(parts.DialCode); main != "" && !HasDialCode(region.Code, parts.DialCode) {
		region = Region{Code: main}
	} else if main != "" {
		region.Default = false
	}
	used := Parts{DialCode: parts.DialCode, Extension: extended}
	if parts.AreaCode != "" {
		repeated, problem := repeatsArea(digits, parts.AreaCode, region)
		if problem != nil {
			return "", region, problem
		}
		switch {
		case repeated:
			rd.note(noteAreaRepeated())
		case holdsWhole(digits, parts.AreaCode, region):
			return "", region, problemAreaBesideComplete()
		default:
			used.AreaCode, rd.joined = parts.AreaCode, true
			digits = international(parts.AreaCode+digits, region)
		}
	}
	rd.noteJoined(used)
	return digits, region, nil
}

// joinExtension takes the extension of another cell and says which it took.
func (rd *reading) joinExtension(extension string) (string, *Problem) {
	switch {
	case extension == "" || extension == rd.extension:
		return "", nil
	case rd.extension != "":
		return "", problemTwoExtensions()
	case len(extension) > maxExtension:
		return "", problemExtensionTooLong()
	}
	rd.extension = extension
	return extension, nil
}

// international writes a number that begins with its area code with the code
// of its country, where that is known. The parser could take the first digits
// of a national one for that code.
func international(national string, region Region) string {
	code := phonenumbers.GetCountryCodeForRegion(region.Code)
	if code == 0 {
		return national
	}
	return "+" + strconv.Itoa(code) + national
}

// agree says that a complete number begins with what the other cells say.
func agree(complete string, parts Parts) bool {
	if parts.DialCode == "" {
		return true
	}
	rest, begins := strings.CutPrefix(complete, parts.DialCode)
	area := strings.TrimLeft(parts.AreaCode, "0")
	return begins && strings.HasPrefix(strings.TrimLeft(rest, "0"), area)
}

// minLocal is the fewest digits of a number within its area.
const minLocal = 5

// repeatsArea says that the cell begins with its area code already. A local
// number may begin with the same digits, so that the numbering plan decides.
func repeatsArea(digits, area string, region Region) (bool, *Problem) {
	bare := strings.TrimLeft(area, "0")
	rest, begins := strings.CutPrefix(strings.TrimLeft(digits, "0"), bare)
	if bare == "" || !begins || len(rest) < minLocal {
		return false, nil
	}
	if strings.HasPrefix(digits, "0") && phonenumbers.GetNddPrefixForRegion(region.Code, true) == "0" {
		return true, nil // no local number begins with the prefix of national calls
	}
	alone, joined := isValid(digits, region), isValid(international(area+digits, region), region)
	if alone == joined {
		return false, problemAreaTwice()
	}
	return alone, nil
}

// maxLocal is the most digits of a number within its area, but for extensions
// dialled directly.
const maxLocal = 8

// holdsWhole says that the cell holds a whole number beside the area code of
// another, or of itself and written otherwise. Short ones are whole only with
// the prefix of national calls: in Germany nearly all digits are valid without
// it. A mobile number goes on with any digit behind its prefix.
func holdsWhole(digits, area string, region Region) bool {
	prefixed := strings.HasPrefix(digits, "0") && phonenumbers.GetNddPrefixForRegion(region.Code, true) == "0" &&
		numberType(international(area+digits, region), region) != phonenumbers.MOBILE
	return (prefixed || len(digits) > maxLocal) && (isValid(digits, region) || isValid("+"+digits, region))
}

func isValid(digits string, region Region) bool {
	return numberType(digits, region) != phonenumbers.UNKNOWN
}

// numberType is UNKNOWN for numbers that are not valid.
func numberType(digits string, region Region) phonenumbers.PhoneNumberType {
	parsed, err := phonenumbers.Parse(digits, region.Code)
	if err != nil {
		return phonenumbers.UNKNOWN
	}
	return phonenumbers.GetNumberType(parsed)
}

// noteJoined says what was put together, if anything was.
func (rd *reading) noteJoined(used Parts) {
	var names []string
	for _, part := range []struct{ digits, name string }{
		{used.DialCode, "dialling code"}, {used.AreaCode, "area code"}, {used.Extension, "extension"},
	} {
		if part.digits != "" {
			names = append(names, part.name)
		}
	}
	if len(names) > 0 {
		rd.note(noteJoined(strings.Join(names, ", ")))
	}
}
