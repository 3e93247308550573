package directory

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxRecord is the most bytes that one person can have in a file: far more
// than the texts may have, and few enough to hold.
const maxRecord = 1 << 20

// columns are what ReadCSV knows, in Graph's spelling.
var columns = []string{
	"id", "userPrincipalName", "mail", "employeeId", "onPremisesSamAccountName", "displayName", "accountEnabled",
	"onPremisesSyncEnabled", "userType", "isAdmin", "usageLocation", "mobile", "alternateMobile", "office", "defaultMethod", "fault",
}

// ReadCSV reads people from CSV with a heading, as Export-Csv writes it: commas,
// semicolons or tabs, UTF-8 or, with a byte order mark, UTF-16, with or without
// a #TYPE line, columns in any order and case. Only userPrincipalName is
// required. An empty or missing accountEnabled is true, isAdmin and
// onPremisesSyncEnabled false, and id and userType are as Add says. A fault is empty or one of those given.
//
// All that Add refuses is an error, as are unknown or repeated columns and a
// record of more than a megabyte (a quotation mark that is never closed).
// Errors name the line and do not repeat what stands in it.
func ReadCSV(r io.Reader, faults []string) (*Directory, error) {
	d, err := readCSV(r, faults)
	if err != nil {
		return nil, fmt.Errorf("reading directory: %w", err)
	}
	return d, nil
}

// readCSV reads UTF-16 by its byte order mark only. Without one every other byte
// is zero, which no CSV in UTF-8 has.
func readCSV(r io.Reader, faults []string) (*Directory, error) {
	decoded := transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	start := bufio.NewReaderSize(decoded, 4<<10)
	head, _ := start.Peek(start.Size()) // a real error comes again with the next read
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, errors.New("the file is in UTF-16 or no text: export it with -Encoding utf8")
	}
	in := &limited{from: start}
	f := file{in: in, rows: csv.NewReader(in), faults: faults}
	f.rows.ReuseRecord = true
	f.setDialect(string(head))
	return f.read()
}

// limited fails once maxRecord bytes were read since left was last set.
type limited struct {
	from io.Reader
	left int
}

// Read hands out no more than is left, so that the reader of CSV cannot run ahead
// of the limit by what it buffers.
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
	line    int      // of the record read last; before, of the heading
	columns []string // which of columns each one is
	fields  []int    // and where its field stands in a User
	lines   []int    // by Ref: where the person stands
}

// setDialect has #TYPE lines passed over, and finds the delimiter in the
// heading below them.
func (f *file) setDialect(head string) {
	const typeLine = "#TYPE"
	f.line = 1
	for len(head) >= len(typeLine) && strings.EqualFold(head[:len(typeLine)], typeLine) {
		f.rows.Comment = '#'
		f.line++
		_, head, _ = strings.Cut(head, "\n")
	}
	heading, _, _ := strings.Cut(head, "\n")
	for _, other := range ";\t" {
		if strings.Count(heading, string(other)) > strings.Count(heading, string(f.rows.Comma)) {
			f.rows.Comma = other
		}
	}
}

// read stops at the first person who cannot be added: a rehearsal on half a
// tenant would mislead.
func (f *file) read() (*Directory, error) {
	heading, err := f.row()
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("line %d: a heading with userPrincipalName is missing", f.line)
	} else if err == nil {
		err = f.readHeading(heading)
	}
	if err != nil {
		return nil, err
	}
	f.rows.Comment = 0
	for d := New(); ; f.lines = append(f.lines, f.line) {
		record, err := f.row()
		switch {
		case errors.Is(err, io.EOF):
			return d, nil
		case err != nil:
			return nil, err
		}
		if err := f.add(d, record); err != nil {
			return nil, fmt.Errorf("line %d: %w", f.line, err)
		}
	}
}

// row reads the next record and keeps the line in which it begins.
func (f *file) row() ([]string, error) {
	f.in.left = maxRecord
	record, err := f.rows.Read()
	var located *csv.ParseError
	switch {
	case err == nil:
		f.line, _ = f.rows.FieldPos(0)
	case !errors.As(err, &located) && !errors.Is(err, io.EOF):
		err = fmt.Errorf("after line %d: %w", f.line, err)
	}
	return record, err
}

