package report

import (
	"cmp"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// leftClass is what is left to do for one kind of somebody.
type leftClass struct {
	Class   authmethod.Class
	Remedy  string
	N       int
	Command []string // by options, at which it may break
	Kinds   []leftKind
}

// leftKind are rows that need somebody for the same reason.
type leftKind struct {
	Code    string // of the reason, by which the table is filtered
	Message string // of the first row
	Advice  string
	N       int
	First   []leftRow
}

type leftRow struct {
	Line            int32
	User, PhoneType string
}

// firstRows is how many rows of a kind are named, with which somebody can begin.
const firstRows = 5

// left gathers the rows that need somebody by class and reason, the most frequent
// reason first.
func (p Page) left(results *authmethod.Results) (all []leftClass) {
	type key struct {
		class  authmethod.Class
		reason string
	}
	kinds := map[key]*leftKind{}
	byClass := map[authmethod.Class][]*leftKind{}
	for n, row := range results.Rows().All() {
		result := results.At(n)
		if result.Outcome.Success() {
			continue
		}
		k := key{result.Class, reasonOf(result)}
		kind := kinds[k]
		if kind == nil {
			kind = &leftKind{Code: k.reason, Message: shown(maskNumbers(result.Message)), Advice: shown(maskNumbers(result.Advice))}
			if problems := results.Findings(n).Problems; result.Outcome == authmethod.Rejected && len(problems) > 0 {
				kind.Message, kind.Advice = shown(maskNumbers(problems[0].Message)), shown(maskNumbers(problems[0].Advice))
			}
			kinds[k], byClass[k.class] = kind, append(byClass[k.class], kind)
		}
		if kind.N++; len(kind.First) < firstRows {
			l := rendered(results, n, true) // the summary names no number, whatever the table does
			kind.First = append(kind.First, leftRow{row.Line, shown(l.User), shown(l.PhoneType)})
		}
	}
	for _, class := range authmethod.Classes() {
		of := leftClass{Class: class, Remedy: remedies[class], Command: parts(p.Commands[class])}
		slices.SortStableFunc(byClass[class], func(a, b *leftKind) int { return cmp.Compare(b.N, a.N) })
		for _, kind := range byClass[class] {
			of.N, of.Kinds = of.N+kind.N, append(of.Kinds, *kind)
		}
		if of.N > 0 {
			all = append(all, of)
		}
	}
	return all
}

// parts divides a command before each option.
func parts(command string) (all []string) {
	if command == "" {
		return nil
	}
	for i, part := range strings.Split(command, " --") {
		if i > 0 {
			part = "--" + part
		}
		all = append(all, part)
	}
	return all
}

// reasonOf is what rows are grouped by: the code of the catalogue, and else what Graph
// calls it, or the outcome.
func reasonOf(result authmethod.Result) string {
	return cmp.Or(result.Reason.Word(), result.Code, string(result.Outcome))
}

// share is how the rows of one country or type ended.
type share struct {
	Name             string
	Done, Same, Open int
}

// mostShares is how many countries are listed; the others are one line.
const mostShares = 12

// shares are the rows by country and by phone type, the most frequent first.
func (p Page) shares(results *authmethod.Results) (countries, types []share) {
	byCountry, byType := map[string]*share{}, map[string]*share{}
	count := func(in map[string]*share, name string, outcome authmethod.Outcome) {
		if in[name] == nil {
			in[name] = &share{Name: name}
		}
		switch {
		case !outcome.Success():
			in[name].Open++
		case outcome == authmethod.Unchanged, outcome == authmethod.Duplicate:
			in[name].Same++
		default:
			in[name].Done++
		}
	}
	for n, row := range results.Rows().All() {
		outcome := results.At(n).Outcome
		count(byCountry, p.region(row.Number), outcome)
		name := string(row.PhoneType)
		if row.PhoneType.ID() == "" { // not one of the three: a cell of the file
			name = "not known"
		}
		count(byType, name, outcome)
	}
	return sorted(byCountry), sorted(byType)
}

// region is the country of a number, "no number" of none, and "not known" of one that
// is in no country's plan.
func (p Page) region(number authmethod.PhoneNumber) string {
	switch {
	case number.IsZero():
		return "no number"
	case p.Region == nil:
		return "not known"
	}
	return cmp.Or(p.Region(number), "not known")
}

func (s share) all() int { return s.Done + s.Same + s.Open }

func sorted(shares map[string]*share) (all []share) {
	for _, s := range shares {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.all(), a.all()), cmp.Compare(a.Name, b.Name))
	})
	if len(all) <= mostShares {
		return all
	}
	others := share{Name: "others"}
	for _, s := range all[mostShares-1:] {
		others.Done, others.Same, others.Open = others.Done+s.Done, others.Same+s.Same, others.Open+s.Open
	}
	return append(all[:mostShares-1], others)
}
