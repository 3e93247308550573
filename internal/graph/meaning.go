package graph

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"entraphone/internal/authmethod"
)

//go:embed meanings.tsv
var meaningsTable string

// meaning is a line of the table, which says how it is read.
type meaning struct {
	call    []string
	status  int      // 0 fits all
	codes   []string // none fit all
	message *regexp.Regexp
	is      []authmethod.Code // the meaning, and others that the answer can end in
}

// meanings are read when the first refusal comes. Nobody may change them.
var meanings = sync.OnceValue(func() (all []meaning) {
	for _, cells := range rows(meaningsTable) {
		var m meaning
		for i, cell := range cells {
			if cell == "-" {
				cells[i] = ""
			}
		}
		m.call, m.message = strings.Fields(cells[0]), regexp.MustCompile("(?i)"+cells[3])
		m.status, _ = strconv.Atoi(cells[1])
		if cells[2] != "" {
			m.codes = strings.Split(cells[2], "|")
		}
		for _, code := range strings.Fields(cells[4]) {
			m.is = append(m.is, authmethod.Code(code))
		}
		all = append(all, m)
	}
	return all
})

// of reports whether the code is one of those that the line is for.
func (m meaning) of(code string) bool {
	return slices.ContainsFunc(m.codes, func(known string) bool { return strings.EqualFold(known, code) })
}

// fits reports whether the line is for this refusal of the call.
func (m meaning) fits(call []string, status int, code, message string) bool {
	others := func(word string) bool { return !slices.Contains(call, word) }
	return !slices.ContainsFunc(m.call, others) && (m.status == 0 || m.status == status) &&
		(len(m.codes) == 0 || m.of(code)) && m.message.MatchString(message)
}

// meaningOf is what a refusal of the call means, empty where the table does not
// know it.
func meaningOf(call []string, status int, code, message string) authmethod.Code {
	for _, m := range meanings() {
		if m.fits(call, status, code, message) {
			return m.is[0]
		}
	}
	return ""
}

// callOf is an operation in the table's words. The envelope of a $batch is a step
// without a user.
func callOf(op operation) []string {
	s, is := op.(*step)
	if !is {
		return []string{op.request().kind}
	}
	if s.User == "" {
		return []string{"batch"}
	}
	call := []string{"phones", s.Verb.String(), string(s.PhoneType)}
	if strings.Contains(strings.ToUpper(s.User), "#EXT#") {
		call = append(call, "guest")
	}
	return call
}

// Meanings are all that an answer with this code of Graph can mean, some of it
// more than once; none where the code is not known. Case does not matter.
func Meanings(code string) (all []authmethod.Code) {
	for _, m := range meanings() {
		if m.of(code) {
			all = append(all, m.is...)
		}
	}
	return all
}
