package importfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// showNumbers prints each row as "type number !problem ~note", with the notes
// and problems about parts only.
func showNumbers(f *File) []string {
	var rows []string
	for _, r := range f.Rows.All() {
		text := string(r.PhoneType) + " " + r.Number.Graph()
		for _, p := range r.Found().Problems {
			text += " !" + p.Code.Word()
		}
		for _, n := range r.Found().Notes {
			if n.Code.Word() == "number-joined" || n.Code.Word() == "parts-differ" {
				text += " ~" + n.Code.Word()
			}
		}
		rows = append(rows, text)
	}
	return rows
}

func TestNumbersInSeveralColumns(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"Work Email,PhoneType,CountryCodeNumber,AreaCode,PhoneNumber,Extension\n" +
			"a@b.c,W1,1,206,5550100,123\na@b.c,WM,44,7700,900123,\na@b.c,W1,0044,020,79460123,Ext. 7\na@b.c,mobile,+44,,+44 7700 900123,-\n" +
			"a@b.c,mobile,999,206,5550100,\na@b.c,mobile,1,two,5550100,\na@b.c,mobile,1,206,5550100,front desk\na@b.c,mobile,1,+206,5550100,\n", []string{
			"office +1 2065550100x123 ~number-joined", "mobile +44 7700900123 ~number-joined", "office +44 2079460123x7 ~number-joined",
			"mobile +44 7700900123", "mobile  !number-part", "mobile  !number-part", "mobile  !number-part", "mobile  !number-part"}},
		{"user,mobile,office,Work Ext.\na@b.c,+1 206 555 0101,+1 206 555 0100,x123\nb@b.c,+1 206 555 0101,,123\n" +
			"c@b.c,+1 206 555 0101,+1 206 555 0100 x12,13\nd@b.c,+1 206 555 0101,+1 206 555 0100,0\n", []string{
			"mobile +1 2065550101", "office +1 2065550100x123 ~number-joined", "mobile +1 2065550101",
			"mobile +1 2065550101", "office  !two-extensions", "mobile +1 2065550101", "office +1 2065550100"}},
		{"user,mobile,office,Area Code\na@b.c,+1 206 555 0101,5550100,206\n", nil},
		{"user,dialCode,phone\na@b.c,1,+44 20 7946 0123\nb@b.c,(+44),020 7946 0123\nc@b.c,'0044,020 7946 0123\nd@b.c,＋44,020 7946 0123\n" +
			"e@b.c,\xff,020 7946 0123\n", []string{
			"mobile +44 2079460123 ~parts-differ", "mobile +44 2079460123 ~number-joined", "mobile +44 2079460123 ~number-joined",
			"mobile +44 2079460123 ~number-joined", "mobile  !number-part"}},
	}
	for _, test := range tests {
		f, err := Read(t.Context(), strings.NewReader(test.text), Options{Name: "a.csv"})
		if err != nil {
			if test.want != nil {
				t.Errorf("Read(%q): %v", test.text, err)
			}
			continue
		}
		if diff := cmp.Diff(test.want, showNumbers(f)); diff != "" {
			t.Errorf("numbers of %q (-want +got):\n%s", test.text, diff)
		}
		for _, r := range f.Rows.All() {
			if !strings.Contains(test.text, r.Input) {
				t.Errorf("Input = %q, which stands in no cell of %q", r.Input, test.text)
			}
		}
	}
}

// A part is one group of digits. What else the cell holds makes another number
// of it, or a part of one.
func TestCellsWithPartsOfNumbers(t *testing.T) {
	const number, decimals, other = "+49 3023125123x12 ~number-joined", " !spreadsheet-decimals", " !number-part"
	for cells, want := range map[string]string{
		"49,030,23125123,12": number, "(+49),(030),23125123,(12)": number, "0049,030/,23125123,-12": number, "'49,'030,23125123,'12": number,
		"+(49),(0)30,23125123,x 12": number, "+49 (0),(0) 30,23125123,Ext.: 12": number, "00 49,030-,23125123,#12": number,
		`"=""49""","=""030""",23125123,"=""12"""`: number, "＋４９,０３０,23125123,１２": number,
		"49,030,23125123,0012": "+49 3023125123x0012 ~number-joined", "49,030,23125123,00": "+49 3023125123 ~number-joined",
		"49,030,23125123,0": "+49 3023125123 ~number-joined",

		"49,30.0,23125123,12": decimals, "49.0,30,23125123,12": decimals, "49,30,23125123,12.0": decimals, `49,"30,00",23125123,12`: decimals,
		"43,664.0,1234567,": decimals, "39,06.0,698123,": decimals,
		"49,30/40,23125123,12": other, "49,30 40,23125123,12": other, "49,(30)(40),23125123,12": other, "49,0030,23125123,12": other,
		"49,+30,23125123,12": other, "4.9,30,23125123,12": other, "4 9,30,23125123,12": other, "049,30,23125123,12": other, "49-30,,23125123,12": other,
		"49,30,23125123,12-13": other, "49,30,23125123,12/13": other, "49,30,23125123,12 13": other, "49,30,23125123,12.13": other,
	} {
		f := mustRead(t, "user,PhoneType,CountryCodeNumber,AreaCode,PhoneNumber,Extension\nada@example.com,office,"+cells+"\n", Options{})
		want = "office " + want
		if got := showNumbers(f); len(got) != 1 || got[0] != want {
			t.Errorf("number of %s = %q, want %q", cells, got, want)
		}
	}
}

func TestPartsOfTheOnlyPhoneThatMapNames(t *testing.T) {
	const text = "user,mobile,office,Area Code\na@b.c,+1 206 555 0101,5550100,206\n"
	f := mustRead(t, text, Options{Map: map[string]string{"office": "office"}, DefaultCountry: "US"})
	want := []string{"mobile +1 2065550101", "office +1 2065550100 ~number-joined"}
	if diff := cmp.Diff(want, showNumbers(f)); diff != "" {
		t.Errorf("numbers of %q (-want +got):\n%s", text, diff)
	}
}

// A phone type may be written as the heading of its column.
func TestPhoneTypesInOtherLanguages(t *testing.T) {
	for cell, want := range map[string]string{
		"Telefon geschäftlich": "office", "Téléphone bureau": "office", "Mobiltelefon": "mobile", "Work Mobile": "mobile", "Arbeit": "office",
		"Telefon privat": "Telefon privat", "Telefon": "Telefon", "E-Mail": "E-Mail", "mobile?": "mobile?",
	} {
		r := mustRead(t, "E-Mail;Telefonart;Telefon\na@b.c;"+cell+";+44 20 7946 0123\n", Options{}).Rows.At(0)
		if known := want != cell; string(r.PhoneType) != want || r.Rejected() == known {
			t.Errorf("phone type %q = %s, rejected %t, want %s", cell, r.PhoneType, r.Rejected(), want)
		}
	}
}
