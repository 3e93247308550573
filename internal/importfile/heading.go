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

// example is what never tells anything of a heading: "(example: …)".
var example = regexp.MustCompile(`(?i)\( *(?:example|e\.? ?g\.|beispiel|z\. ?b\.|exemple|ejemplo|esempio|exemplo|voorbeeld|exempel|eksempel)[^()]*\)`)

// lookup finds what a heading means: by the property that it names in brackets,
// by all its letters, or by what its words say together. A single word that is
// not understood leaves it without a meaning, wherever it stands: "Mobile (with
// country code)" is a mobile, "Mobile (next of kin)" is somebody else's.
func lookup(table map[string]alias, heading string) (alias, bool) {
	if name, beside, is := property(heading); is {
		a, known := table[lettersOf(name)]
		return a, known && !somebodyElses(beside)
	}
	if a, known := table[fold(heading)]; known {
		return a, true
	}
	if says, all := sensesOf(heading); all {
		return mean(says)
	}
	return alias{}, false
}

// sensesOf is what the words of a heading say, and whether all of them were
// understood. An address is no heading.
func sensesOf(heading string) (says senses, all bool) {
	if strings.Contains(example.ReplaceAllString(heading, ""), "@") {
		return 0, false
	}
	return understand(words(heading))
}

// propertyName is how Graph and directories write the names of properties.
var propertyName = regexp.MustCompile(`^[a-z][A-Za-z0-9_.]*$`)

// property is the name in brackets that decides alone what a heading of Entra's
// templates means: "Office [physicalDeliveryOfficeName]" is no office phone. See
// https://learn.microsoft.com/entra/identity/users/users-bulk-add. Other
// brackets hold remarks: "[Required]", "[E.164]", "[work]".
func property(heading string) (name, beside string, is bool) {
	open := strings.LastIndexByte(heading, '[')
	if open < 0 {
		return "", "", false
	}
	name, behind, closed := strings.Cut(heading[open+1:], "]")
	name = strings.TrimSpace(name)
	if !closed || lettersOf(name) == "" {
		return "", "", false
	}
	if _, known := aliases()[lettersOf(name)]; !known {
		if _, ordinary := understand(words(name)); ordinary || !propertyName.MatchString(name) {
			return "", "", false
		}
	}
	return name, heading[:open] + behind, true
}

// bracketed is a remark in square brackets.
var bracketed = regexp.MustCompile(`\[[^\[\]]*\]`)

// fold reduces a heading to what tells it from others: its letters and digits
// in lower case, without an example and without remarks in square brackets that
// say nothing. The property of a template stands for the whole.
func fold(heading string) string {
	if name, _, is := property(heading); is {
		return lettersOf(name)
	}
	folded := lettersOf(bracketed.ReplaceAllStringFunc(example.ReplaceAllString(heading, ""), func(remark string) string {
		if says, all := understand(words(remark)); all && says == 0 {
			return ""
		}
		return remark
	}))
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
