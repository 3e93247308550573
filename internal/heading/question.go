package heading

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Question is what keeps columns from being understood: only a person can answer it,
// by a flag, a profile or a change of the file. Its texts quote headings, and no
// cells.
type Question struct {
	Found  string // what was found, and what was expected
	Advice string // what to do about it
}

// Error is both parts in one line.
func (q *Question) Error() string { return q.Found + "; " + q.Advice }

//go:embed questions.tsv
var questionTable string

// questions are the texts by name: what was found, and what to do.
var questions = sync.OnceValue(func() map[string][]string {
	texts := map[string][]string{}
	for _, cells := range tableRows(questionTable) {
		texts[cells[0]] = cells[1:]
	}
	return texts
})

// ask is the question of a name. The arguments of the first text come before those
// of the second.
func ask(name string, args ...any) error {
	text, known := questions()[name]
	if !known {
		panic("heading: there is no such question: " + name) // unreachable unless bug
	}
	n := strings.Count(text[0], "%")
	return &Question{Found: fmt.Sprintf(text[0], args[:n]...), Advice: fmt.Sprintf(text[1], args[n:]...)}
}

// None is no column.
const None = -1

// Column is a column of the file and what it means.
type Column struct {
	Key     string // the name of a [Key]; empty where it means nothing
	Number  int    // from 1
	Heading string
}

// String is the column as messages call it.
func (c Column) String() string { return fmt.Sprintf("column %d %s", c.Number, Title(c.Heading)) }

// Find is the column, from 0, that a flag or a profile names: by its heading as
// it is written, else folded.
func Find(headings []string, flag, heading string) (int, error) {
	f := &Input{Headings: headings}
	same := f.matching(heading)
	switch len(same) {
	case 0:
		return None, ask("missing", flag, f.list())
	case 1:
		return same[0], nil
	}
	return None, ask("same", flag, f.labels(same))
}

// matching are the columns with a heading: those that have it exactly, and else
// those that differ from it in case, blanks and punctuation only.
func (f *Input) matching(heading string) []int {
	same := f.where(func(i int) bool { return f.Headings[i] == strings.TrimSpace(heading) })
	if folded := Fold(heading); len(same) == 0 && folded != "" {
		same = f.where(func(i int) bool { return Fold(f.Headings[i]) == folded })
	}
	return same
}

// where are the columns that are such.
func (f *Input) where(such func(column int) bool) (columns []int) {
	for i := range f.Headings {
		if such(i) {
			columns = append(columns, i)
		}
	}
	return columns
}

// proposals are the flags by which each of the columns would have a meaning.
func (f *Input) proposals(k Key, is ...int) string {
	return joined(is, func(i int) string { return MapFlag(k, f.Headings[i]) }, " or ")
}

// labels name columns by their numbers, from 1 as spreadsheets and people count, and
// by their headings.
func (f *Input) labels(is []int) string {
	return joined(is, func(i int) string { return fmt.Sprintf("%d %s", i+1, Title(f.Headings[i])) }, ", ")
}

func (f *Input) label(i int) string { return f.labels([]int{i}) }

// list names the headings, as many as a person reads.
func (f *Input) list() string {
	const most = 30
	text := joined(f.Headings[:min(most, len(f.Headings))], Title, ", ")
	if more := len(f.Headings) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// cells are those of a column in the sample that are not empty.
func (f *Input) cells(column int) (cells []string) {
	for _, row := range f.Sample {
		if column < len(row) && row[column] != "" {
			cells = append(cells, row[column])
		}
	}
	return cells
}

// lacks reports whether the column holds something, and nothing that fits.
func (f *Input) lacks(column int, fits func(cell string) bool) bool {
	cells := f.cells(column)
	return len(cells) > 0 && !slices.ContainsFunc(cells, fits)
}

// addressed are the columns but one that hold addresses only, and not those of
// somebody else or of a person's home.
func (f *Input) addressed(but int) []int {
	return f.where(func(i int) bool {
		return i != but && f.lacks(i, func(cell string) bool { return KindOf(cell) != UserAddress }) &&
			!says(f.Headings[i], "private+alternate+second+sign-in+contact") && !somebodyElses(f.Headings[i])
	})
}
