package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// assumedCase is one choice for one key of assumed.
type assumedCase struct {
	key, value string
	with       string // other keys of assumed that it takes to see the difference
	observe    func(*testing.T, *graphsim.Simulator) string
	usual, now string   // what is observed without and with the choice
	touched    []string // other keys that change the observation, too
	everywhere bool     // whatever shows a number shows it
}

const (
	ann  = "ann@example.com"
	boss = "boss@example.com"
	own  = "{status: 418, code: own, message: 'about %s'}"
)

// assumedPeople are one for each rule.
func assumedPeople() *directory.Directory {
	return people(
		directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", Office: "+1 2065550102", EmployeeID: "E1", OnPremisesSamAccountName: "bob"},
		directory.User{UserPrincipalName: alice, ID: "00000000-0000-4000-8000-00000000000a"},
		directory.User{UserPrincipalName: ann, Mobile: "+1 2065550110", AlternateMobile: "+1 2065550111", ID: "00000000-0000-4000-8000-00000000000b"},
		directory.User{UserPrincipalName: "dora@example.com", Office: "+1 2065550120", DefaultMethod: "office"},
		directory.User{UserPrincipalName: "carl@example.com", Mobile: "+1 2065550130", SMSSignIn: directory.NotEnabled},
		directory.User{UserPrincipalName: "cora@example.com", Mobile: "+1 2065550130"},
		directory.User{UserPrincipalName: "nina@example.com", Mobile: "+1 2065550140", SMSSignIn: directory.NotAllowedByPolicy},
		directory.User{UserPrincipalName: boss, IsAdmin: true},
		directory.User{UserPrincipalName: "kim_example.org#EXT#@example.com"},
		directory.User{UserPrincipalName: "o'neil@example.com"},
		directory.User{UserPrincipalName: "admin@example.com"},
	)
}

// newAssumed makes a simulator with some of its assumed keys.
func newAssumed(t testing.TB, assumed ...string) *graphsim.Simulator {
	t.Helper()
	config := graphsim.Config{
		Directory:   assumedPeople(),
		SignedIn:    graphsim.SignedIn{User: "admin@example.com", Role: graphsim.PrivilegedAuthenticationAdministrator},
		Clients:     []login.Client{{ID: "app", Secret: "s"}, {ID: "basic", Secret: "s", Permissions: []string{"User.ReadBasic.All"}}},
		Faults:      faults(t, `[{"path":"^/users/busy","status":429}]`),
		ReportQuota: quota(t, "1/1h"),
	}
	text := "assumed: {" + strings.Join(slices.DeleteFunc(assumed, func(a string) bool { return a == "" }), ", ") + "}"
	if err := graphsim.ReadScenario(strings.NewReader(text), &config); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return newSim(config)
}

