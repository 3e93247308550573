package importfile

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// countries finds the two-letter code of a country as people write it: its ISO
// 3166 code of two or three letters, or its name, or both in one cell. Numbers
// alone are another matter, see [codes]: they may be ISO 3166 or dialling codes.
type countries struct {
	codes   map[string]string          // by ISO code in capitals
	numbers map[int]string             // by ISO number
	names   map[string]string          // by folded English name
	foreign []func() map[string]string // by folded name in other languages
}

// newCountries gives the one table that there is; nobody may change it.
var newCountries = sync.OnceValue(func() *countries {
	c := &countries{codes: map[string]string{}, numbers: map[int]string{}, names: maps.Clone(everydayNames)}
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
	for _, tags := range languages {
		c.foreign = append(c.foreign, sync.OnceValue(func() map[string]string { return c.foreignNames(tags) }))
	}
	return c
})

// foreignNames are names in other languages. One that is another country's
// somewhere else, or several countries', is none.
func (c *countries) foreignNames(languages []language.Tag) map[string]string {
	foreign := map[string]string{}
	for _, tag := range languages {
		namer := display.Regions(tag)
		for text, code := range c.codes {
			if text != code {
				continue
			}
			name := foldName(namer.Name(language.MustParseRegion(code)))
			if other, known := foreign[name]; known && other != code {
				code = ""
			}
			foreign[name] = code
		}
	}
	for name, code := range everydayForeign {
		foreign[foldName(name)] = code
	}
	maps.DeleteFunc(foreign, func(name, code string) bool { return name == "" || code == "" })
	return foreign
}

// named is the code of a country by its code or its name alone, in English or
// the first of the other languages, as many groups of them as more says; empty
// for others. The first name in each group costs the reading of its tables.
func (c *countries) named(text string, more int) string {
	if code := c.codes[strings.ToUpper(text)]; code != "" {
		return code
	}
	// As in "U.K". Not for ISO's codes: "n.a." is not Namibia.
	if code := everydayCodes[strings.ToUpper(fullStops.Replace(text))]; code != "" {
		return code
	}
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

// isPlaceholder says that people and exports write text where there is no
// country. NA in capitals is Namibia.
func isPlaceholder(text string) bool {
	switch strings.ToLower(text) {
	case "", "n/a", "-", "--", "null", "none", "0", "unknown":
		return true
	case "na":
		return text != "NA"
	}
	return false
}

// defaultCountry is the code of the country that the options name; empty where
// they name none.
func (c *countries) defaultCountry(opts Options) (string, error) {
	text := trim(opts.DefaultCountry)
	code, known := c.code(text)
	if text != "" && !known {
		return "", &FileError{
			Name:   opts.Name,
			Found:  fmt.Sprintf("--default-country %s names no country", text),
			Advice: "write two letters such as GB, or the English name",
		}
	}
	return code, nil
}

// foldName reduces a name to its letters, without accents, articles and the
// "and" between two: "Bosnia-Herzegovina" is "Bosnia & Herzegovina".
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

// letter drops what is no letter. Accents are of no script; the vowel signs of
// India and Thailand are of theirs, and stay.
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
