package heading

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// describeColumns prints "form: key=number ... unused: key=number ...".
func describeColumns(headings []string, wanted map[string]string) (string, error) {
	c, err := Resolve(Input{Headings: headings, Map: wanted})
	if err != nil {
		return "", err
	}
	text := "wide:"
	if c.Long {
		text = "long:"
	}
	for _, k := range c.Keys() {
		text += fmt.Sprintf(" %v=%d", k, c.At[k]+1)
	}
	for i, u := range c.Unused {
		if i == 0 {
			text += " unused:"
		}
		text += fmt.Sprintf(" %s=%d", u.Key, u.Number)
	}
	return text, nil
}

func TestColumns(t *testing.T) {
	tests := []struct {
		headings string // separated by |
		wanted   map[string]string
		want     string
	}{
		{"user|phoneType|phoneNumber", nil, "long: user=1 phoneType=2 phoneNumber=3"},
		{"user|mobile|alternateMobile|office", nil, "wide: user=1 mobile=2 alternateMobile=3 office=4"},
		{"UPN|PhoneType|PhoneNumber", nil, "long: user=1 phoneType=2 phoneNumber=3"},
		{"UPN|Mobile|OfficePhone|AlternateMobile|ForcedUpdate|ForcedRemoval", nil, "wide: user=1 mobile=2 alternateMobile=4 office=3 forcedUpdate=5 forcedRemoval=6"},
		{"E-mail|Mfa|Phone", nil, "wide: user=1 mobile=3"},
		{"upn|email|phone", nil, "wide: user=1 mobile=3 unused: user=2"},
		{"UserPrincipalName|Phone|Office Phone", nil, "wide: user=1 mobile=2 office=3"},
		{"USER_PRINCIPAL_NAME*|Mobile  Phone", nil, "wide: user=1 mobile=2"},
		{"ｕｓｅｒ|Ｍｏｂｉｌｅ", nil, "wide: user=1 mobile=2"},
		{"UPN Required|Mobile (required) *", nil, "wide: user=1 mobile=2"},
		{"Name [displayName] Required|User name [userPrincipalName] Required|Initial password [passwordProfile] Required|" +
			"Usage location [usageLocation]|Country or region [country]|Office [physicalDeliveryOfficeName]|" +
			"Office phone [telephoneNumber]|Mobile phone [mobile]", nil, "wide: user=2 mobile=8 office=7 country=4 unused: country=5"},
		{"[userPrincipalName]|[mobile]", nil, "wide: user=1 mobile=2"},
		{"User []|Mobile [", nil, "wide: user=1 mobile=2"},
		{"User Name|Office Number|Office Phone|Mobile Phone|Fax|Country or Region", nil, "wide: user=1 mobile=4 office=3 country=6"},
		{"Employee_ID|Work_Email|Primary_Work_Mobile_Phone|Primary_Work_Phone|Country_ISO_Code", nil,
			"wide: user=2 mobile=3 office=4 country=5 unused: user=1"},
		{"id|userPrincipalName|mail|mobilePhone|usageLocation|country|countryCode", nil,
			"wide: user=2 mobile=4 country=5 unused: user=1 user=3 country=6 country=7"},
		{"id|mail|mobilePhone", nil, "wide: user=2 mobile=3 unused: user=1"},
		{"id|employeeId|mobilePhone", nil, "wide: user=1 mobile=3 unused: user=2"},
		{"EmployeeId|Handy", nil, "wide: user=1 mobile=2"},
		{"E-Mail|Mobiltelefon|Telefonzentrale", nil, "wide: user=1 mobile=2"},
		{"Work Contact: Work Email|Personal Contact: Personal Mobile|BIZ_PHONE", nil, "wide: user=1 mobile=2 office=3"},
		{"user|mobile|countryCode|country", nil, "wide: user=1 mobile=2 country=3 unused: country=4"},
		{"user|phone|mobile", nil, "wide: user=1 mobile=3 office=2"},
		{"UPN|Mobile (boss)|Phone (Work)|Phone (Cell)", nil, "wide: user=1 mobile=4 office=3"},
		{"UPN (Vorgesetzter)|E-Mail|Handy", nil, "wide: user=2 mobile=3"},
		{"User (approver)|User Email|Mobile", nil, "wide: user=2 mobile=3"},
		{"Email|Manager phone [mobile]|Mobile phone [mobile]", nil, "wide: user=1 mobile=3"},
		{"User[mobilePhone]|Manager[userPrincipalName]|UPN", nil, "wide: user=3 mobile=1"},
		{"First Name [Required]|Email Address [Required]|Password [Required]|Recovery Phone [MUST BE IN THE E.164 FORMAT]|Home Phone|Work Phone|Mobile Phone",
			nil, "wide: user=2 mobile=7 office=6 unused: alternateMobile=5"},
		{"Användarnamn|Mobilnr|Telefonnr", nil, "wide: user=1 mobile=2 office=3"},
		{"E-Mail|Telefon|Fax|Telefonzentrale|Telefon Assistenz", nil, "wide: user=1 mobile=2"},
		{"UPN|Mobile 1|Mobile 2", nil, "wide: user=1 mobile=2 alternateMobile=3"},
		{"UPN|Mobile|Contact Phone", nil, "wide: user=1 mobile=2 unused: phoneNumber=3"},
		{"UPN|Mobile|DDI", nil, "wide: user=1 mobile=2 unused: dialCode=3"},
		{"Employee Email|Primary Phone Type|Phone", nil, "long: user=1 phoneType=2 phoneNumber=3"},
		{"Work Email|Relationship|Mobile", map[string]string{"mobile": "Mobile"}, "wide: user=1 mobile=3"},
		{"UPN|Mobile|Emergency Contact Phone|Emergency Contact Relationship", nil, "wide: user=1 mobile=2"},
		{"UPN|Phone|Mobile|Mobile (former)|Contact Phone", nil, "wide: user=1 mobile=3 office=2 unused: phoneNumber=5"},
		{"UPN|Mobile|Country|Work Country", nil, "wide: user=1 mobile=2 country=3 unused: country=4"},
		{"UPN|Relationship Manager|Mobile", nil, "wide: user=1 mobile=3"},
		{`用户名(示例:chris@contoso.com)[userPrincipalName]*|手机[mobile]`, nil, "wide: user=1 mobile=2"},

		// Office is a room where there is an office phone or the file is long.
		{"UserPrincipalName|Office|OfficePhone|MobilePhone", nil, "wide: user=1 mobile=4 office=3 unused: office=2"},
		{"UserPrincipalName|Office|PhoneType|PhoneNumber", nil, "long: user=1 phoneType=3 phoneNumber=4 unused: office=2"},
		{"UserPrincipalName|Office|Phone", nil, "wide: user=1 mobile=3 office=2"},
		{"user|type|mobile", nil, "wide: user=1 mobile=3 unused: phoneType=2"},
		{"user|type|phoneType|phoneNumber", nil, "long: user=1 phoneType=3 phoneNumber=4 unused: phoneType=2"},
		{"UPN|PhoneType|Mobile", map[string]string{"phoneNumber": "Mobile"}, "long: user=1 phoneType=2 phoneNumber=3"},
		{"UPN|PhoneType|Mobile", map[string]string{"mobile": "Mobile"}, "wide: user=1 mobile=3 unused: phoneType=2"},

		// A phone of no kind is the office's beside a mobile, and alone the number.
		{"E-Mail|Telefon|Mobiltelefon", nil, "wide: user=1 mobile=3 office=2"},
		{"Courriel|Téléphone|Portable", nil, "wide: user=1 mobile=3 office=2"},
		{"Courriel|Téléphone", nil, "wide: user=1 mobile=2"},
		{"E-Mail|Telefon|Privat", nil, "wide: user=1 mobile=2"},
		{"E-Mail|Telefon|Funk", map[string]string{"mobile": "Funk"}, "wide: user=1 mobile=3 office=2"},
		{"E-Mail|Telefon|Mobil", map[string]string{"office": "Telefon"}, "wide: user=1 mobile=3 office=2"},
		{"E-Mail|Typ|Telefon", nil, "long: user=1 phoneType=2 phoneNumber=3"},
		{"Personalnummer|Vorname|Nachname|E-Mail|Telefon|Mobiltelefon|Status|Standort", nil, "wide: user=4 mobile=6 office=5 unused: user=1"},
		{"E-Mail|Handy|Telefon privat|Home Phone", nil, "wide: user=1 mobile=2 unused: alternateMobile=3 alternateMobile=4"},
		{"E-Mail|Handy|Telefon privat", map[string]string{"alternateMobile": "Telefon privat"}, "wide: user=1 mobile=2 alternateMobile=3"},

		{"User name (example: chris@contoso.com) *|Mobile (with country code)|Office phone (optional)|Country (ISO)", nil,
			"wide: user=1 mobile=2 office=3 country=4"},
		{"User name (example: chris@contoso.com) [userPrincipalName] *|Mobile phone (Beispiel: +1 206 555 0101)", nil, "wide: user=1 mobile=2"},
		{"UPN|Mobile|Mobile (emergency contact)|Phone (fax)", nil, "wide: user=1 mobile=2"},
		{"UPN|Mobile|Telefon (geschäftlich)", nil, "wide: user=1 mobile=2 office=3"},
		{"UPN|Mobile|Telefon geschäftlich", nil, "wide: user=1 mobile=2 office=3"},

		// Exports as they are.
		{"Employee #|First Name|Last Name|Job Title|Work Email|Mobile Phone|Work Phone|Work Ext.|Home Phone", nil,
			"wide: user=5 mobile=6 office=7 extension=8 unused: alternateMobile=9"},
		{"WorkerID|WorkerStatus|WorkerType|UserID|FirstName|Location|City|CountryCode|OfficePhone|Custom01", nil,
			"wide: user=4 office=9 country=8 unused: user=1"},
		{"DN|objectClass|cn|sn|telephoneNumber|displayName|sAMAccountName|userPrincipalName|ipPhone|mail|homePhone|mobile|countryCode", nil,
			"wide: user=8 mobile=12 office=5 country=13 unused: user=7 user=10 alternateMobile=11"},
		{"Legal First Name|Personal Contact: Personal Email|Work Contact: Work Email|Home Phone|Work Contact: Work Phone|" +
			"Personal Contact: Personal Mobile|Primary Address: Country Code|Associate ID", nil,
			"wide: user=3 mobile=6 office=5 country=7 unused: user=8 alternateMobile=4"},

		// Numbers in several columns.
		{"Work Email|PhoneType|CountryCodeNumber|AreaCode|PhoneNumber|Extension", nil,
			"long: user=1 phoneType=2 phoneNumber=5 extension=6 areaCode=4 dialCode=3"},
		{"upn|intlcode|area|phone", nil, "wide: user=1 mobile=4 areaCode=3 dialCode=2"},
		{"upn|Area|phone", nil, "wide: user=1 mobile=3 unused: areaCode=2"},
		{"upn|Country Code|Area Code|Local", nil, "wide: user=1 mobile=4 country=2 areaCode=3"},
		{"upn|Local|phone", nil, "wide: user=1 mobile=3 unused: phoneNumber=2"},
		{"Work Email|Mobile Phone|Work Phone|Work Ext.", nil, "wide: user=1 mobile=2 office=3 extension=4"},
		{"EepAddressEMail|EecPhoneBusinessNumber|EecPhoneBusinessExt", nil, "wide: user=1 office=2 extension=3"},
		{"Work Email|Mobile Phone|Work Ext.", nil, "wide: user=1 mobile=2 unused: extension=3"},
		{"Work Email|Mobile Phone|Work Ext.", map[string]string{"extension": "Work Ext."}, "wide: user=1 mobile=2 extension=3"},
		{"upn|phone|Extension", nil, "wide: user=1 office=2 extension=3"},
		{"upn|mobile|office|Vorwahl", map[string]string{"office": "office"}, "wide: user=1 mobile=2 office=3 areaCode=4"},
		{"upn|mobile|office phone|Mobile Country Code|Mobile Area Code", nil, "wide: user=1 mobile=2 office=3 areaCode=5 dialCode=4"},
		{"upn|office phone|Mobile Country Code", nil, "wide: user=1 office=2 unused: dialCode=3"},
		{"upn|mobile|Work Phone Country Code", nil, "wide: user=1 mobile=2 unused: dialCode=3"},
		{"upn|phone|Phone Country Code", nil, "wide: user=1 mobile=2 dialCode=3"},
		{"upn|mobile|prefix", map[string]string{"dialCode": "prefix"}, "wide: user=1 mobile=2 dialCode=3"},
		{"upn|mobile|countryCode", map[string]string{"dialCode": "countryCode"}, "wide: user=1 mobile=2 dialCode=3"},

		{"login|tel", map[string]string{"user": "LOGIN", "mobile": "Tel."}, "wide: user=1 mobile=2"},
		{"user|email|mobile", map[string]string{"user": "E-Mail"}, "wide: user=2 mobile=3 unused: user=1"},
		{"email|mail|mobile", map[string]string{"user": "mail"}, "wide: user=2 mobile=3 unused: user=1"},
		{"E-Mail|EMail|mobile", map[string]string{"user": "EMail"}, "wide: user=2 mobile=3 unused: user=1"},
		{"user|mobile|phone", map[string]string{"mobile": "phone"}, "wide: user=1 mobile=3 unused: mobile=2"},
		{"user|mobile|phone|office phone", map[string]string{"mobile": "mobile"}, "wide: user=1 mobile=2 office=4 unused: phoneNumber=3"},
		{"user|mobile|phone", map[string]string{"phoneNumber": "phone"}, "wide: user=1 mobile=3 unused: mobile=2"},
		{"user|type|phone|mobile", map[string]string{"phoneNumber": "phone"}, "long: user=1 phoneType=2 phoneNumber=3 unused: mobile=4"},
		{"user|type|phone|mobile", map[string]string{"mobile": "mobile"}, "wide: user=1 mobile=4 unused: phoneType=2 phoneNumber=3"},
		{"user|kind|phone", map[string]string{"phoneType": "kind"}, "long: user=1 phoneType=2 phoneNumber=3"},
		{"user|mobile|land", map[string]string{"country": "Land"}, "wide: user=1 mobile=2 country=3"},
		{"x|userPrincipalName|mobile", map[string]string{"user": "x", "mobile": "userPrincipalName"}, "wide: user=1 mobile=2 unused: mobile=3"},
	}
	for _, test := range tests {
		got, err := describeColumns(strings.Split(test.headings, "|"), test.wanted)
		if err != nil || got != test.want {
			t.Errorf("Resolve(%q, %v) = %q, %v, want %q", test.headings, test.wanted, got, err, test.want)
		}
	}
}

