package importfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/heading"
)

func TestProfileSettlesWhatIsAmbiguous(t *testing.T) {
	const text = "Work Mobile,Personal Mobile,UPN,Mail\n+1 2065550101,+1 2065550102,a@example.com,b@example.com\n"
	columns := map[string]heading.Texts{"mobile": {"Handy", "personal  mobile", "Work Mobile"}, "user": {"Mail"}}
	named := func(columns map[string]heading.Texts) heading.Profile { return heading.Profile{Columns: columns} }
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"the first that is there", Options{Profile: named(columns)}, `2:2 b@example.com mobile "+1 2065550102"`},
		{"--map comes before it", Options{Profile: named(columns), Map: map[string]string{"mobile": "Work Mobile"}}, `2:1 b@example.com mobile "+1 2065550101"`},
		{"what it does not name", Options{Profile: named(map[string]heading.Texts{"mobile": {"Work Mobile"}})}, `2:1 a@example.com mobile "+1 2065550101"`},
		{"a phone that is not there", Options{Profile: named(map[string]heading.Texts{"mobile": {"Work Mobile"}, "office": {"Desk"}})}, `2:1 a@example.com mobile "+1 2065550101"`},
	}
	for _, test := range tests {
		if got := showAll(mustRead(t, text, test.opts)); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: rows %q, want %s", test.name, got, test.want)
		}
	}
	// A profile finds a heading in any language, below whatever stands above.
	p := named(map[string]heading.Texts{"user": {"Kenner"}, "mobile": {"Rufnr"}})
	f := mustRead(t, "Liste\nKenner,Rufnr\na@example.com,+1 2065550101\n", Options{Profile: p})
	if f.Reading.HeadingLine != 2 || f.Rows.Len() != 1 {
		t.Errorf("heading on line %d, rows %v, want line 2 and one row", f.Reading.HeadingLine, showAll(f))
	}
}

