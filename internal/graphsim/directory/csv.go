package directory

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxRecord is the most bytes that one person can have in a file: far more
// than the texts may have, and few enough to hold.
const maxRecord = 1 << 20

// columns are what ReadCSV knows, in Graph's spelling.
var columns = []string{
	"id", "userPrincipalName", "mail", "employeeId", "onPremisesSamAccountName", "displayName", "accountEnabled",
	"userType", "isAdmin", "usageLocation", "mobile", "alternateMobile", "office", "defaultMethod", "fault",
}

// ReadCSV reads people from CSV with a heading, as Export-Csv writes it: commas,
// semicolons or tabs, UTF-8 with or without a byte order mark, with or without
// a #TYPE line, columns in any order and case. Only userPrincipalName is
// required. An empty or missing accountEnabled is true, isAdmin false, and id
// and userType are as Add says. A fault is empty or one of those given.
//
// All that Add refuses is an error, as are unknown or repeated columns and a
// record of more than a megabyte (a quotation mark that is never closed).
// Errors name the line and do not repeat what stands in it.
func ReadCSV(r io.Reader, faults []string) (*Directory, error) {
	start := bufio.NewReaderSize(skipBOM(r), 4<<10)
	delimiter, above, err := dialect(start)
	if err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	in := &limited{from: start}
	rows := csv.NewReader(in)
	rows.ReuseRecord, rows.Comma = true, delimiter
	f := file{in: in, rows: rows, faults: faults, above: above}
	d, err := f.read()
	if err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	return d, nil
}

// dialect passes a #TYPE line, of which it says that it stands above, and finds
// the delimiter in the heading.
func dialect(r *bufio.Reader) (delimiter rune, above int, err error) {
	const typeLine = "#TYPE"
	for {
		head, _ := r.Peek(r.Size()) // a real error comes again with the next read
		if bytes.IndexByte(head, 0) >= 0 {
			return 0, 0, errors.New("the file is in UTF-16 or no text: export it with -Encoding utf8")
		}
		line, _, _ := bytes.Cut(head, []byte("\n"))
		if len(line) < len(typeLine) || !strings.EqualFold(string(line[:len(typeLine)]), typeLine) {
			break
		}
		above++
		if _, err := r.Discard(min(len(line)+1, len(head))); err != nil {
			return 0, 0, err
		}
	}
	head, _ := r.Peek(r.Size())
	line, _, _ := bytes.Cut(head, []byte("\n"))
	delimiter = ','
	for _, other := range ";\t" {
		if bytes.ContainsRune(line, other) && bytes.Count(line, []byte(string(other))) > bytes.Count(line, []byte(string(delimiter))) {
			delimiter = other
		}
	}
	return delimiter, above, nil
}

func skipBOM(r io.Reader) io.Reader {
	const bom = "\ufeff"
	start := make([]byte, len(bom))
	n, _ := io.ReadFull(r, start) // a real error comes again with the next read
	return io.MultiReader(bytes.NewReader(bytes.TrimPrefix(start[:n], []byte(bom))), r)
}

// limited fails once maxRecord bytes were read since left was last set.
type limited struct {
	from io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, fmt.Errorf("%d bytes without the end of a record; is a quotation mark not closed?", maxRecord)
	}
	n, err := l.from.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

type file struct {
	in      *limited
	rows    *csv.Reader
	faults  []string
	above   int      // lines above the heading
	columns []string // which of columns each one is
	lines   []int    // by Ref: where the person stands
}

func (f *file) read() (*Directory, error) {
	heading, _, err := f.row(0)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: a heading with userPrincipalName is missing", f.above+1)
	}
	if err != nil {
		return nil, err
	}
	if err := f.readHeading(heading); err != nil {
		return nil, fmt.Errorf("line %d: %w", f.above+1, err)
	}
	d := New()
	last := f.above + 1
	for {
		record, line, err := f.row(last)
		if errors.Is(err, io.EOF) {
			return d, nil
		}
		if err != nil {
			return nil, err
		}
		if err := f.add(d, record); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		f.lines = append(f.lines, line)
		last = line
	}
}

