package graphsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"entraphone/internal/graphsim/directory"
)

// Stats counts what has happened since the simulator was made. Subtract the
// fields of an earlier copy to count from a moment on. They are what a test
// asserts about a client that does not see them.
type Stats struct {
	// HTTP requests by kind: to the token endpoint, for discovery documents
	// and device codes, of batches, and all others but those for /_sim.
	TokenRequests     int `json:"tokenRequests"`
	DiscoveryRequests int `json:"discoveryRequests"`
	BatchRequests     int `json:"batchRequests"`
	PlainRequests     int `json:"plainRequests"`

	SubRequests int `json:"subRequests"` // requests inside of batches
	MaxInFlight int `json:"maxInFlight"` // most HTTP requests at one time

	// Calls for phones, alone or in batches, that arrived: those that change
	// something, and those that read. What a fault cut off before, or a failed
	// dependency kept from running, did not arrive.
	Writes int `json:"writes"`
	Reads  int `json:"reads"`

	AcceptedWrites int `json:"acceptedWrites"` // writes that were done
	Throttled      int `json:"throttled"`      // calls that a quota refused

	// AcceptedPerSecond is AcceptedWrites over the time from the first of them
	// to the last, and 0 before there are two.
	AcceptedPerSecond float64 `json:"acceptedWritesPerSecond"`

	// Signs of a careless client: an alternateMobile that was created while the
	// user had no mobile, or a mobile deleted before it; writes that arrived
	// while another for the same user was unanswered, be it in the same $batch
	// without a dependsOn; and writes of a number that stood there already. None of
	// these is refused because it is one.
	OrderViolations int `json:"orderViolations"`
	Overlaps        int `json:"overlaps"`
	RepeatedWrites  int `json:"repeatedWrites"`
}

// counts are the Stats in the making. They need the lock.
type counts struct {
	Stats
	first, last time.Duration // accepted writes, since the start
}

// accepted counts a write that was done, whatever becomes of its answer.
func (n *counts) accepted(now time.Duration) {
	if n.AcceptedWrites == 0 {
		n.first = now
	}
	n.AcceptedWrites++
	n.last = now
}

// Stats is a copy of the counts. It does not wait for requests in flight.
func (s *Simulator) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := s.stats.Stats
	if took := s.stats.last - s.stats.first; took > 0 {
		copied.AcceptedPerSecond = float64(copied.AcceptedWrites-1) / took.Seconds()
	}
	return copied
}

// LogEntry is one HTTP request, or one request inside a $batch. It holds no
// body, no token and no phone number.
type LogEntry struct {
	Time   time.Time `json:"time"` // of arrival
	Method string    `json:"method"`
	Path   string    `json:"path"` // decoded, below the version, as Fault.Path sees it

	// Status is 0 if no answer went back. Inside a $batch it is the status of
	// the item, also if the answer to the $batch was lost.
	Status int `json:"status"`

	// Batch numbers the $batch requests from 1. The requests inside carry the
	// number of theirs; plain requests have 0.
	Batch int `json:"batch,omitempty"`

	RequestID       string `json:"requestId"`
	ClientRequestID string `json:"clientRequestId"`
}

// Log is all requests so far, in order of arrival; the requests inside a
// $batch follow when they are done. It is empty without Config.KeepLog.
func (s *Simulator) Log() []LogEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// countRequest counts a request by its kind, and keeps its place in the log. It
// needs the lock, as does logItem.
func (s *Simulator) countRequest(x *exchange) {
	switch x.target.kind {
	case tokenEndpoint:
		s.stats.TokenRequests++
	case discovery:
		s.stats.DiscoveryRequests++
	case batchEndpoint:
		s.stats.BatchRequests++
		x.entry.Batch = s.stats.BatchRequests
	default:
		s.stats.PlainRequests++
	}
	if s.config.KeepLog {
		x.place = len(s.log)
		s.log = append(s.log, x.entry)
	}
}

