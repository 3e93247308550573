package graphsim_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"pgregory.net/rapid"
)

// pages is what a walk through the pages of a collection finds.
type pages struct {
	values   []string // of one property
	sizes    []int    // of the pages
	counts   []int    // @odata.count, where it stands
	nextLink string   // of the last one read
}

// pageOf reads one page; null is an empty value.
func pageOf(t interface{ Fatalf(string, ...any) }, r reply, property string) pages {
	var body struct {
		Count    *int   `json:"@odata.count"`
		NextLink string `json:"@odata.nextLink"`
		Value    []map[string]any
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || r.status != 200 || body.Value == nil {
		t.Fatalf("reading a page: %d %s: %v", r.status, r.body, err)
	}
	p := pages{sizes: []int{len(body.Value)}, nextLink: body.NextLink}
	if body.Count != nil {
		p.counts = append(p.counts, *body.Count)
	}
	for _, row := range body.Value {
		value, _ := row[property].(string)
		p.values = append(p.values, value)
	}
	return p
}

// walk goes through all pages by their links.
func walk(t testing.TB, s *graphsim.Simulator, path, property string, header ...string) pages {
	t.Helper()
	all := pageOf(t, sendWith(t, s, "GET", path, "", header...), property)
	for all.nextLink != "" {
		below, ok := strings.CutPrefix(all.nextLink, host+"/v1.0")
		if !ok || len(all.sizes) > 1000 {
			t.Fatalf("page %d of %s goes on at %s", len(all.sizes), path, all.nextLink)
		}
		all.add(pageOf(t, sendWith(t, s, "GET", below, "", header...), property))
	}
	return all
}

func (p *pages) add(next pages) {
	p.values = append(p.values, next.values...)
	p.sizes = append(p.sizes, next.sizes...)
	p.counts = append(p.counts, next.counts...)
	p.nextLink = next.nextLink
}

// advancedQuery goes with $count=true.
var advancedQuery = []string{"ConsistencyLevel", "eventual"}

// crowd is n users, u0 to u(n-1). Every third is disabled, every fifth does
// not exist for Graph, and they share ten employeeIds.
func crowd(n int) *directory.Directory {
	d := directory.New()
	for i := range n {
		u := directory.User{
			UserPrincipalName: fmt.Sprintf("u%d@example.com", i), DisplayName: fmt.Sprintf("User %02d", i*7%100),
			EmployeeID: fmt.Sprint(i % 10), OnPremisesSamAccountName: fmt.Sprintf("u%d", i), AccountEnabled: i%3 != 0,
		}
		if i%5 == 0 {
			u.Fault = string(graphsim.Missing)
		}
		if _, err := d.Add(u); err != nil {
			panic(err)
		}
	}
	return d
}

func TestPagesOfUsers(t *testing.T) {
	s := newSim(graphsim.Config{Directory: crowd(250)}) // 200 are there
	tests := []struct {
		path     string
		header   []string
		sizes    []int
		count    int // 0 for none
		contains string
	}{
		{"/users", nil, []int{100, 100}, 0, "u1@example.com u2@example.com u3@example.com u4@example.com u6@example.com"},
		{"/users?$top=999", nil, []int{200}, 0, "u249@example.com"},
		{"/users?$top=200", nil, []int{200}, 0, ""},
		{"/users?$top=150", nil, []int{150, 50}, 0, ""},
		{"/users?TOP=70", nil, []int{70, 70, 60}, 0, ""},
		{"/users?$filter=accountEnabled%20eq%20true&$top=60", nil, []int{60, 60, 13}, 0, "u248@example.com"},
		{"/users?$filter=employeeId%20eq%20'7'&$top=20", nil, []int{20, 5}, 0, "u7@example.com u17@example.com u27@example.com"},
		{"/users?$filter=employeeId%20eq%20'none'", nil, []int{0}, 0, ""},
		{"/users?$count=true", nil, []int{100, 100}, 0, ""},
		{"/users?$count=true&$top=150", advancedQuery, []int{150, 50}, 200, ""},
		{"/users?$count=false&$top=150", advancedQuery, []int{150, 50}, 0, ""},
		{"/users?$top=150", advancedQuery, []int{150, 50}, 0, ""},
		{"/users?$count=true&$filter=employeeId%20eq%20'7'&$top=20", advancedQuery, []int{20, 5}, 25, ""},
		{"/users?$count=true&$filter=employeeId%20ne%20'7'&$top=90", advancedQuery, []int{90, 85}, 175, ""},
		{"/users?$count=true&$filter=onPremisesSamAccountName%20eq%20'U17'", advancedQuery, []int{1}, 1, "u17@example.com"},
		{"/users?$orderby=displayName%20desc&$top=130", nil, []int{130, 70}, 0,
			"u57@example.com u157@example.com u14@example.com u114@example.com u214@example.com u71@example.com"},
		{"/users?$orderby=displayName&$count=true&$filter=employeeId%20eq%20'7'&$top=20", advancedQuery, []int{20, 5}, 25,
			"u87@example.com u187@example.com u17@example.com u117@example.com"},
	}
	for _, test := range tests {
		got := walk(t, s, test.path, "userPrincipalName", test.header...)
		if !slices.Equal(got.sizes, test.sizes) {
			t.Errorf("GET %s: pages of %d, want %d", test.path, got.sizes, test.sizes)
		}
		if found := strings.Join(got.values, " "); !strings.Contains(found, test.contains) {
			t.Errorf("GET %s: %s should contain %q", test.path, found, test.contains)
		}
		var counts []int
		if test.count > 0 {
			counts = slices.Repeat([]int{test.count}, len(test.sizes))
		}
		if !slices.Equal(got.counts, counts) {
			t.Errorf("GET %s: @odata.count %d, want %d", test.path, got.counts, counts)
		}
		if once := len(slices.Compact(slices.Sorted(slices.Values(got.values)))); once != len(got.values) {
			t.Errorf("GET %s: %d users on the pages, %d of them different", test.path, len(got.values), once)
		}
	}
}

func TestNextLink(t *testing.T) {
	s := newSim(graphsim.Config{Directory: crowd(10)})
	token := "$skiptoken=" + base64.RawURLEncoding.EncodeToString([]byte("3"))
	tests := []struct{ address, forwarded, want string }{
		{host + "/v1.0/users?$top=2&$select=id,mail", "", host + "/v1.0/users?$top=2&$select=id,mail&" + token},
		{host + "/beta/users?$top=2", "", host + "/beta/users?$top=2&" + token},
		{"http://127.0.0.1:8080/v1.0/users?$top=2", "graph.example.com", "https://graph.example.com/v1.0/users?$top=2&" + token},
		{host + "/v1.0/users/?$top=2&$filter=startsWith(mail,%27%27)%20or%20employeeId%20in%20('1','2','3')", "",
			host + "/v1.0/users?$top=2&$filter=startsWith(mail,%27%27)%20or%20employeeId%20in%20('1','2','3')&" + token},
		{host + "/v1.0/users?$top=2&skipToken=MQ&client-request-id=x", "", host + "/v1.0/users?$top=2&client-request-id=x&" + token},
		{host + "/v1.0/users?$top=2&%24skiptoken=MQ", "", host + "/v1.0/users?$top=2&" + token},
		{host + "/v1.0/users?$top=2&%24skiptoken=Mg", "", host + "/v1.0/users?$top=2&$skiptoken=NA"},
	}
	for _, test := range tests {
		r := newRequest(t, "GET", test.address, "")
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("X-Forwarded-Host", test.forwarded)
		}
		got, err := do(s, r)
		if err != nil {
			t.Fatal(err)
		}
		if link := pageOf(t, got, "id").nextLink; link != test.want {
			t.Errorf("GET %s goes on at\n%s, want\n%s", test.address, link, test.want)
		}
	}

	// The url of an item may hold what no other URL may.
	request := `{"id":"1","method":"GET","url":"/users?$top=2&$filter=employeeId in ('1','2','3','ä')"}`
	it := items(t, send(t, s, "POST", "/$batch", batch(request)))["1"]
	link := pageOf(t, reply{status: it.Status, body: string(it.Body)}, "id").nextLink
	if want := host + "/v1.0/users?$top=2&$filter=employeeId%20in%20('1','2','3','%C3%A4')&" + token; link != want {
		t.Errorf("an item goes on at\n%s, want\n%s", link, want)
	}
}

