package graphsim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"entraphone/internal/graphsim/directory"
)

const (
	mobile          = directory.Mobile
	alternateMobile = directory.AlternateMobile
	office          = directory.Office
)

// phoneType is a type in words: as JSON has it, its id, and as messages have it.
type phoneType struct{ name, id, title string }

// phoneTypes are what does not change about a phone of each type; see
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
var phoneTypes = [...]phoneType{
	mobile:          {"mobile", "3179e48a-750b-4051-897c-87b9720928f7", "Mobile"},
	alternateMobile: {"alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41", "Alternate mobile"},
	office:          {"office", "e37fc753-ff3b-4958-9484-eaa9425c82bc", "Office"},
}

// phoneTypeByID is false for an id that no phone can have.
func phoneTypeByID(id string) (directory.PhoneType, bool) {
	t := slices.IndexFunc(phoneTypes[:], func(known phoneType) bool { return strings.EqualFold(known.id, id) })
	return directory.PhoneType(t), t >= 0
}

// sentPhone is the body of a create or an update: what was given of it.
type sentPhone struct {
	kind             directory.PhoneType
	number           string // in the stored form
	hasKind, hasText bool
}

// readPhone reads the body of a create, where both members are needed, or of an
// update. Members that it does not know, such as @odata.type, are passed over.
// It does not look at the user: that comes later.
func (s *Simulator) readPhone(c *call, both bool) (sentPhone, *refusal) {
	if !isJSON(c.header.Get("Content-Type")) {
		return sentPhone{}, badRequest("Write requests must contain a JSON Content-Type header.")
	}
	var p sentPhone
	var text, typeName string
	var readOnly bool
	var space [8][]byte
	members, ok := parts(space[:0], c.body, '{')
	for ; ok && len(members) > 0; members = members[2:] {
		switch value := members[1]; string(members[0]) {
		case `"phoneNumber"`:
			p.hasText = value[0] != 'n' // null
			text, ok = asText(value)
		case `"phoneType"`:
			p.hasKind = value[0] != 'n'
			typeName, ok = asText(value)
		case `"smsSignInState"`:
			readOnly = true
		}
	}
	if !ok {
		return sentPhone{}, badRequest("Unable to read JSON request payload.")
	}
	switch {
	case both && !(p.hasKind && p.hasText):
		return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneNumber and phoneType are required.")
	case !p.hasKind && !p.hasText:
		return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneNumber or phoneType is required.")
	case readOnly:
		return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "smsSignInState is read-only.")
	}
	if p.hasKind {
		kind := slices.IndexFunc(phoneTypes[:], func(known phoneType) bool { return known.name == typeName })
		if kind < 0 {
			return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneType is not one of mobile, alternateMobile, office.")
		}
		p.kind = directory.PhoneType(kind)
	}
	if p.hasText {
		kind := p.kind
		if t, known := phoneTypeByID(c.target.id); known {
			kind = t
		}
		number, ok := s.takesNumber(kind, text)
		if !ok {
			return sentPhone{}, invalidNumber()
		}
		p.number = number
	}
	return p, nil
}

// takesNumber gives the number as Graph gives it back. The real service checks
// numbering plans as well, and is stricter than any pattern. A refused number is
// refused however it is spaced.
func (s *Simulator) takesNumber(t directory.PhoneType, sent string) (stored string, ok bool) {
	assumed := &s.config.Assumed
	if assumed.PunctuationTaken {
		sent = unpunctuated(sent)
	}
	stored, ok = directory.Number(sent)
	pattern := assumed.NumberPattern
	switch {
	case !ok,
		assumed.BlankRequired && stored != sent,
		assumed.ExtensionsOfficeOnly && t != office && strings.Contains(stored, "x"),
		pattern != nil && !pattern.MatchString(sent),
		slices.ContainsFunc(s.config.RefusedNumbers, func(number string) bool { return unblanked(number) == unblanked(stored) }):
		return "", false
	}
	return stored, true
}

// unpunctuated leaves the blank behind the country code.
func unpunctuated(number string) string {
	return oneBlank(strings.NewReplacer("-", "", "(", "", ")", "", ".", "").Replace(number))
}

// oneBlank leaves the first blank of a number alone.
func oneBlank(number string) string {
	code, rest, found := strings.Cut(number, " ")
	if !found {
		return code
	}
	return code + " " + strings.ReplaceAll(rest, " ", "")
}

func unblanked(text string) string { return strings.Join(strings.Fields(text), "") }

func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}

// invalidNumber has the recorded code; the message is not known.
func invalidNumber() *refusal {
	return phoneRefusal(http.StatusBadRequest, "invalidPhoneNumber", "The phone number is not valid.")
}

