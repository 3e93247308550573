package graphsim_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"entraphone/internal/graphsim"

	"github.com/google/go-cmp/cmp"
)

// TestEveryStatusCanBeAnswered: by an item of a $batch as it is, and alone as
// far as HTTP goes, in process as through a socket.
func TestEveryStatusCanBeAnswered(t *testing.T) {
	for _, status := range []int{100, 101, 150, 199, 200, 202, 204, 299, 302, 304, 399, 400, 401, 499, 524, 600, 999} {
		s := faulty(t, fmt.Sprintf(`[{"path":"a@","status":%d}]`, status))
		got := items(t, send(t, s, "POST", "/$batch", batch(createItem("1", "a@example.com", "mobile", "+1 2065550123"))))
		if it := got["1"]; it.Status != status || (it.Body == nil) != (status < 400) {
			t.Errorf("status %d: item %d with the body %s", status, it.Status, it.Body)
		}
		want := max(status, 200)
		inProcess := create(t, s, "a@example.com", "mobile", "+1 2065550123")
		server := httptest.NewServer(s)
		r := newRequest(t, "POST", server.URL+"/v1.0"+phonesPath("a@example.com"), phoneJSON("mobile", "+1 2065550123"))
		served, err := http.DefaultTransport.RoundTrip(r) // follows no 302
		if err != nil {
			t.Fatalf("status %d: %v", status, err)
		}
		body, err := io.ReadAll(served.Body)
		served.Body.Close()
		server.Close()
		if inProcess.status != want || served.StatusCode != want || err != nil {
			t.Errorf("status %d: alone %d, served %d, %v; want %d", status, inProcess.status, served.StatusCode, err, want)
		}
		if (inProcess.body == "") != (status < 400) || (len(body) == 0) != (status < 400) {
			t.Errorf("status %d: alone with the body %q, served with %q", status, inProcess.body, body)
		}
		if len(s.Phones("a@example.com")) > 0 {
			t.Errorf("status %d: the phone stands, want it not to", status)
		}
	}
}

// TestBodiesWhereHTTPHasNone: in process as through a socket.
func TestBodiesWhereHTTPHasNone(t *testing.T) {
	for _, status := range []int{204, 304} {
		s := faulty(t, fmt.Sprintf(`[{"status":%d,"body":"{}"}]`, status))
		if got := create(t, s, "a@example.com", "mobile", "+1 2065550123"); got.status != status || got.body != "" || got.header.Get("Content-Length") != "" {
			t.Errorf("status %d: %d %q %v, want no body", status, got.status, got.body, got.header)
		}
	}
}

// TestPretendedAnswers: what a scenario says goes out, whatever was done, and
// the users it does not name are served.
func TestPretendedAnswers(t *testing.T) {
	const another = `{"id":"` + mobileID + `","phoneNumber":"+1 2065550177","phoneType":"mobile"}`
	tests := []struct {
		name, scenario string
		want           []string // of creates for user00002, user00003, user00002 and user00003
		stand          []bool   // whose phones do: user00002, user00003
	}{
		{"a status without a body", `faults: [{path: phoneMethods$, method: POST, user: "^user00003@", status: 202, body: ""}]`,
			[]string{"201 +1 2065550123", "202", "400 badRequest", "202"}, []bool{true, false}},
		{"a gateway gives up", `faults: [{path: phoneMethods$, count: 1, status: 524, applied: true}]`,
			[]string{"524 UnknownError", "201 +1 2065550123", "400 badRequest", "400 badRequest"}, []bool{true, true}},
		{"one user's token", `faults: [{user: "^user00003@", status: 401}]`,
			[]string{"201 +1 2065550123", "401 InvalidAuthenticationToken", "400 badRequest", "401 InvalidAuthenticationToken"}, []bool{true, false}},
		{"another's phone", `faults: [{user: "^user00003@", method: POST, path: phoneMethods$, status: 201, applied: true, body: '` + another + `'}]`,
			[]string{"201 +1 2065550123", "201 +1 2065550177", "400 badRequest", "201 +1 2065550177"}, []bool{true, true}},
		{"a redirect", `faults: [{user: "^user00003@", status: 302, headers: {Location: "https://login.example.com/"}}]`,
			[]string{"201 +1 2065550123", "302", "400 badRequest", "302"}, []bool{true, false}},
	}
	for _, test := range tests {
		for _, size := range []int{0, 1, 20} { // of the $batch; 0 is none
			s := newSim(scenario(t, test.scenario))
			var got []string
			for i, user := range []string{"user00002@example.com", "user00003@example.com", "user00002@example.com", "user00003@example.com"} {
				if size == 0 {
					got = append(got, inWords(t, create(t, s, user, "mobile", "+1 2065550123")))
					continue
				}
				requests := []string{createItem("0", user, "mobile", "+1 2065550123")}
				for n := 1; n < size; n++ {
					requests = append(requests, createItem(strconv.Itoa(n), fmt.Sprintf("%d-%d@example.com", i, n), "fax", ""))
				}
				it := items(t, send(t, s, "POST", "/$batch", batch(requests...)))["0"]
				got = append(got, inWords(t, reply{status: it.Status, body: string(it.Body)}))
			}
			if test.name == "a gateway gives up" && size == 20 {
				// It is played for the first request that is done, and these are done in no order.
				got[0], got[2] = test.want[0], test.want[2]
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s, in batches of %d (-want +got):\n%s", test.name, size, diff)
			}
			stand := []bool{len(s.Phones("user00002@example.com")) == 1, len(s.Phones("user00003@example.com")) == 1}
			if diff := cmp.Diff(test.stand, stand); diff != "" {
				t.Errorf("%s, in batches of %d: phones stand (-want +got):\n%s", test.name, size, diff)
			}
		}
	}
}

