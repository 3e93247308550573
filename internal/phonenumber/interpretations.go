package phonenumber

import (
	"slices"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
)

// interpretation is one way to read the digits of a cell. It is a value: what is
// noted on a copy leaves the others as they are.
type interpretation struct {
	dialled
	notes []authmethod.Problem // what was supplied, dropped or moved

	// exact says that nothing was supplied, dropped or moved but what E.164 leaves out,
	// the 0 of national calls: the digits as they are written with their country code,
	// or as they are dialled in the row's country. Others must be valid.
	exact bool

	// against is set for a way that is never chosen: that it is a valid number
	// forbids every other one, for this reason.
	against *authmethod.Problem

	// refused says why the way is none, where the numbering plan does not.
	refused *authmethod.Problem
}

func (i interpretation) note(code authmethod.Code, args ...any) interpretation {
	i.notes = append(i.notes[:len(i.notes):len(i.notes)], code.Problem(args...))
	return i
}

// interpretations are all ways to read what was written, in the order in which
// people mean them. What each supplies, drops or moves is in its notes. There is
// at least one; the first gives the reason where none may be sent.
func interpretations(w written, region Region) []interpretation {
	switch {
	case w.plus && !strings.HasPrefix(w.digits, "0"), w.plus && w.digits == "0":
		return international(w, w.digits, w.without)
	case w.plus && !strings.HasPrefix(w.digits, "00"), strings.HasPrefix(w.digits, "000"):
		return behindPlus(w, region)
	case strings.HasPrefix(w.digits, "00"):
		return behindExitCode(w, region)
	}
	code := countryCode(region.Code)
	if w.without != "" && w.front() == code {
		ways := international(w, w.digits, w.without)
		for n := range ways {
			ways[n] = ways[n].note(authmethod.CodePlusMissingNote, code)
		}
		return ways
	}
	return inCountry(w, region)
}

// international reads digits that stand behind a "+". Without is the same less a
// zero in brackets, or empty. Zeros are repaired only where the number as written
// is not valid: otherwise a right number would get a rival.
func international(w written, digits, without string) []interpretation {
	d := look("+"+digits, "")
	if without != "" && digits == d.code+"0"+strings.TrimPrefix(without, d.code) {
		return bracketedZero(d, digits, without)
	}
	first := interpretation{dialled: d, exact: d.reads(digits)}
	ways := []interpretation{first}
	rest := strings.TrimPrefix(digits, d.code)
	switch {
	case d.err != nil:
		return ways
	case !first.exact:
		ways[0] = first.changed(rest, plans.NationalPrefix(d.region()))
	case !d.valid():
		ways = append(ways, otherZero(d, rest)...)
	}
	return append(ways, codeTwice(w, d, rest)...)
}

// codeTwice looks for a slip of exports that put the code in front of numbers that
// have it. It speaks against a number whose country code stands there twice: it
// does where the rest is a number by itself, and the whole is none, or the second
// code is a group of its own.
func codeTwice(w written, d dialled, rest string) []interpretation {
	_, twice := strings.CutPrefix(rest, d.code)
	once, is := exactly(rest)
	if !twice || !is || d.valid() && !w.cut(len(w.digits)-len(rest)+len(d.code)) {
		return nil
	}
	return []interpretation{{dialled: once, against: refuse(authmethod.CodeCountryCodeTwice, d.code)}}
}

// bracketedZero reads a zero in brackets as a part of the number, as in Italy, or
// as the prefix of national calls. Kept is what the plan makes of the digits with it.
// Both ways are listed where both are numbers, as they are different phones.
func bracketedZero(kept dialled, digits, without string) []interpretation {
	bare := kept // the plan leaves the prefix out where it is 0
	if !bare.reads(without) {
		bare = look("+"+without, "")
	}
	with := interpretation{dialled: kept, exact: kept.reads(digits) && plans.NationalPrefix(kept.region()) != "0"}
	dropped := interpretation{dialled: bare, exact: !with.exact}.note(authmethod.CodeBracketedZeroNote)
	if bare.err == nil && !bare.reads(without) {
		dropped = dropped.changed(strings.TrimPrefix(without, bare.code), plans.NationalPrefix(bare.region()))
	}
	if !kept.reads(digits) {
		return []interpretation{dropped}
	}
	if kept.valid() && bare.valid() {
		dropped.against = refuse(authmethod.CodeBracketedZero, kept.code)
	}
	return []interpretation{with, dropped}
}

// otherZero is the valid number with one zero less or more in front. People drop
// the zero of Italy and write one in Poland, as in other countries.
func otherZero(d dialled, national string) []interpretation {
	if bare, zero := strings.CutPrefix(national, "0"); zero {
		if other, ok := exactly(d.code + bare); ok {
			return []interpretation{interpretation{dialled: other}.note(authmethod.CodeZeroLeftOut, d.code)}
		}
	} else if other, ok := exactly(d.code + "0" + national); ok && d.mayBeginWithZero() {
		return []interpretation{interpretation{dialled: other}.note(authmethod.CodeZeroAdded, d.code)}
	}
	return formerMobile(d.code, national)
}

