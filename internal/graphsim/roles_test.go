package graphsim_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// postForm asks the sign-in service and decodes its answer.
func postForm(t testing.TB, s *graphsim.Simulator, endpoint string, form url.Values) (status int, body map[string]any) {
	t.Helper()
	r := newRequest(t, "POST", host+"/contoso/oauth2/v2.0/"+endpoint, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := do(s, r)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatalf("decoding %q: %v", got.body, err)
	}
	return got.status, body
}

const allScopes = "https://graph.microsoft.com/.default"

// appToken signs an app in as itself.
func appToken(t testing.TB, s *graphsim.Simulator, client string) string {
	t.Helper()
	status, body := postForm(t, s, "token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"s3cret"}, "scope": {allScopes},
	})
	access, ok := body["access_token"].(string)
	if !ok {
		t.Fatalf("the sign-in of %s = %d %v", client, status, body)
	}
	return access
}

// personToken signs the person of Config.SignedIn in with a device code.
func personToken(t testing.TB, s *graphsim.Simulator, client string) string {
	t.Helper()
	status, started := postForm(t, s, "devicecode", url.Values{"client_id": {client}, "scope": {allScopes}})
	code, ok := started["device_code"].(string)
	if !ok {
		t.Fatalf("the device code for %s = %d %v", client, status, started)
	}
	status, body := postForm(t, s, "token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {client}, "device_code": {code},
	})
	access, ok := body["access_token"].(string)
	if !ok {
		t.Fatalf("the sign-in to %s = %d %v", client, status, body)
	}
	return access
}

// claimsOf reads an access token, which clients must not do.
func claimsOf(t testing.TB, token string) map[string]any {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatalf("decoding %q: %v", token, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatalf("decoding %q: %v", payload, err)
	}
	return claims
}

const (
	bossUPN  = "boss@example.com" // whoever signs in
	chiefUPN = "chief@example.com"
	samUPN   = "sam@example.com"
)

// offices is a directory with an administrator who signs in, another one, and
// a user. All have a mobile and an office phone.
func offices() *directory.Directory {
	return people(
		directory.User{UserPrincipalName: bossUPN, IsAdmin: true, Mobile: "+1 2065550100", Office: "+1 2065550110"},
		directory.User{UserPrincipalName: chiefUPN, IsAdmin: true, Mobile: "+1 2065550101", Office: "+1 2065550111"},
		directory.User{UserPrincipalName: samUPN, Mobile: "+1 2065550155", Office: "+1 2065550112"},
	)
}

// permitted is a call and the names that each suffice for it.
type permitted struct {
	method, path, body string
	status             int // of success
	app, delegated     []string
	code               string // of the refusal
}

