// Package directory holds the people of a simulated Entra tenant, with their
// phones, and reads and writes them as CSV and as JSON. It is made for a
// million of them: a person takes 200 to 280 bytes, indexes included, and is
// found by id or userPrincipalName in 0.1 microseconds and three cache misses.
//
// It does not know what Graph answers, nor what a request may do: SetPhone
// stores whatever it is given. It does no I/O but through the readers and
// writers it is handed, and is not safe for concurrent use.
//
// Its invariant: no two people share an id or a userPrincipalName, in whatever
// case, and no one's id is another's userPrincipalName; so a key means at most
// one person. Also, nobody has an alternateMobile without a mobile when added.
package directory

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"
)

// Ref is a person in the directory that gave it out: the number of people who
// were added before. All methods that take one panic if it is of another
// directory and too large.
type Ref int32

// Directory is a set of people, who can be added and changed but not removed.
type Directory struct {
	chunks []*[chunkSize]person // growing copies nobody
	length int
	text   strings.Builder // the block of text that is being filled

	seed    maphash.Seed
	keys    *index            // by id and by userPrincipalName
	lookups map[string]*index // by property, from its first use

	odd        [3]map[Ref]string // by PhoneType: numbers that cannot be packed
	mobiles    map[packed]int32  // how many people have a mobile
	oddMobiles map[string]int32

	faults  []string // faults[0] is none
	faultAt map[string]uint32
}

const (
	chunkSize = 256     // people
	textBlock = 1 << 14 // bytes
)

// person is a User in 80 bytes and its texts. What Find needs stands together.
type person struct {
	id     guid
	text   string           // its texts behind each other
	ends   [numTexts]uint16 // where they end
	usage  [2]byte          // zero for none
	fault  uint32           // in Directory.faults
	phones [3]packed        // by PhoneType
	sms    uint8            // SMSSignIn
	method uint8            // 0 for none, or 1 + PhoneType
	is     struct {
		enabled, guest, admin bool
		mailed                bool // the mail is the userPrincipalName and not in text
	}
}

// The texts of a person.
const (
	userPrincipalName = iota
	mail
	employeeID
	samAccountName
	displayName
	numTexts
)

func (p *person) get(text int) string {
	if text == mail && p.is.mailed {
		text = userPrincipalName
	}
	start := uint16(0)
	if text > 0 {
		start = p.ends[text-1]
	}
	return p.text[start:p.ends[text]]
}

// New is a directory without people.
func New() *Directory {
	return &Directory{
		seed:    maphash.MakeSeed(),
		keys:    newIndex(),
		lookups: map[string]*index{},
		odd:     [3]map[Ref]string{{}, {}, {}},
		mobiles: map[packed]int32{}, oddMobiles: map[string]int32{},
		faults: []string{""}, faultAt: map[string]uint32{"": 0},
	}
}

// takenError says that a key is another person's.
type takenError struct {
	property string
	by       Ref
}

func (e *takenError) Error() string {
	return fmt.Sprintf("the %s is a key of user %d already", e.property, e.by+1)
}

// Add adds a person. An empty ID is derived from the userPrincipalName, the
// same for every spelling of it; an empty UserType is Guest if #EXT# stands in
// the userPrincipalName, and else Member; phones are brought into Graph's
// form. It fails, and adds nothing, if the id or the userPrincipalName is a
// key of another person already, if a value is not what User says, if a text
// has more than 256 characters, if there is an alternateMobile without a mobile, or
// if the phone that DefaultMethod names is not there. Errors do not repeat
// values.
func (d *Directory) Add(u User) (Ref, error) {
	id, err := u.complete()
	if err != nil {
		return 0, err
	}
	nameHash, idHash := d.hash(u.UserPrincipalName), d.hash(u.ID)
	if by, taken := d.find(u.UserPrincipalName, nameHash); taken {
		return 0, &takenError{"userPrincipalName", by}
	}
	if by, taken := d.find(u.ID, idHash); taken {
		return 0, &takenError{"id", by}
	}
	r := Ref(d.length)
	if d.length%chunkSize == 0 {
		d.chunks = append(d.chunks, new([chunkSize]person))
	}
	d.length++

	p := d.person(r)
	p.id = id
	copy(p.usage[:], u.UsageLocation)
	p.is.enabled, p.is.guest, p.is.admin = u.AccountEnabled, u.UserType == "Guest", u.IsAdmin
	d.setTexts(p, &u)
	for t, number := range u.phones() {
		if *number != "" {
			d.SetPhone(r, PhoneType(t), *number)
		}
	}
	d.SetDefaultMethod(r, u.DefaultMethod)
	d.SetSMSSignIn(r, u.SMSSignIn)
	d.setFault(r, u.Fault)

	d.keys.add(nameHash, r)
	d.keys.add(idHash, r)
	for property, x := range d.lookups {
		d.addTo(x, property, r)
	}
	return r, nil
}