// mask hides a stored number but for its country code and last two digits.
func (a *Assumed) mask(stored string) string {
	code, rest, _ := strings.Cut(stored, " ")
	hidden := len(rest)
	if !a.MaskWhole {
		hidden = max(0, hidden-2)
	}
	return code + " " + strings.Repeat(a.MaskCharacter, hidden) + rest[hidden:]
}

// phoneBody is a phoneAuthenticationMethod; see phoneTypes.
type phoneBody struct {
	Context         string `json:"@odata.context,omitempty"`
	Type            string `json:"@odata.type,omitempty"`
	ID              string `json:"id"`
	PhoneNumber     string `json:"phoneNumber"`
	PhoneType       string `json:"phoneType"`
	SMSSignInState  string `json:"smsSignInState"`
	CreatedDateTime string `json:"createdDateTime,omitempty"`
}

// phone describes a phone as it stands there, or is asked not to be shown.
func (s *Simulator) phone(c *call, a account, t directory.PhoneType, number string) phoneBody {
	known := phoneTypes[t]
	body := phoneBody{ID: known.id, PhoneNumber: number, PhoneType: known.name, SMSSignInState: directory.NotSupported.String()}
	if t == mobile {
		body.SMSSignInState = cmp.Or(a.sms, s.smsState(a).String())
	}
	masked := c.reads() && (s.config.Assumed.MaskedReads || c.delegated() && s.config.SignedIn.Role == AuthenticationAdministrator)
	if masked {
		body.PhoneNumber = s.config.Assumed.mask(number)
	}
	if s.config.Assumed.NumbersUnspaced {
		body.PhoneNumber = strings.ReplaceAll(body.PhoneNumber, " ", "")
	}
	if s.config.Assumed.CreatedDateTime {
		body.CreatedDateTime = s.start.UTC().Format("2006-01-02T15:04:05Z")
	}
	return body
}

// slot is where a user has a phone of one type, or has not. A handler gets it
// after user, guard and body are known to be good.
type slot struct {
	account
	phones [3]string // all of theirs by type, empty for none
	kind   directory.PhoneType
	number string // of this type
}

// forPhones makes what is done about a user's phones a service. It asks first
// who the call is about, and of a write may it be done, and is there a body.
func forPhones(do func(*Simulator, *exchange, *call, slot) (answer, *refusal)) handler {
	return func(s *Simulator, x *exchange, c *call) (answer, *refusal) {
		a, refused := s.user(c)
		switch {
		case refused != nil:
		case !c.reads():
			refused = cmp.Or(s.guard(c, a), c.refused)
			if refused == nil && a.rule.Fault == RefusedNumber && c.phone.hasText {
				refused = invalidNumber()
			}
		case a.rule.Fault == LostAnswer:
			refused = &refusal{status: http.StatusServiceUnavailable, code: "UnknownError"}
		}
		if refused != nil {
			return answer{}, refused
		}
		at := slot{account: a, kind: c.phone.kind, phones: s.standing(a.ref)}
		if c.reads() {
			at.phones = s.phonesShown(&at.account)
		}
		known, one := true, c.target.kind >= onePhone && c.target.kind <= disableSMS
		if one {
			at.kind, known = phoneTypeByID(c.target.id)
		}
		if known {
			at.number = at.phones[at.kind]
		}
		var done answer
		if one && at.number == "" {
			refused = s.config.Assumed.MissingPhone.about("")
		} else {
			done, refused = do(s, x, c, at)
		}
		if refused != nil {
			done = x.refuse(c, *refused)
		}
		done.cut = !c.reads() && a.rule.Fault == LostAnswer
		return done, nil
	}
}

// createPhone keeps the rules of
// https://learn.microsoft.com/graph/api/authentication-post-phonemethods: one
// phone of each type, and a mobile before an alternateMobile.
func (s *Simulator) createPhone(x *exchange, c *call, at slot) (answer, *refusal) {
	if at.number == c.phone.number {
		s.stats.RepeatedWrites++
	}
	switch {
	case at.number != "":
		return answer{}, s.config.Assumed.Duplicate.about(phoneTypes[at.kind].title)
	case at.kind == alternateMobile && at.phones[mobile] == "":
		return answer{}, s.config.Assumed.MissingMobile.about("")
	}
	if refused := s.clash(at, c.phone.number); refused != nil {
		return answer{}, refused
	}
	at.number = c.phone.number
	s.keep(at)
	created := s.shown(x, c, at, http.StatusCreated)
	if s.config.Assumed.Location {
		created.set("Location", x.base(c)+"/users/"+c.key()+"/authentication/phoneMethods/"+phoneTypes[at.kind].id)
	}
	return s.minimal(c, created), nil
}

