package graphsim

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/odata"
)

// registrationSchema is what the report can be filtered by; see
// https://learn.microsoft.com/graph/api/resources/userregistrationdetails.
var registrationSchema = odata.Schema{
	"id": odata.String, "userPrincipalName": odata.String, "userDisplayName": odata.String, "userType": odata.String,
	"isAdmin": odata.Bool, "isMfaRegistered": odata.Bool, "isMfaCapable": odata.Bool, "isSsprRegistered": odata.Bool,
	"methodsRegistered":                             odata.Collection,
	"userPreferredMethodForSecondaryAuthentication": odata.String,
}

// registration is one user's row of the report.
type registration struct {
	ID              string   `json:"id"`
	UPN             string   `json:"userPrincipalName"`
	DisplayName     string   `json:"userDisplayName"`
	UserType        string   `json:"userType"`
	IsAdmin         bool     `json:"isAdmin"`
	MFARegistered   bool     `json:"isMfaRegistered"`
	MFACapable      bool     `json:"isMfaCapable"`
	SSPRRegistered  bool     `json:"isSsprRegistered"`
	Methods         []string `json:"methodsRegistered"`
	PreferredMethod string   `json:"userPreferredMethodForSecondaryAuthentication"`
	LastUpdated     string   `json:"lastUpdatedDateTime"`
	Context         string   `json:"@odata.context,omitempty"`
}

// registration is as fresh as the phones are; the real report lags by hours.
func (s *Simulator) registration(ref directory.Ref) registration {
	u := s.people.User(ref)
	r := registration{
		ID: u.ID, UPN: u.UserPrincipalName, DisplayName: u.DisplayName, UserType: "member", IsAdmin: u.IsAdmin,
		Methods: []string{}, PreferredMethod: "none", LastUpdated: time.Now().UTC().Format("2006-01-02T15:04:05Z"),
	}
	if u.UserType == "Guest" {
		r.UserType = "guest"
	}
	preferred := [...]string{mobile: "voiceMobile", alternateMobile: "voiceAlternateMobile", office: "voiceOffice"}
	registered := [...]string{mobile: "mobilePhone", alternateMobile: "alternateMobilePhone", office: "officePhone"}
	for t, known := range phoneTypes {
		if s.people.Phone(ref, directory.PhoneType(t)) == "" {
			continue
		}
		r.Methods = append(r.Methods, registered[t])
		if r.PreferredMethod == "none" || known.name == s.ruleFor(ref).DefaultMethod {
			r.PreferredMethod = preferred[t]
		}
	}
	r.MFARegistered = len(r.Methods) > 0
	r.MFACapable = r.MFARegistered
	r.SSPRRegistered = r.MFARegistered
	return r
}

func (r *registration) property(name string) odata.Value {
	switch name {
	case "id":
		return odata.Value{Text: r.ID}
	case "userPrincipalName":
		return odata.Value{Text: r.UPN}
	case "userDisplayName":
		return odata.Value{Text: r.DisplayName}
	case "userType":
		return odata.Value{Text: r.UserType}
	case "userPreferredMethodForSecondaryAuthentication":
		return odata.Value{Text: r.PreferredMethod}
	case "methodsRegistered":
		return odata.Value{Items: r.Methods}
	case "isAdmin":
		return odata.Value{Text: strconv.FormatBool(r.IsAdmin)}
	case "isSsprRegistered":
		return odata.Value{Text: strconv.FormatBool(r.SSPRRegistered)}
	}
	return odata.Value{Text: strconv.FormatBool(r.MFARegistered)}
}

// listRegistrations is
// https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails.
func (s *Simulator) listRegistrations(x *exchange, c *call) answer {
	options, refused := parseOptions(c, registrationSchema)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	page := options.page(s.candidates(options), func(ref directory.Ref) properties {
		r := s.registration(ref)
		return r.property
	})
	rows := make([]registration, 0, len(page.refs))
	for _, ref := range page.refs {
		rows = append(rows, s.registration(ref))
	}
	return x.odata(http.StatusOK, list{
		Context: x.context(c, "reports/authenticationMethods/userRegistrationDetails"), Count: page.count,
		NextLink: x.nextLink(c, page.next), Value: rows,
	})
}

func (s *Simulator) getRegistration(x *exchange, c *call) answer {
	ref, ok := s.people.Find(c.target.id)
	if !ok || !s.exists(ref) || !strings.EqualFold(s.people.ID(ref), c.target.id) {
		return x.refuse(c, refusal{status: http.StatusNotFound, code: "Request_ResourceNotFound",
			message: "Resource '" + c.target.id + "' does not exist or one of its queried reference-property objects are not present."})
	}
	r := s.registration(ref)
	r.Context = x.context(c, "reports/authenticationMethods/userRegistrationDetails/$entity")
	return x.odata(http.StatusOK, r)
}
