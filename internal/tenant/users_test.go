package tenant_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/tenant"
)

const (
	adaID   = "00000000-0000-4000-8000-0000000000a1"
	neverID = "00000000-0000-4000-8000-00000000ffff"
)

// staff are users with whatever can be hard about a name.
func staff(t *testing.T) *directory.Directory {
	return people(t,
		directory.User{ID: adaID, UserPrincipalName: "Ada@example.com", Mail: "Ada.King@example.com", EmployeeID: "0815", OnPremisesSamAccountName: "AKing", AccountEnabled: true},
		directory.User{UserPrincipalName: "o'neil@example.com", Mail: "O'Neil+hr@example.com", EmployeeID: "O'N&1", OnPremisesSamAccountName: "o'neil", AccountEnabled: true, OnPremisesSyncEnabled: true},
		directory.User{UserPrincipalName: "bob_example.org#EXT#@example.com", Mail: "bob@example.org", EmployeeID: "50%", AccountEnabled: true},
		directory.User{UserPrincipalName: "left@example.com", Mail: "left@example.com", EmployeeID: "4711", OnPremisesSamAccountName: "left"},
		directory.User{UserPrincipalName: "right@example.com", Mail: "left@example.com", EmployeeID: "4711", OnPremisesSamAccountName: "a+b/c #1", AccountEnabled: true},
		directory.User{UserPrincipalName: "none@example.com", AccountEnabled: true},
	)
}

// spell writes matches as their users' names with what is known of each.
func spell(matches []tenant.Match) (all []string) {
	for _, m := range matches {
		var users []string
		for _, u := range m.Users {
			name, _, _ := strings.Cut(u.UserPrincipalName, "@")
			for mark, is := range map[string]bool{"-": u.Disabled, "?": u.Guest, "^": u.Synced} {
				if is {
					name += mark
				}
			}
			users = append(users, name)
		}
		slices.Sort(users)
		text := strings.Join(users, ",")
		if m.AsItIs {
			text += "as it is"
		}
		all = append(all, text)
	}
	return all
}

var lookups = []struct {
	key         tenant.Key
	names, want []string // a name, and whom it means: - disabled, ? guest, ^ synced
}{
	{tenant.UserPrincipalName,
		[]string{"ada@EXAMPLE.com", strings.ToUpper(adaID), "o'neil@example.com", "bob_example.org#EXT#@example.com", "left@example.com", "new@example.com", neverID, "Ada", "", "a\x00@b.c"},
		[]string{"Ada", "Ada", "o'neil^", "bob_example.org#EXT#?", "left-", "as it is", "as it is", "", "", "as it is"}},
	{tenant.Mail,
		[]string{"ada.king@example.com", "o'neil+HR@example.com", "left@example.com", "Ada@example.com", "nobody", "bob@example.org"},
		[]string{"Ada", "o'neil^", "left-,right", "as it is", "", "bob_example.org#EXT#?"}},
	{tenant.EmployeeID,
		[]string{"0815", "815", "O'N&1", "o'n&1", "50%", "4711", "new@example.com", adaID},
		[]string{"Ada", "", "o'neil^", "", "bob_example.org#EXT#?", "left-,right", "as it is", "as it is"}},
	{tenant.SAMAccountName,
		[]string{"aking", "AKING", "O'NEIL", "A+B/C #1", "left", "right"},
		[]string{"Ada", "Ada", "o'neil^", "right", "left-", ""}},
}

// Filters find whom the names mean, whatever stands in them.
func TestFindByFilters(t *testing.T) {
	for _, test := range lookups {
		synctest.Test(t, func(t *testing.T) {
			tt, sim := simulated(t, graphsim.Config{Directory: staff(t), KeepLog: true})
			matches, err := tt.Find(t.Context(), test.key, test.names)
			if got := spell(matches); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("Find by %s = %q, %v, want %q", test.key, got, err, test.want)
			}
			if n := sim.Stats().PlainRequests + sim.Stats().BatchRequests; n != 1 {
				t.Errorf("%s: %d requests, want 1", test.key, n)
			}
		})
	}
}

