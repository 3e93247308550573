// Package plan turns the rows of a file into what is to be sent: for each user a
// lane of tasks in the order that Graph needs, mobile before alternateMobile
// before office, wherever their rows stood in the file. Tasks are creates; for a
// rollback, [Undo] plans the removal of what was written, in the opposite order.
//
// It also finds what only the whole file can show: rows that repeat each other,
// rows that contradict each other, and numbers that several users share. It
// knows neither Graph nor files, and the same rows always give the same plan:
// lanes stand in the order in which their users first appear, and no map is ever
// walked.
//
// Its one invariant: every row is in exactly one lane, or decided here, or
// rejected, by the reading or by a finding here.
package plan

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// Plan is what is to be sent, what is decided without sending, and what was
// found on the way. It names rows by their numbers; the rows stay the caller's.
type Plan struct {
	Lanes     []authmethod.Lane
	Decisions []Decision           // in the order of the rows
	Findings  []authmethod.Finding // by row
	Users     int                  // that the rows name
}

// Decision is the outcome of a row that is fit to be sent and will not be:
// Duplicate or Dependency. The caller puts it into the results as it is.
type Decision struct {
	Row    authmethod.RowNumber
	Result authmethod.Result
}

// Build plans the sending of rows. It finds a problem where rows of one user and
// type contradict each other (all of them are rejected, since either may be the
// wrong one), and notes where rows repeat each other, share a number with other
// users, or have no mobile before them. The rows stay as they are. Every task is
// a create.
func Build(rows *authmethod.Rows) Plan {
	noMobile := authmethod.CodeNoMobile.Problem()
	b := &builder{rows: rows, contradicting: map[authmethod.RowNumber]bool{}, noMobile: &noMobile}
	next, first := ofUsers(rows)
	for _, is := range first {
		if is {
			b.Users++
		}
	}
	b.Lanes = make([]authmethod.Lane, 0, b.Users)
	// The lanes are parts of one slice, which is one allocation for all users.
	tasks := make([]authmethod.Task, 0, rows.Len()) // never grows
	var group []authmethod.RowNumber
	for n := range authmethod.RowNumber(rows.Len()) {
		if !first[n] {
			continue
		}
		group = group[:0]
		for m := n; m >= 0; m = next[m] {
			group = append(group, m)
		}
		before := len(tasks)
		for _, row := range b.lane(group) {
			tasks = append(tasks, authmethod.Task{Row: row, Verb: authmethod.Create})
		}
		if len(tasks) > before {
			// The capacity ends with the lane, so that no append reaches the
			// next user's.
			b.Lanes = append(b.Lanes, authmethod.Lane(tasks[before:len(tasks):len(tasks)]))
		}
	}
	// They were made user by user.
	slices.SortFunc(b.Decisions, func(a, b Decision) int { return cmp.Compare(a.Row, b.Row) })
	b.noteShared()
	authmethod.SortFindings(b.Findings)
	return b.Plan
}

// Undo plans what takes back a run: each row of what it wrote, as it is, is removed,
// or created again. The alternateMobile of a user goes before the mobile when they
// are removed, since Graph deletes no mobile beside one,
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete. Nothing is
// found and nothing decided: the rows are what was done, not what somebody wants.
func Undo(rows *authmethod.Rows, verb authmethod.Verb) (lanes []authmethod.Lane) {
	next, first := ofUsers(rows)
	for n := range authmethod.RowNumber(rows.Len()) {
		if !first[n] {
			continue
		}
		var lane authmethod.Lane
		for m := n; m >= 0; m = next[m] {
			lane = append(lane, authmethod.Task{Row: m, Verb: verb})
		}
		slices.SortStableFunc(lane, func(a, b authmethod.Task) int {
			return cmp.Compare(rows.At(a.Row).PhoneType.Rank(), rows.At(b.Row).PhoneType.Rank())
		})
		if verb == authmethod.Delete {
			slices.Reverse(lane)
		}
		lanes = append(lanes, lane)
	}
	return lanes
}

// builder is a plan in the making.
type builder struct {
	Plan
	rows          *authmethod.Rows
	contradicting map[authmethod.RowNumber]bool
	noMobile      *authmethod.Problem // of all rows that have it
}

func (b *builder) at(n authmethod.RowNumber) *authmethod.Row { return b.rows.At(n) }