func permittedCalls() []permitted {
	writes := []string{"UserAuthenticationMethod.ReadWrite.All", "UserAuthMethod-Phone.ReadWrite.All"}
	ownWrites := slices.Concat(writes, []string{"UserAuthenticationMethod.ReadWrite", "UserAuthMethod-Phone.ReadWrite"})
	reads := slices.Concat(writes, []string{"UserAuthenticationMethod.Read.All", "UserAuthMethod-Phone.Read.All"})
	ownReads := slices.Concat(reads, ownWrites, []string{"UserAuthenticationMethod.Read", "UserAuthMethod-Phone.Read"})
	users := []string{"User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	tenants := []string{"Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	policies := []string{"Policy.Read.AuthenticationMethod", "Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"}
	phones, denied := phonesPath(samUPN), "Authorization_RequestDenied"
	return []permitted{
		{"POST", phones, phoneJSON("alternateMobile", "+1 2065550120"), 201, writes, ownWrites, "accessDenied"},
		{"PATCH", phones + "/" + mobileID, phoneJSON("mobile", "+1 2065550120"), 204, writes, ownWrites, "accessDenied"},
		{"PUT", phones + "/" + mobileID, phoneJSON("mobile", "+1 2065550120"), 200, writes, ownWrites, "accessDenied"},
		{"DELETE", phones + "/" + officeID, "", 204, writes, ownWrites, "accessDenied"},
		{"POST", phones + "/" + mobileID + "/enableSmsSignIn", "", 204, writes, ownWrites, "accessDenied"},
		{"POST", phones + "/" + mobileID + "/disableSmsSignIn", "", 204, writes, ownWrites, "accessDenied"},
		{"GET", phones, "", 200, reads, ownReads, "accessDenied"},
		{"GET", phones + "/" + mobileID, "", 200, reads, ownReads, "accessDenied"},
		{"GET", phones + "/$count", "", 200, reads, ownReads, "accessDenied"},
		{"GET", "/users/" + samUPN, "", 200, users, users, denied},
		{"GET", "/users", "", 200, users, users, denied},
		{"GET", "/users/$count", "", 200, users, users, denied},
		{"POST", "/directoryObjects/getByIds", `{"ids":["` + adaID + `"]}`, 200, users, users, denied},
		{"GET", reportPath, "", 200, []string{"AuditLog.Read.All"}, []string{"AuditLog.Read.All"}, denied},
		{"GET", "/organization", "", 200, tenants, slices.Concat(tenants, []string{"User.Read"}), denied},
		{"GET", policyPath, "", 200, policies, nil, "AccessDenied"}, // a person needs another role, see TestRoles
	}
}

// TestPermissions tries every name on every call, for an app and for a person.
func TestPermissions(t *testing.T) {
	names := slices.Concat(login.KnownPermissions(), []string{
		"UserAuthenticationMethod.ReadWrite", "UserAuthMethod-Phone.ReadWrite", "UserAuthenticationMethod.Read", "UserAuthMethod-Phone.Read",
		"User.Read", "User.ReadWrite.All", "Directory.ReadWrite.All", "Reports.Read.All", "user.read.all",
		"Policy.Read.AuthenticationMethod", "Policy.ReadWrite.AuthenticationMethod",
	})
	for _, call := range permittedCalls() {
		for _, name := range names {
			for _, delegated := range []bool{false, true} {
				s := graphsim.New(graphsim.Config{
					Directory: offices(), Clients: []login.Client{{ID: "app", Permissions: []string{name}}},
					SignedIn: graphsim.SignedIn{User: bossUPN, Role: graphsim.PrivilegedAuthenticationAdministrator},
				})
				token, enough := "", call.app
				if delegated {
					token, enough = personToken(t, s, "app"), call.delegated
				} else {
					token = appToken(t, s, "app")
				}
				got := sendWith(t, s, call.method, call.path, call.body, "Authorization", "Bearer "+token, "ConsistencyLevel", "eventual")
				switch {
				case slices.Contains(enough, name) && got.status != call.status:
					t.Errorf("%s %s with %s, delegated %t = %d %s, want %d", call.method, call.path, name, delegated, got.status, got.body, call.status)
				case !slices.Contains(enough, name) && (got.status != 403 || got.code(t) != call.code):
					t.Errorf("%s %s with %s, delegated %t = %d %s, want 403 %s", call.method, call.path, name, delegated, got.status, got.body, call.code)
				}
			}
		}
	}
}

func TestRefusalsOfPermission(t *testing.T) {
	s := graphsim.New(graphsim.Config{Permissions: []string{}})
	bearer := []string{"Authorization", "Bearer " + appToken(t, s, "app")}
	wantJSON(t, "by the directory", sendWith(t, s, "GET", "/users", "", bearer...).body,
		refusedWith("Authorization_RequestDenied", "Insufficient privileges to complete the operation."))
	wantJSON(t, "by the MFA service", sendWith(t, s, "GET", phonesPath(samUPN), "", bearer...).body, `{"error":{
		"code":"accessDenied","message":"Request Authorization failed",
		"innerError":{"message":"Request Authorization failed","date":"","request-id":"","client-request-id":""}}}`)
	inside := items(t, sendWith(t, s, "POST", "/$batch", batch(createItem("1", samUPN, "mobile", "+1 2065550120"),
		`{"id":"2","method":"GET","url":"/users"}`), bearer...))
	if inside["1"].Status != 403 || inside["1"].code(t) != "accessDenied" || inside["2"].Status != 403 || inside["2"].code(t) != "Authorization_RequestDenied" {
		t.Errorf("in a $batch: %v, want 403 for both", inside)
	}
}

// TestBasicReads: User.ReadBasic.All finds people, and hides what HR knows.
func TestBasicReads(t *testing.T) {
	for _, test := range []struct {
		name     string
		readsAll bool
		want     string
	}{
		{"User.ReadBasic.All", false, "null"},
		{"User.ReadBasic.All", true, `"0815"`},
		{"User.Read.All", false, `"0815"`},
		{"Directory.Read.All", false, `"0815"`},
	} {
		s := graphsim.New(graphsim.Config{
			Directory: staff(), Permissions: []string{test.name}, Assumed: graphsim.Assumed{BasicReadsAll: test.readsAll},
		})
		got := sendWith(t, s, "GET", "/users/"+adaID+"?$select=id,employeeId", "", "Authorization", "Bearer "+appToken(t, s, "app"))
		if want := `"employeeId":` + test.want; !strings.Contains(got.body, want) || !strings.Contains(got.body, adaID) {
			t.Errorf("with %s, BasicReadsAll %t: %s, want %s", test.name, test.readsAll, got.body, want)
		}
	}
}

// TestRoles tries what each role may do for whom. Everything is permitted to
// the app, so that only the role of the person counts.
func TestRoles(t *testing.T) {
	const (
		none       = graphsim.NoRole
		admin      = graphsim.AuthenticationAdministrator
		privileged = graphsim.PrivilegedAuthenticationAdministrator
		reader     = graphsim.GlobalReader
	)
	type roles = []graphsim.Role
	phone := phoneJSON("mobile", "+1 2065550120")
	tests := []struct {
		what, method, path, body string
		status                   int // of success
		may                      roles
	}{
		{"list a user's", "GET", phonesPath(samUPN), "", 200, roles{admin, privileged, reader}},
		{"get a user's", "GET", phonesPath(samUPN) + "/" + mobileID, "", 200, roles{admin, privileged, reader}},
		{"list an admin's", "GET", phonesPath(chiefUPN), "", 200, roles{admin, privileged, reader}},
		{"create a user's", "POST", phonesPath(samUPN), phoneJSON("alternateMobile", "+1 2065550120"), 201, roles{admin, privileged}},
		{"update a user's", "PATCH", phonesPath(samUPN) + "/" + mobileID, phone, 204, roles{admin, privileged}},
		{"delete a user's", "DELETE", phonesPath(samUPN) + "/" + officeID, "", 204, roles{admin, privileged}},
		{"enable a user's", "POST", phonesPath(samUPN) + "/" + mobileID + "/enableSmsSignIn", "", 204, roles{admin, privileged}},
		{"create an admin's", "POST", phonesPath(chiefUPN), phoneJSON("alternateMobile", "+1 2065550120"), 201, roles{privileged}},
		{"update an admin's", "PATCH", phonesPath(chiefUPN) + "/" + mobileID, phone, 204, roles{privileged}},
		{"delete an admin's", "DELETE", phonesPath(chiefUPN) + "/" + officeID, "", 204, roles{privileged}},
		{"enable an admin's", "POST", phonesPath(chiefUPN) + "/" + mobileID + "/enableSmsSignIn", "", 204, roles{privileged}},
		{"create their own", "POST", phonesPath(bossUPN), phoneJSON("alternateMobile", "+1 2065550120"), 201, nil},
		{"update their own", "PATCH", phonesPath(strings.ToUpper(bossUPN)) + "/" + mobileID, phone, 204, nil},
		{"delete their own as a user's", "DELETE", phonesPath(bossUPN) + "/" + officeID, "", 204, nil},
		{"enable their own", "POST", phonesPath(bossUPN) + "/" + mobileID + "/enableSmsSignIn", "", 204, nil},
		{"create mine", "POST", "/me/authentication/phoneMethods", phoneJSON("alternateMobile", "+1 2065550120"), 201, nil},
		{"update mine", "PATCH", "/me/authentication/phoneMethods/" + mobileID, phone, 204, nil},
		{"list their own", "GET", phonesPath(bossUPN), "", 200, roles{none, admin, privileged, reader}},
		{"list mine", "GET", "/me/authentication/phoneMethods", "", 200, roles{none, admin, privileged, reader}},
		{"list all mine", "GET", "/me/authentication/methods", "", 200, roles{none, admin, privileged, reader}},
		{"count mine", "GET", "/me/authentication/phoneMethods/$count", "", 200, roles{none, admin, privileged, reader}},
		{"get mine", "GET", "/me/authentication/phoneMethods/" + mobileID, "", 200, roles{none, admin, privileged, reader}},
		{"delete mine", "DELETE", "/me/authentication/phoneMethods/" + officeID, "", 204, roles{none, admin, privileged, reader}},
		{"read me", "GET", "/me", "", 200, roles{none, admin, privileged, reader}},
		{"read users", "GET", "/users", "", 200, roles{none, admin, privileged, reader}},
		{"read the organization", "GET", "/organization", "", 200, roles{none, admin, privileged, reader}},
		{"read the report", "GET", reportPath, "", 200, roles{admin, privileged, reader}},
		{"read the policy", "GET", policyPath, "", 200, roles{reader}},
	}
	for _, role := range (roles{none, admin, privileged, reader}) {
		for _, test := range tests {
			s := graphsim.New(graphsim.Config{Directory: offices(), SignedIn: graphsim.SignedIn{User: bossUPN, Role: role}})
			got := sendWith(t, s, test.method, test.path, test.body, "Authorization", "Bearer "+personToken(t, s, "app"))
			code := "accessDenied"
			switch test.path {
			case reportPath:
				code = "Authorization_RequestDenied"
			case policyPath:
				code = "AccessDenied"
			}
			switch may := slices.Contains(test.may, role); {
			case may && got.status != test.status:
				t.Errorf("%q may %s: %d %s, want %d", role, test.what, got.status, got.body, test.status)
			case !may && (got.status != 403 || got.code(t) != code):
				t.Errorf("%q may not %s: %d %s, want 403 %s", role, test.what, got.status, got.body, code)
			case !may && s.Stats().AcceptedWrites > 0:
				t.Errorf("%q may not %s, and it was done", role, test.what)
			}
		}
	}
}

func TestWhoSeesMaskedNumbers(t *testing.T) {
	for role, want := range map[graphsim.Role]string{
		graphsim.AuthenticationAdministrator:           "+1 XXXXXXXX55",
		graphsim.PrivilegedAuthenticationAdministrator: "+1 2065550155",
		graphsim.GlobalReader:                          "+1 2065550155",
	} {
		s := graphsim.New(graphsim.Config{Directory: offices(), SignedIn: graphsim.SignedIn{User: bossUPN, Role: role}})
		for who, seen := range map[string]struct{ token, want string }{
			"person": {personToken(t, s, "app"), want},
			"app":    {appToken(t, s, "app"), "+1 2065550155"},
		} {
			for _, path := range []string{phonesPath(samUPN), phonesPath(samUPN) + "/" + mobileID, "/users/" + samUPN + "/authentication/methods"} {
				got := sendWith(t, s, "GET", path, "", "Authorization", "Bearer "+seen.token)
				if !strings.Contains(got.body, `"phoneNumber":"`+seen.want+`"`) {
					t.Errorf("GET %s as %s of %q = %s, want %s", path, who, role, got.body, seen.want)
				}
			}
		}
	}
}

// TestMyPhones: the twins below /me are those of whoever signed in.
func TestMyPhones(t *testing.T) {
	s := graphsim.New(graphsim.Config{Directory: offices(), SignedIn: graphsim.SignedIn{User: samUPN}})
	bearer := []string{"Authorization", "Bearer " + personToken(t, s, "app")}
	me := sendWith(t, s, "GET", "/me?$select=id", "", bearer...)
	id := starred(t, me.body).(map[string]any)["id"].(string)
	context := `"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('` + id + `')/authentication/phoneMethods`
	mobile := `"id":"` + mobileID + `","phoneNumber":"+1 2065550155","phoneType":"mobile","smsSignInState":"ready"}`
	office := `"id":"` + officeID + `","phoneNumber":"+1 2065550112","phoneType":"office","smsSignInState":"notSupported"}`
	const mine = "/me/authentication/phoneMethods"
	wantJSON(t, "list", sendWith(t, s, "GET", mine, "", bearer...).body, `{`+context+`","value":[{`+office+`,{`+mobile+`]}`)
	wantJSON(t, "get", sendWith(t, s, "GET", mine+"/"+mobileID, "", bearer...).body, `{`+context+`/$entity",`+mobile)
	if got := sendWith(t, s, "DELETE", mine+"/"+mobileID, "", bearer...); got.status != 204 || s.Phones(samUPN)["mobile"] != "" {
		t.Errorf("DELETE %s = %d %s, and %v stand", mine, got.status, got.body, s.Phones(samUPN))
	}
	got := items(t, sendWith(t, s, "POST", "/$batch", batch(`{"id":"1","method":"GET","url":"`+mine+`"}`), bearer...))["1"]
	wantJSON(t, "list in a $batch", string(got.Body), `{`+context+`","value":[{`+office+`]}`)
	if phones := s.Phones(bossUPN); len(phones) != 2 {
		t.Errorf("the phones of another are %v, want both", phones)
	}
}
