package graphsim

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// QuotaKind is how a quota counts.
type QuotaKind int

const (
	// TokenBucket holds Limit tokens, full at first, and regains Limit of
	// them evenly in every Window.
	TokenBucket QuotaKind = iota
	// FixedWindow takes Limit writes in each of the windows that follow each
	// other from the quota's beginning.
	FixedWindow
	// SlidingWindow takes Limit writes in any Window.
	SlidingWindow
)

// Quota limits writes: creates count one by one, also in a $batch, and reads
// do not count. Without a Limit or a Window there is none.
type Quota struct {
	Kind   QuotaKind
	Limit  int
	Window time.Duration

	// CountThrottled counts refused writes as well, so that asking too early
	// prolongs the wait. A bucket then goes into debt, by Limit at most; a
	// fixed window, being full, shows no difference.
	CountThrottled bool
}

// RetryAfterForm is how Retry-After is written.
type RetryAfterForm int

// Graph sends whole seconds as a rule, fractions at times, and nothing for
// some resources (https://learn.microsoft.com/graph/throttling-limits); HTTP
// also allows dates.
const (
	RetryAfterSeconds  RetryAfterForm = iota // rounded up, at least 1
	RetryAfterFraction                       // to the millisecond, rounded up
	RetryAfterDate                           // rounded up to the second
	RetryAfterNone
)

func (form RetryAfterForm) text(now time.Time, wait time.Duration) string {
	switch form {
	case RetryAfterSeconds:
		return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
	case RetryAfterFraction:
		return strconv.FormatFloat(math.Ceil(float64(wait)/1e6)/1e3, 'f', 3, 64)
	case RetryAfterDate:
		then := now.Add(wait + time.Second - 1).Truncate(time.Second)
		return then.UTC().Format(http.TimeFormat)
	}
	return ""
}

// meter counts writes against a quota. Its times are since the simulator's
// start. Every step costs the same however many writes are counted.
type meter struct {
	quota Quota

	full  time.Duration // TokenBucket: when the bucket will be full again
	start time.Duration // FixedWindow: when the present window began
	count int           // FixedWindow: writes in it
	last  ring          // SlidingWindow: the last Limit counted writes
}

func (m *meter) set(q Quota, now time.Duration) {
	old := *m
	m.quota = q
	switch {
	case q.Limit <= 0 || q.Window <= 0:
		*m = meter{}
	case old.quota.Limit == 0 || q.Kind != old.quota.Kind:
		*m = meter{quota: q, full: now, start: now}
	case q.Kind == TokenBucket:
		scale := float64(q.interval()) / float64(old.quota.interval())
		tokens := time.Duration(float64(now+old.quota.Window-max(old.full, now)) * scale)
		m.full = now + max(0, q.Window-tokens)
	case q.Kind == SlidingWindow:
		m.last = old.last.resized(q.Limit)
	}
}

// interval is the time in which a bucket regains one token.
func (q Quota) interval() time.Duration { return max(1, q.Window/time.Duration(q.Limit)) }

// take counts a write and returns 0, or how long it is until one would be
// taken.
func (m *meter) take(now time.Duration) time.Duration {
	if m.quota.Limit == 0 {
		return 0
	}
	switch m.quota.Kind {
	case FixedWindow:
		return m.takeFixed(now)
	case SlidingWindow:
		return m.takeSliding(now)
	}
	return m.takeToken(now)
}

// takeToken keeps the bucket as the one moment at which it will be full, which
// makes waits exact: counting tokens in fractions would not.
func (m *meter) takeToken(now time.Duration) time.Duration {
	interval := m.quota.interval()
	taken := max(m.full, now) + interval
	wait := taken - (now + m.quota.Window)
	if wait <= 0 {
		m.full = taken
		return 0
	}
	if m.quota.CountThrottled {
		m.full = min(taken, now+2*m.quota.Window)
		wait = m.full + interval - (now + m.quota.Window)
	}
	return wait
}

func (m *meter) takeFixed(now time.Duration) time.Duration {
	if passed := now - m.start; passed >= m.quota.Window {
		m.start += passed - passed%m.quota.Window
		m.count = 0
	}
	if m.count >= m.quota.Limit {
		return m.start + m.quota.Window - now
	}
	m.count++
	return 0
}

func (m *meter) takeSliding(now time.Duration) time.Duration {
	wait := m.last.leaves(m.quota, now)
	if wait <= 0 || m.quota.CountThrottled {
		m.last.push(now, m.quota.Limit)
	}
	if wait <= 0 {
		return 0
	}
	return m.last.leaves(m.quota, now)
}

// ring holds the times of the last writes, no more than the limit: whether one
// more fits in the window depends only on the oldest of so many.
type ring struct {
	times []time.Duration
	next  int // where the oldest stands once the ring is full
}

func (r *ring) push(now time.Duration, limit int) {
	if len(r.times) < limit {
		r.times = append(r.times, now)
		return
	}
	r.times[r.next] = now
	r.next = (r.next + 1) % limit
}

// leaves is how long it is until fewer than the limit stand in the window.
func (r *ring) leaves(q Quota, now time.Duration) time.Duration {
	if len(r.times) < q.Limit {
		return 0
	}
	return r.times[r.next] + q.Window - now
}

// resized keeps the youngest that fit.
func (r *ring) resized(limit int) ring {
	times := append(append([]time.Duration(nil), r.times[r.next:]...), r.times[:r.next]...)
	return ring{times: times[max(0, len(times)-limit):]}
}
