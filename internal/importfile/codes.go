package importfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"entraphone/internal/authmethod"
	"entraphone/internal/country"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
)

// How it was decided where no heading tells.
const byValues, byNothing = "by their values", "not at all"

// place is what the country cell of a row says. Rows with the same cell share one.
type place struct {
	region phonenumber.Region
	code   string // digits that are still to be understood; the region is unread then
	lost   bool   // characters of the cell are gone
}

// countryCodes gathers the numbers of the country column. They are numbers of ISO
// 3166 or dialling codes, all of one kind in one file.
type countryCodes struct {
	are  heading.Codes
	any  bool
	seen map[string]bool // without those that are dialling codes by their +
	by   string          // how it was decided, for a person
}

// add remembers a code, as long as there are not more than anybody needs to tell the
// kinds apart.
func (c *countryCodes) add(code string) {
	c.any = c.any || code != ""
	if code != "" && code[0] != '+' && len(c.seen) < maxRemembered {
		c.seen[code] = true
	}
}

// places are what the country cells of a file mean.
type places struct {
	fallback  *place // for rows without a country
	countries country.Names
	codes     countryCodes
	told      bool // what numbers are, by the profile
	known     map[string]*place
}

// newPlaces begins with what the headings and the profile tell.
func newPlaces(c *heading.Columns, countries country.Names, defaultCountry string) places {
	p := places{
		fallback: &place{}, countries: countries, codes: countryCodes{are: c.Codes, seen: map[string]bool{}}, told: c.CodesTold, known: map[string]*place{},
	}
	if defaultCountry != "" {
		p.fallback.region = phonenumber.Region{Code: defaultCountry, Default: true}
	}
	return p
}

// of is the country of a row by its own cell. A country that is not known is not
// replaced by the default: it is some other country. Cells that repeat are
// understood once.
func (ps *places) of(cell string) *place {
	if cell == "" {
		return ps.fallback
	}
	p, known := ps.known[cell]
	if known {
		return p
	}
	p = &place{}
	text := country.Plain(heading.Trim(cell))
	if code, found := ps.countries.Code(text); country.Missing(text) || heading.IsEmpty(text) {
		p = ps.fallback
	} else if found {
		p.region.Code = code
	} else {
		p.region.Unread = unread(text)
		p.lost = strings.ContainsRune(text, utf8.RuneError)
		p.code = country.Digits(text)
		ps.codes.add(p.code)
	}
	// More different ones are not the countries of people.
	if len(ps.known) < maxRemembered {
		ps.known[cell] = p
	}
	return p
}

// unread is what a message shows of a country that is none. A cell with digits may
// be a phone number that has slipped, and is not shown.
func unread(text string) string {
	if hasDigits(text) {
		return withDigits
	}
	return shorten(text, 40)
}

// understand finds the countries of the numbers whose country is digits. What these
// are is decided once, by the first rows that have any, so that it is the same in
// the whole file. It is called with each batch in the order of the file.
func (ps *places) understand(numbers []number) {
	if !ps.codes.any {
		return
	}
	if ps.codes.by == "" && len(ps.codes.seen) > 0 {
		ps.decide()
	}
	for i := range numbers {
		n := &numbers[i]
		if n.place.code == "" {
			continue
		}
		// A number of ISO 3166 is a country, as a name would be.
		if code, ok := ps.countries.ByNumber(n.place.code); ok && ps.codes.are == heading.CodesISO {
			n.place = &place{region: phonenumber.Region{Code: code}}
			continue
		}
		// A dialling code is a part of the number, and names no country: several
		// share +1 and +7.
		digits, plus := strings.CutPrefix(n.place.code, "+")
		if (plus || ps.codes.are == heading.CodesDial) && phonenumber.IsDialCode(digits) {
			n.place = &place{}
			n.setDialCode(digits)
			continue
		}
		if ps.codes.are == heading.CodesUnclear && !plus {
			note(n.row, authmethod.CodeCountryCodeUnclear.Problem())
		}
	}
}

// setDialCode gives a number the dialling code of its country cell, unless a column
// of dialling codes has given it one. The parts may be shared by rows, and are
// copied.
func (n *number) setDialCode(digits string) {
	parts := phonenumber.Parts{}
	if n.parts != nil {
		parts = *n.parts
	}
	if parts.DialCode == "" {
		parts.DialCode = digits
	}
	n.parts = &parts
}

// decide looks at the values where the heading has not decided: 840 is nobody's
// dialling code, and 1 is not a number of ISO 3166. A profile and headings come
// first. Values decide only where those that are certain agree.
func (ps *places) decide() {
	iso, dial := false, false
	for code := range ps.codes.seen {
		_, isISO := ps.countries.ByNumber(code)
		isDial := phonenumber.IsDialCode(code)
		iso = iso || isISO && !isDial
		dial = dial || isDial && !isISO
	}
	switch {
	case ps.codes.are == heading.CodesUnclear:
		ps.codes.by = byNothing
	case ps.told:
		ps.codes.by = "by the profile"
	case ps.codes.are == heading.CodesISO, ps.codes.are == heading.CodesDial:
		ps.codes.by = "by the headings"
	case iso && !dial:
		ps.codes.are, ps.codes.by = heading.CodesISO, byValues
	// Under the heading of a country a dialling code would be a mistake, and is
	// not looked for.
	case dial && !iso && ps.codes.are == heading.CodesByValue:
		ps.codes.are, ps.codes.by = heading.CodesDial, byValues
	default:
		ps.codes.are, ps.codes.by = heading.CodesUnclear, byNothing
	}
}

// decided is what the numbers turned out to be, where there are any.
func (c *countryCodes) decided() heading.Codes {
	if c.by == "" {
		return heading.CodesByValue
	}
	return c.are
}

// say tells the reading what was decided.
func (c *countryCodes) say(column heading.Column) string {
	switch {
	case c.by == "":
		return ""
	case c.are == heading.CodesISO:
		return "its numbers are ISO 3166 codes, " + c.by
	case c.are == heading.CodesDial:
		return "its numbers are dialling codes, " + c.by
	}
	return fmt.Sprintf("its numbers could be ISO 3166 or dialling codes and are not used: say %s or %s",
		heading.MapFlag(heading.Country, column.Heading), heading.MapFlag(heading.DialCode, column.Heading))
}
