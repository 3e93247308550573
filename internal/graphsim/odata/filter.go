package odata

import "slices"

// Filter is a parsed $filter.
type Filter struct {
	// CaseSensitive tells texts apart by case. It is false at first: texts
	// are equal as [strings.EqualFold] says.
	CaseSensitive bool

	root node
}

// operator is a word of the language as Graph's pages spell it.
type operator string

const (
	opOr         operator = "or"
	opAnd        operator = "and"
	opNot        operator = "not"
	opAny        operator = "any"
	opEq         operator = "eq"
	opNe         operator = "ne"
	opLt         operator = "lt"
	opLe         operator = "le"
	opGt         operator = "gt"
	opGe         operator = "ge"
	opIn         operator = "in"
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
	children []node
	property string
	typ      Type
	values   []operand // several only for in
}

// each visits the nodes in the order of the text.
func (n *node) each(visit func(*node)) {
	visit(n)
	for i := range n.children {
		n.children[i].each(visit)
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

// Advanced finds the first operator that Graph's directory serves only with
// ConsistencyLevel and $count, and the property it stands for: ne, not,
// endsWith, any comparison with null, and the order of texts. For each property
// there is more to know, which the caller must: some are advanced even with eq,
// as some dates are with ge. See
// https://learn.microsoft.com/graph/aad-advanced-queries.
func (f *Filter) Advanced() (property, operator string, advanced bool) {
	f.root.each(func(n *node) {
		if !advanced && n.advanced() {
			property, operator, advanced = n.firstProperty(), string(n.op), true
		}
	})
	return property, operator, advanced
}

func (n *node) advanced() bool {
	switch n.op {
	case opNot, opNe, opEndsWith:
		return true
	case opEq, opIn:
		return slices.ContainsFunc(n.values, operand.null)
	}
	return n.op.orders() && n.typ != Date
}

func (n *node) firstProperty() string {
	for n.property == "" {
		n = &n.children[0]
	}
	return n.property
}

// Clauses is the largest number of clauses that one or joins, counting each
// value of an in as a clause and an or inside an or with the outer one. It is 1
// if there is neither. Graph takes 15, unless the query is an advanced one:
// https://learn.microsoft.com/graph/filter-query-parameter.
func (f *Filter) Clauses() int {
	_, most := f.root.clauses()
	return most
}

// clauses says how many a node adds to an or around it, and the largest number
// in it.
func (n *node) clauses() (own, most int) {
	if n.op == opIn {
		return len(n.values), len(n.values)
	}
	most = 1
	for i := range n.children {
		inner, innerMost := n.children[i].clauses()
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

func (n *node) equalities(property string, values []string) ([]string, bool) {
	switch {
	case n.op == opOr:
		ok := true
		for i := 0; ok && i < len(n.children); i++ {
			values, ok = n.children[i].equalities(property, values)
		}
		return values, ok
	case n.op != opEq && n.op != opIn, n.property != property, n.typ != String, slices.ContainsFunc(n.values, operand.null):
		return nil, false
	}
	for _, v := range n.values {
		values = append(values, v.text)
	}
	return values, true
}
