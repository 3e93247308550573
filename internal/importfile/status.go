package importfile

import (
	"fmt"
	"slices"
	"strings"

	"entraphone/internal/heading"
)

// maxValues is how many different values a person reads, and a status has.
const maxValues = 8

// values counts the different values of a column, without regard to case. A status
// has a handful. A column with more of them holds names, dates or remarks, and
// counting ends.
type values struct {
	different []value
	many      bool // more than maxValues, or longer than a status is
}

// value is a text as the first cell wrote it, and how many have it.
type value struct {
	text  string
	count int
}

// add counts a cell, and says under which of the different ones.
func (v *values) add(cell string) (at int) {
	if v.many {
		return heading.None
	}
	text := heading.Legible(cell)
	if at := slices.IndexFunc(v.different, func(d value) bool { return strings.EqualFold(d.text, text) }); at >= 0 {
		v.different[at].count++
		return at
	}
	// Longer texts are remarks.
	if v.many = len(v.different) == maxValues || len(text) > maxShown; v.many {
		return heading.None
	}
	v.different = append(v.different, value{text, 1})
	return len(v.different) - 1
}

// String names the values, the commonest first. The counts are left out where
// counting ended early.
func (v *values) String() string {
	sorted := slices.Clone(v.different)
	slices.SortStableFunc(sorted, func(a, b value) int { return b.count - a.count })
	var texts []string
	for _, d := range sorted {
		if v.many { // and were not counted to the end
			texts = append(texts, quoted(d.text))
		} else {
			texts = append(texts, fmt.Sprintf("%s %d", quoted(d.text), d.count))
		}
	}
	if v.many {
		texts = append(texts, "and more")
	}
	return strings.Join(texts, ", ")
}

// statusSeeker counts the values of a column that looks like a status, in case
// nobody has thought of the leavers. It changes nothing: what it finds is a hint in
// the reading.
type statusSeeker struct {
	heading.Column
	known []knownCell // so that most cells need not be understood again
	values
	filled, blank, dates int
}

// knownCell is a cell as it was written, and what it was found to be.
type knownCell struct {
	text   string
	at     int // of the values
	filled bool
	dated  bool
}

// newStatusSeekers are those for all such columns that neither mean something
// here nor have a condition.
func newStatusSeekers(c *heading.Columns, conditions []condition, headings []string) []*statusSeeker {
	var seekers []*statusSeeker
	for i, text := range headings {
		told := c.Means(i) || slices.ContainsFunc(conditions, func(c condition) bool { return c.column == i })
		if !told && heading.IsStatus(text) {
			seekers = append(seekers, &statusSeeker{Column: heading.Column{Number: i + 1, Heading: text}})
		}
	}
	return seekers
}

// look counts a cell of a record.
func (s *statusSeeker) look(text string) {
	text = strings.TrimSpace(text)
	// A million cells are a few texts: those that were seen first are only
	// counted.
	i := slices.IndexFunc(s.known, func(k knownCell) bool { return k.text == text })
	var cell knownCell
	if i >= 0 {
		cell = s.known[i]
		if cell.at != heading.None && !s.many {
			s.different[cell.at].count++
		}
	} else {
		cell = knownCell{text, s.add(text), heading.Legible(text) != "", heading.IsDate(text)}
		if len(s.known) < maxValues {
			s.known = append(s.known, cell)
		}
	}
	s.filled, s.blank, s.dates = s.filled+count(cell.filled), s.blank+count(!cell.filled), s.dates+count(cell.dated)
}

// count is 1 for what is so, and 0 for what is not.
func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// statusHints are what the seekers found, in words.
func statusHints(seekers []*statusSeeker) (hints []string) {
	for _, s := range seekers {
		if text := s.describe(); text != "" {
			hints = append(hints, text)
		}
	}
	return hints
}

// describe names the values of a column that tells records apart, and how those
// that are not meant are left out. It is empty where it does not.
func (s *statusSeeker) describe() string {
	switch {
	// A date says that somebody leaves, and perhaps only next year: it is told,
	// and no flag is proposed for it.
	case heading.TellsLeaving(s.Heading) && s.filled > 0 && s.dates == s.filled:
		if s.blank == 0 {
			return ""
		}
		return fmt.Sprintf("%v has a date in %d of %d lines: look whether these people have left", s.Column, s.filled, s.filled+s.blank)
	case s.many:
		return ""
	}
	var flags []string
	for _, v := range s.different {
		// It is a proposal: nobody is left out unasked.
		if heading.IsGone(s.Heading, v.text) {
			flags = append(flags, heading.Flag("--where", s.Heading+"!="+v.text))
		}
	}
	switch {
	case len(flags) > 0:
		return fmt.Sprintf("%v has %v; to leave some out, add for example %s", s.Column, &s.values, strings.Join(flags, " "))
	case len(s.different) < 2:
		return ""
	}
	return fmt.Sprintf("%v has %v; to leave some out, add %s", s.Column, &s.values, heading.Flag("--where", s.Heading+"!=VALUE"))
}
