package graphsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

func manyCreates(n int) []string {
	var requests []string
	for i := range n {
		requests = append(requests, createItem(strconv.Itoa(i+1), fmt.Sprintf("u%d@example.com", i), "mobile", "+1 2065550123"))
	}
	return requests
}

func TestBatchWire(t *testing.T) {
	s := newSim(graphsim.Config{Directory: people(directory.User{UserPrincipalName: "a@example.com"})})
	// One url with and one without the leading slash, as in the reference.
	body := batch(
		createItem("1", "a@example.com", "mobile", "+1 2065550123"),
		`{"id":"2","method":"GET","url":"users/b@example.com/authentication/phoneMethods","dependsOn":[]}`)
	got := send(t, s, "POST", "/$batch", body)
	if ct := got.header.Get("Content-Type"); ct != jsonCT {
		t.Errorf("Content-Type %q, want %q", ct, jsonCT)
	}
	byID := items(t, got)
	wantJSON(t, "item 1", string(byID["1"].Body), `{
		"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('a%40example.com')/authentication/phoneMethods/$entity",
		"id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"+1 2065550123","phoneType":"mobile","smsSignInState":"ready"}`)
	wantJSON(t, "item 2", string(byID["2"].Body), `{"error":{"code":"Request_ResourceNotFound",
		"message":"Resource 'b@example.com' does not exist or one of its queried reference-property objects are not present.",
		"innerError":{"message":"Resource 'b@example.com' does not exist or one of its queried reference-property objects are not present.",
			"date":"","request-id":"","client-request-id":""}}}`)
	wantHeaders := map[string]string{
		"OData-Version": "4.0",
		"Content-Type":  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
	}
	if diff := cmp.Diff(wantHeaders, byID["1"].Headers); diff != "" || byID["1"].Status != 201 {
		t.Errorf("item 1: status %d, want 201, headers (-want +got):\n%s", byID["1"].Status, diff)
	}
	if diff := cmp.Diff(map[string]string{"Content-Type": jsonCT}, byID["2"].Headers); diff != "" || byID["2"].Status != 404 {
		t.Errorf("item 2: status %d, want 404, headers (-want +got):\n%s", byID["2"].Status, diff)
	}
}

func TestBatchRefusedAsAWhole(t *testing.T) {
	get := `{"id":"1","method":"GET","url":"/users/a/authentication/phoneMethods"}`
	withID := func(id string) string { return strings.Replace(get, `"id":"1"`, `"id":"`+id+`"`, 1) }
	const (
		format = "Invalid batch payload format."
		shape  = "Batch should be either fully sequential or fully parallel."
		noBody = "Write request id : 1 does not contain Content-Type header or body."
	)
	tests := []struct{ name, body, code, message string }{
		{"not JSON", "{", "BadRequest", format},
		{"trailing text", batch(get) + "x", "BadRequest", format},
		{"nothing", "{}", "BadRequest", format},
		{"empty", batch(), "BadRequest", format},
		{"null request", batch("null"), "BadRequest", format},
		{"id is a number", batch(strings.Replace(get, `"1"`, "1", 1)), "BadRequest", format},
		{"no id", batch(`{"method":"GET","url":"/users"}`), "BadRequest", format},
		{"no method", batch(`{"id":"1","url":"/users"}`), "BadRequest", format},
		{"no url", batch(`{"id":"1","method":"GET"}`), "BadRequest", format},
		{"same id", batch(get, get), "BadRequest", "Request Id 1 has to be unique in a batch."},
		{"same id in another case", batch(withID("a"), withID("A")), "BadRequest", "Request Id A has to be unique in a batch."},
		{"21 requests", batch(manyCreates(21)...), "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of 20."},
		{"write without body", batch(`{"id":"1","method":"POST","url":"/users","headers":{"Content-Type":"application/json"}}`), "BadRequest", noBody},
		{"write with null body", batch(`{"id":"1","method":"POST","url":"/users","headers":{"Content-Type":"application/json"},"body":null}`), "BadRequest", noBody},
		{"write without Content-Type", batch(`{"id":"1","method":"PATCH","url":"/users","body":{}}`), "BadRequest", noBody},
		{"read with body, without Content-Type", batch(`{"id":"1","method":"GET","url":"/users","body":{}}`), "BadRequest", noBody},
		{"depends on unknown", batch(get, dependent(withID("2"), "9")), "BadRequest", "Invalid dependency for request Id 2."},
		{"depends on itself", batch(dependent(get, "1")), "BadRequest", "Invalid dependency for request Id 1."},
		{"depends on later", batch(dependent(get, "2"), withID("2")), "BadRequest", "Invalid dependency for request Id 1."},
		{"depends on two", batch(get, withID("2"), dependent(withID("3"), `1","2`)), "BadRequest", shape},
		{"two pairs", batch(get, dependent(withID("2"), "1"), withID("3"), dependent(withID("4"), "3")), "BadRequest", shape},
	}
	s := newSim(graphsim.Config{})
	for _, test := range tests {
		got := send(t, s, "POST", "/$batch", test.body)
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", test.name, got.status)
		}
		wantJSON(t, test.name, got.body, `{"error":{"code":"`+test.code+`","message":"`+test.message+
			`","innerError":{"date":"","request-id":"","client-request-id":""}}}`)
	}
	if stats := s.Stats(); stats.Writes+stats.Reads+stats.SubRequests != 0 {
		t.Errorf("stats = %+v, want nothing done", stats)
	}

	r := newRequest(t, "POST", host+"/v1.0/$batch", batch(get))
	r.Header.Del("Content-Type")
	if got, err := do(s, r); err != nil || got.status != http.StatusBadRequest {
		t.Errorf("$batch without Content-Type = %d, %v, want 400", got.status, err)
	}
}

