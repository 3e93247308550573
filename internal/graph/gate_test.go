package graph

import (
	"bytes"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
)

func TestGate(t *testing.T) {
	g := newGate(NewSecret("hunter2"), NewSecret("hunter2-and-more"), NewSecret("a b&ü"), NewSecret(""))
	tests := []struct{ name, text, want string }{
		{"plain", "Insufficient privileges: 50% of 12345", "Insufficient privileges: 50% of 12345"},
		{"number", "Insufficient privileges: 50% of +44 7700 900123.", "Insufficient privileges: 50% of ***."},
		{"numbers", `"+447700900123"; 0(7700)900.123; ٠٧٧٠٠٩٠٠١٢٣; tel7700900123x12`, `"***"; ***; ***; tel***x12`},
		{"no numbers", "request 3179e48a-7500-4051-8970-879209280712 to 192.168.100.12:443 at 2026-11-27T10:11:12Z, AADSTS7000215", "request 3179e48a-7500-4051-8970-879209280712 to 192.168.100.12:443 at 2026-11-27T10:11:12Z, AADSTS7000215"},
		{"address that goes on", "192.168.100.12.55.66", "***"},
		{"nothing", "", ""},
		{"other scripts", "Отказано — 拒绝 🚫 é", "Отказано — 拒绝 🚫 é"},
		{"line breaks", "a\r\nERROR b\u2028c\u0085d", "a ERROR b c d"},                 // would look like lines of the log
		{"escape sequence", "\x1b[2J\x1b]0;title\x07x\u009b31m", "[2J ]0;title x 31m"}, // 0x9b opens one in a single character
		{"direction", "a\u202eb\u2066c\u200fd\u061ce", "a b c d e"},                    // would turn the rest of the line
		{"invisible", "a\u200bb\ufeffc\u00add", "a b c d"},                             // would hide a word from a search
		{"not UTF-8", "a\xff\xfeb", "a?b"},
		{"NUL and blanks", " a \x00\t b  ", "a b"},
		{"secret", "you sent hunter2!", "you sent ***!"},
		{"header", "Authorization: Bearer hunter2", "Authorization: Bearer ***"},
		{"secret that begins another", "hunter2-and-more", "***"},
		{"secret in a form", "client_secret=a+b%26%C3%BC&x", "client_secret=***&x"}, // as it was sent
		{"secret with a blank", "a  b&ü a b&ü", "*** ***"},
		{"secret over two lines", "a\r\nb&ü", "***"}, // whole again once the line break is gone
		{"assertion", "got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-_x, why", "got ***, why"},
		{"assertion, cut", "got eyJhbGciOiJSUzI1", "got ***"},
		{"long", strings.Repeat("ü", 301), strings.Repeat("ü", 299) + "…"},
		{"as long as may be", strings.Repeat("ü", 300), strings.Repeat("ü", 300)},
		{"another token", "it was " + strings.Repeat("Ab3_", 12) + ", is it", "it was ***, is it"},
		{"a proxy's password", `invalid proxy address "http://user:pa:ss@proxy.example:8080": no`, `invalid proxy address "http://***@proxy.example:8080": no`},
		{"a long word", "passwordlessMicrosoftAuthenticatorAuthenticationMethod", "passwordlessMicrosoftAuthenticatorAuthenticationMethod"},
		{"secret at the cut", strings.Repeat("x", 296) + "hunter2", strings.Repeat("x", 296) + "***"},
	}
	for _, test := range tests {
		if got := g.text(test.text); got != test.want {
			t.Errorf("%s: text(%q) = %q, want %q", test.name, test.text, got, test.want)
		}
		err := g.error(errors.New(test.text))
		if got := err.Error(); got != test.want {
			t.Errorf("%s: error(%q) = %q, want %q", test.name, test.text, got, test.want)
		}
	}
	if g.error(nil) != nil || !errors.Is(g.error(io.EOF), io.EOF) {
		t.Error("error hides what the error is")
	}
}

