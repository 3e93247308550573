package graphsim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"entraphone/internal/graphsim/directory"
)

const (
	mobile          = directory.Mobile
	alternateMobile = directory.AlternateMobile
	office          = directory.Office
)

// phoneTypes are what does not change about a phone of each type; see
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
var phoneTypes = [...]struct{ name, id, title string }{
	mobile:          {"mobile", "3179e48a-750b-4051-897c-87b9720928f7", "Mobile"},
	alternateMobile: {"alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41", "Alternate mobile"},
	office:          {"office", "e37fc753-ff3b-4958-9484-eaa9425c82bc", "Office"},
}

func phoneTypeOf(is func(name, id string) bool) (directory.PhoneType, bool) {
	for t, known := range phoneTypes {
		if is(known.name, known.id) {
			return directory.PhoneType(t), true
		}
	}
	return 0, false
}

func phoneTypeByID(id string) (directory.PhoneType, bool) {
	return phoneTypeOf(func(_, known string) bool { return strings.EqualFold(known, id) })
}

// sentPhone is the body of a create or an update: what was given of it.
type sentPhone struct {
	kind             directory.PhoneType
	number           string // in the stored form
	hasKind, hasText bool
}

// readPhone reads the body of a create, where both members are needed, or of
// an update. Members that it does not know, such as @odata.type, are passed
// over.
func (s *Simulator) readPhone(c *call, both bool) (sentPhone, *refusal) {
	if !isJSON(c.header("Content-Type")) {
		return sentPhone{}, badRequest("Write requests must contain a JSON Content-Type header.")
	}
	var sent struct {
		PhoneNumber    *string         `json:"phoneNumber"`
		PhoneType      *string         `json:"phoneType"`
		SMSSignInState json.RawMessage `json:"smsSignInState"`
	}
	if err := json.Unmarshal(c.body, &sent); err != nil {
		return sentPhone{}, badRequest("Unable to read JSON request payload.")
	}
	switch {
	case both && (sent.PhoneNumber == nil || sent.PhoneType == nil):
		return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneNumber and phoneType are required.")
	case sent.PhoneNumber == nil && sent.PhoneType == nil:
		return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneNumber or phoneType is required.")
	case sent.SMSSignInState != nil:
		return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "smsSignInState is read-only.")
	}
	p := sentPhone{hasKind: sent.PhoneType != nil, hasText: sent.PhoneNumber != nil}
	if p.hasKind {
		kind, ok := phoneTypeOf(func(name, _ string) bool { return name == *sent.PhoneType })
		if !ok {
			return sentPhone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneType is not one of mobile, alternateMobile, office.")
		}
		p.kind = kind
	}
	if p.hasText {
		kind := p.kind
		if t, known := phoneTypeByID(c.target.id); known {
			kind = t
		}
		number, ok := s.takesNumber(kind, *sent.PhoneNumber)
		if !ok {
			return sentPhone{}, invalidNumber()
		}
		p.number = number
	}
	return p, nil
}

// takesNumber gives the number as Graph gives it back. The real service checks
// numbering plans as well, and is stricter than any pattern.
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
		s.refusedNumbers[strings.ReplaceAll(stored, " ", "")]:
		return "", false
	}
	return stored, true
}

// unpunctuated leaves the first blank alone, which stands behind the country
// code.
func unpunctuated(number string) string {
	code, rest, found := strings.Cut(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-().", r) {
			return -1
		}
		return r
	}, number), " ")
	if !found {
		return code
	}
	return code + " " + strings.ReplaceAll(rest, " ", "")
}

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

type phoneBody struct {
	Context         string `json:"@odata.context,omitempty"`
	Type            string `json:"@odata.type,omitempty"`
	ID              string `json:"id"`
	PhoneNumber     string `json:"phoneNumber"`
	PhoneType       string `json:"phoneType"`
	SMSSignInState  string `json:"smsSignInState"`
	CreatedDateTime string `json:"createdDateTime,omitempty"`
}

type list struct {
	Context  string `json:"@odata.context"`
	Count    *int   `json:"@odata.count,omitempty"`
	NextLink string `json:"@odata.nextLink,omitempty"`
	Value    any    `json:"value"`
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

// numbersRefused makes the configured numbers comparable.
func numbersRefused(numbers []string) map[string]bool {
	refused := make(map[string]bool, len(numbers))
	for _, number := range numbers {
		refused[anyBlank.ReplaceAllString(number, "")] = true
	}
	return refused
}

var anyBlank = regexp.MustCompile(`\s+`)
