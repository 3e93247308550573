package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
)

// wholeOptions keep a job that nobody watches from believing a file that is not whole:
// one that was cut off, is an old one, or has lost most of its people. What is refused
// is refused before anything is sent.
type wholeOptions struct {
	minRows   int
	maxShrink limit
	maxAge    ageFlag
	strict    string
}

// doubtfulNotes are what --strict refuses where it names no codes: numbers that may be
// wrong ones, or that no text message reaches.
var doubtfulNotes = []authmethod.Code{
	authmethod.CodeNotAssigned, authmethod.CodeFixedLine, authmethod.CodeSpecialRate, authmethod.CodeNoTexts, authmethod.CodePlusMissing,
	authmethod.CodePlusOrNational, authmethod.CodeCodeBehindZero, authmethod.CodeNumberRewritten, authmethod.CodePrefixLeftOut, authmethod.CodeZeroAdded,
}

func (o *wholeOptions) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Files that are not whole", pflag.ContinueOnError)
	set.IntVar(&o.minRows, "min-rows", 0, "send nothing if the file has less than `N` rows")
	set.Var(&o.maxShrink, "max-shrink", "send nothing if the file has more than N rows, or N%, less than in the last good run of this job")
	set.Var(&o.maxAge, "max-age", "send nothing if the file was written longer ago, such as 26h, or before that of the last good run")
	set.StringVar(&o.strict, "strict", "", "reject rows with doubtful notes, or with these `CODES` of notes, as in --strict=not-assigned,fixed-line")
	set.Lookup("strict").NoOptDefVal = doubtful
	return set
}

// doubtful stands for the codes that --strict means by itself.
const doubtful = "doubtful"

func (o *wholeOptions) problems() (problems []error) {
	if o.minRows < 0 {
		problems = append(problems, errors.New("--min-rows: give a number from 0"))
	}
	known := map[string]bool{}
	for _, e := range authmethod.Catalogue() {
		known[e.Code.Word()] = known[e.Code.Word()] || e.Kind == "note"
	}
	for _, word := range o.codes() {
		if !known[word] {
			problems = append(problems, fmt.Errorf("--strict: there is no note %q; entraphone explain lists them", word))
		}
	}
	return problems
}

// codes are the words of the notes that are refused.
func (o *wholeOptions) codes() (codes []string) {
	for _, word := range strings.FieldsFunc(o.strict, func(r rune) bool { return r == ',' || r == ' ' }) {
		if word != doubtful {
			codes = append(codes, word)
			continue
		}
		for _, code := range doubtfulNotes {
			codes = append(codes, code.Word())
		}
	}
	return codes
}

// A file that was written within these last moments may be one that still grows: it is
// looked at again after a while.
const (
	justNow = 5 * time.Second
	awhile  = time.Second
)

// grows is why a file that is still being written is not believed, or nil.
func grows(ctx context.Context, path, name string, now time.Time) error {
	before, err := os.Stat(path)
	if path == importfile.StandardInput || err != nil || !before.Mode().IsRegular() || now.Sub(before.ModTime()) > justNow {
		return nil
	}
	timer := time.NewTimer(awhile)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	after, err := os.Stat(path)
	if err == nil && after.Size() == before.Size() && after.ModTime().Equal(before.ModTime()) {
		return nil
	}
	if err != nil {
		return usagef("%s was there a moment ago, and is not any more: nothing was sent", name)
	}
	return usagef("%s is still being written: it has %d bytes, and had %d a moment ago; wait until it is whole, or have it written under another name and renamed: nothing was sent", name, after.Size(), before.Size())
}

// doubtError is why a file is not believed, and how to go on where it is right.
type doubtError struct{ why, ifRight string }

func doubt(ifRight, format string, args ...any) error {
	return &doubtError{fmt.Sprintf(format, args...), ifRight}
}

func (e *doubtError) Error() string { return e.why + ": nothing was sent" }

func (e *doubtError) ExitCode() int { return exitUsage }

// Advice is for whoever is called by a job at night.
func (e *doubtError) Advice() string {
	return "look at where the file comes from; if it is right, " + e.ifRight
}

