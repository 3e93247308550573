package graphsim

import (
	_ "embed"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// Config is how a Simulator behaves. The zero value takes any user, client and
// secret, grants everything, has no quota, no latency and no faults. All but the
// first four fields are what a scenario can say; its keys are the names in the
// tags. New trusts it; ReadScenario checks what comes from a file.
type Config struct {
	// Directory is the tenant's people. Nil lets any user exist, with no
	// phones yet, and cannot know that an id and a userPrincipalName are one
	// user; otherwise users that are not in it answer 404. The Simulator owns
	// it from New on.
	Directory *directory.Directory `yaml:"-"`

	// AccessTokens are good for ever and for everything, beside the issued
	// ones.
	AccessTokens []string `yaml:"-"`

	// KeepLog keeps every request for Log, without bound.
	KeepLog bool `yaml:"-"`

	// OnRequest is called for every request when it is answered, one call at a
	// time; it must be quick, for it holds up the others.
	OnRequest func(LogEntry) `yaml:"-"`

	// Description tells a reader what the scenario is for.
	Description string `yaml:"description"`

	// Seed makes ids, the order of $batch answers, jitter and whatever has a
	// probability or a share repeatable.
	Seed uint64 `yaml:"seed"`

	// Latency passes between the work and the answer of every HTTP request; a
	// $batch is one. LatencyJitter is added, drawn evenly from 0 up to it.
	Latency       time.Duration `yaml:"latency"`
	LatencyJitter time.Duration `yaml:"latencyJitter"`

	// WriteQuota limits writes and ReadQuota reads, in resource units, of one
	// app; PhoneQuota limits all calls for phones, and ReportQuota those for
	// reports. The zero value limits nothing.
	WriteQuota  Quota `yaml:"writeQuota"`
	ReadQuota   Quota `yaml:"readQuota"`
	PhoneQuota  Quota `yaml:"phoneQuota"`
	ReportQuota Quota `yaml:"reportQuota"`

	// TenantQuota limits all calls for phones of all apps in a tenant together.
	TenantQuota Quota `yaml:"tenantQuota"`

	// RetryAfter is how the wait is written on a call above a quota.
	RetryAfter RetryAfterForm `yaml:"retryAfter"`

	// ResetOnEarlyRetry answers 429 to every call of an app that knocks before
	// its wait is over, and begins the wait anew.
	ResetOnEarlyRetry bool `yaml:"resetOnEarlyRetry"`

	// Clients are the only ones that may sign in; none takes any client id and
	// secret. Permissions are granted to every client that has none of its
	// own; nil grants all.
	Clients     []login.Client `yaml:"clients"`
	Permissions []string       `yaml:"permissions"`

	// TokenLifetime is how long issued tokens are good; 0 is 3599 s.
	TokenLifetime time.Duration `yaml:"tokenLifetime"`

	// SignedIn is who signs in with a device code.
	SignedIn SignedIn `yaml:"signedIn"`

	// SMSSignIn is the state that a new mobile gets; Ready unless the policy
	// says otherwise.
	SMSSignIn directory.SMSSignIn `yaml:"smsSignIn"`

	// MethodsPolicy is what the tenant allows phones to be used for.
	MethodsPolicy MethodsPolicy `yaml:"methodsPolicy"`

	// RefusedNumbers are refused as invalidPhoneNumber. They match whatever
	// blanks they are written with.
	RefusedNumbers []string `yaml:"refusedNumbers"`

	// Users are the rules for users who are special. The first rule that holds
	// for a user counts, and counts before what the Directory says.
	Users []UserRule `yaml:"users"`

	// Groups are the groups of the tenant by their ids, each with the keys of the
	// users in it and in the groups in it. Who does not exist is in none.
	Groups map[string][]string `yaml:"groups"`

	// Faults are tried in order; the first that applies to a request is
	// played, and those behind it do not count the request.
	Faults []Fault `yaml:"faults"`

	// Assumed replaces what is not publicly known.
	Assumed Assumed `yaml:"assumed"`
}

// SignedIn is a person who administers phones. Apps that sign in by themselves
// have nothing to do with it.
type SignedIn struct {
	// User is an id or userPrincipalName of the Directory, or any
	// userPrincipalName without one; empty lets nobody sign in.
	User string `yaml:"user"`
	// Role decides what may be done for whom; see
	// https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions.
	Role Role `yaml:"role" one:"authentication-administrator privileged-authentication-administrator global-reader"`
	// Polls is how often the token endpoint answers that the code has not been
	// entered yet.
	Polls int `yaml:"polls"`
}

// Role is a directory role of the person signed in. Other roles that Graph knows
// are not simulated.
type Role string

const (
	// NoRole may do nothing for others.
	NoRole Role = ""
	// AuthenticationAdministrator may touch nobody with isAdmin, and reads
	// masked numbers.
	AuthenticationAdministrator Role = "authentication-administrator"
	// PrivilegedAuthenticationAdministrator may touch everybody else.
	PrivilegedAuthenticationAdministrator Role = "privileged-authentication-administrator"
	// GlobalReader reads everything and writes nothing.
	GlobalReader Role = "global-reader"
)

// MethodsPolicy is what the tenant allows phones to be used for, which the policy
// says to whoever may read it. It refuses no phone: one can be registered that is
// of no use. The zero value allows everything to everybody.
type MethodsPolicy struct {
	SMSOff           bool `yaml:"smsOff"`           // nobody may use text messages
	VoiceOff         bool `yaml:"voiceOff"`         // nobody may use calls
	OfficeNotAllowed bool `yaml:"officeNotAllowed"` // calls go to mobiles only
}

// UserRule is what is special about the users that it matches. It must say at
// least one thing that is special.
type UserRule struct {
	// Match matches anywhere in a userPrincipalName or id; nil matches all.
	Match *regexp.Regexp `yaml:"match"`
	// Share is the share of the matching users that the rule holds for, always
	// the same ones for one Seed; 0 is all.
	Share float64 `yaml:"share"`
	// Fault is what goes wrong with them.
	Fault UserFault `yaml:"fault" one:"missing protected lost-answer refused-number b2c"`
	// MissingFor is the number of calls for the user that answer 404 first, as
	// it happens to users who have just been created.
	MissingFor int `yaml:"missingFor"`
	// DefaultMethod is the type of the phone that is their default second
	// factor; such a phone cannot be deleted.
	DefaultMethod string `yaml:"defaultMethod" one:"mobile alternateMobile office"`
}

// UserFault is what goes wrong whenever a user's phones are touched. It holds
// for good, unlike a Fault, which counts requests.
type UserFault string

const (
	// NoFault: nothing goes wrong.
	NoFault UserFault = ""
	// Missing: the user does not exist.
	Missing UserFault = "missing"
	// Protected: writes answer 403, as they do if the target outranks the
	// caller.
	Protected UserFault = "protected"
	// LostAnswer: writes are done but the connection is cut before the answer
	// (in a $batch that answer is missing, and the others stand), and reads
	// answer 503.
	LostAnswer UserFault = "lost-answer"
	// RefusedNumber: every number is refused as invalidPhoneNumber.
	RefusedNumber UserFault = "refused-number"
	// B2C: the list of phones stays empty, though each can be read by its id.
	B2C UserFault = "b2c"
)

// UserFaults are all of them but NoFault, as ReadCSV of the directory takes
// them.
func UserFaults() []string {
	return []string{string(Missing), string(Protected), string(LostAnswer), string(RefusedNumber), string(B2C)}
}

// ErrorAnswer is an error answer of Graph. Fields left zero are as in
// assumed.yaml. %s in a message stands for the user's key or the phone's title.
type ErrorAnswer struct {
	Status  int    `yaml:"status" between:"400 599"`
	Code    string `yaml:"code"`
	Message string `yaml:"message"`
}

// Assumed is what nobody outside Microsoft has written down, or what sources
// contradict each other about. The defaults are guesses, so a client must work
// with the other choices as well. What is documented cannot be changed here.
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
	// user has, and against the policy: 400 badRequest, and for the policy 405
	// with a message that was seen; the code was not.
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
	PhoneQueryOptions QueryOptions `yaml:"phoneQueryOptions" one:"honoured refused"`
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
	Clashes Clashes `yaml:"clashes" one:"ignored refused"`
	// StaleReads and ReadLag let reads of a user's phones show what stood there
	// before a write: the next so many, and those in the time after it; the one
	// that ends later counts. So a new phone is missing, and one that was removed
	// or changed is still there. Writes, and the report of registrations, go by
	// what stands.
	StaleReads int           `yaml:"staleReads"`
	ReadLag    time.Duration `yaml:"readLag"`
	// ReadFlicker lets half of these reads, at random, show what stands all the
	// same, so that two in a row disagree.
	ReadFlicker bool `yaml:"readFlicker"`

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
	BatchThrottled int `yaml:"batchThrottled" one:"200 424 429"`
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
// Clients should not send any with calls for phones.
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

// Clashes is what becomes of a mobile number that another user has. Two people
// may well share a phone; what they cannot share is signing in with it.
type Clashes string

const (
	// ClashShown gives the phone the smsSignInState phoneNumberNotUnique.
	ClashShown Clashes = ""
	// ClashIgnored makes no difference.
	ClashIgnored Clashes = "ignored"
	// ClashRefused refuses the phone.
	ClashRefused Clashes = "refused"
)

//go:embed assumed.yaml
var assumedByDefault []byte

// orDefaults fills in assumed.yaml, which holds the guesses in one place for
// readers, too.
func (a Assumed) orDefaults() Assumed {
	var usual Assumed
	if err := yaml.Unmarshal(assumedByDefault, &usual); err != nil {
		panic(fmt.Sprintf("graphsim: the embedded assumptions: %v", err)) // unreachable unless bug
	}
	fillZeros(reflect.ValueOf(&a).Elem(), reflect.ValueOf(usual))
	return a
}

// fillZeros gives fields that are zero, also those in structs, another value. So
// no assumption can be set back to zero where assumed.yaml has another value.
func fillZeros(of, from reflect.Value) {
	for i := range of.NumField() {
		switch field := of.Field(i); {
		case field.Kind() == reflect.Struct:
			fillZeros(field, from.Field(i))
		case field.IsZero():
			field.Set(from.Field(i))
		}
	}
}

// about fills %s, where the message has one, with the subject. It has the form
// of the MFA service, whoever answers.
func (e ErrorAnswer) about(subject string) *refusal {
	return phoneRefusal(e.Status, e.Code, strings.ReplaceAll(e.Message, "%s", subject))
}
