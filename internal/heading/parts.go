package heading

import "slices"

// division finds whose numbers the columns belong to that hold parts of numbers.
type division struct{ *decision }

// addParts finds the columns that hold parts of a number, and whose. Those of
// phones that the file does not have are not used, nor is an extension of nobody.
func (d *division) addParts() {
	d.Extended, d.Divided = NumKeys, NumKeys
	for _, k := range [...]Key{Extension, AreaCode, DialCode} {
		columns := slices.DeleteFunc(d.found(k), func(i int) bool {
			owner := d.owner(k, i)
			return owner == NumKeys && k == Extension && !d.binds(k) || owner != NumKeys && d.At[owner] == None
		})
		if len(columns) == 0 {
			continue
		}
		at, owner := columns[0], d.owner(k, columns[0])
		switch {
		case len(columns) > 1:
			d.askWhich(k, columns)
		case owner == NumKeys, k != Extension && d.Divided != NumKeys && d.Divided != owner:
			d.askWhose(k, at)
		case k == DialCode && !d.binds(k) && d.unlikeDialCodes(at):
			d.ask("codes", d.label(at), d.proposals(DialCode, at), d.proposals(AreaCode, at), d.proposals(Country, at))
		}
		if d.At[k] = at; k == Extension {
			d.Extended = owner
		} else {
			d.Divided = owner
		}
	}
}

// owner is the phone that a part belongs to, NumKeys for one of several: the one
// that its heading names, that of the profile, the only one, or the only one
// that --map names. An extension is the office's, or that of a phone of which
// nothing is known.
func (d *division) owner(part Key, column int) Key {
	bound, phones := d.binds(part), d.Phones()
	mapped := slices.DeleteFunc(slices.Clone(phones), func(k Key) bool { return !d.mapped.Has(k) })
	named, isNamed := d.phoneNamed(column)
	told, isTold := ParseKey(d.Profile.PartsOf)
	switch {
	case isNamed && (!bound || d.At[named] != None && len(mapped) != 1 && !isTold):
		return named
	case part == Extension && (d.At[Office] != None || d.bound.Has(Office)):
		return Office
	case part != Extension && isTold:
		return told
	case !bound && len(d.unnamed) > 0, len(d.Pairs) > 0: // perhaps of a phone that the profile leaves out
		return NumKeys
	case len(phones) == 1 && (part != Extension || bound || d.Long || d.NumberOnly):
		return phones[0]
	case part != Extension && len(mapped) == 1:
		return mapped[0]
	}
	return NumKeys
}

// phoneNamed is the phone that a part of a number names as its own, in a file
// with a column per phone type: "Mobile Country Code".
func (d *division) phoneNamed(column int) (phone Key, is bool) {
	if d.Long || d.NumberOnly {
		return NumKeys, false
	}
	for _, named := range [...]struct {
		names string
		Key
	}{{"alternate+second", AlternateMobile}, {"mobile", Mobile}, {"work+desk", Office}, {"private", AlternateMobile}} {
		if says(d.Headings[column], named.names) {
			return named.Key, true
		}
	}
	besideMobile := d.At[Office] != None && d.meanings[d.At[Office]].Key == PhoneNumber // "Phone"
	return Office, besideMobile && says(d.Headings[column], "phone")
}

// unlikeDialCodes reports whether the cells are codes of countries in letters, or
// prefixes of areas.
func (d *division) unlikeDialCodes(column int) bool {
	return d.lacks(column, func(cell string) bool { return !letterCode.MatchString(cell) }) ||
		says(d.Headings[column], "prefix") && slices.ContainsFunc(d.cells(column), func(cell string) bool { return hasDigit(cell) && !d.IsDialCode(cell) })
}

// askWhose is about a column with parts of numbers beside several phones.
func (d *division) askWhose(k Key, at int) {
	advice := "say in the profile whose it is: partsOf: mobile, alternateMobile or office"
	phones := d.Phones()
	if d.bound == 0 {
		advice = "name the one phone column that it belongs to: " +
			joined(phones, func(phone Key) string { return d.proposals(phone, d.At[phone]) }, " or ")
	}
	is := d.where(func(i int) bool {
		return slices.ContainsFunc(phones, func(phone Key) bool { return d.At[phone] == i }) ||
			slices.ContainsFunc(d.Pairs, func(pair [2]int) bool { return pair[1] == i }) || slices.Contains(d.unnamed, i)
	})
	d.ask("whose", d.label(at), k, d.labels(is), advice)
}
