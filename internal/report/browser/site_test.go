package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chrome is the context of the browser that all tests share, each in a tab of its
// own; nil where there is none.
var chrome context.Context

func TestMain(m *testing.M) { os.Exit(withBrowser(m)) }

func withBrowser(m *testing.M) int {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		fmt.Fprintln(os.Stderr, "\n*** There is no Chromium here: NOTHING of report.html was tried in a browser. (apt-get install chromium) ***")
		return m.Run()
	}
	data, err := os.MkdirTemp("", "report-browser-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(data)
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(data), chromedp.NoSandbox}
	for _, flag := range []string{"headless", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(browser); err != nil {
		fmt.Fprintf(os.Stderr, "\n*** %s does not start, and nothing was tried in it: %v ***\n", path, err)
		return 1
	}
	chrome = browser
	return m.Run()
}

// tab is a page in the browser, with all that it said and asked for.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu    sync.Mutex
	said  []string // on the console, exceptions and complaints of the browser
	asked []string // addresses
}

// newTab opens a file at a width, or skips the test where there is no browser. Before
// it, prepare may do something to the empty tab.
func newTab(t *testing.T, path string, width int64, scheme string, prepare ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	if chrome == nil {
		t.Skip("*** there is no Chromium here: this was NOT tried ***")
	}
	ctx, end := chromedp.NewContext(chrome)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, 900))
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
	p.do(prepare...)
	p.do(chromedp.Navigate("file://" + path))
	return p
}

func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		p.said = append(p.said, fmt.Sprintf("console: %+v", e.Args))
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, fmt.Sprintf("exception: %+v", e.ExceptionDetails))
	case *log.EventEntryAdded:
		p.said = append(p.said, "log: "+e.Entry.Text)
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// ready waits until the table is there, and returns its rows.
func (p *tab) ready() int {
	p.t.Helper()
	text := ask[string](p, `new Promise(done => { const look = () => document.documentElement.dataset.ready ? done(document.documentElement.dataset.ready) : setTimeout(look, 10); look(); })`)
	var rows int
	if _, err := fmt.Sscan(text, &rows); err != nil {
		p.t.Fatal(err)
	}
	return rows
}

// processorTime begins to measure what the page does: the function tells the seconds of
// the processor that its main thread has had.
func (p *tab) processorTime() func() float64 {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
		return err
	}))
	return func() float64 {
		p.t.Helper()
		metrics, err := chromedp.Call(p.ctx, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			p.t.Fatal(err)
		}
		for _, metric := range metrics.Metrics {
			if metric.Name == "TaskDuration" {
				return metric.Value
			}
		}
		p.t.Fatal("the browser does not tell its time")
		return 0
	}
}

// ask evaluates an expression in the page, and waits for it.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// quiet fails the test when the page said or asked for anything but itself.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, said := range p.said {
		p.t.Errorf("the page said: %s", said)
	}
	for _, url := range p.asked {
		if !strings.HasPrefix(url, "file://") || !strings.HasSuffix(url, "report.html") {
			p.t.Errorf("the page asked for %s", url)
		}
	}
}

// hostile are cells and texts of Graph that would do something if they were believed.
var hostile = []string{
	`<script>window.hacked = 1</script>`, `"><img src=x onerror="window.hacked = 2">`, `</script><script>window.hacked = 3</script>`,
	`<!--`, `{{.}}`, `${window.hacked = 4}`, `javascript:window.hacked=5`, "invoice\u202Egpj.exe", "a\u2066b\u2069c", "x\x00y\x1b[2J", `' onfocus='window.hacked=6' autofocus='`,
}

// run is a run of so many rows, of which some need somebody, each for one of the
// reasons.
func run(rows int, reasons []authmethod.Result, users func(i int) string) *authmethod.Results {
	all := new(authmethod.Rows)
	codes := []int{49, 44, 1, 33}
	types := []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeOffice, authmethod.PhoneTypeAlternateMobile}
	for i := range rows {
		number, _ := authmethod.NewPhoneNumber(codes[i%4], fmt.Sprintf("1760%07d", i), "")
		all.Append(authmethod.Row{Line: int32(i + 2), Column: 2, User: users(i), PhoneType: types[i%3], Number: number, Input: number.Graph()})
	}
	results := authmethod.NewResults(all, nil)
	at := time.Date(2026, 11, 27, 2, 15, 0, 0, time.UTC)
	for i := range rows {
		result := authmethod.Result{Outcome: authmethod.Created, Status: 201, Attempts: 1}
		if i%20 == 7 {
			result = reasons[i/20%len(reasons)]
		}
		result.RequestID, result.FinishedAt = fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761%1<<31, i), at.Add(time.Duration(i)*200*time.Millisecond)
		results.Set(authmethod.RowNumber(i), result)
	}
	return results
}

