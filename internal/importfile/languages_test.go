package importfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/authmethod"
)

// Exports of HR systems are read to their numbers in languages that are nothing
// but lines of the lexicon.
func TestExportsInOtherLanguages(t *testing.T) {
	for text, want := range map[string][]string{
		"Felhasználónév;Mobiltelefon;Munkahelyi telefon;Ország\nanna@example.com;06 20 912 3456;06 1 317 1234;Magyarország\n": {
			`2:2 anna@example.com mobile "06 20 912 3456"`, `2:3 anna@example.com office "06 1 317 1234"`},
		"Kullanıcı adı;Cep telefonu;İş telefonu;Ülke\nayse@example.com;0532 123 45 67;0212 293 12 34;Türkiye\n": {
			`2:2 ayse@example.com mobile "0532 123 45 67"`, `2:3 ayse@example.com office "0212 293 12 34"`},
		"Utilizator;Tip telefon;Număr telefon;Țara\nana@example.com;serviciu;021 305 1234;România\n": {`2:3 ana@example.com office "021 305 1234"`},
	} {
		if diff := cmp.Diff(want, showAll(mustRead(t, text, Options{}))); diff != "" {
			t.Errorf("rows of %q (-want +got):\n%s", text, diff)
		}
	}
}

// A country or a user that says in any language that there is none is none.
func TestCellsThatSayNothing(t *testing.T) {
	for _, nothing := range []string{"keine Angabe", "néant", "N.C.", "nincs", "yok", "nu are", "ninguno", "nessuno", "geen", "brak", "нет", "なし", "无", "無", "없음"} {
		f := mustRead(t, "user,country,mobile\nada@example.com,"+nothing+",020 7946 0123\n"+nothing+",GB,020 7946 0123\n", Options{DefaultCountry: "GB"})
		if got := f.Rows.At(0).Number.Graph(); got != "+44 2079460123" {
			t.Errorf("with the country %q the number is %q, want that of the default country", nothing, got)
		}
		if p := f.Rows.At(1).Found().Problems; len(p) != 1 || p[0].Code.Word() != "user-missing" {
			t.Errorf("problems of the user %q = %v, want that it is missing", nothing, p)
		}
	}
}

// A phone or a phone type that says so is missing, and not unknown.
func TestPhonesThatSayNothing(t *testing.T) {
	for _, nothing := range []string{"aucun", "N.C.", "keine Angabe", "ninguno", "nessuno", "geen", "brak", "нет", "なし", "无", "無", "없음", "н/д"} {
		f := mustRead(t, "user,phoneType,phoneNumber\nada@example.com,mobile,"+nothing+"\nbob@example.com,"+nothing+",+44 20 7946 0123\n", Options{})
		if p := f.Rows.At(0).Found().Problems; len(p) != 1 || p[0].Code != authmethod.CodeNumberMissing {
			t.Errorf("problems of the number %q = %v, want that it is missing", nothing, p)
		}
		row := f.Rows.At(1)
		if p := row.Found().Problems; row.PhoneType != "" || len(p) != 1 || !strings.Contains(p[0].Message, "the phone type (empty) is not") {
			t.Errorf("problems of the type %q = %v, want that it is empty", nothing, p)
		}
	}
}

// A phone of no kind beside a column that --map names is asked about.
func TestPhoneBesideAMappedAlternateMobile(t *testing.T) {
	const text = "UPN,phoneNumber,Backup\na@example.com,+1 2065550101,\nb@example.com,+1 2065550102,+1 2065550103\n"
	wanted := map[string]string{"alternateMobile": "Backup"}
	_, err := Read(t.Context(), strings.NewReader(text), Options{Name: "a.csv", Map: wanted})
	for _, flag := range []string{`--map "mobile=phoneNumber"`, `--map "office=phoneNumber"`} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("Read: %v, want a question with %s", err, flag)
		}
	}
	wanted["mobile"] = "phoneNumber"
	if f := mustRead(t, text, Options{Name: "a.csv", Map: wanted}); f.Rows.Len() != 3 || f.Reading.WithoutPhone != 0 {
		t.Errorf("rows = %q, %d people without a phone, want three rows", showAll(f), f.Reading.WithoutPhone)
	}
}
