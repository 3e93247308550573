package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// It opens from disk, shows the run, says nothing on the console, and asks nobody for
// anything.
func TestOpensFromDisk(t *testing.T) {
	p := newTab(t, written(t, run(5072, usual(), address), reportPage()), 1400, "light")
	if rows := p.ready(); rows != 5072 {
		t.Errorf("the table has %d rows, want 5072", rows)
	}
	if headline := ask[string](p, `document.querySelector("h1").textContent`); headline != "Of 5,072 phones 4,818 were registered and 254 need somebody." {
		t.Errorf("headline %q", headline)
	}
	if first := p.rows()[0]; first != "2|anna.schmidt0@contoso.example|mobile|+49 ***00|created|" {
		t.Errorf("first row %q", first)
	}
	if n := ask[int](p, `document.querySelectorAll("svg .accepted").length`); n == 0 {
		t.Error("the picture of the pace has no bars")
	}
	if height := ask[float64](p, `document.querySelector(".plot svg").getBoundingClientRect().height`); height < 100 {
		t.Errorf("the picture is %.0f px high", height)
	}
	p.quiet()
}

func TestSearchFilterAndSort(t *testing.T) {
	p := newTab(t, written(t, run(5072, usual(), address), reportPage()), 1400, "light")
	p.ready()
	search := func(text string) {
		t.Helper()
		ask[any](p, fmt.Sprintf(`(() => { const s = document.getElementById("search"); s.value = %q; s.dispatchEvent(new Event("input")); return new Promise(done => setTimeout(done, 300)); })()`, text))
	}
	choose := func(id, value string) {
		t.Helper()
		ask[any](p, fmt.Sprintf(`(() => { const s = document.getElementById(%q); s.value = %q; s.dispatchEvent(new Event("change")); })()`, id, value))
	}
	shown := func(want string) {
		t.Helper()
		if got := ask[string](p, `document.getElementById("shown").textContent`); got != want {
			t.Errorf("it shows %q, want %q", got, want)
		}
	}
	search("SCHMIDT4711@ office")
	shown("1 of 5,072 rows")
	search("no such text")
	shown("0 of 5,072 rows")
	search("france refused")
	if n := ask[int](p, `Number(document.getElementById("grid").ariaRowCount) - 1`); n == 0 || n > 60 {
		t.Errorf("%d rows of France were refused", n)
	}
	search("")
	shown("5,072 rows")
	choose("outcome", "conflict")
	shown("51 of 5,072 rows")
	choose("type", "office")
	shown("17 of 5,072 rows")
	ask[any](p, `document.getElementById("clear").click(), new Promise(done => setTimeout(done, 100))`)
	shown("5,072 rows")

	sort := func(by, want, state string) {
		t.Helper()
		ask[any](p, fmt.Sprintf(`document.querySelector("[data-sort=%s]").click()`, by))
		if first := p.rows()[0]; !strings.HasPrefix(first, want) {
			t.Errorf("sorted by %s the first row is %q, want %q", by, first, want)
		}
		if got := ask[string](p, fmt.Sprintf(`document.querySelector("[data-sort=%s]").parentElement.ariaSort`, by)); got != state {
			t.Errorf("sorted by %s: aria-sort %q, want %q", by, got, state)
		}
	}
	sort("line", "5073|", "descending")
	sort("user", "2|anna.schmidt0@", "ascending")
	sort("user", "11|anna.schmidt9@", "descending")
	sort("outcome", "69|", "ascending") // conflict comes first
	sort("number", "4|", "ascending")   // +1
	// What is left to do leads into the table.
	ask[any](p, `document.querySelector(".filter").click()`)
	shown("51 of 5,072 rows")
	p.quiet()
}

