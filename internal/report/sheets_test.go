package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"entraphone/internal/authmethod"
	"entraphone/internal/workbook"
)

// A sheet that is full is followed by another one, and no row is lost.
func TestRowsGoOnOnAnotherSheet(t *testing.T) {
	for count, want := range map[int]string{0: "Rows 0", 3: "Rows 3", 4: "Rows 3, Rows 2 1", 7: "Rows 3, Rows 2 3, Rows 3 1"} {
		rows := new(authmethod.Rows)
		for i := range count {
			rows.Append(authmethod.Row{Line: int32(i + 2), User: "a@example.com"})
		}
		var out bytes.Buffer
		book := workbook.NewBook(&out, nil)
		if err := errors.Join(writeSheets(book, authmethod.NewResults(rows, nil), Facts{}, false, 4), book.Close()); err != nil {
			t.Fatal(err)
		}
		read, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		line := 2
		for _, sheet := range read.GetSheetList() {
			cells, err := read.GetRows(sheet)
			if err != nil || cells[0][0] != "line" {
				t.Fatalf("%s begins with %q, %v", sheet, cells[0], err)
			}
			for _, row := range cells[1:] {
				if row[0] != fmt.Sprint(line) {
					t.Errorf("line %s in place of %d", row[0], line)
				}
				line++
			}
			got = append(got, fmt.Sprintf("%s %d", sheet, len(cells)-1))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%d rows stand on %q, want %s", count, got, want)
		}
	}
}
