package graphsim

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
	"entraphone/internal/graphsim/odata"
)

// call is one request to Graph, alone or in a $batch, with all that can be said
// about it without the directory. It is made without the lock, since most of the
// work of a request is reading its body.
type call struct {
	method          string
	target          target
	header          interface{ Get(name string) string }
	body            []byte
	clientRequestID string
	caller          *login.Claims
	inBatch         bool
	after           *call // that of the same $batch on which it depends

	options options
	phone   sentPhone // of a create or an update
	refused *refusal  // why its body will not do

	looked, exists bool // whether the user has been looked for, and is there
	found          account
}

// newCall reads what a call says, body included. What is wrong with the body is
// kept for later: permissions and quotas come first, as they do at Graph.
func (s *Simulator) newCall(method string, t target, header interface{ Get(string) string }, body []byte, caller *login.Claims) call {
	c := call{method: method, target: t, header: header, body: body, caller: caller, clientRequestID: header.Get("client-request-id")}
	switch {
	case c.creates():
		c.phone, c.refused = s.readPhone(&c, true)
	case t.kind == onePhone && (method == http.MethodPatch || method == http.MethodPut):
		c.phone, c.refused = s.readPhone(&c, false)
	}
	return c
}

// creates reports whether the call is to register a phone.
func (c *call) creates() bool {
	return c.method == http.MethodPost && c.target.kind == phoneCollection
}

// forPhones reports whether the MFA service serves the call, and not the
// directory.
func (c *call) forPhones() bool {
	return c.target.kind >= phoneCollection && c.target.kind <= methodCollection
}

// forPolicies reports whether the call is about what the tenant allows.
func (c *call) forPolicies() bool {
	return c.target.kind == methodsPolicy || c.target.kind == oneMethodPolicy
}

// reads reports whether the call changes nothing.
func (c *call) reads() bool { return c.method == http.MethodGet }

// delegated reports whether a person makes the call, and not an app by itself.
func (c *call) delegated() bool { return c.caller.Delegated() }

// own reports whether the user of a delegated call is who makes it. It goes by
// both keys of a person.
func (c *call) own() bool {
	caller, user := c.caller.User, c.target.user
	return c.target.me || strings.EqualFold(user, caller.ID) || strings.EqualFold(user, caller.UserPrincipalName)
}

// userKey is whom the call is about, whoever that is where it says me. It is
// empty where the path has no user.
func (c *call) userKey() string {
	if c.target.me {
		return c.caller.User.UserPrincipalName
	}
	return c.target.user
}

// key is the user's key as a URL holds it, which the @odata.context repeats. It
// is escaped once more there, with %20 for a blank.
func (c *call) key() string {
	key := c.target.user
	if c.target.me {
		key = c.caller.User.ID
	}
	return strings.ReplaceAll(url.QueryEscape(key), "+", "%20")
}

// permission is what a caller needs: one of these names, in the roles of an app
// or in the scopes of a person. The names of apps are good for persons as well.
type permission struct{ App, Delegated []string }

//go:embed permissions.yaml
var permissionsTable []byte

// permissions are read when the first call asks for them.
var permissions = sync.OnceValue(func() map[string]permission {
	var table map[string]permission
	if err := yaml.Unmarshal(permissionsTable, &table); err != nil {
		panic(fmt.Sprintf("graphsim: the embedded permissions: %v", err)) // unreachable unless bug
	}
	return table
})

