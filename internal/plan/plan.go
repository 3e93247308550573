// Package plan turns the rows of a file into what is to be sent: for each user a
// lane of tasks in the order that Graph needs, wherever their rows stood in the
// file: removals first, alternateMobile before mobile, then what is written, mobile
// before alternateMobile before office. For a rollback, [Undo] does the same.
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
// Duplicate, Dependency, or Unchanged because the file says skip. The caller puts it into the results as it is.
type Decision struct {
	Row    authmethod.RowNumber
	Result authmethod.Result
}

// Policy is what a run does where the rows do not say so themselves.
type Policy struct {
	Existing authmethod.Existing // for rows without an action
	SMS      authmethod.Verb     // EnableSMS, DisableSMS, or None

	// Found is what was found about the rows in the directory. It is part of the
	// plan's findings, and stops rows as those do.
	Found []authmethod.Finding
}

// Build plans what is to be done about rows. It finds a problem where rows of one
// user and type contradict each other (all of them are rejected, since either may be
// the wrong one), and notes where rows repeat each other, share a number with other
// users, or have no mobile before them. The rows stay as they are.
func Build(rows *authmethod.Rows, policy Policy) Plan {
	noMobile := authmethod.CodeNoMobile.Problem()
	b := &builder{rows: rows, policy: policy, stopped: map[authmethod.RowNumber]bool{}, noMobile: &noMobile}
	b.Findings = slices.Clone(policy.Found)
	for _, f := range policy.Found {
		if f.Stops {
			b.stopped[f.Row] = true
		}
	}
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
			tasks = append(tasks, b.task(row))
		}
		if len(tasks) > before {
			// The capacity ends with the lane, so that no append reaches the
			// next user's.
			lane := authmethod.Lane(tasks[before:len(tasks):len(tasks)])
			order(rows, lane)
			b.Lanes = append(b.Lanes, lane)
		}
	}
	// They were made user by user.
	slices.SortFunc(b.Decisions, func(a, b Decision) int { return cmp.Compare(a.Row, b.Row) })
	b.noteShared()
	authmethod.SortFindings(b.Findings)
	return b.Plan
}

// task is what is to be done about a row.
func (b *builder) task(n authmethod.RowNumber) authmethod.Task {
	row := b.at(n)
	task := authmethod.Task{Row: n, Verb: authmethod.Create, Existing: b.policy.Existing, SMS: cmp.Or(row.SMS, b.policy.SMS)}
	switch row.Action {
	case authmethod.Upsert:
		task.Existing = authmethod.OverwriteExisting
	case authmethod.CreateOnly:
		task.Existing = authmethod.KeepExisting
	case authmethod.UpdateOnly:
		task.Verb, task.Existing = authmethod.Update, authmethod.OverwriteExisting
	case authmethod.Remove:
		task.Verb, task.Existing, task.SMS = authmethod.Delete, authmethod.OverwriteExisting, authmethod.None
		if !row.Number.IsZero() {
			task.Existing = authmethod.ReplaceExpected
		}
	}
	if row.PhoneType != authmethod.PhoneTypeMobile {
		task.SMS = authmethod.None // Graph has it for mobiles only
	}
	return task
}

// order is that in which Graph takes the tasks of one user: an alternateMobile is
// removed before its mobile, and written behind it; see
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete and
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods.
func order(rows *authmethod.Rows, lane authmethod.Lane) {
	rank := func(t authmethod.Task) int {
		rank := rows.At(t.Row).PhoneType.Rank()
		if t.Verb == authmethod.Delete {
			return -rank - 1
		}
		return rank
	}
	slices.SortStableFunc(lane, func(a, b authmethod.Task) int { return cmp.Compare(rank(a), rank(b)) })
}

// Undo plans what takes back a run: tasks has what undoes each row, which it does as
// it is. Nothing is found and nothing decided: the rows are what was done, not what
// somebody wants.
func Undo(rows *authmethod.Rows, tasks []authmethod.Task) (lanes []authmethod.Lane) {
	next, first := ofUsers(rows)
	for n := range authmethod.RowNumber(rows.Len()) {
		if !first[n] {
			continue
		}
		var lane authmethod.Lane
		for m := n; m >= 0; m = next[m] {
			lane = append(lane, tasks[m])
		}
		order(rows, lane)
		lanes = append(lanes, lane)
	}
	return lanes
}

// builder is a plan in the making.
type builder struct {
	Plan
	rows     *authmethod.Rows
	policy   Policy
	stopped  map[authmethod.RowNumber]bool
	noMobile *authmethod.Problem // of all rows that have it
}

