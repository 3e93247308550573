package heading

import (
	"strings"
	"testing"
)

// Only what is known to be harmless is copied: no list of secrets would be whole.
func TestHarmful(t *testing.T) {
	const harmful = `Password|Password [Required]|Password (temporary)|Passwort (initial)|Start-Passwort|Kennwort_neu|Mot de passe initial|` +
		`Contraseña temporal|CONTRASENA|Clave|Temp PW|Login Password|Default password|pwd|Passwd|Password Hash|unicodePwd|password_hash|` +
		`accountPassword|passwordProfile.password|Initial password [passwordProfile] Required|Passcode|Passphrase|PIN|PIN Code|userPin|` +
		`API Key|Token|accessToken|Client secret|TOTP secret|Recovery code|Пароль|パスワード|密码|Parolă|Lösenord|Hasło|Heslo|Senha|` +
		`NationalId|National ID|Social Security No|SSN|Tax ID|Sozialversicherungsnummer|Personnummer|Codice fiscale|NI Number|IBAN|` +
		`Bank Account|Passport No.`
	const more = "TAP|Temporary Access Pass|Recovery Key|CVV|CVC|NINO|ID|ID Number|ID No|Identity|Personal ID|Personal Number|Account Number|Account|Code|" +
		"Door Code|Alarm Code|Safe word|Security Question|Security Answer|Mother's maiden name|Maiden Name|Mother Name|First pet|PUK|SIM PIN|IMEI|BitLocker|" +
		"LAPS|Hash|Salt|Seed|Key|SSH Key|Licence No|Driver License|Salary|Gehalt|Religion|Birthday|Date of Birth|DOB|Geburtsdatum|Gender|Health|Notes|Remark|" +
		"Comment|Sort Code|BLZ|SWIFT|Card No|Aadhaar|PAN|Steuer-ID|SV-Nummer|Krankenkasse|RFC|NSS|NIR|SIREN|Codice segreto|Home Address|Private Email|Manager|" +
		"Manager Name|Emergency Contact Name|Name of child|Login Code|Sign-in code|MFA Code|SMS code|Jelszó|Ideiglenes jelszó|JELSZO|Adóazonosító jel|TAJ szám|" +
		"Személyi igazolvány száma|Útlevélszám|Bankszámlaszám|Şifre|SIFRE|Geçici parola|T.C. Kimlik No|TC KİMLİK NO|TCKN|Vergi No|Pasaport no|Parola inițială|" +
		"CNP|Cod numeric personal|Pașaport|Cont bancar|Name [passwordProfile.password]|Name: Password|Department PIN|office key|custom01|TFN|"
	for heading := range strings.SplitSeq(harmful+"|"+more, "|") {
		if Harmless(heading) {
			t.Errorf("%q is harmless, want not", heading)
		}
	}
}

func TestHarmless(t *testing.T) {
	const harmless = "Name|First Name|FirstName|first_name|LAST NAME|Employee Name|Full name (required)|Display name [displayName]|DisplayName|Surname|Department|Dept.|" +
		"Department Name|Department Code|Office|Office Location|Office [physicalDeliveryOfficeName]|Employee ID|employeeId|Employee No.|Job Title|JobTitle|Title|Location|" +
		"Work Location Name|City|Site|Building|Floor|Company|Cost Center|Email|E-Mail|sAMAccountName|Usage location|User name|" +
		"Vorname|Nachname|Vor- und Nachname|Abteilung|Kostenstelle|Personalnummer|Standort|Büro|Buero|Stellenbezeichnung|" +
		"Nom|Prénom|Prenom|Nom de famille|Service|Fonction|Matricule|Site|Nombre|Apellidos|Departamento|Puesto|Oficina|Número de empleado|" +
		"Nome|Cognome|Reparto|Ufficio|Qualifica|Matricola|Sobrenome|Cargo|Setor|Localização|Achternaam|Voornaam|Afdeling|Functie|Vestiging|" +
		"Förnamn|Efternamn|Avdelning|Befattning|Kontor|Fornavn|Efternavn|Afdeling|Stilling|Etternavn|Avdeling|Ansattnummer|Etunimi|Sukunimi|Osasto|Toimipaikka|" +
		"Imię|Nazwisko|Imię i nazwisko|Stanowisko|Dział|Numer pracownika|Jméno|Příjmení|Oddělení|Pracoviště|Osobní číslo|Vezetéknév|Keresztnév|Beosztás|Osztály|Törzsszám|" +
		"Ad|Soyad|Adı Soyadı|Departman|Ünvan|Sicil No|Nume|Prenume|Departament|Funcție|Functie|Marcă"
	for heading := range strings.SplitSeq(harmless, "|") {
		if !Harmless(heading) {
			t.Errorf("%q is not harmless, want that it is", heading)
		}
	}
}
