package heading

import (
	"cmp"
	"slices"
)

// form is which meanings the file's phones have, each with the meaning of the column
// that holds it: they differ where a phone number without a type is read as the
// mobile or the office's. A file has one form, long or wide. Where its headings have
// both, and nobody has named one, it is a question: a phone could come twice.
func (d *decision) form() map[Key]Key {
	long := map[Key]Key{PhoneType: PhoneType, PhoneNumber: PhoneNumber}
	wide := map[Key]Key{Mobile: Mobile, AlternateMobile: AlternateMobile, Office: Office}
	namedLong, namedWide := d.binds(PhoneType, PhoneNumber), d.binds(kinds...)
	switch hasWide := d.has(kinds...); {
	case d.NoPhones && !d.has(phoneKeys...) && d.has(PhoneType):
		return long
	case d.NoPhones && !d.has(phoneKeys...):
	case namedLong && namedWide:
		d.ask("forms", d.namer())
	case namedWide:
		d.decideNumber(wide, true)
	case !d.has(PhoneNumber) && (namedLong || !hasWide):
		d.askPhone()
	case d.has(PhoneType) && (namedLong || !hasWide):
		return long
	case namedLong:
		d.NumberOnly = true
		return map[Key]Key{d.onlyPhone(): PhoneNumber}
	case d.has(PhoneType) && (d.has(PhoneNumber) || d.rank(PhoneType) == 0):
		d.askForm()
	default:
		d.decideNumber(wide, false)
		second := slices.DeleteFunc(d.found(AlternateMobile), func(i int) bool { return !says(d.Headings[i], "second") })
		if len(second) > 0 && !d.has(Mobile) {
			d.ask("second", d.label(second[0]), d.proposals(Mobile, second[0]), d.proposals(AlternateMobile, second[0]))
		}
	}
	return wide
}

// decideNumber decides what a phone of no kind ("Phone", "Telefon") is. Beside a
// mobile it can only be the office's, where no other column could be; what says
// more ("Primary Phone") is left out there. Beside columns that were named it
// may hold somebody's only phone: to read it as either would be a guess.
func (d *decision) decideNumber(wide map[Key]Key, named bool) {
	numbers := d.found(PhoneNumber)
	special := func(i int) bool {
		says, all := sensesOf(d.Headings[i])
		return !all || says&^of("number") != of("phone")
	}
	generic := slices.DeleteFunc(slices.Clone(numbers), special)
	doubtful := slices.DeleteFunc(slices.Clone(d.doubtful), func(i int) bool { return says(d.Headings[i], "mobile+sign-in+contact") })
	offices := slices.Concat(generic, d.found(Office), doubtful)
	switch {
	case len(numbers) == 0:
	case d.has(Mobile) && len(offices) == 1 && len(generic) == 1 && !d.has(Office, PhoneType):
		d.drop(PhoneNumber)
		d.meanings[generic[0]] = Meaning{PhoneNumber, rankGeneric}
		wide[Office] = PhoneNumber
	case d.has(Mobile) && (named || len(generic) == 0):
	case d.has(Mobile):
		d.askWhich(Office, offices)
	case named && d.has(Office):
		d.ask("beside", d.labels(numbers), d.namer(), d.proposals(Mobile, numbers...))
	case named:
		d.ask("beside", d.labels(numbers), d.namer(), d.proposals(Mobile, numbers...)+" or "+d.proposals(Office, numbers...))
	case len(numbers)+len(d.doubtful) > 1:
		d.askWhich(Mobile, append(numbers, d.doubtful...))
	default:
		wide[d.onlyPhone()] = PhoneNumber
		d.NumberOnly = true
	}
}

// onlyPhone is what the only phone is, where nothing says its kind: the mobile,
// or the office's where it has an extension, which Entra keeps of no other.
func (d *decision) onlyPhone() Key {
	if d.has(Extension) && !d.has(Office) && (len(d.unnamed) == 0 || d.binds(Extension)) {
		return Office
	}
	return Mobile
}

// askPhone names the columns that could be what is missing.
func (d *decision) askPhone() {
	private := d.where(func(i int) bool { return d.meanings[i] == Meaning{AlternateMobile, rankProposed} })
	which := d.proposals(Mobile, d.doubtful...)
	if which == "" && len(private) == 0 {
		which = "--map mobile=HEADING, or --map phoneNumber=HEADING"
	}
	which = cmp.Or(which, "--map mobile=HEADING")
	if relation := ofRelatives(d.Headings); relation != None {
		d.ask("relatives", d.label(relation), which)
	} else if len(private) > 0 {
		which += ", or " + d.proposals(AlternateMobile, private[0]) + " for the private phones"
	}
	d.ask("phone", d.list(), which)
}

// askForm is about headings that have phoneType, and a column for at least one
// phone type: beside phoneNumber, or where it should be.
func (d *decision) askForm() {
	perType := slices.Concat(d.found(Mobile), d.found(AlternateMobile), d.found(Office))
	numbers, first := d.found(PhoneNumber), perType[0]
	d.ask("form", d.labels(append(d.found(PhoneType), numbers...)), d.labels(perType),
		d.proposals(PhoneNumber, append(numbers, first)[0]), d.proposals(d.meanings[first].Key, first))
}
