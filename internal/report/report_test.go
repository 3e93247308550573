package report_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/report"
)

// parser reads numbers as the reading of a file does.
var parser = phonenumber.NewParser(phonenumber.Words{Labels: heading.Labels(), ExtensionMarks: heading.ExtensionMarks(), Empty: heading.IsEmptyNumber})

func rowsOf(rows ...authmethod.Row) *authmethod.Rows {
	all := new(authmethod.Rows)
	for i, row := range rows {
		row.Line = int32(i) + 2
		parsed := parser.Parse(row.Input, phonenumber.Parts{}, phonenumber.Region{})
		row.Number, row.Findings = parsed.Number, &authmethod.Findings{Notes: parsed.Notes}
		if odd, is := parsed.OddFor(row.PhoneType); is {
			row.Findings.Notes = append(row.Findings.Notes, odd)
		}
		if parsed.Problem != nil {
			row.Findings.Problems = []authmethod.Problem{*parsed.Problem}
		}
		all.Append(row)
	}
	return all
}

func shown(text string) authmethod.PhoneNumber {
	n, _ := authmethod.ParsePhoneNumber(text)
	return n
}

const mobile = authmethod.PhoneTypeMobile

// sample is a report with one row of several kinds.
func sample() *authmethod.Results {
	rows := rowsOf(
		authmethod.Row{User: "a@example.com", PhoneType: mobile, Input: "+44 (0)20 7946 0123"},
		authmethod.Row{User: "b@example.com", PhoneType: mobile, Input: "4.4E+11"},
		authmethod.Row{User: "c@example.com", PhoneType: mobile, Input: "+1 2065550103"},
		authmethod.Row{User: "d@example.com", PhoneType: mobile, Input: "+1 2065550104"},
	)
	r := authmethod.NewResults(rows, nil)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	r.Set(0, authmethod.Result{Outcome: authmethod.Created, Status: 201, RequestID: "r-1", Attempts: 2, FinishedAt: at})
	r.Set(2, authmethod.Result{
		Outcome: authmethod.Failed, Class: authmethod.FixData, Status: 400, Code: "invalidPhoneNumber", Message: "Graph refused it",
		Detail: "+1 2065550103 is bad", Advice: "check it", RequestID: "r-3", Attempts: 1, FinishedAt: at,
		Registered: shown("+1 2065550113"), As: authmethod.PhoneTypeAlternateMobile, SMSSignIn: "ready", Credential: "night-b",
	})
	r.End(authmethod.Result{Outcome: authmethod.NotAttempted, Class: authmethod.Retry, Message: "the run stopped", Advice: "run again"})
	return r
}

func facts() report.Facts {
	start := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	return report.Facts{
		Tool: "entraphone v1", Run: "run-1", Input: "users.csv", SHA256: "abc", LeftOut: 7, WithoutPhone: 2, StartedAt: start, FinishedAt: start.Add(90 * time.Second),
		Target: "the tenant", Requests: 3, Operations: 5, Throttled: 1, Lost: 2, ReadBacks: 1, ExitCode: 3,
	}
}

func write(t *testing.T, r *authmethod.Results, mask bool) (path, text string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "results.csv")
	if err := report.WriteResults(path, r, facts(), mask); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, string(content)
}

func TestResults(t *testing.T) {
	path, got := write(t, sample(), false)
	want := "\ufeff" + `line,user,phoneType,phoneNumber,outcome,class,httpStatus,code,message,advice,requestId,attempts,finishedAt,input,reason,registeredNumber,registeredAs,smsSignInState,credential,target
2,a@example.com,mobile,+44 2079460123,created,,201,,"note: the (0) after the country code was left out; note: this is a fixed line, imported as a mobile: it cannot receive text messages",check the phone type,r-1,2,2026-01-02T02:04:05Z,'+44 (0)20 7946 0123,,,,,,the tenant
3,b@example.com,mobile,,rejected,fix-data,,spreadsheet-scientific,a spreadsheet turned the number into scientific notation and its last digits are gone,format the column as text in the original and export again; do not retype from this file,,0,,4.4E+11,spreadsheet-scientific,,,,,the tenant
4,c@example.com,mobile,+1 2065550103,failed,fix-data,400,invalidPhoneNumber,Graph refused it: +1 2065550103 is bad,check it,r-3,1,2026-01-02T02:04:05Z,+1 2065550103,,+1 2065550113,alternateMobile,ready,night-b,the tenant
5,d@example.com,mobile,+1 2065550104,not-attempted,retry,,,the run stopped,run again,,0,,+1 2065550104,,,,,,the tenant
`
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("results.csv (-got +want):\n%s", diff)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
}

