package importfile

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Four times the bytes may take a little more than four times as long, but not
// sixteen times: somebody who writes one cell must not keep a reader busy for hours.
func TestReadingIsLinear(t *testing.T) {
	const small, large = 16 << 10, 4 * 16 << 10 // Excel has at most 32,767 characters in a cell
	fill := func(pattern string) func(n int) string {
		return func(n int) string {
			return `"` + strings.ReplaceAll(strings.Repeat(pattern, n/2/len(pattern)), `"`, `""`) + `"`
		}
	}
	within := func(before, pattern, behind string) func(n int) string {
		return func(n int) string { return before + fill(pattern)(n) + behind }
	}
	lines := func(pattern, last string) func(n int) string {
		return func(n int) string { return "UPN,Mobile\n" + strings.Repeat(pattern, n/len(pattern)) + last }
	}
	tests := map[string]func(n int) string{
		"users of quotes":      within("UPN,Mobile\n", `"`, ",1\n"),
		"users of apostrophes": within("UPN,Mobile\n", "'", ",1\n"),
		"users of prefixes":    within("UPN,Mobile\n", "mailto:", ",1\n"),
		"users in braces": func(n int) string {
			return "UPN,Mobile\n" + strings.Repeat("{", n/2) + strings.Repeat("}", n/2) + ",1\n"
		},
		"numbers of brackets":       within("UPN,Mobile\na@example.com,", "(", "\n"),
		"numbers of codes":          within("UPN,Mobile\na@example.com,", "+44 (0) ", "\n"),
		"countries":                 within("UPN,Mobile,Country\na@example.com,1,", "Germany (", "\n"),
		"types":                     within("UPN,Phone Type,Phone Number\na@example.com,", "mobile phone", ",1\n"),
		"actions":                   within("UPN,Mobile,Action\na@example.com,1,", `"add`, "\n"),
		"headings of brackets":      within("UPN,Mobile,", "(example", "\na@example.com,1,\n"),
		"headings of words":         within("UPN,Mobile,", "festnetznummer", "\na@example.com,1,\n"),
		"quotes that are open":      lines("a,\"b\n", ""),
		"quotes that are doubled":   lines("\"\"\"\n\"x\n", ""),
		"rows in a cell":            lines("b@example.com,1\n\n", "\",1\n"),
		"a file that is broken off": lines("a@example.com,+44 20 7946 0123\n", "a@example.com,+44 20 7946 01"),
		"lines of quotes above":     func(n int) string { return strings.Repeat(`"`, n) + "\nUPN,Mobile\na@example.com,1\n" },
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			// The shortest of several is what it takes where nothing else runs.
			fastest := func(n int) time.Duration {
				shortest := time.Hour
				for range 3 {
					began := time.Now()
					file, err := Read(t.Context(), strings.NewReader(text(n)), Options{})
					if err == nil {
						remarks := map[int32]Remark{}
						for _, r := range file.Rows.All() {
							remarks[r.Line] = Remark{"a reason", "an advice"}
						}
						err = Excerpt(t.Context(), strings.NewReader(text(n)), Options{}, file, remarks, new(bytes.Buffer))
						if err != nil {
							t.Fatal(err)
						}
					}
					shortest = min(shortest, time.Since(began))
				}
				return shortest
			}
			// What is worse than linear is so each time, and what else runs here is not.
			once, four := time.Hour, time.Hour
			for range 5 {
				once = min(once, max(fastest(small), 20*time.Millisecond)) // below it the clock and the collector tell more than the text
				if four = min(four, fastest(large)); four <= 10*once {
					return
				}
			}
			t.Errorf("%d bytes take %v and %d take %v, want about four times as long", small, once, large, four)
		})
	}
}

// What is longer than a user, a number or a heading ever is is not read to its end.
func TestCellsAreCut(t *testing.T) {
	long := strings.Repeat("x", 2000)
	for _, test := range []struct{ text, want, warning string }{
		{"UPN,Mobile\n" + long + "@example.com,+1 2065550101\n", "cell-too-long", ""},
		{"UPN,Mobile\n" + long + ",+1 2065550101\n", "cell-too-long", ""},
		{"UPN,Mobile\nada@example.com" + strings.Repeat(" ", 2000) + ",+1 2065550101\n", "", ""},
		{"UPN,Mobile\nada@example.com,+1 2065550101" + long + "\n", "number-cell-too-long", ""},
		{"UPN,Mobile,Country\nada@example.com,+1 2065550101,US" + long + "\n", "cell-too-long", ""},
		{"UPN,Phone Type,Phone Number\nada@example.com,mobile" + long + ",+1 2065550101\n", "cell-too-long phone-type", ""},
		{"UPN,Mobile," + long + "\nada@example.com,+1 2065550101,\n", "",
			"the heading of column 3 is longer than 256 bytes"},
	} {
		f := mustRead(t, test.text, Options{})
		var got string
		for _, p := range f.Rows.At(0).Found().Problems {
			got += " " + p.Code.Word()
		}
		if got = strings.TrimSpace(got); got != test.want || len(f.Rows.At(0).User) > 1100 || len(f.Rows.At(0).Input) > 300 {
			t.Errorf("problem of %.60q = %s, want %s", test.text, got, test.want)
		}
		if warnings := strings.Join(f.Reading.Warnings, "\n"); !strings.Contains(warnings, test.warning) || test.warning == "" && warnings != "" {
			t.Errorf("warnings of %.60q = %q, want %q", test.text, warnings, test.warning)
		}
	}
}

// A letter that only looks right is somebody else's, and one that nobody sees is told.
func TestUsersThatLookAlike(t *testing.T) {
	for user, want := range map[string]string{
		"ada@example.com":          "ada@example.com",
		"аda@example.com":          "аda@example.com ~user-mixed-scripts",
		"ada@exаmple.com":          "ada@exаmple.com ~user-mixed-scripts",
		"αda@example.com":          "αda@example.com ~user-mixed-scripts",
		"иван@example.com":         "иван@example.com",
		"ada@почта.example":        "ada@почта.example",
		"müller@example.com":       "müller@example.com",
		"a\u200bda@example.com":    "ada@example.com ~user-unwrapped",
		"\u202eada@example.com":    "ada@example.com ~user-unwrapped",
		"ada\u00ad@example.com":    "ada@example.com ~user-unwrapped",
		"ada\ufe0f@example.com":    "ada@example.com ~user-unwrapped",
		"ada@example.com\u2066":    "ada@example.com ~user-unwrapped",
		"ada@exam\u2060ple.com":    "ada@example.com ~user-unwrapped",
		"\u3164ada@example.com":    "ada@example.com ~user-unwrapped",
		"ada@example.com\u200e \t": "ada@example.com ~user-unwrapped",
	} {
		r := mustRead(t, "UPN,Mobile\n"+user+",+1 2065550101\n", Options{}).Rows.At(0)
		got := r.User
		for _, n := range r.Found().Notes {
			got += " ~" + n.Code.Word()
		}
		if got != want || r.Rejected() {
			t.Errorf("user %q = %s, %v, want %s", user, got, r.Found().Problems, want)
		}
	}
}
