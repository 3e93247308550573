package heading

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// isDigits stands for what numbering plans know of dialling codes.
func isDigits(cell string) bool { return len(cell) < 4 && strings.Trim(cell, "0123456789") == "" }

// show prints the columns as "key=number ...", or the question.
func show(in Input) string {
	in.IsDialCode = isDigits
	c, err := Resolve(in)
	if err != nil {
		return err.Error()
	}
	return showColumns(&c)
}

// cellsOf are records with cells separated by commas.
func cellsOf(records string) (cells [][]string) {
	for record := range strings.SplitSeq(records, ";") {
		cells = append(cells, strings.Split(record, ","))
	}
	return cells
}

// Where headings leave open what a column holds, its cells disprove a meaning,
// and never give one.
func TestSample(t *testing.T) {
	tests := []struct {
		headings, records string
		want, why         string
	}{
		{"UPN,Office,Mobile", "a@b.de,Seattle,+1 2065550101", "user=1 mobile=3", "a room"},
		{"UPN,Office,Mobile", "a@b.de,ask me,1;b@b.de,,2;c@b.de,,3", "user=1 mobile=3 office=2", "one remark is a mistake of its row"},
		{"UPN,Office,Mobile", "a@b.de,B12,;b@b.de,+1 2065550100,", "user=1 mobile=3 office=2", "one number among others"},
		{"UPN,Office Phone,Mobile", "a@b.de,Seattle,+1 2065550101", "user=1 mobile=3 office=2", "the heading is plain: rows tell what is wrong"},
		{"UPN,Type,Phone", "a@b.de,Employee,+1 2065550101", "user=1 mobile=3", "the type of something else"},
		{"UPN,Típus,Telefon", "a@b.de,munkahelyi,+36 1 5550101", "user=1 phoneType=2 phoneNumber=3", "kinds of phones"},
		{"UPN,Tür,Telefon", "a@b.de,Personel,+90 212 5550101", "user=1 mobile=3", "the type of a person"},
		{"UPN,DDI,DDD,Mobile", "a@b.de,55,11,912345678", "user=1 mobile=4 areaCode=3 dialCode=2", "a dialling code in Brazil"},
		{"UPN,DDI,Mobile", "a@b.de,020 7946 0123,1", "user=1 mobile=3", "a direct number in Britain"},
		{"UPN,Phone,Phone issued", "a@b.de,+1 2065550101,yes", "user=1 mobile=2", "a remark about a phone"},
		{"UPN,Phone,Phone given out", "a@b.de,+1 2065550101,+1 2065550102", `say which: --map "mobile=Phone" or --map "mobile=Phone given out"`, "either could be it"},
		{"ID,Employee Email,Mobile", "101,a@b.de,1", "user=2 mobile=3", "the better rank"},
		{"ID,Anschrift im Netz,Mobile", "101,a@b.de,1", `column 1 "ID" looks like the user and holds no name@domain, while other columns do: 2 "Anschrift im Netz"`, "ids that are not users"},
		{"ID,Manager mail adr,Mobile", "101,a@b.de,1", "user=1 mobile=3", "the addresses are somebody else's"},
		{"ID,Email privat,Mobile", "101,a@b.de,1", "user=1 mobile=3", "addresses of homes"},
		{"Login Mail Adr,Mobile", "a@b.de,1", `say which it is: --map "user=Login Mail Adr"`, "a proposal by the cells"},
		{"a@b.de,+1 2065550101", "b@b.de,1", "the first line is not a heading: it names a user", "no heading at all"},
	}
	for _, test := range tests {
		got := show(Input{Headings: strings.Split(test.headings, ","), Sample: cellsOf(test.records)})
		if !strings.Contains(got, test.want) {
			t.Errorf("Resolve(%q) with %q = %q, want %q: %s", test.headings, test.records, got, test.want, test.why)
		}
	}
}

func TestSampleOfNamesThatAreCompleted(t *testing.T) {
	in := Input{Headings: []string{"User", "Email", "Phone"}, Sample: cellsOf("priya,p@b.de,1"), UserDomain: "b.de"}
	if got, want := show(in), `say which: --map "user=User" or --map "user=Email"`; !strings.Contains(strings.Replace(got, "; ", "", 1), want) {
		t.Errorf("Resolve = %q, want %q", got, want)
	}
	in.Map = map[string]string{"user": "User"}
	c, err := Resolve(in)
	if err != nil || c.UserDomain != "b.de" || c.At[User] != 0 {
		t.Errorf("Resolve = %+v, %v, want the first column and its domain", c, err)
	}
	in.UserDomain = "no domain"
	if _, err := Resolve(in); err == nil || !strings.Contains(err.Error(), "--user-domain") {
		t.Errorf("Resolve: %v, want a question about --user-domain", err)
	}
}

