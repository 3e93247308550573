package heading

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPairs(t *testing.T) {
	tests := []struct {
		headings string // separated by |
		want     [][2]int
		why      string
	}{
		{"UPN|PhoneType|PhoneNumber|PhoneType2|PhoneNumber2", [][2]int{{1, 2}, {3, 4}}, "what is not counted is the first"},
		{"Name|E-mail 1 - Type|E-mail 1 - Value|Phone 1 - Type|Phone 1 - Value|Phone 2 - Type|Phone 2 - Value", [][2]int{{3, 4}, {5, 6}}, "contacts of Google, as they were"},
		{"First Name|E-mail 1 - Label|E-mail 1 - Value|Phone 1 - Label|Phone 1 - Value|Phone 2 - Label|Phone 2 - Value", [][2]int{{3, 4}, {5, 6}}, "as they are now"},
		{"UPN|Phone Type 1|Phone Number 1|Phone Type 2|Phone Number 2", [][2]int{{1, 2}, {3, 4}}, "counted from 1"},
		{"UPN|phone_type_1|phone_type_2|phone_type_3|phone_type_4|phone_1|phone_2|phone_3|phone_4", [][2]int{{1, 5}, {2, 6}, {3, 7}, {4, 8}}, "all types, then all numbers"},
		{"UPN|Phone2|Phone2Type|Phone1|Phone1Type", [][2]int{{4, 3}, {2, 1}}, "in the order of their places, not of the columns"},
		{"UPN|Type 1|Number 1|Type 2|Number 2", [][2]int{{1, 2}, {3, 4}}, "beside numbers, types can only be theirs"},
		{"UPN|Primary Phone Type|Primary Phone|Secondary Phone Type|Secondary Phone", [][2]int{{1, 2}, {3, 4}}, "counted in words"},
		{"E-Mail|Telefonart 1|Telefon 1|Telefonart 2|Telefon 2", [][2]int{{1, 2}, {3, 4}}, "in any language"},
		{"UPN|Phone 1 Type|Phone 1|Phone 3 Type|Phone 3", [][2]int{{1, 2}, {3, 4}}, "the second was left out"},
		{"UPN|PhoneType|PhoneNumber|PhoneType.1|PhoneNumber.1", [][2]int{{1, 2}, {3, 4}}, "a program that found the headings twice"},
		{"UPN|PhoneType|PhoneNumber1|PhoneType2|PhoneNumber2", [][2]int{{1, 2}, {3, 4}}, "half of the first is not counted"},
		{"UPN|PhoneType|PhoneNumber", nil, "one pair"},
		{"UPN|Phone 2 Type|Phone 2 Number", nil, "one pair, whatever its place"},
		{"UPN|PhoneType|PhoneNumber|Type 2", nil, "a type without a number may be that of anything"},
		{"UPN|Phone 1|Work Phone|Fax 2", nil, "numbers without types"},
	}
	for _, test := range tests {
		for _, excerpt := range []bool{false, true} {
			c, err := Resolve(Input{Headings: strings.Split(test.headings, "|"), Excerpt: excerpt})
			if diff := cmp.Diff(test.want, c.Pairs); diff != "" || err != nil {
				t.Errorf("pairs of %q, %v (-want +got):\n%s%s", test.headings, err, diff, test.why)
			}
			for i, pair := range c.Pairs {
				if !c.Long || !c.Means(pair[0]) || !c.Means(pair[1]) || i == 0 && (c.At[PhoneType] != pair[0] || c.At[PhoneNumber] != pair[1]) {
					t.Errorf("columns of %q are %+v, want each pair to mean something, and the first to be the phone", test.headings, c)
				}
			}
		}
	}
}

