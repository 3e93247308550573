package importfile

import (
	"fmt"
	"slices"
	"strings"

	"entraphone/internal/heading"
	"entraphone/internal/workbook"
)

// Reading says how a file was read, so that a person can see it before anything is
// done with the rows. Of cells it holds no more than the values of columns
// of statuses and conditions.
type Reading struct {
	Name string
	// Sheet is what was read of a workbook, beside the Sheets that can be seen as
	// well; empty for a file of text. Hidden rows of it were read like the others.
	Sheet  string
	Sheets []string
	Hidden int
	// How the bytes of text were split into cells.
	Encoding      string // such as "UTF-8" or "Windows-1252"
	ByteOrderMark bool   // the file begins with one
	MisreadMark   bool   // it begins with one that was saved in the wrong encoding
	Delimiter     string // "comma", "semicolon", "tab" or "pipe"
	Quote         byte   // " or '
	// What the columns mean.
	HeadingLine int  // physical line of the heading
	Long        bool // one phone per line; else one person per line
	Columns     []heading.Column
	Unused      []heading.Column // columns that could have served as well, and did not
	NumberOnly  bool             // the phones have no type, and are read as mobile
	NotRead     []heading.Column // all other columns; nothing of them is kept

	UserKey heading.UserKey // of the user column; never auto

	// What the cells of two columns turned out to hold.
	UserHolds    string // what the user column holds, in words
	CountryCodes string // what numbers in the country column are, in words; empty where there are none

	// What [Excerpt] and [Reading.Profile] need besides.
	headings []string
	codes    heading.Codes // what numbers in the country column turned out to be
	byValue  []string      // headings by which an excerpt tells what its own few values do not
	paired   bool          // a line holds several types with their numbers
	partsOf  string        // the phone that parts of a number belong to, where there are several

	// DefaultCountry is the two-letter code for rows without a country of
	// their own; empty for none.
	DefaultCountry string

	// What the file and the options have that did not become rows.
	Skipped  []Skipped // lines that are neither heading nor rows, the first of them
	Labelled int       // how many of these stand below the heading
	LeftOut  LeftOut   // records that were not meant
	Status   []string  // what columns hold that look like a status and have no condition, in words
	Warnings []string  // what the options ask for and the file does not have, in words

	// Counts of what was read.
	Lines        int // physical lines, the heading included
	Blank        int // blank lines, skipped
	WithoutPhone int // people in the wide form who have no phone at all
	Fragments    int // lines below a faulty quote that reach no phone column; no rows
}

// describe fills in what is known when the heading has been read.
func (r *Reading) describe(c *heading.Columns, headings []string) {
	r.UserKey = c.UserKey
	r.Long, r.NumberOnly, r.Unused, r.headings = c.Long, c.NumberOnly && c.At[heading.Mobile] != heading.None, c.Unused, headings
	// With one phone there is nothing to tell.
	if divided := c.At[heading.AreaCode] != heading.None || c.At[heading.DialCode] != heading.None; divided && len(c.Phones()) > 1 {
		r.partsOf = c.Divided.String()
	}
	for i, text := range headings {
		other := heading.Column{Number: i + 1, Heading: text}
		if !c.Means(i) && !slices.ContainsFunc(r.Unused, func(u heading.Column) bool { return u.Number == other.Number }) {
			r.NotRead = append(r.NotRead, other)
		}
	}
	for _, k := range c.Keys() {
		r.Columns = append(r.Columns, heading.Column{Key: k.String(), Number: c.At[k] + 1, Heading: headings[c.At[k]]})
	}
	for _, pair := range c.Pairs[min(1, len(c.Pairs)):] {
		for i, k := range []heading.Key{heading.PhoneType, heading.PhoneNumber} {
			r.Columns = append(r.Columns, heading.Column{Key: k.String(), Number: pair[i] + 1, Heading: headings[pair[i]]})
		}
	}
	r.paired = len(c.Pairs) > 1
}

// describeCells says what the cells turned out to hold. It is called when the whole
// file has been read.
func (r *Reading) describeCells(b *builder) {
	r.byValue = slices.Clone(b.columns.ByValue)
	if user, has := r.columnOf(heading.User); has {
		r.UserHolds = b.users.holds(user.Heading, b.columns.UserDomain, userProposal(r.Unused))
		if r.UserKey.LookedUp() {
			r.UserHolds = "to be looked up in the tenant by " + r.UserKey.Property()
		}
	}
	if column, has := r.columnOf(heading.Country); has {
		codes := &b.places.codes
		r.CountryCodes, r.codes = codes.say(column), codes.decided()
		// An excerpt has too few values to decide again, and might decide
		// otherwise.
		if codes.by == byValues || codes.by == byNothing {
			r.byValue = append(r.byValue, r.codes.Heading())
		}
	}
}

