package heading

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for heading, want := range map[string]string{
		"Mobile Phone":                       "mobile phone",
		"userPrincipalName":                  "user principal name",
		"UPNName":                            "upn name",
		"mobile_phone_number*":               "mobile phone number",
		"Phone1 #2":                          "phone 1 2",
		"  3) Handy-Nr.":                     "handy nr",
		"Téle\u0301phone (n° de portable)":   "téléphone n de portable",
		"ＭＯＢＩＬＥ／Cell":                        "mobile cell",
		"Mobile phone (Beispiel: +1 206 55)": "mobile phone",
		"用户名 мобильный":                      "用户名 мобильный",
		"* -":                                "",
		strings.Repeat("mobile ", 50):        "",
	} {
		if got := strings.Join(words(heading), " "); got != want {
			t.Errorf("words(%q) = %q, want %q", heading, got, want)
		}
	}
}

// What everyday headings mean, by their rank.
func TestHeadings(t *testing.T) {
	tests := []struct {
		want     Meaning
		headings string
	}{
		{Meaning{User, 0}, "Azure UPN|Primary user UPN|UPN/Email|UPN [string]|1. UPN|Users.UPN|Nutzer|" +
			"用户名(示例:chris@contoso.com)[userPrincipalName]*"},
		{Meaning{User, 1}, "Employee Email|Employee E-Mail Address|PrimarySmtpAddress|WindowsEmailAddress|Login Email|EMAILID|Email ID|EMAIL_ADDR|" +
			"E-Mail dienstl.|Email Address [Required]|E-Mail [Pflichtfeld]|Nutzername|Account name|Email pro|Berufliche E-Mail|E-mail zakelijk|" +
			`emails[type eq "work"].value|Email (work)|User Email`},
		{Meaning{PhoneType, 0}, "Primary Phone Type|Work phone type|Telefontyp"},
		{Meaning{Mobile, 0}, "Mobilnr.|Mobilnr|Handy-Nr.|Mobilfunk-Nr.|Natel|Tél. portable|N° de portable|Portable pro|Móvil corporativo|Tel. cellulare|" +
			"Telemóvel profissional|Zakelijk mobiel|Tel. kom.|Nr telefonu komórkowego|Mob.|Mobile Tel.|Mobile telephone number|" +
			"Phone: Mobile|Phone - Mobile|Mobile - Work|Mobile/Cell|Work Mobile Number|Company mobile number|Corporate mobile|Business cell|" +
			"Primary Cell|Mobile 1|Mobile (1st)|Authentication Phone|AuthenticationPhone|StrongAuthenticationPhoneNumber|MFA Phone|SMS Phone|" +
			`phoneNumbers[type eq "mobile"].value|Phone (Cell)|Mobile [E.164]|Mobile Phone [Optional]|Mobile (work)|Mobile (privat)|` +
			"Mobil (arbete)|Mobil (soukromý)|Privé mobiel|Móvil personal|Telemóvel pessoal|Personal Mobile Phone|Personal Cell|" +
			"Private mobile|Mobile perso|Handphone|Mobile number with country code|Mobile (incl. area code)|Handynummer mit Ländervorwahl|" +
			"Mobile (international format)|Users.Mobile|DIENSTHANDYNUMMER|Firmenmobiltelefon"},
		{Meaning{Mobile, rankProposed}, "Contact Mobile|Mobile (contact)"},
		{Meaning{AlternateMobile, 0}, "Mobile 2|Mobile #2|Mobile Phone (2nd)|Mobile (secondary)|Alternate authentication phone|Zweites Handy"},
		{Meaning{AlternateMobile, rankProposed}, "Home Phone Number|home_phone_number|homePhoneNumber|Phone (home)|Telefon (Zuhause)|Téléphone (maison)|Personal Tel."},
		{Meaning{Office, 0}, "Phone (Work)|Phone (office)|Phone (desk)|Phone Number (Business)|Phone [work]|Work Tel.|Tel. (dienstlich)|Office [telephoneNumber]"},
		{Meaning{PhoneNumber, rankGeneric}, "Phone|Phone Number|Telephone|Tel.|Telefon 1|Phone 1|phone1 number|User phone|Telefon-Nr."},
		{Meaning{PhoneNumber, rankProposed}, "Contact Phone|Contact Number|Contact No.|Phone (contact)"},
		{Meaning{DialCode, 0}, "Mobile Country Code|Mobile Dial Code|Phone Country Code"},
		{Meaning{AreaCode, 0}, "Mobile Area Code"},
		{Meaning{Extension, 0}, "Work Phone Extension|phone1 extension"},
		{Meaning{Country, rankCountryCode}, "Country Code|Country (ISO)|Länderkennung"},
		{Meaning{Country, 2}, "Country (required)|Name of country"},
		{Meaning{Country, 3}, "Work Country|Work Country Code|Country/Territory|Location Country|Country - Work|Pays de travail"},
	}
	for _, test := range tests {
		for heading := range strings.SplitSeq(test.headings, "|") {
			if got, known := Lookup(heading); !known || got != test.want {
				t.Errorf("%q means %v at %d (known: %t), want %v at %d", heading, got.Key, got.Rank, known, test.want.Key, test.want.Rank)
			}
		}
	}
}

