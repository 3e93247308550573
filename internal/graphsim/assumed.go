package graphsim

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"
)

// ErrorAnswer is an error answer of Graph. Fields left zero are the default.
type ErrorAnswer struct {
	Status  int    `yaml:"status"`
	Code    string `yaml:"code"`
	Message string `yaml:"message"`
}

// Assumed is what nobody outside Microsoft has written down, or what sources
// contradict each other about. The defaults are guesses, so a client must work
// with the other choices as well.
type Assumed struct {
	// Duplicate refuses a second phone of one type: 400 badRequest "Mobile
	// phone method is already registered for this account." The status and the
	// message were seen, the code was not.
	Duplicate ErrorAnswer `yaml:"duplicate"`
	// MissingMobile refuses an alternateMobile where no mobile stands: 400
	// badRequest.
	MissingMobile ErrorAnswer `yaml:"missingMobile"`
	// MobileNeeded refuses to delete a mobile while an alternateMobile stands:
	// 400 badRequest.
	MobileNeeded ErrorAnswer `yaml:"mobileNeeded"`
	// DefaultMethod refuses to delete the default second factor: 400
	// badRequest, with a message seen for another method.
	DefaultMethod ErrorAnswer `yaml:"defaultMethod"`
	// TypeMismatch refuses an update with another phoneType: 400 badRequest.
	TypeMismatch ErrorAnswer `yaml:"typeMismatch"`
	// UnknownUser is the directory's answer: 404 Request_ResourceNotFound.
	UnknownUser ErrorAnswer `yaml:"unknownUser"`
	// MissingPhone answers when a phone that does not stand there is read,
	// updated or deleted: 404 itemNotFound.
	MissingPhone ErrorAnswer `yaml:"missingPhone"`
	// OwnAccount refuses writes to the phones of the caller: 403 accessDenied.
	OwnAccount ErrorAnswer `yaml:"ownAccount"`
	// Guest refuses writes to guests if GuestsRefused: 403 accessDenied.
	Guest ErrorAnswer `yaml:"guest"`
	// Clash refuses a number of another user if Clashes is "refused": 400
	// badRequest.
	Clash ErrorAnswer `yaml:"clash"`
	// SMSNotMobile, SMSNotUnique and SMSNotAllowed refuse to enable SMS
	// sign-in for another phone than the mobile, for a number that another
	// user has, and against the policy: 400 badRequest.
	SMSNotMobile  ErrorAnswer `yaml:"smsNotMobile"`
	SMSNotUnique  ErrorAnswer `yaml:"smsNotUnique"`
	SMSNotAllowed ErrorAnswer `yaml:"smsNotAllowed"`

	// UpdateBody answers a PATCH with 200 and the phone instead of 204.
	UpdateBody bool `yaml:"updateBody"`
	// PutUnrouted refuses PUT as the MFA service does.
	PutUnrouted bool `yaml:"putUnrouted"`
	// CountUnrouted refuses $count of phones as the MFA service does.
	CountUnrouted bool `yaml:"countUnrouted"`
	// ExactActionCase refuses enableSmsSignIn in another case.
	ExactActionCase bool `yaml:"exactActionCase"`
	// PhoneQueryOptions is what becomes of query options on calls for phones.
	PhoneQueryOptions QueryOptions `yaml:"phoneQueryOptions"`
	// Location adds that header to the answer of a create.
	Location bool `yaml:"location"`
	// MinimalHonoured answers creates and updates with 204 if the caller
	// prefers return=minimal.
	MinimalHonoured bool `yaml:"minimalHonoured"`
	// CreatedDateTime adds that member to phones; its value is the simulator's
	// start.
	CreatedDateTime bool `yaml:"createdDateTime"`

	// NumberPattern is what a number must match, beside the form that Graph
	// documents; nil asks no more.
	NumberPattern *regexp.Regexp `yaml:"numberPattern"`
	// BlankRequired refuses numbers without the blank behind the country code.
	BlankRequired bool `yaml:"blankRequired"`
	// PunctuationTaken takes numbers with dashes, brackets, dots and more blanks,
	// and stores them without.
	PunctuationTaken bool `yaml:"punctuationTaken"`
	// ExtensionsOfficeOnly refuses an extension of another phone than office.
	ExtensionsOfficeOnly bool `yaml:"extensionsOfficeOnly"`
	// NumbersUnspaced gives numbers back without the blank behind the country
	// code.
	NumbersUnspaced bool `yaml:"numbersUnspaced"`
	// MaskedReads masks the numbers in reads of every caller, not only of an
	// AuthenticationAdministrator.
	MaskedReads bool `yaml:"maskedReads"`
	// MaskCharacter stands for a hidden digit; empty is X. No sample of a
	// masked number is public.
	MaskCharacter string `yaml:"maskCharacter"`
	// MaskWhole hides the last two digits as well.
	MaskWhole bool `yaml:"maskWhole"`
	// Clashes is what becomes of a mobile number that another user has.
	Clashes Clashes `yaml:"clashes"`
	// StaleReads is the number of reads of a user's phones after a write that
	// show what stood there before.
	StaleReads int `yaml:"staleReads"`

	// AdminsProtected refuses writes of apps, too, to users with isAdmin.
	AdminsProtected bool `yaml:"adminsProtected"`
	// GuestsRefused refuses writes to guests.
	GuestsRefused bool `yaml:"guestsRefused"`
	// CaseSensitiveNames finds users only in the case of the directory.
	CaseSensitiveNames bool `yaml:"caseSensitiveNames"`
	// PlainApostropheRefused refuses an apostrophe in a path that is neither
	// percent-encoded nor doubled inside quotes.
	PlainApostropheRefused bool `yaml:"plainApostropheRefused"`
	// BasicReadsAll gives employeeId and onPremisesSamAccountName also to
	// callers with User.ReadBasic.All alone.
	BasicReadsAll bool `yaml:"basicReadsAll"`
	// AdvancedProperties can only be filtered by with ConsistencyLevel:
	// eventual and $count=true; nil is onPremisesSamAccountName alone.
	AdvancedProperties []string `yaml:"advancedProperties"`
	// GetByIDsLimit is the most ids that one getByIds takes; 0 is 1,000.
	GetByIDsLimit int `yaml:"getByIdsLimit"`

	// BatchThrottled is the status of a $batch with a throttled request in it:
	// 200, or 424 or 429 with the same body; 0 is 200.
	BatchThrottled int `yaml:"batchThrottled"`
	// OrderedAnswers gives the answers of a $batch in the order of its
	// requests.
	OrderedAnswers bool `yaml:"orderedAnswers"`
	// BodyLimit is the most bytes that a body may have; 0 is 4 MiB, Graph's
	// general limit for a write.
	BodyLimit int64 `yaml:"bodyLimit"`
	// NoThrottleHeaders leaves the x-ms-throttle headers out.
	NoThrottleHeaders bool `yaml:"noThrottleHeaders"`
}

