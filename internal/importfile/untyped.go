package importfile

import (
	"bytes"
	"fmt"
)

// typeSeeker looks, in a file whose phones seem to have no type, for a column
// that holds phone types under a heading that says something else. Such phones
// must not be taken as mobiles: a text message would go to a reception desk.
type typeSeeker struct {
	columns []int // of no known meaning
	filled  []int // cells of each that were not empty, up to the first that names no phone type
	typed   []int // of these, cells that name one
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
	s.filled, s.typed = make([]int, len(s.columns)), make([]int, len(s.columns))
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
		if _, is := parsePhoneType(string(text)); is {
			s.typed[n]++
		}
	}
}

// found is the column whose every cell names a phone type, from 0.
func (s *typeSeeker) found() (column int, is bool) {
	for n, i := range s.columns {
		if s.filled[n] > 0 && s.typed[n] == s.filled[n] {
			return i, true
		}
	}
	return 0, false
}

// untypedError refuses to take phones as mobiles beside a column of types.
func untypedError(name string, types, numbers Column) error {
	return &FileError{
		Name:  name,
		Found: fmt.Sprintf("%v holds phone types, and its heading does not say so", types),
		Advice: fmt.Sprintf("say which it is: %s %s; or %s if all of them are mobiles",
			mapFlag(keyPhoneType, types.Heading), mapFlag(keyPhoneNumber, numbers.Heading), mapFlag(keyMobile, numbers.Heading)),
	}
}
