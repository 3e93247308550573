package importfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/table"
	"entraphone/internal/workbook"
)

// headingExpected is what to do with a file that does not begin as it should.
const headingExpected = "a heading such as userPrincipalName,phoneType,phoneNumber is expected, and a line per phone below it"

// windows1252 is what a file is read in that is not Unicode, where nobody names its
// encoding.
const windows1252 = table.Windows1252

// Skipped is a line that is not a row. The table finds those above the heading, and
// labels those below it.
type Skipped = table.Skipped

// lines decide which records of a file are rows, and take their mapped cells. They
// remember what came before: labels stand near the heading only, and --skip and
// --limit count.
type lines struct {
	*table.Table
	sheet *workbook.Sheet // that the lines are rows of; nil for a file of text
	// What the heading told.
	columns heading.Columns
	keys    []heading.Key // that have a column, the user first
	mapped  []mapped      // their columns, and those of further phones with a type each
	needed  []bool        // columns that are read, or that the options keep
	// What changes with each record.
	labels   labels
	selected selection
	types    *typeSeeker
	status   []*statusSeeker
	skipped  []Skipped // lines below the heading that are not rows, the first of them
	labelled int       // how many there are
}

// lineKind is what a record is as a line of the file. Only a row makes rows; the
// others matter to [Excerpt].
type lineKind int

const (
	lineLeftOut  lineKind = iota // not meant, or a label
	lineOfWords                  // the heading in words
	lineFragment                 // reaches no phone, below a quote that is open
	lineRow
)

// mark is what a row's line is apart from its cells. It goes with them from the
// table to the rows.
type mark struct {
	line    int32
	short   bool                // cells at its end are missing
	back    bool                // an excerpt hands it back
	from    int32               // line of the original file that it was
	cut     int                 // number of its last cell, where the file may end within that; else 0
	foreign heading.KeySet      // cells that were not UTF-8 and were read as Windows-1252
	invalid heading.KeySet      // cells that were not UTF-8 and had to be
	long    heading.KeySet      // cells of which only the beginning was looked at
	problem *authmethod.Problem // set when it could not be split into cells
}

// openLines reads a file up to its heading, and finds out what that means. What the
// columns mean is certain then, or there is an error; of the lines below the heading
// it has seen a sample at most.
func openLines(ctx context.Context, src io.Reader, opts Options) (*lines, Reading, error) {
	text, sheet, err := openSheet(ctxReader{ctx, src}, opts)
	if err != nil {
		return nil, Reading{}, err
	}
	l, reading, err := openTable(ctxReader{ctx, text}, sheet, opts)
	return l, reading, whichSheet(err, sheet)
}

// openTable reads text, or what a sheet has as text, up to the heading.
func openTable(src io.Reader, sheet *workbook.Sheet, opts Options) (*lines, Reading, error) {
	encoding := opts.Encoding
	if sheet != nil {
		encoding = "UTF-8"
	}
	wanted := heading.Wanted(opts.Profile, opts.Map)
	t, err := table.Open(src, table.Options{
		Encoding: encoding,
		Rows:     sheet != nil,
		Copied:   remarkHeadings[:],
		Names:    func(cells []string) (bool, int) { return heading.Meanings(cells, wanted) },
		Holds: func(line []byte) (user, phone bool) {
			return namesUser(line), countDigits(string(line)) >= minPhoneDigits
		},
	})
	if err != nil {
		return nil, Reading{}, openError(err, opts)
	}
	l := &lines{Table: t, sheet: sheet}
	l.columns, err = heading.Resolve(heading.Input{
		Headings: t.Headings, Sample: sampleOf(t), Excerpt: t.IsCopy(), Map: opts.Map,
		Profile: opts.Profile, UserKey: opts.UserKey, UserDomain: opts.UserDomain, NoPhones: opts.Action == authmethod.Remove, IsDialCode: isDialCode,
	})
	if err != nil {
		return nil, Reading{}, whereSought(unfitHeading(opts.Name, err), l, wanted)
	}
	c := &l.columns
	l.keys = c.Keys()
	l.mapped = mappedCells(c)
	l.labels = newLabels(c, t.Headings, t.HeadingLine)
	if l.selected, err = newSelection(opts, t.Headings); err != nil {
		return nil, Reading{}, whereSought(err, l, wanted)
	}
	if l.needed, err = neededColumns(c, l.selected.conditions, t.Headings, opts); err != nil {
		return nil, Reading{}, whereSought(err, l, wanted)
	}
	l.status = newStatusSeekers(c, l.selected.conditions, t.Headings)
	if l.types = (&typeSeeker{}); !t.IsCopy() { // else what was found in the whole file holds
		l.types = newTypeSeeker(c, len(t.Headings))
	}
	reading := Reading{
		Name: opts.Name, HeadingLine: t.HeadingLine, Skipped: t.Above,
		ByteOrderMark: t.Dialect.ByteOrderMark, MisreadMark: t.Dialect.MisreadMark,
		Delimiter: table.DelimiterName(t.Dialect.Delimiter), Quote: t.Dialect.Quote,
	}
	if sheet != nil {
		reading.Sheet, reading.Sheets, reading.Delimiter = sheet.Name, sheet.Others, ""
	}
	reading.describe(c, t.Headings)
	return l, reading, nil
}

