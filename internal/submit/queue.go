package submit

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"entraphone/internal/authmethod"
)

// lane is a user's rows on their way. The head is rows[0]; everything else
// here is about the head alone and is cleared when it has its outcome.
type lane struct {
	rows authmethod.Lane // what has no outcome yet

	verb    authmethod.Verb // what is to be sent next for the head
	creates int             // creates that were sent
	reads   int             // reads that were sent since the last create
	first   time.Time       // when the head was first sent
	due     time.Time       // not to be sent before
	alone   bool            // to be sent in a request of its own

	// doubt is set when an earlier create may have been carried out although
	// its answer did not say so.
	doubt bool
	// stands is set when reading found a phone of the head's type, be it
	// another one or masked.
	stands bool
	// refusal is the answer to the create that the read is to explain; its
	// Status is 0 when the read follows a lost answer.
	refusal authmethod.Answer
	// last is the last answer that settled nothing.
	last authmethod.Answer
}

// sending notes that the head is about to be sent.
func (l *lane) sending(now time.Time) {
	if l.first.IsZero() {
		l.first = now
	}
	if l.verb == authmethod.Create {
		l.creates++
		l.reads = 0
		return
	}
	l.reads++
}

// queue holds the lanes that are not in the hands of a worker.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	fresh   []authmethod.Lane // not begun, in the order of the file
	ready   []*lane           // begun, and may be sent now
	later   laneHeap          // begun, and may be sent when due
	taken   int               // lanes in the hands of workers
}

func newQueue(lanes []authmethod.Lane) *queue {
	q := &queue{fresh: lanes}
	q.changed.L = &q.mu
	return q
}

// take waits for lanes that may be sent and hands out up to most of them.
// Lanes that have begun come first, so that the number of begun ones stays
// small; fresh ones fill the batch up. It returns none when every lane is done
// or ctx is.
func (q *queue) take(ctx context.Context, most int) []*lane {
	defer context.AfterFunc(ctx, q.wake)()
	q.mu.Lock()
	defer q.mu.Unlock()
	for ctx.Err() == nil && !q.done() {
		q.promote(time.Now())
		if batch := q.pick(most); len(batch) > 0 {
			q.taken += len(batch)
			return batch
		}
		q.sleep()
	}
	return nil
}

func (q *queue) done() bool {
	return q.taken == 0 && len(q.fresh) == 0 && len(q.ready) == 0 && len(q.later) == 0
}

// sleep waits until something changes or the next lane is due.
func (q *queue) sleep() {
	if len(q.later) > 0 {
		timer := time.AfterFunc(time.Until(q.later[0].due), q.wake)
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

func (q *queue) promote(now time.Time) {
	for len(q.later) > 0 && !q.later[0].due.After(now) {
		q.ready = append(q.ready, heap.Pop(&q.later).(*lane))
	}
}

func (q *queue) pick(most int) (batch []*lane) {
	for len(batch) < most && len(q.ready) > 0 {
		l := q.ready[0]
		if l.alone && len(batch) > 0 {
			return batch
		}
		q.ready = q.ready[1:]
		batch = append(batch, l)
		if l.alone {
			return batch
		}
	}
	for len(batch) < most && len(q.fresh) > 0 {
		batch = append(batch, &lane{rows: q.fresh[0], verb: authmethod.Create})
		q.fresh = q.fresh[1:]
	}
	return batch
}

// putBack returns lanes that were taken and not sent.
func (q *queue) putBack(batch []*lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken -= len(batch)
	q.ready = append(q.ready, batch...)
	q.changed.Broadcast()
}

// putLater returns a lane whose head is to be sent again when due.
func (q *queue) putLater(l *lane, due time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken--
	l.due = due
	heap.Push(&q.later, l)
	q.changed.Broadcast()
}

// next returns a lane whose head has its outcome; the row after it is the head
// from now on.
func (q *queue) next(l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken--
	if len(l.rows) > 1 {
		q.ready = append(q.ready, &lane{rows: l.rows[1:], verb: authmethod.Create})
	}
	q.changed.Broadcast()
}

// drop forgets a lane whose outcome could not be recorded.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken--
	q.changed.Broadcast()
}

// rest is what has begun and is not done, when no worker is left.
func (q *queue) rest() []*lane {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append(q.ready, q.later...)
}

// laneHeap orders lanes by when they are due.
type laneHeap []*lane

func (h laneHeap) Len() int           { return len(h) }
func (h laneHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h laneHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laneHeap) Push(x any)        { *h = append(*h, x.(*lane)) }
func (h *laneHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
