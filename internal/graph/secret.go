package graph

// Secret is a text that must not be seen: a client secret, a password, an
// access token. nil is no secret.
//
// It is a function because no printer looks inside one: every verb of fmt shows
// an address, also within unexported fields, where fmt would ask no method, and
// encoding/json refuses the value.
type Secret func() string

// NewSecret hides the text; an empty text gives nil.
func NewSecret(text string) Secret {
	if text == "" {
		return nil
	}
	return func() string { return text }
}

// Value is the hidden text, empty for no secret.
func (s Secret) Value() string {
	if s == nil {
		return ""
	}
	return s()
}
