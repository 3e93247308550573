package heading

import (
	"strings"
	"testing"
)

func TestSecret(t *testing.T) {
	const secrets = `Password|Password [Required]|Password (temporary)|Passwort (initial)|Start-Passwort|Kennwort_neu|Mot de passe initial|` +
		`Contraseña temporal|CONTRASENA|Clave|Temp PW|Login Password|Default password|pwd|Passwd|Password Hash|unicodePwd|password_hash|` +
		`accountPassword|passwordProfile.password|Initial password [passwordProfile] Required|Passcode|Passphrase|PIN|PIN Code|userPin|` +
		`API Key|Token|accessToken|Client secret|TOTP secret|Recovery code|Пароль|パスワード|密码|Parolă|Lösenord|Hasło|Heslo|Senha|` +
		`NationalId|National ID|Social Security No|SSN|Tax ID|Sozialversicherungsnummer|Personnummer|Codice fiscale|NI Number|IBAN|` +
		`Bank Account|Passport No.`
	for heading := range strings.SplitSeq(secrets, "|") {
		if !Secret(heading) {
			t.Errorf("%q is no secret, want one", heading)
		}
	}
	const others = `UPN|Mobile|Pinboard|Spin|Compass|Opinion|Personalnummer|Employee ID|Notes|Country|Département|Phone Number|Extension`
	for heading := range strings.SplitSeq(others, "|") {
		if Secret(heading) {
			t.Errorf("%q is a secret, want none", heading)
		}
	}
}
