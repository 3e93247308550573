package authmethod

import "strings"

// Comparison is what comparing a number with one that Graph shows can tell.
type Comparison int

const (
	// CannotTell: Graph shows the number masked, or something that is no
	// number. It is never taken for a difference.
	CannotTell Comparison = iota
	// Same: both dial the same phone.
	Same
	// Different: they dial different phones.
	Different
)

// Compare compares n by meaning with a phoneNumber as Graph shows it: blanks,
// punctuation and a national prefix kept after the country code do not count.
//
// Graph masks numbers for callers whose role may not see them; how is not
// documented, so that anything but digits and one lower-case extension mark
// counts as masked.
func (n PhoneNumber) Compare(shown string) Comparison {
	bare := strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", ".", "").Replace(shown)
	bare = strings.TrimPrefix(bare, "+")
	number, extension, _ := strings.Cut(bare, "x")
	if number == "" || strings.Trim(number+extension, "0123456789") != "" {
		return CannotTell
	}
	if "+"+bare == strings.Replace(n.graph, " ", "", 1) {
		return Same
	}
	// Not readNumber: it repairs what people write, and a wrong number that is
	// registered must not pass for the right one.
	read := parse("+"+number, Region{})
	if extension != "" {
		extension = "x" + extension
	}
	if read.problem == nil && "+"+read.code+" "+read.national+extension == n.graph {
		return Same
	}
	return Different
}
