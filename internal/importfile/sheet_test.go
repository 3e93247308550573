package importfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// in is a number in a format.
type in struct {
	number float64
	code   string
}

// bookOf is a workbook of one sheet; a row of nil is empty.
func bookOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer file.Close()
	var err error
	for i, row := range rows {
		for j, value := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if formatted, is := value.(in); is {
				value = formatted.number
				style, styled := file.NewStyle(&excelize.Style{CustomNumFmt: &formatted.code})
				err = errors.Join(err, styled, file.SetCellStyle("Sheet1", name, name, style))
			}
			if value != nil {
				err = errors.Join(err, file.SetCellValue("Sheet1", name, value))
			}
		}
	}
	var out bytes.Buffer
	if err = errors.Join(err, file.Write(&out)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cellsOf are the cells of a workbook as they are stored, with their kinds.
func cellsOf(t testing.TB, book []byte) (rows [][]string) {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(book), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sheet := file.GetSheetName(0)
	all, err := file.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range all {
		for j := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			switch kind, _ := file.GetCellType(sheet, name); kind {
			case excelize.CellTypeUnset, excelize.CellTypeNumber:
				if row[j] != "" {
					row[j] = "#" + row[j]
				}
			case excelize.CellTypeBool:
				row[j] = "?" + row[j]
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Every sample is read from a workbook as it is from its own file, line by line.
func TestSamplesReadAlikeInWorkbooks(t *testing.T) {
	read := 0
	for _, wild := range wildFiles(t) {
		t.Run(wild.File, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", wild.File))
			if err != nil {
				t.Fatal(err)
			}
			opts := wild.options(t)
			want, err := Read(t.Context(), bytes.NewReader(text), opts)
			if err != nil {
				t.Fatal(err)
			}
			l, _, err := openLines(t.Context(), bytes.NewReader(text), opts)
			if err != nil {
				t.Fatal(err)
			}
			rows := make([][]any, want.Reading.Lines)
			put := func(line int, texts []string) {
				for _, text := range texts {
					var cell any
					if text != "" {
						cell = text
					}
					rows[line-1] = append(rows[line-1], cell)
				}
			}
			put(l.HeadingLine, l.Headings)
			for r, err := range l.Records(l.shape()) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Fault != nil || r.Alone {
					t.Skip("a sheet cannot hold such lines")
				}
				var texts []string
				for i := range l.Headings {
					text, _ := r.Text(i)
					texts = append(texts, text)
				}
				put(r.Line, texts)
			}
			opts.Encoding = "" // of the text, which the profile need not know
			got, err := Read(t.Context(), bytes.NewReader(bookOf(t, rows...)), opts)
			if err != nil {
				t.Fatal(err)
			}
			without := func(f *File) (all []string) {
				for _, row := range showAll(f) {
					all = append(all, strings.TrimSuffix(row, " ~short-row"))
				}
				return all
			}
			if diff := cmp.Diff(without(want), without(got)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			read++
		})
	}
	if read < 10 {
		t.Errorf("%d samples were read from workbooks, want most of them", read)
	}
}

func TestWorkbooks(t *testing.T) {
	heading := []any{"UPN", "Type", "Mobile", "Start"}
	tests := []struct {
		why  string
		rows [][]any
		opts Options
		want string // the rows, or what the error holds
	}{
		{"numbers are whole, and zeros are there", [][]any{{"UPN", "Mobile"}, {"a@example.com", in{447700900123, "0.00E+00"}}, {"b@example.com", in{1701234567, "00000000000"}}, {"c@example.com", 447700900124}, {"d@example.com", in{447700900125, `"+"0`}}},
			Options{}, `2:2 a@example.com mobile "447700900123"|3:2 b@example.com mobile "01701234567"|4:2 c@example.com mobile "447700900124"|5:2 d@example.com mobile "+447700900125"`},
		{"days, errors and truth", [][]any{{"UPN", "Mobile"}, {"a@example.com", in{45678, "dd.mm.yyyy"}}, {"b@example.com", true}},
			Options{}, `2:2 a@example.com mobile "2025-01-21"|3:2 b@example.com mobile "TRUE"`},
		{"a line is a row, whatever stands in cells", [][]any{{"Staff\n2026"}, nil, {"UPN", "Mobile\nphone"}, nil, {"a@example.com", "+1 2065550101\n+1 2065550102"}, {"b@example.com", "+1 2065550103"}},
			Options{}, `5:2 a@example.com mobile "+1 2065550101\n+1 2065550102"|6:2 b@example.com mobile "+1 2065550103"`},
		{"what stands beside the table is nobody's", [][]any{{"UPN", "Mobile"}, {"a@example.com", "+1 2065550101", nil, nil, "see mail"}, {"b@example.com", "+1 2065550102"}},
			Options{}, `2:2 a@example.com mobile "+1 2065550101"|3:2 b@example.com mobile "+1 2065550102"`},
		{"cells at the end are missing", [][]any{{"UPN", "Mobile", "Office"}, {"a@example.com"}, {"b@example.com", "+1 2065550102"}},
			Options{}, `3:2 b@example.com mobile "+1 2065550102"`},
		{"delimiters and quotes are text", [][]any{{"UPN", "Name", "Mobile"}, {"a@example.com", "Ann; Bo, \"Cy\"\tD|E", "+1 2065550101"}, {"b@example.com", "\"quoted\"", "'+1 2065550102"}, {"c@example.com", "\"", "+1 2065550103"}, {"d@example.com", "'d", "+1 2065550104"}},
			Options{}, `2:3 a@example.com mobile "+1 2065550101"|3:3 b@example.com mobile "'+1 2065550102"|4:3 c@example.com mobile "+1 2065550103"|5:3 d@example.com mobile "+1 2065550104"`},
		{"what programs put above a heading", [][]any{{"version:v1.0"}, {"User name [userPrincipalName] Required", "Mobile phone [mobile]"}, {"Example: chris@contoso.com", "1"}, {"a@example.com", "+1 2065550101"}},
			Options{}, `4:2 a@example.com mobile "+1 2065550101"`},
		{"a condition on a day", [][]any{heading, {"a@example.com", "x", "+1 2065550101", in{45678, "d/m/yy"}}, {"b@example.com", "x", "+1 2065550102", in{45679, "d/m/yy"}}},
			Options{Where: []string{"Start=2025-01-22"}}, `3:3 b@example.com mobile "+1 2065550102"`},
		{"a cell that is too long", [][]any{{"UPN", "Mobile"}, {"a@example.com", strings.Repeat("1", 32767)}, {"b@example.com", "+1 2065550102"}},
			Options{}, `2:2 a@example.com mobile "` + strings.Repeat("1", 256) + `…"|3:2 b@example.com mobile "+1 2065550102"`},
		{"an encoding says nothing of a workbook", [][]any{{"UPN", "Mobile", "Größe"}, {"zoë@example.com", "+1 2065550101"}},
			Options{Encoding: "IBM850"}, `2:2 zoë@example.com mobile "+1 2065550101"`},
		{"no rows", [][]any{{"UPN", "Mobile"}}, Options{}, "the file holds a heading and no rows"},
		{"an empty sheet", nil, Options{}, "the file holds no heading"},
		{"a text file in its first column", [][]any{{"UPN,Mobile"}, {"a@example.com,+1 2065550101"}}, Options{}, "row 1 stands in its first cell as a whole, with a comma in it; use the CSV file"},
		{"another sheet", [][]any{{"UPN", "Mobile"}}, Options{Sheet: "Staff"}, `the workbook has no sheet "Staff"; its sheets are "Sheet1"`},
	}
	for _, test := range tests {
		t.Run(test.why, func(t *testing.T) {
			test.opts.Name = "a.xlsx"
			f, err := Read(t.Context(), bytes.NewReader(bookOf(t, test.rows...)), test.opts)
			if err != nil {
				if !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v, want that it holds %q", err, test.want)
				}
				return
			}
			if got := strings.Join(showAll(f), "|"); got != test.want {
				t.Errorf("%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestSheetsAreNamed(t *testing.T) {
	file := excelize.NewFile()
	defer file.Close()
	_, err := file.NewSheet("Größe")
	err = errors.Join(err, file.SetCellValue("Sheet1", "A1", "Read me first"), file.SetSheetRow("Größe", "A1", &[]any{"UPN", "Mobile"}), file.SetSheetRow("Größe", "A2", &[]any{"a@example.com", "+1 2065550101"}),
		file.SetRowVisible("Größe", 2, false))
	var out bytes.Buffer
	if err := errors.Join(err, file.Write(&out)); err != nil {
		t.Fatal(err)
	}
	_, err = Read(t.Context(), bytes.NewReader(out.Bytes()), Options{Name: "a.xlsx"})
	if want := `in the sheet "Sheet1" `; err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), `; or name another sheet with --sheet: "Größe"`) {
		t.Errorf("a cover gives %v, want %q, and the other sheet", err, want)
	}
	opts := Options{Name: "a.xlsx", Sheet: "größe"}
	f, err := Read(t.Context(), bytes.NewReader(out.Bytes()), opts)
	if err != nil {
		t.Fatal(err)
	}
	reading := f.Reading.String()
	for _, want := range []string{`a.xlsx: Excel workbook, sheet "Größe" (not read: "Sheet1"), one person per line`, "2, the heading included; 1 hidden, read like the others"} {
		if !strings.Contains(reading, want) {
			t.Errorf("the reading is\n%s\nwant %q", reading, want)
		}
	}
	// A profile keeps the sheet, and a text file has none.
	p := f.Reading.Profile(opts)
	if again, err := Read(t.Context(), bytes.NewReader(out.Bytes()), Options{Profile: p}); p.Sheet != "größe" || err != nil || again.Rows.Len() != 1 {
		t.Errorf("by the profile %+v: %v", p, err)
	}
	if _, err := Read(t.Context(), strings.NewReader("UPN,Mobile\na@example.com,1\n"), opts); err == nil || !strings.Contains(err.Error(), "--sheet is given, and the file is no Excel workbook") {
		t.Errorf("--sheet of a text file: %v", err)
	}
	if _, err := Read(t.Context(), strings.NewReader("UPN,Mobile\na@example.com,1\n"), Options{Profile: p}); err != nil {
		t.Errorf("a profile with a sheet, of a text file: %v", err)
	}
}

// bookExcerptOf hands back all rows.
func bookExcerptOf(t testing.TB, book []byte, opts Options) []byte {
	t.Helper()
	f, err := Read(t.Context(), bytes.NewReader(book), opts)
	if err != nil {
		t.Fatal(err)
	}
	remarks := map[int32]Remark{}
	for _, r := range f.Rows.All() {
		remarks[r.Line] = Remark{"=the reason", "the advice"}
	}
	var out bytes.Buffer
	if err := Excerpt(t.Context(), bytes.NewReader(book), opts, f, remarks, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Rows come back with their cells as they were stored, without what is nobody's
// business, and are read as they were.
func TestExcerptsOfWorkbooks(t *testing.T) {
	book := bookOf(t,
		[]any{"Staff"}, nil,
		[]any{"UPN", "Password", "Mobile", "Department", "Shoe size", "Land"},
		[]any{"a@example.com", "Not-A-Secret", in{1701234567, "00000000000"}, "Größe\nXL", 42, 840},
		[]any{"=b@example.com", "Not-A-Secret", "+1 2065550101", true, nil, 840, "beside"},
		[]any{"'-c@example.com", nil, in{45678, "dd.mm.yyyy"}, 7.5, 43, 276},
	)
	opts := Options{Name: "a.xlsx", KeepColumns: []string{"shoe size"}}
	once := bookExcerptOf(t, book, opts)
	want := [][]string{
		{"UPN", "Password", "Mobile", "Department", "Shoe size", "Land", "entraphone_line", "entraphone_reason", "entraphone_advice", "entraphone_iso"},
		{"a@example.com", "", "#1701234567", "Größe\nXL", "#42", "#840", "4", "=the reason", "the advice"},
		{"=b@example.com", "", "+1 2065550101", "?1", "", "#840", "5", "=the reason", "the advice"},
		{"''-c@example.com", "", "#45678", "#7.5", "#43", "#276", "6", "=the reason", "the advice"},
	}
	got := cellsOf(t, once)
	if len(got[0]) == len(want[0]) {
		got[0][9] = want[0][9] // a heading that tells what the whole file had settled
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	if bytes.Contains(once, []byte("Not-A-Secret")) {
		t.Error("a password comes back")
	}
	read := func(book []byte) []string {
		f, err := Read(t.Context(), bytes.NewReader(book), opts)
		if err != nil {
			t.Fatal(err)
		}
		return shownWithoutLines(f)
	}
	if diff := cmp.Diff(read(book), read(once)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	// The line of the first file stays, and the remarks of the second time take the
	// place of the first.
	twice := bookExcerptOf(t, once, opts)
	if diff := cmp.Diff(len(want[0]), len(cellsOf(t, twice)[0])); diff != "" {
		t.Errorf("columns of an excerpt of an excerpt: %s", diff)
	}
	if diff := cmp.Diff(read(book), read(twice)); diff != "" {
		t.Errorf("rows of an excerpt of an excerpt (-want +got):\n%s", diff)
	}
}

func TestExcerptOfAnotherWorkbook(t *testing.T) {
	rows := [][]any{{"UPN", "Mobile"}, {"a@example.com", "1"}, {"b@example.com", "2"}}
	f, err := Read(t.Context(), bytes.NewReader(bookOf(t, rows...)), Options{Name: "a.xlsx"})
	if err != nil {
		t.Fatal(err)
	}
	rows[2][1] = "3"
	err = Excerpt(t.Context(), bytes.NewReader(bookOf(t, rows...)), Options{Name: "a.xlsx"}, f, map[int32]Remark{2: {}}, new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "has changed since it was read") {
		t.Errorf("an excerpt of another workbook: %v", err)
	}
	if err := Excerpt(t.Context(), bytes.NewReader(bookOf(t, rows[:2]...)), Options{Name: "a.xlsx"}, f, map[int32]Remark{2: {}}, fullDisk{}); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("an excerpt to a full disk: %v", err)
	}
}

// An excerpt of any cells gives no row that the workbook did not give, and its rows are
// refused as they were.
func TestExcerptsOfWorkbooksGiveNothingNew(t *testing.T) {
	further := []string{"Office", "Country", "Department", "phoneType", "Password"}
	cell := rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{"a@example.com", "'-b@example.com", "+1 2065550101", "020 7946 0123", "mobile", "GB", "276", "=1+1", "'=x", "\"", "a\nb", "\t", " ", "n/a", "#N/A", "+49 170 1234567\n+49 170 1234568"}), func(s string) any { return s }),
		rapid.Map(rapid.StringMatching(`['"=+@a0;,\n\t -]{1,6}`), func(s string) any { return s }),
		rapid.Map(rapid.Int64Range(0, 999_999_999_999), func(n int64) any { return n }),
		rapid.Map(rapid.Int64Range(1, 99_999_999_999), func(n int64) any { return in{float64(n), "00000000000"} }),
		rapid.Map(rapid.IntRange(1, 60000), func(n int) any { return in{float64(n), "dd.mm.yyyy"} }),
		rapid.Just[any](nil), rapid.Just[any](true),
	)
	rapid.Check(t, func(rt *rapid.T) {
		var rows [][]any
		for range rapid.IntRange(0, 2).Draw(rt, "above") {
			rows = append(rows, []any{cell.Draw(rt, "above")})
		}
		chosen := rapid.Permutation(further).Draw(rt, "headings")[:rapid.IntRange(0, len(further)).Draw(rt, "columns")]
		heading := rapid.Permutation(append([]string{"UPN", "Mobile"}, chosen...)).Draw(rt, "order")
		var row []any
		for _, text := range heading {
			row = append(row, text)
		}
		rows = append(rows, row)
		for range rapid.IntRange(1, 6).Draw(rt, "rows") {
			rows = append(rows, rapid.SliceOfN(cell, 0, len(heading)+1).Draw(rt, "row"))
		}
		book, opts := bookOf(t, rows...), Options{Name: "a.xlsx", DefaultCountry: "GB"}
		file, err := Read(context.Background(), bytes.NewReader(book), opts)
		if err != nil {
			return // refused as a whole, which hands nothing back
		}
		remarks, fit, refused := map[int32]Remark{}, []string{}, 0
		for _, r := range file.Rows.All() {
			if r.Rejected() {
				remarks[r.Line] = Remark{"a reason", "an advice"}
				refused++
			}
		}
		for _, r := range file.Rows.All() {
			if _, back := remarks[r.Line]; back && !r.Rejected() {
				fit = append(fit, sent(r))
			}
		}
		if len(remarks) == 0 {
			return
		}
		var out bytes.Buffer
		if err := Excerpt(context.Background(), bytes.NewReader(book), opts, file, remarks, &out); err != nil {
			rt.Fatal(err)
		}
		again, err := Read(context.Background(), bytes.NewReader(out.Bytes()), opts)
		if err != nil {
			rt.Fatalf("reading %q: %v", fmt.Sprint(cellsOf(t, out.Bytes())), err)
		}
		for _, r := range again.Rows.All() {
			switch {
			case r.Rejected():
				refused--
			case !slices.Contains(fit, sent(r)):
				rt.Errorf("row %s of %q is fit, and was not before", show(r), cellsOf(t, out.Bytes()))
			}
		}
		if refused != 0 {
			rt.Errorf("%d rows more are refused in\n%q than in\n%q", -refused, cellsOf(t, out.Bytes()), cellsOf(t, book))
		}
	})
}
