package heading

import (
	"strings"
	"testing"
)

func TestNumberLike(t *testing.T) {
	for cell, want := range map[string]bool{
		"+1 206 555 0101": true, "4,47701E+11": true, "020 7946 0123 ext. 12": true, "79460123": true,
		"": false, "Seattle": false, "B12": false, "1204": false, "iPhone 12": false, "2nd floor, building 12": false, "a12345@example.com": false,
	} {
		if got := numberLike(cell); got != want {
			t.Errorf("numberLike(%q) = %t, want %t", cell, got, want)
		}
	}
}

func TestParsePhoneType(t *testing.T) {
	for want, cells := range map[string]string{
		"mobile":          "mobile|MOBILE|Cell Phone|cell\u00a0phone|cellular|WM|Work Mobile|mobile-work|Handy|Téléphone portable|Telefono movil|Corporate mobile",
		"alternateMobile": "alternateMobile|Alternate_Mobile|alt mobile|Secondary Mobile|mobile 2",
		"office":          "office|Office phone|work|W1|Business Phone|Büro|buero|Travail|Telefon geschäftlich|Téléphone bureau",
		"":                "|home|Telefon privat|phone|Telefon|fax|pager|other|mobile?|mobile (old)|work/home|E-Mail|W2|emergency mobile",
	} {
		for cell := range strings.SplitSeq(cells, "|") {
			if got, known := ParsePhoneType(cell); string(got) != want || known != (want != "") {
				t.Errorf("ParsePhoneType(%q) = %q, %t, want %q", cell, got, known, want)
			}
		}
	}
}

// What makes a column of types is told from what any column may hold.
func TestNamesKind(t *testing.T) {
	tests := []struct {
		cells       string
		is, certain bool
	}{
		{"mobile|office|Home|Telefax|Fax privat|VOIP|Téléphone personnel|Telefon privat|Otthoni|Mobile phone 2", true, true},
		{"Telefon|Phone|other|Main|Sonstiges|Egyéb|Diğer", true, false},
		{"Seattle|sales|Fax im zweiten Stock|company|Other people|Employee", false, false},
	}
	for _, test := range tests {
		for cell := range strings.SplitSeq(test.cells, "|") {
			if is, certain := NamesKind(cell); is != test.is || certain != test.certain {
				t.Errorf("NamesKind(%q) = %t, %t, want %t, %t", cell, is, certain, test.is, test.certain)
			}
		}
	}
}

func TestStatus(t *testing.T) {
	tests := []struct {
		heading, value string
		want           bool
		why            string
	}{
		{"Status", "Terminated - Voluntary", true, "a word of it"},
		{"Status", "Not terminated", false, "the opposite"},
		{"Status", "Not active", true, "the opposite of the opposite"},
		{"Status", "Nicht aktiv", true, "in any language"},
		{"Status", "Leftover", false, "another word"},
		{"Enabled", "False", true, "no account that is open"},
		{"Enabled", "True", false, "an open one"},
		{"Account Disabled", "True", true, "closed"},
		{"Inactive", "no", false, "inactive holds active, and means the opposite"},
		{"Inactive", "x", true, "a mark"},
		{"userAccountControl", "514", true, "bit 2 is set"},
		{"userAccountControl", "512", false, "it is not"},
		{"userAccountControl", "open", false, "not a number"},
	}
	for _, test := range tests {
		if got := IsGone(test.heading, test.value); got != test.want {
			t.Errorf("IsGone(%q, %q) = %t, want %t: %s", test.heading, test.value, got, test.want, test.why)
		}
	}
	for cell, want := range map[string]bool{"2026-01-31": true, "1. Mai 2026": true, "20260131": true, "active": false, "": false, "12": false} {
		if got := IsDate(cell); got != want {
			t.Errorf("IsDate(%q) = %t, want %t", cell, got, want)
		}
	}
}
