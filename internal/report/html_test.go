package report_test

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
)

// tableBlock is a part of the table as the page's script reads it.
type tableBlock struct {
	Line         []int32
	User, Number []string
	Request      []string
	Places       map[string][]int
	New          map[string][]string
}

// tableOf reads the rows of a page: line, user, number, and the columns asked for.
func tableOf(t *testing.T, page string, columns ...string) (rows []string) {
	t.Helper()
	_, packed, found := strings.Cut(page, `<script type="text/plain" id="rows">`)
	packed, _, closed := strings.Cut(packed, "</script>")
	if !found || !closed {
		t.Fatal("the page has no rows")
	}
	unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]string{}
	lines := bufio.NewScanner(unpacked)
	lines.Buffer(nil, 1<<30)
	for lines.Scan() {
		var b tableBlock
		if err := json.Unmarshal(lines.Bytes(), &b); err != nil {
			t.Fatal(err)
		}
		for name, added := range b.New {
			texts[name] = append(texts[name], added...)
		}
		for i, line := range b.Line {
			row := fmt.Sprintf("%d|%s|%s", line, b.User[i], b.Number[i])
			for _, column := range columns {
				if column == "request" {
					row += "|" + b.Request[i]
					continue
				}
				row += "|" + texts[column][b.Places[column][i]]
			}
			rows = append(rows, row)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func writePage(t *testing.T, r *authmethod.Results, p report.Page) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := report.WriteHTML(path, r, p); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every row stands in the page once, in the order of the file. Rejected ones show their
// cell, and only those that need somebody have a request id.
func TestPageHoldsEveryRow(t *testing.T) {
	page := writePage(t, sample(), report.Page{Facts: facts()})
	want := []string{
		"2|a@example.com|+44 2079460123|mobile|created|||",
		"3|b@example.com|4.4E+11|mobile|rejected|spreadsheet-scientific||",
		"4|c@example.com|+1 2065550103|mobile|failed|invalidPhoneNumber|r-3|+1 2065550113",
		"5|d@example.com|+1 2065550104|mobile|not-attempted|not-attempted||",
	}
	if diff := cmp.Diff(tableOf(t, page, "type", "outcome", "reason", "request", "registered"), want); diff != "" {
		t.Errorf("rows of the page (-got +want):\n%s", diff)
	}
}

func TestPageMasks(t *testing.T) {
	digits := strings.NewReplacer(" ", "")
	page := writePage(t, sample(), report.Page{Facts: facts(), Mask: true})
	all := digits.Replace(page + strings.Join(tableOf(t, page, "message", "registered", "advice"), "\n"))
	for _, number := range []string{"2079460123", "2065550103", "2065550104", "2065550113"} {
		if strings.Contains(all, number) {
			t.Errorf("the masked page holds %s", number)
		}
	}
	// What is not in the table is masked whatever is asked for.
	page = writePage(t, sample(), report.Page{Facts: facts()})
	if static, _, _ := strings.Cut(page, `<script type="text/plain"`); strings.Contains(digits.Replace(static), "2065550103") {
		t.Error("the summary of the page holds a number")
	}
}

func TestHeadlines(t *testing.T) {
	done := func(outcomes ...authmethod.Outcome) *authmethod.Results {
		rows := new(authmethod.Rows)
		for range outcomes {
			rows.Append(authmethod.Row{User: "a@example.com", PhoneType: mobile})
		}
		r := authmethod.NewResults(rows, nil)
		for i, outcome := range outcomes {
			r.Set(authmethod.RowNumber(i), authmethod.Result{Outcome: outcome, Class: authmethod.FixData})
		}
		return r
	}
	for _, test := range []struct {
		results         *authmethod.Results
		facts           report.Facts
		title, headline string
	}{
		{done(authmethod.Created, authmethod.Created), report.Facts{Input: "a.csv"}, "a.csv, entraphone", "Of 2 phones 2 were registered and nothing needs anybody."},
		{done(authmethod.Unchanged, authmethod.Failed), report.Facts{Input: "a.csv"}, "a.csv, entraphone", "Of 2 phones 1 was so already and 1 needs somebody."},
		{done(authmethod.Updated, authmethod.Removed, authmethod.Duplicate, authmethod.Failed, authmethod.Failed), report.Facts{Input: "a.csv"}, "a.csv, entraphone", "Of 5 phones 1 was changed, 1 was removed, 1 repeats an earlier row and 2 need somebody."},
		{done(), report.Facts{Input: "a.csv"}, "a.csv, entraphone", "The file has no phones."},
		{done(authmethod.Created), report.Facts{Input: "a.csv", Rehearsal: true}, "REHEARSAL: a.csv, entraphone", "Of 1 phone 1 was registered and nothing needs anybody. Only the simulator was written to."},
		{done(authmethod.Planned), report.Facts{Input: "a.csv", DryRun: true}, "DRY RUN: a.csv, entraphone", "Of 1 phone 1 would be sent and nothing needs anybody. Nothing was sent."},
		{done(authmethod.Planned), report.Facts{Input: "a.csv", Plan: true}, "PLAN: a.csv, entraphone", "Of 1 phone 1 would be changed and nothing needs anybody. Nothing was changed."},
		{done(authmethod.Created, authmethod.NotAttempted), report.Facts{Input: "a.csv", Stopped: "interrupted"}, "a.csv, entraphone", "Stopped before the end. Of 2 phones 1 was registered and 1 needs somebody."},
		{done(authmethod.Created, authmethod.NotAttempted), report.Facts{Input: "a.csv", UnderWay: true}, "a.csv, entraphone", "Still under way. Of 2 phones 1 was registered and 1 needs somebody."},
	} {
		page := writePage(t, test.results, report.Page{Facts: test.facts})
		if !strings.Contains(page, "<title>"+test.title+"</title>") || !strings.Contains(page, "<h1>"+test.headline+"</h1>") {
			head, _, _ := strings.Cut(page, "<ul")
			_, head, _ = strings.Cut(head, "<body>")
			t.Errorf("want the title %q and the headline %q, got\n%s", test.title, test.headline, head)
		}
	}
}

// Rows that need somebody are told by reason, the most frequent first, whatever their
// number; the first of them are named.
func TestPageTellsWhatIsLeft(t *testing.T) {
	rows := new(authmethod.Rows)
	for i := range 9 {
		rows.Append(authmethod.Row{Line: int32(i + 2), User: fmt.Sprintf("user%d@example.com", i), PhoneType: mobile})
	}
	r := authmethod.NewResults(rows, nil)
	for i := range 9 {
		result := authmethod.CodeUserUnknown.Result(authmethod.Failed)
		if i == 0 {
			result = authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.FixData, Code: "oddity", Message: "something odd", Advice: "look at it"}
		}
		r.Set(authmethod.RowNumber(i), result)
	}
	page := writePage(t, r, report.Page{Facts: facts(), Commands: map[authmethod.Class]string{authmethod.FixData: "entraphone import 'my rejects.csv' --map=user=Login"}})
	_, left, _ := strings.Cut(page, `id="left"`)
	left, _, _ = strings.Cut(left, "</section>")
	common, odd := strings.Index(left, `<p class="count">8</p>`), strings.Index(left, `<p class="count">1</p>`)
	if common < 0 || odd < common {
		t.Errorf("8 rows of one reason and 1 of another, in this order, want\n%s", left)
	}
	for _, want := range []string{"9 rows", "line 3</b> <bdi>user1@example.com</bdi>", "and 3 more", "something odd", "look at it", "<span>entraphone import &#39;my rejects.csv&#39;</span> <span>--map=user=Login</span>"} {
		if !strings.Contains(left, want) {
			t.Errorf("what is left does not say %q:\n%s", want, left)
		}
	}
}

// Nothing of a file or of Graph is markup, and the page asks for nothing.
func TestPageIsOneFile(t *testing.T) {
	text := `</script><script>alert(1)</script><img src="https://example.com/x" onerror=alert(1)>`
	rows := rowsOf(authmethod.Row{User: text, PhoneType: authmethod.PhoneType(text), Input: text})
	f := facts()
	f.Input, f.Stopped, f.Target, f.Run, f.Limits = text, text, text, text, []string{text}
	page := writePage(t, authmethod.NewResults(rows, nil), report.Page{Facts: f, TenantID: text, Options: []string{text}, Commands: map[authmethod.Class]string{authmethod.FixData: text}})
	if n := strings.Count(page, "<script"); n != 2 {
		t.Errorf("the page has %d scripts, want the rows and its own", n)
	}
	for _, never := range []string{"<img", "<link", "<iframe", "@import", "url("} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
	if rows := tableOf(t, page); len(rows) != 1 || !strings.Contains(rows[0], text) {
		t.Errorf("rows %q", rows)
	}
}

// A file that is too large for a table has those that need somebody, and says so.
func TestPageOfALargeFile(t *testing.T) {
	rows := new(authmethod.Rows)
	for i := range report.MostRows + 1 {
		rows.Append(authmethod.Row{Line: int32(i + 2), User: "a@example.com", PhoneType: mobile})
	}
	r := authmethod.NewResults(rows, nil)
	for n := range rows.All() {
		result := authmethod.Result{Outcome: authmethod.Created}
		if n%50_000 == 0 {
			result = authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.FixData}
		}
		r.Set(n, result)
	}
	page := writePage(t, r, report.Page{Facts: facts()})
	if got := tableOf(t, page); len(got) != 5 || !strings.HasPrefix(got[4], "200002|") {
		t.Errorf("the table has %d rows, want the 5 that need somebody", len(got))
	}
	if !strings.Contains(page, "The file has 200,001 rows. This table holds the 5 that need somebody; all rows stand in results.csv.") {
		t.Error("the page does not say that its table is not whole")
	}
}