// openError says what is wrong with a file that has no table. Errors of the source,
// such as those of a disk, are passed on as they are.
func openError(err error, opts Options) error {
	if errors.Is(err, table.ErrEncoding) {
		return &FileError{
			Name:   opts.Name,
			Found:  fmt.Sprintf("--encoding %q is not known", opts.Encoding),
			Advice: "give " + strings.Join(table.EncodingNames(), ", "),
		}
	}
	unfit, is := errors.AsType[*table.Unfit](err)
	if !is {
		return err
	}
	e := &FileError{Name: opts.Name, Found: unfit.Found, Advice: unfit.Advice}
	if unfit.Fault != nil {
		e.Found += ": " + problemOf(unfit.Fault, nil).Message
	}
	if e.Advice == "" {
		e.Advice = headingExpected
	}
	return e
}

// unfitHeading is a question about the headings as an error about the file. Other
// errors are passed on.
func unfitHeading(name string, err error) error {
	if q, is := errors.AsType[*heading.Question](err); is {
		return &FileError{Name: name, Found: q.Found, Advice: q.Advice}
	}
	return err
}

// whereSought adds to what a heading lacks on which line it was looked for, and
// whether another delimiter stands in it than those that are known.
func whereSought(err error, t *lines, wanted map[string]heading.Key) error {
	unfit, is := errors.AsType[*FileError](err)
	if !is {
		return err
	}
	splits := func(delimiter string) bool {
		if len(t.Headings) > 1 {
			return false
		}
		full, _ := heading.Meanings(strings.Split(t.Headings[0], delimiter), wanted)
		return full
	}
	// A program that saw lines of CSV as single cells has put each of them in
	// quotes.
	for _, d := range []byte(table.Delimiters) {
		switch {
		case !splits(string(rune(d))):
		case t.sheet != nil:
			unfit.Found = fmt.Sprintf("row %d stands in its first cell as a whole, with a %s in it", t.HeadingLine, table.DelimiterName(d))
			unfit.Advice = "use the CSV file that it was made of, or choose Data > Text to Columns in Excel, and save it"
			return unfit
		default:
			unfit.Found = fmt.Sprintf("line %d stands in quotes as a whole, with a %s in it", t.HeadingLine, table.DelimiterName(d))
			unfit.Advice = "take the quotes at both ends of the lines away, or save the file again as CSV"
			return unfit
		}
	}
	// Exports of databases have these (\x1f is the unit separator of ASCII, \x01
	// is usual in Hive). They are told and not tried, because text may hold them.
	for _, d := range []string{"~", "^", ":", "\x1f", "\x01", "¦", "§"} {
		if splits(d) {
			unfit.Found = fmt.Sprintf("%q stands between the cells", d)
			unfit.Advice = "save the file with comma, semicolon, tab or | between the cells"
			return unfit
		}
	}
	if t.HeadingLine > 1 {
		unfit.Found += fmt.Sprintf(" (the heading was looked for down to line %d, and line %d comes nearest)", max(t.HeadingLine, table.MaxPreamble), t.HeadingLine)
	}
	return unfit
}

// minPhoneDigits tells a row from a line that only names who made the file. Years,
// rooms and extensions have fewer.
const minPhoneDigits = 5

// namesUser reports whether a line could be a row: cells of it, by whatever
// delimiter, could be a user. It is asked before the delimiter is known.
func namesUser(line []byte) bool {
	return slices.ContainsFunc(bytes.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(table.Delimiters+"\"'", c) }),
		func(cell []byte) bool { return heading.Addressable(string(bytes.TrimSpace(cell))) })
}

// shape is what tells a row of this file. The table asks it where a quote or the end
// of the file leaves open what a line is.
func (l *lines) shape() table.Shape {
	s := table.Shape{Key: l.columns.At[heading.User], KeyMark: '@', IsKey: func(text string) bool {
		_, kind := heading.UserOf(text)
		return fits(kind, &l.columns)
	}}
	for _, k := range l.columns.Phones() {
		s.Values = append(s.Values, l.columns.At[k])
	}
	return s
}