func TestPairsThatAreNotCertain(t *testing.T) {
	tests := []struct {
		headings string
		want     string
		why      string
	}{
		{"UPN|PhoneType|PhoneNumber|PhoneNumber2", `phone 2 of a line needs one column for its type and one for its number, and has 4 "PhoneNumber2"; give each type and its number the same place in the heading, ` +
			`or name the only pair that is meant with --map phoneType=HEADING and --map phoneNumber=HEADING`, "a number would be lost"},
		{"UPN|PhoneType|PhoneNumber|PhoneType2", `phone 2 of a line needs one column for its type and one for its number, and has 4 "PhoneType2"`, "its number has a heading that nobody knows"},
		{"UPN|Phone Type 1|Phone Number 2", `phone 1 of a line needs one column for its type and one for its number, and has 2 "Phone Type 1"`, "they do not belong together"},
		{"UPN|PhoneType|PhoneNumber|PhoneNumber1|PhoneType2|PhoneNumber2", `phone 1 of a line needs one column for its type and one for its number, and has 2 "PhoneType", 3 "PhoneNumber", 4 "PhoneNumber1"`, "either may be the first"},
		{"UPN|PhoneType|PhoneNumber|PhoneType 2|PhoneNumber 2|Phone Type (2)", `and has 4 "PhoneType 2", 6 "Phone Type (2)", 5 "PhoneNumber 2"`, "two types for one number"},
		{"UPN|T 1|P1 type|Phone 1|Phone 1 type|Phone 2|Phone 2 type|Phone 3|Phone 3 type|Phone 4|Phone 4 type|Phone 5|Phone 5 type",
			"the heading has 5 pairs of phone type and phone number, and at most 4 are read", "the fifth would be lost"},
		{"UPN|Mobile|PhoneType|PhoneNumber|PhoneType2|PhoneNumber2", "the heading has both forms", "a phone could come twice"},
		{"UPN|PhoneType|PhoneNumber|PhoneType2|PhoneNumber2|Area Code", `column 6 "Area Code" (areaCode) could belong to several phones: 3 "PhoneNumber", 5 "PhoneNumber2"`, "it is that of one of them"},
	}
	for _, test := range tests {
		if got := show(Input{Headings: strings.Split(test.headings, "|")}); !strings.Contains(got, test.want) {
			t.Errorf("Resolve(%q) = %q, want %q: %s", test.headings, got, test.want, test.why)
		}
	}
}

// What --map or a profile names is all that is meant, and cells may tell that a
// column of types is none.
func TestPairsThatAreBound(t *testing.T) {
	headings := strings.Split("UPN|PhoneType|PhoneNumber|PhoneType2|PhoneNumber2", "|")
	for want, in := range map[string]Input{
		"user=1 phoneType=2 phoneNumber=3": {Headings: headings, Map: map[string]string{"phoneType": "PhoneType", "phoneNumber": "PhoneNumber"}},
		"user=1 mobile=5":                  {Headings: headings, Map: map[string]string{"mobile": "PhoneNumber2"}},
		"user=1 phoneType=4 phoneNumber=5": {Headings: headings, Profile: Profile{Columns: map[string]Texts{"phoneType": {"PhoneType2"}, "phoneNumber": {"PhoneNumber2"}}}},
		"user=1 mobile=3":                  {Headings: []string{"UPN", "Type 1", "Number", "Type 2", "Number 2"}, Sample: cellsOf("a@b.de,Employee,+1 2065550101,Full,12")},
	} {
		if c, err := Resolve(in); err != nil || showColumns(&c) != want || c.Pairs != nil {
			t.Errorf("Resolve(%+v) = %s, pairs %v, %v, want %s and no pairs", in, showColumns(&c), c.Pairs, err, want)
		}
	}
}

func TestCounted(t *testing.T) {
	tests := []struct {
		heading string
		place   int
		want    Meaning
		why     string
	}{
		{"Phone 2 - Type", 2, Meaning{PhoneType, 0}, "a place within the heading"},
		{"Phone Number (3)", 3, Meaning{PhoneNumber, rankGeneric}, "in brackets"},
		{"phone4type", 4, Meaning{PhoneType, 0}, "in one word"},
		{"2nd Phone Type", 2, Meaning{PhoneType, 0}, "with letters"},
		{"Third phone type", 3, Meaning{PhoneType, 0}, "in words"},
		{"Secondary Phone", 2, Meaning{PhoneNumber, rankGeneric}, "which alone is an alternate mobile"},
		{"Phone 7", MaxPairs + 1, Meaning{PhoneNumber, rankGeneric}, "more than can be read"},
		{"Type 2", 2, Meaning{PhoneType, rankAnyType}, "the type of anything"},
		{"Number 2", 2, Meaning{PhoneNumber, rankGeneric}, "a number of anything"},
		{"Mobile 2", 2, Meaning{Mobile, 0}, "a kind by itself"},
		{"PhoneType", 0, Meaning{PhoneType, 0}, "not counted"},
		{"EFO Phone Type", 0, Meaning{PhoneType, 0}, "by the whole heading"},
		{"Phone 1 Type 2", 0, Meaning{Key: NumKeys}, "which of them is its place?"},
		{"Phone 2 carrier", 0, Meaning{Key: NumKeys}, "a word that nobody knows"},
	}
	for _, test := range tests {
		if place, m := counted(test.heading); place != test.place || m != test.want {
			t.Errorf("counted(%q) = %d, %v, want %d, %v: %s", test.heading, place, m, test.place, test.want, test.why)
		}
	}
}
