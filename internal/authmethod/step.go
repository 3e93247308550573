package authmethod

import "time"

// Verb is what a step does to a phone. It is one byte wide because lanes hold
// a million of them.
type Verb uint8

const (
	// Create adds the phone; Graph refuses it where one of the type stands.
	Create Verb = iota
	// Delete takes the phone away, whatever its number. Graph refuses it for a
	// mobile beside an alternateMobile, and for the default method.
	Delete
	// Read gets the phone of the type, to see what became of another step.
	Read
)

// String is the verb in one word.
func (v Verb) String() string { return [...]string{"create", "delete", "read"}[v] }

// MarshalText is the same in journals and logs.
func (v Verb) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Task is what is to be done about a row. It may take several steps.
type Task struct {
	Row  RowNumber
	Verb Verb // Create or Delete
}

// Lane is the tasks of one user, in the order that Graph needs. At most one step
// of it is in flight at a time.
type Lane []Task

// Step is one call to Graph for one phone of one user.
type Step struct {
	Row       RowNumber // that it serves
	Verb      Verb
	User      string
	PhoneType PhoneType
	Number    PhoneNumber // of a create
}

// Answer is what came back for a step.
type Answer struct {
	// Status is the HTTP status of this step, also inside a $batch; 0 when
	// there is no answer.
	Status int

	// Code and Message are Graph's error, empty on success. Message is for
	// the results only: it may repeat personal data.
	Code, Message string

	// RequestID is Graph's request-id, or our client-request-id when no
	// answer came: what Microsoft's support asks for.
	RequestID string

	// RetryAfter is how long Graph asked to wait; 0 when it did not say.
	RetryAfter time.Duration

	// Load is x-ms-throttle-limit-percentage: how much of the limit is used,
	// from 0.8 to 1.8; 0 when Graph did not say.
	Load float64

	// Phone is the phoneNumber that a read found, as Graph spells it. It may
	// be masked.
	Phone string

	// Lost is set when the step was sent and no usable answer came: it may
	// have been carried out. Its text names the cause.
	Lost error

	// NotSent is set when the step provably never left this machine (no
	// connection, no TLS): it was not carried out.
	NotSent error

	// Alone is set when the request around the step was refused as a whole:
	// sent by itself, the step gets an answer of its own.
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