// QueryOptions is what becomes of query options that a page does not list.
type QueryOptions string

const (
	// OptionsIgnored passes over them, as
	// https://learn.microsoft.com/graph/aad-advanced-queries warns.
	OptionsIgnored QueryOptions = ""
	// OptionsHonoured applies $filter.
	OptionsHonoured QueryOptions = "honoured"
	// OptionsRefused answers 400.
	OptionsRefused QueryOptions = "refused"
)

// Clashes is what becomes of a mobile number that another user has.
type Clashes string

const (
	// ClashShown gives the phone the smsSignInState phoneNumberNotUnique.
	ClashShown Clashes = ""
	// ClashIgnored makes no difference.
	ClashIgnored Clashes = "ignored"
	// ClashRefused refuses the phone.
	ClashRefused Clashes = "refused"
)

func (a Assumed) orDefaults() Assumed {
	or := func(e *ErrorAnswer, status int, code, message string) {
		*e = ErrorAnswer{cmp.Or(e.Status, status), cmp.Or(e.Code, code), cmp.Or(e.Message, message)}
	}
	or(&a.Duplicate, http.StatusBadRequest, "badRequest", "%s phone method is already registered for this account.")
	or(&a.MissingMobile, http.StatusBadRequest, "badRequest", "A mobile phone method must be registered before an alternate mobile.")
	or(&a.MobileNeeded, http.StatusBadRequest, "badRequest", "The mobile phone method cannot be deleted while an alternate mobile is registered.")
	or(&a.DefaultMethod, http.StatusBadRequest, "badRequest", "Cannot delete default method with other methods configured. Please change default method before deletion.")
	or(&a.TypeMismatch, http.StatusBadRequest, "badRequest", "The phoneType of a phone method cannot be changed.")
	or(&a.UnknownUser, http.StatusNotFound, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.")
	or(&a.MissingPhone, http.StatusNotFound, "itemNotFound", "The phone method does not exist.")
	or(&a.OwnAccount, http.StatusForbidden, "accessDenied", "Request Authorization failed")
	or(&a.Guest, http.StatusForbidden, "accessDenied", "Request Authorization failed")
	or(&a.Clash, http.StatusBadRequest, "badRequest", "The phone number is registered by another user.")
	or(&a.SMSNotMobile, http.StatusBadRequest, "badRequest", "SMS sign-in is available for the mobile phone only.")
	or(&a.SMSNotUnique, http.StatusBadRequest, "badRequest", "The phone number is not unique.")
	or(&a.SMSNotAllowed, http.StatusBadRequest, "badRequest", "SMS sign-in is not allowed by policy.")
	if a.AdvancedProperties == nil {
		a.AdvancedProperties = []string{"onPremisesSamAccountName"}
	}
	a.MaskCharacter = cmp.Or(a.MaskCharacter, "X")
	a.GetByIDsLimit = cmp.Or(a.GetByIDsLimit, 1000)
	a.BatchThrottled = cmp.Or(a.BatchThrottled, http.StatusOK)
	a.BodyLimit = cmp.Or(a.BodyLimit, 4<<20)
	return a
}

// about fills %s, where the message has one, with the subject.
func (e ErrorAnswer) about(subject string) *refusal {
	return phoneRefusal(e.Status, e.Code, strings.ReplaceAll(e.Message, "%s", subject))
}
