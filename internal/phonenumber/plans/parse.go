package plans

import "math/bits"

// The limits of the library. ITU-T E.164 allows a number 15 digits with its code;
// the plans of Japan and Indonesia have national numbers of 17.
const (
	maxInput    = 250 // characters
	minNational = 2   // digits of a national number
	maxNational = 17
	maxCode     = 3 // digits of a country code
)

// Parse reads digits, with one plus sign in front or without, as they are
// dialled in a region, by its two letters. A region of "" is none: digits then
// need their plus sign. National is a part of digits, or, where the plan
// rewrites what was dialled (Argentina's 15, an island's local number), new.
func Parse(digits, letters string) (Number, error) {
	bare, plus, err := shape(digits)
	if err != nil {
		return Number{}, err
	}
	home := regionOf(letters)
	if home == 0 && !plus {
		return Number{}, ErrCountryCode
	}
	var d dialled
	if plus {
		d = behindPlus(bare)
	}
	if d.plan == 0 && home != 0 { // behind a plus sign too, as in +00 49
		if d, err = dialledIn(home, bare); err != nil {
			return Number{}, err
		}
	}
	switch {
	case d.plan == 0 && plus: // a plus sign needs a code behind it
		return Number{}, ErrCountryCode
	case d.plan == 0:
		return home.number(dialled{plan: home.plan(), national: bare})
	}
	// Behind a code the main region's rules hold for all that share it.
	return d.plan.region(0).number(d)
}

// shape splits the plus sign off, and refuses what is not digits: the library
// wants two without it, or three behind it.
func shape(digits string) (bare string, plus bool, err error) {
	switch {
	case len(digits) > maxInput:
		return "", false, ErrTooLong
	case digits == "":
		return "", false, ErrNotANumber
	}
	bare, least := digits, minNational
	if digits[0] == '+' {
		bare, plus, least = digits[1:], true, minNational+1
	}
	if len(bare) < least {
		return "", false, ErrNotANumber
	}
	for i := range len(bare) {
		if bare[i]-'0' > 9 {
			return "", false, ErrNotANumber
		}
	}
	return bare, plus, nil
}

// dialled is what stands behind a country code.
type dialled struct {
	plan     plan // 0 when no code was found
	national string
	source   Source
}

// behindPlus splits a country code off: the shortest, as none begins another.
func behindPlus(digits string) dialled {
	code := 0
	for i := 0; i < len(digits) && i < maxCode && digits[0] != '0'; i++ {
		code = code*10 + int(digits[i]-'0')
		if p := planOf(code); p != 0 {
			return dialled{p, digits[i+1:], Plus}
		}
	}
	return dialled{}
}

// dialledIn looks for a country code behind the region's exit code, or its own
// code without either.
func dialledIn(home region, digits string) (dialled, error) {
	if end, ok := home.exit(digits); ok {
		if len(digits)-end <= minNational {
			return dialled{}, ErrTooShortAfterExit
		}
		d := behindPlus(digits[end:])
		if d.plan == 0 {
			return dialled{}, ErrCountryCode
		}
		d.source = ExitCode
		return d, nil
	}
	rest, begins := cutCode(digits, home.code())
	if !begins {
		return dialled{}, nil
	}
	// The code is one only where the digits are not a number of the region with
	// it, but are without, or are too many for one.
	rest = home.withoutPrefix(rest)
	if home.length(len(digits)) == TooLong || !home.general(digits) && home.general(rest) {
		return dialled{home.plan(), rest, WithoutPlus}, nil
	}
	return dialled{}, nil
}

// exit returns where the exit code ends, the metadata's international_prefix. No
// country code begins with 0, so that what does is not behind one.
func (r region) exit(digits string) (end int, ok bool) {
	label := matchPrefix(r.exitCode(), digits)
	if label == 0 {
		return 0, false
	}
	end = int(rowByte(label, 0)) - 1
	return end, end == len(digits) || digits[end] != '0'
}