// decide tells what a record is, and fills cells with the mapped cells of one that
// could be split. Labels come before conditions, so that they are not counted as
// left out. A line that could not be split is a row with a problem, and never a
// label.
func (l *lines) decide(r *table.Record, cells []string, m *mark) (lineKind, error) {
	if r.Line > math.MaxInt32 {
		return lineLeftOut, errTooManyLines
	}
	*m = mark{line: int32(r.Line)}
	switch {
	case r.Fault == nil:
		l.fill(r, cells, m)
	// Where two files were put together, the rows below stand under headings that
	// are not theirs.
	case r.Len() > len(l.Headings) && !r.Alone:
		if err := l.labels.tooWide(r.Line, r.Texts()); err != nil {
			return lineLeftOut, err
		}
		fallthrough
	default:
		m.problem = problemOf(r.Fault, l.Headings)
	}
	m.from = 0
	switch {
	case r.Fragment:
		l.meets(r)
		return lineFragment, nil
	case r.Fault == nil && !r.Alone:
		// What an excerpt hands back was a row in its file, whatever it looks
		// like.
		if m.back, m.from = r.From() != "", originOf(r.From()); m.back {
			break
		}
		if what, err := l.label(r, cells); what != "" || err != nil {
			return l.skip(r.Line, what), err
		}
	}
	if !l.selects(r) {
		return lineLeftOut, nil
	}
	if r.Fault == nil && !r.Alone {
		// Only records that are meant tell what a column holds.
		l.types.look(r)
		for _, s := range l.status {
			text, _ := r.Text(s.Number - 1)
			s.look(text)
		}
	}
	return lineRow, nil
}

// fill fills cells with the mapped cells; missing ones are empty.
func (l *lines) fill(r *table.Record, cells []string, m *mark) {
	m.short = r.Short()
	// A cell in quotes is whole where its quote is closed.
	if r.Cut() && !bytes.HasSuffix(r.Raw, []byte{l.Dialect.Quote}) {
		m.cut = r.Len()
	}
	for i, cell := range l.mapped {
		var validity table.Validity
		switch cells[i], validity = r.Text(cell.column); validity {
		case table.Assumed:
			m.foreign.Add(cell.key)
		case table.Damaged:
			m.invalid.Add(cell.key)
		}
		if len(cells[i]) > maxBytes(cell.key) { // as hardly any
			if cells[i] = heading.Trim(cells[i]); len(cells[i]) > maxBytes(cell.key) {
				cells[i] = strings.ToValidUTF8(cells[i][:maxBytes(cell.key)], "") + "…"
				m.long.Add(cell.key)
			}
		}
	}
}

// maxBytes is how much of a cell is looked at, in bytes. Longer ones are pasted
// letters, or meant to keep a reader busy.
func maxBytes(k heading.Key) int {
	if k == heading.User {
		return heading.MaxUserBytes
	}
	return phonenumber.MaxCellBytes
}

// mapped is a column of which the cells are wanted, and the name under which gocsv
// decodes them.
type mapped struct {
	name   string
	key    heading.Key
	column int
}

// mappedCells are those of the keys, and behind them of further pairs of phone type
// and phone number. The names of these end in their number, from 2: "phoneType2".
func mappedCells(c *heading.Columns) (all []mapped) {
	for _, k := range c.Keys() {
		all = append(all, mapped{k.String(), k, c.At[k]})
	}
	for i, pair := range c.Pairs[min(1, len(c.Pairs)):] {
		for j, k := range [...]heading.Key{heading.PhoneType, heading.PhoneNumber} {
			all = append(all, mapped{k.String() + strconv.Itoa(i+2), k, pair[j]})
		}
	}
	return all
}

// label is what a record is that is not a row; empty for a row. Footers are looked
// for at the end of the file only.
func (l *lines) label(r *table.Record, cells []string) (string, error) {
	what, err := l.labels.what(r, cells)
	if what == "" && err == nil && nearEnd(r) && isFooter(cells, l.keys) {
		what = footer
	}
	return what, err
}

// nearEnd reports whether below a record of the file's last lines no address stands.
// It looks at what the window holds anyway.
func nearEnd(r *table.Record) bool {
	const most = 512
	below, all := r.Below()
	return all && len(below) <= most && bytes.IndexByte(below, '@') < 0
}

// maxSkipped is how many skipped lines are told one by one.
const maxSkipped = 10

// skip remembers a line that is not a row: the first of them with what they are, the
// others by their number.
func (l *lines) skip(line int, what string) lineKind {
	if l.labelled++; l.labelled <= maxSkipped {
		l.skipped = append(l.skipped, Skipped{Line: line, What: what})
	}
	if what == headingInWords {
		return lineOfWords
	}
	return lineLeftOut
}

// selects counts a record and reports whether it is meant. One that could not be
// split into cells meets all conditions: nothing is known of it.
func (l *lines) selects(r *table.Record) bool { return l.selected.counts(l.meets(r)) }

// meets reports whether a record meets the conditions, and counts it in each.
func (l *lines) meets(r *table.Record) bool {
	if r.Fault != nil || len(l.selected.conditions) == 0 {
		return true // as most files have it: no cell is looked at
	}
	return l.selected.meets(func(column int) string {
		text, _ := r.Text(column)
		return text
	})
}
