package importfile

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// selection says which records of the file are meant.
type selection struct {
	conditions  []condition
	skip, limit int // records that pass the conditions; no limit is 0

	passed  int // records so far that passed the conditions
	LeftOut LeftOut
}

// LeftOut counts records that were not meant.
type LeftOut struct {
	Where int // by a condition
	Range int // before those that were meant, or behind them
}

// condition compares the cells of one column.
type condition struct {
	column int
	not    bool
	value  string  // folded
	text   string  // as it was written, with where
	met    *int    // records whose cell had the value
	has    *values // what else the column has
}

// parseConditions reads those of the profile and of --where.
func (v *resolver) parseConditions(opts Options) ([]condition, error) {
	var conditions []condition
	read := func(text, label string) error {
		heading, value, not, ok := splitCondition(text, v.headings)
		if !ok {
			return v.fail(conditionForm, "%s is no condition", label)
		}
		i, err := v.named(label, heading)
		if err == nil {
			conditions = append(conditions, condition{i, not, foldValue(value), label, new(int), &values{}})
		}
		return err
	}
	for _, text := range opts.Profile.Where {
		if err := read(text, fmt.Sprintf("%s, where: %s", opts.Profile.title(), text)); err != nil {
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

const conditionForm = `write HEADING=VALUE or HEADING!=VALUE, as in "Status!=inactive"`

// splitCondition cuts a condition behind the longest of the headings, since
// one may hold "=" itself, else at its first "=". Other comparisons than the
// two are refused, because they would silently be one of these.
func splitCondition(text string, headings []string) (heading, value string, not, ok bool) {
	for at := strings.LastIndexByte(text, '='); at >= 0; at = strings.LastIndexByte(text[:at], '=') {
		heading, value, ok = text[:at], text[at+1:], true
		heading, not = strings.CutSuffix(heading, "!")
		if heading = strings.TrimSpace(heading); slices.Contains(headings, heading) {
			break
		}
	}
	value, doubled := strings.CutPrefix(value, "=")
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, "=") || doubled && not || heading == "" || strings.ContainsAny(heading[len(heading)-1:], "!<>~^:|&") && !slices.Contains(headings, heading) {
		return "", "", false, false
	}
	if n := len(value); n > 1 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		value = value[1 : n-1]
	}
	return heading, value, not, ok
}

// foldValue makes cells comparable as people see them: without case, blanks at
// the ends, and what is invisible or another way to write the same.
func foldValue(cell string) string {
	for _, c := range []byte(cell) {
		if c < ' ' || c >= 0x7f {
			return strings.ToLower(norm.NFKC.String(legible(cell)))
		}
	}
	return strings.ToLower(strings.Join(strings.Fields(cell), " "))
}

// meets says whether a record meets all conditions, given the text of its
// cells.
func (s *selection) meets(cell func(column int) string) bool {
	meets := true
	for _, c := range s.conditions {
		text := cell(c.column)
		is := foldValue(text) == c.value
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
				Found:  fmt.Sprintf("%s leaves out every line: none has this value in %v, which has %v", c.text, Column{Number: c.column + 1, Heading: headings[c.column]}, c.has),
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
				c.text, Column{Number: c.column + 1, Heading: headings[c.column]}, c.has))
		}
	}
	return texts
}

// take counts a record and says whether it is meant. One that could not be
// taken apart meets all conditions: none tells anything of it.
func (s *selection) take(meets bool) bool {
	if !meets {
		s.LeftOut.Where++
		return false
	}
	s.passed++
	if s.passed <= s.skip || s.limit > 0 && s.passed > s.skip+s.limit {
		s.LeftOut.Range++
		return false
	}
	return true
}