// A column that was renamed must stop a job that nobody watches.
func TestProfileIsBinding(t *testing.T) {
	const people = "UPN,Personal Mobile,Work Phone,Status\na@example.com,+1 2065550101,+1 2065550102,active\n"
	tests := []struct {
		name, text string
		columns    map[string]heading.Texts
		wanted     map[string]string
		want       string // rows, or the error
	}{
		{"user and phone renamed", people, map[string]heading.Texts{"user": {"Work Email", "Mail"}, "mobile": {"Work Mobile"}}, nil,
			`profile ours names "Work Email" or "Mail" for user, "Work Mobile" for mobile, and the file has no such column; the heading has "UPN", "Personal Mobile"`},
		{"user renamed", people, map[string]heading.Texts{"user": {"Work Email"}, "mobile": {"Personal Mobile"}}, nil, `names "Work Email" for user, and`},
		{"all phones renamed", people, map[string]heading.Texts{"mobile": {"Work Mobile"}, "office": {"Desk"}}, nil, `names "Work Mobile" for mobile, "Desk" for office, and`},
		{"one phone renamed", people, map[string]heading.Texts{"mobile": {"Work Mobile"}, "office": {"Work Phone"}}, nil,
			`2:3 a@example.com office "+1 2065550102" / profile ours names "Work Mobile" for mobile, and the file has no such column`},
		{"phones that it does not name", people, map[string]heading.Texts{"office": {"Work Phone"}}, nil, `2:3 a@example.com office "+1 2065550102"`},
		{"--map instead", people, map[string]heading.Texts{"user": {"Work Email"}, "mobile": {"Work Mobile"}}, map[string]string{"user": "UPN", "mobile": "Personal Mobile"},
			`2:2 a@example.com mobile "+1 2065550101"`},
		{"--map beside", people, map[string]heading.Texts{"office": {"Work Phone"}}, map[string]string{"mobile": "Personal Mobile"},
			`2:2 a@example.com mobile "+1 2065550101" / 2:3 a@example.com office "+1 2065550102"`},
		{"--map gives a column another meaning", people, map[string]heading.Texts{"mobile": {"Work Phone", "Personal Mobile"}}, map[string]string{"office": "Work Phone"},
			`2:2 a@example.com mobile "+1 2065550101" / 2:3 a@example.com office "+1 2065550102"`},
		{"one column for two", people, map[string]heading.Texts{"mobile": {"Work Phone"}, "office": {"Work Phone"}}, nil, `profile ours names column 3 "Work Phone" for both mobile and office`},
		{"two columns for one", "UPN,Work-Mobile,Work_Mobile\na@example.com,1,2\n", map[string]heading.Texts{"mobile": {"Work Mobile"}}, nil,
			`profile ours, mobile: "Work Mobile": this could be any of the columns 2 "Work-Mobile", 3 "Work_Mobile"`},
		{"the type renamed", "UPN,Kind,Phone\na@example.com,office,+1 2065550101\n", map[string]heading.Texts{"phoneType": {"Type"}, "phoneNumber": {"Phone"}}, nil, `names "Type" for phoneType, and`},
		{"the dialling code renamed", "UPN,CC,Mobile\na@example.com,44,7700900123\n", map[string]heading.Texts{"mobile": {"Mobile"}, "dialCode": {"Code"}}, nil, `names "Code" for dialCode, and`},
		{"the country is not there", people, map[string]heading.Texts{"office": {"Work Phone"}, "country": {"Country"}}, nil,
			`2:3 a@example.com office "+1 2065550102" / profile ours names "Country" for country, and the file has no such column`},
		{"both forms", people, map[string]heading.Texts{"office": {"Work Phone"}, "phoneNumber": {"Personal Mobile"}}, nil, "profile ours names columns of both forms"},
		{"both forms with --map", people, map[string]heading.Texts{"office": {"Work Phone"}}, map[string]string{"phoneNumber": "Personal Mobile"}, "--map with profile ours names columns of both forms"},
		{"parts of a phone that is left out", "UPN,Mobile,Office Phone,Vorwahl\na@example.com,+1 2065550101,1,2\n", map[string]heading.Texts{"mobile": {"Mobile"}}, nil,
			`column 4 "Vorwahl" (areaCode) could belong to several phones: 2 "Mobile", 3 "Office Phone"; say in the profile whose it is: partsOf`},
		{"an extension of a phone that is left out", "UPN,Phone,Work Phone,Work Ext.\na@example.com,+1 2065550101,1,2\n", map[string]heading.Texts{"phoneNumber": {"Phone"}}, nil,
			`2:2 a@example.com mobile "+1 2065550101"`},
	}
	for _, test := range tests {
		f, err := Read(t.Context(), strings.NewReader(test.text), Options{Map: test.wanted, Profile: heading.Profile{Name: "ours", Columns: test.columns}})
		got := fmt.Sprint(err)
		if err == nil {
			got = strings.Join(append(showAll(f), f.Reading.Warnings...), " / ")
		}
		if (err == nil) != (got == test.want) || !strings.Contains(got, test.want) {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// Parts of a number are those of the phone that the profile says, also where
// the phone is not in the file.
func TestProfileSaysWhoseParts(t *testing.T) {
	p := heading.Profile{Columns: map[string]heading.Texts{"mobile": {"mobile"}, "office": {"office"}, "areaCode": {"Vorwahl"}, "extension": {"ext"}}, PartsOf: "office"}
	for text, want := range map[string][]string{
		"user,mobile,office,Vorwahl,ext\na@b.c,+1 206 555 0101,5550100,206,7\n": {"mobile +1 2065550101", "office +1 2065550100x7 ~number-joined"},
		"user,mobile,Vorwahl,ext\na@b.c,+1 206 555 0101,206,7\n":                {"mobile +1 2065550101"},
	} {
		if diff := cmp.Diff(want, showNumbers(mustRead(t, text, Options{Profile: p, DefaultCountry: "US"}))); diff != "" {
			t.Errorf("numbers of %q (-want +got):\n%s", text, diff)
		}
	}
}

func TestReadProfileRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "reading profile: it is empty",
		"columns:\n  user: a\nwere: [x]":   "line 3: unknown key were; known are description, columns, partsOf, countryCodes, where",
		"columns:\n  usr: a":               "columns.usr is not a meaning of a column: use one of user, phoneType",
		"columns: [a]":                     "line 1: this cannot be read: keys with their values, as in columns: {user: UPN} is expected",
		"a text":                           "line 1: this cannot be read: keys with their values",
		"encoding: [a]":                    "line 1: this cannot be read: one text is expected",
		"where: {a: b}":                    "line 1: this cannot be read: a text or a list of texts is expected",
		"columns: {user: {a: b}}":          "line 1: this cannot be read: a text or a list of texts is expected",
		"columns: {user: ''}":              "columns.user names no heading",
		"columns: {user: []}":              "columns.user names no heading",
		"columns: {user: ~}":               "columns.user names no heading",
		"columns: {user: [a, ' ']}":        "columns.user names no heading",
		"null":                             "it says nothing",
		"{}":                               "it says nothing",
		"description: x":                   "it says nothing",
		"columns: {}":                      "it says nothing",
		"encoding: UTF-8\n---\nwhere: a=b": "a second document follows",
		"where: Status":                    `where: "Status" is no condition`,
		"where: [a=b, Status!==x]":         `where: "Status!==x" is no condition`,
		"defaultCountry: Atlantis":         "reading profile: defaultCountry: Atlantis names no country; write two letters",
		"encoding: rot13":                  `reading profile: encoding: "rot13" is not known; give UTF-8`,
		"userDomain: a b":                  `reading profile: userDomain: "a b" is no domain`,
		"userKey: phone":                   `reading profile: userKey: "phone": use one of auto, upn, mail, employeeId, samAccountName`,
		"partsOf: country":                 `partsOf: "country" is not a phone`,
		"countryCodes: 49":                 `countryCodes: "49": write iso`,
		"where: [":                         "line 1: ",
		strings.Repeat("#", 70<<10):        "larger than 65536 bytes",
	} {
		if _, err := ReadProfile(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "yaml:") {
			t.Errorf("ReadProfile(%.60q) = %v, want %q", text, err, want)
		}
	}
}
