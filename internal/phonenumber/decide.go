package phonenumber

import (
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// decide is the policy: the only way that gives a valid number wins, and two
// refuse. Where none does, what is written exactly may be sent when possible,
// because numbering plans grow faster than any copy of them; but not for the
// run's default country, which is wrong for some people in almost every file.
func decide(ways []interpretation, w written, region Region) (interpretation, *authmethod.Problem) {
	var valid, possible []interpretation
	for _, way := range ways {
		switch {
		case way.refused != nil:
		case way.valid():
			valid = append(valid, way)
		case way.exact && way.possible() && (w.international() || !region.Default):
			possible = append(possible, way.unassigned())
		}
	}
	if len(valid) > 0 {
		return only(valid)
	}
	if len(possible) == 0 {
		return interpretation{}, whyNone(ways[0], w, region)
	}
	best, problem := only(possible)
	if problem == nil && strings.HasPrefix(best.National, "0") && !best.mayBeginWithZero() {
		problem = refuse(authmethod.CodeZeroInFront, best.code)
	}
	return best, problem
}

// unassigned notes that the number lies in no range known to be assigned, behind
// the notes about signs and before those about digits.
func (i interpretation) unassigned() interpretation {
	at := 0
	for at < len(i.notes) && (i.notes[at].Code == authmethod.CodeDoubleZero || i.notes[at].Code == authmethod.CodeBracketedZeroNote) {
		at++
	}
	i.notes = slices.Insert(slices.Clone(i.notes), at, authmethod.CodeNotAssigned.Problem())
	return i
}

// only is the one number that all ways give.
func only(ways []interpretation) (interpretation, *authmethod.Problem) {
	for _, way := range ways {
		switch {
		case way.against != nil:
			return way, way.against
		case !way.same(ways[0].dialled):
			return way, refuse(authmethod.CodeExitCode)
		}
	}
	return ways[0], nil
}

// whyNone says why no way gives a number that may be sent.
func whyNone(first interpretation, w written, region Region) *authmethod.Problem {
	switch problem := first.problem(w, region); {
	case first.refused != nil:
		return first.refused
	case first.err != nil:
		return problem
	case region.Default && !w.international():
		return refuse(authmethod.CodeNotOfDefaultCountry, region.Code)
	case problem != nil:
		return problem
	}
	return refuse(authmethod.CodeAmbiguous)
}
