package odata_test

import (
	"errors"
	"strings"
	"testing"

	"entraphone/internal/graphsim/odata"

	"github.com/google/go-cmp/cmp"
)

var schema = odata.Schema{
	"id": odata.String, "mail": odata.String, "employeeId": odata.String, "userPrincipalName": odata.String,
	"accountEnabled": odata.Bool, "methodsRegistered": odata.Collection,
}

type record map[string]odata.Value

func (r record) get(property string) odata.Value {
	if _, ok := schema[property]; !ok {
		panic("asked for " + property)
	}
	return r[property]
}

func text(s string) odata.Value { return odata.Value{Text: s} }

// people are ann, who has everything, bob, who has less, and cy, who has only
// an id.
var people = []record{
	{
		"id": text("ann"), "mail": text("Ann.O'Hara@Contoso.com"), "employeeId": text("007"), "accountEnabled": text("true"),
		"methodsRegistered": {Items: []string{"mobilePhone", "email"}},
	},
	{
		"id": text("bob"), "mail": text("bob@contoso.com"), "accountEnabled": text("false"),
		"methodsRegistered": {Items: []string{"officePhone"}},
	},
	{"id": text("cy")},
}

func parse(t *testing.T, filter string) *odata.Filter {
	t.Helper()
	f, err := odata.ParseFilter(filter, schema)
	if err != nil {
		t.Fatalf("ParseFilter(%q): %v", filter, err)
	}
	return f
}

func matching(f *odata.Filter) string {
	var ids []string
	for _, r := range people {
		if f.Matches(r.get) {
			ids = append(ids, r["id"].Text)
		}
	}
	return strings.Join(ids, " ")
}

