package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/phonenumber"
)

// examination asks one tenant what an import needs to know, and tells each
// diagnosis once. It changes nothing, and sends a handful of requests.
type examination struct {
	client  *graph.Client
	config  graph.Config
	user    string // whose phone is read, empty for anybody's
	started time.Time
	tell    func(diagnosis)

	missing *doctorError // what the program ends with; nil where nothing is missing

	claims graph.Claims
	told   bool   // whether the token told them
	tenant string // its tenantType, empty where that is not known
}

// run looks at everything that can be looked at: what follows from what is
// missing is left out. The error is a [*doctorError], or the context's.
func (e *examination) run(ctx context.Context) error {
	for _, look := range []func(context.Context) error{e.reach, e.signIn, e.read, e.askBoth} {
		err := look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			break
		}
	}
	e.tell(diagnoseRetirement(cmp.Or(e.config.Cloud, graph.CloudGlobal), e.tenant, e.started))
	if e.missing != nil {
		return e.missing
	}
	return nil
}

// say tells what is found.
func (e *examination) say(name string, state state, message, advice string) {
	e.tell(diagnosis{Name: name, State: state, Message: message, Advice: advice})
}

// miss tells what is missing. The first of it decides what the program ends with:
// the others may follow from it.
func (e *examination) miss(name string, code int, message, advice string) {
	e.say(name, missingState, message, advice)
	if e.missing != nil {
		return
	}
	e.missing = &doctorError{"an import would not work", code}
	if code == exitFailed {
		e.missing.problem = "an import could not reach the tenant"
	}
}

// fail tells of an error after which nothing more can be asked, unless it is that
// nobody waits any more.
func (e *examination) fail(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return err
	}
	// Who knows an exit code was refused, or met a certificate; any other error is
	// the network's.
	code, advice := exitFailed, "check the network, the proxy settings (HTTPS_PROXY) and the firewall"
	if own, is := errors.AsType[interface {
		error
		ExitCode() int
	}](err); is {
		code, advice = own.ExitCode(), ""
	}
	if advised, is := errors.AsType[interface {
		error
		Advice() string
	}](err); is && !strings.Contains(err.Error(), advised.Advice()) {
		advice = advised.Advice()
	}
	if _, is := errors.AsType[*graph.NotGraphError](err); is {
		advice = "" // it says where to look
	}
	e.miss(name, code, err.Error(), advice)
	return err
}

// reach asks Graph without a token, and compares the clocks: most sign-ins bear
// five minutes.
func (e *examination) reach(ctx context.Context) error {
	if err := e.client.Reach(ctx); err != nil {
		return e.fail(ctx, "endpoint", err)
	}
	address, _, _ := e.config.Addresses() // graph.New has found them good
	if e.config.Transport != nil {
		address = "the simulator"
	}
	e.say("endpoint", wellState, address+" answers", "")
	ahead, told := e.client.Clock()
	ahead = ahead.Round(time.Second)
	side := "ahead of"
	if ahead < 0 {
		side = "behind"
	}
	switch {
	case !told:
		e.say("clock", unknownState, "the answer bears no date", "")
	case ahead.Abs() > time.Minute:
		e.say("clock", warningState, fmt.Sprintf("this machine is %s %s Graph", ahead.Abs(), side), "set the clock: sign-ins and tokens fail when it is minutes off")
	case ahead != 0:
		e.say("clock", wellState, fmt.Sprintf("%s %s Graph's", ahead.Abs(), side), "")
	default:
		e.say("clock", wellState, "agrees with Graph's", "")
	}
	return nil
}

