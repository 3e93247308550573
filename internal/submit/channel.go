package submit

import (
	"context"
	"errors"
	"slices"
	"time"

	"entraphone/internal/pace"
)

// Channel is a way to Graph with a budget of its own: an app registration.
type Channel struct {
	Name   string // in results; empty where there is no other
	Sender Sender
	Pacer  *pace.Pacer
}

// channel is one in use.
type channel struct {
	Channel
	n      int // among the channels
	health health
}

// ended is an error by which a channel ends: the run goes on where there is another.
type ended struct{ error }

// over is the error that ends the channel at that time, or nil.
func (c *channel) over(at time.Time, giveUpAfter time.Duration) error {
	if err := c.health.verdict(at, c.Pacer.Status().Until, giveUpAfter); err != nil {
		return ended{err}
	}
	return nil
}

// pause waits until something may be sent again. That counts for nothing when it is
// asked since when nothing has gone forward.
func (c *channel) pause(ctx context.Context, q *queue, until time.Time) {
	began := time.Now()
	c.Pacer.Hold(until, pace.Closed)
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	q.forward(c.n, time.Now())
	c.health.resume(time.Now(), began)
}

// end ends the channel, and with it the run where there is no other. A run that is
// stopped ends with what the channel says.
func (c *channel) end(ctx context.Context, q *queue, why error, told func(string, error)) error {
	if ctx.Err() != nil {
		return why
	}
	before, passed := q.shut(c.n)
	switch {
	case !passed:
		return why
	case !before:
		told(c.Name, why)
	}
	return nil
}

// channels are all of a run.
type channels []*channel

func (all channels) stats() (sum Stats) {
	for _, c := range all {
		c.health.mu.Lock()
		of := c.health.stats
		c.health.mu.Unlock()
		sum.Operations += of.Operations
		sum.Throttled += of.Throttled
		sum.Lost += of.Lost
		sum.ReadBacks += of.ReadBacks
		sum.Paused = max(sum.Paused, of.Paused)
	}
	return sum
}

// verdict is that on a run of which nothing is left. Of several channels, one that was
// refused is told, as long as another has let something through.
func (all channels) verdict(q *queue, told func(string, error)) error {
	welcome := slices.ContainsFunc(all, func(c *channel) bool { return c.health.welcomed() })
	for _, c := range all {
		err := c.health.end()
		_, refused := errors.AsType[*RefusedError](err)
		switch {
		case err == nil || q.parts[c.n].closed:
		case refused && welcome:
			told(c.Name, err)
		default:
			return err
		}
	}
	return nil
}