// Of a secret that is cut or broken nothing of use is left, in whatever spelling
// it is quoted, and none of that takes long.
func TestSecretInPieces(t *testing.T) {
	const value = `Q~k7"pW+2/x&vB-9mZ\=4c` + "ö" + `Td.Hs_83<uNq`
	g := newGate(NewSecret(value))
	for name, text := range map[string]string{
		"cut at its end": value[:30], "cut at its beginning": value[5:], "over lines": value[:16] + "\r\n" + value[16:],
		"quoted": strconv.Quote("x" + value), "in JSON": string(encoded(value)), "in a form": "s=" + url.QueryEscape(value) + "&",
		"in HTML": "<p>" + html.EscapeString(value), "in a path": "/" + url.PathEscape(value) + "/",
		"twice": value + value, "behind much": strings.Repeat("x", 200) + value,
	} {
		got := g.text(text)
		for at := range len(value) - 12 {
			if strings.Contains(got, value[at:at+12]) || !utf8.ValidString(got) {
				t.Errorf("%s: text(%q) = %q, want no piece of the secret", name, text, got)
				break
			}
		}
		if !strings.Contains(got, masked) {
			t.Errorf("%s: text(%q) = %q, want a mask", name, text, got)
		}
	}
	for from := range len(value) {
		for to := from + 1; to <= len(value); to++ {
			text := "ab " + value[from:to] + "; " + value[from/2:to]
			got := withoutPieces(text, value)
			for at := range len(value) - 12 {
				if strings.Contains(got, value[at:at+12]) {
					t.Fatalf("of %q is left %q", text, got)
				}
			}
			if !strings.HasPrefix(got, "ab ") || to-from/2 < 12 && got != strings.ToValidUTF8(text, "?") && utf8.ValidString(text) {
				t.Fatalf("of %q is left %q", text, got)
			}
		}
	}
	short := newGate(NewSecret("hunter2"))
	for cut := range 7 {
		text := strings.Repeat("\x1b", mostLooked-cut) + "hunter2" + strings.Repeat("y", 1<<20)
		if got := short.text(text); strings.Contains(got, "hun") {
			t.Errorf("text that is cut in the secret after %d = %q", cut, got)
		}
	}
}

// A body in an unknown form is searched for secrets before its beginning is
// taken, which could cut one in two.
func TestSecretWhereABodyIsCut(t *testing.T) {
	secret := NewSecret("s3cret-" + strings.Repeat("ab", 10))
	for filled := range 2100 {
		if filled < 1900 && filled%7 != 0 {
			continue // far from the cut, steps shorter than the secret are enough
		}
		body := strings.Repeat("<b>", filled/3) + strings.Repeat("x ", filled%3) + secret.Value()
		if got := newGate(secret).beginning([]byte(body)); strings.Contains(got, "s3c") {
			t.Fatalf("beginning after %d characters = %q", filled, got)
		}
	}
}

// told is every text that a caller gets.
func told(answers []authmethod.Answer, err error) []string {
	var texts []string
	for _, a := range answers {
		texts = append(texts, a.Code, a.Message, a.RequestID, a.SMSSignIn)
		for _, cause := range []error{a.Lost, a.NotSent} {
			if cause != nil {
				texts = append(texts, cause.Error())
			}
		}
	}
	if err != nil {
		texts = append(texts, err.Error())
	}
	return texts
}

// checkClean wants texts that can do no harm on a terminal or in a log.
func checkClean(t *testing.T, texts []string, secrets ...string) {
	t.Helper()
	const ours = 500 // around a peer's text
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("text %q holds what does not print", text)
		}
		if n := utf8.RuneCountInString(text); n > mostText+ours {
			t.Errorf("text of %d runes: %q", n, text)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("text %q holds %q", text, secret)
			}
		}
	}
}