// signIn gets a token and says what it tells. All of it is a hint, but a token
// that is for another service or tenant, or that has ended, is of no use.
func (e *examination) signIn(ctx context.Context) (err error) {
	if e.claims, e.told, err = e.client.Claims(ctx); err != nil {
		return e.fail(ctx, "sign-in", err)
	}
	if !e.told {
		e.say("sign-in", wellState, fmt.Sprintf("--auth %s gives a token", e.config.Credential.Kind), "")
		e.say("permission", unknownState, "the token does not tell what it permits", "an import needs "+strings.Join(graph.PhonePermissions(), " or "))
		return nil
	}
	who := "app " + e.claims.AppID
	if e.claims.User != "" {
		who = e.claims.User + " by " + who
	}
	who += ", tenant " + e.claims.TenantID
	given := e.config.Credential.TenantID
	switch {
	// The commonest mistake: az gives tokens for Azure's own API unless it is told.
	case !e.claims.ForGraph(e.config.Cloud):
		e.miss("sign-in", exitRefused, fmt.Sprintf("the token is for %q, and not for Graph of this cloud", e.claims.Audience), "fetch one with \"az account get-access-token --resource-type ms-graph\", or check --cloud")
	// An import would write into the other tenant. Whose a domain is the token does
	// not tell.
	case isTenantID(given) && !strings.EqualFold(given, e.claims.TenantID):
		e.miss("sign-in", exitRefused, fmt.Sprintf("the token is for tenant %s, and not for %s", e.claims.TenantID, given), "sign in to the tenant that is meant, or correct --tenant-id")
	// Only a ready token can be old; Graph would say so, but not that it is this one.
	case !e.claims.Expires.IsZero() && e.claims.Expires.Before(e.started):
		e.miss("sign-in", exitRefused, fmt.Sprintf("the token has ended at %s", e.claims.Expires.UTC().Format(time.RFC3339)), "fetch a new one, and check the clock")
	default:
		e.say("sign-in", wellState, who, "")
		e.permission()
		return nil
	}
	return errors.New("the token is of no use")
}

// isTenantID tells an id from a domain, which has a dot.
func isTenantID(text string) bool {
	return strings.Count(text, "-") == 4 && !strings.Contains(text, ".")
}

// permission goes by the token, which a grant changes only after minutes.
func (e *examination) permission() {
	needed := strings.Join(graph.PhonePermissions(), " or ")
	consent := fmt.Sprintf("add the application permission %s to the app registration, and let an administrator consent", needed)
	if e.claims.User != "" {
		consent = fmt.Sprintf("add the delegated permission %s to the app registration, and let an administrator consent", needed)
	}
	tool, reads := e.claims.Tool(), e.claims.ReadsPhones()
	switch writes := e.claims.WritesPhones(); {
	case writes != "":
		e.say("permission", wellState, writes, "")
	case tool != "":
		e.miss("permission", exitRefused, fmt.Sprintf("a person's token from %s does not permit phones, whatever role the person has", tool),
			"sign in through an app registration of your own: --auth device-code with its --client-id, or a secret or certificate of the app")
	case reads != "":
		e.miss("permission", exitRefused, fmt.Sprintf("phones may be read (%s) and not written", reads), consent)
	default:
		e.miss("permission", exitRefused, "phones may be neither read nor written", consent)
	}
	if e.claims.User == "" {
		return
	}
	// Roles are activated for hours, and Graph looks them up by itself, so that none
	// in the token is not proof that it will refuse.
	const wanted = "a person needs the role Authentication Administrator, or Privileged Authentication Administrator for the phones of administrators"
	switch role := e.claims.PhoneRole(); {
	case role != "":
		e.say("role", wellState, role, "")
	case e.claims.DirectoryRoles == nil:
		e.say("role", unknownState, "the token does not tell the person's roles", wanted)
	default:
		e.say("role", warningState, "the token names no role for the phones of others", wanted+"; a role that has to be activated must be active")
	}
}

