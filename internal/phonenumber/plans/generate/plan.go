package main

import (
	"fmt"
	"slices"

	"entraphone/internal/phonenumber/plans"

	"github.com/nyaruka/phonenumbers"
)

// plan is what a country code's regions say of their numbers: some patterns, and
// for each the lengths that it holds for; all, if there are none. The patterns
// stand in the order of the constants below, so that a place tells what a
// pattern is for.
type plan struct {
	regions  []*phonenumbers.PhoneMetadata // the main one first
	patterns []pattern
	lengths  [][]int32
	rewrites []bool // of each format, in their order
}

// The patterns of a region: its general description, the kinds, the digits that
// its numbers begin with. Those of the formats stand behind all regions, two for
// each: the number, the digits that it begins with.
const (
	general = iota
	fixedLine
	mobile
	otherKinds
	leading   = otherKinds + 8
	perRegion = leading + 1
	perFormat = 2
)

// otherKindNumbers are in the order in which the library asks for them: the first
// that a number matches is its kind.
var otherKindNumbers = [...]plans.Kind{
	plans.PremiumRate, plans.TollFree, plans.SharedCost, plans.VoIP,
	plans.PersonalNumber, plans.Pager, plans.UAN, plans.Voicemail,
}

// maxNational is how many digits a national number may have.
const maxNational = 17

// onward makes a pattern of the first digits one of the whole number. A number
// is matched in full, so that all patterns of a code go into one automaton.
func onward(begin string) string { return fmt.Sprintf(`(?:%s)\d{0,%d}`, begin, maxNational) }

// newPlan gathers the patterns of the regions that share a code. A description
// that the metadata lacks is an empty pattern, which no number matches.
func newPlan(regions []*phonenumbers.PhoneMetadata) (*plan, error) {
	p := &plan{regions: regions}
	for _, m := range regions {
		for _, d := range []*phonenumbers.PhoneNumberDesc{
			m.GetGeneralDesc(), m.GetFixedLine(), m.GetMobile(),
			m.GetPremiumRate(), m.GetTollFree(), m.GetSharedCost(), m.GetVoip(),
			m.GetPersonalNumber(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
		} {
			if err := p.add(d.GetNationalNumberPattern(), d.GetPossibleLength()); err != nil {
				return nil, err
			}
		}
		if err := p.add(onward(m.GetLeadingDigits()), nil); err != nil {
			return nil, err
		}
	}
	return p, p.addFormats(regions[0])
}

// add appends a pattern with its lengths, also where it does not compile: the
// error ends the generation.
func (p *plan) add(expression string, lengths []int32) error {
	compiled, err := compile(expression)
	p.patterns, p.lengths = append(p.patterns, compiled), append(p.lengths, lengths)
	return err
}

// automaton is of all patterns of the country code; its labels are the rows.
// Nothing is to be matched as a prefix, so there is no second label.
func (p *plan) automaton(l *layout) int {
	return l.nodes.build(p.patterns, func(threads []thread, depth int) (int, int, []thread) {
		matched := make([]bool, len(p.patterns))
		for _, t := range threads {
			matched[t.pattern] = matched[t.pattern] || t.matches(p.patterns)
		}
		return l.row(p.row(matched, int32(depth))), 0, threads
	})
}

const (
	rewritten      = 1 << 7 // in a row's first byte, above the region
	matchesGeneral = 1 << 4 // in the byte of each region, above the kind
)

// row says all of a number that its digits decide: in the first byte its region,
// counted from 1, and whether it is written with other digits; then, in one byte
// for each region, its kind there, and whether it matches the general pattern,
// whatever its length. matched has an entry for each pattern, and depth is the
// number of digits.
func (p *plan) row(matched []bool, depth int32) []byte {
	row := make([]byte, 1+len(p.regions))
	for i, m := range p.regions {
		kind := p.kind(i, matched, depth)
		row[1+i] = byte(kind)
		if matched[i*perRegion+general] {
			row[1+i] |= matchesGeneral
		}
		// The number is of the first region whose leading digits it begins with,
		// or, where the metadata names none, which has such numbers.
		is := kind != plans.Unknown
		if m.GetLeadingDigits() != "" {
			is = matched[i*perRegion+leading]
		}
		if row[0] == 0 && is && depth <= maxNational {
			row[0] = byte(i + 1)
		}
	}
	for i, rewrites := range p.rewrites {
		own := matched[len(p.regions)*perRegion+i*perFormat:]
		if own[0] && own[1] { // the first format that fits is the number's
			if rewrites {
				row[0] |= rewritten
			}
			break
		}
	}
	return row
}

// kind judges as the library does: a number is of a kind when it matches the
// general description too. That the patterns of fixed line and mobile are the
// same, as the metadata notes of some regions, follows from them.
func (p *plan) kind(region int, matched []bool, depth int32) plans.Kind {
	// A number of another length is of no kind, whatever it matches.
	is := func(i int) bool {
		lengths := p.lengths[region*perRegion+i]
		return matched[region*perRegion+i] && (len(lengths) == 0 || slices.Contains(lengths, depth))
	}
	if !is(general) {
		return plans.Unknown
	}
	for i, kind := range otherKindNumbers {
		if is(otherKinds + i) {
			return kind
		}
	}
	switch {
	case is(fixedLine) && is(mobile):
		return plans.FixedLineOrMobile
	case is(fixedLine):
		return plans.FixedLine
	case is(mobile):
		return plans.Mobile
	}
	return plans.Unknown
}
