package main

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entraphone/internal/report"
)

// manual is doc.go: the one text that the help topics and the exit codes in the
// help of every command are made from.
//
//go:embed doc.go
var manual string

// topics are sections of the manual that are help topics of their own.
var topics = []struct{ name, section, short string }{
	{"files", "Files", "Which files are read, and how columns are found"},
	{"numbers", "Numbers", "How numbers are read, repaired and refused"},
	{"results", "Results", "What a run leaves behind"},
	{"exit-codes", "Exit codes", "What the exit codes mean"},
	{"json", "For programs", "What --output json prints"},
}

// section is a section of the manual without its heading.
func section(name string) string {
	_, text, found := strings.Cut(manual, "\n# "+name+"\n")
	if !found {
		panic("entraphone: the manual has no section " + name) // unreachable unless bug
	}
	text, _, _ = strings.Cut(text, "\n# ")
	text, _, _ = strings.Cut(text, "\n*/")
	return strings.Trim(text, "\n") + "\n"
}

// newTopics are commands that only have help.
func newTopics(p process) (commands []*cobra.Command) {
	for _, topic := range topics {
		command := &cobra.Command{Use: topic.name, Short: topic.short}
		command.SetHelpFunc(func(*cobra.Command, []string) {
			text := strings.ReplaceAll(section(topic.section), "\t", "  ")
			if p.stream.on() {
				tellTopic(p.stream, topic.name, text)
				return
			}
			fmt.Fprint(p.stdout, text)
		})
		commands = append(commands, command)
	}
	return commands
}

// tellTopic prints a topic for programs: its text, and the exit codes one by one. An
// error comes again at the end.
func tellTopic(s *stream, name, text string) {
	s.begin(name)
	if name == "exit-codes" {
		for _, line := range exitCodeLine.FindAllStringSubmatch(exitHelp(), -1) {
			code, _ := strconv.Atoi(line[1]) // digits
			_ = s.put("exitCode", meaningOfExit{code, line[2]})
		}
	}
	_ = s.put("topic", map[string]string{"topic": name, "text": text})
}

// exitCodeLine is a line of the table of exit codes.
var exitCodeLine = regexp.MustCompile(`(?m)^\s*(\d+) {2,}(.+)$`)

// meaningOfExit is of kind exitCode.
type meaningOfExit struct {
	Code  int    `json:"code"`
	Means string `json:"means"`
}

// exitHelp is the table of exit codes in the help of a command.
func exitHelp() string {
	table, _, _ := strings.Cut(section("Exit codes"), "\n\n")
	return "\nExit codes:\n" + strings.ReplaceAll(table, "\t", "  ") + "\nAny other code means failure.\n"
}

// argument is what the catalogue has for a value that only a row knows.
var argument = regexp.MustCompile(`%\[\d\][a-z]`)

// wrapped breaks text at the width of help, under where it begins: behind so many
// columns.
func wrapped(text string, indent int) string { return report.Wrap(text, columns, indent) }
