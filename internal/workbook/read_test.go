package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// What Excel, LibreOffice, Google and libraries write for the same cells.
func TestRowsAsProgramsWriteThem(t *testing.T) {
	shared := map[string]string{"xl/sharedStrings.xml": `<sst count="3"><si><t>user</t></si><si><t xml:space="preserve"> M&#252;ller </t></si><si><r><rPr><b/></rPr><t>+49 </t></r><r><t>170</t></r><rPh sb="0" eb="1"><t>イチ</t></rPh></si><si/></sst>`}
	prefixed := map[string]string{
		"_rels/.rels":                `<rs:Relationships xmlns:rs="http://schemas.openxmlformats.org/package/2006/relationships"><rs:Relationship Id="R1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/XL\Workbook.xml"/></rs:Relationships>`,
		"xl/workbook.xml":            `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:q="http://purl.oclc.org/ooxml/officeDocument/relationships"><x:sheets><x:sheet name="A" q:id="R9"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="R9" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="worksheets/Sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row r="2"><x:c r="B2" t="d"><x:v>2025-01-21</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
		"xl/sharedStrings.xml":       "", "xl/styles.xml": "",
	}
	tests := []struct {
		why, rows, want string
		others          map[string]string
	}{
		{"shared texts", `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`, "user| Müller /", shared},
		{"pieces in several fonts, and how a word is spoken", `<row r="1"><c r="A1" t="s"><v>2</v></c></row>`, "+49 170/", shared},
		{"a shared text that is empty", `<row r="1"><c r="A1" t="s"><v>3</v></c><c r="B1"><v>1</v></c></row>`, "|1/", shared},
		{"texts in their cells", `<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><r><t>b</t></r><r><t>c</t></r></is></c></row>`, "a|bc/", nil},
		{"no references", `<row><c><v>1</v></c><c/><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>`, "1||2//3/", nil},
		{"rows and cells that are left out", `<row r="2"><c r="B2"><v>1</v></c></row><row r="5"><c r="A5"><v>2</v></c><c r="AA5"><v>3</v></c></row>`, "/|1///2" + strings.Repeat("|", 26) + "3/", nil},
		{"references in small letters", `<row r="1"><c r="c1"><v>1</v></c></row>`, "||1/", nil},
		{"rows with nothing but looks", `<row r="1"><c r="A1"><v>1</v></c></row><row r="2" ht="20"/><row r="1048576"><c r="A1048576" s="0"/></row>`, "1/", nil},
		{"whole numbers as programs write them", `<row r="1"><c r="A1"><v>447700900123</v></c><c r="B1"><v>4.47700900123E11</v></c><c r="C1"><v>447700900123.0</v></c><c r="D1" t="n"><v>12.50</v></c><c r="E1"><v>-3</v></c></row>`, "447700900123|447700900123|447700900123|12.5|-3/", nil},
		{"more digits than a number of Excel has", `<row r="1"><c r="A1"><v>44770090012345678901</v></c></row>`, "44770090012345678901/", nil},
		{"truth values and errors", `<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="e"><v>#N/A</v></c></row>`, "TRUE|FALSE|#N/A/", nil},
		{"formulas", `<row r="1"><c r="A1" t="str"><f>B1&amp;"x"</f><v>ax</v></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1" t="str"><f>""</f><v></v></c></row>`, "ax|2/", nil},
		{"a formula that nobody has computed", `<row r="1"><c r="A1"><f>B1&amp;C1</f></c><c r="B1"><f t="shared" si="0"/></c></row>`, "=B1&C1|=/", nil},
		{"line breaks, tabs and quotes", `<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_&#10;b&#10;c&#13;d</t></is></c><c r="B1" t="inlineStr"><is><t>a&#9;b</t></is></c><c r="C1" t="inlineStr"><is><t>"a" b</t></is></c><c r="D1" t="inlineStr"><is><t>a "b"</t></is></c></row>`, `a¶b¶c¶d|"a|b"|"""a"" b"|a "b"/`, nil},
		{"what looks like an escape", `<row r="1"><c r="A1" t="inlineStr"><is><t>_x005F_x0041_ _xD800_ _x41_</t></is></c></row>`, "_x0041_ _xD800_ _x41_/", nil},
		{"other prefixes, slashes, letters and the other standard", "", "/|2025-01-21/", prefixed},
		{"no rows", "", "", nil},
		{"a mark in front", "", "1/", map[string]string{"xl/worksheets/sheet1.xml": "\ufeff" + `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet><dimension ref="A1:XFD1048576"/><sheetViews><sheetView/></sheetViews><cols><col min="1" max="1" hidden="1"/></cols><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><autoFilter ref="A1:B2"/></worksheet>`}},
	}
	for _, test := range tests {
		got, err := textOf(zipped(t, parts(test.rows, test.others)))
		if plain(got) != test.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", test.why, plain(got), err, test.want)
		}
	}
}

