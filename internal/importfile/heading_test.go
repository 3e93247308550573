package importfile

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

// What everyday headings mean, by the rank at which they are taken.
func TestHeadings(t *testing.T) {
	tests := []struct {
		want     alias
		headings string
	}{
		{alias{keyUser, 0}, "Azure UPN|Primary user UPN|UPN/Email|UPN [string]|1. UPN|Users.UPN|Nutzer|" +
			"用户名(示例:chris@contoso.com)[userPrincipalName]*"},
		{alias{keyUser, 1}, "Employee Email|Employee E-Mail Address|PrimarySmtpAddress|WindowsEmailAddress|Login Email|EMAILID|Email ID|EMAIL_ADDR|" +
			"E-Mail dienstl.|Email Address [Required]|E-Mail [Pflichtfeld]|Nutzername|Account name|Email pro|Berufliche E-Mail|E-mail zakelijk|" +
			`emails[type eq "work"].value|Email (work)|User Email`},
		{alias{keyPhoneType, 0}, "Primary Phone Type|Work phone type|Telefontyp"},
		{alias{keyMobile, 0}, "Mobilnr.|Mobilnr|Handy-Nr.|Mobilfunk-Nr.|Natel|Tél. portable|N° de portable|Portable pro|Móvil corporativo|Tel. cellulare|" +
			"Telemóvel profissional|Zakelijk mobiel|Tel. kom.|Nr telefonu komórkowego|Mob.|Mobile Tel.|Mobile telephone number|" +
			"Phone: Mobile|Phone - Mobile|Mobile - Work|Mobile/Cell|Work Mobile Number|Company mobile number|Corporate mobile|Business cell|" +
			"Primary Cell|Mobile 1|Mobile (1st)|Authentication Phone|AuthenticationPhone|StrongAuthenticationPhoneNumber|MFA Phone|SMS Phone|" +
			`phoneNumbers[type eq "mobile"].value|Phone (Cell)|Mobile [E.164]|Mobile Phone [Optional]|Mobile (work)|Mobile (privat)|` +
			"Mobil (arbete)|Mobil (soukromý)|Privé mobiel|Móvil personal|Telemóvel pessoal|Personal Mobile Phone|Personal Cell|" +
			"Private mobile|Mobile perso|Handphone|Mobile number with country code|Mobile (incl. area code)|Handynummer mit Ländervorwahl|" +
			"Mobile (international format)|Users.Mobile|DIENSTHANDYNUMMER|Firmenmobiltelefon"},
		{alias{keyMobile, rankProposed}, "Contact Mobile|Mobile (contact)"},
		{alias{keyAlternateMobile, 0}, "Mobile 2|Mobile #2|Mobile Phone (2nd)|Mobile (secondary)|Alternate authentication phone|Zweites Handy"},
		{alias{keyAlternateMobile, rankProposed}, "Home Phone Number|home_phone_number|homePhoneNumber|Phone (home)|Telefon (Zuhause)|Téléphone (maison)|Personal Tel."},
		{alias{keyOffice, 0}, "Phone (Work)|Phone (office)|Phone (desk)|Phone Number (Business)|Phone [work]|Work Tel.|Tel. (dienstlich)|Office [telephoneNumber]"},
		{alias{keyPhoneNumber, rankGeneric}, "Phone|Phone Number|Telephone|Tel.|Telefon 1|Phone 1|phone1 number|User phone|Telefon-Nr."},
		{alias{keyPhoneNumber, rankProposed}, "Contact Phone|Contact Number|Contact No.|Phone (contact)"},
		{alias{keyDialCode, 0}, "Mobile Country Code|Mobile Dial Code|Phone Country Code"},
		{alias{keyAreaCode, 0}, "Mobile Area Code"},
		{alias{keyExtension, 0}, "Work Phone Extension|phone1 extension"},
		{alias{keyCountry, rankCountryCode}, "Country Code|Country (ISO)|Länderkennung"},
		{alias{keyCountry, 2}, "Country (required)|Name of country"},
		{alias{keyCountry, 3}, "Work Country|Work Country Code|Country/Territory|Location Country|Country - Work|Pays de travail"},
	}
	for _, test := range tests {
		for heading := range strings.SplitSeq(test.headings, "|") {
			if got, known := lookup(aliases(), heading); !known || got != test.want {
				t.Errorf("%q means %v at %d (known: %t), want %v at %d", heading, got.key, got.rank, known, test.want.key, test.want.rank)
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
		if a, known := lookup(aliases(), heading); known {
			t.Errorf("%q means %v, want nothing", heading, a.key)
		}
	}
}

func TestFoldOfBrackets(t *testing.T) {
	for heading, want := range map[string]string{
		"Status [READ ONLY]": "status", "Status [current]": "current", "Mobile [next of kin]": "mobilenextofkin", "Phone [work]": "phonework",
		"Office [physicalDeliveryOfficeName]": "physicaldeliveryofficename", "E-Mail [Pflichtfeld]": "email",
	} {
		if got := fold(heading); got != want {
			t.Errorf("fold(%q) = %q, want %q", heading, got, want)
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
