package main

import (
	"cmp"
	"fmt"
	"slices"
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
}

// existingWords and switchWords are the words of the flags.
var (
	existingWords = []string{"keep", "fail", "overwrite", "add-alternate"} // as authmethod.Existing counts them
	switchWords   = map[string]authmethod.Verb{"leave": authmethod.None, "enable": authmethod.EnableSMS, "disable": authmethod.DisableSMS}
)

func (o *changeOptions) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to change", pflag.ContinueOnError)
	set.StringVar(&o.existing, "existing", "keep", "where another number is registered: `POLICY` keep (the row is a conflict), overwrite (the file's takes its place), add-alternate (the file's mobile is added as alternateMobile, if the user has none) or fail (the run ends there)")
	set.StringVar(&o.sms, "sms-sign-in", "leave", "once a mobile is in place, `SWITCH` SMS sign-in with it: enable, disable or leave; Microsoft is retiring it")
	set.AddFlagSet(o.removalFlags())
	return set
}

// removalFlags are those of removals.
func (o *changeOptions) removalFlags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to change", pflag.ContinueOnError)
	o.existing, o.sms = cmp.Or(o.existing, "keep"), cmp.Or(o.sms, "leave")
	set.BoolVar(&o.allowLast, "allow-last-method", false, "remove a phone even if it is the only method by which its user can prove who they are")
	return set
}

func (o *changeOptions) problems() (problems []error) {
	if !slices.Contains(existingWords, o.existing) {
		problems = append(problems, fmt.Errorf("--existing is %s, not %q", oneOf(existingWords...), o.existing))
	}
	if _, known := switchWords[o.sms]; !known {
		problems = append(problems, fmt.Errorf("--sms-sign-in is %s, not %q", oneOf("enable", "disable", "leave"), o.sms))
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
