// Package graphsim simulates Microsoft Graph for users' authentication phones:
// an [http.Handler] with a directory, quotas, latency and scripted faults. It
// serves sign-in, and for v1.0 and beta alike: phoneMethods with all their
// calls, users, getByIds, the members of groups, the report of registrations, the
// organization, the policy for phones, and $batch. Below /_sim it shows its own
// state.
//
// It does not know authentication methods other than phones, and does not
// listen on sockets: serve it with net/http, or reach it in process through
// [Simulator.Transport]. It shares no code with any client.
//
// Its one invariant: the phones that stand here are phones that Graph's rules
// allow, whatever was sent, in whatever order, and whatever fault was played.
// Where those rules or the wording of an answer are not publicly known, the
// choice is named in [Assumed] and can be changed there.
//
// Time is [time.Now], so all of it runs in virtual time when the Simulator is
// made and used inside a testing/synctest bubble.
package graphsim

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// Simulator is a simulated Microsoft Graph with one tenant. It is safe for
// concurrent use. One lock is for all its state: calls are short, and what they
// show is then one moment's.
type Simulator struct {
	config Config
	start  time.Time
	signIn *login.Authority
	open   bool // any user exists

	mu       sync.Mutex // guards everything below
	random   *rand.Rand
	people   *directory.Directory
	missed   map[directory.Ref]int   // calls answered 404 because of MissingFor
	lagging  map[directory.Ref]*past // what reads show for a while
	writing  map[directory.Ref]int   // write calls that have arrived and are not answered
	budgets  map[[2]string]*budget   // by app and tenant
	tenants  map[string]*meter       // by tenant, of TenantQuota
	faults   []*fault
	harmless fault // stands for none
	inFlight int
	stats    counts
	log      []LogEntry
}

// New makes a Simulator. It trusts the Config: what comes from files is checked
// by directory.ReadCSV and ReadScenario. Two that are made with equal Configs
// and asked the same in the same order answer the same, but for times and
// tokens.
func New(config Config) *Simulator {
	config.Assumed = config.Assumed.orDefaults()
	s := &Simulator{
		config:  config,
		start:   time.Now(),
		open:    config.Directory == nil,
		random:  rand.New(rand.NewPCG(config.Seed, 0)),
		people:  config.Directory,
		missed:  map[directory.Ref]int{},
		lagging: map[directory.Ref]*past{},
		writing: map[directory.Ref]int{},
		budgets: map[[2]string]*budget{}, tenants: map[string]*meter{},
	}
	if s.open {
		s.people = directory.New()
	}
	s.signIn = login.New(login.Config{
		Clients: config.Clients, Permissions: config.Permissions, Lifetime: config.TokenLifetime,
		SignedIn: s.signedIn(), DevicePolls: config.SignedIn.Polls, Seed: config.Seed,
	})
	for _, f := range config.Faults {
		s.faults = append(s.faults, &fault{Fault: f.filled()})
	}
	return s
}

// signedIn is the person of Config.SignedIn, by both keys. It is nobody where
// the directory lacks them, and the sign-in then fails.
func (s *Simulator) signedIn() login.User {
	a, ok := s.find(s.config.SignedIn.User)
	if !ok {
		return login.User{}
	}
	return login.User{ID: s.people.ID(a.ref), UserPrincipalName: s.people.UserPrincipalName(a.ref)}
}

// RevokeTokens ends all tokens issued so far: they answer 401 from now on, as
// expired ones do. Config.AccessTokens stay good.
func (s *Simulator) RevokeTokens() { s.signIn.Revoke() }

// now is the time since the start.
func (s *Simulator) now() time.Duration { return time.Since(s.start) }

// exchange is one HTTP request on its way through the simulator. Its goroutine
// alone writes to it; a $batch is one exchange.
type exchange struct {
	target target
	origin string // scheme and host by which the caller knows us

	latency time.Duration   // to be waited before the answer
	delay   time.Duration   // the longest that a fault adds to it
	writing []directory.Ref // users it writes to
	entry   LogEntry
	place   int // of the entry in the log
}

// ServeHTTP answers one request: the work first, then the latency, then the
// answer. It panics with http.ErrAbortHandler, which cuts the connection, where
// a fault wants that or the caller does not wait for the answer. Nothing is
// locked while it waits. What was done stays done when the caller goes away
// meanwhile.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := route(r.URL)
	if t.kind == inspection {
		s.inspect(w, r, t)
		return
	}
	x := s.begin(r, t)
	a := s.serve(x, r)
	answered := wait(r.Context(), x.latency+x.delay) && !a.cut
	if answered {
		x.entry.Status = a.status
	}
	s.end(x) // before the caller can know of the answer and send the next request
	if !answered {
		panic(http.ErrAbortHandler)
	}
	x.write(w, a)
}

// begin counts a request, gives it its id and draws its latency, before anything
// is known about it.
func (s *Simulator) begin(r *http.Request, t target) *exchange {
	x := &exchange{target: t, origin: origin(r, r.Header.Get("X-Forwarded-Proto"))}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := guid(s.random.Uint64(), s.random.Uint64())
	x.entry = LogEntry{
		Time: time.Now(), Method: r.Method, Path: x.target.path, RequestID: id,
		// MSAL sends it in the query.
		ClientRequestID: cmp.Or(r.Header.Get("client-request-id"), r.URL.Query().Get("client-request-id"), id),
	}
	x.latency = s.config.Latency
	if s.config.LatencyJitter > 0 {
		x.latency += time.Duration(s.random.Int64N(int64(s.config.LatencyJitter)))
	}
	s.inFlight++
	s.stats.MaxInFlight = max(s.stats.MaxInFlight, s.inFlight)
	s.countRequest(x)
	return x
}

