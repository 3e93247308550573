package graphsim

import (
	"slices"
	"time"
)

// Stats counts what has happened since the simulator was made. Subtract the
// fields of an earlier copy to count from a moment on.
type Stats struct {
	// HTTP requests by kind: to the token endpoint, for discovery documents,
	// of batches, and all others.
	TokenRequests, DiscoveryRequests, BatchRequests, PlainRequests int

	SubRequests int // requests inside of batches
	MaxInFlight int // most HTTP requests at one time

	// Phone calls, alone or in batches, that arrived: creates, and lists and
	// gets. What a fault cut off before, or a failed dependency kept from
	// running, did not arrive.
	Writes, Reads int

	AcceptedWrites int // creates that put a phone there
	Throttled      int // creates that the quota refused

	// Signs of a careless client: creates of an alternateMobile that arrived
	// while the user had no mobile; creates that arrived while another for the
	// same user was unanswered, be it in the same $batch; and creates of a
	// number that stood there already.
	OrderViolations, Overlaps, RepeatedWrites int
}

// Stats is a copy of the counts.
func (s *Simulator) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// LogEntry is one HTTP request, or one request inside a $batch.
type LogEntry struct {
	Time   time.Time // of arrival
	Method string
	Path   string // decoded, below the version, as Fault.Path sees it

	// Status is 0 if no answer went back. Inside a $batch it is the status of
	// the item, also if the answer to the $batch was lost.
	Status int

	// Batch numbers the $batch requests from 1. The requests inside carry the
	// number of theirs; plain requests have 0.
	Batch int
}

// Log is all requests so far, in order of arrival; the requests inside a
// $batch follow when they are done. It is empty without Config.KeepLog.
func (s *Simulator) Log() []LogEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// countRequest needs the lock, as does logItem.
func (s *Simulator) countRequest(x *exchange, method string) {
	switch x.target.kind {
	case tokenEndpoint:
		s.stats.TokenRequests++
	case instanceDiscovery, openIDConfiguration:
		s.stats.DiscoveryRequests++
	case batchEndpoint:
		s.stats.BatchRequests++
		x.batch = s.stats.BatchRequests
	default:
		s.stats.PlainRequests++
	}
	if s.config.KeepLog {
		x.entry = len(s.log)
		s.log = append(s.log, LogEntry{Time: x.arrived, Method: method, Path: x.target.path, Batch: x.batch})
	}
}

func (s *Simulator) logItem(x *exchange, it *item) {
	if s.config.KeepLog {
		s.log = append(s.log, LogEntry{x.arrived, it.op.method, it.op.target.path, it.status(), x.batch})
	}
}