func TestResultsMasked(t *testing.T) {
	_, got := write(t, sample(), true)
	for _, number := range []string{"2079460123", "7946 0123", "2065550103", "2065550104", "2065550113"} {
		if strings.Contains(got, number) {
			t.Errorf("masked results hold %s:\n%s", number, got)
		}
	}
	mixedUp := authmethod.NewResults(rowsOf(authmethod.Row{User: "+1 206 555 0199", PhoneType: "+1 2065550198", Input: "０２０６５５５０１９７x"}), nil)
	_, got = write(t, mixedUp, true)
	for _, part := range []string{"206 555 01", "20655501", "０２０６"} {
		if strings.Contains(got, part) {
			t.Errorf("masked results of mixed-up columns hold %s:\n%s", part, got)
		}
	}
}

// No cell shows a number with --mask, whatever signs stand between its digits.
func TestEveryCellIsMasked(t *testing.T) {
	for _, number := range []string{
		"+1 2065550100", "206-555-0100", "(206) 555 0100", "206\u00a0555\u00a00100", "206\u2011555\u20110100", "206 · 555 · 0100", "2\u200b0\u200b6\u200b5550100",
		"2 0 6 5 5 5 0 1 0 0", "２０６５５５０１００", "٢٠٦٥٥٥٠١٠٠", "206\t555\t0100", "206:555:0100", "206+555+0100", "②⓪⑥⑤⑤⑤⓪①⓪⓪",
	} {
		rows := new(authmethod.Rows)
		note := authmethod.Problem{Message: "read as " + number, Advice: "look at " + number}
		rows.Append(authmethod.Row{Line: 2, User: number, PhoneType: authmethod.PhoneType(number), Input: number, Findings: &authmethod.Findings{
			Problems: []authmethod.Problem{note}, Notes: []authmethod.Problem{note}}})
		rows.Append(authmethod.Row{Line: 3, User: "a@example.com", PhoneType: mobile, Number: shown("+1 2065550111"), Input: number, Findings: &authmethod.Findings{Notes: []authmethod.Problem{note}}})
		rows.Append(authmethod.Row{Line: 4, User: "2065550111@example.com", PhoneType: mobile, Number: shown("+1 2065550111")})
		r := authmethod.NewResults(rows, nil)
		r.Set(1, authmethod.Result{Outcome: authmethod.Failed, Code: number, Message: number, Detail: number, Advice: number, RequestID: number, SMSSignIn: number})
		_, got := write(t, r, true)
		for _, part := range []string{number, "555", "５５５", "٥٥٥", "⑤⑤⑤", "5 5 5"} {
			if strings.Contains(got, part) {
				t.Errorf("masked results hold %q of %q:\n%s", part, number, got)
			}
		}
		if !strings.Contains(got, "a@example.com,mobile") {
			t.Errorf("masked results name no user:\n%s", got)
		}
	}
	rows := new(authmethod.Rows)
	rows.Append(authmethod.Row{Line: 2, User: "49151123@example.com", PhoneType: mobile, Number: shown("+1 2065550111")})
	if _, got := write(t, authmethod.NewResults(rows, nil), true); !strings.Contains(got, "49151123@example.com") {
		t.Errorf("a user who is not called by the row's number is masked:\n%s", got)
	}
}

func TestNoRowsGiveAHeading(t *testing.T) {
	if _, got := write(t, authmethod.NewResults(new(authmethod.Rows), nil), false); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "\ufeffline,user,") {
		t.Errorf("results of no rows are %q, want the heading", got)
	}
}

