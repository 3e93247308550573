package graphsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// account is a user with the phones that stand there now.
type account struct {
	user    User
	writing int // write requests that have arrived and are not answered
}

// accounts finds users by id and by userPrincipalName.
type accounts struct {
	byKey map[string]*account // folded
	open  bool                // any user exists
}

func newAccounts(users []User) accounts {
	all := accounts{byKey: make(map[string]*account, 2*len(users)), open: users == nil}
	for _, u := range users {
		if u.ID == "" {
			u.ID = derivedID(u.UserPrincipalName)
		}
		a := &account{user: u}
		all.byKey[fold(u.UserPrincipalName)] = a
		all.byKey[fold(u.ID)] = a
	}
	return all
}

// find is nil for users who do not exist and for those who could but whom
// nobody has written to yet.
func (all accounts) find(key string) *account { return all.byKey[fold(key)] }

// findOrAdd is nil for users who do not exist.
func (all accounts) findOrAdd(key string) *account {
	a := all.find(key)
	if a == nil && all.open {
		a = &account{user: User{UserPrincipalName: key}}
		all.byKey[fold(key)] = a
	}
	return a
}

// result is what became of an operation.
type result struct {
	status  int
	phones  []phone
	refused *refusal
	cut     bool // done, but the answer is lost
}

func refusedBy(r *refusal) result { return result{status: r.status, refused: r} }

// arrive counts an operation before anything is done about it. It needs the
// lock, as does perform.
func (s *Simulator) arrive(x *exchange, op *operation) {
	if op.reads() {
		s.stats.Reads++
	}
	if !op.creates() {
		return
	}
	s.stats.Writes++
	a := s.accounts.findOrAdd(op.target.user)
	if a == nil {
		return
	}
	if a.writing > 0 {
		s.stats.Overlaps++
	}
	a.writing++
	x.writing = append(x.writing, a)
	if op.refused == nil && op.phone.kind == alternateMobile && a.user.Mobile == "" {
		s.stats.OrderViolations++
	}
}

// perform does an operation as far as quota and rules let it.
func (s *Simulator) perform(op *operation) result {
	switch {
	case op.reads():
		return s.read(op)
	case !op.creates():
		return refusedBy(op.target.unserved(op.method))
	}
	if wait := s.meter.take(time.Since(s.start)); wait > 0 {
		s.stats.Throttled++
		return refusedBy(&refusal{
			status: http.StatusTooManyRequests, code: "TooManyRequests",
			message: "Please retry again later.", inner: "Please retry after",
			retryAfter: s.config.RetryAfter.text(time.Now(), wait),
		})
	}
	a := s.accounts.findOrAdd(op.target.user)
	if a == nil {
		return refusedBy(s.config.Assumed.unknownUser(op.target.user))
	}
	return s.create(a, op)
}

func (s *Simulator) create(a *account, op *operation) result {
	switch {
	case a.user.Fault == Protected:
		return refusedBy(phoneRefusal(http.StatusForbidden, "accessDenied", "Request Authorization failed"))
	case op.refused != nil:
		return refusedBy(op.refused)
	case a.user.Fault == RefusedNumber:
		return refusedBy(invalidNumber())
	}
	done := s.add(a, op.phone)
	done.cut = a.user.Fault == LostAnswer
	return done
}

// add keeps the rules of
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods: one
// phone of each type, and a mobile before an alternateMobile.
func (s *Simulator) add(a *account, wanted phone) result {
	number := a.user.phone(wanted.kind)
	if *number == wanted.number {
		s.stats.RepeatedWrites++
	}
	switch {
	case *number != "":
		return refusedBy(s.config.Assumed.duplicate(wanted.kind))
	case wanted.kind == alternateMobile && a.user.Mobile == "":
		return refusedBy(s.config.Assumed.missingMobile())
	}
	*number = wanted.number
	s.stats.AcceptedWrites++
	return result{status: http.StatusCreated, phones: []phone{wanted}}
}

func (s *Simulator) read(op *operation) result {
	a := s.accounts.find(op.target.user)
	if a == nil && !s.accounts.open {
		return refusedBy(s.config.Assumed.unknownUser(op.target.user))
	}
	var u User
	if a != nil {
		u = a.user
	}
	if u.Fault == LostAnswer {
		return refusedBy(&refusal{status: http.StatusServiceUnavailable, code: "UnknownError"})
	}
	if op.target.kind == phoneCollection {
		return result{status: http.StatusOK, phones: s.phonesOf(&u)}
	}
	kind, ok := phoneTypeOf(func(_, id string) bool { return strings.EqualFold(id, op.target.phoneID) })
	if !ok || *u.phone(kind) == "" {
		return refusedBy(s.config.Assumed.missingPhone())
	}
	return result{status: http.StatusOK, phones: []phone{{kind, s.shown(*u.phone(kind))}}}
}

// phonesOf begins with the office phone, because Graph promises no order and
// shows this one in a sample.
func (s *Simulator) phonesOf(u *User) []phone {
	var phones []phone
	for _, t := range []phoneType{office, mobile, alternateMobile} {
		if number := *u.phone(t); number != "" {
			phones = append(phones, phone{t, s.shown(number)})
		}
	}
	return phones
}

func (s *Simulator) shown(number string) string {
	if s.config.MaskedReads {
		return masked(number)
	}
	return number
}

// Phones are the phones of a user by type, and empty if the user has none or
// does not exist.
func (s *Simulator) Phones(user string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	phones := map[string]string{}
	a := s.accounts.find(user)
	if a == nil {
		return phones
	}
	for t, known := range phoneTypes {
		if number := *a.user.phone(phoneType(t)); number != "" {
			phones[known.name] = number
		}
	}
	return phones
}

// Users are all users with the phones that stand there now, sorted by
// userPrincipalName. Without a directory they are those who were written to,
// and whatever key they were written by stands as their userPrincipalName.
func (s *Simulator) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var users []User
	for key, a := range s.accounts.byKey {
		if key == fold(a.user.UserPrincipalName) {
			users = append(users, a.user)
		}
	}
	slices.SortFunc(users, func(a, b User) int { return strings.Compare(a.UserPrincipalName, b.UserPrincipalName) })
	return users
}
