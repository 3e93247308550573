package graphsim

import (
	"fmt"
	"math"
	"net/http"
	"sort"
	"strconv"
	"strings"
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

// Quota limits calls, which count one by one, also in a $batch. Without a
// Limit or a Window there is none.
type Quota struct {
	Kind   QuotaKind
	Limit  int
	Window time.Duration

	// CountThrottled counts refused calls as well, so that asking too early
	// prolongs the wait. A bucket then goes into debt, by Limit at most; a
	// fixed window, being full, shows no difference.
	CountThrottled bool
}

// ParseQuota reads LIMIT/WINDOW, as in "3000/150s", for a sliding window in
// which throttled calls count, as they do at Graph
// (https://learn.microsoft.com/graph/throttling). The words "fixed" and
// "bucket" behind it choose another kind, "forgiving" lets throttled calls go
// uncounted, and "unlimited" is no quota.
func ParseQuota(text string) (Quota, error) {
	const largest = 1_000_000
	words := strings.Fields(text)
	if len(words) == 1 && words[0] == "unlimited" {
		return Quota{}, nil
	}
	wrong := fmt.Errorf("quota %q is not of the form LIMIT/WINDOW, as in 3000/150s, or unlimited", text)
	if len(words) == 0 {
		return Quota{}, wrong
	}
	number, window, _ := strings.Cut(words[0], "/")
	limit, err := strconv.Atoi(number)
	if err != nil || limit < 1 || limit > largest {
		return Quota{}, wrong
	}
	q := Quota{Kind: SlidingWindow, Limit: limit, CountThrottled: true}
	if q.Window, err = time.ParseDuration(window); err != nil || q.Window <= 0 || q.Window > 24*time.Hour {
		return Quota{}, wrong
	}
	for _, word := range words[1:] {
		switch word {
		case "sliding":
		case "fixed":
			q.Kind = FixedWindow
		case "bucket":
			q.Kind = TokenBucket
		case "forgiving":
			q.CountThrottled = false
		default:
			return Quota{}, fmt.Errorf("quota %q: %q is not one of sliding, fixed, bucket, forgiving", text, word)
		}
	}
	return q, nil
}

// UnmarshalText reads what ParseQuota reads.
func (q *Quota) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQuota(string(text))
	return err
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

// UnmarshalText reads seconds, fraction, date or none.
func (form *RetryAfterForm) UnmarshalText(text []byte) error {
	for f, name := range []string{RetryAfterSeconds: "seconds", RetryAfterFraction: "fraction", RetryAfterDate: "date", RetryAfterNone: "none"} {
		if string(text) == name {
			*form = RetryAfterForm(f)
			return nil
		}
	}
	return fmt.Errorf("%q is not one of seconds, fraction, date, none", text)
}

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

// meter counts calls against a quota. Its times are since the simulator's
// start. A step costs the same however much is counted.
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

// wait is how long it is until n units would be taken, and 0 if they would be
// now. More than the Limit can never be taken, and are asked for as that many.
func (m *meter) wait(n int, now time.Duration) time.Duration {
	n = min(n, m.quota.Limit)
	if n <= 0 {
		return 0
	}
	switch m.quota.Kind {
	case FixedWindow:
		m.roll(now)
		if m.count+n > m.quota.Limit {
			return m.start + m.quota.Window - now
		}
		return 0
	case SlidingWindow:
		return m.last.leaves(n, m.quota, now)
	}
	return max(0, max(m.full, now)+time.Duration(n)*m.quota.interval()-(now+m.quota.Window))
}

// take counts n units, be they taken or refused. The bucket is kept as the one
// moment at which it will be full, which makes waits exact: counting tokens in
// fractions would not.
func (m *meter) take(n int, now time.Duration) {
	n = min(n, m.quota.Limit)
	if n <= 0 {
		return
	}
	switch m.quota.Kind {
	case FixedWindow:
		m.roll(now)
		m.count = min(m.count+n, m.quota.Limit)
	case SlidingWindow:
		for range n {
			m.last.push(now, m.quota.Limit)
		}
	default:
		m.full = min(max(m.full, now)+time.Duration(n)*m.quota.interval(), now+2*m.quota.Window)
	}
}

// roll begins a new fixed window if the present one is over.
func (m *meter) roll(now time.Duration) {
	if passed := now - m.start; passed >= m.quota.Window {
		m.start += passed - passed%m.quota.Window
		m.count = 0
	}
}

// used is the share of the quota that is gone; above 1 where throttled calls
// count.
func (m *meter) used(now time.Duration) float64 {
	if m.quota.Limit == 0 {
		return 0
	}
	limit := float64(m.quota.Limit)
	switch m.quota.Kind {
	case FixedWindow:
		return float64(m.count) / limit
	case SlidingWindow:
		return float64(m.last.within(m.quota.Window, now)) / limit
	}
	return float64(max(0, m.full-now)) / float64(m.quota.Window)
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

// leaves is how long it is until n more fit in the window.
func (r *ring) leaves(n int, q Quota, now time.Duration) time.Duration {
	tooMany := len(r.times) + n - q.Limit
	if tooMany <= 0 {
		return 0
	}
	return max(0, r.times[(r.next+tooMany-1)%len(r.times)]+q.Window-now)
}

// resized keeps the youngest that fit.
func (r *ring) resized(limit int) ring {
	times := append(append([]time.Duration(nil), r.times[r.next:]...), r.times[:r.next]...)
	return ring{times: times[max(0, len(times)-limit):]}
}

// within is how many stand in the window. The times lie in order, beginning at
// next.
func (r *ring) within(window, now time.Duration) int {
	n := len(r.times)
	left := sort.Search(n, func(i int) bool { return r.times[(r.next+i)%n] > now-window })
	return n - left
}
