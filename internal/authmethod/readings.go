package authmethod

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// choose decides what the digits of a cell mean. There are few ways to read
// them: with their country code, by an exit code, as dialled in the country,
// with a zero more or less. The numbering plan decides between them; where it
// allows two, nobody can.
func choose(w written, region Region) candidate {
	if rest, plus := strings.CutPrefix(w.digits, "+"); plus {
		return chooseInternational(rest, strings.TrimPrefix(w.without, "+"), region)
	}
	if strings.HasPrefix(w.digits, "00") {
		return chooseExitCode(w, region)
	}
	if code := strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region.Code)); w.without != "" && w.group == code {
		c := chooseInternational(w.digits, w.without, region)
		c.international = false
		c.changed(notePlusMissing(code))
		return c
	}
	c := parse(w.digits, region)
	if c.problem != nil {
		return c.orElse(withoutFormerMobile(strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region.Code)), w.digits), region)
	}
	switch c.parsed.GetCountryCodeSource() {
	case phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD:
		c.compareAfterExit(w.digits)
	case phonenumbers.PhoneNumber_FROM_NUMBER_WITHOUT_PLUS_SIGN:
		c.changed(notePlusMissing(c.code))
		c.compareWith(strings.TrimPrefix(w.digits, c.code), phonenumbers.GetNddPrefixForRegion(region.Code, true))
	default:
		return chooseNational(c, w, region)
	}
	return c
}

// chooseInternational reads digits that stand after a "+".
func chooseInternational(digits, without string, region Region) candidate {
	if strings.HasPrefix(digits, "0") && len(digits) > 1 {
		return chooseAfterPlus(digits, without, region)
	}
	c := parse("+"+digits, Region{})
	if without != "" && digits == c.code+"0"+strings.TrimPrefix(without, c.code) {
		return c.orWithoutZero(digits, without)
	}
	c.literal = c.reads(digits)
	if c.problem != nil || c.valid() && c.literal {
		return c
	}
	rest := strings.TrimPrefix(digits, c.code)
	if c.valid() || rest != c.national {
		c.compareWith(rest, c.trunk())
		return c
	}
	return c.orElse(c.withOtherZero(rest), region)
}

// chooseAfterPlus reads a "+" before an exit code, of which it is a repetition:
// no country code begins with 0.
func chooseAfterPlus(digits, without string, region Region) candidate {
	if strings.HasPrefix(digits, "00") && !strings.HasPrefix(digits, "000") {
		return chooseExitCode(written{digits: digits, without: without}, region)
	}
	c := parse(digits, region)
	if c.problem != nil || c.parsed.GetCountryCodeSource() != phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD {
		return candidate{problem: problemCountryCode()}
	}
	c.compareAfterExit(digits)
	return c
}

// orWithoutZero decides whether a zero in brackets belongs to the number, as
// in Italy, or stands for the prefix of national calls.
func (c candidate) orWithoutZero(digits, without string) candidate {
	bare := c // the parser leaves the prefix out where it is 0
	if !c.reads(without) {
		bare = parse("+"+without, Region{})
	}
	kept := c.reads(digits)
	switch {
	case kept && c.valid() && bare.valid():
		return candidate{problem: problemBracketedZero(c.code)}
	case kept && (c.valid() || !bare.valid() && c.trunk() != "0"):
		c.literal = true
		return c
	}
	bare.literal = bare.reads(without)
	bare.repaired(noteBracketedZero())
	if bare.problem == nil {
		bare.compareWith(strings.TrimPrefix(without, bare.code), bare.trunk())
	}
	return bare
}

// withOtherZero is the valid number with one zero less or more in front.
// People drop the zero of Italy and write one in Poland, as in other countries.
func (c candidate) withOtherZero(national string) candidate {
	if bare, zero := strings.CutPrefix(national, "0"); zero {
		if other, ok := exactly(c.code + bare); ok {
			other.changed(noteZeroDropped(c.code))
			return other
		}
	} else if other, ok := exactly(c.code + "0" + national); ok && c.mayBeginWithZero() {
		other.changed(noteZeroAdded(c.code))
		return other
	}
	return withoutFormerMobile(c.code, national)
}

// chooseExitCode reads digits that begin with 00: as "+", or with an exit code
// of the region that is longer (0011 in Australia, 009 in Nigeria).
func chooseExitCode(w written, region Region) candidate {
	own := candidate{problem: problemCountryCode()}
	if region.Code != "" {
		own = parse(w.digits, region)
	}
	byExit := own.problem == nil && own.parsed.GetCountryCodeSource() == phonenumbers.PhoneNumber_FROM_NUMBER_WITH_IDD
	plus := own
	if !byExit || w.without != "" || !own.reads(w.digits[2:]) || !own.valid() {
		plus = chooseInternational(w.digits[2:], strings.TrimPrefix(w.without, "00"), region)
	}
	plus.international = true
	plus.repairs = append([]Problem{noteDoubleZero()}, plus.repairs...)
	if !byExit || own.same(plus) {
		return plus
	}
	own.compareAfterExit(w.digits)
	switch {
	case own.valid() && plus.valid(), !own.valid() && !plus.valid() && own.possible() && plus.possible():
		return candidate{problem: problemExitCode()}
	case plus.valid(), !own.valid() && plus.possible():
		return plus
	}
	return own
}

