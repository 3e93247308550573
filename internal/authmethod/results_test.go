package authmethod_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

func problem(code authmethod.Code) *authmethod.Problem {
	return &authmethod.Problem{Code: code, Message: "message of " + string(code), Advice: "advice of " + string(code)}
}

func TestResultsBeginWithWhatIsKnown(t *testing.T) {
	rows := new(authmethod.Rows)
	rows.Append(authmethod.Row{})
	rows.Append(authmethod.Row{Findings: &authmethod.Findings{Problems: []authmethod.Problem{*problem("a"), *problem("b")}}})
	rows.Append(authmethod.Row{Findings: &authmethod.Findings{Notes: []authmethod.Problem{*problem("c")}}})
	rows.Append(authmethod.Row{})
	results := authmethod.NewResults(rows, []authmethod.Finding{
		{Row: 3, Problem: problem("f"), Stops: true}, {Row: 1, Problem: problem("d"), Stops: true}, {Row: 2, Problem: problem("e")},
	})
	for n, want := range []authmethod.Result{
		{Outcome: authmethod.NotAttempted, Class: authmethod.Retry},
		{Outcome: authmethod.Rejected, Class: authmethod.FixData, Reason: "a", Message: "message of a; message of b; message of d", Advice: "advice of a; advice of b; advice of d"},
		{Outcome: authmethod.NotAttempted, Class: authmethod.Retry},
		{Outcome: authmethod.Rejected, Class: authmethod.FixData, Reason: "f", Message: "message of f", Advice: "advice of f"},
	} {
		if got := results.At(authmethod.RowNumber(n)); got != want {
			t.Errorf("row %d: %+v, want %+v", n, got, want)
		}
	}
	if notes := results.Findings(2).Notes; len(notes) != 2 || notes[0].Code != "c" || notes[1].Code != "e" {
		t.Errorf("notes of row 2: %+v, want those of the reading before those of the plan", notes)
	}
	if results.Findings(2); len(rows.At(2).Found().Notes) != 1 {
		t.Error("asking for findings changed the row")
	}
}

// The end of a run decides the rows that the run has not come to, and no other.
func TestResultsEnd(t *testing.T) {
	rows := new(authmethod.Rows)
	for range 3 {
		rows.Append(authmethod.Row{})
	}
	results := authmethod.NewResults(rows, nil)
	results.Set(0, authmethod.Result{Outcome: authmethod.Created})
	results.Set(1, authmethod.Result{Outcome: authmethod.NotAttempted, Message: "its user is unknown"})
	results.End(authmethod.Result{Outcome: authmethod.NotAttempted, Message: "interrupted"})
	for n, want := range []string{"", "its user is unknown", "interrupted"} {
		if got := results.At(authmethod.RowNumber(n)).Message; got != want {
			t.Errorf("row %d: message %q, want %q", n, got, want)
		}
	}
	if results.AllDone() {
		t.Error("all is done, though two rows were not sent")
	}
}

// Whatever is decided, in any order, each row has one outcome and the counts add
// up to the rows.
func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := new(authmethod.Rows)
		var found []authmethod.Finding
		for n := range rapid.IntRange(0, 3000).Draw(t, "rows") {
			rows.Append(authmethod.Row{})
			if n%7 == 3 {
				found = append(found, authmethod.Finding{Row: authmethod.RowNumber(n), Problem: problem("p"), Stops: n%2 == 0})
			}
		}
		results := authmethod.NewResults(rows, found)
		for range rapid.IntRange(0, 50).Draw(t, "decisions") {
			if rows.Len() > 0 {
				n := authmethod.RowNumber(rapid.IntRange(0, rows.Len()-1).Draw(t, "row"))
				results.Set(n, authmethod.Result{Outcome: rapid.SampledFrom(authmethod.Outcomes()).Draw(t, "outcome")})
			}
		}
		sum := 0
		for _, n := range results.Counts() {
			sum += n
		}
		if sum != rows.Len() {
			t.Fatalf("the counts add up to %d, want %d", sum, rows.Len())
		}
	})
}

// A pointer to a row stays good while the list grows.
func TestRowsNeverMove(t *testing.T) {
	rows := new(authmethod.Rows)
	first := rows.Append(authmethod.Row{User: "first"})
	for i := range 5000 {
		rows.Append(authmethod.Row{User: fmt.Sprint(i)})
	}
	if rows.At(0) != first || rows.Len() != 5001 || rows.At(5000).User != "4999" {
		t.Errorf("row 0 moved, or %d rows with the last %q", rows.Len(), rows.At(authmethod.RowNumber(rows.Len()-1)).User)
	}
	n := authmethod.RowNumber(0)
	for at, row := range rows.All() {
		if at != n || row != rows.At(n) {
			t.Fatalf("row %d came as %d", n, at)
		}
		n++
	}
}
