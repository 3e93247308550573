package submit

import (
	"errors"
	"net/http"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// fate is what an answer says about the step it answers. It does not depend on
// the verb; what follows from it does, and is in the settle functions.
type fate int

const (
	refused     fate = iota // for good
	done                    // carried out; a read found the phone
	planned                 // would be carried out
	absent                  // 404
	disputed                // refused, and only reading the phone tells why
	postponed               // not worked on, ask again later
	unavailable             // not worked on, and nobody says when it will be
	lost                    // may have been carried out
	neverLeft               // was not carried out
	notTogether             // the request around it was refused as a whole
)

// fates are those of statuses as https://learn.microsoft.com/graph/errors
// describes them. A status that is not here is what its class says,
// https://www.rfc-editor.org/rfc/rfc9110#section-15: below 500 as a 400, and
// from there on an answer that says nothing of what was done.
var fates = map[int]fate{
	http.StatusNotFound: absent,

	http.StatusUnauthorized:          refused,
	http.StatusForbidden:             refused,
	http.StatusMethodNotAllowed:      refused,
	http.StatusNotAcceptable:         refused,
	http.StatusGone:                  refused,
	http.StatusPreconditionFailed:    refused,
	http.StatusRequestEntityTooLarge: refused,
	http.StatusUnsupportedMediaType:  refused,

	http.StatusTooManyRequests:    postponed,
	http.StatusServiceUnavailable: postponed,
	http.StatusLocked:             postponed,
	http.StatusFailedDependency:   postponed,
	509:                           postponed, // the bandwidth is used up

	http.StatusRequestTimeout: lost,
}

// fateOf looks at status and code only: messages may change. Which code a phone
// of a type that exists already gets is not documented. The errors that the
// sender has set come before the status.
func fateOf(a authmethod.Answer) fate {
	of, known := fates[a.Status]
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
	case a.Status == http.StatusServiceUnavailable && a.RetryAfter == 0:
		return unavailable
	case known:
		return of
	case a.Status >= 500:
		return lost
	}
	return disputed
}

// settle finds out what became of the head of a lane: a final result, or nil and
// the delay after which the lane's verb is sent. With a result only stands,
// which holdBack looks at, says anything about the head any more.
func (s *Submitter) settle(l *lane, a authmethod.Answer, now time.Time) (*authmethod.Result, time.Duration) {
	removes := l.tasks[0].Verb == authmethod.Delete
	var of func(*lane, authmethod.Answer) (*authmethod.Result, time.Duration)
	switch {
	case removes && l.verb == authmethod.Read:
		of = s.settleLook
	case removes:
		of = s.settleDelete
	case l.verb == authmethod.Read:
		of = s.settleRead
	default:
		of = s.settleCreate
	}
	result, delay := of(l, a)
	if result != nil {
		result.Attempts = l.writes + s.Earlier[l.row()].Attempts
	}
	return result, delay
}

// settleCreate takes success and final refusals as they are. After a lost answer
// the phone is read. After a 503 that does not say how long to wait the create
// is sent again, up to MaxAttempts.
func (s *Submitter) settleCreate(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	// A success for another number is not an answer to this create.
	if a.Status/100 == 2 && s.Compare(s.Rows.At(l.row()).Number, a.Phone) == authmethod.Different {
		a = authmethod.Answer{Lost: errors.New("the answer tells of another number"), RequestID: a.RequestID}
	}
	switch fateOf(a) {
	case done:
		return resultOf(authmethod.Created, a, ""), 0
	case planned:
		l.writes--
		r := resultOf(authmethod.Planned, a, "")
		r.Message = a.Planned
		return r, 0
	case absent, refused:
		return l.refused(a), 0
	case disputed:
		l.verb, l.refusal = authmethod.Read, a
		return nil, 0
	}
	if delay, as := s.asItWas(l, a); as {
		return nil, delay
	}
	// unsaid: nothing in the answer says that the create was not carried out.
	unsaid := fateOf(a) != unavailable
	l.last, l.doubt, l.lost = a, true, l.lost || unsaid
	if l.tries++; unsaid || l.tries >= s.MaxAttempts {
		l.verb, l.refusal = authmethod.Read, authmethod.Answer{}
	}
	return nil, s.wait(l.tries-1, a)
}

// asItWas reports whether a write is to be sent again as it was, after a delay, and
// uses up none of its tries: it never left, or is to come later, or by itself.
func (s *Submitter) asItWas(l *lane, a authmethod.Answer) (delay time.Duration, as bool) {
	switch fateOf(a) {
	case neverLeft:
		// That is no row's fault: the run ends when nothing goes forward.
		l.writes--
		return s.wait(l.writes, a), true
	case postponed:
		// Nor is this. Even a throttled request may have been carried out.
		l.last, l.doubt = a, true
		return s.wait(l.writes-1, a), true
	case notTogether:
		as, l.alone = !l.alone, true
	}
	return 0, as
}

