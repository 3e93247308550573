// Package plans answers from the world's numbering plans: which number some
// digits are, of which kind and region, and how numbers of a region are dialled.
//
// It reads tables that are generated from the metadata of libphonenumber and
// lie in the binary as they are; nothing is built at the start, and no regular
// expression runs. It knows digits only: separators, extensions, letters and
// what a person may have meant are the caller's, and so is formatting.
//
// What the metadata means is written in
// https://github.com/google/libphonenumber/blob/master/resources/phonemetadata.proto
// and, for its users, in that project's FAQ.
//
// Its one invariant: every answer equals that of github.com/nyaruka/phonenumbers
// in the release that go.mod names, errors included. That library stays the
// authority; it is linked into the generator and the tests, not into the program.
package plans

//go:generate go run ./generate

import (
	"errors"
)

// Kind is what a number is for, by the ranges of its region's plan.
type Kind uint8

// The kinds of the metadata. The zero value is a number in no known range.
const (
	Unknown Kind = iota
	FixedLine
	Mobile
	FixedLineOrMobile // the plan does not tell them apart, as in the US
	TollFree
	PremiumRate
	SharedCost
	VoIP
	PersonalNumber
	Pager
	UAN // a company's universal access number
	Voicemail
)

// Source is how the digits named their country code.
type Source uint8

const (
	National    Source = iota // not at all: dialled within the region
	Plus                      // behind a plus sign
	ExitCode                  // behind the region's exit code, such as 00 or 011
	WithoutPlus               // by the code alone, where the digits are not a national number
)

// Length is what the number of digits says about a number.
type Length uint8

const (
	Possible      Length = iota
	LocalOnly            // enough within an area, without its code
	TooShort             // shorter than any number of the plan
	TooLong              // longer than any number of the plan
	InvalidLength        // between the lengths of the plan
)

// The reasons for which digits are not a number.
var (
	ErrNotANumber        = errors.New("not a number")
	ErrCountryCode       = errors.New("unknown country code")
	ErrTooShortAfterExit = errors.New("too short after the exit code")
	ErrTooShort          = errors.New("too short")
	ErrTooLong           = errors.New("too long")
)

// Number is what Parse makes of digits.
type Number struct {
	CountryCode int
	National    string // the national significant number, with the zeros it begins with
	Kind        Kind   // in its Region; Unknown for numbers that are not valid
	Region      string // two letters; "001" for codes of no country, "" where no region has the number
	Source      Source
	Length      Length
	row         uint16 // of the plan automaton's labels
}

// Valid reports whether the number is in a known range of its region.
func (n Number) Valid() bool { return n.Kind != Unknown }
