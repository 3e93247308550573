package heading

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProfilesAreReadAsTheyAreWritten(t *testing.T) {
	for _, name := range ProfileNames() {
		p, known := NamedProfile(strings.ToUpper(name))
		if !known || p.Name != name || p.Description == "" || p.Title() != "profile "+name || !p.NamesPhones() {
			t.Errorf("NamedProfile(%s) = %+v, %t, want its name, a description and phones", name, p, known)
		}
		var b bytes.Buffer
		if err := p.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := ReadProfile(&b)
		p.Name = "" // which stands in no file
		if diff := cmp.Diff(p, again); diff != "" || err != nil {
			t.Errorf("profile %s, written and read: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for _, name := range []string{"", "none", "../profiles/workday", "workday.yaml"} {
		if p, known := NamedProfile(name); known {
			t.Errorf("NamedProfile(%q) = %+v, want none", name, p)
		}
	}
}

func TestProfilesThatSayNothing(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "it is empty",
		"description: x":          "it says nothing",
		"columns: {usr: a}":       "columns.usr is not a meaning of a column",
		"columns: {user: ' '}":    "columns.user names no heading",
		"partsOf: country":        `partsOf: "country" is not a phone`,
		"countryCodes: unclear":   `countryCodes: "unclear": write iso`,
		"encoding: [a]":           "one text is expected",
		"were: x":                 "unknown key were",
		"where: a=b\n---\nuser: ": "a second document follows",
	} {
		if _, err := ReadProfile(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadProfile(%q): %v, want %q", text, err, want)
		}
	}
}

// A profile is binding: a column that it names is no other, and a phone that it
// does not name is none.
func TestProfileBinds(t *testing.T) {
	const people = "UPN|Work Mobile|Personal Mobile|Desk|Mail"
	tests := []struct {
		columns map[string]Texts
		wanted  map[string]string
		want    string
		why     string
	}{
		{map[string]Texts{"mobile": {"Handy", "personal  mobile", "Work Mobile"}, "user": {"Mail"}}, nil, "user=5 mobile=3", "the first that is there"},
		{map[string]Texts{"mobile": {"Work Mobile"}}, nil, "user=1 mobile=2", "the other mobile is not named"},
		{map[string]Texts{"mobile": {"Work Mobile"}}, map[string]string{"mobile": "Desk"}, "user=1 mobile=4", "--map comes before it"},
		{map[string]Texts{"mobile": {"Desk", "Work Mobile"}}, map[string]string{"office": "Desk"}, "user=1 mobile=2 office=4", "--map took its first heading"},
		{map[string]Texts{"mobile": {"Cell"}, "office": {"Bureau"}}, nil, `the profile names "Cell" for mobile, "Bureau" for office, and the file has no such column`, "all phones renamed"},
		{map[string]Texts{"user": {"Login"}, "mobile": {"Work Mobile"}}, nil, `names "Login" for user`, "the user renamed"},
		{map[string]Texts{"mobile": {"Desk"}, "office": {"Desk"}}, nil, `the profile names column 4 "Desk" for both mobile and office`, "one for two"},
		{map[string]Texts{"mobile": {"Work Mobile"}}, map[string]string{"phoneNumber": "Desk"}, "--map with the profile names columns of both forms", "two forms"},
	}
	for _, test := range tests {
		if got := show(Input{Headings: strings.Split(people, "|"), Profile: Profile{Columns: test.columns}, Map: test.wanted}); !strings.Contains(got, test.want) {
			t.Errorf("profile %v with --map %v: %q, want %q: %s", test.columns, test.wanted, got, test.want, test.why)
		}
	}
	c, err := Resolve(Input{Headings: strings.Split(people, "|"), Profile: Profile{Name: "ours", Columns: map[string]Texts{"mobile": {"Work Mobile"}, "office": {"Bureau"}, "country": {"Land"}}}})
	want := []string{`profile ours names "Bureau" for office, and the file has no such column`, `profile ours names "Land" for country, and the file has no such column`}
	if diff := cmp.Diff(want, c.Warnings); diff != "" || err != nil {
		t.Errorf("warnings, %v (-want +got):\n%s", err, diff)
	}
}
