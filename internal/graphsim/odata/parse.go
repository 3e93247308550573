package odata

import (
	"fmt"
	"slices"
	"strings"
)

// ParseFilter reads a $filter. The error is an *[Error].
func ParseFilter(text string, s Schema) (*Filter, error) {
	if len(text) > MaxLength {
		return nil, tooLong("$filter")
	}
	p := &parser{schema: s, source: text}
	p.advance()
	root, err := p.parseOr()
	if err != nil {
		return nil, err
	}
	if p.current.kind != endToken {
		return nil, p.unexpected("and, or, or the end")
	}
	return &Filter{root: root}, nil
}

// parser looks one token ahead. Each method leaves current at what follows.
type parser struct {
	schema  Schema
	source  string
	current token
	end     int // of current
	depth   int

	variable   string // inside any: what stands for an item
	collection string // and the property it is an item of
}

func (p *parser) advance() { p.current, p.end = scan(p.source, p.end) }

func (p *parser) accept(text string) bool {
	if !p.current.is(text) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(mark string) error {
	if !p.accept(mark) {
		return p.unexpected(mark)
	}
	return nil
}

func (p *parser) fail(k Kind, property string, at int, format string, args ...any) error {
	return &Error{Kind: k, Property: property, Position: at, option: "$filter", message: fmt.Sprintf(format, args...)}
}

func (p *parser) unexpected(wanted string) error {
	var found string
	switch p.current.kind {
	case brokenToken:
		return p.fail(Syntax, "", p.current.at, "%s", p.current.text)
	case endToken:
		found = "the end"
	case textToken:
		found = "a text"
	case numberToken:
		found = "a number or date"
	default:
		found = quoted(p.current.text)
	}
	return p.fail(Syntax, "", p.current.at, "%s stands where there should be %s", found, wanted)
}

func (p *parser) parseOr() (node, error) { return p.parseJoined(opOr, p.parseAnd) }

func (p *parser) parseAnd() (node, error) { return p.parseJoined(opAnd, p.parseUnary) }

func (p *parser) parseJoined(op operator, parse func() (node, error)) (node, error) {
	first, err := parse()
	if err != nil || !p.current.is(string(op)) {
		return first, err
	}
	joined := node{op: op, children: []node{first}}
	for p.accept(string(op)) {
		next, err := parse()
		if err != nil {
			return node{}, err
		}
		joined.children = append(joined.children, next)
	}
	return joined, nil
}

func (p *parser) parseUnary() (node, error) {
	if p.depth > MaxDepth {
		return node{}, p.fail(TooLarge, "", p.current.at, "parentheses, not and any are nested deeper than %d: simplify the expression", MaxDepth)
	}
	p.depth++
	defer func() { p.depth-- }()
	switch {
	case p.accept(string(opNot)):
		return p.parseNegated()
	case p.accept("("):
		inner, err := p.parseOr()
		if err != nil {
			return node{}, err
		}
		return inner, p.expect(")")
	}
	return p.parseClause()
}

// parseNegated reads what follows not, which binds to the property alone in
// `not p eq 'x'`.
func (p *parser) parseNegated() (node, error) {
	start := p.current
	inner, err := p.parseUnary()
	if err != nil {
		return node{}, err
	}
	if start.kind == wordToken && slices.Contains(comparisons[:], inner.op) {
		return node{}, p.fail(Unfit, inner.property, start.at, "not stands for %s alone: write not (%[1]s %s ...)", inner.property, inner.op)
	}
	return node{op: opNot, children: []node{inner}}, nil
}

func (p *parser) parseClause() (node, error) {
	name := p.current
	if name.kind != wordToken || isKeyword(name) {
		return node{}, p.unexpected("a property, not, startsWith, endsWith or (")
	}
	p.advance()
	if p.current.is("(") {
		return p.parseFunction(name)
	}
	property, t, err := p.find(name)
	if err != nil {
		return node{}, err
	}
	if p.accept("/") {
		return p.parseAny(property, t)
	}
	for _, op := range comparisons {
		if p.current.is(string(op)) {
			return p.parseComparison(node{op: op, property: property, typ: t})
		}
	}
	return node{}, p.unexpected("an operator: eq, ne, lt, le, gt, ge or in")
}

func isKeyword(t token) bool {
	return t.is("true") || t.is("false") || t.is("null") || t.is(string(opOr)) || t.is(string(opAnd)) ||
		slices.ContainsFunc(comparisons[:], func(op operator) bool { return t.is(string(op)) })
}

// find gives the property that a word names. Inside any that is the Collection,
// by the word that stands for its items.
func (p *parser) find(name token) (string, Type, error) {
	if p.variable != "" && name.is(p.variable) {
		return p.collection, String, nil
	}
	property, t, known := p.schema.Find(name.text)
	switch {
	case !known:
		return "", 0, unknown("$filter", name.text, name.at)
	case p.variable != "":
		return "", 0, p.fail(Unsupported, property, name.at, "inside any only %s can be compared", quoted(p.variable))
	}
	return property, t, nil
}

// parseFunction reads what follows the name, from the parenthesis on.
func (p *parser) parseFunction(name token) (node, error) {
	op, known := functionNamed(name)
	if !known {
		return node{}, p.fail(Unsupported, "", name.at, "there is no function %s: use startsWith or endsWith", quoted(name.text))
	}
	p.advance()
	first := p.current
	if first.kind != wordToken || isKeyword(first) {
		return node{}, p.unexpected("a property")
	}
	property, t, err := p.find(first)
	if err != nil {
		return node{}, err
	}
	if t != String {
		return node{}, p.fail(Unfit, property, first.at, "%s is for texts, and %s is none", op, property)
	}
	p.advance()
	if err := p.expect(","); err != nil {
		return node{}, err
	}
	value := p.current
	if value.kind != textToken {
		return node{}, p.unexpected("a text in single quotes")
	}
	p.advance()
	if err := p.expect(")"); err != nil {
		return node{}, err
	}
	// https://learn.microsoft.com/graph/aad-advanced-queries lists it for no
	// property of the directory.
	if op == opContains {
		return node{}, p.fail(Unsupported, property, name.at, "contains is not supported: use startsWith or endsWith")
	}
	return node{op: op, property: property, typ: t, values: []operand{newOperand(value.text, t)}}, nil
}

func functionNamed(name token) (operator, bool) {
	for _, op := range [...]operator{opStartsWith, opEndsWith, opContains} {
		if name.is(string(op)) {
			return op, true
		}
	}
	return "", false
}

// parseAny reads what follows the slash in property/any(x:x eq 'a').
func (p *parser) parseAny(property string, t Type) (node, error) {
	segment := p.current
	switch {
	case segment.kind != wordToken:
		return node{}, p.unexpected("any")
	case t != Collection:
		return node{}, p.fail(Unfit, property, segment.at, "%s has no parts: nothing can follow it after a slash", property)
	case !segment.is(string(opAny)):
		return node{}, p.fail(Unsupported, property, segment.at, "%s is not supported after %s/: use any", quoted(segment.text), property)
	}
	p.advance()
	if err := p.expect("("); err != nil {
		return node{}, err
	}
	variable := p.current
	if variable.kind != wordToken {
		return node{}, p.unexpected("a name for the items, as in any(x:x eq 'a')")
	}
	p.advance()
	if err := p.expect(":"); err != nil {
		return node{}, err
	}
	p.variable, p.collection = variable.text, property
	inner, err := p.parseOr()
	p.variable, p.collection = "", ""
	if err != nil {
		return node{}, err
	}
	return node{op: opAny, property: property, typ: t, children: []node{inner}}, p.expect(")")
}

// parseComparison reads from the operator on, which n has already.
func (p *parser) parseComparison(n node) (node, error) {
	switch {
	case n.typ == Collection:
		return node{}, p.fail(Unfit, n.property, p.current.at, "%s has many values: write %[1]s/any(x:x eq 'a')", n.property)
	case n.op.orders() && n.typ == Bool:
		return node{}, p.fail(Unfit, n.property, p.current.at, "%s has no order: use eq or ne", n.property)
	}
	p.advance()
	if n.op == opIn {
		return p.parseIn(n)
	}
	at := p.current.at
	value, err := p.parseValue(n)
	if err != nil {
		return node{}, err
	}
	if n.op.orders() && value.null() {
		return node{}, p.fail(Unfit, n.property, at, "null has no order: use eq or ne, and '' is null")
	}
	n.values = []operand{value}
	return n, nil
}

func (p *parser) parseIn(n node) (node, error) {
	if err := p.expect("("); err != nil {
		return node{}, err
	}
	for {
		value, err := p.parseValue(n)
		if err != nil {
			return node{}, err
		}
		n.values = append(n.values, value)
		if !p.accept(",") {
			break
		}
	}
	if !p.accept(")") {
		return node{}, p.unexpected("a comma or )")
	}
	return n, nil
}

// parseValue reads a value for the node's property.
func (p *parser) parseValue(n node) (operand, error) {
	found, text := p.current, p.current.text
	var fits bool
	switch {
	case found.is("null"):
		text, fits = "", true
	case found.is("true"), found.is("false"):
		text, fits = strings.ToLower(text), n.typ == Bool
	case found.kind == textToken:
		fits = n.typ == String
	case found.kind == numberToken:
		_, isDate := parseDate(text)
		fits = isDate && n.typ == Date
	default:
		return operand{}, p.unexpected("a value: " + n.typ.wants())
	}
	if !fits {
		return operand{}, p.fail(Unfit, n.property, found.at, "%s is compared with %s", n.property, n.typ.wants())
	}
	p.advance()
	return newOperand(text, n.typ), nil
}
