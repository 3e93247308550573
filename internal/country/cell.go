package country

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxCountryCell is the longest cell, in bytes, that is looked at as a country.
// Longer ones are remarks, and would be split in too many ways.
const maxCountryCell = 200

// The forms in which people and spreadsheets write what is not a name.
var (
	flags          = regexp.MustCompile(`[\x{1F1E6}-\x{1F1FF}]{2}`)
	codeAsDecimal  = regexp.MustCompile(`^(\+?[0-9]+)[.,]0{1,2}$`)
	countrySigns   = strings.NewReplacer("‐", "-", "–", "-", "—", "-", "−", "-", "+ ", "+", "+(", "+")
	separatedArea  = regexp.MustCompile(`^(?:\+|00)?([0-9]{1,3}) ?[ (-] ?([0-9]{1,4})\)?$`)
	areaBehindPlus = regexp.MustCompile(`^(?:\+|00)([0-9]{4,7})$`)
	countryNumber  = regexp.MustCompile(`^\+?[0-9]{1,5}$`)

	// countrySeparators stand between two ways to write a country. Names hold
	// the last ones too.
	countrySeparators = []*regexp.Regexp{
		regexp.MustCompile(`[()\[\]]`), regexp.MustCompile(`[/|:;]`), regexp.MustCompile(` -+ `), regexp.MustCompile(`,`), regexp.MustCompile(`-`),
	}
)

// Code is the ISO 3166 two-letter code of the country that text names: by its code
// of two or three letters, by its name in any of many languages, or by both in one
// cell. Numbers alone name no country; see [Names.ByNumber]. Names in English come
// first, and those of rarer languages last, because a word may name one country here
// and another there.
func (c Names) Code(text string) (string, bool) {
	if code, known := c.codes[strings.ToUpper(text)]; known {
		return code, true
	}
	if len(text) > maxCountryCell {
		return "", false
	}
	text = Plain(text)
	for more := range len(c.foreign) + 1 {
		code := c.find(text, func(name string) string { return c.named(name, more) })
		if code != "" || numeric(text) {
			return code, code != ""
		}
	}
	return "", false
}

// Plain is text without what spreadsheets and people put round a country, and
// with flags as the letters that they are made of.
func Plain(text string) string {
	if len(text) > maxCountryCell {
		return text
	}
	const quotes, punctuation = "'\"`´‘’“” ", ".,;:/|*_-()[]"
	text = flags.ReplaceAllStringFunc(countrySigns.Replace(norm.NFKC.String(text)), func(flag string) string {
		return " " + strings.Map(func(r rune) rune { return r - 0x1F1E6 + 'A' }, flag) + " "
	})
	text = strings.Trim(strings.TrimPrefix(text, "="), quotes)
	plain := codeAsDecimal.ReplaceAllString(strings.Trim(text, quotes+punctuation), "$1")
	if plain == "" || plain == "NA" { // "(NA)" is hardly Namibia
		return text
	}
	return plain
}

// numeric reports whether there is no name in text. It may be a dialling code with
// an area.
func numeric(text string) bool { return strings.Trim(text, "+0123456789. -()") == "" }

// find reads a cell that may name the country twice, as "Germany (DE)" and
// "44 - UK" do. All its parts must be known and of one country: an
// unknown part may be another ("US - Kanada"), and a known one is ("Georgia, US").
func (c Names) find(text string, byName func(string) string) string {
	if code := c.nameOrArea(text, byName); code != "" {
		return code
	}
	for _, separator := range countrySeparators {
		code := c.agreed(separator.Split(text, -1), func(part string) string { return c.find(part, byName) })
		if code != "" {
			return code
		}
	}
	// With a blank alone only the first word or the last may be the other way.
	first, last := strings.IndexByte(text, ' '), strings.LastIndexByte(text, ' ')
	if first < 0 {
		return ""
	}
	single := func(part string) string { return c.nameOrArea(part, byName) }
	if code := c.agreed([]string{text[:first], text[first:]}, single); code != "" {
		return code
	}
	return c.agreed([]string{text[:last], text[last:]}, single)
}

// nameOrArea reads text that names a country once.
func (c Names) nameOrArea(text string, byName func(string) string) string {
	if code := byName(text); code != "" {
		return code
	}
	if numeric(text) {
		return c.areaCountry(text)
	}
	// As ISO sorts them: "Moldova, Republic of", "Bolivia (Plurinational State of)".
	if at := strings.IndexAny(text, ",(["); at >= 0 {
		return byName(strings.Trim(text[at+1:], " )]") + " " + text[:at])
	}
	return ""
}

// areaCountry is the country of a dialling code with an area behind it, as
// countries that share their code with others are listed: 1-876 is Jamaica.
func (c Names) areaCountry(text string) string {
	if match := separatedArea.FindStringSubmatch(text); match != nil {
		return c.dialCodes.Country(match[1], match[2])
	}
	// Without anything between code and area the plus, or 00, must be there: 1876
	// may be a year.
	match := areaBehindPlus.FindStringSubmatch(text)
	if match == nil {
		return ""
	}
	for n := 1; n <= 3; n++ { // no dialling code begins with another
		if region := c.dialCodes.Country(match[1][:n], match[1][n:]); region != "" {
			return region
		}
	}
	return ""
}

// agreed is the country that all parts name, by what read makes of them or by a
// number that is the country's; empty where one does not.
func (c Names) agreed(parts []string, read func(string) string) string {
	var country string
	var numbers []string
	named := 0
	for _, part := range parts {
		part = strings.Trim(part, " .()[]")
		switch {
		case part == "" || len(parts) == 1:
			continue
		case countryNumber.MatchString(part):
			numbers = append(numbers, part)
			continue
		}
		code := read(part)
		if code == "" || country != "" && code != country {
			return ""
		}
		country = code
		named++
	}
	if named+len(numbers) < 2 {
		return "" // only the punctuation of one
	}
	for _, number := range numbers {
		if iso, _ := c.ByNumber(number); iso != country && !c.dialCodes.Has(country, strings.TrimLeft(number, "+0")) {
			return ""
		}
	}
	return country
}

// ByNumber is the country with a number of ISO 3166, with or without leading
// zeros.
func (c Names) ByNumber(digits string) (string, bool) {
	number, err := strconv.ParseUint(digits, 10, 16) // takes no "+"
	if err != nil {
		return "", false
	}
	code, known := c.numbers[int(number)]
	return code, known
}

// Digits are the one to three digits that a country cell consists of, behind the
// "+" of a dialling code; empty for other cells. 008 is Albania, and not the
// code 8.
func Digits(text string) string {
	digits, dial := strings.CutPrefix(text, "+")
	if !dial && len(text) > 3 {
		digits, dial = strings.CutPrefix(text, "00")
	}
	short := len(digits) <= 3 || !dial && len(digits) == 4 && digits[0] == '0'
	switch {
	case !short || strings.Trim(digits, "0123456789") != "":
		return ""
	case dial && digits != "":
		return "+" + digits
	}
	return digits
}
