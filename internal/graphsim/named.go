package graphsim

import (
	_ "embed"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed answers.yaml
var answersTable []byte

// answers are the faults of answers.yaml by name. Nobody may change them.
var answers = sync.OnceValue(func() map[string]Fault {
	var table map[string]struct {
		Fault  `yaml:",inline"`
		AADSTS int `yaml:"aadsts"`
	}
	if err := yaml.Unmarshal(answersTable, &table); err != nil {
		panic(fmt.Sprintf("graphsim: the embedded answers: %v", err)) // unreachable unless bug
	}
	all := make(map[string]Fault, len(table))
	for name, a := range table {
		if a.AADSTS != 0 {
			a.Fault = signInRefusal(a.Fault, a.AADSTS)
		}
		all[name] = a.Fault
	}
	return all
})

// AnswerNames are the names that Fault.Answer takes, sorted.
func AnswerNames() []string { return slices.Sorted(maps.Keys(answers())) }

// answersLike are the names that share a word with a wrong one. All together are
// too many for an error.
func answersLike(name string) string {
	like := slices.DeleteFunc(AnswerNames(), func(known string) bool {
		return !slices.ContainsFunc(strings.Split(name, "-"), func(word string) bool { return slices.Contains(strings.Split(known, "-"), word) })
	})
	if len(like) == 0 {
		return "samples/scenario.yaml lists them"
	}
	return "like it are " + strings.Join(like, ", ")
}

var tokenPaths = regexp.MustCompile(`oauth2/v2.0/token$`)

// signInRefusal is a refusal of the token endpoint with a number. Its ids are
// always the same.
func signInRefusal(f Fault, number int) Fault {
	const trace, correlation = "7b1d2c3e-0000-4000-8000-000000000001", "7b1d2c3e-0000-4000-8000-000000000002"
	const at = "2026-01-01 12:00:00Z"
	body := encode(map[string]any{
		"error": f.Code,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			number, f.Message, trace, correlation, at),
		"error_codes": []int{number}, "timestamp": at, "trace_id": trace, "correlation_id": correlation,
		"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", number),
	})
	return Fault{Method: "POST", Path: tokenPaths, Status: f.Status, Body: string(body), ContentType: plainJSON}
}

// filled is the fault with what its named answer says where it says nothing itself.
func (f Fault) filled() Fault {
	if f.Answer != "" {
		fillZeros(reflect.ValueOf(&f).Elem(), reflect.ValueOf(answers()[f.Answer]))
	}
	return f
}
