// Package graphsim simulates Microsoft Graph for users' authentication phones:
// an [http.Handler] with a directory, a write quota, latency and scripted
// faults. It serves the token endpoint with its discovery documents, and for
// v1.0 and beta alike: create, get and list of
// /users/{user}/authentication/phoneMethods, and $batch.
//
// It does not update or remove phones, check signatures of client assertions
// or permissions, or listen on sockets: serve it with net/http, or reach it in
// process through [Simulator.Transport]. It shares no code with any client.
//
// Its one invariant: the phones that stand here are phones that Graph's rules
// allow, whatever was sent, in whatever order, and whatever fault was played.
// Where those rules or the wording of an answer are not publicly known, the
// choice is named in [Config] and can be changed there.
//
// Time is [time.Now], so all of it runs in virtual time when the Simulator is
// made and used inside a testing/synctest bubble.
package graphsim

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Config says how a Simulator behaves. The zero value takes any user, client
// and secret, has no quota, no latency and no faults.
type Config struct {
	// Users is the directory. Nil lets any user exist, with no phones yet, and
	// cannot know that an id and a userPrincipalName are one user; otherwise
	// users that are not listed answer 404. Numbers must be in Graph's form,
	// as ReadDirectory checks.
	Users []User

	// ClientID and ClientSecret are the only ones the token endpoint takes;
	// empty takes any. A client assertion is taken without a look inside.
	ClientID, ClientSecret string

	// TokenLifetime is how long issued tokens are good; 0 is 3599 s.
	TokenLifetime time.Duration

	// AccessTokens are good for ever, beside the issued ones.
	AccessTokens []string

	// Quota limits writes; the zero value does not.
	Quota Quota

	// RetryAfter is how the wait is written on a write above the quota.
	RetryAfter RetryAfterForm

	// Latency passes between the work and the answer of every HTTP request; a
	// $batch is one. LatencyJitter is added, drawn evenly from 0 up to it.
	Latency, LatencyJitter time.Duration

	// Faults are tried in order; the first that applies to a request is
	// played, and those behind it do not count the request.
	Faults []Fault

	// Seed makes the order of $batch answers, jitter and the probability of
	// faults repeatable.
	Seed uint64

	// KeepLog keeps every request for Log, without bound.
	KeepLog bool

	// MaskedReads hides numbers in get and list, all but the country code and
	// two digits, as readers without the full permission see them. The mask
	// is assumed: no sample of one is public.
	MaskedReads bool

	// Assumed replaces answers whose wording is not publicly known.
	Assumed Assumed
}

// Simulator is a simulated Microsoft Graph with one tenant. It is safe for
// concurrent use.
type Simulator struct {
	config Config
	start  time.Time

	mu       sync.Mutex // guards everything below
	random   *rand.Rand
	accounts accounts
	tokens   map[string]time.Time // by token: when it expires
	meter    meter
	faults   []*fault
	inFlight int
	stats    Stats
	log      []LogEntry
}

// New makes a Simulator. It trusts the Config: what comes from files is
// checked by ReadDirectory and ReadFaults.
func New(config Config) *Simulator {
	if config.TokenLifetime == 0 {
		config.TokenLifetime = 3599 * time.Second
	}
	config.Assumed = config.Assumed.orDefaults()
	s := &Simulator{
		config:   config,
		start:    time.Now(),
		random:   rand.New(rand.NewPCG(config.Seed, 0)),
		accounts: newAccounts(config.Users),
		tokens:   map[string]time.Time{},
		faults:   newFaults(config.Faults),
	}
	s.meter.set(config.Quota, 0)
	return s
}

// SetQuota changes the quota from now on. What the old quota has counted stays
// counted if the new one is of the same kind: a bucket keeps its tokens, a
// window its writes.
func (s *Simulator) SetQuota(q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meter.set(q, time.Since(s.start))
}

// exchange is one HTTP request on its way through the simulator.
type exchange struct {
	target          target
	arrived         time.Time
	origin          string // scheme and host by which the caller knows us
	requestID       string
	clientRequestID string

	latency time.Duration // to be waited before the answer
	delay   time.Duration // the longest that a fault adds to it
	writing []*account    // users it writes to
	batch   int           // number of the $batch, 0 if it is none
	entry   int           // its place in the log
	status  int           // 0 until an answer is written
}

// ServeHTTP answers one request: the work first, then the latency, then the
// answer. It panics with http.ErrAbortHandler, which cuts the connection,
// where a fault wants that or the caller does not wait for the answer.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := s.begin(r)
	defer s.end(x)
	a := s.serve(x, r)
	if !wait(r.Context(), x.latency+x.delay) || a.cut {
		panic(http.ErrAbortHandler)
	}
	x.status = a.status
	x.write(w, a)
}

func (s *Simulator) begin(r *http.Request) *exchange {
	x := &exchange{
		target:          route(r.URL.EscapedPath()),
		arrived:         time.Now(),
		origin:          origin(r),
		clientRequestID: r.Header.Get("client-request-id"),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x.requestID = guid(s.random.Uint64(), s.random.Uint64())
	if x.clientRequestID == "" {
		x.clientRequestID = x.requestID
	}
	x.latency = s.config.Latency
	if s.config.LatencyJitter > 0 {
		x.latency += time.Duration(s.random.Int64N(int64(s.config.LatencyJitter)))
	}
	s.inFlight++
	s.stats.MaxInFlight = max(s.stats.MaxInFlight, s.inFlight)
	s.countRequest(x, r.Method)
	return x
}

func (s *Simulator) end(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
	for _, a := range x.writing {
		a.writing--
	}
	if s.config.KeepLog {
		s.log[x.entry].Status = x.status
	}
}

// serve does what the request wants, unless a fault is in the way.
func (s *Simulator) serve(x *exchange, r *http.Request) answer {
	body, refused := readBody(r)
	if refused != nil {
		return x.refuse(*refused)
	}
	s.mu.Lock()
	f := s.faultFor(r.Method, x.target.path)
	s.mu.Unlock()
	x.delay = f.latency()
	if f.cutsBefore() {
		return answer{cut: true}
	}
	return f.change(x, s.work(x, r, body, f))
}

// work gives no answer where the fault has one of its own.
func (s *Simulator) work(x *exchange, r *http.Request, body []byte, f *fault) answer {
	switch kind := x.target.kind; {
	case kind < batchEndpoint:
		return s.plain(x, r, body, f)
	case !f.letsWork():
		return answer{}
	case kind == instanceDiscovery:
		return x.instanceDiscovery(r)
	case kind == openIDConfiguration:
		return x.openIDConfiguration()
	case kind == tokenEndpoint:
		return s.issueToken(x, r, body)
	}
	return s.batch(x, r, body, f)
}

// plain serves a request for phones, or for nothing we know, that stands
// alone.
func (s *Simulator) plain(x *exchange, r *http.Request, body []byte, f *fault) answer {
	if refused := s.authorize(x, r); refused != nil {
		return x.refuse(*refused)
	}
	op := newOperation(r.Method, x.target, r.Header.Get("Content-Type"), body)
	op.clientRequestID = x.clientRequestID
	done := s.do(x, &op, f)
	if f.replaces() {
		return answer{}
	}
	return x.render(&op, done)
}

func (s *Simulator) do(x *exchange, op *operation, f *fault) result {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrive(x, op)
	if !f.letsWork() {
		return result{}
	}
	return s.perform(op)
}

// wait is false when the context ended first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
