package spreadsheet_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entraphone/internal/spreadsheet"
)

func TestProtect(t *testing.T) {
	for cell, want := range map[string]string{
		"":                        "",
		"ada@example.com":         "ada@example.com",
		"O'Neil":                  "O'Neil",
		"a=b-c+d":                 "a=b-c+d",
		"=1+1":                    "'=1+1",
		"@SUM(A1)":                "'@SUM(A1)",
		"-1":                      "'-1",
		"+44 (0)20 7946 0123":     "'+44 (0)20 7946 0123",
		"+44 2079460123":          "+44 2079460123",
		"+44 ***23":               "+44 ***23",
		"  =1":                    "'  =1",
		"\u00a0=1":                "'\u00a0=1",
		"\xa0=1":                  "'\xa0=1",
		"\u200b\u2060=1":          "'\u200b\u2060=1",
		"\ufeff=1":                "'\ufeff=1",
		"\u3000＝1":                "'\u3000＝1",
		"＋1":                      "'＋1",
		"\x00=1":                  "'\x00=1",
		"\t=1":                    "'\t'=1",
		"a\n=1":                   "a\n'=1",
		"a\r\n=1":                 "a\r\n'=1",
		"x;=1|@y, -z":             "x;'=1|'@y,' -z",
		"'=1":                     "''=1",
		"\"=1\"":                  "'\"=1\"",
		"a comma, and more; text": "a comma, and more; text",
	} {
		got := spreadsheet.Protect(cell)
		if got != want {
			t.Errorf("Protect(%q) = %q, want %q", cell, got, want)
		}
		if back := spreadsheet.Unprotect(got); back != cell {
			t.Errorf("Unprotect(%q) = %q, want %q", got, back, cell)
		}
	}
	for _, cell := range []string{"'ada@example.com'", "'", "", "it's; 'so' it is"} {
		if got := spreadsheet.Unprotect(cell); got != cell {
			t.Errorf("Unprotect(%q) = %q, want it as it is", cell, got)
		}
	}
}

// Whatever a cell holds comes back, and no cell that is protected begins a formula.
func TestUnprotectGivesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"'", "=", "+", "-", "@", " ", "\u00a0", "\u200b", ";", "|", ",", "\t", "\r", "\n", "\"", "x", "1", "\xa0", "\xff", "＝", "\x00"})
		cell := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		protected := spreadsheet.Protect(cell)
		if back := spreadsheet.Unprotect(protected); back != cell {
			t.Fatalf("Unprotect(%q) = %q, want %q", protected, back, cell)
		}
		for part := range strings.FieldsFuncSeq(protected, func(r rune) bool { return strings.ContainsRune(";|,\t\r\n", r) }) {
			if bare := strings.Trim(part, " \u00a0\u200b\x00\""); bare != "" && strings.ContainsAny(bare[:1], "=+-@") {
				t.Fatalf("%q begins a formula", protected)
			}
		}
	})
}
