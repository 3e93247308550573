// Package directory holds the people of a simulated Entra tenant, with their
// phones, and reads and writes them as CSV and as JSON. It is made for a
// million of them: a person takes 200 to 330 bytes, indexes included, and is
// found by id or userPrincipalName without an allocation.
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
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Ref is a person in the directory that gave it out: the number of people who
// were added before. All methods that take one panic if it is of another
// directory and too large.
type Ref int32

// Directory is a set of people, who can be added and changed but not removed.
type Directory struct {
	chunks []*[chunkSize]person // growing copies nobody
	length int

	seed    maphash.Seed
	keys    *index         // by id and by userPrincipalName
	lookups map[int]*index // by text, from its first use

	mobiles map[uint64]int // how many people have a mobile, by its hash
}

const chunkSize = 256 // people

// person is a User in 64 bytes and its texts. What Find needs stands together.
type person struct {
	id   uuid.UUID
	text string           // its texts behind each other
	ends [numTexts]uint16 // where they end
	// both are small numbers, to keep a person within a cache line
	sms                           uint8 // SMSSignIn
	method                        uint8 // 0 for none, or 1 + PhoneType
	enabled, guest, admin, synced bool
}

// get is one of the texts, without a copy of it.
func (p *person) get(text int) string {
	start := uint16(0)
	if text > 0 {
		start = p.ends[text-1]
	}
	return p.text[start:p.ends[text]]
}

// setTexts keeps all texts in one string: ten of them would take 160 bytes of
// headers for each person. Together they are shorter than 64 KiB, by maxText.
func (p *person) setTexts(u *User) {
	joined := make([]byte, 0, 256)
	for i, text := range u.texts() {
		joined = append(joined, *text...)
		p.ends[i] = uint16(len(joined))
	}
	p.text = string(joined)
}

// New is a directory without people.
func New() *Directory {
	return &Directory{seed: maphash.MakeSeed(), keys: newIndex(), lookups: map[int]*index{}, mobiles: map[uint64]int{}}
}

// takenError is a key that another person has.
type takenError struct {
	property string
	by       Ref
}

// Error counts people from 1. A reader of files puts the line in its place.
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
	p.enabled, p.guest, p.admin, p.synced = u.AccountEnabled, u.UserType == "Guest", u.IsAdmin, u.OnPremisesSyncEnabled
	p.setTexts(&u)
	d.countMobile(u.Mobile, 1)
	d.SetDefaultMethod(r, u.DefaultMethod)
	d.SetSMSSignIn(r, u.SMSSignIn)

	d.keys.add(nameHash, r)
	d.keys.add(idHash, r)
	for text, x := range d.lookups {
		d.addTo(x, text, r)
	}
	return r, nil
}

// person stays where it is for good, so that the pointer may be written through.
func (d *Directory) person(r Ref) *person { return &d.chunks[r/chunkSize][r%chunkSize] }

// Find finds a person by id or userPrincipalName, in any case. It does not
// allocate for keys in ASCII of up to 256 bytes.
func (d *Directory) Find(key string) (Ref, bool) { return d.find(key, d.hash(key)) }

// find is Find for whoever needs the hash as well.
func (d *Directory) find(key string, hash uint32) (Ref, bool) {
	id, isID := parseID(key)
	for r := range d.keys.with(hash) {
		p := d.person(r)
		if isID && p.id == id || strings.EqualFold(p.get(userPrincipalName), key) {
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
		ID: p.id.String(), AccountEnabled: p.enabled, UserType: "Member", IsAdmin: p.admin, OnPremisesSyncEnabled: p.synced,
		DefaultMethod: d.DefaultMethod(r), SMSSignIn: d.SMSSignIn(r),
	}
	for i, text := range u.texts() {
		*text = p.get(i)
	}
	if p.guest {
		u.UserType = "Guest"
	}
	return u
}

// ID is a person's object id, in lower case.
func (d *Directory) ID(r Ref) string { return d.person(r).id.String() }

// UserPrincipalName is a person's, as it was added.
func (d *Directory) UserPrincipalName(r Ref) string { return d.person(r).get(userPrincipalName) }

// IsAdmin reports whether a person holds an administrator's role.
func (d *Directory) IsAdmin(r Ref) bool { return d.person(r).admin }

// Phone is a person's phone of a type, and empty if there is none.
func (d *Directory) Phone(r Ref, t PhoneType) string { return d.person(r).get(firstPhone + int(t)) }

// SetPhone puts a number, in the form that Number gives, in the place of a
// person's phone of a type; an empty one removes it. It does not check the
// form, nor whether Graph allows this: one who gives something else, leaves an
// alternateMobile without a mobile, or removes the default method, writes a
// state that ReadState refuses.
func (d *Directory) SetPhone(r Ref, t PhoneType, number string) {
	p, u := d.person(r), User{}
	for i, text := range u.texts() {
		*text = p.get(i)
	}
	d.countMobile(u.Mobile, -1)
	*u.phone(t) = number
	d.countMobile(u.Mobile, 1)
	p.setTexts(&u)
}

// countMobile forgets a number that nobody has any more, or a long run of changes
// would grow the map.
func (d *Directory) countMobile(number string, by int) {
	if number == "" {
		return
	}
	key := maphash.String(d.seed, number)
	if d.mobiles[key] += by; d.mobiles[key] == 0 {
		delete(d.mobiles, key)
	}
}

// WithMobile is how many people have this number, in the form that Number
// gives, as their mobile.
func (d *Directory) WithMobile(number string) int { return d.mobiles[maphash.String(d.seed, number)] }

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
	d.person(r).method = uint8(1 + slices.Index(phoneTypes, method))
}

