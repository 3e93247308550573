package heading

import (
	"slices"
	"strings"
)

// Codes is what the numbers in a country column are, if there are any: 49 may be
// Germany's dialling code, and 276 its number in ISO 3166. Many are both, of
// different countries: 36 is Hungary and Australia. The kind is one for the whole
// column.
type Codes string

// The kinds of codes. A profile tells iso and dial, by these words.
const (
	CodesByValue    Codes = ""             // not told by the heading
	CodesISOByValue Codes = "iso by value" // of a column of countries; dialling codes are not looked for
	CodesISO        Codes = "iso"
	CodesDial       Codes = "dial"
	CodesUnclear    Codes = "unclear"
)

// Heading is the column by which an excerpt tells what was found out by the values
// of the whole file. Its cells are empty.
func (c Codes) Heading() string { return "entraphone_codes_" + string(c) }

// codes is what the profile tells of the country column, if anything, and else
// what the heading and its neighbours tell. A heading that --map gives as the
// country's holds countries.
func (g *guess) codes(c *Columns) (are Codes, told bool) {
	if c.At[Country] == None {
		return CodesByValue, false
	}
	country := g.Headings[c.At[Country]]
	m, _ := Lookup(country)
	local := func(k Key) bool { return mentions(haystack(g.Headings[c.At[k]]), "local") }
	switch found := []Codes{CodesISO, CodesDial, CodesUnclear}; {
	case g.mapped.Has(Country):
		return CodesISO, false
	case g.Profile.CountryCodes != "":
		return Codes(g.Profile.CountryCodes), true
	case slices.ContainsFunc(found, func(found Codes) bool { are = found; return slices.Contains(g.Headings, found.Heading()) }):
		return are, false
	case strings.Contains(Fold(country), "iso"),
		slices.ContainsFunc(g.Headings, func(h string) bool { return isCell(Fold(h), "directory") }):
		return CodesISO, false
	case m.Key != Country || m.Rank != rankCountryCode && m.Rank < rankOfPhone:
		return CodesISOByValue, false
	case c.At[AreaCode] != None, slices.ContainsFunc(c.Phones(), local):
		return CodesDial, false
	}
	return CodesByValue, false
}