// What somebody else's phone, another kind, or a word that nobody knows makes
// of a heading: nothing.
func TestHeadingsOfOthers(t *testing.T) {
	const headings = "Mobile Phone (next of kin)|Handy (Ehepartner)|Mobile (Partner)|Mobile (mother)|Mobile (supervisor)|Mobile (boss)|Mobile (previous)|" +
		"Mobile (former)|Mobile (inactive)|Mobile (do not use)|Mobile (ICE)|Mobile (contatto emergenza)|Mobil (nödkontakt)|Mobile (shared)|" +
		"Phone (reception)|Phone (pager)|Phone (main switchboard)|UPN (Vorgesetzter)|User (approver)|Email (secondary)|Email (other)|" +
		"Country (of birth)|Home country|Manager phone [mobile]|Manager[userPrincipalName]|Emergency [mobilePhone]|Office [physicalDeliveryOfficeName]|" +
		"Mobile model|Mobile provider|iPhone|Company phone|Work/Home Phone|Office mobile phone|Telefon G|Phone 2|Personal Email|Authentication Email|" +
		"Work Secondary Email|New Primary Email [UPLOAD ONLY]|Recovery Phone [MUST BE IN THE E.164 FORMAT]|Hotel|Officer|" +
		"user@mobile.com|user.name@mail.com|Display Name|User Type|Address 2|Employee #"
	for heading := range strings.SplitSeq(headings, "|") {
		if a, known := Lookup(heading); known {
			t.Errorf("%q means %v, want nothing", heading, a.Key)
		}
	}
}

func TestFoldOfBrackets(t *testing.T) {
	for heading, want := range map[string]string{
		"Status [READ ONLY]": "status", "Status [current]": "current", "Mobile [next of kin]": "mobilenextofkin", "Phone [work]": "phonework",
		"Office [physicalDeliveryOfficeName]": "physicaldeliveryofficename", "E-Mail [Pflichtfeld]": "email",
	} {
		if got := Fold(heading); got != want {
			t.Errorf("Fold(%q) = %q, want %q", heading, got, want)
		}
	}
}

func TestPhoneLike(t *testing.T) {
	const like = "Handphone|Téléphone (autre)|Telefon G|Mobile (former)|Satellitentelefon|Phone 2|Celular anterior|Móvil viejo"
	for heading := range strings.SplitSeq(like, "|") {
		if !phoneLike(heading) {
			t.Errorf("%q could be no phone, want that it could", heading)
		}
	}
	others := []string{"Fax", "Telefax", "ipPhone", "Phone Model", "Mobile provider", "Manager phone", "Notfalltelefon", "Mobile Country Code", "Hotel", "Cancelled",
		"Kommentar", "Department", "E-Mail", "Telefonzentrale"}
	if i := slices.IndexFunc(others, phoneLike); i >= 0 {
		t.Errorf("%q could be a phone, want that it could not", others[i])
	}
}

