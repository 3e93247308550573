package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// PhoneType is the kind of a phone; a person has at most one of each. See
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
type PhoneType int

const (
	Mobile PhoneType = iota
	AlternateMobile
	Office
)

var phoneTypes = [...]string{Mobile: "mobile", AlternateMobile: "alternateMobile", Office: "office"}

// SMSSignIn is whether a person can sign in with a text message to their
// mobile. The other phones take no text messages, so they have no such state.
type SMSSignIn int

const (
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
// into the form in which they are stored, and says what of the rest cannot be. It gives the id as well.
// No error repeats a value: anything could be a number in the wrong place.
func (u *User) complete() (guid, error) {
	if u.UserPrincipalName == "" {
		return guid{}, errors.New("userPrincipalName is empty")
	}
	for _, text := range []struct{ name, value string }{
		{"userPrincipalName", u.UserPrincipalName},
		{"mail", u.Mail},
		{"employeeId", u.EmployeeID},
		{"onPremisesSamAccountName", u.OnPremisesSamAccountName},
		{"displayName", u.DisplayName},
		{"fault", u.Fault},
	} {
		if utf8.RuneCountInString(text.value) > maxText {
			return guid{}, fmt.Errorf("%s is longer than %d characters", text.name, maxText)
		}
		if !utf8.ValidString(text.value) {
			return guid{}, fmt.Errorf("%s is not UTF-8", text.name)
		}
	}
	if u.ID == "" {
		u.ID = derivedID(u.UserPrincipalName).String()
	}
	id, isGUID := parseGUID(u.ID)
	if u.UserType == "" {
		u.UserType = userTypeOf(u.UserPrincipalName)
	}
	switch {
	case !isGUID:
		return guid{}, errors.New("id is not a GUID, such as 3179e48a-750b-4051-897c-87b9720928f7")
	case u.UserType != "Member" && u.UserType != "Guest":
		return guid{}, errors.New("userType is not Member or Guest")
	case u.UsageLocation != "" && !twoLetters(u.UsageLocation):
		return guid{}, errors.New("usageLocation is not a country's two letters")
	case !u.SMSSignIn.known():
		return guid{}, errors.New("smsSignInState is not known")
	}
	return id, u.completePhones()
}

func (u *User) completePhones() error {
	phones := u.phones()
	for t, number := range phones {
		if *number == "" {
			continue
		}
		stored, ok := Number(*number)
		if !ok {
			return fmt.Errorf("%s is not of the form +{country code} {number}x{extension}", phoneTypes[t])
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
	t := slices.Index(phoneTypes[:], u.DefaultMethod)
	if t < 0 {
		return fmt.Errorf("defaultMethod is not one of %s", strings.Join(phoneTypes[:], ", "))
	}
	if *phones[t] == "" {
		return fmt.Errorf("defaultMethod is %s, and there is no such phone", u.DefaultMethod)
	}
	return nil
}

// phones are the fields of the phones, by PhoneType.
func (u *User) phones() [3]*string { return [3]*string{&u.Mobile, &u.AlternateMobile, &u.Office} }

// userTypeOf goes by the form that Entra gives the names of B2B guests:
// https://learn.microsoft.com/entra/external-id/user-properties.
func userTypeOf(userPrincipalName string) string {
	if _, mark, found := strings.Cut(userPrincipalName, "#"); found && strings.Contains(strings.ToUpper("#"+mark), "#EXT#") {
		return "Guest"
	}
	return "Member"
}

func twoLetters(s string) bool {
	letter := func(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
	return len(s) == 2 && letter(s[0]) && letter(s[1])
}

type guid [16]byte

func (g guid) String() string {
	var text [36]byte
	hex.Encode(text[:8], g[:4])
	hex.Encode(text[9:13], g[4:6])
	hex.Encode(text[14:18], g[6:8])
	hex.Encode(text[19:23], g[8:10])
	hex.Encode(text[24:], g[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// parseGUID takes the 36 characters of a GUID, its digits in any case.
func parseGUID(s string) (guid, bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return guid{}, false
	}
	var digits [32]byte
	n := 0
	for _, part := range [...]string{s[:8], s[9:13], s[14:18], s[19:23], s[24:]} {
		n += copy(digits[n:], part)
	}
	var g guid
	_, err := hex.Decode(g[:], digits[:])
	return g, err == nil
}

// derivedID is the same for every spelling of a userPrincipalName, and marked
// as a random GUID, as Entra's are.
func derivedID(userPrincipalName string) guid {
	sum := sha256.Sum256(appendFolded(nil, userPrincipalName))
	g := guid(sum[:16])
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}

// IsID says whether a key has the form of an object id.
func IsID(key string) bool {
	_, ok := parseGUID(key)
	return ok
}
