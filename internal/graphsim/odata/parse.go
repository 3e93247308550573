package odata

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ParseFilter reads a $filter. The error is an *[Error], for an empty text, too.
// Names of the Filter are as the schema spells them, whatever the text does.
func ParseFilter(text string, s Schema) (*Filter, error) {
	if len(text) > MaxLength {
		return nil, tooLong("$filter")
	}
	p := &parser{schema: s, source: text}
	p.advance()
	root := p.parseOr()
	if p.current.kind != endToken {
		p.unexpected("and, or, or the end")
	}
	if p.err != nil {
		return nil, p.err
	}
	return &Filter{root: root}, nil
}

// parser looks one token ahead. Each method leaves current at what follows.
// After the first error there is nothing but the end, and what the methods
// return means nothing.
type parser struct {
	schema  Schema
	source  string
	current token
	end     int // of current
	depth   int
	err     error // an *Error, the first

	variable   string // inside any: what stands for an item
	collection string // and the property it is an item of
}

// advance stays at the end once it is there.
func (p *parser) advance() { p.current, p.end = scan(p.source, p.end) }

// next returns the current token and goes on to the one behind it.
func (p *parser) next() token {
	t := p.current
	p.advance()
	return t
}

// accept goes on only if the current token is this word or mark.
func (p *parser) accept(text string) bool {
	is := p.current.is(text)
	if is {
		p.advance()
	}
	return is
}

// expect fails where accept would not go on.
func (p *parser) expect(mark string) {
	if !p.accept(mark) {
		p.unexpected(mark)
	}
}

// expectKind is next where the current token is of a kind.
func (p *parser) expectKind(kind tokenKind, wanted string) token {
	if p.current.kind != kind {
		p.unexpected(wanted)
	}
	return p.next()
}

// fail keeps the first error, which is the one nearest to the cause, and leaves the
// parser at the end: then every method returns soon.
func (p *parser) fail(at int, format string, args ...any) {
	if p.err == nil {
		p.err = &Error{Position: at, option: "$filter", message: fmt.Sprintf(format, args...)}
	}
	p.current, p.end = token{kind: endToken}, len(p.source)
}

// unexpected fails with what stands there and what should.
func (p *parser) unexpected(wanted string) {
	if p.current.kind == brokenToken {
		p.fail(p.current.at, "%s", p.current.text)
		return
	}
	// Texts and numbers may be phone numbers.
	private := map[tokenKind]string{endToken: "the end", textToken: "a text", numberToken: "a number or date"}
	found := cmp.Or(private[p.current.kind], quoted(p.current.text))
	p.fail(p.current.at, "%s stands where there should be %s", found, wanted)
}

// parseOr begins with what binds least: or, and, not, comparison, as
// https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
// orders them.
func (p *parser) parseOr() *node { return p.parseJoined(opOr, p.parseAnd) }

// parseAnd reads what may stand beside an or.
func (p *parser) parseAnd() *node { return p.parseJoined(opAnd, p.parseUnary) }

// parseJoined makes one node of a chain, however long: a tree of pairs would be as
// deep as the chain, and Clauses would have to add it up again.
func (p *parser) parseJoined(op operator, parse func() *node) *node {
	first := parse()
	if !p.current.is(string(op)) {
		return first
	}
	joined := &node{op: op, children: []*node{first}}
	for p.accept(string(op)) {
		joined.children = append(joined.children, parse())
	}
	return joined
}

// parseUnary bounds the depth, without which a text of parentheses would exhaust
// the stack.
func (p *parser) parseUnary() *node {
	if p.depth > MaxDepth {
		p.fail(p.current.at, "parentheses, not and any are nested deeper than %d: simplify the expression", MaxDepth)
	}
	p.depth++
	defer func() { p.depth-- }()
	switch {
	case p.accept(string(opNot)):
		return p.parseNegated()
	case p.accept("("):
		inner := p.parseOr()
		p.expect(")")
		return inner
	}
	return p.parseClause()
}

