package plan

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// maxLines is how many lines a problem names, so that a file that is one long
// contradiction does not give texts that grow with its square.
const maxLines = 5

// rejectContradiction rejects rows of one user and type with different numbers.
// Either may be the wrong one, so none is sent. The problem of each names the
// lines of the others, a few at most.
func (b *builder) rejectContradiction(contradicting []authmethod.RowNumber) {
	count := make(map[authmethod.PhoneNumber]int)
	var witnesses []*authmethod.Row // enough to name maxLines others to any row
	for _, n := range contradicting {
		row := b.at(n)
		// A few rows of each number, and one number more than are named:
		// whichever number a row has, enough others are left.
		if count[row.Number]++; count[row.Number] <= maxLines && len(count) <= maxLines+1 {
			witnesses = append(witnesses, row)
		}
	}
	for _, n := range contradicting {
		row := b.at(n)
		lines := otherLines(row, witnesses, len(contradicting)-count[row.Number])
		b.reject(n, authmethod.CodeContradiction, row.PhoneType, lines)
	}
}

// rejectActions rejects rows of one user and type that ask for different things. The
// problem of each names the first row that asks for another one than it.
func (b *builder) rejectActions(contradicting []authmethod.RowNumber) {
	for _, n := range contradicting {
		other := slices.IndexFunc(contradicting, func(m authmethod.RowNumber) bool { return b.at(m).Action != b.at(n).Action })
		row := b.at(contradicting[other])
		b.reject(n, authmethod.CodeActions, b.at(n).Action.String(), row.Action.String(), row.Line)
	}
}

// otherLines names the lines of rows with another number than row's, of which
// there are total. A line with several phones is named once.
func otherLines(row *authmethod.Row, witnesses []*authmethod.Row, total int) string {
	var named []string
	for _, other := range witnesses {
		line := fmt.Sprint(other.Line)
		if other.Number != row.Number && len(named) < maxLines && !slices.Contains(named, line) {
			named = append(named, line)
		}
	}
	text := "line " + named[0]
	if len(named) > 1 {
		text = "lines " + strings.Join(named, ", ")
	}
	if total > len(named) {
		text += fmt.Sprintf(" and %d more", total-len(named))
	}
	return text
}

// maxNamed is how many of the users that share a number are named.
const maxNamed = 10

// noteShared notes on every row whose number several users have who they are. It
// is no problem: people share phones, and Graph accepts it; but a number that
// slipped down a column looks the same. Chains are walked in the order of the
// file, so that the notes are the same in every run.
func (b *builder) noteShared() {
	next, first := link(b.rows, func(row *authmethod.Row) uint32 {
		if row.Number.IsZero() || row.User == "" || row.Action == authmethod.Remove || row.Action == authmethod.Skip {
			return 0
		}
		return uint32(maphash.Comparable(seed, row.Number))
	}, func(x, y *authmethod.Row) bool { return x.Number == y.Number })
	var sharing []authmethod.RowNumber
	for n, is := range first {
		if !is || next[n] < 0 {
			continue
		}
		sharing = sharing[:0]
		for m := authmethod.RowNumber(n); m >= 0; m = next[m] {
			if !b.stopped[m] {
				sharing = append(sharing, m)
			}
		}
		// One user may have a number twice: for that there are other findings.
		if slices.ContainsFunc(sharing, func(m authmethod.RowNumber) bool {
			return !strings.EqualFold(b.rows.Address(b.at(m)), b.rows.Address(b.at(sharing[0])))
		}) {
			note := b.sharedNote(sharing)
			for _, m := range sharing {
				b.Findings = append(b.Findings, authmethod.Finding{Row: m, Problem: &note})
			}
		}
	}
}

// sharedNote is one text for all rows that share a number, so that a report can
// print it once. It names users and lines, and never the number.
func (b *builder) sharedNote(sharing []authmethod.RowNumber) authmethod.Problem {
	users := make(map[string]bool)
	var named []string
	for _, n := range sharing {
		row := b.at(n)
		key := strings.ToLower(row.User)
		if !users[key] && len(named) < maxNamed {
			named = append(named, fmt.Sprintf("%s (line %d)", row.User, row.Line))
		}
		users[key] = true
	}
	text := strings.Join(named, ", ")
	if len(users) > len(named) {
		text += fmt.Sprintf(" and %d more", len(users)-len(named))
	}
	return authmethod.CodeSharedNumber.Problem(len(users), text)
}
