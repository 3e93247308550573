package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/tenant"
)

// In a large tenant those are not read who have no phone by the report, which the
// summary says; and all are where it cannot be had, or is not wanted.
func TestExportOfALargeTenant(t *testing.T) {
	folder := t.TempDir()
	people, poor := filepath.Join(folder, "people.csv"), filepath.Join(folder, "poor.yaml")
	var text strings.Builder
	text.WriteString("userPrincipalName,mobile\n")
	for i := range 1200 {
		number := ""
		if i%400 == 7 {
			number = fmt.Sprintf("+1 206555%04d", i)
		}
		fmt.Fprintf(&text, "u%d@example.com,%s\n", i, number)
	}
	for path, content := range map[string]string{people: text.String(), poor: "permissions: [User.Read.All, UserAuthenticationMethod.Read.All]\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		flags []string
		says  string
		skips bool
	}{
		{nil, "1197 of these were not read: they have no phone by the registration report", true},
		{[]string{"--no-report"}, "of whom 1197 have no phone", false},
		{[]string{"--scenario", poor}, "grant the application permission AuditLog.Read.All", false},
	} {
		args := append([]string{"export", "--simulate", "--directory", people}, test.flags...)
		out := inBubble(t, args)
		for _, line := range []string{"u7@example.com,+1 2065550007,,\n", "u407@example.com,", "u807@example.com,", "Exported 3 phones of 3 users", test.says} {
			if !strings.Contains(out, line) {
				t.Errorf("%v does not print %q:\n%s", test.flags, line, out)
			}
		}
		if skips := strings.Contains(out, "36 hours late"); skips != test.skips {
			t.Errorf("%v skips users by the report: %t, want %t", test.flags, skips, test.skips)
		}
	}
}

// One user for whom nothing but faults come does not end the export of the others,
// and a tenant that answers nothing any more does.
func TestExportThroughFaults(t *testing.T) {
	folder := t.TempDir()
	people, gone := filepath.Join(folder, "people.csv"), filepath.Join(folder, "gone.yaml")
	for path, content := range map[string]string{
		people: "userPrincipalName,mobile,fault\nada@example.com,+1 2065550101,\nbad@example.com,,lost-answer\nbob@example.com,+1 2065550102,\n",
		gone:   "faults:\n  - {path: phoneMethods, status: 503, after: 1}\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for scenario, want := range map[string]struct {
		code int
		says string
	}{
		"lagging-reads": {exitRows, "missing  1 not exported: Graph does not answer for the phones, again and again (the first is bad@example.com)"},
		gone:            {exitStopped, "answered nothing but throttles and faults"},
	} {
		synctest.Test(t, func(t *testing.T) {
			code, out := runHere(t.Context(), "", "export", "--simulate", "--directory", people, "--scenario", scenario)
			if code != want.code || !strings.Contains(out, want.says) {
				t.Errorf("%s: exit code %d, want %d and %q:\n%s", scenario, code, want.code, want.says, out)
			}
			if whole := strings.Contains(out, "ada@example.com,+1 2065550101"); whole != (want.code == exitRows) {
				t.Errorf("%s: half of a file:\n%s", scenario, out)
			}
		})
	}
}

