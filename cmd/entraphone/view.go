package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
	"entraphone/internal/report"
)

// view is a run under way, as people look at it: how far it is, how fast it goes, when
// it will be done, what became of its rows, and what it waits for. What is shown
// depends on it, the time and the size of the terminal alone.
type view struct {
	title    string // what is done, and to whom
	what     string // is counted: phones or users
	done     int
	total    int
	start    time.Time
	flow     flow
	outcomes map[authmethod.Outcome]int
	problems []string // the last ones, a line each
}

// flow is how fast a run may go at the moment, by all of its credentials together.
type flow struct {
	pace.Status
	held, ways int // credentials that wait, of how many; 0 where there is but one
}

// A terminal that has less columns or rows gets one line. mostProblems are shown.
const (
	fewColumns   = 60
	fewRows      = 12
	mostProblems = 3
)

// settle counts a row, and remembers it where it needs somebody. No number is in the
// line: Graph's own message, which may repeat one, is left to the results.
func (v *view) settle(row *authmethod.Row, result authmethod.Result) {
	if v.done++; v.outcomes == nil {
		v.outcomes = map[authmethod.Outcome]int{}
	}
	if v.outcomes[result.Outcome]++; result.Outcome.Success() || result.Outcome == authmethod.Dependency {
		return // the row that it waits for says more
	}
	if len(v.problems) == mostProblems {
		v.problems = append(v.problems[:0], v.problems[1:]...)
	}
	v.problems = append(v.problems, report.Printable(fmt.Sprintf("line %d, %s: %s: %s", row.Line, report.MaskUser(row.User), row.PhoneType, result.Message)))
}

// lines are those for a terminal of this size; each is shorter than it is wide.
func (v *view) lines(now time.Time, columns, rows int) []string {
	if columns < fewColumns || rows < fewRows {
		return []string{v.line(now, columns)}
	}
	lines := []string{v.title, v.bar(columns - 1), v.speed(now), v.counts(), v.state(now)}
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	if len(v.problems) > 0 {
		lines = append(lines, "last problems:")
		for _, problem := range v.problems {
			lines = append(lines, "  "+problem)
		}
	}
	for i, line := range lines {
		lines[i] = clipped(line, columns-1)
	}
	return lines
}

// line is the whole in one line, the most important first.
func (v *view) line(now time.Time, columns int) string {
	state := v.state(now)
	if rate, left := v.measured(now); !v.flow.Held && rate > 0 {
		state = fmt.Sprintf("%.1f/s, %s left", rate, shortly(left))
	}
	return clipped(fmt.Sprintf("%d%%, %s, %s of %s", v.percent(), state, thousands(v.done), thousands(v.total)), columns-1)
}

func (v *view) percent() int { return 100 * v.done / max(1, v.total) }

// bar fills what the numbers leave of a line.
func (v *view) bar(columns int) string {
	numbers := fmt.Sprintf("%3d%%  %s of %s", v.percent(), thousands(v.done), counted(v.total, v.what))
	long := min(40, columns-len(numbers)-3)
	full := long * v.done / max(1, v.total)
	bar := strings.Repeat("=", full) + strings.Repeat("-", long-full)
	if full > 0 && full < long {
		bar = bar[:full-1] + ">" + bar[full:]
	}
	return "[" + bar + "] " + numbers
}

// speed is what was done a second so far beside the limit that was found, and when it
// will be over.
func (v *view) speed(now time.Time) string {
	rate, left := v.measured(now)
	if rate == 0 {
		return ""
	}
	text := fmt.Sprintf("%.1f a second", rate)
	switch limited := v.flow.Rate > 0 && v.flow.Rate < pace.Unlimited; {
	case limited && v.flow.Found:
		text += fmt.Sprintf(" (limit found: %.1f)", v.flow.Rate)
	case limited:
		text += fmt.Sprintf(" (--rate: %.1f)", v.flow.Rate)
	}
	if v.done < v.total {
		text += fmt.Sprintf("; %s left, done at %s", shortly(left), timeOfDay(now, now.Add(left)))
	}
	return text
}

func (v *view) counts() string {
	var parts []string
	for _, outcome := range authmethod.Outcomes() {
		if n := v.outcomes[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", outcome, thousands(n)))
		}
	}
	return strings.Join(parts, ", ")
}

// state says why nothing moves, or that it does.
func (v *view) state(now time.Time) string {
	state := "under way"
	switch {
	case v.flow.Held:
		why := map[pace.Reason]string{pace.Throttled: "Graph is throttling", pace.Trouble: "Graph fails or cannot be reached", pace.Closed: "the --window is closed"}[v.flow.Reason]
		state = fmt.Sprintf("waiting %s: %s", shortly(max(time.Second, v.flow.Until.Sub(now))), why)
	case v.done == 0:
		state = "starting"
	}
	if v.flow.held > 0 {
		state += fmt.Sprintf("; %d of %d credentials held", v.flow.held, v.flow.ways)
	}
	return state
}

// measured is what was done a second so far, and how long it would take to the end; 0
// before anything was. The waiting so far counts, which the momentary rate leaves out,
// but for the time of the day: how long that is shut is known. The first rows go out in
// a burst, which the limit is slower than.
func (v *view) measured(now time.Time) (rate float64, left time.Duration) {
	elapsed := (now.Sub(v.start) - v.flow.Waits.Closed).Seconds()
	if v.done == 0 || elapsed <= 0 {
		return 0, 0
	}
	rate = float64(v.done) / elapsed
	lasting := rate
	if v.flow.Rate > 0 {
		lasting = min(rate, v.flow.Rate)
	}
	left = time.Duration(float64(v.total-v.done) / lasting * float64(time.Second))
	if v.flow.Held && v.flow.Reason == pace.Closed {
		left += v.flow.Until.Sub(now)
	}
	return rate, left
}

// shortly is how long something takes, in no more than two units.
func shortly(d time.Duration) string {
	if d < time.Hour {
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// timeOfDay is a time as somebody at now says it.
func timeOfDay(now, at time.Time) string {
	switch days := at.Sub(now).Hours() / 24; {
	case days >= 6:
		return at.Format("15:04 on 2 January")
	case at.Day() != now.Day():
		return at.Format("15:04 on Monday")
	}
	return at.Format("15:04")
}
