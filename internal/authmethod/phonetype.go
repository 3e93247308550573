package authmethod

import "strings"

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

// ParsePhoneType reads a phone type as people write it: any case, with blanks,
// hyphens or underscores between the words, and the common other words for the
// three types, in English ("cell", "work phone"), in other European languages
// ("Handy", "Travail") and in the codes of HR systems.
func ParsePhoneType(text string) (PhoneType, bool) {
	folded := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '-', '_', '.', '\u00a0':
			return -1
		}
		return r
	}, strings.ToLower(text))
	switch strings.TrimSuffix(folded, "phone") {
	case "mobile", "cell", "cellular", "mobil", "primarymobile", "workmobile", "mobilework",
		"cel", "wm", // UKG, Oracle
		"handy", "mobiltelefon", "diensthandy", "portable", "téléphoneportable", "móvil", "movil", "teléfonomóvil",
		"celular", "cellulare", "telemóvel", "telemovel", "mobiel", "matkapuhelin", "komórka", "komórkowy", "mobilní":
		return PhoneTypeMobile, true
	case "alternatemobile", "altmobile", "alternate", "alternativemobile", "secondarymobile", "othermobile":
		return PhoneTypeAlternateMobile, true
	case "office", "work", "business",
		"w1", // Oracle
		"büro", "buero", "geschäftlich", "geschaeftlich", "dienstlich", "arbeit", "bureau", "travail", "professionnel",
		"oficina", "trabajo", "ufficio", "lavoro", "escritório", "trabalho", "kantoor", "werk", "zakelijk",
		"kontor", "arbete", "arbejde", "arbeid", "jobb", "työ", "toimisto", "biuro", "praca", "służbowy",
		"kancelář", "práce", "pracovní":
		return PhoneTypeOffice, true
	}
	return "", false
}