// TestBatchSpellings: JSON can be written in many ways, and what is not known
// is passed over wherever it stands.
func TestBatchSpellings(t *testing.T) {
	plain := createItem("1", "a@example.com", "mobile", "+1 2065550123")
	replace := func(pairs ...string) string { return batch(strings.NewReplacer(pairs...).Replace(plain)) }
	tests := []struct {
		name, body string
		want       int // status of item 1, and of the whole where it is refused
	}{
		{"plain", batch(plain), 201},
		{"blanks everywhere", "\r\n\t " + replace(`{`, "\n{ ", `}`, " }\n", `:"`, " :\t\"", `,"`, "\r\n,\t\"") + " \n", 201},
		{"escapes", replace("users", `\u0075sers`, "POST", `P\u004fST`, `+1 2065550123`, `\u002b1 2065550123`, `/`, `\/`), 201},
		{"names come with an escape", replace(`"url"`, `"u\u0072l"`), 400},
		{"names in another case", replace(`"phoneNumber"`, `"PhoneNumber"`), 400},
		{"unknown members", replace(`"id"`, `"a":[{"id":"9"},"]}\"",-1.5e3,true],"b":{"url":{"id":[]}},"c":null,"id"`), 201},
		{"brackets in texts", replace(`"phoneNumber"`, `"x":"{[\\\"}","phoneNumber"`), 201},
		{"beside the requests", `{"a":{"requests":[1]},"requests":[` + plain + `],"b":[[]]}`, 201},
		{"headers null", replace(`{"Content-Type":"application/json"}`, "null"), 400},
		{"a header is a number", replace(`"application/json"}`, `"application/json","a":1}`), 400},
		{"headers are a list", replace(`{"Content-Type":"application/json"}`, "[]"), 400},
		{"requests null", `{"requests":null}`, 400},
		{"a list", "[" + plain + "]", 400},
		{"a text", `"requests"`, 400},
		{"a number among the requests", batch(plain, "1"), 400},
		{"phoneNumber null", replace(`"+1 2065550123"`, "null"), 400},
		{"phoneNumber a number", replace(`"+1 2065550123"`, "12065550123"), 400},
		{"smsSignInState null", replace(`"phoneType"`, `"smsSignInState":null,"phoneType"`), 400},
		{"body a list", replace(phoneJSON("mobile", "+1 2065550123"), "[]"), 400},
		{"body a text", replace(phoneJSON("mobile", "+1 2065550123"), `"eyJ9"`), 400},
		{"not UTF-8", replace("+1 2065550123", "+1 206555\xff0123"), 400},
	}
	for _, test := range tests {
		got := send(t, newSim(graphsim.Config{}), "POST", "/$batch", test.body)
		status := got.status
		if status == http.StatusOK {
			status = items(t, got)["1"].Status
		}
		if status != test.want {
			t.Errorf("%s: %d %s, want %d", test.name, status, got.body, test.want)
		}
	}
}

