// Package plan turns the rows of a file into what is to be sent: for each user
// a lane of rows in the order that Graph needs, mobile before alternateMobile
// before office, wherever they stood in the file.
//
// It also finds what only the whole file can show: rows that repeat each other,
// rows that contradict each other, and numbers that several users share. It
// knows neither Graph nor files, and the same rows always give the same plan:
// lanes stand in the order in which their users first appear, and no map is
// ever walked.
//
// Its one invariant: every row is in exactly one lane, or decided here, or
// rejected.
package plan

import (
	"cmp"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// Plan is what is to be sent, and what is decided without sending.
type Plan struct {
	Lanes     []authmethod.Lane
	Decisions []Decision // in the order of the rows
}

// Decision is the outcome of a row that is fit to be sent and will not be.
type Decision struct {
	Row     int
	Outcome authmethod.Outcome // Duplicate or Dependency
	Because int                // the row that it repeats or depends on
}

// Build plans the sending of rows. What it finds it writes into the rows:
// a problem where rows of one user and type contradict each other (all of them
// are rejected, since either may be the wrong one), and notes where rows repeat
// each other, share a number with other users, or have no mobile before them.
func Build(rows *authmethod.Rows) *Plan {
	p := &Plan{}
	byUser, ends := groupByUser(rows)
	kept := byUser[:0] // compacted in place: a lane never grows
	start := int32(0)
	for _, end := range ends {
		first := len(kept)
		kept = append(kept, p.lane(rows, byUser[start:end])...)
		if len(kept) > first {
			p.Lanes = append(p.Lanes, authmethod.Lane(kept[first:len(kept):len(kept)]))
		}
		start = end
	}
	slices.SortFunc(p.Decisions, func(a, b Decision) int { return cmp.Compare(a.Row, b.Row) })
	noteShared(rows)
	return p
}

// groupByUser returns the indexes of all rows that name a user, grouped by
// user, and where each group ends. Users stand in order of first appearance
// and their rows in the order of the file. The directory compares user names
// without regard to case, and so does this.
func groupByUser(rows *authmethod.Rows) (byUser, ends []int32) {
	laneOf := make([]int32, rows.Len())
	lanes := make(map[string]int32)
	for i, row := range rows.All() {
		if row.User == "" {
			laneOf[i] = -1
			continue
		}
		key := strings.ToLower(row.User)
		lane, known := lanes[key]
		if !known {
			lane = int32(len(ends))
			lanes[key] = lane
			ends = append(ends, 0)
		}
		laneOf[i] = lane
		ends[lane]++
	}
	total := int32(0)
	for lane, size := range ends {
		ends[lane] = total // for now where the group starts
		total += size
	}
	byUser = make([]int32, total)
	for i, lane := range laneOf {
		if lane >= 0 {
			byUser[ends[lane]] = int32(i)
			ends[lane]++
		}
	}
	return byUser, ends
}

// lane orders one user's rows and leaves out those that are not to be sent. It
// works within the slice it is given: it writes only where it has read.
func (p *Plan) lane(rows *authmethod.Rows, group []int32) []int32 {
	slices.SortStableFunc(group, func(a, b int32) int {
		return cmp.Compare(rows.At(int(a)).PhoneType.Rank(), rows.At(int(b)).PhoneType.Rank())
	})
	kept := group[:0]
	mobile, refused := false, int32(-1) // a mobile is kept; one stands in the file and is rejected
	for len(group) > 0 {
		same := sameType(rows, group)
		group = group[len(same):]
		head := same[0]
		phoneType := rows.At(int(head)).PhoneType
		row, fit := p.chooseOne(rows, same)
		switch {
		case !fit && phoneType == authmethod.PhoneTypeMobile:
			refused = head
		case !fit:
		case phoneType == authmethod.PhoneTypeAlternateMobile && !mobile && refused >= 0:
			rows.At(int(row)).Note(noteHeldBack(rows.At(int(refused)).Line))
			p.Decisions = append(p.Decisions, Decision{int(row), authmethod.Dependency, int(refused)})
		default:
			if phoneType == authmethod.PhoneTypeAlternateMobile && !mobile {
				rows.At(int(row)).Note(noteNoMobile())
			}
			mobile = mobile || phoneType == authmethod.PhoneTypeMobile
			kept = append(kept, row)
		}
	}
	return kept
}

// sameType is the rows at the head of group that are of one type.
func sameType(rows *authmethod.Rows, group []int32) []int32 {
	n := 1
	for n < len(group) && rows.At(int(group[n])).PhoneType == rows.At(int(group[0])).PhoneType {
		n++
	}
	return group[:n]
}

// chooseOne returns the row to send among a user's rows of one type. Equal
// rows after the first are duplicates; different ones contradict each other.
func (p *Plan) chooseOne(rows *authmethod.Rows, same []int32) (int32, bool) {
	fit := make([]int32, 0, 1)
	contradict := false
	for _, i := range same {
		if rows.At(int(i)).Rejected() {
			continue
		}
		fit = append(fit, i)
		contradict = contradict || rows.At(int(i)).Number != rows.At(int(fit[0])).Number
	}
	if len(fit) == 0 {
		return 0, false
	}
	if contradict {
		rejectContradiction(rows, fit)
		return 0, false
	}
	for _, i := range fit[1:] {
		rows.At(int(i)).Note(noteDuplicate(rows.At(int(fit[0])).Line))
		p.Decisions = append(p.Decisions, Decision{int(i), authmethod.Duplicate, int(fit[0])})
	}
	return fit[0], true
}