func TestMatches(t *testing.T) {
	tests := []struct{ filter, want string }{
		{"id eq 'bob'", "bob"},
		{"\tID  EQ\t'BOB' ", "bob"},
		{"id eq'bob'", "bob"},
		{"mail eq 'ann.o''hara@contoso.com'", "ann"},
		{"id ne 'bob'", "ann cy"},
		{"mail ne 'bob@contoso.com'", "ann cy"},
		{"mail eq null", "cy"},
		{"mail eq ''", "cy"},
		{"mail ne NULL", "ann bob"},
		{"mail in ('bob@contoso.com')", "bob"},
		{"mail in(null,'bob@contoso.com' , 'x')", "bob cy"},
		{"id lt 'BOB'", "ann"},
		{"id le 'bob'", "ann bob"},
		{"id gt 'bob'", "cy"},
		{"id ge 'bob'", "bob cy"},
		{"mail lt 'zz'", "ann bob"},
		{"mail ge 'a'", "ann bob"},

		{"accountEnabled eq true", "ann"},
		{"accountEnabled eq False", "bob"},
		{"accountEnabled ne true", "bob cy"},
		{"accountEnabled eq null", "cy"},
		{"accountEnabled in (true,false)", "ann bob"},

		{"startsWith(mail,'ANN.o''')", "ann"},
		{"startswith( mail , 'b' )", "bob"},
		{"startsWith(mail,'')", "ann bob"},
		{"endsWith(mail,'@CONTOSO.com')", "ann bob"},
		{"EndsWith (mail,'bob@contoso.com')", "bob"},
		{"endsWith(mail,'xbob@contoso.com')", ""},

		{"methodsRegistered/any(x:x eq 'mobilephone')", "ann"},
		{"MethodsRegistered / any ( p : P eq 'email' or startsWith(p,'office'))", "ann bob"},
		{"methodsRegistered/any(x:startsWith(x,'m') and endsWith(x,'l'))", ""},
		{"methodsRegistered/any(x:not (x eq 'email'))", "ann bob"},
		{"methodsRegistered/any(id:id eq 'email')", "ann"},
		{"not methodsRegistered/any(x:x eq 'mobilePhone')", "bob cy"},
		{"methodsRegistered/any(x:x ne null) and methodsRegistered/any(y:y eq 'officePhone')", "bob"},

		{"NOT(id eq 'bob')", "ann cy"},
		{"not not (id eq 'bob')", "bob"},
		{"not startsWith(mail,'ann')", "bob cy"},
		{"not (mail lt 'z')", "cy"},
		{"id eq 'ann' or id eq 'bob' and mail eq null", "ann"},
		{"id eq 'bob' and mail eq null or id eq 'ann'", "ann"},
		{"(id eq 'ann' OR id eq 'cy') AND mail eq null", "cy"},
		{"not (id eq 'ann') and mail ne null", "bob"},
		{"not (id eq 'ann' and mail eq null) and not (id eq 'cy')", "ann bob"},
		{"((id eq 'ann'))or((id eq 'cy'))", "ann cy"},
	}
	for _, test := range tests {
		if got := matching(parse(t, test.filter)); got != test.want {
			t.Errorf("%q matches %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestCaseSensitive(t *testing.T) {
	tests := []struct{ filter, want string }{
		{"id eq 'Bob'", ""},
		{"id eq 'bob'", "bob"},
		{"id in ('ANN','cy')", "cy"},
		{"id ne 'BOB'", "ann bob cy"},
		{"id lt 'Z'", ""},
		{"startsWith(mail,'ann')", ""},
		{"endsWith(mail,'@Contoso.com')", "ann"},
		{"methodsRegistered/any(x:x eq 'mobilephone')", ""},
		{"accountEnabled eq TRUE", "ann"},
		{"MAIL EQ NULL", "cy"},
	}
	for _, test := range tests {
		f := parse(t, test.filter)
		f.CaseSensitive = true
		if got := matching(f); got != test.want {
			t.Errorf("%q matches %q by case, want %q", test.filter, got, test.want)
		}
	}
}

func TestParseFilterRefuses(t *testing.T) {
	tests := []struct {
		filter  string
		at      int
		message string
	}{
		{"", 0, "the end stands where there should be a property"},
		{"  ", 2, "the end"},
		{"mail", 4, "an operator: eq, ne"},
		{"mail has 'a'", 5, `"has" stands where there should be an operator`},
		{"mail eq", 7, "null or a text in single quotes"},
		{"mail eq bob", 8, `"bob" stands where there should be a value`},
		{"mail eq 'a' id", 12, `"id" stands where there should be and, or, or the end`},
		{"mail eq 'a'", -1, ""},
		{"mail eq 'a')", 11, `")" stands`},
		{"(mail eq 'a'", 12, "should be )"},
		{"mail eq 'a' and", 15, "the end"},
		{"mail eq 'a' or or", 15, `"or" stands where there should be a property`},
		{"'a' eq mail", 0, "a text stands where there should be a property"},
		{"true", 0, `"true"`},
		{"mail eq 'a'' or", 8, "has no end"},
		{"mail eq \"a\"", 8, "put texts in single quotes"},
		{"mail\neq 'a'", 4, "not expected"},
		{"mail eq 'a' \xff", 12, "not expected"},
		{"mail in 'a'", 8, "a text stands where there should be ("},
		{"mail in ()", 9, "a value"},
		{"mail in ('a' 'b')", 13, "a comma or )"},
		{"mail in ('a',)", 13, "a value"},
		{"startsWith(mail)", 15, "should be ,"},
		{"startsWith(mail,null)", 16, "a text in single quotes"},
		{"startsWith('a',mail)", 11, "a property"},
		{"startsWith(mail,'a'", 19, "should be )"},
		{"methodsRegistered/any", 21, "should be ("},
		{"methodsRegistered/", 18, "should be any"},
		{"methodsRegistered/any()", 22, "a name for the items"},
		{"methodsRegistered/any(x eq 'a')", 24, "should be :"},
		{"methodsRegistered/any(x:x eq 'a'", 32, "should be )"},
		{"methodsRegistered/any(null:null eq 'a')", 27, `"null" stands where there should be a property`},

		{"phone eq 'a'", 0, `there is no property "phone"`},
		{"mail eq 'a' and Phone eq 'a'", 16, "there is no"},
		{"startsWith(phone,'a')", 11, "there is no"},
		{"methodsRegistered/any(x:y eq 'a')", 24, "there is no"},
		{"methodsRegistered/any(x:x eq 'a') and x eq 'a'", 38, "there is no"},
		{strings.Repeat("a", 99) + " eq 'a'", 0, `"` + strings.Repeat("a", 40) + `"...`},

		{"accountEnabled eq 'true'", 18, "accountEnabled is compared with true, false or null"},
		{"mail eq true", 8, "a text in single quotes"},
		{"mail eq 7", 8, "a text in single quotes"},
		{"mail in ('a',2024-01-01)", 13, "a text in single quotes"},
		{"Mail lt null", 8, "null has no order"},
		{"mail ge ''", 8, "null has no order"},
		{"accountEnabled gt false", 15, "has no order"},
		{"methodsRegistered eq 'a'", 18, "methodsRegistered/any(x:x eq 'a')"},
		{"endsWith(methodsRegistered,'a')", 9, "endsWith is for texts"},
		{"mail/any(x:x eq 'a')", 5, "mail has no parts"},
		{"methodsRegistered/any(x:x/id eq 'a')", 26, "has no parts"},
		{"not mail eq 'a'", 4, "write not (mail eq ...)"},
		{"not accountEnabled eq true", 4, "write not ("},
		{"not mail in ('a')", 4, "write not (mail in ...)"},

		{"contains(MAIL,'a')", 0, "contains is not supported"},
		{"contains(mail,'a'", 17, "should be )"},
		{"tolower(mail) eq 'a'", 0, `there is no function "tolower"`},
		{"methodsRegistered/all(x:x eq 'a')", 18, `"all" is not supported`},
		{"methodsRegistered/$count eq 0", 18, `"$count" is not supported`},
		{"methodsRegistered/any(x:mail eq 'a')", 24, `inside any only "x"`},

		{"mail eq '" + strings.Repeat("a", odata.MaxLength) + "'", odata.MaxLength, "longer than 16384 bytes"},
		{strings.Repeat("(", 100_000), odata.MaxLength, "longer"},
		{strings.Repeat("(", odata.MaxDepth+1), odata.MaxDepth + 1, "deeper than 100"},
		{strings.Repeat("(", odata.MaxLength), odata.MaxDepth + 1, "deeper"},
		{strings.Repeat("not ", 4000), 4*odata.MaxDepth + 4, "deeper"},
		{strings.Repeat("not(", 4000), 2*odata.MaxDepth + 3, "deeper"},
		{strings.Repeat("methodsRegistered/any(x:", 600), 24, "inside any"},
		{strings.Repeat("mail ", 3000), 5, "an operator"},
		{"mail eq " + strings.Repeat("'", 9999), 8, "has no end"},
	}
	for _, test := range tests {
		shown := test.filter[:min(len(test.filter), 60)]
		_, err := odata.ParseFilter(test.filter, schema)
		if test.at < 0 {
			if err != nil {
				t.Errorf("ParseFilter(%q): %v", shown, err)
			}
			continue
		}
		var refused *odata.Error
		if !errors.As(err, &refused) {
			t.Errorf("ParseFilter(%q) = %v, want an *Error", shown, err)
			continue
		}
		if refused.Position != test.at || !strings.Contains(err.Error(), test.message) {
			t.Errorf("ParseFilter(%q): position %d, %q, want %d, %q", shown, refused.Position, err, test.at, test.message)
		}
	}
}

func TestErrorsRepeatNoValues(t *testing.T) {
	for _, filter := range []string{"mail eq 'a' '2065550123'", "mail eq 2065550123", "'2065550123' eq mail", "mail eq +2065550123", "2065550123"} {
		_, err := odata.ParseFilter(filter, schema)
		if err == nil || strings.Contains(err.Error(), "2065550123") {
			t.Errorf("ParseFilter(%q): %v, want an error without the number", filter, err)
		}
	}
}

func TestErrorText(t *testing.T) {
	_, err := odata.ParseFilter("mail eq 'a' and phone eq 'b'", schema)
	if want := `$filter at position 16: there is no property "phone"`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestLargeFilters(t *testing.T) {
	tests := []struct{ filter, want string }{
		{strings.Repeat("(", odata.MaxDepth) + "id eq 'bob'" + strings.Repeat(")", odata.MaxDepth), "bob"},
		{strings.Repeat("not ", odata.MaxDepth-1) + "(id eq 'bob')", "ann cy"},
		{"id eq 'bob'" + strings.Repeat(" or id eq 'bob'", 1000), "bob"},
		{"(id eq 'bob')" + strings.Repeat(" and (id eq 'bob')", 900), "bob"},
		{"id in ('bob'" + strings.Repeat(",'x'", 4000) + ")", "bob"},
		{"id eq '" + strings.Repeat("''", 8000) + "'", ""},
	}
	for _, test := range tests {
		if got := matching(parse(t, test.filter)); got != test.want {
			t.Errorf("%.40q matches %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestAdvanced(t *testing.T) {
	tests := []struct{ filter, want string }{
		{"mail eq 'a'", ""},
		{"mail in ('a') or accountEnabled eq false", ""},
		{"startsWith(mail,'a')", ""},
		{"methodsRegistered/any(x:x eq 'a')", ""},
		{"id eq 'a' and MAIL ne 'a'", "ne"},
		{"endswith(mail,'a') or id ne 'a'", "endsWith"},
		{"not (employeeId eq 'a' and mail ne 'a')", "not"},
		{"NOT methodsRegistered/any(x:x eq 'a')", "not"},
		{"methodsRegistered/any(x:endsWith(x,'a'))", "endsWith"},
		{"mail eq null", "eq"},
		{"mail in ('a',null)", "in"},
		{"id eq 'a' or mail LE 'a'", "le"},
	}
	for _, test := range tests {
		if got := parse(t, test.filter).Advanced(); got != test.want {
			t.Errorf("%q: Advanced() = %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestClauses(t *testing.T) {
	tests := []struct {
		filter string
		want   int
	}{
		{"mail eq 'a'", 1},
		{"mail eq 'a' and id eq 'b' and id eq 'c'", 1},
		{"mail eq 'a' or id eq 'b' or id eq 'c'", 3},
		{"mail in ('a','b','c','d')", 4},
		{"mail in ('a','b') or mail in ('c','d') or id eq 'e'", 5},
		{"(mail eq 'a' or id eq 'b') or (id eq 'c' or id eq 'd')", 4},
		{"(mail eq 'a' or id eq 'b') and (id eq 'c' or id eq 'd' or id eq 'e')", 3},
		{"mail eq 'a' or id eq 'b' and id in ('c','d','e')", 3},
		{"not (mail eq 'a' or id eq 'b')", 2},
		{"methodsRegistered/any(x:x in ('a','b','c')) or id eq 'a'", 3},
		{"mail in (" + strings.Repeat("'a',", 15) + "'b')", 16},
	}
	for _, test := range tests {
		if got := parse(t, test.filter).Clauses(); got != test.want {
			t.Errorf("%q: Clauses() = %d, want %d", test.filter, got, test.want)
		}
	}
}

func TestProperties(t *testing.T) {
	got := parse(t, "MAIL eq 'a' or methodsregistered/any(id:id eq 'a') and (endsWith(mail,'a') or not (employeeid in ('a')))").Properties()
	if diff := cmp.Diff([]string{"mail", "methodsRegistered", "employeeId"}, got); diff != "" {
		t.Errorf("Properties() (-want +got):\n%s", diff)
	}
}

func TestEqualities(t *testing.T) {
	tests := []struct {
		filter string
		want   []string // nil if it is no such filter
	}{
		{"mail eq 'A''b'", []string{"A'b"}},
		{"Mail in ('a','b')", []string{"a", "b"}},
		{"mail eq 'a' or (mail in ('b','c') or mail eq 'A')", []string{"a", "b", "c", "A"}},
		{"mail eq 'a' or id eq 'b'", nil},
		{"id eq 'a'", nil},
		{"mail eq 'a' and mail eq 'b'", nil},
		{"mail ne 'a'", nil},
		{"not (mail eq 'a')", nil},
		{"startsWith(mail,'a')", nil},
		{"mail eq null", nil},
		{"mail in ('a','')", nil},
		{"methodsRegistered/any(x:x eq 'a')", nil},
	}
	for _, test := range tests {
		got, ok := parse(t, test.filter).Equalities("mail")
		if ok != (test.want != nil) || ok && !cmp.Equal(test.want, got) {
			t.Errorf("%q: Equalities(mail) = %q, %v, want %q", test.filter, got, ok, test.want)
		}
	}
	if _, ok := parse(t, "methodsRegistered/any(x:x eq 'a')").Equalities("methodsRegistered"); ok {
		t.Error("Equalities takes any for eq")
	}
	if _, ok := parse(t, "accountEnabled eq true").Equalities("accountEnabled"); ok {
		t.Error("Equalities takes a Bool")
	}
}