// logItem logs one request of a $batch. It has the request-id of the $batch, and
// a client-request-id of its own where it was sent one.
func (s *Simulator) logItem(x *exchange, it *item) {
	if !s.config.KeepLog && s.config.OnRequest == nil {
		return
	}
	entry := x.entry
	entry.Method, entry.Path, entry.Status = it.Method, it.call.target.path, it.status()
	entry.ClientRequestID = cmp.Or(it.call.clientRequestID, entry.ClientRequestID)
	if s.config.KeepLog {
		s.log = append(s.log, entry)
	}
	if s.config.OnRequest != nil {
		s.config.OnRequest(entry)
	}
}

// inspect shows what Graph would not: the paths below /_sim ask for no token and
// count as no request. Whoever reaches the simulator may look: it is for
// rehearsals.
func (s *Simulator) inspect(w http.ResponseWriter, r *http.Request, t target) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is served here", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	switch t.path {
	case "/_sim/stats":
		w.Header().Set("Content-Type", plainJSON)
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.Encode(s.Stats()) // an error means that the caller has gone
	case "/_sim/state":
		s.inspectState(w, r.URL.Query())
	case "/_sim/device":
		io.WriteString(w, "The simulator signs in whoever its scenario names under signedIn. There is nothing to do here.\n")
	case "/":
		io.WriteString(w, "This is a simulated Microsoft Graph. See /_sim/state and /_sim/stats.\n")
	default:
		http.Error(w, "there are /_sim/stats, /_sim/state and /_sim/state?user=KEY", http.StatusNotFound)
	}
}

// inspectState shows one person by either key, or all of them, in the form that
// a state is kept in.
func (s *Simulator) inspectState(w http.ResponseWriter, query url.Values) {
	u, found := s.person(query.Get("user"))
	if query.Has("user") && !found {
		http.Error(w, fmt.Sprintf("%q is nobody's id or userPrincipalName", query.Get("user")), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", plainJSON)
	if found {
		json.NewEncoder(w).Encode(u)
	} else {
		s.WriteState(w) // an error means that the caller has gone
	}
}

// person finds somebody, and makes nobody up: an open tenant has only those whom
// a call has asked for.
func (s *Simulator) person(key string) (u directory.User, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref, found := s.people.Find(key)
	if found {
		u = s.people.User(ref)
	}
	return u, found
}

// WriteState writes everybody with the phones that stand there now, in the form
// that directory.ReadState reads. Each person is written as they are at that
// moment: calls that come in meanwhile are served, and may or may not show. The
// simulator can be made from it again, with the same ids.
func (s *Simulator) WriteState(w io.Writer) error { return directory.WriteState(w, s.users()) }

// Users are all users with the phones that stand there now, in the order of
// the directory. Without one they are those whom somebody asked for, and
// whatever key they were asked by stands as their userPrincipalName.
func (s *Simulator) Users() []directory.User { return slices.AppendSeq([]directory.User{}, s.users()) }

// users locks for each person by itself, so that calls are served while a slow
// reader takes the list.
func (s *Simulator) users() iter.Seq[directory.User] {
	s.mu.Lock()
	n := directory.Ref(s.people.Len())
	s.mu.Unlock()
	return func(yield func(directory.User) bool) {
		for ref := range n {
			s.mu.Lock()
			u := s.people.User(ref)
			s.mu.Unlock()
			if !yield(u) {
				return
			}
		}
	}
}

// Phones are the phones of a user by type, and empty if the user has none or
// does not exist. It shows what stands there, whatever reads show.
func (s *Simulator) Phones(user string) map[string]string {
	u, _ := s.person(user)
	phones := map[string]string{"mobile": u.Mobile, "alternateMobile": u.AlternateMobile, "office": u.Office}
	maps.DeleteFunc(phones, func(_, number string) bool { return number == "" })
	return phones
}
