package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// overSockets is a client of a real server, with a ready token.
func overSockets(t *testing.T, address string) *Client {
	t.Helper()
	return mustNew(t, Config{
		Endpoint: address, Connections: 2, Version: "1.2.3",
		Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret("token-1")},
	})
}

// Nobody listens: nothing can have been sent.
func TestNothingListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"http", "https"} {
		for _, size := range []int{1, 3} {
			s := send(t, overSockets(t, scheme+"://"+address), creates(size))
			for _, a := range s.answers {
				if s.err != nil || a.NotSent == nil || a.Lost != nil || a.Status != 0 || len(a.RequestID) != 36 {
					t.Errorf("%s: answer = %+v, %v, want NotSent with our id", scheme, a, s.err)
				} else if text := a.NotSent.Error(); !strings.Contains(text, address) || strings.Contains(text, "example.com") {
					t.Errorf("%s: NotSent = %q, want the host and no user", scheme, text)
				}
			}
		}
	}
}

// A server that speaks no TLS: the handshake fails before anything is sent.
func TestHandshakeFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(created))
	defer server.Close()
	s := send(t, overSockets(t, strings.Replace(server.URL, "http:", "https:", 1)), creates(2))
	for _, a := range s.answers {
		if s.err != nil || a.NotSent == nil || a.Lost != nil {
			t.Errorf("answer = %+v, %v, want NotSent", a, s.err)
		}
	}
}

// Once there was a connection the step may have been carried out.
func TestConnectionIsLost(t *testing.T) {
	endings := map[string]string{
		"no answer":       "",
		"not http":        "220 mail.example.com ESMTP\r\n",
		"in the header":   "HTTP/1.1 201 Created\r\nContent-Type: applica",
		"in the body":     "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":\"x\"",
		"after no length": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":\"x\",\"responses\":[",
	}
	for name, ending := range endings {
		reached := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reached++
			_ = bodyOf(r)
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, ending)
			_ = connection.Close()
		}))
		for _, size := range []int{1, 3} {
			s := send(t, overSockets(t, server.URL), creates(size))
			for _, a := range s.answers {
				if s.err != nil || a.Lost == nil || a.NotSent != nil || a.Status != 0 || len(a.RequestID) != 36 {
					t.Errorf("%s: answer = %+v, %v, want Lost with our id", name, a, s.err)
				} else if strings.Contains(a.Lost.Error(), "example.com/") {
					t.Errorf("%s: Lost = %q names a path", name, a.Lost)
				}
			}
		}
		server.Close()
		if reached != 2 {
			t.Errorf("%s: %d requests for two calls", name, reached)
		}
	}
}