// A sweep finds the same users as filters do.
func TestFindBySweep(t *testing.T) {
	for _, test := range lookups {
		synctest.Test(t, func(t *testing.T) {
			tt, sim := simulated(t, graphsim.Config{Directory: staff(t)})
			names := slices.Clone(test.names)
			for i := range 50 {
				names = append(names, fmt.Sprintf("nobody %d", i))
			}
			matches, err := tt.Find(t.Context(), test.key, names)
			if got := spell(matches); err != nil || !slices.Equal(got[:len(test.want)], test.want) || strings.Join(got[len(test.want):], "") != "" {
				t.Errorf("Find by %s = %q, %v, want %q and nobody else", test.key, got, err, test.want)
			}
			if got := sim.Stats(); got.PlainRequests != 2 || got.BatchRequests != 0 {
				t.Errorf("%s: %+v, want the count and one page", test.key, got)
			}
		})
	}
}

// The numbers that were promised: 10,000 of 12,000 in at most 20 requests, over a
// real connection, and no request more than the cheapest way takes.
func TestRequestsOfFind(t *testing.T) {
	tests := []struct{ users, names, plain, batches, items int }{
		{12000, 10000, 14, 0, 0}, // the count and 13 pages
		{12000, 196, 14, 0, 0},   // 14 filters against 13 pages
		{12000, 195, 1, 1, 13},   // 13 filters against 13 pages
		{12000, 30, 0, 1, 2},     // not even the count
		{12000, 1, 1, 0, 0},
		{998, 46, 2, 0, 0},
		{12000, 0, 0, 0, 0},
	}
	directories := map[int]*directory.Directory{998: employees(t, 998), 12000: employees(t, 12000)}
	for _, test := range tests {
		sim := graphsim.New(graphsim.Config{Directory: directories[test.users], AccessTokens: []string{"ready"}})
		server := httptest.NewServer(sim)
		client, err := graph.New(graph.Config{
			Endpoint: server.URL, Version: "test", Connections: 1,
			Credential: graph.CredentialConfig{Kind: graph.AuthToken, AccessToken: graph.NewSecret("ready")},
		})
		if err != nil {
			t.Fatal(err)
		}
		matches, err := askedBy(client).Find(t.Context(), tenant.EmployeeID, upTo(test.names))
		server.Close()
		for i, m := range matches {
			if want := fmt.Sprintf("u%d@example.com", i+1); len(m.Users) != 1 || m.Users[0].UserPrincipalName != want {
				t.Fatalf("%d of %d: employee %d is %+v, want %s", test.names, test.users, i+1, m, want)
			}
		}
		got := sim.Stats()
		if err != nil || len(matches) != test.names || got.PlainRequests != test.plain || got.BatchRequests != test.batches || got.SubRequests != test.items {
			t.Errorf("%d of %d: Find = %d matches, %v with %d plain requests and %d batches of %d items, want %d, %d, %d",
				test.names, test.users, len(matches), err, got.PlainRequests, got.BatchRequests, got.SubRequests, test.plain, test.batches, test.items)
		}
	}
}

// A tenant that does not count its users is swept as far as the filters would
// take, and then asked by filters.
func TestFindWithoutACount(t *testing.T) {
	for users, want := range map[int][2]int{2500: {4, 0}, 6000: {6, 1}} { // the refused count and pages; batches
		synctest.Test(t, func(t *testing.T) {
			tt, sim := simulated(t, graphsim.Config{Directory: employees(t, users), Faults: []graphsim.Fault{
				{Path: pattern(`\$count$`), Status: 400, Code: "Request_BadRequest", Message: "This request is not supported by the service"},
			}})
			matches, err := tt.Find(t.Context(), tenant.EmployeeID, upTo(70)) // five filters
			found := 0
			for _, m := range matches {
				found += len(m.Users)
			}
			if got := sim.Stats(); err != nil || found != 70 || got.PlainRequests != want[0] || got.BatchRequests != want[1] {
				t.Errorf("%d users: Find = %d users, %v with %+v, want 70 with %v plain requests and batches", users, found, err, got, want)
			}
		})
	}
}

