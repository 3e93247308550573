package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

const (
	bob   = "bob@example.com"
	alice = "alice@example.com"
)

// bobAndAlice have two phones and none.
func bobAndAlice() *directory.Directory {
	return people(
		directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", Office: "+1 2065550102"},
		directory.User{UserPrincipalName: alice},
	)
}

func phonePath(user, id string) string { return phonesPath(user) + "/" + id }

func TestUpdate(t *testing.T) {
	const entity = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('bob%40example.com')/authentication/phoneMethods/$entity",
		"id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"NUMBER","phoneType":"mobile","smsSignInState":"ready"}`
	tests := []struct {
		name, id, body string
		status         int // of PATCH; PUT answers 200 in place of 204
		code, stands   string
	}{
		{"both members", mobileID, phoneJSON("mobile", "+12065550199"), 204, "", "+1 2065550199"},
		{"number alone", mobileID, `{"phoneNumber":"+1 2065550199"}`, 204, "", "+1 2065550199"},
		{"type alone", mobileID, `{"phoneType":"mobile"}`, 204, "", "+1 2065550100"},
		{"same number", mobileID, phoneJSON("mobile", "+1 2065550100"), 204, "", "+1 2065550100"},
		{"id in capitals", strings.ToUpper(mobileID), phoneJSON("mobile", "+1 2065550199"), 204, "", "+1 2065550199"},
		{"neither member", mobileID, `{}`, 400, "badRequest", "+1 2065550100"},
		{"no body", mobileID, "", 400, "BadRequest", "+1 2065550100"},
		{"not JSON", mobileID, `{"phoneNumber"`, 400, "BadRequest", "+1 2065550100"},
		{"another type", mobileID, phoneJSON("office", "+1 2065550199"), 400, "badRequest", "+1 2065550100"},
		{"another type alone", mobileID, `{"phoneType":"office"}`, 400, "badRequest", "+1 2065550100"},
		{"unknown type", mobileID, phoneJSON("fax", "+1 2065550199"), 400, "badRequest", "+1 2065550100"},
		{"bad number", mobileID, phoneJSON("mobile", "206 555 0199"), 400, "invalidPhoneNumber", "+1 2065550100"},
		{"read-only member", mobileID, `{"phoneNumber":"+1 2065550199","smsSignInState":"ready"}`, 400, "badRequest", "+1 2065550100"},
		{"phone that is not there", alternateID, phoneJSON("alternateMobile", "+1 2065550199"), 404, "itemNotFound", "+1 2065550100"},
		{"unknown id", "1234", phoneJSON("mobile", "+1 2065550199"), 404, "itemNotFound", "+1 2065550100"},
	}
	for _, test := range tests {
		for _, method := range []string{"PATCH", "PUT"} {
			t.Run(method+" "+test.name, func(t *testing.T) {
				s := newSim(graphsim.Config{Directory: bobAndAlice()})
				got := send(t, s, method, phonePath(bob, test.id), test.body)
				want := test.status
				if method == "PUT" && want == 204 {
					want = 200
					wantJSON(t, "PUT", got.body, strings.ReplaceAll(entity, "NUMBER", test.stands))
				}
				if got.status != want || want == 204 && got.body != "" || want >= 400 && got.code(t) != test.code {
					t.Errorf("status %d %s, want %d %s", got.status, got.body, want, test.code)
				}
				wantPhones := map[string]string{"mobile": test.stands, "office": "+1 2065550102"}
				if diff := cmp.Diff(wantPhones, s.Phones(bob)); diff != "" {
					t.Errorf("phones (-want +got):\n%s", diff)
				}
				accepted := 0
				if want < 300 {
					accepted = 1
				}
				if n := s.Stats().AcceptedWrites; n != accepted {
					t.Errorf("AcceptedWrites = %d, want %d", n, accepted)
				}
			})
		}
	}
	s := newSim(graphsim.Config{Directory: bobAndAlice(), Assumed: graphsim.Assumed{UpdateBody: true}})
	got := send(t, s, "PATCH", phonePath(bob, mobileID), phoneJSON("mobile", "+1 2065550199"))
	if got.status != http.StatusOK {
		t.Errorf("PATCH with updateBody: status %d, want 200", got.status)
	}
	wantJSON(t, "PATCH with updateBody", got.body, strings.ReplaceAll(entity, "NUMBER", "+1 2065550199"))
}

