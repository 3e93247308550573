package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest is the word that was probably meant by another one, or empty: the one with the
// fewest letters in another place, a third of them at most, or else the only one that the
// other begins. Hyphens and case do not count.
func nearest(word string, words []string) string {
	plain := func(text string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(text)) }
	given := plain(word)
	wrong := min(3, len(given)/3)
	if len(given) < 4 {
		wrong = 0 // words this short are near to anything
	}
	best, distance := "", wrong+1
	for _, candidate := range words {
		if d := editDistance(given, plain(candidate)); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" || len(given) < 3 {
		return best
	}
	begun := slices.DeleteFunc(slices.Clone(words), func(candidate string) bool { return !strings.HasPrefix(plain(candidate), given) })
	if len(begun) == 1 {
		return begun[0]
	}
	return ""
}

// editDistance is how many letters have to be put in, taken out, replaced, or changed for
// their neighbours.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// meant is an error about a value, with the one that was probably meant.
func meant(err error, value string, values []string) error {
	if near := nearest(value, values); err != nil && near != "" {
		return fmt.Errorf("%w; did you mean %s?", err, near)
	}
	return err
}

// flagNames are the names of flags.
func flagNames(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return names
}

// flagError is a mistake in the flags of a command, with the flag that was probably
// meant where there is none of that name.
func flagError(command *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		if near := nearest(unknown.GetSpecifiedName(), flagNames(command.Flags())); near != "" {
			err = fmt.Errorf("%w; did you mean --%s?", err, near)
		}
	}
	return &usageError{[]error{err}}
}
