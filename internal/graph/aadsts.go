package graph

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed aadsts.tsv
var aadstsTable string

// refusal is a line of the table: what some AADSTS codes mean, and what to do.
type refusal struct {
	codes           []string
	problem, advice string
}

func refusals() (all []refusal) {
	for line := range strings.Lines(aadstsTable) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) == 3 {
			all = append(all, refusal{strings.Split(cells[0], ", "), cells[1], cells[2]})
		}
	}
	return all
}

// explainAADSTS puts a code into plain words. Microsoft changes codes without
// notice, so that one that is not in the table is no surprise.
func explainAADSTS(code int) (problem, advice string) {
	for _, r := range refusals() {
		if slices.Contains(r.codes, fmt.Sprint(code)) {
			return r.problem, r.advice
		}
	}
	return "the sign-in service refused", fmt.Sprintf("look the code up at https://login.microsoftonline.com/error?code=%d", code)
}