// What the values of a whole file disproved, an excerpt of a few lines does not
// decide again.
func TestExcerptsDecideAsTheirFile(t *testing.T) {
	headings := []string{"UPN", "Office", "Phone", "Phone issued"}
	c, err := Resolve(Input{Headings: headings, Sample: cellsOf("a@b.de,Seattle,+1 2065550101,yes")})
	if err != nil || len(c.ByValue) != 1 {
		t.Fatalf("Resolve = %+v, %v, want a heading by which an excerpt tells that Office is no phone", c, err)
	}
	excerpt := Input{Headings: append(headings, c.ByValue...), Excerpt: true}
	if got, want := show(excerpt), "user=1 mobile=3"; got != want {
		t.Errorf("columns of the excerpt = %s, want %s", got, want)
	}
	types := []string{"UPN", "Type", "Phone", "entraphone_line", "entraphone_no_phoneType"}
	if got, want := show(Input{Headings: types, Excerpt: true}), "user=1 mobile=3"; got != want {
		t.Errorf("columns of an excerpt without types = %s, want %s", got, want)
	}
	excerpt.Headings = headings
	if got, want := show(excerpt), "user=1 mobile=3 office=2"; got != want {
		t.Errorf("columns without that heading = %s, want %s", got, want)
	}
}

// A phone of no kind is never dropped in silence beside columns that are named.
func TestNumberBesideNamedColumns(t *testing.T) {
	tests := []struct {
		headings string
		wanted   map[string]string
		want     string
		why      string
	}{
		{"UPN|Phone|Backup", map[string]string{"alternateMobile": "Backup"},
			`nothing tells what the phones of column 2 "Phone" are; say which it is beside what --map names: --map "mobile=Phone" or --map "office=Phone"`,
			"it would be read as nothing, and people who have only this one would be without a phone"},
		{"UPN|Phone|Desk", map[string]string{"office": "Desk"}, `beside what --map names: --map "mobile=Phone"`, "it can only be the mobile, which nobody said"},
		{"UPN|Type|Phone|Backup", map[string]string{"alternateMobile": "Backup"}, `--map "mobile=Phone" or --map "office=Phone"`, "the long form was not meant"},
		{"UPN|Phone|Office Phone|Backup", map[string]string{"alternateMobile": "Backup"}, `--map "mobile=Phone"`, "there is an office already"},
		{"UPN|Phone|Backup", map[string]string{"alternateMobile": "Backup", "mobile": "Phone"}, "user=1 mobile=2 alternateMobile=3", "the answer"},
		{"UPN|Phone|Backup", map[string]string{"alternateMobile": "Backup", "office": "Phone"}, "user=1 alternateMobile=3 office=2", "the other answer"},
		{"UPN|Phone|Mobile|Backup", map[string]string{"alternateMobile": "Backup"}, "user=1 mobile=3 alternateMobile=4 office=2", "beside a mobile it is the office's"},
		{"UPN|Mobile|Backup", map[string]string{"alternateMobile": "Backup"}, "user=1 mobile=2 alternateMobile=3", "nothing is left over"},
	}
	for _, test := range tests {
		if got := show(Input{Headings: strings.Split(test.headings, "|"), Map: test.wanted}); !strings.Contains(got, test.want) {
			t.Errorf("Resolve(%q, %v) = %q, want %q: %s", test.headings, test.wanted, got, test.want, test.why)
		}
	}
	p := Profile{Columns: map[string]Texts{"alternateMobile": {"Backup"}}}
	if got := show(Input{Headings: []string{"UPN", "Phone", "Backup"}, Profile: p}); got != "user=1 alternateMobile=3" {
		t.Errorf("with a profile: %s, want what it names and no other phone", got)
	}
}

// A tax file number is a secret, and no phone.
func TestTaxFileNumber(t *testing.T) {
	for _, heading := range []string{"TFN", "Employee TFN", "Tax File Number"} {
		if phoneLike(heading) {
			t.Errorf("%q is like a phone, want none", heading)
		}
		if got := show(Input{Headings: []string{"UPN", "Mobile", heading}}); got != "user=1 mobile=2" {
			t.Errorf("columns beside %q = %s, want it left out", heading, got)
		}
	}
}

func TestMessagerie(t *testing.T) {
	for _, heading := range []string{"Adresse de messagerie professionnelle", "Adresse de messagerie", "ADRESSE DE MESSAGERIE PROFESSIONNELLE"} {
		if m, known := Lookup(heading); !known || m != (Meaning{User, 1}) {
			t.Errorf("Lookup(%q) = %v, %t, want a user", heading, m, known)
		}
	}
	if m, known := Lookup("Messagerie vocale"); known {
		t.Errorf("voice mail means %v, want nothing", m)
	}
}