// Everything that goes wrong on the way is gone in the end, and nobody is missing
// for it.
func TestFindThroughTrouble(t *testing.T) {
	faults := map[string]graphsim.Fault{
		"throttled":      {Status: http.StatusTooManyRequests, RetryAfter: "3"},
		"busy":           {Status: http.StatusServiceUnavailable, RetryAfter: "2"},
		"no answer":      {Drop: graphsim.DropAfter},
		"before":         {Drop: graphsim.DropBefore},
		"cut":            {Truncate: 150},
		"gateway":        {Status: http.StatusBadGateway, Body: "<html>Bad Gateway"},
		"not found page": {Status: http.StatusNotFound, Body: "<html>Not Found"},
		"answer missing": {BatchAnswer: graphsim.Missed},
		"answer doubled": {BatchAnswer: graphsim.Doubled},
		"base64":         {BatchAnswer: graphsim.Base64},
		"expired page":   {Path: pattern(`users$`), Status: 400, Code: "Directory_ExpiredPageToken"},
	}
	for name, fault := range faults {
		for _, users := range []int{2500, 8000} { // a sweep, filters
			synctest.Test(t, func(t *testing.T) {
				fault.Method, fault.After, fault.Count = "", 2, 2
				tt, sim := simulated(t, graphsim.Config{Directory: employees(t, users), Faults: []graphsim.Fault{fault}})
				matches, err := tt.Find(t.Context(), tenant.EmployeeID, upTo(100))
				for i, m := range matches {
					if len(m.Users) != 1 || m.Users[0].UserPrincipalName != fmt.Sprintf("u%d@example.com", i+1) {
						t.Errorf("%s in a tenant of %d: employee %d is %+v", name, users, i+1, m)
					}
				}
				if got := sim.Stats(); err != nil || len(matches) != 100 || got.PlainRequests+got.BatchRequests > 20 {
					t.Errorf("%s in a tenant of %d: Find = %d matches, %v with %+v", name, users, len(matches), err, got)
				}
			})
		}
	}
}

// Filters with more users than a page holds go on to the next.
func TestFindManyOfOneName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := directory.New()
		for i := range 1500 {
			if _, err := d.Add(directory.User{UserPrincipalName: fmt.Sprintf("u%d@example.com", i), EmployeeID: "0"}); err != nil {
				t.Fatal(err)
			}
		}
		tt, _ := simulated(t, graphsim.Config{Directory: d})
		if matches, err := tt.Find(t.Context(), tenant.EmployeeID, []string{"0", "1"}); err != nil || len(matches[0].Users) != 1500 || len(matches[1].Users) != 0 {
			t.Errorf("Find = %v, want 1,500 users for 0 and nobody for 1", err)
		}
	})
}

// A credential that may not see users says so, instead of finding nobody.
func TestFindWithoutPermission(t *testing.T) {
	tests := []struct {
		permission string
		key        tenant.Key
		code       int
		says       string
	}{
		{"UserAuthenticationMethod.ReadWrite.All", tenant.EmployeeID, 5, "User.Read.All"},
		{"User.ReadBasic.All", tenant.EmployeeID, 1, "User.Read.All"},
		{"User.ReadBasic.All", tenant.SAMAccountName, 1, "User.Read.All"},
		{"User.ReadBasic.All", tenant.UserPrincipalName, 0, ""},
		{"User.ReadBasic.All", tenant.Mail, 0, ""},
	}
	for _, test := range tests {
		for _, more := range []int{0, 50} { // filters, a sweep
			synctest.Test(t, func(t *testing.T) {
				tt, _ := simulated(t, graphsim.Config{Directory: staff(t), Permissions: []string{test.permission}})
				names := append(upTo(more), "0815", "aking", "ada@example.com", "ada.king@example.com")
				matches, err := tt.Find(t.Context(), test.key, names)
				refusal, is := errors.AsType[*tenant.RefusedError](err)
				if test.code == 0 {
					if err != nil || strings.Join(spell(matches), "") == "" {
						t.Errorf("Find by %s with %s = %q, %v, want somebody", test.key, test.permission, spell(matches), err)
					}
				} else if !is || refusal.ExitCode() != test.code || !strings.Contains(err.Error(), test.says) {
					t.Errorf("Find by %s with %s = %v, want a *RefusedError with exit code %d that says %q", test.key, test.permission, err, test.code, test.says)
				}
			})
		}
	}
}