// The picture shows what a summary has kept, and nothing where it makes no sense.
func TestPictureOfThePace(t *testing.T) {
	p := report.Page{Facts: facts()}
	p.Pace = &report.Pace{Began: p.StartedAt, Seconds: 2, Accepted: []int{4, 8, 0, 6}, Throttled: []int{0, 2, 0, 0}, Held: []float64{0, 1, 2, 0}, Limit: []float64{0, 3, 3, 3.25}}
	page := writePage(t, sample(), p)
	for shape, want := range map[string]int{`class="accepted"`: 3, `class="throttled"`: 1, `class="held"`: 2, `class="limit"`: 1} {
		_, picture, _ := strings.Cut(page, `<div class="plot"`)
		picture, _, _ = strings.Cut(picture, "</svg>")
		if n := strings.Count(picture, shape); n != want {
			t.Errorf("the picture has %d of %s, want %d:\n%s", n, shape, want, picture)
		}
	}
	if !strings.Contains(page, "18 operations accepted in 8s, 2 throttled, 3s of waiting; the limit found is 3.25 a second") {
		t.Error("the picture is not told in words")
	}
	p.Pace.Held = nil
	if strings.Contains(writePage(t, sample(), p), `id="pace"`) {
		t.Error("a pace whose lists do not belong together is drawn")
	}
}

