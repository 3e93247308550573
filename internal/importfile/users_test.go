package importfile

import (
	"errors"
	"strings"
	"testing"

	"entraphone/internal/heading"
)

func TestReadingSaysWhatUsersAre(t *testing.T) {
	const guid = "11111111-1111-4111-8111-111111111102"
	tests := []struct {
		heading, users string // separated by |
		domain         string
		want           string
	}{
		{"Work_Email", "ada@example.com|bo@example.com", "", `column 1 "Work_Email", holds mail addresses` + "\n"},
		{"UPN", "ada@example.com", "", "holds userPrincipalNames\n"},
		{"User", "ada@example.com", "", "holds names with a domain\n"},
		{"id", guid, "", "holds object ids\n"},
		{"User", "ada@example.com|000101|bo@example.com", "", "holds names with a domain, and employee ids (1 of 3)\n"},
		{"EmployeeId", "000101|000102", "", "holds employee ids: no row can be sent; name a column with userPrincipalNames: --map user=HEADING\n"},
		{"sAMAccountName", "panand|ohart", "", "holds names without a domain: no row can be sent; name a column with userPrincipalNames: --map user=HEADING, or complete the names with --user-domain DOMAIN\n"},
		{"sAMAccountName", "panand|ohart", "example.com", "holds names without a domain, completed with @example.com\n"},
		{"Employee Number", "E101|E102", "", "holds employee ids: no row can be sent"},
		{"User", `CORP\panand`, "example.com", `holds logon names (DOMAIN\name): no row can be sent`},
		{"User", "Ada Lovelace", "example.com", "holds texts that cannot be a user: no row can be sent"},
		{"User", "", "", `column 1 "User"` + "\n"},
	}
	for _, test := range tests {
		text := test.heading + ",mobile\n"
		for user := range strings.SplitSeq(test.users, "|") {
			text += user + ",+1 2065550101\n"
		}
		got := mustRead(t, text, Options{UserDomain: test.domain}).Reading.String()
		if !strings.Contains(got, test.want) {
			t.Errorf("%s of %q: the reading is\n%s\nwant it to hold %q", test.heading, test.users, got, test.want)
		}
	}
}

// Where the users are none, the column that could be is named.
func TestReadingProposesAnotherUserColumn(t *testing.T) {
	got := mustRead(t, "User,E-mail,EmployeeId,mobile\npanand,priya@example.com,7,+1 2065550101\n", Options{Map: map[string]string{"user": "User"}}).Reading.UserHolds
	if want := `name a column with userPrincipalNames: --map "user=E-mail"`; !strings.Contains(got, want) {
		t.Errorf("UserHolds = %q, want it to hold %q", got, want)
	}
}

func TestUsers(t *testing.T) {
	tests := []struct{ user, domain, want string }{
		{"ada@example.com", "example.org", "ada@example.com"},
		{" Ada@Example.com\u00a0", "", "Ada@Example.com"},
		{"\u202aada@example.com\u200b", "", "ada@example.com ~user-unwrapped"},
		{"panand", "example.com", "panand@example.com ~user-completed"},
		{"p.anand-2", "@example.com", "p.anand-2@example.com ~user-completed"},
		{"panand", "", "panand !user-not-addressable"},
		{"000101", "example.com", "000101 !user-not-addressable"},
		{"Priya Anand", "example.com", "Priya Anand !user-not-addressable"},
		{`CORP\panand`, "example.com", `CORP\panand !user-not-addressable`},
		{"a;b", "example.com", "a;b !user-not-addressable"},
		{strings.Repeat("x", heading.MaxUserBytes-8), "example.com", strings.Repeat("x", heading.MaxUserBytes-8) + "@example.com ~user-completed !user-not-addressable"},
		{"", "example.com", " !user-missing"},
		{"null", "example.com", "null !user-missing"},
		{"N/A", "example.com", "N/A !user-missing"},
		{"-", "", "- !user-missing"},
		{"eva.", "example.com", "eva. !user-not-addressable"},
		{"mia(at)example.com", "example.com", "mia(at)example.com !user-not-addressable"},
		{"m?ller@example.com", "", "m?ller@example.com !user-not-addressable"},
		{"ada@example.com / bo@example.com", "", "ada@example.com / bo@example.com !user-not-addressable"},
		{"mailto:ada@example.com", "", "ada@example.com ~user-unwrapped"},
		{"SMTP:ada@example.com", "", "ada@example.com ~user-unwrapped"},
		{"i:0#.f|membership|ada@example.com", "", "ada@example.com ~user-unwrapped"},
		{"Ada Lovelace <ada@example.com>", "", "ada@example.com ~user-unwrapped"},
		{"'ada@example.com'", "", "ada@example.com ~user-unwrapped"},
		{"“mailto:ada@example.com”", "", "ada@example.com ~user-unwrapped"},
		{"{11111111-1111-4111-8111-111111111102}", "example.com", "11111111-1111-4111-8111-111111111102 ~user-unwrapped"},
		{"'panand'", "example.com", "panand@example.com ~user-unwrapped ~user-completed"},
		{"x:ada@example.com", "", "x:ada@example.com !user-not-addressable"},
	}
	for _, test := range tests {
		r := mustRead(t, "user,mobile\n\""+test.user+"\",+1 2065550101\n", Options{UserDomain: test.domain}).Rows.At(0)
		got := r.User
		for _, n := range r.Found().Notes {
			got += " ~" + n.Code.Word()
		}
		for _, p := range r.Found().Problems {
			got += " !" + p.Code.Word()
		}
		if got != test.want || r.Rejected() != r.Number.IsZero() {
			t.Errorf("user %q with domain %q = %s, want %s", test.user, test.domain, got, test.want)
		}
	}
}

