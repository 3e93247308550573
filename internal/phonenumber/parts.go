package phonenumber

import (
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
)

// Parts are what other cells of a row say about its number; each is digits
// only, or empty. What is not is the caller's to refuse.
type Parts struct {
	DialCode  string // the country's dialling code, "44"
	AreaCode  string // with the prefix of national calls or without, "020" or "20"
	Extension string
}

// join puts the parts and the digits of the cell together. The cell wins: a
// number that has its country code is complete, and takes only an extension. The
// region it returns is that of the dialling code where there is one: a column for it
// says more of the number than one for where a person lives.
func join(w *written, parts Parts, region Region) (Region, *authmethod.Problem) {
	extended, problem := joinExtension(w, parts.Extension)
	if problem != nil {
		return region, problem
	}
	if w.international() {
		complete := w.digits
		if !w.plus {
			complete = w.digits[2:]
		}
		if !agree(complete, parts) {
			w.note(authmethod.CodePartsDiffer)
		}
		noteJoined(w, Parts{Extension: extended})
		return region, nil
	}
	if main := regionOfDialCode(parts.DialCode); main != "" && !(DialCodes{}).Has(region.Code, parts.DialCode) {
		region = Region{Code: main, coded: true}
	} else if main != "" {
		region.Default, region.coded = false, true
	}
	used := Parts{DialCode: parts.DialCode, Extension: extended}
	if parts.AreaCode != "" {
		repeated, problem := repeatsArea(w.digits, parts.AreaCode, region)
		switch {
		case problem != nil:
			return region, problem
		case repeated:
			w.note(authmethod.CodeAreaCodeRepeated)
		case holdsWhole(w.digits, parts.AreaCode, region):
			return region, refuse(authmethod.CodeAreaCodeTwiceComplete)
		default:
			used.AreaCode = parts.AreaCode
			joinArea(w, parts.AreaCode, region)
		}
	}
	noteJoined(w, used)
	return region, nil
}

// joinArea puts the area code in front, and the country's code where it is known:
// the plan could read the first digits of a national number as that code.
func joinArea(w *written, area string, region Region) {
	joined := withCode(area+w.digits, region)
	w.digits, w.plus = strings.TrimPrefix(joined, "+"), strings.HasPrefix(joined, "+")
	w.joined, w.without, w.cuts = true, "", nil
}

// joinExtension refuses two extensions that differ; zeros in front count. It takes
// the extension of another cell and says which it took.
func joinExtension(w *written, extension string) (string, *authmethod.Problem) {
	switch {
	case extension == "" || extension == w.extension:
		return "", nil
	case w.extension != "":
		return "", refuse(authmethod.CodeTwoExtensions)
	case len(extension) > maxExtension:
		return "", refuse(authmethod.CodeExtensionTooLong, maxExtension)
	}
	w.extension = extension
	return extension, nil
}

// withCode writes a number that begins with its area code with the code
// of its country, where that is known.
func withCode(national string, region Region) string {
	if code := countryCode(region.Code); code != "" {
		return "+" + code + national
	}
	return national
}

// agree reports whether a complete number begins with what the other cells say.
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

// repeatsArea reports whether the cell begins with its area code already. A local
// number may begin with the same digits, so that the numbering plan decides.
func repeatsArea(digits, area string, region Region) (bool, *authmethod.Problem) {
	bare := strings.TrimLeft(area, "0")
	rest, begins := strings.CutPrefix(strings.TrimLeft(digits, "0"), bare)
	if bare == "" || !begins || len(rest) < minLocal {
		return false, nil
	}
	if strings.HasPrefix(digits, "0") && plans.NationalPrefix(region.Code) == "0" {
		return true, nil // no local number begins with the prefix of national calls
	}
	alone, joined := isValid(digits, region.Code), isValid(withCode(area+digits, region), region.Code)
	if alone == joined {
		return false, refuse(authmethod.CodeAreaCodeTwice)
	}
	return alone, nil
}

// maxLocal is the most digits of a number within its area, but for extensions
// dialled directly.
const maxLocal = 8

// holdsWhole reports whether the cell holds a whole number beside the area code of
// another, or of itself and written otherwise. Short ones are whole only with
// the prefix of national calls: in Germany nearly all digits are valid without
// it. A mobile number goes on with any digit behind its prefix.
func holdsWhole(digits, area string, region Region) bool {
	prefixed := strings.HasPrefix(digits, "0") && plans.NationalPrefix(region.Code) == "0" &&
		look(withCode(area+digits, region), region.Code).Kind != plans.Mobile
	return (prefixed || len(digits) > maxLocal) && (isValid(digits, region.Code) || isValid("+"+digits, ""))
}

// noteJoined names the parts that were used, not those that a complete number left
// aside. It says what was put together, if anything was.
func noteJoined(w *written, used Parts) {
	var names []string
	for _, part := range []struct{ digits, name string }{
		{used.DialCode, "dialling code"}, {used.AreaCode, "area code"}, {used.Extension, "extension"},
	} {
		if part.digits != "" {
			names = append(names, part.name)
		}
	}
	if len(names) > 0 {
		w.note(authmethod.CodeNumberJoined, strings.Join(names, ", "))
	}
}
