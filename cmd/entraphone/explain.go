package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"entraphone/internal/authmethod"
)

const explainHelp = `Say what a code of check, results.csv or a rejects file means, with an example
and what to do; without a code, say it of all.

Usage:
  entraphone explain [CODE]

Examples:
  entraphone explain not-assigned
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
			out := bufio.NewWriter(p.stdout)
			if found := explainCodes(out, strings.ToLower(strings.Join(args, ""))); !found {
				return usagef("there is no code %q; entraphone explain lists all", args[0])
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

// explainCodes prints the entries of a word, or all, and reports whether there
// are any. A code that is told in several ways has one title. Values that only a
// row knows are printed as "…".
func explainCodes(w io.Writer, word string) (found bool) {
	before := ""
	for _, e := range authmethod.Catalogue() {
		if word != "" && e.Code.Word() != word {
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