// updatePhone changes the number and never the type:
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-update.
func (s *Simulator) updatePhone(x *exchange, c *call, at slot) (answer, *refusal) {
	switch {
	case c.stale():
		return answer{}, resourceModified()
	case c.phone.hasKind && c.phone.kind != at.kind:
		return answer{}, s.config.Assumed.TypeMismatch.about("")
	case !c.phone.hasText:
		s.stats.accepted(s.now())
	default:
		if refused := s.clash(at, c.phone.number); refused != nil {
			return answer{}, refused
		}
		if at.number == c.phone.number {
			s.stats.RepeatedWrites++
		}
		at.number = c.phone.number
		s.keep(at)
	}
	if c.method == http.MethodPatch && !s.config.Assumed.UpdateBody {
		return noContent(), nil
	}
	return s.minimal(c, s.shown(x, c, at, http.StatusOK)), nil
}

// deletePhone keeps the rules of
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
func (s *Simulator) deletePhone(_ *exchange, c *call, at slot) (answer, *refusal) {
	switch {
	case c.stale():
		return answer{}, resourceModified()
	case at.kind == mobile && at.phones[alternateMobile] != "":
		return answer{}, s.config.Assumed.MobileNeeded.about("")
	case at.rule.DefaultMethod == phoneTypes[at.kind].name:
		return answer{}, s.config.Assumed.DefaultMethod.about("")
	}
	at.number = ""
	s.keep(at)
	return noContent(), nil
}

// switchSMS is for the mobile alone:
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-enablesmssignin.
func (s *Simulator) switchSMS(_ *exchange, c *call, at slot) (answer, *refusal) {
	assumed, enable := &s.config.Assumed, c.target.kind == enableSMS
	switch {
	case at.kind != mobile:
		return answer{}, assumed.SMSNotMobile.about("")
	case enable && (s.config.SMSSignIn == directory.NotAllowedByPolicy || s.barred(at.account)):
		return answer{}, assumed.SMSNotAllowed.about("")
	case enable && assumed.Clashes != ClashIgnored && s.people.WithMobile(at.number) > 1:
		return answer{}, assumed.SMSNotUnique.about("")
	}
	s.remember(at.account)
	switch {
	case enable:
		s.people.SetSMSSignIn(at.ref, directory.Ready)
	case !s.barred(at.account):
		s.people.SetSMSSignIn(at.ref, directory.NotEnabled)
	}
	s.stats.accepted(s.now())
	return noContent(), nil
}

// stale reports whether the caller knows another version than ours, of which
// there is no name.
func (c *call) stale() bool { return !slices.Contains([]string{"", "*"}, c.header.Get("If-Match")) }

func resourceModified() *refusal {
	return &refusal{status: http.StatusPreconditionFailed, code: "resourceModified", message: "The resource has changed."}
}

// clash is about a mobile number that another user has.
func (s *Simulator) clash(at slot, number string) *refusal {
	if at.kind != mobile || s.config.Assumed.Clashes != ClashRefused {
		return nil
	}
	others := s.people.WithMobile(number)
	if at.number == number {
		others--
	}
	if others > 0 {
		return s.config.Assumed.Clash.about("")
	}
	return nil
}

// barred is true of users whom the policy does not let sign in with SMS, which
// no change of their phones alters.
func (s *Simulator) barred(a account) bool {
	return s.people.SMSSignIn(a.ref) == directory.NotAllowedByPolicy
}

// keep stores a number, or removes a phone if it is empty.
func (s *Simulator) keep(at slot) {
	s.remember(at.account)
	s.people.SetPhone(at.ref, at.kind, at.number)
	if at.number == "" && s.people.DefaultMethod(at.ref) == phoneTypes[at.kind].name {
		s.people.SetDefaultMethod(at.ref, "")
	}
	if at.kind == mobile && !s.barred(at.account) {
		s.people.SetSMSSignIn(at.ref, s.config.SMSSignIn)
	}
	s.stats.accepted(s.now())
}

func (s *Simulator) getPhone(x *exchange, c *call, at slot) (answer, *refusal) {
	return s.shown(x, c, at, http.StatusOK), nil
}

// shown answers with a phone.
func (s *Simulator) shown(x *exchange, c *call, at slot, status int) answer {
	body := s.phone(c, at.account, at.kind, at.number)
	body.Context = x.context(c, "users('"+c.key()+"')/authentication/phoneMethods/$entity")
	return x.odata(status, body)
}

func (s *Simulator) minimal(c *call, done answer) answer {
	if s.config.Assumed.MinimalHonoured && strings.Contains(c.header.Get("Prefer"), "return=minimal") {
		return noContent()
	}
	return done
}

func noContent() answer { return answer{status: http.StatusNoContent} }
