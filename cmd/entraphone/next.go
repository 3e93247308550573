package main

import (
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// A file of rejects is read as its original was: how that was read stands beside it.
const (
	rejectsPrefix  = "rejects-"
	rejectsProfile = "rejects.profile.yaml"
)

// writeReading keeps how the file was read beside its rejects.
func writeReading(r *importRun) error {
	profile := r.input.Reading.Profile(r.input.options)
	return report.Publish(r.folder.file(rejectsProfile), func(w io.Writer) error { return profile.Write(w) })
}

// asRejects reads a file of rejects by the profile beside it, and says so, unless
// somebody says how. It returns the option that this comes to, if any, so that the
// run can be gone on with in the same way.
func asRejects(p process, o *fileOptions) (given []journal.Flag) {
	beside := filepath.Join(filepath.Dir(o.path), rejectsProfile)
	if !strings.HasPrefix(filepath.Base(o.path), rejectsPrefix) || o.profile != "" || len(o.columns) > 0 || !exists(beside) {
		return nil
	}
	o.profile = absolute(beside)
	p.console.say("%s is read as its original was, by %s beside it; --profile or --map reads it otherwise", fileNamed(o.path), rejectsProfile)
	return []journal.Flag{{Name: "profile", Value: o.profile}}
}

// runKind is the word for a run that changes no tenant.
func runKind(r *importRun) string {
	return report.Facts{DryRun: r.dryRun, Plan: r.planning, Rehearsal: r.simulate}.Kind()
}

// targetOf is where a run writes to, in words, with what it is if that is no tenant.
func targetOf(r *importRun) string {
	return strings.Trim(runKind(r)+": "+r.target.words, ": ")
}

// kindInName is how the name of a run ends that changes no tenant.
func kindInName(r *importRun) string {
	if runKind(r) == "" {
		return ""
	}
	return "-" + strings.ReplaceAll(strings.ToLower(runKind(r)), " ", "-")
}

// nextCommands are the commands by which somebody goes on, by what is to be done
// before. They have the options of the run, but for those that say how its file is
// read, which the rejects bring along, and those of a job that nobody watches: a limit in
// percent of the whole file would stop its few rejects.
// A run that was stopped is gone on with as a whole.
func nextCommands(r *importRun, rejects []string, stopped string) map[authmethod.Class]string {
	next := map[authmethod.Class]string{}
	for _, path := range rejects {
		word, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), rejectsPrefix), ".")
		class, further := authmethod.Class(word), ""
		if class == authmethod.Retry && stopped != "" && r.resumable() {
			continue
		}
		if class == authmethod.Decision && overwritable(r) {
			further = " --existing=overwrite"
		}
		next[class] = "entraphone " + commandOf(r) + " " + quoted(path) + optionsOf(r) + further
	}
	return next
}

func commandOf(r *importRun) string {
	switch {
	case r.planning && r.file.action == authmethod.Remove:
		return "plan --remove"
	case r.planning:
		return "plan"
	case r.file.action == authmethod.Remove:
		return "remove"
	}
	return "import"
}

// optionsOf are the options of the run as shells take them.
func optionsOf(r *importRun) string {
	taken := pflag.NewFlagSet("", pflag.ContinueOnError)
	fresh := &importCommand{}
	for _, set := range []*pflag.FlagSet{fresh.mode(), fresh.changes.flags(), fresh.brakes.flags(), fresh.tenant.flags(), fresh.pace.flags(), fresh.output.flags()} {
		taken.AddFlagSet(set)
	}
	given := map[string]string{}
	for _, f := range slices.Concat(r.given, r.anew) { // what was given last wins
		ofWhole := strings.HasPrefix(f.Name, "max-") && strings.HasSuffix(f.Value, "%")
		if taken.Lookup(f.Name) != nil && !strings.HasPrefix(f.Name, "log-") && !ofWhole || f.Name == "identity" {
			given[f.Name] = f.Value
		}
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(given)) {
		text.WriteString(" --" + name)
		if given[name] != "true" {
			text.WriteString("=" + quoted(given[name]))
		}
	}
	return text.String()
}

// overwritable reports whether the file's numbers can take the place of all others:
// the run was an import that did not say, and no line of the file says otherwise.
func overwritable(r *importRun) bool {
	overwrite := changeOptions{existing: "overwrite"}
	flag := []journal.Flag{{Name: "existing", Value: overwrite.existing}}
	if r.file.action == authmethod.Remove || slices.ContainsFunc(r.given, func(f journal.Flag) bool { return f.Name == "existing" }) {
		return false
	}
	for n := range r.results.Rows().All() {
		if r.results.At(n).Outcome == authmethod.Conflict {
			return overwrite.contradiction(r.results.Rows(), flag) == nil
		}
	}
	return false
}
