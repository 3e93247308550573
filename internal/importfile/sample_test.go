package importfile

import (
	"errors"
	"strings"
	"testing"
)

// Where headings leave open what columns hold, their first cells decide.
func TestColumnsByTheirCells(t *testing.T) {
	tests := []struct {
		text, domain string
		want         string // of the columns, or in the error
	}{
		{"UPN,Office,Mobile\na@example.com,Seattle,+1 2065550101\n", "", "user=1 mobile=3"},
		{"UPN,Office,Mobile\na@example.com,B12,+1 2065550101\n", "", "user=1 mobile=3"},
		{"UPN,Office,Mobile\na@example.com,,+1 2065550101\nb@example.com,+1 2065550100,\n", "", "user=1 mobile=3 office=2"},
		{"UPN,Office,Mobile\na@example.com,ask me,+1 2065550101\nb@example.com,,+1 2065550102\n", "", "user=1 mobile=3 office=2"},
		{"UPN,Office,Mobile\na@example.com,,+1 2065550101\n", "", "user=1 mobile=3 office=2"},

		{"UPN,Type,Phone\na@example.com,Employee,+1 2065550101\n", "", "user=1 mobile=3"},
		{"UPN,Type,Phone\na@example.com,Home,+1 2065550101\n", "", "user=1 phoneType=2 phoneNumber=3"},
		{"UPN,Type,Phone\na@example.com,mobile,+1 2065550101\n", "", "user=1 phoneType=2 phoneNumber=3"},

		{"UPN,DDI,Mobile\na@example.com,020 7946 0123,+44 7700 900123\n", "", "user=1 mobile=3"},
		{"UPN,DDI,DDD,Mobile\na@example.com,55,11,912345678\n", "", "user=1 mobile=4 areaCode=3 dialCode=2"},

		{"UPN,Phone,Phone issued\na@example.com,+1 2065550101,yes\n", "", "user=1 mobile=2"},
		{"UPN,Phone,Phone given out\na@example.com,+1 2065550101,+1 2065550102\n", "", `--map "mobile=Phone" or --map "mobile=Phone given out"`},

		{"ID,Employee Email,Mobile\n101,p@example.com,+1 2065550101\n", "", "user=2 mobile=3"},
		{"ID,Anschrift im Netz,Mobile\n101,p@example.com,+1 2065550101\n", "",
			`column 1 "ID" looks like the user and holds no name@domain, while other columns do: 2 "Anschrift im Netz"; say which: --map "user=Anschrift im Netz"`},
		{"User,Email,Phone\n\"Anand, Priya\",p@example.com,+1 2065550101\n", "", `say which: --map "user=Email"`},
		{"User,Email,Phone\npriya,p@example.com,+1 2065550101\n", "example.com", `say which: --map "user=User" or --map "user=Email"`},
		{"EMPLID,EMAIL_ADDR,PHONE_TYPE,PHONE\n101,p@example.com,CELL,+1 2065550101\n", "", "user=2 phoneType=3 phoneNumber=4"},
		{"Login Mail Adr,Mobile\np@example.com,+1 2065550101\n", "", `say which it is: --map "user=Login Mail Adr"`},
		// Nobody else's addresses, and none of those at home.
		{"User,Manager Email,Personal Email,Approver,Mobile\npriya,p@example.com,p@example.net,q@example.com,+1 2065550101\n", "example.com", "user=1 mobile=5"},
		// One column of addresses is as good as another where it is not all of them.
		{"User,Notes,Mobile\npriya,p@example.com,+1 2065550101\nowen,,+1 2065550102\nkim,none,+1 2065550103\n", "example.com", "user=1 mobile=3"},
		{"USERNAME,Mobile,Contact details\nUser Name,Mobile Phone,Mail\na@example.com,+1 2065550101,b@example.com\n", "", "user=1 mobile=2"},
	}
	for _, test := range tests {
		f, err := Read(t.Context(), strings.NewReader(test.text), Options{Name: "a.csv", UserDomain: test.domain})
		var unfit *FileError
		if errors.As(err, &unfit) {
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("Read(%q): %q, want %q", test.text, err, test.want)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range f.Reading.Columns {
			got = append(got, c.Key+"="+string(rune('0'+c.Number)))
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("Read(%q): columns %q, want %q", test.text, text, test.want)
		}
	}
}
