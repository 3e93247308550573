package heading

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Headings of HR systems and directories in other languages than those of
// exports, and in other orders.
var moreExports = []struct{ language, headings, want string }{
	{"de", "Benutzerprinzipalname|Rufnummer mobil|Rufnummer Büro|Länderkennzeichen", "wide: user=1 mobile=2 office=3 country=4"},
	{"de", "Land|Durchwahl|Festnetz dienstlich|Diensthandy|Anmeldename", "wide: user=5 mobile=4 office=3 country=1 extension=2"},
	{"fr", "Nom d'utilisateur principal|Téléphone mobile|Téléphone professionnel|Pays", "wide: user=1 mobile=2 office=3 country=4"},
	{"fr", "Matricule|Nom|Prénom|Adresse e-mail professionnelle|Portable professionnel|Ligne fixe|Poste téléphonique|Code pays",
		"wide: user=4 mobile=5 office=6 country=8 extension=7 unused: user=1"},
	{"fr", "Utilisateur|Type de téléphone|Numéro de téléphone|Indicatif pays|Indicatif régional", "long: user=1 phoneType=2 phoneNumber=3 areaCode=5 dialCode=4"},
	{"fr", "Courriel|Portable|Téléphone du responsable|Personne à contacter en cas d'urgence", "wide: user=1 mobile=2"},
	{"es", "Usuario|Teléfono móvil|Teléfono del trabajo|País", "wide: user=1 mobile=2 office=3 country=4"},
	{"es", "Número de empleado|Nombre|Apellidos|Correo electrónico|Móvil de empresa|Teléfono fijo|Extensión|Código de país",
		"wide: user=4 mobile=5 office=6 country=8 extension=7 unused: user=1"},
	{"es", "Correo corporativo|Móvil|Teléfono del jefe|Fecha de baja", "wide: user=1 mobile=2"},
	{"it", "Nome principale utente|Telefono cellulare|Telefono ufficio|Paese", "wide: user=1 mobile=2 office=3 country=4"},
	{"it", "Matricola|Cognome|Indirizzo e-mail|Cellulare aziendale|Telefono fisso|Numero interno|Codice paese",
		"wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"pt", "Nome principal do usuário|Telefone celular|Telefone comercial|País", "wide: user=1 mobile=2 office=3 country=4"},
	{"pt", "E-mail corporativo|DDD|Celular|Ramal|Data de demissão", "wide: user=1 mobile=3 areaCode=2 unused: extension=4"},
	{"pt", "Utilizador|Telemóvel|Telefone fixo|Extensão", "wide: user=1 mobile=2 office=3 extension=4"},
	{"nl", "Gebruikersnaam|Mobiel nummer|Zakelijk telefoonnummer|Land", "wide: user=1 mobile=2 office=3 country=4"},
	{"nl", "Personeelsnummer|Naam|E-mailadres|Zakelijk mobiel|Doorkiesnummer|Telefoon kantoor|Landcode",
		"wide: user=3 mobile=4 office=6 country=7 extension=5 unused: user=1"},
	{"sv", "Användarnamn|Mobiltelefon|Telefon arbete|Land", "wide: user=1 mobile=2 office=3 country=4"},
	{"sv", "Anställningsnummer|Namn|E-post|Mobilnummer arbete|Anknytning|Kontorstelefon|Landskod",
		"wide: user=3 mobile=4 office=6 country=7 extension=5 unused: user=1"},
	{"sv", "E-post|Mobil|Närmaste anhörig telefon|Chef", "wide: user=1 mobile=2"},
	{"da", "Medarbejdernummer|Navn|E-mailadresse|Mobilnummer|Telefon arbejde|Lokalnummer|Landekode",
		"wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"nb", "Ansattnummer|Navn|E-postadresse|Mobilnummer|Kontortelefon|Internnummer|Landskode",
		"wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"fi", "Käyttäjätunnus|Matkapuhelin|Työpuhelin|Maa", "wide: user=1 mobile=2 office=3 country=4"},
	{"fi", "Henkilönumero|Nimi|Sähköpostiosoite|Matkapuhelinnumero|Toimistopuhelin|Alanumero|Maatunnus",
		"wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"pl", "Nazwa użytkownika|Telefon komórkowy|Telefon służbowy|Kraj", "wide: user=1 mobile=2 office=3 country=4"},
	{"pl", "Numer pracownika|Imię i nazwisko|Adres e-mail|Numer telefonu komórkowego|Telefon stacjonarny|Numer wewnętrzny|Kod kraju",
		"wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},
	{"cs", "Uživatelské jméno|Mobilní telefon|Telefon do práce|Země", "wide: user=1 mobile=2 office=3 country=4"},
	{"cs", "Osobní číslo|Jméno a příjmení|E-mailová adresa|Služební mobil|Pevná linka|Klapka|Kód země",
		"wide: user=3 mobile=4 office=5 country=7 extension=6 unused: user=1"},

	{"en", "Id|UserPrincipalName|MobilePhone|BusinessPhones", "wide: user=2 mobile=3 office=4 unused: user=1"},
	{"en", "UserPrincipalName|PhoneType|PhoneNumber|SmsSignInState", "long: user=1 phoneType=2 phoneNumber=3"},
	{"en", "StrongAuthenticationAlternativePhoneNumber|StrongAuthenticationPhoneNumber|UPN", "wide: user=3 mobile=2 alternateMobile=1"},
	{"en", "sys_id|user_name|phone|mobile_phone|location", "wide: user=2 mobile=4 office=3"},
	{"en", `userName|phoneNumbers[type eq "work"].value|phoneNumbers[type eq "mobile"].value`, "wide: user=1 mobile=3 office=2"},
	{"en", "Display name|Work email|Work phone|Mobile phone|Site", "wide: user=2 mobile=4 office=3"},
}

func TestMoreExports(t *testing.T) {
	for _, test := range moreExports {
		for _, headings := range []string{test.headings, strings.ToUpper(test.headings), plain(test.headings)} {
			if test.language == "en" && headings != test.headings {
				continue // names of properties: their capitals part their words
			}
			if got, err := describeColumns(strings.Split(headings, "|"), nil); err != nil || got != test.want {
				t.Errorf("%s: Resolve(%q) = %q, %v, want %q", test.language, headings, got, err, test.want)
			}
		}
	}
}

// whole are the headings that have a meaning, by key, and the pairs.
func whole(t interface{ Fatalf(string, ...any) }, headings []string, profile Profile) map[string]string {
	c, err := Resolve(Input{Headings: headings, Profile: profile})
	if err != nil {
		t.Fatalf("Resolve(%q): %v", headings, err)
	}
	all := map[string]string{}
	for _, k := range c.Keys() {
		all[k.String()] = headings[c.At[k]]
	}
	for i, pair := range c.Pairs {
		all["pair "+string(rune('1'+i))] = headings[pair[0]] + " with " + headings[pair[1]]
	}
	return all
}

// Columns mean the same in any order, and whatever stands between them.
func TestOrderDoesNotMatter(t *testing.T) {
	files := []string{"Phone 1 Type|Phone 1|Phone 2 Type|Phone 2|E-Mail", "Téléphone 2|Téléphone 1|Type de téléphone 1|Type de téléphone 2|Courriel"}
	for _, e := range append(slices.Clone(exports), moreExports...) {
		files = append(files, e.headings)
	}
	others := []string{"Department", "Kostenstelle", "Notes", "Fax", "Vorname", "Manager", "Start date", ""}
	rapid.Check(t, func(t *rapid.T) {
		headings := strings.Split(rapid.SampledFrom(files).Draw(t, "file"), "|")
		more := rapid.SliceOfNDistinct(rapid.SampledFrom(others), 0, 3, rapid.ID).Draw(t, "other columns")
		moved := rapid.Permutation(append(slices.Clone(headings), more...)).Draw(t, "moved")
		want, got := whole(t, headings, Profile{}), whole(t, moved, Profile{})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("columns of %q and of %q (-in order +moved):\n%s", headings, moved, diff)
		}
	})
}

// A profile of what was found reads the file as it was read, and leaves out what
// another column of the kind would add.
func TestProfileOfWhatWasFound(t *testing.T) {
	for _, e := range moreExports {
		headings := strings.Split(e.headings, "|")
		want := whole(t, headings, Profile{})
		p := Profile{Columns: map[string]Texts{}}
		for key, heading := range want {
			p.Columns[key] = Texts{heading}
		}
		wider := append([]string{"Personal mobile", "Cell", "Zweites Handy"}, headings...)
		if diff := cmp.Diff(want, whole(t, wider, p)); diff != "" {
			t.Errorf("columns of %q with their profile (-want +got):\n%s", wider, diff)
		}
	}
}

var proposal = regexp.MustCompile(`--map "(\w+)=([^"]+)"`)

// Whoever does what a question proposes is not asked it again.
func TestProposalsAnswerTheirQuestion(t *testing.T) {
	for _, headings := range []string{
		"login|email|mobilePhone", "UPN|Work mobile|Personal mobile", "UPN|Telefon privat|Kontakttelefon", "UPN|Office Phone|Mobile 2",
		"UPN|PhoneType|Mobile", "user|type|phone|mobile|office phone", "upn|mobile|office phone|Area Code", "UPN|Country|Mobile Country|Mobile",
		"Courriel|Téléphone|Téléphone satellite", "Work Email|Work Phone|Contact Phone|Relationship", "UPN|Mobile Prefix|Mobile|Phone Prefix|Phone",
		"Correo|Móvil|Celular|Teléfono", "Sähköposti|Puhelin|Puhelin (vanha)", "UPN|Mobile|Country|Land", "upn|office|ext|extn",
	} {
		in := Input{Headings: strings.Split(headings, "|"), IsDialCode: isDigits}
		_, err := Resolve(in)
		var question *Question
		if !errors.As(err, &question) {
			t.Errorf("Resolve(%q): %v, want a question", headings, err)
			continue
		}
		proposals := proposal.FindAllStringSubmatch(question.Advice, -1)
		if len(proposals) == 0 {
			t.Errorf("Resolve(%q): %v, want a proposal", headings, err)
		}
		for _, p := range proposals {
			in.Map = map[string]string{p[1]: p[2]}
			c, err := Resolve(in)
			if err != nil && err.Error() == question.Error() {
				t.Errorf("Resolve(%q) with %s asks again: %v", headings, p[0], err)
			}
			if k, _ := ParseKey(p[1]); err == nil && in.Headings[c.At[k]] != p[2] {
				t.Errorf("Resolve(%q) with %s: %v is %q", headings, p[0], k, in.Headings[c.At[k]])
			}
		}
	}
}

// Two accounts of one person, or two numbers of one kind, are asked about in any
// language, each with its column.
func TestQuestionsAboutExports(t *testing.T) {
	for headings, want := range map[string]string{
		"login|email|mobilePhone|primaryPhone":            `several columns could be the user: 1 "login", 2 "email"`,
		"Correo|Móvil|Celular":                            `several columns could be the mobile: 2 "Móvil", 3 "Celular"`,
		"Courriel|Téléphone bureau|Ligne fixe":            `several columns could be the office: 2 "Téléphone bureau", 3 "Ligne fixe"`,
		"Adres e-mail|Komórka|Telefon komórkowy":          `several columns could be the mobile: 2 "Komórka", 3 "Telefon komórkowy"`,
		"Imię|Telefon komórkowy":                          `no column names the user: expected a heading such as userPrincipalName, UPN, User or E-mail, found "Imię", "Telefon komórkowy"`,
		"E-post|Namn|Avdelning":                           `no column holds a phone`,
		"Email|Cellulare (madre)|Grado di parentela":      `column 3 "Grado di parentela" tells how people are related`,
		"Email|Mobiel|Kantoortelefoon|Netnummer":          `column 4 "Netnummer" (areaCode) could belong to several phones: 2 "Mobiel", 3 "Kantoortelefoon"`,
		"Email|Typ telefonu|Numer telefonu|Tel. komórka":  `the heading has both forms`,
		"Email|Puhelintyyppi|Puhelin|Puhelin 2":           `phone 2 of a line needs one column for its type and one for its number, and has 4 "Puhelin 2"`,
		"ada@example.com|+49 176 04069012":                `the first line is not a heading: it names a user`,
		"11111111-1111-4111-8111-11111111110f|mobile|+44": `the first line is not a heading: it names a user`,
	} {
		if _, err := Resolve(Input{Headings: strings.Split(headings, "|")}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Resolve(%q): %v, want %q", headings, err, want)
		}
	}
}

// A question shows enough of a heading to find its column, and no phone number.
func TestTitlesOfHeadings(t *testing.T) {
	for heading, want := range map[string]string{
		"": "(empty)", "Mobile": `"Mobile"`, "Tel. 2026": `"Tel. 2026"`, "+49 176 04069012": "(a text with digits)", "1234567": "(a text with digits)", "123456": `"123456"`,
		strings.Repeat("ü", 60): `"` + strings.Repeat("ü", 60) + `"`, strings.Repeat("ü", 61): `"` + strings.Repeat("ü", 60) + `…"`,
	} {
		if got := Title(heading); got != want {
			t.Errorf("Title(%q) = %s, want %s", heading, got, want)
		}
	}
	if got := MapFlag(Mobile, "+49 176 04069012"); got != `--map "mobile=HEADING"` {
		t.Errorf("the flag of a heading that is a number is %s", got)
	}
	if got := (Column{"mobile", 3, "Handy"}).String(); got != `column 3 "Handy"` {
		t.Errorf("a column is called %s", got)
	}
}

// Keys have one name each, which --map and profiles spell as messages do.
func TestKeysAndTheirNames(t *testing.T) {
	const names = "user phoneType phoneNumber mobile alternateMobile office country extension areaCode dialCode"
	isPhone := map[Key]bool{PhoneNumber: true, Mobile: true, AlternateMobile: true, Office: true}
	var set KeySet
	for i, name := range strings.Fields(names) {
		k, known := ParseKey(name)
		if !known || k != Key(i) || k.String() != name || k.IsPhone() != isPhone[k] || set.Has(k) {
			t.Errorf("the key %s is %d, %t, and a phone: %t", name, k, known, k.IsPhone())
		}
		if set.Add(k); !set.Has(k) || set.Has(k+1) {
			t.Errorf("the set of the keys up to %v is %b", k, set)
		}
	}
	for _, name := range []string{"", "User", "phonetype", "fax", "user "} {
		if k, known := ParseKey(name); known {
			t.Errorf("%q is the key %v, want none", name, k)
		}
	}
	for rank, want := range map[Meaning]bool{{User, 0}: true, {User, 2}: true, {User, rankEmployee}: false, {Mobile, 0}: false} {
		if rank.Addressable() != want {
			t.Errorf("Graph knows users by %v: %t, want %t", rank, rank.Addressable(), want)
		}
	}
}

// A profile is one text or several; what is wrong is told with its line, in words
// of the file and not of the program.
func TestTextsOfProfiles(t *testing.T) {
	for text, want := range map[string]Texts{
		"columns: {mobile: Handy}": {"Handy"}, "columns: {mobile: [Handy, Cell]}": {"Handy", "Cell"}, "columns:\n  mobile:\n  - Handy\n": {"Handy"},
		"columns: {mobile: 12}": {"12"}, "columns: {user: &u [UPN, Mail], mobile: *u}": {"UPN", "Mail"}, "columns: {mobile: 'a: b'}": {"a: b"},
	} {
		if p, err := ReadProfile(strings.NewReader(text)); err != nil || !slices.Equal(p.Columns["mobile"], want) {
			t.Errorf("ReadProfile(%q) = %+v, %v, want %q", text, p, err, want)
		}
	}
	wrong := map[string]string{
		"columns:\n  mobile:\n":                         "columns.mobile names no heading",
		"columns: [a]":                                  "line 1: this cannot be read: keys with their values, as in columns: {user: UPN} is expected",
		"encoding: utf8\nwhere: {a: b}":                 "line 2: this cannot be read: a text or a list of texts is expected",
		"partsOf: mobile\ndefaultcountry: GB":           "line 2: unknown key defaultcountry; known are description, columns,",
		"columns: {user: a, user: b}":                   "already defined",
		"columns:\n\tuser: a":                           "line 2",
		"partsOf: Mobile":                               `partsOf: "Mobile" is not a phone: use mobile, alternateMobile or office`,
		"description: " + strings.Repeat("x", 64<<10+1): "it is larger than 65536 bytes",
	}
	for _, text := range slices.Sorted(maps.Keys(wrong)) {
		_, err := ReadProfile(strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), "reading profile: ") || !strings.Contains(err.Error(), wrong[text]) || strings.Contains(err.Error(), "heading.") {
			t.Errorf("ReadProfile(%.40q): %v, want %q", text, err, wrong[text])
		}
	}
	var written strings.Builder
	p := Profile{Name: "ours", Columns: map[string]Texts{"user": {"UPN"}, "mobile": {"Handy", "Cell"}}, Where: Texts{"Status!=inactive"}, DefaultCountry: "DE"}
	const want = "columns:\n  mobile:\n    - Handy\n    - Cell\n  user: UPN\nwhere: Status!=inactive\ndefaultCountry: DE\n"
	if err := p.Write(&written); err != nil || written.String() != want {
		t.Errorf("the profile is written as %q, %v, want %q", written.String(), err, want)
	}
}
