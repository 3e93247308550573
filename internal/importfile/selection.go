package importfile

import (
	"fmt"
	"slices"
	"strings"
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
	value  string // folded
}

// parseConditions reads conditions of the form HEADING=VALUE or HEADING!=VALUE.
func (v *resolver) parseConditions(texts []string) ([]condition, error) {
	var conditions []condition
	for _, text := range texts {
		heading, value, found := strings.Cut(text, "=")
		heading, not := strings.CutSuffix(heading, "!")
		if !found || strings.TrimSpace(heading) == "" {
			return nil, v.fail("write HEADING=VALUE or HEADING!=VALUE, as in --where \"Status!=inactive\"", "--where %q is no condition", text)
		}
		i, err := v.named("--where "+text, heading)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, condition{i, not, foldValue(value)})
	}
	return conditions, nil
}

// foldValue makes cells comparable as people mean it.
func foldValue(cell string) string { return strings.ToLower(strings.TrimSpace(cell)) }

// meets says whether a record meets all conditions, given the text of its
// cells.
func (s *selection) meets(cell func(column int) string) bool {
	for _, c := range s.conditions {
		if (foldValue(cell(c.column)) == c.value) == c.not {
			return false
		}
	}
	return true
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

// statusHeadings are folded headings of columns by which exports tell leavers
// and closed accounts from the others.
const statusHeadings = `status activestatus active isactive enabled isenabled accountenabled accountstatus workerstatus workstatus
	employmentstatus employeestatus employeestate positionstatus currentstatus personstatus hrstatus jobstatus leaver isleaver terminated
	blocksignin onleave mitarbeiterstatus beschaftigungsstatus beschäftigungsstatus statut estado stato situacao situação tila stan stav`

// statusSeeker counts the values of a column that looks like a status, in case
// nobody has thought of the leavers.
type statusSeeker struct {
	column int // none where there is none
	values []StatusValue
	many   bool // too many different ones for a status
}

// StatusValue is a value of a status column, and how many records have it.
type StatusValue struct {
	Value string
	Count int
}

func newStatusSeeker(c *columns, headings []string) *statusSeeker {
	known := strings.Fields(statusHeadings)
	for i, heading := range headings {
		if !c.means(i) && slices.Contains(known, fold(heading)) {
			return &statusSeeker{column: i}
		}
	}
	return &statusSeeker{column: none}
}

func (s *statusSeeker) look(cell func(column int) string) {
	const most = 8
	if s.column == none || s.many {
		return
	}
	value := strings.TrimSpace(cell(s.column))
	if value == "" {
		return
	}
	if i := slices.IndexFunc(s.values, func(v StatusValue) bool { return strings.EqualFold(v.Value, value) }); i >= 0 {
		s.values[i].Count++
		return
	}
	s.values = append(s.values, StatusValue{value, 1})
	s.many = len(s.values) > most || len(value) > maxShown
}

// found are the values of a column that tells records apart, the commonest
// first.
func (s *statusSeeker) found() []StatusValue {
	if s.column == none || s.many || len(s.values) < 2 {
		return nil
	}
	slices.SortStableFunc(s.values, func(a, b StatusValue) int { return b.Count - a.Count })
	return s.values
}

// describeStatus names the values, and how those that are not meant are left out.
func describeStatus(column Column, values []StatusValue) string {
	var counts []string
	for _, v := range values {
		counts = append(counts, fmt.Sprintf("%s %d", quoted(v.Value), v.Count))
	}
	least := values[len(values)-1].Value
	return fmt.Sprintf("%v has %s; to leave some out, add for example --where %q", column, strings.Join(counts, ", "), column.Heading+"!="+least)
}
