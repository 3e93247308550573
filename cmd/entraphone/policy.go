package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// policyPermission is what reading the policy needs. Microsoft's page names the
// narrow one, https://learn.microsoft.com/graph/api/authenticationmethodspolicy-get,
// and either was refused to some,
// https://github.com/microsoft/EntraExporter/issues/114.
const policyPermission = "grant Policy.Read.AuthenticationMethod, or Policy.Read.All, to be told"

// methodPolicy is what the tenant's policy says of one method. State and targets
// together say for whom it is on; see
// https://learn.microsoft.com/graph/api/resources/voiceauthenticationmethodconfiguration.
type methodPolicy struct {
	ID             string
	State          string
	IncludeTargets []struct{ ID, TargetType string }
	OfficeAllowed  *bool `json:"isOfficePhoneAllowed"`
}

// diagnosePolicy says for what phones may be used, by the answer of
// https://learn.microsoft.com/graph/api/authenticationmethodspolicy-get.
func diagnosePolicy(body []byte) []diagnosis {
	var policy struct {
		Methods []methodPolicy `json:"authenticationMethodConfigurations"`
	}
	_ = json.Unmarshal(body, &policy) // what cannot be read is missing below
	find := func(id string) *methodPolicy {
		at := slices.IndexFunc(policy.Methods, func(m methodPolicy) bool { return strings.EqualFold(m.ID, id) })
		if at < 0 {
			return nil
		}
		return &policy.Methods[at]
	}
	const where = ": Entra admin center, Authentication methods, Policies"
	sms, voice := find("Sms"), find("Voice")
	all := []diagnosis{
		sms.diagnose("sms", "SMS is off for everybody: mobiles get no text messages", "turn SMS on"+where),
		voice.diagnose("voice", "calls are off for everybody: alternateMobile and office phones are of no use", "turn voice calls on"+where),
	}
	// Office phones are called, so that without calls nothing is left to say of them.
	switch {
	case voice == nil || voice.OfficeAllowed == nil:
		all = append(all, diagnosis{Name: "office", State: unknownState, Message: "the policy does not say whether office phones are allowed"})
	case !*voice.OfficeAllowed:
		all = append(all, diagnosis{Name: "office", State: warningState, Message: "office phones are not allowed: they are stored and of no use", Advice: "allow office phones in the policy for voice calls" + where})
	case voice.on():
		all = append(all, diagnosis{Name: "office", State: wellState, Message: "office phones are allowed"})
	}
	return all
}

// on reports whether the method is on for anybody. Groups that are excluded take
// some away and, as far as the policy alone can tell, never all.
func (m *methodPolicy) on() bool {
	return strings.EqualFold(m.State, "enabled") && len(m.IncludeTargets) > 0
}

// diagnose says for whom a method is on; nil is a policy that does not speak of it.
func (m *methodPolicy) diagnose(name, off, advice string) diagnosis {
	switch {
	case m == nil:
		return diagnosis{Name: name, State: unknownState, Message: "the policy does not speak of it"}
	case !m.on():
		return diagnosis{Name: name, State: warningState, Message: off, Advice: advice}
	}
	for _, target := range m.IncludeTargets {
		if target.ID == "all_users" {
			return diagnosis{Name: name, State: wellState, Message: "on for all users"}
		}
	}
	return diagnosis{Name: name, State: wellState, Message: fmt.Sprintf("on for %d %s of users", len(m.IncludeTargets), plural("group", len(m.IncludeTargets)))}
}