func TestUnroutedPut(t *testing.T) {
	s := newSim(graphsim.Config{Directory: bobAndAlice(), Assumed: graphsim.Assumed{PutUnrouted: true}})
	got := send(t, s, "PUT", phonePath(bob, mobileID), phoneJSON("mobile", "+1 2065550199"))
	if got.status != http.StatusNotFound || got.code(t) != "UnknownError" || !strings.Contains(got.body, "mface.windowsazure.com") {
		t.Errorf("PUT = %d %s, want 404 in the words of the MFA service", got.status, got.body)
	}
	if number := s.Phones(bob)["mobile"]; number != "+1 2065550100" {
		t.Errorf("the mobile is %s, want it unchanged", number)
	}
}

func TestIfMatch(t *testing.T) {
	for _, method := range []string{"PATCH", "PUT", "DELETE"} {
		for etag, want := range map[string]bool{"": true, "*": true, `W/"1"`: false} {
			s := newSim(graphsim.Config{Directory: bobAndAlice()})
			r := newRequest(t, method, host+"/v1.0"+phonePath(bob, mobileID), phoneJSON("mobile", "+1 2065550199"))
			r.Header.Set("If-Match", etag)
			got, err := do(s, r)
			if err != nil {
				t.Fatal(err)
			}
			if done := got.status < 300; done != want || !done && (got.status != http.StatusPreconditionFailed || got.code(t) != "resourceModified") {
				t.Errorf("%s with If-Match %q = %d %s, want it done: %t", method, etag, got.status, got.body, want)
			}
			if unchanged := s.Phones(bob)["mobile"] == "+1 2065550100"; unchanged == want {
				t.Errorf("%s with If-Match %q: phone unchanged: %t", method, etag, unchanged)
			}
		}
	}
}

func TestDelete(t *testing.T) {
	all := directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", AlternateMobile: "+1 2065550101", Office: "+1 2065550102"}
	by := func(change func(*directory.User)) directory.User {
		u := all
		change(&u)
		return u
	}
	noAlternate := by(func(u *directory.User) { u.AlternateMobile = "" })
	byDefault := func(phoneType string) directory.User {
		return by(func(u *directory.User) { u.DefaultMethod = phoneType })
	}
	onlyDefault := by(func(u *directory.User) { u.AlternateMobile, u.DefaultMethod = "", "mobile" })
	rule := []graphsim.UserRule{{DefaultMethod: "mobile"}}
	const needed, isDefault = "cannot be deleted while an alternate", "Cannot delete default method"
	tests := []struct {
		name    string
		user    directory.User
		rules   []graphsim.UserRule
		id      string
		status  int
		message string
	}{
		{"mobile alone", noAlternate, nil, mobileID, 204, ""},
		{"mobile under an alternate", all, nil, mobileID, 400, needed},
		{"alternate", all, nil, alternateID, 204, ""},
		{"office", all, nil, officeID, 204, ""},
		{"not there", noAlternate, nil, alternateID, 404, "does not exist"},
		{"unknown id", all, nil, "1234", 404, "does not exist"},
		{"default of the directory", onlyDefault, nil, mobileID, 400, isDefault},
		{"default of a rule", noAlternate, rule, mobileID, 400, isDefault},
		{"rule before the directory", byDefault("office"), rule, officeID, 204, ""},
		{"both rules, mobile", byDefault("alternateMobile"), nil, mobileID, 400, needed},
		{"both rules, alternate", byDefault("alternateMobile"), nil, alternateID, 400, isDefault},
		{"not the default", byDefault("mobile"), nil, alternateID, 204, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSim(graphsim.Config{Directory: people(test.user), Users: test.rules})
			before := len(s.Phones(bob))
			got := send(t, s, "DELETE", phonePath(bob, test.id), "")
			if got.status != test.status || !strings.Contains(got.body, test.message) || got.status == 204 && got.body != "" {
				t.Errorf("DELETE = %d %s, want %d with %q", got.status, got.body, test.status, test.message)
			}
			if gone := before-len(s.Phones(bob)) == 1; gone != (test.status == 204) {
				t.Errorf("phones %v after %d", s.Phones(bob), got.status)
			}
			again := send(t, s, "DELETE", phonePath(bob, test.id), "")
			if test.status == 204 && again.status != http.StatusNotFound {
				t.Errorf("a second DELETE = %d, want 404", again.status)
			}
			if _, err := directory.ReadState(strings.NewReader(getPath(t, s, "/_sim/state").body)); err != nil {
				t.Errorf("the state cannot be read back: %v", err)
			}
		})
	}
}

