package importfile

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Ranks that decide more than which of two columns is taken.
const (
	rankGeneric  = 1 // of phoneNumber: a phone of any kind
	rankEmployee = 3 // of user: ids that Graph does not know, and names without a domain
	rankUnlikely = 2 // of phoneNumber and areaCode: only beside other parts of a number; of dialCode: only where the cells are some
	rankProposed = 9 // never taken unless --map says so
)

// aliasLists hold folded headings, by key and rank: those of Microsoft's own
// exports and templates, of directory and HR exports, and of published scripts,
// in English and in the common languages of Europe.
var aliasLists = []struct {
	alias
	headings string
}{
	{alias{keyUser, 0}, `user upn userprincipalname
		benutzer benutzerprinzipalname utilisateur nomprincipaldelutilisateur nomdutilisateurprincipal usuario
		nombreprincipaldeusuario utente nomeprincipaleutente usuário utilizador nomeprincipaldousuário
		nomeprincipaldoutilizador gebruiker användare bruger bruker käyttäjä użytkownik uživatel`},
	{alias{keyUser, 1}, `username login loginname signinname email emailaddress useremail mail workemail
		workemailaddress primaryworkemail emailwork workcontactworkemail businessemail companyemail
		mailaddress useremailaddress officeemail officialemail corporateemail workmail businessmail primaryemail
		primaryemailaddress eepaddressemail
		emailadresse mailadresse emailgeschäftlich geschäftlicheemail geschäftlicheemailadresse emaildienstlich
		dienstlicheemail emailfirma firmenemail benutzername anmeldename
		courriel adressecourriel adresseemail adressemail adresseélectronique adressedemessagerie mél emailprofessionnel
		mailprofessionnel courrielprofessionnel adresseemailprofessionnelle adressemailprofessionnelle nomdutilisateur identifiant
		correo correoelectrónico direccióndecorreo direccióndecorreoelectrónico correocorporativo correodetrabajo
		correoelectrónicodetrabajo nombredeusuario
		postaelettronica indirizzoemail indirizzomail indirizzodipostaelettronica emailaziendale emaildilavoro nomeutente
		correioeletrónico correioeletrônico endereçodeemail endereçoeletrónico endereçoeletrônico emailcorporativo
		emailprofissional emaildetrabalho nomedeusuário nomedeutilizador
		emailadres mailadres werkemail emailwerk zakelijkeemail zakelijkemailadres gebruikersnaam
		epost epostadress mejl mejladress epostarbete arbetsmejl användarnamn
		arbejdsmail brugernavn epostadresse jobbepost brukernavn
		sähköposti sähköpostiosoite työsähköposti käyttäjätunnus käyttäjänimi
		adresemail adresmailowy adrespocztyelektronicznej pocztaelektroniczna emailsłużbowy służbowyemail nazwaużytkownika
		emailováadresa elektronickápošta pracovníemail firemníemail uživatelskéjméno`},
	{alias{keyUser, 2}, "id objectid userid userobjectid entraobjectid azureadobjectid aadobjectid"},
	{alias{keyUser, rankEmployee}, `employeeid employeenumber employeeno empid personnelnumber workerid associateid
		samaccountname onpremisessamaccountname
		personalnummer personalnr mitarbeiternummer mitarbeiterid matricule numérodemployé númerodeempleado matricola
		númerodefuncionário personeelsnummer anställningsnummer medarbejdernummer ansattnummer henkilönumero
		numerpracownika osobníčíslo`},

	{alias{keyPhoneType, 0}, `phonetype phonenumbertype typeofphone numbertype methodtype efophonetype
		telefontyp telefonart rufnummerntyp telefonnummertyp typedetéléphone typetéléphone typedenuméro tipodeteléfono
		tipoteléfono tipoditelefono tipotelefono tipodetelefone typetelefoon telefoontype telefontype puhelintyyppi
		puhelimentyyppi typtelefonu rodzajtelefonu druhtelefonu`},
	// It may be the type of anything, the user for one.
	{alias{keyPhoneType, 1}, "type typ tipo tyyppi rodzaj"},

	{alias{keyPhoneNumber, rankGeneric}, `phonenumber phone phoneno telephone telephoneno number primaryphone primaryphonenumber
		efophonenumber localnumber localphonenumber subscribernumber
		tel telno telnr telefon telefonnummer telefonnr rufnummer
		téléphone numérodetéléphone numérotéléphone teléfono númerodeteléfono númeroteléfono telefono numeroditelefono
		numerotelefono telefone númerodetelefone telefoon telefoonnummer puhelin puhelinnumero numertelefonu nrtelefonu
		telefonníčíslo číslotelefonu`},
	{alias{keyPhoneNumber, rankUnlikely}, "local localno"},
	// A contact may be the person, or whom to call when something has happened.
	{alias{keyPhoneNumber, rankProposed}, "contactnumber contactphone"},

	{alias{keyMobile, 0}, `mobile mobilephone mobilenumber mobilephonenumber mobileno cell cellphone cellnumber
		cellphonenumber handy handynummer mobiltelefon mobilnummer personalmobile personalcontactpersonalmobile
		workmobile workcontactworkmobile primarymobile primarymobilephone primaryworkmobilephone
		mobilephoneno mobiletelephone cellular cellularphone gsm gsmnumber businessmobile companymobile workcell workcellphone
		mobil mobilfunk mobilfunknummer mobilrufnummer mobiltelefonnummer mobilephonenummer telefonmobil diensthandy firmenhandy
		handydienstlich mobildienstlich handygeschäftlich mobilgeschäftlich handyprivat mobilprivat
		portable téléphoneportable téléphonemobile numérodeportable numérodemobile numérodetéléphoneportable
		numérodetéléphonemobile mobileprofessionnel portableprofessionnel portablepersonnel mobilepersonnel cellulaire
		téléphonecellulaire
		móvil teléfonomóvil númerodemóvil númerodeteléfonomóvil celular teléfonocelular númerocelular móvildetrabajo
		cellulare telefonocellulare numerodicellulare numerocellulare telefonomobile cellulareaziendale
		telemóvel númerodetelemóvel telefonecelular telefonemóvel númerodecelular
		mobiel mobielnummer mobieltelefoonnummer mobieletelefoon mobieletelefoonnummer werkmobiel mobielwerk gsmnummer
		arbetsmobil jobbmobil mobilarbete arbejdsmobil
		matkapuhelin matkapuhelinnumero kännykkä työmatkapuhelin
		komórka komórkowy telefonkomórkowy numertelefonukomórkowego numerkomórkowy telefonkomórkowysłużbowy
		mobilnítelefon mobilníčíslo číslomobilu pracovnímobil služebnímobil`},

	{alias{keyAlternateMobile, 0}, `alternatemobile alternatemobilephone alternatemobilenumber altmobile
		secondarymobile alternatephone alternatephonenumber othermobile alternativemobile
		mobile2 mobilephone2 mobil2 handy2 zweithandy zweitesmobiltelefon alternativesmobiltelefon`},
	// That a private line may be registered is for the person to say.
	{alias{keyAlternateMobile, rankProposed}, `homephone homephonenumber hometelephone homephoneno privatephone privatetelephone
		privatephonenumber personalphone personalphonenumber personalcontacthomephone personalcontactpersonalphone
		eepphonehomenumber
		telefonprivat privattelefon privatnummer privattelefonnummer telefonnummerprivat privaterufnummer
		téléphonepersonnel téléphoneprivé téléphonedomicile teléfonopersonal teléfonoparticular teléfonoprivado
		teléfonodecasa telefonopersonale telefonoprivato telefonodicasa telefonepessoal telefoneparticular
		telefoneresidencial privételefoon telefoonprivé privénummer telefoonthuis hemtelefon hjemmetelefon telefonhem
		telefonhjem kotipuhelin henkilökohtainenpuhelin telefonprywatny prywatnytelefon telefondomowy soukromýtelefon
		telefonsoukromý domácítelefon`},

	{alias{keyOffice, 0}, `officephone officephonenumber officetelephone telephonenumber bizphone businessphone
		businessphones businessphonenumber workphone workphonenumber worktelephone primaryworkphone
		workcontactworkphone deskphone landline eecphonebusinessnumber
		telefongeschäftlich geschäftlichestelefon geschäftstelefon telefonnummergeschäftlich telefonbüro bürotelefon
		telefondienstlich diensttelefon telefonarbeit festnetz festnetznummer telefonfestnetz
		téléphonebureau téléphonedebureau téléphoneprofessionnel téléphonetravail téléphonefixe lignefixe telbureau
		teléfonodeoficina teléfonooficina teléfonodeltrabajo teléfonodetrabajo teléfonotrabajo teléfonolaboral teléfonofijo
		telefonoufficio telefonodiufficio telefonodilavoro telefonolavoro telefonoaziendale telefonofisso
		telefonecomercial telefonedoescritório telefoneescritório telefonedetrabalho telefonetrabalho telefonefixo
		werktelefoon telefoonwerk kantoortelefoon telefoonkantoor zakelijketelefoon
		arbetstelefon telefonarbete kontorstelefon telefonkontor jobbtelefon arbejdstelefon telefonarbejde kontortelefon
		arbeidstelefon telefonarbeid telefonjobb
		työpuhelin työpuhelinnumero puhelintyö toimistopuhelin
		telefonsłużbowy służbowytelefon telefonbiurowy telefondopracy telefonpraca telefonstacjonarny
		pracovnítelefon služebnítelefon telefondopráce telefonpráce telefonkancelář pevnálinka`},
	// Active Directory exports have a column Office that holds a room.
	{alias{keyOffice, 1}, "office"},

	// The usage location is two letters by definition; a country code may also
	// turn out to be a dialling code, a country is what people typed.
	{alias{keyCountry, 0}, `usagelocation nutzungsstandort verwendungsstandort lieudutilisation
		emplacementdutilisation ubicacióndeuso posizionediutilizzo localdeutilização gebruikslocatie användningsplats`},
	{alias{keyCountry, rankCountryCode}, `countrycode countryisocode isocountrycode countryiso isocountry countryiso2
		countryiso3 primaryaddresscountrycode
		ländercode landescode länderkürzel länderkennzeichen codepays codedupays códigodepaís códigopaís codicepaese
		códigodopaís landcode landskod landekode landskode maakoodi maatunnus kodkraju kódzemě`},
	{alias{keyCountry, 2}, `country countryorregion countryregion countryname
		land staat pays país paese nazione maa kraj země`},

	{alias{keyExtension, 0}, `extension ext extn phoneext phoneextension workext workextension officeext
		officeextension officephoneext officephoneextension workphoneext workphoneextension businessext businessextension
		extensionnumber extno eecphonebusinessext
		durchwahl nebenstelle durchwahlnummer extensión extensióntelefónica extensão ramal postetéléphonique
		numerointerno doorkiesnummer toestelnummer anknytning anknytningsnummer lokalnummer internnummer alanumero
		numerwewnętrzny telefonwewnętrzny klapka`},
	{alias{keyAreaCode, 0}, `areacode phoneareacode citycode ortsvorwahl vorwahl indicatifrégional códigodeárea
		prefissoteleselettivo ddd netnummer kengetal riktnummer områdenummer suuntanumero numerkierunkowy`},
	{alias{keyAreaCode, rankUnlikely}, "area"},
	{alias{keyDialCode, 0}, `dialcode dialingcode diallingcode callingcode countrycodenumber countrydialcode
		countrydialingcode countrydiallingcode countrycallingcode countryphonecode phonecountrycode internationalcode
		internationaldialingcode internationaldiallingcode internationalcallingcode intlcode isdcode idd
		landesvorwahl ländervorwahl internationalevorwahl landesvorwahlnummer indicatifpays indicatifdupays
		indicatifinternational indicatiftéléphonique prefijointernacional prefijopaís prefissointernazionale
		códigointernacional landnummer landsnummer landkode landenummer maanumero numerkierunkowykraju
		prefiksmiędzynarodowy mezinárodnípředvolba`},
	// In Britain it is a person's direct number.
	{alias{keyDialCode, rankUnlikely}, "ddi"},
}

// rankCountryCode is that of the headings under which numbers may be dialling
// codes as well as those of ISO 3166.
const rankCountryCode = 1

// aliases is the table from folded heading to meaning. Nobody may change it.
var aliases = sync.OnceValue(func() map[string]alias {
	table := map[string]alias{}
	for _, list := range aliasLists {
		for heading := range strings.FieldsSeq(list.headings) {
			table[heading] = list.alias
		}
	}
	// Exports and keyboards without accents; a heading that means something
	// by itself keeps that.
	for _, list := range aliasLists {
		for heading := range strings.FieldsSeq(list.headings) {
			for _, plain := range [...]string{withoutAccents(heading), spelledOut.Replace(heading)} {
				if _, known := table[plain]; !known {
					table[plain] = list.alias
				}
			}
		}
	}
	return table
})

// spelledOut is how people write letters that their keyboard does not have.
var spelledOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "ø", "oe", "å", "aa", "æ", "ae")

func withoutAccents(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ł':
			return 'l'
		case r == 'ø':
			return 'o'
		}
		return r
	}, norm.NFD.String(text))
}
