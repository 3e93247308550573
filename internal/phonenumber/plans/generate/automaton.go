package main

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"strconv"
)

// node is a state of an automaton: a child for each digit, and two labels. The
// first is the answer when the digits end here, the second the answer so far of
// an automaton that matches a prefix of them. Node 0 is dead, label 0 none.
type node struct {
	children  [10]int
	end, pass int
}

// nodes holds all automata. They are built from their ends, and equal nodes are
// one, across automata too, so that each is the smallest there is.
type nodes struct {
	list []node
	ids  map[node]int
}

func newNodes() *nodes { return &nodes{[]node{{}}, map[node]int{{}: 0}} }

func (ns *nodes) id(n node) int {
	id, known := ns.ids[n]
	if !known {
		id = len(ns.list)
		ns.list, ns.ids[n] = append(ns.list, n), id
	}
	return id
}

// pattern is a compiled regular expression of the metadata.
type pattern struct {
	program *syntax.Prog
	groups  int
}

// compile refuses what no acyclic automaton over digits can do. The metadata
// has digits, classes, groups, alternatives, bounded repetition and, at the end
// of some national prefixes, "$".
func compile(expression string) (pattern, error) {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return pattern{}, err
	}
	if !translatable(parsed) {
		return pattern{}, fmt.Errorf("%q repeats without bound, or looks at more than digits", expression)
	}
	program, err := syntax.Compile(parsed.Simplify())
	return pattern{program, parsed.MaxCap()}, err
}

func translatable(e *syntax.Regexp) bool {
	switch e.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpBeginLine, syntax.OpEndLine,
		syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return false
	case syntax.OpRepeat:
		if e.Max < 0 {
			return false
		}
	}
	for _, sub := range e.Sub {
		if !translatable(sub) {
			return false
		}
	}
	return true
}

// thread is a place in a pattern that the digits so far lead to.
type thread struct {
	pattern, pc int
	atEnd       bool // behind "$": it matches only when the digits end here
	from, to    int  // what the pattern's last group holds; from is -1 before it
}

// labeler gives the labels of a state, and the threads that go on from it.
type labeler func(threads []thread, depth int) (end, pass int, goOn []thread)

// builder makes one automaton of some patterns. Its states are ordered lists of
// threads at a depth, as the labels depend on how many digits there were.
type builder struct {
	*nodes
	patterns []pattern
	label    labeler
	known    map[string]int // the node of each state that was explored
}

// build returns the root.
func (ns *nodes) build(patterns []pattern, label labeler) int {
	b := builder{ns, patterns, label, map[string]int{}}
	return b.explore(b.start(), 0)
}

func (b *builder) start() []thread {
	var threads []thread
	for i, p := range b.patterns {
		threads = b.follow(threads, thread{pattern: i, pc: p.program.Start, from: -1}, 0)
	}
	return threads
}

func (b *builder) explore(threads []thread, depth int) int {
	if len(threads) == 0 {
		return 0
	}
	key := stateKey(threads, depth)
	if id, known := b.known[key]; known {
		return id
	}
	var n node
	n.end, n.pass, threads = b.label(threads, depth)
	for digit := range n.children {
		var next []thread
		for _, t := range threads {
			if in := b.at(t); in.Op != syntax.InstMatch && in.MatchRune('0'+rune(digit)) {
				t.pc = int(in.Out)
				next = b.follow(next, t, depth+1)
			}
		}
		n.children[digit] = b.explore(next, depth+1)
	}
	b.known[key] = b.id(n)
	return b.known[key]
}

func stateKey(threads []thread, depth int) string {
	key := binary.AppendUvarint(nil, uint64(depth))
	for _, t := range threads {
		for _, n := range [...]int{t.pattern, t.pc, t.from + 1, t.to} {
			key = binary.AppendUvarint(key, uint64(n))
		}
		key = strconv.AppendBool(key, t.atEnd)
	}
	return string(key)
}

// at returns the instruction that a thread waits at.
func (b *builder) at(t thread) *syntax.Inst { return &b.patterns[t.pattern].program.Inst[t.pc] }

// follow appends the places that t leads to without a digit, in the order in
// which a backtracking matcher tries them.
func (b *builder) follow(threads []thread, t thread, depth int) []thread {
	in := b.at(t)
	switch in.Op {
	case syntax.InstFail:
		return threads
	case syntax.InstAlt, syntax.InstAltMatch:
		first := t
		first.pc = int(in.Out)
		threads = b.follow(threads, first, depth)
		t.pc = int(in.Arg)
	case syntax.InstCapture:
		switch last := b.patterns[t.pattern].groups; int(in.Arg) {
		case 2 * last:
			t.from = depth
		case 2*last + 1:
			t.to = depth
		}
		t.pc = int(in.Out)
	case syntax.InstEmptyWidth: // "$", as compile lets nothing else pass
		t.atEnd, t.pc = true, int(in.Out)
	case syntax.InstNop:
		t.pc = int(in.Out)
	default:
		return appendNew(threads, t, in.Op == syntax.InstMatch)
	}
	return b.follow(threads, t, depth)
}

// appendNew leaves out a place that is there already, which an earlier
// alternative reached, and one behind "$" that waits for a digit.
func appendNew(threads []thread, t thread, matches bool) []thread {
	if t.atEnd && !matches {
		return threads
	}
	for _, earlier := range threads {
		if earlier.pattern == t.pattern && earlier.pc == t.pc && earlier.atEnd == t.atEnd {
			return threads
		}
	}
	return append(threads, t)
}

// matches reports whether a thread has reached the end of its pattern.
func (t thread) matches(patterns []pattern) bool {
	return patterns[t.pattern].program.Inst[t.pc].Op == syntax.InstMatch
}
