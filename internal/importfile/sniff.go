package importfile

import (
	"bytes"
	"strings"
)

const (
	byteOrderMark = "\ufeff"
	misreadMark   = "ï»¿" // its bytes, read as Windows-1252 and saved as UTF-8
)

// saveAs is what to do with nearly everything that is no CSV.
const saveAs = "in Excel choose File > Save As > CSV UTF-8 (comma delimited), and use that file"

// headingExpected is what to do with a file that does not begin as it should.
const headingExpected = "a heading such as userPrincipalName,phoneType,phoneNumber is expected, and a line per phone below it"

// signatures are the first bytes of files that people take for CSV because the
// program that made them calls itself a spreadsheet or an export.
var signatures = []struct{ prefix, found, advice string }{
	{"PK\x03\x04", "this is an Excel workbook (.xlsx) or another zip file, not CSV", saveAs},
	{"\xd0\xcf\x11\xe0", "this is an old Excel workbook (.xls), not CSV", saveAs},
	{"BZh", "this is a bzip2 file, not CSV", "unpack it first (bunzip2)"},
	{"\x28\xb5\x2f\xfd", "this is a Zstandard file, not CSV", "unpack it first (unzstd)"},
	{"{\\rtf", "this is an RTF document, not CSV", "export the list as CSV from the program that made it"},
	{"ID;PWXL;", "this is a SYLK file, not CSV", saveAs},
	{"BEGIN:VCARD", "these are vCards, not CSV", "export the contacts as CSV"},
	{"%PDF", "this is a PDF document, not CSV", "export the list as CSV from the program that made it"},
	{"\x1f\x8b", "this is a gzip file, not CSV", "unpack it first (gunzip)"},
}

// unfit recognises by its first bytes what is no CSV file. Both texts are
// empty for what may be one.
func unfit(head []byte) (found, advice string) {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) && bytes.Contains(head, []byte("opendocument.spreadsheet")) {
		return "this is an OpenDocument spreadsheet (.ods), not CSV", "in LibreOffice choose File > Save As > Text CSV (.csv), and use that file"
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.prefix)) {
			return s.found, s.advice
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "this is a binary file, not CSV", "export the list as CSV UTF-8 from the program that made it"
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(head), byteOrderMark), " \t\r\n")
	switch {
	case text == "":
		return "the file is empty", headingExpected
	case looksLikeMarkup(text):
		return "this is an HTML or XML document, not CSV",
			"if it was downloaded, look at it in a browser: it may be a sign-in page; else export the list as CSV"
	case looksLikeJSON(text):
		return "this is JSON, not CSV", "export the list as CSV, or convert it first"
	case looksLikeSQL(text):
		return "these are SQL statements, not CSV", "export the result of a query as CSV"
	case strings.HasPrefix(text, "---\n"), strings.HasPrefix(text, "---\r\n"):
		return "this is YAML, not CSV", "export the list as CSV, or convert it first"
	case looksLikeLDIF(text):
		return "this is LDIF, not CSV", "export with csvde -u instead of ldifde, or with Get-ADUser | Export-Csv -Encoding utf8"
	}
	return "", ""
}

func looksLikeMarkup(text string) bool {
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	c := text[1] | 0x20 // lower case
	return c >= 'a' && c <= 'z' || text[1] == '!' || text[1] == '?'
}

// looksLikeJSON leaves a heading alone that begins with a bracketed property
// name, as in Entra's templates.
func looksLikeJSON(text string) bool {
	next := strings.TrimLeft(text[1:], " \t\r\n")
	if next == "" {
		return text == "{" || text == "["
	}
	switch text[0] {
	case '{':
		return strings.ContainsRune(`"}`, rune(next[0]))
	case '[':
		return strings.ContainsRune(`{["]`, rune(next[0]))
	}
	return false
}

func looksLikeSQL(text string) bool {
	words := strings.Fields(strings.ToLower(text[:min(len(text), 100)]))
	if len(words) < 2 {
		return false
	}
	switch words[0] + " " + words[1] {
	case "insert into", "create table", "drop table", "set nocount", "begin transaction":
		return true
	}
	return words[0] == "use" && strings.HasSuffix(words[1], ";")
}

// looksLikeLDIF knows the two ways in which an LDIF file can begin after its
// comments, https://www.rfc-editor.org/rfc/rfc2849.
func looksLikeLDIF(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.ToLower(strings.TrimSpace(line))
		if line == "" || line[0] == '#' {
			continue
		}
		return strings.HasPrefix(line, "dn:") || line == "version: 1" || line == "version:1" || line == "search: 2"
	}
	return false
}
