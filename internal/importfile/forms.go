package importfile

import (
	"fmt"
	"slices"
)

// settle drops what its neighbours or its own cells disprove.
func (v *resolver) settle() {
	// A lone "Office" is a phone only where nothing speaks for the long form,
	// and "Type" may be that of anything.
	if v.rank[keyOffice] > 0 {
		v.dropWhere(keyOffice, numberLike)
	}
	if v.rank[keyPhoneType] > 0 {
		v.dropWhere(keyPhoneType, namesKind)
	}
	if v.rank[keyOffice] > 0 && v.has(keyPhoneType) && v.has(keyPhoneNumber) {
		v.drop(keyOffice)
	}
	// "DDI" is a dialling code in Portuguese only.
	if v.rank[keyDialCode] == rankUnlikely && !slices.ContainsFunc(v.found[keyDialCode], v.holdsDialCodes) {
		v.drop(keyDialCode)
	}
	// "Area" and "Local" are parts of a number only beside others.
	if v.rank[keyAreaCode] == rankUnlikely && !v.has(keyDialCode) {
		v.drop(keyAreaCode)
	}
	if v.rank[keyPhoneNumber] == rankUnlikely && !v.has(keyAreaCode) {
		v.drop(keyPhoneNumber)
	}
	// Where it says how people are related, the phones are somebody else's.
	if v.relation = ofRelatives(v.headings); v.relation == none {
		return
	}
	for _, k := range [...]key{keyPhoneNumber, keyMobile, keyAlternateMobile, keyOffice} {
		for _, i := range v.found[k] {
			v.doubt(i)
		}
		v.drop(k)
	}
}

// drop takes nothing for k that was found by its heading.
func (v *resolver) drop(k key) {
	v.others[k] = append(v.others[k], v.found[k]...)
	v.found[k] = nil
}

// dropWhere drops the columns that hold something in most rows, and nothing of
// what they should: a remark here and there is a mistake, which its row must tell.
func (v *resolver) dropWhere(k key, should func(cell string) bool) {
	disproved := "entraphone_no_" + k.String()
	if slices.Contains(v.headings, disproved) {
		v.drop(k)
		v.byValue = append(v.byValue, disproved)
		return
	}
	found := v.found[k]
	v.found[k] = nil
	for _, i := range found {
		if 2*len(v.sample.cells(i)) > len(v.sample) && v.sample.disproves(i, should) {
			v.others[k] = append(v.others[k], i)
		} else {
			v.found[k] = append(v.found[k], i)
		}
	}
	if len(v.found[k]) < len(found) {
		v.byValue = append(v.byValue, disproved)
	}
}

func (v *resolver) holdsDialCodes(i int) bool {
	return len(v.sample.cells(i)) > 0 && !slices.ContainsFunc(v.sample.cells(i), func(cell string) bool { return !isDialCode(cell) })
}

// doubt remembers a column that could be a phone of the user, unless its cells
// say that it is none.
func (v *resolver) doubt(i int) {
	// Of an excerpt the whole file has settled it.
	if lineCell(v.headings) == none && !v.sample.disproves(i, numberLike) {
		v.doubtful = append(v.doubtful, i)
	}
}

// form says which meanings the file's phones have, each with the meaning of the
// column that holds it: they differ where a phone number without a type is
// taken as the mobile.
func (v *resolver) form() (map[key]key, error) {
	long := map[key]key{keyPhoneType: keyPhoneType, keyPhoneNumber: keyPhoneNumber}
	wide := map[key]key{keyMobile: keyMobile, keyAlternateMobile: keyAlternateMobile, keyOffice: keyOffice}
	explicitLong := v.explicit[keyPhoneType] != none || v.explicit[keyPhoneNumber] != none
	explicitWide := v.explicit[keyMobile] != none || v.explicit[keyAlternateMobile] != none || v.explicit[keyOffice] != none
	hasWide := v.has(keyMobile) || v.has(keyAlternateMobile) || v.has(keyOffice)

	switch {
	case explicitLong && explicitWide:
		return nil, v.fail("name either phoneType and phoneNumber, or mobile, alternateMobile and office",
			"%s names columns of both forms: one phone per line, and one column per phone type", v.namer())
	case explicitWide:
		if v.genericOffice() {
			wide[keyOffice] = keyPhoneNumber
		}
		return wide, nil
	case !v.has(keyPhoneNumber) && (explicitLong || !hasWide):
		return nil, v.noPhone()
	case explicitLong && v.has(keyPhoneType):
		return long, nil
	case explicitLong:
		return map[key]key{keyMobile: keyPhoneNumber}, nil
	case hasWide && v.has(keyPhoneType) && (v.has(keyPhoneNumber) || v.rank[keyPhoneType] == 0):
		return nil, v.bothForms()
	case v.has(keyPhoneNumber) && v.has(keyPhoneType):
		return long, nil
	}
	return v.wide(wide)
}

