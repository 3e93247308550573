package authmethod

import (
	"errors"
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
// that makes it unfit. It never guesses a country, and normalizing its own
// result gives the same number. Of several ways to read the digits it takes the
// only one that is a valid number, and none where there are two.
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
	w, bare, problem := rd.takeApart(cleaned)
	if problem != nil {
		return rd, problem
	}
	international := strings.HasPrefix(w.digits, "+") || strings.HasPrefix(w.digits, "00")
	alone := parts == Parts{}
	if !alone {
		if w, region, problem = rd.joinParts(w, parts, region); problem != nil {
			return rd, problem
		}
	}
	if goesOnAfterNumber(bare, region, alone && (international || region.Code != "")) {
		return rd, problemTwoNumbers()
	}
	if !international && region.Unread != "" {
		return rd, problemCountryUnread(region.Unread)
	}
	if !international && region.Code == "" {
		return rd, problemNoCountry(w.digits)
	}
	c := choose(w, region)
	c.international = c.international && (international || !rd.joined)
	if !c.valid() && isTwice(bare, region) {
		return rd, problemTwoNumbers()
	}
	if problem := rd.accept(c, region); problem != nil {
		return rd, problem
	}
	if isNumberItself(rd.extension, region) {
		return rd, problemTwoNumbers()
	}
	return rd, rd.finish(c, text)
}

// joinParts is join for a cell as it was written.
func (rd *reading) joinParts(w written, parts Parts, region Region) (written, Region, *Problem) {
	digits := w.digits
	if rest, exitCode := strings.CutPrefix(digits, "00"); exitCode {
		digits = "+" + rest
	}
	joined, region, problem := rd.join(digits, parts, region)
	if joined != digits {
		w = written{digits: joined}
	}
	return w, region, problem
}

// accept decides whether a candidate is good enough to be sent.
func (rd *reading) accept(c candidate, region Region) *Problem {
	if c.problem != nil {
		return c.problem
	}
	rd.kind = c.kind
	rd.notes = append(rd.notes, c.repairs...)
	if c.valid() {
		return nil
	}
	if !c.international && region.Default {
		return problemNotOfDefault(region.Code)
	}
	switch phonenumbers.IsPossibleNumberWithReason(c.parsed) {
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
	if c.needsValid {
		return problemAmbiguous()
	}
	if strings.HasPrefix(c.national, "0") && !c.mayBeginWithZero() {
		return problemZero(c.code)
	}
	rd.note(noteNotAssigned())
	return nil
}

// finish writes the number in Graph's form and notes what the parser changed.
func (rd *reading) finish(c candidate, text string) *Problem {
	rd.notes = append(rd.notes, c.changes...)
	if !c.literal && !c.readsAsItself() {
		return problemAmbiguous()
	}
	rd.set(c.code, c.national, text)
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
