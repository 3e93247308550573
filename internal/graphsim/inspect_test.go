package graphsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

// state reads /_sim/state back.
func state(t testing.TB, s *graphsim.Simulator) *directory.Directory {
	t.Helper()
	got := getPath(t, s, "/_sim/state")
	d, err := directory.ReadState(strings.NewReader(got.body))
	if err != nil || got.status != http.StatusOK || got.header.Get("Content-Type") != jsonCT {
		t.Fatalf("/_sim/state = %d %s, read back: %v", got.status, got.header.Get("Content-Type"), err)
	}
	return d
}

func TestStateReadsBack(t *testing.T) {
	s := newSim(graphsim.Config{Directory: people(
		directory.User{UserPrincipalName: bob, Mobile: "+1 2065550100", AlternateMobile: "+1 2065550101", Office: "+44 2079460012x3", DefaultMethod: "alternateMobile",
			DisplayName: `Bob "<&>" Ünal`, Mail: "b@example.org", EmployeeID: "007", OnPremisesSamAccountName: "bob", UsageLocation: "DE", Fault: "b2c"},
		directory.User{UserPrincipalName: alice, IsAdmin: true, SMSSignIn: directory.NotConfigured},
		directory.User{UserPrincipalName: "kim_example.org#EXT#@example.com", Mobile: "+1 2065550122", DefaultMethod: "mobile"},
	)})
	create(t, s, alice, "office", "+12065550112")
	send(t, s, "PATCH", phonePath(bob, officeID), phoneJSON("office", "+1 2065550109"))
	send(t, s, "POST", phonePath(bob, mobileID)+"/disableSmsSignIn", "")
	again := state(t, s)
	var users []directory.User
	for ref := range directory.Ref(again.Len()) {
		users = append(users, again.User(ref))
	}
	if diff := cmp.Diff(s.Users(), users); diff != "" || len(users) != 3 {
		t.Errorf("%d users, read back (-want +got):\n%s", len(users), diff)
	}
	want := directory.User{ID: users[1].ID, UserPrincipalName: alice, AccountEnabled: true, UserType: "Member", IsAdmin: true,
		Office: "+1 2065550112", SMSSignIn: directory.NotConfigured}
	if diff := cmp.Diff(want, users[1]); diff != "" {
		t.Errorf("alice (-want +got):\n%s", diff)
	}
	// What was read can be simulated, and is the same once more.
	second := newSim(graphsim.Config{Directory: again})
	if one, two := getPath(t, s, "/_sim/state").body, getPath(t, second, "/_sim/state").body; one != two {
		t.Errorf("the state of the state differs:\n%s\n%s", one, two)
	}
}

// TestStateOfAnOpenTenant: those whom somebody asked for are there, whatever
// their key, and can be read back.
func TestStateOfAnOpenTenant(t *testing.T) {
	s := newSim(graphsim.Config{})
	if n := state(t, s).Len(); n != 0 {
		t.Errorf("%d users before any call, want none", n)
	}
	keys := []string{bob, "%20", "00000000-0000-4000-8000-00000000000b", "o%27neil", "%22%5C%00", "%ff", strings.Repeat("x", 300), "kim%23EXT%23@example.com"}
	for _, key := range keys {
		create(t, s, key, "mobile", "+1 2065550100")
	}
	d := state(t, s)
	if _, ok := d.Find(bob); !ok || d.Len() != len(keys)-2 { // neither what is not UTF-8 nor what is too long
		t.Errorf("%d users, bob among them: %t; want %d, true", d.Len(), ok, len(keys)-2)
	}
}

func TestInspection(t *testing.T) {
	s := newSim(graphsim.Config{Directory: people(
		directory.User{UserPrincipalName: bob, ID: "00000000-0000-4000-8000-00000000000b", Mobile: "+1 2065550100"},
		directory.User{UserPrincipalName: "gone@example.com", Fault: string(graphsim.Missing)},
	), Faults: faults(t, `[{"status":503,"path":"_sim"}]`)})
	const bobs = `{"id":"00000000-0000-4000-8000-00000000000b","userPrincipalName":"bob@example.com","accountEnabled":true,"userType":"Member","mobile":"+1 2065550100"}`
	tests := []struct {
		method, path string
		status       int
		part         string
	}{
		{"GET", "/_sim/state?user=BOB%40example.com", 200, bobs},
		{"GET", "/_sim/state?user=00000000-0000-4000-8000-00000000000b", 200, bobs},
		{"GET", "/_sim/state?user=gone@example.com", 200, `"fault":"missing"`},
		{"GET", "/_sim/state?user=who@example.com", 404, `"who@example.com" is nobody's id or userPrincipalName`},
		{"GET", "/_sim/state?user=", 404, `"" is nobody's`},
		{"GET", "/_sim/state?other=1", 200, `"users":[`},
		{"HEAD", "/_sim/state", 200, ""},
		{"GET", "/_sim/stats", 200, `"acceptedWrites": 0`},
		{"GET", "/_sim/device", 200, "nothing to do here"},
		{"GET", "/_sim", 404, "there are /_sim/stats, /_sim/state"},
		{"GET", "/_sim/", 404, "there are"},
		{"GET", "/_sim/State", 404, "there are"},
		{"GET", "/_sim/state/" + bob, 404, "there are"},
		{"GET", "/_sim/../v1.0/users", 404, "there are"},
		{"POST", "/_sim/state", 405, "only GET"},
		{"PUT", "/_sim/stats", 405, "only GET"},
		{"DELETE", "/_sim/nothing", 405, "only GET"},
	}
	for _, test := range tests {
		r := newRequest(t, test.method, host+test.path, "")
		r.Header.Del("Authorization")
		got, err := do(s, r)
		if err != nil || got.status != test.status || !strings.Contains(got.body, test.part) {
			t.Errorf("%s %s = %d %s, %v, want %d with %s", test.method, test.path, got.status, got.body, err, test.status, test.part)
		}
		if allow := got.header.Get("Allow"); (allow == "GET, HEAD") != (test.status == 405) {
			t.Errorf("%s %s: Allow %q with %d", test.method, test.path, allow, got.status)
		}
	}
	if diff := cmp.Diff(graphsim.Stats{}, s.Stats()); diff != "" {
		t.Errorf("looking counts (-want +got):\n%s", diff)
	}
	if len(s.Log()) != 0 {
		t.Errorf("looking is logged: %v", s.Log())
	}
}

