package submit

import (
	"context"
	"slices"
	"sync"
	"time"

	"entraphone/internal/authmethod"
)

// queue holds the lanes that are not in the hands of a worker, those of each channel
// apart. Fresh lanes are kept as the plan has them, since most of a million users
// wait for their turn: what a lane needs on its way is made when it is taken.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	parts   []part // by channel

	rows  *authmethod.Rows
	begin func(authmethod.Lane) *lane
}

// part are the lanes of one channel.
type part struct {
	fresh  []authmethod.Lane // not begun, in the order of the file
	begun  []*lane           // in the order in which they are due
	taken  int               // lanes in the hands of workers
	closed bool              // its lanes have gone to the others, and so do those that come back
}

// newQueue makes a queue of lanes that have not begun, for so many channels. It calls
// begin for each when its turn comes, under its lock.
func newQueue(lanes []authmethod.Lane, channels int, rows *authmethod.Rows, begin func(authmethod.Lane) *lane) *queue {
	q := &queue{parts: make([]part, channels), rows: rows, begin: begin}
	q.changed.L = &q.mu
	if channels == 1 {
		q.parts[0].fresh = lanes
		return q
	}
	for _, tasks := range lanes {
		to := q.heir(tasks)
		to.fresh = append(to.fresh, tasks)
	}
	return q
}

// heir is the part to which a lane belongs, of those that are not closed, by a hash of
// its user. There is always one.
func (q *queue) heir(tasks authmethod.Lane) *part {
	share := uint32(authmethod.UserHash(q.rows.Address(q.rows.At(tasks[0].Row))))
	var open []*part
	for i := range q.parts {
		if !q.parts[i].closed {
			open = append(open, &q.parts[i])
		}
	}
	return open[int(share)%len(open)]
}

// take waits for lanes of a channel that may be sent and hands out up to most of them.
// Lanes that have begun come first, so that the number of begun ones stays small;
// fresh ones fill the batch up. It returns none when every lane of all channels is
// done, the channel is closed or ctx is done, or when all that is left of it is due
// only after the deadline, and no worker has a lane by which it may move. It does not
// wait for a full batch: how many steps a request carries is the pacer's matter.
func (q *queue) take(ctx context.Context, channel, most int, deadline func() time.Time) []*lane {
	defer context.AfterFunc(ctx, q.wake)()
	q.mu.Lock()
	defer q.mu.Unlock()
	from := &q.parts[channel]
	for ctx.Err() == nil && !from.closed && !q.done() {
		if batch := q.pick(from, most, time.Now()); len(batch) > 0 {
			from.taken += len(batch)
			return batch
		}
		if from.taken == 0 && len(from.begun) == 0 {
			if q.borrow(from, most) {
				continue
			}
		} else if from.taken == 0 && !from.begun[0].due.Before(deadline()) {
			return nil
		}
		q.sleep(from)
	}
	return nil
}

// borrow has a channel that has nothing to do carry the last users of the one that has
// most of them left, and reports whether there were any: hashes share unevenly, and some
// credentials are slower. Lanes that have begun stay where they are.
func (q *queue) borrow(to *part, most int) bool {
	from := to
	for i := range q.parts {
		if len(q.parts[i].fresh) > len(from.fresh) {
			from = &q.parts[i]
		}
	}
	at := len(from.fresh) - min(most, (len(from.fresh)+1)/2)
	to.fresh, from.fresh = from.fresh[at:], from.fresh[:at:at]
	return len(to.fresh) > 0
}

// finished reports whether nothing is left for a channel, now or later.
func (q *queue) finished(channel int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.parts[channel].closed || q.done()
}

// done reports whether nothing is left to take, now or later. A lane in the hands of a
// worker may come back, and go to another channel.
func (q *queue) done() bool {
	return !slices.ContainsFunc(q.parts, func(p part) bool { return p.taken > 0 || len(p.fresh) > 0 || len(p.begun) > 0 })
}

// sleep waits until something changes or the next lane is due. Without a begun
// lane only a worker that gives one back, or the end of the context, can wake
// it.
func (q *queue) sleep(from *part) {
	if len(from.begun) > 0 {
		timer := time.AfterFunc(time.Until(from.begun[0].due), q.wake)
		defer timer.Stop()
	}
	q.changed.Wait()
}

// wake holds the lock, so that no wake-up falls between a waiter's look at the
// queue and its wait.
func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changed.Broadcast()
}

// pick removes up to most lanes that are due and returns them. A lane that must
// be alone is a batch by itself.
func (q *queue) pick(from *part, most int, now time.Time) (batch []*lane) {
	for len(batch) < most && len(from.begun) > 0 && !from.begun[0].due.After(now) {
		l := from.begun[0]
		if l.alone && len(batch) > 0 {
			return batch
		}
		from.begun = from.begun[1:]
		batch = append(batch, l)
		if l.alone {
			return batch
		}
	}
	for len(batch) < most && len(from.fresh) > 0 {
		batch = append(batch, q.begin(from.fresh[0]))
		from.fresh = from.fresh[1:]
	}
	return batch
}

// forward counts a pause that ends now for nothing in the lanes of a channel.
func (q *queue) forward(channel int, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.parts[channel].begun {
		l.forward = now
	}
}

// giveBack returns lanes that were taken for a channel. They wait behind those that are
// due at the same time; lanes without tasks are done. Every lane that was taken must be
// given back exactly once, or take waits for ever.
func (q *queue) giveBack(channel int, lanes ...*lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.parts[channel].taken -= len(lanes)
	for _, l := range lanes {
		q.put(&q.parts[channel], l)
	}
	q.changed.Broadcast()
}

// put has a lane wait in a part, or in another one where that is closed.
func (q *queue) put(in *part, l *lane) {
	if len(l.tasks) == 0 {
		return
	}
	if in.closed {
		in = q.heir(l.tasks)
	}
	at, _ := slices.BinarySearchFunc(in.begun, l.due, func(other *lane, due time.Time) int {
		if other.due.After(due) {
			return 1
		}
		return -1
	})
	in.begun = slices.Insert(in.begun, at, l)
}

// pass returns a lane that was taken for one channel to the next that is open, and
// reports false, and does nothing, where there is none.
func (q *queue) pass(channel int, l *lane) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := 1; i < len(q.parts); i++ {
		if next := &q.parts[(channel+i)%len(q.parts)]; !next.closed {
			q.parts[channel].taken--
			q.put(next, l)
			q.changed.Broadcast()
			return true
		}
	}
	return false
}

// shut closes a channel: its lanes go to the others. closed is whether it was closed
// before; where there is no other, passed is false and nothing is done.
func (q *queue) shut(channel int) (closed, passed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := &q.parts[channel]
	if from.closed {
		return true, true
	}
	from.closed = true
	if !slices.ContainsFunc(q.parts, func(p part) bool { return !p.closed }) {
		from.closed = false
		return false, false
	}
	for _, l := range from.begun {
		q.put(from, l)
	}
	for _, tasks := range from.fresh {
		to := q.heir(tasks)
		to.fresh = append(to.fresh, tasks)
	}
	from.begun, from.fresh = nil, nil
	q.changed.Broadcast()
	return false, true
}
