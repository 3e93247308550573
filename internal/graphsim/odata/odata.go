// Package odata reads the $filter, $orderby and $select of a request as
// Microsoft Graph takes them for directory objects, and says which values a
// filter matches.
//
// It knows no resources and no HTTP: properties and their types come as a
// [Schema], values through a function, and texts as they stand after URL
// decoding. It does not refuse what Graph serves only to some callers or for
// some properties: [Filter.Advanced], [Filter.Clauses] and [Filter.Properties]
// tell the caller what there is to refuse. Of the language it takes
// comparisons, in, startsWith, endsWith, any, and, or, not and parentheses;
// there are no numbers, no paths and no arithmetic.
//
// Its one invariant: a filter matches what its operators say, with not before
// and, and and before or, whatever its spacing, its redundant parentheses and
// the case of its keywords and names.
package odata

import "strings"

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
	// Date is a point in time.
	Date
)

// wants says what a property of the type is compared with.
func (t Type) wants() string {
	switch t {
	case Bool:
		return "true, false or null"
	case Date:
		return "null or a date without quotes, such as 2024-01-01T00:00:00Z"
	}
	return "null or a text in single quotes"
}

// Schema is the type of each property, by its name as Graph spells it. Names
// must differ by more than case, because they are found in any case.
type Schema map[string]Type

// Find gives a property in the schema's spelling.
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
	// Text is that of a String, true or false for a Bool, and RFC 3339 for a
	// Date. Empty is null, as is a Date in any other form.
	Text string
	// Items are those of a Collection. An empty one is null.
	Items []string
}
