package graphsim

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// Errors and batches have the short form, all else of Graph the long one.
	plainJSON = "application/json"
	odataJSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

	// diagnostic is a header of every answer of Graph; support asks for it.
	diagnostic = `{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"SIMULATOR"}}`
)

// answer is what goes back for a request, alone or in a $batch. It becomes bytes
// only when it is written: a fault may still change it.
type answer struct {
	status   int
	header   map[string]string // shared with others: see set
	body     any               // encoded as JSON, unless it is []byte or text
	cut      bool              // nothing goes back: the connection is cut
	truncate int               // bytes of the body that go back, 0 for all
}

// text is a body that is not JSON.
type text string

// jsonHeader and odataHeader are what most answers have.
var (
	// Nobody may write to them.
	jsonHeader  = map[string]string{"Content-Type": plainJSON}
	odataHeader = map[string]string{"Content-Type": odataJSON, "OData-Version": "4.0"}
)

// set copies the header before it changes it. Most answers share a header, and a
// write to it would show in all of them.
func (a *answer) set(name, value string) {
	header := make(map[string]string, len(a.header)+1)
	maps.Copy(header, a.header)
	header[name] = value
	a.header = header
}

// refusal is an answer with Graph's error object
// (https://learn.microsoft.com/graph/errors). It does not depend on the
// exchange; refuse adds date and ids.
type refusal struct {
	status        int
	code, message string
	inner         string // message inside innerError
	retryAfter    string
	header        map[string]string // others
}

// phoneRefusal repeats the message inside, as the authentication methods API
// does. The page about errors has no sample of that.
func phoneRefusal(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message, inner: message}
}

// notFound is the directory's answer for an object that nobody has. It is not
// what a phone that is missing gets: that is the MFA service's.
func notFound(id string) *refusal {
	return &refusal{status: http.StatusNotFound, code: "Request_ResourceNotFound",
		message: "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present."}
}

// badForDirectory is a bad request in the words of the directory. Its code
// differs from that of the layers in front of it.
func badForDirectory(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: message}
}

// badRequest is a bad request in the words of Graph's gateway, which reads
// paths, batches and query options before a service sees them.
func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: message}
}

// errorBody is Graph's error object. InnerError and LowerInner are two spellings
// of one member, of which an answer has one.
type errorBody struct {
	Error struct {
		Code       string            `json:"code"`
		Message    string            `json:"message"`
		InnerError map[string]string `json:"innerError,omitempty"`
		LowerInner map[string]string `json:"innererror,omitempty"`
	} `json:"error"`
}

// refuse writes the error. The call, which may be nil, can have a
// client-request-id of its own. Ids and date stand in the body as well as in the
// headers, as clients may read either.
func (x *exchange) refuse(c *call, r refusal) answer {
	inner := map[string]string{
		"date":              time.Now().UTC().Format("2006-01-02T15:04:05"),
		"request-id":        x.entry.RequestID,
		"client-request-id": x.entry.ClientRequestID,
	}
	if c != nil && c.clientRequestID != "" {
		inner["client-request-id"] = c.clientRequestID
	}
	if r.inner != "" {
		inner["message"] = r.inner
	}
	if r.status == http.StatusTooManyRequests {
		inner["code"], inner["status"] = "429", "429"
	}
	var body errorBody
	body.Error.Code, body.Error.Message, body.Error.InnerError = r.code, r.message, inner
	a := answer{status: r.status, header: jsonHeader, body: body}
	if r.retryAfter != "" {
		a.set("Retry-After", r.retryAfter)
	}
	for name, value := range r.header {
		a.set(name, value)
	}
	return a
}

// odata is an answer of Graph that is not an error.
func (x *exchange) odata(status int, body any) answer {
	return answer{status: status, header: odataHeader, body: body}
}

// list is a collection of Graph, or a page of one. values is never nil, so that
// an empty list is [] and not null.
func (x *exchange) list(c *call, of string, p page, values any) answer {
	return x.odata(http.StatusOK, struct {
		Context  string `json:"@odata.context"`
		Count    *int   `json:"@odata.count,omitempty"`
		NextLink string `json:"@odata.nextLink,omitempty"`
		Value    any    `json:"value"`
	}{x.context(c, of), p.count, x.nextLink(c, p.next), values})
}

// plainText is how a $count answers: a number, and no JSON.
func (x *exchange) plainText(n int) answer {
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "text/plain", "OData-Version": "4.0"}, body: text(strconv.Itoa(n))}
}

// base is the root of the version that is called.
func (x *exchange) base(c *call) string { return x.origin + "/" + c.target.version }

// context is the @odata.context of what is answered, such as users/$entity.
func (x *exchange) context(c *call, of string) string {
	return x.origin + "/" + c.target.version + "/$metadata#" + of
}

// expiredToken has a message of its own, by which people tell it from a token
// that was never good. Clients go by the 401.
func (x *exchange) expiredToken() *refusal {
	return x.invalidToken("Lifetime validation failed, the token is expired.")
}