// row reads the next record and says in which line it begins. The line before
// is for errors that do not know theirs.
func (f *file) row(before int) (record []string, line int, err error) {
	f.in.left = maxRecord
	record, err = f.rows.Read()
	var located *csv.ParseError
	switch {
	case err == nil:
		line, _ = f.rows.FieldPos(0)
		line += f.above
	case errors.As(err, &located):
		located.StartLine, located.Line = located.StartLine+f.above, located.Line+f.above
	case !errors.Is(err, io.EOF):
		err = fmt.Errorf("after line %d: %w", before, err)
	}
	return record, line, err
}

func (f *file) readHeading(heading []string) error {
	for i, name := range heading {
		at := slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, strings.TrimSpace(name)) })
		if at < 0 {
			return fmt.Errorf("column %s is not one of %s: take it out", shown(i, name), strings.Join(columns, ", "))
		}
		if slices.Contains(f.columns, columns[at]) {
			return fmt.Errorf("column %s stands twice", columns[at])
		}
		f.columns = append(f.columns, columns[at])
	}
	if !slices.Contains(f.columns, "userPrincipalName") {
		return fmt.Errorf("the column userPrincipalName is missing; columns can be %s", strings.Join(columns, ", "))
	}
	return nil
}

// shown keeps to a column's number if its name might not be one: in a file
// without a heading, the first line holds a person.
func shown(i int, name string) string {
	isLetter := func(c rune) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
	if len(name) > 40 || strings.ContainsFunc(name, func(c rune) bool { return !isLetter(c) && c != ' ' && c != '_' }) {
		return fmt.Sprintf("%d of the heading", i+1)
	}
	return fmt.Sprintf("%d, %q,", i+1, name)
}

func (f *file) add(d *Directory, record []string) error {
	u := User{AccountEnabled: true}
	for i, cell := range record {
		if err := u.setColumn(f.columns[i], strings.TrimSpace(cell)); err != nil {
			return err
		}
	}
	if u.Fault != "" && !slices.Contains(f.faults, u.Fault) {
		return fmt.Errorf("fault is not one of %s", strings.Join(f.faults, ", "))
	}
	_, err := d.Add(u)
	var taken *takenError
	if errors.As(err, &taken) {
		return fmt.Errorf("the %s is a key of line %d already", taken.property, f.lines[taken.by])
	}
	return err
}

func (u *User) setColumn(column, cell string) (err error) {
	if cell == "" {
		return nil
	}
	switch column {
	case "id":
		u.ID = cell
	case "userPrincipalName":
		u.UserPrincipalName = cell
	case "mail":
		u.Mail = cell
	case "employeeId":
		u.EmployeeID = cell
	case "onPremisesSamAccountName":
		u.OnPremisesSamAccountName = cell
	case "displayName":
		u.DisplayName = cell
	case "accountEnabled":
		u.AccountEnabled, err = truth(column, cell)
	case "userType":
		u.UserType = canonical(cell, "Member", "Guest")
	case "isAdmin":
		u.IsAdmin, err = truth(column, cell)
	case "usageLocation":
		u.UsageLocation = strings.ToUpper(cell)
	case "mobile":
		u.Mobile = cell
	case "alternateMobile":
		u.AlternateMobile = cell
	case "office":
		u.Office = cell
	case "defaultMethod":
		u.DefaultMethod = canonical(cell, phoneTypes[:]...)
	case "fault":
		u.Fault = cell
	}
	return err
}

func truth(column, cell string) (bool, error) {
	is := strings.EqualFold(cell, "true")
	if !is && !strings.EqualFold(cell, "false") {
		return false, fmt.Errorf("%s is not true or false", column)
	}
	return is, nil
}

// canonical is the one of the names that a cell spells in any case; a cell
// that spells none stays for Add to refuse.
func canonical(cell string, names ...string) string {
	for _, name := range names {
		if strings.EqualFold(cell, name) {
			return name
		}
	}
	return cell
}
