package authmethod

import "time"

// Outcome is what finally became of a row. Every row gets exactly one, and
// their counts add up to the rows of the file.
type Outcome string

const (
	// Created: the phone stands in the tenant because this run put it there.
	Created Outcome = "created"
	// Updated: the row's number stands in the tenant because this run put it in the
	// place of another one.
	Updated Outcome = "updated"
	// Removed: the phone does not stand there any more because this run took it
	// away.
	Removed Outcome = "removed"
	// Planned: nothing was sent, and the phone would be written or removed.
	Planned Outcome = "planned"
	// Unchanged: the same number stood there already; or, of a removal, none did.
	Unchanged Outcome = "unchanged"
	// Duplicate: equal to an earlier row of the same user and type.
	Duplicate Outcome = "duplicate"
	// Conflict: another number stands there and was left alone.
	Conflict Outcome = "conflict"
	// Rejected: never sent, its own data is bad.
	Rejected Outcome = "rejected"
	// Dependency: held back because another phone of the user, without which Graph
	// takes or gives up none of this type, is not done.
	Dependency Outcome = "dependency"
	// Failed: Graph refused it for good.
	Failed Outcome = "failed"
	// Unknown: sent, the answer was lost, and reading back did not settle it.
	Unknown Outcome = "unknown"
	// NotAttempted: fit to be sent, and not sent, or stopped before it was settled.
	NotAttempted Outcome = "not-attempted"
)

// Outcomes are all outcomes in the order in which summaries list them.
func Outcomes() []Outcome {
	return []Outcome{Created, Updated, Removed, Planned, Unchanged, Duplicate, Conflict, Rejected, Dependency, Failed, Unknown, NotAttempted}
}

// Success reports whether the outcome leaves nothing to do.
func (o Outcome) Success() bool {
	return o == Created || o == Updated || o == Removed || o == Planned || o == Unchanged || o == Duplicate
}

// Class is who can do something about an outcome that is not a success.
type Class string

const (
	// FixData: correct the file.
	FixData Class = "fix-data"
	// Retry: run again, nothing else is needed.
	Retry Class = "retry"
	// Permission: an administrator must grant something.
	Permission Class = "permission"
	// Decision: somebody must decide which of two facts is right.
	Decision Class = "decision"
)

// Classes are all classes in the order in which summaries list them.
func Classes() []Class { return []Class{FixData, Retry, Permission, Decision} }

// Result is the outcome of one row with everything a person needs to know.
type Result struct {
	Outcome    Outcome
	Class      Class  // empty on success
	Reason     Code   // of the catalogue; empty for a write that simply worked
	Status     int    // HTTP status of the answer that decided, 0 without one
	Code       string // Graph's error code
	Message    string // in our words; holds no number
	Detail     string // in Graph's words, for the results only: may repeat personal data
	Advice     string
	RequestID  string
	Attempts   int       // requests that carried a write of this row
	FinishedAt time.Time // zero for rows that were never sent

	// Would is what a planned row would do.
	Would Verb
	// Registered is the number that was found where the row's belongs: before an
	// update or a removal, or, in a conflict, in its place. Zero where none was, or
	// it could not be read.
	Registered PhoneNumber
	// As is the type under which the phone was created where it is not the row's.
	As PhoneType
	// SMSSignIn is Graph's smsSignInState of the phone, where an answer told it.
	SMSSignIn string
	// Credential is the one of several that the row was sent by.
	Credential string
}
