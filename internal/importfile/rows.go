package importfile

import (
	"strings"
	"unicode"

	"github.com/gocarina/gocsv"

	"entraphone/internal/authmethod"
)

// record is a line of the file as gocsv decodes it, by the canonical headings of
// [key.String]. It is no more than a pointer because gocsv makes two of each and
// throws one away.
type record struct {
	Line *lineCells `csv:"user"`
}

// lineCells are the mapped cells of a line.
type lineCells struct {
	User, PhoneType, Country string
	// Phones are mobile, alternateMobile and office; in the long form
	// phoneNumber alone.
	Phones [3]string
	Parts  *partCells // nil where numbers stand in one cell
}

// partCells are cells with parts of a number.
type partCells struct{ DialCode, AreaCode, Extension string }

var _ gocsv.TypeUnmarshalCSVWithFields = (*record)(nil)

// UnmarshalCSVWithFields sets the field of a heading, so that gocsv need not
// look for it by reflection, which costs more than all else of reading.
func (r *record) UnmarshalCSVWithFields(heading, value string) error {
	if r.Line == nil {
		r.Line = &lineCells{}
	}
	r.Line.set(heading, value)
	return nil
}

func (r *lineCells) set(heading, value string) {
	switch heading {
	case "user":
		r.User = value
	case "phoneType":
		r.PhoneType = value
	case "country":
		r.Country = value
	case "phoneNumber", "mobile":
		r.Phones[0] = value
	case "alternateMobile":
		r.Phones[1] = value
	case "office":
		r.Phones[2] = value
	default:
		r.setPart(heading, value)
	}
}

func (r *lineCells) setPart(heading, value string) {
	if r.Parts == nil {
		r.Parts = &partCells{}
	}
	switch heading {
	case "extension":
		r.Parts.Extension = value
	case "areaCode":
		r.Parts.AreaCode = value
	case "dialCode":
		r.Parts.DialCode = value
	}
}

// phone is the cell of a phone column.
func (r *lineCells) phone(k key) string {
	switch k {
	case keyAlternateMobile:
		return r.Phones[1]
	case keyOffice:
		return r.Phones[2]
	}
	return r.Phones[0]
}

// number is a row whose number is still to be read.
type number struct {
	row   *authmethod.Row
	place *place
	parts *authmethod.Parts // nil for most numbers
}

func (n number) read() {
	region := n.place.region
	if n.parts != nil {
		n.row.NormalizeWith(*n.parts, region)
	} else {
		n.row.Normalize(region)
	}
	if region.Unread != "" && !n.row.Rejected() {
		n.row.Note(unknownCountry(region.Unread))
	}
}

// builder turns records into rows.
type builder struct {
	rows         authmethod.Rows
	numbers      []number // of the rows added since takeNumbers
	withoutPhone int
	foreign      []int // rows with cells that were not UTF-8

	columns   *columns
	phones    []key
	fallback  *place // for rows without a country
	countries *countries
	codes     countryCodes
	users     userKinds

	// What the cells of a column that repeats turned out to mean.
	places     map[string]*place
	phoneTypes map[string]authmethod.PhoneType
}

// maxRemembered bounds the two maps: a column in which everything differs is
// none of those that repeat.
const maxRemembered = 1000

func newBuilder(c *columns, known *countries, defaultCountry string) *builder {
	b := &builder{
		columns:    c,
		phones:     c.phones(),
		countries:  known,
		codes:      countryCodes{are: c.codes, seen: map[string]bool{}},
		fallback:   &place{},
		places:     map[string]*place{},
		phoneTypes: map[string]authmethod.PhoneType{},
	}
	if defaultCountry != "" {
		b.fallback.region = authmethod.Region{Code: defaultCountry, Default: true}
	}
	return b
}

// add appends the rows of one record.
func (b *builder) add(m *mark, r *lineCells) {
	if m.problem != nil {
		b.rows.Append(authmethod.Row{Line: m.line}).Reject(*m.problem)
		return
	}
	c := b.common(m, r)
	before := b.rows.Len()
	for _, k := range b.phones {
		if !b.columns.long && trim(r.phone(k)) == "" {
			continue
		}
		b.addRow(&c, k, r)
	}
	if b.rows.Len() > before {
		return
	}
	if _, kind := userOf(c.user); m.back && !kind.fit(b.columns.userDomain != "") {
		b.rows.Append(authmethod.Row{Line: m.line, User: c.user}).Reject(notCorrected())
		return
	} else if kind >= userNone && holdsMore(c.user) {
		b.rows.Append(authmethod.Row{Line: m.line, User: c.user}).Reject(noRow())
		return
	}
	b.withoutPhone++
}

