package importfile

// Secrets are what nobody needs to correct a phone, and what must not lie about
// in another file: passwords and keys, and the numbers by which states and
// banks know a person. The stems may stand anywhere in a heading, whatever
// stands round them; the words only by themselves: "Pinboard" is no PIN. Accents do
// not count.
const (
	secretStems = `passw passwd passphrase passcode passkey kennwort losungswort motdepasse contrase senha wachtwoord losenord adgangskod
		passord salasana haslo heslo parola unicodepwd apikey accesskey secretkey privatekey pincode clientsecret recoverycode backupcode
		socialsecurity sozialversicherung securitesociale seguridadsocial nationalid nationalinsurance ninumber taxid taxnumber
		steuerid steuernummer steueridentifikation codicefiscale codefiscal personnummer personnr fodselsnummer cprnummer cprnr
		henkilotunnus burgerservicenummer rodnecislo passport reisepass ausweisnummer identitycard bankaccount bankkonto kontonummer
		accountnumber creditcard kreditkarte парол паспорт
		パスワード 密码 密碼 비밀번호`
	secretWords = `pin pw pwd psw pass secret token otp totp ssn nin sin iban bic bsn cpr cpf curp pesel nif dni nie clave geheim geheimnis`
)

// secret says that the cells under a heading are not to be copied. A column
// that means something to us is none.
func secret(heading string) bool {
	if _, known := lookup(aliases(), heading); known {
		return false
	}
	return hasStem(heading, secretStems) || hasWord(heading, secretWords)
}