func TestColumnErrors(t *testing.T) {
	tests := []struct {
		headings string
		wanted   map[string]string
		want     string
	}{
		{"Name|Tel", nil, `no column names the user: expected a heading such as userPrincipalName, UPN, User or E-mail, ` +
			`found "Name", "Tel"; say which it is: --map user=HEADING`},
		{"user|name", nil, `no column holds a phone: expected phoneType and phoneNumber (one phone per line), ` +
			`or one or more of mobile, alternateMobile and office (one person per line), found "user", "name"; ` +
			`say which it is: --map mobile=HEADING, or --map phoneNumber=HEADING`},
		{"user|phoneType", nil, "no column holds a phone"},
		{"E-mail|Work Email|mobile", nil, `several columns could be the user: 1 "E-mail", 2 "Work Email"; ` +
			`say which: --map "user=E-mail" or --map "user=Work Email"`},
		{"user|upn|mobile", nil, `several columns could be the user: 1 "user", 2 "upn"`},
		{"user|mobile|cell", nil, `several columns could be the mobile: 2 "mobile", 3 "cell"; say which: --map "mobile=mobile" or --map "mobile=cell"`},
		{"user|mobile|mobile", nil, `the columns 2 "mobile", 3 "mobile" have the same heading; rename one of them in the file`},
		{"user|phone|mobile|office phone", nil, `several columns could be the office: 2 "phone", 4 "office phone"`},
		{"UPN|Telefon|Tel.|Mobil", nil, `say which: --map "office=Telefon" or --map "office=Tel."`},
		{"UPN|Work mobile|Personal mobile", nil, `say which: --map "mobile=Work mobile" or --map "mobile=Personal mobile"`},

		// A phone of no kind is nobody's mobile where another column could be it.
		{"UPN|Telephone|Satellitentelefon", nil, `several columns could be the mobile: 2 "Telephone", 3 "Satellitentelefon"; ` +
			`say which: --map "mobile=Telephone" or --map "mobile=Satellitentelefon"`},
		{"E-Mail|Telefon G|Natel|Telefon", nil, `several columns could be the office: 4 "Telefon", 2 "Telefon G"; say which: --map "office=Telefon" or --map "office=Telefon G"`},
		{"UPN|Phone 1|Phone 2", nil, `say which: --map "mobile=Phone 1" or --map "mobile=Phone 2"`},
		{"E-Mail|Telefon 1|Telefon 2", nil, `several columns could be the mobile: 2 "Telefon 1", 3 "Telefon 2"`},
		{"UPN|Phone|Contact Phone", nil, `several columns could be the mobile: 2 "Phone", 3 "Contact Phone"`},
		{"UPN|Mobile (next of kin)|Mobile (shared)", nil, `no column holds a phone: `},
		{"UPN|Mobile (next of kin)|Mobile (shared)", nil, `say which it is: --map "mobile=Mobile (shared)"`},
		{"UPN|Contact Number|Home Phone Number", nil, `--map "mobile=Contact Number", or --map "alternateMobile=Home Phone Number" for the private phones`},
		{"UPN|Office Phone|Mobile 2", nil, `column 3 "Mobile 2" is a second mobile, and no column is the first; ` +
			`say what it is: --map "mobile=Mobile 2" or --map "alternateMobile=Mobile 2"`},

		// Reports of whom to call.
		{"Work Email|Work Phone|Contact Name|Contact Phone|Relationship", nil, `column 5 "Relationship" tells how people are related, ` +
			`so that the phones may be those of relatives and friends; if they are the users' own, say so: ` +
			`--map "mobile=Contact Phone" or --map "mobile=Work Phone"`},
		{"Work Email|Emergency Contact Name|Emergency Relationship|Mobile Phone", nil, `column 3 "Emergency Relationship" tells how people are related`},
		{"Work Email|Contact Name|Verwandtschaft|Handy", nil, `say so: --map "mobile=Handy"`},
		{"user|mobile|country|country or region", nil, "several columns could be the country"},
		{"user|type|phone|mobile|office phone", nil, `the heading has both forms, one phone per line (columns 2 "type", 3 "phone") ` +
			`and a column per phone type (columns 4 "mobile", 5 "office phone"); choose: --map "phoneNumber=phone" for one phone per line, ` +
			`or --map "mobile=mobile" for a column per phone type`},
		{"UPN|PhoneType|Mobile", nil, `the heading has both forms, one phone per line (columns 2 "PhoneType") ` +
			`and a column per phone type (columns 3 "Mobile"); choose: --map "phoneNumber=Mobile" for one phone per line, ` +
			`or --map "mobile=Mobile" for a column per phone type`},
		{"UPN|Phone Type|Office Phone", nil, `choose: --map "phoneNumber=Office Phone" for one phone per line, or --map "office=Office Phone" for`},
		{"user|type|phone|office phone", nil, `or --map "office=office phone" for a column per phone type`},
		{"user|mobile", map[string]string{"phone": "mobile"}, `"phone" is not a meaning of a column; use one of user, phoneType, phoneNumber, mobile, alternateMobile, office, country, extension, areaCode, dialCode, action, smsSignIn, forcedUpdate and forcedRemoval`},
		{"user|mobile", map[string]string{"mobile": "Cell"}, `--map mobile=Cell: there is no such column; the heading has "user", "mobile"`},
		{"user||mobile", map[string]string{"mobile": "!"}, `--map mobile=!: there is no such column`},
		{"user|E-mail|Email|mobile", map[string]string{"user": "EMAIL"}, `--map user=EMAIL: this could be any of the columns 2 "E-mail", 3 "Email"`},
		{"user|tel|tel", map[string]string{"mobile": "tel"}, `--map mobile=tel: this could be any of the columns 2 "tel", 3 "tel"`},
		{"user|tel", map[string]string{"mobile": "tel", "office": "Tel"}, `--map names column 2 "tel" for both mobile and office`},
		{"user|a|b", map[string]string{"mobile": "a", "phoneNumber": "b"}, "--map names columns of both forms"},
		{"user|kind|mobile", map[string]string{"phoneType": "kind"}, "no column holds a phone"},
		{"E-Mail|Telefon|Mobil|Telefon Büro", nil, `several columns could be the office: 2 "Telefon", 4 "Telefon Büro"; ` +
			`say which: --map "office=Telefon" or --map "office=Telefon Büro"`},
		{"E-Mail (geschäftlich)|E-Mail (dienstlich)|Mobil", nil, `several columns could be the user: 1 "E-Mail (geschäftlich)", 2 "E-Mail (dienstlich)"`},
		{"UPN|Telefon privat", nil, `say which it is: --map mobile=HEADING, or --map "alternateMobile=Telefon privat" for the private phones`},
		{"upn|mobile|office|Area Code", nil, `column 4 "Area Code" (areaCode) could belong to several phones: 2 "mobile", 3 "office"; ` +
			`name the one phone column that it belongs to: --map "mobile=mobile" or --map "office=office"`},
		{"upn|mobile|office phone|Office Area Code|Mobile Country Code", nil, `column 5 "Mobile Country Code" (dialCode) could belong to several phones`},
		{"upn|mobile|alternateMobile|ext", map[string]string{"extension": "ext"}, `column 4 "ext" (extension) could belong to several phones`},
		{"upn|office|ext|extn", nil, `several columns could be the extension: 3 "ext", 4 "extn"`},
		{strings.Repeat("x|", 40), nil, `"x" and 11 more`},
		{"user|" + strings.Repeat("x", 100), nil, `"` + strings.Repeat("x", 60) + `…"`},
	}
	for _, test := range tests {
		got, err := describeColumns(strings.Split(test.headings, "|"), test.wanted)
		var question *Question
		if !errors.As(err, &question) {
			t.Errorf("Resolve(%q, %v) = %q, %v, want a Question", test.headings, test.wanted, got, err)
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("Resolve(%q, %v): %q, want it to say %q", test.headings, test.wanted, err, test.want)
		}
	}
}
