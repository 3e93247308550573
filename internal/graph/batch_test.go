package graph

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
)

func TestBatchRequest(t *testing.T) {
	c := clientFor(t, func(w http.ResponseWriter, r *http.Request) {
		want := `{"requests":[` +
			`{"id":"1","method":"POST","url":"/users/o%27neil@example.com/authentication/phoneMethods","headers":{"Content-Type":"application/json"},"body":{"phoneNumber":"+44 7700900123","phoneType":"mobile"}},` +
			`{"id":"2","method":"GET","url":"/users(\u0027$b@example.com\u0027)/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7"},` +
			`{"id":"3","method":"PATCH","url":"/users/c/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7","headers":{"Content-Type":"application/json"},"body":{"phoneNumber":"+44 7700900123","phoneType":"mobile"}},` +
			`{"id":"4","method":"POST","url":"/users/d/authentication/phoneMethods/3179e48a-750b-4051-897c-87b9720928f7/enableSmsSignIn","headers":{"Content-Type":"application/json"},"body":{}},` +
			`{"id":"5","method":"GET","url":"/users/e/authentication/methods"}]}`
		want = strings.ReplaceAll(want, `\u0027`, `'`)
		if got := bodyOf(r); r.Method != "POST" || r.URL.Path != "/v1.0/$batch" || got != want {
			t.Errorf("got %s %s\n%s, want POST /v1.0/$batch\n%s", r.Method, r.URL.Path, got, want)
		}
		if got := r.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("Content-Type = %q, want application/json", got)
		}
		answering(200, jsonType, `{"responses":[{"id":"2","status":200,"body":{"phoneNumber":"+1 2065550100"}},{"id":"1","status":201,"body":{"phoneType":"mobile","phoneNumber":"+44 7700900123"}},`+
			`{"id":"3","status":204},{"id":"4","status":204,"body":null},{"id":"5","status":200,"body":{"value":[{"@odata.type":"#microsoft.graph.fido2AuthenticationMethod","id":"x"}]}}]}`)(w, r)
	})
	s := send(t, c, []authmethod.Step{
		create("o'neil@example.com"), read("$b@example.com"), update("c"),
		{Verb: authmethod.EnableSMS, User: "d", PhoneType: authmethod.PhoneTypeMobile}, {Verb: authmethod.ReadMethods, User: "e", PhoneType: authmethod.PhoneTypeMobile},
	})
	want := []authmethod.Answer{
		{Status: 201, Phone: sampleNumber}, {Status: 200, Phone: "+1 2065550100"}, {Status: 204}, {Status: 204},
		{Status: 200, Methods: []authmethod.Method{{Kind: "fido2AuthenticationMethod"}}},
	}
	if diff := cmp.Diff(want, s.answers, ignoreID); diff != "" || s.err != nil {
		t.Errorf("Send = %v, (-want +got)\n%s", s.err, diff)
	}
}

