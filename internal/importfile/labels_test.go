package importfile

import (
	"errors"
	"strings"
	"testing"
)

// Lines that are no rows, and lines that only look as if they were none.
func TestLabels(t *testing.T) {
	people := strings.Repeat("owen@example.com,+33 6 39 98 00 12,x\n", labelRows)
	tests := []struct {
		name, text string
		rows       int
		skipped    string
		fail       string // of the error; empty for none
	}{
		{"in words", "EMAIL,CELL,CUSTOM01\nEmail Address,Cell Phone,Badge\n" + people, labelRows, "line 2 (the heading in words)", ""},
		{"in words that are not known", "EMAIL,CELL,CUSTOM01\nUser,Srvph,Badge\n" + people, labelRows, "line 2 (the heading in words)", ""},
		{"two columns of users", "USERID,EMAIL,CELL\nUser ID,Srvmail,Cell\n1,owen@example.com,+33 6 39 98 00 12\n", 1, "line 2 (the heading in words)", ""},
		{"once more, far below", "UPN,Mobile,x\n" + people + "\ufeffUPN,Mobile,x\n" + people, 2 * labelRows, "line 7 (the heading once more)", ""},
		{"once more, in quotes behind a mark", "UPN,Mobile,x\n" + people + "\ufeff\"UPN\",\"Mobile\",\"x\"\n" + people, 2 * labelRows, "line 7 (the heading once more)", ""},
		{"once more, in other words", "UPN,Mobile,x\n" + people + "User,Cell,x\n" + people, 2 * labelRows, "line 7 (the heading once more)", ""},

		{"another order", "UPN,Mobile,Manager Mobile\nowen@example.com,+33 6 39 98 00 12,\nUPN,Manager Mobile,Mobile\n" + people, 0, "",
			`line 3 is another heading than line 1: "Mobile" stands in another column`},
		{"another order, far below", "UPN,Mobile,Office\n" + people + "UPN,Office,Mobile\n" + people, 0, "", "line 7 is another heading than line 1"},
		{"another user, far below", "UPN,Manager UPN,Mobile\n" + people + "Manager UPN,UPN,Mobile\n", 0, "", "line 7 is another heading than line 1"},

		{"an example", "UPN,Mobile\nExample: chris@example.com,Example\nowen@example.com,+33 6 39 98 00 12\n", 1, "line 2 (the example of a template)", ""},
		{"an example in German", "UPN,Mobile\nBeispiel: chris@example.com,\nowen@example.com,+33 6 39 98 00 12\n", 1, "line 2 (the example of a template)", ""},
		{"a ruler", "UPN,Mobile,x\n---,------,-\n" + people, labelRows, "line 2 (a ruler)", ""},
		{"a ruler of Markdown, far below", "|UPN|Mobile|\n" + strings.ReplaceAll("|"+strings.TrimSuffix(strings.ReplaceAll(people, "\n", "\n|"), "|"), ",", "|") + "|:---|---|\n", labelRows, "line 7 (a ruler)", ""},
		{"how many there are", "UPN,Mobile,x\n" + people + "\n(5 rows affected)\n", labelRows, "line 8 (the end of a report, without user and phone)", ""},
		{"a total, and when it was made", "UPN,PhoneType,PhoneNumber\nowen@example.com,mobile,+33 6 39 98 00 12\nTotal: 1,,1\nRun on 2026-01-02,,\n\x1a", 1,
			"line 3 (the end of a report, without user and phone), line 4 (the end of a report, without user and phone), line 5 (the end of a report, without user and phone)", ""},
		{"dashes for nothing", "UPN,Mobile\nowen@example.com,+33 6 39 98 00 12\n-,-\n", 2, "", ""},
		{"a phone in a line at the end", "UPN,Mobile,x\n" + people + "Owen Hart: +33 6 39 98 00 12\n", labelRows + 1, "", ""},
		{"another heading below bare names", "User,Mobile\nowen,+33 6 39 98 00 12\nUser,Name,Office,Mobile\n", 0, "", "line 3 is another heading than line 1"},
		{"two files without a line end between them", "UPN,Mobile,Office\nowen@example.com,+33 6 39 98 00 12,+33 1 99 00 12 34\ufeffUPN,Office,Mobile\n" + people, 0, "",
			"line 2 holds a row and another heading"},
		{"a line with too many cells that are words of headings", "UPN,Mobile\nowen@example.com,+33 6 39 98 00 12,office\n" + "mia@example.com,+33 6 39 98 00 12\n", 2, "", ""},
		{"a name at the end, with a phone", "UPN,Mobile\nowen@example.com,+33 6 39 98 00 12\nOwen Hart,+33 6 39 98 00 12\n", 2, "", ""},
		{"a name that is no end", "UPN,Mobile\nOwen Hart,n/a\nowen@example.com,+33 6 39 98 00 12\n", 2, "", ""},
		{"an employee id at the end", "UPN,PhoneType,PhoneNumber\nowen@example.com,mobile,+33 6 39 98 00 12\n000101,mobile,n/a", 2, "", ""},
		{"users with a mark of mail programs", "UPN,Mobile\nmailto:mia@example.com,+33 6 39 98 00 13\nowen@example.com,+33 6 39 98 00 12\n", 2, "", ""},
		{"users who are called as headings are", "UPN,Mobile,x\n" + people + "login,n/a,x\n", labelRows + 1, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := Read(t.Context(), strings.NewReader(test.text), Options{Name: "a.csv"})
			var unfit *FileError
			if test.fail != "" {
				if !errors.As(err, &unfit) || !strings.HasPrefix(err.Error(), "reading a.csv: "+test.fail) {
					t.Fatalf("Read(%q) = %v, want %q", test.text, err, test.fail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Reading.skipped(); f.Rows.Len() != test.rows || got != test.skipped {
				t.Errorf("%q: %d rows, skipped %q; want %d, %q", test.text, f.Rows.Len(), got, test.rows, test.skipped)
			}
		})
	}
}
