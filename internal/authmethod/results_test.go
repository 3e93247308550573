package authmethod_test

import (
	"fmt"
	"strings"
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

// From the first moment each row has one outcome: it is rejected where the
// reading or the plan found a problem, and else not attempted. The reason is the
// first problem, and the message tells all of them.
func TestEveryRowHasAnOutcomeAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rowsOf(rapid.IntRange(0, 40).Draw(t, "rows"))
		want := make([][]string, rows.Len()) // the codes of problems
		codes := rapid.SliceOfN(rapid.SampledFrom([]authmethod.Code{"a", "b", "c"}), 0, 3)
		for n, row := range rows.All() {
			if rapid.Bool().Draw(t, "found while reading") {
				row.Findings = &authmethod.Findings{Notes: []authmethod.Problem{*problem("note")}}
				for _, code := range codes.Draw(t, "problems") {
					row.Findings.Problems = append(row.Findings.Problems, *problem(code))
					want[n] = append(want[n], "message of "+string(code))
				}
			}
		}
		var found []authmethod.Finding
		if rows.Len() > 0 {
			for _, n := range rapid.SliceOf(rapid.IntRange(0, rows.Len()-1)).Draw(t, "found by the plan") {
				f := authmethod.Finding{Row: authmethod.RowNumber(n), Stops: rapid.Bool().Draw(t, "stops"), Problem: problem("plan")}
				if found = append(found, f); f.Stops {
					want[n] = append(want[n], "message of plan")
				}
			}
		}
		results := authmethod.NewResults(rows, found)
		for n, messages := range want {
			got := results.At(authmethod.RowNumber(n))
			switch {
			case len(messages) == 0 && got != (authmethod.Result{Outcome: authmethod.NotAttempted, Class: authmethod.Retry}):
				t.Fatalf("row %d without a problem: %+v", n, got)
			case len(messages) > 0 && (got.Outcome != authmethod.Rejected || got.Class != authmethod.FixData ||
				got.Message != strings.Join(messages, "; ") || "message of "+string(got.Reason) != messages[0]):
				t.Fatalf("row %d with %q: %+v", n, messages, got)
			}
		}
	})
}

// The last decision about a row is its outcome, and the only one that counts.
func TestLaterDecisionsReplaceEarlierOnes(t *testing.T) {
	results := authmethod.NewResults(rowsOf(2), nil)
	for _, outcome := range []authmethod.Outcome{authmethod.Unknown, authmethod.Failed, authmethod.Created} {
		results.Set(0, authmethod.Result{Outcome: outcome, RequestID: string(outcome)})
		if got := results.At(0); got.Outcome != outcome || got.RequestID != string(outcome) {
			t.Errorf("the row is %+v, want it %s", got, outcome)
		}
		if got, want := fmt.Sprint(results.Counts()), fmt.Sprint(map[authmethod.Outcome]int{outcome: 1, authmethod.NotAttempted: 1}); got != want {
			t.Errorf("the counts are %s, want %s", got, want)
		}
	}
}

// Rows that one end decided, or one variable, do not change with each other.
func TestResultsOfRowsAreTheirOwn(t *testing.T) {
	results := authmethod.NewResults(rowsOf(3), nil)
	decided := authmethod.Result{Outcome: authmethod.Failed, Message: "as it was decided"}
	results.Set(0, decided)
	decided.Message = "changed"
	copied := results.At(0)
	copied.Message = "changed"
	results.End(authmethod.Result{Outcome: authmethod.NotAttempted, Message: "interrupted"})
	results.Set(1, authmethod.Result{Outcome: authmethod.Created, Message: "after all"})
	for n, want := range []string{"as it was decided", "after all", "interrupted"} {
		if got := results.At(authmethod.RowNumber(n)).Message; got != want {
			t.Errorf("row %d: message %q, want %q", n, got, want)
		}
	}
}

// A run ends once: what rejected a row, and the first reason, stay.
func TestEndReplacesNothing(t *testing.T) {
	rows := rowsOf(2)
	results := authmethod.NewResults(rows, []authmethod.Finding{{Row: 1, Problem: problem("p"), Stops: true}})
	for _, reason := range []string{"interrupted", "no connection"} {
		results.End(authmethod.Result{Outcome: authmethod.NotAttempted, Message: reason})
	}
	if got := results.At(0).Message; got != "interrupted" {
		t.Errorf("the row was not sent because of %q, want the first reason", got)
	}
	if got := results.At(1); got.Outcome != authmethod.Rejected || got.Reason != "p" {
		t.Errorf("a row that was rejected is %+v at the end", got)
	}
	if results.Rows() != rows {
		t.Error("the results are about other rows")
	}
}

// Rows may share what was found about them; what the plan adds to one is not the
// other's, and does not change with the next question.
func TestFindingsAreNotMixed(t *testing.T) {
	shared := &authmethod.Findings{Problems: make([]authmethod.Problem, 1, 8), Notes: make([]authmethod.Problem, 0, 8)}
	shared.Problems[0] = *problem("read")
	rows := new(authmethod.Rows)
	for range 3 {
		rows.Append(authmethod.Row{Findings: shared})
	}
	rows.Append(authmethod.Row{})
	results := authmethod.NewResults(rows, []authmethod.Finding{
		{Row: 2, Problem: problem("two"), Stops: true}, {Row: 0, Problem: problem("zero"), Stops: true}, {Row: 0, Problem: problem("note")}, {Row: 2, Problem: problem("remark")},
	})
	all := make([]authmethod.Findings, rows.Len())
	for n := range rows.All() {
		all[n] = results.Findings(n)
	}
	for n, want := range []string{"read zero|note", "read|", "read two|remark", "|"} {
		var codes [2][]string
		for i, list := range [2][]authmethod.Problem{all[n].Problems, all[n].Notes} {
			for _, p := range list {
				codes[i] = append(codes[i], string(p.Code))
			}
		}
		if got := strings.Join(codes[0], " ") + "|" + strings.Join(codes[1], " "); got != want {
			t.Errorf("row %d: found %q, want %q", n, got, want)
		}
	}
}
