package graphsim

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/odata"
)

// userSchema is what is known of a user; see
// https://learn.microsoft.com/graph/api/resources/user. What is not here can be
// selected, and has no value.
var userSchema = odata.Schema{
	"id": odata.String, "userPrincipalName": odata.String, "mail": odata.String, "employeeId": odata.String,
	"onPremisesSamAccountName": odata.String, "displayName": odata.String, "userType": odata.String,
	"usageLocation": odata.String, "accountEnabled": odata.Bool, "onPremisesSyncEnabled": odata.Bool,
}

// Without $select a user comes with these; Graph leaves the others out.
var (
	shownByDefault = []string{"displayName", "mail", "userPrincipalName", "id"}
	emptyByDefault = map[string]any{
		"businessPhones": []string{}, "givenName": nil, "jobTitle": nil, "mobilePhone": nil,
		"officeLocation": nil, "preferredLanguage": nil, "surname": nil,
	}
	wholeOnly = []string{"employeeId", "onPremisesSamAccountName", "onPremisesSyncEnabled"}
)

// shownUser is a user with the properties that are asked for; those that are not
// known stay out. What the caller may not see is null, as if it were empty.
func (s *Simulator) shownUser(c *call, ref directory.Ref) map[string]any {
	u := s.people.User(ref)
	property := propertiesOf(&u)
	shown := map[string]any{}
	for _, name := range c.options.expanded {
		shown[name] = nil
	}
	selected := c.options.selected
	if selected == nil {
		selected = shownByDefault
		maps.Copy(shown, emptyByDefault)
	}
	// Whoever signs in reads all of their own.
	whole := c.target.me || s.config.Assumed.BasicReadsAll || c.holds("readsUsersWhole")
	for _, name := range selected {
		canonical, _, known := userSchema.Find(name)
		value := property(canonical).Text
		switch {
		case !known:
			for empty, value := range emptyByDefault {
				if strings.EqualFold(empty, name) {
					shown[empty] = value
				}
			}
		case canonical == "accountEnabled":
			shown[canonical] = u.AccountEnabled
		case value == "", slices.Contains(wholeOnly, canonical) && !whole:
			shown[canonical] = nil
		case canonical == "onPremisesSyncEnabled":
			// It is null, and not false, for who was never synchronized.
			if shown[canonical] = nil; u.OnPremisesSyncEnabled {
				shown[canonical] = true
			}
		default:
			shown[canonical] = value
		}
	}
	return shown
}

// getUser is https://learn.microsoft.com/graph/api/user-get. A refusal has no
// message inside, as the directory's have none.
func (s *Simulator) getUser(x *exchange, c *call) (answer, *refusal) {
	a, refused := s.user(c)
	if refused != nil {
		return answer{}, &refusal{status: refused.status, code: refused.code, message: refused.message}
	}
	shown := s.shownUser(c, a.ref)
	shown["@odata.context"] = x.context(c, "users"+c.options.selection()+"/$entity")
	return x.odata(http.StatusOK, shown), nil
}

// listUsers is https://learn.microsoft.com/graph/api/user-list. Without $orderby
// and $count nobody behind the page is looked at.
func (s *Simulator) listUsers(x *exchange, c *call) (answer, *refusal) {
	if refused := s.checkFilter(c); refused != nil {
		return answer{}, refused
	}
	page := c.options.page(s.candidates(c.options), s.property)
	users := make([]map[string]any, 0, len(page.refs))
	for _, ref := range page.refs {
		users = append(users, s.shownUser(c, ref))
	}
	return x.list(c, "users"+c.options.selection(), page, users), nil
}

// countUsers counts those who match, and asks for ConsistencyLevel: eventual as
// https://learn.microsoft.com/graph/aad-advanced-queries does.
func (s *Simulator) countUsers(x *exchange, c *call) (answer, *refusal) {
	if !c.options.eventual {
		return answer{}, badForDirectory("$count is not currently supported.")
	}
	c.options.count = true // as the segment says
	if refused := s.checkFilter(c); refused != nil {
		return answer{}, refused
	}
	return x.plainText(*c.options.page(s.candidates(c.options), s.property).count), nil
}

