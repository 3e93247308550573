package report

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/authmethod"
	"entraphone/internal/workbook"
)

// WriteWorkbook writes results.xlsx as [Publish] does: for people what results.csv is
// for programs, which opens right in every country. Its first sheet is what is left to
// do, by reason; behind it come the rows, on as many sheets as they need. Every text
// is a cell of text, and never a formula or a link, whatever it holds; mask is that of
// [WriteResults].
func WriteWorkbook(path string, results *authmethod.Results, f Facts, mask bool) error {
	err := Publish(path, func(w io.Writer) error {
		book := workbook.NewBook(w, nil)
		writeLeft(book, results, f)
		if err := writeSheets(book, results, f, mask, workbook.MaxRows); err != nil {
			return err
		}
		return book.Close()
	})
	if err != nil {
		return fmt.Errorf("writing the results for Excel: %w", err)
	}
	return nil
}

// The colours of outcomes, on which the words can be read, also in print. They repeat
// the words, for people who do not see them.
const (
	green  = "C6E7C8"
	grey   = "E4E4E4"
	yellow = "FFE8A3"
	red    = "F6C6C2"
)

// colourOf is that of an outcome: done, nothing to do, wrong, or waiting for somebody.
func colourOf(outcome authmethod.Outcome) string {
	switch outcome {
	case authmethod.Created, authmethod.Updated, authmethod.Removed, authmethod.Planned:
		return green
	case authmethod.Unchanged, authmethod.Duplicate:
		return grey
	case authmethod.Rejected, authmethod.Failed:
		return red
	}
	return yellow
}

// headingCells are a row of headings.
func headingCells(names ...string) (cells []workbook.Cell) {
	for i, name := range names {
		cells = append(cells, workbook.Cell{Column: i, Stored: name, Look: workbook.Look{Bold: true, Fill: grey}})
	}
	return cells
}

// writeLeft writes the first sheet: what the run was, and a row for each reason. What
// goes wrong the book tells later.
func writeLeft(book *workbook.Book, results *authmethod.Results, f Facts) {
	book.Begin("What is left to do", 3, 32, 8, 80, 80, 28)
	title := f.title()
	if f.Stopped != "" {
		title += ": " + f.Stopped
	}
	_ = book.Row(workbook.Cell{Stored: visible(title), Look: workbook.Look{Bold: true}})
	_ = book.Row()
	_ = book.Row(headingCells("who", "rows", "reason", "advice", "first lines")...)
	text := func(column int, text string) workbook.Cell {
		return workbook.Cell{Column: column, Stored: visible(text), Look: workbook.Look{Wrap: true}}
	}
	classes := Page{Facts: f}.left(results) // it names no number
	for _, class := range classes {
		for _, kind := range class.Kinds {
			rows := workbook.Cell{Column: 1, Kind: workbook.Number, Stored: strconv.Itoa(kind.N), Look: workbook.Look{Wrap: true}}
			_ = book.Row(text(0, class.Remedy), rows, text(2, kind.Message), text(3, kind.Advice), text(4, kind.firstLines()))
		}
	}
	if len(classes) == 0 {
		_ = book.Row(workbook.Cell{Stored: "nothing"})
	}
}

// firstLines names the lines of the first rows of a kind.
func (k *leftKind) firstLines() string {
	var names []string
	for _, row := range k.First {
		names = append(names, strconv.Itoa(int(row.Line)))
	}
	text := strings.Join(slices.Compact(names), ", ")
	if k.N > len(k.First) {
		text += ", …"
	}
	return text
}

// widths are those of columns that are not as wide as the others.
var widths = map[string]float64{
	"line": 8, "user": 34, "phoneNumber": 20, "httpStatus": 11, "attempts": 9, "message": 60, "advice": 60,
	"requestId": 38, "finishedAt": 21, "input": 24, "reason": 24, "registeredNumber": 20,
}

// writeSheets writes all rows, with the columns of results.csv, on sheets of so many
// rows at most.
func writeSheets(book *workbook.Book, results *authmethod.Results, f Facts, mask bool, most int) error {
	var names []string
	var wide []float64
	kind := reflect.TypeFor[line]()
	for i := range kind.NumField() {
		name, column := kind.Field(i).Tag.Lookup("csv")
		if !column {
			break // what is no column stands behind them
		}
		names, wide = append(names, name), append(wide, cmp.Or(widths[name], 16))
	}
	sheets, on := 0, 0 // rows on the sheet
	begin := func() error {
		name := "Rows"
		if sheets++; sheets > 1 {
			name = fmt.Sprintf("Rows %d", sheets)
		}
		book.Begin(name, 1, wide...)
		on = 1
		return book.Row(headingCells(names...)...)
	}
	if err := begin(); err != nil {
		return err
	}
	var cells []workbook.Cell
	for n := range results.Rows().All() {
		if on == most {
			if err := begin(); err != nil {
				return err
			}
		}
		on++
		l := rendered(results, n, mask)
		for _, cell := range l.foreign() {
			*cell = visible(*cell)
		}
		l.Target = visible(f.where())
		cells = cells[:0]
		fields := reflect.ValueOf(l)
		for i, name := range names {
			value := fields.Field(i)
			cell := workbook.Cell{Column: i, Stored: value.String()}
			switch {
			case value.IsZero():
				continue
			case value.CanInt():
				cell.Kind, cell.Stored = workbook.Number, strconv.FormatInt(value.Int(), 10)
			case name == "outcome":
				cell.Look.Fill = colourOf(authmethod.Outcome(cell.Stored))
			}
			cells = append(cells, cell)
		}
		if err := book.Row(cells...); err != nil {
			return err
		}
	}
	return nil
}
