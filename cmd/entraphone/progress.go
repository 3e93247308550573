package main

import (
	"fmt"
	"math"
	"sync"
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
	mu     sync.Mutex  // guards ticker, and is held while the log has a line
	ticker *time.Timer // nil with a terminal, and at the end
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
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ticker = time.AfterFunc(every, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.ticker == nil {
				return // it has ended
			}
			p.log(logger.Info().Str("what", what), time.Now(), status())
			p.ticker.Reset(every)
		})
		return p
	}
	p.lines = mpb.New(mpb.WithOutput(screen.plain), mpb.WithWidth(24))
	p.bar = p.lines.AddBar(int64(total), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit(begin+"%d/%d "+what+" ")),
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
	if p.bar == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ticker.Stop()
		p.ticker = nil
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
	rate, left := p.measured(now)
	if rate == 0 {
		return "starting"
	}
	return fmt.Sprintf("%.1f/s, %s left", rate, left.Round(time.Second))
}

// measured is what was done a second so far, and how long it would take to the end; 0
// before anything was. The waiting so far counts, which the momentary rate leaves out.
func (p *progress) measured(now time.Time) (rate float64, left time.Duration) {
	done := p.done.Load()
	elapsed := now.Sub(p.start).Seconds()
	if done == 0 || elapsed <= 0 {
		return 0, 0
	}
	rate = float64(done) / elapsed
	return rate, time.Duration(float64(int64(p.total)-done) / rate * float64(time.Second))
}

// log writes the same as fields, which are there where they mean something.
func (p *progress) log(line *zerolog.Event, now time.Time, status pace.Status) {
	line = line.Int64("done", p.done.Load()).Int("of", p.total)
	if rate, left := p.measured(now); rate > 0 {
		line = line.Float64("rate", math.Round(rate*10)/10).Float64("left_seconds", math.Round(left.Seconds()))
	}
	if status.Held {
		line = line.Str("waiting", string(status.Reason)).Float64("waiting_seconds", math.Round(max(0, status.Until.Sub(now).Seconds())))
	}
	line.Msg("under way")
}
