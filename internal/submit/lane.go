package submit

import (
	"slices"
	"time"

	"entraphone/internal/authmethod"
)

// lane is a user's tasks on their way. The head is tasks[0]. It belongs to whoever
// holds it, queue or worker, so that it needs no lock.
type lane struct {
	tasks   authmethod.Lane // what has no outcome yet
	channel string          // by which it was sent last
	passed  int             // channels that have refused it
	known                   // of the user
	head                    // of the first task; cleared when it has its outcome
}

// known is what the steps for earlier tasks have told of the user.
type known struct {
	// gone are phones that this run has removed, by rank. Lists may show them for
	// some time.
	gone [3]bool
	// unlisted counts, by rank, the lists in a row without such a phone.
	unlisted [3]int
}

// head is what is known of the first task.
type head struct {
	verb    authmethod.Verb // what is to be sent next
	look    authmethod.Verb // by which it looks what stands there
	writes  int             // writes that were sent
	tries   int             // writes that got no answer of Graph to them
	reads   int             // reads that were sent since the last write
	absent  int             // reads among them that showed no phone
	others  int             // reads among them that showed another number
	missing int             // creates that found no such user
	clashes int             // writes that met another user's sign-in by SMS
	due     time.Time       // not to be sent before
	forward time.Time       // when an answer last settled something, or it was first sent
	alone   bool            // to be sent in a request of its own

	// intended is set when a write was recorded to be sent, even if it never left
	// this machine.
	intended bool

	// doubt is set when an earlier write may have been carried out although
	// its answer did not say so, and lost when there was no answer to it.
	doubt, lost bool
	// beside is set when a list has an alternateMobile beside the mobile that is to go.
	beside bool
	// stands is set when reading found a phone of the head's type, be it
	// another one or masked.
	stands bool
	// changing is set when a create has turned into an update.
	changing bool
	// as is the type under which the phone is created where it is not the row's.
	as authmethod.PhoneType
	// previous is the number that was read where the row's belongs.
	previous authmethod.PhoneNumber
	// phone is the result of the phone itself while SMS sign-in is switched; nil
	// before that.
	phone *authmethod.Result
	// refusal is the answer to the write that the read is to explain; its Status
	// is 0 when the read follows lost answers. It becomes the result where the
	// read finds no phone.
	refusal authmethod.Answer
	// last is the last answer that settled nothing. A row that the run leaves
	// unsettled shows its request id.
	last authmethod.Answer
}

// Earlier is what was done about a row before, as the journal tells. Attempts
// are added to those of this run.
type Earlier struct {
	Attempts int  // writes of it
	Doubt    bool // it may have been carried out: it is read before anything is sent
	// Write is the first that may have been, where it is no plain create: as which
	// type, and what it replaces or removes.
	Write authmethod.Write
	// Gone are the user's other phones that were removed, by rank.
	Gone [3]bool
}

// row is the head's. It panics for a lane that is done.
func (l *lane) row() authmethod.RowNumber { return l.tasks[0].Row }

// sending notes that the head is about to be sent. A read that follows another
// write than the last one says nothing about it, so the counts of reads begin
// anew with each write.
func (l *lane) sending(now time.Time) {
	if l.forward.IsZero() {
		l.forward = now
	}
	if !l.verb.Writes() {
		l.reads++
		return
	}
	l.writes++
	l.intended = true
	l.reads, l.absent, l.others = 0, 0, 0
}

// turn has another write sent for the head than before, for a phone of this type.
// What came before is settled by then.
func (l *lane) turn(verb authmethod.Verb, as authmethod.PhoneType) {
	l.verb, l.as = verb, as
	l.refusal, l.doubt, l.lost, l.clashes = authmethod.Answer{}, false, false, 0
}

// clashing reports whether the answer to a write tells of another user's sign-in by
// SMS, and counts it.
func (l *lane) clashing(a authmethod.Answer) bool {
	is := fateOf(a) == clashed
	if is {
		l.clashes++
	}
	return is
}

// doubted is why a write that was in doubt counts as carried out.
func (l *lane) doubted() authmethod.Code {
	if l.clashes > 0 {
		return authmethod.CodeSMSNotSwitchedNotUnique
	}
	return authmethod.CodeAnswerLost
}

