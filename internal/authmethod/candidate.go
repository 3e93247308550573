package authmethod

import (
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// candidate is one way to read the digits of a cell.
type candidate struct {
	parsed         *phonenumbers.PhoneNumber // nil when problem is set
	problem        *Problem
	code, national string // "49" and "17604069012"
	kind           phonenumbers.PhoneNumberType
	international  bool      // written with its country code
	repairs        []Problem // how the cell was read
	changes        []Problem // what differs between what was written and the number
	literal        bool      // exactly what was written behind a "+"
	needsValid     bool      // the number is not what was written, so that it must be a known one
}

func (c candidate) valid() bool { return c.problem == nil && c.kind != phonenumbers.UNKNOWN }

func (c candidate) possible() bool {
	return c.problem == nil && phonenumbers.IsPossibleNumberWithReason(c.parsed) == phonenumbers.IS_POSSIBLE
}

// reads says that the candidate is digits and nothing else, its country code
// included.
func (c candidate) reads(digits string) bool {
	rest, begins := strings.CutPrefix(digits, c.code)
	return c.problem == nil && begins && rest == c.national
}

func (c candidate) same(other candidate) bool {
	return c.code == other.code && c.national == other.national
}

func (c *candidate) repaired(p Problem) { c.repairs = append(c.repairs, p) }
func (c *candidate) changed(p Problem)  { c.changes = append(c.changes, p) }

// parse reads digits as the parser does: with "+", or as they are dialled in
// the region. It keeps what the parser says of the way it took.
func parse(digits string, region Region) candidate {
	international := strings.HasPrefix(digits, "+")
	var parsed *phonenumbers.PhoneNumber
	var err error
	if international {
		parsed, err = phonenumbers.Parse(digits, "")
	} else {
		parsed, err = phonenumbers.ParseAndKeepRawInput(digits, region.Code)
	}
	if err != nil {
		return candidate{international: international, problem: problemOfParse(err, international, region)}
	}
	return candidate{
		parsed: parsed, international: international,
		code: strconv.Itoa(int(parsed.GetCountryCode())),
		// Never GetNationalNumber: as an integer it has lost Italy's leading zeros.
		national: phonenumbers.GetNationalSignificantNumber(parsed),
		kind:     phonenumbers.GetNumberType(parsed),
	}
}

// exactly reads digits with their country code when they are a valid number
// without any change.
func exactly(digits string) (candidate, bool) {
	c := parse("+"+digits, Region{})
	c.literal = c.reads(digits)
	return c, c.valid() && c.literal
}

// trunk is the prefix of national calls in a candidate's country, "0" in most.
func (c candidate) trunk() string {
	region := phonenumbers.GetRegionCodeForCountryCode(int(c.parsed.GetCountryCode()))
	return phonenumbers.GetNddPrefixForRegion(region, true)
}

// compareWith says what the parser made of the digits written after the
// country code: it drops prefixes, adds area codes and moves digits.
func (c *candidate) compareWith(written, trunk string) {
	if written == c.national {
		return
	}
	dropped, drops := strings.CutSuffix(written, c.national)
	added, adds := strings.CutSuffix(c.national, written)
	switch {
	case drops && dropped == trunk:
		c.changed(noteTrunkPrefix(c.code))
		c.needsValid = trunk != "0" // another one may as well be the first digit of something else
	case drops:
		c.changed(notePrefixDropped(dropped))
		c.needsValid = true
	case adds:
		c.changed(noteAreaAdded(added))
		c.needsValid = true
	default:
		c.changed(noteRewritten())
		c.needsValid = true
	}
}

// usual is how many digits the mobile and the fixed numbers of a country have
// for the most part, and whether they may begin with 0, by the examples in the
// numbering plan.
type usual struct {
	mobile, fixed int
	zero          bool
}

// usualNumbers has a function for each region, which works it out once.
var usualNumbers = sync.OnceValue(func() map[string]func() usual {
	numbers := make(map[string]func() usual)
	for region := range phonenumbers.GetSupportedRegions() {
		numbers[region] = sync.OnceValue(func() usual {
			mobile, fixed := example(region, phonenumbers.MOBILE), example(region, phonenumbers.FIXED_LINE)
			return usual{len(mobile), len(fixed), strings.HasPrefix(mobile, "0") || strings.HasPrefix(fixed, "0")}
		})
	}
	return numbers
})

func example(region string, t phonenumbers.PhoneNumberType) string {
	number := phonenumbers.GetExampleNumberForType(region, t)
	if number == nil {
		return ""
	}
	return phonenumbers.GetNationalSignificantNumber(number)
}

// mayBeginWithZero says that numbers of the candidate's country do.
func (c candidate) mayBeginWithZero() bool {
	numbers, known := usualNumbers()[phonenumbers.GetRegionCodeForCountryCode(int(c.parsed.GetCountryCode()))]
	return known && numbers().zero
}

// isUsual says that digits without "+" and without prefix are a number as its
// country writes them every day, so that no "+" need be missed: of the usual
// length, and a mobile, or of a country that writes no prefix.
func (c candidate) isUsual(digits string, region Region) bool {
	numbers, known := usualNumbers()[region.Code]
	if !c.valid() || !known || digits != c.national {
		return false
	}
	switch n := numbers(); c.kind {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return len(digits) == n.mobile
	default:
		return len(digits) == n.fixed && phonenumbers.NormalizeDigitsOnly(phonenumbers.Format(c.parsed, phonenumbers.NATIONAL)) == digits
	}
}
