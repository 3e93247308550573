package submit

import (
	"net/http"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// fate is what an answer says about the step it answers.
type fate int

const (
	refused     fate = iota // for good
	done                    // carried out; a read found the phone
	planned                 // would be carried out
	absent                  // 404
	disputed                // refused, and only reading the phone tells why
	postponed               // not worked on, ask again
	lost                    // may have been carried out
	neverLeft               // was not carried out
	notTogether             // the request around it was refused as a whole
)

// fates are those of statuses as https://learn.microsoft.com/graph/errors
// describes them. Any other but a success refuses for good.
var fates = map[int]fate{
	http.StatusNotFound: absent,

	// Which code a phone of a type that exists already gets is not documented.
	http.StatusBadRequest: disputed,
	http.StatusConflict:   disputed,

	http.StatusTooManyRequests:    postponed,
	http.StatusServiceUnavailable: postponed,
	http.StatusLocked:             postponed,
	http.StatusFailedDependency:   postponed,
	509:                           postponed, // the bandwidth is used up

	http.StatusRequestTimeout:      lost,
	http.StatusInternalServerError: lost,
	http.StatusBadGateway:          lost,
	http.StatusGatewayTimeout:      lost,
	http.StatusInsufficientStorage: lost,
}

// fateOf looks at status and code only: messages may change.
func fateOf(a authmethod.Answer) fate {
	switch {
	case a.Planned != "":
		return planned
	case a.NotSent != nil:
		return neverLeft
	case a.Lost != nil:
		return lost
	case a.Alone:
		return notTogether
	case a.Status/100 == 2:
		return done
	case a.Status == http.StatusBadRequest && a.Code == "invalidPhoneNumber":
		return refused
	case a.Status == http.StatusConflict && a.Code == "Directory_ConcurrencyViolation":
		return postponed // seen for concurrent writes anywhere in the tenant
	}
	return fates[a.Status]
}

// settle finds out what became of the head of a lane: a final result, or nil
// and the delay after which it is sent or read again. It changes the lane only
// in the second case.
func (s *Submitter) settle(l *lane, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	of := s.settleCreate
	if l.verb == authmethod.Read {
		of = s.settleRead
	}
	result, delay := of(l, a, now)
	if result != nil {
		result.Attempts = l.creates
	}
	return result, delay
}

func (s *Submitter) settleCreate(l *lane, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	wait, fate := s.wait(l.creates-1, a), fateOf(a)
	switch fate {
	case done:
		return resultOf(authmethod.Created, a, ""), 0
	case planned:
		l.creates--
		r := resultOf(authmethod.Planned, a, "")
		r.Message = a.Planned
		return r, 0
	case absent:
		return resultOf(authmethod.Failed, a, authmethod.CodeUserUnknown), 0
	case refused:
		return resultRefused(a), 0
	case neverLeft:
		// That is no row's fault: the run ends when nothing goes forward.
		l.creates--
		return nil, wait
	case disputed:
		l.verb, l.refusal = authmethod.Read, a
		return nil, 0
	case notTogether:
		l.alone, wait = true, 0
	}
	// Even a throttled request may have been carried out, so that the phone is
	// read before anybody is told otherwise.
	l.last, l.doubt = a, true
	if fate == lost || !s.again(l, l.creates, now) {
		l.verb, l.refusal = authmethod.Read, authmethod.Answer{}
	}
	return nil, wait
}

// settleRead settles a create whose answer was lost, or was a refusal that may
// mean that the phone stands there already.
func (s *Submitter) settleRead(l *lane, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	explains := l.refusal.Status != 0
	switch fateOf(a) {
	case done:
		return s.compare(l, a), 0
	case refused, disputed:
		return resultCannotRead(l, a), 0
	case neverLeft:
		l.reads--
	case notTogether:
		l.alone = true
	case absent:
		switch {
		case explains && !l.doubt:
			return resultRefused(l.refusal), 0
		case !explains && s.again(l, l.creates, now):
			l.verb = authmethod.Create // it did not arrive: send it again
			return nil, 0
		case !explains:
			return resultGaveUp(l.last), 0
		}
		// Graph says that a phone is there and does not show it yet.
	}
	switch {
	case s.again(l, l.reads, now):
		return nil, s.wait(l.reads, a)
	case fateOf(a) == absent:
		return resultRefused(l.refusal), 0
	}
	return resultCannotRead(l, a), 0
}

// again reports whether the head may be tried once more after so many tries.
func (s *Submitter) again(l *lane, tries int, now time.Time) bool {
	return tries < s.MaxAttempts && now.Sub(l.first) < s.GiveUpAfter
}

// wait is how long to leave a step alone: what Graph asked for, or else
// longer after every attempt.
func (s *Submitter) wait(attempt int, a authmethod.Answer) time.Duration {
	if a.RetryAfter > 0 {
		return a.RetryAfter
	}
	return pace.Backoff(attempt, s.Jitter())
}

// compare turns what stands in the tenant into an outcome.
func (s *Submitter) compare(l *lane, a authmethod.Answer) *authmethod.Result {
	l.stands = true
	switch s.Compare(s.Rows.At(l.rows[0]).Number, a.Phone) {
	case authmethod.Same:
		if l.doubt {
			return resultOf(authmethod.Created, a, "")
		}
		return resultOf(authmethod.Unchanged, a, "")
	case authmethod.Different:
		r := resultOf(authmethod.Conflict, a, authmethod.CodeConflict)
		if l.refusal.Status != 0 {
			r.Status, r.Code, r.RequestID = l.refusal.Status, l.refusal.Code, l.refusal.RequestID
		}
		return r
	}
	return resultOf(authmethod.Unknown, a, authmethod.CodeMasked)
}
