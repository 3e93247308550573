package importfile

import (
	"bytes"
	"cmp"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"entraphone/internal/heading"
)

// A template reads by its own profile, and has all that it asks for once.
func TestTemplates(t *testing.T) {
	for _, name := range append(heading.ProfileNames(), "") {
		p, known := heading.NamedProfile(name)
		if !known && name != "" {
			t.Fatalf("there is no profile %s", name)
		}
		if name != "" && p.Description == "" {
			t.Errorf("%s has no description", name)
		}
		testTemplate(t, p, "")
	}
	for text, want := range map[string]string{
		"where: [Status!=inactive, Status!=terminated]":                                      "userPrincipalName,phoneType,phoneNumber,country,Status",
		"columns: {user: UPN, mobile: Tel, country: Country}\nwhere: Country=DE":             "UPN,Tel,Country",
		"columns: {mobile: Tel}":                                                             "userPrincipalName,Tel",
		"columns: {user: UPN}":                                                               "UPN,phoneType,phoneNumber",
		"columns: {phoneNumber: Tel}":                                                        "userPrincipalName,Tel",
		"columns: {user: UPN, office: Büro, extension: DW}\nencoding: UTF-16LE":              "UPN,Büro,DW",
		"columns: {user: UPN, office: Büro}\nencoding: Windows-1252":                         "UPN,Büro",
		"columns: {user: 'a=b, c', mobile: '\"M\"'}\nwhere: ['a=b, c!=x', 'Left == \"no\"']": `"a=b, c","""M""",Left`,
		"defaultCountry: DE":                                                                 "userPrincipalName,phoneType,phoneNumber,country",
	} {
		p, err := ReadProfile(strings.NewReader(text))
		if err != nil {
			t.Errorf("ReadProfile(%q): %v", text, err)
			continue
		}
		testTemplate(t, p, want)
	}
	p := heading.Profile{Columns: map[string]heading.Texts{"user": {"Użytkownik"}}, Encoding: "Windows-1252"}
	if _, err := Template(p); err == nil || !strings.Contains(err.Error(), "writing the headings in Windows-1252") {
		t.Errorf("a template in an encoding without its letters: %v, want an error", err)
	}
}

func testTemplate(t *testing.T, p heading.Profile, heading string) {
	t.Helper()
	template, err := Template(p)
	if err != nil {
		t.Errorf("the template of %+v: %v", p, err)
		return
	}
	encoding, err := htmlindex.Get(cmp.Or(p.Encoding, "UTF-8"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := encoding.NewDecoder().Bytes(template)
	if got, _, _ := strings.Cut(strings.TrimPrefix(string(plain), "\ufeff"), "\n"); err != nil || heading != "" && got != heading {
		t.Errorf("the template of %+v begins with %q, %v, want %q", p, got, err, heading)
	}
	_, err = Read(t.Context(), bytes.NewReader(template), Options{Profile: p})
	if err == nil || !strings.Contains(err.Error(), "nothing but the example of a template; write a line for each ") {
		t.Errorf("the template of %+v as it is: %v, want to hear that its lines are missing", p, err)
	}
	p.Where, p.Encoding = nil, ""
	f := mustRead(t, string(plain)+"x\n", Options{Profile: p})
	if len(f.Reading.Skipped) != 1 || len(f.Reading.Warnings) > 0 {
		t.Errorf("the template of %+v is read as %v, want the example skipped", p, f.Reading)
	}
}
