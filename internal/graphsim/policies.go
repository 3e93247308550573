package graphsim

import (
	"net/http"
	"strings"
)

// getMethodsPolicy is
// https://learn.microsoft.com/graph/api/authenticationmethodspolicy-get. Of the
// methods it knows those that need a phone.
func (s *Simulator) getMethodsPolicy(x *exchange, c *call) (answer, *refusal) {
	return x.odata(http.StatusOK, map[string]any{
		"@odata.context": x.context(c, "policies/authenticationMethodsPolicy/$entity"),
		"id":             "authenticationMethodsPolicy", "displayName": "Authentication Methods Policy", "policyVersion": "1.5",
		"policyMigrationState":               "migrationComplete",
		"authenticationMethodConfigurations": []any{s.smsPolicy(), s.voicePolicy()},
	}), nil
}

// getMethodPolicy is
// https://learn.microsoft.com/graph/api/smsauthenticationmethodconfiguration-get
// and its twin for voice. The collection that it is in is not served, as Graph
// does not serve it.
func (s *Simulator) getMethodPolicy(x *exchange, c *call) (answer, *refusal) {
	for _, policy := range []map[string]any{s.smsPolicy(), s.voicePolicy()} {
		if id := policy["id"].(string); strings.EqualFold(id, c.target.id) {
			policy["@odata.context"] = x.context(c, "authenticationMethodConfigurations/$entity")
			return x.odata(http.StatusOK, policy), nil
		}
	}
	return answer{}, notFound(c.target.id)
}

// smsPolicy is a smsAuthenticationMethodConfiguration.
func (s *Simulator) smsPolicy() map[string]any {
	return methodPolicy("Sms", s.config.MethodsPolicy.SMSOff, map[string]any{"isUsableForSignIn": true})
}

// voicePolicy is a voiceAuthenticationMethodConfiguration.
func (s *Simulator) voicePolicy() map[string]any {
	policy := methodPolicy("Voice", s.config.MethodsPolicy.VoiceOff, map[string]any{})
	policy["isOfficePhoneAllowed"] = !s.config.MethodsPolicy.OfficeNotAllowed
	return policy
}

// methodPolicy is for all users where it is on. Those whom it is for stand there
// as well where it is off, as they do at Graph.
func methodPolicy(id string, off bool, target map[string]any) map[string]any {
	state := "enabled"
	if off {
		state = "disabled"
	}
	target["targetType"], target["id"], target["isRegistrationRequired"] = "group", "all_users", false
	return map[string]any{
		"@odata.type": "#microsoft.graph." + strings.ToLower(id) + "AuthenticationMethodConfiguration",
		"id":          id, "state": state, "includeTargets": []any{target}, "excludeTargets": []any{},
	}
}
