package authmethod

// Region says in which country a number without country code is to be read.
// The zero value is none: such numbers are then rejected, never guessed.
type Region struct {
	// Code is the ISO 3166 two-letter code in capitals, "GB".
	Code string
	// Default is set when the country is only the run's default and not the
	// row's own; a national number must then be valid there, not just possible.
	Default bool
}

// Normalize reads text as a phone number of the type t and writes the finding
// into the row.
func (r *Row) Normalize(region Region) { panic("not written yet") }
