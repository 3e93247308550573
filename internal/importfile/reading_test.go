package importfile

import "testing"

func TestReadingString(t *testing.T) {
	tests := []struct {
		text string
		opts Options
		want string
	}{
		{"user,phoneType,phoneNumber\nada@example.com,mobile,+1 2065550101\n", Options{Name: "a.csv"},
			`a.csv: UTF-8, comma between the cells, one phone per line
  user:     column 1 "user", holds names with a domain
  phones:   phoneType = column 2 "phoneType", phoneNumber = column 3 "phoneNumber"
  country:  none; numbers need their country code, or the file a country column
  lines:    2, the heading included`},
		{"\ufeffE-mail;Phone;id;Country\r\nada@example.com;206-555-0101;7;US\r\n\r\nbo@example.com;;8;\r\n", Options{Name: "standard input"},
			`standard input: UTF-8 with a byte order mark, semicolon between the cells, one person per line; there is no phone type, so each phone number counts as a mobile
  user:     column 1 "E-mail", holds mail addresses
  phones:   mobile = column 2 "Phone"
  country:  column 4 "Country"; where it is empty, numbers need their country code
  not used: column 3 "id" (user)
  lines:    4, the heading included; 1 blank, skipped; 1 without any phone, nothing to do`},
		{"user\tmobile\toffice\tcountry\nada@example.com\t206-555-0101\t\t\n", Options{Name: "a.tsv", DefaultCountry: "United States"},
			`a.tsv: UTF-8, tab between the cells, one person per line
  user:     column 1 "user", holds names with a domain
  phones:   mobile = column 2 "mobile", office = column 3 "office"
  country:  column 4 "country"; where it is empty, US (the default)
  lines:    2, the heading included`},
		{"user,mobile\nada@example.com,206-555-0101\n", Options{Name: "a.csv", DefaultCountry: "usa"},
			`a.csv: UTF-8, comma between the cells, one person per line
  user:     column 1 "user", holds names with a domain
  phones:   mobile = column 2 "mobile"
  country:  US (the default) for numbers without a country code
  lines:    2, the heading included`},
	}
	for _, test := range tests {
		if got := mustRead(t, test.text, test.opts).Reading.String(); got != test.want {
			t.Errorf("reading of %q:\n%s\nwant:\n%s", test.text, got, test.want)
		}
	}
}