// wide settles what a phone of no kind is, and a second mobile without a first.
func (v *resolver) wide(wide map[key]key) (map[key]key, error) {
	numbers := v.found[keyPhoneNumber]
	switch {
	case v.genericOffice():
		wide[keyOffice] = keyPhoneNumber
	case len(numbers) > 0 && v.has(keyMobile) && !slices.ContainsFunc(numbers, v.special):
		return nil, v.ambiguous(keyOffice, slices.Concat(numbers, v.found[keyOffice], v.doubtfulOffice()))
	case len(numbers) > 0 && v.has(keyMobile):
		return nil, v.ambiguous(keyMobile, slices.Concat(numbers, v.found[keyMobile]))
	case len(numbers) > 0 && len(numbers)+len(v.doubtful) > 1:
		return nil, v.ambiguous(keyMobile, slices.Concat(numbers, v.doubtful))
	case len(numbers) > 0:
		wide[keyMobile] = keyPhoneNumber
	}
	if i := slices.IndexFunc(v.found[keyAlternateMobile], v.second); i >= 0 && !v.has(keyMobile) {
		at := v.found[keyAlternateMobile][i]
		return nil, v.fail(fmt.Sprintf("say what it is: %s or %s", v.proposal(keyMobile, at), v.proposal(keyAlternateMobile, at)),
			"column %s is a second mobile, and no column is the first", v.label(at))
	}
	return wide, nil
}

// genericOffice says that a column of phones of no kind ("Phone", "Telefon")
// stands beside one of mobiles, where it can only be the office's, and no other
// column could be.
func (v *resolver) genericOffice() bool {
	numbers := v.found[keyPhoneNumber]
	return len(numbers) == 1 && !v.special(numbers[0]) && v.has(keyMobile) && !v.has(keyOffice) && !v.has(keyPhoneType) &&
		len(v.doubtfulOffice()) == 0
}

// doubtfulOffice are the doubtful phones that could be the office's.
func (v *resolver) doubtfulOffice() []int {
	return slices.DeleteFunc(slices.Clone(v.doubtful), func(i int) bool {
		says, _ := understand(words(v.headings[i]))
		return says&(ofMobile|ofSignIn|ofContact) != 0
	})
}

// special says that a heading says more of a phone than that it is one.
func (v *resolver) special(i int) bool {
	says, all := sensesOf(v.headings[i])
	return !all || says&^ofNumber != ofPhone
}

// second says that a heading is the second of a series.
func (v *resolver) second(i int) bool {
	says, _ := sensesOf(v.headings[i])
	return says&ofSecond != 0
}

// noPhone names the columns that could be what is missing.
func (v *resolver) noPhone() error {
	which := v.proposals(keyMobile, v.doubtful)
	if which == "" {
		which = "--map mobile=HEADING"
		if len(v.others[keyAlternateMobile]) == 0 {
			which += ", or --map phoneNumber=HEADING"
		}
	}
	if private := v.others[keyAlternateMobile]; len(private) > 0 && v.relation == none {
		which += fmt.Sprintf(", or %s for the private phones", v.proposal(keyAlternateMobile, private[0]))
	}
	if v.relation != none {
		return v.fail("if they are the users' own, say so: "+which,
			"column %s tells how people are related, so that the phones may be those of relatives and friends", v.label(v.relation))
	}
	return v.fail("say which it is: "+which,
		"no column holds a phone: expected phoneType and phoneNumber (one phone per line), or one or more of mobile, "+
			"alternateMobile and office (one person per line), found %s", v.list())
}

// checkUser refuses a column of users in which there are none as Graph knows
// them, where another column has them. It does not look at one that --map or a
// profile names.
func (v *resolver) checkUser(c *columns, domain string) error {
	at := c.at[keyUser]
	kinds, total := v.sample.users(at)
	if v.explicit[keyUser] == at || total == 0 || kinds[userAddress] > 0 || kinds[userObjectID] > 0 {
		return nil
	}
	others := v.addresses(at)
	if len(others) == 0 {
		return nil
	}
	if domain != "" && kinds[userName] > 0 {
		others = append([]int{at}, others...)
	}
	return v.fail("say which: "+v.proposals(keyUser, others), "column %s looks like the user and holds no name@domain, while other columns do: %s",
		v.label(at), v.labels(slices.DeleteFunc(others, func(i int) bool { return i == at })))
}

// addresses are the columns but one that hold addresses only, and not those of
// somebody else or of a person's home.
func (v *resolver) addresses(but int) []int {
	var is []int
	for i, heading := range v.headings {
		says, _ := sensesOf(heading)
		kinds, total := v.sample.users(i)
		if i != but && total > 0 && kinds[userAddress] == total &&
			says&(ofPrivate|ofAlternate|ofSecond|ofSignIn|ofContact) == 0 && !somebodyElses(heading) {
			is = append(is, i)
		}
	}
	return is
}

// namesOneUser says that what should be a heading is a row's user.
func namesOneUser(heading string) bool {
	_, _, is := property(heading)
	return !is && addressable(heading)
}

// bothForms is for headings that have phoneType, and a column for at least one
// phone type: beside phoneNumber, or where it should be.
func (v *resolver) bothForms() error {
	k := keyMobile
	for len(v.found[k]) == 0 {
		k++
	}
	perLine := slices.Concat(v.found[keyPhoneType], v.found[keyPhoneNumber])
	perType := slices.Concat(v.found[keyMobile], v.found[keyAlternateMobile], v.found[keyOffice])
	number := append(v.found[keyPhoneNumber], v.found[k]...)[0]
	advice := fmt.Sprintf("choose: %s for one phone per line, or %s for a column per phone type",
		v.proposal(keyPhoneNumber, number), v.proposal(k, v.found[k][0]))
	return v.fail(advice, "the heading has both forms, one phone per line (columns %s) and a column per phone type (columns %s)",
		v.labels(perLine), v.labels(perType))
}
