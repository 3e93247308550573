package importfile_test

import (
	"errors"
	"strings"
	"testing"

	"entraphone/internal/importfile"
)

// Phones without a known type are mobiles only where no other column says that
// they are something else.
func TestPhonesAreNotTakenAsMobilesBesideTheirTypes(t *testing.T) {
	for _, test := range []struct {
		file string
		want string // in the error; empty reads the file
	}{
		{"UPN,Kind,Number\na@example.com,office,+44 20 7946 0999\n", `--map "phoneType=Kind" --map "phoneNumber=Number"; or --map "mobile=Number"`},
		{"UPN;Phone;X\na@example.com;+44 20 7946 0999;\nb@example.com;+44 20 7946 0998;Work Phone\n", `column 3 "X" holds phone types`},
		{"UPN,Kind,Number\na@example.com,Téléphone bureau,+44 20 7946 0999\n", `--map "phoneType=Kind"`},
		{"Email,Phone,Location\na@example.com,+44 20 7946 0999,Home\nb@example.com,+44 20 7946 0998,Office\n", `column 3 "Location" holds phone types`},
		{"Email,Phone,X\na@example.com,+44 20 7946 0999,Fax\nb@example.com,+44 20 7946 0998,Other\n", `column 3 "X" holds phone types`},
		{"Email,Phone,X\na@example.com,+44 20 7946 0999,Téléphone personnel\n", `column 3 "X" holds phone types`},
		{"Email,Phone,X\na@example.com,+44 20 7946 0999,Other\nb@example.com,+44 20 7946 0998,Main\n", ""},
		{"Email,Phone,X\na@example.com,+44 20 7946 0999,Home\nb@example.com,+44 20 7946 0998,Seattle\n", ""},
		{"UPN,PhoneNumber\na@example.com,+1 2065550101\n", ""},
		{"UPN,Department,PhoneNumber\na@example.com,office,+1 2065550101\nb@example.com,sales,+1 2065550102\n", ""},
		{"UPN,Department,PhoneNumber\na@example.com,,+1 2065550101\n", ""},
	} {
		_, err := importfile.Read(t.Context(), strings.NewReader(test.file), importfile.Options{Name: "f.csv"})
		var unfit *importfile.FileError
		if errors.As(err, &unfit) != (test.want != "") || unfit != nil && !strings.Contains(unfit.Error(), test.want) {
			t.Errorf("Read(%q): error %v, want one with %q", test.file, err, test.want)
		}
	}
}

func TestReadingNamesTheColumnsThatAreIgnored(t *testing.T) {
	const heading = "UPN,Mobile,Second mobile,Desk,206 555 0101,c6,c7,c8,c9,c10,c11,c12,c13,c14,c15"
	file, err := importfile.Read(t.Context(), strings.NewReader(heading+"\na@example.com,+1 2065550101\n"), importfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := file.Reading.String()
	if want := `ignored:  "Second mobile", "Desk", (a text with digits), "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", and 1 more`; !strings.Contains(got, want) {
		t.Errorf("the reading is\n%s\nwant it to hold\n%s", got, want)
	}
}
