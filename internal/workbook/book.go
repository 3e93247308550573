package workbook

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Book writes a workbook, one sheet and one row after the other, as it goes: nothing
// of it is held, and nothing lies on a disk beside it. What a text holds is never a
// formula or a link.
type Book struct {
	archive *zip.Writer
	like    *Sheet
	out     *bufio.Writer // the sheet that is being written
	err     error

	sheets []string
	looks  []Look
	known  map[Look]int
	// Of the sheet.
	heading, row, width int
}

// Look is how a cell looks. Its zero value is how all cells do of which nobody says
// anything else.
type Look struct {
	Bold   bool
	Wrap   bool   // on several lines
	Fill   string // the colour behind it, as RRGGBB; empty for none
	format format
}

// NewBook begins a workbook. Days of another one's sheet keep their numbers; like is
// nil where there is none.
func NewBook(to io.Writer, like *Sheet) *Book {
	b := &Book{archive: zip.NewWriter(to), like: like, known: map[Look]int{}}
	b.archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	b.look(Look{})
	// Programs look at the first parts to tell what a zip file is. What is not named
	// is a sheet.
	b.part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`+
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`+
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`+
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`)
	b.part("_rels/.rels", relationsOf(officeRelation("officeDocument", "rId1", "xl/workbook.xml")))
	return b
}