// switchSMS reports whether SMS sign-in is to be switched now that the phone is in
// place, and sets what is sent for it. Where the phone's answer shows the state that
// is wanted, nothing is.
func (l *lane) switchSMS(r authmethod.Result) bool {
	want := l.tasks[0].SMS
	inPlace := r.Outcome == authmethod.Created || r.Outcome == authmethod.Updated || r.Outcome == authmethod.Unchanged
	switch {
	case want == authmethod.None || !inPlace || l.as != "":
		return false
	case want == authmethod.EnableSMS && r.SMSSignIn == smsReady:
		return false
	case want == authmethod.DisableSMS && r.SMSSignIn != "" && r.SMSSignIn != smsReady && r.SMSSignIn != smsNotUnique:
		return false
	}
	l.phone, l.verb = &r, want
	l.tries, l.reads, l.refusal = 0, 0, authmethod.Answer{}
	if want == authmethod.EnableSMS && r.SMSSignIn == smsNotUnique {
		l.verb = authmethod.Read
	}
	return true
}

// The states of https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod
// that decide something here.
const (
	smsReady      = "ready"
	smsNotEnabled = "notEnabled"
	smsNotUnique  = "phoneNumberNotUnique"
)

// listed counts the types that a list does not show.
func (l *lane) listed(a authmethod.Answer) {
	if a.Methods == nil {
		return
	}
	for rank := range l.unlisted {
		l.unlisted[rank]++
	}
	for _, m := range a.Methods {
		if rank := m.PhoneType.Rank(); rank < len(l.unlisted) {
			l.unlisted[rank] = 0
		}
	}
}

// shown is the number that an answer to a read shows for a phone of this type, and
// what the answer says. A list without it is as good as a 404.
func (l *lane) shown(of authmethod.PhoneType, a authmethod.Answer) (string, fate) {
	if a.Methods == nil {
		return a.Phone, fateOf(a)
	}
	at := slices.IndexFunc(a.Methods, func(m authmethod.Method) bool { return m.PhoneType == of })
	if at < 0 {
		return "", absent
	}
	return a.Methods[at].Phone, done
}

// onlyMethod reports whether a phone is the only method by which its user can prove who
// they are, by what the list of methods says. Graph would remove it all the same.
func (l *lane) onlyMethod(of authmethod.PhoneType, a authmethod.Answer) bool {
	return l.look == authmethod.ReadMethods && !slices.ContainsFunc(a.Methods, func(m authmethod.Method) bool {
		rank := m.PhoneType.Rank()
		return m.PhoneType != of && !(rank < len(l.gone) && l.gone[rank]) && strong[m.Kind]
	})
}

// needs reports whether a phone can be written or removed only when the one before it
// is: see https://learn.microsoft.com/graph/api/authentication-post-phonemethods and
// https://learn.microsoft.com/graph/api/phoneauthenticationmethod-delete.
func needs(before authmethod.PhoneType, removed bool, after authmethod.PhoneType, verb authmethod.Verb) bool {
	if removed {
		return before == authmethod.PhoneTypeAlternateMobile && after == authmethod.PhoneTypeMobile && verb == authmethod.Delete
	}
	return before == authmethod.PhoneTypeMobile && after == authmethod.PhoneTypeAlternateMobile && verb != authmethod.Delete
}

// strong are the methods that serve as a second factor or instead of one, as
// https://learn.microsoft.com/entra/identity/authentication/concept-authentication-methods
// lists them. A password, an email address and a Temporary Access Pass are none;
// nor is a kind that is not known here.
var strong = map[string]bool{
	"phoneAuthenticationMethod":                              true,
	"fido2AuthenticationMethod":                              true,
	"microsoftAuthenticatorAuthenticationMethod":             true,
	"softwareOathAuthenticationMethod":                       true,
	"hardwareOathAuthenticationMethod":                       true,
	"windowsHelloForBusinessAuthenticationMethod":            true,
	"platformCredentialAuthenticationMethod":                 true,
	"passwordlessMicrosoftAuthenticatorAuthenticationMethod": true,
	"x509CertificateAuthenticationMethod":                    true,
	"externalAuthenticationMethod":                           true,
}
