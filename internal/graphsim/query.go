package graphsim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"reflect"
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

// options are the query options of a call. It is made anew for each call, also
// for each page.
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

// advanced reports whether the call is an advanced query; the two go together:
// https://learn.microsoft.com/graph/aad-advanced-queries.
func (o *options) advanced() bool { return o.eventual && o.count }

// parseOptions takes $filter and $orderby only with a schema. Options that it
// does not know are ignored, as far as they are not named in OData. They are
// read in the order of their names, so that of several mistakes the same one is
// told each time.
func parseOptions(c *call, schema odata.Schema) (options, *refusal) {
	o := options{top: usualPage, eventual: strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual")}
	if c.target.query == "" {
		return o, nil
	}
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

// whatFailed begins the message about an option that cannot be read.
var whatFailed = map[string]string{
	"select": "Parsing OData Select and Expand failed", "expand": "Parsing OData Select and Expand failed",
	"filter": "Invalid filter clause", "orderby": "Invalid $orderby clause",
}

// set reads one option. What Graph refuses is refused in its words, and what
// only the simulator lacks, such as $search, says so.
func (o *options) set(name, value string, schema odata.Schema) *refusal {
	var err error
	switch name {
	case "select":
		o.selected, err = odata.ParseSelect(value)
	case "expand":
		// https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/857:
		// authentication comes back as null, and so does what is not known.
		o.expanded, err = expanded(value)
	case "count":
		if o.count = strings.EqualFold(value, "true"); !o.count && !strings.EqualFold(value, "false") {
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
	case "search":
		return badRequest("'$search' is not supported by the simulator.")
	case "filter":
		if len(schema) > 0 {
			o.filter, err = odata.ParseFilter(value, schema)
		}
	case "orderby":
		if len(schema) > 0 {
			o.order, err = odata.ParseOrderBy(value, schema)
		}
	}
	if err != nil {
		return badRequest(whatFailed[name] + ": " + err.Error())
	}
	return nil
}

// unsupportedQuery refuses what an option asks for, though it is well formed.
func unsupportedQuery(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "Request_UnsupportedQuery", message: message}
}

// expanded are the names of an $expand, without the options behind them. They
// are not checked against what can be expanded.
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

// selection is how the @odata.context repeats $select. It is empty without one.
func (o *options) selection() string {
	if o.selected == nil {
		return ""
	}
	return "(" + strings.Join(o.selected, ",") + ")"
}

// page is one page of a collection. Users are named by their places, and
// rendered by who asked.
type page struct {
	refs  []directory.Ref
	count *int // with $count in an advanced query
	next  int  // where the next page begins, 0 after the last
}

// properties are those of one user, or of what is reported about one. A property
// that it does not have is empty. Names are spelled as in JSON.
type properties func(name string) odata.Value

// propertiesOf are the fields of a struct by their names in JSON. It reads the
// struct each time it is asked, so that a filter reads only what it names.
func propertiesOf(pointer any) properties {
	v := reflect.ValueOf(pointer).Elem()
	return func(name string) (value odata.Value) {
		for i := range v.NumField() {
			if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag != name {
				continue
			}
			if items, ok := v.Field(i).Interface().([]string); ok {
				value.Items = items
			} else {
				value.Text = fmt.Sprint(v.Field(i))
			}
			break
		}
		return value
	}
}

// page takes of the candidates, which are in order of their places in the
// directory, those that match. Without $orderby the next page begins at a place,
// so that a walk through all pages looks at everybody once. With $orderby, or
// where all are to be counted, a place is that among the matches, and each page
// looks at everybody again.
func (o *options) page(candidates iter.Seq[directory.Ref], of func(directory.Ref) properties) (p page) {
	type row struct {
		place int      // of the row among all
		keys  []string // made once, not for each comparison
		ref   directory.Ref
	}
	var all []row
	// A plain page can begin at its place and end when it is full.
	plain := len(o.order) == 0 && !o.advanced()
	for ref := range candidates {
		if plain && int(ref) < o.skip || o.filter != nil && !o.filter.Matches(of(ref)) {
			continue
		}
		r := row{place: int(ref), ref: ref}
		for _, by := range o.order {
			r.keys = append(r.keys, strings.ToLower(of(ref)(by.Property).Text))
		}
		all = append(all, r)
		// One more than the page has shows that there is another.
		if plain && len(all) > o.top {
			break
		}
	}
	if len(o.order) > 0 {
		slices.SortStableFunc(all, func(a, b row) int {
			for i, by := range o.order {
				if c := strings.Compare(a.keys[i], b.keys[i]); c != 0 && by.Descending {
					return -c
				} else if c != 0 {
					return c
				}
			}
			return 0
		})
		for i := range all {
			all[i].place = i
		}
	}
	if count := len(all); o.advanced() {
		p.count = &count
	}
	for _, r := range all {
		switch {
		case r.place < o.skip:
		case len(p.refs) < o.top:
			p.refs = append(p.refs, r.ref)
		case p.next == 0:
			p.next = r.place
		}
	}
	return p
}

// queryPhones does what is assumed of query options that the page of the call
// does not list:
// https://learn.microsoft.com/graph/api/authentication-list-phonemethods. By
// default they are ignored, so that a client that filters phones gets all of
// them.
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
	*shown = slices.DeleteFunc(*shown, func(p phoneBody) bool { return !o.filter.Matches(propertiesOf(&p)) })
	return nil
}
