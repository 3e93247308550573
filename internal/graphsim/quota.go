package graphsim

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// QuotaKind is how a quota counts. Graph documents a token bucket for the
// directory, and for phones a limit alone
// (https://learn.microsoft.com/graph/throttling-limits), so that a client has to
// cope with each.
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

// Quota limits calls, which count one by one, also in a $batch. Without a Limit
// or a Window there is none. Units are writes, reads in resource units, or
// calls: whoever asks says how many a call takes.
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
// (https://learn.microsoft.com/graph/throttling). The words "fixed" and "bucket"
// behind it choose another kind, "forgiving" lets throttled calls go uncounted,
// and "unlimited" is no quota. A window lasts a day at most, and a limit is a
// million at most.
func ParseQuota(text string) (Quota, error) {
	const largest = 1_000_000
	words := strings.Fields(text)
	if slices.Equal(words, []string{"unlimited"}) {
		return Quota{}, nil
	}
	if len(words) == 0 {
		words = []string{""}
	}
	number, window, _ := strings.Cut(words[0], "/")
	limit, err := strconv.Atoi(number)
	length, wrong := time.ParseDuration(window)
	if err != nil || wrong != nil || limit < 1 || limit > largest || length <= 0 || length > longest {
		return Quota{}, fmt.Errorf("quota %q is not of the form LIMIT/WINDOW, as in 3000/150s, or unlimited", text)
	}
	q := Quota{Kind: SlidingWindow, Limit: limit, Window: length, CountThrottled: true}
	kinds := map[string]QuotaKind{"sliding": SlidingWindow, "fixed": FixedWindow, "bucket": TokenBucket}
	for _, word := range words[1:] {
		kind, isKind := kinds[word]
		switch {
		case word == "forgiving":
			q.CountThrottled = false
		case isKind:
			q.Kind = kind
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
	names := []string{RetryAfterSeconds: "seconds", RetryAfterFraction: "fraction", RetryAfterDate: "date", RetryAfterNone: "none"}
	f := slices.Index(names, string(text))
	if f < 0 {
		return fmt.Errorf("%q is not one of %s", text, strings.Join(names, ", "))
	}
	*form = RetryAfterForm(f)
	return nil
}

// text is the header's value for a wait that begins now; empty for none. It is
// never shorter than the wait, or a client that keeps to it would be early.
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

// meter counts calls against a quota. Its times are since the simulator's start.
// A step costs the same however much is counted. It does no locking and looks at
// no clock.
type meter struct {
	quota Quota

	full  time.Duration // TokenBucket: when the bucket will be full again
	start time.Duration // FixedWindow: when the present window began

	// The windows: the times of the last Limit counted writes, in order, in a
	// FixedWindow as if they came at its beginning. Whether one more fits
	// depends only on the oldest of so many.
	last []time.Duration
}

// set changes the quota and keeps what was counted, as far as that means
// something under the new one.
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
	default:
		m.last = m.last[max(0, len(m.last)-q.Limit):]
	}
}

// interval is the time in which a bucket regains one token. It is one nanosecond
// at least, so that nothing is divided by zero.
func (q Quota) interval() time.Duration { return max(1, q.Window/time.Duration(q.Limit)) }

// wait is how long it is until n units would be taken, and 0 if they would be
// now. More than the Limit can never be taken, and are asked for as that many.
// It changes nothing.
func (m *meter) wait(n int, now time.Duration) time.Duration {
	n = min(n, m.quota.Limit)
	tooMany := len(m.last) + n - m.quota.Limit
	switch {
	case n <= 0:
		return 0
	case m.quota.Kind == TokenBucket:
		return max(0, max(m.full, now)+time.Duration(n)*m.quota.interval()-(now+m.quota.Window))
	case tooMany <= 0:
		return 0
	}
	return max(0, m.last[tooMany-1]+m.quota.Window-now)
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
	case TokenBucket:
		m.full = min(max(m.full, now)+time.Duration(n)*m.quota.interval(), now+2*m.quota.Window)
		return
	case FixedWindow:
		m.start += (now - m.start).Truncate(m.quota.Window)
		now = m.start
	}
	for range n {
		m.last = append(m.last, now)
	}
	m.last = m.last[max(0, len(m.last)-m.quota.Limit):]
}

// used is the share of the quota that is gone; above 1 where throttled calls
// count. Without a quota it is 0.
func (m *meter) used(now time.Duration) float64 {
	if m.quota.Limit == 0 {
		return 0
	}
	if m.quota.Kind == TokenBucket {
		return float64(max(0, m.full-now)) / float64(m.quota.Window)
	}
	over, _ := slices.BinarySearch(m.last, now-m.quota.Window+1)
	return float64(len(m.last)-over) / float64(m.quota.Limit)
}

// maxApps bounds what is kept by app; those beyond share one budget.
const maxApps = 1000

// budget is what one app may do in one tenant:
// https://learn.microsoft.com/graph/throttling-limits.
type budget struct {
	writes, reads, phones, reports meter
	tenant                         *meter // which all its apps share

	// Of the last throttled call; until is since the start.
	wait, until time.Duration
	refused     charge

	charged []charge // space for those of one call
}

