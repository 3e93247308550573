package main

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// A release of the library that go.mod asks for, and nobody has generated the
// tables of, must not pass unseen.
func TestTablesAreThoseOfTheLibrary(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../tables.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("tables.bin is of %q, and differs from what would be generated from %q: run go generate", version(got), version(want))
	}
}

func version(tables []byte) []byte { return bytes.TrimRight(tables[:versionSize], "\x00") }

// What the generator cannot translate it must refuse: a table that is nearly
// right sends somebody else's number.
func TestOddMetadataIsRefused(t *testing.T) {
	for _, test := range []struct{ expression, rule, why string }{
		{`0\d+`, "", "repeats without bound"},
		{`\b0`, "", "looks at more than digits"},
		{`(0`, "", "is not an expression"},
		{`0(1)(2)`, "$1", "the rule names a group that is not the last"},
		{`0(1)`, "$1$1", "the rule repeats a group"},
		{`0(1)`, "12345$1", "the rule supplies more digits than fit"},
	} {
		if _, err := newLayout().prefixAutomaton(test.expression, test.rule); err == nil {
			t.Errorf("the prefix %q with the rule %q is translated, but %s", test.expression, test.rule, test.why)
		}
	}
}

func TestRewrites(t *testing.T) {
	for _, test := range []struct {
		pattern, format, rule string
		want, wantErr         bool
		why                   string
	}{
		{`(\d{3})(\d{4})`, "$1-$2", "", false, false, "separators only"},
		{`(\d{3})(\d{4})`, "$1-$2", "($1)", false, false, "the rule adds brackets only"},
		{`(\d{3})(\d{4})`, "$1-$2", "0$1", true, false, "the rule adds a prefix"},
		{`(\d)(\d{4})(\d{2})`, "$2 15-$3", "", true, false, "two digits stand for one that is dropped"},
		{`(\d{3})(\d{4})`, "$2 $1", "", false, true, "1231231 comes out as itself, 1234567 does not"},
		{`(\d{3})(\d{4})`, "$1", "", false, true, "digits are dropped"},
	} {
		f := &phonenumbers.NumberFormat{Pattern: &test.pattern, Format: &test.format, NationalPrefixFormattingRule: &test.rule}
		got, err := rewrites(f)
		if got != test.want || (err != nil) != test.wantErr {
			t.Errorf("rewrites(%q as %q, %q) = %t, %v; want %t: %s", test.pattern, test.format, test.rule, got, err, test.want, test.why)
		}
	}
}

// The order of alternatives decides how long a prefix is, and what its last
// group holds. The metadata depends on it in few places, so that these are ours.
func TestPrefixesMatchAsABacktrackerDoes(t *testing.T) {
	for _, expression := range []string{
		`0|01`, `01|0`, `0|01|012`, `0(1)?`, `0?(?:(1|12)3)?`, `([0-2]\d{2})$|0|012`, `0|([0-2]\d)$`, `0(1|12)(2)?`, `00(?:30|5[09]|[126-9]?)`,
	} {
		l := newLayout()
		p, err := compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		rule := ""
		if p.groups > 0 {
			rule = "9$" + strconv.Itoa(p.groups)
		}
		root, err := l.prefixAutomaton(expression, rule)
		if err != nil {
			t.Fatal(err)
		}
		authority := regexp.MustCompile("^(?:" + expression + ")")
		for n := range 10_000 {
			digits := strings.TrimLeft(strconv.Itoa(n), "1")
			if got, want := l.edited(root, digits), authority.FindStringSubmatchIndex(digits); !got.equal(want, p.groups) {
				t.Errorf("%s in %q: %v, want %v", expression, digits, got, want)
			}
		}
	}
}

// edited is a row that an automaton gives: the end of the prefix and the last
// group, or zeros.
type edited []byte

func (l *layout) edited(root int, digits string) edited {
	n := l.nodes.list[root]
	label := n.pass
	for i := range len(digits) {
		next := n.children[digits[i]-'0']
		if next == 0 {
			return l.rows[label:][:4]
		}
		if n = l.nodes.list[next]; n.pass != 0 {
			label = n.pass
		}
	}
	if n.end != 0 {
		label = n.end
	}
	return l.rows[label:][:4]
}

func (e edited) equal(want []int, groups int) bool {
	if want == nil || e[0] == 0 {
		return (want == nil) == (e[0] == 0)
	}
	from, to := want[2*groups], want[2*groups+1]
	if groups == 0 || from < 0 {
		return int(e[0])-1 == want[1] && e[3] == 0
	}
	return int(e[0])-1 == want[1] && e[3] == 2 && int(e[1]) == from && int(e[2]) == to
}
