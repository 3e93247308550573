package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"entraphone/internal/pace"
)

// progress says how far a run is, how fast it goes, how long it will take, and
// what it waits for: as a line on a terminal, and elsewhere as a line of the log
// every minute.
type progress struct {
	screen *console
	lines  *mpb.Progress // nil without a terminal
	bar    *mpb.Bar
	ticker *time.Timer // nil with one
	total  int
	done   atomic.Int64
	start  time.Time
}

// every is how often the log says how far the run is.
const every = time.Minute

// newProgress shows the line until end is called; what is what it counts.
func newProgress(screen *console, logger zerolog.Logger, what string, total int, status func() pace.Status) *progress {
	p := &progress{screen: screen, total: total, start: time.Now()}
	if !screen.terminal {
		p.ticker = time.AfterFunc(every, func() {
			logger.Info().Int64("done", p.done.Load()).Int("of", total).Str("progress", p.text(time.Now(), status())).Msg("under way")
			p.ticker.Reset(every)
		})
		return p
	}
	p.lines = mpb.New(mpb.WithOutput(screen.plain), mpb.WithWidth(24))
	p.bar = p.lines.AddBar(int64(total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d/%d "+what+" ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return " " + p.text(time.Now(), status())
		})),
	)
	screen.through(p.lines)
	return p
}

// add counts one more, such as a row that has its outcome.
func (p *progress) add() {
	p.done.Add(1)
	if p.bar != nil {
		p.bar.Increment()
	}
}

// end takes the line away, before anything else is written.
func (p *progress) end() {
	if p.ticker != nil {
		p.ticker.Stop()
		return
	}
	p.screen.without(func() {
		p.bar.Abort(true)
		p.lines.Wait()
	})
}

// text is the part of the line that is not a bar. A wait counts more than the
// pace: it says why nothing moves.
func (p *progress) text(now time.Time, status pace.Status) string {
	if status.Held {
		why := map[pace.Reason]string{pace.Throttled: "Graph is throttling", pace.Trouble: "Graph fails or cannot be reached", pace.Closed: "the --window is closed"}[status.Reason]
		return fmt.Sprintf("waiting %s: %s", max(time.Second, status.Until.Sub(now).Round(time.Second)), why)
	}
	done := p.done.Load()
	elapsed := now.Sub(p.start).Seconds()
	if done == 0 || elapsed <= 0 {
		return "starting"
	}
	// What was measured counts the waiting so far, which the momentary rate
	// does not.
	rate := float64(done) / elapsed
	left := time.Duration(float64(int64(p.total)-done) / rate * float64(time.Second))
	return fmt.Sprintf("%.1f/s, %s left", rate, left.Round(time.Second))
}
