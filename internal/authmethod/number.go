package authmethod

import "strings"

// PhoneNumber is a telephone number in the form that Microsoft Graph
// documents: "+", country code, one blank, national number, and "x" with the
// extension where there is one ("+1 2065550100x123").
//
// A phone number is personal data, so the type prints masked through every
// verb of fmt, through encoding/json and through zerolog: "+1 ***00". Only
// [PhoneNumber.Graph] gives the whole of it. The zero value is no number.
type PhoneNumber struct {
	graph string
}

// Graph is the whole number as it is sent to Graph; empty for no number.
func (n PhoneNumber) Graph() string { return n.graph }

// IsZero says that there is no number.
func (n PhoneNumber) IsZero() bool { return n.graph == "" }

// String is the number masked: its country code and its last two digits.
func (n PhoneNumber) String() string {
	if n.graph == "" {
		return ""
	}
	countryCode, rest, _ := strings.Cut(n.graph, " ")
	national, _, _ := strings.Cut(rest, "x")
	return countryCode + " ***" + national[max(0, len(national)-2):]
}

// GoString masks the number for %#v.
func (n PhoneNumber) GoString() string { return "authmethod.PhoneNumber(" + n.String() + ")" }

// MarshalText masks the number in JSON and in logs.
func (n PhoneNumber) MarshalText() ([]byte, error) { return []byte(n.String()), nil }
