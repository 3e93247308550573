package graphsim

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/odata"
)

// userSchema is what is known of a user; see
// https://learn.microsoft.com/graph/api/resources/user.
var userSchema = odata.Schema{
	"id": odata.String, "userPrincipalName": odata.String, "mail": odata.String, "employeeId": odata.String,
	"onPremisesSamAccountName": odata.String, "displayName": odata.String, "userType": odata.String,
	"usageLocation": odata.String, "accountEnabled": odata.Bool,
}

// Without $select a user comes with these; Graph leaves the others out.
var (
	shownByDefault = []string{"displayName", "mail", "userPrincipalName", "id"}
	emptyByDefault = map[string]any{
		"businessPhones": []string{}, "givenName": nil, "jobTitle": nil, "mobilePhone": nil,
		"officeLocation": nil, "preferredLanguage": nil, "surname": nil,
	}
	wholeOnly = []string{"employeeId", "onPremisesSamAccountName"}
)

func userProperty(u *directory.User, name string) odata.Value {
	switch name {
	case "id":
		return odata.Value{Text: u.ID}
	case "userPrincipalName":
		return odata.Value{Text: u.UserPrincipalName}
	case "mail":
		return odata.Value{Text: u.Mail}
	case "employeeId":
		return odata.Value{Text: u.EmployeeID}
	case "onPremisesSamAccountName":
		return odata.Value{Text: u.OnPremisesSamAccountName}
	case "displayName":
		return odata.Value{Text: u.DisplayName}
	case "userType":
		return odata.Value{Text: u.UserType}
	case "usageLocation":
		return odata.Value{Text: u.UsageLocation}
	}
	return odata.Value{Text: strconv.FormatBool(u.AccountEnabled)}
}

// shownUser is a user with the properties that are asked for; those that are
// not known stay out.
func (s *Simulator) shownUser(c *call, u *directory.User, o *options) map[string]any {
	shown := map[string]any{}
	for _, name := range o.expanded {
		shown[name] = nil
	}
	selected := o.selected
	if selected == nil {
		selected = shownByDefault
		maps.Copy(shown, emptyByDefault)
	}
	// Whoever signs in reads all of their own.
	whole := c.target.me || s.config.Assumed.BasicReadsAll || readsUsersWhole.heldBy(c)
	for _, name := range selected {
		canonical, _, known := userSchema.Find(name)
		value := userProperty(u, canonical).Text
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
		default:
			shown[canonical] = value
		}
	}
	return shown
}

func (s *Simulator) getUser(x *exchange, c *call) answer {
	options, refused := parseOptions(c, nil)
	if refused != nil {
		return x.refuse(c, *refused)
	}
	a, refused := s.user(c)
	if refused != nil {
		return x.refuse(c, refusal{status: refused.status, code: refused.code, message: refused.message})
	}
	u := s.people.User(a.ref)
	shown := s.shownUser(c, &u, &options)
	shown["@odata.context"] = x.context(c, "users"+options.selection()+"/$entity")
	return x.odata(http.StatusOK, shown)
}

// listUsers is https://learn.microsoft.com/graph/api/user-list.
func (s *Simulator) listUsers(x *exchange, c *call) answer {
	options, refused := parseOptions(c, userSchema)
	if refused == nil {
		refused = s.checkFilter(c, options)
	}
	if refused != nil {
		return x.refuse(c, *refused)
	}
	page := options.page(s.candidates(options), s.property)
	users := make([]map[string]any, 0, len(page.refs))
	for _, ref := range page.refs {
		u := s.people.User(ref)
		users = append(users, s.shownUser(c, &u, &options))
	}
	return x.odata(http.StatusOK, list{
		Context: x.context(c, "users"+options.selection()), Count: page.count,
		NextLink: x.nextLink(c, page.next), Value: users,
	})
}

func (s *Simulator) countUsers(x *exchange, c *call) answer {
	options, refused := parseOptions(c, userSchema)
	options.count = true // as the segment says
	switch {
	case refused == nil && !options.eventual:
		refused = &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "$count is not currently supported."}
	case refused == nil:
		refused = s.checkFilter(c, options)
	}
	if refused != nil {
		return x.refuse(c, *refused)
	}
	return x.plainText(*options.page(s.candidates(options), s.property).count)
}

// candidates are the users who may match, in order of their places in the
// directory. A filter that names values of one indexed property does not walk
// over everybody.
func (s *Simulator) candidates(o options) iter.Seq[directory.Ref] {
	if o.filter != nil {
		if refs, ok := s.indexed(o.filter); ok {
			return slices.Values(refs)
		}
	}
	from := directory.Ref(0)
	if len(o.order) == 0 && !o.advanced() {
		from = directory.Ref(o.skip)
	}
	return s.everybody(from)
}

