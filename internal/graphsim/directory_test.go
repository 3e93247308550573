package graphsim_test

import (
	"regexp"
	"strings"
	"testing"

	"entraphone/internal/graphsim"

	"github.com/google/go-cmp/cmp"
)

func TestReadDirectory(t *testing.T) {
	text := "\ufefffault,Mobile, userprincipalname ,office,id,alternateMobile\n" +
		"protected,+12065550123,bob@example.com,,00000000-0000-4000-8000-00000000000b,+1 2065550124\n" +
		",,\"eve@example.com\",+44 2079460012x3,,\n"
	got, err := graphsim.ReadDirectory(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	eveID := got[1].ID
	want := []graphsim.User{
		{ID: "00000000-0000-4000-8000-00000000000b", UserPrincipalName: "bob@example.com", Mobile: "+1 2065550123", AlternateMobile: "+1 2065550124", Fault: graphsim.Protected},
		{ID: eveID, UserPrincipalName: "eve@example.com", Office: "+44 2079460012x3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(eveID) {
		t.Errorf("id %q is not a GUID", eveID)
	}

	short, err := graphsim.ReadDirectory(strings.NewReader("userPrincipalName\nEVE@example.com\n"))
	if err != nil || len(short) != 1 || short[0].ID != eveID {
		t.Errorf("ReadDirectory of one column = %v, %v, want the id %s", short, err, eveID)
	}
	s := newSim(graphsim.Config{Users: short})
	if got := send(t, s, "GET", phonesPath(eveID), ""); got.status != 200 {
		t.Errorf("list by the derived id: status %d, want 200", got.status)
	}
	none, err := graphsim.ReadDirectory(strings.NewReader("userPrincipalName\n"))
	if err != nil || none == nil || len(none) != 0 {
		t.Errorf("ReadDirectory of a heading = %#v, %v, want no users, but not nil", none, err)
	}
}

func TestReadDirectoryRefuses(t *testing.T) {
	const heading = "userPrincipalName,mobile,fault\n"
	tests := []struct{ text, want string }{
		{"", "reading directory: line 1: a heading with userPrincipalName is missing"},
		{"id,mobile\n", "reading directory: line 1: the column userPrincipalName is missing"},
		{"userPrincipalName,phone\n", `reading directory: line 1: column "phone" is not one of userPrincipalName, id,`},
		{"userPrincipalName,ID,id\n", `line 1: column "id" stands twice`},
		{heading + "a@example.com,,\n\n,,\n", "line 4: userPrincipalName is empty"},
		{heading + "a@example.com,206 555 0123,\n", "line 2: mobile is not of the form"},
		{heading + "a@example.com,,broken\n", `line 2: fault "broken" is not one of protected, lost-answer, refused-number`},
		{heading + "a@example.com,,\nb@example.com,,\nA@example.com,,\n", "line 4: a@example.com stands in line 2 already"},
		{heading + "a@example.com\n", "line 2: wrong number of fields"},
		{heading + "\"a@example.com,,\n", "line 2"},
	}
	for _, test := range tests {
		_, err := graphsim.ReadDirectory(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ReadDirectory(%q) = %v, want an error with %q", test.text, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "555") {
			t.Errorf("ReadDirectory(%q) = %v, which holds a phone number", test.text, err)
		}
	}
}

func TestUsers(t *testing.T) {
	s := newSim(graphsim.Config{Users: []graphsim.User{
		{UserPrincipalName: "eve@example.com", ID: "00000000-0000-4000-8000-00000000000e"},
		{UserPrincipalName: "bob@example.com", ID: "00000000-0000-4000-8000-00000000000b", Mobile: "+1 2065550100"},
	}})
	create(t, s, "00000000-0000-4000-8000-00000000000E", "office", "+1 2065550101")
	create(t, s, "Bob@example.com", "alternateMobile", "+1 2065550102")
	want := []graphsim.User{
		{UserPrincipalName: "bob@example.com", ID: "00000000-0000-4000-8000-00000000000b", Mobile: "+1 2065550100", AlternateMobile: "+1 2065550102"},
		{UserPrincipalName: "eve@example.com", ID: "00000000-0000-4000-8000-00000000000e", Office: "+1 2065550101"},
	}
	if diff := cmp.Diff(want, s.Users()); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	wantPhones := map[string]string{"mobile": "+1 2065550100", "alternateMobile": "+1 2065550102"}
	if diff := cmp.Diff(wantPhones, s.Phones("BOB@example.com")); diff != "" {
		t.Errorf("phones of bob (-want +got):\n%s", diff)
	}
	if got := s.Phones("who@example.com"); len(got) != 0 {
		t.Errorf("phones of nobody = %v, want none", got)
	}

	open := newSim(graphsim.Config{})
	create(t, open, "new@example.com", "mobile", "+1 2065550100")
	if diff := cmp.Diff([]graphsim.User{{UserPrincipalName: "new@example.com", Mobile: "+1 2065550100"}}, open.Users()); diff != "" {
		t.Errorf("users without a directory (-want +got):\n%s", diff)
	}
}
