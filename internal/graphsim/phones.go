package graphsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// phoneType indexes phoneTypes and an account's phones.
type phoneType int

const (
	mobile phoneType = iota
	alternateMobile
	office
)

// phoneTypes are what does not change about a phone of each type; see
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
var phoneTypes = [...]struct{ name, id, title, smsSignInState string }{
	mobile:          {"mobile", "3179e48a-750b-4051-897c-87b9720928f7", "Mobile", "ready"},
	alternateMobile: {"alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41", "Alternate mobile", "notSupported"},
	office:          {"office", "e37fc753-ff3b-4958-9484-eaa9425c82bc", "Office", "notSupported"},
}

func phoneTypeOf(is func(name, id string) bool) (phoneType, bool) {
	for t, known := range phoneTypes {
		if is(known.name, known.id) {
			return phoneType(t), true
		}
	}
	return 0, false
}

// operation is one call for phones, alone or in a $batch, with all that can be
// said about it without the directory.
type operation struct {
	method          string
	target          target
	clientRequestID string
	phone           phone    // what a create wants
	refused         *refusal // why its body will not do
}

type phone struct {
	kind   phoneType
	number string
}

func newOperation(method string, t target, contentType string, body []byte) operation {
	op := operation{method: method, target: t}
	if op.creates() {
		op.phone, op.refused = parsePhone(contentType, body)
	}
	return op
}

func (op *operation) creates() bool {
	return op.method == http.MethodPost && op.target.kind == phoneCollection
}

func (op *operation) reads() bool {
	return op.method == http.MethodGet && (op.target.kind == phoneCollection || op.target.kind == onePhone)
}

// parsePhone reads the body of a create. Members that it does not know, such
// as @odata.type, are passed over.
func parsePhone(contentType string, body []byte) (phone, *refusal) {
	if !isJSON(contentType) {
		return phone{}, badRequest("Write requests must contain a JSON Content-Type header.")
	}
	var sent struct {
		PhoneNumber    *string         `json:"phoneNumber"`
		PhoneType      *string         `json:"phoneType"`
		SMSSignInState json.RawMessage `json:"smsSignInState"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return phone{}, badRequest("Unable to read JSON request payload.")
	}
	if sent.PhoneNumber == nil || sent.PhoneType == nil {
		return phone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneNumber and phoneType are required.")
	}
	if sent.SMSSignInState != nil {
		return phone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "smsSignInState is read-only.")
	}
	kind, ok := phoneTypeOf(func(name, _ string) bool { return name == *sent.PhoneType })
	if !ok {
		return phone{}, phoneRefusal(http.StatusBadRequest, "badRequest", "phoneType is not one of mobile, alternateMobile, office.")
	}
	number, ok := storedNumber(*sent.PhoneNumber)
	if !ok {
		return phone{}, invalidNumber()
	}
	return phone{kind, number}, nil
}

func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "application/json")
}

// invalidNumber has the recorded code; the message is not known.
func invalidNumber() *refusal {
	return phoneRefusal(http.StatusBadRequest, "invalidPhoneNumber", "The phone number is not valid.")
}

// The documented form is +{country code} {number}x{extension}. That the blank
// may be missing follows from clients that leave it out; how many digits are
// taken is assumed. The real service checks numbering plans as well.
var numberForm = regexp.MustCompile(`^\+([1-9][0-9]{0,2}) ?([0-9]{4,14}(?:x[0-9]{1,10})?)$`)

// storedNumber is the number as Graph gives it back, with one blank behind the
// country code.
func storedNumber(sent string) (string, bool) {
	parts := numberForm.FindStringSubmatch(sent)
	if parts == nil {
		return "", false
	}
	if strings.Contains(sent, " ") {
		return sent, true
	}
	digits := sent[1:]
	n := countryCodeLength(digits)
	return "+" + digits[:n] + " " + digits[n:], true
}

// countryCodeLength knows the codes of one and two digits; all others have
// three: ITU-T E.164, list of assigned country codes.
func countryCodeLength(digits string) int {
	const twoDigits = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
		"60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case strings.Contains(twoDigits, digits[:2]):
		return 2
	}
	return 3
}

// masked hides a stored number but for its country code and last two digits.
func masked(stored string) string {
	code, rest, _ := strings.Cut(stored, " ")
	hidden := max(0, len(rest)-2)
	return code + " " + strings.Repeat("X", hidden) + rest[hidden:]
}

type phoneBody struct {
	Context        string `json:"@odata.context,omitempty"`
	ID             string `json:"id"`
	PhoneNumber    string `json:"phoneNumber"`
	PhoneType      string `json:"phoneType"`
	SMSSignInState string `json:"smsSignInState"`
}

type phoneList struct {
	Context string      `json:"@odata.context"`
	Value   []phoneBody `json:"value"`
}

func (p phone) body() phoneBody {
	known := phoneTypes[p.kind]
	return phoneBody{ID: known.id, PhoneNumber: p.number, PhoneType: known.name, SMSSignInState: known.smsSignInState}
}

// render writes what became of an operation.
func (x *exchange) render(op *operation, done result) answer {
	if done.refused != nil {
		a := x.refuseFor(*done.refused, op.clientRequestID)
		a.cut = done.cut
		return a
	}
	// The context repeats the key as a URL would hold it.
	key := strings.ReplaceAll(url.QueryEscape(op.target.user), "+", "%20")
	context := x.origin + "/" + x.target.version + "/$metadata#users('" + key + "')/authentication/phoneMethods"
	var a answer
	if op.target.kind == phoneCollection && op.reads() {
		list := phoneList{Context: context, Value: make([]phoneBody, 0, len(done.phones))}
		for _, p := range done.phones {
			list.Value = append(list.Value, p.body())
		}
		a = jsonAnswer(done.status, odataJSON, list)
	} else {
		body := done.phones[0].body()
		body.Context = context + "/$entity"
		a = jsonAnswer(done.status, odataJSON, body)
	}
	a.header["OData-Version"] = "4.0"
	a.cut = done.cut
	return a
}
