package importfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/heading"
)

// explained is the profile that was found out, as it is read from a file.
func explained(t *testing.T, f *File, opts Options) heading.Profile {
	t.Helper()
	var b bytes.Buffer
	if err := f.Reading.Profile(opts).Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	p, err := ReadProfile(&b)
	if err != nil {
		t.Fatalf("ReadProfile(%q): %v", text, err)
	}
	return p
}

// showWhole prints all that is known of each row.
func showWhole(f *File) []string {
	var rows []string
	for _, r := range f.Rows.All() {
		rows = append(rows, fmt.Sprintf("%d:%d %s %s %q = %s, problems %+v, notes %+v", r.Line, r.Column, r.User, r.PhoneType, r.Input, r.Number.Graph(), r.Found().Problems, r.Found().Notes))
	}
	return rows
}

func testExplained(t *testing.T, text string, opts Options) {
	t.Helper()
	first := mustRead(t, text, opts)
	p := explained(t, first, opts)
	again, err := Read(t.Context(), strings.NewReader(text), Options{Name: opts.Name, Profile: p})
	if err != nil {
		t.Errorf("reading %.200q by its own profile %+v: %v", text, p, err)
		return
	}
	if diff := cmp.Diff(showWhole(first), showWhole(again)); diff != "" {
		t.Errorf("rows of %.200q by its own profile %+v (-want +got):\n%s", text, p, diff)
	}
	if a, b := first.Reading, again.Reading; a.Long != b.Long || a.LeftOut != b.LeftOut || a.WithoutPhone != b.WithoutPhone {
		t.Errorf("%.200q is read by its own profile %+v as\n%v\nwant\n%v", text, p, b, a)
	}
	if diff := cmp.Diff(p, explained(t, again, Options{Name: opts.Name, Profile: p})); diff != "" {
		t.Errorf("the profile of %.200q explains itself otherwise (-want +got):\n%s", text, diff)
	}
}

// What is explained reads the file as it was read without it.
func TestExplainedProfilesReadSamplesAlike(t *testing.T) {
	for _, wild := range wildFiles(t) {
		text, err := os.ReadFile(filepath.Join("testdata", wild.File))
		if err != nil {
			t.Fatal(err)
		}
		opts := wild.options(t)
		for _, country := range []string{"", "GB", "Germany"} {
			for _, domain := range []string{"", "example.com"} {
				opts.DefaultCountry, opts.UserDomain = country, domain
				testExplained(t, string(text), opts)
			}
		}
	}
}