func (d *Directory) person(r Ref) *person { return &d.chunks[r/chunkSize][r%chunkSize] }

// setTexts writes the texts into a block that many people share, which saves
// what rounding up would cost each. A Builder's string stays as it is while
// the Builder goes on.
func (d *Directory) setTexts(p *person, u *User) {
	texts := [numTexts]string{u.UserPrincipalName, u.Mail, u.EmployeeID, u.OnPremisesSamAccountName, u.DisplayName}
	if u.Mail == u.UserPrincipalName {
		p.is.mailed = true
		texts[mail] = ""
	}
	if d.text.Cap()-d.text.Len() < numTexts*maxText*utf8.UTFMax {
		d.text = strings.Builder{}
		d.text.Grow(textBlock)
	}
	start := d.text.Len()
	for i, text := range texts {
		d.text.WriteString(text)
		p.ends[i] = uint16(d.text.Len() - start)
	}
	p.text = d.text.String()[start:]
}

// Find finds a person by id or userPrincipalName, in any case. It does not
// allocate for keys in ASCII of up to 256 bytes.
func (d *Directory) Find(key string) (Ref, bool) { return d.find(key, d.hash(key)) }

func (d *Directory) find(key string, hash uint32) (Ref, bool) {
	id, isGUID := parseGUID(key)
	for r := range d.keys.with(hash) {
		p := d.person(r)
		if isGUID && p.id == id || strings.EqualFold(p.get(userPrincipalName), key) {
			return r, true
		}
	}
	return 0, false
}

// Len is how many people there are. Their Refs are 0 to Len()-1, in order of
// addition.
func (d *Directory) Len() int { return d.length }

// User is a copy of all that is known of a person. Its ID is in lower case.
func (d *Directory) User(r Ref) User {
	p := d.person(r)
	u := User{
		ID:                       p.id.String(),
		UserPrincipalName:        p.get(userPrincipalName),
		Mail:                     p.get(mail),
		EmployeeID:               p.get(employeeID),
		OnPremisesSamAccountName: p.get(samAccountName),
		DisplayName:              p.get(displayName),
		AccountEnabled:           p.is.enabled,
		UserType:                 "Member",
		IsAdmin:                  p.is.admin,
		DefaultMethod:            d.DefaultMethod(r),
		SMSSignIn:                d.SMSSignIn(r),
		Fault:                    d.Fault(r),
	}
	if p.is.guest {
		u.UserType = "Guest"
	}
	if p.usage != [2]byte{} {
		u.UsageLocation = string(p.usage[:])
	}
	for t, number := range u.phones() {
		*number = d.Phone(r, PhoneType(t))
	}
	return u
}

// ID is a person's object id, in lower case.
func (d *Directory) ID(r Ref) string { return d.person(r).id.String() }

// UserPrincipalName is a person's, as it was added.
func (d *Directory) UserPrincipalName(r Ref) string { return d.person(r).get(userPrincipalName) }

// IsAdmin is whether a person holds an administrator's role.
func (d *Directory) IsAdmin(r Ref) bool { return d.person(r).is.admin }

// Phone is a person's phone of a type, and empty if there is none.
func (d *Directory) Phone(r Ref, t PhoneType) string {
	if p := d.person(r).phones[t]; p != elsewhere {
		return p.String()
	}
	return d.odd[t][r]
}