// readHeading refuses a column that it does not know rather than pass over it, for
// it may be a misspelt one, such as "moblie".
func (f *file) readHeading(heading []string) error {
	for i, name := range heading {
		column := canonical(strings.TrimSpace(name), columns...)
		if !slices.Contains(columns, column) {
			return fmt.Errorf("line %d: column %s is not one of %s: take it out", f.line, shown(i, name), strings.Join(columns, ", "))
		}
		if slices.Contains(f.columns, column) {
			return fmt.Errorf("line %d: column %s stands twice", f.line, column)
		}
		field, _ := reflect.TypeFor[User]().FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, column) })
		f.columns, f.fields = append(f.columns, column), append(f.fields, field.Index[0])
	}
	if !slices.Contains(f.columns, "userPrincipalName") {
		return fmt.Errorf("line %d: the column userPrincipalName is missing; columns can be %s", f.line, strings.Join(columns, ", "))
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

// add sets the fields by the columns of the heading; csv.Reader has seen to it
// that there are as many of one as of the other.
func (f *file) add(d *Directory, record []string) error {
	u := User{AccountEnabled: true}
	for i, cell := range record {
		field := reflect.ValueOf(&u).Elem().Field(f.fields[i])
		if err := setColumn(field, f.columns[i], strings.TrimSpace(cell)); err != nil {
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

// setColumn sets the field of a User that has the name of a column.
func setColumn(field reflect.Value, column, cell string) error {
	if cell == "" {
		return nil
	}
	if field.Kind() == reflect.Bool {
		is := strings.EqualFold(cell, "true")
		if !is && !strings.EqualFold(cell, "false") {
			return fmt.Errorf("%s is not true or false", column)
		}
		field.SetBool(is)
		return nil
	}
	switch column {
	case "userType":
		cell = canonical(cell, "Member", "Guest")
	case "usageLocation":
		cell = strings.ToUpper(cell)
	case "defaultMethod":
		cell = canonical(cell, phoneTypes...)
	}
	field.SetString(cell)
	return nil
}

// canonical is the one of the names that a text spells in any case; a text
// that spells none stays as it is.
func canonical(text string, names ...string) string {
	if i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(text, name) }); i >= 0 {
		return names[i]
	}
	return text
}

// ReadState reads what WriteState wrote. Members of a person may be left out as
// in a CSV file; unknown ones are an error, as are another version, anything
// that Add refuses, and anything behind the end. Errors name the user by
// number, the first being 1, and do not repeat values.
func ReadState(r io.Reader) (*Directory, error) {
	in := &limited{from: r, left: maxRecord}
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	d, err := readState(in, decoder)
	if err != nil {
		return nil, fmt.Errorf("reading state: %w", err)
	}
	return d, nil
}

// readState reads token by token, so that the text of a million people need not
// be in memory beside them.
func readState(in *limited, decoder *json.Decoder) (*Directory, error) {
	if err := expect(decoder, json.Delim('{'), "version"); err != nil {
		return nil, fmt.Errorf(`the beginning is not {"version":1,"users":[: %w`, err)
	}
	if err := expect(decoder, float64(1)); err != nil {
		return nil, fmt.Errorf("the version is not 1, the only one known here: %w", err)
	}
	if err := expect(decoder, "users", json.Delim('[')); err != nil {
		return nil, fmt.Errorf(`the beginning is not {"version":1,"users":[: %w`, err)
	}
	d := New()
	for {
		in.left = maxRecord
		if !decoder.More() {
			break
		}
		u := User{AccountEnabled: true}
		err := plain(decoder.Decode(&u))
		if err == nil {
			_, err = d.Add(u)
		}
		if err != nil {
			return nil, fmt.Errorf("user %d: %w", d.Len()+1, err)
		}
	}
	if err := expect(decoder, json.Delim(']'), json.Delim('}')); err != nil {
		return nil, fmt.Errorf("after user %d: %w", d.Len(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the end")
	}
	return d, nil
}

// expect compares with what json.Decoder.Token gives: numbers are float64. An end
// that comes too early is io.ErrUnexpectedEOF.
func expect(decoder *json.Decoder, tokens ...json.Token) error {
	for _, want := range tokens {
		got, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("there is no %v where it must be", want)
		}
	}
	return nil
}

// plain rewords an error that speaks of Go types.
func plain(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return errors.New("it is not an object")
	}
	return fmt.Errorf("%s has the wrong type", wrong.Field)
}

// WriteState writes people as JSON, in the order in which they come and one in
// a line:
//
//	{"version":1,"users":[
//	{"id":"...","userPrincipalName":"...","accountEnabled":true,"userType":"Member","mobile":"+1 2065550123"},
//	...
//	]}
//
// A person's members are named as Graph names them, and left out if they are
// empty or false, but for accountEnabled. ReadState gives back the same people
// with the same Refs, if they come in the order of their Refs.
func WriteState(w io.Writer, users iter.Seq[User]) error {
	out := bufio.NewWriter(w)
	var user bytes.Buffer
	encoder := json.NewEncoder(&user)
	encoder.SetEscapeHTML(false)
	out.WriteString(`{"version":1,"users":[`) // an error comes again with Flush
	between := "\n"
	for u := range users {
		user.Reset()
		if err := encoder.Encode(u); err != nil {
			return fmt.Errorf("writing state: %w", err)
		}
		out.WriteString(between)
		out.Write(bytes.TrimSuffix(user.Bytes(), []byte("\n")))
		between = ",\n"
	}
	out.WriteString("\n]}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing state: %w", err)
	}
	return nil
}
