package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
	"entraphone/internal/heading"
)

// lockedBuffer takes what goes to standard output and to standard error, as a terminal
// does: the log may write at any time.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// runHere runs the program in this process, and returns its exit code with what
// it prints to both streams.
func runHere(ctx context.Context, stdin string, args ...string) (int, string) {
	var out lockedBuffer
	code := run(ctx, process{args: args, getenv: func(string) string { return "" }, stdin: strings.NewReader(stdin), stdout: &out, stderr: &out})
	return code, out.String()
}

func help(t *testing.T, args ...string) string {
	t.Helper()
	code, out := runHere(t.Context(), "", args...)
	if code != exitDone {
		t.Fatalf("entraphone %v exits %d", args, code)
	}
	return out
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readReadme(t *testing.T) string { return readText(t, "../../README.md") }

// commands are those of the help, the topics among them.
func commands(t *testing.T) []string {
	var names []string
	for _, found := range regexp.MustCompile(`(?m)^  (?:entraphone )?([a-z-]+) +[A-Z]`).FindAllStringSubmatch(help(t, "--help"), -1) {
		names = append(names, found[1])
	}
	return names
}

// firstCells are the first cells of a table of the README, without their marks.
func firstCells(t *testing.T, readme, title string) []string {
	t.Helper()
	_, table, found := strings.Cut(readme, "\n| "+title+" |")
	if !found {
		t.Fatalf("README.md has no table of %s", title)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var cells []string
	for _, line := range strings.Split(table, "\n")[2:] {
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		for _, name := range strings.Split(cell, ", ") {
			name = regexp.MustCompile(`^\[(.*)\]\(.*\)$`).ReplaceAllString(name, "$1")
			cells = append(cells, strings.Trim(name, "`"))
		}
	}
	return cells
}

// listed are the words at the beginning of a list of the manual.
func listed(t *testing.T, introduction string) []string {
	t.Helper()
	_, list, found := strings.Cut(manual, "\n"+introduction+"\n\n")
	if !found {
		t.Fatalf("doc.go has no list %q", introduction)
	}
	list, _, _ = strings.Cut(list, "\n\n")
	var words []string
	for line := range strings.Lines(list) {
		if word := strings.Fields(line)[0]; !strings.HasPrefix(line, "\t ") {
			words = append(words, word)
		}
	}
	return words
}

func same[T ~string](t *testing.T, what string, got []string, want []T) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// foreignFlags are other programs' flags.
var foreignFlags = []string{"--resource-type"}

// The manual, the help and the README name the same flags and exit codes.
func TestManualHelpAndReadmeAgree(t *testing.T) {
	readme := readReadme(t)
	var helps string
	for _, command := range commands(t) {
		if command != "completion" && command != "help" { // cobra's own
			helps += help(t, command, "--help")
		}
	}
	flags := regexp.MustCompile(`--[a-z][a-z-]+[a-z]`)
	inHelp := flags.FindAllString(helps, -1)
	for _, flag := range inHelp {
		if !strings.Contains(manual, flag) && flag != "--help" {
			t.Errorf("doc.go does not name %s", flag)
		}
	}
	for _, flag := range flags.FindAllString(manual+readme, -1) {
		if !slices.Contains(inHelp, flag) && flag != "--help" && !slices.Contains(foreignFlags, flag) {
			t.Errorf("the manual or the README names %s, which no help has", flag)
		}
	}
	var numbers []string
	for _, code := range regexp.MustCompile(`(?m)^\s*(\d+) {2,}(.+)$`).FindAllStringSubmatch(exitHelp(), -1) {
		numbers = append(numbers, code[1])
		if !strings.Contains(readme, "| "+code[1]+" | "+code[2]+" |") {
			t.Errorf("README.md does not explain exit code %s as %q", code[1], code[2])
		}
	}
	same(t, "exit codes of the README", firstCells(t, readme, "exit code"), numbers)
}

// The manual and the README list what there is, in the order in which the
// program does, and nothing else.
func TestManualAndReadmeAreComplete(t *testing.T) {
	readme := readReadme(t)
	same(t, "outcomes of the README", firstCells(t, readme, "outcome"), authmethod.Outcomes())
	same(t, "outcomes of the manual", listed(t, "The outcomes, of which every row has exactly one:"), authmethod.Outcomes())
	same(t, "scenarios of the README", firstCells(t, readme, "scenario"), graphsim.ScenarioNames())
	for _, name := range slices.Concat(graphsim.ScenarioNames(), heading.ProfileNames()) {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(manual) {
			t.Errorf("doc.go does not name %s", name)
		}
	}
	for _, class := range authmethod.Classes() {
		for name, text := range map[string]string{"doc.go": manual, "README.md": readme} {
			if !strings.Contains(text, "rejects-"+string(class)+".csv") {
				t.Errorf("%s does not name the rejects of class %s", name, class)
			}
		}
	}
	usage, _, _ := strings.Cut(manual, "\n# ")
	for _, command := range commands(t) {
		if !regexp.MustCompile(`(?m)^\tentraphone (help .*)?\b` + command + `\b`).MatchString(usage) {
			t.Errorf("the usage of doc.go lacks %s", command)
		}
	}
	for _, used := range regexp.MustCompile("(?m)(?:[`&$] |`)entraphone ([a-z-]+)").FindAllStringSubmatch(readme, -1) {
		if !slices.Contains(commands(t), used[1]) {
			t.Errorf("README.md uses the command %s, which there is not", used[1])
		}
	}
	same(t, "targets of make in the README", targets(firstCells(t, readme, "target")), targets(regexp.MustCompile(`(?m)^[a-z]+:.*## `).FindAllString(readText(t, "../../Makefile"), -1)))
}

// targets are names of make's targets, in alphabetical order; help lists them.
func targets(of []string) []string {
	names := []string{"help"}
	for _, text := range of {
		name, _, _ := strings.Cut(strings.TrimPrefix(text, "make "), ":")
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// The columns of results.csv, of which the README joins some in a line.
func TestColumnsOfResultsAreExplained(t *testing.T) {
	state := t.TempDir()
	if code, out := runHere(t.Context(), "user,mobile\nmia@example.com,+33 6 39 98 00 12\n", "import", "-", "--dry-run", "--state", state); code != exitDone {
		t.Fatal(out)
	}
	results, err := filepath.Glob(filepath.Join(state, "runs", "*", "results.csv"))
	if err != nil || len(results) != 1 {
		t.Fatalf("results %v (%v), want one", results, err)
	}
	first, _, _ := strings.Cut(readText(t, results[0]), "\n")
	columns := strings.Split(strings.TrimSpace(strings.TrimPrefix(first, "\ufeff")), ",")
	same(t, "columns in the manual", listed(t, "The columns of results.csv:"), columns)
}

// What stands in brackets behind a finding, or behind "explain", is a code.
func TestCodesAreThoseOfTheCatalogue(t *testing.T) {
	var words []string
	for _, entry := range authmethod.Catalogue() {
		words = append(words, entry.Code.Word())
	}
	for _, code := range regexp.MustCompile(`(?:\[|entraphone explain |the note )([a-z]+(?:-[a-z]+)+)\b`).FindAllStringSubmatch(manual+readReadme(t), -1) {
		if !slices.Contains(words, code[1]) {
			t.Errorf("the manual or the README names the code %s, which there is not", code[1])
		}
	}
}

// The README's map of the packages shows every package but those of the
// simulator, which graphsim stands for, and of modules that only test, and none that
// there is not.
func TestReadmeMapsEveryPackage(t *testing.T) {
	shown := firstCells(t, readReadme(t), "package")
	packages := []string{"cmd/entraphone"}
	for _, pattern := range []string{"../../internal/*/*.go", "../../internal/phonenumber/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if exists(filepath.Join(filepath.Dir(file), "go.mod")) {
				continue
			}
			packages = append(packages, strings.TrimPrefix(filepath.ToSlash(filepath.Dir(file)), "../../internal/"))
		}
	}
	slices.Sort(packages)
	slices.Sort(shown)
	same(t, "packages in the README", shown, slices.Compact(packages))
}

// A newcomer reads the README; what is longer belongs into a topic of help.
func TestReadmeIsShort(t *testing.T) {
	if lines := strings.Count(readReadme(t), "\n"); lines > 500 {
		t.Errorf("README.md has %d lines, want at most 500", lines)
	}
}

// Every terminal has 80 columns, and a value is not named twice running, as in
// "--format FORMAT   FORMAT: ...".
func TestHelpFitsATerminal(t *testing.T) {
	texts := map[string]string{"--help": help(t, "--help"), "explain": help(t, "explain")}
	for _, command := range commands(t) {
		if command != "completion" { // cobra's own
			texts[command+" --help"] = help(t, "help", command)
		}
	}
	twice := regexp.MustCompile(`--[a-z-]+ (\S+) {3,}(\S+?):? `)
	for name, text := range texts {
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\n")
			if n := len([]rune(line)); n > 80 {
				t.Errorf("entraphone %s prints %d columns: %s", name, n, line)
			}
			if found := twice.FindStringSubmatch(line); found != nil && found[1] == found[2] {
				t.Errorf("entraphone %s says what a value is in its own words: %s", name, line)
			}
		}
	}
}

// The manual's numbers are read and refused as it says, each in the country
// beside it.
func TestNumbersOfTheManual(t *testing.T) {
	example := regexp.MustCompile(`(?m)^\t(\S.*?)(?: in ([A-Z]{2}))?(?: {2,}.*)?$`)
	for introduction, refused := range map[string]bool{"Read, with a note for each repair that touches a digit:": false, "Rejected, each with its own advice:": true} {
		_, list, _ := strings.Cut(section("Numbers"), introduction+"\n\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for _, line := range example.FindAllStringSubmatch(list, -1) {
			for _, cell := range strings.Split(line[1], ", ") {
				quoted := `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
				_, out := runHere(t.Context(), "user,office,country\nmia@example.com,"+quoted+","+line[2]+"\n", "check", "-", "--format", "json")
				if rejected := !strings.Contains(out, `"problems":[]`); rejected != refused || strings.Contains(out, `"no-country"`) {
					t.Errorf("%s in %q is rejected: %v, want %v\n%s", cell, line[2], rejected, refused, out)
				}
			}
		}
	}
}

// In a bubble, a session with the simulator takes no time.
func inBubble(t *testing.T, args []string) (out string) {
	synctest.Test(t, func(t *testing.T) { _, out = runHere(t.Context(), "", args...) })
	return out
}

// What shells offer for a flag is what its help says.
func TestCompletionsAreInTheHelp(t *testing.T) {
	p := process{stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
	known := map[string]bool{}
	for _, command := range []*cobra.Command{newImportCommand(p), newCheckCommand(p), newDoctorCommand(p), newSimulateCommand(p)} {
		for name, values := range flagValues() {
			flag := command.Flags().Lookup(name)
			if flag == nil {
				continue
			}
			known[name] = true
			for _, value := range values {
				if !strings.Contains(flag.Usage, value) {
					t.Errorf("%s: the help of --%s does not name %q", command.Name(), name, value)
				}
			}
		}
	}
	for name := range flagValues() {
		if !known[name] {
			t.Errorf("no command has the flag --%s", name)
		}
	}
}