// invalidToken says in a header where to sign in, as RFC 9110, section 11.6.1,
// wants of every 401.
func (x *exchange) invalidToken(message string) *refusal {
	challenge := `Bearer realm="", authorization_uri="` + x.origin + `/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`
	return &refusal{status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: message,
		header: map[string]string{"WWW-Authenticate": challenge}}
}

// usualError is what Graph says most often with a status. Faults use it where
// the scenario gives no code. Other statuses have the code UnknownError.
func (x *exchange) usualError(status int) refusal {
	usual := map[int]*refusal{
		http.StatusUnauthorized: x.expiredToken(),
		http.StatusForbidden:    accessDenied(),
		http.StatusConflict: {status: status, code: "Directory_ConcurrencyViolation",
			message: "Error due to concurrent requests being made to the tenant. Please wait briefly and retry."},
		http.StatusTooManyRequests: tooManyRequests(),
	}
	return *cmp.Or(usual[status], &refusal{status: status, code: "UnknownError"})
}

// tooManyRequests lacks the wait, which the quota knows.
func tooManyRequests() *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: "TooManyRequests", message: "Please retry again later.", inner: "Please retry after"}
}

// nextLink is the call's own address, going on behind this page. All query
// options but the $skiptoken stay as they were sent. The token is the place
// where the next page begins, in base64, so that nobody counts on its form.
func (x *exchange) nextLink(c *call, next int) string {
	if next == 0 {
		return ""
	}
	var kept []string
	for option := range strings.SplitSeq(c.target.query, "&") {
		name, _, _ := strings.Cut(option, "=")
		if name, err := url.QueryUnescape(name); err == nil && optionName(name) != "skiptoken" && option != "" {
			kept = append(kept, escaped(option))
		}
	}
	kept = append(kept, "$skiptoken="+base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(next))))
	return x.base(c) + (&url.URL{Path: c.target.path}).EscapedPath() + "?" + strings.Join(kept, "&")
}

// escaped encodes what only the url of a request in a $batch holds as it is,
// such as blanks: a link must be good outside of one, too. What is
// percent-encoded already stays as it is.
func escaped(option string) string {
	var to strings.Builder
	for _, b := range []byte(option) {
		if notInURL(rune(b)) {
			fmt.Fprintf(&to, "%%%02X", b)
		} else {
			to.WriteByte(b)
		}
	}
	return to.String()
}

// encoded is the body as it goes back, of a $batch the whole at once. A body
// that is truncated ends in the middle of whatever stands there.
func (a *answer) encoded() []byte {
	var body []byte
	switch b := a.body.(type) {
	case nil:
	case []byte:
		body = b
	case text:
		body = []byte(b)
	default:
		body = encode(b)
	}
	if a.truncate > 0 {
		body = body[:min(a.truncate, len(body))]
	}
	return body
}

// encode panics for what cannot be JSON: all values are made here.
func encode(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("graphsim: encoding an answer: %v", err)) // unreachable unless bug
	}
	return encoded
}

// Content-Length is that of what goes back, also of a truncated body, so that
// the caller must read the JSON to find out.
func (x *exchange) write(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("request-id", x.entry.RequestID)
	h.Set("client-request-id", x.entry.ClientRequestID)
	h.Set("x-ms-ags-diagnostic", diagnostic)
	h.Set("Cache-Control", "no-cache")
	for name, value := range a.header {
		if h.Set(name, value); value == "" {
			h.Del(name)
		}
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		w.WriteHeader(a.status) // HTTP allows no body with these
		return
	}
	body := a.encoded()
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	w.Write(body) // an error means that the caller has gone
}

// readBody reads the body whole and unpacked: msgraph-sdk-go sends every body
// with gzip. The limit is that of the unpacked body: a small one that is packed
// cannot become a large one.
func readBody(r *http.Request, limit int64) ([]byte, *refusal) {
	var source io.Reader = r.Body
	switch encoding := r.Header.Get("Content-Encoding"); {
	case strings.EqualFold(encoding, "gzip"):
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, badRequest("The request body is not valid gzip.")
		}
		source = unpacked
	case encoding != "":
		return nil, &refusal{status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType",
			message: "The content encoding of the request is not supported."}
	}
	var body bytes.Buffer
	body.Grow(bytes.MinRead + int(min(max(r.ContentLength, 0), limit)))
	if _, err := body.ReadFrom(io.LimitReader(source, limit+1)); err != nil {
		return nil, badRequest("The request body could not be read.")
	}
	if int64(body.Len()) > limit {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLarge",
			message: fmt.Sprintf("The request body is larger than %d bytes.", limit)}
	}
	return body.Bytes(), nil
}

// guid writes 16 bytes in the form of a random UUID. Version and variant are
// those of RFC 9562, section 5.4.
func guid(high, low uint64) string {
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff)
}