func TestUserDomainMustBeOne(t *testing.T) {
	for _, domain := range []string{"@", "no domain", "a@b.c", "local", " "} {
		_, err := Read(t.Context(), strings.NewReader("user,mobile\na,b\n"), Options{Name: "a.csv", UserDomain: domain})
		var unfit *FileError
		if !errors.As(err, &unfit) || !strings.Contains(err.Error(), "--user-domain") {
			t.Errorf("UserDomain %q: %v, want a FileError that names --user-domain", domain, err)
		}
	}
}

// A line of a bare name that a stray quote has swallowed is noticed where such
// names are users.
func TestSwallowedBareNames(t *testing.T) {
	f := mustRead(t, "user,mobile,note\nada,+1 2065550101,\"x\nbo,+1 2065550102,y\"\n", Options{UserDomain: "example.com"})
	if f.Rows.Len() != 2 || !f.Rows.At(0).Rejected() || !f.Rows.At(1).Rejected() {
		t.Errorf("rows = %v, want both, rejected", showAll(f))
	}
}

// Why a user is none is said as far as it can be told.
func TestMessagesAboutUsers(t *testing.T) {
	for user, want := range map[string]string{
		"m?ller@example.com":              "a question mark where an export has lost a letter",
		"ada@example.com; bo@example.com": "more than one user",
		`CORP\panand`:                     "a logon name",
		"000101":                          "an employee id",
		"Ada Lovelace":                    "neither a name@domain nor an object id",
		"none":                            "says that there is none",
	} {
		r := mustRead(t, "user,mobile\n\""+user+"\",+1 2065550101\n", Options{}).Rows.At(0)
		if !r.Rejected() || !strings.Contains(r.Found().Problems[0].Message, want) {
			t.Errorf("problems of the user %q = %v, want %q", user, r.Found().Problems, want)
		}
	}
}

