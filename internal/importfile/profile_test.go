package importfile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProfileSettlesWhatIsAmbiguous(t *testing.T) {
	const text = "Work Mobile,Personal Mobile,UPN,Mail\n+1 2065550101,+1 2065550102,a@example.com,b@example.com\n"
	columns := map[string]Headings{"mobile": {"Handy", "personal  mobile", "Work Mobile"}, "user": {"Mail"}}
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"the first that is there", Options{Columns: columns}, `2:2 b@example.com mobile "+1 2065550102"`},
		{"--map comes before it", Options{Columns: columns, Map: map[string]string{"mobile": "Work Mobile"}}, `2:1 b@example.com mobile "+1 2065550101"`},
		{"what it does not name", Options{Columns: map[string]Headings{"mobile": {"Work Mobile"}}}, `2:1 a@example.com mobile "+1 2065550101"`},
		{"what is not there", Options{Columns: map[string]Headings{"mobile": {"Work Mobile"}, "office": {"Desk"}}}, `2:1 a@example.com mobile "+1 2065550101"`},
	}
	for _, test := range tests {
		if got := showAll(mustRead(t, text, test.opts)); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: rows %q, want %s", test.name, got, test.want)
		}
	}
	// A profile finds a heading in any language, below whatever stands above.
	f := mustRead(t, "Liste\nKenner,Rufnr\na@example.com,+1 2065550101\n", Options{Columns: map[string]Headings{"user": {"Kenner"}, "mobile": {"Rufnr"}}})
	if f.Reading.Heading != 2 || f.Rows.Len() != 1 {
		t.Errorf("heading on line %d, rows %v, want line 2 and one row", f.Reading.Heading, showAll(f))
	}
}

// What is explained reads the file as it was read without it.
func TestExplainedProfileReadsAlike(t *testing.T) {
	for _, text := range []string{
		"Benutzername;Mobiltelefon;Telefon;Land\na@example.com;0664 1234567;;AT\n",
		"UPN,PhoneType,PhoneNumber\na@example.com,office,+1 2065550101\n",
		"UPN,Phone\na@example.com,+1 2065550101\n",
		"E-Mail,Handy,Gr\xf6\xdfe\na@example.com,+1 2065550101,x\n",
	} {
		opts := Options{DefaultCountry: "GB"}
		first := mustRead(t, text, opts)
		var b bytes.Buffer
		if err := first.Reading.Profile(opts).Write(&b); err != nil {
			t.Fatal(err)
		}
		p, err := ReadProfile(&b)
		if err != nil {
			t.Fatalf("ReadProfile: %v", err)
		}
		again := mustRead(t, text, Options{Columns: p.Columns, Where: p.Where, Encoding: p.Encoding, DefaultCountry: p.DefaultCountry, UserDomain: p.UserDomain})
		if diff := cmp.Diff(showAll(first), showAll(again)); diff != "" {
			t.Errorf("rows of %q by its profile %+v (-want +got):\n%s", text, p, diff)
		}
	}
}

func TestReadProfileRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "reading profile: it is empty",
		"columns:\n  user: a\nwere: [x]": "line 3: unknown key were; known are description, columns, where",
		"columns:\n  usr: a":             "columns.usr is no meaning of a column: use one of user, phoneType",
		"columns: [a]":                   "line 1: ",
		"where: [":                       "line 1: ",
		strings.Repeat("#", 70<<10):      "larger than 65536 bytes",
	} {
		if _, err := ReadProfile(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "yaml:") {
			t.Errorf("ReadProfile(%.60q) = %v, want %q", text, err, want)
		}
	}
}

// A template reads by its own profile, all columns but the conditions' taken.
func TestTemplates(t *testing.T) {
	for _, name := range append(ProfileNames(), "") {
		p, known := NamedProfile(name)
		if !known && name != "" {
			t.Fatalf("there is no profile %s", name)
		}
		if name != "" && p.Description == "" {
			t.Errorf("%s has no description", name)
		}
		text := p.Template()
		heading, _, _ := strings.Cut(text, "\n")
		width := strings.Count(heading, ",") + 1
		row := strings.Repeat(",", width-1) + "\n"
		f, err := Read(t.Context(), strings.NewReader(text+"x"+row), Options{Columns: p.Columns, Where: p.Where})
		if err != nil {
			t.Errorf("reading the template of %q: %v", name, err)
			continue
		}
		if want := width - len(p.Where); len(f.Reading.Columns) != want || len(f.Reading.Skipped) != 1 {
			t.Errorf("the template of %q: %v\nwant %d columns and the example skipped", name, f.Reading, want)
		}
	}
}
