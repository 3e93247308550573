package importfile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// record is a line of the file as gocsv decodes it; its tags are the canonical
// headings, see [key.String].
type record struct {
	User            string `csv:"user"`
	PhoneType       string `csv:"phoneType"`
	PhoneNumber     string `csv:"phoneNumber"`
	Mobile          string `csv:"mobile"`
	AlternateMobile string `csv:"alternateMobile"`
	Office          string `csv:"office"`
	Country         string `csv:"country"`
	Extension       string `csv:"extension"`
	AreaCode        string `csv:"areaCode"`
	DialCode        string `csv:"dialCode"`
}

func (r *record) cell(k key) string {
	switch k {
	case keyUser:
		return r.User
	case keyPhoneType:
		return r.PhoneType
	case keyPhoneNumber:
		return r.PhoneNumber
	case keyMobile:
		return r.Mobile
	case keyAlternateMobile:
		return r.AlternateMobile
	case keyOffice:
		return r.Office
	case keyExtension:
		return r.Extension
	case keyAreaCode:
		return r.AreaCode
	case keyDialCode:
		return r.DialCode
	}
	return r.Country
}

// number is a row whose number is still to be read.
type number struct {
	row    *authmethod.Row
	region authmethod.Region
	code   string            // of the country, in digits that are still to be understood
	parts  *authmethod.Parts // nil for most numbers
}

func (n number) read() {
	if n.parts != nil {
		n.row.NormalizeWith(*n.parts, n.region)
	} else {
		n.row.Normalize(n.region)
	}
	if n.region.Unread != "" && !n.row.Rejected() {
		n.row.Note(unknownCountry(n.region.Unread))
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
	fallback  authmethod.Region // for rows without a country
	countries *countries
	codes     countryCodes
	users     userKinds

	// What the cells of a column that repeats turned out to mean.
	regions    map[string]place
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
		regions:    map[string]place{},
		phoneTypes: map[string]authmethod.PhoneType{},
	}
	if defaultCountry != "" {
		b.fallback = authmethod.Region{Code: defaultCountry, Default: true}
	}
	return b
}

// add appends the rows of one record.
func (b *builder) add(m mark, r *record) {
	if m.problem != nil {
		b.rows.Append(authmethod.Row{Line: m.line}).Reject(*m.problem)
		return
	}
	c := b.common(m, r)
	before := b.rows.Len()
	for _, k := range b.phones {
		if !b.columns.long && trim(r.cell(k)) == "" {
			continue
		}
		b.addRow(&c, k, r)
	}
	if b.rows.Len() == before {
		b.withoutPhone++
	}
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
	line            int32
	user            string
	place           place
	parts           *parts // nil where numbers stand in one cell
	problems, notes []authmethod.Problem
	foreign         keySet
}

func (b *builder) common(m mark, r *record) common {
	c := common{line: m.line, foreign: m.foreign, user: validText(trim(r.User)), place: b.placeOf(r.Country)}
	if m.short {
		c.notes = append(c.notes, shortRow())
	}
	for _, k := range [...]key{keyUser, keyPhoneType, keyCountry} {
		if !utf8.ValidString(r.cell(k)) {
			c.problems = append(c.problems, notUTF8(k))
		}
	}
	if utf8.ValidString(r.User) {
		b.checkUser(&c)
	}
	if b.columns.split() {
		c.parts = readPartCells(r)
	}
	return c
}

func (b *builder) addRow(c *common, k key, r *record) {
	input := r.cell(k)
	row := b.rows.Append(authmethod.Row{
		Line:      c.line,
		Column:    int32(b.columns.at[k] + 1),
		User:      c.user,
		PhoneType: phoneTypes[k],
		Input:     validText(input),
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
	if !utf8.ValidString(input) {
		row.Reject(notUTF8(k))
		return
	}
	n := number{row: row, region: c.place.region, code: c.place.code}
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
	text := trim(validText(cell))
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
	b.numbers = make([]number, 0, batchSize)
	return taken
}

// trim takes blanks and invisible characters off both ends. The result does not
// hold on to what was taken off.
func trim(text string) string {
	trimmed := strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if len(trimmed) < len(text) {
		return strings.Clone(trimmed)
	}
	return text
}

// validText is text with U+FFFD for what is not UTF-8.
func validText(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, "\ufffd")
}
