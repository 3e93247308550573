package importfile

import (
	"slices"
	"strings"
)

// Stems of words that name somebody else than the user, and whole words where a
// stem would say too much. Accents do not count.
const (
	otherPersonStems = `manager supervis boss vorgesetzt superieur superior chef jefe capo leiter leader responsab reportsto kierownik przelozon
		nadrizen esimie overordnad emergenc notfall notruf urgenc emergenz nodkontakt nodsituation kontaktperson contactperson assist asst sekretar secretar segretar
		parent eltern mother father mutter vater madre padre spouse ehepartner ehefrau ehemann ehegatt partner conjoint conyuge coniuge
		wife husband child enfant guardian nextofkin angehor anhorig parorend verwandt relative relation famil friend freund sibling
		brother sister approv genehmig sponsor delegat vertret recruit buddy mentor colleague kolleg referen referr owner doctor
		customer kunde client vendor supplier lieferant landlord`
	otherPersonWords = "ice kin hr mgr leder arzt"

	emergencyStems = "emergenc notfall urgenc emergenz nodkontakt"

	// What a file of other people's phones says.
	relationStems = "relationship nextofkin verwandtschaft liendeparente parentesco parentela slaktskap pokrewienstw"

	// What stands beside a phone and is none of the user's own, or none at all.
	noPhoneStems = `fax pager beeper model provider anbieter carrier operator device gerat tarif contract vertrag imei imsi serial voip voicemail
		mailbox recept switchboard zentrale vermittlung hotline conference allowance cost kosten date datum status verif consent optin type
		typ platform brand marke version policy license note remark country code extension`
	noPhoneWords = "ip sip sim plan os app count"

	phoneStarts = "phon tel tlf mobil cell handy gsm portab fon movil celul natel komork matkap kannyk"
	phoneEnds   = "phone phones telefon telefono telephone handy fon mobil mobile puhelin"
)

// somebodyElses says that a heading names somebody else than the user.
func somebodyElses(heading string) bool {
	return hasStem(heading, otherPersonStems) || hasWord(heading, otherPersonWords)
}

// ofRelatives is the column of a file that tells how people are related to
// those whose phones it has; none where there is none, or where the phones of
// relatives are named as theirs: "Emergency Contact Phone".
func ofRelatives(headings []string) int {
	phone := func(heading string) bool {
		says, _ := understand(words(heading))
		return says&(ofPhone|ofMobile) != 0
	}
	named := slices.ContainsFunc(headings, func(heading string) bool { return phone(heading) && hasStem(heading, emergencyStems) })
	return slices.IndexFunc(headings, func(heading string) bool {
		return hasStem(heading, relationStems) && !phone(heading) && !hasStem(heading, "manager") &&
			!(named && hasStem(heading, emergencyStems))
	})
}

// phoneLike says that a heading speaks of a phone that could be the user's,
// though nobody knows which.
func phoneLike(heading string) bool {
	if somebodyElses(heading) || hasStem(heading, noPhoneStems) || hasWord(heading, noPhoneWords) {
		return false
	}
	all := words(heading)
	if says, _ := understand(all); says&(ofPhone|ofMobile) != 0 {
		return true
	}
	return slices.ContainsFunc(all, func(word string) bool {
		word = withoutAccents(word)
		starts := func(stem string) bool { return strings.HasPrefix(word, stem) }
		ends := func(stem string) bool { return strings.HasSuffix(word, stem) }
		return slices.ContainsFunc(strings.Fields(phoneStarts), starts) || slices.ContainsFunc(strings.Fields(phoneEnds), ends)
	})
}

// hasStem says that one of the stems stands anywhere in a heading.
func hasStem(heading, stems string) bool {
	whole := withoutAccents(lettersOf(heading))
	for stem := range strings.FieldsSeq(stems) {
		if strings.Contains(whole, withoutAccents(stem)) {
			return true
		}
	}
	return false
}

// hasWord says that one of the words of a heading is among those.
func hasWord(heading, among string) bool {
	known := strings.Fields(among)
	return slices.ContainsFunc(words(heading), func(word string) bool { return slices.Contains(known, withoutAccents(word)) })
}
