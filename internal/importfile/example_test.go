package importfile_test

import (
	"context"
	"fmt"
	"strings"

	"entraphone/internal/importfile"
)

func ExampleRead() {
	const text = `User Principal Name;Office Phone;Country
ada@example.com;206-555-0101;USA
bo@example.com;020 7946 0123;England
cy@example.com;206-555-0103
`
	file, err := importfile.Read(context.Background(), strings.NewReader(text), importfile.Options{Name: "staff.csv"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Reading)
	for _, row := range file.Rows.All() {
		fmt.Printf("line %d: %s %s %q\n", row.Line, row.User, row.PhoneType, row.Number.Graph())
		for _, problem := range row.Found().Problems {
			fmt.Println("  rejected:", problem.Code.Word())
		}
		for _, note := range row.Found().Notes {
			fmt.Println("  note:", note.Code.Word())
		}
	}
	// Output:
	// staff.csv: UTF-8, semicolon between the cells, one person per line
	//   user:     column 1 "User Principal Name", holds userPrincipalNames
	//   phones:   office = column 2 "Office Phone"
	//   country:  column 3 "Country"; where it is empty, numbers need their country code
	//   lines:    4, the heading included
	// line 2: ada@example.com office "+1 2065550101"
	// line 3: bo@example.com office "+44 2079460123"
	// line 4: cy@example.com office ""
	//   rejected: no-country
	//   note: short-row
}
