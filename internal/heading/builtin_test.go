package heading

import (
	"fmt"
	"strings"
	"testing"
)

// Each profile that comes with the program reads exports as its system writes
// them, with what was chosen for them and without the rest.
func TestBuiltInProfiles(t *testing.T) {
	tests := []struct {
		profile, headings string // separated by |
		want              string // "key=number", in the order of the keys; or the error
		absent            int    // warnings of columns that were not chosen
	}{
		{"active-directory", "DistinguishedName|Enabled|GivenName|MobilePhone|Name|ObjectClass|OfficePhone|SamAccountName|SID|Surname|UserPrincipalName", "user=11 mobile=4 office=7", 1},
		{"active-directory", "DN|objectClass|c|co|countryCode|telephoneNumber|userPrincipalName|mail|mobile|homePhone", "user=7 mobile=9 office=6 country=3", 0},
		{"active-directory", "DN|sAMAccountName|mail|mobile", `names "userPrincipalName" for user`, 0},
		{"adp-workforce-now", "Associate ID|Personal Contact: Personal Email|Work Contact: Work Email|Personal Contact: Personal Mobile|Position Status", "user=3 mobile=4", 2},
		{"adp-workforce-now", "Work Contact: Work Email|Work Contact: Work Mobile|Personal Contact: Personal Mobile|Home Phone|Primary Address: Country Code", "user=1 mobile=2 country=5", 1},
		{"bamboohr", "Employee #|Work Email|Home Email|Mobile Phone|Work Phone|Work Ext.|Home Phone|Country", "user=2 mobile=4 office=5 country=8 extension=6", 0},
		{"bamboohr", "Employee #|Work Email|Work Phone", "user=2 office=3", 2},
		{"entra-bulk-create", "Name [displayName] Required|User name [userPrincipalName] Required|Usage location [usageLocation]|Country or region [country]|Office phone [telephoneNumber]|Mobile phone [mobile]", "user=2 mobile=6 office=5 country=3", 0},
		{"entra-bulk-create", "Benutzername (Beispiel: chris@contoso.com) [userPrincipalName] *|Mobiltelefon [mobile]", "user=1 mobile=2", 2},
		{"entra-download-users", "userPrincipalName|displayName|mail|id|accountEnabled|usageLocation|country|telephoneNumber|mobilePhone|alternateEmailAddress", "user=1 mobile=9 office=8 country=6", 0},
		{"m365-add-users", "User Name|First Name|Office Number|Office Phone|Mobile Phone|Fax|Country or Region", "user=1 mobile=5 office=4 country=7", 0},
		{"m365-add-users", "Username|First name|Office phone|Mobile phone|Alternate email address|Country or region", "user=1 mobile=4 office=3 country=6", 0},
		{"personio", "Personalnummer|E-Mail|Telefon|Mobiltelefon|Status", "user=2 mobile=4 office=3", 1},
		{"personio", "Email|Private email|Mobile phone|Country", "user=1 mobile=3 country=4", 1},
		{"successfactors", "STATUS|USERID|USERNAME|EMAIL|BIZ_PHONE|FAX|CELL_PHONE|COUNTRY", "user=4 mobile=7 office=5 country=8", 0},
		{"successfactors", "STATUS|USERID|USERNAME|BIZ_PHONE|COUNTRY", "user=3 office=4 country=5", 1},
		{"workday", "Employee_ID|Work_Email|Active_Status|Primary_Work_Mobile_Phone|Primary_Work_Phone|Country_ISO_Code", "user=2 mobile=4 office=5 country=6", 0},
		{"workday", "UPN|Email_-_Work|Mobile_Phone|Home_Phone", "user=1 mobile=3", 2},
		{"workday", "Work_Email|Home_Phone", `names "Primary_Work_Mobile_Phone" or "Work_Mobile_Phone"`, 0},
	}
	checked := map[string]bool{}
	for _, test := range tests {
		checked[test.profile] = true
		p, known := NamedProfile(test.profile)
		if !known {
			t.Fatalf("there is no profile %s", test.profile)
		}
		c, err := Resolve(Input{Headings: strings.Split(test.headings, "|"), Profile: p})
		if err != nil {
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s of %q: %v, want %s", test.profile, test.headings, err, test.want)
			}
			continue
		}
		if got := showColumns(&c); got != test.want || len(c.Warnings) != test.absent {
			t.Errorf("%s of %q: %s, warnings %q, want %s and %d", test.profile, test.headings, got, c.Warnings, test.want, test.absent)
		}
	}
	for _, name := range ProfileNames() {
		if !checked[name] {
			t.Errorf("no export is read with the profile %s", name)
		}
	}
	if p, known := NamedProfile("Workday"); !known || p.Name != "workday" {
		t.Errorf("the profile Workday is %+v, %t, want workday", p, known)
	}
}

func showColumns(c *Columns) string {
	var texts []string
	for _, k := range c.Keys() {
		texts = append(texts, fmt.Sprintf("%v=%d", k, c.At[k]+1))
	}
	return strings.Join(texts, " ")
}