func TestBatchTakesLowerCaseHeadersAndNoNesting(t *testing.T) {
	s := newSim(graphsim.Config{})
	lower := strings.Replace(createItem("1", "a@example.com", "mobile", "+1 2065550123"), "Content-Type", "content-type", 1)
	nested := `{"id":"2","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[]}}`
	own := `{"id":"3","method":"GET","url":"/nothing","headers":{"client-request-id":"my-own"}}`
	got := items(t, send(t, s, "POST", "/$batch", batch(lower, nested, own)))
	if got["1"].Status != 201 || got["2"].Status != 405 {
		t.Errorf("statuses %d, %d, want 201, 405", got["1"].Status, got["2"].Status)
	}
	if !strings.Contains(string(got["3"].Body), `"client-request-id":"my-own"`) {
		t.Errorf("item 3 = %s, want its own client-request-id", got["3"].Body)
	}
}

func TestBatchAnswersAreShuffledBySeed(t *testing.T) {
	order := func(seed uint64) (ids []string) {
		got := send(t, newSim(graphsim.Config{Seed: seed}), "POST", "/$batch", batch(manyCreates(20)...))
		for _, it := range itemList(t, got) {
			ids = append(ids, it.ID)
		}
		return ids
	}
	one, same, other := order(1), order(1), order(2)
	if diff := cmp.Diff(one, same); diff != "" {
		t.Errorf("two orders by one seed differ:\n%s", diff)
	}
	if slices.Equal(one, other) {
		t.Errorf("two seeds give the same order %v", one)
	}
	sent := make([]string, 20)
	for i := range sent {
		sent[i] = strconv.Itoa(i + 1)
	}
	if slices.Equal(one, sent) {
		t.Errorf("the order is that of the request")
	}
	slices.Sort(one)
	slices.Sort(sent)
	if diff := cmp.Diff(sent, one); diff != "" {
		t.Errorf("ids (-sent +got):\n%s", diff)
	}
}

func TestDependsOn(t *testing.T) {
	item := func(id, phoneType string) string {
		return createItem(id, "a@example.com", phoneType, "+1 2065550123")
	}
	tests := []struct {
		name     string
		requests []string
		want     map[string]int
	}{
		{"a chain that holds", []string{item("1", "mobile"), dependent(item("2", "alternateMobile"), "1"), dependent(item("3", "office"), "2")},
			map[string]int{"1": 201, "2": 201, "3": 201}},
		{"a chain that breaks", []string{item("1", "alternateMobile"), dependent(item("2", "mobile"), "1"), dependent(item("3", "office"), "2")},
			map[string]int{"1": 400, "2": 424, "3": 424}},
		{"all on one", []string{item("1", "mobile"), dependent(item("2", "alternateMobile"), "1"), dependent(item("3", "office"), "1")},
			map[string]int{"1": 201, "2": 201, "3": 201}},
		{"all on one that fails, one on none", []string{item("X", "fax"), dependent(item("2", "mobile"), "x"), item("3", "mobile")},
			map[string]int{"X": 400, "2": 424, "3": 201}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSim(graphsim.Config{})
			got := map[string]int{}
			for id, it := range items(t, send(t, s, "POST", "/$batch", batch(test.requests...))) {
				got[id] = it.Status
				if it.Status == 424 && it.code(t) != "FailedDependency" {
					t.Errorf("item %s = %s, want FailedDependency", id, it.Body)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
			if n := s.Stats().OrderViolations; test.want["2"] == 201 && n != 0 {
				t.Errorf("OrderViolations = %d in an order that holds, want 0", n)
			}
		})
	}
}

func FuzzBatch(f *testing.F) {
	f.Add(batch(manyCreates(2)...))
	f.Add(batch(manyCreates(1)[0], dependent(manyCreates(2)[1], "1")))
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"/users('a''b')/authentication/phoneMethods/%zz?#"}]}`)
	f.Add(`{"requests":[{"id":"ſ","method":"GET","url":"/"},{"id":"S","method":"GET","url":"('"}]}`)
	f.Add(`{"requests":[null]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		s := newSim(graphsim.Config{})
		r := newRequest(t, "POST", host+"/v1.0/$batch", body)
		r.Header.Set("Content-Type", jsonCT)
		got, err := do(s, r)
		if err != nil {
			t.Fatalf("$batch %q: %v", body, err)
		}
		if got.status != http.StatusOK {
			if got.code(t) == "" {
				t.Errorf("$batch %q = %d %s, want an error code", body, got.status, got.body)
			}
			return
		}
		sent := s.Stats().SubRequests
		if n := len(items(t, got)); n != sent || len(itemList(t, got)) != sent {
			t.Errorf("$batch %q of %d requests has %d answers with %d ids", body, sent, len(itemList(t, got)), n)
		}
	})
}
