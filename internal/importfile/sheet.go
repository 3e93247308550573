package importfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"

	"entraphone/internal/spreadsheet"
	"entraphone/internal/table"
	"entraphone/internal/workbook"
)

// openSheet knows a workbook by its bytes, and gives a sheet of it as text; of any
// other file it gives what it is. A zip file is read from its end, so that all of it
// is held.
func openSheet(src io.Reader, opts Options) (io.Reader, *workbook.Sheet, error) {
	in := bufio.NewReader(src)
	beginning, _ := in.Peek(workbook.MarkBytes) // an error comes again
	if !workbook.Is(beginning) {
		if opts.Sheet != opts.Profile.Sheet {
			return nil, nil, &FileError{Name: opts.Name, Found: "--sheet is given, and the file is no Excel workbook", Advice: "leave --sheet out"}
		}
		return in, nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(in, workbook.MaxBytes+1))
	if err != nil {
		return nil, nil, err
	}
	if len(data) > workbook.MaxBytes {
		return nil, nil, &FileError{Name: opts.Name, Found: fmt.Sprintf("the workbook is larger than %d MB", workbook.MaxBytes>>20), Advice: "save the sheet as CSV UTF-8, and use that file"}
	}
	sheet, err := workbook.Open(data, opts.Sheet)
	var text io.Reader
	if err == nil {
		text, err = sheet.Text()
	}
	return sheetText{text, opts.Name}, sheet, unfitSheet(opts.Name, err)
}

// sheetText says in our words what is wrong with a sheet.
type sheetText struct {
	io.Reader
	name string
}

func (t sheetText) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	return n, unfitSheet(t.name, err)
}

// unfitSheet is what is wrong with a workbook as an error about the file. Other errors
// are passed on.
func unfitSheet(name string, err error) error {
	if unfit, is := errors.AsType[*workbook.Unfit](err); is {
		return &FileError{Name: name, Found: unfit.Found, Advice: unfit.Advice}
	}
	return err
}

// whichSheet adds to what is wrong with a sheet that there are others: the first may
// be a cover.
func whichSheet(err error, sheet *workbook.Sheet) error {
	if unfit, is := errors.AsType[*FileError](err); is && sheet != nil && len(sheet.Others) > 0 {
		unfit.Found = fmt.Sprintf("in the sheet %q %s", sheet.Name, unfit.Found)
		unfit.Advice += "; or name another sheet with --sheet: " + workbook.Quoted(sheet.Others)
	}
	return err
}

// rowCopier copies rows of a workbook into a new one. The rows are read once more,
// because a record holds of their cells no more than their text.
type rowCopier struct {
	lines *lines
	rows  *workbook.Rows
	row   *workbook.Row // that was read last
	out   *workbook.Book
	own   []int // for each further cell, its column
	err   error
}

// newRowCopier writes the heading, with those of the further cells: at its end, or in
// the columns that are called so.
func newRowCopier(l *lines, w io.Writer, further []string) *rowCopier {
	c := &rowCopier{lines: l}
	width := len(l.Headings)
	for _, heading := range further {
		at := slices.Index(l.Headings, heading)
		if at < 0 {
			at = width
			width++
		}
		c.own = append(c.own, at)
	}
	c.rows, c.err = l.sheet.Rows()
	c.out = workbook.NewBook(w, l.sheet)
	c.out.Begin(l.sheet.Name, 1)
	c.write(c.cells(l.HeadingLine, nil), further)
	return c
}

// cells are those of a row as they are stored, of the columns that are kept or, for
// nil, all that have a heading.
func (c *rowCopier) cells(number int, kept []bool) (cells []workbook.Cell) {
	for c.err == nil && (c.row == nil || c.row.Number < number) {
		c.row, c.err = c.rows.Next()
	}
	if c.err != nil || c.row.Number != number {
		return nil
	}
	for _, cell := range c.row.Cells {
		if cell.Column >= len(c.lines.Headings) || slices.Contains(c.own, cell.Column) || kept != nil && !kept[cell.Column] {
			continue
		}
		// What is taken off where a copy is read must be there.
		if cell.Kind == workbook.Text {
			text := cell.Stored
			if c.lines.IsCopy() {
				text = spreadsheet.Unprotect(text)
			}
			if spreadsheet.Unprotect(text) != text {
				text = spreadsheet.Protect(text)
			}
			cell.Stored = text
		}
		cells = append(cells, cell)
	}
	return cells
}

// write writes a row. After an error nothing more is written.
func (c *rowCopier) write(cells []workbook.Cell, further []string) {
	for i, text := range further {
		cells = append(cells, workbook.Cell{Column: c.own[i], Stored: text})
	}
	slices.SortStableFunc(cells, func(a, b workbook.Cell) int { return a.Column - b.Column })
	if c.err == nil {
		c.err = c.out.Row(cells...)
	}
}

// Line copies a row that is no record.
func (c *rowCopier) Line(r *table.Record) { c.write(c.cells(r.Line, nil), nil) }

// Record copies the cells of the columns that are kept.
func (c *rowCopier) Record(r *table.Record, kept []bool, further []string) {
	c.write(c.cells(r.Line, kept), further)
}

// Changed copies the cells of the columns that are kept, but for those that texts take
// the place of.
func (c *rowCopier) Changed(r *table.Record, kept []bool, instead map[int]string, further []string) {
	cells := slices.DeleteFunc(c.cells(r.Line, kept), func(cell workbook.Cell) bool { _, other := instead[cell.Column]; return other })
	for column, text := range instead {
		cells = append(cells, workbook.Cell{Column: column, Stored: text})
	}
	c.write(cells, further)
}

// InOneCell writes a row that has a text in one cell.
func (c *rowCopier) InOneCell(column int, raw []byte, further []string) {
	c.write([]workbook.Cell{{Column: column, Stored: string(raw)}}, further)
}

// Err is the first error so far.
func (c *rowCopier) Err() error { return unfitSheet("", c.err) }

// Close writes the workbook to its end.
func (c *rowCopier) Close() error {
	if c.err == nil {
		c.err = c.out.Close()
	}
	return c.Err()
}
