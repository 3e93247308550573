package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	svg "github.com/ajstarks/svgo"
)

// Pace is how fast a run went, in slots of equal width; summary.json keeps it. Every
// list has an element for each slot.
type Pace struct {
	Began     time.Time `json:"began"`
	Seconds   float64   `json:"slotSeconds"`         // width of a slot
	Accepted  []int     `json:"accepted"`            // operations that Graph worked on
	Throttled []int     `json:"throttled"`           // operations that were answered 429
	Held      []float64 `json:"heldSeconds"`         // time in which nothing might be sent
	Limit     []float64 `json:"limitFoundPerSecond"` // 0 until something was throttled
}

// whole reports whether the lists belong together, as those of a file may not that
// somebody has edited.
func (p *Pace) whole() bool {
	n := len(p.Accepted)
	return n > 0 && p.Seconds > 0 && len(p.Throttled) == n && len(p.Held) == n && len(p.Limit) == n
}

// picture is the pace as it is drawn. Its texts stand beside it, so that they keep
// their size on a small screen.
type picture struct {
	SVG       template.HTML
	Words     string // what it shows, for whoever does not see it
	Top, Half string // of the scale, operations a second
	Mid, Till string // of the time since it began
	Limit     string // the last one found, or ""
	Throttled bool
	Held      bool
}

// The units of the picture, of which a slot is slotWide wide. It is stretched to the
// width of the page.
const (
	slotWide = 20
	high     = 1000
)

// draw draws bars for what was accepted, and, on top, what was throttled; a ground for
// the time of waiting, the stronger the more of a slot it was; and a line for the limit
// that was found.
func (p *Pace) draw() *picture {
	if !p.whole() {
		return nil
	}
	var accepted, throttled int
	var held, most, limit float64
	for i := range p.Accepted {
		accepted, throttled, held = accepted+p.Accepted[i], throttled+p.Throttled[i], held+p.Held[i]
		limit = p.Limit[i]
		most = max(most, float64(p.Accepted[i]+p.Throttled[i])/p.Seconds, limit)
	}
	top := scale(most)
	span := time.Duration(float64(len(p.Accepted)) * p.Seconds * float64(time.Second))
	pic := &picture{
		Top: short(top), Half: short(top / 2), Mid: lasted(span / 2), Till: lasted(span),
		Throttled: throttled > 0, Held: held > 0,
		Words: fmt.Sprintf("%s accepted in %s, %s throttled, %s of waiting", countedIn(accepted, "operation"), lasted(span), grouped(throttled), lasted(time.Duration(held*float64(time.Second)))),
	}
	if limit > 0 {
		pic.Limit = short(limit)
		pic.Words += "; the limit found is " + pic.Limit + " a second"
	}
	pic.SVG = p.svg(top)
	return pic
}

func (p *Pace) svg(top float64) template.HTML {
	var text strings.Builder
	canvas := svg.New(&text)
	wide := slotWide * len(p.Accepted)
	fmt.Fprintf(&text, `<svg viewBox="0 0 %d %d" preserveAspectRatio="none" aria-hidden="true" focusable="false">`, wide, high)
	height := func(n float64) int { return int(math.Round(n / top * high)) }
	for i := range p.Accepted {
		if h := p.Held[i]; h > 0 {
			canvas.Rect(i*slotWide, 0, slotWide, high, `class="held"`, fmt.Sprintf(`fill-opacity="%.2f"`, min(1, h/p.Seconds)))
		}
	}
	for _, y := range []int{0, high / 2} {
		canvas.Line(0, y, wide, y, `class="rule"`)
	}
	for i := range p.Accepted {
		x := i * slotWide
		a, t := height(float64(p.Accepted[i])/p.Seconds), height(float64(p.Throttled[i])/p.Seconds)
		if a > 0 {
			canvas.Rect(x+1, high-a, slotWide-2, a, `class="accepted"`)
		}
		if t > 0 {
			canvas.Rect(x+1, high-a-t, slotWide-2, t, `class="throttled"`)
		}
	}
	var xs, ys []int
	for i, limit := range p.Limit {
		if y := high - height(limit); limit > 0 {
			xs, ys = append(xs, i*slotWide, (i+1)*slotWide), append(ys, y, y)
		}
	}
	if len(xs) > 0 {
		canvas.Polyline(xs, ys, `class="under"`) // so that it shows before the bars
		canvas.Polyline(xs, ys, `class="limit"`)
	}
	canvas.End()
	return template.HTML(text.String()) // numbers and words of this program alone
}

// scale is the end of an axis on which a value has room: 1, 2 or 5 times a power of
// ten.
func scale(most float64) float64 {
	if most <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most)))
	for _, step := range []float64{1, 2, 4, 5} {
		if most <= step*power {
			return step * power
		}
	}
	return 10 * power
}

// short is a rate with as many digits as tell something.
func short(n float64) string {
	text := fmt.Sprintf("%.2f", n)
	if n >= 10 {
		text = fmt.Sprintf("%.1f", n)
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func countedIn(n int, noun string) string { return grouped(n) + " " + be(n, noun, noun+"s") }

// bar is how the rows divide into outcomes, as one line of colours.
func bar(outcomes []tally) template.HTML {
	all := 0
	for _, t := range outcomes {
		all += t.N
	}
	if all == 0 {
		return ""
	}
	var text strings.Builder
	canvas := svg.New(&text)
	text.WriteString(`<svg viewBox="0 0 10000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">`)
	x, before := 0, 0
	for _, kind := range []string{"done", "same", "open"} {
		for _, t := range outcomes {
			if t.Kind == kind {
				before += t.N
			}
		}
		end := int(math.Round(float64(before) / float64(all) * 10000))
		if end > x {
			canvas.Rect(x, 0, end-x, 10, `class="`+kind+`"`)
		}
		x = end
	}
	canvas.End()
	return template.HTML(text.String())
}
