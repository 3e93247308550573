package authmethod

import (
	"errors"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Region says in which country a number without country code is to be read.
// The zero value is none: such numbers are then rejected, never guessed.
type Region struct {
	// Code is the ISO 3166 two-letter code in capitals, "GB".
	Code string
	// Default is set when the country is only the run's default and not the
	// row's own; a national number must then be valid there, not just possible.
	Default bool
	// Unread is what the row's own country cell says, when that names no
	// country. There is no Code then: the default is not for such rows.
	Unread string
}

// Normalize reads the row's Input and sets its Number, or rejects the row.
// What had to be repaired on the way, and what looks odd, becomes a note.
func (r *Row) Normalize(region Region) { r.NormalizeWith(Parts{}, region) }

// NormalizeWith is Normalize for a number of which other cells hold parts.
func (r *Row) NormalizeWith(parts Parts, region Region) {
	read, problem := readParts(r.Input, parts, region)
	for _, note := range read.notes {
		r.Note(note)
	}
	if problem != nil {
		r.Reject(*problem)
		return
	}
	if note, odd := read.oddFor(r.PhoneType); odd {
		r.Note(note)
	}
	if !r.Rejected() {
		r.Number = read.number
	}
}

// Normalize reads text as people and spreadsheets write phone numbers and
// returns it in Graph's form, with notes about every repair, or the problem
// that makes it unfit. It never guesses a country, and normalizing a number
// that is in Graph's form already gives the same number.
//
// A number written with its country code is accepted when its length is
// possible for that country, with a note when it is not in an assigned range:
// numbering plans grow faster than any copy of them. So is a national number
// with the row's own country. A national number with only a default country
// must be valid there, because the default is wrong for some people in almost
// every file and a wrong country still gives possible numbers.
func Normalize(text string, region Region) (PhoneNumber, []Problem, *Problem) {
	read, problem := readNumber(text, region)
	if problem != nil {
		return PhoneNumber{}, read.notes, problem
	}
	return read.number, read.notes, nil
}

// reading is what a cell turned out to hold.
type reading struct {
	number    PhoneNumber
	kind      phonenumbers.PhoneNumberType // UNKNOWN when in no assigned range
	extension string
	notes     []Problem
	joined    bool // the area code of another cell stands in front
}

func (rd *reading) note(p Problem) { rd.notes = append(rd.notes, p) }

func readNumber(text string, region Region) (reading, *Problem) {
	return readParts(text, Parts{}, region)
}

func readParts(text string, parts Parts, region Region) (reading, *Problem) {
	var rd reading
	cleaned, problem := rd.clean(text)
	if problem != nil {
		return rd, problem
	}
	digits, problem := rd.takeApart(cleaned)
	if problem != nil {
		return rd, problem
	}
	international := strings.HasPrefix(digits, "+")
	if parts != (Parts{}) {
		if digits, region, problem = rd.join(digits, parts, region); problem != nil {
			return rd, problem
		}
	}
	if !international && region.Unread != "" {
		return rd, problemCountryUnread(region.Unread)
	}
	if !international && region.Code == "" {
		return rd, problemNoCountry(digits)
	}
	parsed, err := phonenumbers.Parse(digits, region.Code)
	if err != nil {
		return rd, problemOfParse(err, international, region)
	}
	rd.kind = phonenumbers.GetNumberType(parsed)
	if problem := rd.accept(parsed, region, international); problem != nil {
		return rd, problem
	}
	return rd, rd.finish(parsed, text, digits, region)
}

// accept decides whether a parsed number is good enough to be sent.
func (rd *reading) accept(parsed *phonenumbers.PhoneNumber, region Region, international bool) *Problem {
	if rd.kind != phonenumbers.UNKNOWN {
		return nil
	}
	if !international && region.Default {
		return problemNotOfDefault(region.Code)
	}
	switch phonenumbers.IsPossibleNumberWithReason(parsed) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return problemLocalOnly()
	case phonenumbers.TOO_SHORT:
		return problemTooShort()
	case phonenumbers.TOO_LONG:
		return problemTooLong()
	case phonenumbers.INVALID_COUNTRY_CODE:
		return problemCountryCode()
	default:
		return problemLength()
	}
	rd.note(noteNotAssigned())
	return nil
}

