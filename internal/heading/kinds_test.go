package heading

import (
	"slices"
	"strings"
	"testing"
)

// Of several columns of phones, the one that says what it is wins.
func TestColumnsThatSayTheirKind(t *testing.T) {
	tests := []struct{ headings, want, why string }{
		{"UPN|primaryPhone|mobilePhone", "user=1 mobile=3; unused: phoneNumber=2", "one says mobile"},
		{"UPN|Primary Phone|Mobile Phone", "user=1 mobile=3; unused: phoneNumber=2", "in words"},
		{"UPN|Mobile|Phone 1", "user=1 mobile=2; unused: phoneNumber=3", "counted, and of any kind"},
		{"UPN|Number|MobileNumber", "user=1 mobile=3; unused: phoneNumber=2", "a number of anything"},
		{"Mail|User phone|Handy", "user=1 mobile=3; unused: phoneNumber=2", "in any language"},
		{"UPN|Phone|Primary Phone|Mobile", "user=1 mobile=4 office=2; unused: phoneNumber=3", "just phone stays the office's"},
		{"UPN|Primary Phone|Mobile|Office Phone", "user=1 mobile=3 office=4; unused: phoneNumber=2", "each kind has its column"},
		{"UPN|Phone|Mobile", "user=1 mobile=3 office=2", "just phone is the office's"},
		{"UPN|Primary Phone", "user=1 mobile=2", "alone it is all there is"},
		{"UPN|Primary Phone|Phone", "several columns could be the mobile", "neither says mobile"},
		{"UPN|Telefon|Tel.|Mobil", "several columns could be the office", "two are just phones"},

		{"UPN|Phone|Ext", "user=1 office=2 extension=3", "only office phones have extensions"},
		{"E-Mail|Telefon|Durchwahl", "user=1 office=2 extension=3", "in any language"},
		{"UPN|Primary Phone|Work Ext.", "user=1 office=2 extension=3", "an extension of work"},
		{"UPN|Country Code|Phone|Extension|Area Code", "user=1 office=3 country=2 extension=4 areaCode=5", "its other parts are the same phone's"},
		{"UPN|Phone|Mobile|Ext", "user=1 mobile=3 office=2 extension=4", "the mobile says so"},
		{"UPN|Phone|Office Phone|Ext", "user=1 mobile=2 office=3 extension=4", "the extension is that of another column"},
		{"UPN|PhoneType|PhoneNumber|Ext", "user=1 phoneType=2 phoneNumber=3 extension=4", "the types tell"},
		{"UPN|Mobile|Ext", "user=1 mobile=2; unused: extension=3", "no phone could have it"},
	}
	for _, test := range tests {
		if got := showUnused(Input{Headings: strings.Split(test.headings, "|")}); !strings.HasPrefix(got, test.want) {
			t.Errorf("Resolve(%q) = %q, want %q: %s", test.headings, got, test.want, test.why)
		}
	}
	c, err := Resolve(Input{Headings: []string{"UPN", "Phone", "Ext"}})
	if err != nil || c.Extended != Office || !c.NumberOnly {
		t.Errorf("Resolve = %+v, %v, want an office phone of which only the extension tells, and its extension", c, err)
	}
	c, err = Resolve(Input{Headings: []string{"UPN", "Phone", "Ext"}, Map: map[string]string{"mobile": "Phone"}})
	if err != nil || c.At[Mobile] != 1 || c.Extended == Mobile {
		t.Errorf("Resolve = %+v, %v, want the mobile that --map says, without the extension", c, err)
	}
}

// showUnused is show with the columns that are not used.
func showUnused(in Input) string {
	in.IsDialCode = isDigits
	c, err := Resolve(in)
	if err != nil {
		return err.Error()
	}
	text := showColumns(&c)
	for i, u := range c.Unused {
		if i == 0 {
			text += ";"
			text += " unused:"
		}
		text += " " + u.Key + "=" + string(rune('0'+u.Number))
	}
	return text
}

