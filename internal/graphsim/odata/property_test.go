package odata_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"entraphone/internal/graphsim/odata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// expression is a part of a filter: its text, with a blank wherever one may
// stand, and what it means, worked out without the package.
type expression struct {
	text  string
	rank  int // 3 binds tightest, 2 is and, 1 is or
	means func(r record, item string) bool
}

// strings with few and near values, so that comparisons come out both ways.
var someTexts = []string{"a", "A", "ab", "b", "O'Hara", "ß", "σς"}

// TestFilterMeansWhatItSays: whatever the spacing, the parentheses and the
// case, a filter matches as its operators say.
func TestFilterMeansWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpression(t, rapid.IntRange(0, 4).Draw(t, "depth"), "")
		filter := dress(t, e.text)
		f, err := odata.ParseFilter(filter, schema)
		if err != nil {
			t.Fatalf("ParseFilter(%q): %v", filter, err)
		}
		for range 8 {
			r := drawRecord(t)
			if got, want := f.Matches(r.get), e.means(r, ""); got != want {
				t.Fatalf("%q of %v = %v, want %v", filter, r, got, want)
			}
		}
	})
}

func drawRecord(t *rapid.T) record {
	orNull := func(texts ...string) *rapid.Generator[string] { return rapid.SampledFrom(append(texts, "")) }
	return record{
		"mail":              text(orNull(someTexts...).Draw(t, "mail")),
		"employeeId":        text(orNull(someTexts...).Draw(t, "employeeId")),
		"accountEnabled":    text(orNull("true", "false").Draw(t, "accountEnabled")),
		"methodsRegistered": {Items: rapid.SliceOfN(rapid.SampledFrom(someTexts), 0, 3).Draw(t, "methodsRegistered")},
	}
}

// drawExpression draws one for an item of a Collection if variable is given.
func drawExpression(t *rapid.T, depth int, variable string) expression {
	if depth == 0 {
		return drawComparison(t, variable)
	}
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		inner := drawExpression(t, depth-1, variable)
		return expression{"not" + " " + negatable(inner), 3, func(r record, item string) bool { return !inner.means(r, item) }}
	case 1:
		return drawJoined(t, depth, variable, 1, "or")
	case 2, 3:
		return drawJoined(t, depth, variable, 2, "and")
	}
	if variable != "" {
		return drawComparison(t, variable)
	}
	inner := drawExpression(t, depth-1, "x")
	return expression{"methodsRegistered / any ( x : " + inner.text + " )", 3, func(r record, _ string) bool {
		for _, item := range r["methodsRegistered"].Items {
			if inner.means(r, item) {
				return true
			}
		}
		return false
	}}
}

func drawJoined(t *rapid.T, depth int, variable string, rank int, word string) expression {
	left, right := drawExpression(t, depth-1, variable), drawExpression(t, depth-1, variable)
	return expression{within(left, rank) + " " + word + " " + within(right, rank), rank, func(r record, item string) bool {
		if word == "or" {
			return left.means(r, item) || right.means(r, item)
		}
		return left.means(r, item) && right.means(r, item)
	}}
}

// within adds parentheses where precedence wants them.
func within(e expression, rank int) string {
	if e.rank < rank {
		return "( " + e.text + " )"
	}
	return e.text
}

// negatable adds parentheses unless not may stand before the text as it is.
func negatable(e expression) string {
	for _, start := range []string{"not ", "startsWith ", "endsWith ", "methodsRegistered "} {
		if e.rank == 3 && strings.HasPrefix(e.text, start) {
			return e.text
		}
	}
	return "( " + e.text + " )"
}

