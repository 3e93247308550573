package table_test

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"entraphone/internal/table"
)

// knows are options that know two headings.
func knows(headings ...string) table.Options {
	return table.Options{
		Copied: []string{"line", "reason"},
		Names: func(cells []string) (full bool, known int) {
			for _, cell := range cells {
				if slices.Contains(headings, cell) {
					known++
				}
			}
			return known == len(headings), known
		},
		Holds: func(line []byte) (key, value bool) { return strings.Contains(string(line), "@"), false },
	}
}

// A line that cannot be split into cells takes no other along.
func ExampleTable_Records() {
	const file = "sep=;\nname;phone\nada@example.com;1\n\"bo@example.com;2\n'cy'@example.com;3\n"
	t, err := table.Open(strings.NewReader(file), knows("name", "phone"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q on line %d, with a %s between the cells\n", t.Headings, t.HeadingLine, table.DelimiterName(t.Dialect.Delimiter))
	shape := table.Shape{Key: 0, Values: []int{1}, IsKey: func(text string) bool { return strings.Contains(text, "@") }}
	for r, err := range t.Records(shape) {
		switch {
		case err != nil:
			fmt.Println(err)
		case r.Fault != nil:
			fmt.Printf("line %d: cell %d has a %c that nobody closes: %s\n", r.Line, r.Fault.Column, r.Fault.Quote, r.Raw)
		default:
			name, _ := r.Text(0)
			fmt.Printf("line %d: %s\n", r.Line, name)
		}
	}
	// Output:
	// ["name" "phone"] on line 2, with a semicolon between the cells
	// line 3: ada@example.com
	// line 4: cell 1 has a " that nobody closes: "bo@example.com;2
	// line 5: 'cy'@example.com
}

// A copy is written as its file is.
func ExampleWriter() {
	const file = "'name'|'phone'|'pin'\n'O''Neil'|'1'|'9876'\n"
	t, err := table.Open(strings.NewReader(file), knows("name", "phone"))
	if err != nil {
		fmt.Println(err)
		return
	}
	encoding, _ := t.Encoding()
	w := table.NewWriter(t, os.Stdout, encoding, []string{"line", "reason"})
	for r, err := range t.Records(table.Shape{Values: []int{1}}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		noPIN := []bool{true, true, false}
		w.Record(r, noPIN, []string{fmt.Sprint(r.Line), "it's too short"})
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 'name'|'phone'|'pin'|'line'|'reason'
	// 'O''Neil'|'1'||'2'|'it''s too short'
}

// What is not a table is told by its first bytes.
func ExampleUnfit() {
	for _, file := range []string{"%PDF-1.7", "", "name,\"phone\n"} {
		_, err := table.Open(strings.NewReader(file), knows("name", "phone"))
		fmt.Println(err)
	}
	// Output:
	// this is a PDF document, not CSV
	// the file is empty
	// the heading cannot be read
}
