package graphsim_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"entraphone/internal/graphsim"
)

// nextAtOnce sends another request as soon as the answer begins to arrive, as a
// client does whose connection is fast.
type nextAtOnce struct {
	*httptest.ResponseRecorder
	send func()
}

func (w nextAtOnce) WriteHeader(status int) {
	w.ResponseRecorder.WriteHeader(status)
	w.send()
}

// A client that waits for each answer is not accused of overlapping writes.
func TestARequestEndsBeforeItsAnswerLeaves(t *testing.T) {
	s := newSim(graphsim.Config{})
	first := newRequest(t, "POST", host+"/v1.0"+phonesPath("a@example.com"), phoneJSON("mobile", "+1 2065550123"))
	s.ServeHTTP(nextAtOnce{httptest.NewRecorder(), func() {
		create(t, s, "a@example.com", "office", "+1 2065550124")
	}}, first)
	if stats := s.Stats(); stats.AcceptedWrites != 2 || stats.Overlaps != 0 || stats.MaxInFlight != 1 {
		t.Errorf("stats = %+v, want two writes, one behind the other", stats)
	}
}

// The person opens the page in a browser, which does not speak https to a
// simulator that speaks http.
func TestDevicePageIsWhereTheSimulatorIs(t *testing.T) {
	s := newSim(graphsim.Config{SignedIn: graphsim.SignedIn{User: "admin@example.com"}})
	tests := []struct {
		name      string
		secure    bool
		forwarded map[string]string
		want      string
	}{
		{"http", false, nil, "http://127.0.0.1:8080"},
		{"https", true, nil, "https://127.0.0.1:8080"},
		{"a client that must be told https", false, map[string]string{"X-Forwarded-Proto": "https"}, "http://127.0.0.1:8080"},
		{"a proxy under the same name", false, map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"}, "https://127.0.0.1:8080"},
		{"a proxy", false, map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "sim.example.com"}, "https://sim.example.com"},
	}
	for _, test := range tests {
		r := httptest.NewRequest("POST", "http://127.0.0.1:8080/contoso/oauth2/v2.0/devicecode", strings.NewReader("client_id=app&scope=.default"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if test.secure {
			r.TLS = &tls.ConnectionState{}
		}
		for name, value := range test.forwarded {
			r.Header.Set(name, value)
		}
		got := httptest.NewRecorder()
		s.ServeHTTP(got, r)
		var body struct {
			VerificationURI string `json:"verification_uri"`
			Message         string
		}
		if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || got.Code != http.StatusOK {
			t.Fatalf("%s: %d %s, %v", test.name, got.Code, got.Body, err)
		}
		if want := test.want + "/_sim/device"; body.VerificationURI != want || !strings.Contains(body.Message, want+" ") {
			t.Errorf("%s: %s, want the page %s", test.name, got.Body, want)
		}
	}
}

// In a $batch, dependsOn is how a client waits.
func TestOverlapsInABatch(t *testing.T) {
	mobile := createItem("1", "a@example.com", "mobile", "+1 2065550123")
	alternate := createItem("2", "a@example.com", "alternateMobile", "+1 2065550124")
	office := createItem("3", "a@example.com", "office", "+1 2065550125")
	tests := []struct {
		name  string
		items []string
		want  int
	}{
		{"a chain", []string{mobile, dependent(alternate, "1"), dependent(office, "2")}, 0},
		{"two behind one", []string{mobile, dependent(alternate, "1"), dependent(office, "1")}, 1},
		{"none waits", []string{mobile, office}, 1},
	}
	for _, test := range tests {
		s := newSim(graphsim.Config{})
		send(t, s, "POST", "/$batch", batch(test.items...))
		if stats := s.Stats(); stats.Overlaps != test.want || stats.AcceptedWrites != len(test.items) {
			t.Errorf("%s: stats = %+v, want %d overlaps", test.name, stats, test.want)
		}
	}
}
