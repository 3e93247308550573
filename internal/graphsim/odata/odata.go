// Package odata reads the $filter, $orderby and $select of a request as
// Microsoft Graph takes them for directory objects, and matches values with a
// filter.
//
// It knows no resources and no HTTP: properties and their types come as a
// [Schema], values through a function, and texts as they stand after URL
// decoding. It does not refuse what Graph serves only to some callers or for
// some properties: [Filter.Advanced], [Filter.Clauses] and [Filter.Properties]
// tell the caller what there is to refuse. Of the language it takes
// comparisons, in, startsWith, endsWith, any, and, or, not and parentheses;
// there are no numbers, no dates, no paths and no arithmetic.
//
// Its one invariant: a filter matches what its operators say, with not before
// and, and and before or, whatever its spacing, its redundant parentheses and
// the case of its keywords and names.
package odata

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxLength is how many bytes a text may have. Graph's own URLs end at
	// 2,048, but a request in a $batch is not bound by that.
	MaxLength = 16 << 10
	// MaxDepth is how deep parentheses, not and any may be nested.
	MaxDepth = 100
)

// Type is what a property holds.
type Type int

const (
	// String is a text.
	String Type = iota
	// Bool is true or false.
	Bool
	// Collection is a list of texts.
	Collection
)

// wants is what a property of the type is compared with.
func (t Type) wants() string {
	if t == Bool {
		return "true, false or null"
	}
	return "null or a text in single quotes"
}

// Schema is the type of each property, by its name as Graph spells it. Names
// must differ by more than case, because they are found in any case.
type Schema map[string]Type

// Find gives a property in the schema's spelling. A name in that spelling is
// found at once, any other by a walk through all; it is false for one that there
// is not.
func (s Schema) Find(name string) (string, Type, bool) {
	if t, ok := s[name]; ok {
		return name, t, true
	}
	for property, t := range s {
		if strings.EqualFold(property, name) {
			return property, t, true
		}
	}
	return "", 0, false
}

// Value is what a property holds. The zero Value is null.
type Value struct {
	// Text is that of a String, and true or false for a Bool. Empty is null.
	Text string
	// Items are those of a Collection. An empty one is null.
	Items []string
}

// Error refuses a text. All errors of this package are of this type.
type Error struct {
	// Position is how many bytes of the text stand before the place.
	Position int

	option  string // "$filter"
	message string
}

// Error names the option, the place and what to do. It repeats words, but no
// texts and numbers, because those may be phone numbers.
func (e *Error) Error() string {
	return fmt.Sprintf("%s at position %d: %s", e.option, e.Position, e.message)
}

// tooLong is refused before anything is read, because the parser recurses and
// copies.
func tooLong(option string) error {
	message := fmt.Sprintf("the text is longer than %d bytes: split the request", MaxLength)
	return &Error{Position: MaxLength, option: option, message: message}
}

// noProperty is said of $filter and $orderby alike. It takes the name, quoted.
const noProperty = "there is no property %s"

// quoted shows the beginning of what a stranger wrote.
func quoted(text string) string {
	const most = 40
	if len(text) > most {
		return fmt.Sprintf("%q...", text[:most])
	}
	return fmt.Sprintf("%q", text)
}

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
	var orders []Order
	for _, e := range entries {
		name, direction := e.text, "asc"
		if blank := strings.IndexAny(name, " \t"); blank >= 0 {
			name, direction = name[:blank], strings.TrimLeft(name[blank:], " \t")
		}
		property, t, known := s.Find(name)
		descending := strings.EqualFold(direction, "desc")
		wrong := &Error{Position: e.at, option: option}
		switch {
		case !known:
			wrong.message = fmt.Sprintf(noProperty, quoted(name))
		case slices.ContainsFunc(orders, func(o Order) bool { return o.Property == property }):
			wrong.message = property + " stands twice"
		case t == Collection:
			wrong.message = property + " has many values and so no order"
		case !descending && !strings.EqualFold(direction, "asc"):
			wrong.Position += len(e.text) - len(direction)
			wrong.message = quoted(direction) + " is neither asc nor desc"
		default:
			orders = append(orders, Order{property, descending})
			continue
		}
		return nil, wrong
	}
	return orders, nil
}

// entry is one name of a list, without the blanks around it, and its place in bytes.
type entry struct {
	text string
	at   int
}

// splitList cuts at commas and trims. An empty entry is an error, also one behind
// the last comma; a comma inside of parentheses or quotes cuts like any other.
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
			return nil, &Error{Position: start, option: option, message: "there is no name: give one, or remove the comma"}
		}
		entries = append(entries, entry{strings.TrimRight(left, " \t"), at})
		start += len(part) + 1
	}
	return entries, nil
}