// Every row stands there once and in order, also over many chunks, and no cell
// begins a formula, whatever stands in the file.
func TestResultsAreWholeAndSafe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := new(authmethod.Rows)
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching("[=+@;\t \r\n\"',|\uff1d-]{1,4}[A-Z0-9(]{0,3}"))
		for i := range rapid.IntRange(0, 40).Draw(rt, "rows") * rapid.SampledFrom([]int{1, 40}).Draw(rt, "times") {
			row := rows.Append(authmethod.Row{Line: int32(i) + 2})
			if i < 30 {
				row.User, row.Input, row.PhoneType = cell.Draw(rt, "user"), cell.Draw(rt, "input"), authmethod.PhoneType(cell.Draw(rt, "type"))
			}
		}
		path, _ := write(t, authmethod.NewResults(rows, nil), false)
		file, err := os.Open(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer file.Close()
		records, err := csv.NewReader(file).ReadAll()
		if err != nil {
			rt.Fatalf("reading back: %v", err)
		}
		if len(records) != rows.Len()+1 {
			rt.Fatalf("%d records, want a heading and %d rows", len(records), rows.Len())
		}
		for i, record := range records[1:] {
			if record[0] != fmt.Sprint(i+2) {
				rt.Fatalf("record %d is line %s", i, record[0])
			}
			for _, cell := range record {
				for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' }) {
					if strings.ContainsRune("=+-@\uff1d\t\r\n", []rune(part)[0]) {
						rt.Fatalf("cell %q begins a formula", cell)
					}
				}
			}
		}
	})
}

func TestSummaryAddsUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.json")
	f := facts()
	f.Command, f.TenantID, f.Endpoint = "import", "contoso.com", "https://graph.microsoft.com/v1.0"
	f.Options, f.Used = []report.Option{{Name: "max-changes", Value: "50%"}}, []report.Limit{{Flag: "max-changes", Used: 1, Most: 2}}
	f.Traffic = report.Traffic{Waiting: report.Waiting{Throttled: 12}, Reached: 2.5, Limit: 3, Latency: report.Latency{P50: 0.2, P90: 0.3, P99: 0.4}}
	f.Paths = report.Paths{Folder: "runs/run-1", Results: "runs/run-1/results.csv", Summary: path}
	if err := report.WriteSummary(path, sample(), f); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"tool": "entraphone v1", "run": "run-1", "target": "the tenant", "dryRun": false, "exitCode": 3.0, "stopped": "",
		"input":     map[string]any{"name": "users.csv", "sha256": "abc", "rows": 4.0, "leftOut": 7.0, "withoutPhone": 2.0},
		"startedAt": "2026-01-02T03:00:00Z", "finishedAt": "2026-01-02T03:01:30Z", "durationSeconds": 90.0,
		"outcomes": map[string]any{
			"created": 1.0, "updated": 0.0, "removed": 0.0, "planned": 0.0, "unchanged": 0.0, "duplicate": 0.0, "conflict": 0.0, "rejected": 1.0, "dependency": 0.0, "failed": 1.0, "unknown": 0.0, "not-attempted": 1.0,
		},
		"classes":       map[string]any{"fix-data": 2.0, "retry": 1.0, "permission": 0.0, "decision": 0.0},
		"rowsWithNotes": 1.0, "requests": 3.0, "operations": 5.0, "throttled": 1.0, "lostAnswers": 2.0, "knownProblems": 0.0, "readBacks": 1.0,
		"formatVersion": 1.0, "resume": "", "command": "import", "tenantId": "contoso.com", "endpoint": "https://graph.microsoft.com/v1.0",
		"options":    []any{map[string]any{"name": "max-changes", "value": "50%"}},
		"limitsUsed": []any{map[string]any{"flag": "max-changes", "used": 1.0, "most": 2.0}},
		"reasons":    map[string]any{"spreadsheet-scientific": 1.0},
		"phoneTypes": map[string]any{
			"mobile": map[string]any{"rows": 4.0, "done": 1.0}, "alternateMobile": map[string]any{"rows": 0.0, "done": 0.0}, "office": map[string]any{"rows": 0.0, "done": 0.0},
		},
		"would": map[string]any{}, "waitingSeconds": map[string]any{"throttled": 12.0, "trouble": 0.0, "window": 0.0}, "operationsPerSecond": 2.5, "limitPerSecond": 3.0,
		"latencySeconds": map[string]any{"p50": 0.2, "p90": 0.3, "p99": 0.4},
		"paths":          map[string]any{"folder": "runs/run-1", "results": "runs/run-1/results.csv", "rejects": []any{}, "journal": "", "summary": path},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("summary.json (-got +want):\n%s", diff)
	}
	// A report that is made again has what only the process knew that sent.
	again := report.Facts{Run: "run-1"}
	report.Recall(&again, path)
	if again.Requests != f.Requests || again.Operations != f.Operations || again.Throttled != f.Throttled || again.Lost != f.Lost || again.ReadBacks != f.ReadBacks || again.Traffic != f.Traffic {
		t.Errorf("recalled %+v, want the counts of %+v", again, f)
	}
	before := again
	report.Recall(&again, filepath.Join(t.TempDir(), "none.json"))
	if diff := cmp.Diff(again, before); diff != "" {
		t.Errorf("without a summary, recalling changed (-got +want):\n%s", diff)
	}
	sum := 0.0
	for _, n := range got["outcomes"].(map[string]any) {
		sum += n.(float64)
	}
	if sum != 4 {
		t.Errorf("outcomes add up to %v, want 4", sum)
	}
}