func TestQueryRules(t *testing.T) {
	s := newSim(graphsim.Config{Directory: crowd(50)})
	upns := func(n int) string { return strings.Repeat("'a@example.com',", n-1) + "'u1@example.com'" }
	ors := func(n int) string { return strings.Repeat("mail eq 'a' or ", n-1) + "mail eq 'u1@example.com'" }
	const (
		unsupported = "Request_UnsupportedQuery"
		sam         = "Unsupported or invalid query filter clause specified for property 'onPremisesSamAccountName' of resource 'User'."
		tooMany     = "Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: 15."
		missing     = "Operator '%s' is not supported because the required parameters might be missing. " +
			"Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
		pageSize = "Invalid page size specified: '%s'. Must be between 1 and 999 inclusive."
	)
	type want struct{ code, message string } // nothing for 200, no message where ours is one of many
	ok := want{}
	tests := []struct {
		query           string
		plain, advanced want // without and with both advanced query parameters
	}{
		{"$filter=userPrincipalName in (" + upns(15) + ")", ok, ok},
		{"$filter=userPrincipalName in (" + upns(16) + ")", want{unsupported, fmt.Sprintf(tooMany, 16)}, ok},
		{"$filter=" + ors(15), ok, ok},
		{"$filter=" + ors(16), want{unsupported, fmt.Sprintf(tooMany, 16)}, ok},
		{"$filter=" + ors(10) + " or mail in (" + upns(7) + ")", want{unsupported, fmt.Sprintf(tooMany, 17)}, ok},
		{"$filter=(" + ors(12) + ") and (" + ors(12) + ")", ok, ok},
		{"$filter=onPremisesSamAccountName eq 'u1'", want{unsupported, sam}, ok},
		{"$filter=mail eq 'a' and startsWith(onpremisessamaccountname,'u1')", want{unsupported, sam}, ok},
		{"$filter=mail ne 'a'", want{unsupported, fmt.Sprintf(missing, "ne")}, ok},
		{"$filter=not(mail eq 'a')", want{unsupported, fmt.Sprintf(missing, "not")}, ok},
		{"$filter=endsWith(mail,'a')", want{unsupported, fmt.Sprintf(missing, "endsWith")}, ok},
		{"$filter=mail eq null", want{unsupported, fmt.Sprintf(missing, "eq")}, ok},
		{"$filter=startsWith(mail,'a')", ok, ok},
		{"$filter=accountEnabled eq false", ok, ok},
		{"$filter=employeeId eq '7'", ok, ok},
		{"$orderby=displayName", ok, ok},
		{"$orderby=displayName&$filter=employeeId eq '7'", want{unsupported, "Sorting not supported for current query."}, ok},
		{"$top=999", ok, ok},
		{"$top=1", ok, ok},
		{"$top=1000", want{unsupported, fmt.Sprintf(pageSize, "1000")}, want{unsupported, fmt.Sprintf(pageSize, "1000")}},
		{"$top=0", want{unsupported, fmt.Sprintf(pageSize, "0")}, want{unsupported, fmt.Sprintf(pageSize, "0")}},
		{"$top=-1", want{unsupported, fmt.Sprintf(pageSize, "-1")}, want{unsupported, fmt.Sprintf(pageSize, "-1")}},
		{"$top=all", want{unsupported, fmt.Sprintf(pageSize, "all")}, want{unsupported, fmt.Sprintf(pageSize, "all")}},
		{"$skip=5", want{"BadRequest", "'$skip' is not supported by the service."}, want{"BadRequest", "'$skip' is not supported by the service."}},
		{"$top=5&top=6", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$top=5&$top=5", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$skiptoken=none", want{"Directory_ExpiredPageToken", ""}, want{"Directory_ExpiredPageToken", ""}},
		{"$skiptoken=LTE", want{"Directory_ExpiredPageToken", ""}, want{"Directory_ExpiredPageToken", ""}},            // -1
		{"$skiptoken=MjE0NzQ4MzY0OA", want{"Directory_ExpiredPageToken", ""}, want{"Directory_ExpiredPageToken", ""}}, // 1 << 31
		{"$skiptoken=MjE0NzQ4MzY0Nw", ok, ok}, // behind the last page
		{"$select=id,,mail", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$search=\"a\"", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=mail", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=mail eq a", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=mail eq 'a", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=mail eq 'a' or", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=phone eq 'a'", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=accountEnabled eq 'true'", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=" + strings.Repeat("(", 5000), want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=" + strings.Repeat("not ", 4000), want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$filter=mail eq '" + strings.Repeat("a", 20000) + "'", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"$orderby=nothing", want{"BadRequest", ""}, want{"BadRequest", ""}},
		{"nothing=1&$unheardOf=2", ok, ok},
	}
	check := func(what string, got reply, want want) {
		t.Helper()
		switch {
		case want == ok && got.status != 200:
			t.Errorf("%s = %d %s, want 200", what, got.status, got.body)
		case want == ok:
		case got.status != 400 || got.code(t) != want.code:
			t.Errorf("%s = %d %s, want 400 %s", what, got.status, got.body, want.code)
		case want.message != "":
			wantJSON(t, what, got.body, refusedWith(want.code, want.message))
		}
	}
	for _, test := range tests {
		path, name := "/users?"+strings.ReplaceAll(test.query, " ", "%20"), "GET "+test.query[:min(len(test.query), 60)]
		check(name, send(t, s, "GET", path, ""), test.plain)
		check(name+", header alone", sendWith(t, s, "GET", path, "", advancedQuery...), test.plain)
		check(name+", $count alone", send(t, s, "GET", path+"&$count=true", ""), test.plain)
		check(name+", both", sendWith(t, s, "GET", path+"&$count=true", "", advancedQuery...), test.advanced)
	}
}

func TestLongQueries(t *testing.T) {
	s := newSim(graphsim.Config{Directory: crowd(50)})
	query := func(n int) string {
		return "/users?$count=true&$filter=userPrincipalName%20in%20(" + strings.Repeat("'nobody@example.com',", n) + "'u1@example.com')"
	}
	for n, want := range map[int]int{90: 200, 100: 400} {
		got := sendWith(t, s, "GET", query(n), "", advancedQuery...)
		if got.status != want {
			t.Errorf("a query of %d bytes = %d %s, want %d", len(query(n)), got.status, got.body, want)
		}
		if want == 400 && got.code(t) != "Request_UnsupportedQuery" {
			t.Errorf("a query of %d bytes is refused as %s, want Request_UnsupportedQuery", len(query(n)), got.body)
		}
	}
	// https://learn.microsoft.com/graph/json-batching: bypassing URL length limits.
	request := `{"id":"1","method":"GET","url":"` + query(400) + `","headers":{"ConsistencyLevel":"eventual"}}`
	it := items(t, send(t, s, "POST", "/$batch", batch(request)))["1"]
	if it.Status != 200 || !strings.Contains(string(it.Body), "u1@example.com") {
		t.Errorf("a query of %d bytes in a $batch = %d %s, want 200 and the user", len(query(400)), it.Status, it.Body)
	}
}

// condition is a filter and what it says.
type condition struct {
	text     string
	advanced bool
	holds    func(*directory.User) bool
}

var conditions = []condition{
	{"", false, func(*directory.User) bool { return true }},
	{"", true, func(*directory.User) bool { return true }},
	{"employeeId eq '7'", false, func(u *directory.User) bool { return u.EmployeeID == "7" }},
	{"employeeId in ('8','7')", true, func(u *directory.User) bool { return u.EmployeeID != "" }},
	{"mail eq 'A@EXAMPLE.COM' or mail eq 'b@example.com'", false, func(u *directory.User) bool { return u.Mail != "" }},
	{"accountEnabled eq true", false, func(u *directory.User) bool { return u.AccountEnabled }},
	{"employeeId ne '7'", true, func(u *directory.User) bool { return u.EmployeeID != "7" }},
	{"startsWith(displayName,'x') and not(employeeId eq '8')", true, func(u *directory.User) bool {
		return strings.HasPrefix(strings.ToLower(u.DisplayName), "x") && u.EmployeeID != "8"
	}},
	{"employeeId eq null", true, func(u *directory.User) bool { return u.EmployeeID == "" }},
}

// TestPagesAreTheMatchingUsers: whatever the directory, the filter and the
// size of the pages, the pages together are the users who match, in order, and
// all but the last are full.
func TestPagesAreTheMatchingUsers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := directory.New()
		c := rapid.SampledFrom(conditions).Draw(rt, "filter")
		ordered := (c.advanced || c.text == "") && rapid.Bool().Draw(rt, "ordered")
		var matching []directory.User
		for i := range rapid.IntRange(0, 24).Draw(rt, "users") {
			u := directory.User{
				UserPrincipalName: fmt.Sprintf("u%d@example.com", i), AccountEnabled: rapid.Bool().Draw(rt, "enabled"),
				EmployeeID:  rapid.SampledFrom([]string{"", "7", "8"}).Draw(rt, "employeeId"),
				Mail:        rapid.SampledFrom([]string{"", "a@example.com", "B@example.com"}).Draw(rt, "mail"),
				DisplayName: rapid.SampledFrom([]string{"", "x", "Xy", "y"}).Draw(rt, "displayName"),
				Fault:       rapid.SampledFrom([]string{"", "", string(graphsim.Missing)}).Draw(rt, "fault"),
			}
			if _, err := d.Add(u); err != nil {
				rt.Fatal(err)
			}
			if u.Fault == "" && c.holds(&u) {
				matching = append(matching, u)
			}
		}
		query, top := "", rapid.IntRange(1, 12).Draw(rt, "top")
		if ordered {
			query += "&$orderby=displayName%20desc,accountEnabled"
			slices.SortStableFunc(matching, func(a, b directory.User) int {
				return cmp.Or(strings.Compare(strings.ToLower(b.DisplayName), strings.ToLower(a.DisplayName)),
					cmp.Compare(fmt.Sprint(a.AccountEnabled), fmt.Sprint(b.AccountEnabled)))
			})
		}
		if c.text != "" {
			query += "&$filter=" + url.QueryEscape(c.text)
		}
		var header []string
		if c.advanced {
			query += "&$count=true"
			header = advancedQuery
		}
		got := walk(t, newSim(graphsim.Config{Directory: d}), fmt.Sprintf("/users?$top=%d%s", top, query), "userPrincipalName", header...)
		var want []string
		for i := range matching {
			want = append(want, matching[i].UserPrincipalName)
		}
		if !slices.Equal(got.values, want) {
			rt.Fatalf("the pages hold %q, want %q", got.values, want)
		}
		if full := slices.Repeat([]int{top}, max(0, len(got.sizes)-1)); !slices.Equal(got.sizes[:len(full)], full) || len(got.sizes) > 1 && got.sizes[len(full)] == 0 {
			rt.Fatalf("the pages have %d users, want %d on all but the last", got.sizes, top)
		}
		if c.advanced && !slices.Equal(got.counts, slices.Repeat([]int{len(want)}, len(got.sizes))) {
			rt.Fatalf("@odata.count is %d, want %d on each page", got.counts, len(want))
		}
	})
}

