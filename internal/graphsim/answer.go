package graphsim

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	plainJSON = "application/json"
	odataJSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

	diagnostic = `{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"SIMULATOR"}}`
)

// answer is what goes back for a request, alone or in a $batch.
type answer struct {
	status   int
	header   map[string]string
	body     any  // encoded as JSON, unless it is []byte or text
	cut      bool // nothing goes back: the connection is cut
	truncate int  // bytes of the body that go back, 0 for all
}

// text is a body that is not JSON.
type text string

// refusal is an answer with Graph's error object
// (https://learn.microsoft.com/graph/errors).
type refusal struct {
	status        int
	code, message string
	inner         string // message inside innerError
	retryAfter    string
	header        map[string]string // others
}

// phoneRefusal repeats the message inside, as the authentication methods API
// does.
func phoneRefusal(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message, inner: message}
}

func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: message}
}

type errorBody struct {
	Error struct {
		Code       string     `json:"code"`
		Message    string     `json:"message"`
		InnerError innerError `json:"innerError"`
	} `json:"error"`
}

type innerError struct {
	Code            string `json:"code,omitempty"`
	Message         string `json:"message,omitempty"`
	Date            string `json:"date"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
	Status          string `json:"status,omitempty"`
}

// refuse writes the error. The call, which may be nil, can have a
// client-request-id of its own.
func (x *exchange) refuse(c *call, r refusal) answer {
	var body errorBody
	body.Error.Code, body.Error.Message = r.code, r.message
	body.Error.InnerError = innerError{
		Message:         r.inner,
		Date:            time.Now().UTC().Format("2006-01-02T15:04:05"),
		RequestID:       x.requestID,
		ClientRequestID: x.clientRequestID,
	}
	if c != nil && c.clientRequestID != "" {
		body.Error.InnerError.ClientRequestID = c.clientRequestID
	}
	if r.status == http.StatusTooManyRequests {
		body.Error.InnerError.Code, body.Error.InnerError.Status = "429", "429"
	}
	a := jsonAnswer(r.status, plainJSON, body)
	if r.retryAfter != "" {
		a.header["Retry-After"] = r.retryAfter
	}
	maps.Copy(a.header, r.header)
	return a
}

// odata is an answer of Graph that is no error.
func (x *exchange) odata(status int, body any) answer {
	a := jsonAnswer(status, odataJSON, body)
	a.header["OData-Version"] = "4.0"
	return a
}

func (x *exchange) plainText(n int) answer {
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "text/plain", "OData-Version": "4.0"}, body: text(strconv.Itoa(n))}
}

// base is the root of the version that is called.
func (x *exchange) base(c *call) string { return x.origin + "/" + c.target.version }

func (x *exchange) context(c *call, of string) string { return x.base(c) + "/$metadata#" + of }

// jsonAnswer leaves the encoding to write, which does a whole $batch at once.
func jsonAnswer(status int, contentType string, body any) answer {
	return answer{status: status, header: map[string]string{"Content-Type": contentType}, body: body}
}

// encoded is the body as it goes back.
func (a *answer) encoded() []byte {
	var body []byte
	switch b := a.body.(type) {
	case nil:
	case []byte:
		body = b
	case text:
		body = []byte(b)
	default:
		var err error
		if body, err = json.Marshal(b); err != nil {
			panic(fmt.Sprintf("graphsim: encoding an answer: %v", err)) // unreachable unless bug
		}
	}
	if a.truncate > 0 {
		body = body[:min(a.truncate, len(body))]
	}
	return body
}

func (x *exchange) write(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("request-id", x.requestID)
	h.Set("client-request-id", x.clientRequestID)
	h.Set("x-ms-ags-diagnostic", diagnostic)
	h.Set("Cache-Control", "no-cache")
	for name, value := range a.header {
		h.Set(name, value)
	}
	body := a.encoded()
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	w.Write(body) // an error means that the caller has gone
}

// readBody reads the body whole and unpacked: msgraph-sdk-go sends every body
// with gzip.
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
		return nil, &refusal{
			status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType",
			message: "The content encoding of the request is not supported.",
		}
	}
	body, err := io.ReadAll(io.LimitReader(source, limit+1))
	if err != nil {
		return nil, badRequest("The request body could not be read.")
	}
	if int64(len(body)) > limit {
		return nil, &refusal{
			status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLarge",
			message: fmt.Sprintf("The request body is larger than %d bytes.", limit),
		}
	}
	return body, nil
}

// guid writes 16 bytes in the form of a random UUID.
func guid(high, low uint64) string {
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff)
}