// note adds a note, which does not stop the row.
func (b *builder) note(n authmethod.RowNumber, code authmethod.Code, args ...any) {
	p := code.Problem(args...)
	b.Findings = append(b.Findings, authmethod.Finding{Row: n, Problem: &p})
}

// decide gives a row its outcome, so that it is not sent.
func (b *builder) decide(n authmethod.RowNumber, result authmethod.Result) {
	b.Decisions = append(b.Decisions, Decision{n, result})
}

// ofUsers chains the rows of each user. The directory compares user names
// without regard to case, and so does this. Rows without a user, which are
// rejected already, are in no chain.
func ofUsers(rows *authmethod.Rows) (next []authmethod.RowNumber, first []bool) {
	return link(rows, func(row *authmethod.Row) uint32 {
		if row.User == "" {
			return 0
		}
		return uint32(maphash.String(seed, strings.ToLower(row.User)))
	}, func(a, b *authmethod.Row) bool { return strings.EqualFold(a.User, b.User) })
}

// lane orders one user's rows and leaves out those that are not to be sent. It
// works within the slice it is given: it writes only where it has read. Of
// rejected rows only a mobile matters: the user's alternateMobile waits for the
// corrected file with it.
func (b *builder) lane(group []authmethod.RowNumber) []authmethod.RowNumber {
	slices.SortStableFunc(group, func(x, y authmethod.RowNumber) int {
		return cmp.Compare(b.at(x).PhoneType.Rank(), b.at(y).PhoneType.Rank())
	})
	kept := group[:0]
	mobile, refused := authmethod.RowNumber(-1), authmethod.RowNumber(-1) // the mobile that is kept; one that stands in the file and is rejected
	for len(group) > 0 {
		same := b.sameType(group)
		group = group[len(same):]
		head := same[0]
		phoneType := b.at(head).PhoneType
		row, fit := b.chooseOne(same)
		switch {
		case !fit && phoneType == authmethod.PhoneTypeMobile:
			refused = head
		case !fit:
		// Graph would refuse it as long as the mobile is missing.
		case phoneType == authmethod.PhoneTypeAlternateMobile && mobile < 0 && refused >= 0:
			line := b.at(refused).Line
			b.note(row, authmethod.CodeHeldBack, line)
			b.decide(row, authmethod.CodeHeldBackPlan.Result(authmethod.Dependency, line))
		default:
			switch {
			case phoneType == authmethod.PhoneTypeMobile:
				mobile = row
			// The file has no mobile, and the tenant may have one: Graph
			// decides.
			case phoneType == authmethod.PhoneTypeAlternateMobile && mobile < 0:
				b.Findings = append(b.Findings, authmethod.Finding{Row: row, Problem: b.noMobile})
			case phoneType == authmethod.PhoneTypeAlternateMobile && b.at(row).Number == b.at(mobile).Number:
				b.note(row, authmethod.CodeSameNumber, b.at(mobile).Line)
			}
			kept = append(kept, row)
		}
	}
	return kept
}

// sameType is the rows at the head of group that are of one type. The group is
// sorted by type.
func (b *builder) sameType(group []authmethod.RowNumber) []authmethod.RowNumber {
	n := 1
	for n < len(group) && b.at(group[n]).PhoneType == b.at(group[0]).PhoneType {
		n++
	}
	return group[:n]
}

// chooseOne returns the row to send among a user's rows of one type. Equal rows
// after the first are duplicates; different ones contradict each other. The bool
// is false where none is to be sent.
func (b *builder) chooseOne(same []authmethod.RowNumber) (authmethod.RowNumber, bool) {
	fit := make([]authmethod.RowNumber, 0, 1)
	contradict := false
	for _, n := range same {
		if b.at(n).Rejected() {
			continue
		}
		fit = append(fit, n)
		contradict = contradict || b.at(n).Number != b.at(fit[0]).Number
	}
	if len(fit) == 0 {
		return 0, false
	}
	if contradict {
		b.rejectContradiction(fit)
		return 0, false
	}
	for _, n := range fit[1:] {
		b.note(n, authmethod.CodeDuplicate, b.at(fit[0]).Line)
		b.decide(n, authmethod.Result{Outcome: authmethod.Duplicate, Reason: authmethod.CodeDuplicate})
	}
	return fit[0], true
}