// rejectForeign rejects the rows whose cells were taken for another encoding
// than that of the file.
func (b *builder) rejectForeign() {
	for _, i := range b.foreign {
		b.rows.At(i).Reject(damagedText())
	}
}

// common is what the rows of one line share.
type common struct {
	*mark
	user            string
	place           *place
	parts           *parts // nil where numbers stand in one cell
	problems, notes []authmethod.Problem
}

func (b *builder) common(m *mark, r *lineCells) common {
	c := common{mark: m, user: trim(r.User), place: b.placeOf(r.Country)}
	if m.short {
		c.notes = append(c.notes, shortRow())
	}
	if m.invalid != 0 {
		for _, k := range [...]key{keyUser, keyPhoneType, keyCountry} {
			if m.invalid.has(k) {
				c.problems = append(c.problems, notUTF8(k))
			}
		}
	}
	if c.place.lost && !m.invalid.has(keyCountry) {
		c.problems = append(c.problems, lostText(keyCountry))
	}
	if !m.invalid.has(keyUser) {
		b.checkUser(&c)
	}
	if r.Parts != nil {
		c.parts = readPartCells(r.Parts)
	}
	return c
}

func (b *builder) addRow(c *common, k key, r *lineCells) {
	row := b.rows.Append(authmethod.Row{
		Line:      c.line,
		Column:    int32(b.columns.at[k] + 1),
		User:      c.user,
		PhoneType: phoneTypes[k],
		Input:     r.phone(k),
	})
	if c.foreign.has(keyUser, keyPhoneType, keyCountry, k) {
		b.foreign = append(b.foreign, b.rows.Len()-1)
	}
	for _, problem := range c.problems {
		row.Reject(problem)
	}
	for _, note := range c.notes {
		row.Note(note)
	}
	if k == keyPhoneNumber {
		b.setPhoneType(row, r.PhoneType)
	}
	if c.invalid.has(k) {
		row.Reject(notUTF8(k))
		return
	}
	if strings.IndexByte(row.Input, 0) >= 0 {
		row.Reject(zeroInCell(k))
		return
	}
	n := number{row: row, place: c.place}
	if c.parts != nil && !b.addParts(&n, k, c.parts) {
		return
	}
	b.numbers = append(b.numbers, n)
}

// phoneTypes are those of the wide form's columns.
var phoneTypes = [numKeys]authmethod.PhoneType{
	keyMobile:          authmethod.PhoneTypeMobile,
	keyAlternateMobile: authmethod.PhoneTypeAlternateMobile,
	keyOffice:          authmethod.PhoneTypeOffice,
}

// parsePhoneType reads a phone type by itself, or as the heading that a column
// of such phones would have: "Telefon geschäftlich".
func parsePhoneType(text string) (authmethod.PhoneType, bool) {
	if t, known := authmethod.ParsePhoneType(text); known {
		return t, true
	}
	strange := func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune(" -_./", r)
	}
	if strings.ContainsFunc(text, strange) {
		return "", false // "mobile?" is a doubt
	}
	a, known := aliases()[fold(text)]
	if !known || phoneTypes[a.key] == "" || a.rank > 0 {
		return "", false
	}
	return phoneTypes[a.key], true
}

func (b *builder) setPhoneType(row *authmethod.Row, cell string) {
	var known bool
	if row.PhoneType, known = b.phoneTypes[cell]; known {
		return
	}
	text := trim(cell)
	if row.PhoneType, known = parsePhoneType(text); !known {
		row.PhoneType = authmethod.PhoneType(text)
		row.Reject(unknownPhoneType(text))
		return
	}
	if len(b.phoneTypes) < maxRemembered {
		b.phoneTypes[cell] = row.PhoneType
	}
}

// takeNumbers hands over the numbers that are still to be read.
func (b *builder) takeNumbers() []number {
	taken := b.numbers
	if b.codes.any {
		b.understandCodes(taken)
	}
	b.numbers = make([]number, 0, len(taken))
	return taken
}

// trim takes blanks and invisible characters off both ends.
func trim(text string) string {
	visible := func(c byte) bool { return ' ' < c && c < 0x7f }
	if text == "" || visible(text[0]) && visible(text[len(text)-1]) {
		return text // as nearly all are
	}
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}
