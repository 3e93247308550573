package importfile

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// countries finds the two-letter code of a country as people write it: its ISO
// 3166 code of two or three letters, or its name. Numbers are another matter,
// see [codes]: they may be ISO 3166 or dialling codes.
type countries struct {
	codes   map[string]string        // by ISO code in capitals
	numbers map[int]string           // by ISO number
	names   map[string]string        // by folded English name
	foreign func() map[string]string // by folded name in other languages
}

// languages are those besides English in which countries are known.
var languages = []language.Tag{
	language.German, language.French, language.Spanish, language.Italian, language.Portuguese, language.EuropeanPortuguese,
	language.Dutch, language.Swedish, language.Danish, language.Norwegian, language.Finnish, language.Polish, language.Czech,
}

// everydayCodes are abbreviations that ISO 3166 does not have.
var everydayCodes = map[string]string{
	"UK": "GB", "U.K.": "GB", "U.S.": "US", "U.S.A.": "US", "UAE": "AE", "U.A.E.": "AE", "DRC": "CD",
}

// everydayNames are names that people use and CLDR does not, folded as
// foldName does. Names that several countries share (Congo, Korea) are left
// out: such a row is not guessed at.
var everydayNames = map[string]string{
	"unitedstatesofamerica": "US",
	"greatbritain":          "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB",
	"unitedkingdomofgreatbritainandnorthernireland": "GB",
	"republicofireland":                             "IE", "eire": "IE",
	"holland": "NL", "czechrepublic": "CZ", "czechia": "CZ", "slovakrepublic": "SK",
	"northmacedonia": "MK", "macedonia": "MK", "turkiye": "TR", "turkey": "TR",
	"russianfederation": "RU", "republicofmoldova": "MD", "vatican": "VA", "holysee": "VA",
	"ivorycoast": "CI", "capeverde": "CV", "caboverde": "CV", "swaziland": "SZ", "eswatini": "SZ",
	"democraticrepublicofthecongo": "CD", "drcongo": "CD", "congokinshasa": "CD",
	"republicofthecongo": "CG", "congobrazzaville": "CG", "unitedrepublicoftanzania": "TZ",
	"republicofkorea": "KR", "korearepublicof": "KR", "democraticpeoplesrepublicofkorea": "KP",
	"vietnam": "VN", "laopdr": "LA", "laopeoplesdemocraticrepublic": "LA", "burma": "MM", "myanmar": "MM",
	"bruneidarussalam": "BN", "easttimor": "TL", "hongkong": "HK", "hongkongsar": "HK",
	"macau": "MO", "macao": "MO", "macausar": "MO", "macaosar": "MO", "macaosarchina": "MO",
	"peoplesrepublicofchina": "CN", "prchina": "CN", "mainlandchina": "CN",
	"syrianarabrepublic": "SY", "islamicrepublicofiran": "IR", "palestine": "PS", "emirates": "AE",
	"bolivarianrepublicofvenezuela": "VE", "plurinationalstateofbolivia": "BO",
	"saintlucia": "LC", "saintkittsandnevis": "KN", "saintvincentandthegrenadines": "VC",
	"saintvincentandgrenadines": "VC", "sainthelena": "SH", "saintmartin": "MF", "saintbarthelemy": "BL",
	"saintpierreandmiquelon": "PM", "usvirginislands": "VI",
}

// everydayForeign are the same in other languages, and those that CLDR gives to
// one of several countries, for none.
var everydayForeign = map[string]string{
	"kongo": "", "congo": "",
	"bundesrepublikdeutschland": "DE", "brd": "DE", "oesterreich": "AT", "daenemark": "DK", "rumaenien": "RO",
	"tuerkei": "TR", "tschechischerepublik": "CZ", "tschechei": "CZ", "grossbritannien": "GB", "großbritannien": "GB",
	"vereinigteskoenigreich": "GB", "suedafrika": "ZA", "suedkorea": "KR", "vereinigtestaatenvonamerika": "US",
	"etatsunisdamerique": "US", "grandebretagne": "GB", "angleterre": "GB", "hollande": "NL", "republiquetcheque": "CZ",
	"estadosunidosdeamerica": "US", "eeuu": "US", "granbretana": "GB", "inglaterra": "GB", "holanda": "NL", "republicacheca": "CZ",
	"statiunitidamerica": "US", "granbretagna": "GB", "inghilterra": "GB", "olanda": "NL", "repubblicaceca": "CZ",
	"estadosunidosdaamerica": "US", "grabretanha": "GB", "grootbrittannie": "GB", "engeland": "GB", "tsjechischerepubliek": "CZ",
	"tjeckiskarepubliken": "CZ", "tjekkiskerepublik": "CZ", "isobritannia": "GB", "englanti": "GB", "anglia": "GB",
	"holandia": "NL", "velkabritanie": "GB", "anglie": "GB", "ceskarepublika": "CZ", "slovenskarepublika": "SK",
	"stanyzjednoczoneameryki": "US", "spojenestatyamericke": "US",
}

// newCountries gives the one table that there is; nobody may change it.
var newCountries = sync.OnceValue(func() *countries {
	c := &countries{codes: map[string]string{}, numbers: map[int]string{}, names: map[string]string{}}
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
	for text, code := range everydayCodes {
		c.codes[text] = code
	}
	for name, code := range everydayNames {
		c.names[name] = code
	}
	c.foreign = sync.OnceValue(c.foreignNames)
	return c
})

// code is the ISO 3166 two-letter code of the country that text names.
func (c *countries) code(text string) (string, bool) {
	if code, known := c.codes[strings.ToUpper(norm.NFKC.String(text))]; known {
		return code, true
	}
	name := foldName(text)
	if code, known := c.names[name]; known {
		return code, true
	}
	code, known := c.foreign()[name]
	return code, known
}

// foreignNames are names in other languages. One that is another country's
// somewhere else, or several countries', is none.
func (c *countries) foreignNames() map[string]string {
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
		foreign[name] = code
	}
	maps.DeleteFunc(foreign, func(_, code string) bool { return code == "" })
	return foreign
}

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

// foldName reduces a name to its letters, without accents, articles and "&".
func foldName(name string) string {
	name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "the ")
	name = strings.ReplaceAll(name, "&", "and")
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(name))
}
