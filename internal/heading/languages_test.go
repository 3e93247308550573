package heading

import (
	"fmt"
	"strings"
	"testing"
)

// exports are typical headings of HR systems, with what they mean.
var exports = []struct{ language, headings, want string }{
	{"hu", "Felhasználónév|Mobiltelefon|Munkahelyi telefon|Ország", "wide: user=1 mobile=2 office=3 country=4"},
	{"hu", "Név|Munkahelyi e-mail|Mobilszám|Másodlagos mobil|Irodai telefonszám|Mellék|Országkód", "wide: user=2 mobile=3 alternateMobile=4 office=5 country=7 extension=6"},
	{"hu", "Törzsszám|Dolgozó neve|E-mail cím|Céges mobil|Otthoni telefon|Részleg", "wide: user=3 mobile=4 unused: user=1 alternateMobile=5"},
	{"hu", "Felhasználó|Telefon típusa|Telefonszám|Országhívószám|Körzetszám", "long: user=1 phoneType=2 phoneNumber=3 areaCode=5 dialCode=4"},
	{"hu", "Email|Telefonszám|Mobiltelefonszám|Vezető neve|Vezető telefonszáma", "wide: user=1 mobile=3 office=2"},
	{"hu", "E-mail|Mobil|Vészhelyzet esetén értesítendő telefonszám", "wide: user=1 mobile=2"},

	{"tr", "Kullanıcı adı|Cep telefonu|İş telefonu|Ülke", "wide: user=1 mobile=2 office=3 country=4"},
	{"tr", "Sicil No|Adı Soyadı|E-posta adresi|Cep telefonu numarası|Sabit telefon|Dahili numara|Ülke kodu", "wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"tr", "Kurumsal e-posta|Şirket cep telefonu|İkinci cep telefonu|Ofis telefonu|Departman", "wide: user=1 mobile=2 alternateMobile=3 office=4"},
	{"tr", "Kullanıcı|Telefon türü|Telefon numarası|Alan kodu|Ülke telefon kodu", "long: user=1 phoneType=2 phoneNumber=3 areaCode=4 dialCode=5"},
	{"tr", "E-posta|Cep|Ev telefonu|Yönetici telefonu|Acil durum telefonu|Yakınının cep telefonu", "wide: user=1 mobile=2 unused: alternateMobile=3"},

	{"ro", "Utilizator|Telefon mobil|Telefon serviciu|Țara", "wide: user=1 mobile=2 office=3 country=4"},
	{"ro", "Marca|Nume și prenume|Adresa de e-mail|Număr de telefon mobil|Telefon fix|Interior|Cod țară", "wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"ro", "Nume utilizator|Mobil serviciu|Telefon mobil secundar|Telefon birou|Telefon personal", "wide: user=1 mobile=2 alternateMobile=3 office=4 unused: alternateMobile=5"},
	{"ro", "Utilizator|Tip telefon|Număr telefon|Prefix țară|Prefix local", "long: user=1 phoneType=2 phoneNumber=3 areaCode=5 dialCode=4"},
	{"ro", "Email|Telefon mobil|Telefon șef|Telefon contact urgență|Telefon soție", "wide: user=1 mobile=2"},
	{"ro", "Email|Mobil|Ţară", "wide: user=1 mobile=2 country=3"}, // the cedilla of old keyboards
}

// Exports are understood as they are written, in capitals, and without accents.
// Capitals of Turkish are those of Turkish or, as other programs make them, not.
func TestExportsInLanguages(t *testing.T) {
	turkish := strings.NewReplacer("i", "İ", "ı", "I")
	for _, test := range exports {
		ways := []string{test.headings, strings.ToUpper(test.headings), plain(test.headings), strings.ToUpper(plain(test.headings))}
		if test.language == "tr" {
			ways = append(ways, strings.ToUpper(turkish.Replace(test.headings)))
		}
		for _, headings := range ways {
			if got, err := describeColumns(strings.Split(headings, "|"), nil); err != nil || got != test.want {
				t.Errorf("%s: Resolve(%q) = %q, %v, want %q", test.language, headings, got, err, test.want)
			}
		}
	}
}

func TestPhoneTypesInLanguages(t *testing.T) {
	for want, cells := range map[string]string{
		"mobile":          "Mobil|Mobiltelefon|Céges mobil|maroktelefon|Cep|CEP TELEFONU|Cep telefonu|Telefon mobil|TELEFON MOBIL",
		"alternateMobile": "Másodlagos mobil|MASODLAGOS MOBIL|İkinci cep|Yedek cep|Mobil secundar|Telefon mobil secundar",
		"office":          "Munkahelyi|munkahely|Iroda|Irodai telefon|Vezetékes telefon|İş|İŞ TELEFONU|Ofis|Sabit telefon|Birou|Serviciu|Telefon serviciu|Telefon fix",
		"":                "Otthoni|Ev|Acasă|Egyéb|Diğer|IS|Telefon",
	} {
		for cell := range strings.SplitSeq(cells, "|") {
			if got, known := ParsePhoneType(cell); string(got) != want || known != (want != "") {
				t.Errorf("ParsePhoneType(%q) = %q, %t, want %q", cell, got, known, want)
			}
		}
	}
}

func TestOtherPeopleInLanguages(t *testing.T) {
	const others = "Vezető|Felettes e-mail|Főnök mobil|Vészhelyzeti telefon|Értesítendő személy|Hozzátartozó|Házastárs telefonja|Anyja neve|Kapcsolattartó|" +
		"Yönetici|Müdür telefonu|Acil durum kişisi|ACİL DURUM TELEFONU|Acil Telefon|Eşinin telefonu|Baba adı|Yakınının telefonu|Asistan|" +
		"Șef direct|Manager|Persoană de contact|Contact de urgență|Telefon soț|Nume mamă|Rudă"
	for heading := range strings.SplitSeq(others, "|") {
		if !somebodyElses(heading) || phoneLike(heading) {
			t.Errorf("%q is the user's, want somebody else's", heading)
		}
	}
	for heading := range strings.SplitSeq("Rokonsági fok|Yakınlık derecesi|Grad de rudenie", "|") {
		if ofRelatives([]string{"Email", "Mobil", heading}) != 2 {
			t.Errorf("%q tells nothing of how people are related, want that it does", heading)
		}
	}
}

func TestStatusInLanguages(t *testing.T) {
	tests := []struct{ heading, gone, stays string }{
		{"Státusz", "Kilépett|Inaktív|Nem aktív|letiltva|Nyugdíjas", "Aktív|Nem lépett ki"},
		{"Aktív", "Nem|NEM|false", "Igen"},
		{"Kilépés", "igen|x", "nem"},
		{"Durum", "Ayrıldı|AYRILDI|Pasif|Emekli|istifa etti", "Aktif|Çalışıyor"},
		{"Aktif", "Hayır|HAYIR", "Evet"},
		{"Pasif", "evet", "hayır"},
		{"Stare", "Plecat|Inactiv|Nu activ|Suspendat|pensionat", "Activ"},
		{"Activ", "Nu", "Da"},
		{"Încetare contract", "da", "nu"},
	}
	for _, test := range tests {
		if !IsStatus(test.heading) {
			t.Errorf("%q is no status, want one", test.heading)
		}
		for want, values := range map[bool]string{true: test.gone, false: test.stays} {
			for value := range strings.SplitSeq(values, "|") {
				if got := IsGone(test.heading, value); got != want {
					t.Errorf("IsGone(%q, %q) = %t, want %t", test.heading, value, got, want)
				}
			}
		}
	}
	for heading := range strings.SplitSeq("Családi állapot|Medeni durum|Stare civilă|Askerlik durumu", "|") {
		if IsStatus(heading) {
			t.Errorf("%q is a status of leavers, want not", heading)
		}
	}
	for heading := range strings.SplitSeq("Kilépés dátuma|İşten ayrılış tarihi|Data plecării", "|") {
		if !TellsLeaving(heading) {
			t.Errorf("a date under %q tells nothing, want that somebody leaves", heading)
		}
	}
}

func TestWordsForNothing(t *testing.T) {
	tests := []struct {
		cells         string
		empty, number bool
	}{
		{"|-|--|n/a|N/A|null|none|0|unknown", true, true},
		{"keine Angabe|KEINE  ANGABE|k.A.|néant|Néant|neant|NEANT|aucun|N.C.|ninguno|nessuno|geen|saknas|brak|není", true, true},
		{"nincs|NINCS|Nincs adat|yok|YOK|belirtilmemiş|nu are|Nu are|nu există|fara", true, true},
		{"нет|Нет|не указан|н/д|немає|δεν υπάρχει|なし|無し|無|无|該当なし|没有|暂无|없음", true, true},
		{"x|?|.|no|kein|keine|ingen|tbd|(none)|---", false, true},
		{"NA", false, true}, // of a country, Namibia
		{"NC|+44 20 7946 0123|nobody|Nullmeier|ada@example.com|00|a text that is longer than anything that means nothing", false, false},
	}
	for _, test := range tests {
		for cell := range strings.SplitSeq(test.cells, "|") {
			if got := IsEmpty(cell); got != test.empty {
				t.Errorf("IsEmpty(%q) = %t, want %t", cell, got, test.empty)
			}
			if got := IsEmptyNumber(cell); got != test.number {
				t.Errorf("IsEmptyNumber(%q) = %t, want %t", cell, got, test.number)
			}
		}
	}
}

func TestWordsRoundNumbers(t *testing.T) {
	has := func(words []string) string { return "|" + strings.Join(words, "|") + "|" }
	for _, label := range []string{"tel", "téléphone", "telephone", "munkahely", "cep", "iş", "serviciu", "acasă", "acasa"} {
		if labels := has(Labels()); !strings.Contains(labels, "|"+label+"|") {
			t.Errorf("Labels lack %q", label)
		}
	}
	if labels := has(Labels()); strings.Contains(labels, "|fax|") {
		t.Error("Labels hold fax, which is no phone")
	}
	for _, mark := range []string{"ext", "x", "#", "Durchwahl", "mellék", "mellek", "dahili", "interior"} {
		if marks := has(ExtensionMarks()); !strings.Contains(marks, "|"+strings.ToLower(mark)+"|") {
			t.Errorf("ExtensionMarks lack %q", mark)
		}
	}
	marks := ExtensionMarks()
	if first, last := marks[0], marks[len(marks)-1]; len(first) <= len(last) {
		t.Errorf("ExtensionMarks begin with %q and end with %q, want the longest first", first, last)
	}
	marks[0] = "changed"
	if ExtensionMarks()[0] == "changed" {
		t.Error("ExtensionMarks gives the table itself out")
	}
}

func TestExamples(t *testing.T) {
	for cell, want := range map[string]bool{
		"Example: mia@example.com": true, "e.g.: mia": true, "E.g: mia": true, "z. B.: mia": true, "Példa: mia": true, "Örnek: mia": true, "exemplu : mia": true, "示例：mia": true,
		"example@example.com": false, "Mia: example": false, ": mia": false, "": false,
	} {
		if got := IsExample(cell); got != want {
			t.Errorf("IsExample(%q) = %t, want %t", cell, got, want)
		}
	}
	for heading, want := range map[string]Key{
		"Mobil (például: +36 20)": NumKeys, "Mobil (példa: +36 20)": Mobile, "Cep telefonu (örn. 0532)": Mobile, "Telefon mobil (exemplu: 0722)": Mobile, "Country (Egypt)": NumKeys,
	} {
		m, known := Lookup(heading)
		if known != (want != NumKeys) || known && m.Key != want {
			t.Errorf("Lookup(%q) = %v, %t, want %v", heading, m, known, fmt.Sprint(int(want)))
		}
	}
}
