// Package workbook reads the cells of an Excel workbook (.xlsx, .xlsm), row by row, and
// writes workbooks ([Book]).
//
// It makes text of a sheet for whoever reads tables ([Sheet.Text]): one line for
// each row, so that the number of a line is that of its row, with what a person
// would take each cell for ([Sheet.Shown]). It knows no headings and no meanings, it
// computes nothing, and it follows no link out of the file. What is no such workbook,
// and one that is damaged, is refused ([Unfit]) and never read in part: a library
// that ends silently at the first damaged cell would lose people.
//
// Its one invariant: a number is shown with all its digits, whatever its format
// hides, and with the zeros and signs that its format puts in front of them.
//
// The format is ECMA-376; what Excel, LibreOffice, Google and others write of it
// differs, and all that may be left out is. The bytes of a workbook and its shared
// texts are held in memory, its sheets are not.
package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// MaxBytes is how large a workbook may be as a file. A million rows of eight columns
// are 60 MB.
const MaxBytes = 128 << 20

// Unfit is why a file is no workbook that can be read, or has no such sheet. Its
// texts are for people.
type Unfit struct{ Found, Advice string }

// Error is what was found.
func (u *Unfit) Error() string { return u.Found }

// The first bytes of a zip file, and of a compound file: what Excel wrote before
// 2007, and how it writes encrypted workbooks ([MS-OFFCRYPTO] 2.3.4).
const (
	zipMark      = "PK\x03\x04"
	compoundMark = "\xd0\xcf\x11\xe0"
	// MarkBytes are as many as [Is] needs.
	MarkBytes = 4
)

// Is reports whether a file that begins so is a workbook, or something like it of
// which [Open] says what it is.
func Is(beginning []byte) bool {
	return bytes.HasPrefix(beginning, []byte(zipMark)) || bytes.HasPrefix(beginning, []byte(compoundMark))
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Others []string // the names of the other sheets that can be seen
	Hidden int      // rows that are hidden, and were read through [Sheet.Text]

	part     *zip.File
	shared   []string
	formats  []format // by style
	date1904 bool
}

