package graphsim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxApps bounds what is kept by app; those beyond share one budget.
const maxApps = 1000

// budget is what one app may do in one tenant:
// https://learn.microsoft.com/graph/throttling-limits.
type budget struct {
	writes, reads, phones, reports meter

	// Of the last throttled call; until is since the start.
	wait, until time.Duration
	refused     charge
}

// budgetOf finds the budget of an app, which is whole at first.
func (s *Simulator) budgetOf(c *call) *budget {
	key := c.caller.AppID + "\n" + c.caller.TenantID
	b, ok := s.budgets[key]
	if !ok && len(s.budgets) >= maxApps {
		key = ""
		b, ok = s.budgets[key]
	}
	if !ok {
		b = &budget{}
		b.writes.set(s.config.WriteQuota, 0)
		b.reads.set(s.config.ReadQuota, 0)
		b.phones.set(s.config.PhoneQuota, 0)
		b.reports.set(s.config.ReportQuota, 0)
		s.budgets[key] = b
	}
	return b
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

// charge is what a call takes of one quota.
type charge struct {
	meter *meter
	units int
	what  string // in x-ms-throttle-scope
	limit string // in x-ms-throttle-information
}

func (b *budget) charges(c *call, wanted service) []charge {
	charges := make([]charge, 0, 3)
	if wanted.units == 0 {
		charges = append(charges, charge{&b.writes, 1, "Write", "WriteLimitExceeded"})
	} else {
		charges = append(charges, charge{&b.reads, unitsOf(c, wanted), "Read", "ResourceUnitLimitExceeded"})
	}
	if c.forPhones() {
		charges = append(charges, charge{&b.phones, 1, "ReadWrite", "ResourceUnitLimitExceeded"})
	}
	if c.target.kind == registrations || c.target.kind == oneRegistration {
		charges = append(charges, charge{&b.reports, 1, "Read", "ResourceUnitLimitExceeded"})
	}
	return charges
}

// throttle counts a call, and refuses it if one of its quotas is used up. used
// is the largest share that is gone of any.
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

// unitsOf takes one off for $select and for a small page, down to one.
func unitsOf(c *call, wanted service) int {
	units := wanted.units
	o, _ := parseOptions(c, nil) // what is wrong with them is said later
	if o.selected != nil {
		units--
	}
	if o.top < 20 {
		units--
	}
	return max(1, units)
}

func (s *Simulator) tooMany(c *call, wait time.Duration, by charge) *refusal {
	r := &refusal{
		status: http.StatusTooManyRequests, code: "TooManyRequests",
		message: "Please retry again later.", inner: "Please retry after",
		retryAfter: s.config.RetryAfter.text(time.Now(), wait),
	}
	if !s.config.Assumed.NoThrottleHeaders {
		r.header = map[string]string{
			"x-ms-throttle-scope":       "Tenant_Application/" + by.what + "/" + c.caller.AppID + "/" + c.caller.TenantID,
			"x-ms-throttle-information": by.limit,
		}
	}
	return r
}

// percentage is a share in the form of x-ms-throttle-limit-percentage, which
// goes from 0.8 to 1.8.
func percentage(used float64) string { return strconv.FormatFloat(min(used, 1.8), 'f', 1, 64) }