// parseNegated reads what follows not, which binds to the property alone in
// `not p eq 'x'`.
func (p *parser) parseNegated() *node {
	start := p.current
	inner := p.parseUnary()
	if start.kind == wordToken && slices.Contains(comparisons[:], inner.op) {
		p.fail(start.at, "not stands for %s alone: write not (%[1]s %s ...)", inner.property, inner.op)
	}
	return &node{op: opNot, children: []*node{inner}}
}

// parseClause reads a function, an any, or a comparison, which all begin with a
// name. A property alone is not a clause, not even a Bool: Graph wants eq true.
func (p *parser) parseClause() *node {
	name := p.expectName("a property, not, startsWith, endsWith or (")
	if p.current.is("(") {
		return p.parseFunction(name)
	}
	property, t := p.find(name)
	if p.accept("/") {
		return p.parseAny(property, t)
	}
	i := slices.IndexFunc(comparisons[:], func(op operator) bool { return p.current.is(string(op)) })
	if i < 0 {
		p.unexpected("an operator: eq, ne, lt, le, gt, ge or in")
		return &node{}
	}
	return p.parseComparison(&node{op: comparisons[i], property: property, typ: t})
}

// expectName is next where the current token is a word and no keyword.
func (p *parser) expectName(wanted string) token {
	keywords := append([]operator{"true", "false", "null", opOr, opAnd}, comparisons[:]...)
	if slices.ContainsFunc(keywords, func(word operator) bool { return p.current.is(string(word)) }) {
		p.unexpected(wanted)
	}
	return p.expectKind(wordToken, wanted)
}

// find gives the property that a word names. Inside any that is the Collection,
// by the word that stands for its items.
func (p *parser) find(name token) (string, Type) {
	if p.variable != "" && name.is(p.variable) {
		return p.collection, String
	}
	property, t, known := p.schema.Find(name.text)
	switch {
	case p.err != nil:
	case !known:
		p.fail(name.at, noProperty, quoted(name.text))
	case p.variable != "":
		p.fail(name.at, "inside any only %s can be compared", quoted(p.variable))
	}
	return property, t
}

// parseFunction reads what follows the name, from the parenthesis on.
func (p *parser) parseFunction(name token) *node {
	functions := []operator{opStartsWith, opEndsWith, opContains}
	i := slices.IndexFunc(functions, func(op operator) bool { return name.is(string(op)) })
	if i < 0 {
		p.fail(name.at, "there is no function %s: use startsWith or endsWith", quoted(name.text))
		return &node{}
	}
	op := functions[i]
	p.advance()
	first := p.expectName("a property")
	property, t := p.find(first)
	if t != String {
		p.fail(first.at, "%s is for texts, and %s is none", op, property)
	}
	p.expect(",")
	value := p.expectKind(textToken, "a text in single quotes")
	p.expect(")")
	// https://learn.microsoft.com/graph/aad-advanced-queries lists it for no
	// property of the directory.
	if op == opContains {
		p.fail(name.at, "contains is not supported: use startsWith or endsWith")
	}
	return &node{op: op, property: property, typ: t, values: []string{value.text}}
}

// parseAny reads what follows the slash in property/any(x:x eq 'a').
func (p *parser) parseAny(property string, t Type) *node {
	segment := p.expectKind(wordToken, "any")
	switch {
	case t != Collection:
		p.fail(segment.at, "%s has no parts: nothing can follow it after a slash", property)
	case !segment.is(string(opAny)):
		p.fail(segment.at, "%s is not supported after %s/: use any", quoted(segment.text), property)
	}
	p.expect("(")
	p.variable = p.expectKind(wordToken, "a name for the items, as in any(x:x eq 'a')").text
	p.expect(":")
	p.collection = property
	inner := p.parseOr()
	p.variable, p.collection = "", ""
	p.expect(")")
	return &node{op: opAny, property: property, typ: t, children: []*node{inner}}
}

