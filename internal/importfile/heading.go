package importfile

import (
	"math/bits"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// key is a meaning that a column can have.
type key int

const (
	keyUser key = iota
	keyPhoneType
	keyPhoneNumber
	keyMobile
	keyAlternateMobile
	keyOffice
	keyCountry
	keyExtension
	keyAreaCode
	keyDialCode
	numKeys
)

// String is the canonical heading, as --map, gocsv and the messages spell it.
func (k key) String() string {
	return [numKeys]string{
		"user", "phoneType", "phoneNumber", "mobile", "alternateMobile", "office", "country", "extension", "areaCode", "dialCode",
	}[k]
}

// keySet is a set of keys.
type keySet uint32

func (s *keySet) add(k key) { *s |= 1 << k }

func (s keySet) has(keys ...key) bool {
	for _, k := range keys {
		if s&(1<<k) != 0 {
			return true
		}
	}
	return false
}

// isPhone says that the column's cells are rows of their own.
func (k key) isPhone() bool { return keyPhoneNumber <= k && k <= keyOffice }

func parseKey(text string) (key, bool) {
	for k := range numKeys {
		if k.String() == text {
			return k, true
		}
	}
	return 0, false
}

// alias is a meaning that a heading stands for. Where a file has several
// columns for one meaning, the lowest rank is taken.
type alias struct {
	key  key
	rank int
}

// wanted are the folded headings that the options give a meaning.
func (o *Options) wanted() map[string]key {
	headings := map[string]key{}
	for name, several := range o.Profile.Columns {
		if k, known := parseKey(name); known {
			for _, heading := range several {
				headings[fold(heading)] = k
			}
		}
	}
	for name, heading := range o.Map {
		if k, known := parseKey(name); known {
			headings[fold(heading)] = k
		}
	}
	return headings
}

// meanings counts the different meanings that headings have, by alias or
// because they are wanted. full says that a user and a phone are among them.
func meanings(headings []string, wanted map[string]key) (full bool, known int) {
	var found keySet
	for _, heading := range headings {
		if k, is := wanted[fold(heading)]; is {
			found.add(k)
		} else if a, known := lookup(aliases(), heading); known {
			found.add(a.key)
		}
	}
	full = found.has(keyUser) && found.has(keyPhoneNumber, keyMobile, keyAlternateMobile, keyOffice)
	return full, bits.OnesCount32(uint32(found))
}

// remark is what people write behind a heading in brackets; example is the one
// that never tells anything.
var (
	remark  = regexp.MustCompile(`\([^()]*\)`)
	example = regexp.MustCompile(`(?i)\( *(?:example|e\.? ?g\.|beispiel|z\. ?b\.|exemple|ejemplo|esempio|exemplo|voorbeeld|exempel|eksempel)[^()]*\)`)
)

// otherPhone are remarks that make a heading mean something else, folded.
var otherPhone = regexp.MustCompile(`fax|emergency|notfall|urgence|emergencia|emergenza|manager|assist|old|alt|priv|pers|home|parent|spouse`)

// lookup finds what a heading means, at first with all that stands in it. A
// remark is left out only where a known heading remains: "Mobile (with country
// code)" is a mobile, "Mobile (emergency contact)" is somebody else's.
func lookup(table map[string]alias, heading string) (alias, bool) {
	if a, known := table[fold(heading)]; known {
		return a, true
	}
	if strings.Contains(heading, "[") || otherPhone.MatchString(strings.ToLower(strings.Join(remark.FindAllString(heading, -1), ""))) {
		return alias{}, false
	}
	a, known := table[fold(remark.ReplaceAllString(heading, ""))]
	return a, known
}

// fold reduces a heading to what tells it from others: its letters and digits
// in lower case, without an example in brackets. The bracketed property name of
// Entra's templates decides alone: "Office [physicalDeliveryOfficeName]" is no
// office phone. See
// https://learn.microsoft.com/entra/identity/users/users-bulk-add.
func fold(heading string) string {
	if open := strings.LastIndexByte(heading, '['); open >= 0 {
		if inner, _, closed := strings.Cut(heading[open+1:], "]"); closed && lettersOf(inner) != "" {
			return lettersOf(inner)
		}
	}
	folded := lettersOf(example.ReplaceAllString(heading, ""))
	if folded == "" {
		folded = lettersOf(heading)
	}
	if bare := strings.TrimSuffix(folded, "required"); bare != "" {
		return bare
	}
	return folded
}

func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != unicode.ReplacementChar { // which was a letter
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}
