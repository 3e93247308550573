package authmethod

// PhoneType is Graph's phoneType, spelled as Graph spells it. A user has at
// most one phone of each type.
type PhoneType string

// The phone types, in the order in which a user's phones must be created:
// Graph takes an alternateMobile only where a mobile stands already, and an
// office phone at any time.
const (
	PhoneTypeMobile          PhoneType = "mobile"
	PhoneTypeAlternateMobile PhoneType = "alternateMobile"
	PhoneTypeOffice          PhoneType = "office"
)

// ID is the id of a user's phone of this type. It is a constant of the API,
// the same for every user and tenant, which is why a phone can be read back
// without listing first; see
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
// It is empty for anything but the three types.
func (t PhoneType) ID() string {
	switch t {
	case PhoneTypeMobile:
		return "3179e48a-750b-4051-897c-87b9720928f7"
	case PhoneTypeAlternateMobile:
		return "b6332ec1-7057-4abe-9331-3d72feddfe41"
	case PhoneTypeOffice:
		return "e37fc753-ff3b-4958-9484-eaa9425c82bc"
	}
	return ""
}

// Rank orders the types of one user: a lower rank is created first. A type
// that is none of the three ranks last.
func (t PhoneType) Rank() int {
	switch t {
	case PhoneTypeMobile:
		return 0
	case PhoneTypeAlternateMobile:
		return 1
	case PhoneTypeOffice:
		return 2
	}
	return 3
}