// compareAfterExit is compareWith for digits that begin with an exit code.
func (c *candidate) compareAfterExit(digits string) {
	c.changed(noteExitCode(c.code))
	trunk := c.trunk()
	switch {
	case strings.HasSuffix(digits, c.code+c.national):
	case strings.HasSuffix(digits, c.code+trunk+c.national):
		c.compareWith(trunk+c.national, trunk)
	default:
		c.changed(noteRewritten())
		c.needsValid = true
	}
}

// chooseNational judges a number that was read as dialled in its region. The
// default country is wrong for some rows, so that nothing is repaired for it
// but what the number itself proves.
func chooseNational(c candidate, w written, region Region) candidate {
	digits, trunk := w.digits, phonenumbers.GetNddPrefixForRegion(region.Code, true)
	if bare, zero := strings.CutPrefix(digits, "0"); zero && strings.HasPrefix(bare, c.code) {
		if other, decided := c.behindZero(bare, w.group); decided {
			return other
		}
	}
	switch {
	case digits == c.national:
		return chooseBare(c, digits, region)
	case digits == trunk+c.national:
		if c.valid() || region.Default {
			return c
		}
		return c.orElse(withoutFormerMobile(c.code, c.national), region)
	}
	c.compareWith(digits, trunk)
	if region.Default && strings.HasSuffix(c.national, digits) {
		return candidate{problem: problemLocalOnly()}
	}
	return c
}

// behindZero judges a number that begins with 0 and its country's own code.
// Blanks tell an area code that begins so (04921 in Germany) from the country
// code; without them only the numbering plan can.
func (c candidate) behindZero(bare, group string) (candidate, bool) {
	other, ok := exactly(bare)
	if !ok || other.code != c.code || group != "" && group != "0" && group != "0"+c.code {
		return c, false
	}
	if c.valid() {
		return candidate{problem: problemPlusOrNational(c.code)}, true
	}
	other.changed(noteCodeBehindZero(c.code))
	other.international = false
	return other, true
}

// chooseBare judges digits without "+", exit code or prefix: the number may be
// as it is written every day, or have lost its zero, or its "+".
func chooseBare(c candidate, digits string, region Region) candidate {
	if rest, begins := strings.CutPrefix(digits, c.code); begins && isOwn(c.code+rest, region) {
		return candidate{problem: problemPlusOrNational(c.code)}
	}
	if c.isUsual(digits, region) {
		return c.noteTrunkMissing(region)
	}
	if other, ok := exactly(digits); ok && other.code != c.code {
		switch {
		case c.valid() && region.Default:
			return candidate{problem: problemHomeOrAbroad(region.Code, other.code)}
		case !c.valid() && !region.Default:
			return candidate{problem: problemAbroad(region.Code, other.code)}
		case c.valid():
			c.changed(noteHomeOrAbroad(other.code))
		}
	}
	if c.valid() || region.Default {
		return c.noteTrunkMissing(region)
	}
	if len(digits) < minSubscriber {
		return candidate{problem: problemTooShort()} // a day as spreadsheets count them, or a short number of an office
	}
	if other := c.withOtherZero(digits); other.problem == nil {
		other.international = false
		return other
	}
	return c.noteTrunkMissing(region)
}

func (c candidate) noteTrunkMissing(region Region) candidate {
	if phonenumbers.GetNddPrefixForRegion(region.Code, true) == "0" && !strings.HasPrefix(c.national, "0") {
		c.changed(noteTrunkMissing(region.Code))
	}
	return c
}

// isOwn says that digits, which begin with the region's own code, are a valid
// number there.
func isOwn(digits string, region Region) bool {
	parsed, err := phonenumbers.Parse("+"+digits, "")
	return err == nil && phonenumbers.IsValidNumberForRegion(parsed, region.Code)
}

// orElse is other when that is a number and the candidate is none that is known.
func (c candidate) orElse(other candidate, region Region) candidate {
	if other.problem != nil || region.Default && !c.international {
		return c
	}
	other.international = c.international
	return other
}

// formerMobile are digits that a country once had between its code or its
// national prefix and a mobile number, and has no more.
func formerMobile(code string) []string {
	if code == "52" {
		return []string{"1", "01", "044", "045"}
	}
	return nil
}

// withoutFormerMobile is the valid number without such digits.
func withoutFormerMobile(code, national string) candidate {
	for _, former := range formerMobile(code) {
		bare, begins := strings.CutPrefix(national, former)
		if c, ok := exactly(code + bare); begins && ok {
			c.changed(notePrefixDropped(former))
			return c
		}
	}
	return candidate{problem: problemTooLong()}
}

// readsAsItself says that what the parser made of the digits stays as it is
// when it is read again. Otherwise a second run over our own output would send
// something else.
func (c candidate) readsAsItself() bool {
	if !c.valid() {
		return chooseInternational(c.code+c.national, "", Region{}).same(c)
	}
	again, err := phonenumbers.Parse("+"+c.code+c.national, "")
	return err == nil && again.GetCountryCode() == c.parsed.GetCountryCode() &&
		phonenumbers.GetNationalSignificantNumber(again) == c.national
}