// end takes a request off the counts and logs it, whether it was answered or
// not.
func (s *Simulator) end(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
	s.leave(x.writing)
	if s.config.KeepLog {
		s.log[x.place] = x.entry
	}
	if s.config.OnRequest != nil {
		s.config.OnRequest(x.entry)
	}
}

// serve does what the request wants, unless a fault is in the way. A fault is
// looked for before the token is checked, so that it can stand for a gateway.
func (s *Simulator) serve(x *exchange, r *http.Request) answer {
	body, refused := readBody(r, s.config.Assumed.BodyLimit)
	if refused != nil {
		return x.refuse(nil, *refused)
	}
	s.mu.Lock()
	f := s.faultFor(r.Method, &x.target)
	s.mu.Unlock()
	x.delay = f.Latency
	if f.Drop == DropBefore {
		return answer{cut: true}
	}
	a := f.change(x, s.work(x, r, body, f))
	// A status below 200 alone only announces an answer.
	a.status = max(a.status, http.StatusOK) // what Fault.Status says of those below
	return a
}

// work does what a request wants: a call, a batch or a sign-in. It gives no
// answer where the fault has one of its own.
func (s *Simulator) work(x *exchange, r *http.Request, body []byte, f *fault) answer {
	switch kind := x.target.kind; {
	case kind < batchEndpoint:
		return s.plain(x, r, body, f)
	case !f.letsWork():
		return answer{}
	case kind == batchEndpoint:
		return s.batch(x, r, body, f)
	}
	done := s.signIn.Serve(login.Request{
		Method: r.Method, Origin: x.origin, Browsed: browsed(r), Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		ContentType: r.Header.Get("Content-Type"), Body: body, RequestID: x.entry.RequestID, ClientRequestID: x.entry.ClientRequestID,
	})
	return answer{status: done.Status, header: done.Header, body: done.Body}
}

// plain serves a request to Graph that stands alone.
func (s *Simulator) plain(x *exchange, r *http.Request, body []byte, f *fault) answer {
	caller, refused := s.authorize(x, r)
	if refused != nil {
		return x.refuse(nil, *refused)
	}
	if !json.Valid(body) {
		body = nil // an error for who needs one
	}
	c := s.newCall(r.Method, x.target, r.Header, body, &caller)
	c.clientRequestID = x.entry.ClientRequestID
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrive(x, &c)
	if !f.letsWork() {
		return answer{}
	}
	return s.perform(x, &c)
}

// authorize checks the bearer token. Which permissions it has is asked for each
// call.
func (s *Simulator) authorize(x *exchange, r *http.Request) (login.Claims, *refusal) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return login.Claims{}, x.invalidToken("Access token is empty.")
	}
	if slices.Contains(s.config.AccessTokens, token) {
		return login.Claims{AppID: "simulated", TenantID: login.TenantID("simulated"), Roles: login.KnownPermissions()}, nil
	}
	switch claims, err := s.signIn.Verify(token); {
	case errors.Is(err, login.ErrExpired):
		return claims, x.expiredToken()
	case err != nil:
		return claims, x.invalidToken("Access token validation failure.")
	default:
		return claims, nil
	}
}

// wait reports whether the time passed before the context ended.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// Transport reaches the simulator without a socket: every request, whatever
// its host, is served in the goroutine that sends it. A cut connection is an
// error that wraps io.ErrUnexpectedEOF. Responses arrive whole.
func (s *Simulator) Transport() http.RoundTripper { return transport{s} }

// transport is how Transport reaches the simulator. It keeps no connection, so
// that nothing has to be closed.
type transport struct{ simulator *Simulator }

// RoundTrip serves the request and returns when it is answered, cut, or its
// context has ended.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	got := &received{header: http.Header{}, status: http.StatusOK}
	cut := t.serve(got, arriving(r))
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if cut {
		return nil, fmt.Errorf("reading the answer of the simulator: %w", io.ErrUnexpectedEOF)
	}
	return &http.Response{
		Status: fmt.Sprint(got.status, " ", http.StatusText(got.status)), StatusCode: got.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: got.header, Body: io.NopCloser(&got.body), ContentLength: int64(got.body.Len()), Request: r,
	}, nil
}

// received is an answer as it is written. It is an http.ResponseWriter that
// keeps all of it.
type received struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *received) Header() http.Header         { return a.header }
func (a *received) WriteHeader(status int)      { a.status = status }
func (a *received) Write(p []byte) (int, error) { return a.body.Write(p) }

// serve reports whether the handler cut the connection. Other panics go on: they
// are mistakes of the simulator.
func (t transport) serve(w http.ResponseWriter, r *http.Request) (cut bool) {
	defer func() {
		p := recover()
		if cut = p == http.ErrAbortHandler; p != nil && !cut {
			panic(p) // unreachable unless bug
		}
	}()
	t.simulator.ServeHTTP(w, r)
	return false
}

// arriving is the client's request as a server sees it. The client's own request
// must not be changed, which http.RoundTripper demands.
func arriving(r *http.Request) *http.Request {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Host = cmp.Or(in.Host, r.URL.Host)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{}
	}
	return in
}