// String is the reading in a few lines for a person.
func (r Reading) String() string {
	var phones, unused []string
	for _, c := range r.Columns {
		if c.Key != heading.User.String() && c.Key != heading.Country.String() {
			phones = append(phones, c.Key+" = "+c.String())
		}
	}
	for _, c := range r.Unused {
		unused = append(unused, fmt.Sprintf("%v (%s)", c, c.Key))
	}
	lines := []string{
		fmt.Sprintf("%s: %s, %s", r.Name, r.dialect(), r.form()),
		"  user:     " + r.user(),
		"  phones:   " + strings.Join(phones, ", "),
		"  country:  " + r.country(),
	}
	if len(unused) > 0 {
		lines = append(lines, "  not used: "+strings.Join(unused, ", "))
	}
	if len(r.NotRead) > 0 {
		lines = append(lines, "  ignored:  "+r.notRead())
	}
	for _, text := range r.Status {
		lines = append(lines, "  status:   "+text)
	}
	for _, text := range r.Warnings {
		lines = append(lines, "  warning:  "+text)
	}
	if len(r.Skipped) > 0 {
		lines = append(lines, "  skipped:  "+r.skipped())
	}
	lines = append(lines, "  lines:    "+r.lines())
	return strings.Join(lines, "\n")
}

// notRead names the columns that are ignored, in case one of them is wanted.
func (r Reading) notRead() string {
	const most = 12
	var names []string
	for i, c := range r.NotRead {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(r.NotRead)-most))
			break
		}
		names = append(names, heading.Title(c.Heading))
	}
	return strings.Join(names, ", ")
}

// dialect says how the file is written.
func (r Reading) dialect() string {
	switch {
	case r.Sheet == "":
		return r.encoding() + ", " + r.separators()
	case len(r.Sheets) == 0:
		return fmt.Sprintf("Excel workbook, sheet %q", r.Sheet)
	}
	return fmt.Sprintf("Excel workbook, sheet %q (not read: %s)", r.Sheet, workbook.Quoted(r.Sheets))
}

// encoding names the encoding, and what speaks against it.
func (r Reading) encoding() string {
	switch {
	case r.MisreadMark:
		return r.Encoding + ", saved in the wrong encoding before: letters beyond English may be wrong"
	case r.ByteOrderMark && r.Encoding == "UTF-8":
		return "UTF-8 with a byte order mark"
	case r.Encoding == windows1252:
		return "not UTF-8, and so taken for Windows-1252 (--encoding says otherwise)"
	}
	return r.Encoding
}

// separators names the delimiter, and quotes that are not the usual ones.
func (r Reading) separators() string {
	if r.Quote == '\'' {
		return r.Delimiter + " between the cells, single quotes round some"
	}
	return r.Delimiter + " between the cells"
}

// skipped names the lines that are not rows, the first of them.
func (r Reading) skipped() string {
	var lines []string
	for _, s := range r.Skipped {
		lines = append(lines, fmt.Sprintf("line %d (%s)", s.Line, s.What))
	}
	if r.Labelled > maxSkipped {
		lines = append(lines, fmt.Sprintf("and %d more", r.Labelled-maxSkipped))
	}
	return strings.Join(lines, ", ")
}

// form is the form of the file, and what is made of phones that have no type.
func (r Reading) form() string {
	switch {
	case r.Long:
		return "one phone per line"
	case r.NumberOnly:
		return "one person per line; there is no phone type, so each phone number counts as a mobile"
	}
	return "one person per line"
}

// user names the user's column and what it holds.
func (r Reading) user() string {
	user, _ := r.columnOf(heading.User)
	if r.UserHolds == "" {
		return user.String()
	}
	return user.String() + ", " + r.UserHolds
}

// country tells where the country of a number comes from: its own cell first, then
// the default.
func (r Reading) country() string {
	c, has := r.columnOf(heading.Country)
	column := c.String()
	if r.CountryCodes != "" {
		column += ", " + r.CountryCodes
	}
	switch {
	case has && r.DefaultCountry != "":
		return fmt.Sprintf("%v; where it is empty, %s (the default)", column, r.DefaultCountry)
	case has:
		return fmt.Sprintf("%v; where it is empty, numbers need their country code", column)
	case r.DefaultCountry != "":
		return r.DefaultCountry + " (the default) for numbers without a country code"
	}
	return "none; numbers need their country code, or the file a country column"
}

// lines tells what became of the physical lines. All numbers are of lines and not of
// rows.
func (r Reading) lines() string {
	text := fmt.Sprintf("%d, the heading included", r.Lines)
	if r.Hidden > 0 {
		text += fmt.Sprintf("; %d hidden, read like the others", r.Hidden)
	}
	if r.Blank > 0 {
		text += fmt.Sprintf("; %d blank, skipped", r.Blank)
	}
	if r.LeftOut.Where > 0 {
		text += fmt.Sprintf("; %d left out by --where", r.LeftOut.Where)
	}
	if r.LeftOut.Range > 0 {
		text += fmt.Sprintf("; %d left out by --skip and --limit", r.LeftOut.Range)
	}
	if r.LeftOut.Users > 0 {
		text += fmt.Sprintf("; %d of other shards", r.LeftOut.Users)
	}
	if r.WithoutPhone > 0 {
		text += fmt.Sprintf("; %d without any phone, nothing to do", r.WithoutPhone)
	}
	if r.Fragments > 0 {
		text += fmt.Sprintf("; %d below a faulty quote that reach no phone column, read as parts of a cell", r.Fragments)
	}
	return text
}

// Heading is the heading of a column, from 1.
func (r Reading) Heading(column int) string { return r.headings[column-1] }

// columnOf is the first column of a key.
func (r Reading) columnOf(k heading.Key) (heading.Column, bool) {
	for _, c := range r.Columns {
		if c.Key == k.String() {
			return c, true
		}
	}
	return heading.Column{}, false
}