// Every alias that people are known to use, under the meaning it must have.
func TestAliases(t *testing.T) {
	tests := map[Key]string{
		User: "UPN|upn|UserPrincipalName|userPrincipalName|User Principal Name|User name [userPrincipalName] Required|User|" +
			"User Name|UserName|userName|E-mail|Email|EMAIL|Mail|Work Email|Work_Email|Email_-_Work|Primary_Work_Email|" +
			"Work Contact: Work Email|id|ObjectId|employeeNumber|EmployeeId",
		PhoneType:   "phoneType|PhoneType|Phone Type|phone_type",
		PhoneNumber: "Phone|PhoneNumber|Phone Number",
		Mobile: "Mobile|mobile|MobilePhone|Mobile Phone|Mobile phone [mobile]|mobilePhone|Cell|CellPhone|" +
			"Personal Contact: Personal Mobile|mobile_phone_number|Mobiltelefon|Handy",
		AlternateMobile: "AlternateMobile|Alternate Mobile|homePhoneNumber",
		Office:          "office|OfficePhone|Office Phone|Office phone [telephoneNumber]|telephoneNumber|BIZ_PHONE|Work Phone",
		Extension:       "Extension|Work Ext.|EecPhoneBusinessExt|Durchwahl|Ramal",
		AreaCode:        "AreaCode|Area Code|area_code|Vorwahl|Riktnummer",
		DialCode:        "CountryCodeNumber|intlcode|Dial Code|Ländervorwahl|Laendervorwahl",
		Country:         "Land|Pays|País|Pais|Paese|Maa|Kraj|Země|country|countryCode|CountryCode|Country or region [country]|usageLocation|ISO country|Country_ISO_Code",
	}
	for k, headings := range map[Key]string{
		User: "Benutzername|Courriel|Adresse électronique|Correo electrónico|Posta elettronica|Correio eletrônico|E-mailadres|E-postadress|" +
			"E-mailadresse|E-post|Sähköposti|Adres e-mail|E-mailová adresa|Dienstliche E-Mail|Käyttäjä|Uzytkownik",
		PhoneType:   "Telefonart|Type de téléphone|Tipo de teléfono|Tipo di telefono|Tipo de telefone|Type telefoon|Typ telefonu|Puhelintyyppi",
		PhoneNumber: "Telefon|Téléphone|Teléfono|Telefono|Telefone|Telefoon|Telefonnummer|Puhelin|Numer telefonu|Telefonní číslo",
		Mobile: "Mobil|Diensthandy|Portable|Téléphone mobile|Móvil|Movil|Cellulare|Telemóvel|Mobiel|Mobilnummer|Mobiltelefon|" +
			"Matkapuhelin|Telefon komórkowy|Telefon komorkowy|Mobilní telefon",
		Office: "Telefon geschäftlich|Telefon geschaeftlich|Téléphone bureau|Teléfono de oficina|Telefono ufficio|Telefone comercial|" +
			"Werktelefoon|Arbetstelefon|Arbejdstelefon|Arbeidstelefon|Työpuhelin|Telefon służbowy|Pracovní telefon",
		AlternateMobile: "Telefon privat|Téléphone personnel|Teléfono particular|Telefono privato|Telefone pessoal|Privételefoon|" +
			"Hemtelefon|Hjemmetelefon|Kotipuhelin|Telefon prywatny|Soukromý telefon",
	} {
		tests[k] += "|" + headings
	}
	for want, headings := range tests {
		for _, heading := range strings.Split(headings, "|") {
			if a, known := Lookup(heading); !known || a.Key != want {
				t.Errorf("%q means %v (known: %t), want %v", heading, a.Key, known, want)
			}
		}
	}
	for _, heading := range []string{"Initial password [passwordProfile] Required", "Office [physicalDeliveryOfficeName]", "Office Number",
		"Fax", "ipPhone", "displayName", "userType", "State or province [state]", "", "*", "Required"} {
		if a, known := Lookup(heading); known {
			t.Errorf("%q means %v, want nothing", heading, a.Key)
		}
	}
}
