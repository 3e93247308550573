package main

import (
	"fmt"
	"regexp"

	"github.com/nyaruka/phonenumbers"
)

// prefixAutomaton is of a pattern that stands at the beginning of the digits. It
// matches as a backtracking matcher does, by the first alternative that
// succeeds, and its labels are edits: where the prefix ends, counted from 1, and
// for a transform rule what is kept of the prefix, from and to, and the digits
// that the rule puts before it, behind their number, counted from 1. It is made
// for each region; equal expressions give equal nodes, and so one root.
func (l *layout) prefixAutomaton(expression, rule string) (int, error) {
	p, err := compile(expression)
	if err != nil {
		return 0, err
	}
	literal, err := ruleLiteral(rule, p.groups)
	if err != nil {
		return 0, err
	}
	edit := func(t thread, depth int) int {
		row := make([]byte, 4+maxLiteral)
		row[0] = byte(depth + 1)
		// A rule holds only where its group takes part in the match.
		if rule != "" && t.from >= 0 {
			row[1], row[2], row[3] = byte(t.from), byte(t.to), byte(len(literal)+1)
			copy(row[4:], literal)
		}
		return l.row(row)
	}
	patterns := []pattern{p}
	return l.nodes.build(patterns, func(threads []thread, depth int) (end, pass int, goOn []thread) {
		for i, t := range threads {
			if !t.matches(patterns) {
				continue
			}
			if end == 0 {
				end = edit(t, depth)
			}
			// Alternatives before it may still match more digits, and would win.
			if !t.atEnd { // no later alternative is tried
				return end, edit(t, depth), threads[:i]
			}
		}
		return end, 0, threads
	}), nil
}

// maxLiteral is how many digits a transform rule may supply. Rows of edits have
// a fixed size because of it.
const maxLiteral = 4

var transformRule = regexp.MustCompile(`^([0-9]*)\$([0-9])$`)

// ruleLiteral returns the digits that a transform rule puts before the last
// group of its pattern. All rules have this form, as "9$1" in Argentina. A rule
// of another form ends the generation.
func ruleLiteral(rule string, groups int) (string, error) {
	if rule == "" {
		return "", nil
	}
	parts := transformRule.FindStringSubmatch(rule)
	if parts == nil || parts[2] != fmt.Sprint(groups) || len(parts[1]) > maxLiteral {
		return "", fmt.Errorf("the transform rule %q is not digits and the last group", rule)
	}
	return parts[1], nil
}

// prefixes returns the roots of a region's national prefix and exit code. 0 is
// the root of what a region does not have.
func (l *layout) prefixes(m *phonenumbers.PhoneMetadata) (national, exit int, err error) {
	if expression := m.GetNationalPrefixForParsing(); expression != "" {
		if national, err = l.prefixAutomaton(expression, m.GetNationalPrefixTransformRule()); err != nil {
			return 0, 0, err
		}
	}
	if m.GetId() == world { // nobody dials from there
		return national, 0, nil
	}
	exit, err = l.prefixAutomaton(m.GetInternationalPrefix(), "")
	return national, exit, err
}
