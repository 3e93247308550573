package heading

import (
	"strings"
	"testing"
)

func TestUserOf(t *testing.T) {
	const guid = "11111111-1111-4111-8111-11111111110f"
	tests := []struct {
		cell, user string
		kind       UserKind
		why        string
	}{
		{"ada@example.com", "ada@example.com", UserAddress, "as it stands"},
		{guid, guid, UserObjectID, "as it stands"},
		{strings.ToUpper(guid), strings.ToUpper(guid), UserObjectID, "in capitals"},
		{strings.ReplaceAll(guid, "-", ""), strings.ReplaceAll(guid, "-", ""), UserName, "Graph knows no such form"},
		{"urn:uuid:" + guid, "urn:uuid:" + guid, UserNone, "nor this one"},
		{"{" + guid + "}", guid, UserObjectID, "the form of the registry"},
		{"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000", UserDigits, "nobody's"},
		{"mailto:ada@example.com", "ada@example.com", UserAddress, "a link"},
		{"SMTP:ada@example.com", "ada@example.com", UserAddress, "an entry of proxyAddresses"},
		{"i:0#.f|membership|ada@example.com", "ada@example.com", UserAddress, "a claim of SharePoint"},
		{"Ada Lovelace <ada@example.com>", "ada@example.com", UserAddress, "a name with its address"},
		{`="ada@example.com"`, "ada@example.com", UserAddress, "protected from a spreadsheet"},
		{"„mailto:ada@example.com“", "ada@example.com", UserAddress, "in two wrappings"},
		{"'panand'", "panand", UserName, "a bare name in quotes"},
		{"panand", "panand", UserName, "a bare name"},
		{"000101", "000101", UserDigits, "an employee id"},
		{`CORP\panand`, `CORP\panand`, UserLogon, "a logon name"},
		{"Ada Lovelace", "Ada Lovelace", UserNone, "a name with a blank"},
		{"a@x.de; b@x.de", "a@x.de; b@x.de", UserSeveral, "two users"},
		{"m?ller@example.com", "m?ller@example.com", UserDamaged, "a lost letter"},
		{"x:ada@example.com", "x:ada@example.com", UserNone, "a mark that nobody knows"},
		{strings.Repeat("x", MaxUserBytes+1), strings.Repeat("x", MaxUserBytes+1), UserNone, "too long"},
	}
	for _, test := range tests {
		if user, kind := UserOf(test.cell); user != test.user || kind != test.kind {
			t.Errorf("UserOf(%q) = %q, %d, want %q, %d: %s", test.cell, user, kind, test.user, test.kind, test.why)
		}
	}
}

func TestUsersThatFit(t *testing.T) {
	for kind, want := range map[UserKind][2]bool{
		UserAddress: {true, true}, UserObjectID: {true, true}, UserName: {false, true}, UserDigits: {}, UserLogon: {}, UserNone: {}, UserSeveral: {}, UserDamaged: {},
	} {
		if got := [2]bool{kind.Fit(false), kind.Fit(true)}; got != want {
			t.Errorf("kind %d fits %t, want %t", kind, got, want)
		}
	}
}

func TestDomain(t *testing.T) {
	for text, want := range map[string]string{"": "", "example.com": "example.com", " @example.com ": "example.com", "münchen.example": "münchen.example"} {
		if got, err := Domain(text); got != want || err != nil {
			t.Errorf("Domain(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"@", "no domain", "a@b.c", "local", " ", "-a.b", "a..b"} {
		if got, err := Domain(text); err == nil {
			t.Errorf("Domain(%q) = %q, want an error", text, got)
		}
	}
}
