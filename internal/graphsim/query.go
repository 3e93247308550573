package graphsim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/odata"
)

// Pages of a collection: https://learn.microsoft.com/graph/api/user-list.
const (
	usualPage   = 100
	largestPage = 999
)

// options are the query options of a call.
type options struct {
	selected []string // nil for the usual
	expanded []string
	filter   *odata.Filter
	order    []odata.Order
	top      int
	skip     int // from the $skiptoken
	count    bool
	eventual bool
}

// advanced says whether the call is an advanced query; the two go together:
// https://learn.microsoft.com/graph/aad-advanced-queries.
func (o *options) advanced() bool { return o.eventual && o.count }

// parseOptions takes $filter and $orderby only with a schema. Options that it
// does not know are ignored, as far as they are not named in OData.
func parseOptions(c *call, schema odata.Schema) (options, *refusal) {
	o := options{top: usualPage, eventual: strings.EqualFold(c.header("ConsistencyLevel"), "eventual")}
	values, err := url.ParseQuery(strings.ReplaceAll(c.target.query, ";", "%3B"))
	if err != nil {
		return o, badRequest("Invalid query options.")
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		option := optionName(name)
		if len(values[name]) > 1 || seen[option] {
			return o, badRequest("Query option '" + name + "' was specified more than once, but it must be specified at most once.")
		}
		seen[option] = true
		if refused := o.set(option, values[name][0], schema); refused != nil {
			return o, refused
		}
	}
	return o, nil
}

// optionName takes the names in any case, and the $ can be left out:
// https://learn.microsoft.com/graph/query-parameters.
func optionName(name string) string { return strings.TrimPrefix(strings.ToLower(name), "$") }

func (o *options) set(name, value string, schema odata.Schema) (refused *refusal) {
	var err error
	switch name {
	case "select":
		if o.selected, err = odata.ParseSelect(value); err != nil {
			return badRequest("Parsing OData Select and Expand failed: " + err.Error())
		}
	case "count":
		switch strings.ToLower(value) {
		case "true":
			o.count = true
		case "false":
		default:
			return badRequest("Invalid value '" + value + "' for $count query option found.")
		}
	case "top":
		if o.top, err = strconv.Atoi(value); err != nil || o.top < 1 || o.top > largestPage {
			return unsupportedQuery("Invalid page size specified: '" + value + "'. Must be between 1 and 999 inclusive.")
		}
	case "skiptoken":
		text, err := base64.RawURLEncoding.DecodeString(value)
		place, wrong := strconv.ParseInt(string(text), 10, 32) // as large as a directory.Ref
		o.skip = int(place)
		if err != nil || wrong != nil || place < 0 {
			return &refusal{status: 400, code: "Directory_ExpiredPageToken", message: "The specified page token value has expired and can no longer be included in your request."}
		}
	case "skip":
		return badRequest("'$skip' is not supported by the service.")
	case "filter":
		if schema != nil {
			o.filter, refused = parseFilter(value, schema)
		}
	case "orderby":
		if schema == nil {
			return nil
		}
		if o.order, err = odata.ParseOrderBy(value, schema); err != nil {
			return badRequest("Invalid $orderby clause: " + err.Error())
		}
	case "expand":
		// https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/857:
		// authentication comes back as null, and so does what is not known.
		if o.expanded, err = expanded(value); err != nil {
			return badRequest("Parsing OData Select and Expand failed: " + err.Error())
		}
	case "search":
		return badRequest("'$" + name + "' is not supported by the simulator.")
	}
	return refused
}

func unsupportedQuery(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "Request_UnsupportedQuery", message: message}
}

// expanded are the names of an $expand, without the options behind them.
func expanded(value string) (names []string, err error) {
	const most = 20 // no resource here has as many
	listed, err := odata.ParseSelect(value)
	if err == nil && len(listed) > most {
		err = errors.New("too many properties")
	}
	for _, property := range listed {
		name, _, _ := strings.Cut(property, "(")
		names = append(names, name)
	}
	return names, err
}

func parseFilter(text string, schema odata.Schema) (*odata.Filter, *refusal) {
	f, err := odata.ParseFilter(text, schema)
	if err != nil {
		return nil, badRequest("Invalid filter clause: " + err.Error())
	}
	return f, nil
}

// selection is how the @odata.context repeats $select.
func (o *options) selection() string {
	if o.selected == nil {
		return ""
	}
	return "(" + strings.Join(o.selected, ",") + ")"
}