func TestExplainedProfilesReadAlike(t *testing.T) {
	is := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	codes := func(heading string, cells ...string) string {
		text := "UPN," + heading + ",Mobile\n"
		for i, cell := range cells {
			text += fmt.Sprintf("u%d@example.com,%s,2065550101\nv%d@example.com,%s,020 7946 0123\n", i, cell, i, cell)
		}
		return text
	}
	for _, test := range []struct {
		text   string
		wanted map[string]string
		where  []string
	}{
		{text: "Benutzername;Mobiltelefon;Telefon;Land\na@example.com;0664 1234567;;AT\n"},
		{text: "UPN,PhoneType,PhoneNumber\na@example.com,office,+1 2065550101\n"},
		{text: "UPN,Phone\na@example.com,+1 2065550101\n"},
		{text: "UPN,Phone,Extension\na@example.com,+1 2065550101,7\n"},
		{text: "UPN,Phone,Office Phone,Ext\na@example.com,+1 2065550101,+1 2065550102,7\n"},
		{text: "UPN,Mobile,Work Ext.\na@example.com,+1 2065550101,7\n"},
		{text: "UPN,Mobile,Work Ext.\na@example.com,+1 2065550101,7\n", wanted: is("extension", "Work Ext.")},
		{text: "E-Mail,Handy,Gr\xf6\xdfe\na@example.com,+1 2065550101,x\n"},
		{text: "E-Mail,Handy,Gr\xf6\xdfe\na@example.com,+1 2065550101,x\nm\xfcller@example.com,+1 2065550101,x\n", where: []string{"Größe=x"}},
		{text: "user,phone,Office Phone,Alternate Mobile\na@example.com,+1 2065550101,+1 2065550102,+1 2065550103\n", wanted: is("phoneNumber", "phone")},
		{text: "user,type,phone,mobile\na@example.com,office,+1 2065550101,+1 2065550102\n", wanted: is("phoneNumber", "phone")},
		{text: "user,type,phone,mobile\na@example.com,office,+1 2065550101,+1 2065550102\n", wanted: is("mobile", "mobile")},
		{text: "user,mobile,phone\na@example.com,+1 2065550101,+1 2065550102\n", wanted: is("mobile", "phone")},
		{text: "user,Mobil,Telefon\na@example.com,+1 2065550101,+1 2065550102\n"},
		{text: "user,mobile,Home Phone\na@example.com,+1 2065550101,+1 2065550102\n", wanted: is("alternateMobile", "Home Phone")},
		{text: "E-Mail,EMail,\"Mobile\u00a0\nPhone\"\na@example.com,b@example.com,+1 2065550101\n", wanted: is("user", "EMail")},
		{text: "upn,mobile,office,Vorwahl\na@b.c,+49 176 04069001,23125123,030\n", wanted: is("office", "office")},
		{text: "upn,mobile,office,Vorwahl,Ext\na@b.c,04069001,+49 30 23125123,0176,7\n", wanted: is("mobile", "mobile")},
		{text: "upn,phone,Alternate Mobile,Area Code\na@b.c,5550101,+1 206 555 0102,206\n", wanted: is("phoneNumber", "phone")},
		{text: "upn,Country Code,Area Code,Local\na@b.c,44,20,79460123\nb@b.c,GB,020,79460123\nc@b.c,840,206,5550100\n"},
		{text: "Work Email,PhoneType,CountryCodeNumber,AreaCode,PhoneNumber,Extension\na@b.c,W1,1,206,5550100,123\na@b.c,WM,44,7700,900123,\na@b.c,x,44,7700,900123,\n"},
		{text: "upn,intlcode,area,phone\na@b.c,1,206,5550100\n"},
		{text: "upn,Area,phone\na@b.c,206,+1 206 5550100\n"},
		{text: codes("CountryCode", "1", "52", "40", "44", "GB", "")},
		{text: codes("countryCode", "276", "36", "036", "US")},
		{text: codes("Country Code", "44", "36")},
		{text: codes("Country Code", "1", "840")},
		{text: codes("Country Code", "+44", "0049", "US")},
		{text: codes("Country", "840", "8", "1")},
		{text: codes("Country", "1")},
		{text: codes("Country ISO", "36", "US")},
		{text: codes("CC", "36", "US"), wanted: is("country", "CC")},
		{text: codes("CC", "44", "GB", ""), wanted: is("dialCode", "CC")},
		{text: "UPN,CountryCode,Mobile,DN\na@example.com,36,2065550101,x\n"},
		{text: "UPN,Mobile,Status\na@example.com,+1 2065550101,active\nb@example.com,+1 2065550102,gone\npanand,+1 2065550103,\n", where: []string{"Status!=gone", "UPN!=z"}},
		{text: "null,true,007,Status\na@example.com,+1 2065550101,active\n", wanted: is("user", "null", "mobile", "true", "office", "007")},
	} {
		for _, country := range []string{"", "DE", "United Kingdom"} {
			for _, domain := range []string{"", "example.com"} {
				testExplained(t, test.text, Options{Name: "a.csv", Map: test.wanted, Where: test.where, DefaultCountry: country, UserDomain: domain})
			}
		}
	}
	testExplained(t, "UPN,Handy,Ort\na@example.com,+1 2065550101,\xd3d\xbc\n", Options{Encoding: "windows-1250", Where: []string{"Ort!=x"}})
}

// That phones have no type stays known, so that a type that comes later is seen.
func TestExplainedPhonesWithoutType(t *testing.T) {
	p := explained(t, mustRead(t, "UPN,Phone\na@example.com,+1 2065550101\n", Options{}), Options{})
	text := "UPN,Phone,Kind\na@example.com,+1 2065550101,office\n"
	if _, err := Read(t.Context(), strings.NewReader(text), Options{Profile: p}); err == nil || !strings.Contains(err.Error(), "holds phone types") {
		t.Errorf("reading %q by %+v: %v, want an error about the types", text, p, err)
	}
}

// A profile of one night is not led astray by the codes of another.
func TestExplainedCountryCodesStay(t *testing.T) {
	dial := "UPN,CountryCode,Mobile\na@example.com,1,2065550101\nb@example.com,44,7911123456\n"
	p := explained(t, mustRead(t, dial, Options{}), Options{})
	if p.CountryCodes != "dial" {
		t.Fatalf("countryCodes: %q, want dial", p.CountryCodes)
	}
	f := mustRead(t, "UPN,CountryCode,Mobile\na@example.com,44,7911123456\nb@example.com,840,2065550101\n", Options{Profile: p})
	if got := f.Rows.At(0).Number.Graph(); got != "+44 7911123456" || !f.Rows.At(1).Rejected() {
		t.Errorf("numbers %q and %q, want the first to be British and the second refused", got, f.Rows.At(1).Number.Graph())
	}
	if got := f.Reading.CountryCodes; got != "its numbers are dialling codes, by the profile" {
		t.Errorf("the reading says %q", got)
	}
	// --map says that the column holds countries, whatever the profile does.
	f = mustRead(t, dial, Options{Profile: p, Map: map[string]string{"country": "CountryCode"}})
	if got := f.Reading.CountryCodes; !strings.Contains(got, "ISO 3166") {
		t.Errorf("the reading with --map says %q", got)
	}
	unclear := mustRead(t, "UPN,CountryCode,Mobile\na@example.com,44,7911123456\n", Options{})
	if p := explained(t, unclear, Options{}); p.CountryCodes != "" || p.Columns["country"] == nil {
		t.Errorf("the profile of unclear codes is %+v, want the column and no kind of codes", p)
	}
}
