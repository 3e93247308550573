package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
	second   = regexp.MustCompile(`-phones-\d+`) // run of the same second
	measures = regexp.MustCompile(`(?:\d+ phones? sent and|read from Graph in) .*(?:\n    \S.*)*|\d+s of 4h0m0s`)
	homed    = " --state=/home/mia/.local/state/entraphone" // which is where runs are kept anyway
	standIn  = regexp.MustCompile(` --(?:authority|graph-endpoint|rate)=\S+| at http://\S+`)
)

// stamp is the beginning of the README's runs.
const stamp = "20261127T021500Z"

func compared(lines []string) string {
	return measures.ReplaceAllString(strings.Join(lines, "\n"), "effort")
}

// The sessions of the README print what it shows, one after another in one folder.
// UPDATE_README=1 rewrites it.
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
	all := sessions(lines)
	prints := make([][]string, len(all))
	var nightly nightlyJob
	for i, s := range all {
		args, runs := arguments(t, s.command, makefile)
		if !runs {
			continue
		}
		shown := lines[s.begin:s.end]
		if args[0] == "cat" { // a file for the sessions behind it
			if err := os.WriteFile(args[1], []byte(strings.Join(shown, "\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if nightly.has(args) {
			prints[i] = shorten(nightly.printed(t, args), shown)
		} else {
			prints[i] = shorten(printedBy(t, args), shown)
		}
	}
	for i, s := range slices.Backward(all) {
		shown := lines[s.begin:s.end]
		switch {
		case prints[i] == nil, compared(prints[i]) == compared(shown):
		case os.Getenv("UPDATE_README") == "":
			t.Errorf("$ %s\nprints\n%s\nand the README shows\n%s", s.command, strings.Join(prints[i], "\n"), strings.Join(shown, "\n"))
		default:
			lines = slices.Replace(lines, s.begin, s.end, prints[i]...)
		}
	}
	if text := strings.Join(lines, "\n"); text != readme && os.Getenv("UPDATE_README") != "" {
		if err := os.WriteFile(path+"/../../README.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// nightlyJob is the job of the README's nights: 2,000 people of an HR system, two of
// whom have no number that can be sent. It keeps its runs in a folder of its own, and
// its tenant is a simulator.
type nightlyJob struct {
	*job
	nights, code int
}

// nightlyState is where the README's job keeps its runs.
const nightlyState = "/var/lib/entraphone"

// has reports whether a session is one of the job's; "echo" shows its exit code.
func (n *nightlyJob) has(args []string) bool {
	return slices.Contains(args, nightlyState) || n.job != nil && args[0] == "echo"
}

// printed is what the next night prints. In the first that is shown a dozen people have
// new numbers; in the second one more, and a number that a spreadsheet has spoilt; in
// the third a part of the file is missing.
func (n *nightlyJob) printed(t *testing.T, args []string) []string {
	if args[0] == "echo" {
		return []string{strconv.Itoa(n.code)}
	}
	if n.job == nil {
		n.job = newJob(t, 2000)
		n.people["pat.o'neil@example.com"], n.people["zoe.gross@example.com"] = "+1 206 555 CALL", "########"
		n.file()
		if n.start(t, append(slices.Clone(args), "--max-changes", "100%")); n.code != exitRows {
			t.Fatalf("the first import exits %d, want 3", n.code)
		}
	}
	switch n.nights++; n.nights {
	case 1:
		for i := range 12 {
			n.people[user(i)] = mobile(i + 3000)
		}
	case 2:
		n.people[user(12)], n.people[user(1713)] = mobile(3012), "4.47701E+11"
	default:
		for i := range 600 {
			delete(n.people, user(i))
		}
	}
	n.file()
	return n.start(t, args)
}

// start runs the job on its file and says what it printed.
func (n *nightlyJob) start(t *testing.T, args []string) []string {
	state := filepath.Join(n.folder, "state")
	for i, arg := range args {
		args[i] = strings.Replace(arg, nightlyState, state, 1)
		if arg == "phones.csv" {
			args[i] = n.path()
		}
	}
	var out lockedBuffer
	env := map[string]string{"AZURE_CLIENT_SECRET": "s", "ENTRAPHONE_GRAPH_ENDPOINT": n.url, "ENTRAPHONE_AUTHORITY": n.url, "ENTRAPHONE_RATE": "unlimited"}
	n.code = run(t.Context(), process{args: args, getenv: func(name string) string { return env[name] }, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
	text := second.ReplaceAllString(stamps.ReplaceAllString(standIn.ReplaceAllString(out.String(), ""), stamp), "-phones")
	text = strings.ReplaceAll(strings.ReplaceAll(text, state, nightlyState), n.path(), "phones.csv")
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

// arguments are those of a command of this program. What goes to a tenant of its
// reader's, and what only prepares it, does not run.
func arguments(t *testing.T, command, makefile string) (args []string, runs bool) {
	t.Helper()
	if command == "make demo" {
		command = demo(makefile)
	}
	if strings.Contains(command, "--tenant-id") || strings.HasPrefix(command, "export ") {
		return nil, false
	}
	words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(command, -1)
	if words[0] == "echo" || words[0] == "cat" {
		return words, true
	}
	if words[0] != "entraphone" {
		t.Fatalf("README.md shows %q, which cannot be tested here", command)
	}
	for _, word := range words[1:] {
		word = strings.Trim(word, `"`)
		if files, err := filepath.Glob(word); err == nil && strings.Contains(word, "*") {
			args = append(args, files...)
			continue
		}
		args = append(args, word)
	}
	if (imports(args) || args[0] == "report") && !slices.Contains(args, "--state") {
		args = append(args, "--state", "/home/mia/.local/state/entraphone")
	}
	return args, true
}

// demo is the command behind "make demo".
func demo(makefile string) string {
	_, recipe, _ := strings.Cut(makefile, "\t@bin/")
	recipe, _, _ = strings.Cut(recipe, "||")
	return strings.ReplaceAll(recipe, "\\\n", " ")
}

// imports reports whether a command carries out a run.
func imports(args []string) bool {
	return slices.Contains([]string{"import", "plan", "remove"}, args[0])
}

// printedBy is what a session prints on a terminal.
func printedBy(t *testing.T, args []string) []string {
	home := t.TempDir()
	var out string
	for i, arg := range args {
		args[i] = strings.Replace(arg, "/home/mia", home, 1)
	}
	if imports(args) {
		out = inBubble(t, append(args, "--log-format", "console"))
	} else {
		_, out = runHere(t.Context(), "", args...)
	}
	out = strings.ReplaceAll(strings.ReplaceAll(out, home, "/home/mia"), homed, "")
	return strings.Split(strings.TrimRight(stamps.ReplaceAllString(out, stamp), "\n"), "\n")
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

// What the README says for PowerShell is what it shows for other shells, with the path
// of the program, backslashes and a backtick where a line goes on.
func TestReadmeSpeaksPowerShell(t *testing.T) {
	readme, makefile := readReadme(t), readText(t, "../../Makefile")
	var known []string
	for _, s := range sessions(strings.Split(readme, "\n")) {
		command := s.command
		if command == "make demo" {
			command = demo(makefile)
		}
		known = append(known, strings.Join(strings.Fields(command), " "))
	}
	_, block, _ := strings.Cut(readme, "```powershell\n")
	block, _, _ = strings.Cut(block, "```")
	commands := regexp.MustCompile(`(?m)^PS> \.\\(entraphone .*)$`).FindAllStringSubmatch(strings.ReplaceAll(block, "`\n", ""), -1)
	if len(commands) < 4 {
		t.Fatalf("the README has %d commands for PowerShell", len(commands))
	}
	for _, command := range commands {
		said := strings.Join(strings.Fields(strings.ReplaceAll(command[1], `\`, "/")), " ")
		if !slices.ContainsFunc(known, func(shown string) bool { return strings.HasPrefix(shown+" ", said+" ") }) {
			t.Errorf("%s is no command of the README's sessions", said)
		}
	}
}

// The line for cron is the one of its sample, which is tried where the samples are.
func TestReadmeShowsTheLineForCron(t *testing.T) {
	for line := range strings.Lines(readText(t, "../../samples/cron/entraphone")) {
		if !strings.HasPrefix(line, "#") && strings.Contains(line, " import ") && !strings.Contains(readReadme(t), "\n"+line) {
			t.Errorf("README.md does not show the line for cron: %s", line)
		}
	}
}