// refuses is why the file is not believed, or nil. The runs before are those in the
// folder of runs.
func (o *wholeOptions) refuses(ctx context.Context, r *importRun) error {
	in := r.input
	name, rows := in.Reading.Name, in.Rows.Len()
	if o.minRows > 0 || o.maxShrink.text != "" || o.maxAge != 0 {
		if err := grows(ctx, r.file.path, name, r.started); err != nil {
			return err
		}
	}
	if all := rows + in.Reading.LeftOut.UserPhones; all < o.minRows { // of all shards
		return doubt("run it by hand once, with --min-rows 0", "%s has %s, and --min-rows is %d", name, counted(all, "row"), o.minRows)
	}
	if o.maxShrink.text == "" && o.maxAge == 0 {
		return nil
	}
	last, err := lastGood(r)
	if err != nil {
		return err
	}
	if last != nil {
		before := 0
		for _, n := range last.counts {
			before += n
		}
		if most, limited := o.maxShrink.of(before); limited && before-rows > most {
			return doubt("run it by hand once, with --max-shrink 100%", "%s has %s, and %s in the last good run (%s): that is %d less, and --max-shrink %s allows %d",
				name, counted(rows, "row"), counted(before, "row"), last.folder.name(), before-rows, o.maxShrink.text, most)
		}
	}
	written := modified(r.file.path)
	if o.maxAge == 0 || written.IsZero() {
		return nil
	}
	age := r.started.Sub(written).Round(time.Minute)
	switch at := written.Local().Format("2 January 2006 15:04"); {
	case age > time.Duration(o.maxAge):
		return doubt("run it by hand once, with a longer --max-age", "%s was written on %s, %s ago, and --max-age is %s", name, at, age, &o.maxAge)
	case last != nil && written.Before(last.header.ModifiedAt):
		return doubt("run a new copy of it by hand", "%s was written on %s, before that of the last good run (%s)", name, at, last.folder.name())
	}
	return nil
}

// modified is when a file was written; zero for what is none, such as standard input.
func modified(path string) time.Time {
	info, err := os.Stat(path)
	if path == importfile.StandardInput || err != nil || !info.Mode().IsRegular() {
		return time.Time{}
	}
	return info.ModTime()
}

// lastGood is the newest run of the same job that came to its end: of the same file,
// for the same purpose, into the same tenant. It is nil where there is none.
func lastGood(r *importRun) (*keptRun, error) {
	file, tenantID := r.file, r.target.tenantID
	if r.dryRun || r.simulate {
		tenantID = cmp.Or(r.tenant.tenantID, r.getenv("AZURE_TENANT_ID"))
	}
	runs, err := listRuns(r.state)
	if err != nil {
		return nil, err
	}
	for _, run := range slices.Backward(runs) {
		same := run.header.Path == absolute(file.path) || run.header.Path == "" && run.header.Input == r.input.Reading.Name
		removes, shards := file.action == authmethod.Remove, ""
		for _, flag := range run.header.Flags {
			if flag.Name == "shard" {
				shards = flag.Value
			}
		}
		same = same && shards == file.shard.String() && (tenantID == "" || strings.EqualFold(run.header.TenantID, tenantID))
		if run.state == runDone && same && run.header.Undoes == "" && run.header.Removes == removes && !run.simulated() && run.counts != nil {
			return &run, nil
		}
	}
	return nil, nil
}

// findings reject the rows whose notes are refused.
func (o *wholeOptions) findings(rows *authmethod.Rows) (found []authmethod.Finding) {
	codes := o.codes()
	if len(codes) == 0 {
		return nil
	}
	for n, row := range rows.All() {
		for _, note := range row.Found().Notes {
			if slices.Contains(codes, note.Code.Word()) && !row.Rejected() {
				p := authmethod.CodeStrict.Problem(note.Code.Word(), note.Message)
				found = append(found, authmethod.Finding{Row: n, Stops: true, Problem: &p})
				break
			}
		}
	}
	return found
}
