package graph

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// mostText is how much of a peer's text is kept, in runes.
const mostText = 300

// gate is the one way in for what a peer has sent: each text of it passes the
// gate before it stands in an answer, an error or a log. A peer may be anything
// that answers under the configured address, and may echo what it was told.
type gate struct {
	secrets []Secret // in the spellings that can stand in a cleaned text, longest first
}

// newGate keeps the secrets back.
func newGate(secrets ...Secret) gate { return gate{}.with(secrets...) }

// with also keeps these secrets back.
func (g gate) with(secrets ...Secret) gate {
	all := slices.Clone(g.secrets)
	for _, secret := range secrets {
		text := secret.Value()
		all = append(all, NewSecret(oneLine(text)), NewSecret(url.QueryEscape(text)))
	}
	all = slices.DeleteFunc(all, func(s Secret) bool { return s == nil })
	// A secret that begins another must not be replaced first.
	slices.SortFunc(all, func(a, b Secret) int { return cmp.Compare(len(b.Value()), len(a.Value())) })
	return gate{all}
}

// text is what may be shown of a peer's text: one line of printable characters,
// without secrets.
func (g gate) text(raw string) string { return shorten(g.clean(raw), mostText) }

// signedToken is a JSON Web Token, whole or cut: an assertion or a token that
// this gate was not told of.
var signedToken = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*`)

// clean masks last, because the removal of invisible characters can bring a
// secret to light. It does not remove one: the rest would close up and might
// spell another.
func (g gate) clean(raw string) string {
	text := oneLine(raw)
	for _, secret := range g.secrets {
		text = strings.ReplaceAll(text, secret.Value(), "***")
	}
	return signedToken.ReplaceAllLiteralString(text, "***")
}

// peerError is an error whose own text may hold a peer's words: net/http quotes
// what it could not read. It shows what may be shown of them.
type peerError struct {
	error
	text string
}

func (e *peerError) Error() string { return e.text }
func (e *peerError) Unwrap() error { return e.error }

// error shows the text that may be shown, and is the same error to errors.Is.
func (g gate) error(err error) error {
	if err == nil {
		return nil
	}
	return &peerError{err, g.text(err.Error())}
}

var (
	// markup is a tag, or a script with what is in it; the last may be cut off.
	markup = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>?`)
	// private are digits in the length of a phone number, and words in the
	// length of a token: a service that is not Graph may echo the request.
	private = regexp.MustCompile(`\+?\d[\d ().-]{4,}\d|\S{40,}`)
)

// beginning is the start of a body in an unknown form: a text without markup
// and without anything that looks like a number or a token.
func (g gate) beginning(body []byte) string {
	const mostRead, mostShown = 2000, 80
	plain := shorten(g.clean(string(body)), mostRead) // cut only now: a cut secret would not be found
	plain = oneLine(markup.ReplaceAllString(plain, " "))
	return shorten(private.ReplaceAllString(plain, "***"), mostShown)
}

// oneLine makes every run of blanks and of characters that do not print one
// blank. Line breaks, escape sequences and marks that turn the direction of
// writing could pass a text off as another.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return r == ' ' || !unicode.IsPrint(r)
	}), " ")
}

// shorten cuts the text to that many runes, the ellipsis included.
func shorten(text string, most int) string {
	runes, cut := 0, 0
	for i := range text {
		if runes++; runes == most {
			cut = i
		}
	}
	if runes <= most {
		return text
	}
	return text[:cut] + "…"
}