// short is an answer in a few words: the error, or the phones in it.
func short(t testing.TB, r reply) string {
	t.Helper()
	var body struct {
		Error struct{ Code, Message string }
		phoneShown
		Value []phoneShown
	}
	if strings.HasPrefix(r.body, "{") {
		if err := json.Unmarshal([]byte(r.body), &body); err != nil {
			t.Fatalf("decoding %q: %v", r.body, err)
		}
	}
	words := []string{fmt.Sprint(r.status), body.Error.Code, body.Error.Message}
	for _, p := range append(body.Value, body.phoneShown) {
		words = append(words, p.PhoneNumber, p.SMSSignInState)
		if p.CreatedDateTime != "" {
			words = append(words, "created")
		}
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

type phoneShown struct{ PhoneNumber, SMSSignInState, CreatedDateTime string }

// sends observes the answers to requests, METHOD PATH BODY each.
func sends(requests ...string) func(*testing.T, *graphsim.Simulator) string {
	return func(t *testing.T, s *graphsim.Simulator) string {
		var got []string
		for _, request := range requests {
			parts := append(strings.SplitN(request, " ", 3), "")
			got = append(got, short(t, send(t, s, parts[0], parts[1], parts[2])))
		}
		return strings.Join(got, "; ")
	}
}

// deviceToken signs the person in with a device code.
func deviceToken(t testing.TB, s *graphsim.Simulator) string {
	t.Helper()
	form := func(path, body string) (answer map[string]any) {
		r := newRequest(t, "POST", host+"/contoso/oauth2/v2.0/"+path, body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := do(s, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(got.body), &answer); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s = %d %s", path, got.status, got.body)
		}
		return answer
	}
	device := form("devicecode", "client_id=app&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default")
	granted := form("token", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app&device_code="+device["device_code"].(string))
	return granted["access_token"].(string)
}

// header observes a header of the answer to a request with a header.
func header(name, value, shown string, request ...string) func(*testing.T, *graphsim.Simulator) string {
	return func(t *testing.T, s *graphsim.Simulator) string {
		r := newRequest(t, request[0], host+"/v1.0"+request[1], request[2])
		r.Header.Set(name, value)
		got, err := do(s, r)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(short(t, got) + " " + got.header.Get(shown))
	}
}

func ownAccount(t *testing.T, s *graphsim.Simulator) string {
	return short(t, as(t, s, deviceToken(t, s), phonesPath("admin@example.com"), phoneJSON("mobile", "+1 2065550199")))
}

func basicRead(t *testing.T, s *graphsim.Simulator) string {
	return as(t, s, signIn(t, s, "contoso", "basic"), "/users/"+bob+"?$select=employeeId", "").body
}

func busyBatch(t *testing.T, s *graphsim.Simulator) string {
	got := send(t, s, "POST", "/$batch", batch(`{"id":"1","method":"GET","url":"/users/busy"}`, `{"id":"2","method":"GET","url":"/users/`+bob+`"}`))
	return fmt.Sprint(got.status, " of ", len(itemList(t, got)))
}

func batchOrder(t *testing.T, s *graphsim.Simulator) string {
	var requests, order []string
	for i := range 9 {
		requests = append(requests, fmt.Sprintf(`{"id":"%d","method":"GET","url":"/users/%s"}`, i, bob))
	}
	for _, it := range itemList(t, send(t, s, "POST", "/$batch", batch(requests...))) {
		order = append(order, it.ID)
	}
	return fmt.Sprint("sorted ", slices.IsSorted(order))
}

func reportTwice(t *testing.T, s *graphsim.Simulator) string {
	const path = "/reports/authenticationMethods/userRegistrationDetails"
	send(t, s, "GET", path, "")
	got := send(t, s, "GET", path, "")
	return fmt.Sprint(got.status, " scope ", got.header.Get("x-ms-throttle-scope") != "")
}

// wavers observes twenty reads after a create: what none of them shows is not
// named.
func wavers(t *testing.T, s *graphsim.Simulator) string {
	create(t, s, alice, "mobile", "+1 2065550199")
	seen := ""
	for range 20 {
		got := send(t, s, "GET", phonesPath(alice), "")
		switch created := strings.Contains(got.body, mobileID); {
		case created && !strings.Contains(seen, "created"):
			seen += " and created"
		case !created && !strings.Contains(seen, "[]"):
			seen = fmt.Sprint(got.status, " []") + seen
		}
	}
	return seen
}

func assumedCases() []assumedCase {
	mobileOf := func(user string) string { return phonePath(user, mobileID) }
	patch := "PATCH " + mobileOf(bob) + " " + phoneJSON("mobile", "+1 2065550199")
	createFor := func(user, phoneType, number string) string {
		return "POST " + phonesPath(user) + " " + phoneJSON(phoneType, number)
	}
	getBob := sends("GET " + mobileOf(bob))
	filterBob := sends("GET " + phonesPath(bob) + "?$filter=phoneType%20eq%20'mobile'")
	clash := createFor(alice, "mobile", "+1 2065550100")
	twoIDs := "POST /directoryObjects/getByIds " + `{"ids":["00000000-0000-4000-8000-00000000000a","00000000-0000-4000-8000-00000000000b"]}`
	guest := createFor("kim_example.org%23EXT%23@example.com", "mobile", "+1 2065550199")
	notFound := "404 itemNotFound The phone method does not exist."
	const denied = "403 accessDenied Request Authorization failed"
	const nobody = "404 Request_ResourceNotFound Resource 'who@example.com' does not exist or one of its queried reference-property objects are not present."
	mface := func(path string) string {
		return `404 UnknownError {"Message":"No HTTP resource was found that matches the request URI 'https://mface.windowsazure.com/odata` + path +
			`'.","MessageDetail":"No type was found that matches the controller named 'users'."}`
	}
	return []assumedCase{
		{key: "duplicate", value: own, observe: sends(createFor(bob, "mobile", "+1 2065550199")),
			usual: "400 badRequest Mobile phone method is already registered for this account.", now: "418 own about Mobile"},
		{key: "missingMobile", value: own, observe: sends(createFor(alice, "alternateMobile", "+1 2065550199")),
			usual: "400 badRequest A mobile phone method must be registered before an alternate mobile.", now: "418 own about"},
		{key: "mobileNeeded", value: own, observe: sends("DELETE " + mobileOf(ann)),
			usual: "400 badRequest The mobile phone method cannot be deleted while an alternate mobile is registered.", now: "418 own about"},
		{key: "defaultMethod", value: own, observe: sends("DELETE " + phonePath("dora@example.com", officeID)),
			usual: "400 badRequest Cannot delete default method with other methods configured. Please change default method before deletion.", now: "418 own about"},
		{key: "typeMismatch", value: own, observe: sends("PATCH " + mobileOf(bob) + ` {"phoneType":"office"}`),
			usual: "400 badRequest The phoneType of a phone method cannot be changed.", now: "418 own about"},
		{key: "unknownUser", value: own, observe: sends("GET "+phonesPath("who@example.com"), createFor("who@example.com", "mobile", "+1 2065550199"), "GET /users/who@example.com"),
			usual: nobody + "; " + nobody + "; " + nobody, now: "418 own about who@example.com; 418 own about who@example.com; 418 own about who@example.com"},
		{key: "missingPhone", value: own, observe: sends("GET "+mobileOf(alice), "DELETE "+mobileOf(alice), "PATCH "+mobileOf(alice)+" "+phoneJSON("mobile", "+1 2065550199"), "POST "+mobileOf(alice)+"/enableSmsSignIn"),
			usual: strings.Join([]string{notFound, notFound, notFound, notFound}, "; "), now: "418 own about; 418 own about; 418 own about; 418 own about"},
		{key: "ownAccount", value: own, observe: ownAccount, usual: denied, now: "418 own about admin@example.com"},
		{key: "guest", value: own, with: "guestsRefused: true", observe: sends(guest), usual: denied, now: "418 own about kim_example.org#EXT#@example.com"},
		{key: "clash", value: own, with: "clashes: refused", observe: sends(clash, "PATCH "+mobileOf(ann)+" "+phoneJSON("mobile", "+1 2065550100")),
			usual: "400 badRequest The phone number is registered by another user.; 400 badRequest The phone number is registered by another user.", now: "418 own about; 418 own about"},
		{key: "smsNotMobile", value: own, observe: sends("POST " + phonePath(bob, officeID) + "/enableSmsSignIn"),
			usual: "400 badRequest SMS sign-in is available for the mobile phone only.", now: "418 own about"},
		{key: "smsNotUnique", value: own, observe: sends("POST " + mobileOf("carl@example.com") + "/enableSmsSignIn"),
			usual: "400 badRequest The phone number is not unique.", now: "418 own about", touched: []string{"clashes: ignored"}},
		{key: "smsNotAllowed", value: own, observe: sends("POST " + mobileOf("nina@example.com") + "/enableSmsSignIn"),
			usual: "405 accessDenied Can not enable Sms sign in on phone auth method as the credential policy is not enabled on user.", now: "418 own about"},

		{key: "updateBody", value: "true", observe: sends(patch), usual: "204", now: "200 +1 2065550199 ready"},
		{key: "putUnrouted", value: "true", observe: sends("PUT"+strings.TrimPrefix(patch, "PATCH"), patch), usual: "200 +1 2065550199 ready; 204",
			now: mface(mobileOf(bob)) + "; 204", touched: []string{"createdDateTime: true", "updateBody: true"}},
		{key: "countUnrouted", value: "true", observe: sends("GET "+phonesPath(bob)+"/$count", "GET "+phonesPath("dora@example.com")), usual: "200; 200 +1 2065550120 notSupported",
			now: mface(phonesPath(bob)+"/$count") + "; 200 +1 2065550120 notSupported", touched: []string{"createdDateTime: true", "maskedReads: true"}},
		{key: "exactActionCase", value: "true", observe: sends("POST "+mobileOf(bob)+"/disablesmssignin", "POST "+mobileOf(bob)+"/enableSmsSignIn"), usual: "204; 204",
			now: mface(mobileOf(bob)+"/disablesmssignin") + "; 204"},
		{key: "phoneQueryOptions", value: "honoured", observe: filterBob, usual: "200 +1 2065550102 notSupported +1 2065550100 ready", now: "200 +1 2065550100 ready",
			touched: []string{"createdDateTime: true", "maskedReads: true"}},
		{key: "phoneQueryOptions", value: "refused", observe: filterBob, usual: "200 +1 2065550102 notSupported +1 2065550100 ready",
			now: "400 BadRequest Query options are not supported here.", touched: []string{"createdDateTime: true", "maskedReads: true"}},
		{key: "location", value: "true", observe: header("Accept", "*/*", "Location", "POST", phonesPath(alice), phoneJSON("mobile", "+1 2065550199")),
			usual: "201 +1 2065550199 ready", now: "201 +1 2065550199 ready https://graph.microsoft.com/v1.0/users/alice%40example.com/authentication/phoneMethods/" + mobileID,
			touched: []string{"createdDateTime: true"}},
		{key: "minimalHonoured", value: "true", observe: header("Prefer", "return=minimal", "", "POST", phonesPath(alice), phoneJSON("mobile", "+1 2065550199")),
			usual: "201 +1 2065550199 ready", now: "204", touched: []string{"createdDateTime: true"}},
		{key: "createdDateTime", value: "true", observe: sends("GET " + phonePath(bob, officeID)), usual: "200 +1 2065550102 notSupported",
			now: "200 +1 2065550102 notSupported created", touched: []string{"maskedReads: true"}},

		{key: "numberPattern", value: `'^\+1 '`, observe: sends(createFor(alice, "mobile", "+44 2079460012"), createFor(alice, "office", "+1 2065550199")),
			usual: "201 +44 2079460012 ready; 201 +1 2065550199 notSupported", now: "400 invalidPhoneNumber The phone number is not valid.; 201 +1 2065550199 notSupported",
			touched: []string{"createdDateTime: true"}},
		{key: "blankRequired", value: "true", observe: sends(createFor(alice, "mobile", "+12065550199"), createFor(alice, "office", "+1 2065550199")),
			usual: "201 +1 2065550199 ready; 201 +1 2065550199 notSupported", now: "400 invalidPhoneNumber The phone number is not valid.; 201 +1 2065550199 notSupported",
			touched: []string{"createdDateTime: true", `numberPattern: '^\+1 '`}},
		{key: "punctuationTaken", value: "true", observe: sends(createFor(alice, "mobile", "+1 (206) 555-01.99")),
			usual: "400 invalidPhoneNumber The phone number is not valid.", now: "201 +1 2065550199 ready"},
		{key: "extensionsOfficeOnly", value: "true", observe: sends(createFor(alice, "mobile", "+1 2065550199x5"), createFor(alice, "office", "+1 2065550199x5")),
			usual: "201 +1 2065550199x5 ready; 201 +1 2065550199x5 notSupported", now: "400 invalidPhoneNumber The phone number is not valid.; 201 +1 2065550199x5 notSupported",
			touched: []string{"createdDateTime: true"}},
		{key: "numbersUnspaced", value: "true", observe: getBob, usual: "200 +1 2065550100 ready", now: "200 +12065550100 ready",
			touched: []string{"createdDateTime: true", "maskedReads: true"}, everywhere: true},
		{key: "maskedReads", value: "true", observe: getBob, usual: "200 +1 2065550100 ready", now: "200 +1 XXXXXXXX00 ready", touched: []string{"createdDateTime: true"}},
		{key: "maskCharacter", value: "'*'", with: "maskedReads: true", observe: getBob, usual: "200 +1 XXXXXXXX00 ready", now: "200 +1 ********00 ready",
			touched: []string{"createdDateTime: true", "maskWhole: true"}},
		{key: "maskWhole", value: "true", with: "maskedReads: true", observe: getBob, usual: "200 +1 XXXXXXXX00 ready", now: "200 +1 XXXXXXXXXX ready",
			touched: []string{"createdDateTime: true", "maskCharacter: '*'"}},
		{key: "clashes", value: "ignored", observe: sends(clash), usual: "201 +1 2065550100 phoneNumberNotUnique", now: "201 +1 2065550100 ready", touched: []string{"createdDateTime: true"}},
		{key: "clashes", value: "refused", observe: sends(clash), usual: "201 +1 2065550100 phoneNumberNotUnique",
			now: "400 badRequest The phone number is registered by another user.", touched: []string{"createdDateTime: true"}},
		{key: "staleReads", value: "2", observe: sends(patch, "GET "+mobileOf(bob), "GET "+mobileOf(bob), "GET "+mobileOf(bob), "GET "+mobileOf(ann)),
			usual:   "204; 200 +1 2065550199 ready; 200 +1 2065550199 ready; 200 +1 2065550199 ready; 200 +1 2065550110 ready",
			now:     "204; 200 +1 2065550100 ready; 200 +1 2065550100 ready; 200 +1 2065550199 ready; 200 +1 2065550110 ready",
			touched: []string{"createdDateTime: true", "maskedReads: true", "updateBody: true", "readLag: 1h"}},
		{key: "readLag", value: "1h", observe: sends(patch, "GET "+mobileOf(bob), "GET "+mobileOf(ann)),
			usual: "204; 200 +1 2065550199 ready; 200 +1 2065550110 ready", now: "204; 200 +1 2065550100 ready; 200 +1 2065550110 ready",
			touched: []string{"createdDateTime: true", "maskedReads: true", "updateBody: true", "staleReads: 2"}},
		{key: "readFlicker", value: "true", with: "staleReads: 20", observe: wavers, usual: "200 []", now: "200 [] and created"},

		{key: "adminsProtected", value: "true", observe: sends(createFor(boss, "mobile", "+1 2065550199"), "GET "+phonesPath(boss)+"/$count"),
			usual: "201 +1 2065550199 ready; 200", now: denied + "; 200", touched: []string{"createdDateTime: true", "countUnrouted: true"}},
		{key: "guestsRefused", value: "true", observe: sends(guest), usual: "201 +1 2065550199 ready", now: denied, touched: []string{"createdDateTime: true"}},
		{key: "caseSensitiveNames", value: "true", observe: sends("GET /users/Alice@example.com", "GET /users/"+alice),
			usual: "200; 200", now: strings.Replace(nobody, "who@", "Alice@", 1) + "; 200"},
		{key: "plainApostropheRefused", value: "true", observe: sends("GET /users/o'neil@example.com", "GET /users/o%27neil@example.com", "GET /users('o''neil@example.com')"),
			usual: "200; 200; 200", now: "400 BadRequest Resource not found for the segment 'o'neil@example.com'.; 200; 200"},
		{key: "basicReadsAll", value: "true", observe: basicRead, usual: `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(employeeId)/$entity","employeeId":null}`,
			now: `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(employeeId)/$entity","employeeId":"E1"}`},
		{key: "advancedProperties", value: "[employeeId]", observe: sends("GET /users?$filter=employeeId%20eq%20'E1'", "GET /users?$filter=onPremisesSamAccountName%20eq%20'bob'"),
			usual: "200; 400 Request_UnsupportedQuery Unsupported or invalid query filter clause specified for property 'onPremisesSamAccountName' of resource 'User'.",
			now:   "400 Request_UnsupportedQuery Unsupported or invalid query filter clause specified for property 'employeeId' of resource 'User'.; 200"},
		{key: "getByIdsLimit", value: "1", observe: sends(twoIDs), usual: "200", now: "400 Request_BadRequest Too many ids: 2. Max allowed: 1."},

		{key: "batchThrottled", value: "424", observe: busyBatch, usual: "200 of 2", now: "424 of 2"},
		{key: "batchThrottled", value: "429", observe: busyBatch, usual: "200 of 2", now: "429 of 2"},
		{key: "orderedAnswers", value: "true", observe: batchOrder, usual: "sorted false", now: "sorted true"},
		{key: "bodyLimit", value: "9000", observe: sends("POST " + phonesPath(alice) + " " + strings.Repeat(" ", 9000) + phoneJSON("mobile", "+1 2065550199")),
			usual: "201 +1 2065550199 ready", now: "413 RequestEntityTooLarge The request body is larger than 9000 bytes.", touched: []string{"createdDateTime: true"}},
		{key: "noThrottleHeaders", value: "true", observe: reportTwice, usual: "429 scope true", now: "429 scope false"},
	}
}

// TestEverySwitchIsTested: a field without a case below would be a switch that
// may do nothing, or anything.
func TestEverySwitchIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, test := range assumedCases() {
		tested[test.key] = true
	}
	all := reflect.TypeFor[graphsim.Assumed]()
	for i := range all.NumField() {
		if key := all.Field(i).Tag.Get("yaml"); !tested[key] {
			t.Errorf("assumed.%s has no case", key)
		}
		delete(tested, all.Field(i).Tag.Get("yaml"))
	}
	for key := range tested {
		t.Errorf("there is no assumed.%s", key)
	}
}

// TestAssumed: every choice changes what it says, and nothing else of all that
// the other cases observe but what they say themselves.
func TestAssumed(t *testing.T) {
	t.Parallel()
	tests := assumedCases()
	for _, test := range tests {
		t.Run(test.key+" "+test.value, func(t *testing.T) {
			if got := test.observe(t, newAssumed(t, test.with)); got != test.usual {
				t.Errorf("without it: %s\nwant %s", got, test.usual)
			}
			if got := test.observe(t, newAssumed(t, test.with, test.key+": "+test.value)); got != test.now {
				t.Errorf("with it: %s\nwant %s", got, test.now)
			}
			for _, choice := range test.touched {
				if test.observe(t, newAssumed(t, test.with, choice)) == test.usual {
					t.Errorf("%s does not touch it", choice)
				}
			}
			for _, last := range []bool{false, true} { // of several choices for one key
				others := otherChoices(tests, test, last)
				if got := test.observe(t, newAssumed(t, append(others, test.with)...)); got != test.usual {
					t.Errorf("with %s: %s\nwant %s", strings.Join(others, ", "), got, test.usual)
				}
			}
		})
	}
}

// otherChoices are one choice for each other key that must not be seen.
func otherChoices(tests []assumedCase, test assumedCase, last bool) (choices []string) {
	chosen := map[string]int{}
	for _, other := range tests {
		choice := other.key + ": " + other.value
		if other.everywhere || other.key == test.key || strings.HasPrefix(test.with, other.key+":") || slices.Contains(test.touched, choice) {
			continue
		}
		if at, before := chosen[other.key]; !before {
			chosen[other.key] = len(choices)
			choices = append(choices, choice)
		} else if last {
			choices[at] = choice
		}
	}
	return choices
}

func TestClashes(t *testing.T) {
	tests := []struct {
		choice                graphsim.Clashes
		created, updated      int
		bobs, alices, enabled any // smsSignInState; status of enabling
	}{
		{graphsim.ClashShown, 201, 204, "phoneNumberNotUnique", "phoneNumberNotUnique", 400},
		{graphsim.ClashIgnored, 201, 204, "ready", "ready", 204},
		{graphsim.ClashRefused, 400, 400, "ready", "", 204},
	}
	for _, test := range tests {
		t.Run(string("clashes "+test.choice), func(t *testing.T) {
			s := newSim(graphsim.Config{Directory: bobAndAlice(), Assumed: graphsim.Assumed{Clashes: test.choice}})
			if got := create(t, s, alice, "mobile", "+12065550100"); got.status != test.created {
				t.Errorf("create = %d %s, want %d", got.status, got.body, test.created)
			}
			if got := smsState(t, s, alice, mobileID); got != test.alices {
				t.Errorf("alice's state = %s, want %s", got, test.alices)
			}
			if got := smsState(t, s, bob, mobileID); got != test.bobs {
				t.Errorf("bob's state = %s, want %s", got, test.bobs)
			}
			if got := send(t, s, "POST", phonePath(bob, mobileID)+"/enableSmsSignIn", ""); got.status != test.enabled {
				t.Errorf("enable = %d %s, want %v", got.status, got.body, test.enabled)
			}
			// An update clashes as well, but not with oneself; other types never do.
			if got := send(t, s, "PATCH", phonePath(bob, mobileID), phoneJSON("mobile", "+1 2065550100")); got.status != 204 {
				t.Errorf("update to one's own number = %d, want 204", got.status)
			}
			send(t, s, "PUT", phonePath(alice, mobileID), phoneJSON("mobile", "+1 2065550177"))
			create(t, s, alice, "mobile", "+1 2065550177")
			if got := smsState(t, s, bob, mobileID); got != "ready" {
				t.Errorf("bob's state when the clash is over = %s, want ready", got)
			}
			if got := send(t, s, "PATCH", phonePath(alice, mobileID), phoneJSON("mobile", "+1 2065550100")); got.status != test.updated {
				t.Errorf("update = %d %s, want %d", got.status, got.body, test.updated)
			}
			if got := create(t, s, alice, "office", "+1 2065550100"); got.status != 201 {
				t.Errorf("create of an office phone = %d %s, want 201", got.status, got.body)
			}
		})
	}
}

func TestGuestsOfAnOpenTenant(t *testing.T) {
	s := newSim(graphsim.Config{Assumed: graphsim.Assumed{GuestsRefused: true}})
	if got := create(t, s, "kim_example.org%23EXT%23@example.com", "mobile", "+1 2065550123"); got.status != 403 {
		t.Errorf("create for a guest = %d, want 403", got.status)
	}
	if got := create(t, s, bob, "mobile", "+1 2065550123"); got.status != 201 {
		t.Errorf("create for a member = %d, want 201", got.status)
	}
}