// Codes that stand beside a phone are joined to it, or asked about.
func TestCodesOfPhones(t *testing.T) {
	tests := []struct {
		headings, records string // separated by | and , and ;
		want              string
		divided           Key
		why               string
	}{
		{"UPN|Mobile Prefix|Mobile", "", "user=1 mobile=3 dialCode=2", Mobile, "the only phone"},
		{"UPN|Phone Prefix|Phone", "a@b.de,44,7700900123", "user=1 mobile=3 dialCode=2", Mobile, "the phone is the mobile"},
		{"UPN|ISD|Mobile", "", "user=1 mobile=3 dialCode=2", Mobile, "as India calls it"},
		{"UPN|ISD Code|Mobile Number", "", "user=1 mobile=3 dialCode=2", Mobile, "with its word"},
		{"Courriel|Indicatif|Portable", "a@b.fr,33,612345678", "user=1 mobile=3 dialCode=2", Mobile, "in French"},
		{"Correo|Prefijo|Móvil", "", "user=1 mobile=3 dialCode=2", Mobile, "in Spanish"},
		{"E-mail|Prefisso|Cellulare", "", "user=1 mobile=3 dialCode=2", Mobile, "in Italian"},
		{"UPN|Mobile Country Code|Mobile|Office Phone", "", "user=1 mobile=3 office=4 dialCode=2", Mobile, "it names its phone"},
		{"UPN|Mobile|Office Calling Code|Office Phone", "", "user=1 mobile=2 office=4 dialCode=3", Office, "the other phone"},
		{"UPN|Mobile|Phone|Phone Prefix", "", "user=1 mobile=2 office=3 dialCode=4", Office, "just phone is the office's"},
		{"UPN|Mobile|Secondary Mobile|Secondary Mobile Calling Code", "", "user=1 mobile=2 alternateMobile=3 dialCode=4", AlternateMobile, "the second mobile"},
		{"UPN|Mobile|Mobile Calling Code|Home Calling Code", "", "user=1 mobile=2 dialCode=3; unused: dialCode=4", Mobile, "the file has no home phone"},
		{"UPN|Mobile Prefix|Mobile|Phone Prefix|Phone", "", `several columns could be the dialCode: 2 "Mobile Prefix", 4 "Phone Prefix"; ` +
			`say which: --map "dialCode=Mobile Prefix" or --map "dialCode=Phone Prefix"`, 0, "one can be joined"},
		{"UPN|ISD|Mobile|Office Phone", "", `column 2 "ISD" (dialCode) could belong to several phones: 3 "Mobile", 4 "Office Phone"; ` +
			`name the one phone column that it belongs to: --map "mobile=Mobile" or --map "office=Office Phone"`, 0, "it names none"},
		{"UPN|Prefijo|Móvil|Teléfono", "", `column 2 "Prefijo" (dialCode) could belong to several phones`, 0, "nor does it in Spanish"},
		{"UPN|Mobile Prefix|Mobile", "a@b.de,0176,04069012", `column 2 "Mobile Prefix" does not hold the dialling codes of countries alone; ` +
			`say what it is: --map "dialCode=Mobile Prefix", --map "areaCode=Mobile Prefix" or --map "country=Mobile Prefix"`, 0, "that of a network"},
		{"UPN|Indicatif|Mobile", "a@b.de,33,1;b@b.de,0612,2", `column 2 "Indicatif" does not hold the dialling codes of countries alone`, 0, "some are those of an area"},
		{"UPN|Mobile Country Code|Mobile", "a@b.de,DE,1", `or --map "country=Mobile Country Code"`, 0, "letters are countries"},
		{"UPN|Prefix|Mobile", "a@b.de,44,7700900123", "user=1 mobile=3 dialCode=2", Mobile, "a prefix of numbers"},
		{"UPN|Prefix|Mobile", "a@b.de,Dr.,1", "user=1 mobile=3; unused: dialCode=2", NumKeys, "a prefix of names"},

		{"UPN|Mobile Country|Mobile", "", "user=1 mobile=3 country=2", NumKeys, "the only country is the row's"},
		{"UPN|Phone Country|Phone", "", "user=1 mobile=3 country=2", NumKeys, "of any phone"},
		{"UPN|CC|Mobile", "a@b.de,DE,1", "user=1 mobile=3 country=2", NumKeys, "letters of countries"},
		{"UPN|CC|Mobile", "a@b.de,44,1", "user=1 mobile=3 country=2", NumKeys, "or digits; country codes are either"},
		{"UPN|CC|Mobile", "a@b.de,Sales EMEA,1", "user=1 mobile=3; unused: country=2", NumKeys, "a cost centre"},
		{"UPN|CC|Mobile|Country", "a@b.de,Sales EMEA,1,DE", "user=1 mobile=3 country=4; unused: country=2", NumKeys, "a cost centre beside the country"},
		{"UPN|Country|Mobile Country|Mobile", "", `several columns could be the country: 2 "Country", 3 "Mobile Country"; ` +
			`say which: --map "country=Country" or --map "country=Mobile Country" or --map "dialCode=Mobile Country"`, 0, "people live in one and phone in another"},
		{"UPN|usageLocation|CC|Mobile", "a@b.de,DE,44,1", `--map "country=CC" or --map "dialCode=CC"`, 0, "either may be that of the number"},
		{"UPN|Mobile Country|Phone Country|Mobile", "", `several columns could be the country`, 0, "two of the same kind"},
	}
	for _, test := range tests {
		in := Input{Headings: strings.Split(test.headings, "|"), IsDialCode: isDigits}
		if test.records != "" {
			in.Sample = cellsOf(test.records)
		}
		if got := showUnused(in); got != test.want && !strings.Contains(got, "; say") && !strings.Contains(got, "; name") || !strings.Contains(got, test.want) {
			t.Errorf("Resolve(%q) of %q = %q, want %q: %s", test.headings, test.records, got, test.want, test.why)
		}
		if c, err := Resolve(in); err == nil && c.Divided != test.divided {
			t.Errorf("parts of %q belong to %d, want %d: %s", test.headings, c.Divided, test.divided, test.why)
		}
	}
}

