package importfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// codes says what the numbers in a country column are, if there are any: 49 may
// be Germany's dialling code, and 276 its number in ISO 3166. Many are both, of
// different countries: 36 is Hungary and Australia.
type codes int

const (
	codesByValue    codes = iota // not said by the heading
	codesISOByValue              // of a column of countries; dialling codes are not looked for
	codesISO
	codesDial
	codesUnclear
)

// adAttributes are headings beside which countryCode is the attribute of Active
// Directory, which holds ISO 3166 numbers; see
// https://learn.microsoft.com/windows/win32/adschema/a-countrycode.
var adAttributes = []string{
	"dn", "distinguishedname", "objectclass", "objectcategory", "samaccountname", "useraccountcontrol", "codepage", "accountexpires",
}

// codesISOWord and codesDialWord are how a profile tells.
const codesISOWord, codesDialWord = "iso", "dial"

// codesHeadings are columns of an excerpt that say by their heading what was
// found out by the values of the whole file.
var codesHeadings = map[codes]string{
	codesISO: "entraphone_codes_iso", codesDial: "entraphone_codes_dial", codesUnclear: "entraphone_codes_unclear",
}

// How it was decided where no heading tells.
const byValues, byNothing = "by their values", "not at all"

// codesOf takes what the profile tells of the country column, if anything, and
// else decides by the heading and its neighbours. A heading that --map gives as
// the country's holds countries.
func (v *resolver) codesOf(c *columns) (are codes, told bool) {
	switch word := v.profile.CountryCodes; {
	case c.at[keyCountry] == none:
		return codesByValue, false
	case v.mapped.has(keyCountry) || word == "":
		return v.codesByHeading(c), false
	case word == codesISOWord:
		return codesISO, true
	}
	return codesDial, true
}

func (v *resolver) codesByHeading(c *columns) codes {
	for are, heading := range codesHeadings {
		if slices.Contains(v.headings, heading) && !v.mapped.has(keyCountry) {
			return are
		}
	}
	at := c.at[keyCountry]
	a, _ := lookup(aliases(), v.headings[at])
	switch {
	case v.mapped.has(keyCountry), strings.Contains(fold(v.headings[at]), "iso"),
		slices.ContainsFunc(v.headings, func(h string) bool { return slices.Contains(adAttributes, fold(h)) }):
		return codesISO
	case a != alias{keyCountry, rankCountryCode}:
		return codesISOByValue
	case c.at[keyAreaCode] != none || v.local(c):
		return codesDial
	}
	return codesByValue
}

// local says that the numbers are those within an area, by their heading.
func (v *resolver) local(c *columns) bool {
	if c.divided == numKeys || c.at[c.divided] == none {
		return false
	}
	at := c.at[c.divided]
	return strings.HasPrefix(fold(v.headings[at]), "local") || strings.HasPrefix(fold(v.headings[at]), "subscriber")
}

// place is what the country cell of a row says.
type place struct {
	region authmethod.Region
	code   string // digits that are still to be understood; the region is unread then
	lost   bool   // characters of the cell are gone
}

// countryCodes gathers the numbers of the country column.
type countryCodes struct {
	are  codes
	any  bool
	seen map[string]bool // without those that are dialling codes by their +
	by   string          // how it was decided, for a person
}

func (c *countryCodes) add(code string) {
	c.any = c.any || code != ""
	if code != "" && code[0] != '+' && len(c.seen) < maxRemembered {
		c.seen[code] = true
	}
}

// placeOf is the country of a row by its own cell. A country that is not
// known is not replaced by the default: it is some other country.
func (b *builder) placeOf(cell string) *place {
	if cell == "" {
		return b.fallback
	}
	p, known := b.places[cell]
	if known {
		return p
	}
	p = &place{}
	text := plainCountry(trim(cell))
	if code, found := b.countries.code(text); isPlaceholder(text) || strings.Trim(text, "0") == "" {
		p = b.fallback
	} else if found {
		p.region.Code = code
	} else {
		p.region.Unread = unread(text)
		p.lost = strings.ContainsRune(text, utf8.RuneError)
		p.code = countryDigits(text)
		b.codes.add(p.code)
	}
	if len(b.places) < maxRemembered {
		b.places[cell] = p
	}
	return p
}

