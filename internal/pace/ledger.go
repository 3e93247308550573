package pace

import (
	"sort"
	"time"
)

// ledger is what happened when: numbers of steps, in the order of time. It
// keeps what is younger than keep, at least.
type ledger struct {
	at  []time.Time
	sum []int // of all steps up to and including at
}

// keep is longer than any window that is known of Graph, which is 5 minutes.
const keep = 10 * time.Minute

func (l *ledger) add(at time.Time, n int) {
	if n == 0 {
		return
	}
	l.at, l.sum = append(l.at, at), append(l.sum, l.total()+n)
	if half := len(l.at) / 2; half > 500 && at.Sub(l.at[half]) > keep {
		l.at, l.sum = append(l.at[:0], l.at[half:]...), append(l.sum[:0], l.sum[half:]...)
	}
}

func (l *ledger) total() int {
	if len(l.sum) == 0 {
		return 0
	}
	return l.sum[len(l.sum)-1]
}

// after is how many steps are younger than t.
func (l *ledger) after(t time.Time) int {
	i := sort.Search(len(l.at), func(i int) bool { return l.at[i].After(t) })
	if i == 0 {
		return l.total()
	}
	return l.total() - l.sum[i-1]
}

// youngest is when the youngest n steps began, zero when there are fewer.
func (l *ledger) youngest(n int) time.Time {
	i := sort.SearchInts(l.sum, l.total()-n+1)
	if n <= 0 || i == len(l.sum) || l.total() < n {
		return time.Time{}
	}
	return l.at[i]
}

// fit is how many of n steps may join at once where room holds for every span,
// and else when the next may. Where all would soon, they wait for each other,
// so that requests stay full.
func (l *ledger) fit(now time.Time, n, room int, span time.Duration) (int, time.Time) {
	n = min(n, room)
	opens := func(n int) time.Time { // for that many
		began := l.youngest(room - n + 1)
		if began.IsZero() {
			return now
		}
		return began.Add(span)
	}
	if at := opens(n); !at.After(now.Add(span / 50)) {
		return n, at
	}
	if free := room - l.after(now.Add(-span)); free > 0 {
		return min(n, free), now
	}
	return 1, opens(1)
}
