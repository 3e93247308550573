package importfile

import (
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"

	"github.com/gocarina/gocsv"

	"entraphone/internal/authmethod"
	"entraphone/internal/country"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/table"
)

// record are the mapped cells of a line, as gocsv decodes them by the names of
// the keys. It is no more than a pointer because gocsv makes two of each and
// throws one away.
type record struct {
	Cells *cells `csv:"user"`
}

// cells are those of a line.
type cells struct {
	User, PhoneType, Country string
	Phones                   [3]string // mobile, alternateMobile and office; in the long form phoneNumber alone
	*partCells                         // nil where numbers stand in one cell
	*pairCells                         // nil where a line has one pair of phone type and phone number at most
}

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

// number is a row whose number is still to be read.
type number struct {
	row   *authmethod.Row
	place *place
	parts *phonenumber.Parts // nil for most numbers
}

func (n number) read() {
	region, parts := n.place.region, phonenumber.Parts{}
	if n.parts != nil {
		parts = *n.parts
	}
	parsed := numbers().Parse(n.row.Input, parts, region)
	for _, p := range parsed.Notes {
		note(n.row, p)
	}
	if parsed.Problem != nil {
		reject(n.row, *parsed.Problem)
		return
	}
	if odd, is := parsed.OddFor(n.row.PhoneType); is {
		note(n.row, odd)
	}
	if n.row.Rejected() {
		return
	}
	n.row.Number = parsed.Number
	if region.Unread != "" {
		note(n.row, authmethod.CodeCountryUnknownNote.Problem(region.Unread))
	}
}

// numbers is the parser of all files.
var numbers = sync.OnceValue(func() *phonenumber.Parser {
	return phonenumber.NewParser(phonenumber.Words{Labels: heading.Labels(), ExtensionMarks: heading.ExtensionMarks(), Empty: heading.IsEmptyNumber})
})

// reject adds a problem, which stops the row.
func reject(row *authmethod.Row, p authmethod.Problem) {
	findings(row).Problems = append(findings(row).Problems, p)
	row.Number = authmethod.PhoneNumber{}
}

// note adds a repair or a warning, which does not stop the row.
func note(row *authmethod.Row, p authmethod.Problem) {
	findings(row).Notes = append(findings(row).Notes, p)
}

func findings(row *authmethod.Row) *authmethod.Findings {
	if row.Findings == nil {
		row.Findings = new(authmethod.Findings)
	}
	return row.Findings
}

// builder turns records into rows.
type builder struct {
	rows         authmethod.Rows
	numbers      []number // of the rows added since takeNumbers
	withoutPhone int
	foreign      []authmethod.RowNumber // rows with cells that were not UTF-8
	cut          []authmethod.RowNumber // the row whose number may have lost digits with the end of the file

	columns    *heading.Columns
	phones     []heading.Key
	places     places
	users      userKinds
	phoneTypes map[string]authmethod.PhoneType // by cells that repeat
}

// maxRemembered bounds what is remembered of cells that repeat: a column in which
// everything differs is none of those.
const maxRemembered = 1000

func newBuilder(c *heading.Columns, countries country.Names, defaultCountry string) *builder {
	return &builder{
		columns: c, phones: c.Phones(), places: newPlaces(c, countries, defaultCountry), phoneTypes: map[string]authmethod.PhoneType{},
	}
}

// add appends the rows of one record.
func (b *builder) add(m *mark, r *cells) {
	if m.problem != nil {
		reject(b.rows.Append(authmethod.Row{Line: m.line}), *m.problem)
		return
	}
	c := b.common(m, r)
	c.shifted = len(b.phones) > 1 && slices.ContainsFunc(b.phones, func(k heading.Key) bool { return holdsWords(r.phone(k)) })
	before := b.rows.Len()
	perPerson := !b.columns.Long || r.pairCells != nil
	for _, k := range b.phones {
		if perPerson && heading.Trim(r.phone(k)) == "" {
			continue
		}
		b.addRow(&c, phone{k, b.columns.At[k], r.phone(k), r.PhoneType})
	}
	if r.pairCells != nil {
		for i, pair := range b.columns.Pairs[1:] {
			if cells := r.pairCells[i]; heading.Trim(cells.PhoneNumber) != "" {
				b.addRow(&c, phone{heading.PhoneNumber, pair[1], cells.PhoneNumber, cells.PhoneType})
			}
		}
	}
	if b.rows.Len() > before {
		return
	}
	if _, kind := heading.UserOf(c.user); m.back && !kind.Fit(b.columns.UserDomain != "") {
		reject(b.rows.Append(authmethod.Row{Line: m.line, User: c.user}), authmethod.CodeNotCorrected.Problem())
		return
	} else if kind >= heading.UserNone && holdsMore(c.user) {
		reject(b.rows.Append(authmethod.Row{Line: m.line, User: c.user}), authmethod.CodeNoRow.Problem())
		return
	}
	b.withoutPhone++
}

// holdsWords reports whether what should be a phone is plain words: the cells of
// the line may have slipped, and every other phone of it may be somebody else's.
func holdsWords(cell string) bool {
	letters := 0
	for _, r := range cell {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r), r == '#', r == '=', r == '[':
			return false
		}
	}
	return letters > 1 && !heading.IsEmptyNumber(heading.Trim(cell))
}