// knownPermissions are all that make a difference here. A scenario may grant no
// others, so that a misspelt one is found.
func knownPermissions() []string {
	known := login.KnownPermissions()
	for _, p := range permissions() {
		known = append(append(known, p.App...), p.Delegated...)
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// holds reports whether the caller has one of the permissions that are needed.
// It lets apps through to /me, where they learn that they have none.
func (c *call) holds(needs string) bool {
	p := permissions()[needs]
	enough, held := p.App, c.caller.Roles
	switch {
	case c.delegated():
		enough, held = slices.Concat(p.App, p.Delegated), c.caller.Scopes
	case c.target.me:
		return true
	}
	return slices.ContainsFunc(held, func(name string) bool { return slices.Contains(enough, name) })
}

// handler does a call, or refuses it. It has the lock. An answer goes back as it
// is, a refusal through refuse.
type handler func(*Simulator, *exchange, *call) (answer, *refusal)

// service is what is done for a method on a target. It says what every call
// needs, so that no handler asks for permissions or counts units.
type service struct {
	do    handler
	needs string       // in permissions.yaml
	units int          // resource units of a read; 0 is a write
	query odata.Schema // what $filter and $orderby take; nil passes over mistakes in all options
}

// services lists everything that is served. Units are those of
// https://learn.microsoft.com/graph/throttling-limits. A method that is not
// there is refused by unrouted.
var services = [...]map[string]service{
	phoneCollection:  {"GET": {forPhones((*Simulator).listPhones), "readsPhones", 1, nil}, "POST": {forPhones((*Simulator).createPhone), "writesPhones", 0, nil}},
	phoneCount:       {"GET": {forPhones((*Simulator).listPhones), "readsPhones", 1, nil}},
	methodCollection: {"GET": {forPhones((*Simulator).listPhones), "readsPhones", 1, nil}},
	onePhone: {
		"GET":    {forPhones((*Simulator).getPhone), "readsPhones", 1, nil},
		"PATCH":  {forPhones((*Simulator).updatePhone), "writesPhones", 0, nil},
		"PUT":    {forPhones((*Simulator).updatePhone), "writesPhones", 0, nil},
		"DELETE": {forPhones((*Simulator).deletePhone), "writesPhones", 0, nil},
	},
	enableSMS:       {"POST": {forPhones((*Simulator).switchSMS), "writesPhones", 0, nil}},
	disableSMS:      {"POST": {forPhones((*Simulator).switchSMS), "writesPhones", 0, nil}},
	userCollection:  {"GET": {(*Simulator).listUsers, "readsUsers", 2, userSchema}},
	userCount:       {"GET": {(*Simulator).countUsers, "readsUsers", 1, userSchema}},
	oneUser:         {"GET": {(*Simulator).getUser, "readsUsers", 1, odata.Schema{}}},
	objectsByID:     {"POST": {(*Simulator).getByIDs, "readsUsers", 3, odata.Schema{}}},
	registrations:   {"GET": {(*Simulator).listRegistrations, "readsReports", 1, registrationSchema}},
	oneRegistration: {"GET": {(*Simulator).getRegistration, "readsReports", 1, nil}},
	groupMembers:    {"GET": {(*Simulator).listMembers, "readsMembers", 3, userSchema}},
	organizations:   {"GET": {(*Simulator).getOrganization, "readsOrganization", 1, nil}},
	methodsPolicy:   {"GET": {(*Simulator).getMethodsPolicy, "readsPolicies", 1, nil}},
	oneMethodPolicy: {"GET": {(*Simulator).getMethodPolicy, "readsPolicies", 1, nil}},
	batchEndpoint:   nil, // inside of another
}

// perform does a call as far as permissions, quotas and rules let it. It needs
// the lock. The order is Graph's as far as it is known: the route, the
// permission, the quota, and then whatever the call itself has wrong.
func (s *Simulator) perform(x *exchange, c *call) answer {
	wanted, served := services[c.target.kind][c.method]
	assumed, kind := &s.config.Assumed, c.target.kind
	switch {
	case assumed.PlainApostropheRefused && c.target.odd:
		return x.refuse(c, *badRequest("Resource not found for the segment '" + c.target.user + "'."))
	case !served,
		kind == onePhone && c.method == http.MethodPut && assumed.PutUnrouted,
		kind == phoneCount && assumed.CountUnrouted,
		(kind == enableSMS || kind == disableSMS) && c.target.oddCase && assumed.ExactActionCase:
		return x.refuse(c, *s.unrouted(c))
	}
	// Everybody may read what is known of themselves.
	if c.target.me && c.target.kind == oneUser {
		wanted.needs = "readsSelf"
	}
	if !c.holds(wanted.needs) || !s.roleAllows(c, wanted) {
		return x.refuse(c, *c.denied())
	}
	var wrong *refusal
	if c.options, wrong = parseOptions(c, wanted.query); wrong != nil {
		c.options, _ = parseOptions(c, nil) // units do not depend on a bad filter
	}
	used, refused := s.throttle(c, wanted)
	if refused != nil {
		// A call that is throttled has arrived and done nothing.
		s.stats.Throttled++
		return x.refuse(c, *refused)
	}
	var done answer
	if wrong == nil || wanted.query == nil {
		done, wrong = wanted.do(s, x, c)
	}
	if wrong != nil {
		done = x.refuse(c, *wrong)
	}
	if !c.forPhones() && !assumed.NoThrottleHeaders {
		done.set("x-ms-resource-unit", strconv.Itoa(unitsOf(c, wanted)))
	}
	// Graph sends it from 80 % on:
	// https://learn.microsoft.com/graph/throttling-limits.
	if used >= 0.8 && !assumed.NoThrottleHeaders {
		done.set("x-ms-throttle-limit-percentage", percentage(used))
	}
	return done
}

// denied refuses what the caller may not do, in the words of the service that is
// asked; see https://github.com/Azure/azure-cli/issues/23906 for policies.
func (c *call) denied() *refusal {
	switch {
	case c.forPhones():
		return accessDenied()
	case c.forPolicies():
		return &refusal{status: http.StatusForbidden, code: "AccessDenied",
			message: "You cannot perform the requested operation, required scopes are missing in the token."}
	}
	return &refusal{status: http.StatusForbidden, code: "Authorization_RequestDenied",
		message: "Insufficient privileges to complete the operation."}
}

// roleAllows asks a person for a directory role, see
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods. What
// may be written to their own account is not a matter of roles. A Global Reader
// may read all, and nobody else of these reads policies; the report asks for a
// role as well. Apps have no roles.
func (s *Simulator) roleAllows(c *call, wanted service) bool {
	forReport := c.target.kind == registrations || c.target.kind == oneRegistration
	role := s.config.SignedIn.Role
	switch {
	case c.delegated() && c.forPolicies():
		return role == GlobalReader
	case !c.delegated() || c.own() || !c.forPhones() && !forReport:
		return true
	}
	return role == AuthenticationAdministrator || role == PrivilegedAuthenticationAdministrator || role == GlobalReader && wanted.units > 0
}

// unrouted answers what is not served. The MFA service, Graph's gateway and the
// directory each say it in their own words.
func (s *Simulator) unrouted(c *call) *refusal {
	switch t := &c.target; {
	case t.kind >= unroutedPhones && t.kind <= methodCollection && t.kind != badUserKey:
		// Calls for authentication methods are forwarded to the MFA service,
		// which answers in its own words.
		message := `{"Message":"No HTTP resource was found that matches the request URI 'https://mface.windowsazure.com/odata` + t.path +
			`'.","MessageDetail":"No type was found that matches the controller named 'users'."}`
		return &refusal{status: http.StatusNotFound, code: "UnknownError", message: message}
	case t.kind == unknownVersion:
		return badRequest("Invalid version: " + t.unknown)
	case t.kind == unknownResource || t.kind == badUserKey:
		return badRequest("Resource not found for the segment '" + t.unknown + "'.")
	}
	return &refusal{status: http.StatusMethodNotAllowed, code: "Request_BadRequest",
		message: "Specified HTTP method is not allowed for the request target."}
}

// arrive counts a call before anything is done about it. It needs the lock. It
// finds the signs of a careless client, which Graph does not show: a second
// write for a user before the first is answered, and phones in the wrong order.
// They are counted before any rule refuses them.
func (s *Simulator) arrive(x *exchange, c *call) {
	if !c.forPhones() {
		return
	}
	if c.reads() {
		s.stats.Reads++
		return
	}
	s.stats.Writes++
	c.looked = true
	if c.found, c.exists = s.find(c.userKey()); !c.exists {
		return
	}
	a := c.found
	unanswered := s.writing[a.ref]
	for before := c.after; before != nil; before = before.after {
		if before.looked && before.exists && before.found.ref == a.ref {
			unanswered-- // it is done, and its answer known to the batch
		}
	}
	if unanswered > 0 {
		s.stats.Overlaps++
	}
	s.writing[a.ref]++
	x.writing = append(x.writing, a.ref)
	alternateFirst := c.creates() && c.refused == nil && c.phone.kind == alternateMobile && s.people.Phone(a.ref, mobile) == ""
	mobileFirst := c.method == http.MethodDelete && strings.EqualFold(c.target.id, phoneTypes[mobile].id) && s.people.Phone(a.ref, alternateMobile) != ""
	if alternateFirst || mobileFirst {
		s.stats.OrderViolations++
	}
}

// leave ends the writes of an exchange. It needs the lock.
func (s *Simulator) leave(writing []directory.Ref) {
	for _, ref := range writing {
		if s.writing[ref]--; s.writing[ref] == 0 {
			delete(s.writing, ref)
		}
	}
}
