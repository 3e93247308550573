package graphsim

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"entraphone/internal/graphsim/directory"
)

// account is a user as a call finds it. It is good for one call: rules and
// phones may change between two.
type account struct {
	ref  directory.Ref
	rule UserRule // what is special, from scenario and directory together
	sms  string   // the smsSignInState that a lagging read shows
}

// past is what stood before the writes that reads lag behind. A second write
// before reads have caught up keeps what stood before the first.
type past struct {
	phones [3]string
	sms    string
	reads  int           // left
	until  time.Duration // since the start
}

// shows reports whether reads may still show it. The receiver may be nil, as for
// most users.
func (p *past) shows(now time.Duration) bool { return p != nil && (p.reads > 0 || now < p.until) }

// maxOpen bounds the users of a tenant in which everybody exists. A client that
// asks for ever new names then gets 404, and the memory stays bounded.
const maxOpen = 5_000_000

// find looks a user up by id or userPrincipalName. Without a directory everybody
// exists once somebody asks. A key in the form of an id becomes the id of a new
// user, any other the userPrincipalName. It needs the lock. It is false also for
// users whom a rule calls missing.
func (s *Simulator) find(key string) (account, bool) {
	ref, ok := s.people.Find(key)
	if !ok && s.open && s.people.Len() < maxOpen {
		u := directory.User{UserPrincipalName: key, AccountEnabled: true}
		if directory.IsID(key) {
			u.ID = key
		}
		var err error
		ref, err = s.people.Add(u)
		ok = err == nil
	}
	if !ok || s.config.Assumed.CaseSensitiveNames && s.people.ID(ref) != key && s.people.UserPrincipalName(ref) != key {
		return account{}, false
	}
	a := account{ref: ref, rule: s.ruleFor(ref)}
	return a, a.rule.Fault != Missing
}

// ruleFor is the first rule that holds for a user, filled up from the directory.
// A rule of the scenario hides what the directory says only where it says
// something itself.
func (s *Simulator) ruleFor(ref directory.Ref) UserRule {
	var rule UserRule
	for i := range s.config.Users {
		if r := &s.config.Users[i]; s.holds(r, i, ref) {
			rule = *r
			break
		}
	}
	rule.Fault = cmp.Or(rule.Fault, UserFault(s.people.Fault(ref)))
	rule.DefaultMethod = cmp.Or(rule.DefaultMethod, s.people.DefaultMethod(ref))
	return rule
}

// holds reports whether the rule with this index is for a user. Which share of
// the users a rule holds for depends on the seed, on the rule's place and on the
// userPrincipalName, and not on the order of calls, so that a run can be
// repeated.
func (s *Simulator) holds(r *UserRule, index int, ref directory.Ref) bool {
	upn := s.people.UserPrincipalName(ref)
	if r.Match != nil && !r.Match.MatchString(upn) && !r.Match.MatchString(s.people.ID(ref)) {
		return false
	}
	if r.Share == 0 {
		return true
	}
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, s.config.Seed), uint64(index)))
	h.Write([]byte(strings.ToLower(upn)))
	// The low bits of FNV are well mixed; the high ones of short texts are not.
	// The modulus is a prime, so that no pattern of the hash shows.
	return float64(h.Sum64()%1_000_003) < r.Share*1_000_003
}

// user finds the user of a call, who may be whoever calls, and may not have
// arrived at this part of the service yet. Each call that finds somebody missing
// for now counts one off, be it a read or a write.
func (s *Simulator) user(c *call) (account, *refusal) {
	if c.target.me && !c.delegated() {
		return account{}, badRequest("/me request is only valid with delegated authentication flow.")
	}
	key := c.userKey()
	a, ok := c.found, c.exists
	if !c.looked {
		a, ok = s.find(key)
	}
	if ok && a.rule.MissingFor > s.missed[a.ref] {
		s.missed[a.ref]++
		ok = false
	}
	if !ok {
		return account{}, s.config.Assumed.UnknownUser.about(key)
	}
	return a, nil
}