// formerPrefixes are digits that a country once had between its code or its
// national prefix and a mobile number, and has no more:
// https://en.wikipedia.org/wiki/Telephone_numbers_in_Mexico
var formerPrefixes = map[string][]string{"52": {"1", "01", "044", "045"}}

// formerMobile is the valid number without such digits. Address books keep them for
// decades; that the rest is a valid number proves what they are.
func formerMobile(code, national string) []interpretation {
	for _, former := range formerPrefixes[code] {
		bare, begins := strings.CutPrefix(national, former)
		if d, ok := exactly(code + bare); begins && ok {
			return []interpretation{interpretation{dialled: d}.prefixDropped(former)}
		}
	}
	return nil
}

// inCountry reads digits as they are dialled in the region.
func inCountry(w written, region Region) []interpretation {
	d := look(w.digits, region.Code)
	code := countryCode(region.Code)
	switch {
	case d.err != nil:
		return append([]interpretation{{dialled: d}}, unlessDefault(region, formerMobile(code, w.digits))...)
	case d.Source == plans.ExitCode:
		return []interpretation{interpretation{dialled: d}.behindExit(w.digits)}
	case d.Source == plans.WithoutPlus:
		way := interpretation{dialled: d, exact: true}.note(authmethod.CodePlusMissingNote, d.code)
		if rest := strings.TrimPrefix(w.digits, d.code); rest != d.National {
			way = way.changed(rest, plans.NationalPrefix(region.Code))
		}
		return []interpretation{way}
	}
	if bare, zero := strings.CutPrefix(w.digits, "0"); zero && strings.HasPrefix(bare, code) {
		if ways := codeBehindZero(w, d, bare); ways != nil {
			return ways
		}
	}
	prefix := plans.NationalPrefix(region.Code)
	switch {
	case w.digits == d.National:
		return withoutPrefix(d, w.digits, region)
	case w.digits == prefix+d.National:
		elsewhere := overseas(d, w.digits, region)
		if d.valid() && elsewhere != nil {
			return elsewhere
		}
		way := interpretation{dialled: d, exact: true}
		if !region.Default && d.possible() && !d.valid() && !d.likely(region.Code) {
			way.refused = refuse(authmethod.CodeUnassigned, region.Code)
		}
		ways := append([]interpretation{way}, unlessDefault(region, formerMobile(d.code, d.National))...)
		return append(ways, elsewhere...)
	}
	way := interpretation{dialled: d}.changed(w.digits, prefix)
	if region.Default && strings.HasSuffix(d.National, w.digits) {
		way.refused = refuse(authmethod.CodeLocalOnly)
	}
	return []interpretation{way}
}

// unlessDefault is the invariant at work: it leaves repairs out for the run's
// default country, which is wrong for some rows: nothing is repaired for it but what
// the number itself proves.
func unlessDefault(region Region, ways []interpretation) []interpretation {
	if region.Default {
		return nil
	}
	return ways
}

// codeBehindZero is for what becomes of +49 where a form asks for a 0 in front. It
// reads a number that begins with 0 and its country's own code. Blanks tell an area
// code that begins so (04921 in Germany) from the country code; without them only
// the numbering plan can.
func codeBehindZero(w written, d dialled, bare string) []interpretation {
	other, ok := exactly(bare)
	group := w.front()
	if !ok || other.code != d.code || group != "" && group != "0" && group != "0"+d.code {
		return nil
	}
	way := interpretation{dialled: other}.note(authmethod.CodeCodeBehindZero, d.code)
	if d.valid() {
		way.against = refuse(authmethod.CodePlusOrNational, d.code)
		return []interpretation{{dialled: d, exact: true}, way}
	}
	return []interpretation{way}
}