// styled is a sheet of one cell for each format, with the same number.
func styled(t *testing.T, number string, date1904 bool, codes ...string) []byte {
	t.Helper()
	var formats, styles, cells strings.Builder
	for i, code := range codes {
		var id int
		if _, err := fmt.Sscanf(code, "#%d", &id); err != nil {
			id = 164 + i
			fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, id, strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;").Replace(code))
		}
		fmt.Fprintf(&styles, `<xf numFmtId="%d" applyNumberFormat="1"/>`, id)
		fmt.Fprintf(&cells, `<c s="%d"><v>%s</v></c>`, i, number)
	}
	return zipped(t, parts("<row>"+cells.String()+"</row>", map[string]string{
		"xl/workbook.xml": strings.Replace(oneSheet, "<workbookPr/>", fmt.Sprintf(`<workbookPr date1904="%t"/>`, date1904), 1),
		"xl/styles.xml":   `<styleSheet><numFmts>` + formats.String() + `</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>` + styles.String() + `</cellXfs></styleSheet>`,
	}))
}

func TestNumbersAsTheyAreShown(t *testing.T) {
	tests := []struct{ number, code, want string }{
		// Digits are never hidden.
		{"447700900123", "General", "447700900123"},
		{"447700900123", "0.00E+00", "447700900123"},
		{"447700900123", "#11", "447700900123"},
		{"447700900123", "#,##0", "447700900123"},
		{"447700900123", "#,##0.00\\ [$€-407]", "447700900123"},
		{"447700900123", "0,", "447700900123"},
		{"447700900123", "0%", "447700900123"},
		{"447700900123", "#49", "447700900123"},
		{"447700900123", "@", "447700900123"},
		{"447700900123", "???/???", "447700900123"},
		{"447700900123", `"secret"`, "447700900123"},
		{"447700900123", ";;;", "447700900123"},
		{"12.5", "0", "12.5"},
		{"-12", "000", "-12"},
		{"0.5", "0%", "0.5"},
		// What a format puts in front of them and between them is shown.
		{"1701234567", "00000000000", "01701234567"},
		{"1701234567", "00000000000;[Red]-0", "01701234567"},
		{"0", "0000", "0000"},
		{"447700900123", "+0", "+447700900123"},
		{"447700900123", `"+"0`, "+447700900123"},
		{"1701234567", `"+49 "0`, "+49 1701234567"},
		{"612345678", `0#" "##" "##" "##" "##`, "06 12 34 56 78"},
		{"612345678", `0#"."##"."##"."##"."##`, "06.12.34.56.78"},
		{"2065550101", `\(000\)\ 000\-0000`, "(206) 555-0101"},
		{"2065550101", `(000) 000-0000_)`, "(206) 555-0101"},
		{"1701234567", "[$-407]0000\\ 0000000", "0170 1234567"},
		{"12", "????", "12"},
		{"12", "####", "12"},
		{"1701234567", `"é"\é0`, "éé1701234567"},
		{"5550101", `[<=9999999]###-####;(###) ###-####`, "5550101"},
		// Days.
		{"45678", "dd.mm.yyyy", "2025-01-21"},
		{"45678", "#14", "2025-01-21"},
		{"45678", "#30", "2025-01-21"},
		{"45678", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2025-01-21"},
		{"45678.75", "#22", "2025-01-21 18:00:00"},
		{"45678", `"Stand: "d/m/yy`, "2025-01-21"},
		{"0.4375", "hh:mm", "10:30:00"},
		{"1.5", "[h]:mm", "1900-01-01 12:00:00"},
		{"1", "#14", "1900-01-01"},
		{"59", "#14", "1900-02-28"},
		{"61", "#14", "1900-03-01"},
		{"2958465", "#14", "9999-12-31"},
		{"447700900123", "dd.mm.yyyy", "447700900123"}, // Excel shows ####
		{"-1", "dd.mm.yyyy", "-1"},
		// Words and colours are no days.
		{"45678", `0" days"`, "45678 days"},
		{"45678", `[Red]0\d`, "45678"},
	}
	for _, test := range tests {
		got, err := textOf(styled(t, test.number, false, test.code))
		if got != test.want+"\n" || err != nil {
			t.Errorf("%s in %s is %q, %v; want %q", test.number, test.code, got, err, test.want)
		}
	}
	if got, err := textOf(styled(t, "44216", true, "yyyy-mm-dd")); got != "2025-01-21\n" || err != nil {
		t.Errorf("a day since 1904 is %q, %v", got, err)
	}
}

// excelize shows numbers in their formats by rules of its own.
func TestShownAsExcelizeDoes(t *testing.T) {
	file := excelize.NewFile()
	defer file.Close()
	rapid.Check(t, func(rt *rapid.T) {
		piece := rapid.SampledFrom([]string{"0", "00", "000", `\ `, " ", `"+49 "`, "-", "(", ")", `" a "`})
		code := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(rt, "pieces"), "") + "0"
		number := rapid.Uint64Range(1, 999_999_999_999).Draw(rt, "number")
		style, err := file.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			rt.Skip(err)
		}
		if err := errors.Join(file.SetCellValue("Sheet1", "A1", number), file.SetCellStyle("Sheet1", "A1", "A1", style)); err != nil {
			rt.Fatal(err)
		}
		want, err := file.GetCellValue("Sheet1", "A1")
		if err != nil {
			rt.Fatal(err)
		}
		got, is := inDigits(code, fmt.Sprint(number))
		if !is || got != strings.TrimSpace(want) {
			rt.Errorf("%d in %s is %q (%t), and excelize shows %q", number, code, got, is, want)
		}
	})
}

