package odata

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// operand is one side of a comparison. An empty text is null.
type operand struct {
	text   string
	folded string    // of a String
	date   time.Time // of a Date
}

func (o operand) null() bool { return o.text == "" }

func newOperand(text string, t Type) operand {
	switch t {
	case String:
		return operand{text: text, folded: fold(text)}
	case Date:
		date, ok := parseDate(text)
		if !ok {
			return operand{}
		}
		return operand{text: text, date: date}
	}
	return operand{text: text}
}

// parseDate takes a date alone too, as Graph's examples have it.
func parseDate(text string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if date, err := time.Parse(layout, text); err == nil {
			return date, true
		}
	}
	return time.Time{}, false
}

// fold gives texts that are equal by strings.EqualFold the same form.
func fold(text string) string { return strings.Map(foldRune, text) }

// foldRune takes the smallest of the runes that differ by case only, but small
// letters for ASCII, so that strings.Map need not copy what is small already.
func foldRune(r rune) rune {
	smallest := r
	if r >= utf8.RuneSelf {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			smallest = min(smallest, other)
		}
	}
	if 'A' <= smallest && smallest <= 'Z' {
		return smallest - 'A' + 'a'
	}
	return smallest
}

// Matches asks get for the properties, in the schema's spelling, as it needs
// them. Null equals null only; it has no place in an order, begins and ends
// with nothing, and not makes true of what is not true for that reason.
func (f *Filter) Matches(get func(property string) Value) bool { return f.holds(&f.root, get) }

func (f *Filter) holds(n *node, get func(string) Value) bool {
	switch n.op {
	case opOr:
		for i := range n.children {
			if f.holds(&n.children[i], get) {
				return true
			}
		}
		return false
	case opAnd:
		for i := range n.children {
			if !f.holds(&n.children[i], get) {
				return false
			}
		}
		return true
	case opNot:
		return !f.holds(&n.children[0], get)
	case opAny:
		var item string
		getItem := func(string) Value { return Value{Text: item} }
		for _, item = range get(n.property).Items {
			if f.holds(&n.children[0], getItem) {
				return true
			}
		}
		return false
	}
	return f.compare(n, newOperand(get(n.property).Text, n.typ))
}

func (f *Filter) compare(n *node, value operand) bool {
	first := n.values[0]
	switch n.op {
	case opEq, opIn:
		return slices.ContainsFunc(n.values, func(v operand) bool { return f.order(value, v, n.typ) == 0 })
	case opNe:
		return f.order(value, first, n.typ) != 0
	}
	if value.null() {
		return false
	}
	switch n.op {
	case opLt:
		return f.order(value, first, n.typ) < 0
	case opLe:
		return f.order(value, first, n.typ) <= 0
	case opGt:
		return f.order(value, first, n.typ) > 0
	case opGe:
		return f.order(value, first, n.typ) >= 0
	case opStartsWith:
		return strings.HasPrefix(f.key(value), f.key(first))
	}
	return strings.HasSuffix(f.key(value), f.key(first)) // endsWith
}

// order puts null first.
func (f *Filter) order(a, b operand, t Type) int {
	switch {
	case a.null() || b.null():
		return cmp.Compare(len(a.text), len(b.text))
	case t == Date:
		return a.date.Compare(b.date)
	case t == Bool:
		return cmp.Compare(a.text, b.text)
	}
	return cmp.Compare(f.key(a), f.key(b))
}

// key is what a text is compared by.
func (f *Filter) key(o operand) string {
	if f.CaseSensitive {
		return o.text
	}
	return o.folded
}
