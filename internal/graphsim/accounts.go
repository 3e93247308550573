package graphsim

import (
	"encoding/binary"
	"hash/fnv"
	"net/http"
	"strings"

	"entraphone/internal/graphsim/directory"
)

// account is a user as a call finds it.
type account struct {
	ref  directory.Ref
	rule UserRule // what is special, from scenario and directory together
	sms  string   // the smsSignInState that a stale read shows
}

// stale is what reads show of a user for a while after a write.
type stale struct {
	phones [3]string
	sms    string
	reads  int // left
}

// maxOpen bounds the users of a tenant in which everybody exists.
const maxOpen = 5_000_000

// find looks a user up by id or userPrincipalName. Without a directory
// everybody exists once somebody asks.
func (s *Simulator) find(key string) (account, bool) {
	ref, ok := s.people.Find(key)
	if !ok && s.open && s.people.Len() < maxOpen {
		added, err := s.people.Add(openUser(key))
		ref, ok = added, err == nil
	}
	if ok && s.config.Assumed.CaseSensitiveNames && s.people.ID(ref) != key && s.people.UserPrincipalName(ref) != key {
		ok = false
	}
	if !ok {
		return account{}, false
	}
	a := account{ref: ref, rule: s.ruleFor(ref)}
	if a.rule.Fault == Missing {
		return account{}, false
	}
	return a, true
}

// openUser is a user of a tenant in which everybody exists. A key that has the
// form of an id becomes the id, too.
func openUser(key string) directory.User {
	u := directory.User{UserPrincipalName: key, AccountEnabled: true}
	if directory.IsID(key) {
		u.ID = key
	}
	return u
}

// ruleFor is the first rule that holds for a user, filled up from the
// directory.
func (s *Simulator) ruleFor(ref directory.Ref) UserRule {
	var rule UserRule
	for i := range s.config.Users {
		if r := &s.config.Users[i]; s.holds(r, i, ref) {
			rule = *r
			break
		}
	}
	if rule.Fault == NoFault {
		rule.Fault = UserFault(s.people.Fault(ref))
	}
	if rule.DefaultMethod == "" {
		rule.DefaultMethod = s.people.DefaultMethod(ref)
	}
	return rule
}

func (s *Simulator) holds(r *UserRule, index int, ref directory.Ref) bool {
	upn := s.people.UserPrincipalName(ref)
	if r.Match != nil && !r.Match.MatchString(upn) && !r.Match.MatchString(s.people.ID(ref)) {
		return false
	}
	if r.Share == 0 {
		return true
	}
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(nil, s.config.Seed))
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(index)))
	h.Write([]byte(strings.ToLower(upn)))
	// The low bits of FNV are well mixed; the high ones of short texts are not.
	return float64(h.Sum64()%1_000_003) < r.Share*1_000_003
}

// user finds the user of a call, who may be whoever calls, and may not have
// arrived at this part of the service yet.
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

// guard refuses writes to users whom the caller may not touch.
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
	case s.people.IsAdmin(a.ref) && (c.delegated() && s.config.SignedIn.Role == AuthenticationAdministrator || !c.delegated() && assumed.AdminsProtected):
		return accessDenied()
	case assumed.GuestsRefused && s.people.User(a.ref).UserType == "Guest":
		return assumed.Guest.about(name)
	}
	return nil
}

func accessDenied() *refusal {
	return phoneRefusal(http.StatusForbidden, "accessDenied", "Request Authorization failed")
}

// write is the beginning of every write to a phone: who, may it be done, and
// is there a body.
func (s *Simulator) write(c *call) (account, *refusal) {
	a, refused := s.user(c)
	if refused == nil {
		refused = s.guard(c, a)
	}
	if refused == nil {
		refused = c.refused
	}
	if refused == nil && a.rule.Fault == RefusedNumber && c.phone.hasText {
		refused = invalidNumber()
	}
	return a, refused
}

// createPhone keeps the rules of
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods: one
// phone of each type, and a mobile before an alternateMobile.
func (s *Simulator) createPhone(x *exchange, c *call) answer {
	a, refused := s.write(c)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	t, there := c.phone.kind, s.people.Phone(a.ref, c.phone.kind)
	if there == c.phone.number {
		s.stats.RepeatedWrites++
	}
	switch {
	case there != "":
		refused = s.config.Assumed.Duplicate.about(phoneTypes[t].title)
	case t == alternateMobile && s.people.Phone(a.ref, mobile) == "":
		refused = s.config.Assumed.MissingMobile.about("")
	default:
		refused = s.clash(a, t, c.phone.number)
	}
	if refused != nil {
		return s.sealed(a, x.refuse(c, *refused))
	}
	s.keep(a, t, c.phone.number)
	body := s.phone(c, a, t, c.phone.number)
	body.Context = x.context(c, "users('"+c.key()+"')/authentication/phoneMethods/$entity")
	created := x.odata(http.StatusCreated, body)
	if s.config.Assumed.Location {
		created.header["Location"] = x.base(c) + "/users/" + c.key() + "/authentication/phoneMethods/" + body.ID
	}
	return s.sealed(a, s.minimal(c, created))
}

