package authmethod

import (
	"slices"
	"time"
)

// Verb is what a step does. It is one byte wide because lanes hold a million of
// them.
type Verb uint8

const (
	// None is no verb.
	None Verb = iota
	// Create adds the phone; Graph refuses it where one of the type stands.
	Create
	// Update gives the phone that stands there another number. Sent twice it does
	// no harm.
	Update
	// Delete takes the phone away, whatever its number. Graph refuses it for a
	// mobile beside an alternateMobile, and for the default method.
	Delete
	// Read gets the phone of the type, to see what stands there.
	Read
	// ReadPhones lists the user's phones.
	ReadPhones
	// ReadMethods lists all that a user can sign in with, the phones among them.
	ReadMethods
	// EnableSMS and DisableSMS switch SMS sign-in with the mobile. Sent twice they
	// do no harm.
	EnableSMS
	DisableSMS
)

var verbs = []string{"none", "create", "update", "delete", "read", "readPhones", "readMethods", "enableSms", "disableSms"}

// String is the verb in one word.
func (v Verb) String() string { return verbs[v] }

// ParseVerb reads that word; None for any other.
func ParseVerb(word string) Verb { return Verb(max(0, slices.Index(verbs, word))) }

// MarshalText is the same in journals and logs.
func (v Verb) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Writes reports whether the verb changes something.
func (v Verb) Writes() bool { return v < Read || v > ReadMethods }

// Existing is what a task may do where another number stands than its row's.
type Existing uint8

const (
	// KeepExisting leaves it alone, which is a conflict.
	KeepExisting Existing = iota
	// FailExisting leaves it alone, and ends the run.
	FailExisting
	// OverwriteExisting puts the row's in its place, or removes it.
	OverwriteExisting
	// AddAlternate leaves a mobile alone, and adds the row's as alternateMobile
	// where none stands.
	AddAlternate
	// ReplaceExpected replaces or removes the number that is expected there, and no
	// other one.
	ReplaceExpected
)

// Task is what is to be done about a row. It may take several steps.
type Task struct {
	Row      RowNumber
	Verb     Verb // Create, Update or Delete
	Existing Existing
	SMS      Verb // EnableSMS or DisableSMS once the phone is in place, or None
}

// Lane is the tasks of one user, in the order that Graph needs. At most one step
// of it is in flight at a time.
type Lane []Task

// Write is a step that changes something, as it is recorded before it is sent.
type Write struct {
	Row  RowNumber // that it serves
	Verb Verb
	// As is the type of the phone where it is not the row's.
	As PhoneType
	// Previous is the number that is replaced or removed; zero where none stands,
	// or nobody knows.
	Previous PhoneNumber
}

// Step is one call to Graph for one phone of one user.
type Step struct {
	Row       RowNumber // that it serves
	Verb      Verb
	User      string
	PhoneType PhoneType
	Number    PhoneNumber // of a create or an update
}

// Method is one of the things that a user can sign in with.
type Method struct {
	Kind      string    // as Graph names it, without the namespace: "fido2AuthenticationMethod"; empty in a list of phones
	PhoneType PhoneType // of a phone
	Phone     string    // its number, as Graph spells it; it may be masked
}

// Answer is what came back for a step.
type Answer struct {
	// Status is the HTTP status of this step, also inside a $batch; 0 when
	// there is no answer.
	Status int

	// Code and Message are Graph's error, empty on success. Message is for
	// the results only: it may repeat personal data.
	Code, Message string

	// Meaning is what a refusal means as far as that is known: an outcome of
	// the catalogue without verbs. It explains and decides nothing.
	Meaning Code

	// RequestID is Graph's request-id, or our client-request-id when no
	// answer came: what Microsoft's support asks for.
	RequestID string

	// RetryAfter is how long Graph asked to wait; 0 when it did not say.
	RetryAfter time.Duration

	// TenantWide is set for a throttle that is of the whole tenant, and not of the app
	// that has asked, by x-ms-throttle-scope.
	TenantWide bool

	// Load is x-ms-throttle-limit-percentage: how much of the limit is used,
	// from 0.8 to 1.8; 0 when Graph did not say.
	Load float64

	// Phone is the phoneNumber that a read found, as Graph spells it. It may
	// be masked. SMSSignIn is the smsSignInState beside it.
	Phone, SMSSignIn string

	// Methods are what a ReadMethods or ReadPhones found. They are not nil where it
	// was answered.
	Methods []Method

	// Lost is set when the step was sent and no usable answer came: it may
	// have been carried out. Its text names the cause.
	Lost error

	// NotSent is set when the step provably never left this machine (no
	// connection, no TLS): it was not carried out.
	NotSent error

	// Alone is set when the request around the step was refused as a whole, or
	// did not reach whoever answers the step: sent by itself, the step gets an
	// answer of its own.
	Alone bool

	// Planned is what would be done, in words; set by a sender that only says
	// so and sends nothing.
	Planned string
}

// Comparison is what comparing a number with one that Graph shows can tell.
type Comparison int

const (
	// CannotTell: Graph shows the number masked, or something that is not a
	// number. It never counts as a difference.
	CannotTell Comparison = iota
	// Same: both dial the same phone.
	Same
	// Different: they dial different phones.
	Different
)
