package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"entraphone/internal/authmethod"
)

// Page is what report.html is made of beside the results.
type Page struct {
	Facts
	Mask     bool     // numbers show their last two digits only
	TenantID string   // empty where the credential knows it, or there is none
	Options  []string // as they were given, such as "--map user=Login"

	// Commands are what to do next about each class, as shells take it.
	Commands map[authmethod.Class]string

	// Region is the country of a number by two letters, or "".
	Region func(authmethod.PhoneNumber) string
}

var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// WriteHTML writes report.html as [Publish] does: one file, which asks no network
// for anything and opens from disk. Its table holds all rows, or, of a file of more
// than [MostRows], those that need somebody. It is not all in memory at once.
//
// Everything of the file and of Graph is escaped, and the policy of the page lets
// nothing run but its own script, known by its hash.
func WriteHTML(path string, results *authmethod.Results, p Page) error {
	words := template.FuncMap{
		"grouped": grouped[int], "counted": countedIn, "minus": func(a, b int) int { return a - b },
		"dash": func(n int) string {
			if n == 0 {
				return "–"
			}
			return grouped(n)
		},
	}
	page, err := template.New("page").Funcs(words).Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("writing the page: %w", err) // unreachable unless bug
	}
	err = Publish(path, func(w io.Writer) error {
		v := p.view(results)
		if err := page.ExecuteTemplate(w, "top", v); err != nil {
			return err
		}
		if err := writeRows(w, results, p, v.Table); err != nil {
			return err
		}
		return page.ExecuteTemplate(w, "bottom", v)
	})
	if err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

// view is the page in words. The template only lays it out.
type view struct {
	Title, Mark, Headline, Stopped string // Mark is of what was no real run
	Masked                         bool
	Total                          int
	Outcomes                       []tally
	Bar                            template.HTML
	Left                           []leftClass
	Countries, Types               []share
	Facts                          []fact
	Pace                           *picture
	Table                          table
	Made                           string

	Policy string
	CSS    template.CSS
	JS     template.JS
}

type tally struct {
	Outcome authmethod.Outcome
	N       int
	Meaning string
	Kind    string // how it is coloured: done, same or open
}

type fact struct{ Term, Text string }

// table is what the table of rows holds.
type table struct {
	Rows    int // in it
	Of      int // of the file
	Limited bool
	OnlyBad bool // only rows that need somebody are in it
}

func (p Page) view(results *authmethod.Results) view {
	v := view{
		Mark: p.Kind(), Headline: p.headline(results), Stopped: shown(p.Stopped), Masked: p.Mask, Total: results.Rows().Len(),
		Outcomes: tallies(results), Left: p.left(results), Table: newTable(results), Facts: p.facts(results),
		Made: p.FinishedAt.UTC().Format("2 January 2006, 15:04 UTC"),
		CSS:  template.CSS(pageCSS), JS: template.JS(pageJS),
	}
	v.Title = strings.TrimPrefix(v.Mark+": ", ": ") + shown(p.Input) + ", entraphone"
	v.Bar = bar(v.Outcomes)
	v.Countries, v.Types = p.shares(results)
	if p.Pace != nil && !p.DryRun {
		v.Pace = p.Pace.draw()
	}
	v.Policy = fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'", hashOf(pageJS), hashOf(pageCSS))
	return v
}

// hashOf is how a policy names a script or a style, see
// https://www.w3.org/TR/CSP3/#grammardef-hash-source.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// headline is the run in a sentence. Only where nothing was written to a tenant, or
// the run is not over, there is a second one.
func (f Facts) headline(results *authmethod.Results) string {
	counts, all := results.Counts(), results.Rows().Len()
	if all == 0 {
		return "The file has no phones."
	}
	open := all
	for outcome, n := range counts {
		if outcome.Success() {
			open -= n
		}
	}
	would := "would be changed"
	if f.DryRun {
		would = "would be sent"
	}
	var parts []string
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, grouped(n)+" "+be(n, one, many))
		}
	}
	add(counts[authmethod.Created], "was registered", "were registered")
	add(counts[authmethod.Updated], "was changed", "were changed")
	add(counts[authmethod.Removed], "was removed", "were removed")
	add(counts[authmethod.Planned], would, would)
	add(counts[authmethod.Unchanged], "was so already", "were so already")
	add(counts[authmethod.Duplicate], "repeats an earlier row", "repeat earlier rows")
	if add(open, "needs somebody", "need somebody"); open == 0 {
		parts = append(parts, "nothing needs anybody")
	}
	return f.unfinished() + "Of " + countedIn(all, "phone") + " " + sentence(parts) + "." + f.unreal()
}

func (f Facts) unfinished() string {
	switch {
	case f.UnderWay:
		return "Still under way. "
	case f.Stopped != "":
		return "Stopped before the end. "
	}
	return ""
}

func (f Facts) unreal() string {
	switch {
	case f.DryRun:
		return " Nothing was sent."
	case f.Plan:
		return " Nothing was changed."
	case f.Rehearsal:
		return " Only the simulator was written to."
	}
	return ""
}

// sentence joins parts as people do.
func sentence(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

func be(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// grouped is a number with commas between thousands.
func grouped[T int | int64](n T) string {
	text := strconv.FormatInt(int64(n), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func tallies(results *authmethod.Results) (all []tally) {
	counts := results.Counts()
	for _, outcome := range authmethod.Outcomes() {
		if counts[outcome] == 0 {
			continue
		}
		kind := "open"
		switch {
		case outcome == authmethod.Unchanged || outcome == authmethod.Duplicate:
			kind = "same"
		case outcome.Success():
			kind = "done"
		}
		all = append(all, tally{outcome, counts[outcome], meanings[outcome], kind})
	}
	return all
}

// facts say what the run was.
func (p Page) facts(results *authmethod.Results) (all []fact) {
	add := func(term, text string) {
		if text != "" {
			all = append(all, fact{term, shown(text)})
		}
	}
	count := func(term string, n int64) {
		if n > 0 {
			add(term, grouped(n))
		}
	}
	add("File", p.Input)
	add("SHA-256", p.SHA256)
	count("Rows", int64(results.Rows().Len()))
	count("Lines left out", int64(p.LeftOut))
	count("People without any phone", int64(p.WithoutPhone))
	add("Target", p.Target)
	if !p.Rehearsal && !strings.Contains(p.Target, p.TenantID) {
		add("Tenant", p.TenantID)
	}
	add("Run", p.Run)
	add("Rolls back", p.Undoes)
	add("Options", strings.Join(p.Options, "  "))
	add("Tool", p.Tool)
	add("Began", p.StartedAt.UTC().Format("2006-01-02 15:04:05 UTC"))
	add("Ended", p.FinishedAt.UTC().Format("2006-01-02 15:04:05 UTC"))
	add("Duration", lasted(p.FinishedAt.Sub(p.StartedAt)))
	count("Requests", p.Requests)
	count("Phones sent", p.Operations-p.ReadBacks)
	count("Phones read back", p.ReadBacks)
	count("Throttled", p.Throttled)
	count("Answers lost", p.Lost)
	add("Limits", strings.Join(p.Limits, ", "))
	count("Needed somebody last time, too", int64(p.Known))
	if !p.UnderWay {
		add("Exit code", strconv.Itoa(p.ExitCode))
	}
	return all
}

// lasted is a duration for people.
func lasted(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// shown replaces what a browser would obey rather than show: control characters, and
// those that turn the direction of the text around them, by which one text looks like
// another (https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings).
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
