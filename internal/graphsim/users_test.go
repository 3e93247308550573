package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

const (
	adaID  = "00000000-0000-4000-8000-0000000000a1"
	bareID = "00000000-0000-4000-8000-0000000000b1"

	noSuchID = "00000000-0000-4000-8000-00000000ffff"
)

// staff is a directory of three: one with everything, one with nothing but a
// name, and one whom a scenario calls missing.
func staff() *directory.Directory {
	return people(
		directory.User{
			ID: adaID, UserPrincipalName: "Ada@example.com", Mail: "ada.king@example.com", EmployeeID: "0815",
			OnPremisesSamAccountName: "aking", DisplayName: "Ada King", UsageLocation: "GB",
		},
		directory.User{ID: bareID, UserPrincipalName: "bare@example.com"},
		directory.User{UserPrincipalName: "gone@example.com", Fault: string(graphsim.Missing)},
	)
}

// sendWith is send with more headers, as names and values.
func sendWith(t testing.TB, s *graphsim.Simulator, method, path, body string, header ...string) reply {
	t.Helper()
	r := newRequest(t, method, host+"/v1.0"+path, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := do(s, r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

// refusedWith is the error object of Graph's directory, for wantJSON.
func refusedWith(code, message string) string {
	encoded, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	return `{"error":{"code":"` + code + `","message":` + string(encoded) +
		`,"innerError":{"date":"","request-id":"","client-request-id":""}}}`
}

func notThere(key string) string {
	return refusedWith("Request_ResourceNotFound",
		"Resource '"+key+"' does not exist or one of its queried reference-property objects are not present.")
}

func TestGetUser(t *testing.T) {
	s := newSim(graphsim.Config{Directory: staff()})
	const (
		context = `"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users`
		nulls   = `"businessPhones":[],"givenName":null,"jobTitle":null,"mobilePhone":null,"officeLocation":null,"preferredLanguage":null,"surname":null`
	)
	ada := `{` + context + `/$entity",` + nulls + `,"displayName":"Ada King","id":"` + adaID +
		`","mail":"ada.king@example.com","userPrincipalName":"Ada@example.com"}`
	tests := []struct {
		path   string
		status int
		want   string
	}{
		{"/users/Ada@example.com", 200, ada},
		{"/users/aDA%40EXAMPLE.com", 200, ada},
		{"/users('ada@example.com')", 200, ada},
		{"/users(%27ada%40example.com%27)", 200, ada},
		{"/users/" + strings.ToUpper(adaID), 200, ada},
		{"/users('" + adaID + "')", 200, ada},
		{"/Users/" + adaID, 200, ada},
		{"/users/" + bareID, 200, `{` + context + `/$entity",` + nulls + `,"displayName":null,"id":"` + bareID +
			`","mail":null,"userPrincipalName":"bare@example.com"}`},
		{"/users/" + adaID + "?$select=id,employeeId,onPremisesSamAccountName,accountEnabled,userType,usageLocation", 200,
			`{` + context + `(id,employeeId,onPremisesSamAccountName,accountEnabled,userType,usageLocation)/$entity","id":"` + adaID +
				`","employeeId":"0815","onPremisesSamAccountName":"aking","accountEnabled":true,"userType":"Member","usageLocation":"GB"}`},
		{"/users/" + bareID + "?$select=employeeId,mail,usageLocation", 200,
			`{` + context + `(employeeId,mail,usageLocation)/$entity","employeeId":null,"mail":null,"usageLocation":null}`},
		{"/users/" + adaID + "?%24select=%20ID%20,%20JobTitle,businesSphones,", 400, refusedWith("BadRequest",
			"Parsing OData Select and Expand failed: $select at position 30: there is no name: give one, or remove the comma")},
		{"/users/" + adaID + "?%24select=%20ID%20,%20JobTitle,businesSphones,unheardOf", 200,
			`{` + context + `(ID,JobTitle,businesSphones,unheardOf)/$entity","id":"` + adaID + `","jobTitle":null,"businessPhones":[]}`},
		{"/users/" + noSuchID, 404, notThere(noSuchID)},
		{"/users/Who%40example.com", 404, notThere("Who@example.com")},
		{"/users/gone@example.com", 404, notThere("gone@example.com")},
		{"/users/$ada@example.com", 400, refusedWith("BadRequest", "Resource not found for the segment '$ada@example.com'.")},
		{"/users('$ada@example.com')", 404, notThere("$ada@example.com")},
		{"/users('o''neil@example.com')", 404, notThere("o'neil@example.com")},
		{"/users/o%27neil@example.com", 404, notThere("o'neil@example.com")},
	}
	for _, test := range tests {
		got := send(t, s, "GET", test.path, "")
		if got.status != test.status {
			t.Errorf("GET %s: status %d, want %d", test.path, got.status, test.status)
		}
		wantJSON(t, "GET "+test.path, got.body, test.want)
		inside := items(t, send(t, s, "POST", "/$batch", batch(`{"id":"1","method":"GET","url":"`+test.path+`"}`)))["1"]
		if inside.Status != test.status {
			t.Errorf("GET %s in a $batch: status %d, want %d", test.path, inside.Status, test.status)
		}
		wantJSON(t, "GET "+test.path+" in a $batch", string(inside.Body), test.want)
	}
}

func TestNamesInTheCaseOfTheDirectory(t *testing.T) {
	s := newSim(graphsim.Config{Directory: staff(), Assumed: graphsim.Assumed{CaseSensitiveNames: true}})
	tests := []struct {
		path  string
		found bool
	}{
		{"/users/Ada@example.com?", true},
		{"/users/ada@example.com?", false},
		{"/users?$filter=userPrincipalName%20eq%20'Ada@example.com'", true},
		{"/users?$filter=userPrincipalName%20eq%20'ada@example.com'", false},
		{"/users?$filter=startsWith(mail,'ada')", true},
		{"/users?$filter=startsWith(mail,'Ada')", false},
	}
	for _, test := range tests {
		if got := send(t, s, "GET", test.path+"&$select=id", ""); strings.Contains(got.body, adaID) != test.found {
			t.Errorf("GET %s = %d %s, found should be %t", test.path, got.status, got.body, test.found)
		}
	}
}

func TestUsersWithoutADirectory(t *testing.T) {
	s := newSim(graphsim.Config{})
	listed := func(path string) []string {
		t.Helper()
		return walk(t, s, path, "userPrincipalName").values
	}
	if got := listed("/users"); len(got) != 0 {
		t.Errorf("before anybody was asked for there are %q", got)
	}
	want := []string{"a@example.com", "b@example.com"}
	if got := listed("/users?$filter=userPrincipalName%20in%20('a@example.com','b@example.com')"); !slices.Equal(got, want) {
		t.Errorf("asked for by a filter: %q, want %q", got, want)
	}
	if got := send(t, s, "POST", "/directoryObjects/getByIds", `{"ids":["`+adaID+`"]}`); !strings.Contains(got.body, adaID) {
		t.Errorf("getByIds = %d %s, want the user", got.status, got.body)
	}
	if got := listed("/users?$filter=id%20eq%20'no-id'%20or%20id%20eq%20'" + bareID + "'"); !slices.Equal(got, []string{bareID}) {
		t.Errorf("asked for by ids: %q, want %q", got, bareID)
	}
	if got, want := listed("/users"), append(want, adaID, bareID); !slices.Equal(got, want) {
		t.Errorf("all who were asked for: %q, want %q", got, want)
	}
}

func TestCountUsers(t *testing.T) {
	s := newSim(graphsim.Config{Directory: staff()})
	eventual := []string{"ConsistencyLevel", "Eventual"}
	got := sendWith(t, s, "GET", "/users/$count", "", eventual...)
	if got.status != 200 || got.body != "2" || got.header.Get("Content-Type") != "text/plain" {
		t.Errorf("$count = %d %q of type %q, want 200 2 as text/plain", got.status, got.body, got.header.Get("Content-Type"))
	}
	// The segment stands for $count=true.
	got = sendWith(t, s, "GET", "/users/%24count?$filter=endsWith(mail,'.COM')&$top=1", "", eventual...)
	if got.status != 200 || got.body != "1" {
		t.Errorf("$count of a filter = %d %q, want 200 1", got.status, got.body)
	}
	for _, path := range []string{"/users/$count", "/users/$count?$count=true", "/users/$count?$filter=employeeId%20eq%20'1'"} {
		got := send(t, s, "GET", path, "")
		if got.status != 400 {
			t.Errorf("GET %s without the header: status %d, want 400", path, got.status)
		}
		wantJSON(t, path, got.body, refusedWith("Request_BadRequest", "$count is not currently supported."))
	}
	if got := sendWith(t, s, "GET", "/users/$count?$filter=mail", "", eventual...); got.status != 400 || got.code(t) != "BadRequest" {
		t.Errorf("$count of a broken filter = %d %s, want 400 BadRequest", got.status, got.body)
	}

	inside := items(t, send(t, s, "POST", "/$batch", batch(
		`{"id":"1","method":"GET","url":"users/$count","headers":{"consistencylevel":"eventual"}}`,
		`{"id":"2","method":"GET","url":"/users/$count"}`)))
	if it := inside["1"]; it.Status != 200 || it.Headers["Content-Type"] != "text/plain" || string(it.Body) != `"Mg=="` {
		t.Errorf("$count in a $batch = %d %s of type %q, want 200 and 2 in base64", it.Status, it.Body, it.Headers["Content-Type"])
	}
	if it := inside["2"]; it.Status != 400 || it.code(t) != "Request_BadRequest" {
		t.Errorf("$count in a $batch without the header = %d %s, want 400 Request_BadRequest", it.Status, it.Body)
	}
}

func TestGetByIDs(t *testing.T) {
	s := newSim(graphsim.Config{Directory: staff(), Assumed: graphsim.Assumed{GetByIDsLimit: 4}})
	quotedIDs := func(ids ...string) string { return `{"ids":["` + strings.Join(ids, `","`) + `"]}` }
	tests := []struct {
		name, body string
		status     int
		want       []string // ids, or the code and message
	}{
		{"in the order asked", quotedIDs(bareID, adaID), 200, []string{bareID, adaID}},
		{"unknown and missing", quotedIDs(noSuchID, adaID, idOfGone(t)), 200, []string{adaID}},
		{"doubled", quotedIDs(adaID, strings.ToUpper(adaID), bareID, adaID), 200, []string{adaID, bareID}},
		{"users wanted", `{"ids":["` + adaID + `"],"types":["user","group"]}`, 200, []string{adaID}},
		{"any object wanted", `{"ids":["` + adaID + `"],"types":["directoryObject"]}`, 200, []string{adaID}},
		{"groups wanted", `{"ids":["` + adaID + `"],"types":["group"]}`, 200, nil},
		{"too many", quotedIDs(adaID, adaID, adaID, adaID, adaID), 400, []string{"Request_BadRequest", "Too many ids: 5. Max allowed: 4."}},
		{"none", `{"ids":[]}`, 400, []string{"Request_BadRequest", "ids must have at least one id."}},
		{"null", `null`, 400, []string{"Request_BadRequest", "ids must have at least one id."}},
		{"a name", quotedIDs("ada@example.com"), 400, []string{"Request_BadRequest", "Invalid GUID:ada@example.com"}},
		{"broken", `{"ids":`, 400, []string{"BadRequest", "Unable to read JSON request payload."}},
		{"of another shape", `{"ids":[1]}`, 400, []string{"BadRequest", "Unable to read JSON request payload."}},
		{"nothing", ``, 400, []string{"BadRequest", "Unable to read JSON request payload."}},
	}
	for _, path := range []string{"/directoryObjects/getByIds", "/directoryObjects/microsoft.graph.getByIds", "/users/getByIds"} {
		for _, test := range tests {
			got := send(t, s, "POST", path, test.body)
			if got.status != test.status {
				t.Errorf("%s, %s: status %d %s, want %d", path, test.name, got.status, got.body, test.status)
				continue
			}
			if test.status != 200 {
				wantJSON(t, test.name, got.body, refusedWith(test.want[0], test.want[1]))
				continue
			}
			if ids := pageOf(t, got, "id").values; !slices.Equal(ids, test.want) {
				t.Errorf("%s, %s: %q, want %q", path, test.name, ids, test.want)
			}
		}
	}
	got := sendWith(t, s, "POST", "/directoryObjects/getByIds?$select=id,employeeId", quotedIDs(adaID))
	wantJSON(t, "with $select", got.body, `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryObjects",
		"value":[{"@odata.type":"#microsoft.graph.user","id":"`+adaID+`","employeeId":"0815"}]}`)

	thousand := newSim(graphsim.Config{Directory: staff()})
	ids := slices.Repeat([]string{bareID}, 1000)
	if got := send(t, thousand, "POST", "/directoryObjects/getByIds", quotedIDs(ids...)); got.status != 200 {
		t.Errorf("1000 ids: %d %s, want 200", got.status, got.body)
	}
	if got := send(t, thousand, "POST", "/directoryObjects/getByIds", quotedIDs(append(ids, adaID)...)); got.status != 400 {
		t.Errorf("1001 ids: %d, want 400", got.status)
	}
}

func idOfGone(t testing.TB) string {
	t.Helper()
	d := staff()
	ref, ok := d.Find("gone@example.com")
	if !ok {
		t.Fatal("gone@example.com is not in the directory")
	}
	return d.ID(ref)
}

func TestOrganization(t *testing.T) {
	s := newSim(graphsim.Config{})
	const context, organization = `"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#organization`,
		`"id":"` + tenant + `","displayName":"Simulated tenant","tenantType":"AAD","countryLetterCode":"US",
		"verifiedDomains":[{"name":"example.com","isDefault":true,"isInitial":true,"type":"Managed"}]`
	wantJSON(t, "the list", send(t, s, "GET", "/organization", "").body, `{`+context+`","value":[{`+organization+`}]}`)
	wantJSON(t, "the tenant", send(t, s, "GET", "/organization/"+strings.ToUpper(tenant), "").body, `{`+context+`/$entity",`+organization+`}`)
	other := send(t, s, "GET", "/organization/"+noSuchID, "")
	if other.status != 404 {
		t.Errorf("another tenant: status %d, want 404", other.status)
	}
	wantJSON(t, "another tenant", other.body, notThere(noSuchID))
	for _, method := range []string{"POST", "PATCH", "DELETE"} {
		if got := send(t, s, method, "/organization", ""); got.status != http.StatusMethodNotAllowed {
			t.Errorf("%s /organization = %d, want 405", method, got.status)
		}
	}

	signedIn := graphsim.New(graphsim.Config{Directory: staff(), SignedIn: graphsim.SignedIn{User: adaID}})
	for who, token := range map[string]string{"app": appToken(t, signedIn, "app"), "person": personToken(t, signedIn, "app")} {
		got := sendWith(t, signedIn, "GET", "/organization?$select=id", "", "Authorization", "Bearer "+token)
		if ids := pageOf(t, got, "id").values; !cmp.Equal(ids, []string{claimsOf(t, token)["tid"].(string)}) {
			t.Errorf("the organization of the %s is %q, want the tid of the token", who, ids)
		}
	}
}

func TestMe(t *testing.T) {
	s := graphsim.New(graphsim.Config{
		Directory:   staff(),
		SignedIn:    graphsim.SignedIn{User: "ADA@example.com"},
		Permissions: []string{"User.Read"},
	})
	got := sendWith(t, s, "GET", "/me?$select=id,employeeId", "", "Authorization", "Bearer "+personToken(t, s, "app"))
	wantJSON(t, "of a person", got.body, fmt.Sprintf(
		`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id,employeeId)/$entity","id":"%s","employeeId":"0815"}`, adaID))
	// An app has no account, whatever it is granted.
	for _, path := range []string{"/me", "/me/authentication/phoneMethods", "/me/authentication/phoneMethods/" + mobileID} {
		got := sendWith(t, s, "GET", path, "", "Authorization", "Bearer "+appToken(t, s, "app"))
		if got.status != 400 || got.code(t) != "BadRequest" || !strings.Contains(got.body, "/me request is only valid with delegated authentication flow.") {
			t.Errorf("GET %s of an app = %d %s, want 400 BadRequest", path, got.status, got.body)
		}
	}
}

// What somebody repeats a thousand times costs no more than once.
func TestOptionsAreBounded(t *testing.T) {
	s := newSim(graphsim.Config{Directory: people(directory.User{UserPrincipalName: bob})})
	for _, query := range []string{"$orderby=id,id", "$orderby=mail%20desc,MAIL", "$expand=" + strings.Repeat("a,", 30) + "a", "$expand=" + strings.Repeat("a", 20000)} {
		if got := send(t, s, "GET", "/users?"+query, ""); got.status != 400 {
			t.Errorf("GET /users?%.60s = %d %.80s, want 400", query, got.status, got.body)
		}
	}
}

// Graph gives null for what it cannot expand.
func TestExpandGivesNull(t *testing.T) {
	s := newSim(graphsim.Config{Directory: people(directory.User{UserPrincipalName: bob})})
	for _, path := range []string{"/users/" + bob + "?$select=mail&$expand=authentication", "/users?$select=mail&$expand=authentication($select=id)"} {
		if got := send(t, s, "GET", path, ""); got.status != 200 || !strings.Contains(got.body, `"authentication":null`) {
			t.Errorf("GET %s = %d %s, want authentication null", path, got.status, got.body)
		}
	}
}