// cutCode is strings.CutPrefix for a code, without writing it first.
func cutCode(digits string, code int) (string, bool) {
	places := 1
	for n := code; n >= 10; n /= 10 {
		places++
	}
	if len(digits) < places {
		return "", false
	}
	for i := places - 1; i >= 0; i, code = i-1, code/10 {
		if int(digits[i]-'0') != code%10 {
			return "", false
		}
	}
	return digits[places:], true
}

// A row of a plan's automaton has in its first byte the number's region, counted
// from 1, and whether the number is written with other digits; then a byte for
// each region of the code: the kind there, and whether the digits match the
// region's general description, whatever their number.
const (
	rewritten      = 1 << 7 // above the region
	matchesGeneral = 1 << 4 // above the kind
	kindBits       = matchesGeneral - 1
)

// general reports whether digits match the region's general description, which
// is wider than all its kinds together.
func (r region) general(digits string) bool {
	return rowByte(match(r.plan().root(), digits), 1+r.slot())&matchesGeneral != 0
}

// withoutPrefix strips the national prefix and a carrier's code, the metadata's
// national_prefix_for_parsing, or rewrites the number by the region's
// national_prefix_transform_rule. Digits that match the general description must
// do so afterwards, too: otherwise they did not begin with a prefix.
func (r region) withoutPrefix(digits string) string {
	label := matchPrefix(r.nationalPrefix(), digits)
	if label == 0 || digits == "" {
		return digits
	}
	rest := edit(label, digits)
	if rest != digits && r.general(digits) && !r.general(rest) {
		return digits
	}
	return rest
}

// edit applies the row of a prefix: where it ends, counted from 1; for a
// transform rule what is kept of it, from and to, and how many digits the rule
// puts before that, counted from 1; then these digits.
func edit(label int, digits string) string {
	rest := digits[rowByte(label, 0)-1:]
	literals := int(rowByte(label, 3))
	if literals == 0 {
		return rest
	}
	at := u32(rowsPlace) + label + 4
	kept := digits[rowByte(label, 1):rowByte(label, 2)]
	return tables[at:at+literals-1] + kept + rest
}

// length compares how many digits there are with the lengths of the region's
// numbers of any kind, possible_length and possible_length_local_only.
func (r region) length(n int) Length {
	possible := r.lengths()
	switch bit := uint32(1) << n; {
	case r.local()&bit != 0:
		return LocalOnly
	case possible&bit != 0:
		return Possible
	case n < bits.TrailingZeros32(possible):
		return TooShort
	case n >= bits.Len32(possible):
		return TooLong
	}
	return InvalidLength
}

// number makes a number of what stands behind the code, by the rules of the
// region: the code's main one, or the one whose national number it is.
func (r region) number(d dialled) (Number, error) {
	if len(d.national) < minNational {
		return Number{}, ErrTooShort
	}
	// Digits of which too few are left without their prefix may be a short
	// number, an emergency call's say, that begins like one.
	national := d.national
	bare := r.withoutPrefix(national)
	switch r.length(len(bare)) {
	case Possible, TooLong:
		national = bare
	}
	switch {
	case len(national) < minNational:
		return Number{}, ErrTooShort
	case len(national) > maxNational:
		return Number{}, ErrTooLong
	}
	label := match(d.plan.root(), national)
	n := Number{
		CountryCode: r.code(), National: national, Source: d.source,
		Length: d.plan.region(0).length(len(national)), row: uint16(label),
	}
	at := int(rowByte(label, 0) &^ rewritten)
	if d.plan.regions() == 1 {
		at = 1 // whose every number is, valid or not
	}
	if at != 0 {
		n.Region = d.plan.region(at - 1).name()
		n.Kind = Kind(rowByte(label, at) & kindBits)
	}
	return n, nil
}

// ValidIn reports whether the number is in a known range of a region, which may
// be another than its own: regions that share a code share numbers.
func (n Number) ValidIn(letters string) bool {
	if letters == n.Region {
		return n.Valid()
	}
	r := regionOf(letters)
	return r != 0 && r.code() == n.CountryCode && rowByte(int(n.row), 1+r.slot())&kindBits != 0
}

// WrittenBare reports whether the number, as it is written within its country,
// is the national number itself, with no prefix or other digit added.
func (n Number) WrittenBare() bool { return rowByte(int(n.row), 0)&rewritten == 0 }
