package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// makeWorkbook writes a workbook of one sheet, or adds another sheet to it. Cells that
// begin with # are numbers, and those with a format behind a blank are shown in it.
func makeWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: workbook FILE.xlsx SHEET FILE.csv")
	}
	records, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[2]))).ReadAll()
	ts.Check(err)
	path, sheet := ts.MkAbs(args[0]), args[1]
	file, err := excelize.OpenFile(path)
	if errors.Is(err, os.ErrNotExist) {
		file, err = excelize.NewFile(), nil
		ts.Check(file.SetSheetName("Sheet1", sheet))
	}
	ts.Check(err)
	_, err = file.NewSheet(sheet)
	ts.Check(err)
	for i, record := range records {
		for j, cell := range record {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			number, is := strings.CutPrefix(cell, "#")
			if !is {
				ts.Check(file.SetCellValue(sheet, name, cell))
				continue
			}
			number, code, styled := strings.Cut(number, " ")
			value, err := strconv.ParseFloat(number, 64)
			ts.Check(err)
			ts.Check(file.SetCellValue(sheet, name, value))
			if styled {
				style, err := file.NewStyle(&excelize.Style{CustomNumFmt: &code})
				ts.Check(err)
				ts.Check(file.SetCellStyle(sheet, name, name, style))
			}
		}
	}
	ts.Check(file.SaveAs(path))
}

// printSheet prints the cells of a sheet as they are stored: numbers behind #.
func printSheet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sheet FILE.xlsx SHEET")
	}
	file, err := excelize.OpenFile(ts.MkAbs(args[0]), excelize.Options{RawCellValue: true})
	ts.Check(err)
	defer file.Close()
	rows, err := file.GetRows(args[1])
	ts.Check(err)
	for i, row := range rows {
		for j := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if kind, _ := file.GetCellType(args[1], name); row[j] != "" && (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber) {
				row[j] = "#" + row[j]
			}
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(row, "|"))
	}
}