// unread is what a message shows of a country that is none.
func unread(text string) string {
	if hasDigits(text) {
		return withDigits
	}
	return shorten(text, 40)
}

// understandCodes finds the countries of the numbers whose country is digits.
// What these are is decided once, by the first rows that have any, so that it
// is the same in the whole file.
func (b *builder) understandCodes(numbers []number) {
	if b.codes.by == "" && len(b.codes.seen) > 0 {
		b.decideCodes()
	}
	for i := range numbers {
		n := &numbers[i]
		if n.place.code == "" {
			continue
		}
		if code, ok := b.countries.iso(n.place.code); ok && b.codes.are == codesISO {
			n.place = &place{region: authmethod.Region{Code: code}}
			continue
		}
		digits, plus := strings.CutPrefix(n.place.code, "+")
		if (plus || b.codes.are == codesDial) && authmethod.IsDialCode(digits) {
			n.place = &place{}
			n.setDialCode(digits)
			continue
		}
		if b.codes.are == codesUnclear && !plus {
			n.row.Note(unclearCode())
		}
	}
}

func (n *number) setDialCode(digits string) {
	parts := authmethod.Parts{}
	if n.parts != nil {
		parts = *n.parts
	}
	if parts.DialCode == "" {
		parts.DialCode = digits
	}
	n.parts = &parts
}

// decideCodes looks at the values where the heading has not decided: 840 is
// nobody's dialling code, and 1 no number of ISO 3166.
func (b *builder) decideCodes() {
	iso, dial := false, false
	for code := range b.codes.seen {
		_, isISO := b.countries.iso(code)
		isDial := authmethod.IsDialCode(code)
		iso = iso || isISO && !isDial
		dial = dial || isDial && !isISO
	}
	switch {
	case b.codes.are == codesUnclear:
		b.codes.by = byNothing
	case b.columns.codesTold:
		b.codes.by = "by the profile"
	case b.codes.are == codesISO, b.codes.are == codesDial:
		b.codes.by = "by the headings"
	case iso && !dial:
		b.codes.are, b.codes.by = codesISO, byValues
	case dial && !iso && b.codes.are == codesByValue:
		b.codes.are, b.codes.by = codesDial, byValues
	default:
		b.codes.are, b.codes.by = codesUnclear, byNothing
	}
}

// iso is the country with a number of ISO 3166, with or without leading zeros.
func (c *countries) iso(digits string) (string, bool) {
	number, err := strconv.ParseUint(digits, 10, 16) // takes no "+"
	if err != nil {
		return "", false
	}
	code, known := c.numbers[int(number)]
	return code, known
}

// decided is what the numbers turned out to be, where there are any.
func (c *countryCodes) decided() codes {
	if c.by == "" {
		return codesByValue
	}
	return c.are
}

// say tells the reading what was decided.
func (c *countryCodes) say(country Column) string {
	switch {
	case c.by == "":
		return ""
	case c.are == codesISO:
		return "its numbers are ISO 3166 codes, " + c.by
	case c.are == codesDial:
		return "its numbers are dialling codes, " + c.by
	}
	return fmt.Sprintf("its numbers could be ISO 3166 or dialling codes and are not used: say %s or %s",
		mapFlag(keyCountry, country.Heading), mapFlag(keyDialCode, country.Heading))
}

func unclearCode() authmethod.Problem {
	return authmethod.Problem{
		Code:    "country-code-unclear",
		Message: "the number in the country column could be an ISO 3166 code or a dialling code, so it was not used",
		Advice:  "say which with --map country=HEADING or --map dialCode=HEADING, or write the country as two letters",
	}
}