// Whatever an answer of Graph holds, and wherever, no text of it reaches the
// caller or the log as it came.
func FuzzPeer(f *testing.F) {
	const nasty = "\x1b[31m\u202eTOKEN\r\nSECRET NUMBER \x00"
	f.Add(200, nasty, nasty, `{"responses":[{"id":"1","status":429,"headers":{"request-id":"\u001bTOKEN"},"body":"SECRET\n"},{"id":"2","status":403,"body":{"error":{"code":"\u202eTOKEN","message":"\u001b[1mSECRET"}}}]}`)
	f.Add(400, "", "", `{"error":{"code":"a\u0085TOKEN","message":"\u2066SECRET Authorization: Bearer TOKEN","innerError":{"request-id":"\u001bTOKEN"}}}`)
	f.Add(200, "r", "", `{"phoneNumber":"TOKEN\u001b","id":"x"}`)
	f.Add(302, "", "https://TOKEN.example/", nasty)
	f.Add(302, "", "%zz\x1bTOKEN", "")
	f.Add(403, "", nasty, "<html>TO<b></b>KEN "+nasty)
	f.Add(502, nasty, "", nasty)
	f.Add(400, "NUMBER", "NUMBER", `{"error":{"code":"NUMBER","message":"you sent NUMBER: TOKEN","innerError":{"request-id":"xNUMBER"}}}`)
	f.Fuzz(func(t *testing.T, status int, requestID, header, body string) {
		if status < 200 || status > 599 || status == http.StatusUnauthorized {
			t.Skip()
		}
		echo := strings.NewReplacer("TOKEN", "token-1", "SECRET", "hunter2", "NUMBER", sampleNumber).Replace
		answer := answering(status, map[string]string{
			"request-id": echo(requestID), "Content-Type": echo(header), "Location": echo(header), "Retry-After": echo(header), "Date": echo(header),
		}, echo(body))
		for _, steps := range [][]authmethod.Step{{create("a")}, {read("a")}, {create("a"), read("b")}} {
			var log bytes.Buffer
			cfg := secretConfig(world(&entra{}, answer))
			cfg.Logger = zerolog.New(&log)
			s := send(t, mustNew(t, cfg), steps)
			texts := told(s.answers, s.err)
			checkClean(t, texts, "token-1", "hunter2")
			checkClean(t, strings.Split(strings.TrimSpace(log.String()), "\n"), "token-1", "hunter2")
			for _, text := range append(texts, log.String()) {
				if strings.Contains(text, sampleNumber) {
					t.Errorf("text %q holds the number", text)
				}
			}
		}
	})
}

// The same of the sign-in service, which has seen the client secret.
func TestSignInServiceEchoes(t *testing.T) {
	const nasty = "\x1b[31m\u202e hunter2 client_secret=hunter2\r\n"
	answers := map[string]http.HandlerFunc{
		"error":    answering(401, jsonType, `{"error":"\u001b hunter2\n","trace_id":"\u202ehunter2","correlation_id":"\r\nhunter2"}`),
		"code":     answering(401, jsonType, `{"error":"x","error_codes":[7000215],"trace_id":"\u202ehunter2","correlation_id":"\r\nhunter2"}`),
		"document": answering(200, jsonType, `{"issuer":"https://hunter2\u001b.example/","token_endpoint":"https://hunter2/\u001b","authorization_endpoint":"hunter2\u202e"}`),
		"redirect": answering(302, map[string]string{"Location": nasty}, nasty),
		"page":     answering(200, nil, nasty),
	}
	for name, answer := range answers {
		synctest.Test(t, func(t *testing.T) {
			err := mustNew(t, secretConfig(inProcess{answer})).Authenticate(t.Context())
			if err == nil {
				t.Errorf("%s: Authenticate = nil, want an error", name)
			}
			checkClean(t, told(nil, err), "hunter2")
		})
	}
}