func TestSummaryFitsAScreen(t *testing.T) {
	var out strings.Builder
	if err := report.Print(&out, sample(), facts()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) > 24 || slices.ContainsFunc(lines, func(line string) bool { return len([]rune(line)) > 80 }) {
		t.Errorf("the summary does not fit 80 columns and 24 lines:\n%s", out.String())
	}
	for _, want := range []string{"created               1", "rows                  4", "fix-data              2", "line 3, b@example.com", "4 phones sent and 1 read back, in 3 requests and 1m30s; Graph put 1 of them off; 2 answers were lost"} {
		if flat := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(flat, strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the summary lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "2065550103") {
		t.Errorf("the summary repeats a number in Graph's words:\n%s", out.String())
	}
}

// Every outcome is told in one line of a screen, and untrue of none of its rows.
func TestSummaryMeanings(t *testing.T) {
	var rows []authmethod.Row
	for range authmethod.Outcomes() {
		rows = append(rows, authmethod.Row{User: "a@example.com", PhoneType: mobile, Input: "+1 2065550104"})
	}
	r := authmethod.NewResults(rowsOf(rows...), nil)
	for n, outcome := range authmethod.Outcomes() {
		r.Set(authmethod.RowNumber(n), authmethod.Result{Outcome: outcome})
	}
	var out strings.Builder
	if err := report.Print(&out, r, facts()); err != nil {
		t.Fatal(err)
	}
	for _, outcome := range authmethod.Outcomes() {
		at := strings.Index(out.String(), "\n  "+string(outcome)+" ")
		line, _, _ := strings.Cut(out.String()[at+1:], "\n")
		if at < 0 || len(line) < 30 || len(line) > 80 {
			t.Errorf("%s stands in the line %q, want its meaning within 80 columns", outcome, line)
		}
	}
	// A masked phone is there and was not sent; a lost create was.
	if want := "not known whether this number is registered\n"; !strings.Contains(out.String(), want) {
		t.Errorf("the summary lacks %q:\n%s", want, out.String())
	}
}

func TestSummaryOfMixedUpColumnsShowsNoNumber(t *testing.T) {
	rows := rowsOf(authmethod.Row{User: "+1 206 555 0199", PhoneType: mobile, Input: "a@example.com"})
	var out strings.Builder
	if err := report.Print(&out, authmethod.NewResults(rows, nil), facts()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "206 555") || !strings.Contains(out.String(), "99") {
		t.Errorf("the summary shows a number, or nothing of it:\n%s", out.String())
	}
}

func TestAReportThatCannotBeWrittenSaysSo(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing", "results.csv")
	if err := report.WriteResults(missing, sample(), facts(), false); err == nil || !strings.Contains(err.Error(), "writing the results") {
		t.Errorf("WriteResults to a folder that is not there gave %v", err)
	}
	if err := report.WriteSummary(missing, sample(), facts()); err == nil || !strings.Contains(err.Error(), "writing the summary") {
		t.Errorf("WriteSummary to a folder that is not there gave %v", err)
	}
}
