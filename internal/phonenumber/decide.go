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
//
// It changes nothing about the way that it chooses, but for the note that its range
// is not known, and the problem is nil for it. W and region tell what was written
// and for whom; the digits are not looked at again.
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
		return interpretation{}, whyNone(ways, w, region)
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

// only is the one number that all ways give. Ways that agree are one; the first has
// the notes that suit what people mean most.
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

// whyNone looks at the first way, which is the one that was meant, and only then at
// others. A default country is named before any rule of its plan: it is what is
// most likely wrong. It says why no way gives a number that may be sent.
func whyNone(ways []interpretation, w written, region Region) *authmethod.Problem {
	first := ways[0]
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
	for _, way := range ways[1:] { // what was meant may be the one without a zero
		if problem := way.problem(w, region); way.exact && problem != nil {
			return problem
		}
	}
	if !w.international() {
		return refuse(authmethod.CodeUnassigned, region.Code)
	}
	return refuse(authmethod.CodeAmbiguous)
}