// finish writes the number in Graph's form and notes what the parser changed.
func (rd *reading) finish(parsed *phonenumbers.PhoneNumber, text, digits string, region Region) *Problem {
	countryCode := strconv.Itoa(int(parsed.GetCountryCode()))
	// Never GetNationalNumber: as an integer it has lost Italy's leading zeros.
	national := phonenumbers.GetNationalSignificantNumber(parsed)
	if written, international := strings.CutPrefix(digits, "+"); international {
		if written == countryCode+national {
			rd.set(countryCode, national, text)
			return nil
		}
		rd.note(noteTrunkPrefix(countryCode))
	} else {
		if lostPlus(digits, countryCode, national, region) {
			return problemPlusOrNational(countryCode)
		}
		rd.noteNational(digits, countryCode, national, region)
	}
	// The parser dropped or added digits. What it made of them must read as
	// itself, or a second run over our own output would send something else.
	again, err := phonenumbers.Parse("+"+countryCode+national, "")
	if err != nil || again.GetCountryCode() != parsed.GetCountryCode() ||
		phonenumbers.GetNationalSignificantNumber(again) != national {
		return problemAmbiguous()
	}
	rd.set(countryCode, national, text)
	return nil
}

// set keeps the number, sharing the memory of text where they are equal.
func (rd *reading) set(countryCode, national, text string) {
	graph := "+" + countryCode + " " + national
	if rd.extension != "" {
		graph += "x" + rd.extension
	}
	if graph == text {
		graph = text
	}
	rd.number = PhoneNumber{graph}
}

// lostPlus says that digits without a "+" read as two different valid numbers:
// the national number that the parser saw, and one that begins with the
// country's own code. Spreadsheets drop the "+", and German numbers are of so
// many lengths that both are common there.
func lostPlus(digits, countryCode, national string, region Region) bool {
	rest, begins := strings.CutPrefix(digits, countryCode)
	if !begins || digits != national {
		return false
	}
	parsed, err := phonenumbers.Parse("+"+countryCode+rest, "")
	return err == nil && phonenumbers.IsValidNumberForRegion(parsed, region.Code)
}

// noteNational says when a number without "+" was not written the way its
// country writes national numbers.
func (rd *reading) noteNational(digits, countryCode, national string, region Region) {
	switch trunk := phonenumbers.GetNddPrefixForRegion(region.Code, true); {
	case digits == countryCode+national:
		rd.note(notePlusMissing(countryCode))
	case strings.HasSuffix(digits, countryCode+national):
		rd.note(noteExitCode(countryCode))
	case trunk == "0" && digits == national && !rd.joined:
		rd.note(noteTrunkMissing(region.Code))
	}
}

// oddFor says that the kind of number does not suit the phone type. North
// America cannot be told: its mobile and fixed numbers share their ranges.
func (rd *reading) oddFor(t PhoneType) (Problem, bool) {
	mobile := t == PhoneTypeMobile || t == PhoneTypeAlternateMobile
	switch {
	case mobile && rd.extension != "":
		return noteExtensionOnMobile(), true
	case mobile && rd.kind == phonenumbers.FIXED_LINE:
		return noteFixedLine(), true
	case rd.kind == phonenumbers.PREMIUM_RATE || rd.kind == phonenumbers.SHARED_COST || rd.kind == phonenumbers.PAGER:
		return noteSpecialRate(), true
	}
	return Problem{}, false
}

func problemOfParse(err error, international bool, region Region) *Problem {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode) && !international:
		return problemNoPlan(region.Code)
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode) && international:
		return problemCountryCode()
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return problemTooLong()
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return problemTooShort()
	}
	return problemNotANumber()
}