// updatePhone changes the number and never the type:
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-update.
func (s *Simulator) updatePhone(x *exchange, c *call) answer {
	a, refused := s.write(c)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	t, ok := phoneTypeByID(c.target.id)
	there := ""
	if ok {
		there = s.people.Phone(a.ref, t)
	}
	switch {
	case there == "":
		refused = s.config.Assumed.MissingPhone.about("")
	case c.header("If-Match") != "" && c.header("If-Match") != "*":
		refused = &refusal{status: http.StatusPreconditionFailed, code: "resourceModified", message: "The resource has changed."}
	case c.phone.hasKind && c.phone.kind != t:
		refused = s.config.Assumed.TypeMismatch.about("")
	case c.phone.hasText:
		refused = s.clash(a, t, c.phone.number)
	}
	if refused != nil {
		return s.sealed(a, x.refuse(c, *refused))
	}
	if c.phone.hasText && there == c.phone.number {
		s.stats.RepeatedWrites++
	}
	if c.phone.hasText {
		s.keep(a, t, c.phone.number)
	} else {
		s.stats.accepted(s.now())
	}
	if c.method == http.MethodPatch && !s.config.Assumed.UpdateBody {
		return s.sealed(a, noContent())
	}
	body := s.phone(c, a, t, s.people.Phone(a.ref, t))
	body.Context = x.context(c, "users('"+c.key()+"')/authentication/phoneMethods/$entity")
	return s.sealed(a, s.minimal(c, x.odata(http.StatusOK, body)))
}

// deletePhone keeps the rules of
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
func (s *Simulator) deletePhone(x *exchange, c *call) answer {
	a, refused := s.write(c)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	t, ok := phoneTypeByID(c.target.id)
	switch {
	case !ok || s.people.Phone(a.ref, t) == "":
		refused = s.config.Assumed.MissingPhone.about("")
	case c.header("If-Match") != "" && c.header("If-Match") != "*":
		refused = &refusal{status: http.StatusPreconditionFailed, code: "resourceModified", message: "The resource has changed."}
	case t == mobile && s.people.Phone(a.ref, alternateMobile) != "":
		refused = s.config.Assumed.MobileNeeded.about("")
	case a.rule.DefaultMethod == phoneTypes[t].name:
		refused = s.config.Assumed.DefaultMethod.about("")
	}
	if refused != nil {
		return s.sealed(a, x.refuse(c, *refused))
	}
	s.keep(a, t, "")
	return s.sealed(a, noContent())
}

// switchSMS is for the mobile alone:
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-enablesmssignin.
func (s *Simulator) switchSMS(x *exchange, c *call) answer {
	a, refused := s.write(c)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	assumed, enable := &s.config.Assumed, c.target.kind == enableSMS
	t, ok := phoneTypeByID(c.target.id)
	switch {
	case !ok || s.people.Phone(a.ref, t) == "":
		refused = assumed.MissingPhone.about("")
	case t != mobile:
		refused = assumed.SMSNotMobile.about("")
	case enable && (s.config.SMSSignIn == directory.NotAllowedByPolicy || s.barred(a)):
		refused = assumed.SMSNotAllowed.about("")
	case enable && assumed.Clashes != ClashIgnored && s.people.WithMobile(s.people.Phone(a.ref, mobile)) > 1:
		refused = assumed.SMSNotUnique.about("")
	}
	if refused != nil {
		return s.sealed(a, x.refuse(c, *refused))
	}
	s.remember(a)
	switch {
	case enable:
		s.people.SetSMSSignIn(a.ref, directory.Ready)
	case !s.barred(a):
		s.people.SetSMSSignIn(a.ref, directory.NotEnabled)
	}
	s.stats.accepted(s.now())
	return s.sealed(a, noContent())
}

// barred is true of users whom the policy does not let sign in with SMS, which
// no change of their phones alters.
func (s *Simulator) barred(a account) bool {
	return s.people.SMSSignIn(a.ref) == directory.NotAllowedByPolicy
}

// clash is about a mobile number that another user has.
func (s *Simulator) clash(a account, t directory.PhoneType, number string) *refusal {
	others := s.people.WithMobile(number)
	if s.people.Phone(a.ref, mobile) == number {
		others--
	}
	if t == mobile && s.config.Assumed.Clashes == ClashRefused && others > 0 {
		return s.config.Assumed.Clash.about("")
	}
	return nil
}

