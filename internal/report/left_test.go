package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
)

// someLeft is a report of many rows: sixty users that Graph does not know, one row that
// a spreadsheet damaged, and office phones that were all refused.
func someLeft() *authmethod.Results {
	var rows []authmethod.Row
	for i := range 300 {
		rows = append(rows, authmethod.Row{User: fmt.Sprintf("u%d@example.com", i), PhoneType: mobile, Input: fmt.Sprintf("+44 7700 90%04d", i)})
	}
	rows[7].Input = "4.47701E+11"
	for i := 200; i < 210; i++ {
		rows[i].PhoneType = authmethod.PhoneTypeOffice
	}
	r := authmethod.NewResults(rowsOf(rows...), nil)
	for n := range r.Rows().All() {
		switch {
		case n == 7:
		case n >= 42 && n < 102:
			r.Set(n, authmethod.CodeUserUnknown.Result(authmethod.Failed))
		case n >= 200 && n < 210:
			result := authmethod.CodeRemovalRefused.Result(authmethod.Failed)
			result.Class = authmethod.FixData
			r.Set(n, result)
		default:
			r.Set(n, authmethod.Result{Outcome: authmethod.Created})
		}
	}
	return r
}

func printed(t *testing.T, r *authmethod.Results, f report.Facts) string {
	t.Helper()
	var out strings.Builder
	if err := report.Print(&out, r, f); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The screen counts by reason, the commonest first, each with its first row and
// nothing cut, at every width.
func TestSummarySaysWhy(t *testing.T) {
	next := "entraphone import '/a folder that is long/and another one/rejects-fix-data.csv' --simulate --tenant-id=contoso.com"
	for _, width := range []int{0, 40, 60, 80, 120} {
		f := facts()
		f.Width, f.Next = width, map[authmethod.Class]string{authmethod.FixData: next}
		out := printed(t, someLeft(), f)
		most := width
		if most == 0 {
			most = 80
		}
		_, left, _ := strings.Cut(out, "What is left to do")
		for line := range strings.Lines(left) {
			if line = strings.TrimRight(line, "\n"); len(line) > max(most, 60) && !strings.HasSuffix(line, next) {
				t.Errorf("at %d columns a line has %d: %s", width, len(line), line)
			}
		}
		flat, from := strings.Join(strings.Fields(out), " "), 0
		for _, want := range []string{
			"fix-data 71 correct these rows",
			"60 Graph knows no such user: first line 44, u42@example.com",
			"10 ", "first line 202, u200@example.com",
			"1 a spreadsheet turned the number into scientific notation and its last digits are gone: line 9, u7@example.com",
			"then " + next,
			"far more often than the other rows: office 10 of 10 rows",
		} {
			at := strings.Index(flat[from:], want)
			if at < 0 {
				t.Fatalf("at %d columns the summary lacks %q, or has it in another order:\n%s", width, want, out)
			}
			from += at
		}
		if strings.Contains(out, "…") || strings.Contains(flat, "mobile 61 of") || strings.Contains(flat, "numbers of +44") {
			t.Errorf("at %d columns the summary cuts something, or tells what is as usual:\n%s", width, out)
		}
	}
}

// A file in which everything is wrong in its own way still fits, and says what it
// leaves out.
func TestSummaryCountsTheOtherReasons(t *testing.T) {
	rows := make([]authmethod.Row, 40)
	for i := range rows {
		rows[i] = authmethod.Row{User: "a@example.com", PhoneType: mobile, Input: fmt.Sprintf("+44 7700 90%04d", i)}
	}
	r := authmethod.NewResults(rowsOf(rows...), nil)
	for n := range r.Rows().All() {
		r.Set(n, authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.Retry, Message: fmt.Sprintf("reason %d", n/2)})
	}
	out := printed(t, r, facts())
	if !strings.Contains(out, "        28  for 14 more reasons, in results.csv\n") || strings.Count(out, "\n") > 24 {
		t.Errorf("want 14 more reasons with 28 rows, and at most 24 lines:\n%s", out)
	}
}

// Why a run stopped is said once.
func TestSummarySaysOnceWhyItStopped(t *testing.T) {
	rows := rowsOf(authmethod.Row{User: "a@example.com", PhoneType: mobile, Input: "+1 2065550104"})
	r, f := authmethod.NewResults(rows, nil), facts()
	f.Stopped = "Graph cannot be reached"
	r.End(authmethod.CodeRunStopped.Result(authmethod.NotAttempted, f.Stopped))
	out := printed(t, r, f)
	if strings.Count(out, f.Stopped) != 1 || !strings.Contains(out, "1  the run stopped before this row was sent: line 2, a@example.com\n") {
		t.Errorf("the summary says more than once why the run stopped:\n%s", out)
	}
}

// What changes no tenant says so first, on the screen and in each line of the results.
func TestKindsOfRuns(t *testing.T) {
	for kind, change := range map[string]func(*report.Facts){
		"":                    func(*report.Facts) {},
		"REHEARSAL":           func(f *report.Facts) { f.Rehearsal = true },
		"DRY RUN":             func(f *report.Facts) { f.DryRun = true },
		"PLAN":                func(f *report.Facts) { f.Plan = true },
		"PLAN OF A REHEARSAL": func(f *report.Facts) { f.Plan, f.Rehearsal = true, true },
	} {
		for _, stopped := range []string{"", "interrupted"} {
			f := facts()
			f.Stopped = stopped
			change(&f)
			out, begins, target := printed(t, sample(), f), "", "the tenant"
			if kind != "" {
				begins, target = kind+". ", kind+": the tenant"
			}
			if !strings.HasPrefix(out, begins) || strings.HasPrefix(out, "REHEARSAL") && !f.Rehearsal {
				t.Errorf("a run of kind %q begins with %.60q", kind, out)
			}
			path := t.TempDir() + "/results.csv"
			if err := report.WriteResults(path, sample(), f, false); err != nil {
				t.Fatal(err)
			}
			if lines := strings.Split(strings.TrimSpace(readFile(t, path)), "\n"); len(lines) != 5 || !strings.HasSuffix(lines[1], ","+target) || !strings.HasSuffix(lines[4], ","+target) {
				t.Errorf("results of kind %q are %q, want the target %q behind each", kind, lines, target)
			}
		}
	}
}
