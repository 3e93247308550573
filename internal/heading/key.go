package heading

import (
	"slices"

	"entraphone/internal/authmethod"
)

// Key is a meaning that a column can have. The order is that in which columns are
// named to people.
type Key int

// The meanings, in the order in which columns are told.
const (
	User Key = iota
	PhoneType
	PhoneNumber
	Mobile
	AlternateMobile
	Office
	Country
	Extension
	AreaCode
	DialCode
	Action
	SMSSignIn
	ForcedUpdate
	ForcedRemoval
	NumKeys // how many there are; where a key is wanted, none of them
)

// keyNames are spelled as Graph spells phone types; users write them in --map and in
// profiles, so that they do not change.
var keyNames = [NumKeys]string{
	"user", "phoneType", "phoneNumber", "mobile", "alternateMobile", "office", "country", "extension", "areaCode", "dialCode",
	"action", "smsSignIn", "forcedUpdate", "forcedRemoval",
}

// String is the key as --map, profiles and messages spell it.
func (k Key) String() string { return keyNames[k] }

// ParseKey is the key with a name. It is false for a name that no key has; case
// counts, as in YAML.
func ParseKey(name string) (Key, bool) {
	i := slices.Index(keyNames[:], name)
	return Key(i), i >= 0
}

// phoneKeys are those of columns of numbers, kinds those that tell the phone's type.
var (
	kinds     = []Key{Mobile, AlternateMobile, Office}
	phoneKeys = append([]Key{PhoneNumber}, kinds...)
)

// orders are those of columns that say what is to be done about a line.
var orders = []Key{Action, SMSSignIn, ForcedUpdate, ForcedRemoval}

// IsPhone reports whether the column's cells are rows of their own.
func (k Key) IsPhone() bool { return PhoneNumber <= k && k <= Office }

// PhoneType is the type of the phones in a column of its own; empty for other
// columns.
func (k Key) PhoneType() authmethod.PhoneType {
	switch k {
	case Mobile:
		return authmethod.PhoneTypeMobile
	case AlternateMobile:
		return authmethod.PhoneTypeAlternateMobile
	case Office:
		return authmethod.PhoneTypeOffice
	}
	return ""
}

// KeySet is a set of keys. Its zero value is empty.
type KeySet uint32

// Add adds a key.
func (s *KeySet) Add(k Key) { *s |= 1 << k }

// Has reports whether one of the keys is in the set.
func (s KeySet) Has(keys ...Key) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return s&(1<<k) != 0 })
}

// Meaning is what a heading stands for. Where a file has several columns for
// one key, the one with the lowest rank is used.
type Meaning struct {
	Key  Key
	Rank int
}

// Ranks that decide more than which of two columns is used.
const (
	rankGeneric     = 1 // of PhoneNumber: a phone of any kind
	rankRoom        = 1 // of Office: perhaps a room
	rankAnyType     = 1 // of PhoneType: perhaps the type of something else
	rankCountryCode = 1 // of Country: its numbers may be dialling codes as well as those of ISO 3166
	rankUnlikely    = 2 // of PhoneNumber and AreaCode: only beside other parts of a number; of DialCode: only where the cells are some
	rankEmployee    = 3 // of User: ids that Graph does not know, and names without a domain
	rankOfPhone     = 4 // of Country: that of a phone, which is the row's only where no other is
	rankAnyCode     = 5 // of Country: the same, only where the cells are codes
	rankProposed    = 9 // never used unless --map says so
)

// Addressable reports whether Graph may know users by what stands in such a
// column. Employee ids and account names of Active Directory it does not know.
func (m Meaning) Addressable() bool { return m.Key == User && m.Rank < rankEmployee }
