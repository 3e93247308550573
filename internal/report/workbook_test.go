package report_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
)

// writeBook writes results.xlsx and opens it as excelize reads it.
func writeBook(t *testing.T, r *authmethod.Results, mask bool) (string, *excelize.File) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results.xlsx")
	if err := report.WriteWorkbook(path, r, facts(), mask); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return path, file
}

func sheetRows(t *testing.T, file *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := file.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWorkbook(t *testing.T) {
	path, file := writeBook(t, sample(), false)
	if diff := cmp.Diff(file.GetSheetList(), []string{"What is left to do", "Rows"}); diff != "" {
		t.Errorf("sheets (-got +want):\n%s", diff)
	}
	want := [][]string{
		{"Imported users.csv -> the tenant"}, nil, {"who", "rows", "reason", "advice", "first lines"},
		{"correct these rows", "1", "a spreadsheet turned the number into scientific notation and its last digits are gone", "format the column as text in the original and export again; do not retype from this file", "3"},
		{"correct these rows", "1", "Graph refused it", "check it", "4"},
		{"nothing to correct: try these once more", "1", "the run stopped", "run again", "5"},
	}
	if diff := cmp.Diff(sheetRows(t, file, "What is left to do"), want); diff != "" {
		t.Errorf("what is left (-got +want):\n%s", diff)
	}
	// The rows are those of results.csv, without what protects cells of text.
	_, text := write(t, sample(), false)
	lines, err := csv.NewReader(strings.NewReader(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), ",'+44", ",+44"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := sheetRows(t, file, "Rows")
	for i := range got {
		got[i] = append(got[i], make([]string, len(lines[0])-len(got[i]))...)
		for j := range got[i] {
			if lines[i][j] == "0" { // no attempts
				lines[i][j] = ""
			}
		}
	}
	if diff := cmp.Diff(got, lines); diff != "" {
		t.Errorf("rows (-got +want):\n%s", diff)
	}
	// Numbers and ids are texts; lines can be sorted.
	for _, name := range []string{"D2", "G2", "K2", "N2", "M2"} {
		if kind, err := file.GetCellType("Rows", name); kind != excelize.CellTypeInlineString || err != nil {
			t.Errorf("%s is of kind %v, %v; want a text", name, kind, err)
		}
	}
	if kind, err := file.GetCellType("Rows", "A2"); kind == excelize.CellTypeInlineString || err != nil {
		t.Errorf("a line is a text, %v", err)
	}
	for sheet, heading := range map[string]string{"Rows": "A2", "What is left to do": "A4"} {
		if panes, err := file.GetPanes(sheet); !panes.Freeze || panes.TopLeftCell != heading || err != nil {
			t.Errorf("panes of %s: %+v, %v", sheet, panes, err)
		}
	}
	for part, want := range map[string]string{"xl/worksheets/sheet1.xml": `<autoFilter ref="A3:E6"/>`, "xl/worksheets/sheet2.xml": `<autoFilter ref="A1:T5"/>`} {
		if text, _ := file.Pkg.Load(part); !strings.Contains(string(text.([]byte)), want) {
			t.Errorf("%s has not %s", part, want)
		}
	}
	colours := map[string]bool{}
	for _, name := range []string{"E2", "E3", "E5"} {
		id, err := file.GetCellStyle("Rows", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.GetStyle(id); err != nil {
			t.Fatal(err)
		}
		colours[file.Styles.Fills.Fill[*file.Styles.CellXfs.Xf[id].FillID].PatternFill.FgColor.RGB] = true
	}
	if len(colours) != 3 {
		t.Errorf("created, rejected and not-attempted have the colours %v", colours)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); len(entries) != 1 || err != nil {
		t.Errorf("beside it stand %v, %v", entries, err)
	}
}

func TestWorkbookIsMasked(t *testing.T) {
	_, file := writeBook(t, sample(), true)
	for _, sheet := range file.GetSheetList() {
		text := fmt.Sprint(sheetRows(t, file, sheet))
		for _, number := range []string{"2079460123", "7946 0123", "2065550103", "2065550104", "2065550113"} {
			if strings.Contains(text, number) {
				t.Errorf("the masked sheet %s holds %s:\n%s", sheet, number, text)
			}
		}
	}
	r := authmethod.NewResults(rowsOf(authmethod.Row{User: "a@example.com", PhoneType: mobile, Input: "1"}), nil)
	r.Set(0, authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.Retry, Message: "not +1 2065550199", Advice: "call 206-555-0199"})
	_, file = writeBook(t, r, true)
	if text := fmt.Sprint(sheetRows(t, file, "What is left to do")); strings.Contains(text, "55501") || strings.Contains(text, "555-01") {
		t.Errorf("what is left, masked: %s", text)
	}
}

// What would run in a spreadsheet is text, whoever wrote it.
func TestWorkbookRunsNothing(t *testing.T) {
	hostile := []string{"=cmd|' /C calc'!A0", `=HYPERLINK("http://example.com")`, "@SUM(1)", "http://example.com", `<script>alert(1)</script>`, "a\x1b[2Jb", "\u202egnp", "_x0041_", "a\nb", strings.Repeat("=", 40000)}
	rows := new(authmethod.Rows)
	for i, text := range hostile {
		rows.Append(authmethod.Row{Line: int32(i + 2), User: text, PhoneType: mobile, Input: text})
	}
	r := authmethod.NewResults(rows, nil)
	for i, text := range hostile {
		r.Set(authmethod.RowNumber(i), authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.FixData, Code: text, Message: text, Advice: text, RequestID: text})
	}
	_, file := writeBook(t, r, false)
	for i, text := range hostile {
		want := strings.ReplaceAll(text, "\x1b", "")
		want = want[:min(len(want), excelize.TotalCellChars)]
		for _, column := range []string{"B", "H", "I", "J", "K", "N"} {
			name := fmt.Sprintf("%s%d", column, i+2)
			got, err := file.GetCellValue("Rows", name)
			formula, _ := file.GetCellFormula("Rows", name)
			linked, _, _ := file.GetCellHyperLink("Rows", name)
			if got != want || formula != "" || linked || err != nil {
				t.Errorf("%s is %.60q with formula %.60q, link %t, %v; want %.60q", name, got, formula, linked, err, want)
			}
		}
	}
}

func TestReasonsAreGathered(t *testing.T) {
	rows := new(authmethod.Rows)
	for i := range 20 {
		rows.Append(authmethod.Row{Line: int32(i/2 + 2), User: "a@example.com", PhoneType: mobile, Number: shown("+1 2065550101")})
	}
	r := authmethod.NewResults(rows, nil)
	for i := range 20 {
		switch {
		case i < 3:
			r.Set(authmethod.RowNumber(i), authmethod.Result{Outcome: authmethod.Created})
		case i < 5:
			r.Set(authmethod.RowNumber(i), authmethod.Result{Outcome: authmethod.Conflict, Class: authmethod.Decision, Code: "x", Message: fmt.Sprint("conflict ", i), Advice: "decide"})
		default:
			r.Set(authmethod.RowNumber(i), authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.FixData, Code: string(rune('a' + i%2)), Message: "failed", Advice: "correct"})
		}
	}
	_, file := writeBook(t, r, false)
	var got []string
	for _, row := range sheetRows(t, file, "What is left to do")[3:] {
		got = append(got, strings.Join(slices.Delete(row, 3, 4), "|"))
	}
	want := []string{"correct these rows|8|failed|4, 5, 6, 7, 8, …", "correct these rows|7|failed|5, 6, 7, 8, 9, …", "decide what is right|2|conflict 3|3, 4"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("reasons (-got +want):\n%s", diff)
	}
	_, file = writeBook(t, authmethod.NewResults(new(authmethod.Rows), nil), false)
	if rows := sheetRows(t, file, "What is left to do"); len(rows) != 4 || rows[3][0] != "nothing" {
		t.Errorf("where nothing is left: %q", rows)
	}
	if rows := sheetRows(t, file, "Rows"); len(rows) != 1 || rows[0][0] != "line" {
		t.Errorf("without rows: %q", rows)
	}
}

