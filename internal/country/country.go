package country

import (
	_ "embed"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// DialCodes is what the numbering plans say of dialling codes. Country answers for a
// dialling code and the area behind it ("JM" for 1 and 876), and is empty where
// several countries have such numbers; Has reports whether a dialling code is a
// country's own. It is an interface because the plans are another package's.
type DialCodes interface {
	Country(dialCode, area string) string
	Has(country, dialCode string) bool
}

// Names finds countries.
type Names struct {
	*table
	dialCodes DialCodes
}

// New gives the names that there are. The tables behind them are made once, and
// those of rare languages when the first cell needs them.
func New(dialCodes DialCodes) Names { return Names{tables(), dialCodes} }

// table is all that is known of names and numbers. The codes are those of ISO
// 3166-1; its numbers are what the United Nations call M49.
type table struct {
	codes   map[string]string          // by ISO code in capitals
	numbers map[int]string             // by ISO number
	names   map[string]string          // by folded English name
	foreign []func() map[string]string // by folded name in other languages
}

// tables are the one table that there is. Nobody may change it.
var tables = sync.OnceValue(func() *table {
	c := &table{codes: map[string]string{}, numbers: map[int]string{}, names: maps.Clone(everyday()["english"])}
	// All pairs of letters are tried: the check below leaves those that ISO 3166-1
	// has given to a country.
	english := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			region, err := language.ParseRegion(code)
			name := english.Name(region)
			// Groups of countries have no three-letter code, former ones no name
			// or another one today.
			if err != nil || !region.IsCountry() || region.Canonicalize() != region || region.ISO3() == "ZZZ" || name == "" {
				continue
			}
			c.codes[code], c.codes[region.ISO3()], c.names[foldName(name)] = code, code, code
			if number := region.M49(); number > 0 && number < 900 { // the others are nobody's
				c.numbers[number] = code
			}
		}
	}
	for _, group := range languages {
		c.foreign = append(c.foreign, sync.OnceValue(func() map[string]string { return c.foreignNames(strings.Fields(group)) }))
	}
	return c
})

// foreignNames are names in other languages. One that is another country's
// somewhere else, or several countries', is left out.
func (c *table) foreignNames(tags []string) map[string]string {
	foreign := map[string]string{}
	for _, tag := range tags {
		namer := display.Regions(language.MustParse(tag))
		for text, code := range c.codes {
			if text != code {
				continue
			}
			name := foldName(namer.Name(language.MustParseRegion(code)))
			if other, known := foreign[name]; known && other != code {
				code = "" // and not deleted: a third language may have the name as well
			}
			foreign[name] = code
		}
	}
	for name, code := range everyday()["foreign"] {
		foreign[foldName(name)] = code
	}
	maps.DeleteFunc(foreign, func(name, code string) bool { return name == "" || code == "" })
	return foreign
}

// named is the code of a country by its code or its name alone, in English or
// the first of the other languages, as many groups of them as more says; empty
// for others. The first name in each group costs the reading of its tables.
func (c *table) named(text string, more int) string {
	if code := c.codes[strings.ToUpper(text)]; code != "" {
		return code
	}
	// As in "U.K". Not for ISO's codes: "n.a." is not Namibia.
	if code := everyday()["codes"][strings.ToUpper(fullStops.Replace(text))]; code != "" {
		return code
	}
	// No name has a digit.
	if strings.ContainsFunc(text, unicode.IsDigit) {
		return "" // which foldName drops
	}
	name := foldName(text)
	if code := c.names[name]; code != "" || name == "republicofchina" { // Taiwan calls itself so
		return code
	}
	if match := republicOf.FindStringSubmatch(name); match != nil && c.names[match[1]] != "" {
		return c.names[match[1]]
	}
	for _, names := range c.foreign[:more] {
		if code := names()[name]; code != "" {
			return code
		}
	}
	return ""
}

var (
	fullStops = strings.NewReplacer(". ", "", ".", "")
	// republicOf finds the name in the official one: "Republic of Moldova",
	// "Bolivarian Republic of Venezuela", "Kingdom of the Netherlands". Not in
	// "State of Georgia".
	republicOf = regexp.MustCompile(`^[a-z]*(?:republic|kingdom|principality|duchy|sultanate|commonwealth)of([a-z]+)$`)
)

// Missing reports whether text is what people and exports write where there is
// no country. NA in capitals is Namibia.
func Missing(text string) bool {
	missing := []string{"n/a", "na", "-", "--", "null", "none", "unknown"}
	return strings.Trim(text, "0") == "" || text != "NA" && slices.Contains(missing, strings.ToLower(text))
}

// foldName reduces a name to its letters, without accents, articles and the "and"
// between two: "Bosnia-Herzegovina" is "Bosnia & Herzegovina". It drops the articles
// that names of countries have in English, and "and" in the languages that write it
// most.
func foldName(name string) string {
	var folded strings.Builder
	for word := range strings.FieldsSeq(strings.ToLower(strings.ReplaceAll(name, "&", " "))) {
		switch word {
		case "the", "and", "und", "et":
		default:
			folded.WriteString(strings.Map(letter, norm.NFKD.String(word)))
		}
	}
	return folded.String()
}

// letter drops what is not a letter. Accents are of no script; the vowel signs of
// India and Thailand are of theirs, and stay. Greek has a second sigma for the ends
// of words, and Turkish an i without its dot.
func letter(r rune) rune {
	switch {
	case r == 'ς': // as capitals do not tell
		return 'σ'
	case r == 'ı':
		return 'i'
	case unicode.IsLetter(r), unicode.IsMark(r) && !unicode.Is(unicode.Inherited, r):
		return r
	}
	return -1
}

// languages are those besides English in which countries are known, by the
// names that Unicode's CLDR has for them (in golang.org/x/text): those of most
// files, and others in which people write their own country, which are looked
// at only where those do not know a name.
var languages = [...]string{
	"de fr es it pt pt-PT nl sv da no fi pl cs",
	"el ru uk bg mk sr sr-Latn hr bs sl sk hu ro lt lv et is sq tr ca be eu ga mt ka hy az he ar fa hi th vi id ms ja ko zh-Hans zh-Hant",
}

//go:embed names.txt
var everydayText string

// everyday are the tables of names.txt: codes by abbreviation, by English name,
// and by name in other languages.
var everyday = sync.OnceValue(func() map[string]map[string]string {
	tables := map[string]map[string]string{}
	var table map[string]string
	for line := range strings.Lines(everydayText) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case fields[0][0] == '[':
			table = map[string]string{}
			tables[strings.Trim(fields[0], "[]")] = table
		default:
			for _, name := range fields[1:] {
				table[name] = strings.Trim(fields[0], "-")
			}
		}
	}
	return tables
})
