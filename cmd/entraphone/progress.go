package main

import (
	"math"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
)

// progress shows a run under way: as lines at the bottom of a terminal, and elsewhere
// as a line of the log every minute.
type progress struct {
	screen *console
	status func() flow
	mu     sync.Mutex  // guards the rest, and is held while something is shown
	view   view        // its flow is that of the last time it was shown
	ticker *time.Timer // nil at the end
}

// every is how often the log says how far the run is, and often how often a terminal
// shows it.
const (
	every = time.Minute
	often = 200 * time.Millisecond
)

// viewOf is how a run looks before it begins to send, or to read what stands there.
func viewOf(r *importRun, planning bool) view {
	v := view{title: "sending to " + r.target.words, what: "phone"}
	switch {
	case planning:
		v.title = "reading what stands in " + r.target.words
	case r.undoes != "":
		v.title = "rolling back " + r.undoes + " in " + r.target.words
	case r.file.action == authmethod.Remove:
		v.title = "removing from " + r.target.words
	}
	if kind := runKind(r); kind != "" {
		v.title = kind + ": " + v.title
	}
	v.title = report.Printable(v.title) // settings may hold anything
	for _, lane := range r.lanes {
		v.total += len(lane)
	}
	return v
}

// newProgress shows a view of what has just begun, until end is called.
func newProgress(screen *console, logger zerolog.Logger, v view, status func() flow) *progress {
	v.start = time.Now()
	p := &progress{screen: screen, status: status, view: v}
	show, interval := func(now time.Time) { p.log(logger.Info().Str("what", plural(v.what, 2)), now) }, every
	if screen.terminal {
		show, interval = p.draw, often
		screen.begin()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticker = time.AfterFunc(interval, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.ticker == nil {
			return // it has ended
		}
		p.view.flow = p.status()
		show(time.Now())
		p.ticker.Reset(interval)
	})
	return p
}

// add counts one more, such as a user who was read.
func (p *progress) add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view.done++
}

// settle counts a row with its outcome.
func (p *progress) settle(row *authmethod.Row, result authmethod.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.view.settle(row, result)
}

// end takes the lines away, before anything else is written.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticker.Stop()
	p.ticker = nil
	p.screen.end()
}

func (p *progress) draw(now time.Time) { p.screen.show(now, &p.view) }

// log writes the same as fields, which are there where they mean something.
func (p *progress) log(line *zerolog.Event, now time.Time) {
	line = line.Int("done", p.view.done).Int("of", p.view.total)
	if rate, left := p.view.measured(now); rate > 0 {
		line = line.Float64("rate", math.Round(rate*10)/10).Float64("left_seconds", math.Round(left.Seconds()))
	}
	if status := p.view.flow; status.Held {
		line = line.Str("waiting", string(status.Reason)).Float64("waiting_seconds", math.Round(max(0, status.Until.Sub(now).Seconds())))
	}
	line.Msg("under way")
}