// apart is how long after a read that shows no phone the next one is sent. One
// alone proves nothing: for some seconds reads show what stood there before.
const apart = 3 * time.Second

// settleRead explains a refusal that may mean that the phone stands there
// already, or settles a create whose answer was lost. Where it shows no phone
// the create is sent again as long as it may be: that cannot do harm, since a
// user has one phone of a type, and its answer is surer than another read. It
// reads twice at least before it gives up.
func (s *Submitter) settleRead(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	wait := s.wait(l.reads-1, a)
	switch fateOf(a) {
	case done:
		return s.compare(l, a), 0
	case refused, disputed:
		return resultCannotRead(l, a), 0
	case neverLeft, postponed:
		l.reads--
		return nil, wait
	case notTogether:
		l.alone = true
	case absent:
		l.absent++
		switch {
		case l.absent > 1 && l.unexplained():
			return resultRefused(l.refusal), 0
		case l.refusal.Status == 0 && l.tries < s.MaxAttempts:
			l.verb = authmethod.Create
			return nil, 0
		}
		wait = max(wait, apart)
	}
	if l.reads < max(2, s.MaxAttempts) {
		return nil, wait
	}
	return resultCannotRead(l, a), 0
}

// settleLook decides by what stands there whether a phone is to be taken away:
// only the number of the row, and not one that somebody has put in its place. It
// also settles a removal whose answer was lost. That another phone is there is
// believed when two reads say so; that none is, when the answer to a removal
// says so as well. It reads three times at least before it gives up: it may need
// two that agree.
func (s *Submitter) settleLook(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	wait := max(s.wait(l.reads-1, a), apart)
	switch fateOf(a) {
	case done:
		l.stands = true
		switch s.Compare(s.Rows.At(l.row()).Number, a.Phone) {
		case authmethod.Same:
			if l.tries < s.MaxAttempts {
				l.verb = authmethod.Delete
				return nil, 0
			}
			return resultOf(authmethod.Unknown, a, authmethod.CodeNotSettled, "the phone is still shown"), 0
		// Whose number it is cannot be seen, so it stays.
		case authmethod.CannotTell:
			return resultOf(authmethod.Unknown, a, authmethod.CodeMasked), 0
		}
		if l.others++; l.others > 1 {
			return resultOf(authmethod.Conflict, a, authmethod.CodeChangedSince), 0
		}
	case absent:
		if l.absent++; l.absent > 1 && l.tries < s.MaxAttempts {
			l.verb = authmethod.Delete // its answer is surer than any read
			return nil, 0
		}
	case refused, disputed:
		return resultCannotRead(l, a), 0
	case neverLeft, postponed:
		l.reads--
		return nil, s.wait(l.reads, a)
	case notTogether:
		l.alone = true
	}
	if l.reads < max(3, s.MaxAttempts) {
		return nil, wait
	}
	return resultCannotRead(l, a), 0
}

// settleDelete takes success as it is, and a 404 for it: there is nothing left
// to remove. It was not there before where no read has shown it either. A
// refusal that does not say why is not explained by a read, which would show the
// phone as before: it is somebody's decision.
func (s *Submitter) settleDelete(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	switch fateOf(a) {
	case absent:
		if !l.stands && !l.doubt {
			return resultOf(authmethod.Unchanged, a, authmethod.CodeGoneAlready), 0
		}
		return resultOf(authmethod.Removed, a, ""), 0
	case done:
		return resultOf(authmethod.Removed, a, ""), 0
	// The default method, or a mobile beside an alternateMobile; see
	// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
	case disputed:
		return resultOf(authmethod.Conflict, a, authmethod.CodeRemovalRefused), 0
	case refused:
		return l.refused(a), 0
	}
	if delay, as := s.asItWas(l, a); as {
		return nil, delay
	}
	l.last, l.doubt, l.lost, l.verb = a, true, true, authmethod.Read
	l.tries++
	return nil, s.wait(l.tries-1, a)
}

// wait is how long to leave a step alone: what Graph asked for, or else
// longer after every attempt.
func (s *Submitter) wait(attempt int, a authmethod.Answer) time.Duration {
	if a.RetryAfter > 0 {
		return a.RetryAfter
	}
	return pace.Backoff(attempt, s.Jitter())
}

// compare turns what stands in the tenant into an outcome. It is for creates:
// the row's number may stand there because of this run, where an answer is in
// doubt, or may have stood there before. Another number is never overwritten.
func (s *Submitter) compare(l *lane, a authmethod.Answer) *authmethod.Result {
	l.stands = true
	switch s.Compare(s.Rows.At(l.row()).Number, a.Phone) {
	case authmethod.Same:
		if l.doubt {
			return resultOf(authmethod.Created, a, authmethod.CodeAnswerLost)
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
