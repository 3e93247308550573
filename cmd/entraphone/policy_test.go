package main

import (
	"fmt"
	"strings"
	"testing"
)

// What is on for anybody is on; what nobody is a target of is off, whatever its
// state says; and what the policy does not say is not guessed.
func TestDiagnosisOfThePolicy(t *testing.T) {
	const all = `"includeTargets":[{"targetType":"group","id":"all_users"}]`
	const groups = `"includeTargets":[{"targetType":"group","id":"a"},{"targetType":"group","id":"b"}]`
	tests := []struct{ methods, want string }{
		{`{"id":"Sms","state":"enabled",` + all + `},{"id":"Voice","state":"enabled","isOfficePhoneAllowed":true,` + all + `}`, "sms ok, voice ok, office ok"},
		{`{"id":"sms","state":"Enabled",` + groups + `},{"id":"VOICE","state":"enabled","isOfficePhoneAllowed":false,` + all + `}`, "sms ok, voice ok, office warning"},
		{`{"id":"Sms","state":"disabled",` + all + `},{"id":"Voice","state":"disabled","isOfficePhoneAllowed":true,` + all + `}`, "sms warning, voice warning"},
		{`{"id":"Sms","state":"enabled","includeTargets":[]},{"id":"Voice","state":"enabled","isOfficePhoneAllowed":true,"includeTargets":null}`, "sms warning, voice warning"},
		{`{"id":"Voice","state":"enabled",` + all + `}`, "sms cannot tell, voice ok, office cannot tell"},
		{`{"id":"Sms","state":7,` + all + `}`, "sms warning, voice cannot tell, office cannot tell"},
		{`{"id":"Fido2","state":"enabled",` + all + `}`, "sms cannot tell, voice cannot tell, office cannot tell"},
		{`7`, "sms cannot tell, voice cannot tell, office cannot tell"},
	}
	for _, test := range tests {
		var got []string
		for _, d := range diagnosePolicy([]byte(`{"authenticationMethodConfigurations":[` + test.methods + `]}`)) {
			got = append(got, fmt.Sprintf("%s %s", d.Name, d.State))
			if (d.Advice != "") != (d.State == warningState) {
				t.Errorf("%s: %+v, want advice for warnings only", test.methods, d)
			}
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %v, want %s", test.methods, got, test.want)
		}
	}
	if got := diagnosePolicy([]byte(`{"authenticationMethodConfigurations":[{"id":"Sms","state":"enabled",` + groups + `}]}`))[0]; got.Message != "on for 2 groups of users" {
		t.Errorf("two groups: %q", got.Message)
	}
}