// SetPhone puts a number, in the form that Number gives, in the place of a
// person's phone of a type; an empty one removes it. It does not check the
// form, nor whether Graph allows this: one who gives something else, leaves an
// alternateMobile without a mobile, or removes the default method, writes a
// state that ReadState refuses.
func (d *Directory) SetPhone(r Ref, t PhoneType, number string) {
	p := pack(number)
	if p == elsewhere {
		number = strings.Clone(number) // it may be a piece of a whole record
	}
	if t == Mobile {
		d.countMobile(d.Phone(r, Mobile), -1)
		d.countMobile(number, 1)
	}
	d.person(r).phones[t] = p
	if p == elsewhere {
		d.odd[t][r] = number
	} else {
		delete(d.odd[t], r)
	}
}

func (d *Directory) countMobile(number string, by int32) {
	switch p := pack(number); p {
	case 0:
	case elsewhere:
		change(d.oddMobiles, number, by)
	default:
		change(d.mobiles, p, by)
	}
}

func change[Key comparable](counts map[Key]int32, key Key, by int32) {
	if now := counts[key] + by; now != 0 {
		counts[key] = now
	} else {
		delete(counts, key)
	}
}

// WithMobile is how many people have this number, in the form that Number
// gives, as their mobile.
func (d *Directory) WithMobile(number string) int {
	if p := pack(number); p != elsewhere {
		return int(d.mobiles[p])
	}
	return int(d.oddMobiles[number])
}

// DefaultMethod is mobile, alternateMobile, office, or empty.
func (d *Directory) DefaultMethod(r Ref) string {
	if method := d.person(r).method; method > 0 {
		return phoneTypes[method-1]
	}
	return ""
}

// SetDefaultMethod takes what DefaultMethod gives; anything else is as empty.
// It does not look whether there is such a phone.
func (d *Directory) SetDefaultMethod(r Ref, method string) {
	d.person(r).method = uint8(1 + slices.Index(phoneTypes[:], method))
}

// SMSSignIn is the state of a person's mobile, also if they have none.
func (d *Directory) SMSSignIn(r Ref) SMSSignIn { return SMSSignIn(d.person(r).sms) }

// SetSMSSignIn takes one of the constants.
func (d *Directory) SetSMSSignIn(r Ref, s SMSSignIn) { d.person(r).sms = uint8(s) }

// Fault is what goes wrong whenever this person's phones are touched.
func (d *Directory) Fault(r Ref) string { return d.faults[d.person(r).fault] }

// setFault keeps each text for good, once for all people: faults are meant to
// be few.
func (d *Directory) setFault(r Ref, fault string) {
	at, known := d.faultAt[fault]
	if !known {
		at = uint32(len(d.faults))
		fault = strings.Clone(fault) // as in SetPhone
		d.faults = append(d.faults, fault)
		d.faultAt[fault] = at
	}
	d.person(r).fault = at
}

// lookupTexts are the properties of Lookup.
var lookupTexts = map[string]int{
	"mail": mail, "employeeId": employeeID, "onPremisesSamAccountName": samAccountName,
}

// Lookup finds the people with a value, in any case, in order of addition. The
// property is mail, employeeId or onPremisesSamAccountName; nobody has any
// other, and nobody has an empty value. The first use of a property goes
// through all people, and its index then takes about 20 bytes for each.
func (d *Directory) Lookup(property, value string) []Ref {
	text, ok := lookupTexts[property]
	if !ok || value == "" {
		return nil
	}
	x := d.lookups[property]
	if x == nil {
		x = newIndex()
		d.lookups[property] = x
		for r := range Ref(d.length) {
			d.addTo(x, property, r)
		}
	}
	var found []Ref
	for r := range x.with(d.hash(value)) {
		if strings.EqualFold(d.person(r).get(text), value) {
			found = append(found, r)
		}
	}
	return found
}

func (d *Directory) addTo(x *index, property string, r Ref) {
	if value := d.person(r).get(lookupTexts[property]); value != "" {
		x.add(d.hash(value), r)
	}
}