func (s *Simulator) everybody(from directory.Ref) iter.Seq[directory.Ref] {
	return func(yield func(directory.Ref) bool) {
		for ref := from; int(ref) < s.people.Len(); ref++ {
			if s.exists(ref) && !yield(ref) {
				return
			}
		}
	}
}

func (s *Simulator) exists(ref directory.Ref) bool { return s.ruleFor(ref).Fault != Missing }

func (s *Simulator) indexed(f *odata.Filter) (refs []directory.Ref, ok bool) {
	for _, name := range []string{"id", "userPrincipalName", "mail", "employeeId", "onPremisesSamAccountName"} {
		values, only := f.Equalities(name)
		if !only {
			continue
		}
		for _, value := range values {
			switch {
			case name != "id" && name != "userPrincipalName":
				refs = append(refs, s.people.Lookup(name, value)...)
			case name == "userPrincipalName" || directory.IsID(value):
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

func (s *Simulator) property(ref directory.Ref) properties {
	u := s.people.User(ref)
	return func(name string) odata.Value { return userProperty(&u, name) }
}

// checkFilter keeps the rules of
// https://learn.microsoft.com/graph/aad-advanced-queries: some operators and
// properties need ConsistencyLevel: eventual and $count=true, and without them
// no more than 15 clauses may be joined.
func (s *Simulator) checkFilter(c *call, o options) *refusal {
	const maxClauses, maxURL = 15, 2048
	f := o.filter
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
		if slices.Contains(s.config.Assumed.AdvancedProperties, name) {
			return unsupportedQuery("Unsupported or invalid query filter clause specified for property '" + name + "' of resource 'User'.")
		}
	}
	_, operator, advanced := f.Advanced()
	switch n := f.Clauses(); {
	case len(o.order) > 0:
		return unsupportedQuery("Sorting not supported for current query.")
	case advanced:
		return unsupportedQuery("Operator '" + operator + "' is not supported because the required parameters might be missing. " +
			"Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information")
	case n > maxClauses:
		return unsupportedQuery(fmt.Sprintf("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", n, maxClauses))
	}
	return nil
}

// getByIDs is https://learn.microsoft.com/graph/api/directoryobject-getbyids:
// ids that nobody has are left out.
func (s *Simulator) getByIDs(x *exchange, c *call) answer {
	var sent struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	options, refused := parseOptions(c, nil)
	switch limit := s.config.Assumed.GetByIDsLimit; {
	case refused != nil:
	case !isJSON(c.header("Content-Type")) || json.Unmarshal(c.body, &sent) != nil:
		refused = badRequest("Unable to read JSON request payload.")
	case len(sent.IDs) == 0:
		refused = &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "ids must have at least one id."}
	case len(sent.IDs) > limit:
		refused = &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Too many ids: " + strconv.Itoa(len(sent.IDs)) + ". Max allowed: " + strconv.Itoa(limit) + "."}
	}
	for _, id := range sent.IDs {
		if refused == nil && !directory.IsID(id) {
			refused = &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Invalid GUID:" + id}
		}
	}
	if refused != nil {
		return x.refuse(c, *refused)
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
		u := s.people.User(a.ref)
		shown := s.shownUser(c, &u, &options)
		shown["@odata.type"] = "#microsoft.graph.user"
		found = append(found, shown)
	}
	return x.odata(http.StatusOK, list{Context: x.context(c, "directoryObjects"), Value: found})
}

// getOrganization is https://learn.microsoft.com/graph/api/organization-list.
func (s *Simulator) getOrganization(x *exchange, c *call) answer {
	organization := map[string]any{
		"id": c.caller.TenantID, "displayName": "Simulated tenant", "tenantType": "AAD", "countryLetterCode": "US",
		"verifiedDomains": []map[string]any{{"name": "example.com", "isDefault": true, "isInitial": true, "type": "Managed"}},
	}
	switch {
	case c.target.id == "":
		return x.odata(http.StatusOK, list{Context: x.context(c, "organization"), Value: []any{organization}})
	case !strings.EqualFold(c.target.id, c.caller.TenantID):
		return x.refuse(c, refusal{status: http.StatusNotFound, code: "Request_ResourceNotFound",
			message: "Resource '" + c.target.id + "' does not exist or one of its queried reference-property objects are not present."})
	}
	organization["@odata.context"] = x.context(c, "organization/$entity")
	return x.odata(http.StatusOK, organization)
}
