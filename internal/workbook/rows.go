package workbook

import (
	"cmp"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// Kind is what a cell holds.
type Kind int

const (
	Text Kind = iota
	Number
	Truth
	Fault // such as #N/A
)

// Cell is a cell as it is stored. Of a formula it is what the formula gave when it
// was last computed.
type Cell struct {
	Column int // from 0
	Kind   Kind
	Stored string // the text, or the number as the file writes it
	Look   Look
}

// Row is a row with cells. It is good until the next one.
type Row struct {
	Number int // from 1
	Hidden bool
	Cells  []Cell // those that hold something, from left to right
}

// The limits of a sheet, by which a damaged one is known:
// https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3.
const (
	MaxRows    = 1_048_576
	MaxColumns = 16_384
)

// Rows are the rows of a sheet, from the first to the last.
type Rows struct {
	sheet  *Sheet
	tokens *tokens
	row    Row
	column int
	within bool // the rows have begun
	err    error
}

// Rows begins with the first row.
func (s *Sheet) Rows() (*Rows, error) {
	part, err := open(s.part, maxSheetBytes)
	if err != nil {
		return nil, err
	}
	return &Rows{sheet: s, tokens: newTokens(part)}, nil
}

// Text is the sheet as lines of UTF-8 with tabs between their cells, as RFC 4180
// writes them with commas: line n is row n, and rows without cells are empty lines,
// but for those at the end. A line ends with the last cell that holds something.
// An error of it is an [*Unfit].
func (s *Sheet) Text() (io.Reader, error) {
	rows, err := s.Rows()
	if err != nil {
		return nil, err
	}
	s.Hidden = 0
	return &lines{sheet: s, Rows: rows}, nil
}

// Next is the next row, with [io.EOF] behind the last. Rows without cells are among
// them, or are not. Another error is an [*Unfit]: what came before it is not to be
// used.
func (r *Rows) Next() (*Row, error) {
	if r.err == nil {
		r.err = r.next()
	}
	if r.err != nil && r.err != io.EOF {
		r.err = wrong(r.sheet.part.Name, r.err)
	}
	return &r.row, r.err
}

func (r *Rows) next() error {
	for {
		token, err := r.tokens.next()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "sheetData":
				r.within = true
			case "row":
				if r.within {
					return r.readRow(token)
				}
			}
		case xml.EndElement:
			if token.Name.Local == "sheetData" {
				return cmp.Or(r.tokens.end(), r.tokens.part.Close(), io.EOF)
			}
		}
	}
}

// readRow reads up to the end of a row. Rows and cells that do not say where they
// stand follow the ones before.
func (r *Rows) readRow(start xml.StartElement) error {
	before := r.row.Number
	r.row = Row{Number: before + 1, Cells: r.row.Cells[:0]}
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "r":
			number, err := strconv.Atoi(a.Value)
			if err != nil || number <= before {
				return damaged("its rows are out of order")
			}
			r.row.Number = number
		case "hidden":
			r.row.Hidden = isTrue(a.Value)
		}
	}
	if r.row.Number > MaxRows {
		return damaged("it has more rows than a sheet can have")
	}
	r.column = -1
	for {
		token, err := r.tokens.next()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "c" {
				if err := r.readCell(token); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if token.Name.Local == "row" {
				return nil
			}
		}
	}
}

// readCell reads up to the end of a cell, and keeps one that holds something.
func (r *Rows) readCell(start xml.StartElement) error {
	cell, kind, column := Cell{}, "", r.column+1
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "r":
			if column = columnOf(a.Value); column <= r.column {
				return damaged("its cells are out of order")
			}
		case "s":
			if n, err := strconv.Atoi(a.Value); err == nil && n >= 0 && n < len(r.sheet.formats) {
				cell.Look.format = r.sheet.formats[n]
			}
		case "t":
			kind = a.Value
		}
	}
	if column >= MaxColumns {
		return damaged("it has more columns than a sheet can have")
	}
	r.column, cell.Column = column, column
	value, formula, computed := "", "", false
	for {
		token, err := r.tokens.next()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "v":
				value, err = r.tokens.chars("v")
			case "is":
				value, err = r.tokens.richText("is")
			case "f":
				computed = true
				formula, err = r.tokens.chars("f")
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			if token.Name.Local != "c" {
				continue
			}
			// A formula that no program has computed yet is told from an empty cell.
			if value == "" && computed && kind != "str" {
				value, kind = "="+formula, "str"
			}
			return r.keep(cell, kind, value)
		}
	}
}

// keep adds a cell with what its kind makes of the value.
func (r *Rows) keep(cell Cell, kind, value string) error {
	switch cell.Stored = value; kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n >= len(r.sheet.shared) {
			return damaged("a cell names a text that there is not")
		}
		cell.Stored = r.sheet.shared[n]
	case "str":
		cell.Stored = unescaped(value)
	case "inlineStr", "d": // a day in words
	case "b":
		cell.Kind, cell.Stored = Truth, "FALSE"
		if isTrue(strings.TrimSpace(value)) {
			cell.Stored = "TRUE"
		}
	case "e":
		cell.Kind = Fault
	default:
		cell.Kind, cell.Stored = Number, strings.TrimSpace(value)
	}
	if value != "" && cell.Stored != "" {
		r.row.Cells = append(r.row.Cells, cell)
	}
	return nil
}

// columnOf is the column in a name such as AB12, from 0; -1 for what is none.
func columnOf(name string) int {
	column := 0
	for i := 0; i < len(name); i++ {
		c := name[i] &^ ' ' // as a capital letter
		if c < 'A' || c > 'Z' {
			if i == 0 {
				return -1
			}
			break
		}
		if column = column*26 + int(c-'A'+1); column > MaxColumns {
			break
		}
	}
	return column - 1
}