// rejectForeign rejects the rows whose cells were read in another encoding than
// that of the file.
func (b *builder) rejectForeign() {
	for _, i := range b.foreign {
		reject(b.rows.At(i), authmethod.CodeNotUTF8Line.Problem())
	}
}

// rejectCut rejects a number at the very end of a file that does not end with a
// line, unless it is a valid one with no less digits than its country's others.
func (b *builder) rejectCut() {
	for _, n := range b.cut {
		row := b.rows.At(n)
		code, national, _ := row.Number.Parts()
		lost := slices.ContainsFunc(row.Found().Notes, func(p authmethod.Problem) bool { return p.Code == authmethod.CodeNotAssigned })
		least := 0
		for m, other := range b.rows.All() {
			if otherCode, digits, _ := other.Number.Parts(); m != n && otherCode == code && (least == 0 || len(digits) < least) {
				least = len(digits)
			}
		}
		if !row.Rejected() && (lost || len(national) < least) {
			reject(row, authmethod.CodeBreaksOffNumber.Problem())
		}
	}
}

// rejectInside rejects the rows that may stand in quotes.
func (b *builder) rejectInside(inside []table.Inside) {
	for _, in := range inside {
		problem := authmethod.CodeInsideQuote.Problem(in.Opened, in.Closed)
		first := sort.Search(b.rows.Len(), func(i int) bool { return int(b.rows.At(authmethod.RowNumber(i)).Line) > in.Opened })
		for n := authmethod.RowNumber(first); int(n) < b.rows.Len() && int(b.rows.At(n).Line) <= in.Closed; n++ {
			reject(b.rows.At(n), problem)
		}
	}
}

// common is what the rows of one line share.
type common struct {
	*mark
	user            string
	place           *place
	parts           *parts // nil where numbers stand in one cell
	shifted         bool   // a phone cell holds words
	problems, notes []authmethod.Problem
}

func (b *builder) common(m *mark, r *cells) common {
	c := common{mark: m, user: heading.Trim(r.User), place: b.places.of(r.Country)}
	if m.short {
		c.notes = append(c.notes, authmethod.CodeShortRow.Problem())
	}
	if m.invalid != 0 {
		for _, k := range [...]heading.Key{heading.User, heading.PhoneType, heading.Country} {
			if m.invalid.Has(k) {
				c.problems = append(c.problems, authmethod.CodeNotUTF8.Problem(k))
			}
		}
	}
	if c.place.lost && !m.invalid.Has(heading.Country) {
		c.problems = append(c.problems, authmethod.CodeNotUTF8Lost.Problem(heading.Country))
	}
	if !m.invalid.Has(heading.User) {
		b.users.check(&c, b.columns.UserDomain)
	}
	if r.partCells != nil {
		c.parts = readParts(r.partCells)
	}
	return c
}

// phone is a cell that makes a row.
type phone struct {
	key         heading.Key
	column      int // from 0
	input, kind string
}

func (b *builder) addRow(c *common, p phone) {
	k := p.key
	row := b.rows.Append(authmethod.Row{Line: c.line, Column: int32(p.column + 1), User: c.user, PhoneType: k.PhoneType(), Input: p.input})
	if c.foreign.Has(heading.User, heading.PhoneType, heading.Country, k) {
		b.foreign = append(b.foreign, authmethod.RowNumber(b.rows.Len()-1))
	}
	if row.Column > 0 && int(row.Column) == c.cut {
		b.cut = append(b.cut, authmethod.RowNumber(b.rows.Len()-1))
	}
	for _, problem := range c.problems {
		reject(row, problem)
	}
	for _, n := range c.notes {
		note(row, n)
	}
	if c.shifted && !holdsWords(row.Input) {
		reject(row, authmethod.CodeLineShifted.Problem())
	}
	if k == heading.PhoneNumber {
		b.setPhoneType(row, p.kind)
	}
	if c.invalid.Has(k) {
		reject(row, authmethod.CodeNotUTF8.Problem(k))
		return
	}
	if strings.IndexByte(row.Input, 0) >= 0 {
		reject(row, authmethod.CodeZeroInCell.Problem(k))
		return
	}
	n := number{row: row, place: c.place}
	if c.parts != nil && !c.parts.give(&n, k, b.columns) {
		return
	}
	b.numbers = append(b.numbers, n)
}

func (b *builder) setPhoneType(row *authmethod.Row, cell string) {
	var known bool
	if row.PhoneType, known = b.phoneTypes[cell]; known {
		return
	}
	text := heading.Trim(cell)
	if row.PhoneType, known = heading.ParsePhoneType(text); !known {
		row.PhoneType = authmethod.PhoneType(text)
		reject(row, authmethod.CodePhoneType.Problem(quoted(text)))
		return
	}
	if len(b.phoneTypes) < maxRemembered {
		b.phoneTypes[cell] = row.PhoneType
	}
}

// takeNumbers hands over the numbers that are still to be read.
func (b *builder) takeNumbers() []number {
	taken := b.numbers
	b.places.understand(taken)
	b.numbers = make([]number, 0, len(taken))
	return taken
}