// read reads one phone, as an import does to explain a refusal. That the phone is
// not there is an answer, too.
func (e *examination) read(ctx context.Context) error {
	user, name := e.user, e.user
	if user == "" {
		var err error
		if user, err = e.anybody(ctx); user == "" {
			return err
		}
		name = "the first user listed" // what Graph calls him or her is a peer's text
	}
	answers, err := e.client.Send(ctx, []authmethod.Step{{Verb: authmethod.Read, User: user, PhoneType: authmethod.PhoneTypeMobile}})
	if err != nil {
		return e.fail(ctx, "read", err)
	}
	switch a := answers[0]; {
	// Any number will do: what is masked cannot be compared with one.
	case a.Status == http.StatusOK && phonenumber.Compare(authmethod.PhoneNumber{}, a.Phone) == authmethod.CannotTell:
		e.say("read", warningState, "the mobile of "+name+" comes masked, so that it cannot be compared", "sign in as an app, or with the role Privileged Authentication Administrator, where numbers are to be compared")
	case a.Status == http.StatusOK:
		e.say("read", wellState, "the mobile of "+name, "")
	case a.Status == http.StatusNotFound && strings.EqualFold(a.Code, "Request_ResourceNotFound"):
		e.say("read", unknownState, "Graph knows no user "+name, "give a userPrincipalName or object id with --user")
	case a.Status == http.StatusNotFound:
		e.say("read", wellState, name+" has no mobile", "")
	// Writing needs more than reading, so that it would be refused as well.
	case a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized:
		e.miss("read", exitRefused, "reading a phone of "+name+" is "+refusedBy(a), "see permission and role; what was granted just now takes effect after minutes, and with a new token")
	default:
		e.say("read", unknownState, "reading a phone of "+name+" was "+refusedBy(a), "try again later")
	}
	return nil
}

// anybody is the id of the first user whom Graph lists. It is empty where there is
// none to be had, which is told.
func (e *examination) anybody(ctx context.Context) (string, error) {
	bodies, answers, err := e.client.Ask(ctx, []string{"/users?$top=1&$select=id"})
	if err != nil {
		return "", e.fail(ctx, "read", err)
	}
	var page struct{ Value []struct{ ID string } }
	switch a := answers[0]; {
	case a.Status != http.StatusOK:
		e.say("read", unknownState, "listing users was "+refusedBy(a), "name somebody with --user")
	case json.Unmarshal(bodies[0], &page) != nil || len(page.Value) == 0:
		e.say("read", unknownState, "Graph lists no users", "name somebody with --user")
	default:
		return page.Value[0].ID, nil
	}
	return "", nil
}

// askBoth reads the policy and the organization by one $batch, which shows in
// passing that batches go through. The policy is read whole: the collection of the
// methods in it is not served, though it has an address.
func (e *examination) askBoth(ctx context.Context) error {
	bodies, answers, err := e.client.Ask(ctx, []string{"/policies/authenticationMethodsPolicy", "/organization"})
	if err != nil {
		return e.fail(ctx, "batch", err)
	}
	// Refused items show as well as others that the request around them went through.
	decided := func(a authmethod.Answer) bool {
		return a.Status/100 == 2 || a.Status/100 == 4 && a.Status != http.StatusTooManyRequests
	}
	switch a := answers[0]; {
	case a.Alone:
		e.say("batch", warningState, "a $batch is "+refusedBy(a), "--batch-size 1 sends plain requests")
	case !slices.ContainsFunc(answers, decided):
		e.say("batch", unknownState, "a $batch was "+refusedBy(a), "try again later")
	default:
		e.say("batch", wellState, "two reads in one request", "")
	}
	var page struct {
		Value []struct{ TenantType string }
	}
	if answers[1].Status == http.StatusOK && json.Unmarshal(bodies[1], &page) == nil && len(page.Value) > 0 {
		e.tenant = page.Value[0].TenantType
	}
	if answers[0].Status != http.StatusOK {
		advice := "try again later"
		if answers[0].Status == http.StatusForbidden {
			advice = policyPermission
			if e.claims.User != "" {
				advice += "; a person needs the role Global Reader, too"
			}
		}
		e.say("policy", unknownState, "whether SMS and voice are allowed: reading the policy was "+refusedBy(answers[0]), advice)
		return nil
	}
	for _, d := range diagnosePolicy(bodies[0]) {
		e.tell(d)
	}
	return nil
}

// refusedBy is an answer that is not what was asked for, in short.
func refusedBy(a authmethod.Answer) string {
	switch err := cmp.Or(a.NotSent, a.Lost); {
	case err != nil:
		return "not answered: " + err.Error()
	case a.Code == "":
		return fmt.Sprintf("refused with status %d", a.Status)
	}
	return fmt.Sprintf("refused with status %d %s", a.Status, a.Code)
}