// parseComparison reads from the operator on, which n has already. It refuses what
// has no meaning for the type of the property, and an in without values.
func (p *parser) parseComparison(n *node) *node {
	switch {
	case n.typ == Collection:
		p.fail(p.current.at, "%s has many values: write %[1]s/any(x:x eq 'a')", n.property)
	case n.op.orders() && n.typ == Bool:
		p.fail(p.current.at, "%s has no order: use eq or ne", n.property)
	}
	p.advance()
	if n.op == opIn {
		p.expect("(")
		p.parseValue(n)
		for p.accept(",") {
			p.parseValue(n)
		}
		if !p.accept(")") {
			p.unexpected("a comma or )")
		}
		return n
	}
	at := p.current.at
	p.parseValue(n)
	if n.op.orders() && n.values[0] == "" {
		p.fail(at, "null has no order: use eq or ne, and '' is null")
	}
	return n
}

// parseValue reads a value for the node's property, and keeps null as an empty
// text, which the empty text in quotes is, too: values that are compared with it tell the
// two apart no more.
func (p *parser) parseValue(n *node) {
	found, text := p.current, p.current.text
	fits := n.typ == String
	switch {
	case found.is("null"):
		text, fits = "", true
	case found.is("true"), found.is("false"):
		text, fits = strings.ToLower(text), n.typ == Bool
	case found.kind == numberToken:
		fits = false
	case found.kind != textToken:
		p.unexpected("a value: " + n.typ.wants())
	}
	if !fits {
		p.fail(found.at, "%s is compared with %s", n.property, n.typ.wants())
	}
	p.advance()
	n.values = append(n.values, text)
}

// tokenKind is the group of tokenForm that a token matches.
type tokenKind int

const (
	endToken    tokenKind = iota
	textToken             // without its quotes
	markToken             // ( ) , : /
	numberToken           // whatever begins with a digit: none is a value here
	wordToken             // a name or keyword, with a dollar for the message about $count
	brokenToken           // text is what is wrong
)

// tokenForm has a group for each kind of token, and matches always: nothing, where
// no token begins. In a text, a quote is written twice. It takes time in
// proportion to the source, whatever stands in it.
var tokenForm = regexp.MustCompile(`^[ \t]*(?:('[^']*'(?:'[^']*')*)|([(),:/])|([0-9][\w$:.+-]*)|([A-Za-z_$][\w$]*))?`)

// token is a piece of the source and the byte at which it begins.
type token struct {
	kind tokenKind
	text string
	at   int
}

// is compares words in any case, marks, and nothing else.
func (t token) is(text string) bool {
	return (t.kind == wordToken || t.kind == markToken) && strings.EqualFold(t.text, text)
}

// scan finds the token that begins at a byte, or after blanks there, and the
// byte where it ends. It does not fail: what is no token is a brokenToken, which
// tells what is wrong and where, and the parser refuses it where it stands.
func scan(source string, at int) (found token, end int) {
	groups := tokenForm.FindStringSubmatchIndex(source[at:])
	end = at + groups[1]
	found.at = end
	for kind := textToken; kind <= wordToken; kind++ {
		if from := groups[2*kind]; from >= 0 {
			found = token{kind, source[at+from : end], at + from}
		}
	}
	switch open := strings.HasPrefix(source[end:], "'"); {
	case open && (found.kind == textToken || found.kind == endToken):
		found.kind, found.text = brokenToken, "the text that begins here has no end: add a single quote, and write one inside a text twice"
	case found.kind == textToken:
		found.text = strings.ReplaceAll(found.text[1:len(found.text)-1], "''", "'")
	case found.kind == endToken && end < len(source):
		found.kind, found.text = brokenToken, "this character is not expected here: put texts in single quotes"
	}
	return found, end
}
