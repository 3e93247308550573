package importfile

import (
	"strings"
	"sync"

	"github.com/gocarina/gocsv"

	"entraphone/internal/heading"
)

// record are the mapped cells of a line, as gocsv decodes them by the names of
// the keys. It is no more than a pointer because gocsv makes two of each and
// throws one away.
type record struct {
	Cells *cells `csv:"user"`
}

// cells are those of a line. All are texts as they stand in the file: nothing is
// trimmed yet.
type cells struct {
	// These belong to all phones of the line; PhoneType to the first of the long form.
	User, PhoneType, Country string
	Phones                   [3]string // mobile, alternateMobile and office; in the long form phoneNumber alone
	*partCells                         // nil where numbers stand in one cell
	*pairCells                         // nil where a line has one pair of phone type and phone number at most
	*orderCells                        // nil where the file does not say what is to be done
}

// orderCells say what is to be done about a line.
type orderCells struct{ Action, SMSSignIn, ForcedUpdate, ForcedRemoval string }

// pairCells are the phone types and phone numbers behind the first pair.
type pairCells [heading.MaxPairs - 1]struct{ PhoneType, PhoneNumber string }

// partCells are cells with parts of a number.
type partCells struct{ DialCode, AreaCode, Extension string }

var _ gocsv.TypeUnmarshalCSVWithFields = (*record)(nil)

// spare are cells whose rows are made. They only spare the collector work: a
// million lines come and go.
var spare = sync.Pool{New: func() any { return new(cells) }}

// UnmarshalCSVWithFields sets the field of a name, so that gocsv need not look for
// it by reflection, which costs more than all else of reading.
func (r *record) UnmarshalCSVWithFields(name, value string) error {
	if r.Cells == nil {
		r.Cells = spare.Get().(*cells)
	}
	*r.Cells.field(name) = value
	return nil
}

// free gives the cells back.
func (r *record) free() {
	*r.Cells = cells{}
	spare.Put(r.Cells)
}

// field is where the value of a name goes. The names are those of [mappedCells] and
// no others, so that the last one needs no case.
func (r *cells) field(name string) *string {
	switch name {
	case "user":
		return &r.User
	case "phoneType":
		return &r.PhoneType
	case "country":
		return &r.Country
	case "phoneNumber", "mobile":
		return &r.Phones[0]
	case "alternateMobile":
		return &r.Phones[1]
	case "office":
		return &r.Phones[2]
	}
	if k, order := heading.ParseKey(name); order && k >= heading.Action {
		return r.order(k)
	}
	// The digit of a further pair; letters are far above it.
	if number := int(name[len(name)-1] - '0'); number <= heading.MaxPairs {
		return r.pair(name, number)
	}
	if r.partCells == nil {
		r.partCells = &partCells{}
	}
	switch name {
	case "dialCode":
		return &r.DialCode
	case "areaCode":
		return &r.AreaCode
	}
	return &r.Extension
}

// order is a field of what is to be done.
func (r *cells) order(k heading.Key) *string {
	if r.orderCells == nil {
		r.orderCells = &orderCells{}
	}
	return map[heading.Key]*string{
		heading.Action: &r.Action, heading.SMSSignIn: &r.SMSSignIn, heading.ForcedUpdate: &r.ForcedUpdate, heading.ForcedRemoval: &r.ForcedRemoval,
	}[k]
}

// pair is a field of the pair with a number: "phoneType2".
func (r *cells) pair(name string, number int) *string {
	if r.pairCells == nil {
		r.pairCells = &pairCells{}
	}
	if strings.HasPrefix(name, "phoneType") {
		return &r.pairCells[number-2].PhoneType
	}
	return &r.pairCells[number-2].PhoneNumber
}

// phone is the cell of a phone column.
func (r *cells) phone(k heading.Key) string {
	switch k {
	case heading.AlternateMobile:
		return r.Phones[1]
	case heading.Office:
		return r.Phones[2]
	}
	return r.Phones[0]
}