// Users that are looked up are taken as they stand: only the tenant knows what its
// properties hold.
func TestUsersByKey(t *testing.T) {
	tests := []struct {
		key        heading.UserKey
		user, want string
	}{
		{heading.UserKeyEmployeeID, "000101", "000101"},
		{heading.UserKeyEmployeeID, " E-101\u00a0", "E-101"},
		{heading.UserKeyEmployeeID, "E\u00ad10\u200b1", "E101 ~user-unwrapped/invisible"},
		{heading.UserKeyEmployeeID, `=""000101""`, "000101 ~user-unwrapped"},
		{heading.UserKeyEmployeeID, "7/12 (b)", "7/12 (b)"},
		{heading.UserKeyEmployeeID, "ada@example.com", "ada@example.com"},
		{heading.UserKeyEmployeeID, "0", "0 !user-missing/key"},
		{heading.UserKeyEmployeeID, "", " !user-missing/key"},
		{heading.UserKeyEmployeeID, "\u200b", " !user-missing/key"},
		{heading.UserKeyEmployeeID, "n/a", "n/a !user-missing/key"},
		{heading.UserKeySAM, "panand", "panand"},
		{heading.UserKeySAM, `CORP\panand`, `CORP\panand`},
		{heading.UserKeySAM, "S-1-5-21-1-2-3-4", "S-1-5-21-1-2-3-4"},
		{heading.UserKeyMail, "Ada Lovelace <ada@example.com>", "ada@example.com ~user-unwrapped"},
		{heading.UserKeyMail, "mailto:ada@example.com", "ada@example.com ~user-unwrapped"},
		{heading.UserKeyMail, "ada", "ada"},
	}
	for _, test := range tests {
		text := "Whoever,mobile\n\"" + test.user + "\",+1 2065550101\n"
		f := mustRead(t, text, Options{UserKey: test.key, Map: map[string]string{"user": "Whoever"}})
		r := f.Rows.At(0)
		got := r.User
		for _, n := range r.Found().Notes {
			got += " ~" + string(n.Code)
		}
		for _, p := range r.Found().Problems {
			got += " !" + string(p.Code)
		}
		if got != test.want || r.Rejected() != r.Number.IsZero() {
			t.Errorf("%s %q = %s, want %s", test.key, test.user, got, test.want)
		}
		if want := "to be looked up in the tenant by " + test.key.Property(); f.Reading.UserHolds != want || f.Reading.UserKey != test.key {
			t.Errorf("%s: the reading says %q of %q, want %q", test.key, f.Reading.UserHolds, f.Reading.UserKey, want)
		}
	}
}

// A profile can name the key, and what was read by a key has a profile that does.
func TestProfileOfAUserKey(t *testing.T) {
	const text = "UPN,EmployeeId,Mobile\nada@example.com,000101,+1 2065550101\n"
	first := mustRead(t, text, Options{UserKey: heading.UserKeyEmployeeID})
	p := first.Reading.Profile(Options{UserKey: heading.UserKeyEmployeeID})
	if p.UserKey != "employeeId" {
		t.Errorf("the profile has the key %q, want employeeId", p.UserKey)
	}
	for name, opts := range map[string]Options{
		"the profile of the reading": {Profile: p},
		"a profile with a key alone": {Profile: heading.Profile{UserKey: "employeeId"}},
		"auto and the column":        {UserKey: heading.UserKeyAuto, Map: map[string]string{"user": "EmployeeId"}},
	} {
		if f := mustRead(t, text, opts); f.Rows.At(0).User != "000101" || f.Reading.UserKey != heading.UserKeyEmployeeID {
			t.Errorf("%s: user %q by %q, want 000101 by employeeId", name, f.Rows.At(0).User, f.Reading.UserKey)
		}
	}
	// A flag comes before what the profile says.
	if f := mustRead(t, text, Options{UserKey: heading.UserKeyUPN, Profile: heading.Profile{UserKey: "employeeId"}}); f.Rows.At(0).User != "ada@example.com" {
		t.Errorf("user %q, want the userPrincipalName", f.Rows.At(0).User)
	}
	made, err := Template(heading.Profile{UserKey: "samAccountName"})
	if err != nil {
		t.Fatal(err)
	}
	filled := strings.SplitAfter(string(made), "\n")[0] + "panand,mobile,+1 2065550101,\n"
	if f := mustRead(t, filled, Options{Profile: heading.Profile{UserKey: "samAccountName"}}); f.Rows.At(0).User != "panand" {
		t.Errorf("the template %q reads the user %q, want panand", filled, f.Rows.At(0).User)
	}
}

// A stray quote cannot hide rows of users who are looked up, and lines that could not
// be split come back as nobody's.
func TestSwallowedUsersByKey(t *testing.T) {
	const text = "EmployeeId,mobile,note\n000101,+1 2065550101,\"x\n000102,+1 2065550102,y\"\nE 103,+1 2065550103,z\n"
	opts := Options{UserKey: heading.UserKeyEmployeeID}
	f := mustRead(t, text, opts)
	for i, r := range f.Rows.All() {
		if swallowed := r.User != "E 103"; r.Rejected() != swallowed {
			t.Errorf("row %d of %q is rejected: %v, want %v", i, r.User, r.Rejected(), swallowed)
		}
	}
	excerpt := excerptOf(t, text, opts, func(line int32) bool { return line < 4 })
	for _, r := range mustRead(t, excerpt, opts).Rows.All() {
		if !r.Rejected() {
			t.Errorf("the excerpt\n%s\ngives the row of %q, want none", excerpt, r.User)
		}
	}
}
