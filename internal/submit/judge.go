package submit

import (
	"net/http"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

const (
	statusNotFound       = http.StatusNotFound
	statusThrottled      = http.StatusTooManyRequests
	statusUnavailable    = http.StatusServiceUnavailable
	statusGatewayTimeout = http.StatusGatewayTimeout
)

// fate is what an answer says about the operation it answers.
type fate int

const (
	done        fate = iota // carried out; a read found the phone
	absent                  // 404
	refused                 // for good
	disputed                // refused, and only reading the phone tells why
	postponed               // not worked on, ask again
	lost                    // may have been carried out
	neverLeft               // was not carried out
	notTogether             // the request around it was refused as a whole
)

// fateOf sorts answers as https://learn.microsoft.com/graph/errors describes
// statuses. It looks at status and code only: messages may change.
func fateOf(a authmethod.Answer) fate {
	switch {
	case a.NotSent != nil:
		return neverLeft
	case a.Lost != nil:
		return lost
	case a.Alone:
		return notTogether
	case a.Status >= 200 && a.Status < 300:
		return done
	}
	switch a.Status {
	case statusNotFound:
		return absent
	case http.StatusBadRequest:
		// Which code a phone of a type that exists already gets is not
		// documented, so that every 400 but the one known to mean the number
		// is settled by reading.
		if a.Code == "invalidPhoneNumber" {
			return refused
		}
		return disputed
	case http.StatusConflict:
		// Seen for concurrent writes anywhere in the tenant; worth repeating.
		if a.Code == "Directory_ConcurrencyViolation" {
			return postponed
		}
		return disputed
	case statusThrottled, statusUnavailable, http.StatusLocked, http.StatusFailedDependency, 509:
		return postponed
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, statusGatewayTimeout, http.StatusInsufficientStorage:
		return lost
	}
	return refused
}

// judge decides what an answer makes of the head of a lane: a final result, or
// another request after a delay. It changes the lane only in the second case.
func (s *Submitter) judge(l *lane, number authmethod.PhoneNumber, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	var result *authmethod.Result
	var delay time.Duration
	if l.verb == authmethod.Read {
		result, delay = s.judgeRead(l, number, a, now)
	} else {
		result, delay = s.judgeCreate(l, a, now)
	}
	if result != nil {
		result.Attempts = l.creates
	}
	return result, delay
}

func (s *Submitter) judgeCreate(l *lane, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	wait := s.wait(l.creates-1, a)
	switch fateOf(a) {
	case done:
		return resultOf(authmethod.Created, a), 0
	case absent:
		return resultNoUser(a), 0
	case refused:
		return resultRefused(a), 0
	case neverLeft:
		// Nothing left this machine, and that is no row's fault: the run ends
		// when nothing goes forward.
		l.creates--
		return nil, wait
	case notTogether:
		l.last, l.doubt, l.alone = a, true, true
		return s.tryAgain(l, 0, now)
	case postponed:
		l.last, l.doubt = a, true
		return s.tryAgain(l, wait, now)
	case disputed:
		l.refusal = a
		l.verb = authmethod.Read
		return nil, 0
	default: // lost
		l.last, l.doubt = a, true
		return readBack(l, wait)
	}
}

// tryAgain sends a create again that says it was not carried out. When that
// was tried often enough the phone is read, because even a throttled request
// may have been carried out, and nobody is to be told otherwise.
func (s *Submitter) tryAgain(l *lane, wait time.Duration, now time.Time) (*authmethod.Result, time.Duration) {
	if l.creates >= s.MaxAttempts || s.tooLate(l, now) {
		return readBack(l, wait)
	}
	return nil, wait
}

// readBack makes the next request a read that settles what became of a create.
func readBack(l *lane, wait time.Duration) (*authmethod.Result, time.Duration) {
	l.refusal = authmethod.Answer{}
	l.verb = authmethod.Read
	return nil, wait
}

// judgeRead settles a create whose answer was lost, or was a refusal that may
// mean that the phone stands there already.
func (s *Submitter) judgeRead(l *lane, number authmethod.PhoneNumber, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	explains := l.refusal.Status != 0
	switch fateOf(a) {
	case done:
		return s.compare(l, number, a), 0
	case absent:
		if explains && !l.doubt {
			return resultRefused(l.refusal), 0
		}
		if !explains && l.creates < s.MaxAttempts && !s.tooLate(l, now) {
			l.verb = authmethod.Create // it did not arrive: send it again
			return nil, 0
		}
		if !explains {
			return resultGaveUp(l.last), 0
		}
		// Graph says that a phone is there and does not show it yet.
	case refused, disputed:
		return resultCannotRead(l, a), 0
	}
	switch fateOf(a) {
	case neverLeft:
		l.reads--
	case notTogether:
		l.alone = true
	}
	if l.reads >= s.MaxAttempts || s.tooLate(l, now) {
		if fateOf(a) == absent {
			return resultRefused(l.refusal), 0
		}
		return resultCannotRead(l, a), 0
	}
	return nil, s.wait(l.reads, a)
}

// wait is how long to leave an operation alone: what Graph asked for, or else
// longer after every attempt.
func (s *Submitter) wait(attempt int, a authmethod.Answer) time.Duration {
	if a.RetryAfter > 0 {
		return a.RetryAfter
	}
	return pace.Backoff(attempt, s.Jitter())
}

// compare turns what stands in the tenant into an outcome.
func (s *Submitter) compare(l *lane, number authmethod.PhoneNumber, a authmethod.Answer) *authmethod.Result {
	l.stands = true
	switch number.Compare(a.Phone) {
	case authmethod.Same:
		if l.doubt {
			return resultOf(authmethod.Created, a)
		}
		return resultOf(authmethod.Unchanged, a)
	case authmethod.Different:
		return resultConflict(l.refusal, a)
	}
	return resultMasked(a)
}

// tooLate says that the head was tried for long enough.
func (s *Submitter) tooLate(l *lane, now time.Time) bool {
	return now.Sub(l.first) >= s.GiveUpAfter
}
