package graphsim

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// ErrorAnswer is an error answer of Graph. Fields left zero are the default.
type ErrorAnswer struct {
	Status        int
	Code, Message string
}

// Assumed are the answers whose status, code or message nobody outside
// Microsoft has written down. The defaults are guesses (the duplicate of a
// mobile alone was seen with status 400 and this message), so a client must
// work with others as well.
type Assumed struct {
	// Duplicate refuses a second phone of one type: 400 badRequest "Mobile
	// phone method is already registered for this account."
	Duplicate ErrorAnswer
	// MissingMobile refuses an alternateMobile where no mobile stands: 400
	// badRequest.
	MissingMobile ErrorAnswer
	// UnknownUser is the directory's answer: 404 Request_ResourceNotFound.
	UnknownUser ErrorAnswer
	// MissingPhone answers a get of a phone that does not stand there: 404
	// itemNotFound.
	MissingPhone ErrorAnswer
}

func (a Assumed) orDefaults() Assumed {
	return Assumed{
		Duplicate: a.Duplicate.or(ErrorAnswer{http.StatusBadRequest, "badRequest",
			"%s phone method is already registered for this account."}),
		MissingMobile: a.MissingMobile.or(ErrorAnswer{http.StatusBadRequest, "badRequest",
			"A mobile phone method must be registered before an alternate mobile."}),
		UnknownUser: a.UnknownUser.or(ErrorAnswer{http.StatusNotFound, "Request_ResourceNotFound",
			"Resource '%s' does not exist or one of its queried reference-property objects are not present."}),
		MissingPhone: a.MissingPhone.or(ErrorAnswer{http.StatusNotFound, "itemNotFound",
			"The phone method does not exist."}),
	}
}

func (e ErrorAnswer) or(d ErrorAnswer) ErrorAnswer {
	return ErrorAnswer{cmp.Or(e.Status, d.Status), cmp.Or(e.Code, d.Code), cmp.Or(e.Message, d.Message)}
}

// refusal fills %s, where the message has one, with the subject.
func (e ErrorAnswer) refusal(subject string) *refusal {
	return phoneRefusal(e.Status, e.Code, strings.ReplaceAll(e.Message, "%s", subject))
}

func (a *Assumed) duplicate(t phoneType) *refusal   { return a.Duplicate.refusal(phoneTypes[t].title) }
func (a *Assumed) missingMobile() *refusal          { return a.MissingMobile.refusal("") }
func (a *Assumed) unknownUser(user string) *refusal { return a.UnknownUser.refusal(user) }
func (a *Assumed) missingPhone() *refusal           { return a.MissingPhone.refusal("") }

// unserved answers what this simulator does not do.
func (t target) unserved(method string) *refusal {
	switch t.kind {
	case badUserKey:
		// https://learn.microsoft.com/graph/api/user-get: such a key breaks
		// the URL conventions of OData unless it is quoted.
		return badRequest(fmt.Sprintf("Resource not found for the segment '%s'.", t.user))
	case phoneCollection, onePhone:
		// Graph would do some of these, so that none of its errors is true.
		return &refusal{
			status: http.StatusNotImplemented, code: "notSupported",
			message: "The simulator does not serve " + method + " here.",
		}
	case unroutedPhones:
		return &refusal{status: http.StatusNotFound, code: "UnknownError", message: fmt.Sprintf(
			`{"Message":"No HTTP resource was found that matches the request URI 'https://mface.windowsazure.com/odata%s'.","MessageDetail":"No type was found that matches the controller named 'users'."}`,
			t.path)}
	}
	return &refusal{status: http.StatusNotFound, code: "UnknownError"}
}
