package authmethod

import "time"

// Outcome is what finally became of a row. Every row gets exactly one, and
// their counts add up to the rows of the file.
type Outcome string

const (
	// Created: the phone stands in the tenant because this run put it there.
	Created Outcome = "created"
	// Unchanged: the same number stood there already.
	Unchanged Outcome = "unchanged"
	// Conflict: another number stands there and was left alone.
	Conflict Outcome = "conflict"
	// Rejected: never sent, its own data is bad.
	Rejected Outcome = "rejected"
	// Duplicate: equal to an earlier row of the same user and type.
	Duplicate Outcome = "duplicate"
	// Dependency: held back because the user's mobile did not arrive.
	Dependency Outcome = "dependency"
	// Failed: Graph refused it for good.
	Failed Outcome = "failed"
	// Unknown: sent, the answer was lost, and reading back did not settle it.
	Unknown Outcome = "unknown"
	// NotAttempted: fit to be sent, but never sent.
	NotAttempted Outcome = "not-attempted"
)

// Outcomes are all outcomes in the order in which summaries list them.
func Outcomes() []Outcome {
	return []Outcome{Created, Unchanged, Duplicate, Conflict, Rejected, Dependency, Failed, Unknown, NotAttempted}
}

// Success says that the outcome leaves nothing to do.
func (o Outcome) Success() bool { return o == Created || o == Unchanged || o == Duplicate }

// Class says who can do something about an outcome that is not a success.
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
	Class      Class // empty on success
	Status     int   // HTTP status of the last answer, 0 without one
	Code       string
	Message    string // in our words; holds no number
	Detail     string // in Graph's words, for the results only: may repeat personal data
	Advice     string
	RequestID  string
	Attempts   int       // requests that carried a create of this row
	FinishedAt time.Time // zero for rows that were never sent
}