// SMSSignIn is the state of a person's mobile, also if they have none.
func (d *Directory) SMSSignIn(r Ref) SMSSignIn { return SMSSignIn(d.person(r).sms) }

// SetSMSSignIn takes one of the constants.
func (d *Directory) SetSMSSignIn(r Ref, s SMSSignIn) { d.person(r).sms = uint8(s) }

// Fault is what goes wrong whenever this person's phones are touched.
func (d *Directory) Fault(r Ref) string { return d.person(r).get(fault) }

// Lookup finds the people with a value, in any case, in order of addition. The
// property is mail, employeeId or onPremisesSamAccountName; nobody has any
// other, and nobody has an empty value. The first use of a property goes
// through all people, and its index then takes about 20 bytes for each.
func (d *Directory) Lookup(property, value string) []Ref {
	text := slices.Index(textNames[:displayName], property)
	if text < mail || value == "" {
		return nil
	}
	x := d.lookups[text]
	if x == nil {
		x = newIndex()
		d.lookups[text] = x
		for r := range Ref(d.length) {
			d.addTo(x, text, r)
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

// addTo leaves out those without a value, whom nobody can look up.
func (d *Directory) addTo(x *index, text int, r Ref) {
	if value := d.person(r).get(text); value != "" {
		x.add(d.hash(value), r)
	}
}

// index finds people by the hash of a text. Half of a 64-bit hash costs some
// hundred collisions in a million, so that whoever looks something up must
// compare the text itself.
type index struct {
	// most hashes are of one person, who then needs no slice
	first map[uint32]Ref
	more  map[uint32][]Ref // all but the first with a hash, in order of addition
}

func newIndex() *index { return &index{map[uint32]Ref{}, map[uint32][]Ref{}} }

// add is for people in order of addition. Nothing is ever taken out again: the
// texts that are indexed do not change.
func (x *index) add(hash uint32, r Ref) {
	if _, taken := x.first[hash]; taken {
		x.more[hash] = append(x.more[hash], r)
	} else {
		x.first[hash] = r
	}
}

// with yields those added with a hash, in order of addition.
func (x *index) with(hash uint32) iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		if r, ok := x.first[hash]; !ok || !yield(r) {
			return
		}
		for _, r := range x.more[hash] {
			if !yield(r) {
				return
			}
		}
	}
}

// hash is the same for texts that differ in case only. The seed keeps a file
// from being made to collide.
func (d *Directory) hash(text string) uint32 {
	var space [maxText]byte
	return uint32(maphash.Bytes(d.seed, appendFolded(space[:0], text)))
}

// appendFolded appends a text such that two give the same exactly if
// strings.EqualFold holds them equal, which strings.ToLower does not achieve.
func appendFolded(to []byte, text string) []byte {
	for _, char := range text {
		lowest := char // code point of the character's spellings
		if char >= utf8.RuneSelf {
			for c := unicode.SimpleFold(char); c != char; c = unicode.SimpleFold(c) {
				lowest = min(lowest, c)
			}
		}
		if 'A' <= lowest && lowest <= 'Z' {
			lowest |= 0x20 // lower case, in ASCII
		}
		to = utf8.AppendRune(to, lowest)
	}
	return to
}
