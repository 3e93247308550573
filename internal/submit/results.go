package submit

import (
	"fmt"
	"net/http"

	"entraphone/internal/authmethod"
)

// PermissionAdvice says what a caller needs to write phones; see
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods.
const PermissionAdvice = "grant the application permission UserAuthMethod-Phone.ReadWrite.All or UserAuthenticationMethod.ReadWrite.All with admin consent; " +
	"with a signed-in user, the user also needs the role Authentication Administrator, or Privileged Authentication Administrator where the target is an administrator"

// resultOf is a success, or the base of another result.
func resultOf(outcome authmethod.Outcome, a authmethod.Answer) *authmethod.Result {
	return &authmethod.Result{Outcome: outcome, Status: a.Status, Code: a.Code, Detail: a.Message, RequestID: a.RequestID}
}

func failed(class authmethod.Class, a authmethod.Answer, message, advice string) *authmethod.Result {
	r := resultOf(authmethod.Failed, a)
	r.Class, r.Advice = class, advice
	r.Message = message
	return r
}

func resultNoUser(a authmethod.Answer) *authmethod.Result {
	return failed(authmethod.FixData, a, "Graph knows no such user",
		"check the spelling of the userPrincipalName; an account that was made within the last minutes may need a later run")
}

func resultRefused(a authmethod.Answer) *authmethod.Result {
	switch {
	case a.Status == http.StatusForbidden:
		return failed(authmethod.Permission, a, "Graph refused access to this user",
			"if only a few rows fail so, these users are protected: administrators need a caller with the role Privileged Authentication Administrator, and nobody can write their own phones; if all rows fail, the caller lacks UserAuthMethod-Phone.ReadWrite.All")
	case a.Status == http.StatusUnauthorized:
		return failed(authmethod.Permission, a, "Graph refused the token", "check the credentials, then run again")
	case a.Code == "invalidPhoneNumber":
		return failed(authmethod.FixData, a, "Graph does not accept this as a phone number",
			"check the digits with the person; Graph looks into the numbering plan")
	case a.Status == http.StatusBadRequest:
		return failed(authmethod.FixData, a, "Graph refused the row and shows no phone of this type",
			"an alternateMobile needs a mobile in the tenant; otherwise check the number and the type")
	}
	return failed(authmethod.Decision, a, fmt.Sprintf("Graph refused the row with status %d", a.Status),
		"look the code up in Graph's documentation; quote the request id to Microsoft's support")
}

// resultGaveUp ends a row that was sent often enough and is not there.
func resultGaveUp(a authmethod.Answer) *authmethod.Result {
	why := fmt.Sprintf("Graph kept answering %d", a.Status)
	switch {
	case a.Lost != nil:
		why = "the answers were lost (" + a.Lost.Error() + ")"
	case a.Status == statusThrottled:
		why = "Graph kept throttling"
	case a.Alone:
		why = "Graph kept refusing the request around this row"
	}
	return failed(authmethod.Retry, a, why+", and the phone is not there", "run again later with the same file; a lower --rate helps when other tools write at the same time")
}

// resultCannotRead ends a row whose phone could not be read back.
func resultCannotRead(l *lane, a authmethod.Answer) *authmethod.Result {
	class, advice := authmethod.Retry, "run again with the same file: the phone is compared then, not sent blindly"
	if a.Status == http.StatusForbidden {
		class, advice = authmethod.Permission, "reading needs UserAuthMethod-Phone.Read.All at least; then run again with the same file"
	}
	if l.refusal.Status != 0 && !l.doubt {
		return failed(class, l.refusal, "Graph refused the row, perhaps because a phone of this type is there already, and "+readFailure(a), advice)
	}
	r := resultOf(authmethod.Unknown, a)
	r.Class, r.Advice = class, advice
	r.Message = "whether it was carried out is not known, and " + readFailure(a)
	return r
}

func readFailure(a authmethod.Answer) string {
	switch {
	case a.Lost != nil:
		return "reading the phone back got no answer (" + a.Lost.Error() + ")"
	case a.NotSent != nil:
		return "Graph could not be reached to read the phone back (" + a.NotSent.Error() + ")"
	}
	return fmt.Sprintf("reading the phone back was answered %d", a.Status)
}

func resultMasked(a authmethod.Answer) *authmethod.Result {
	r := resultOf(authmethod.Unknown, a)
	r.Class = authmethod.Permission
	r.Message = "a phone of this type is there, and Graph shows its number masked, so that nobody can say whether it is this one"
	r.Advice = "run with an app-only credential, or with the role Privileged Authentication Administrator, which sees whole numbers"
	return r
}

func resultConflict(refusal, a authmethod.Answer) *authmethod.Result {
	r := resultOf(authmethod.Conflict, a)
	if refusal.Status != 0 {
		r.Status, r.Code, r.RequestID = refusal.Status, refusal.Code, refusal.RequestID
	}
	r.Class = authmethod.Decision
	r.Message = "another number is registered for this type and was left alone"
	r.Advice = "decide which number is right; to use the file's, change the phone in the Entra admin center"
	return r
}

func resultDependency(line int32, mobile authmethod.Result) authmethod.Result {
	return authmethod.Result{
		Outcome: authmethod.Dependency, Class: mobile.Class, Code: "held-back",
		Message: fmt.Sprintf("held back: this user's mobile (line %d) did not arrive, and Graph takes an alternateMobile only after a mobile", line),
		Advice:  fmt.Sprintf("see line %d, then run again", line),
	}
}

func resultUserUnknown(line int32, head authmethod.Result) authmethod.Result {
	return authmethod.Result{
		Outcome: authmethod.NotAttempted, Class: head.Class, Code: "user-unknown",
		Message: fmt.Sprintf("not sent: Graph knows no such user, as line %d showed", line),
		Advice:  fmt.Sprintf("see line %d", line),
	}
}

// stopped is the result of a head that was sent and is to be sent or read again
// when the run stops.
func (l *lane) stopped() authmethod.Result {
	again := "run again with the same file: the phone is compared then, not sent blindly"
	r := failed(authmethod.Retry, l.refusal, "Graph refused the row, and the run was stopped before the phone could be read", again)
	if l.refusal.Status == 0 || l.doubt {
		r = failed(authmethod.Retry, l.last, "the run was stopped before it could be settled whether this row was carried out", again)
		r.Outcome = authmethod.Unknown
	}
	r.Attempts = l.creates
	return *r
}