func TestLinesAndJUnit(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "results.jsonl")
	if err := report.WriteLines(path, sample(), false); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	want := `{"line":4,"user":"c@example.com","phoneType":"mobile","phoneNumber":"+1 2065550103","outcome":"failed","class":"fix-data","httpStatus":400,"code":"invalidPhoneNumber","message":"Graph refused it: +1 2065550103 is bad","advice":"check it","requestId":"r-3","attempts":1,"finishedAt":"2026-01-02T02:04:05Z","input":"+1 2065550103","registeredNumber":"+1 2065550113","registeredAs":"alternateMobile","smsSignInState":"ready"}`
	if len(lines) != 4 || lines[2] != want {
		t.Errorf("%d lines, the third being\n%s\nwant\n%s", len(lines), lines[2], want)
	}

	path = filepath.Join(folder, "results.xml")
	f := facts()
	f.Input = `a "<b>".csv`
	if err := report.WriteJUnit(path, sample(), f); err != nil {
		t.Fatal(err)
	}
	text, _ = os.ReadFile(path)
	var suites struct {
		Suite struct {
			Name                             string `xml:"name,attr"`
			Tests, Failures, Errors, Skipped int    `xml:",attr"`
			Cases                            []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(strings.NewReplacer(" tests=", " Tests=", " failures=", " Failures=", " errors=", " Errors=", " skipped=", " Skipped=").Replace(string(text))), &suites); err != nil {
		t.Fatal(err)
	}
	s := suites.Suite
	if s.Name != f.Input || s.Tests != 4 || s.Failures != 2 || s.Errors != 0 || s.Skipped != 1 || len(s.Cases) != 4 {
		t.Errorf("the suite is %+v", s)
	}
	if s.Cases[0].Failure != nil || s.Cases[1].Failure == nil || s.Cases[3].Skipped == nil || s.Cases[2].Name != "line 4: c@example.com mobile" {
		t.Errorf("the tests are %+v", s.Cases)
	}
	if strings.Contains(string(text), "2065550103") {
		t.Error("results.xml holds a number")
	}
}

