package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// session is a command of the README with what stands below it.
type session struct {
	command    string
	begin, end int // lines of the README
}

// sessions are all commands behind "$ " in blocks of code.
func sessions(lines []string) (all []session) {
	open, inBlock := false, false
	for i, line := range lines {
		switch fence := strings.HasPrefix(line, "```"); {
		case fence, inBlock && strings.HasPrefix(line, "$ "):
			if open {
				all[len(all)-1].end = i
			}
			inBlock, open = inBlock != fence, !fence
			if open {
				all = append(all, session{command: strings.TrimPrefix(line, "$ "), begin: i + 1})
			}
		}
	}
	return all
}

// elision stands for lines that the README leaves out.
const elision = "…"

// shorten leaves out of what was printed what the README leaves out: everything
// but as many lines as stand before its elision, and as many as behind it.
func shorten(printed, shown []string) []string {
	at := slices.Index(shown, elision)
	behind := len(shown) - at - 1
	if at < 0 || at+behind >= len(printed) {
		return printed
	}
	return slices.Concat(printed[:at], []string{elision}, printed[len(printed)-behind:])
}

// What differs from run to run is shown as it was once, or not compared.
var (
	stamps   = regexp.MustCompile(`\d{8}T\d{6}Z`)
	address  = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	measures = regexp.MustCompile(`(?:\d+ phones? sent and|read from Graph in) .*(?:\n    \S.*)*`)
	homed    = " --state=/home/mia/.local/state/entraphone" // which is where runs are kept anyway
)

func compared(lines []string) string {
	return measures.ReplaceAllString(strings.Join(lines, "\n"), "effort")
}

// The sessions of the README print what it shows. UPDATE_README=1 rewrites it.
func TestReadmeSessions(t *testing.T) {
	readme, makefile := readReadme(t), readText(t, "../../Makefile")
	path, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("samples", os.DirFS(path+"/../../samples")); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(readme, "\n")
	for _, s := range slices.Backward(sessions(lines)) {
		args, runs := arguments(t, s.command, makefile)
		if !runs {
			continue
		}
		shown := lines[s.begin:s.end]
		wanted := shorten(printedBy(t, slices.Clone(args)), shown)
		// In a storm, which request is struck depends on who comes first.
		for try := 1; try < 4 && slices.Contains(args, "storm") && compared(wanted) != compared(shown); try++ {
			wanted = shorten(printedBy(t, slices.Clone(args)), shown)
		}
		if compared(wanted) == compared(shown) {
			continue
		}
		if os.Getenv("UPDATE_README") == "" {
			t.Errorf("$ %s\nprints\n%s\nand the README shows\n%s", s.command, strings.Join(wanted, "\n"), strings.Join(shown, "\n"))
			continue
		}
		lines = slices.Replace(lines, s.begin, s.end, wanted...)
	}
	if text := strings.Join(lines, "\n"); text != readme && os.Getenv("UPDATE_README") != "" {
		if err := os.WriteFile(path+"/../../README.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// arguments are those of a command of this program. What goes to a tenant, what
// only prepares it, and what needs a run that was killed does not run.
func arguments(t *testing.T, command, makefile string) (args []string, runs bool) {
	t.Helper()
	if command == "make demo" {
		_, recipe, _ := strings.Cut(makefile, "\t@bin/")
		recipe, _, _ = strings.Cut(recipe, "||")
		command = strings.ReplaceAll(recipe, "\\\n", " ")
	}
	if strings.Contains(command, "--tenant-id") || strings.HasPrefix(command, "export ") {
		return nil, false
	}
	words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(command, -1)
	if words[0] != "entraphone" {
		t.Fatalf("README.md shows %q, which cannot be tested here", command)
	}
	for _, word := range words[1:] {
		args = append(args, strings.Trim(word, `"`))
	}
	if args[0] == "runs" || args[0] == "resume" {
		return nil, false
	}
	if imports(args) && !slices.Contains(args, "--state") {
		args = append(args, "--state", "/home/mia/.local/state/entraphone")
	}
	return args, true
}

// imports reports whether a command carries out a run.
func imports(args []string) bool {
	return slices.Contains([]string{"import", "plan", "remove"}, args[0])
}

// printedBy is what a session prints on a terminal.
func printedBy(t *testing.T, args []string) []string {
	home := t.TempDir()
	var out string
	switch {
	case args[0] == "simulate":
		out = served(t, args)
	case imports(args):
		for i, arg := range args {
			if strings.HasPrefix(arg, "/home/mia") {
				args[i] = home + strings.TrimPrefix(arg, "/home/mia")
			}
		}
		out = inBubble(t, append(args, "--log-format", "console"))
	default:
		_, out = runHere(t.Context(), "", args...)
	}
	out = strings.ReplaceAll(strings.ReplaceAll(out, home, "/home/mia"), homed, "")
	out = address.ReplaceAllString(stamps.ReplaceAllString(out, "20261127T021500Z"), "127.0.0.1:45779")
	return strings.Split(strings.TrimRight(out, "\n"), "\n")
}

// served is what the simulator prints before it serves.
func served(t *testing.T, args []string) string {
	ctx, interrupt := context.WithCancel(t.Context())
	greeting := &untilGreeted{interrupt: interrupt}
	if code := run(ctx, process{args: args, getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: greeting, stderr: greeting}); code != exitDone {
		t.Errorf("entraphone %v exits %d", args, code)
	}
	return greeting.said.String()
}

// untilGreeted ends the simulator once it has said how it is stopped.
type untilGreeted struct {
	said      bytes.Buffer
	interrupt func()
}

func (g *untilGreeted) Write(p []byte) (int, error) {
	if g.said.Write(p); strings.Contains(g.said.String(), "Ctrl-C") {
		g.interrupt()
	}
	return len(p), nil
}

// The two files that the README shows side by side are read without a flag.
func TestReadmeFilesAreRead(t *testing.T) {
	_, block, _ := strings.Cut(readReadme(t), "```\nuserPrincipalName,")
	block, _, _ = strings.Cut("userPrincipalName,"+block, "```")
	var files [2]string
	for line := range strings.Lines(block) {
		for i, part := range regexp.MustCompile(` {3,}`).Split(strings.TrimSpace(line), 2) {
			files[i] += part + "\n"
		}
	}
	for _, file := range files {
		if code, out := runHere(t.Context(), file, "check", "-"); code != exitDone || !strings.Contains(out, "2 rows: 2 to be sent") {
			t.Errorf("the README's file\n%sends with %d:\n%s", file, code, out)
		}
	}
}