// budgetOf finds the budget of an app, which is whole at first. Tenants do not
// share one: limits hold for an app in a tenant.
func (s *Simulator) budgetOf(c *call) *budget {
	key := [2]string{c.caller.AppID, c.caller.TenantID}
	if s.budgets[key] == nil && len(s.budgets) >= maxApps {
		key = [2]string{}
	}
	b := s.budgets[key]
	if b == nil {
		b = &budget{}
		b.writes.set(s.config.WriteQuota, 0)
		b.reads.set(s.config.ReadQuota, 0)
		b.phones.set(s.config.PhoneQuota, 0)
		b.reports.set(s.config.ReportQuota, 0)
		b.tenant = s.tenantMeter(key[1])
		s.budgets[key] = b
	}
	return b
}

// tenantMeter counts what the apps of a tenant do about phones.
func (s *Simulator) tenantMeter(id string) *meter {
	if s.tenants[id] == nil {
		s.tenants[id] = &meter{}
		s.tenants[id].set(s.config.TenantQuota, 0)
	}
	return s.tenants[id]
}

// SetWriteQuota changes the quota of writes from now on. What the old quota
// has counted stays counted if the new one is of the same kind: a bucket keeps
// its tokens, a window its writes.
func (s *Simulator) SetWriteQuota(q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.WriteQuota = q
	for _, b := range s.budgets {
		b.writes.set(q, s.now())
	}
}

// charge is what a call takes of one quota. A call may take of several, and is
// refused when one of them is used up.
type charge struct {
	meter *meter
	units int
	what  string // in x-ms-throttle-scope
	limit string // in x-ms-throttle-information
	whole bool   // of the tenant, and not of the app
}

// charges are what a call takes. Every call for phones counts twice: as a read
// or a write, and as a call to the MFA service.
func (b *budget) charges(c *call, wanted service) []charge {
	charges := b.charged[:0]
	if wanted.units == 0 {
		charges = append(charges, charge{meter: &b.writes, units: 1, what: "Write", limit: "WriteLimitExceeded"})
	} else {
		charges = append(charges, charge{meter: &b.reads, units: unitsOf(c, wanted), what: "Read", limit: "ResourceUnitLimitExceeded"})
	}
	if c.forPhones() {
		charges = append(charges, charge{meter: &b.phones, units: 1, what: "ReadWrite", limit: "ResourceUnitLimitExceeded"}, charge{meter: b.tenant, units: 1, what: "ReadWrite", limit: "ResourceUnitLimitExceeded", whole: true})
	}
	if c.target.kind == registrations || c.target.kind == oneRegistration {
		charges = append(charges, charge{meter: &b.reports, units: 1, what: "Read", limit: "ResourceUnitLimitExceeded"})
	}
	b.charged = charges
	return charges
}

// throttle counts a call, and refuses it if one of its quotas is used up. used
// is the largest share that is gone of any. A call that is refused takes nothing
// of the quotas, except where throttled calls count, and then of all that it
// needs.
func (s *Simulator) throttle(c *call, wanted service) (used float64, refused *refusal) {
	b, now := s.budgetOf(c), s.now()
	if s.config.ResetOnEarlyRetry && now < b.until {
		b.until = now + b.wait
		return 0, s.tooMany(c, b.wait, b.refused)
	}
	charges := b.charges(c, wanted)
	over := slices.ContainsFunc(charges, func(each charge) bool { return each.meter.wait(each.units, now) > 0 })
	var longest time.Duration
	for _, each := range charges {
		if !over || each.meter.quota.CountThrottled {
			each.meter.take(each.units, now)
		}
		if !over {
			used = max(used, each.meter.used(now))
		} else if wait := each.meter.wait(each.units, now); wait > longest {
			longest, b.refused = wait, each
		}
	}
	if over {
		b.wait, b.until = longest, now+longest
		return 0, s.tooMany(c, longest, b.refused)
	}
	return used, nil
}

// unitsOf takes one off for $select and for a small page, down to one. The rules
// are in https://learn.microsoft.com/graph/throttling-limits.
func unitsOf(c *call, wanted service) int {
	units := wanted.units
	if c.options.selected != nil {
		units--
	}
	if c.options.top < 20 {
		units--
	}
	return max(1, units)
}

// tooMany is the 429 of a quota. The headers tell which:
// https://learn.microsoft.com/graph/throttling-limits.
func (s *Simulator) tooMany(c *call, wait time.Duration, by charge) *refusal {
	r := tooManyRequests()
	r.retryAfter = s.config.RetryAfter.text(time.Now(), wait)
	if !s.config.Assumed.NoThrottleHeaders {
		scope := "Tenant_Application/"
		if by.whole {
			scope = "Tenant/"
		}
		r.header = map[string]string{
			"x-ms-throttle-scope":       scope + by.what + "/" + c.caller.AppID + "/" + c.caller.TenantID,
			"x-ms-throttle-information": by.limit,
		}
	}
	return r
}

// percentage is a share in the form of x-ms-throttle-limit-percentage, which
// goes from 0.8 to 1.8. Calls for phones are not documented to have it: clients
// may use it and must not need it.
func percentage(used float64) string { return strconv.FormatFloat(min(used, 1.8), 'f', 1, 64) }
