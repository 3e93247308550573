package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	simdirectory "entraphone/internal/graphsim/directory"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// anyAnswer is what a peer sends in the place of an answer. In the body {number},
// {id} and {item} stand for those of the request.
type anyAnswer struct {
	status  int
	headers string // lines
	body    string
}

func (a anyAnswer) header() http.Header {
	header := http.Header{}
	for line := range strings.Lines(a.headers) {
		if name, value, is := strings.Cut(strings.TrimSpace(line), ":"); is {
			header.Add(textproto.CanonicalMIMEHeaderKey(name), strings.TrimSpace(value))
		}
	}
	return header
}

// anyRequest is a request to Graph, alone or in a $batch.
type anyRequest struct {
	ID     string          `json:"id"`
	Method string          `json:"method"`
	URL    string          `json:"url"`
	Body   json.RawMessage `json:"body,omitempty"`
	Header json.RawMessage `json:"headers,omitempty"`
}

type anyResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// answerTo fills the body in for a request.
func (a anyAnswer) answerTo(r anyRequest) anyAnswer {
	var phone struct{ PhoneNumber string }
	_ = json.Unmarshal(r.Body, &phone)
	a.body = strings.NewReplacer("{number}", phone.PhoneNumber, "{id}", r.URL[strings.LastIndex(r.URL, "/")+1:], "{item}", r.ID).Replace(a.body)
	return a
}

// What an answer says to a request in words that Graph alone would use, so that
// whoever gets it has to believe it.
const (
	saysNothing = iota
	saysDone
	saysRefused
)

func (a anyAnswer) says(r anyRequest) int {
	var body map[string]json.RawMessage
	whole := json.Unmarshal([]byte(strings.TrimPrefix(a.body, "\ufeff")), &body) == nil
	member := func(name string) (value json.RawMessage) {
		for key := range body {
			if strings.EqualFold(key, name) {
				value = body[key]
			}
		}
		return value
	}
	var told struct {
		Code, Message string
		InnerError    *struct{ Code, Message string }
	}
	refuses := whole && json.Unmarshal(member("error"), &told) == nil && (told.Code+told.Message != "" || told.InnerError != nil)
	empty := slices.Contains([]string{"", "null"}, strings.Trim(a.body, "\ufeff \t\r\n")) // null is no body inside a $batch
	switch {
	case a.status == http.StatusUnauthorized: // about the token, whoever says so
		return saysRefused
	case a.status == http.StatusNotFound && refuses:
		return saysDone // there is no such user or phone
	case a.status >= 400 && a.status < 500 && refuses:
		return saysRefused
	case a.status/100 == 2 && (empty || whole && (len(member("phoneNumber")) > 0 || len(member("value")) > 0)):
		return saysDone
	}
	return saysNothing
}

// liar stands between the program and a Graph that works. To some requests it gives
// any answer, whether Graph has carried them out or not. It never says in Graph's
// own words what is not so: that nobody could see.
type liar struct {
	graph   http.RoundTripper
	mu      sync.Mutex
	random  *rand.Rand
	left    int // lies
	answers []anyAnswer
}

func (l *liar) draw(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.random.IntN(n)
}

// lie is the next lie, or none.
func (l *liar) lie() (anyAnswer, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 || l.random.IntN(2) == 0 {
		return anyAnswer{}, false
	}
	l.left--
	return l.answers[l.random.IntN(len(l.answers))], true
}

var errAnyCut = errors.New("the connection was cut")