func TestDaysAsExcelizeHasThem(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := &Sheet{date1904: rapid.Bool().Draw(rt, "1904")}
		day := rapid.IntRange(61, 2_900_000).Draw(rt, "day")
		want, err := excelize.ExcelDateToTime(float64(day), s.date1904)
		if got, is := s.day(float64(day)); err != nil || !is || got != want.Format(time.DateOnly) {
			rt.Errorf("day %d is %s (%t), want %v (%v)", day, got, is, want, err)
		}
	})
}

func TestSheetIsChosen(t *testing.T) {
	book := func(sheets string) map[string]string {
		rels, others := bookRels, map[string]string{"xl/workbook.xml": strings.Replace(oneSheet, `<sheet name="Staff" sheetId="1" r:id="rId1"/>`, sheets, 1)}
		for i, name := range []string{"cover", "staff", "old"} {
			others["xl/worksheets/"+name+".xml"] = fmt.Sprintf(`<worksheet><sheetData><row><c t="str"><v>%s</v></c></row></sheetData></worksheet>`, name)
			rels = strings.Replace(rels, "</Relationships>", fmt.Sprintf(`<Relationship Id="s%d" Type="/worksheet" Target="worksheets/%s.xml"/></Relationships>`, i, name), 1)
		}
		others["xl/_rels/workbook.xml.rels"] = strings.Replace(rels, "</Relationships>", `<Relationship Id="chart" Type="/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>`, 1)
		return others
	}
	const sheets = `<sheet name="Chart" r:id="chart"/><sheet name="Old" state="hidden" r:id="s2"/><sheet name="Cover" state="visible" r:id="s0"/><sheet name="Staff 1" r:id="s1"/><sheet name="Deep" state="veryHidden" r:id="s2"/>`
	tests := []struct{ sheets, name, want string }{
		{sheets, "", `cover of "Staff 1"`},
		{sheets, "Staff 1", `staff of "Cover"`},
		{sheets, " staff 1", `staff of "Cover"`},
		{sheets, "OLD", `old of "Cover", "Staff 1"`},
		{sheets, "Staff", `the workbook has no sheet "Staff"; its sheets are "Old", "Cover", "Staff 1", "Deep"`},
		{sheets, "Chart", `the workbook has no sheet "Chart"; its sheets are "Old", "Cover", "Staff 1", "Deep"`},
		{`<sheet name="Old" state="hidden" r:id="s2"/>`, "", `the workbook has no sheet that can be seen; name one with --sheet: "Old"`},
		{`<sheet name="Lost" r:id="s7"/>`, "", `the workbook has no sheet that can be seen; name one with --sheet: `},
	}
	for _, test := range tests {
		data := zipped(t, parts("", book(test.sheets)))
		got := ""
		sheet, err := Open(data, test.name)
		if unfit, is := errors.AsType[*Unfit](err); is {
			got = unfit.Found + "; " + unfit.Advice
		} else if in, err := sheet.Text(); err == nil {
			text, _ := io.ReadAll(in)
			got = strings.TrimSpace(string(text)) + " of " + Quoted(sheet.Others)
		}
		if got != test.want {
			t.Errorf("--sheet %q: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestHiddenRowsAreCounted(t *testing.T) {
	sheet, err := Open(zipped(t, parts(`<row><c><v>1</v></c></row><row hidden="1"><c><v>2</v></c></row><row hidden="true"><c><v>3</v></c></row><row hidden="1"/>`, nil)), "")
	if err != nil {
		t.Fatal(err)
	}
	in, err := sheet.Text()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(in); plain(string(text)) != "1/2/3/" || sheet.Hidden != 2 || err != nil {
		t.Errorf("%q with %d hidden rows, %v; want 2", plain(string(text)), sheet.Hidden, err)
	}
}

// Nothing is read in part, and what it is is said.
func TestUnfitFilesAreRefused(t *testing.T) {
	encrypted, name := make([]byte, 600), utf16.Encode([]rune("EncryptedPackage"))
	copy(encrypted, compoundMark)
	for i, unit := range name {
		binary.LittleEndian.PutUint16(encrypted[512+2*i:], unit)
	}
	whole := zipped(t, parts(`<row><c><v>1</v></c></row>`, nil))
	sheet := func(text string) []byte {
		return zipped(t, parts("", map[string]string{"xl/worksheets/sheet1.xml": text}))
	}
	// The sum of the sheet is wrong.
	flipped := bytes.Clone(storedZip(t, parts(`<row><c><v>447700900123</v></c></row>`, nil)))
	flipped[bytes.Index(flipped, []byte("447700900123"))] = '5'
	tests := []struct {
		why  string
		data []byte
		want string
	}{
		{"the old format", append([]byte(compoundMark), make([]byte, 600)...), "old Excel workbook"},
		{"a password", encrypted, "encrypted with a password"},
		{"an OpenDocument sheet", zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), "OpenDocument"},
		{"the binary format", zipped(t, map[string]string{"_rels/.rels": strings.Replace(rootRels, ".xml", ".bin", 1), "xl/workbook.bin": "x"}), "binary Excel workbook"},
		{"Numbers", zipped(t, map[string]string{"Index/Document.iwa": "x"}), "Apple Numbers"},
		{"Word", zipped(t, map[string]string{"_rels/.rels": strings.Replace(rootRels, "xl/workbook", "word/document", 1), "word/document.xml": "<x/>"}), "Word"},
		{"another zip file", zipped(t, map[string]string{"users.csv": "user,mobile"}), "a zip file and no Excel workbook"},
		{"a zip file that breaks off", whole[:len(whole)-30], "cannot be opened"},
		{"no zip file", []byte(zipMark + "rest"), "cannot be opened"},
		{"a sheet that is missing", zipped(t, parts("", map[string]string{"xl/worksheets/sheet1.xml": ""})), "no part for its sheet Staff"},
		{"texts that are missing", zipped(t, parts("", map[string]string{"xl/sharedStrings.xml": ""})), "missing"},
		{"a sheet that breaks off between rows", sheet(`<worksheet><sheetData><row r="1"><c><v>1</v></c></row>`), "cannot be read to its end"},
		{"a sheet that breaks off in a row", sheet(`<worksheet><sheetData><row r="1"><c><v>1</v></c>`), "cannot be read to its end"},
		{"a sheet that breaks off in a number", sheet(`<worksheet><sheetData><row r="1"><c><v>44770`), "cannot be read to its end"},
		{"a sheet without rows", sheet(`<worksheet/>`), "cannot be read to its end"},
		{"no XML", sheet(`<worksheet><sheetData><row r=1>`), "cannot be read to its end"},
		{"a wrong sum", flipped, "cannot be read to its end"},
		{"an entity of its own", sheet(`<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`), "cannot be read to its end"},
		{"a text that there is not", sheet(`<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`), "names a text that there is not"},
		{"a negative text", sheet(`<worksheet><sheetData><row><c t="s"><v>-1</v></c></row></sheetData></worksheet>`), "names a text that there is not"},
		{"rows out of order", sheet(`<worksheet><sheetData><row r="2"/><row r="2"/></sheetData></worksheet>`), "rows are out of order"},
		{"row 0", sheet(`<worksheet><sheetData><row r="0"/></sheetData></worksheet>`), "rows are out of order"},
		{"cells out of order", sheet(`<worksheet><sheetData><row><c r="B1"/><c r="A1"/></row></sheetData></worksheet>`), "cells are out of order"},
		{"a cell that stands nowhere", sheet(`<worksheet><sheetData><row><c r="12"/></row></sheetData></worksheet>`), "cells are out of order"},
		{"too many rows", sheet(`<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>`), "more rows"},
		{"too many columns", sheet(`<worksheet><sheetData><row><c r="XFE1"/></row></sheetData></worksheet>`), "more columns"},
		{"texts that break off", zipped(t, parts("", map[string]string{"xl/sharedStrings.xml": "<sst><si><t>a</t></si>"})), "cannot be read to its end"},
		{"styles that are no XML", zipped(t, parts("", map[string]string{"xl/styles.xml": "<styles"})), "cannot be read to its end"},
	}
	for _, test := range tests {
		text, err := textOf(test.data)
		unfit, is := errors.AsType[*Unfit](err)
		if !is || !strings.Contains(unfit.Found, test.want) || unfit.Advice == "" {
			t.Errorf("%s: %q, %v; want that it has %q, and advice", test.why, text, err, test.want)
		}
	}
}

// storedZip does not compress, so that a byte of a part can be found.
func storedZip(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zeros is a reader of one character.
type zeros byte

func (z zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(z)
	}
	return len(p), nil
}

// What is small in the file and large in memory is refused before it is.
func TestBombsAreRefused(t *testing.T) {
	bomb := func(name, before string, of byte, size int64) []byte {
		var out bytes.Buffer
		archive := zip.NewWriter(&out)
		others := parts("", nil)
		delete(others, name)
		for part, text := range others {
			w, err := archive.Create(part)
			if err == nil {
				_, err = io.WriteString(w, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		w, err := archive.Create(name)
		if err == nil {
			_, err = io.Copy(w, io.MultiReader(strings.NewReader(before), io.LimitReader(zeros(of), size)))
		}
		if err = errors.Join(err, archive.Close()); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	const many = 20 << 20
	for why, data := range map[string][]byte{
		"a number that never ends":  bomb("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c><v>", '4', many),
		"a text that never ends":    bomb("xl/sharedStrings.xml", "<sst><si><t>", 'a', many),
		"a comment that never ends": bomb("xl/worksheets/sheet1.xml", "<worksheet><!--", '<', many),
		"a large part":              bomb("xl/workbook.xml", "<workbook>", ' ', many),
	} {
		_, err := textOf(data)
		if unfit, is := errors.AsType[*Unfit](err); !is || !strings.Contains(unfit.Found, "unpacks to more") {
			t.Errorf("%s: %v, want that it is too large", why, err)
		}
	}
	// The file tells another size than it has.
	data := bomb("xl/worksheets/sheet1.xml", "<worksheet>", ' ', 1<<20)
	binary.LittleEndian.PutUint32(data[bytes.LastIndex(data, []byte("PK\x01\x02"))+24:], 100)
	if _, err := textOf(data); err == nil {
		t.Error("a part that is larger than it says is read")
	}
}

// LibreOffice reads our cells and writes them in its own way: they are the same.
func TestLibreOfficeWritesTheSame(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LIBREOFFICE IS NOT INSTALLED: what it makes of a workbook is not tested (Debian: libreoffice-calc-nogui)")
	}
	ours := filepath.Join(t.TempDir(), "ours.xlsx")
	var out bytes.Buffer
	look := func(f format) Look { return Look{format: f} }
	book := NewBook(&out, nil)
	book.Begin("Müller & Söhne", 1, 20, 30)
	for _, cells := range [][]Cell{
		{{Column: 0, Stored: "user"}, {Column: 1, Stored: "Straße"}, {Column: 2, Stored: "mobile"}},
		{{Column: 0, Stored: "zoë@example.com"}, {Column: 2, Kind: Number, Stored: "447700900123"}},
		{{Column: 0, Stored: "=1+1"}, {Column: 1, Stored: "two\nlines"}, {Column: 2, Kind: Number, Stored: "1701234567", Look: look(format{code: "00000000000"})}},
		{{Column: 0, Stored: "007"}, {Column: 1, Kind: Truth, Stored: "TRUE"}, {Column: 2, Kind: Number, Stored: "45678", Look: look(format{id: 14, date: true})}},
		{{Column: 0, Stored: " \"a\" "}, {Column: 1, Stored: "_x0041_ <&>", Look: Look{Bold: true, Wrap: true, Fill: "FFEE00"}}, {Column: 2, Kind: Number, Stored: "447700900123", Look: look(format{code: `"+"0`})}},
		{{Column: 1, Kind: Fault, Stored: "#N/A"}},
	} {
		if err := book.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(book.Close(), os.WriteFile(ours, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	want, err := textOf(out.Bytes())
	if err != nil || !strings.Contains(want, "=1+1\ttwo"+LineBreak+"lines\t01701234567\n007\tTRUE\t2025-01-21\n") {
		t.Fatalf("%q, %v", want, err)
	}
	folder := filepath.Join(filepath.Dir(ours), "theirs")
	command := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.ToSlash(t.TempDir()), "--headless", "--convert-to", "xlsx", "--outdir", folder, ours)
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	theirs, err := os.ReadFile(filepath.Join(folder, "ours.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := textOf(theirs); got != want || err != nil {
		t.Errorf("LibreOffice writes\n%s%v, want\n%s", plain(got), err, plain(want))
	}
	if sheet, err := Open(theirs, "müller & söhne"); err != nil || sheet.Name != "Müller & Söhne" {
		t.Errorf("the sheet is called %v, %v", sheet, err)
	}
}

// FuzzWorkbook reads any bytes as a workbook, and as the sheet of one: it must not
// panic, and a line is a row.
func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row r="3" hidden="1"><c r="B3" t="s" s="1"><f>1</f><v>0</v></c></row></sheetData></worksheet>`))
	f.Add([]byte(`<worksheet><sheetData><row><c t="inlineStr"><is><r><t>a&#9;b&#10;</t></r></is></c><c><v>1.5E3</v></c></row></sheetData></worksheet>`))
	f.Add(zipped(f, parts(`<row><c><v>1</v></c></row>`, nil)))
	f.Add([]byte(compoundMark + "E\x00n\x00c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = textOf(data)
		whole := zipped(t, parts("", map[string]string{
			"xl/worksheets/sheet1.xml": string(data), "xl/sharedStrings.xml": "<sst><si><t>a\nb</t></si></sst>",
			"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00&quot;a&quot;0"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		}))
		text, err := textOf(whole)
		if err != nil {
			return
		}
		sheet, err := Open(whole, "")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := sheet.Rows()
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for {
			row, err := rows.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(row.Cells) > 0 {
				last = row.Number
			}
		}
		if lines := strings.Count(text, "\n"); lines != last || strings.ContainsRune(text, '\r') {
			t.Errorf("%d lines, and the last row is %d: %q", lines, last, text)
		}
	})
}
