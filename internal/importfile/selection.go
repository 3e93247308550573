package importfile

import (
	"fmt"
	"slices"
	"strings"

	"entraphone/internal/heading"
)

// selection says which records of the file are meant. --skip and --limit count
// those that meet the conditions, so that --limit 100 is a trial with a hundred.
type selection struct {
	conditions  []condition
	skip, limit int // records that pass the conditions; no limit is 0

	passed  int // records so far that passed the conditions
	LeftOut LeftOut
}

// LeftOut counts records that were not meant. They are neither rows nor wrong: the
// file has them, and the options do not mean them.
type LeftOut struct {
	Where int // by a condition
	Range int // before those that were meant, or behind them
	Users int // of users that were not meant
	// UserPhones are the phones in these.
	UserPhones int
}

// condition compares the cells of one column. Cells are compared as
// [heading.FoldValue] makes them.
type condition struct {
	column int
	not    bool
	value  string  // folded
	text   string  // as it was written, with where
	met    *int    // records whose cell had the value
	has    *values // what else the column has
}

// newSelection is what the options mean of a file.
func newSelection(opts Options, headings []string) (selection, error) {
	conditions, err := parseConditions(opts, headings)
	return selection{conditions: conditions, skip: opts.Skip, limit: opts.Limit}, err
}

// parseConditions reads those of the profile and of --where. All of both must be
// met. A heading that the file does not have is an error: without it everybody, or
// nobody, would be meant.
func parseConditions(opts Options, headings []string) ([]condition, error) {
	var conditions []condition
	read := func(text, label string) error {
		named, value, not, ok := splitCondition(text, headings)
		if !ok {
			return &FileError{Name: opts.Name, Found: label + " is no condition", Advice: conditionForm}
		}
		i, err := heading.Find(headings, label, named)
		if err != nil {
			return unfitHeading(opts.Name, err)
		}
		conditions = append(conditions, condition{i, not, heading.FoldValue(value), label, new(int), &values{}})
		return nil
	}
	for _, text := range opts.Profile.Where {
		if err := read(text, fmt.Sprintf("%s, where: %s", opts.Profile.Title(), text)); err != nil {
			return nil, err
		}
	}
	for _, text := range opts.Where {
		if err := read(text, "--where "+text); err != nil {
			return nil, err
		}
	}
	return conditions, nil
}

// neededColumns are the columns that are read, those with a condition, and those that
// the options keep. What a profile keeps need not be there: it is for many files.
func neededColumns(c *heading.Columns, conditions []condition, headings []string, opts Options) ([]bool, error) {
	needed := make([]bool, len(headings))
	for i := range needed {
		needed[i] = c.Means(i)
	}
	for _, c := range conditions {
		needed[c.column] = true
	}
	keep := func(named string) error {
		i, err := heading.Find(headings, "--keep-columns "+named, named)
		if err == nil {
			needed[i] = true
		}
		return err
	}
	for _, named := range opts.Profile.KeepColumns {
		_ = keep(named)
	}
	for _, text := range opts.KeepColumns {
		if keep(text) == nil { // a heading may hold a comma
			continue
		}
		for named := range strings.SplitSeq(text, ",") {
			if err := keep(strings.TrimSpace(named)); err != nil {
				return nil, unfitHeading(opts.Name, err)
			}
		}
	}
	return needed, nil
}

// conditionForm is the advice for a condition that cannot be read.
const conditionForm = `write HEADING=VALUE or HEADING!=VALUE, as in "Status!=inactive"`

// splitCondition cuts a condition behind the longest of the headings, since
// one may hold "=" itself, else at its first "=". Other comparisons than the
// two are refused, because they would silently be one of these.
func splitCondition(text string, headings []string) (column, value string, not, ok bool) {
	// From the last "=" to the first, until a heading stands before it.
	for at := strings.LastIndexByte(text, '='); at >= 0; at = strings.LastIndexByte(text[:at], '=') {
		column, value, ok = text[:at], text[at+1:], true
		column, not = strings.CutSuffix(column, "!")
		if column = strings.TrimSpace(column); slices.Contains(headings, column) {
			break
		}
	}
	// Programmers write "==" and mean "=". "!==" is a mistake.
	value, doubled := strings.CutPrefix(value, "=")
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, "=") || doubled && not || column == "" || strings.ContainsAny(column[len(column)-1:], "!<>~^:|&") && !slices.Contains(headings, column) {
		return "", "", false, false
	}
	// Quotes that a shell left, as cmd.exe leaves single ones.
	if n := len(value); n > 1 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		value = value[1 : n-1]
	}
	return column, value, not, ok
}

// meets reports whether a record meets all conditions, given the text of its
// cells.
func (s *selection) meets(cell func(column int) string) bool {
	meets := true
	for _, c := range s.conditions {
		text := cell(c.column)
		is := heading.FoldValue(text) == c.value
		*c.met += count(is)
		if *c.met == 0 {
			c.has.add(text)
		}
		meets = meets && is != c.not
	}
	return meets
}

// unmet refuses a condition that left out all records because none has its
// value: it is misspelt, or the column holds something else by now.
func (s *selection) unmet(name string, headings []string) error {
	for _, c := range s.conditions {
		if *c.met == 0 && !c.not && s.LeftOut.Where > 0 {
			return &FileError{
				Name:   name,
				Found:  fmt.Sprintf("%s leaves out every line: none has this value in %v, which has %v", c.text, heading.Column{Number: c.column + 1, Heading: headings[c.column]}, c.has),
				Advice: "write one of its values",
			}
		}
	}
	return nil
}

// warnings name the conditions that were to leave out records and left out
// none.
func (s *selection) warnings(headings []string) (texts []string) {
	for _, c := range s.conditions {
		if *c.met == 0 && c.not {
			texts = append(texts, fmt.Sprintf("%s leaves out nobody: no line has this value in %v, which has %v; each condition takes one value, and --where can be repeated",
				c.text, heading.Column{Number: c.column + 1, Heading: headings[c.column]}, c.has))
		}
	}
	return texts
}

// counts counts a record and reports whether it is meant. One that could not be
// split into cells meets all conditions: nothing is known of it.
func (s *selection) counts(meets bool) bool {
	if !meets {
		s.LeftOut.Where++
		return false
	}
	s.passed++
	// Records behind the limit are read on: the report tells how many there are.
	if s.passed <= s.skip || s.limit > 0 && s.passed > s.skip+s.limit {
		s.LeftOut.Range++
		return false
	}
	return true
}