// What a peer shows is harmless and short, and does not tell what it was told.
func TestShownNamesPassTheGate(t *testing.T) {
	body := `{"@odata.context":"","value":[{"id":"1\u202e","userPrincipalName":"a\u001b[2Jtoken-1@example.com\n` + strings.Repeat("x", 1<<20) + `","employeeId":"7"}]}`
	asker, err := graph.New(graph.Config{
		Credential: graph.CredentialConfig{Kind: graph.AuthToken, AccessToken: graph.NewSecret("token-1")},
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	matches, err := askedBy(asker).Find(t.Context(), tenant.EmployeeID, []string{"7"})
	if err != nil || len(matches[0].Users) != 1 {
		t.Fatalf("Find = %v, want one user", err)
	}
	user := matches[0].Users[0]
	if !strings.HasPrefix(user.UserPrincipalName, "a [2J***@example.com x") || utf8.RuneCountInString(user.UserPrincipalName) != 300 || user.ID != "1" {
		t.Errorf("Find = %.80q, %q, want names that passed the gate", user.UserPrincipalName, user.ID)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever the names are, each stands in one filter, which Graph reads as that
// name, and no filter is larger than Graph takes.
func TestFiltersSayTheNames(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[^\x00-\x1f\x7f-\x{9f}A-Z]{1,60}`), 1, 40, rapid.ID).Draw(rt, "names")
		key := rapid.SampledFrom([]tenant.Key{tenant.Mail, tenant.EmployeeID, tenant.SAMAccountName}).Draw(rt, "key")
		var said []string
		asker := counting(&fake{answer: func(path string) (string, authmethod.Answer) {
			address, err := url.Parse(path)
			if err != nil || strings.ContainsAny(path, " #+\"<>") || len(path) > 2048 {
				rt.Fatalf("the question %q is no address of at most 2,048 characters: %v", path, err)
			}
			query := address.Query()
			list, ok := strings.CutPrefix(query.Get("$filter"), string(key)+" in (")
			if !ok || (query.Get("$count") == "true") != (key == tenant.SAMAccountName) {
				rt.Fatalf("question %q", path)
			}
			values := quoted(strings.TrimSuffix(list, ")"))
			if said = append(said, values...); len(values) > 15 {
				rt.Errorf("%d values in one filter", len(values))
			}
			return `{"value":[]}`, authmethod.Answer{}
		}}, "100000000")
		if _, err := askedBy(asker).Find(t.Context(), key, names); err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(said, folded(key, names)) {
			rt.Errorf("the filters say %q, want %q", said, names)
		}
	})
}

// folded are the names without those that mean the same as an earlier one.
func folded(key tenant.Key, names []string) (distinct []string) {
	seen := map[string]bool{}
	for _, name := range names {
		same := name
		if key != tenant.EmployeeID {
			same = strings.ToLower(name)
		}
		if !seen[same] {
			distinct = append(distinct, name)
		}
		seen[same] = true
	}
	return distinct
}

// quoted reads a list of texts of OData: in single quotes, doubled where they
// stand in a text.
func quoted(list string) (values []string) {
	for list != "" {
		value := ""
		list = strings.TrimPrefix(strings.TrimPrefix(list, ","), "'")
		for {
			part, rest, _ := strings.Cut(list, "'")
			value, list = value+part, rest
			if !strings.HasPrefix(list, "'") {
				break
			}
			value, list = value+"'", list[1:]
		}
		values = append(values, value)
	}
	return values
}