// page is one page of a collection.
type page struct {
	refs  []directory.Ref
	count *int // with $count in an advanced query
	next  int  // where the next page begins, 0 after the last
}

// properties are those of one user, or of what is reported about one.
type properties func(name string) odata.Value

// page takes of the candidates, which are in order of their places in the
// directory, those that match. Without $orderby the next page begins at a
// place, so that a walk through all pages looks at everybody once.
func (o *options) page(candidates iter.Seq[directory.Ref], of func(directory.Ref) properties) page {
	var p page
	if len(o.order) > 0 {
		return o.orderedPage(candidates, of)
	}
	count := 0
	for ref := range candidates {
		if !o.matches(ref, of) {
			continue
		}
		count++
		switch {
		case int(ref) < o.skip:
		case len(p.refs) < o.top:
			p.refs = append(p.refs, ref)
		case p.next == 0:
			p.next = int(ref)
		}
		if p.next > 0 && !o.advanced() {
			break
		}
	}
	if o.advanced() {
		p.count = &count
	}
	return p
}

func (o *options) orderedPage(candidates iter.Seq[directory.Ref], of func(directory.Ref) properties) page {
	type row struct {
		ref  directory.Ref
		keys []string // made once, not for each comparison
	}
	var all []row
	for ref := range candidates {
		if !o.matches(ref, of) {
			continue
		}
		r, property := row{ref: ref}, of(ref)
		for _, by := range o.order {
			r.keys = append(r.keys, strings.ToLower(property(by.Property).Text))
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b row) int { return o.compare(a.keys, b.keys) })
	var p page
	if n := len(all); o.advanced() {
		p.count = &n
	}
	from := min(o.skip, len(all))
	to := min(from+o.top, len(all))
	for _, r := range all[from:to] {
		p.refs = append(p.refs, r.ref)
	}
	if to < len(all) {
		p.next = to
	}
	return p
}

func (o *options) compare(a, b []string) int {
	for i, by := range o.order {
		c := strings.Compare(a[i], b[i])
		if by.Descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func (o *options) matches(ref directory.Ref, of func(directory.Ref) properties) bool {
	return o.filter == nil || o.filter.Matches(of(ref))
}

// nextLink is the call's own address, going on behind this page.
func (x *exchange) nextLink(c *call, next int) string {
	if next == 0 {
		return ""
	}
	var kept []string
	for option := range strings.SplitSeq(c.target.query, "&") {
		name, _, _ := strings.Cut(option, "=")
		if name, err := url.QueryUnescape(name); err == nil && optionName(name) != "skiptoken" && option != "" {
			kept = append(kept, escaped(option))
		}
	}
	kept = append(kept, "$skiptoken="+base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(next))))
	return x.base(c) + (&url.URL{Path: c.target.path}).EscapedPath() + "?" + strings.Join(kept, "&")
}

// escaped encodes what only the url of a request in a $batch holds as it is,
// such as blanks: a link must be good outside of one, too.
func escaped(option string) string {
	var to strings.Builder
	for _, b := range []byte(option) {
		if notInURL(rune(b)) {
			fmt.Fprintf(&to, "%%%02X", b)
		} else {
			to.WriteByte(b)
		}
	}
	return to.String()
}

// queryPhones does what is assumed of query options that the page of the call
// does not list: https://learn.microsoft.com/graph/api/authentication-list-phonemethods.
func (s *Simulator) queryPhones(c *call, shown *[]phoneBody) *refusal {
	if s.config.Assumed.PhoneQueryOptions == OptionsIgnored || c.target.query == "" {
		return nil
	}
	if s.config.Assumed.PhoneQueryOptions == OptionsRefused {
		return badRequest("Query options are not supported here.")
	}
	schema := odata.Schema{"id": odata.String, "phoneType": odata.String, "phoneNumber": odata.String, "smsSignInState": odata.String}
	o, refused := parseOptions(c, schema)
	if refused != nil || o.filter == nil {
		return refused
	}
	kept := (*shown)[:0]
	for _, p := range *shown {
		properties := map[string]string{"id": p.ID, "phoneType": p.PhoneType, "phoneNumber": p.PhoneNumber, "smsSignInState": p.SMSSignInState}
		if o.filter.Matches(func(name string) odata.Value { return odata.Value{Text: properties[name]} }) {
			kept = append(kept, p)
		}
	}
	*shown = kept
	return nil
}
