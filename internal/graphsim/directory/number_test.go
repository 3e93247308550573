package directory_test

import (
	"regexp"
	"strings"
	"testing"

	"entraphone/internal/graphsim/directory"
)

func TestNumber(t *testing.T) {
	tests := []struct{ sent, want string }{ // "" for refused
		{"+1 2065550123", "+1 2065550123"},
		{"+12065550123", "+1 2065550123"},
		{"+442079460012x3", "+44 2079460012x3"},
		{"+353209112345", "+353 209112345"},
		{"+44 07777777777", "+44 07777777777"},
		{"+999 1234", "+999 1234"},
		{"+1 1234x1234567890", "+1 1234x1234567890"},
		{"+1 12345678901234", "+1 12345678901234"},
		{"+112345678901234", "+1 12345678901234"},
		{"+1 123456789012345", ""},
		{"+1123456789012345", ""}, // it would be 15 digits behind the 1
		{"+21234", ""},            // it would be 2 digits behind 212
		{"+1 123", ""},
		{"+1 1234x12345678901", ""},
		{"+1 1234x", ""},
		{"+1 1234x1x1", ""},
		{"+1 1234X1", ""},
		{"+01 1234567", ""},
		{"+1234 1234567", ""},
		{"1 2065550123", ""},
		{"+1  2065550123", ""},
		{"+1 206 5550123", ""},
		{"+1 (206) 5550123", ""},
		{" +1 2065550123", ""},
		{"+1 206555٠123", ""},
		{"+ 2065550123", ""},
		{"+", ""},
		{"", ""},
	}
	for _, test := range tests {
		got, ok := directory.Number(test.sent)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Number(%q) = %q, %v, want %q", test.sent, got, ok, test.want)
		}
	}
}

var storedForm = regexp.MustCompile(`^\+[1-9][0-9]{0,2} [0-9]{4,14}(x[0-9]{1,10})?$`)

// FuzzNumber: what is stored has the form, is its own stored form, differs
// from what was sent by one blank at most, and is kept as it is; and so is any
// other text that SetPhone is given.
func FuzzNumber(f *testing.F) {
	for _, sent := range []string{"+1 2065550123", "+442079460012x3", "+01 1234", "+1 ", "+ 1", "+999 00000000000000", "+1 0000 ", "+1 00x0", "+1 x0", "+44 2079460012x0003", "+44 2079460012x00003", "+1 1234x12345678", "+0 1234"} {
		f.Add(sent)
	}
	d := directory.New()
	r := add(f, d, directory.User{UserPrincipalName: "bob@example.com"})
	f.Fuzz(func(t *testing.T, sent string) {
		d.SetPhone(r, directory.Mobile, sent)
		if got := d.Phone(r, directory.Mobile); got != sent {
			t.Errorf("the phone set to %q is %q", sent, got)
		}
		stored, ok := directory.Number(sent)
		if !ok {
			if storedForm.MatchString(sent) {
				t.Errorf("Number(%q) refuses the stored form", sent)
			}
			return
		}
		if again, ok := directory.Number(stored); !ok || again != stored || !storedForm.MatchString(stored) {
			t.Errorf("Number(%q) = %q, which is no stored form", sent, stored)
		}
		if stored != sent && strings.Replace(stored, " ", "", 1) != sent {
			t.Errorf("Number(%q) = %q", sent, stored)
		}
		d.SetPhone(r, directory.Mobile, stored)
		if got := d.Phone(r, directory.Mobile); got != stored || d.WithMobile(stored) != 1 {
			t.Errorf("the phone set to %q is %q, and %d people have it", stored, got, d.WithMobile(stored))
		}
	})
}
