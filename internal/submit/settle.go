package submit

import (
	"errors"
	"net/http"
	"strings"
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
	clashed                 // may have been carried out, but for the sign-in by SMS
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
	coded := func(status int, code string) bool { return a.Status == status && strings.EqualFold(a.Code, code) }
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
	case coded(http.StatusBadRequest, "invalidPhoneNumber"):
		return refused
	case coded(http.StatusConflict, "phoneNumberNotUnique"):
		return clashed // https://github.com/realmjoin/realmjoin-runbooks/pull/318
	case coded(http.StatusConflict, "Directory_ConcurrencyViolation"): // seen for concurrent writes anywhere in the tenant
		return postponed
	case coded(http.StatusServiceUnavailable, "Request_ThrottledTemporarily"): // the directory's 429
		return postponed
	case a.Status == http.StatusServiceUnavailable && a.RetryAfter == 0:
		return unavailable
	case known:
		return of
	case a.Status >= 500:
		return lost
	}
	return disputed
}

// settler finds out what became of the heads of lanes. It holds what does not
// change during a run.
type settler struct {
	*Config
	rows     *authmethod.Rows
	expected map[authmethod.RowNumber]authmethod.PhoneNumber
	earlier  map[authmethod.RowNumber]Earlier
}

// settle makes of an answer a final result, or nil and the delay after which the
// lane's verb is sent. With a result only stands and gone, which follow the lane,
// say anything about the head any more.
func (s *settler) settle(l *lane, a authmethod.Answer) (result *authmethod.Result, delay time.Duration) {
	of := s.settleLook
	switch {
	case fateOf(a) == planned:
		of = settlePlanned
	case l.phone != nil:
		of = s.settleSMS
	case l.verb == authmethod.Create:
		of = s.settleCreate
	case l.verb == authmethod.Update:
		of = s.settleUpdate
	case l.verb == authmethod.Delete:
		of = s.settleDelete
	case l.tasks[0].Verb == authmethod.Create && !l.changing:
		of = s.settleRead
	}
	if result, delay = of(l, a); result == nil {
		return nil, delay
	}
	if l.phone == nil && l.switchSMS(*result) {
		return nil, 0
	}
	result.Attempts = l.writes + s.earlier[l.row()].Attempts
	if result.Outcome.Success() {
		result.As = l.as
	}
	return result, 0
}

// settlePlanned takes the word of a sender that sends nothing.
func settlePlanned(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	l.writes = 0
	r := resultOf(authmethod.Planned, a, "")
	r.Message, r.Would, r.Registered = a.Planned, l.verb, l.previous
	if !l.verb.Writes() {
		r.Would = l.tasks[0].Verb
	}
	return r, 0
}

// ours turns a success that tells of another number into a lost answer: it is not
// one to this write.
func (s *settler) ours(l *lane, a authmethod.Answer) authmethod.Answer {
	if a.Status/100 == 2 && a.Phone != "" && s.Compare(s.rows.At(l.row()).Number, a.Phone) == authmethod.Different {
		return authmethod.Answer{Lost: errors.New("the answer tells of another number"), RequestID: a.RequestID}
	}
	return a
}

// settleCreate takes success and final refusals as they are. After a lost answer
// the phone is read. After a 503 that does not say how long to wait the create
// is sent again, up to MaxAttempts.
func (s *settler) settleCreate(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	a = s.ours(l, a)
	switch fateOf(a) {
	case done:
		return resultOf(authmethod.Created, a, ""), 0
	case absent:
		if s.NewUsers && l.missing < len(newUserWaits) {
			l.missing++
			return nil, newUserWaits[l.missing-1]
		}
		return l.refused(a), 0
	case refused:
		if l.putOff(a) {
			return nil, 0
		}
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
	l.last, l.doubt, l.lost = a, true, l.lost || unsaid && !l.clashing(a)
	if l.tries++; unsaid || l.tries >= s.MaxAttempts {
		l.verb, l.refusal = authmethod.Read, authmethod.Answer{}
	}
	return nil, s.wait(l.tries-1, a)
}

// newUserWaits are how long a create waits that has found no such user, each time. A
// user is known everywhere within a minute or two, as
// https://github.com/manicminer/hamilton has seen.
var newUserWaits = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute}