func TestDomainsOfNames(t *testing.T) {
	renames, problems := readRenames([]string{"Old.example=new.example", "@older.example=@new.example"})
	if want := map[string]string{"old.example": "new.example", "older.example": "new.example"}; len(problems) > 0 || !maps.Equal(renames, want) {
		t.Fatalf("readRenames = %v, %v, want %v", renames, problems, want)
	}
	for name, want := range map[string]string{
		"ada@OLD.example":                                  "ada@new.example",
		"ada@older.example":                                "ada@new.example",
		"ada@sub.old.example":                              "ada@sub.old.example",
		"bob_x.org#EXT#@old.example":                       "bob_x.org#EXT#@old.example",
		"bob_x.org#ext#@old.example":                       "bob_x.org#ext#@old.example",
		"=cmd@old.example":                                 "mailto:=cmd@new.example",
		"not a name@old.example":                           "the-id",
		"no name":                                          "the-id",
		"jörg.o'neil+x&y@old.example":                      "jörg.o'neil+x&y@new.example",
		"0a1b2c3d-0000-4000-8000-0000000000a1@old.example": "0a1b2c3d-0000-4000-8000-0000000000a1@old.example",
	} {
		e := newExported([]tenant.User{{ID: "the-id", UserPrincipalName: name}}, map[string]tenant.Phones{"the-id": {authmethod.PhoneTypeMobile: "+1 2065550101"}}, renames)
		if _, line, _ := strings.Cut(string(e.text), "\n"); line != want+",+1 2065550101,,\n" {
			t.Errorf("%s is exported as %q, want %q", name, line, want)
		}
	}
	for _, wrong := range []string{"", "a.example", "a.example=", "=a.example", "a=b", "a.example=b.example=c.example"} {
		if _, problems := readRenames([]string{wrong}); len(problems) == 0 {
			t.Errorf("--rename-domain %q is taken", wrong)
		}
	}
	if _, problems := readRenames([]string{"a.example=b.example", "A.example=c.example"}); len(problems) == 0 {
		t.Error("a domain is renamed twice")
	}
}

// What Graph shows as no number that it would take is left out and counted; what it
// shows in another form than its own is written in that.
func TestExportedNumbers(t *testing.T) {
	for shown, want := range map[string]string{"+1 2065550101": "+1 2065550101", "+12065550101": "+1 2065550101", "+1 (206) 555-0101": "+1 2065550101", "12": "", "+1 2065550101x12": "+1 2065550101x12"} {
		e := newExported([]tenant.User{{ID: "A", UserPrincipalName: "ada@example.com"}}, map[string]tenant.Phones{"a": {authmethod.PhoneTypeOffice: shown}}, nil)
		_, line, _ := strings.Cut(string(e.text), "\n")
		if wrong := want == "" && (line != "" || e.foreign != 1); wrong || want != "" && line != "ada@example.com,,,"+want+"\n" {
			t.Errorf("%q is exported as %q, with %d left out, want %q", shown, line, e.foreign, want)
		}
	}
}

// Whatever users are called, import reads each by name, or by id, with their own
// numbers, and no cell is a formula.
func TestExportReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`['"=+@-]?[a-zA-Z0-9.'"_+#ößł;,| =-]{1,12}@[a-z]{1,5}\.example`), 1, 12, strings.ToLower).Draw(rt, "names")
		var users []tenant.User
		phones, want := map[string]tenant.Phones{}, map[string]string{}
		for i, name := range names {
			id, number := fmt.Sprintf("0a1b2c3d-0000-4000-8000-%012d", i), fmt.Sprintf("+1 206555%04d", i+100)
			users = append(users, tenant.User{ID: id, UserPrincipalName: name})
			phones[id] = tenant.Phones{authmethod.PhoneTypeMobile: number}
			want[number] = name
		}
		e := newExported(users, phones, nil)
		if err := e.check(rt.Context(), zerolog.Nop()); err != nil {
			rt.Fatal(err)
		}
		options, err := (&fileOptions{}).reading("test")
		if err != nil {
			rt.Fatal(err)
		}
		file, err := importfile.Read(rt.Context(), bytes.NewReader(e.text), options)
		if err != nil {
			rt.Fatalf("%v\n%s", err, e.text)
		}
		if file.Rows.Len() != len(names) {
			rt.Fatalf("%d rows of %d\n%s", file.Rows.Len(), len(names), e.text)
		}
		for n, row := range file.Rows.All() {
			if row.Rejected() || row.User != want[row.Number.Graph()] && row.User != users[n].ID {
				rt.Errorf("row %d is %q with %s, rejected: %t\n%s", n, row.User, row.Number.Graph(), row.Rejected(), e.text)
			}
		}
		for line := range strings.Lines(string(e.text)) {
			if strings.ContainsAny(strings.TrimPrefix(line, `"`)[:1], "=+-@\t'") {
				rt.Errorf("a spreadsheet may run %q", line)
			}
		}
	})
}