// candidates are the users who may match, in order of their places in the
// directory. A filter that names values of one indexed property does not walk
// over everybody. In a tenant in which everybody exists these are all whom
// somebody has asked for.
func (s *Simulator) candidates(o options) iter.Seq[directory.Ref] {
	if refs, ok := s.indexed(o.filter); ok {
		return slices.Values(refs)
	}
	from := directory.Ref(0)
	if len(o.order) == 0 && !o.advanced() {
		from = directory.Ref(o.skip)
	}
	return func(yield func(directory.Ref) bool) {
		for ref := from; int(ref) < s.people.Len(); ref++ {
			if s.exists(ref) && !yield(ref) {
				return
			}
		}
	}
}

// exists reports whether calls find the user, whom a rule may call missing.
func (s *Simulator) exists(ref directory.Ref) bool { return s.ruleFor(ref).Fault != Missing }

// indexed are the users whom a filter names by values of one property, sorted by
// place. It is false for a filter that can match others as well.
func (s *Simulator) indexed(f *odata.Filter) (refs []directory.Ref, ok bool) {
	if f == nil {
		return nil, false
	}
	for _, name := range []string{"id", "userPrincipalName", "mail", "employeeId", "onPremisesSamAccountName"} {
		values, only := f.Equalities(name)
		if !only {
			continue
		}
		for _, value := range values {
			refs = append(refs, s.people.Lookup(name, value)...) // nobody by a key
			if name == "userPrincipalName" || name == "id" && directory.IsID(value) {
				// Without a directory this makes the user exist.
				if a, found := s.find(value); found {
					refs = append(refs, a.ref)
				}
			}
		}
		slices.Sort(refs)
		return slices.DeleteFunc(slices.Compact(refs), func(ref directory.Ref) bool { return !s.exists(ref) }), true
	}
	return nil, false
}

// property reads a user's properties by their names in JSON.
func (s *Simulator) property(ref directory.Ref) properties {
	u := s.people.User(ref)
	return propertiesOf(&u)
}

// checkFilter keeps the rules of
// https://learn.microsoft.com/graph/aad-advanced-queries: some operators and
// properties need ConsistencyLevel: eventual and $count=true, and without them
// no more than 15 clauses may be joined. f.CaseSensitive is set here, since the
// parser does not know what is assumed.
func (s *Simulator) checkFilter(c *call) *refusal {
	const maxClauses, maxURL = 15, 2048
	o, f := &c.options, c.options.filter
	if f == nil {
		return nil
	}
	f.CaseSensitive = s.config.Assumed.CaseSensitiveNames
	if o.advanced() {
		if !c.inBatch && len(c.target.path)+len(c.target.query) > maxURL {
			return unsupportedQuery("The query is too long.")
		}
		return nil
	}
	for _, name := range f.Properties() {
		if slices.ContainsFunc(s.config.Assumed.AdvancedProperties, func(p string) bool { return strings.EqualFold(p, name) }) {
			return unsupportedQuery("Unsupported or invalid query filter clause specified for property '" + name + "' of resource 'User'.")
		}
	}
	switch operator, n := f.Advanced(), f.Clauses(); {
	case len(o.order) > 0:
		return unsupportedQuery("Sorting not supported for current query.")
	case operator != "":
		return unsupportedQuery("Operator '" + operator + "' is not supported because the required parameters might be missing. " +
			"Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information")
	case n > maxClauses:
		return unsupportedQuery(fmt.Sprintf("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", n, maxClauses))
	}
	return nil
}

// getByIDs is https://learn.microsoft.com/graph/api/directoryobject-getbyids:
// ids that nobody has are left out. Other types than user are accepted, and
// nobody is of them.
func (s *Simulator) getByIDs(x *exchange, c *call) (answer, *refusal) {
	var sent struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	err, limit := json.Unmarshal(c.body, &sent), s.config.Assumed.GetByIDsLimit
	wrong := slices.IndexFunc(sent.IDs, func(id string) bool { return !directory.IsID(id) })
	switch {
	case !isJSON(c.header.Get("Content-Type")) || err != nil:
		return answer{}, badRequest("Unable to read JSON request payload.")
	case len(sent.IDs) == 0:
		return answer{}, badForDirectory("ids must have at least one id.")
	case len(sent.IDs) > limit:
		return answer{}, badForDirectory(fmt.Sprintf("Too many ids: %d. Max allowed: %d.", len(sent.IDs), limit))
	case wrong >= 0:
		return answer{}, badForDirectory("Invalid GUID:" + sent.IDs[wrong])
	}
	found := []map[string]any{}
	seen := map[directory.Ref]bool{}
	wantUsers := len(sent.Types) == 0 || slices.Contains(sent.Types, "user") || slices.Contains(sent.Types, "directoryObject")
	for _, id := range sent.IDs {
		a, ok := s.find(id)
		if !ok || !wantUsers || seen[a.ref] {
			continue
		}
		seen[a.ref] = true
		shown := s.shownUser(c, a.ref)
		shown["@odata.type"] = "#microsoft.graph.user"
		found = append(found, shown)
	}
	// This call has no pages.
	return x.list(c, "directoryObjects", page{}, found), nil
}