func (b *builder) at(n authmethod.RowNumber) *authmethod.Row { return b.rows.At(n) }

// rejected reports whether a problem stops the row, be it of the row itself or found
// since.
func (b *builder) rejected(n authmethod.RowNumber) bool { return b.at(n).Rejected() || b.stopped[n] }

// note adds a note, which does not stop the row.
func (b *builder) note(n authmethod.RowNumber, code authmethod.Code, args ...any) {
	p := code.Problem(args...)
	b.Findings = append(b.Findings, authmethod.Finding{Row: n, Problem: &p})
}

// reject adds a problem, which stops the row. A number that is not sent is not noted
// as shared either.
func (b *builder) reject(n authmethod.RowNumber, code authmethod.Code, args ...any) {
	p := code.Problem(args...)
	b.Findings = append(b.Findings, authmethod.Finding{Row: n, Problem: &p, Stops: true})
	b.stopped[n] = true
}

// decide gives a row its outcome, so that it is not sent.
func (b *builder) decide(n authmethod.RowNumber, result authmethod.Result) {
	b.Decisions = append(b.Decisions, Decision{n, result})
}

// ofUsers chains the rows of each user, whom several names may mean. The directory
// compares user names without regard to case, and so does this. Rows without a user,
// which are rejected already, are in no chain.
func ofUsers(rows *authmethod.Rows) (next []authmethod.RowNumber, first []bool) {
	return link(rows, func(row *authmethod.Row) uint32 {
		if row.User == "" {
			return 0
		}
		return uint32(maphash.String(seed, strings.ToLower(rows.Address(row))))
	}, func(a, b *authmethod.Row) bool { return strings.EqualFold(rows.Address(a), rows.Address(b)) })
}

// lane orders one user's rows by type and leaves out those that are not to be sent. It
// works within the slice it is given: it writes only where it has read. Of
// rejected rows only a mobile matters: the user's alternateMobile waits for the
// corrected file with it.
func (b *builder) lane(group []authmethod.RowNumber) []authmethod.RowNumber {
	group = slices.DeleteFunc(group, func(n authmethod.RowNumber) bool {
		skip := b.at(n).Action == authmethod.Skip && !b.rejected(n)
		if skip {
			b.decide(n, authmethod.CodeSkipped.Result(authmethod.Unchanged))
		}
		return skip
	})
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
		alternate := phoneType == authmethod.PhoneTypeAlternateMobile && b.at(row).Action != authmethod.Remove
		switch {
		case !fit && phoneType == authmethod.PhoneTypeMobile:
			refused = head
		case !fit:
		// Graph would refuse it as long as the mobile is missing.
		case alternate && mobile < 0 && refused >= 0:
			line := b.at(refused).Line
			b.note(row, authmethod.CodeHeldBack, line)
			b.decide(row, authmethod.CodeHeldBackPlan.Result(authmethod.Dependency, line))
		case alternate && mobile >= 0 && b.at(mobile).Action == authmethod.Remove:
			b.reject(row, authmethod.CodeMobileRemoved, b.at(mobile).Line)
			b.reject(mobile, authmethod.CodeMobileRemovedNeeded, b.at(row).Line)
			kept = kept[:0] // nothing but the mobile is before it
		default:
			switch {
			case phoneType == authmethod.PhoneTypeMobile:
				mobile = row
			// The file has no mobile, and the tenant may have one: Graph
			// decides.
			case alternate && mobile < 0:
				b.Findings = append(b.Findings, authmethod.Finding{Row: row, Problem: b.noMobile})
			case alternate && b.at(row).Number == b.at(mobile).Number:
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
	numbers, actions := false, false // contradict each other
	for _, n := range same {
		if b.rejected(n) {
			continue
		}
		fit = append(fit, n)
		numbers = numbers || b.at(n).Number != b.at(fit[0]).Number
		actions = actions || b.at(n).Action != b.at(fit[0]).Action
	}
	switch {
	case len(fit) == 0:
		return 0, false
	case actions:
		b.rejectActions(fit)
		return 0, false
	case numbers:
		b.rejectContradiction(fit)
		return 0, false
	}
	for _, n := range fit[1:] {
		b.note(n, authmethod.CodeDuplicate, b.at(fit[0]).Line)
		b.decide(n, authmethod.Result{Outcome: authmethod.Duplicate, Reason: authmethod.CodeDuplicate})
	}
	return fit[0], true
}