func drawComparison(t *rapid.T, variable string) expression {
	if variable == "" && rapid.Bool().Draw(t, "of a Bool") {
		want := rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "truth")
		same := rapid.Bool().Draw(t, "same")
		return expression{"accountEnabled " + map[bool]string{true: "eq ", false: "ne "}[same] + want, 3, func(r record, _ string) bool {
			return (r["accountEnabled"].Text == strings.ReplaceAll(want, "null", "")) == same
		}}
	}
	property := variable
	if property == "" {
		property = rapid.SampledFrom([]string{"mail", "employeeId"}).Draw(t, "property")
	}
	values := rapid.SliceOfN(rapid.SampledFrom(someTexts), 1, 3).Draw(t, "values")
	literals := make([]string, len(values))
	for i, v := range values {
		literals[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	op := rapid.SampledFrom([]string{"eq", "ne", "in", "startsWith", "endsWith"}).Draw(t, "operator")
	shown := property + " " + op + " " + literals[0]
	switch op {
	case "in":
		shown = property + " in ( " + strings.Join(literals, " , ") + " )"
	case "startsWith", "endsWith":
		shown = op + " ( " + property + " , " + literals[0] + " )"
	}
	return expression{shown, 3, func(r record, item string) bool {
		if variable == "" {
			item = r[property].Text
		}
		return compares(op, item, values)
	}}
}

func compares(op, value string, with []string) bool {
	if value == "" {
		return op == "ne"
	}
	begin := []rune(value)
	length := len([]rune(with[0]))
	switch op {
	case "ne":
		return !strings.EqualFold(value, with[0])
	case "in":
		for _, w := range with {
			if strings.EqualFold(value, w) {
				return true
			}
		}
		return false
	case "startsWith":
		return len(begin) >= length && strings.EqualFold(string(begin[:length]), with[0])
	case "endsWith":
		return len(begin) >= length && strings.EqualFold(string(begin[len(begin)-length:]), with[0])
	}
	return strings.EqualFold(value, with[0])
}

// dress draws blanks, redundant parentheses round the whole, and the case of
// everything but texts.
func dress(t *rapid.T, filter string) string {
	capitals := rapid.Bool().Draw(t, "capitals")
	tight := rapid.Bool().Draw(t, "tight")
	var out strings.Builder
	for i, part := range strings.Split(filter, "'") {
		if i > 0 {
			out.WriteByte('\'')
		}
		if i%2 == 1 {
			out.WriteString(part)
			continue
		}
		if capitals {
			part = strings.ToUpper(part)
		}
		if tight {
			for _, mark := range []string{"(", ")", ",", ":", "/"} {
				part = strings.NewReplacer(" "+mark+" ", mark, " "+mark, mark, mark+" ", mark).Replace(part)
			}
		} else {
			part = strings.ReplaceAll(part, " ", "\t ")
		}
		out.WriteString(part)
	}
	depth := rapid.IntRange(0, 3).Draw(t, "parentheses")
	return strings.Repeat("(", depth) + out.String() + strings.Repeat(")", depth)
}

// TestTextsEqualAsEqualFoldSays, and so they begin and end with each other.
func TestTextsEqualAsEqualFoldSays(t *testing.T) {
	near := rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(rapid.OneOf(rapid.SampledFrom([]rune("aAkKKsSſσςΣßẞǅ'")), rapid.Rune()), 1, 4, -1).Draw(t, "text")
	})
	rapid.Check(t, func(t *rapid.T) {
		value, with := near.Draw(t, "value"), near.Draw(t, "with")
		if rapid.Bool().Draw(t, "variant") {
			with = strings.Map(unicode.SimpleFold, value)
		}
		r := record{"mail": text(value)}
		quoted := "'" + strings.ReplaceAll(with, "'", "''") + "'"
		want := strings.EqualFold(value, with)
		for _, filter := range []string{
			"mail eq " + quoted,
			"mail le " + quoted + " and mail ge " + quoted,
			"not (mail lt " + quoted + " or mail gt " + quoted + ")",
		} {
			f, err := odata.ParseFilter(filter, schema)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Matches(r.get); got != want {
				t.Fatalf("%q of %q = %v, want %v", filter, value, got, want)
			}
		}
	})
}

// FuzzParseFilter: errors point into the text, and a filter that is taken means
// the same in parentheses and the opposite after not.
func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{
		"mail eq 'a''b' or not (id in ('a',null))", "methodsRegistered/any(x:x eq 'email' and startsWith(x,'e'))",
		"mail ge 2024-01-01T00:00:00Z", "accountEnabled ne true and endsWith(mail,'@contoso.com')",
		"contains(mail,'a')", "not mail eq 'a'", "((", "not not not", "id eq 'a", "methodsRegistered/$count eq 0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		plain, err := odata.ParseFilter(filter, schema)
		if err != nil {
			var refused *odata.Error
			if !errors.As(err, &refused) || refused.Position < 0 || refused.Position > len(filter) {
				t.Fatalf("ParseFilter(%q): %v, want an *Error in the text", filter, err)
			}
			return
		}
		wrapped, err := odata.ParseFilter("("+filter+")", schema)
		if err != nil {
			return // a limit is reached
		}
		if diff := cmp.Diff(facts(plain), facts(wrapped)); diff != "" {
			t.Fatalf("%q changes in parentheses:\n%s", filter, diff)
		}
		negated, err := odata.ParseFilter("not("+filter+")", schema)
		if err != nil {
			return
		}
		for _, r := range people {
			if matches := plain.Matches(r.get); wrapped.Matches(r.get) != matches || negated.Matches(r.get) == matches {
				t.Fatalf("%q of %v: %v, in parentheses %v, negated %v", filter, r, matches, wrapped.Matches(r.get), negated.Matches(r.get))
			}
		}
	})
}

func facts(f *odata.Filter) map[string]any {
	values, ok := f.Equalities("mail")
	return map[string]any{
		"advanced": f.Advanced(), "clauses": f.Clauses(), "properties": f.Properties(),
		"equalities": values, "all": ok,
	}
}