// Open finds a sheet by its name, or the first one that can be seen. The error is an
// [*Unfit].
func Open(data []byte, name string) (*Sheet, error) {
	if bytes.HasPrefix(data, []byte(compoundMark)) {
		return nil, compound(data)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged("the zip file within cannot be opened")
	}
	b := book{parts: map[string]*zip.File{}}
	for _, file := range archive.File {
		// Some programs write the other slash, or other letters.
		b.parts[strings.ToLower(strings.ReplaceAll(file.Name, `\`, "/"))] = file
	}
	return b.open(name)
}

// damaged is a workbook of which not everything can be read.
func damaged(what string) error {
	return &Unfit{"the workbook is damaged: " + what, "open it in Excel or LibreOffice, and save it again as .xlsx"}
}

// compound tells what wrote a compound file. The name of the stream stands in it as
// UTF-16.
func compound(data []byte) error {
	if bytes.Contains(data, []byte(strings.Join(strings.Split("EncryptedPackage", ""), "\x00"))) {
		return &Unfit{"the workbook is encrypted with a password", "open it in Excel, take the password off (File > Info > Protect Workbook), save it, and use that file"}
	}
	return &Unfit{"this is an old Excel workbook (.xls)", "in Excel choose File > Save As > Excel Workbook (.xlsx), and use that file"}
}

// book is a workbook's parts, by their names in small letters.
type book struct{ parts map[string]*zip.File }

// others are zip files that are no workbook, by a part that they have.
var others = []struct {
	part string
	Unfit
}{
	{"xl/workbook.bin", Unfit{"this is a binary Excel workbook (.xlsb)", "in Excel choose File > Save As > Excel Workbook (.xlsx), and use that file"}},
	{"content.xml", Unfit{"this is an OpenDocument file such as .ods", "in LibreOffice choose File > Save As > Excel 2007-365 (.xlsx), and use that file"}},
	{"index/document.iwa", Unfit{"this is a file of Apple Numbers or a program like it", "in Numbers choose File > Export To > Excel, and use that file"}},
	{"word/document.xml", Unfit{"this is a Word document", "copy its table into Excel, save it as .xlsx, and use that file"}},
}

// relation says where in the workbook something stands.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// is compares the last word of the type: before it stands one of two standards.
func (r relation) is(kind string) bool { return path.Base(r.Type) == kind }

// open follows the relations from the package to the sheet.
func (b *book) open(name string) (*Sheet, error) {
	root, err := b.relations("")
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(root, func(r relation) bool { return r.is("officeDocument") })
	if at < 0 || b.parts[root[at].Target] == nil || path.Dir(root[at].Target) == "word" || path.Ext(root[at].Target) == ".bin" {
		for _, other := range others {
			if b.parts[other.part] != nil {
				return nil, &other.Unfit
			}
		}
		return nil, &Unfit{"this is a zip file and no Excel workbook", "unpack it first"}
	}
	var wb struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	document := root[at].Target
	if err := b.decode(document, &wb); err != nil {
		return nil, err
	}
	relations, err := b.relations(document)
	if err != nil {
		return nil, err
	}
	byID := map[string]relation{}
	for _, r := range relations {
		byID[r.ID] = r
	}
	s := &Sheet{date1904: isTrue(wb.Properties.Date1904)}
	var all []string
	for _, sheet := range wb.Sheets {
		at := slices.IndexFunc(sheet.Attrs, func(a xml.Attr) bool { return a.Name.Local == "id" })
		if at < 0 || !byID[sheet.Attrs[at].Value].is("worksheet") { // a chart
			continue
		}
		seen := sheet.State == "" || sheet.State == "visible"
		all = append(all, sheet.Name)
		if s.part == nil && (name == "" && seen || name != "" && sameName(sheet.Name, name)) {
			s.Name, s.part = sheet.Name, b.parts[byID[sheet.Attrs[at].Value].Target]
			if s.part == nil {
				return nil, damaged("it has no part for its sheet " + sheet.Name)
			}
			continue
		}
		if seen {
			s.Others = append(s.Others, sheet.Name)
		}
	}
	switch {
	case s.part == nil && name != "":
		return nil, &Unfit{fmt.Sprintf("the workbook has no sheet %q", name), "its sheets are " + Quoted(all)}
	case s.part == nil:
		return nil, &Unfit{"the workbook has no sheet that can be seen", "name one with --sheet: " + Quoted(all)}
	}
	for _, r := range relations {
		switch {
		case r.is("sharedStrings"):
			s.shared, err = readShared(b.parts[r.Target])
		case r.is("styles"):
			s.formats, err = b.readStyles(r.Target)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// sameName compares the names of sheets as Excel does, which has no two that differ
// in their case alone.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// Quoted names sheets for a person.
func Quoted(names []string) string {
	const most = 12
	var quoted []string
	for i, name := range names {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	return strings.Join(quoted, ", ")
}

// relations are those of a part, with whole targets in small letters; of the package
// itself for no part. A part need not have any.
func (b *book) relations(of string) ([]relation, error) {
	var found struct {
		All []relation `xml:"Relationship"`
	}
	folder, file := path.Split(of)
	name := path.Join(folder, "_rels", file+".rels")
	if b.parts[name] == nil {
		return nil, nil
	}
	if err := b.decode(name, &found); err != nil {
		return nil, err
	}
	for i, r := range found.All {
		target := strings.ToLower(strings.ReplaceAll(r.Target, `\`, "/"))
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", folder, target)
		}
		found.All[i].Target = strings.TrimPrefix(path.Clean(target), "/")
	}
	return found.All, nil
}

// decode reads a small part.
func (b *book) decode(name string, into any) error {
	part, err := open(b.parts[name], maxPartBytes)
	if err != nil {
		return err
	}
	defer part.Close()
	part.begun = maxPartBytes // it is held as a whole
	text, err := io.ReadAll(part)
	if err == nil {
		err = xml.Unmarshal(text, into)
	}
	return wrong(name, err)
}

// isTrue reads a truth value, which XML writes in two ways.
func isTrue(text string) bool { return text == "1" || text == "true" }