// FuzzUsersQuery: any query is answered, with a page whose link is good or
// with an error of Graph.
func FuzzUsersQuery(f *testing.F) {
	for _, query := range []string{
		"$top=3&$filter=employeeId eq '7'&$select=id", "$filter=not(endsWith(mail,'a'))&$count=true", "$orderby=displayName desc&$top=2",
		"%24skiptoken=MjE0NzQ4MzY0OA", "skiptoken=MTA&$top=1", "$top=1;$filter=a", "$filter=%zz", "&&=&$top=2", "$filter=userPrincipalName in ('a','b')",
	} {
		f.Add(query)
	}
	s := newSim(graphsim.Config{Directory: crowd(20)})
	f.Fuzz(func(t *testing.T, query string) {
		if strings.Contains(query, "#") {
			t.Skip("a fragment is not sent")
		}
		for _, level := range []string{"", "eventual"} {
			r := newRequest(t, "GET", host+"/v1.0/users", "")
			r.URL.RawQuery = query
			r.Header.Set("ConsistencyLevel", level)
			got, err := do(s, r)
			if err != nil {
				t.Fatalf("GET %q: %v", query, err)
			}
			if got.status == http.StatusBadRequest && got.code(t) != "" {
				continue
			}
			first := pageOf(t, got, "id")
			if first.nextLink == "" {
				continue
			}
			next := newRequest(t, "GET", first.nextLink, "")
			next.Header.Set("ConsistencyLevel", level)
			if got, err = do(s, next); err != nil {
				t.Fatalf("GET %q, after %q: %v", first.nextLink, query, err)
			}
			if second := pageOf(t, got, "id"); len(second.values) == 0 || second.nextLink == first.nextLink {
				t.Fatalf("GET %q, after %q, does not go on: %s", first.nextLink, query, got.body)
			}
		}
	})
}

