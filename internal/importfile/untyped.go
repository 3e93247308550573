package importfile

import (
	"bytes"
	"fmt"

	"entraphone/internal/heading"
	"entraphone/internal/table"
)

// typeSeeker looks, in a file whose phones seem to have no type, for a column that
// holds phone types under a heading that says something else. Such phones must not
// be read as mobiles: a text message would go to a reception desk. HR systems may
// call the column "Kind" or "Usage".
type typeSeeker struct {
	columns []int // of no known meaning
	filled  []int // cells of each that were not empty, up to the first that names no phone type
	typed   []int // of these, cells that name one
	certain []bool
}

// newTypeSeeker looks at the columns without a meaning, or at none where the phones
// have a type; width is the number of columns.
func newTypeSeeker(c *heading.Columns, width int) *typeSeeker {
	s := &typeSeeker{}
	if !c.NumberOnly {
		return s
	}
	for i := range width {
		if !c.Means(i) {
			s.columns = append(s.columns, i)
		}
	}
	s.filled, s.typed, s.certain = make([]int, len(s.columns)), make([]int, len(s.columns)), make([]bool, len(s.columns))
	return s
}

// look takes in the cells of a record. A column that holds something else once is
// not looked at again.
func (s *typeSeeker) look(r *table.Record) {
	for n, i := range s.columns {
		if s.typed[n] < s.filled[n] { // it holds something else as well
			continue
		}
		text := bytes.TrimSpace(r.Bytes(i))
		if len(text) == 0 {
			continue
		}
		s.filled[n]++
		// Kinds that Entra does not know count as well: a fax shows what the
		// column is.
		if is, certain := heading.NamesKind(string(text)); is {
			s.typed[n]++
			s.certain[n] = s.certain[n] || certain
		}
	}
}

// found is the column whose every cell names a phone type, from 0. At least one of
// them must be certain: "other" may be anything.
func (s *typeSeeker) found() (column int, is bool) {
	for n, i := range s.columns {
		if s.certain[n] && s.typed[n] == s.filled[n] {
			return i, true
		}
	}
	return 0, false
}

// untypedError refuses to take phones as mobiles beside a column of types.
func untypedError(name string, types, numbers heading.Column) error {
	return &FileError{
		Name:  name,
		Found: fmt.Sprintf("%v holds phone types, and its heading does not say so", types),
		Advice: fmt.Sprintf("say which it is: %s %s; or %s if all of them are mobiles",
			heading.MapFlag(heading.PhoneType, types.Heading), heading.MapFlag(heading.PhoneNumber, numbers.Heading), heading.MapFlag(heading.Mobile, numbers.Heading)),
	}
}
