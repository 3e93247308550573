package graphsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"entraphone/internal/graphsim/directory"
)

// inspect shows what Graph would not: the paths below /_sim ask for no token
// and count as no request.
func (s *Simulator) inspect(w http.ResponseWriter, r *http.Request, t target) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is served here", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	switch t.path {
	case "/_sim/stats":
		found(w, plainJSON)
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.Encode(s.Stats()) // an error means that the caller has gone
	case "/_sim/state":
		s.inspectState(w, r.URL.Query())
	case "/_sim/device":
		found(w, "text/plain; charset=utf-8")
		io.WriteString(w, "The simulator signs in whoever its scenario names under signedIn. There is nothing to do here.\n")
	case "/":
		io.WriteString(w, "This is a simulated Microsoft Graph. See /_sim/state and /_sim/stats.\n")
	default:
		http.Error(w, "there are /_sim/stats, /_sim/state and /_sim/state?user=KEY", http.StatusNotFound)
	}
}

func (s *Simulator) inspectState(w http.ResponseWriter, query url.Values) {
	if !query.Has("user") {
		found(w, plainJSON)
		s.WriteState(w) // an error means that the caller has gone
		return
	}
	s.mu.Lock()
	ref, ok := s.people.Find(query.Get("user"))
	var u directory.User
	if ok {
		u = s.people.User(ref)
	}
	s.mu.Unlock()
	if !ok {
		http.Error(w, fmt.Sprintf("%q is nobody's id or userPrincipalName", query.Get("user")), http.StatusNotFound)
		return
	}
	found(w, plainJSON)
	json.NewEncoder(w).Encode(u)
}

// found begins an answer. A recorder of the Transport has no status before.
func found(w http.ResponseWriter, contentType string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
}

// WriteState writes everybody with the phones that stand there now, in the
// form that directory.ReadState reads. Each person is written as they are at
// that moment: calls that come in meanwhile are served, and may or may not
// show.
func (s *Simulator) WriteState(w io.Writer) error {
	s.mu.Lock()
	n := directory.Ref(s.people.Len())
	s.mu.Unlock()
	return directory.WriteState(w, func(yield func(directory.User) bool) {
		for ref := range n {
			s.mu.Lock()
			u := s.people.User(ref)
			s.mu.Unlock()
			if !yield(u) {
				return
			}
		}
	})
}

// Phones are the phones of a user by type, and empty if the user has none or
// does not exist.
func (s *Simulator) Phones(user string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	phones := map[string]string{}
	ref, ok := s.people.Find(user)
	if !ok {
		return phones
	}
	for t, known := range phoneTypes {
		if number := s.people.Phone(ref, directory.PhoneType(t)); number != "" {
			phones[known.name] = number
		}
	}
	return phones
}

// Users are all users with the phones that stand there now, in the order of
// the directory. Without one they are those whom somebody asked for, and
// whatever key they were asked by stands as their userPrincipalName.
func (s *Simulator) Users() []directory.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := make([]directory.User, 0, s.people.Len())
	for ref := range directory.Ref(s.people.Len()) {
		users = append(users, s.people.User(ref))
	}
	return users
}
