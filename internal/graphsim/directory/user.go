package directory

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// PhoneType is the kind of a phone; a person has at most one of each. See
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
type PhoneType int

const (
	// Mobile must stand before an AlternateMobile can; Office stands alone.
	Mobile PhoneType = iota
	AlternateMobile
	Office
)

// phoneTypes are the names of the types.
var phoneTypes = textNames[firstPhone : firstPhone+3]

// SMSSignIn reports whether a person can sign in with a text message to their
// mobile. The other phones take no text messages, so they have no such state.
type SMSSignIn int

const (
	// Ready is for those who can sign in; it is the zero value, because a policy
	// that allows it is the rule.
	Ready SMSSignIn = iota
	NotSupported
	NotAllowedByPolicy
	NotEnabled
	PhoneNumberNotUnique
	NotConfigured
)

var smsSignIns = [...]string{
	Ready: "ready", NotSupported: "notSupported", NotAllowedByPolicy: "notAllowedByPolicy", NotEnabled: "notEnabled",
	PhoneNumberNotUnique: "phoneNumberNotUnique", NotConfigured: "notConfigured",
}

// String is Graph's spelling, and unknownFutureValue for all that is not
// listed above.
func (s SMSSignIn) String() string {
	if !s.known() {
		return "unknownFutureValue"
	}
	return smsSignIns[s]
}

// known is false for what a later version of Graph may add.
func (s SMSSignIn) known() bool { return s >= 0 && int(s) < len(smsSignIns) }

// MarshalText writes Graph's spelling.
func (s SMSSignIn) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads Graph's spelling and refuses any other.
func (s *SMSSignIn) UnmarshalText(text []byte) error {
	i := slices.Index(smsSignIns[:], string(text))
	if i < 0 {
		return fmt.Errorf("smsSignInState is not one of %s", strings.Join(smsSignIns[:], ", "))
	}
	*s = SMSSignIn(i)
	return nil
}

// User is one person in full, as files hold it. The tags are the members of
// the state file; they may be added to, but not renamed.
type User struct {
	ID                       string `json:"id"` // a GUID
	UserPrincipalName        string `json:"userPrincipalName"`
	Mail                     string `json:"mail,omitempty"`
	EmployeeID               string `json:"employeeId,omitempty"`
	OnPremisesSamAccountName string `json:"onPremisesSamAccountName,omitempty"`
	DisplayName              string `json:"displayName,omitempty"`
	AccountEnabled           bool   `json:"accountEnabled"`
	OnPremisesSyncEnabled    bool   `json:"onPremisesSyncEnabled,omitempty"`
	UserType                 string `json:"userType"` // Member or Guest
	IsAdmin                  bool   `json:"isAdmin,omitempty"`
	UsageLocation            string `json:"usageLocation,omitempty"` // a country, in two letters

	// The phones are in Graph's form (see Number), and empty for none.
	Mobile          string `json:"mobile,omitempty"`
	AlternateMobile string `json:"alternateMobile,omitempty"`
	Office          string `json:"office,omitempty"`

	// DefaultMethod names the phone that is the default second factor: mobile,
	// alternateMobile or office. It is empty if none of them is.
	DefaultMethod string    `json:"defaultMethod,omitempty"`
	SMSSignIn     SMSSignIn `json:"smsSignInState,omitempty"`

	// Fault is what goes wrong whenever this person's phones are touched. This
	// package does not know what it means.
	Fault string `json:"fault,omitempty"`
}

// maxText is the most characters that a text of a User can have. Graph takes
// 113 characters before the @ of a userPrincipalName, and 256 in a displayName.
const maxText = 256

// complete fills in what follows from the userPrincipalName, brings the phones
// into the form in which they are stored, and refuses what cannot be. No error
// repeats a value: anything could be a number in the wrong place.
func (u *User) complete() (uuid.UUID, error) {
	if u.UserPrincipalName == "" {
		return uuid.Nil, errors.New("userPrincipalName is empty")
	}
	texts := u.texts()
	for i, text := range texts[:firstPhone] { // the others have a form
		if utf8.RuneCountInString(*text) > maxText {
			return uuid.Nil, fmt.Errorf("%s is longer than %d characters", textNames[i], maxText)
		}
		if !utf8.ValidString(*text) {
			return uuid.Nil, fmt.Errorf("%s is not UTF-8", textNames[i])
		}
	}
	if u.ID == "" {
		u.ID = derivedID(u.UserPrincipalName).String()
	}
	id, isID := parseID(u.ID)
	u.UserType = cmp.Or(u.UserType, userTypeOf(u.UserPrincipalName))
	switch {
	case !isID:
		return uuid.Nil, errors.New("id is not a GUID, such as 3179e48a-750b-4051-897c-87b9720928f7")
	case u.UserType != "Member" && u.UserType != "Guest":
		return uuid.Nil, errors.New("userType is not Member or Guest")
	case u.UsageLocation != "" && !twoLetters.MatchString(u.UsageLocation):
		return uuid.Nil, errors.New("usageLocation is not a country's two letters")
	case !u.SMSSignIn.known():
		return uuid.Nil, errors.New("smsSignInState is not known")
	}
	return id, u.completePhones()
}

