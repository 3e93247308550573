package table

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// ErrEncoding is about a name that no encoding has. Errors of [Open] and [Encoder]
// wrap it.
var ErrEncoding = errors.New("there is no such encoding")

//go:embed encodings.tsv
var encodingTable string

// punctuation and codePage match what people put into a name, and before the
// number of a code page.
var (
	punctuation = regexp.MustCompile(`[^\p{L}\p{Nd}]+`)
	codePage    = regexp.MustCompile(`^(?:(?:windows|ibm)?codepage|windows|win|ibm|cp)0*([0-9]+)$`)
)

// namedEncoding finds an encoding by what a person calls it. For UTF-8 there is none
// to decode, so that damage in it is seen. It asks the index of IANA first, and that
// of WHATWG for names of the web.
func namedEncoding(wanted string) (source, error) {
	name := punctuation.ReplaceAllString(strings.ToLower(wanted), "")
	spellings := []string{wanted, strings.ReplaceAll(wanted, " ", "-"), name, "cs" + name} // the last is IANA's short form
	for _, row := range rowsOf(encodingTable) {
		if slices.Contains(strings.Fields(row[2]), codePage.ReplaceAllString(name, "cp$1")) {
			spellings = append(spellings, row[0])
		}
	}
	for _, index := range []func(string) (encoding.Encoding, error){ianaindex.IANA.Encoding, htmlindex.Get} {
		for _, spelling := range spellings {
			e, _ := index(spelling)
			switch shown := nameOf(e); shown {
			case "":
			case utf8Name:
				return source{name: shown}, nil
			default:
				return source{name: shown, encoding: e}, nil
			}
		}
	}
	return source{}, fmt.Errorf("%w: %s", ErrEncoding, wanted)
}

// nameOf is how people write the name of an encoding; empty for what is none
// that a file has.
func nameOf(e encoding.Encoding) string {
	if e == nil {
		return ""
	}
	name, err := ianaindex.MIME.Name(e)
	if err != nil {
		name, _ = htmlindex.Name(e)
	}
	for _, row := range rowsOf(encodingTable) {
		if strings.EqualFold(row[0], name) {
			return row[1]
		}
	}
	return ""
}

// EncodingNames are all that a file can be read in. They stand in the order of the
// table.
func EncodingNames() (names []string) {
	for _, row := range rowsOf(encodingTable) {
		names = append(names, row[1])
	}
	return names
}