// guard refuses writes to users whom the caller may not touch. Whoever signs in
// may remove phones of their own through /me, and nothing else:
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
func (s *Simulator) guard(c *call, a account) *refusal {
	assumed, name := &s.config.Assumed, s.people.UserPrincipalName(a.ref)
	switch {
	case a.rule.Fault == Protected:
		return accessDenied()
	case c.delegated() && strings.EqualFold(c.caller.User.UserPrincipalName, name):
		if c.target.me && c.method == http.MethodDelete {
			return nil
		}
		return assumed.OwnAccount.about(name)
	// An Authentication Administrator has no say over other administrators:
	// https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions.
	case s.people.IsAdmin(a.ref) && (c.delegated() && s.config.SignedIn.Role == AuthenticationAdministrator || !c.delegated() && assumed.AdminsProtected):
		return accessDenied()
	case assumed.GuestsRefused && s.people.User(a.ref).UserType == "Guest":
		return assumed.Guest.about(name)
	}
	return nil
}

// accessDenied is the MFA service's refusal. It is the same for a permission
// that is missing and for a user who is protected, so that a client cannot tell
// them apart.
func accessDenied() *refusal {
	return phoneRefusal(http.StatusForbidden, "accessDenied", "Request Authorization failed")
}

// smsState is what the mobile of a user shows: a number that two users have
// cannot be used to sign in. Otherwise it is what the directory says.
func (s *Simulator) smsState(a account) directory.SMSSignIn {
	state := s.people.SMSSignIn(a.ref)
	if state == directory.Ready && s.config.Assumed.Clashes == ClashShown && s.people.WithMobile(s.people.Phone(a.ref, mobile)) > 1 {
		return directory.PhoneNumberNotUnique
	}
	return state
}

// phonesShown are the numbers that a read shows. It counts as a read, and takes
// one of those that lag.
func (s *Simulator) phonesShown(a *account) [3]string {
	before := s.lagging[a.ref]
	if !before.shows(s.now()) {
		delete(s.lagging, a.ref)
		return s.standing(a.ref)
	}
	before.reads--
	if s.config.Assumed.ReadFlicker && s.random.IntN(2) == 0 {
		return s.standing(a.ref)
	}
	a.sms = before.sms
	return before.phones
}

// remember keeps what reads show for a while, before a write changes it. A
// further write in that time prolongs it and leaves the oldest state shown, as
// a replica does that has seen none of them.
func (s *Simulator) remember(a account) {
	assumed, now := &s.config.Assumed, s.now()
	if assumed.StaleReads == 0 && assumed.ReadLag == 0 {
		return
	}
	before := s.lagging[a.ref]
	if !before.shows(now) {
		before = &past{phones: s.standing(a.ref), sms: s.smsState(a).String()}
		s.lagging[a.ref] = before
	}
	before.reads, before.until = assumed.StaleReads, now+assumed.ReadLag
}

// standing are a user's numbers by type, empty for none. Writes go by these and
// never by what reads show.
func (s *Simulator) standing(ref directory.Ref) (phones [3]string) {
	for t := range phoneTypes {
		phones[t] = s.people.Phone(ref, directory.PhoneType(t))
	}
	return phones
}

// listPhones begins with the office phone, because Graph promises no order and
// shows this one in a sample. It also serves the count of phones and the list of
// all methods.
func (s *Simulator) listPhones(x *exchange, c *call, of slot) (answer, *refusal) {
	shown := make([]phoneBody, 0, len(of.phones))
	for _, t := range []directory.PhoneType{office, mobile, alternateMobile} {
		if of.phones[t] != "" && of.rule.Fault != B2C {
			// With B2C the list leaves out what a read by id shows.
			shown = append(shown, s.phone(c, of.account, t, of.phones[t]))
		}
	}
	if refused := s.queryPhones(c, &shown); refused != nil {
		return answer{}, refused
	}
	switch c.target.kind {
	case phoneCount:
		return x.plainText(len(shown)), nil
	case methodCollection:
		return x.list(c, "users('"+c.key()+"')/authentication/methods", page{}, asMethods(shown)), nil
	}
	return x.list(c, "users('"+c.key()+"')/authentication/phoneMethods", page{}, shown), nil
}

// asMethods is the list of all a user's methods: everybody has a password. The
// id is the one that every password has.
func asMethods(phones []phoneBody) []any {
	const passwordID = "28c10230-6103-485e-b985-444c60001490"
	methods := []any{map[string]any{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": passwordID, "password": nil}}
	for _, p := range phones {
		p.Type = "#microsoft.graph.phoneAuthenticationMethod"
		methods = append(methods, p)
	}
	return methods
}
