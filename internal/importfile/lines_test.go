package importfile

import (
	"strings"
	"testing"
)

// gives is what a file gives, a row each: type, number or first problem.
func gives(t *testing.T, text string, opts Options) string {
	t.Helper()
	var rows []string
	for _, r := range mustRead(t, text, opts).Rows.All() {
		what := r.Number.Graph()
		if r.Rejected() {
			what = r.Found().Problems[0].Code.Word()
		}
		rows = append(rows, strings.TrimSpace(string(r.PhoneType)+" "+what))
	}
	return strings.Join(rows, "; ")
}

// A line whose cells slipped gives no phone: its number may stand under the
// wrong type, https://github.com/Sanmeet007/logger/issues/52.
func TestLinesWhoseCellsSlipped(t *testing.T) {
	for _, test := range []struct{ heading, line, want string }{
		{"UPN,Name,Mobile,Office Phone", "u2@example.com,Ito, Kim,+12065550102,", "mobile letters; office line-shifted"},
		{"UPN,Name,Mobile,Office Phone,AlternateMobile", "u2@example.com,Ito, Kim,+12065550102,+12065550103", "mobile letters; office line-shifted; alternateMobile line-shifted"},
		{"UPN,Mobile,Office Phone", "a@example.com,+12065550102,reception", "mobile line-shifted; office letters"},
		{"UPN,Mobile,Office Phone", "a@example.com,+12065550102,n/a", "mobile +1 2065550102; office number-missing"}, // says that there is none
		{"UPN,Mobile,Office Phone", "a@example.com,+12065550102,keine Angabe", "mobile +1 2065550102; office number-missing"},
		{"UPN,Mobile,Office Phone", "a@example.com,+12065550102,#N/A", "mobile +1 2065550102; office spreadsheet-error"}, // damage is not a slip
		{"UPN,Mobile,Office Phone", "a@example.com,+12065550102,ext 12", "mobile +1 2065550102; office letters"},
		{"UPN,Mobile", "a@example.com,reception", "mobile letters"},
	} {
		if got := gives(t, test.heading+"\n"+test.line+"\n", Options{}); got != test.want {
			t.Errorf("%q: %s, want %s", test.line, got, test.want)
		}
	}
}

// What names a user in another place is called what it is, and never completed.
func TestOtherIDs(t *testing.T) {
	for user, want := range map[string]string{
		"S-1-5-21-3623811015-3361044348-30300820-1013": "security identifier",
		"m7UeQ2cVn0mB3fF0TjY8Aw==":                     "Base64",
	} {
		f := mustRead(t, "UPN,Mobile\n"+user+",+1 2065550101\n", Options{UserDomain: "example.com"})
		if r := f.Rows.At(0); !r.Rejected() || !strings.Contains(r.Found().Problems[0].Message, want) {
			t.Errorf("the user %q: problems %v, want one that says %q", user, r.Found().Problems, want)
		}
	}
}

// An extension of 0 is none.
func TestExtensionOfZero(t *testing.T) {
	for _, extension := range []string{"0", "000", "'0", ""} {
		if got := gives(t, "UPN,Office,Extension\na@example.com,+1 2065550101,"+extension+"\n", Options{}); got != "office +1 2065550101" {
			t.Errorf("extension %q gives %s, want none", extension, got)
		}
	}
}

// A file that ends within its last number gives no number that lost its end.
func TestFileThatEndsWithinANumber(t *testing.T) {
	const above = "UPN,Country,Mobile\na@example.com,DE,+49 171 3920001\n"
	for _, test := range []struct{ why, text, want string }{
		{"too few digits to be valid", above + "b@example.com,DE,+49 1713920", "mobile +49 1713920001; mobile breaks-off"},
		{"with a line end the row is as it was meant", above + "b@example.com,DE,+49 1713920\n", "mobile +49 1713920001; mobile +49 1713920"},
		{"as long as the others", above + "b@example.com,DE,+49 171 3920002", "mobile +49 1713920001; mobile +49 1713920002"},
		{"valid, and shorter than the others", above + "b@example.com,DE,+49 30 23125", "mobile +49 1713920001; mobile breaks-off"},
		{"a closing quote ends the cell", above + `b@example.com,DE,"+49 30 23125"`, "mobile +49 1713920001; mobile +49 3023125"},
		{"another cell is the last", "UPN,Mobile,Country\nb@example.com,+49 30 23125,DE", "mobile +49 3023125"},
		{"the only number", "UPN,Mobile\nb@example.com,+49 30 23125", "mobile +49 3023125"},
	} {
		if got := gives(t, test.text, Options{}); got != test.want {
			t.Errorf("%s: %q gives %s, want %s", test.why, test.text, got, test.want)
		}
	}
}

// A line with several phones and a type for each gives them all,
// https://github.com/owncloud-archive/contacts/issues/817.
func TestPairs(t *testing.T) {
	for _, test := range []struct{ why, text, want string }{
		{
			"numbered headings", "UPN,PhoneType,PhoneNumber,PhoneType2,PhoneNumber2\na@example.com,mobile,+1 206 555 0101,office,+1 206 555 0102\n",
			"mobile +1 2065550101; office +1 2065550102",
		},
		{
			"as Google has them", "UPN,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value\na@example.com,Mobile,+1 206 555 0101,Work,+1 206 555 0102\n",
			"mobile +1 2065550101; office +1 2065550102",
		},
		{
			"an empty pair is not a row, whichever it is", "UPN,PhoneType,PhoneNumber,PhoneType2,PhoneNumber2\na@example.com,,,mobile,+1 206 555 0102\nb@example.com,mobile,+1 206 555 0103,,\nc@example.com,,,,\n",
			"mobile +1 2065550102; mobile +1 2065550103",
		},
		{
			"each type is its own number's", "UPN,PhoneType,PhoneNumber,PhoneType2,PhoneNumber2\na@example.com,fax,+1 206 555 0101,mobile,+1 206 555 0102\n",
			"fax phone-type; mobile +1 2065550102",
		},
		{
			"country and user are the line's", "UPN,Country,PhoneType,PhoneNumber,PhoneType2,PhoneNumber2\na@example.com,DE,mobile,0176 04069012,office,030 23125123\n",
			"mobile +49 17604069012; office +49 3023125123",
		},
	} {
		if got := gives(t, test.text, Options{}); got != test.want {
			t.Errorf("%s: %s, want %s", test.why, got, test.want)
		}
	}
	f := mustRead(t, "UPN,PhoneType,PhoneNumber,PhoneType2,PhoneNumber2\nc@example.com,,,,\nb@example.com,mobile,+1 206 555 0103,,\n", Options{})
	if f.Reading.WithoutPhone != 1 || f.Rows.Len() != 1 || f.Rows.At(0).Column != 3 {
		t.Errorf("%d rows, %d without a phone, the first in column %d; want 1, 1 and 3", f.Rows.Len(), f.Reading.WithoutPhone, f.Rows.At(0).Column)
	}
}
