package submit

import (
	"context"
	"slices"
	"sync"
	"time"

	"entraphone/internal/authmethod"
)

// queue holds the lanes that are not in the hands of a worker. Fresh lanes are
// kept as the plan has them, since most of a million users wait for their turn:
// what a lane needs on its way is made when it is taken.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	fresh   []authmethod.Lane // not begun, in the order of the file
	begun   []*lane           // in the order in which they are due
	taken   int               // lanes in the hands of workers

	begin func(authmethod.Lane) *lane
}

// newQueue makes a queue of lanes that have not begun. It calls begin for each
// when its turn comes, under its lock.
func newQueue(lanes []authmethod.Lane, begin func(authmethod.Lane) *lane) *queue {
	q := &queue{fresh: lanes, begin: begin}
	q.changed.L = &q.mu
	return q
}

// take waits for lanes that may be sent and hands out up to most of them. Lanes
// that have begun come first, so that the number of begun ones stays small;
// fresh ones fill the batch up. It returns none when every lane is done or ctx
// is, or when all that is left is due only after the deadline, and no worker has a
// lane by which it may move. It does not wait for a full batch: how many steps a
// request carries is the pacer's matter.
func (q *queue) take(ctx context.Context, most int, deadline func() time.Time) []*lane {
	defer context.AfterFunc(ctx, q.wake)()
	q.mu.Lock()
	defer q.mu.Unlock()
	for ctx.Err() == nil && !q.done() {
		if batch := q.pick(most, time.Now()); len(batch) > 0 {
			q.taken += len(batch)
			return batch
		}
		if q.taken == 0 && !q.begun[0].due.Before(deadline()) {
			return nil
		}
		q.sleep()
	}
	return nil
}

// finished is done for those that do not hold the lock.
func (q *queue) finished() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.done()
}

// done reports whether nothing is left to take, now or later. A lane in the
// hands of a worker may come back.
func (q *queue) done() bool {
	return q.taken == 0 && len(q.fresh) == 0 && len(q.begun) == 0
}

// sleep waits until something changes or the next lane is due. Without a begun
// lane only a worker that gives one back, or the end of the context, can wake
// it.
func (q *queue) sleep() {
	if len(q.begun) > 0 {
		timer := time.AfterFunc(time.Until(q.begun[0].due), q.wake)
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
func (q *queue) pick(most int, now time.Time) (batch []*lane) {
	for len(batch) < most && len(q.begun) > 0 && !q.begun[0].due.After(now) {
		l := q.begun[0]
		if l.alone && len(batch) > 0 {
			return batch
		}
		q.begun = q.begun[1:]
		batch = append(batch, l)
		if l.alone {
			return batch
		}
	}
	for len(batch) < most && len(q.fresh) > 0 {
		batch = append(batch, q.begin(q.fresh[0]))
		q.fresh = q.fresh[1:]
	}
	return batch
}

// giveBack returns lanes that were taken. They wait behind those that are due at
// the same time; lanes without tasks are done. Every lane that was taken must be
// given back exactly once, or take waits for ever.
func (q *queue) giveBack(lanes ...*lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken -= len(lanes)
	for _, l := range lanes {
		if len(l.tasks) == 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(q.begun, l.due, func(other *lane, due time.Time) int {
			if other.due.After(due) {
				return 1
			}
			return -1
		})
		q.begun = slices.Insert(q.begun, at, l)
	}
	q.changed.Broadcast()
}