// smsState is what the mobile of a user shows: a number that two users have
// cannot be used to sign in.
func (s *Simulator) smsState(a account) directory.SMSSignIn {
	state := s.people.SMSSignIn(a.ref)
	if state == directory.Ready && s.config.Assumed.Clashes == ClashShown && s.people.WithMobile(s.people.Phone(a.ref, mobile)) > 1 {
		return directory.PhoneNumberNotUnique
	}
	return state
}

// remember keeps what reads show for a while, before it changes.
func (s *Simulator) remember(a account) {
	if s.config.Assumed.StaleReads == 0 {
		return
	}
	before := &stale{reads: s.config.Assumed.StaleReads, sms: s.smsState(a).String()}
	for t := range phoneTypes {
		before.phones[t] = s.people.Phone(a.ref, directory.PhoneType(t))
	}
	s.stale[a.ref] = before
}

// keep stores a number, or removes a phone if it is empty.
func (s *Simulator) keep(a account, t directory.PhoneType, number string) {
	s.remember(a)
	s.people.SetPhone(a.ref, t, number)
	if number == "" && s.people.DefaultMethod(a.ref) == phoneTypes[t].name {
		s.people.SetDefaultMethod(a.ref, "")
	}
	if t == mobile && !s.barred(a) {
		s.people.SetSMSSignIn(a.ref, s.config.SMSSignIn)
	}
	s.stats.accepted(s.now())
}

// phonesOf are the numbers that a read shows.
func (s *Simulator) phonesOf(a *account) (phones [3]string) {
	if before := s.stale[a.ref]; before != nil {
		if before.reads--; before.reads == 0 {
			delete(s.stale, a.ref)
		}
		a.sms = before.sms
		return before.phones
	}
	for t := range phoneTypes {
		phones[t] = s.people.Phone(a.ref, directory.PhoneType(t))
	}
	return phones
}

// sealed loses the answer of a write where the user's fault is that.
func (s *Simulator) sealed(a account, done answer) answer {
	done.cut = a.rule.Fault == LostAnswer
	return done
}

func (s *Simulator) minimal(c *call, done answer) answer {
	if s.config.Assumed.MinimalHonoured && strings.Contains(c.header("Prefer"), "return=minimal") {
		return noContent()
	}
	return done
}

func noContent() answer { return answer{status: http.StatusNoContent, header: map[string]string{}} }

// listPhones begins with the office phone, because Graph promises no order and
// shows this one in a sample.
func (s *Simulator) listPhones(x *exchange, c *call) answer {
	a, phones, refused := s.readPhones(c)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	shown := make([]phoneBody, 0, len(phones))
	for _, t := range []directory.PhoneType{office, mobile, alternateMobile} {
		if phones[t] != "" && a.rule.Fault != B2C {
			shown = append(shown, s.phone(c, a, t, phones[t]))
		}
	}
	if refused := s.queryPhones(c, &shown); refused != nil {
		return x.refuse(c, *refused)
	}
	what := "phoneMethods"
	switch c.target.kind {
	case phoneCount:
		return x.plainText(len(shown))
	case methodCollection:
		what = "methods"
		return x.odata(http.StatusOK, list{Context: x.context(c, "users('"+c.key()+"')/authentication/"+what), Value: asMethods(shown)})
	}
	return x.odata(http.StatusOK, list{Context: x.context(c, "users('"+c.key()+"')/authentication/"+what), Value: shown})
}

// asMethods is the list of all a user's methods: everybody has a password.
func asMethods(phones []phoneBody) []any {
	const passwordID = "28c10230-6103-485e-b985-444c60001490"
	methods := []any{map[string]any{"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": passwordID, "password": nil}}
	for _, p := range phones {
		p.Type = "#microsoft.graph.phoneAuthenticationMethod"
		methods = append(methods, p)
	}
	return methods
}

func (s *Simulator) getPhone(x *exchange, c *call) answer {
	a, phones, refused := s.readPhones(c)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	t, ok := phoneTypeByID(c.target.id)
	if !ok || phones[t] == "" {
		return x.refuse(c, *s.config.Assumed.MissingPhone.about(""))
	}
	body := s.phone(c, a, t, phones[t])
	body.Context = x.context(c, "users('"+c.key()+"')/authentication/phoneMethods/$entity")
	return x.odata(http.StatusOK, body)
}

func (s *Simulator) readPhones(c *call) (a account, phones [3]string, refused *refusal) {
	if a, refused = s.user(c); refused != nil {
		return a, phones, refused
	}
	if a.rule.Fault == LostAnswer {
		return a, phones, &refusal{status: http.StatusServiceUnavailable, code: "UnknownError"}
	}
	phones = s.phonesOf(&a)
	return a, phones, nil
}
