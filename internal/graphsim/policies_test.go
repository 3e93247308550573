package graphsim_test

import (
	"testing"

	"entraphone/internal/graphsim"
)

const policyPath = "/policies/authenticationMethodsPolicy"

// The policy and the two methods by themselves say the same, in the case in which
// their ids are written, and whatever is off in the scenario is off there alone.
func TestMethodsPolicy(t *testing.T) {
	for _, test := range []struct {
		policy             graphsim.MethodsPolicy
		sms, voice, office string
	}{
		{graphsim.MethodsPolicy{}, "enabled", "enabled", "true"},
		{graphsim.MethodsPolicy{SMSOff: true}, "disabled", "enabled", "true"},
		{graphsim.MethodsPolicy{VoiceOff: true}, "enabled", "disabled", "true"},
		{graphsim.MethodsPolicy{OfficeNotAllowed: true}, "enabled", "enabled", "false"},
	} {
		s := newSim(graphsim.Config{MethodsPolicy: test.policy})
		sms := `"@odata.type":"#microsoft.graph.smsAuthenticationMethodConfiguration","id":"Sms","state":"` + test.sms + `",
			"includeTargets":[{"targetType":"group","id":"all_users","isRegistrationRequired":false,"isUsableForSignIn":true}],"excludeTargets":[]}`
		voice := `"@odata.type":"#microsoft.graph.voiceAuthenticationMethodConfiguration","id":"Voice","state":"` + test.voice + `",
			"isOfficePhoneAllowed":` + test.office + `,
			"includeTargets":[{"targetType":"group","id":"all_users","isRegistrationRequired":false}],"excludeTargets":[]}`
		context := `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#`
		wantJSON(t, "the policy", send(t, s, "GET", policyPath, "").body, context+`policies/authenticationMethodsPolicy/$entity",
			"id":"authenticationMethodsPolicy","displayName":"Authentication Methods Policy","policyVersion":"1.5",
			"policyMigrationState":"migrationComplete","authenticationMethodConfigurations":[{`+sms+`,{`+voice+`]}`)
		one := policyPath + "/authenticationMethodConfigurations/"
		wantJSON(t, "of SMS", send(t, s, "GET", one+"sms", "").body, context+`authenticationMethodConfigurations/$entity",`+sms)
		wantJSON(t, "of voice", send(t, s, "GET", one+"Voice", "").body, context+`authenticationMethodConfigurations/$entity",`+voice)
	}
}

// What is not served is refused as Graph refuses it: the collection by the MFA
// service, an unknown method by the directory.
func TestMethodsPolicyRefusals(t *testing.T) {
	s := newSim(graphsim.Config{})
	collection := policyPath + "/authenticationMethodConfigurations"
	for _, test := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", collection, 404, "UnknownError"},
		{"GET", collection + "/Fido2", 404, "Request_ResourceNotFound"},
		{"PATCH", policyPath, 405, "Request_BadRequest"},
	} {
		if got := send(t, s, test.method, test.path, ""); got.status != test.status || got.code(t) != test.code {
			t.Errorf("%s %s = %d %s, want %d %s", test.method, test.path, got.status, got.body, test.status, test.code)
		}
	}
}