// An error answer counts although its body broke off.
func TestErrorBodyIsLost(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("Retry-After", "9")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"error":`)
	}))
	defer server.Close()
	for _, size := range []int{1, 3} {
		for _, a := range send(t, overSockets(t, server.URL), creates(size)).answers {
			if a.Status != http.StatusTooManyRequests || a.RetryAfter != 9*time.Second || a.Lost != nil {
				t.Errorf("answer = %+v, want 429 with 9s", a)
			}
		}
	}
}

// Errors of transports that are not a network: only a failed dial is proof.
func TestErrorsInProcess(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	tests := []struct {
		err     error
		notSent bool
	}{
		{dial, true},
		{fmt.Errorf("wrapped: %w", dial), true},
		{&net.DNSError{Err: "no such host", Name: "graph.microsoft.com", IsNotFound: true}, true},
		{&net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}, false},
		{&net.OpError{Op: "write", Net: "tcp", Err: errors.New("broken pipe")}, false},
		{io.ErrUnexpectedEOF, false},
		{io.EOF, false},
	}
	for _, test := range tests {
		c := mustNew(t, secretConfig(tripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "graph.microsoft.com" {
				return nil, test.err
			}
			return inProcess{new(entra)}.RoundTrip(r)
		})))
		for _, a := range send(t, c, creates(2)).answers {
			cause := a.Lost
			if test.notSent {
				cause = a.NotSent
			}
			if !errors.Is(cause, test.err) || a.Lost != nil && a.NotSent != nil {
				t.Errorf("%v: answer = %+v, want NotSent %v and Lost %v", test.err, a, test.notSent, !test.notSent)
			}
		}
	}
}

// stuck never answers Graph's requests, but lets go of them.
func stuck() http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "graph.microsoft.com" {
			return inProcess{new(entra)}.RoundTrip(r)
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
}

// The service gives up after 60 seconds; we wait a bit longer, and no longer.
func TestNoAnswerInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, secretConfig(stuck()))
		began := time.Now()
		s := send(t, c, creates(3))
		for _, a := range s.answers {
			if s.err != nil || a.Lost == nil || !strings.Contains(a.Lost.Error(), "no answer within 1m20s") {
				t.Errorf("answer = %+v, %v, want Lost with the limit", a, s.err)
			}
		}
		if took := time.Since(began); took != requestLimit {
			t.Errorf("Send took %v, want %v", took, requestLimit)
		}
	})
}

// Cancelled before: nothing leaves and the run ends. Cancelled in between: the
// steps are lost, and their answers say so.
func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mustNew(t, secretConfig(stuck()))
		if err := c.Authenticate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 3} {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			answers, err := c.Send(ctx, creates(size))
			for _, a := range answers {
				if err != nil || !errors.Is(a.Lost, context.Canceled) || a.NotSent != nil {
					t.Errorf("cancelled in between: answer = %+v, %v, want Lost", a, err)
				}
			}
			answers, err = c.Send(ctx, creates(size))
			for _, a := range answers {
				if !errors.Is(err, context.Canceled) || !errors.Is(a.NotSent, context.Canceled) || a.Lost != nil {
					t.Errorf("cancelled before: answer = %+v, %v, want NotSent and the context's error", a, err)
				}
			}
			if len(answers) != size {
				t.Errorf("cancelled before: %d answers, want %d", len(answers), size)
			}
		}
	})
}

// An answer without an end is not read for ever.
func TestAnswerTooLong(t *testing.T) {
	for _, status := range []int{200, 400} {
		served := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			chunk := bytes.Repeat([]byte(" "), 1<<16)
			for served = 0; served < 64<<20; {
				n, err := w.Write(chunk)
				served += n
				if err != nil {
					return
				}
			}
		}))
		s := send(t, overSockets(t, server.URL), creates(2))
		server.Close()
		if served >= 64<<20 {
			t.Errorf("status %d: all %d bytes were taken", status, served)
		}
		for _, a := range s.answers {
			if s.err != nil || a.Lost == nil {
				t.Errorf("status %d: answer = %+v, %v, want Lost", status, a, s.err)
			}
		}
	}
}

// After 503 and 504 the next request takes a new connection, after others not.
func TestFreshConnection(t *testing.T) {
	for status, fresh := range map[int]bool{503: true, 504: true, 429: false, 500: false} {
		var remotes []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			remotes = append(remotes, r.RemoteAddr)
			answering(status, jsonType, `{"error":{"code":"UnknownError","message":""}}`)(w, r)
		}))
		c := overSockets(t, server.URL)
		for range 3 {
			if s := send(t, c, creates(1)); s.answers[0].Status != status {
				t.Errorf("answer = %+v, want %d", s.answers[0], status)
			}
		}
		server.Close()
		slices.Sort(remotes)
		if got, want := len(slices.Compact(remotes)), map[bool]int{true: 3, false: 1}[fresh]; got != want {
			t.Errorf("status %d: three requests over %d connections, want %d", status, got, want)
		}
	}
}

// A log says what happened to each request, and nothing that is private.
func TestLogAndErrorsAreDiscreet(t *testing.T) {
	var mu sync.Mutex
	var log bytes.Buffer
	answers := []http.HandlerFunc{
		created,
		answering(200, jsonType, `{"error":"+44 7700900123 token-1 hunter2"`),
		answering(400, jsonType, `{"error":{"code":"invalidPhoneNumber","message":"+44 7700900123 is not valid"}}`),
		answering(401, jsonType, expired),
		answering(503, nil, "+44 7700900123"),
		func(http.ResponseWriter, *http.Request) {},
	}
	for _, answer := range answers {
		for _, size := range []int{1, 2} {
			cfg := secretConfig(world(new(entra), answer))
			cfg.Logger = zerolog.New(zerolog.SyncWriter(&log))
			c := mustNew(t, cfg)
			s := send(t, c, creates(size))
			mu.Lock()
			fmt.Fprintf(&log, "%+v", c)
			if s.err != nil {
				fmt.Fprintln(&log, s.err)
			}
			for _, a := range s.answers {
				fmt.Fprintln(&log, a.Lost, a.NotSent)
			}
			mu.Unlock()
		}
	}
	for _, private := range []string{"7700900123", "hunter2", "token-1\"", "Bearer token", "user1@example.com"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log shows %q:\n%s", private, log.String())
		}
	}
	for _, useful := range []string{`"method":"POST","path":"phoneMethods","operations":1,"status":201,"request_id":"`, `"path":"$batch","operations":2`, `"duration":`} {
		if !strings.Contains(log.String(), useful) {
			t.Errorf("the log lacks %s:\n%s", useful, log.String())
		}
	}
}

// One client serves many callers at a time.
func TestManyCallers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(created))
	defer server.Close()
	c := overSockets(t, server.URL)
	for s := range inParallel(16, func() sent { return send(t, c, creates(20)) }) {
		for _, a := range s.answers {
			if s.err != nil || a.Status != http.StatusCreated {
				t.Errorf("answer = %+v, %v, want 201", a, s.err)
			}
		}
	}
}

// BenchmarkSend is the cost of a batch of 20 on our side, without a network.
// At 2,000 steps a second there are 100 of them.
func BenchmarkSend(b *testing.B) {
	var answer bytes.Buffer
	recorder := httptest.NewRecorder()
	recorder.Body = &answer
	steps := creates(20)
	operations := make([]operation, len(steps))
	for i := range steps {
		operations[i] = (*step)(&steps[i])
	}
	call, err := newCall(1, operations)
	if err != nil {
		b.Fatal(err)
	}
	created(recorder, httptest.NewRequest(http.MethodPost, "/v1.0/$batch", strings.NewReader(call.body)))
	c := clientFor(b, answering(200, jsonType, answer.String()))
	b.ReportAllocs()
	for b.Loop() {
		c.items.Store(0) // the answer is to the first batch of a run
		if answers, err := c.Send(b.Context(), steps); err != nil || answers[19].Status != http.StatusCreated {
			b.Fatal(answers, err)
		}
	}
}