// What numbers in the country column are, as far as headings tell.
func TestCodes(t *testing.T) {
	told := func(codes string) Profile {
		return Profile{Columns: map[string]Texts{"country": {"Country Code"}}, CountryCodes: codes}
	}
	tests := []struct {
		headings string
		profile  Profile
		wanted   map[string]string
		want     Codes
		told     bool
		why      string
	}{
		{"UPN|Mobile", Profile{}, nil, CodesByValue, false, "there is no country"},
		{"UPN|Mobile|Country", Profile{}, nil, CodesISOByValue, false, "countries are no dialling codes"},
		{"UPN|Mobile|Country Code", Profile{}, nil, CodesByValue, false, "either"},
		{"UPN|Mobile|Országkód", Profile{}, nil, CodesByValue, false, "either, in any language"},
		{"UPN|Mobile|Country ISO", Profile{}, nil, CodesISO, false, "the heading tells"},
		{"DN|UPN|Mobile|countryCode", Profile{}, nil, CodesISO, false, "an attribute of Active Directory"},
		{"UPN|Country Code|Area Code|Phone", Profile{}, nil, CodesDial, false, "a number in several columns"},
		{"UPN|Country Code|Local Number", Profile{}, nil, CodesDial, false, "a number within a country"},
		{"UPN|Mobile|CC", Profile{}, map[string]string{"country": "CC"}, CodesISO, false, "--map says country"},
		{"UPN|Mobile|Country Code", told("dial"), nil, CodesDial, true, "the profile tells"},
		{"UPN|Mobile|Country Code", told("iso"), nil, CodesISO, true, "the profile tells"},
		{"UPN|Mobile|Country Code", told("dial"), map[string]string{"country": "Country Code"}, CodesISO, false, "--map comes before it"},
		{"UPN|Mobile|Office", Profile{Columns: map[string]Texts{"country": {"Office"}}}, nil, CodesISOByValue, false, "a heading of something else holds countries where it is named"},
		{"UPN|Mobile|Mobile Country", Profile{}, nil, CodesByValue, false, "either, beside a phone"},
		{"UPN|Mobile|Country Code|" + CodesUnclear.Heading(), Profile{}, nil, CodesUnclear, false, "an excerpt tells what its file told"},
	}
	for _, test := range tests {
		c, err := Resolve(Input{Headings: strings.Split(test.headings, "|"), Profile: test.profile, Map: test.wanted})
		if err != nil || c.Codes != test.want || c.CodesTold != test.told {
			t.Errorf("codes of %q = %q, %t, %v, want %q, %t: %s", test.headings, c.Codes, c.CodesTold, err, test.want, test.told, test.why)
		}
	}
}

// Parts of a number belong to the one phone that can have them.
func TestWhoseParts(t *testing.T) {
	tests := []struct {
		headings          string
		profile           Profile
		extended, divided Key
	}{
		{"UPN|Phone|Area Code|Ext", Profile{}, Office, Office},
		{"UPN|PhoneType|PhoneNumber|Area Code|Ext", Profile{}, PhoneNumber, PhoneNumber},
		{"UPN|Mobile|Office Phone|Ext", Profile{}, Office, NumKeys},
		{"UPN|Mobile|Office Phone|Mobile Area Code|Mellék", Profile{}, Office, Mobile},
		{"UPN|Mobile|Office Phone|Area Code", Profile{PartsOf: "office", Columns: map[string]Texts{"mobile": {"Mobile"}, "office": {"Office Phone"}, "areaCode": {"Area Code"}}}, NumKeys, Office},
	}
	for _, test := range tests {
		c, err := Resolve(Input{Headings: strings.Split(test.headings, "|"), Profile: test.profile})
		if err != nil || c.Extended != test.extended || c.Divided != test.divided {
			t.Errorf("parts of %q belong to %d and %d, %v, want %d and %d", test.headings, c.Extended, c.Divided, err, test.extended, test.divided)
		}
	}
}

func TestMeanings(t *testing.T) {
	wanted := Wanted(Profile{Columns: map[string]Texts{"mobile": {"Funk", "Rufnr"}, "x": {"y"}}}, map[string]string{"user": "Kenner", "no key": "Ort"})
	if len(wanted) != 3 {
		t.Errorf("Wanted = %v, want three headings", wanted)
	}
	for headings, want := range map[string]string{
		"UPN|Mobile|Country": "true 3", "Kenner|RUFNR": "true 2", "UPN|Country": "false 2", "Mobile|Cell": "false 1", "Ort|Name": "false 0", "": "false 0",
	} {
		full, known := Meanings(strings.Split(headings, "|"), wanted)
		if got := fmt.Sprint(full, known); got != want {
			t.Errorf("Meanings(%q) = %s, want %s", headings, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	headings := []string{"E-Mail", "Mobile\u00a0Phone", "email"}
	for heading, want := range map[string]int{"E-Mail": 0, " email ": 2, "mobile phone": 1} {
		if got, err := Find(headings, "--where", heading); got != want || err != nil {
			t.Errorf("Find(%q) = %d, %v, want %d", heading, got, err, want)
		}
	}
	for heading, want := range map[string]string{"EMAIL": `--where x: this could be any of the columns 1 "E-Mail", 3 "email"`, "Ort": "there is no such column"} {
		var question *Question
		if _, err := Find(headings, "--where x", heading); !errors.As(err, &question) || !strings.Contains(question.Found, want) || question.Advice == "" {
			t.Errorf("Find(%q): %v, want a question with %q", heading, err, want)
		}
	}
}
