package graphsim

import (
	"slices"
	"time"
)

// Stats counts what has happened since the simulator was made. Subtract the
// fields of an earlier copy to count from a moment on.
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

	// Signs of a careless client: an alternateMobile that was created while
	// the user had no mobile, or a mobile deleted before it; writes that
	// arrived while another for the same user was unanswered, be it in the
	// same $batch; and writes of a number that stood there already.
	OrderViolations int `json:"orderViolations"`
	Overlaps        int `json:"overlaps"`
	RepeatedWrites  int `json:"repeatedWrites"`
}

// counts are the Stats in the making.
type counts struct {
	Stats
	first, last time.Duration // accepted writes, since the start
}

func (n *counts) accepted(now time.Duration) {
	if n.AcceptedWrites == 0 {
		n.first = now
	}
	n.AcceptedWrites++
	n.last = now
}

// Stats is a copy of the counts.
func (s *Simulator) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := s.stats.Stats
	if took := s.stats.last - s.stats.first; took > 0 {
		copied.AcceptedPerSecond = float64(copied.AcceptedWrites-1) / took.Seconds()
	}
	return copied
}

// LogEntry is one HTTP request, or one request inside a $batch.
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

// countRequest needs the lock, as do logRequest and logItem.
func (s *Simulator) countRequest(x *exchange, method string) {
	switch x.target.kind {
	case tokenEndpoint:
		s.stats.TokenRequests++
	case discovery:
		s.stats.DiscoveryRequests++
	case batchEndpoint:
		s.stats.BatchRequests++
		x.batch = s.stats.BatchRequests
	default:
		s.stats.PlainRequests++
	}
	x.entry = LogEntry{
		Time: x.arrived, Method: method, Path: x.target.path, Batch: x.batch,
		RequestID: x.requestID, ClientRequestID: x.clientRequestID,
	}
	if s.config.KeepLog {
		x.place = len(s.log)
		s.log = append(s.log, x.entry)
	}
}

func (s *Simulator) logRequest(x *exchange) {
	if s.config.KeepLog {
		s.log[x.place] = x.entry
	}
	if s.config.OnRequest != nil {
		s.config.OnRequest(x.entry)
	}
}

func (s *Simulator) logItem(x *exchange, it *item) {
	entry := x.entry
	entry.Method, entry.Path, entry.Status = it.Method, it.call.target.path, it.status()
	if own := it.call.clientRequestID; own != "" {
		entry.ClientRequestID = own
	}
	if s.config.KeepLog {
		s.log = append(s.log, entry)
	}
	if s.config.OnRequest != nil {
		s.config.OnRequest(entry)
	}
}