// inWords is a status with the code of the error or the number in the body.
func inWords(t *testing.T, r reply) string {
	t.Helper()
	words := fmt.Sprint(r.status)
	if r.body == "" {
		return words
	}
	_, rest, _ := strings.Cut(r.body, `"phoneNumber":"`)
	number, _, _ := strings.Cut(rest, `"`)
	return words + " " + r.code(t) + number
}

// TestNoBackend: HTML cannot stand in a $batch, and takes the place of one.
func TestNoBackend(t *testing.T) {
	const text = `faults: [{after: 2, count: 3, status: 404, body: "<html>no backend</html>", contentType: text/html}]`
	want := []int{201, 400, 404, 404, 404, 400}
	s := newSim(scenario(t, text))
	for i, status := range want {
		got := create(t, s, bob, "mobile", "+1 2065550123")
		html := got.body == "<html>no backend</html>" && got.header.Get("Content-Type") == "text/html"
		if got.status != status || html != (status == 404) {
			t.Errorf("create %d: %d %s, want %d", i+1, got.status, got.body, status)
		}
	}
	// A $batch counts for itself and then for each request in it, unless it is refused as a whole.
	s = newSim(scenario(t, text))
	for i, status := range []int{200, 404, 404, 404, 200} {
		got := send(t, s, "POST", "/$batch", batch(createItem("1", bob, "mobile", "+1 2065550123")))
		if got.status != status || (got.header.Get("Content-Type") == "text/html") != (status == 404) {
			t.Errorf("$batch %d: %d %s, want %d", i+1, got.status, got.body, status)
		}
	}
}

// TestLostAndNotToBeSeen: a write whose answer is lost, and which reads do not
// show.
func TestLostAndNotToBeSeen(t *testing.T) {
	s := newSim(scenario(t, `{faults: [{count: 1, drop: after}], assumed: {staleReads: 100}}`))
	requests := batch(createItem("1", bob, "mobile", "+1 2065550123"))
	if _, err := do(s, newRequest(t, "POST", host+"/v1.0/$batch", requests)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the first $batch: %v, want %v", err, io.ErrUnexpectedEOF)
	}
	for i := range 100 {
		if got := shownMobile(t, s, bob); got != "" {
			t.Errorf("read %d shows %s, want nothing yet", i+1, got)
		}
	}
	if it := items(t, send(t, s, "POST", "/$batch", requests))["1"]; it.Status != http.StatusBadRequest {
		t.Errorf("the same $batch: %d %s, want the phone refused as a duplicate", it.Status, it.Body)
	}
	if got := shownMobile(t, s, bob); got != "+1 2065550123" {
		t.Errorf("read 101 shows %q, want the phone", got)
	}
}

// TestSwappedAnswers: each of two answers carries the other's id, also where
// there are two only, where all want it, and where the faulty one comes last.
func TestSwappedAnswers(t *testing.T) {
	tests := []struct {
		fault   string
		n       int // requests; the first is a@'s
		swapped int // answers with another's body
		named   bool
	}{
		{`{"path":"a@","batchAnswer":"swapped"}`, 1, 0, false},
		{`{"path":"a@","batchAnswer":"swapped"}`, 2, 2, true},
		{`{"path":"a@","batchAnswer":"swapped"}`, 20, 2, true},
		{`{"path":"phoneMethods","batchAnswer":"swapped"}`, 2, 2, true},
		{`{"path":"phoneMethods","batchAnswer":"swapped"}`, 20, 20, true},
		{`{"path":"batch","batchAnswer":"swapped"}`, 20, 2, false},
	}
	for _, test := range tests {
		for seed := range uint64(20) { // other orders
			s := newSim(graphsim.Config{Seed: seed, Faults: faults(t, "["+test.fault+"]")})
			requests := []string{createItem("0", "a@example.com", "mobile", "+1 2065550100")}
			for i := 1; i < test.n; i++ {
				requests = append(requests, createItem(strconv.Itoa(i), fmt.Sprintf("u%d@example.com", i), "mobile", fmt.Sprintf("+1 20655501%02d", i)))
			}
			swapped, named := 0, false
			got := items(t, send(t, s, "POST", "/$batch", batch(requests...)))
			for i := range test.n {
				it := got[strconv.Itoa(i)]
				if it.Status != http.StatusCreated {
					t.Fatalf("%s: item %d is %d %s", test.fault, i, it.Status, it.Body)
				}
				if !strings.Contains(string(it.Body), fmt.Sprintf("+1 20655501%02d", i)) {
					swapped++
					named = named || i == 0
				}
			}
			if swapped != test.swapped || test.named && !named {
				t.Errorf("%s in a $batch of %d, seed %d: %d answers with another's body, that of a@ among them: %t; want %d", test.fault, test.n, seed, swapped, named, test.swapped)
			}
			if n := s.Stats().AcceptedWrites; n != test.n {
				t.Errorf("%s: %d phones stand, want %d", test.fault, n, test.n)
			}
		}
	}
}
