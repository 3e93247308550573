package phonenumber

import (
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
)

// Compare compares n by meaning with a phoneNumber as Graph shows it: blanks,
// punctuation and a national prefix kept after the country code do not count.
//
// It never repairs: what differs by more than punctuation is another number, with
// another extension too, and an empty text is none that could be compared.
//
// Graph masks numbers for callers whose role may not see them; how is not
// documented, so that anything but digits and one lower-case extension mark
// counts as masked.
func Compare(n authmethod.PhoneNumber, shown string) authmethod.Comparison {
	if graph := n.Graph(); graph != "" && shown == graph {
		return authmethod.Same
	}
	bare := strings.TrimPrefix(shownMarks.Replace(shown), "+")
	number, extension, _ := strings.Cut(bare, "x")
	if number == "" || strings.Trim(number+extension, "0123456789") != "" {
		return authmethod.CannotTell
	}
	if "+"+bare == strings.Replace(n.Graph(), " ", "", 1) {
		return authmethod.Same
	}
	// Not Parse: it repairs what people write, and a wrong number that is
	// registered must not pass for the right one.
	read := look("+"+number, "")
	if extension != "" {
		extension = "x" + extension
	}
	if read.err == nil && "+"+read.code+" "+read.National+extension == n.Graph() {
		return authmethod.Same
	}
	return authmethod.Different
}

// Shown reads a phoneNumber as Graph shows it, so that it can be put back. It is zero
// for one that is masked, or that is not in Graph's form but for blanks and
// punctuation.
func Shown(shown string) authmethod.PhoneNumber {
	if n, ok := authmethod.ParsePhoneNumber(shown); ok {
		return n
	}
	number, extension, _ := strings.Cut(strings.TrimPrefix(shownMarks.Replace(shown), "+"), "x")
	read := look("+"+number, "")
	code, err := strconv.Atoi(read.code)
	if read.err != nil || err != nil {
		return authmethod.PhoneNumber{}
	}
	n, _ := authmethod.NewPhoneNumber(code, read.National, extension)
	return n
}

// shownMarks are what Graph may put between digits, to be left out.
var shownMarks = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", ".", "")