func TestStatsInJSON(t *testing.T) {
	s := newSim(graphsim.Config{})
	send(t, s, "POST", "/$batch", batch(manyCreates(3)...))
	create(t, s, bob, "alternateMobile", "+1 2065550100")
	send(t, s, "GET", phonesPath(bob), "")
	token(t, s, goodLogin)
	got := getPath(t, s, "/_sim/stats")
	var stats graphsim.Stats
	if err := json.Unmarshal([]byte(got.body), &stats); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Stats(), stats); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	want := graphsim.Stats{TokenRequests: 1, BatchRequests: 1, PlainRequests: 2, SubRequests: 3, MaxInFlight: 1, Writes: 4, Reads: 1, AcceptedWrites: 3, OrderViolations: 1}
	want.AcceptedPerSecond = stats.AcceptedPerSecond
	if diff := cmp.Diff(want, stats); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

// TestStateDuringWrites: who looks while others write sees people who are each
// allowed, and holds nobody up.
func TestStateDuringWrites(t *testing.T) {
	s := newSim(graphsim.Config{})
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 25 {
				user := fmt.Sprintf("u%d@example.com", (worker+i)%30)
				for _, phoneType := range []string{"mobile", "alternateMobile", "office"} {
					create(t, s, user, phoneType, fmt.Sprintf("+1 20655501%02d", i))
				}
				send(t, s, "DELETE", phonePath(user, alternateID), "")
				send(t, s, "DELETE", phonePath(user, mobileID), "")
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for range 25 {
				got, err := do(s, newRequest(t, "GET", host+"/_sim/state", ""))
				if err != nil {
					t.Error(err)
				}
				if _, err := directory.ReadState(strings.NewReader(got.body)); err != nil {
					t.Errorf("the state cannot be read back: %v", err)
				}
				s.Users()
				s.Phones("u1@example.com")
				s.Stats()
			}
		})
	}
	wg.Wait()
	// A reader who stops in the middle stops nobody.
	reader, writer := io.Pipe()
	wg.Go(func() {
		if err := s.WriteState(writer); err == nil || !strings.Contains(err.Error(), "writing state") {
			t.Errorf("writing to a reader who has gone: %v", err)
		}
	})
	if _, err := reader.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
	create(t, s, bob, "mobile", "+1 2065550100") // while WriteState waits for the reader
	reader.Close()
	wg.Wait()
}

// TestFaultsByUser: a user is found by the key that the request does not have,
// too, and what concerns no user does not match.
func TestFaultsByUser(t *testing.T) {
	const id = "00000000-0000-4000-8000-00000000000b"
	for _, pattern := range []string{"^bob@example.com$", "^" + id + "$", "(?i)^BOB@"} {
		s := newSim(graphsim.Config{
			Faults:    faults(t, `[{"user":"`+pattern+`","status":503}]`),
			Directory: people(directory.User{UserPrincipalName: bob, ID: id}, directory.User{UserPrincipalName: alice}),
		})
		tests := map[string]int{
			phonesPath(bob): 503, phonesPath(id): 503, phonesPath("BOB%40example.com"): 503, "/users('" + id + "')": 503,
			phonesPath(alice): 200, "/users/": 200, "/users/who@example.com": 404, "/organization": 200,
		}
		for path, want := range tests {
			if got := send(t, s, "GET", path, ""); got.status != want {
				t.Errorf("user %s: GET %s = %d %s, want %d", pattern, path, got.status, got.body, want)
			}
		}
		got := items(t, send(t, s, "POST", "/$batch", batch(createItem("1", id, "mobile", "+1 2065550123"), createItem("2", alice, "mobile", "+1 2065550123"))))
		if got["1"].Status != 503 || got["2"].Status != 201 {
			t.Errorf("user %s: in a $batch %d, %d, want 503, 201", pattern, got["1"].Status, got["2"].Status)
		}
	}
}
