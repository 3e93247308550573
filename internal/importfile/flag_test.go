package importfile

import (
	"strings"
	"testing"
)

func TestProposalsNameTheirColumn(t *testing.T) {
	for text, want := range map[string]string{
		"UPN,\"Mobile\nPhone\",Cell\n":         `say which: --map "mobile=Mobile Phone" or --map "mobile=Cell"`,
		"UPN,Mobile\u00a0Phone,Mobile Phone\n": "have the same heading; rename one of them in the file",
		"UPN,Mobil 2023,Mobil 2024\n":          `found "UPN", "Mobil 2023", "Mobil 2024"`,
		"UPN,Team (+1 206 555 0101),a\n":       `found "UPN", (a text with digits), "a"`,
	} {
		if _, err := Read(t.Context(), strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("reading %q: %v, want %q", text, err, want)
		}
	}
	f := mustRead(t, "UPN,Mobile\u00a0Phone\na@example.com,+1 2065550101\n", Options{Map: map[string]string{"mobile": "Mobile Phone"}})
	if f.Rows.Len() != 1 {
		t.Errorf("rows = %v, want one: a heading is named as it looks", showAll(f))
	}
}
