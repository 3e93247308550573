package odata

import "fmt"

// Kind says why a text is refused.
type Kind int

const (
	// Syntax: the text is not of the language.
	Syntax Kind = iota
	// UnknownProperty: a name is not in the schema.
	UnknownProperty
	// Unfit: an operator or value does not suit the type of the property.
	Unfit
	// Unsupported: it is good OData, but Graph's directory or this package
	// does not serve it.
	Unsupported
	// TooLarge: the text is above MaxLength or MaxDepth.
	TooLarge
)

// Error refuses a text. All errors of this package are of this type.
type Error struct {
	Kind Kind
	// Property is the one at fault: as the schema spells it, or as the text
	// does if Kind is UnknownProperty. It may be empty for Syntax,
	// Unsupported and TooLarge.
	Property string
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

func tooLong(option string) error {
	return &Error{
		Kind: TooLarge, Position: MaxLength, option: option,
		message: fmt.Sprintf("the text is longer than %d bytes: split the request", MaxLength),
	}
}

func unknown(option, name string, at int) error {
	return &Error{
		Kind: UnknownProperty, Property: name, Position: at, option: option,
		message: fmt.Sprintf("there is no property %s", quoted(name)),
	}
}

// quoted shows the beginning of what a stranger wrote.
func quoted(text string) string {
	const most = 40
	if len(text) > most {
		return fmt.Sprintf("%q...", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
