package authmethod_test

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

// rowsOf are n rows on the lines from 1.
func rowsOf(n int) *authmethod.Rows {
	rows := new(authmethod.Rows)
	for i := range n {
		rows.Append(authmethod.Row{Line: int32(i + 1)})
	}
	return rows
}

// Rows are kept in chunks of 1024: on both sides of each edge every row is there
// once, in the order of the file.
func TestRowsAtTheEdgesOfChunks(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1023, 1024, 1025, 2047, 2048, 2049} {
		rows := rowsOf(n)
		if rows.Len() != n {
			t.Errorf("%d rows are counted as %d", n, rows.Len())
		}
		var lines []int32
		for number, row := range rows.All() {
			if lines = append(lines, row.Line); row.Line != int32(number)+1 {
				t.Fatalf("of %d rows number %d is on line %d", n, number, row.Line)
			}
		}
		if len(lines) != n {
			t.Errorf("of %d rows %d were told", n, len(lines))
		}
	}
}

func TestAllStopsWhereItsCallerDoes(t *testing.T) {
	seen := 0
	for n := range rowsOf(3000).All() {
		if seen++; n == 1024 {
			break
		}
	}
	if seen != 1025 {
		t.Errorf("%d rows were told, want those up to number 1024", seen)
	}
}

// A number that no row has is a mistake of the program, never another row.
func TestRowsThatThereAreNot(t *testing.T) {
	rows := rowsOf(1024)
	for _, n := range []authmethod.RowNumber{-1, 1024, 1025, math.MaxInt32} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("row %d of 1024 was given out", n)
				}
			}()
			rows.At(n)
		}()
	}
}

// What Append returns is the row itself.
func TestAppendGivesTheRow(t *testing.T) {
	rows, given := new(authmethod.Rows), authmethod.Row{User: "ada@example.com"}
	kept := rows.Append(given)
	kept.Findings = &authmethod.Findings{Problems: []authmethod.Problem{*problem("a")}}
	if !rows.At(0).Rejected() || given.Rejected() {
		t.Error("a problem was added to a copy of the row, or to the value that it was made from")
	}
}

func TestRejectedRows(t *testing.T) {
	for _, test := range []struct {
		findings *authmethod.Findings
		want     bool
		why      string
	}{
		{nil, false, "nothing was found"},
		{&authmethod.Findings{}, false, "nor was anything here"},
		{&authmethod.Findings{Notes: []authmethod.Problem{*problem("a")}}, false, "a note does not stop it"},
		{&authmethod.Findings{Problems: []authmethod.Problem{*problem("a")}}, true, "a problem does"},
	} {
		row := authmethod.Row{Findings: test.findings}
		if row.Rejected() != test.want {
			t.Errorf("a row with %+v is rejected: %t, want %t: %s", test.findings, row.Rejected(), test.want, test.why)
		}
		if found := row.Found(); (len(found.Problems) > 0) != test.want {
			t.Errorf("of %+v was found %+v", test.findings, found)
		}
	}
}

// A million rows are kept in memory while a file is imported: 80 MB, as long as
// nobody adds to them without noticing.
func TestRowsAreSmall(t *testing.T) {
	if size := unsafe.Sizeof(authmethod.Row{}); size > 80 {
		t.Errorf("a row has %d bytes, want at most 80", size)
	}
	if size := unsafe.Sizeof(authmethod.RowNumber(0)); size != 4 {
		t.Errorf("the number of a row has %d bytes, want 4", size)
	}
}

// Sorting keeps the order of what was found about one row, and loses nothing.
func TestSortFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.OneOf(rapid.Int32Range(0, 5), rapid.Just[int32](math.MaxInt32))).Draw(t, "rows")
		var findings []authmethod.Finding
		byRow := map[authmethod.RowNumber][]*authmethod.Problem{}
		for _, n := range rows {
			f := authmethod.Finding{Row: authmethod.RowNumber(n), Problem: problem("a")}
			findings, byRow[f.Row] = append(findings, f), append(byRow[f.Row], f.Problem)
		}
		authmethod.SortFindings(findings)
		for i, f := range findings {
			if i > 0 && findings[i-1].Row > f.Row {
				t.Fatalf("row %d comes behind row %d", f.Row, findings[i-1].Row)
			}
			if first := byRow[f.Row]; first[0] != f.Problem {
				t.Fatalf("the findings of row %d changed their order", f.Row)
			}
			byRow[f.Row] = slices.Delete(byRow[f.Row], 0, 1)
		}
		if len(findings) != len(rows) {
			t.Fatalf("%d findings are left of %d", len(findings), len(rows))
		}
	})
}
