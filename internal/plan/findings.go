package plan

import (
	"fmt"
	"strings"

	"entraphone/internal/authmethod"
)

// rejectContradiction rejects rows of one user and type with different
// numbers. Either may be the wrong one, so none is sent.
func rejectContradiction(rows *authmethod.Rows, contradicting []int32) {
	for _, i := range contradicting {
		others := make([]int32, 0, len(contradicting)-1)
		for _, j := range contradicting {
			if i != j {
				others = append(others, rows.At(int(j)).Line)
			}
		}
		row := rows.At(int(i))
		row.Reject(authmethod.Problem{
			Code:    "contradiction",
			Message: fmt.Sprintf("the file gives this user another %s on %s", row.PhoneType, lines(others)),
			Advice:  "keep the row that is right and take the others out",
		})
	}
}

// lines names at most five lines, so that a file that is one long
// contradiction does not give texts that grow with its square.
func lines(numbers []int32) string {
	var b strings.Builder
	b.WriteString("line ")
	for i, n := range numbers {
		if i == 5 {
			fmt.Fprintf(&b, " and %d more", len(numbers)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	return b.String()
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

// noteShared notes on every row whose number several users have who they are.
// It is no problem: people share phones, and Graph takes it; but a number that
// slipped down a column looks the same.
func noteShared(rows *authmethod.Rows) {
	firstOf := make(map[authmethod.PhoneNumber]int32, rows.Len())
	sharing := make(map[authmethod.PhoneNumber][]int32) // only numbers with several users
	var numbers []authmethod.PhoneNumber                // the keys of sharing, in order
	for i, row := range rows.All() {
		if row.Number.IsZero() || row.User == "" {
			continue
		}
		first, seen := firstOf[row.Number]
		switch {
		case !seen:
			firstOf[row.Number] = int32(i)
		case sharing[row.Number] != nil:
			sharing[row.Number] = append(sharing[row.Number], int32(i))
		case !strings.EqualFold(rows.At(int(first)).User, row.User):
			sharing[row.Number] = []int32{first, int32(i)}
			numbers = append(numbers, row.Number)
		}
	}
	for _, number := range numbers {
		note := sharedNote(rows, sharing[number])
		for _, i := range sharing[number] {
			rows.At(int(i)).Note(note)
		}
	}
}

// sharedNote is one text for all rows that share a number.
func sharedNote(rows *authmethod.Rows, sharing []int32) authmethod.Problem {
	users := make(map[string]bool)
	var named []string
	for _, i := range sharing {
		row := rows.At(int(i))
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