// What --map says of codes is not asked again, and its heading still names the
// phone.
func TestCodesThatAreMapped(t *testing.T) {
	headings := strings.Split("UPN|Country|Mobile Prefix|Mobile|Phone Prefix|Phone|Mobile Country", "|")
	for key, heading := range map[string]string{"dialCode": "Mobile Prefix", "areaCode": "Mobile Prefix"} {
		c, err := Resolve(Input{Headings: slices.DeleteFunc(slices.Clone(headings), func(h string) bool { return h == "Phone Prefix" }),
			Map: map[string]string{key: heading, "country": "Country"}})
		if err != nil || c.Divided != Mobile || c.At[Country] != 1 {
			t.Errorf("with --map %s=%s: %+v, %v, want the mobile's, and the country that is named", key, heading, c, err)
		}
	}
}

// An excerpt has no cells to tell by, and is read as its file was.
func TestCodesInExcerpts(t *testing.T) {
	tests := []struct{ headings, records, want string }{
		{"UPN|DDI|Mobile", "a@b.de,55,912345678", "user=1 mobile=3 dialCode=2"},
		{"UPN|DDI|Mobile", "a@b.de,020 7946 0123,1", "user=1 mobile=3"},
		{"UPN|CC|Mobile", "a@b.de,Sales EMEA,1", "user=1 mobile=3"},
		{"UPN|CC|Mobile", "a@b.de,GB,1", "user=1 mobile=3 country=2"},
		{"UPN|Prefix|Mobile", "a@b.de,44,1", "user=1 mobile=3 dialCode=2"},
	}
	for _, test := range tests {
		in := Input{Headings: strings.Split(test.headings, "|"), Sample: cellsOf(test.records), IsDialCode: isDigits}
		c, err := Resolve(in)
		if got := showColumns(&c); err != nil || got != test.want {
			t.Errorf("Resolve(%q) of %q = %s, %v, want %s", test.headings, test.records, got, err, test.want)
		}
		if got := show(Input{Headings: append(in.Headings, c.ByValue...), Excerpt: true}); got != test.want {
			t.Errorf("its excerpt with %q = %s, want %s", c.ByValue, got, test.want)
		}
	}
}

// Phones that cannot be registered are kinds, however they are written.
func TestKindsThatCannotBeRegistered(t *testing.T) {
	for cell := range strings.SplitSeq("VoIP|VOIP|voip|VoIP phone|Voip work|FAX|TeleFax|Softphone|SoftPhone|Pager", "|") {
		if is, certain := NamesKind(cell); !is || !certain {
			t.Errorf("NamesKind(%q) = %t, %t, want a kind that is certain", cell, is, certain)
		}
		if got, known := ParsePhoneType(cell); known {
			t.Errorf("ParsePhoneType(%q) = %q, want none", cell, got)
		}
	}
	for cell := range strings.SplitSeq("* mobile|* Mobile", "|") {
		if got, _ := ParsePhoneType(cell); got != "mobile" {
			t.Errorf("ParsePhoneType(%q) = %q, want the mobile that contacts of Google mark as preferred", cell, got)
		}
	}
}
