package submit

import (
	"context"
	"slices"
	"sync"
	"time"

	"entraphone/internal/authmethod"
)

// lane is a user's tasks on their way. The head is tasks[0]; everything else
// here is about the head alone and is cleared when it has its outcome. It
// belongs to whoever holds it, queue or worker, so that it needs no lock.
type lane struct {
	tasks authmethod.Lane // what has no outcome yet

	verb   authmethod.Verb // what is to be sent next for the head
	writes int             // writes that were sent
	tries  int             // writes that got no answer of Graph to them
	reads  int             // reads that were sent since the last write
	absent int             // reads among them that showed no phone
	others int             // reads among them that showed another number
	due    time.Time       // not to be sent before
	alone  bool            // to be sent in a request of its own

	// intended is set when a write was recorded to be sent, even if it never left
	// this machine.
	intended bool

	// doubt is set when an earlier write may have been carried out although
	// its answer did not say so, and lost when there was no answer to it.
	doubt, lost bool
	// stands is set when reading found a phone of the head's type, be it
	// another one or masked.
	stands bool
	// refusal is the answer to the write that the read is to explain; its Status
	// is 0 when the read follows lost answers. It becomes the result where the
	// read finds no phone.
	refusal authmethod.Answer
	// last is the last answer that settled nothing. A row that the run leaves
	// unsettled shows its request id.
	last authmethod.Answer
}

// sending notes that the head is about to be sent. A read that follows another
// write than the last one says nothing about it, so the counts of reads begin
// anew with each write.
func (l *lane) sending() {
	if l.verb == authmethod.Read {
		l.reads++
		return
	}
	l.writes++
	l.intended = true
	l.reads, l.absent, l.others = 0, 0, 0
}

// row is the head's. It panics for a lane that is done.
func (l *lane) row() authmethod.RowNumber { return l.tasks[0].Row }

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
// is. It does not wait for a full batch: how many steps a request carries is the
// pacer's matter.
func (q *queue) take(ctx context.Context, most int) []*lane {
	defer context.AfterFunc(ctx, q.wake)()
	q.mu.Lock()
	defer q.mu.Unlock()
	for ctx.Err() == nil && !q.done() {
		if batch := q.pick(most, time.Now()); len(batch) > 0 {
			q.taken += len(batch)
			return batch
		}
		q.sleep()
	}
	return nil
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