// The names of the two vocabularies that everything is written in.
const (
	mainSpace   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeSpace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

func officeRelation(kind, id, target string) string {
	return fmt.Sprintf(`<Relationship Id="%s" Type="%s/%s" Target="%s"/>`, id, officeSpace, kind, target)
}

func relationsOf(all ...string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + strings.Join(all, "") + `</Relationships>`
}

// begin begins a part.
func (b *Book) begin(name string) {
	w, err := b.archive.Create(name)
	if b.err == nil {
		b.err = err
	}
	if b.err == nil {
		b.out = bufio.NewWriterSize(w, 64<<10)
		b.write(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
	}
}

// write writes into a part. After an error nothing more is written.
func (b *Book) write(texts ...string) {
	for _, text := range texts {
		if b.err == nil {
			_, b.err = b.out.WriteString(text)
		}
	}
}

// part writes a part that is whole.
func (b *Book) part(name, text string) {
	b.begin(name)
	b.write(text)
	b.end()
}

// end ends a part.
func (b *Book) end() {
	if b.err == nil {
		b.err = b.out.Flush()
	}
}

// Begin begins a sheet with columns of these widths, in characters, whose heading is
// in a row: what stands above it and itself stays where it is when people go down,
// and what stands below it can be filtered. A name that no sheet may have is
// replaced. On paper a sheet is as wide as the page.
func (b *Book) Begin(name string, heading int, widths ...float64) {
	b.endSheet()
	number := strconv.Itoa(len(b.sheets) + 1)
	if !validName(name) || slices.ContainsFunc(b.sheets, func(other string) bool { return sameName(other, name) }) {
		name = "Sheet" + number
	}
	b.sheets = append(b.sheets, name)
	b.heading, b.row, b.width = heading, 0, 1
	b.begin("xl/worksheets/sheet" + number + ".xml")
	below := strconv.Itoa(heading + 1)
	b.write(`<worksheet xmlns="`, mainSpace, `"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="`, strconv.Itoa(heading), `" topLeftCell="A`, below, `" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	if len(widths) > 0 {
		b.write("<cols>")
		for i, width := range widths {
			b.write(fmt.Sprintf(`<col min="%d" max="%[1]d" width="%g" customWidth="1"/>`, i+1, width))
		}
		b.write("</cols>")
	}
	b.write("<sheetData>")
}

// maxNameChars is how long the name of a sheet may be.
const maxNameChars = 31

// validName knows the names that Excel takes.
func validName(name string) bool {
	return name != "" && len(utf16.Encode([]rune(name))) <= maxNameChars && !strings.ContainsAny(name, `[]:*?/\`) &&
		strings.Trim(name, "'") == name && !sameName(name, "History") && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
}

// endSheet ends the sheet that is being written, if there is one.
func (b *Book) endSheet() {
	if len(b.sheets) == 0 {
		return
	}
	b.write(fmt.Sprintf(`</sheetData><autoFilter ref="A%d:%s"/><pageSetup orientation="landscape" fitToHeight="0"/></worksheet>`, b.heading, cellName(b.width-1, max(b.row, b.heading))))
	b.end()
}

// Row writes the next row, whose cells stand in the order of their columns. It returns
// the first error so far.
func (b *Book) Row(cells ...Cell) error {
	b.row++
	row := strconv.Itoa(b.row)
	b.write(`<row r="`, row, `">`)
	for _, cell := range cells {
		b.width = max(b.width, cell.Column+1)
		b.write(`<c r="`, columnName(cell.Column), row, `"`)
		if look := b.look(cell.Look); look > 0 {
			b.write(` s="`, strconv.Itoa(look), `"`)
		}
		b.value(cell)
	}
	b.write("</row>")
	return b.err
}

// The numbers and errors that are written as such. Of others, which a damaged file may
// have, a text is made.
var (
	numeric = regexp.MustCompile(`^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$`)
	faults  = []string{"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
)

// value writes what a cell holds.
func (b *Book) value(cell Cell) {
	switch {
	case cell.Kind == Number && numeric.MatchString(cell.Stored):
		b.write("><v>", cell.Stored, "</v></c>")
	case cell.Kind == Truth && cell.Stored == "TRUE":
		b.write(` t="b"><v>1</v></c>`)
	case cell.Kind == Truth:
		b.write(` t="b"><v>0</v></c>`)
	case cell.Kind == Fault && slices.Contains(faults, cell.Stored):
		b.write(` t="e"><v>`, cell.Stored, "</v></c>")
	case cell.Stored == "":
		b.write("/>")
	default:
		b.write(` t="inlineStr"><is><t xml:space="preserve">`, escaped(cell.Stored), "</t></is></c>")
	}
}

// look is the number of a look.
func (b *Book) look(look Look) int {
	number, known := b.known[look]
	if !known {
		number = len(b.looks)
		b.looks, b.known[look] = append(b.looks, look), number
	}
	return number
}

// Close writes the workbook to its end, and returns the first error. It does not close
// the writer below.
func (b *Book) Close() error {
	b.endSheet()
	relations := []string{officeRelation("styles", "styles", "styles.xml")}
	text := `<workbook xmlns="` + mainSpace + `" xmlns:r="` + officeSpace + `">`
	if b.like != nil && b.like.date1904 {
		text += `<workbookPr date1904="1"/>`
	}
	text += "<bookViews><workbookView/></bookViews><sheets>"
	for i, name := range b.sheets {
		text += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="rId%[2]d"/>`, attribute(name), i+1)
		relations = append(relations, officeRelation("worksheet", fmt.Sprintf("rId%d", i+1), fmt.Sprintf("worksheets/sheet%d.xml", i+1)))
	}
	b.part("xl/workbook.xml", text+"</sheets></workbook>")
	b.part("xl/_rels/workbook.xml.rels", relationsOf(relations...))
	b.part("xl/styles.xml", b.styles())
	if b.err == nil {
		b.err = b.archive.Close()
	}
	return b.err
}

// firstFormat is the first number of a format with a code, and firstFill of a colour:
// the two before it are fixed.
const (
	firstFormat = 164
	firstFill   = 2
)

// styles is the part that says how cells look.
func (b *Book) styles() string {
	var formats, fills, cells []string
	for _, look := range b.looks {
		format, fill, font, wrap := look.format.id, 0, 0, ""
		switch {
		case look.format.code == "" && format >= firstFormat: // it had none
			format = 0
		case look.format.code != "":
			format = firstFormat + len(formats)
			formats = append(formats, fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, format, attribute(look.format.code)))
		}
		if look.Fill != "" {
			fill = firstFill + len(fills)
			fills = append(fills, `<fill><patternFill patternType="solid"><fgColor rgb="FF`+look.Fill+`"/></patternFill></fill>`)
		}
		if look.Bold {
			font = 1
		}
		if look.Wrap {
			wrap = `<alignment vertical="top" wrapText="1"/>`
		}
		cells = append(cells, fmt.Sprintf(`<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1">%s</xf>`, format, font, fill, wrap))
	}
	text := `<styleSheet xmlns="` + mainSpace + `">`
	if len(formats) > 0 {
		text += fmt.Sprintf(`<numFmts count="%d">%s</numFmts>`, len(formats), strings.Join(formats, ""))
	}
	const font = `<sz val="11"/><name val="Calibri"/><family val="2"/></font>`
	return text + `<fonts count="2"><font>` + font + `<font><b/>` + font + `</fonts>` +
		fmt.Sprintf(`<fills count="%d"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>%s</fills>`, firstFill+len(fills), strings.Join(fills, "")) +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d">%s</cellXfs>`, len(cells), strings.Join(cells, "")) +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}

// attribute is a text as an attribute of XML holds it.
func attribute(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder takes everything
	return out.String()
}

// cellName is the name of a cell, such as AB12.
func cellName(column, row int) string { return columnName(column) + strconv.Itoa(row) }

// columnName is the name of a column, from 0.
func columnName(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
