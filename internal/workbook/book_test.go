package workbook

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// What was written is read as it was: kinds, texts, numbers and their looks.
func TestWrittenCellsAreReadAlike(t *testing.T) {
	codes := []string{"", "00000", "dd.mm.yyyy", `"+49 "0`, "General", "0.00E+00"}
	rapid.Check(t, func(rt *rapid.T) {
		like := &Sheet{Name: rapid.SampledFrom([]string{"Staff", "Größe", "a/b", "", strings.Repeat("n", 40), "'x'"}).Draw(rt, "name"), date1904: rapid.Bool().Draw(rt, "1904")}
		formats := []format{{id: 14, date: true}, {id: 30, date: true}, {id: 2}, {id: 500}}
		for i, code := range codes {
			formats = append(formats, format{id: 164 + i, code: code, date: isDateCode(code)})
		}
		text := rapid.OneOf(rapid.StringMatching(`[a-zäß =+@'"<&_x0-9;\n\r\t\x00\x1b\x{ffff}-]{1,12}`), rapid.StringMatching(`_x[0-9A-F]{4}_[a-z]?`))
		var rows [][]Cell
		for range rapid.IntRange(1, 8).Draw(rt, "rows") {
			var cells []Cell
			for column := range rapid.IntRange(1, 6).Draw(rt, "cells") {
				cell := Cell{Column: column * rapid.IntRange(1, 2).Draw(rt, "gap"), Kind: rapid.SampledFrom([]Kind{Text, Number, Truth, Fault}).Draw(rt, "kind")}
				if len(cells) > 0 && cell.Column <= cells[len(cells)-1].Column {
					continue
				}
				switch cell.Kind {
				case Text:
					cell.Stored = text.Draw(rt, "text")
				case Number:
					cell.Look.format = rapid.SampledFrom(formats).Draw(rt, "format")
					cell.Stored = strconv.FormatInt(rapid.Int64Range(-1000, 999_999_999_999_999).Draw(rt, "number"), 10)
				case Truth:
					cell.Stored = rapid.SampledFrom([]string{"TRUE", "FALSE"}).Draw(rt, "truth")
				case Fault:
					cell.Stored = "#N/A"
				}
				cells = append(cells, cell)
			}
			rows = append(rows, cells)
		}
		var out bytes.Buffer
		b := NewBook(&out, like)
		b.Begin(like.Name, 1)
		for _, cells := range rows {
			if err := b.Row(cells...); err != nil {
				rt.Fatal(err)
			}
		}
		if err := b.Close(); err != nil {
			rt.Fatal(err)
		}
		sheet, err := Open(out.Bytes(), "")
		if err != nil {
			rt.Fatal(err)
		}
		in, err := sheet.Rows()
		if err != nil {
			rt.Fatal(err)
		}
		type seen struct {
			Column int
			Kind   Kind
			Shown  string
		}
		see := func(s *Sheet, cells []Cell) (all []seen) {
			for _, cell := range cells {
				all = append(all, seen{cell.Column, cell.Kind, s.Shown(cell)})
			}
			return all
		}
		for i, cells := range rows {
			row, err := in.Next()
			if err != nil {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(see(sheet, row.Cells), see(like, cells)); diff != "" || row.Number != i+1 {
				rt.Errorf("row %d (-got +want):\n%s", row.Number, diff)
			}
		}
		if _, err := in.Next(); err != io.EOF {
			rt.Errorf("behind the last row: %v", err)
		}
	})
}

// excelize sees texts where texts are, and no formula and no link.
func TestTextsAreTexts(t *testing.T) {
	var out bytes.Buffer
	b := NewBook(&out, nil)
	b.Begin("Staff", 1)
	hostile := []string{"=1+1", `=HYPERLINK("http://example.com")`, "@SUM(1)", "+1 2065550101", "0170", "http://example.com", "<script>", "\u202egnp"}
	for _, text := range hostile {
		if err := b.Row(Cell{Stored: text}, Cell{Column: 2, Kind: Number, Stored: "447700900123"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for i, want := range hostile {
		name := "A" + strconv.Itoa(i+1)
		got, err := file.GetCellValue("Staff", name)
		formula, _ := file.GetCellFormula("Staff", name)
		linked, _, _ := file.GetCellHyperLink("Staff", name)
		kind, _ := file.GetCellType("Staff", name)
		if got != want || formula != "" || linked || kind != excelize.CellTypeInlineString || err != nil {
			t.Errorf("%s is %q of kind %v with formula %q, link %t, %v; want %q", name, got, kind, formula, linked, err, want)
		}
		if kind, err := file.GetCellType("Staff", "C"+strconv.Itoa(i+1)); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber || err != nil {
			t.Errorf("C%d is of kind %v, %v; want a number", i+1, kind, err)
		}
	}
}
