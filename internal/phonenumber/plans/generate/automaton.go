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
// Nodes are comparable, so that equal ones are found by a map.
type node struct {
	children  [10]int
	end, pass int
}

// nodes holds all automata. They are built from their ends, and equal nodes are
// one, across automata too, so that each is the smallest there is. Plans whose
// numbers end alike share those ends.
type nodes struct {
	list []node
	ids  map[node]int
}

// newNodes has the dead node at 0, which no digit leaves.
func newNodes() *nodes { return &nodes{[]node{{}}, map[node]int{{}: 0}} }

// id returns the number of a node, the same for equal ones. Children have their
// numbers before their parent does, so that comparing nodes compares whole
// automata.
func (ns *nodes) id(n node) int {
	id, known := ns.ids[n]
	if !known {
		id = len(ns.list)
		ns.list, ns.ids[n] = append(ns.list, n), id
	}
	return id
}

// pattern is a compiled regular expression of the metadata. The groups are
// counted from 1, as in "$1"; only the last is ever kept.
type pattern struct {
	program *syntax.Prog
	groups  int
}

// compile refuses what no acyclic automaton over digits can do. The metadata has
// digits, classes, groups, alternatives, bounded repetition and, at the end of
// some national prefixes, "$". What it refuses ends the generation: the tables
// would answer otherwise than the library.
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

// translatable reports whether an automaton without cycles over digits alone can
// match as the expression does. Repetition without bound needs a cycle; an
// anchor before the end, or a word boundary, looks at where the text begins or
// at what is not a digit.
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

// thread is a place in a pattern that the digits so far lead to. A state holds
// several, one for each way to read the digits so far.
type thread struct {
	pattern, pc int
	atEnd       bool // behind "$": it matches only when the digits end here
	from, to    int  // what the pattern's last group holds; from is -1 before it
}

// labeler gives the labels of a state, and the threads that go on from it. Fewer
// threads go on where a match has settled the rest, as for a prefix.
type labeler func(threads []thread, depth int) (end, pass int, goOn []thread)

// builder makes one automaton of some patterns. Its states are ordered lists of
// threads at a depth, as the labels depend on how many digits there were. It
// makes a pattern with choices into one that never goes back, by following all
// choices at once; see https://swtch.com/~rsc/regexp/regexp1.html.
type builder struct {
	*nodes
	patterns []pattern
	label    labeler
	known    map[string]int // the node of each state that was explored
}

// build returns the root of an automaton for some patterns, 0 where nothing
// matches. All its nodes are shared with the automata before it.
func (ns *nodes) build(patterns []pattern, label labeler) int {
	b := builder{ns, patterns, label, map[string]int{}}
	return b.explore(b.start(), 0)
}

// start is the state before the first digit, with the patterns in their order.
func (b *builder) start() []thread {
	var threads []thread
	for i, p := range b.patterns {
		threads = b.follow(threads, thread{pattern: i, pc: p.program.Start, from: -1}, 0)
	}
	return threads
}

// explore returns the node of a state. It ends because bounded patterns run out
// of threads at some depth.
func (b *builder) explore(threads []thread, depth int) int {
	if len(threads) == 0 {
		return 0
	}
	key := stateKey(threads, depth)
	if id, known := b.known[key]; known {
		return id
	}
	// The labels come first: they may drop threads, and the digits then lead on
	// from those that are left.
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

// stateKey is all that a state's node can depend on. What a group holds is part
// of it, since edits differ by it.
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
// which a backtracking matcher tries them. That order is what makes the first of
// several threads the one that a backtracking matcher would take.
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
	// Only the last group matters: transform rules name no other.
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
// alternative reached, and one behind "$" that waits for a digit. Of two ways to
// one place the earlier wins, as in a backtracking matcher.
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
