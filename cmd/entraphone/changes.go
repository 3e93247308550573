package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/plan"
)

// changeOptions say what a run may do where the file does not say so.
type changeOptions struct {
	existing  string
	sms       string
	allowLast bool

	verify                                 string
	newUsers                               bool
	review, yes                            bool
	maxChanges, maxOverwrites, maxRemovals limit
}

// limit is how many rows may be changed: a number, or a share of the file's. Its zero
// value is none.
type limit struct {
	text  string
	share float64
	n     int
}

var _ pflag.Value = (*limit)(nil)

func (l *limit) String() string { return l.text }

func (l *limit) Type() string { return "N|N%" }

// Set reads "500" or "10%".
func (l *limit) Set(text string) error {
	number, percent := strings.CutSuffix(text, "%")
	value, err := strconv.ParseFloat(number, 64)
	whole := value == math.Trunc(value)
	if err != nil || !(value >= 0) || percent && value > 100 || !percent && (!whole || value > math.MaxInt32) {
		return errors.New("give a number such as 500, or a share of the rows such as 10%")
	}
	*l = limit{text: text, n: int(value)}
	if percent {
		*l = limit{text: text, share: value / 100}
	}
	return nil
}

// of is the limit for so many rows, and whether there is one.
func (l *limit) of(rows int) (int, bool) {
	if l.text == "" {
		return 0, false
	}
	return max(l.n, int(l.share*float64(rows))), true
}

// existingWords, verifyWords and switchWords are the words of the flags.
var (
	existingWords = []string{"keep", "fail", "overwrite", "add-alternate"} // as authmethod.Existing counts them
	verifyWords   = []string{"none", "sample", "all"}
	switchWords   = map[string]authmethod.Verb{"leave": authmethod.None, "enable": authmethod.EnableSMS, "disable": authmethod.DisableSMS}
)

func (o *changeOptions) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to change", pflag.ContinueOnError)
	set.StringVar(&o.existing, "existing", "keep", "where another number is registered: `POLICY` keep (the row is a conflict), overwrite (the file's takes its place), add-alternate (the file's mobile is added as alternateMobile, if the user has none) or fail (the run ends there)")
	set.StringVar(&o.sms, "sms-sign-in", "leave", "once a mobile is in place, `SWITCH` SMS sign-in with it: enable, disable or leave; Microsoft is retiring it")
	set.StringVar(&o.verify, "verify", "sample", "ask for phones that an earlier run has confirmed: `WHICH` none, all, or sample, which takes each in turn within 30 runs")
	set.BoolVar(&o.newUsers, "new-users", false, "where Graph knows no such user, try again for two minutes: it does not know new users at once")
	set.AddFlagSet(o.removalFlags())
	return set
}

// limitFlags are those by which a run finds out first what it would do.
func (o *changeOptions) limitFlags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to change", pflag.ContinueOnError)
	set.BoolVar(&o.review, "review", false, "read first what stands in the tenant, show what would be done, and ask")
	set.BoolVar(&o.yes, "yes", false, "do not ask")
	set.Var(&o.maxChanges, "max-changes", "read first what stands in the tenant, and change nothing if more than N phones would change, or N% of the rows")
	set.Var(&o.maxOverwrites, "max-overwrites", "the same, if more than that would get another number")
	set.Var(&o.maxRemovals, "max-removals", "the same, if more than that would be removed")
	return set
}

// limited reports whether a limit was given.
func (o *changeOptions) limited() bool {
	return o.maxChanges.text+o.maxOverwrites.text+o.maxRemovals.text != ""
}

// exceeded is the first limit that a plan exceeds, or nil.
func (o *changeOptions) exceeded(planned *authmethod.Results) error {
	counts, rows := map[authmethod.Verb]int{}, planned.Rows().Len()
	for n := range planned.Rows().All() {
		counts[planned.At(n).Would]++
	}
	all := planned.Counts()[authmethod.Planned]
	for _, of := range []struct {
		flag  string
		limit limit
		n     int
	}{
		{"max-changes", o.maxChanges, all}, {"max-overwrites", o.maxOverwrites, counts[authmethod.Update]}, {"max-removals", o.maxRemovals, counts[authmethod.Delete]},
	} {
		if most, limited := of.limit.of(rows); limited && of.n > most {
			return &limitError{fmt.Sprintf("--%s %s allows %d of %d rows, and this would be %d (to create %d, to update %d, to remove %d): nothing was sent",
				of.flag, of.limit.text, most, rows, of.n, counts[authmethod.Create], counts[authmethod.Update], counts[authmethod.Delete])}
		}
	}
	return nil
}

// limitError ends a run that would do more than it may, before it does anything.
type limitError struct{ text string }

func (e *limitError) Error() string { return e.text }

func (*limitError) ExitCode() int { return exitStopped }

func (*limitError) Advice() string {
	return "look at entraphone plan, then raise the limit or correct the file"
}

// removalFlags are those of removals.
func (o *changeOptions) removalFlags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to change", pflag.ContinueOnError)
	o.existing, o.sms, o.verify = cmp.Or(o.existing, "keep"), cmp.Or(o.sms, "leave"), cmp.Or(o.verify, "sample")
	set.BoolVar(&o.allowLast, "allow-last-method", false, "remove a phone even if it is the only method by which its user can prove who they are")
	set.AddFlagSet(o.limitFlags())
	return set
}

func (o *changeOptions) problems() (problems []error) {
	if !slices.Contains(existingWords, o.existing) {
		problems = append(problems, fmt.Errorf("--existing is %s, not %q", oneOf(existingWords...), o.existing))
	}
	if _, known := switchWords[o.sms]; !known {
		problems = append(problems, fmt.Errorf("--sms-sign-in is %s, not %q", oneOf("enable", "disable", "leave"), o.sms))
	}
	if !slices.Contains(verifyWords, o.verify) {
		problems = append(problems, fmt.Errorf("--verify is %s, not %q", oneOf(verifyWords...), o.verify))
	}
	return problems
}

// oneOf lists words of which one is to be chosen.
func oneOf(words ...string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// contradiction is a policy that was given beside lines that ask for something else,
// or nil. Which of the two is meant nobody can tell.
func (o *changeOptions) contradiction(rows *authmethod.Rows, given []journal.Flag) error {
	if !slices.ContainsFunc(given, func(f journal.Flag) bool { return f.Name == "existing" }) {
		return nil
	}
	overwrites := o.existing == "overwrite"
	for _, row := range rows.All() {
		switch {
		case row.Rejected():
		case overwrites && row.Action == authmethod.CreateOnly, !overwrites && (row.Action == authmethod.Upsert || row.Action == authmethod.UpdateOnly):
			return usagef("line %d says %s, and --existing %s says otherwise: leave out the flag, or the column of actions", row.Line, row.Action, o.existing)
		}
	}
	return nil
}

// policy is what the flags say, which have no problems.
func (o *changeOptions) policy() plan.Policy {
	return plan.Policy{Existing: authmethod.Existing(slices.Index(existingWords, o.existing)), SMS: switchWords[o.sms]}
}
