package importfile

import (
	"fmt"
	"strings"
	"testing"
)

// Each row of a file is in one share of its users and no other, whatever form the file
// has, and each share tells how many phones stand in the others.
func TestEveryRowIsInOneShare(t *testing.T) {
	forms := map[string]string{"one phone a line": "UPN,Type,Number\n", "one person a line": "UPN,Mobile,Office\n", "pairs": "UPN,Phone Type 1,Phone 1,Phone Type 2,Phone 2\n"}
	for form, text := range forms {
		for i := range 40 {
			switch form {
			case "one phone a line":
				text += fmt.Sprintf("u%d@example.com,mobile,+1 20655501%02d\nU%d@example.com,office,+1 20655501%02d\n", i, i, i, i+1)
			case "one person a line":
				text += fmt.Sprintf("u%d@example.com,+1 20655501%02d,\n", i, i)
			default:
				text += fmt.Sprintf("u%d@example.com,mobile,+1 20655501%02d,office,+1 20655502%02d\n", i, i, i)
			}
		}
		text += "broken@example.com,\"mobile\n"
		read := func(of func(string) bool) *File {
			file, err := Read(t.Context(), strings.NewReader(text), Options{Name: "a.csv", Users: of})
			if err != nil {
				t.Fatal(form, err)
			}
			return file
		}
		all, seen := read(nil), map[string]int{}
		for share := range 3 {
			file := read(func(user string) bool { return len(user)%3 == share })
			for _, row := range file.Rows.All() {
				seen[fmt.Sprint(row.Line, row.Column, row.User)]++
			}
			if got := file.Rows.Len() + file.Reading.LeftOut.UserPhones; got < all.Rows.Len()-1 || got > all.Rows.Len() {
				t.Errorf("%s, share %d: %d rows and %d phones elsewhere, want %d together", form, share, file.Rows.Len(), file.Reading.LeftOut.UserPhones, all.Rows.Len())
			}
		}
		for _, row := range all.Rows.All() {
			if n := seen[fmt.Sprint(row.Line, row.Column, row.User)]; n != 1 {
				t.Errorf("%s: the row of line %d is in %d shares", form, row.Line, n)
			}
		}
	}
}
