package graphsim

import (
	"regexp"
	"time"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// Config says how a Simulator behaves. The zero value takes any user, client
// and secret, grants everything, has no quota, no latency and no faults. All
// but the first four fields are what a scenario can say; its keys are the
// names in the tags.
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

	// RefusedNumbers are refused as invalidPhoneNumber. They match whatever
	// blanks they are written with.
	RefusedNumbers []string `yaml:"refusedNumbers"`

	// Users says what is special about some users. The first rule that holds
	// for a user counts, and counts before what the Directory says.
	Users []UserRule `yaml:"users"`

	// Faults are tried in order; the first that applies to a request is
	// played, and those behind it do not count the request.
	Faults []Fault `yaml:"faults"`

	// Assumed replaces what is not publicly known.
	Assumed Assumed `yaml:"assumed"`
}

// SignedIn is a person who administers phones.
type SignedIn struct {
	// User is an id or userPrincipalName of the Directory, or any
	// userPrincipalName without one; empty lets nobody sign in.
	User string `yaml:"user"`
	// Role decides what may be done for whom; see
	// https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions.
	Role Role `yaml:"role"`
	// Polls is how often the token endpoint answers that the code has not been
	// entered yet.
	Polls int `yaml:"polls"`
}

// Role is a directory role of the person signed in.
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

// UserRule says what is special about the users that it matches.
type UserRule struct {
	// Match matches anywhere in a userPrincipalName or id; nil matches all.
	Match *regexp.Regexp `yaml:"match"`
	// Share is the share of the matching users that the rule holds for, always
	// the same ones for one Seed; 0 is all.
	Share float64 `yaml:"share"`
	// Fault is what goes wrong with them.
	Fault UserFault `yaml:"fault"`
	// MissingFor is the number of calls for the user that answer 404 first, as
	// it happens to users who have just been created.
	MissingFor int `yaml:"missingFor"`
	// DefaultMethod is the type of the phone that is their default second
	// factor; such a phone cannot be deleted.
	DefaultMethod string `yaml:"defaultMethod"`
}

// UserFault is what goes wrong whenever a user's phones are touched.
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
	// (for a whole $batch), and reads answer 503.
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