// getPath gets a path below the host.
func getPath(t testing.TB, s *graphsim.Simulator, path string) reply {
	t.Helper()
	got, err := do(s, newRequest(t, "GET", host+path, ""))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// smsState is that of a user's phone, as the list shows it.
func smsState(t testing.TB, s *graphsim.Simulator, user, id string) string {
	t.Helper()
	var phone struct{ SMSSignInState string }
	if err := json.Unmarshal([]byte(send(t, s, "GET", phonePath(user, id), "").body), &phone); err != nil {
		t.Fatal(err)
	}
	return phone.SMSSignInState
}

func TestSwitchSMSSignIn(t *testing.T) {
	with := func(state directory.SMSSignIn) directory.User {
		return directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", Office: "+1 2065550102", SMSSignIn: state}
	}
	twin := directory.User{UserPrincipalName: alice, Mobile: "+1 2065550100"}
	tests := []struct {
		name   string
		users  []directory.User
		policy directory.SMSSignIn
		action string
		status int
		state  string // of the mobile, before and after
		after  string
	}{
		{"enable", []directory.User{with(directory.NotEnabled)}, 0, mobileID + "/enableSmsSignIn", 204, "notEnabled", "ready"},
		{"enable what is not configured", []directory.User{with(directory.NotConfigured)}, 0, mobileID + "/enableSmsSignIn", 204, "notConfigured", "ready"},
		{"enable again", []directory.User{with(directory.Ready)}, 0, mobileID + "/enableSmsSignIn", 204, "ready", "ready"},
		{"disable", []directory.User{with(directory.Ready)}, 0, mobileID + "/disableSmsSignIn", 204, "ready", "notEnabled"},
		{"qualified", []directory.User{with(directory.Ready)}, 0, mobileID + "/microsoft.graph.disableSmsSignIn", 204, "ready", "notEnabled"},
		{"another case", []directory.User{with(directory.Ready)}, 0, mobileID + "/disablesmssignin", 204, "ready", "notEnabled"},
		{"office", []directory.User{with(directory.NotEnabled)}, 0, officeID + "/enableSmsSignIn", 400, "notEnabled", "notEnabled"},
		{"not there", []directory.User{with(directory.NotEnabled)}, 0, alternateID + "/enableSmsSignIn", 404, "notEnabled", "notEnabled"},
		{"unknown id", []directory.User{with(directory.NotEnabled)}, 0, "1234/enableSmsSignIn", 404, "notEnabled", "notEnabled"},
		{"other action", []directory.User{with(directory.NotEnabled)}, 0, mobileID + "/callMe", 404, "notEnabled", "notEnabled"},
		{"against the policy", []directory.User{with(directory.NotEnabled)}, directory.NotAllowedByPolicy, mobileID + "/enableSmsSignIn", 405, "notEnabled", "notEnabled"},
		{"against the user's policy", []directory.User{with(directory.NotAllowedByPolicy)}, 0, mobileID + "/enableSmsSignIn", 405, "notAllowedByPolicy", "notAllowedByPolicy"},
		{"disable what is not allowed", []directory.User{with(directory.NotAllowedByPolicy)}, 0, mobileID + "/disableSmsSignIn", 204, "notAllowedByPolicy", "notAllowedByPolicy"},
		{"number of another", []directory.User{with(directory.NotEnabled), twin}, 0, mobileID + "/enableSmsSignIn", 400, "notEnabled", "notEnabled"},
		{"disable a number of another", []directory.User{with(directory.Ready), twin}, 0, mobileID + "/disableSmsSignIn", 204, "phoneNumberNotUnique", "notEnabled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSim(graphsim.Config{Directory: people(test.users...), SMSSignIn: test.policy})
			if state := smsState(t, s, bob, mobileID); state != test.state {
				t.Errorf("state before = %s, want %s", state, test.state)
			}
			got := send(t, s, "POST", phonesPath(bob)+"/"+test.action, "")
			if got.status != test.status || test.status == 204 && got.body != "" {
				t.Errorf("%s = %d %s, want %d", test.action, got.status, got.body, test.status)
			}
			if state := smsState(t, s, bob, mobileID); state != test.after {
				t.Errorf("state after = %s, want %s", state, test.after)
			}
		})
	}
	// In a $batch a POST needs a body, also where there is nothing to say.
	s := newSim(graphsim.Config{Directory: bobAndAlice()})
	got := items(t, send(t, s, "POST", "/$batch", batch(`{"id":"1","method":"POST","url":"`+phonePath(bob, mobileID)+
		`/disableSmsSignIn","headers":{"Content-Type":"application/json"},"body":{}}`)))["1"]
	if got.Status != 204 || got.Body != nil || smsState(t, s, bob, mobileID) != "notEnabled" {
		t.Errorf("in a $batch: %d %s, then %s; want 204 without a body, then notEnabled", got.Status, got.Body, smsState(t, s, bob, mobileID))
	}
}