// Whatever the sign-in service answers, neither what it was told nor what it sends
// shows as it came, and nobody is signed in by it.
func FuzzSignInPeer(f *testing.F) {
	f.Add(401, "", `{"error":"\u001b SECRET NUMBER\n","error_codes":[7000215],"trace_id":"\u202eSECRET","correlation_id":"\r\nNUMBER"}`)
	f.Add(400, "", `{"error":"SECRET","error_description":"NUMBER","trace_id":"NUMBER"}`)
	f.Add(200, "", `{"issuer":"https://SECRET\u001b.example/","token_endpoint":"https://NUMBER/\u001b","authorization_endpoint":"SECRET\u202e"}`)
	f.Add(200, "", `{"issuer":"https://login.microsoftonline.com/contoso/v2.0","token_endpoint":"https://SECRET.example/NUMBER","authorization_endpoint":"https://login.microsoftonline.com/a"}`)
	f.Add(302, "https://SECRET.example/NUMBER", "SECRET")
	f.Add(200, "text/html", "<html>SECRET\x1b[2J NUMBER")
	f.Add(302, "https://SECRET.example/NUMBER\x88[", "")
	f.Add(503, "SECRET", "NUMBER")
	f.Add(404, "%zz\x1bSECRET", `{"error":7,"error_codes":["NUMBER"],"trace_id":{}}`)
	f.Fuzz(func(t *testing.T, status int, header, body string) {
		if status < 200 || status > 599 {
			t.Skip()
		}
		echo := strings.NewReplacer("SECRET", "hunter2", "NUMBER", sampleNumber).Replace
		for _, post := range []bool{false, true} {
			answer := answering(status, map[string]string{"Content-Type": echo(header), "Location": echo(header)}, echo(body))
			login := &entra{refuse: func(w http.ResponseWriter, r *http.Request) bool {
				if (r.Method == http.MethodPost) != post {
					return false
				}
				answer(w, r)
				return true
			}}
			var log bytes.Buffer
			cfg := secretConfig(world(login, nil))
			cfg.Logger = zerolog.New(&log)
			var err error
			synctest.Test(t, func(t *testing.T) { err = mustNew(t, cfg).Authenticate(t.Context()) }) // asks again at times
			if err == nil && !strings.Contains(body, "access_token") && !strings.Contains(body, "endpoint") {
				t.Errorf("Authenticate = nil by %q", body)
			}
			texts := append(told(nil, err), strings.Split(strings.TrimSpace(log.String()), "\n")...)
			checkClean(t, texts, "hunter2", sampleNumber)
		}
	})
}

// What net/http says about an answer that is not HTTP quotes it.
func TestProtocolErrorsAreClean(t *testing.T) {
	answers := []string{
		"220 \x1b[31m token-1 ESMTP +44 7700900123\r\n",
		"HTTP/1.1 \x1btoken-1 x\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\x1b token-1: \u202e\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: \u202etoken-1 +44 7700900123\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: token-1\x1b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\x1b token-1\r\n\r\n", // after the body
		"HTTP/1.1 302 Found\r\nLocation: %zz\u202etoken-1\r\n\r\n",
	}
	for _, answer := range answers {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = bodyOf(r)
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, answer)
			_ = connection.Close()
		}))
		s := send(t, overSockets(t, server.URL), creates(1))
		server.Close()
		if s.answers[0].Lost == nil {
			t.Errorf("%q: answer = %+v, want Lost", answer, s.answers[0])
		}
		checkClean(t, told(s.answers, s.err), "token-1", "7700900123")
	}
}

// The one text of the sign-in service that people read straight away.
func TestDeviceCodeMessageIsClean(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var prompt bytes.Buffer
		login := &deviceLogin{message: `To sign in,\n\u001b[8menter \u202ethe code`}
		cfg := secretConfig(inProcess{login})
		cfg.Credential.Kind, cfg.Credential.Prompt = AuthDeviceCode, &prompt
		if err := mustNew(t, cfg).Authenticate(t.Context()); err != nil {
			t.Errorf("Authenticate = %v", err)
		}
		if got, want := prompt.String(), "To sign in, [8menter the code\n"; got != want {
			t.Errorf("prompt = %q, want %q", got, want)
		}
	})
}

// A proxy answers a CONNECT in words of its own, and has seen nothing but the host.
func TestProxyWordsAreClean(t *testing.T) {
	for name, status := range map[string]string{
		"escape": "403 \x1b[31mno +44 7700900123 way", "long": "407 " + strings.Repeat("Nein ", 4000), "no number": "abc \u202e", "turned": "502 \u202eno",
	} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, "HTTP/1.1 "+status+"\r\n\r\n")
			_ = connection.Close()
		}))
		network, err := newTransport(Config{})
		if err != nil {
			t.Fatal(err)
		}
		through, err := url.Parse("http://somebody:passw0rd@" + strings.TrimPrefix(proxy.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		network.(*http.Transport).Proxy = http.ProxyURL(through)
		var log bytes.Buffer
		cfg := Config{Transport: network, Credential: CredentialConfig{Kind: AuthToken, AccessToken: NewSecret("token-1")}, Logger: zerolog.New(&log)}
		s := send(t, mustNew(t, cfg), creates(1))
		proxy.Close()
		if s.answers[0].NotSent == nil {
			t.Errorf("%s: answer = %+v, want NotSent", name, s.answers[0])
		}
		checkClean(t, append(told(s.answers, s.err), strings.Split(strings.TrimSpace(log.String()), "\n")...), "token-1", "7700900123", "passw0rd")
	}
}
