package graph

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed signin.tsv
var signInTable string

//go:embed local.tsv
var localTable string

// refusal is a line of a table: what some refusals mean, and what to do.
type refusal struct {
	codes           []string       // of the sign-in service: AADSTS numbers or OAuth's words
	again           bool           // the next try may succeed
	text            *regexp.Regexp // of a fault in this machine or on the way
	problem, advice string
}

// rows are the lines of a table in cells, without its comments.
func rows(table string) (all [][]string) {
	for line := range strings.Lines(table) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) > 1 && line[0] != '#' {
			all = append(all, cells)
		}
	}
	return all
}

// The tables are read when something is refused. Nobody may change them.
var (
	refusals = sync.OnceValue(func() (all []refusal) {
		for _, cells := range rows(signInTable) {
			all = append(all, refusal{codes: strings.Split(cells[0], ", "), again: cells[1] == "yes", problem: cells[2], advice: cells[3]})
		}
		return all
	})
	localFaults = sync.OnceValue(func() (all []refusal) {
		for _, cells := range rows(localTable) {
			all = append(all, refusal{text: regexp.MustCompile("(?i)" + cells[0]), problem: cells[1], advice: cells[2]})
		}
		return all
	})
)

// explainSignIn puts a refusal of the sign-in service into plain words, by its
// AADSTS number, or else by OAuth's word for the kind. Microsoft changes numbers
// without notice, so that one that is not in the table is no surprise.
func explainSignIn(number int, word string) refusal {
	for _, code := range []string{strconv.Itoa(number), word} {
		of := func(r refusal) bool { return slices.Contains(r.codes, code) }
		if i := slices.IndexFunc(refusals(), of); i >= 0 {
			r := refusals()[i]
			if number != 0 && code == word {
				r.advice += fmt.Sprintf("; the code is described at https://login.microsoftonline.com/error?code=%d", number)
			}
			return r
		}
	}
	return refusal{
		problem: "the sign-in service refused for a reason that entraphone does not know",
		advice:  fmt.Sprintf("the code is described at https://login.microsoftonline.com/error?code=%d; an administrator finds more in the sign-in log by the correlation id", number),
	}
}

// signInNumber is the first AADSTS number in a text, such as the Azure CLI
// repeats it; 0 without one.
func signInNumber(text string) int {
	if _, rest, found := strings.Cut(text, "AADSTS"); found {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		number, _ := strconv.Atoi(rest[:digits])
		return number
	}
	return 0
}

// SignInMeaning is what a code of the sign-in service such as AADSTS700016 means
// and what to do, in any case; the number is 0 for anything else. One that is not
// known needs the letters, and has an advice where to look.
func SignInMeaning(code string) (number int, problem, advice string) {
	digits, lettered := strings.CutPrefix(strings.ToUpper(code), "AADSTS")
	number, err := strconv.Atoi(digits)
	r := explainSignIn(number, "")
	known := slices.Contains(r.codes, digits)
	if err != nil || number <= 0 || !lettered && !known {
		return 0, "", ""
	}
	return number, r.problem, r.advice
}

// localFault is what a fault in this machine or on the way means; its problem is
// empty where the table does not know it.
func localFault(text string) refusal {
	for _, r := range localFaults() {
		if r.text.MatchString(text) {
			return r
		}
	}
	return refusal{}
}
