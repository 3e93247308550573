package odata

import (
	"fmt"
	"slices"
	"strings"
)

// Order is one key of an $orderby.
type Order struct {
	Property   string // as the schema spells it
	Descending bool
}

// ParseSelect reads the names of a $select without a look at what they name.
// The error is an *[Error].
func ParseSelect(text string) ([]string, error) {
	entries, err := splitList("$select", text)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.text
	}
	return names, nil
}

// ParseOrderBy reads the keys of an $orderby, the first being the most
// important. The error is an *[Error].
func ParseOrderBy(text string, s Schema) ([]Order, error) {
	const option = "$orderby"
	entries, err := splitList(option, text)
	if err != nil {
		return nil, err
	}
	orders := make([]Order, len(entries))
	for i, e := range entries {
		name, direction := e.text, "asc"
		if blank := strings.IndexAny(name, " \t"); blank >= 0 {
			name, direction = name[:blank], strings.TrimLeft(name[blank:], " \t")
		}
		property, t, known := s.Find(name)
		switch {
		case !known:
			return nil, unknown(option, name, e.at)
		case slices.ContainsFunc(orders[:i], func(o Order) bool { return o.Property == property }):
			return nil, &Error{Kind: Unfit, Property: property, Position: e.at, option: option, message: property + " stands twice"}
		case t == Collection:
			return nil, &Error{Kind: Unfit, Property: property, Position: e.at, option: option, message: property + " has many values and so no order"}
		case !strings.EqualFold(direction, "asc") && !strings.EqualFold(direction, "desc"):
			return nil, &Error{
				Kind: Syntax, Property: property, Position: e.at + len(e.text) - len(direction), option: option,
				message: fmt.Sprintf("%s is neither asc nor desc", quoted(direction)),
			}
		}
		orders[i] = Order{Property: property, Descending: strings.EqualFold(direction, "desc")}
	}
	return orders, nil
}

type entry struct {
	text string
	at   int
}

// splitList cuts at commas and trims.
func splitList(option, text string) ([]entry, error) {
	if len(text) > MaxLength {
		return nil, tooLong(option)
	}
	var entries []entry
	start := 0
	for part := range strings.SplitSeq(text, ",") {
		left := strings.TrimLeft(part, " \t")
		at := start + len(part) - len(left)
		if left == "" {
			return nil, &Error{Kind: Syntax, Position: start, option: option, message: "there is no name: give one, or remove the comma"}
		}
		entries = append(entries, entry{strings.TrimRight(left, " \t"), at})
		start += len(part) + 1
	}
	return entries, nil
}