// Everything is reached and done by keyboard.
func TestKeyboard(t *testing.T) {
	p := newTab(t, written(t, run(5072, usual(), address), reportPage()), 1400, "light")
	p.ready()
	reached := map[string]bool{}
	for range 80 {
		p.press(kb.Tab)
		reached[ask[string](p, `(e => e.id || e.dataset.sort || e.className || e.tagName)(document.activeElement)`)] = true
	}
	for _, want := range []string{"skip", "copy", "filter", "search", "outcome", "reason", "type", "country", "clear", "grid", "line", "message"} {
		if !reached[want] {
			t.Errorf("Tab does not reach %s; it reaches %v", want, reached)
		}
	}
	active := func(want string) {
		t.Helper()
		got := ask[string](p, `(row => row ? row.children[0].textContent + " " + row.getAttribute("aria-selected") : "none")(document.getElementById(document.getElementById("grid").getAttribute("aria-activedescendant")))`)
		if got != want+" true" {
			t.Errorf("the active row is line %q, want %s", got, want)
		}
		if inside := ask[bool](p, `(() => { const grid = document.getElementById("grid").getBoundingClientRect(), row = document.querySelector("#body [aria-selected=true]").getBoundingClientRect(), head = document.querySelector(".head").getBoundingClientRect(); return row.top >= head.bottom - 1 && row.bottom <= grid.bottom + 1; })()`); !inside {
			t.Errorf("the active row of line %s is not seen", want)
		}
	}
	ask[any](p, `document.getElementById("grid").focus()`)
	active("2")
	p.press(kb.ArrowDown, kb.ArrowDown)
	active("4")
	p.press(kb.End)
	active("5073")
	p.press(kb.ArrowUp)
	active("5072")
	p.press(kb.Home, kb.PageDown)
	if line := ask[string](p, `document.querySelector("#body [aria-selected=true]").children[0].textContent`); line == "2" {
		t.Error("Page Down stays where it is")
	}
	p.press(kb.Home, kb.Enter)
	if title := ask[string](p, `document.getElementById("details").open ? document.getElementById("details-title").textContent : "closed"`); title != "Line 2, anna.schmidt0@contoso.example" {
		t.Errorf("Enter shows %q", title)
	}
	p.press(kb.Escape)
	if back := ask[bool](p, `!document.getElementById("details").open && document.activeElement.id === "grid"`); !back {
		t.Error("Escape does not lead back to the table")
	}
	p.quiet()
}

// A hundred thousand rows: the file is small, the first paint early, and a step of
// scrolling is not felt. Only what is seen is in the document.
func TestHundredThousandRows(t *testing.T) {
	path := written(t, run(100_000, usual(), address), reportPage())
	if info, err := os.Stat(path); err != nil || info.Size() > 12_000_000 {
		t.Errorf("%d bytes (%v), want at most 12 MB", info.Size(), err)
	}
	// The best of three: the machine has others to serve, too.
	var p *tab
	paint := 1e9
	for i := 0; i < 3 && paint > 1000; i++ {
		p = newTab(t, path, 1400, "light")
		if rows := p.ready(); rows != 100_000 {
			t.Fatalf("%d rows", rows)
		}
		paint = ask[float64](p, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
	}
	t.Logf("first paint after %.0f ms", paint)
	if paint > 1000 {
		t.Errorf("first paint after %.0f ms, want at most 1 s", paint)
	}
	// By processor time, for the same reason.
	busy := p.processorTime()
	slowest := 0.0
	for i := range 60 {
		before := busy()
		ask[any](p, fmt.Sprintf(`(async () => {
			const grid = document.getElementById("grid"), frame = () => new Promise(requestAnimationFrame);
			grid.scrollTop = %[1]d %% 2 ? grid.scrollTop + 400 : (%[1]d * 7919 %% 60) / 60 * grid.scrollHeight;
			await frame(); await frame();
		})()`, i))
		slowest = max(slowest, busy()-before)
	}
	t.Logf("the slowest step of scrolling takes %.0f ms", slowest*1000)
	if slowest > 0.1 {
		t.Errorf("a step of scrolling takes %.0f ms, want at most 100", slowest*1000)
	}
	if n := ask[int](p, `document.querySelectorAll("#body [role=row]").length`); n == 0 || n > 80 {
		t.Errorf("%d rows are in the document", n)
	}
	ask[any](p, `(grid => { grid.scrollTop = grid.scrollHeight; })(document.getElementById("grid"))`)
	ask[any](p, `new Promise(done => setTimeout(done, 200))`)
	if rows := p.rows(); !strings.HasPrefix(rows[len(rows)-1], "100001|") {
		t.Errorf("the last row is %q", rows[len(rows)-1])
	}
	p.quiet()
}

// What would run in a page that believes its data is read here, and nothing else.
func TestHostileCells(t *testing.T) {
	reasons := usual()
	for i := range reasons {
		reasons[i].Message, reasons[i].Detail, reasons[i].Advice, reasons[i].Code = hostile[i], hostile[i+1], hostile[i+2], hostile[i+3]
	}
	said := reportPage()
	said.Input, said.Options, said.Stopped = hostile[1], hostile, hostile[0]
	for class := range said.Commands {
		said.Commands[class] = hostile[2]
	}
	p := newTab(t, written(t, run(5000, reasons, func(i int) string { return hostile[i%len(hostile)] }), said), 1400, "light")
	if rows := p.ready(); rows != 5000 {
		t.Fatalf("%d rows", rows)
	}
	// Each row is looked at, in the table and as a whole.
	ask[any](p, `(async () => {
		const grid = document.getElementById("grid");
		for (let i = 0; i < 60; i++) {
			grid.focus();
			grid.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
			document.getElementById("details").close();
			grid.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
		}
		for (const button of document.querySelectorAll(".filter")) button.click();
		await new Promise(done => setTimeout(done, 200));
	})()`)
	if hacked := ask[string](p, `String(window.hacked)`); hacked != "undefined" {
		t.Errorf("text number %s ran", hacked)
	}
	if n := ask[int](p, `document.querySelectorAll("img, iframe, object, embed, script:not(body > script), [onerror], [onfocus], [style*=url]").length`); n != 0 {
		t.Errorf("%d elements were made of texts", n)
	}
	if found := ask[bool](p, `/[\u202a-\u202e\u2066-\u2069\u0000\u001b]/.test(document.documentElement.textContent)`); found {
		t.Error("characters that turn the text around, or control something, are in the document")
	}
	if !strings.Contains(ask[string](p, `document.body.innerText`), hostile[1]) {
		t.Error("the texts are not shown as they are")
	}
	p.quiet()
}

// The policy of the page stops what would come into it in spite of everything.
func TestPolicyLetsNothingRun(t *testing.T) {
	p := newTab(t, written(t, run(10, usual(), address), reportPage()), 1400, "light")
	p.ready()
	ask[any](p, `(async () => {
		const div = document.createElement("div");
		div.innerHTML = "<img src=x onerror='window.hacked = 1'>";
		document.body.append(div);
		const script = document.createElement("script");
		script.textContent = "window.hacked = 2";
		document.body.append(script);
		try { await fetch("http://127.0.0.1:1/"); } catch {}
		await new Promise(done => setTimeout(done, 200));
	})()`)
	if hacked := ask[string](p, `String(window.hacked)`); hacked != "undefined" {
		t.Errorf("script %s ran", hacked)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if refused := strings.Count(strings.Join(p.said, "\n"), "Content Security Policy"); refused < 3 {
		t.Errorf("the policy refused %d things, want the picture, the script and the request: %q", refused, p.said)
	}
}

// A usual report prints on two pages, without the table and the buttons.
func TestPrintsOnTwoPages(t *testing.T) {
	p := newTab(t, written(t, run(5072, usual(), address), reportPage()), 1400, "dark")
	p.ready()
	pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
	if err != nil {
		t.Fatal(err)
	}
	if pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1)); pages < 1 || pages > 2 {
		t.Errorf("it prints on %d pages, want two at most", pages)
	}
	p.quiet()
}