func address(i int) string { return fmt.Sprintf("anna.schmidt%d@contoso.example", i) }

// usual are reasons as a usual run has them.
func usual() []authmethod.Result {
	failed := func(class authmethod.Class, code, message, advice string) authmethod.Result {
		return authmethod.Result{Outcome: authmethod.Failed, Class: class, Code: code, Status: 404, Message: message, Advice: advice, Attempts: 1}
	}
	return []authmethod.Result{
		failed(authmethod.FixData, "userNotFound", "Graph knows no user with this name", "check the spelling of the userPrincipalName; an account that was just made may need a later run"),
		failed(authmethod.FixData, "invalidPhoneNumber", "Graph does not accept this as a phone number", "check the digits with the person"),
		failed(authmethod.Permission, "accessDenied", "Graph refused access to this user", "an administrator's phones need the role Privileged Authentication Administrator"),
		{Outcome: authmethod.Conflict, Class: authmethod.Decision, Code: "phoneExists", Message: "another number is registered for this type and was left alone", Advice: "decide which number is right"},
		{Outcome: authmethod.Unknown, Class: authmethod.Retry, Code: "notSettled", Message: "whether it was carried out is not known", Advice: "run again: the phone is compared then"},
	}
}

// reportPage is what is said of such a run.
func reportPage() report.Page {
	start := time.Date(2026, 11, 27, 2, 15, 0, 0, time.UTC)
	pace := &report.Pace{Began: start, Seconds: 4}
	for i := range 200 {
		accepted, throttled, held, limit := 16+i%5, 0, 0.0, 4.6
		switch {
		case i < 5:
			accepted, limit = i*i*4, 0
		case i%37 == 5:
			throttled, held = 12, 3
		case i%37 == 6:
			accepted, held = 0, 4
		}
		pace.Accepted, pace.Throttled = append(pace.Accepted, accepted), append(pace.Throttled, throttled)
		pace.Held, pace.Limit = append(pace.Held, held), append(pace.Limit, limit)
	}
	commands := map[authmethod.Class]string{}
	for _, class := range authmethod.Classes() {
		commands[class] = "entraphone import /home/mia/.local/state/entraphone/runs/20261127T021500Z-users/rejects-" + string(class) + ".csv --map=user=Login --tenant-id=contoso.onmicrosoft.com"
	}
	return report.Page{
		Facts: report.Facts{
			Tool: "entraphone v1.2.0", Run: "20261127T021500Z-users", Input: "users.csv", SHA256: strings.Repeat("9f86d081", 8), Target: "tenant contoso.onmicrosoft.com",
			StartedAt: start, FinishedAt: start.Add(800 * time.Second), Requests: 311, Operations: 5300, Throttled: 60, ReadBacks: 12, ExitCode: 3, Pace: pace,
		},
		Mask: true, TenantID: "contoso.onmicrosoft.com", Options: []string{"--map=user=Login", "--rate=18"}, Commands: commands,
		Region: func(n authmethod.PhoneNumber) string {
			code, _, _ := n.Parts()
			return map[string]string{"49": "DE", "44": "GB", "1": "US", "33": "FR"}[code]
		},
	}
}

// written is the path of the page of a run.
func written(t *testing.T, results *authmethod.Results, p report.Page) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := report.WriteHTML(path, results, p); err != nil {
		t.Fatal(err)
	}
	return path
}

// rows are the texts of the rows that are in the document, a cell behind a |.
func (p *tab) rows() []string {
	p.t.Helper()
	rows := ask[[]string](p, `[...document.querySelectorAll("#body [role=row]")].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map(row => [...row.children].map(cell => cell.textContent).join("|"))`)
	return slices.Clip(rows)
}
