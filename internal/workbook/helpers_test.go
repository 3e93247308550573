package workbook

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
)

// The parts of a workbook as Excel writes them, but for what no reader needs.
const (
	rootRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	oneSheet = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/><sheets><sheet name="Staff" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
		<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
		<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>
		<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="/xl/styles.xml"/>
		<Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme" Target="theme/theme1.xml"/></Relationships>`
	noTexts  = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`
	noStyles = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>`
)

// parts are those of a workbook with one sheet of these rows; others take the place
// of the usual ones.
func parts(rows string, others map[string]string) map[string]string {
	all := map[string]string{
		"[Content_Types].xml": "<Types/>", "_rels/.rels": rootRels, "xl/workbook.xml": oneSheet, "xl/_rels/workbook.xml.rels": bookRels,
		"xl/sharedStrings.xml": noTexts, "xl/styles.xml": noStyles,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`,
	}
	for name, text := range others {
		if all[name] = text; text == "" {
			delete(all, name)
		}
	}
	return all
}

func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := archive.Create(name)
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

// textOf is the text of the first sheet.
func textOf(data []byte) (string, error) {
	sheet, err := Open(data, "")
	if err != nil {
		return "", err
	}
	in, err := sheet.Text()
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(in)
	return string(text), err
}

// plain shows tabs and line breaks of a text.
func plain(text string) string {
	return strings.NewReplacer("\t", "|", "\n", "/", LineBreak, "¶").Replace(text)
}