// A file without phones has a page, too.
func TestNoRows(t *testing.T) {
	p := newTab(t, written(t, run(0, usual(), address), reportPage()), 1400, "light")
	if rows := p.ready(); rows != 0 {
		t.Errorf("%d rows", rows)
	}
	ask[any](p, `document.getElementById("grid").focus()`)
	p.press(kb.ArrowDown, kb.End, kb.Enter)
	if text := ask[string](p, `document.getElementById("shown").textContent`); text != "0 rows" {
		t.Errorf("it shows %q", text)
	}
	p.quiet()
}

// It is read on a phone: nothing is wider than the screen.
func TestNarrow(t *testing.T) {
	p := newTab(t, written(t, run(5072, usual(), address), reportPage()), 360, "light")
	p.ready()
	if wide := ask[int](p, `document.scrollingElement.scrollWidth`); wide > 360 {
		t.Errorf("the page is %d px wide on a screen of 360", wide)
	}
	if cut := ask[[]string](p, `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 361 && e.getBoundingClientRect().width > 1).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40))`); len(cut) > 0 {
		t.Errorf("beyond the edge: %q", cut)
	}
	p.quiet()
}

// A browser that cannot unpack the rows says so, and shows everything else.
func TestOldBrowser(t *testing.T) {
	old := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "delete window.DecompressionStream"})
		return err
	})
	p := newTab(t, written(t, run(10, usual(), address), reportPage()), 1400, "light", old)
	text := ask[string](p, `new Promise(done => { const e = document.getElementById("failed"), look = () => e.hidden ? setTimeout(look, 10) : done(e.textContent); look(); })`)
	if !strings.Contains(text, "results.csv") {
		t.Errorf("it says %q", text)
	}
}

// axe finds nothing, in light and dark, wide and narrow, with a row shown whole.
func TestAxeFindsNothing(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("node", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skip("*** axe-core is not here: accessibility was NOT tried. (make test fetches it) ***")
	}
	path := written(t, run(5072, usual(), address), reportPage())
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1400} {
			t.Run(fmt.Sprintf("%s %d", scheme, width), func(t *testing.T) {
				p := newTab(t, path, width, scheme)
				p.ready()
				ask[any](p, string(axe)+"; undefined")
				for _, before := range []string{"", `document.getElementById("details").close(), document.getElementById("grid").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }))`} {
					ask[any](p, before+"; undefined")
					var found []struct {
						ID, Help string
						Nodes    []struct{ HTML, FailureSummary string }
					}
					text := ask[string](p, `axe.run(document, { resultTypes: ["violations"] }).then(r => JSON.stringify(r.violations))`)
					if err := json.Unmarshal([]byte(text), &found); err != nil {
						t.Fatal(err)
					}
					for _, f := range found {
						t.Errorf("%s: %s: %.2000v", f.ID, f.Help, f.Nodes)
					}
				}
			})
		}
	}
}
