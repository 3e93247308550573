package importfile

import (
	"os/exec"
	"strings"
	"testing"
)

// A shell gives back what was written, as it looks.
func TestFlagsCanBePasted(t *testing.T) {
	for value, want := range map[string]string{
		"mobile=Mobile Phone":               `--map "mobile=Mobile Phone"`,
		"mobile=Mobile\u00a0\u00a0Phone":    `--map "mobile=Mobile Phone"`,
		"mobile=Mobile\r\nPhone\u200b":      `--map "mobile=Mobile Phone"`,
		"mobile=Chef's Handy":               `--map "mobile=Chef's Handy"`,
		`mobile=The "Mobile"`:               `--map 'mobile=The "Mobile"'`,
		"mobile=$HOME `id` \\":              "--map 'mobile=$HOME `id` \\'",
		`mobile=The "boss's"`:               `--map 'mobile=The "boss'\''s"'`,
		"Status!=inactive":                  `--map "Status!=inactive"`,
		"mobile=Wow!x":                      `--map 'mobile=Wow!x'`,
		"mobile=Téléphone mobile (privé) #": `--map "mobile=Téléphone mobile (privé) #"`,
	} {
		got := flag("--map", value)
		if got != want {
			t.Errorf("flag(%q) = %s, want %s", value, got, want)
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+strings.TrimPrefix(got, "--map ")).Output()
		if err != nil || string(out) != legible(value) {
			t.Errorf("a shell takes %s as %q, %v, want %q", got, out, err, legible(value))
		}
	}
}

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
