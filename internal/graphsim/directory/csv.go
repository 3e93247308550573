package directory

import (
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

// ReadCSV reads people from CSV with a heading: commas, UTF-8 with or without a
// byte order mark, columns in any order and case. Only userPrincipalName is
// required. An empty or missing accountEnabled is true, isAdmin false, and id
// and userType are as Add says. A fault is empty or one of those given.
//
// All that Add refuses is an error, as are unknown or repeated columns and a
// record of more than a megabyte (a quotation mark that is never closed).
// Errors name the line and do not repeat what stands in it.
func ReadCSV(r io.Reader, faults []string) (*Directory, error) {
	in := &limited{from: skipBOM(r)}
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	f := file{in: in, rows: rows, faults: faults}
	d, err := f.read()
	if err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	return d, nil
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
	columns []string // which of columns each one is
	lines   []int    // by Ref: where the person stands
}

func (f *file) read() (*Directory, error) {
	heading, _, err := f.row(0)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("line 1: a heading with userPrincipalName is missing")
	}
	if err != nil {
		return nil, err
	}
	if err := f.readHeading(heading); err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	d := New()
	last := 1
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
	case !errors.Is(err, io.EOF) && !errors.As(err, &located):
		err = fmt.Errorf("after line %d: %w", before, err)
	}
	return record, line, err
}

func (f *file) readHeading(heading []string) error {
	for i, name := range heading {
		at := slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, strings.TrimSpace(name)) })
		if at < 0 {
			return fmt.Errorf("column %s is not one of %s", shown(i, name), strings.Join(columns, ", "))
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