// TestIndexedFiltersLookAtFew counts allocations, because looking at a user
// makes some.
func TestIndexedFiltersLookAtFew(t *testing.T) {
	const users = 3000
	s := newSim(graphsim.Config{Directory: directory.Synthetic(users, 1)})
	allocations := func(path string) float64 {
		return testing.AllocsPerRun(3, func() { send(t, s, "GET", path, "") })
	}
	for _, filter := range []string{
		"employeeId%20eq%20'100042'", "mail%20in%20('a','b')", "id%20eq%20'" + noSuchID + "'", "userPrincipalName%20eq%20'a'",
	} {
		if n := allocations("/users?$filter=" + filter); n > users/10 {
			t.Errorf("$filter=%s makes %.0f allocations among %d users", filter, n, users)
		}
	}
	const enabled = "/users?$top=50&$filter=accountEnabled%20eq%20true"
	first, last := allocations(enabled), allocations(enabled+"&$skiptoken="+base64.RawURLEncoding.EncodeToString([]byte("2900")))
	if last > first*1.2 {
		t.Errorf("the last page makes %.0f allocations and the first one %.0f", last, first)
	}
}

func BenchmarkWalkUsers(b *testing.B) {
	s := newSim(graphsim.Config{Directory: directory.Synthetic(100_000, 1)})
	const path = "/users?$top=999&$select=id,userPrincipalName,mail,employeeId,onPremisesSamAccountName,accountEnabled"
	for b.Loop() {
		if got := walk(b, s, path, "id"); len(got.values) != 100_000 {
			b.Fatalf("%d users", len(got.values))
		}
	}
}

func BenchmarkFilterByEmployeeID(b *testing.B) {
	s := newSim(graphsim.Config{Directory: directory.Synthetic(1_000_000, 1)})
	send(b, s, "GET", "/users?$filter=employeeId%20eq%20'100000'", "")
	for b.Loop() {
		if got := pageOf(b, send(b, s, "GET", "/users?$filter=employeeId%20eq%20'777777'", ""), "id"); len(got.values) != 1 {
			b.Fatalf("%d users", len(got.values))
		}
	}
}