// getOrganization is https://learn.microsoft.com/graph/api/organization-list. It
// is made up, but for the tenant's id.
func (s *Simulator) getOrganization(x *exchange, c *call) (answer, *refusal) {
	organization := map[string]any{
		"id": c.caller.TenantID, "displayName": "Simulated tenant", "tenantType": "AAD", "countryLetterCode": "US",
		"verifiedDomains": []map[string]any{{"name": "example.com", "isDefault": true, "isInitial": true, "type": "Managed"}},
	}
	switch {
	case c.target.id == "":
		return x.list(c, "organization", page{}, []any{organization}), nil
	case !strings.EqualFold(c.target.id, c.caller.TenantID):
		return answer{}, notFound(c.target.id)
	}
	organization["@odata.context"] = x.context(c, "organization/$entity")
	return x.odata(http.StatusOK, organization), nil
}

// registrationSchema is what the report can be filtered by; see
// https://learn.microsoft.com/graph/api/resources/userregistrationdetails.
var registrationSchema = odata.Schema{
	"id": odata.String, "userPrincipalName": odata.String, "userDisplayName": odata.String, "userType": odata.String,
	"isAdmin": odata.Bool, "isMfaRegistered": odata.Bool, "isMfaCapable": odata.Bool, "isSsprRegistered": odata.Bool,
	"methodsRegistered":                             odata.Collection,
	"userPreferredMethodForSecondaryAuthentication": odata.String,
}

// registration is one user's row of the report. It tells of phones only: nobody
// here has another method.
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
		ID: u.ID, UPN: u.UserPrincipalName, DisplayName: u.DisplayName, UserType: strings.ToLower(u.UserType), IsAdmin: u.IsAdmin,
		Methods: []string{}, PreferredMethod: "none", LastUpdated: time.Now().UTC().Format("2006-01-02T15:04:05Z"),
	}
	for t, known := range phoneTypes {
		if s.people.Phone(ref, directory.PhoneType(t)) == "" {
			continue
		}
		r.Methods = append(r.Methods, known.name+"Phone")
		if r.PreferredMethod == "none" || known.name == s.ruleFor(ref).DefaultMethod {
			r.PreferredMethod = "voice" + strings.ToUpper(known.name[:1]) + known.name[1:]
		}
	}
	some := len(r.Methods) > 0
	r.MFARegistered, r.MFACapable, r.SSPRRegistered = some, some, some
	return r
}

// listRegistrations is
// https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails.
func (s *Simulator) listRegistrations(x *exchange, c *call) (answer, *refusal) {
	page := c.options.page(s.candidates(c.options), func(ref directory.Ref) properties {
		r := s.registration(ref)
		return propertiesOf(&r)
	})
	rows := make([]registration, 0, len(page.refs))
	for _, ref := range page.refs {
		rows = append(rows, s.registration(ref))
	}
	return x.list(c, "reports/authenticationMethods/userRegistrationDetails", page, rows), nil
}

// getRegistration finds a row by the user's id, and not by userPrincipalName.
func (s *Simulator) getRegistration(x *exchange, c *call) (answer, *refusal) {
	ref, ok := s.people.Find(c.target.id)
	if !ok || !s.exists(ref) || !strings.EqualFold(s.people.ID(ref), c.target.id) {
		return answer{}, notFound(c.target.id)
	}
	r := s.registration(ref)
	r.Context = x.context(c, "reports/authenticationMethods/userRegistrationDetails/$entity")
	return x.odata(http.StatusOK, r), nil
}