// The items of one batch answer, each with what it must become.
func TestBatchItems(t *testing.T) {
	page := base64.StdEncoding.EncodeToString([]byte("<html>Bad Gateway</html>"))
	tests := []struct {
		item string // ID stands for the id
		want authmethod.Answer
	}{
		{`{"id":"ID","status":201,"headers":{"OData-Version":"4.0","Content-Type":"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},"body":{"id":"3179e48a-750b-4051-897c-87b9720928f7","phoneNumber":"+44 7700900123"}}`,
			authmethod.Answer{Status: 201, Phone: sampleNumber, RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":204}`,
			authmethod.Answer{Lost: errors.New("reading the answer: status 204 without a phone"), RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":201,"body":null,"headers":null}`,
			authmethod.Answer{Lost: errors.New("reading the answer: status 201 without a phone"), RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":302,"headers":{"Location":"https://portal.example/"}}`,
			authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it gives this operation the status 302"), RequestID: "envelope"}},
		{`{"id":"ID","status":404,"body":"` + page + `"}`,
			authmethod.Answer{Lost: errors.New("reading the answer: status 404 without Graph's error, as a proxy or a gateway answers: Bad Gateway"), RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":403,"headers":{"Cache-Control":"no-cache","x-ms-resource-unit":"1","Content-Type":"application/json"},"body":{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"date":"2025-02-13T10:17:06","request-id":"93b6f17e","client-request-id":"e70c5c1b"}}}}`,
			authmethod.Answer{Status: 403, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation.", Meaning: authmethod.CodeAccessRefusedScope, RequestID: "93b6f17e", Load: 1.1}},
		{`{"id":"ID","status":429,"headers":{"RETRY-AFTER":"7","x-ms-throttle-limit-percentage":"1.4","request-id":"item"},"body":{"error":{"code":"TooManyRequests","message":""}}}`,
			authmethod.Answer{Status: 429, Code: "TooManyRequests", Meaning: authmethod.CodeThrottled, RequestID: "item", RetryAfter: 7 * time.Second, Load: 1.4}},
		{`{"id":"ID","status":429,"headers":{"Retry-After":2.5}}`,
			authmethod.Answer{Status: 429, RequestID: "envelope", RetryAfter: 3 * time.Second, Load: 1.1}},
		{`{"id":"ID","status":429,"headers":{"retry-after":"Wed, 21 Oct 2015 07:28:30 GMT"}}`,
			authmethod.Answer{Status: 429, RequestID: "envelope", RetryAfter: 30 * time.Second, Load: 1.1}},
		{`{"id":"ID","status":503}`, authmethod.Answer{Status: 503, RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":502,"headers":{"Content-Type":"text/html"},"body":"` + page + `"}`,
			authmethod.Answer{Status: 502, Message: "Bad Gateway", RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":500,"body":"not base64!"}`,
			authmethod.Answer{Status: 500, Message: "not base64!", RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":404,"headers":[],"body":{"error":{"code":"UnknownError","message":""}}}`,
			authmethod.Answer{Status: 404, Code: "UnknownError", Alone: true, RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":"201","body":{"id":"x"}}`,
			authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it gives this operation the status 0"), RequestID: "envelope"}},
		{`{"id":"ID","status":7}`,
			authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it gives this operation the status 7"), RequestID: "envelope"}},
		{`{"id":"ID","status":201,"body":{"unexpected":true}}`,
			authmethod.Answer{Lost: errors.New("reading the answer: status 201 without a phone"), RequestID: "envelope", Load: 1.1}},
		{`{"id":"ID","status":201},{"id":"ID","status":400}`,
			authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it answers this operation 2 times"), RequestID: "envelope"}},
		{`{"id":"no ID","status":201},{"id":"0ID","status":201},{"status":201}`,
			authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it does not mention this operation"), RequestID: "envelope"}},
	}
	var items []string
	var want []authmethod.Answer
	for i, test := range tests {
		items = append(items, strings.ReplaceAll(test.item, "ID", fmt.Sprint(i+1)))
		want = append(want, test.want)
	}
	header := map[string]string{
		"Content-Type": "application/json", "request-id": "envelope",
		"Date": "Wed, 21 Oct 2015 07:28:00 GMT", "x-ms-throttle-limit-percentage": "1.1",
	}
	for _, status := range []int{200, 424} {
		c := clientFor(t, answering(status, header, `{"responses":[`+strings.Join(items, ",")+`]}`))
		s := send(t, c, creates(len(want)))
		if diff := cmp.Diff(want, s.answers, byText); diff != "" || s.err != nil {
			t.Errorf("envelope %d: Send = %v, (-want +got)\n%s", status, s.err, diff)
		}
	}
}

// Whatever order, gaps, repetitions and strangers the answer has, a step
// gets its own item or is lost.
func TestBatchItemsFindTheirOperations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 20).Draw(rt, "operations")
		ids := rapid.SliceOf(rapid.IntRange(-1, 22)).Draw(rt, "ids")
		var items []string
		times := make(map[int]int)
		for _, id := range ids {
			times[id]++
			items = append(items, fmt.Sprintf(`{"id":"%d","status":%d,"body":{"error":{"code":"x"}}}`, id, 400+id))
		}
		c := clientFor(t, answering(200, jsonType, `{"responses":[`+strings.Join(items, ",")+`]}`))
		s := send(t, c, creates(n))
		if s.err != nil {
			rt.Fatalf("Send = %v", s.err)
		}
		for i, a := range s.answers {
			id := i + 1
			if id == 1 && times[id] == 1 {
				continue // status 401, which is another matter
			}
			if good := a.Status == 400+id && a.Lost == nil; good != (times[id] == 1) || !good && a.Lost == nil {
				rt.Errorf("step %d, answered %d times: %+v", id, times[id], a)
			}
		}
	})
}

// A refused envelope is told to every step.
func TestBatchEnvelopes(t *testing.T) {
	refused := `{"error":{"code":"BadRequest","message":"Invalid batch payload format.","innerError":{"date":"2026-02-20T11:46:51","request-id":"6c0fc7d9","client-request-id":"290c9ba2"}}}`
	tests := []struct {
		status int
		header map[string]string
		body   string
		want   authmethod.Answer
	}{
		{400, nil, refused, authmethod.Answer{Status: 400, Code: "BadRequest", Message: "Invalid batch payload format.", Meaning: authmethod.CodeProgramFault, RequestID: "6c0fc7d9", Alone: true}},
		{404, nil, refused, authmethod.Answer{Status: 404, Code: "BadRequest", Message: "Invalid batch payload format.", RequestID: "6c0fc7d9", Alone: true}},
		{405, nil, refused, authmethod.Answer{Status: 405, Code: "BadRequest", Message: "Invalid batch payload format.", RequestID: "6c0fc7d9", Alone: true}},
		{413, nil, "", authmethod.Answer{Status: 413, Alone: true}},
		{415, nil, "", authmethod.Answer{Status: 415, Alone: true}},
		{403, nil, `{"error":{"code":"accessDenied","message":"no"}}`, authmethod.Answer{Status: 403, Code: "accessDenied", Message: "no", Meaning: authmethod.CodeAccessRefused}},
		{429, map[string]string{"Retry-After": "0.249"}, `{"error":{"code":"TooManyRequests","message":"m"}}`,
			authmethod.Answer{Status: 429, Code: "TooManyRequests", Message: "m", Meaning: authmethod.CodeThrottled, RetryAfter: time.Second}},
		{503, map[string]string{"Retry-After": "120"}, "", authmethod.Answer{Status: 503, RetryAfter: 2 * time.Minute}},
		{504, nil, "<html>Gateway Timeout", authmethod.Answer{Status: 504, Message: "Gateway Timeout"}},
		{424, nil, `{"error":{"code":"failedDependency","message":"m"}}`, authmethod.Answer{Status: 424, Code: "failedDependency", Message: "m"}},
		{200, jsonType, `{"responses":[{"id":"1","status":201},{"id":`, authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it is not JSON with responses")}},
		{200, map[string]string{"request-id": "r"}, `{"phoneNumber":"+1 2065550100"}`, authmethod.Answer{Lost: errors.New("reading the answer to a $batch: it is not JSON with responses")}},
	}
	for _, test := range tests {
		s := send(t, clientFor(t, answering(test.status, test.header, test.body)), creates(3))
		for _, a := range s.answers {
			options := cmp.Options{byText}
			if test.want.RequestID == "" {
				options = append(options, ignoreID)
			}
			if diff := cmp.Diff(test.want, a, options); diff != "" || s.err != nil {
				t.Errorf("envelope %d: Send = %v, (-want +got)\n%s", test.status, s.err, diff)
			}
		}
	}
}

func TestNoOperations(t *testing.T) {
	c := clientFor(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	if answers, err := c.Send(t.Context(), nil); len(answers) != 0 || err != nil {
		t.Errorf("Send(nothing) = %v, %v, want nothing", answers, err)
	}
}
