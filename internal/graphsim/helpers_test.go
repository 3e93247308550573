package graphsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"

	"github.com/google/go-cmp/cmp"
)

const (
	host   = "https://graph.microsoft.com"
	secret = "good-for-ever"
	jsonCT = "application/json"

	// whom the token secret stands for
	app    = "simulated"
	tenant = "06dfe12b-351b-5f03-891d-ef4b83bd6de3"

	mobileID    = "3179e48a-750b-4051-897c-87b9720928f7"
	alternateID = "b6332ec1-7057-4abe-9331-3d72feddfe41"
	officeID    = "e37fc753-ff3b-4958-9484-eaa9425c82bc"
)

// newSim makes a simulator that takes the token secret.
func newSim(config graphsim.Config) *graphsim.Simulator {
	config.AccessTokens = append(config.AccessTokens, secret)
	return graphsim.New(config)
}

// people is a directory; users without UserType are members with an enabled
// account.
func people(users ...directory.User) *directory.Directory {
	d := directory.New()
	for _, u := range users {
		u.AccountEnabled = true
		if _, err := d.Add(u); err != nil {
			panic(err)
		}
	}
	return d
}

type reply struct {
	status int
	header http.Header
	body   string
}

func newRequest(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatalf("NewRequest(%s, %q): %v", method, url, err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	if body != "" {
		r.Header.Set("Content-Type", jsonCT)
	}
	return r
}

func do(s *graphsim.Simulator, r *http.Request) (reply, error) {
	response, err := s.Transport().RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body)}, err
}

// send sends a request below /v1.0 and fails the test without an answer.
func send(t testing.TB, s *graphsim.Simulator, method, path, body string) reply {
	t.Helper()
	got, err := do(s, newRequest(t, method, host+"/v1.0"+path, body))
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func phonesPath(user string) string { return "/users/" + user + "/authentication/phoneMethods" }

func phoneJSON(phoneType, number string) string {
	return `{"phoneNumber":"` + number + `","phoneType":"` + phoneType + `"}`
}

func create(t testing.TB, s *graphsim.Simulator, user, phoneType, number string) reply {
	t.Helper()
	return send(t, s, "POST", phonesPath(user), phoneJSON(phoneType, number))
}

func (r reply) code(t testing.TB) string {
	t.Helper()
	var body struct{ Error struct{ Code string } }
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		t.Fatalf("decoding %q: %v", r.body, err)
	}
	return body.Error.Code
}

// wantJSON compares by meaning, with the values that differ from run to run
// (ids and dates) written as "*".
func wantJSON(t testing.TB, what, got, want string) {
	t.Helper()
	if diff := cmp.Diff(starred(t, want), starred(t, got)); diff != "" {
		t.Errorf("%s: unexpected body (-want +got):\n%s", what, diff)
	}
}

func starred(t testing.TB, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("decoding %q: %v", text, err)
	}
	star(value)
	return value
}

func star(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			switch key {
			case "date", "request-id", "client-request-id", "timestamp", "trace_id", "correlation_id", "access_token":
				v[key] = "*"
			}
			star(v[key])
		}
	case []any:
		for _, element := range v {
			star(element)
		}
	}
}

type item struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

func (it item) code(t testing.TB) string { return reply{body: string(it.Body)}.code(t) }

// items decodes the answer of a $batch by id.
func items(t testing.TB, r reply) map[string]item {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("$batch answered %d: %s", r.status, r.body)
	}
	byID := map[string]item{}
	for _, it := range itemList(t, r) {
		byID[it.ID] = it
	}
	return byID
}

func itemList(t testing.TB, r reply) []item {
	t.Helper()
	list, err := decodeItems(r.body)
	if err != nil {
		t.Fatalf("decoding %q: %v", r.body, err)
	}
	return list
}

func decodeItems(text string) ([]item, error) {
	var body struct{ Responses []item }
	err := json.Unmarshal([]byte(text), &body)
	return body.Responses, err
}

func batch(requests ...string) string { return `{"requests":[` + strings.Join(requests, ",") + `]}` }

func createItem(id, user, phoneType, number string) string {
	return `{"id":"` + id + `","method":"POST","url":"` + phonesPath(user) +
		`","headers":{"Content-Type":"application/json"},"body":` + phoneJSON(phoneType, number) + `}`
}

func dependent(request, id string) string {
	return strings.TrimSuffix(request, "}") + `,"dependsOn":["` + id + `"]}`
}

const goodLogin = "grant_type=client_credentials&client_id=app&client_secret=s&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"

// token asks the token endpoint of the tenant contoso.
func token(t testing.TB, s *graphsim.Simulator, form string) reply {
	t.Helper()
	r := newRequest(t, "POST", host+"/contoso/oauth2/v2.0/token", form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := do(s, r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
