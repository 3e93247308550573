package importfile

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"

	"entraphone/internal/authmethod"
	"entraphone/internal/country"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/table"
)

// number is a row whose number is still to be read. It is small, and handed to
// another core by value.
type number struct {
	row   *authmethod.Row
	place *place
	parts *phonenumber.Parts // nil for most numbers
}

// read parses the number, and writes what was found into its row and nowhere else:
// it is called on any core. The row's other cells were read before.
func (n number) read() {
	region, parts := n.place.region, phonenumber.Parts{}
	if n.parts != nil {
		parts = *n.parts
	}
	parsed := numbers().Parse(n.row.Input, parts, region)
	// Repairs are told of rejected rows as well: they show how the cell was read.
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
	// A rejected row has no number: nobody compares or sends it.
	if n.row.Rejected() {
		return
	}
	n.row.Number = parsed.Number
	if region.Unread != "" {
		note(n.row, authmethod.CodeCountryUnknownNote.Problem(region.Unread))
	}
}

// numbers is the parser of all files. Goroutines share it.
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

// findings are those of a row, made with the first: most rows have none.
func findings(row *authmethod.Row) *authmethod.Findings {
	if row.Findings == nil {
		row.Findings = new(authmethod.Findings)
	}
	return row.Findings
}

// builder turns records into rows. One goroutine at a time uses it, batch after
// batch. What only the end of the file tells is added to the rows by the methods
// that reject.
type builder struct {
	// What has been made.
	rows         authmethod.Rows
	numbers      []number // of the rows added since handOver
	withoutPhone int
	elsewhere    int                    // lines of users that are not meant
	phonesThere  int                    // in them
	origins      map[int32]int32        // of lines that an excerpt hands back: that of the original file
	foreign      []authmethod.RowNumber // rows with cells that were not UTF-8
	cut          []authmethod.RowNumber // the row whose number may have lost digits with the end of the file

	// What rows are made by.
	columns    *heading.Columns
	phones     []heading.Key
	places     places
	users      userKinds
	phoneTypes map[string]authmethod.PhoneType // by cells that repeat
	action     authmethod.Action               // of lines that do not say
	meant      func(user string) bool          // nil for all
}

// maxRemembered bounds what is remembered of cells that repeat: a column in which
// everything differs is none of those.
const maxRemembered = 1000

// newBuilder makes rows of these columns; defaultCountry is an ISO 3166 code, or
// empty.
func newBuilder(c *heading.Columns, countries country.Names, defaultCountry string) *builder {
	return &builder{
		columns: c, phones: c.Phones(), places: newPlaces(c, countries, defaultCountry), phoneTypes: map[string]authmethod.PhoneType{}, origins: map[int32]int32{},
	}
}

// add appends the rows of one record. In the long form an empty number is a problem,
// because the line was written for it. In the wide form it is none: few people have
// a phone of every type.
func (b *builder) add(m *mark, r *cells) {
	if m.problem != nil {
		if b.meant != nil && !b.meant("") {
			b.elsewhere++
			return
		}
		reject(b.rows.Append(authmethod.Row{Line: m.line}), *m.problem)
		return
	}
	c := b.common(m, r)
	if b.meant != nil && !b.meant(c.user) {
		b.elsewhere, b.phonesThere = b.elsewhere+1, b.phonesThere+b.phonesIn(r)
		return
	}
	c.shifted = len(b.phones) > 1 && slices.ContainsFunc(b.phones, func(k heading.Key) bool { return holdsWords(r.phone(k)) })
	if m.from > 0 {
		b.origins[m.line] = m.from
	}
	before := b.rows.Len()
	perPerson := !b.columns.Long || r.pairCells != nil
	for _, k := range b.phones {
		if perPerson && heading.Trim(r.phone(k)) == "" && !c.removeEmpty {
			continue
		}
		b.addRow(&c, phone{k, b.columns.At[k], r.phone(k), r.PhoneType})
	}
	if r.pairCells != nil {
		// The first pair is the phone of the loop above.
		for i, pair := range b.columns.Pairs[1:] {
			if cells := r.pairCells[i]; heading.Trim(cells.PhoneNumber) != "" {
				b.addRow(&c, phone{heading.PhoneNumber, pair[1], cells.PhoneNumber, cells.PhoneType})
			}
		}
	}
	if b.rows.Len() == before && c.action == authmethod.Remove && c.user != "" {
		b.addRemovals(&c, r)
	}
	if b.rows.Len() > before {
		return
	}
	// No phone became a row. That is usual in the wide form, and also what a line
	// looks like whose cells have slipped into the first.
	if _, kind := heading.UserOf(c.user); m.back && !fits(kind, b.columns) {
		reject(b.rows.Append(authmethod.Row{Line: m.line, User: c.user}), authmethod.CodeNotCorrected.Problem())
		return
	} else if kind >= heading.UserNone && holdsMore(c.user) {
		reject(b.rows.Append(authmethod.Row{Line: m.line, User: c.user}), authmethod.CodeNoRow.Problem())
		return
	}
	b.withoutPhone++
}

// phonesIn counts the phones of a line, in whatever state they are.
func (b *builder) phonesIn(r *cells) (n int) {
	if b.columns.Long && r.pairCells == nil {
		return 1
	}
	for _, k := range b.phones {
		if heading.Trim(r.phone(k)) != "" {
			n++
		}
	}
	if r.pairCells == nil {
		return n
	}
	for _, pair := range r.pairCells {
		if heading.Trim(pair.PhoneNumber) != "" {
			n++
		}
	}
	return n
}