func (l *liar) RoundTrip(r *http.Request) (*http.Response, error) {
	path, isGraph := strings.CutPrefix(r.URL.Path, "/v1.0")
	if !isGraph {
		return l.graph.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	pass := func(body []byte) (*http.Response, []byte, error) {
		again := r.Clone(r.Context())
		again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		response, err := l.graph.RoundTrip(again)
		if err != nil {
			return nil, nil, err
		}
		text, err := io.ReadAll(response.Body)
		response.Body = io.NopCloser(bytes.NewReader(text))
		return response, text, err
	}
	var batch struct{ Requests []anyRequest }
	if path == "/$batch" && l.draw(2) == 0 {
		if err := json.Unmarshal(body, &batch); err != nil {
			return nil, err
		}
		return l.items(r, batch.Requests, pass)
	}
	answer, lies := l.lie()
	if !lies {
		response, _, err := pass(body)
		return response, err
	}
	request := anyRequest{"1", r.Method, path, body, nil}
	answer = answer.answerTo(request)
	carry, cut := l.draw(2) == 0, l.draw(8) == 0
	says := saysNothing
	if !cut {
		says = answer.says(request)
	}
	if path == "/$batch" {
		switch {
		case strings.Contains(strings.ToLower(answer.body), "responses"): // of another batch, if any
			says = saysDone
		case !cut && slices.Contains([]int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, answer.status):
			says = saysRefused
		}
	}
	if says == saysDone || says == saysNothing && carry {
		response, _, err := pass(body)
		if err != nil || says == saysDone && !answer.agrees(request, response.StatusCode) {
			return response, err
		}
	}
	if cut {
		return nil, errAnyCut
	}
	return &http.Response{
		StatusCode: answer.status, Header: answer.header(), Body: io.NopCloser(strings.NewReader(answer.body)), Request: r,
		ContentLength: int64(len(answer.body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// agrees reports whether what an answer says was done is what Graph says. What stands
// in the tenant Graph alone tells.
func (a anyAnswer) agrees(r anyRequest, status int) bool {
	switch {
	case r.Method == http.MethodGet || r.URL == "/$batch":
		return false
	case a.status == http.StatusNotFound:
		return status == http.StatusNotFound || r.Method == http.MethodDelete && status/100 == 2
	}
	return status/100 == 2
}

// items answers a $batch, each item as if it stood alone.
func (l *liar) items(r *http.Request, requests []anyRequest, pass func([]byte) (*http.Response, []byte, error)) (*http.Response, error) {
	answers, says, carried := map[string]anyAnswer{}, map[string]int{}, []anyRequest{}
	for _, request := range requests {
		answer, lies := l.lie()
		if !lies {
			carried = append(carried, request)
			continue
		}
		answer = answer.answerTo(request)
		answers[request.ID], says[request.ID] = answer, answer.says(request)
		if says[request.ID] == saysDone || says[request.ID] == saysNothing && l.draw(2) == 0 {
			carried = append(carried, request)
		}
	}
	real := map[string]anyResponse{}
	if len(carried) > 0 {
		body, err := json.Marshal(map[string]any{"requests": carried})
		if err != nil {
			return nil, err
		}
		response, text, err := pass(body)
		if err != nil {
			return nil, err
		}
		var all struct{ Responses []anyResponse }
		if err := json.Unmarshal(text, &all); err != nil || response.StatusCode != http.StatusOK {
			return response, err
		}
		for _, one := range all.Responses {
			real[one.ID] = one
		}
	}
	var responses []anyResponse
	for _, request := range requests {
		answer, lies := answers[request.ID]
		one := real[request.ID]
		if lies && (says[request.ID] != saysDone || answer.agrees(request, one.Status)) {
			one = anyResponse{request.ID, answer.status, map[string]string{}, json.RawMessage(answer.body)}
			for name, values := range answer.header() {
				one.Headers[name] = values[0]
			}
			if !json.Valid(one.Body) {
				one.Body, _ = json.Marshal(base64.StdEncoding.EncodeToString([]byte(answer.body)))
			}
			if answer.body == "" {
				one.Body = nil
			}
		}
		switch {
		case lies && l.draw(8) == 0: // it is left out
		case lies && l.draw(8) == 0:
			responses = append(responses, one, one)
		default:
			responses = append(responses, one)
		}
	}
	text, err := json.Marshal(map[string]any{"responses": responses})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text)), Request: r,
		ContentLength: int64(len(text)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// told are the outcomes of a run.
type told struct {
	t    *testing.T
	rows map[authmethod.RowNumber]authmethod.Result
}

func (told) Intent([]authmethod.Write) error { return nil }

func (r told) Outcome(row authmethod.RowNumber, result authmethod.Result) error {
	if _, twice := r.rows[row]; twice {
		r.t.Errorf("row %d has two outcomes", row)
	}
	r.rows[row] = result
	return nil
}

// Whatever is answered to whatever request, and whether it was carried out or not:
// what the results say is what stands in the tenant, or they say that nobody knows.
func FuzzAnyAnswer(f *testing.F) {
	bodies := []string{
		"", "<html>no backend</html>", "null", "[]", "{}", `"text"`, `{"error":"Not Found"}`, `{"error":{}}`, `{"error":null}`,
		`{"error":{"code":"accessDenied","message":"Request Authorization failed"}}`,
		`{"error":{"code":"badRequest","message":"already registered","innerError":{"code":"c"}}}`,
		`{"id":"{id}","phoneNumber":"{number}","phoneType":"mobile"}`, `{"phoneNumber":"{number}"`, `{"phoneNumber":"+1 2065550199"}`,
		`{"status":404,"error":"Not Found","path":"/v1.0/users"}`, `{"value":[]}`,
		`{"responses":[]}`, `{"responses":[{"id":"{item}","status":201}]}`,
	}
	statuses := []int{100, 200, 201, 202, 204, 206, 302, 400, 401, 403, 404, 405, 408, 409, 412, 413, 423, 424, 429, 451, 500, 502, 503, 504, 509, 599, 999}
	for i := range len(statuses) * len(bodies) / 5 {
		f.Add(uint64(i), statuses[i%len(statuses)], "Retry-After: 2\nrequest-id: r", bodies[i%len(bodies)], statuses[i*7%len(statuses)], bodies[i*5%len(bodies)])
	}
	// A write that may have been carried out, and is refused when it is sent again.
	for i, unsaid := range []int{200, 408, 423, 429, 500, 503, 504} {
		for j, refused := range []int{400, 401, 403, 405, 409, 412, 413, 451} {
			f.Add(uint64(1000+8*i+j), unsaid, "", "", refused, `{"error":{"code":"aCode","message":"m"}}`)
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, status int, headers, body string, status2 int, body2 string) {
		for _, status := range []int{status, status2} {
			if status < 100 || status > 999 {
				t.Skip("no HTTP")
			}
		}
		synctest.Test(t, func(t *testing.T) {
			checkAnyAnswer(t, seed, []anyAnswer{{status, headers, body}, {status2, "", body2}})
		})
	})
}

// tenantOf is a tenant in which the people of the rows have the phones that stand
// there before the run.
func tenantOf(t *testing.T, rows *authmethod.Rows, seed uint64) *graphsim.Simulator {
	var people strings.Builder
	people.WriteString("userPrincipalName,alternateMobile,mobile\n")
	for n, row := range rows.All() { // two for each
		number := ""
		switch {
		case row.Action == authmethod.Remove && !row.Number.IsZero():
			number = row.Number.Graph()
		case row.Action == authmethod.Remove || row.SMS != authmethod.None:
			number = fmt.Sprintf("+1 30655%05d", n)
		}
		if n%2 == 0 {
			people.WriteString(row.User)
		}
		people.WriteString("," + number)
		if n%2 == 1 {
			people.WriteString("\n")
		}
	}
	directory, err := simdirectory.ReadCSV(strings.NewReader(people.String()), graphsim.UserFaults())
	if err != nil {
		t.Fatal(err)
	}
	return graphsim.New(graphsim.Config{Seed: seed, Directory: directory, Latency: 50 * time.Millisecond})
}

func checkAnyAnswer(t *testing.T, seed uint64, answers []anyAnswer) {
	rows := modelRows(6, []int{newPeople, otherPeople, leavers, leaversOfAny, newPeople, otherPeople})
	sim := tenantOf(t, rows, seed)
	before := phonesIn(sim)

	random := rand.New(rand.NewPCG(seed, 0))
	client, err := graph.New(graph.Config{
		Transport: &liar{graph: sim.Transport(), random: random, left: 40, answers: answers}, Logger: zerolog.Nop(),
		Credential: graph.CredentialConfig{Kind: graph.AuthSecret, TenantID: "t.example.com", ClientID: "c", ClientSecret: graph.NewSecret("s")},
	})
	if err != nil {
		t.Fatal(err)
	}
	half := func() float64 { return 0.5 }
	policy := plan.Policy{}
	if random.IntN(3) > 0 {
		policy = overwrite
	}
	results := told{t, map[authmethod.RowNumber]authmethod.Result{}}
	s := &submit.Submitter{
		Config: submit.Config{
			Workers:   1, // or the same seed would not be the same run
			BatchSize: []int{1, 2, 20}[random.IntN(3)], MaxAttempts: 1 + random.IntN(5), GiveUpAfter: time.Hour, Grace: time.Second,
			KeepLast: random.IntN(2) == 0, Compare: phonenumber.Compare, Number: phonenumber.Shown, Jitter: half,
		},
		Channels: []submit.Channel{{Sender: client, Pacer: pace.New(pace.Unlimited, half)}}, Recorder: results, Rows: rows,
	}
	ended := s.Run(t.Context(), plan.Build(rows, policy).Lanes)
	stands := phonesIn(sim)
	for n, row := range rows.All() {
		phone := row.User + " " + string(row.PhoneType)
		number := row.Number.Graph()
		removes := row.Action == authmethod.Remove
		result := results.rows[n]
		var may []string
		switch result.Outcome {
		case authmethod.Created, authmethod.Updated:
			may = []string{number}
		case authmethod.Removed:
			may = []string{""}
		case authmethod.Unchanged:
			may = []string{number}
			if removes {
				may = []string{""}
			}
		case authmethod.Unknown:
			may = []string{before[phone], number}
			if removes {
				may[1] = ""
			}
		default: // it was not carried out, or not begun
			may = []string{before[phone]}
		}
		if !slices.Contains(may, stands[phone]) {
			t.Errorf("%s (%s, before %q, now %q) is %q: %s, status %d, code %q\nthe run ended with %v", phone, number, before[phone], stands[phone], result.Outcome, result.Message, result.Status, result.Code, ended)
		}
	}
	if stats := sim.Stats(); stats.OrderViolations > 0 || stats.Overlaps > 0 {
		t.Errorf("%d order violations, %d overlaps", stats.OrderViolations, stats.Overlaps)
	}
}
