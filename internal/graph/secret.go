package graph

import "fmt"

// Secret is a text that must not be seen: a client secret, a password, an
// access token. It prints as "***" through every verb of fmt, through
// encoding/json and through zerolog, also where it stands inside another
// value. The zero value is no secret.
type Secret struct {
	// A pointer, because fmt prints the unexported fields of a struct by
	// reflection, without asking the methods below.
	text *string
}

// NewSecret hides the text; an empty text gives the zero value.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// IsZero says that there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// String is "***", or empty for no secret.
func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return "***"
}

// Format masks the secret whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText masks the secret in JSON and in logs.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s Secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}
