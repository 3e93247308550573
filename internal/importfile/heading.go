package importfile

import (
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
	numKeys
)

// String is the canonical heading, as --map, gocsv and the messages spell it.
func (k key) String() string {
	return [numKeys]string{"user", "phoneType", "phoneNumber", "mobile", "alternateMobile", "office", "country"}[k]
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

// aliasLists hold folded headings, by key and rank: those of Microsoft's own
// exports and templates, of directory and HR exports, and of published scripts.
var aliasLists = []struct {
	alias
	headings string
}{
	{alias{keyUser, 0}, "user upn userprincipalname"},
	{alias{keyUser, 1}, `username login loginname signinname email emailaddress useremail mail workemail
		workemailaddress primaryworkemail emailwork workcontactworkemail businessemail companyemail`},
	{alias{keyUser, 2}, "id objectid userid userobjectid entraobjectid azureadobjectid"},
	{alias{keyUser, 3}, "employeeid employeenumber"},

	{alias{keyPhoneType, 0}, "phonetype phonenumbertype typeofphone numbertype methodtype"},
	// It may be the type of anything, the user for one.
	{alias{keyPhoneType, 1}, "type"},
	{alias{keyPhoneNumber, 0}, "phonenumber phone phoneno telephone telephoneno number"},

	{alias{keyMobile, 0}, `mobile mobilephone mobilenumber mobilephonenumber mobileno cell cellphone cellnumber
		cellphonenumber handy handynummer mobiltelefon mobilnummer personalmobile personalcontactpersonalmobile
		workmobile workcontactworkmobile primarymobile primarymobilephone primaryworkmobilephone`},
	{alias{keyAlternateMobile, 0}, `alternatemobile alternatemobilephone alternatemobilenumber altmobile
		secondarymobile alternatephone alternatephonenumber othermobile homephonenumber`},
	{alias{keyOffice, 0}, `officephone officephonenumber officetelephone telephonenumber bizphone businessphone
		businessphones businessphonenumber workphone workphonenumber worktelephone primaryworkphone
		workcontactworkphone`},
	// Active Directory exports have a column Office that holds a room.
	{alias{keyOffice, 1}, "office"},

	// The usage location is two letters by definition; a country code may also
	// turn out to be a dialling code, a country is what people typed.
	{alias{keyCountry, 0}, "usagelocation"},
	{alias{keyCountry, 1}, `countrycode countryisocode isocountrycode countryiso isocountry countryiso2
		countryiso3 primaryaddresscountrycode`},
	{alias{keyCountry, 2}, "country countryorregion countryregion countryname"},
}

// aliases builds the table from folded heading to meaning.
func aliases() map[string]alias {
	table := map[string]alias{}
	for _, list := range aliasLists {
		for heading := range strings.FieldsSeq(list.headings) {
			table[heading] = list.alias
		}
	}
	return table
}

// meanings counts the different meanings that headings have, by alias or
// because --map wants them.
func meanings(headings []string, wanted map[string]string) int {
	table := aliases()
	for name, heading := range wanted {
		if k, known := parseKey(name); known {
			table[fold(heading)] = alias{key: k}
		}
	}
	found := map[key]bool{}
	for _, heading := range headings {
		if a, known := table[fold(heading)]; known {
			found[a.key] = true
		}
	}
	return len(found)
}

// fold reduces a heading to what tells it from others: its letters and digits
// in lower case. The bracketed property name of Entra's templates decides
// alone: "Office [physicalDeliveryOfficeName]" is no office phone. See
// https://learn.microsoft.com/entra/identity/users/users-bulk-add.
func fold(heading string) string {
	if open := strings.LastIndexByte(heading, '['); open >= 0 {
		if inner, _, closed := strings.Cut(heading[open+1:], "]"); closed && lettersOf(inner) != "" {
			return lettersOf(inner)
		}
	}
	folded := lettersOf(heading)
	if bare := strings.TrimSuffix(folded, "required"); bare != "" {
		return bare
	}
	return folded
}

func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}
