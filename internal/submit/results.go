package submit

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"entraphone/internal/authmethod"
)

// resultOf is a result for the reason that the code names, with what the answer
// said. The code is empty for a create that simply worked. The answer's message
// is Graph's and becomes the detail, never the message.
func resultOf(outcome authmethod.Outcome, a authmethod.Answer, code authmethod.Code, args ...any) *authmethod.Result {
	r := authmethod.Result{Outcome: outcome}
	if code != "" {
		r = code.Result(outcome, args...)
	}
	r.Status, r.Code, r.Detail, r.RequestID, r.SMSSignIn = a.Status, a.Code, a.Message, a.RequestID, a.SMSSignIn
	return &r
}

// changed is a result that tells which number stood there.
func (l *lane) changed(outcome authmethod.Outcome, a authmethod.Answer, code authmethod.Code) *authmethod.Result {
	r := resultOf(outcome, a, code)
	r.Registered = l.previous
	return r
}

// noteSMS says in the phone's result what became of SMS sign-in. The reason stays
// where it tells of the phone.
func (l *lane) noteSMS() {
	code, args := authmethod.CodeSMSNotSwitchedUnknown, []any(nil)
	switch {
	case l.phone.SMSSignIn == smsNotUnique || fateOf(l.refusal) == clashed:
		code = authmethod.CodeSMSNotSwitchedNotUnique
	case l.refusal.Meaning == authmethod.CodeSMSNotAllowed:
		code = authmethod.CodeSMSNotSwitchedPolicy
	case l.refusal.Status != 0:
		code, args = authmethod.CodeSMSNotSwitched, []any{l.refusal.Status}
	}
	if l.phone.Reason == code {
		return // said already
	}
	note := code.Problem(args...)
	l.phone.Message, l.phone.Advice = joined(l.phone.Message, note.Message), joined(l.phone.Advice, note.Advice)
	l.phone.Reason, l.phone.Code = cmp.Or(l.phone.Reason, note.Code), cmp.Or(l.refusal.Code, l.phone.Code)
	l.phone.Detail = cmp.Or(l.refusal.Message, l.phone.Detail)
}

// joined puts two texts into one, of which either may be empty.
func joined(first, second string) string {
	if first == "" {
		return second
	}
	return first + "; " + second
}

// resultRefused ends a row that Graph refused for good, for the reason that the
// answer is known to mean, and else as its status says. The code of the catalogue
// says who can help.
func resultRefused(a authmethod.Answer) *authmethod.Result {
	switch {
	case a.Meaning != "":
		return resultOf(authmethod.Failed, a, a.Meaning)
	case a.Status == http.StatusForbidden:
		return resultOf(authmethod.Failed, a, authmethod.CodeAccessRefused)
	case a.Status == http.StatusUnauthorized:
		return resultOf(authmethod.Failed, a, authmethod.CodeTokenRefused)
	// Of a create only: a read has 404 where the phone is missing, too.
	case a.Status == http.StatusNotFound:
		return resultOf(authmethod.Failed, a, authmethod.CodeUserUnknown)
	case strings.EqualFold(a.Code, "invalidPhoneNumber"):
		return resultOf(authmethod.Failed, a, authmethod.CodeNumberRefused)
	case a.Status == http.StatusBadRequest:
		return resultOf(authmethod.Failed, a, authmethod.CodeRowRefused)
	case a.Code != "":
		return resultOf(authmethod.Failed, a, authmethod.CodeRefusedCode, a.Status, a.Code)
	}
	return resultOf(authmethod.Failed, a, authmethod.CodeRefused, a.Status)
}

// refused ends a row whose write Graph refused for good. That says nothing of an
// earlier one whose answer was lost, or that met another user's sign-in by SMS: it
// may have been carried out.
func (l *lane) refused(a authmethod.Answer) *authmethod.Result {
	if l.lost || l.clashes > 0 {
		return resultOf(authmethod.Unknown, a, authmethod.CodeNotSettled, fmt.Sprintf("sending it again was answered %d", a.Status))
	}
	return resultRefused(a)
}

// putOff reports whether a write that is refused now was put off before, which may
// have carried it out all the same: the phone is read then before the refusal counts.
func (l *lane) putOff(a authmethod.Answer) bool {
	if !l.doubt || l.lost || l.clashes > 0 || l.refusal.Status != 0 {
		return false
	}
	l.verb, l.refusal = l.look, a
	return true
}

// notRemoved ends a row whose removal was refused. Without a reason it is of the
// default method, or of a mobile beside an alternateMobile; see
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
func (l *lane) notRemoved(a authmethod.Answer) *authmethod.Result {
	if l.lost || fateOf(a) != disputed {
		return l.refused(a)
	}
	code := cmp.Or(a.Meaning, authmethod.CodeRemovalRefused)
	if l.beside && a.Meaning == "" {
		code = authmethod.CodeAlternateStands
	}
	return l.changed(authmethod.Conflict, a, code)
}

// unexplained reports whether the head was refused, and reading is to tell why.
// Where an earlier write is in doubt, that is settled and not the refusal.
func (l *lane) unexplained() bool { return l.refusal.Status != 0 && !l.doubt }

// resultCannotRead ends a row whose phone could not be read back. Where the read
// was to explain a refusal, the row has failed as the refusal says. Else nobody
// knows what became of it.
func resultCannotRead(l *lane, a authmethod.Answer) *authmethod.Result {
	outcome, answer := authmethod.Unknown, a
	code, permission := authmethod.CodeNotSettled, authmethod.CodeNotSettledPermission
	if l.unexplained() {
		outcome, answer = authmethod.Failed, l.refusal
		code, permission = authmethod.CodeNotExplained, authmethod.CodeNotExplainedPermission
	}
	why := fmt.Sprintf("reading the phone back was answered %d", a.Status)
	switch {
	case fateOf(a) == absent:
		why = "Graph does not show the phone, which it may do later"
	case a.Lost != nil:
		why = "reading the phone back got no answer (" + a.Lost.Error() + ")"
	case a.NotSent != nil:
		why = "Graph could not be reached to read the phone back (" + a.NotSent.Error() + ")"
	case a.Status == http.StatusForbidden:
		code = permission
	}
	return resultOf(outcome, answer, code, why)
}

// stopped is the result of a head that was sent and is to be sent or read again
// when the run stops: nothing was refused for good. Where the only answer is a
// refusal that a read was to explain, or where no write left this machine, the
// row certainly was not carried out.
func (l *lane) stopped() authmethod.Result {
	r := resultOf(authmethod.Unknown, l.last, authmethod.CodeNotSettledStopped)
	switch {
	case l.phone != nil:
		l.noteSMS()
		r = l.phone
	case l.unexplained():
		r = resultOf(authmethod.NotAttempted, l.refusal, authmethod.CodeNotExplainedStopped)
	case !l.doubt:
		r = resultOf(authmethod.NotAttempted, l.last, authmethod.CodeNeverLeft)
	}
	r.Attempts = l.writes
	return *r
}
