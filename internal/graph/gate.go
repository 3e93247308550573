package graph

import (
	"cmp"
	"encoding/json"
	"html"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
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

// with also keeps these secrets back, in the spellings in which they are sent or
// quoted.
func (g gate) with(secrets ...Secret) gate {
	all := slices.Clone(g.secrets)
	for _, secret := range secrets {
		text := secret.Value()
		quoted, asJSON := strconv.Quote(text), string(encoded(text))
		for _, spelled := range []string{oneLine(text), url.QueryEscape(text), url.PathEscape(text), html.EscapeString(text), quoted[1 : len(quoted)-1], asJSON[1 : len(asJSON)-1]} {
			if known := func(s Secret) bool { return s.Value() == spelled }; spelled != "" && !slices.ContainsFunc(all, known) {
				all = append(all, NewSecret(spelled))
			}
		}
	}
	// A secret that begins another must not be replaced first.
	slices.SortFunc(all, func(a, b Secret) int { return cmp.Compare(len(b.Value()), len(a.Value())) })
	return gate{all}
}

// encoded is the text in JSON, which every text can be put into.
func encoded(text string) []byte {
	quoted, _ := json.Marshal(text)
	return quoted
}

// text is what may be shown of a peer's text: one line of printable characters,
// without secrets and without what looks like a phone number.
func (g gate) text(raw string) string {
	isSecret := func(s Secret) bool { return s.Value() == raw }
	if len(raw) == 36 && uuid.Validate(raw) == nil && !slices.ContainsFunc(g.secrets, isSecret) {
		return raw // an id, as nearly every answer has one
	}
	return shorten(withoutNumbers(g.clean(raw)), mostText)
}

// line is the same for texts that are of no use without their digits: a number of
// Graph's own, a code to be typed in, the name of a user.
func (g gate) line(raw string) string { return shorten(g.clean(raw), mostText) }

var (
	// signedToken is a JSON Web Token, whole or cut: an assertion or a token that
	// this gate was not told of.
	signedToken = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*`)
	// userInfo is a name and a password in an address, as that of a proxy has.
	userInfo = regexp.MustCompile(`://[^\s/@]+@`)
	// longWord is in the length of other tokens, which have digits all over. Codes
	// of Graph's are as long at times, and have hardly any.
	longWord = regexp.MustCompile(`[A-Za-z0-9+_=-]{40,}`)
)

// mostLooked is how much of a text is looked at, in bytes.
const mostLooked = 16 << 10

// clean masks last, because the removal of invisible characters can bring a
// secret to light. It does not remove one: the rest would close up and might
// spell another.
func (g gate) clean(raw string) string {
	text := oneLine(raw[:min(len(raw), mostLooked)])
	for _, secret := range g.secrets {
		text = strings.ReplaceAll(text, secret.Value(), masked)
		if text = withoutPieces(text, secret.Value()); len(raw) > mostLooked {
			text = withoutBeginning(text, secret.Value())
		}
	}
	text = signedToken.ReplaceAllLiteralString(text, masked)
	text = userInfo.ReplaceAllLiteralString(text, "://"+masked+"@")
	return longWord.ReplaceAllStringFunc(text, func(word string) string {
		if digits(word) < 3 {
			return word
		}
		return masked
	})
}

const masked = "***"

// withoutPieces masks what a text holds of a secret: a peer may cut one, or break
// it over lines. Shorter pieces than that are of no use, and may be chance. Any
// piece has a look at one of its places in it, from which it is followed both ways.
func withoutPieces(text, secret string) string {
	const piece, look, every = 12, 8, 4
	if len(secret) < piece || len(text) < piece {
		return text
	}
	var kept strings.Builder
	from := 0
	for at := 0; at+look <= len(text); at += every {
		begin, end := at, at+look
		if !strings.Contains(secret, text[begin:end]) {
			continue
		}
		for end < len(text) && strings.Contains(secret, text[begin:end+1]) {
			end++
		}
		for begin > from && strings.Contains(secret, text[begin-1:end]) {
			begin--
		}
		if end-begin < piece {
			continue
		}
		kept.WriteString(text[from:begin] + masked)
		from, at = end, end-every
	}
	return strings.ToValidUTF8(kept.String()+text[from:], "?")
}

// withoutBeginning masks the beginning of a secret at the end of a text that was
// cut there.
func withoutBeginning(text, secret string) string {
	for most := min(len(secret), len(text)); most > 2; most-- {
		if rest, cut := strings.CutSuffix(text, secret[:most]); cut {
			return strings.ToValidUTF8(rest, "?") + masked
		}
	}
	return text
}

// number finds what may be a phone number, however its digits are grouped, and
// before that what only looks like one.
var number = regexp.MustCompile(`(?i)AADSTS\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\+?\p{Nd}[\p{Nd} ()./*,_-]{4,}\p{Nd}`)

// withoutNumbers masks phone numbers: a peer may echo those of this run. Ids,
// dates, addresses of hosts and codes stay, and so does what has fewer digits than
// a number.
func withoutNumbers(text string) string {
	return number.ReplaceAllStringFunc(text, func(found string) string {
		_, notDate := time.Parse(time.DateOnly, found[:min(len(found), len(time.DateOnly))])
		_, notAddress := netip.ParseAddr(found)
		switch {
		case digits(found) < 7, notAddress == nil, notDate == nil && len(found) < len("2006-01-02 15 "):
			return found
		case strings.HasPrefix(strings.ToUpper(found), "AADSTS"), uuid.Validate(found) == nil:
			return found
		}
		return masked
	})
}

// digits counts those of every script.
func digits(text string) (n int) {
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
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
	// private is stricter than the rest of the gate: of digits in the length of a
	// phone number, and of words in the length of a token, nothing is shown. A
	// service that is not Graph may echo the request.
	private = regexp.MustCompile(`\+?\p{Nd}[\p{Nd} ().-]{4,}\p{Nd}|\S{40,}`)
)

// beginning is the start of a body in an unknown form: a text without markup
// and without anything that looks like a number or a token.
func (g gate) beginning(body []byte) string {
	const mostRead, mostShown = 2000, 80
	plain := shorten(g.clean(string(body)), mostRead) // cut only now: a cut secret would not be found
	plain = oneLine(markup.ReplaceAllString(plain, " "))
	return shorten(withoutNumbers(private.ReplaceAllString(plain, masked)), mostShown)
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
