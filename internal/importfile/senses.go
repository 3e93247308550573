package importfile

import (
	"strings"
	"sync"
)

// senses are what the words of a heading say, as a set.
type senses uint32

const (
	ofPhone senses = 1 << iota
	ofMobile
	ofDesk // a phone that stands somewhere
	ofWork
	ofFirm // of the company: its mobiles are people's, its phones its own
	ofPrivate
	ofAlternate
	ofFirst // of a series
	ofSecond
	ofNumber
	ofSignIn // what a second factor is sent to
	ofContact
	ofMail
	ofAddress
	ofUPN
	ofUser
	ofLogin
	ofAccount
	ofName
	ofID
	ofType
	ofCountry
	ofPlace
	ofCode
	ofDial
	ofArea
	ofExtension
	ofWith // what follows tells what a number is written with
)

// vocabulary lists words, and phrases in one word, by what they say. Words that
// say nothing ("required", "of") are at its end: a heading with a word that is
// not here at all is not understood.
var vocabulary = []struct {
	says  senses
	words string
}{
	{ofPhone, `phone phones telephone telephones tel tels ph telefon telefonu telefonní telefoon telefono telefone teléfono téléphone tél puhelin
		puhelimen rufnummer fon telf tfno tlf tfn`},
	{ofMobile, `mobile mobiles mob cell cellular handy handphone mobil mobilt mobilfunk gsm natel portable cellulaire móvil celular cellulare
		telemóvel mobiel mobiele matkapuhelin kännykkä komórka komórkowy komórkowego kom mobilní mobilního mobilu`},
	{ofDesk, `office desk büro bureau oficina ufficio escritório kantoor kontor kontors toimisto biuro biurowy kancelář fixe fijo fisso fixo
		stacjonarny`},
	{ofPhone | ofDesk, "landline festnetz festnetznummer"},
	{ofWork, `work business biz dienst dienstlich dienstliche dienstliches dienstl geschäft geschäfts geschäftlich geschäftliche
		geschäftliches arbeit arbeits beruflich berufliche berufliches pro prof professionnel professionnelle travail trabajo laboral
		profesional lavoro professionale trabalho profissional comercial werk zakelijk zakelijke arbete arbets arbejde arbejds arbeid
		arbeids jobb työ praca pracy służbowy służbowa służbowego pracovní práce služební`},
	{ofFirm, `company corporate corp firma firmen firmy firemní entreprise corporativo corporativa empresa aziendale azienda bedrijf
		bedrijfs företag företags virksomhed`},
	{ofPrivate, `private personal home residence residential privat privates private zuhause privé privée perso personnel personnelle domicile
		maison particular privado privada casa personale privato privata pessoal residencial thuis hem hjem koti henkilökohtainen
		prywatny prywatna domowy soukromý soukromá domácí`},
	{ofAlternate, "alternate alternative alternativ alternatives secondary secondaire secundario secondario zweit zweites zweite"},
	{ofFirst, "1 1st primary principal principale"},
	{ofSecond, "2 2nd"},
	{ofNumber, "number numbers nr no num n nbr nummer numero número numéro numer číslo"},
	{ofSignIn, "authentication auth mfa 2fa sms sspr strongauthentication"},
	{ofContact, "contact kontakt contacto contatto contato"},
	{ofMail, `email emails mail mails smtp courriel mél mel correo correoelectrónico postaelettronica correioeletrónico correioeletrônico mejl
		epost sähköposti pocztaelektroniczna`},
	{ofAddress, "address addr adresse adress adres adresa dirección indirizzo endereço osoite"},
	{ofUPN, "upn userprincipalname principalname benutzerprinzipalname"},
	{ofUser, `user users benutzer nutzer anwender utilisateur usuario usuário utente utilizador gebruiker gebruikers användare användar bruger
		bruker käyttäjä użytkownik użytkownika uživatel`},
	{ofLogin, "login logon signin anmelde identifiant"},
	{ofAccount, "account"},
	{ofName, "name namn navn nimi naam nom nombre nome nazwa jméno"},
	{ofID, "id"},
	{ofType, "type typ tipo art tyyppi rodzaj druh"},
	{ofCountry, "country land länder pays país paese nazione maa kraj země"},
	{ofPlace, "location territory region"},
	{ofCode, "code kode kod codice código kennung"},
	{ofDial, "dial dialing dialling calling"},
	{ofCountry | ofDial | ofCode, "ländervorwahl landesvorwahl"},
	{ofArea, "area"},
	{ofArea | ofCode, "vorwahl"},
	{ofExtension, "extension ext extn durchwahl nebenstelle extensión"},
	{ofWith, "with without including include incl includes mit ohne inkl avec sans con com met med"},
	{0, `required optional mandatory pflicht pflichtfeld erforderlich obligatoire facultatif obligatorio opcional obbligatorio verplicht
		international intl e164 164 iso format text string value typeeq readonly uploadonly must be please enter
		digits numeric only spaces space dashes if any applicable in the is of for or and oder und ou et
		y de du des del della di do da van voor för der die das den la le les el il employee employees staff member mitarbeiter
		ad aad azure entra windows microsoft m365 o365 365 exchange full s your`},
}