// completePhones refuses what Graph could not hold, so that nobody is there whose
// phones no sequence of calls could have made.
func (u *User) completePhones() error {
	for t, name := range phoneTypes {
		number := u.phone(PhoneType(t))
		if *number == "" {
			continue
		}
		stored, ok := Number(*number)
		if !ok {
			return fmt.Errorf("%s is not of the form +{country code} {number}x{extension}", name)
		}
		*number = stored
	}
	// https://learn.microsoft.com/graph/api/authentication-post-phonemethods
	if u.AlternateMobile != "" && u.Mobile == "" {
		return errors.New("there is an alternateMobile without a mobile, which Graph does not allow")
	}
	if u.DefaultMethod == "" {
		return nil
	}
	t := slices.Index(phoneTypes, u.DefaultMethod)
	if t < 0 {
		return fmt.Errorf("defaultMethod is not one of %s", strings.Join(phoneTypes, ", "))
	}
	if *u.phone(PhoneType(t)) == "" {
		return fmt.Errorf("defaultMethod is %s, and there is no such phone", u.DefaultMethod)
	}
	return nil
}

// The texts of a person, and how many there are.
const (
	userPrincipalName = 0
	mail              = 1
	displayName       = 4
	fault             = 5
	firstPhone        = 6
	numTexts          = 10
)

var textNames = []string{
	"userPrincipalName", "mail", "employeeId", "onPremisesSamAccountName", "displayName", "fault",
	"mobile", "alternateMobile", "office", "usageLocation",
}

// texts are the fields of the texts of a person, in the order of textNames.
func (u *User) texts() [numTexts]*string {
	return [numTexts]*string{
		&u.UserPrincipalName, &u.Mail, &u.EmployeeID, &u.OnPremisesSamAccountName, &u.DisplayName, &u.Fault,
		&u.Mobile, &u.AlternateMobile, &u.Office, &u.UsageLocation,
	}
}

// phone is the field of the phone of a type.
func (u *User) phone(t PhoneType) *string { return u.texts()[firstPhone+t] }

// userTypeOf goes by the form that Entra gives the names of B2B guests:
// https://learn.microsoft.com/entra/external-id/user-properties.
func userTypeOf(userPrincipalName string) string {
	if strings.Contains(userPrincipalName, "#") && strings.Contains(strings.ToUpper(userPrincipalName), "#EXT#") {
		return "Guest"
	}
	return "Member"
}

var twoLetters = regexp.MustCompile("^[A-Za-z]{2}$")

// parseID takes the 36 characters of a GUID, its digits in any case.
func parseID(s string) (uuid.UUID, bool) {
	if len(s) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(s)
	return id, err == nil
}

// derivedID is the same for every spelling of a userPrincipalName, and marked
// as a random GUID, as Entra's are.
func derivedID(userPrincipalName string) uuid.UUID {
	var space [maxText]byte
	sum := sha256.Sum256(appendFolded(space[:0], userPrincipalName))
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// IsID reports whether a key has the form of an object id.
func IsID(key string) bool {
	_, ok := parseID(key)
	return ok
}

// isStored reports whether a number is as Graph gives it back. That it has 4 to
// 14 digits, and an extension at most 10, is assumed.
func isStored(number string) bool {
	code, rest, _ := strings.Cut(number, " ")
	national, extension, extended := strings.Cut(rest, "x")
	digits, plus := strings.CutPrefix(code, "+")
	return plus && areDigits(digits, 1, 3) && digits[0] != '0' && areDigits(national, 4, 14) && (!extended || areDigits(extension, 1, 10))
}

// areDigits takes digits of ASCII only; both bounds are in bytes.
func areDigits(text string, least, most int) bool {
	return least <= len(text) && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

// Number is a sent phone number as Graph gives it back, with one blank behind
// the country code. It is false for what is not of the documented form,
// +{country code} {number}x{extension}
// (https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod).
//
// That the blank may be missing follows from clients that leave it out. No
// numbering plan is looked at: the real service refuses more.
func Number(sent string) (stored string, ok bool) {
	if digits, plus := strings.CutPrefix(sent, "+"); plus && len(digits) > 3 && !strings.Contains(sent, " ") {
		n := countryCodeLength(digits)
		sent = "+" + digits[:n] + " " + digits[n:]
	}
	if !isStored(sent) {
		return "", false
	}
	return sent, true
}

// countryCodeLength knows the codes of one and two digits; all others have
// three: ITU-T E.164, list of assigned country codes.
func countryCodeLength(digits string) int {
	const twoDigits = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
		"60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case strings.Contains(twoDigits, digits[:2]):
		return 2
	}
	return 3
}