// settleUpdate takes success and final refusals as they are. Anything else is read:
// sending it again would do no harm to our number, but perhaps to one that somebody
// has put there since. Where the phone is gone by now, it is created if that was
// the task.
func (s *settler) settleUpdate(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	a = s.ours(l, a)
	switch fateOf(a) {
	case done:
		return l.changed(authmethod.Updated, a, ""), 0
	case refused:
		if l.putOff(a) {
			return nil, 0
		}
		return l.refused(a), 0
	case disputed, absent:
		l.verb, l.refusal = l.look, a
		return nil, 0
	}
	if delay, as := s.asItWas(l, a); as {
		return nil, delay
	}
	l.last, l.doubt, l.verb = a, true, l.look
	l.lost = l.lost || !l.clashing(a)
	l.tries++
	return nil, s.wait(l.tries-1, a)
}

// settleDelete takes success as it is, and a 404 for it: there is nothing left
// to remove. It was not there before where no read has shown it either. A
// refusal that does not say why is not explained by a read, which would show the
// phone as before: it is somebody's decision.
func (s *settler) settleDelete(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	switch fateOf(a) {
	case absent:
		if !l.stands && !l.doubt {
			return resultOf(authmethod.Unchanged, a, authmethod.CodeGoneAlready), 0
		}
		return l.changed(authmethod.Removed, a, ""), 0
	case done:
		return l.changed(authmethod.Removed, a, ""), 0
	case refused, disputed:
		if l.putOff(a) {
			return nil, 0
		}
		return l.notRemoved(a), 0
	}
	if delay, as := s.asItWas(l, a); as {
		return nil, delay
	}
	l.last, l.doubt, l.lost, l.verb = a, true, true, l.look
	l.tries++
	return nil, s.wait(l.tries-1, a)
}

// asItWas reports whether a write is to be sent again as it was, after a delay, and
// uses up none of its tries: it never left, or is to come later, or by itself.
func (s *settler) asItWas(l *lane, a authmethod.Answer) (delay time.Duration, as bool) {
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

// settleSMS ends a row whose phone is in place and whose SMS sign-in is switched.
// Whatever becomes of that, the phone's outcome stays: it is told in a note. Where
// Graph refuses, or says that another user has the number for it, the phone is read
// once more, because the state follows the phone by some seconds.
func (s *settler) settleSMS(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	switch of := fateOf(a); {
	case l.verb == authmethod.Read && of == done:
		l.phone.SMSSignIn = a.SMSSignIn
		if a.SMSSignIn != smsReady || l.refusal.Status != 0 {
			l.noteSMS()
		}
		return l.phone, 0
	case l.verb == authmethod.Read && l.reads > 1 && of != neverLeft && of != postponed:
		l.noteSMS()
		return l.phone, 0
	case of == done:
		l.phone.SMSSignIn = map[authmethod.Verb]string{authmethod.EnableSMS: smsReady, authmethod.DisableSMS: smsNotEnabled}[l.verb]
		return l.phone, 0
	case l.verb != authmethod.Read && (of == refused || of == disputed || of == clashed || of == absent):
		l.verb, l.refusal = authmethod.Read, a
		return nil, apart
	}
	if delay, as := s.asItWas(l, a); as && l.verb != authmethod.Read {
		return nil, delay
	}
	if l.tries++; l.tries >= s.MaxAttempts && l.verb != authmethod.Read {
		l.noteSMS()
		return l.phone, 0
	}
	return nil, s.wait(l.tries-1, a)
}

// wait is how long to leave a step alone: what Graph asked for, or else
// longer after every attempt.
func (s *settler) wait(attempt int, a authmethod.Answer) time.Duration {
	switch backoff := pace.Backoff(attempt, s.Jitter()); {
	case a.RetryAfter > 0:
		return a.RetryAfter
	case fateOf(a) == clashed:
		return max(backoff, clashShown)
	default:
		return backoff
	}
}

// clashShown is how long after a write that met another user's sign-in by SMS the
// phone is read: by then it shows whether it was kept.
const clashShown = 5 * time.Second