// holdsWords reports whether what should be a phone is plain words: the cells of the
// line may have slipped, and every other phone of it may be somebody else's.
// Formulas, error values and placeholders are damage of their own cell, and tell
// nothing of the others.
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

// rejectForeign rejects the rows whose cells were read in another encoding than that
// of the file. It is called when the whole file has turned out to be UTF-8.
func (b *builder) rejectForeign() {
	for _, i := range b.foreign {
		reject(b.rows.At(i), authmethod.CodeNotUTF8Line.Problem())
	}
}

// rejectCut rejects a number at the very end of a file that does not end with a
// line, unless it is a valid one with no less digits than its country's others. Many
// countries have valid numbers of several lengths, so that a shorter one may be what
// was left of a longer one. It returns the line, or 0.
func (b *builder) rejectCut() (line int32) {
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
			line = row.Line
		}
	}
	return line
}

// rejectInside rejects the rows that may stand in quotes. Otherwise whoever may fill
// in one cell, such as an address, could write rows for other people.
func (b *builder) rejectInside(inside []table.Inside) {
	for _, in := range inside {
		problem := authmethod.CodeInsideQuote.Problem(in.Opened, in.Closed)
		// Rows stand in the order of their lines.
		first := sort.Search(b.rows.Len(), func(i int) bool { return int(b.rows.At(authmethod.RowNumber(i)).Line) > in.Opened })
		for n := authmethod.RowNumber(first); int(n) < b.rows.Len() && int(b.rows.At(n).Line) <= in.Closed; n++ {
			reject(b.rows.At(n), problem)
		}
	}
}

// common is what the rows of one line share.
type common struct {
	*mark
	// The user is trimmed, and completed or unwrapped where it was no user as it stood.
	user            string
	place           *place
	parts           *parts // nil where numbers stand in one cell
	shifted         bool   // a phone cell holds words
	order                  // what is to be done
	problems, notes []authmethod.Problem
}

// common reads what the rows of a line share, once for all its phones.
func (b *builder) common(m *mark, r *cells) common {
	visible := heading.Visible(r.User)
	c := common{mark: m, user: heading.Trim(visible), place: b.places.of(r.Country)}
	if visible != r.User && c.user != "" {
		c.notes = append(c.notes, authmethod.CodeUserUnwrappedInvisible.Problem())
	}
	if m.short {
		c.notes = append(c.notes, authmethod.CodeShortRow.Problem())
	}
	// Phone cells are left to addRow: each matters to its own row alone.
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
	for k := range heading.NumKeys {
		if m.long.Has(k) && !k.IsPhone() { // too long a number is the matter of its own row
			c.problems = append(c.problems, authmethod.CodeCellTooLongColumn.Problem(k, maxBytes(k)))
		}
	}
	switch {
	case m.invalid.Has(heading.User), m.long.Has(heading.User):
	case b.columns.UserKey.LookedUp():
		c.take(b.columns.UserKey)
	default:
		b.users.check(&c, b.columns.UserDomain)
	}
	if letter, mixes := heading.MixesScripts(c.user); mixes {
		c.notes = append(c.notes, authmethod.CodeUserMixedScripts.Problem(fmt.Sprintf("%c (%U)", letter, letter)))
	}
	if r.partCells != nil {
		c.parts = readParts(r.partCells)
	}
	c.order = order{action: b.action}
	if r.orderCells != nil {
		c.problems = append(c.problems, c.order.read(r.orderCells)...)
	}
	return c
}

// phone is a cell that makes a row.
type phone struct {
	key         heading.Key
	column      int // from 0
	input, kind string
}

// addRow appends the row of one phone, with all that is known but its number, which
// is read later. It has no number to read where its cell is damaged, or a part of
// the number is.
func (b *builder) addRow(c *common, p phone) {
	k := p.key
	row := b.rows.Append(authmethod.Row{
		Line: c.line, Column: int16(p.column + 1), Action: c.action, SMS: c.sms, User: c.user, PhoneType: k.PhoneType(), Input: p.input,
	})
	empty := heading.Trim(p.input) == ""
	if empty && c.removeEmpty {
		row.Action = authmethod.Remove
	}
	// These are rejected if the whole file turns out to be UTF-8.
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
	if empty && row.Action == authmethod.Remove {
		return // whatever number stands there
	}
	n := number{row: row, place: c.place}
	if c.parts != nil && !c.parts.give(&n, k, b.columns) {
		return
	}
	b.numbers = append(b.numbers, n)
}

// setPhoneType reads the phone type in the long form. A text that names none stays
// as it is, for the results, and stops the row.
func (b *builder) setPhoneType(row *authmethod.Row, cell string) {
	var known bool
	if row.PhoneType, known = b.phoneTypes[cell]; known {
		return
	}
	text := heading.Trim(cell)
	if heading.IsEmpty(text) {
		text = ""
	}
	if row.PhoneType, known = heading.ParsePhoneType(text); !known {
		row.PhoneType = authmethod.PhoneType(text)
		reject(row, authmethod.CodePhoneType.Problem(quoted(text)))
		return
	}
	if len(b.phoneTypes) < maxRemembered {
		b.phoneTypes[cell] = row.PhoneType
	}
}

// handOver gives the numbers away that are still to be read. Countries that are
// digits are understood first, which needs the rows before.
func (b *builder) handOver() []number {
	taken := b.numbers
	b.places.understand(taken)
	b.numbers = make([]number, 0, len(taken))
	return taken
}
