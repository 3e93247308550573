package heading

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
		got := Flag("--map", value)
		if got != want {
			t.Errorf("flag(%q) = %s, want %s", value, got, want)
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+strings.TrimPrefix(got, "--map ")).Output()
		if err != nil || string(out) != Legible(value) {
			t.Errorf("a shell takes %s as %q, %v, want %q", got, out, err, Legible(value))
		}
	}
}