// TestNewMobileGetsTheState: whatever was switched belongs to the mobile that
// stood there, but a policy stays.
func TestNewMobileGetsTheState(t *testing.T) {
	tests := []struct{ before, policy, want directory.SMSSignIn }{
		{directory.NotEnabled, directory.Ready, directory.Ready},
		{directory.Ready, directory.NotConfigured, directory.NotConfigured},
		{directory.NotAllowedByPolicy, directory.Ready, directory.NotAllowedByPolicy},
	}
	for _, test := range tests {
		for _, change := range []string{"update", "create"} {
			s := newSim(graphsim.Config{SMSSignIn: test.policy, Directory: people(
				directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", SMSSignIn: test.before})})
			if change == "update" {
				send(t, s, "PATCH", phonePath(bob, mobileID), phoneJSON("mobile", "+1 2065550199"))
			} else {
				send(t, s, "DELETE", phonePath(bob, mobileID), "")
				create(t, s, bob, "mobile", "+1 2065550199")
			}
			create(t, s, bob, "alternateMobile", "+1 2065550198")
			if state := smsState(t, s, bob, mobileID); state != test.want.String() {
				t.Errorf("%v, then %s under %v: %s, want %v", test.before, change, test.policy, state, test.want)
			}
			if state := smsState(t, s, bob, alternateID); state != "notSupported" {
				t.Errorf("the alternateMobile shows %s, want notSupported", state)
			}
		}
	}
}

func TestCountAndMethods(t *testing.T) {
	s := newSim(graphsim.Config{Directory: bobAndAlice()})
	for user, want := range map[string]string{bob: "2", alice: "0"} {
		got := send(t, s, "GET", phonesPath(user)+"/$count", "")
		if got.status != http.StatusOK || got.body != want || got.header.Get("Content-Type") != "text/plain" {
			t.Errorf("$count of %s = %d %q %s, want 200 %q text/plain", user, got.status, got.body, got.header.Get("Content-Type"), want)
		}
	}
	inBatch := items(t, send(t, s, "POST", "/$batch", batch(`{"id":"1","method":"GET","url":"`+phonesPath(bob)+`/$count"}`)))["1"]
	if string(inBatch.Body) != `"Mg=="` {
		t.Errorf("$count in a $batch = %s, want 2 in base64", inBatch.Body)
	}
	got := send(t, s, "GET", "/users/"+bob+"/authentication/methods", "")
	wantJSON(t, "methods", got.body, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('bob%40example.com')/authentication/methods","value":[
		{"@odata.type":"#microsoft.graph.passwordAuthenticationMethod","id":"28c10230-6103-485e-b985-444c60001490","password":null},
		{"@odata.type":"#microsoft.graph.phoneAuthenticationMethod","id":"e37fc753-ff3b-4958-9484-eaa9425c82bc","phoneNumber":"+1 2065550102","phoneType":"office","smsSignInState":"notSupported"},
		{"@odata.type":"#microsoft.graph.phoneAuthenticationMethod","id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"+1 2065550100","phoneType":"mobile","smsSignInState":"ready"}]}`)
}

// TestEveryUserFault: what goes wrong is the same whether a rule or the
// directory says so.
func TestEveryUserFault(t *testing.T) {
	list, get := "GET "+phonesPath(bob)+"/$count", "GET "+phonePath(bob, officeID)
	post := "POST " + phonesPath(bob) + " " + phoneJSON("alternateMobile", "+1 2065550101")
	patch := "PATCH " + phonePath(bob, mobileID) + " " + phoneJSON("mobile", "+1 2065550199")
	same := "PATCH " + phonePath(bob, mobileID) + ` {"phoneType":"mobile"}`
	remove := "DELETE " + phonePath(bob, officeID)
	user := "GET /users/" + bob
	tests := map[graphsim.UserFault][]struct {
		request string
		status  int // 0 is cut
		part    string
	}{
		graphsim.NoFault: {{list, 200, "2"}, {get, 200, ""}, {post, 201, ""}, {patch, 204, ""}, {same, 204, ""}, {remove, 204, ""}, {user, 200, ""}},
		graphsim.Missing: {{list, 404, "Request_ResourceNotFound"}, {get, 404, ""}, {post, 404, ""}, {patch, 404, ""}, {same, 404, ""}, {remove, 404, ""}, {user, 404, ""},
			{"GET /users", 200, `"value":[]`}},
		graphsim.Protected:     {{list, 200, "2"}, {get, 200, ""}, {post, 403, "accessDenied"}, {patch, 403, ""}, {same, 403, ""}, {remove, 403, ""}, {user, 200, ""}},
		graphsim.LostAnswer:    {{list, 503, ""}, {get, 503, ""}, {post, 0, ""}, {patch, 0, ""}, {same, 0, ""}, {remove, 0, ""}, {user, 200, ""}},
		graphsim.RefusedNumber: {{list, 200, "2"}, {get, 200, ""}, {post, 400, "invalidPhoneNumber"}, {patch, 400, "invalidPhoneNumber"}, {same, 204, ""}, {remove, 204, ""}},
		graphsim.B2C: {{list, 200, "0"}, {get, 200, "2065550102"}, {post, 201, ""}, {patch, 204, ""}, {remove, 204, ""}, {"GET " + phonesPath(bob), 200, `"value":[]`},
			{"POST " + phonesPath(bob) + " " + phoneJSON("mobile", "+1 2065550101"), 400, "already registered"}},
	}
	for _, fault := range append(graphsim.UserFaults(), "") {
		if tests[graphsim.UserFault(fault)] == nil {
			t.Errorf("the fault %s has no case", fault)
		}
	}
	for fault, steps := range tests {
		for _, byRule := range []bool{true, false} {
			config, u := graphsim.Config{}, directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", Office: "+1 2065550102"}
			if byRule {
				config.Users = []graphsim.UserRule{{Fault: fault}}
			} else {
				u.Fault = string(fault)
			}
			config.Directory = people(u)
			s := newSim(config)
			for _, step := range steps {
				parts := append(strings.SplitN(step.request, " ", 3), "")
				got, err := do(s, newRequest(t, parts[0], host+"/v1.0"+parts[1], parts[2]))
				if (err != nil) != (step.status == 0) || got.status != step.status || !strings.Contains(got.body, step.part) {
					t.Errorf("%q (by a rule: %t): %s = %d %s, %v, want %d with %q", fault, byRule, step.request, got.status, got.body, err, step.status, step.part)
				}
			}
			changed := map[string]string{"mobile": "+1 2065550199", "alternateMobile": "+1 2065550101"}
			if diff := cmp.Diff(changed, s.Phones(bob)); fault == graphsim.LostAnswer && diff != "" {
				t.Errorf("phones of a user whose answers are lost (-want +got):\n%s", diff)
			}
		}
	}
}

func TestUserRuleMatching(t *testing.T) {
	const id = "00000000-0000-4000-8000-00000000000b"
	tests := []struct {
		rules string
		want  string // the code when bob's office phone is created
	}{
		{`{match: "^bob@", fault: protected}`, "accessDenied"},
		{`{match: "000b$", fault: protected}`, "accessDenied"},
		{`{match: "^BOB@", fault: protected}`, ""},
		{`{match: "(?i)^BOB@", fault: protected}`, "accessDenied"},
		{`{fault: protected}`, "accessDenied"},
		{`{match: "^alice@", fault: protected}`, ""},
		{`{fault: refused-number}, {fault: protected}`, "invalidPhoneNumber"},
		{`{match: "^alice@", fault: refused-number}, {fault: protected}`, "accessDenied"},
		{`{defaultMethod: mobile}, {fault: protected}`, ""}, // the first that holds counts
		{`{missingFor: 1}`, "Request_ResourceNotFound"},
	}
	for _, test := range tests {
		config := scenario(t, "users: ["+test.rules+"]")
		config.Directory = people(directory.User{UserPrincipalName: bob, ID: id})
		got, code := create(t, newSim(config), id, "office", "+1 2065550102"), ""
		if got.status != 201 {
			code = got.code(t)
		}
		if code != test.want {
			t.Errorf("%s: create answers %d %s, want %q", test.rules, got.status, got.body, test.want)
		}
	}
}

// TestUserRuleShare: the share that a rule holds for is about the one asked
// for, always the same for a seed, another for another, and independent of
// the shares of other rules.
func TestUserRuleShare(t *testing.T) {
	t.Parallel()
	const all = 999 // as one page holds
	there := func(seed uint64, rules string) (upns string, n int) {
		config := scenario(t, "users: ["+rules+"]")
		config.Seed, config.Directory = seed, directory.New()
		for i := range all {
			if _, err := config.Directory.Add(directory.User{UserPrincipalName: fmt.Sprintf("u%d@example.com", i)}); err != nil {
				t.Fatal(err)
			}
		}
		upns = send(t, newSim(config), "GET", "/users?$top=999&$select=userPrincipalName", "").body
		return upns, strings.Count(upns, "userPrincipalName\":")
	}
	for share, want := range map[string]int{"0.1": all * 9 / 10, "0.99": all / 100, "1": 0} {
		if _, n := there(1, "{fault: missing, share: "+share+"}"); n < want-50 || n > want+50 || want == 0 && n > 0 {
			t.Errorf("with a share of %s missing %d of %d are there, want about %d", share, n, all, want)
		}
	}
	if _, n := there(1, "{match: '^u1', fault: missing, share: 0.5}"); n < 888+30 || n > 888+80 {
		t.Errorf("with half of 111 missing %d of %d are there, want about %d", n, all, all-56)
	}
	if _, n := there(1, "{missingFor: 1, share: 0.5}, {fault: missing, share: 0.5}"); n < all*3/4-50 || n > all*3/4+50 {
		t.Errorf("with half of half missing %d of %d are there, want about %d", n, all, all*3/4)
	}
	first, _ := there(1, "{fault: missing, share: 0.5}")
	if same, _ := there(1, "{fault: missing, share: 0.5}"); same != first {
		t.Errorf("two choices by one seed differ")
	}
	for _, seed := range []uint64{2, 1<<16 + 1, 1<<63 + 1} {
		if other, _ := there(seed, "{fault: missing, share: 0.5}"); other == first {
			t.Errorf("the seeds 1 and %d choose the same users", seed)
		}
	}
}

func TestMissingFor(t *testing.T) {
	s := newSim(scenario(t, "users: [{match: ^bob, missingFor: 3}]"))
	statuses := func(user string, requests ...string) (got []int) {
		for range requests {
			got = append(got, create(t, s, user, "mobile", "+1 2065550123").status)
		}
		return got
	}
	if diff := cmp.Diff([]int{201, 400}, statuses(alice, "", "")); diff != "" {
		t.Errorf("of a user without the rule (-want +got):\n%s", diff)
	}
	got := []int{send(t, s, "GET", phonesPath(bob), "").status, send(t, s, "GET", "/users/"+bob, "").status}
	got = append(got, statuses(bob, "", "", "")...)
	if diff := cmp.Diff([]int{404, 404, 404, 201, 400}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}
