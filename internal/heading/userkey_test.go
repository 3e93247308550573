package heading

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What the heading of a user column holds, in many languages.
func TestUserKeyOfHeadings(t *testing.T) {
	for key, headings := range map[UserKey]string{
		UserKeyUPN: "UPN|User Principal Name (Email)|user|User name [userPrincipalName] Required|Object ID|id|Login|Benutzer|" +
			"nom d'utilisateur|uživatelské jméno|käyttäjätunnus|nothing that is known|Mobile",
		UserKeyMail: "E-mail|Mail|Work_Email|Primary_Work_Email|Work Contact: Work Email|official email|PrimarySmtpAddress|WindowsEmailAddress|EMAILID|" +
			"E-Mail-Adresse|adresse électronique|Correo electrónico|courriel|endereço eletrónico|adres mailowy|elektronická pošta|E-mailová adresa",
		UserKeyEmployeeID: "EmployeeId|Employee Number|employee_no|Personalnummer|matricule|Matricola|henkilönumero|osobní číslo|Worker ID",
		UserKeySAM:        "sAMAccountName|SamAccountName|onPremisesSamAccountName|Logon [sAMAccountName]",
	} {
		for heading := range strings.SplitSeq(headings, "|") {
			if got := userKeyOf(heading); got != key {
				t.Errorf("%q holds %q, want %q", heading, got, key)
			}
		}
	}
}

// The column that holds the key that is asked for is the user's, whatever other
// columns of users there are.
func TestColumnOfAUserKey(t *testing.T) {
	const all = "UPN|E-mail|EmployeeId|sAMAccountName|Mobile"
	tests := []struct {
		key      UserKey
		headings string
		wanted   map[string]string
		want     string // column and key, or the question
	}{
		{"", all, nil, "1 "},
		{UserKeyUPN, all, nil, "1 upn"},
		{UserKeyMail, all, nil, "2 mail"},
		{UserKeyEmployeeID, all, nil, "3 employeeId"},
		{UserKeySAM, all, nil, "4 samAccountName"},
		{UserKeyAuto, all, nil, "1 upn"},
		{UserKeyAuto, "E-mail|EmployeeId|Mobile", nil, "1 mail"},
		{UserKeyAuto, "Name|EmployeeId|Mobile", nil, "2 employeeId"},
		{UserKeyAuto, "sAMAccountName|Mobile", nil, "1 samAccountName"},
		{UserKeyAuto, "Kenner|Mobile", map[string]string{"user": "Kenner"}, "1 upn"},
		{UserKeyAuto, all, map[string]string{"user": "EmployeeId"}, "3 employeeId"},
		{UserKeyEmployeeID, "UPN|Kenner|Mobile", map[string]string{"user": "Kenner"}, "2 employeeId"},
		{UserKeyEmployeeID, all, map[string]string{"user": "UPN"}, "1 employeeId"},
		{UserKeyEmployeeID, "UPN|E-mail|Mobile", nil, `no column is known to hold the employeeId that --user-key asks for, found "UPN", "E-mail", "Mobile"; say which it is: --map user=HEADING`},
		{UserKeySAM, "EmployeeId|Mobile", nil, "no column is known to hold the onPremisesSamAccountName"},
		{UserKeyEmployeeID, "EmployeeId|Personnel Number|Mobile", nil, `several columns could be the user: 1 "EmployeeId", 2 "Personnel Number"`},
	}
	for _, test := range tests {
		c, err := Resolve(Input{Headings: strings.Split(test.headings, "|"), Map: test.wanted, UserKey: test.key, UserDomain: "example.com"})
		got := fmt.Sprintf("%d %s", c.At[User]+1, c.UserKey)
		if question, is := errors.AsType[*Question](err); is {
			got = question.Error()
		}
		if got != test.want && (err == nil || !strings.Contains(got, test.want)) {
			t.Errorf("--user-key %q of %s: %s, want %s", test.key, test.headings, got, test.want)
		}
		if err == nil && (c.UserDomain == "") != c.UserKey.LookedUp() {
			t.Errorf("--user-key %q of %s: names are completed with %q", test.key, test.headings, c.UserDomain)
		}
	}
}

// Cells do not gainsay a key that is asked for: only the tenant knows it.
func TestCellsOfAUserKey(t *testing.T) {
	in := Input{Headings: []string{"EmployeeId", "E-mail", "Mobile"}, Sample: [][]string{{"000101", "a@example.com", "+1 2065550101"}}, UserKey: UserKeyEmployeeID, IsDialCode: func(string) bool { return false }}
	if c, err := Resolve(in); err != nil || c.At[User] != 0 {
		t.Errorf("Resolve = column %d, %v, want the first", c.At[User]+1, err)
	}
	in.UserKey = UserKeyUPN
	if c, err := Resolve(in); err != nil || c.At[User] != 1 {
		t.Errorf("Resolve = column %d, %v, want the second", c.At[User]+1, err)
	}
}

func TestParseUserKey(t *testing.T) {
	for _, name := range append(UserKeys(), "") {
		if key, known := ParseUserKey(name); !known || string(key) != name {
			t.Errorf("ParseUserKey(%q) = %q, %v", name, key, known)
		}
	}
	for _, name := range []string{"UPN", "employeeID", "sam", "phone"} {
		if _, known := ParseUserKey(name); known {
			t.Errorf("ParseUserKey(%q) is known", name)
		}
	}
}