// withoutPrefix is where most is left open, as Excel drops the zeros and the plus of
// what it takes for an amount. It reads digits without "+", exit code or prefix: the
// number may be as it is written every day, or have lost its zero, or its "+".
func withoutPrefix(d dialled, digits string, region Region) []interpretation {
	if rest, begins := strings.CutPrefix(digits, d.code); begins && ofRegion(d.code+rest, region.Code) {
		other, _ := exactly(digits)
		return []interpretation{{dialled: d}, {dialled: other, against: refuse(authmethod.CodePlusOrNational, d.code)}}
	}
	way := interpretation{dialled: d, exact: true}
	var ways []interpretation
	if !d.isUsual(digits, region.Code) {
		if other, ok := exactly(digits); ok && other.code != d.code {
			switch {
			case d.valid() && region.Default:
				ways = append(ways, interpretation{dialled: other, against: refuse(authmethod.CodePlusOrNationalAbroad, region.Code, other.code)})
			case d.valid():
				way = way.note(authmethod.CodePlusOrNationalNote, other.code)
			case !region.Default:
				ways = append(ways, interpretation{dialled: other, against: refuse(authmethod.CodePlusMissing, region.Code, other.code)})
			}
		}
	}
	writtenBare := d.valid() && d.WrittenBare() // as mobiles are in China and Peru: no 0 is missing
	prefix := plans.NationalPrefix(region.Code)
	if prefix == "0" && !strings.HasPrefix(d.National, "0") && !writtenBare && !region.coded {
		way = way.note(authmethod.CodeLeadingZeroMissing, region.Code).zeroSupplied(region)
	}
	switch {
	case d.valid() || region.Default:
	case len(digits) < minSubscriber:
		way.exact, way.refused = false, refuse(authmethod.CodeTooShort) // a day as spreadsheets count them, or a short number of an office
	default:
		ways = append(ways, otherZero(d, digits)...)
	}
	return append([]interpretation{way}, ways...)
}

// zeroSupplied is a number whose 0 is supplied by us, which must then be valid. A
// landline of so few digits may as well be one within its area: that area would
// be a guess.
func (i interpretation) zeroSupplied(region Region) interpretation {
	i.exact = false
	if i.Kind == plans.FixedLine && len(i.National) <= maxLocal && !i.WrittenBare() {
		i.refused = refuse(authmethod.CodeLocalOnlyLandline)
	} else if !region.Default && !i.valid() && i.possible() {
		i.refused = refuse(authmethod.CodeZeroMissing, region.Code)
	}
	return i
}

// sharedPlans are countries whose numbers are dialled as national ones in another
// country: San Marino's landlines in Italy, and the overseas departments and
// collectivities of France, by its numbering plan:
// https://www.arcep.fr/la-regulation/grands-dossiers-thematiques-transverses/la-numerotation.html
var sharedPlans = map[string][]string{"FR": {"GP", "GF", "MQ", "RE", "YT", "PM", "MF", "BL"}, "IT": {"SM"}}

// overseas reads a number that is dialled in its region and belongs to another
// country. One that begins with the digits of that country's code does, even where
// the region's own plan has it: 0596 is Martinique's.
func overseas(d dialled, digits string, region Region) []interpretation {
	if d.valid() && !beginsOverseas(d.National, region.Code) {
		return nil
	}
	for _, other := range sharedPlans[region.Code] {
		if there := look(digits, other); there.valid() && there.code != d.code && ofRegion(there.code+there.National, other) {
			return []interpretation{interpretation{dialled: there}.note(authmethod.CodeOverseas, other, there.code)}
		}
	}
	return nil
}

// beginsOverseas reports whether a national number begins with the digits of the
// dialling code of a country that shares the region's plan, as theirs do.
func beginsOverseas(national, region string) bool {
	return slices.ContainsFunc(sharedPlans[region], func(other string) bool {
		code := plans.CountryCode(other)
		return len(national) > codeLength(code) && number(national[:codeLength(code)]) == code
	})
}

// changed notes what the plan made of the digits written behind the country code:
// it drops prefixes, adds area codes and moves digits. Only the common trunk zero
// leaves the number as exact as it is written.
func (i interpretation) changed(written, trunk string) interpretation {
	dropped, drops := strings.CutSuffix(written, i.National)
	added, adds := strings.CutSuffix(i.National, written)
	i.exact = false
	switch {
	case written == i.National:
		i.exact = true
		return i
	case drops && dropped == trunk:
		i.exact = trunk == "0" // another one may as well be the first digit of something else
		return i.note(authmethod.CodeTrunkPrefix, i.code)
	case drops:
		return i.prefixDropped(dropped)
	case adds:
		return i.note(authmethod.CodeAreaCodeAdded, added)
	}
	return i.note(authmethod.CodeNumberRewritten)
}

// behindExit notes what the plan made of the digits behind the country code, as
// changed does, for digits that begin with an exit code.
func (i interpretation) behindExit(digits string) interpretation {
	i = i.note(authmethod.CodeExitCodeNote, i.code)
	prefix := plans.NationalPrefix(i.region())
	switch {
	case strings.HasSuffix(digits, i.code+i.National):
		i.exact = true
	case strings.HasSuffix(digits, i.code+prefix+i.National):
		i = i.changed(prefix+i.National, prefix)
	default:
		i = i.note(authmethod.CodeNumberRewritten)
	}
	return i
}

// maxPrefix is the longest prefix with the code of a carrier: "17951", "01511".
const maxPrefix = 5

// prefixDropped names what was left out: a prefix says nothing of whose number
// it is. A long one may be more than a prefix.
func (i interpretation) prefixDropped(prefix string) interpretation {
	if len(prefix) > maxPrefix {
		prefix = "…"
	}
	return i.note(authmethod.CodePrefixLeftOut, prefix)
}
