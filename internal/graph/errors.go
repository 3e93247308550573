package graph

import (
	"fmt"
	"regexp"
	"strings"
)

// ConfigError says that the configuration cannot work. Nothing was sent.
type ConfigError struct {
	// Problem names the flag or environment variable and what to do.
	Problem string
}

func (e *ConfigError) Error() string { return e.Problem }

// AuthError says that the credentials or the token were refused, so that no
// request of the run can succeed.
type AuthError struct {
	Problem string // what was refused, in plain words
	Advice  string // what to do next

	// Code is the number of an AADSTS error, 0 where there is none; see
	// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
	Code int

	// TraceID and CorrelationID are what Microsoft's support asks for; both
	// may be empty.
	TraceID, CorrelationID string
}

func (e *AuthError) Error() string {
	var b strings.Builder
	b.WriteString("authenticating: ")
	if e.Code != 0 {
		fmt.Fprintf(&b, "AADSTS%d: ", e.Code)
	}
	b.WriteString(e.Problem)
	if e.Advice != "" {
		b.WriteString(": " + e.Advice)
	}
	if e.TraceID+e.CorrelationID != "" {
		fmt.Fprintf(&b, " (trace id %q, correlation id %q)", e.TraceID, e.CorrelationID)
	}
	return b.String()
}

// NotGraphError says that something else than Microsoft Graph answered: a
// proxy, a sign-in page, another service.
type NotGraphError struct {
	Host        string // which was asked
	Status      int    // HTTP status of the answer
	ContentType string // of the answer, may be empty
	Beginning   string // of the answer's text, cleaned; may be empty
	Target      string // host that a redirect points to, empty otherwise
}

func (e *NotGraphError) Error() string {
	if e.Status/100 == 3 {
		return fmt.Sprintf("asking %s: it redirects (status %d) to %q, which is not followed because the token would go there: check --graph-endpoint and the proxy settings",
			e.Host, e.Status, e.Target)
	}
	return fmt.Sprintf("asking %s: the answer (status %d, content type %q, beginning %q) is not Microsoft Graph's: check --graph-endpoint and the proxy settings",
		e.Host, e.Status, e.ContentType, e.Beginning)
}

var (
	markup = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>?`)
	// private are digits in the length of a phone number, and words in the
	// length of a token: a service that is not Graph may echo the request.
	private = regexp.MustCompile(`\+?\d[\d ().-]{4,}\d|\S{40,}`)
)

// beginning is the start of a text that somebody unknown has sent, made fit
// for an error: one line, no markup, nothing that looks like a number or token.
func beginning(text []byte) string {
	const most = 2000
	plain := markup.ReplaceAllString(string(text[:min(len(text), most)]), " ")
	plain = private.ReplaceAllString(oneLine(plain), "***")
	return shorten(plain, 80)
}

// oneLine makes every run of blanks, line breaks and control characters one
// blank, so that a text cannot disguise itself in a log.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return r <= ' ' || r >= 0x7f && r <= 0xa0 || r >= 0x2028 && r <= 0x202e
	}), " ")
}

func shorten(text string, runes int) string {
	for i := range text {
		if runes == 0 {
			return text[:i] + "…"
		}
		runes--
	}
	return text
}
