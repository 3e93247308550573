package phonenumber

import (
	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
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

	coded bool // its dialling code stands in another cell, where no 0 is to be written
}

// Parsed is what a cell turned out to hold.
type Parsed struct {
	// Exactly one of Number and Problem is set. Notes stand beside either, in the
	// order in which a person reads them.
	Number  authmethod.PhoneNumber // zero when there is a problem
	Notes   []authmethod.Problem   // what was repaired, and what looks odd
	Problem *authmethod.Problem    // why there is no number; nil when there is one

	kind     plans.Kind // of Number by its country's plan; Unknown in no known range
	extended bool       // Number has an extension
}

// Parse reads text as people and spreadsheets write phone numbers; other cells
// may hold parts of the number.
//
// A number written with its country code is accepted when its length is
// possible for that country, with a note when it is not in an assigned range:
// numbering plans grow faster than any copy of them. So is a national number
// with the row's own country. A national number with only a default country
// must be valid there, because the default is wrong for some people in almost
// every file and a wrong country still gives possible numbers.
//
// Text may hold anything, bytes that are not UTF-8 included: what is not a number
// comes back as a problem, never as an error or a panic. The answer depends on the
// arguments alone. It does not ask whether anybody has the number, nor does it
// compare it with the phone type: that is [Parsed.OddFor].
func (p *Parser) Parse(text string, parts Parts, region Region) Parsed {
	if parts == (Parts{}) {
		if parsed, is := quick(text, region); is {
			return parsed
		}
	}
	return p.parseSlowly(text, parts, region)
}

// parseSlowly is Parse for any cell. A number that reads as another one or as none
// in Graph's form is refused.
func (p *Parser) parseSlowly(text string, parts Parts, region Region) Parsed {
	parsed := p.parseOnce(text, parts, region)
	if form := parsed.Number.Graph(); parsed.Problem == nil && form != text && p.parseOnce(form, Parts{}, Region{}).Number != parsed.Number {
		return Parsed{Notes: parsed.Notes, Problem: refuse(authmethod.CodeAmbiguous)}
	}
	return parsed
}

// parseOnce reads a cell without looking at how its number reads in turn. The
// extension is not part of the plan: it is put behind the number as it stands, the
// zeros in front included.
func (p *Parser) parseOnce(text string, parts Parts, region Region) Parsed {
	w, problem := p.parse(text)
	if problem != nil {
		return Parsed{Notes: w.notes, Problem: problem}
	}
	way, problem := meant(&w, parts, region)
	if problem != nil {
		return Parsed{Notes: w.notes, Problem: problem}
	}
	parsed := Parsed{Notes: append(w.notes, way.notes...), kind: way.Kind, extended: w.extension != ""}
	var fits bool
	if parsed.Number, fits = authmethod.NewPhoneNumber(way.CountryCode, way.National, w.extension); !fits {
		parsed.Problem = refuse(authmethod.CodeNotANumber)
	}
	return parsed
}

// meant runs the stages behind parse. The order of its refusals is that of the
// reasons: that there are two numbers is said before that their country is not
// known, which would not help. It is the number that was written, or why there is none.
func meant(w *written, parts Parts, region Region) (way interpretation, problem *authmethod.Problem) {
	if parts != (Parts{}) {
		if region, problem = join(w, parts, region); problem != nil {
			return way, problem
		}
	}
	international := w.international()
	whole := international || parts.AreaCode == "" && region.Code != ""
	switch {
	case goesOnAfterNumber(w.text, region, whole):
		return way, refuse(authmethod.CodeTwoNumbers)
	case w.masked:
		return way, refuse(authmethod.CodeNumberMasked)
	case !international && region.Unread != "":
		return way, refuse(authmethod.CodeCountryUnknown, region.Unread)
	case !international && region.Code == "":
		return way, noCountry(w.digits)
	}
	way, problem = decide(interpretations(*w, region), *w, region)
	switch {
	case problem != nil && isTwice(w.text, region): // truer than "too long"
		return way, refuse(authmethod.CodeTwoNumbers)
	case problem != nil:
		return way, problem
	case isDummy(way.National) && (way.Kind != plans.TollFree || isOneDigit(way.National)):
		return way, refuse(authmethod.CodeNumberFiller)
	}
	return way, check(w, way)
}

// check finds what speaks against a number that was decided on. It needs the
// number's own country, which is not known before.
func check(w *written, way interpretation) *authmethod.Problem {
	switch {
	case !way.valid() && isTwice(w.text, Region{Code: way.region()}):
		return refuse(authmethod.CodeTwoNumbers)
	case isNumberItself(w.extension, Region{Code: way.region()}):
		return refuse(authmethod.CodeTwoNumbers)
	case w.extension != "" && way.short() && (w.x || !way.valid()):
		return refuse(authmethod.CodeNumberMasked)
	case !way.readsAsItself():
		return refuse(authmethod.CodeAmbiguous)
	}
	return nil
}

// OddFor reports whether the kind of number does not suit the phone type, and
// why. North America cannot be told: its mobile and fixed numbers share their
// ranges. Of several reasons it gives the first: Entra ID dials extensions for
// office phones only, whatever kind the number is of. It is false where there is no
// number. It is advice: nothing is refused for it.
func (p Parsed) OddFor(t authmethod.PhoneType) (authmethod.Problem, bool) {
	mobile := t == authmethod.PhoneTypeMobile || t == authmethod.PhoneTypeAlternateMobile
	switch {
	case p.Problem != nil:
	case mobile && p.extended:
		return authmethod.CodeExtensionOnMobile.Problem(), true
	case mobile && p.kind == plans.FixedLine:
		return authmethod.CodeFixedLine.Problem(), true
	case mobile && (p.kind == plans.TollFree || p.kind == plans.PersonalNumber || p.kind == plans.UAN):
		return authmethod.CodeNoTexts.Problem(), true
	case p.kind == plans.PremiumRate || p.kind == plans.SharedCost || p.kind == plans.Pager:
		return authmethod.CodeSpecialRate.Problem(), true
	}
	return authmethod.Problem{}, false
}

// refuse is the problem of a code.
func refuse(code authmethod.Code, args ...any) *authmethod.Problem {
	p := code.Problem(args...)
	return &p
}

// noCountry advises to write the + where that would be enough. It is not enough for
// a number that is only possible: nearly all digits are, with some code.
func noCountry(digits string) *authmethod.Problem {
	if way, problem := decide(international(written{digits: digits, plus: true}, digits, ""), written{digits: digits, plus: true}, Region{}); problem == nil && way.valid() {
		return refuse(authmethod.CodeNoCountryPlus)
	}
	return refuse(authmethod.CodeNoCountry)
}
