package tenant

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"entraphone/internal/authmethod"
)

// RefusedError is Graph's refusal to tell what was asked for. Asking again by
// the same means would bring the same.
type RefusedError struct {
	What    string            // was asked for
	Problem string            // where it is not in the answer
	Answer  authmethod.Answer // with a status, or the zero value
}

func (e *RefusedError) Error() string {
	problem := e.Problem
	if problem == "" {
		problem = fmt.Sprintf("Graph refused (status %d %s %q, request id %s)", e.Answer.Status, e.Answer.Code, e.Answer.Message, e.Answer.RequestID)
	}
	return fmt.Sprintf("reading %s: %s: %s", e.What, problem, e.Advice())
}

// advice is what to do about a code. They are those of the report, but for the
// first, which is that of the directory, and the second, which is that of phones. "Authentication_RequestFromNonPremium…"
// is also told to who may not read the organization, and then only at times:
// https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3581.
var advice = map[string]string{
	"authorization_requestdenied":                           "grant the application permission User.Read.All with admin consent; for the members of a group also GroupMember.Read.All",
	"accessdenied":                                          "grant the application permission UserAuthMethod-Phone.Read.All or UserAuthenticationMethod.Read.All with admin consent; a signed-in person needs the role Privileged Authentication Administrator or Global Reader",
	"authentication_msgraphpermissionmissing":               "grant the application permission AuditLog.Read.All with admin consent",
	"authentication_applicationhasnodirectoryreadaccess":    "grant the application permission Directory.Read.All with admin consent",
	"authentication_requestfromnonpremiumtenantorb2ctenant": "the report needs Entra ID P1 or P2; where the tenant has it, grant Directory.Read.All, without which the licence cannot be checked",
	"authentication_requestfromunsupporteduserrole":         "the signed-in user needs the role Reports Reader, Security Reader or Global Reader, for as long as the run takes",
	"request_resourcenotfound":                              "there is none with this id: take the object id",
}

// What is read, where a refusal depends on it.
const (
	ofPhones = "phones"
	ofReport = "the registration report"
)

// generalDenial is what any part of Graph may say to who has no permission, and
// denials what those say by themselves that are not the directory.
const generalDenial = "authorization_requestdenied"

var denials = map[string]string{ofPhones: "accessdenied", ofReport: "authentication_msgraphpermissionmissing"}

// Advice is what to do next, never empty.
func (e *RefusedError) Advice() string {
	code := strings.ToLower(e.Answer.Code)
	if code == generalDenial {
		code = cmp.Or(denials[e.What], code)
	}
	return cmp.Or(advice[code], "check the permissions of the credential and the endpoint")
}

// ExitCode is what a command ends with that cannot go on without the answer.
func (e *RefusedError) ExitCode() int {
	if e.Answer.Status == http.StatusForbidden || e.Answer.Status == http.StatusUnauthorized {
		return 5
	}
	return 1
}

// GivenUpError ends the asking: nothing but throttles, faults and lost answers came
// for too long, or that Graph asks for too long a wait.
type GivenUpError struct {
	What string        // was asked for
	For  time.Duration // without any progress
	Last authmethod.Answer
}

func (e *GivenUpError) Error() string {
	if e.Last.Status == 0 {
		return fmt.Sprintf("reading %s: nothing answered for %s: %v", e.What, e.For, cmp.Or(e.Last.NotSent, e.Last.Lost))
	}
	return fmt.Sprintf("reading %s: Graph answered nothing but throttles and faults for %s (last: %d), or asks for a longer wait than --give-up-after", e.What, e.For, e.Last.Status)
}

// Unwrap is why no answer came.
func (e *GivenUpError) Unwrap() error { return cmp.Or(e.Last.NotSent, e.Last.Lost) }

// Advice is what to do next.
func (e *GivenUpError) Advice() string {
	if e.Last.Status == 0 {
		return "check the network, the proxy (HTTPS_PROXY) and --graph-endpoint"
	}
	return "try again later; --give-up-after waits longer"
}

// ExitCode is what the command ends with: going on later may be all that is
// needed, unless nothing answered at all.
func (e *GivenUpError) ExitCode() int {
	if e.Last.Status == 0 {
		return 1
	}
	return 4
}
