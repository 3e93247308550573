package plan

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// maxLines is how many lines a problem names, so that a file that is one long
// contradiction does not give texts that grow with its square.
const maxLines = 5

// rejectContradiction rejects rows of one user and type with different
// numbers. Either may be the wrong one, so none is sent.
func rejectContradiction(rows *authmethod.Rows, contradicting []int32) {
	count := make(map[authmethod.PhoneNumber]int)
	var witnesses []*authmethod.Row // enough to name maxLines others to any row
	for _, i := range contradicting {
		row := rows.At(int(i))
		if count[row.Number]++; count[row.Number] <= maxLines && len(count) <= maxLines+1 {
			witnesses = append(witnesses, row)
		}
	}
	problems := make([]authmethod.Problem, len(contradicting))
	for n, i := range contradicting {
		row := rows.At(int(i))
		problems[n] = authmethod.Problem{
			Code:    "contradiction",
			Message: fmt.Sprintf("the file gives this user another %s on %s", row.PhoneType, otherLines(row, witnesses, len(contradicting)-count[row.Number])),
			Advice:  "keep the row that is right and take the others out",
		}
	}
	for n, i := range contradicting { // only now: rejecting takes the numbers away
		rows.At(int(i)).Reject(problems[n])
	}
}

// otherLines names the lines of rows with another number than row's, of which
// there are total.
func otherLines(row *authmethod.Row, witnesses []*authmethod.Row, total int) string {
	var named []string
	for _, other := range witnesses {
		if other.Number != row.Number && len(named) < maxLines {
			named = append(named, fmt.Sprint(other.Line))
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

func noteDuplicate(line int32) authmethod.Problem {
	return authmethod.Problem{Code: "duplicate", Message: fmt.Sprintf("the same user, type and number stand on line %d", line), Advice: "nothing to do; it is sent once"}
}

func noteHeldBack(line int32) authmethod.Problem {
	return authmethod.Problem{Code: "held-back", Message: fmt.Sprintf("this user's mobile on line %d is rejected, and Graph takes an alternateMobile only after a mobile", line), Advice: "correct the mobile and run again"}
}

func noteNoMobile() authmethod.Problem {
	return authmethod.Problem{Code: "no-mobile", Message: "the file has no mobile for this user; Graph takes an alternateMobile only where a mobile stands already", Advice: "add the mobile unless the tenant has it"}
}

// maxNamed is how many of the users that share a number are named.
const maxNamed = 10

// hashed is a row and the hash of its number. Sorting hashes finds equal
// numbers in a third of the memory that a map of them takes.
type hashed struct {
	hash uint64
	row  int32
}

// noteShared notes on every row whose number several users have who they are.
// It is no problem: people share phones, and Graph takes it; but a number that
// slipped down a column looks the same.
func noteShared(rows *authmethod.Rows) {
	seed := maphash.MakeSeed()
	numbers := make([]hashed, 0, rows.Len())
	for i, row := range rows.All() {
		if !row.Number.IsZero() && row.User != "" {
			numbers = append(numbers, hashed{maphash.String(seed, row.Number.Graph()), int32(i)})
		}
	}
	number := func(h hashed) string { return rows.At(int(h.row)).Number.Graph() }
	slices.SortFunc(numbers, func(a, b hashed) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.row, b.row))
	})
	for len(numbers) > 0 {
		same := 1
		for same < len(numbers) && numbers[same].hash == numbers[0].hash && number(numbers[same]) == number(numbers[0]) {
			same++
		}
		noteSharing(rows, numbers[:same])
		numbers = numbers[same:]
	}
}

// noteSharing notes on rows of one number that they share it, if they are of
// several users.
func noteSharing(rows *authmethod.Rows, sharing []hashed) {
	first := rows.At(int(sharing[0].row)).User
	if !slices.ContainsFunc(sharing, func(h hashed) bool { return !strings.EqualFold(rows.At(int(h.row)).User, first) }) {
		return
	}
	note := sharedNote(rows, sharing)
	for _, h := range sharing {
		rows.At(int(h.row)).Note(note)
	}
}

// sharedNote is one text for all rows that share a number.
func sharedNote(rows *authmethod.Rows, sharing []hashed) authmethod.Problem {
	users := make(map[string]bool)
	var named []string
	for _, h := range sharing {
		row := rows.At(int(h.row))
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
	return authmethod.Problem{
		Code:    "shared-number",
		Message: fmt.Sprintf("%d users share this number: %s", len(users), text),
		Advice:  "check that it is not a number that slipped into other rows",
	}
}