// large is a run whose texts are as different as in a real one.
func large(rows int) *authmethod.Results {
	all := new(authmethod.Rows)
	for i := range rows {
		number, _ := authmethod.NewPhoneNumber(49, fmt.Sprintf("17%08d", rand.IntN(1e8)), "")
		all.Append(authmethod.Row{Line: int32(i + 2), User: fmt.Sprintf("%x.%x@contoso.onmicrosoft.com", rand.Uint32(), i), PhoneType: mobile, Number: number, Input: number.Graph()})
	}
	r := authmethod.NewResults(all, nil)
	for n := range all.All() {
		result := authmethod.Result{Outcome: authmethod.Created, Status: 201, Attempts: 1}
		if n%3 == 0 {
			result = authmethod.CodeUserUnknown.Result(authmethod.Failed)
		}
		result.RequestID, result.FinishedAt = uuid.NewString(), time.Unix(int64(n), 0)
		r.Set(n, result)
	}
	return r
}

// TestBenchPage measures the page of files of two sizes.
func TestBenchPage(t *testing.T) {
	if os.Getenv("ENTRAPHONE_BENCH") == "" {
		t.Skip("only make bench runs this")
	}
	path := filepath.Join(t.TempDir(), "report.html")
	for _, size := range []struct {
		rows  int
		wall  time.Duration
		bytes int64
		heap  uint64
	}{{100_000, 2 * time.Second, 12_000_000, 300 << 20}, {1_000_000, 20 * time.Second, 24_000_000, 300 << 20}} {
		r := large(size.rows)
		took, more := time.Hour, uint64(0)
		for range 3 { // the best of three: the machine has others to serve, too
			wall, heap := measured(t, func() error { return report.WriteHTML(path, r, report.Page{Facts: facts()}) })
			took, more = min(took, wall), max(more, heap)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("  report.html of %7d rows  %6.2f s  %5.1f MB on disk  %4d MB of memory more\n", size.rows, took.Seconds(), float64(info.Size())/1e6, more>>20)
		if took > size.wall || info.Size() > size.bytes || more > size.heap {
			t.Errorf("of %d rows: want at most %s, %d bytes, %d MB of memory", size.rows, size.wall, size.bytes, size.heap>>20)
		}
	}
}

// measured is how long something takes, and by how much the heap grows meanwhile.
func measured(t *testing.T, do func() error) (wall time.Duration, heap uint64) {
	t.Helper()
	inUse := func() uint64 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.HeapInuse
	}
	runtime.GC()
	before := inUse()
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for {
			select {
			case <-stop:
				peak <- max(most, inUse())
				return
			case <-time.After(20 * time.Millisecond):
				most = max(most, inUse())
			}
		}
	}()
	start := time.Now()
	err := do()
	wall = time.Since(start)
	close(stop)
	if heap = <-peak - before; err != nil {
		t.Fatal(err)
	}
	return wall, heap
}
