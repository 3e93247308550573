package importfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// typeSeeker looks, in a file whose phones seem to have no type, for a column
// that holds phone types under a heading that says something else. Such phones
// must not be taken as mobiles: a text message would go to a reception desk.
type typeSeeker struct {
	columns []int // of no known meaning
	filled  []int // cells of each that were not empty, up to the first that names no phone type
	typed   []int // of these, cells that name one
	certain []bool
}

func newTypeSeeker(c *columns, width int) *typeSeeker {
	s := &typeSeeker{}
	if !c.numberOnly {
		return s
	}
	for i := range width {
		if !c.means(i) {
			s.columns = append(s.columns, i)
		}
	}
	s.filled, s.typed, s.certain = make([]int, len(s.columns)), make([]int, len(s.columns)), make([]bool, len(s.columns))
	return s
}

// look takes in the cells of a record.
func (s *typeSeeker) look(cells []span, data []byte) {
	for n, i := range s.columns {
		if i >= len(cells) || s.typed[n] < s.filled[n] { // it holds something else as well
			continue
		}
		text := bytes.TrimSpace(cells[i].bytes(data))
		if len(text) == 0 {
			continue
		}
		s.filled[n]++
		if is, certain := kindNamed(string(text)); is {
			s.typed[n]++
			s.certain[n] = s.certain[n] || certain
		}
	}
}

// found is the column whose every cell names a phone type, from 0.
func (s *typeSeeker) found() (column int, is bool) {
	for n, i := range s.columns {
		if s.certain[n] && s.typed[n] == s.filled[n] {
			return i, true
		}
	}
	return 0, false
}

// kindNamed says that a cell names a kind of phone, be it one that cannot be
// registered. "Other" and "Telefon" are kinds only beside others that are
// certain: they may be the answer to any question.
func kindNamed(cell string) (is, certain bool) {
	if _, known := parsePhoneType(cell); known {
		return true, true
	}
	all := words(cell)
	if len(all) == 1 && slices.Contains(strings.Fields(uncertainKinds), all[0]) {
		return true, false
	}
	if slices.ContainsFunc(all, func(word string) bool { return slices.Contains(strings.Fields(otherKinds), word) }) {
		return len(all) < 3, true
	}
	says, known := understand(all)
	if !known || says&(ofPhone|ofMobile|ofPrivate) == 0 || says&^(ofPhone|ofMobile|ofDesk|ofWork|ofPrivate|ofFirst|ofSecond|ofAlternate|ofNumber) != 0 {
		return false, false
	}
	return true, says&^(ofPhone|ofNumber) != 0
}

func namesKind(cell string) bool {
	is, _ := kindNamed(cell)
	return is
}

const (
	otherKinds     = "fax telefax pager beeper voip"
	uncertainKinds = "other main primary secondary emergency assistant autre otro altro outro sonstige sonstiges andere annat andet annen muu inny jiný"
)

// untypedError refuses to take phones as mobiles beside a column of types.
func untypedError(name string, types, numbers Column) error {
	return &FileError{
		Name:  name,
		Found: fmt.Sprintf("%v holds phone types, and its heading does not say so", types),
		Advice: fmt.Sprintf("say which it is: %s %s; or %s if all of them are mobiles",
			mapFlag(keyPhoneType, types.Heading), mapFlag(keyPhoneNumber, numbers.Heading), mapFlag(keyMobile, numbers.Heading)),
	}
}
