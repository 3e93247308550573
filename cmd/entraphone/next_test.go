package main

import (
	"os/exec"
	"runtime"
	"testing"
)

// What is to be copied into a shell is the same word there, whatever a name holds, and
// nothing that a terminal would obey.
func TestQuotedWordsAreThoseOfShells(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the words are those of a POSIX shell")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("dash knows no $'…'")
	}
	for _, word := range []string{"plain", "", "a b", "it's", "$HOME", "`id`", "a\x1b[2J\nb'c\\d", "über", "*", "~", "a\\b", "\xff\x1b", "\u202egnp.exe", "--map=user=Work Email"} {
		out, err := exec.CommandContext(t.Context(), bash, "-c", "printf %s "+quoted(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%s is %q in a shell (%v), want %q", quoted(word), out, err, word)
		}
	}
}
