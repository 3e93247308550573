package table

import (
	"strings"
	"testing"
)

func TestUnfit(t *testing.T) {
	tests := []struct{ head, want string }{
		{"PK\x03\x04\x14\x00", "an Excel workbook (.xlsx)"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"},
		{"%PDF-1.7\n", "a PDF document"},
		{"PK\x03\x04\x14\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)"},
		{"BZh91AY", "a bzip2 file"},
		{"\x28\xb5\x2f\xfd\x04", "a Zstandard file"},
		{"{\\rtf1\\ansi", "an RTF document"},
		{"ID;PWXL;N;E\n", "a SYLK file"},
		{"BEGIN:VCARD\r\nVERSION:3.0\r\n", "vCards"},
		{"INSERT INTO users VALUES ('a','b');", "SQL statements"},
		{"---\n- upn: a@example.com\n", "YAML"},
		{"# search result\nsearch: 2\n", "LDIF"},
		{"\x1f\x8b\x08\x00", "a gzip file"},
		{"\x7fELF\x02\x01\x01\x00 and so on, mostly text", "a binary file"},
		{strings.Repeat("\x00", 100), "a binary file"},
		{"<!DOCTYPE html>\n<html>", "an HTML or XML document"},
		{"\ufeff\r\n <?xml version=\"1.0\"?>", "an HTML or XML document"},
		{"<TABLE>", "an HTML or XML document"},
		{`{"value":[]}`, "JSON"},
		{"[\n  {\"user\": 1}]", "JSON"},
		{"[]", "JSON"},
		{"{}", "JSON"},
		{"[", "JSON"},
		{"dn: CN=Ada,DC=example,DC=com\nmobile: 1\n", "LDIF"},
		{"# exported\n\nDN:: Q049QWRh\n", "LDIF"},
		{"version: 1\n\ndn: CN=Ada", "LDIF"},
		{"", "the file is empty"},
		{"\ufeff \r\n\t\n", "the file is empty"},

		{"user,mobile\n", ""},
		{"Insert date,UPN,mobile\n", ""},
		{"ID;Phone;UPN\n", ""},
		{"[userPrincipalName],[mobile]\n", ""},
		{"<3,user,mobile\n", ""},
		{"version:v1.0,,\n", ""},
		{"# user,mobile\n", ""},
		{"#\n#\n", ""},
		{"dn,user,mobile\n", ""},
	}
	for _, test := range tests {
		err, _ := unfit([]byte(test.head)).(*Unfit)
		switch {
		case err == nil && test.want == "":
		case err == nil:
			t.Errorf("unfit(%q) = nil, want %q", test.head, test.want)
		case test.want == "", !strings.Contains(err.Found, test.want), err.Advice == "" && test.want != "the file is empty":
			t.Errorf("unfit(%q) = %q, %q, want %q with advice", test.head, err.Found, err.Advice, test.want)
		}
	}
}
