package graph

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
)

// Every line of the table names codes of outcomes whose texts stand by themselves,
// and where it has them from.
func TestMeaningsAreATable(t *testing.T) {
	if got, want := len(meanings()), strings.Count(meaningsTable, "\thttps://"); got != want || got < 50 {
		t.Errorf("%d lines are read, and %d have a source", got, want)
	}
	for _, m := range meanings() {
		for i, code := range m.is {
			if e := code.Entry(); i == 0 && e.Kind != "outcome" || strings.Contains(e.Message+e.Advice, "%[") {
				t.Errorf("%s is a %s and says %q; %q, want an outcome without arguments", code, e.Kind, e.Message, e.Advice)
			}
		}
		for _, word := range m.call {
			if !slices.Contains([]string{"phones", "create", "delete", "alternateMobile", "enableSms", "guest", "batch", "users", "reports", "policies"}, word) {
				t.Errorf("no call has the word %q", word)
			}
		}
	}
}

func TestMeaningOfRefusals(t *testing.T) {
	of := func(verb authmethod.Verb, user string, phone authmethod.PhoneType) []string {
		return callOf(&step{Verb: verb, User: user, PhoneType: phone})
	}
	mobile := of(authmethod.Create, "a@example.com", authmethod.PhoneTypeMobile)
	alternate := of(authmethod.Create, "a@example.com", authmethod.PhoneTypeAlternateMobile)
	guest := of(authmethod.Create, "a_b.com#Ext#@example.com", authmethod.PhoneTypeMobile)
	enable := of(authmethod.EnableSMS, "a@example.com", authmethod.PhoneTypeMobile)
	for _, test := range []struct {
		name          string
		call          []string
		status        int
		code, message string
		want          authmethod.Code
	}{
		{"any case", mobile, 409, "PHONENUMBERNOTUNIQUE", "", authmethod.CodeNumberReserved},
		{"a mobile is not about alternates", mobile, 400, "badRequest", "", ""},
		{"an alternateMobile is", alternate, 400, "badRequest", "", authmethod.CodeRowRefusedAlternate},
		{"unless Graph says otherwise", alternate, 400, "invalidPhoneNumber", "", authmethod.CodeNumberRefused},
		{"a guest by name", guest, 404, "Request_ResourceNotFound", "", authmethod.CodeUserUnknownGuest},
		{"a guest, and a wrong address", guest, 404, "UnknownError", `{"Message":"No HTTP resource was found that matches"}`, authmethod.CodeProgramFault},
		{"somebody else", mobile, 404, "Request_ResourceNotFound", "", authmethod.CodeUserUnknown},
		{"405 of a create", mobile, 405, "methodNotAllowed", "", authmethod.CodeProgramFault},
		{"405 of enableSmsSignIn", enable, 405, "methodNotAllowed", "", authmethod.CodeSMSNotAllowed},
		{"405 of enableSmsSignIn, as of 2024", enable, 405, "", "Cannot enable SMS sign-in on phone auth method as the credential policy is not enabled on user", authmethod.CodeSMSNotAllowed},
		{"default method", of(authmethod.Delete, "a", authmethod.PhoneTypeMobile), 400, "badRequest", "Cannot delete default method with other methods configured.", authmethod.CodeDefaultMethod},
		{"a licence and no role", mobile, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "", authmethod.CodeLicenceMissing},
		{"the report's licence", callOf(&question{path: "/reports/authenticationMethods/userRegistrationDetails"}), 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "", authmethod.CodeLicenceMissingReport},
		{"a filter is our fault", callOf(&question{path: "/users?$filter=x"}), 400, "Request_UnsupportedQuery", "", authmethod.CodeProgramFault},
		{"a code of the future", mobile, 403, "newCode", "", ""},
		{"nothing is said", mobile, 418, "", "", ""},
	} {
		if got := meaningOf(test.call, test.status, test.code, test.message); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// Each line is there for an answer that somebody met, and the simulator has it.
// Of the calls that no step is, the meaning is checked here.
func TestEveryMeaningIsMet(t *testing.T) {
	phones := "/users/a%23EXT%23@example.com/authentication/phoneMethods" // faults for guests match as well
	calls := []struct {
		names  *regexp.Regexp
		words  string
		method string
		path   string
	}{
		{regexp.MustCompile("^(users-|directory-(token|unauthorized)|company-)"), "users", "GET", "/users/a@example.com"},
		{regexp.MustCompile("^report-"), "reports", "GET", "/reports/authenticationMethods/userRegistrationDetails"},
		{regexp.MustCompile("^policies-"), "policies", "GET", "/policies/authenticationMethodsPolicy"},
		{regexp.MustCompile("^batch-"), "batch", "POST", "/$batch"},
		{regexp.MustCompile("^policy-405$"), "phones enableSms mobile", "POST", phones + "/" + authmethod.PhoneTypeMobile.ID() + "/enableSmsSignIn"},
		{regexp.MustCompile("^default-method"), "phones delete mobile", "DELETE", phones + "/" + authmethod.PhoneTypeMobile.ID()},
		{regexp.MustCompile("^guest-unknown$"), "phones create mobile guest", "POST", phones},
		{regexp.MustCompile(""), "phones create alternateMobile", "POST", phones},
	}
	want := map[string]authmethod.Code{
		"policy-405":              authmethod.CodeSMSNotAllowed,
		"users-denied":            authmethod.CodeAccessRefusedUsers,
		"users-unknown":           authmethod.CodeUserUnknown,
		"users-cut-off":           authmethod.CodeUserUnknown,
		"users-malformed":         authmethod.CodeProgramFault,
		"users-syntax":            authmethod.CodeProgramFault,
		"users-unsupported-query": authmethod.CodeProgramFault,
		"users-too-many-clauses":  authmethod.CodeProgramFault,
		"users-count":             authmethod.CodeProgramFault,
		"users-filter":            authmethod.CodeProgramFault,
		"users-too-many":          authmethod.CodeProgramFault,
		"users-page-expired":      authmethod.CodeListingExpired,
		"directory-token-expired": authmethod.CodeTokenRefused, "directory-unauthorized": authmethod.CodeTokenRefused,
		"directory-token-malformed": authmethod.CodeTokenRefusedMalformed,
		"company-not-found":         authmethod.CodeTenantUnknown,
		"report-licence":            authmethod.CodeLicenceMissingReport,
		"report-directory":          authmethod.CodeAccessRefusedDirectory,
		"report-permission":         authmethod.CodeAccessRefusedReport,
		"report-role":               authmethod.CodeAccessRefusedRole,
		"report-credentials":        authmethod.CodeServiceAway,
		"report-throttled":          authmethod.CodeThrottled,
		"policies-denied":           authmethod.CodeAccessRefusedPolicy,
		"policies-404":              authmethod.CodeProgramFault,
	}
	hit := make([]bool, len(meanings()))
	for _, name := range append(graphsim.AnswerNames(), "") { // and what the simulator says by itself
		config := graphsim.Config{AccessTokens: []string{"token"}}
		if err := graphsim.ReadScenario(strings.NewReader(`{"faults":[{"answer":"`+name+`"}]}`), &config); name != "" && err != nil {
			t.Fatal(err)
		}
		i := 0
		for !calls[i].names.MatchString(name) {
			i++
		}
		if calls[i].method == http.MethodGet {
			c := mustNew(t, secretConfig(graphsim.New(config).Transport()))
			for _, asked := range []asked{ask(t, c, calls[i].path), ask(t, c, calls[i].path, "/organization")} {
				if got := asked.answers[0]; got.Meaning != want[name] || asked.err != nil {
					t.Errorf("%s: Ask = %+v, %v, want the meaning %q", name, got, asked.err, want[name])
				}
			}
		}
		status, refused := refusedBy(t, graphsim.New(config), calls[i].method, calls[i].path)
		if refused == nil {
			continue // not by Graph
		}
		var a authmethod.Answer
		refused.describe(&a, gate{})
		call := strings.Fields(calls[i].words)
		fits := func(m meaning) bool { return m.fits(call, status, a.Code, a.Message) }
		if i := slices.IndexFunc(meanings(), fits); i >= 0 {
			hit[i] = true
		}
		if got := meaningOf(call, status, a.Code, a.Message); want[name] != "" && got != want[name] {
			t.Errorf("%s (%d %s): means %q, want %q", name, status, a.Code, got, want[name])
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s was not played", name)
	}
	for i, m := range meanings() {
		if !hit[i] {
			t.Errorf("no answer of the simulator comes to line %d: %v %d %v %v", i+1, m.call, m.status, m.codes, m.message)
		}
	}
}

// refusedBy is the status and Graph's error to a call, nil where the call is not
// refused or not by Graph.
func refusedBy(t *testing.T, sim *graphsim.Simulator, method, path string) (int, *graphError) {
	t.Helper()
	req, err := http.NewRequest(method, "https://graph.microsoft.com/v1.0"+path, strings.NewReader(`{"phoneType":"alternateMobile","phoneNumber":"+1 2065550123"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer token")
	resp, err := sim.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var p phone
	if decode(text, &p) != nil {
		return 0, nil
	}
	return resp.StatusCode, p.Error
}
