package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
)

const explainHelp = `Say what a code of check, results.csv or a rejects file means, with an example
and what to do; without a code, say it of all. It knows Graph's own codes, too,
and the AADSTS numbers of the sign-in service.

Usage:
  entraphone explain [CODE]

Examples:
  entraphone explain not-assigned
  entraphone explain phoneNumberNotUnique
  entraphone explain AADSTS700016
  entraphone explain | less
`

const explainExitHelp = `
Exit codes:
  0    the code is explained
  1    it could not be printed
  2    there is no such code
Any other code means failure.
`

// newExplainCommand makes the command that prints the catalogue of codes. It
// reads no file and has no flags.
func newExplainCommand(p process) *cobra.Command {
	command := &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Say what a code means and what to do",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("give one CODE, or none for all; %d were given", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var words []string
			for _, e := range authmethod.Catalogue() {
				words = append(words, e.Code.Word())
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if p.stream.on() {
				return tellCodes(p.stream, strings.Join(args, ""))
			}
			out := bufio.NewWriter(p.stdout)
			if !explainAll(out, strings.Join(args, "")) {
				return noCode(args[0])
			}
			if err := out.Flush(); err != nil {
				return fmt.Errorf("printing the codes: %w", err)
			}
			return nil
		},
	}
	setHelp(command, explainHelp, explainExitHelp)
	return command
}

// explainAll explains a code, whoever's it is, or all of the catalogue, and
// reports whether there is one.
func explainAll(w io.Writer, code string) (found bool) {
	word, meanings := strings.ToLower(code), graph.Meanings(code)
	if explainCodes(w, func(c authmethod.Code) bool { return word == "" || c.Word() == word }) {
		return true
	}
	if len(meanings) > 0 {
		fmt.Fprintf(w, "%s (a code of Graph) can mean:\n\n", code)
		return explainCodes(w, func(c authmethod.Code) bool { return slices.Contains(meanings, c) })
	}
	number, problem, advice := graph.SignInMeaning(code)
	if number == 0 {
		return false
	}
	fmt.Fprintf(w, "AADSTS%d (sign-in)\n  means    %s\n  to do    %s\n", number, wrapped(problem, 11), wrapped(advice, 11))
	return true
}

// explainCodes prints the entries that are wanted, and reports whether there are
// any. A code that is told in several ways has one title. Values that only a row
// knows are printed as "…".
func explainCodes(w io.Writer, wanted func(authmethod.Code) bool) (found bool) {
	before := ""
	for _, e := range authmethod.Catalogue() {
		if !wanted(e.Code) {
			continue
		}
		if title := fmt.Sprintf("%s (%s)", e.Code.Word(), e.Kind); title != before {
			if found {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, title)
			before = title
		}
		found = true
		fmt.Fprintf(w, "  means    %s\n", wrapped(argument.ReplaceAllString(e.Message, "…"), 11))
		if e.Advice != "" {
			fmt.Fprintf(w, "  to do    %s\n", wrapped(argument.ReplaceAllString(e.Advice, "…"), 11))
		}
		fmt.Fprintf(w, "  example  %s\n", wrapped(e.Example, 11))
	}
	return found
}

func noCode(code string) error {
	return usagef("there is no code %q; entraphone explain lists all", code)
}

// explainedCode is of kind code: an entry of the catalogue. One code may have several.
type explainedCode struct {
	Code    string           `json:"code"`
	Of      string           `json:"of"`    // problem, note or outcome
	Class   authmethod.Class `json:"class"` // of an outcome that is not a success
	Means   string           `json:"means"`
	ToDo    string           `json:"toDo"`
	Example string           `json:"example"`
}

// foreignCode is of kind foreignCode: one of Graph, with the codes of the catalogue that
// it can mean, or one of the sign-in service.
type foreignCode struct {
	Code  string   `json:"code"`
	Of    string   `json:"of"`
	Can   []string `json:"canMean,omitempty"`
	Means string   `json:"means,omitempty"`
	ToDo  string   `json:"toDo,omitempty"`
}

// tellCodes is [explainAll] for programs.
func tellCodes(s *stream, code string) error {
	word, meanings, found := strings.ToLower(code), graph.Meanings(code), false
	known := func(e authmethod.Entry) bool { return word == "" || e.Code.Word() == word }
	number, problem, advice := graph.SignInMeaning(code)
	switch {
	case slices.ContainsFunc(authmethod.Catalogue(), known):
	case len(meanings) > 0:
		var can []string
		for _, meaning := range meanings {
			can = append(can, meaning.Word())
		}
		known = func(e authmethod.Entry) bool { return slices.Contains(meanings, e.Code) }
		_ = s.put("foreignCode", foreignCode{Code: code, Of: "Graph", Can: can}) // an error comes again with the next line
	case number > 0:
		return printed("the code", s.put("foreignCode", foreignCode{Code: fmt.Sprintf("AADSTS%d", number), Of: "sign-in", Means: problem, ToDo: advice}))
	}
	for _, e := range authmethod.Catalogue() {
		if !known(e) {
			continue
		}
		found = true
		plain := func(text string) string { return argument.ReplaceAllString(text, "…") }
		if err := s.put("code", explainedCode{e.Code.Word(), e.Kind, e.Class, plain(e.Message), plain(e.Advice), e.Example}); err != nil {
			return printed("the codes", err)
		}
	}
	if !found {
		return noCode(code)
	}
	return nil
}
