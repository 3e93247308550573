package odata

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Filter is a parsed $filter. Once CaseSensitive is set it may be used by several
// goroutines at a time: matching changes nothing in it.
type Filter struct {
	// CaseSensitive tells texts apart by case. It is false at first: texts
	// are equal as [strings.EqualFold] says.
	CaseSensitive bool

	root *node
}

// operator is a word of the language as Graph's pages spell it.
type operator string

const (
	// both take two or more, and are read from left to right
	opOr  operator = "or"
	opAnd operator = "and"
	// these take a clause
	opNot operator = "not"
	opAny operator = "any"
	// these stand between a property and its value; only in takes several
	opEq operator = "eq"
	opNe operator = "ne"
	opLt operator = "lt"
	opLe operator = "le"
	opGt operator = "gt"
	opGe operator = "ge"
	opIn operator = "in"
	// these are written as functions
	opStartsWith operator = "startsWith"
	opEndsWith   operator = "endsWith"
	opContains   operator = "contains" // never in a Filter
)

// comparisons stand between a property and its value.
var comparisons = [...]operator{opEq, opNe, opLt, opLe, opGt, opGe, opIn}

// orders are the comparisons that need more than equality.
func (op operator) orders() bool { return op == opLt || op == opLe || op == opGt || op == opGe }

// node is an operator with what it stands for: or and and have two children or
// more, not and any have one, the others have a property and values. Inside
// any the property is the Collection, and the type that of its items.
type node struct {
	op       operator
	children []*node
	property string
	typ      Type
	values   []string // several only for in; an empty one is null
}

// each visits the nodes in the order of the text.
func (n *node) each(visit func(*node)) {
	visit(n)
	for _, child := range n.children {
		child.each(visit)
	}
}

// Properties are those named, each once, in the order of the text.
func (f *Filter) Properties() []string {
	var properties []string
	f.root.each(func(n *node) {
		if n.property != "" && !slices.Contains(properties, n.property) {
			properties = append(properties, n.property)
		}
	})
	return properties
}

// Advanced is the first operator that Graph's directory serves only with
// ConsistencyLevel and $count, and empty without one: ne, not, endsWith, any
// comparison with null, and the order of texts. For each property there is more
// to know, which the caller must: some are advanced even with eq. See
// https://learn.microsoft.com/graph/aad-advanced-queries.
func (f *Filter) Advanced() (operator string) {
	f.root.each(func(n *node) {
		if operator == "" && n.advanced() {
			operator = string(n.op)
		}
	})
	return operator
}

// advanced goes by the operator and by null among the values; which properties ask
// for an advanced query by themselves is the caller's knowledge.
func (n *node) advanced() bool {
	switch n.op {
	case opNot, opNe, opEndsWith:
		return true
	case opEq, opIn:
		return slices.Contains(n.values, "")
	}
	return n.op.orders()
}

// Clauses is the largest number of clauses that one or joins, counting each
// value of an in as a clause and an or inside an or with the outer one. It is 1
// if there is neither. Graph takes 15, unless the query is an advanced one:
// https://learn.microsoft.com/graph/filter-query-parameter.
func (f *Filter) Clauses() int {
	_, most := f.root.clauses()
	return most
}

// clauses counts what a node adds to an or around it, and the largest number
// in it.
func (n *node) clauses() (own, most int) {
	if n.op == opIn {
		return len(n.values), len(n.values)
	}
	most = 1
	for _, child := range n.children {
		inner, innerMost := child.clauses()
		own += inner
		most = max(most, innerMost)
	}
	if n.op != opOr {
		return 1, most
	}
	return own, max(most, own)
}

// Equalities are the values that a String property must have one of, if that
// is all the filter says: eq, in, or several of these joined by or, none with
// null. They stand as written: they may repeat or differ by case only.
func (f *Filter) Equalities(property string) ([]string, bool) {
	return f.root.equalities(property, nil)
}

// equalities appends to values. An and is not looked into, though one side might
// do: that would be an optimizer, and a walk over everybody is right as well.
func (n *node) equalities(property string, values []string) ([]string, bool) {
	if n.op == opOr {
		ok := true
		for i := 0; ok && i < len(n.children); i++ {
			values, ok = n.children[i].equalities(property, values)
		}
		return values, ok
	}
	ok := (n.op == opEq || n.op == opIn) && n.property == property && n.typ == String && !slices.Contains(n.values, "")
	return append(values, n.values...), ok
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
func (f *Filter) Matches(get func(property string) Value) bool { return f.holds(f.root, get) }

// holds ends early, so that get is asked for as little as can be. Inside any it is
// asked with another get, which has the item for every name.
func (f *Filter) holds(n *node, get func(string) Value) bool {
	child := func(child *node) bool { return f.holds(child, get) }
	switch n.op {
	case opOr:
		return slices.ContainsFunc(n.children, child)
	case opAnd:
		return !slices.ContainsFunc(n.children, func(c *node) bool { return !child(c) })
	case opNot:
		return !child(n.children[0])
	case opAny:
		return slices.ContainsFunc(get(n.property).Items, func(item string) bool {
			return f.holds(n.children[0], func(string) Value { return Value{Text: item} })
		})
	}
	return f.compare(n, f.key(get(n.property).Text))
}

// compare takes the key of the property's value. Texts are ordered by
// their code points, not as a language would, and null among the values equals
// null.
func (f *Filter) compare(n *node, value string) bool {
	first := f.key(n.values[0])
	order := cmp.Compare(value, first)
	switch {
	case n.op == opIn:
		return slices.ContainsFunc(n.values, func(v string) bool { return value == f.key(v) })
	case n.op == opEq:
		return order == 0
	case n.op == opNe:
		return order != 0
	// Null has no order, and begins and ends with nothing.
	case value == "":
		return false
	case n.op == opLt:
		return order < 0
	case n.op == opLe:
		return order <= 0
	case n.op == opGt:
		return order > 0
	case n.op == opGe:
		return order >= 0
	case n.op == opStartsWith:
		return strings.HasPrefix(value, first)
	}
	return strings.HasSuffix(value, first) // endsWith
}

// key is what a text is compared by.
func (f *Filter) key(text string) string {
	if f.CaseSensitive {
		return text
	}
	return fold(text)
}