func TestWorkbookCannotBeWritten(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing", "results.xlsx")
	if err := report.WriteWorkbook(missing, sample(), facts(), false); err == nil || !strings.Contains(err.Error(), "writing the results for Excel") {
		t.Errorf("WriteWorkbook to a folder that is not there gave %v", err)
	}
}

// LibreOffice opens it, and shows every letter and digit.
func TestLibreOfficeOpensTheWorkbook(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LIBREOFFICE IS NOT INSTALLED: whether it opens results.xlsx is not tested (Debian: libreoffice-calc-nogui)")
	}
	rows := rowsOf(authmethod.Row{User: "zoë.müller@example.com", PhoneType: mobile, Input: "447700900123"}, authmethod.Row{User: "007", PhoneType: mobile, Number: shown("+44 7700900123"), Input: "=1+1"})
	path, _ := writeBook(t, authmethod.NewResults(rows, nil), false)
	folder := t.TempDir()
	// Sheet 2, as UTF-8, with cells as they are stored and texts in quotes.
	filter := `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,false,false,false,2`
	command := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.ToSlash(t.TempDir()), "--headless", "--convert-to", filter, "--outdir", folder, path)
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	written, err := filepath.Glob(filepath.Join(folder, "*.csv"))
	if err != nil || len(written) != 1 {
		t.Fatalf("LibreOffice wrote %v, %v", written, err)
	}
	text, err := os.ReadFile(written[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"line","user",`, `"zoë.müller@example.com"`, `"447700900123"`, `"007"`, `"=1+1"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("LibreOffice shows no %s in\n%s", want, text)
		}
	}
}