// understood is the vocabulary by word. Nobody may change it.
var understood = sync.OnceValue(func() map[string]senses {
	table := map[string]senses{}
	for _, entry := range vocabulary {
		for word := range strings.FieldsSeq(entry.words) {
			table[word] = entry.says
		}
	}
	for _, entry := range vocabulary {
		for word := range strings.FieldsSeq(entry.words) {
			for _, plain := range [...]string{withoutAccents(word), spelledOut.Replace(word)} {
				if _, known := table[plain]; !known {
					table[plain] = entry.says
				}
			}
		}
	}
	return table
})

// understand says what words say together, and whether nothing else stands
// among them.
func understand(words []string) (says senses, all bool) {
	table, with := understood(), false
	all = true
	for len(words) > 0 {
		word, n, known := next(table, words)
		words = words[n:]
		switch {
		case !known:
			all = false
		case word&ofWith != 0:
			with = true
		case with && word&^(ofCountry|ofCode|ofDial|ofArea|ofExtension|ofNumber) == 0: // "with country code"
		default:
			says |= word
		}
	}
	return says, all
}

// next says what the first word says, or the first few as one: "e mail".
func next(table map[string]senses, words []string) (says senses, taken int, known bool) {
	for n := min(3, len(words)); n > 1; n-- {
		if says, known := table[strings.Join(words[:n], "")]; known {
			return says, n, true
		}
	}
	says, known = compound(table, words[0])
	return says, 1, known
}

// compound takes apart what is written in one word: "Mobiltelefonnummer",
// "EMAILADDRESS".
func compound(table map[string]senses, word string) (says senses, known bool) {
	if says, known := table[word]; known {
		return says, true
	}
	for end := min(len(word)-2, maxPiece); end >= 2; end-- {
		first, known := table[word[:end]]
		if !known {
			continue
		}
		if rest, known := compound(table, word[end:]); known {
			return first | rest, true
		}
	}
	return 0, false
}

// maxPiece is longer than any word of the vocabulary.
const maxPiece = 30

// rules say what senses mean together: all that are needed have to be there,
// and none but these and those that may be. The first that fits decides.
var rules = []struct {
	alias
	needed, may senses
}{
	{alias{keyUser, 0}, ofUPN, ofUser | ofName | ofMail | ofLogin | ofFirst | ofWork},
	{alias{keyUser, 0}, ofUser, 0},
	{alias{keyUser, 1}, ofMail, ofAddress | ofWork | ofDesk | ofFirm | ofUser | ofLogin | ofFirst | ofID},
	{alias{keyUser, 1}, ofLogin, ofName | ofUser | ofWork | ofFirm},
	{alias{keyUser, 1}, ofUser | ofName, ofAccount},
	{alias{keyUser, 1}, ofAccount | ofName, 0},

	{alias{keyPhoneType, 0}, ofPhone | ofType, ofNumber | ofFirst | ofWork | ofUser},

	{alias{keyDialCode, 0}, ofDial | ofCode, ofCountry | ofPhone | ofMobile | ofWork | ofDesk | ofNumber},
	{alias{keyDialCode, 0}, ofCountry | ofCode | ofPhone, ofMobile | ofWork | ofDesk | ofNumber},
	{alias{keyDialCode, 0}, ofCountry | ofCode | ofMobile, ofNumber},
	{alias{keyAreaCode, 0}, ofArea | ofCode, ofPhone | ofMobile | ofWork | ofDesk | ofNumber},
	{alias{keyExtension, 0}, ofExtension, ofPhone | ofMobile | ofWork | ofDesk | ofNumber | ofFirst},

	{alias{keyMobile, 0}, ofMobile, ofPhone | ofNumber | ofWork | ofFirm | ofPrivate | ofFirst | ofUser | ofSignIn},
	{alias{keyMobile, 0}, ofSignIn | ofPhone, ofNumber | ofFirst | ofUser},
	{alias{keyMobile, rankProposed}, ofMobile | ofContact, ofPhone | ofNumber | ofWork | ofFirst},
	{alias{keyAlternateMobile, 0}, ofMobile | ofAlternate, ofPhone | ofNumber | ofWork | ofFirm | ofSignIn},
	{alias{keyAlternateMobile, 0}, ofMobile | ofSecond, ofPhone | ofNumber | ofWork | ofFirm},
	{alias{keyAlternateMobile, 0}, ofPhone | ofAlternate, ofNumber | ofSignIn},
	{alias{keyAlternateMobile, rankProposed}, ofPhone | ofPrivate, ofNumber | ofFirst | ofSecond},
	{alias{keyOffice, 0}, ofPhone | ofWork, ofDesk | ofNumber | ofFirst | ofUser},
	{alias{keyOffice, 0}, ofPhone | ofDesk, ofNumber | ofFirst | ofUser},
	{alias{keyPhoneNumber, rankGeneric}, ofPhone, ofNumber | ofFirst | ofUser},
	{alias{keyPhoneNumber, rankProposed}, ofPhone | ofContact, ofNumber | ofFirst},
	{alias{keyPhoneNumber, rankProposed}, ofNumber | ofContact, ofFirst},

	{alias{keyCountry, rankCountryCode}, ofCountry | ofCode, 0},
	{alias{keyCountry, 2}, ofCountry, ofName},
	{alias{keyCountry, 3}, ofCountry, ofCode | ofWork | ofFirm | ofPlace | ofAddress},
}

// mean is what senses mean together.
func mean(says senses) (alias, bool) {
	for _, rule := range rules {
		if says&rule.needed == rule.needed && says&^(rule.needed|rule.may) == 0 {
			return rule.alias, true
		}
	}
	return alias{}, false
}
