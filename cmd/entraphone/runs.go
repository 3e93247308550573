package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// runsCommand lists runs, and removes old ones.
type runsCommand struct {
	process
	state     string
	olderThan ageFlag
	remove    bool
	force     bool
}

const runsHelp = `List the runs that are kept: when each began, with which file, how it stands,
the space that it takes, the tenant, and its rows by outcome.

A run that did not come to its end can be resumed, and is removed only with
--force.

Usage:
  entraphone runs [flags]

Examples:
  entraphone runs
  entraphone runs --older-than 90d --delete
`

func newRunsCommand(p process) *cobra.Command {
	c := &runsCommand{process: p}
	command := &cobra.Command{
		Use:   "runs",
		Short: "List the runs that are kept, and remove old ones",
		Args:  nothingElse,
		RunE:  func(*cobra.Command, []string) error { return c.list() },
	}
	set := pflag.NewFlagSet("Which runs", pflag.ContinueOnError)
	set.StringVar(&c.state, "state", "", "runs are kept in `DIR` (default: "+stateFolderInWords()+")")
	set.Var(&c.olderThan, "older-than", "only runs that began longer ago, such as 90d or 36h")
	set.BoolVar(&c.remove, "delete", false, "remove them, with everything in their folders")
	set.BoolVar(&c.force, "force", false, "remove also those that did not come to their end")
	setHelp(command, runsHelp, "", set)
	return command
}

// runState is how a run stands. It is not written anywhere: the journal's last
// line and the lock tell it.
type runState string

const (
	runDone     runState = "done"
	runStopped  runState = "stopped" // or died: it can be resumed
	runUnderWay runState = "under way"
	runNothing  runState = "nothing sent"
	runUndone   runState = "rolled back" // or being so
)

// keptRun is a run that stands in the folder of runs.
type keptRun struct {
	folder *runFolder
	began  time.Time
	header journal.Header // zero where nothing was sent
	state  runState
	counts map[authmethod.Outcome]int // nil without a summary
	size   int64
}

// simulated reports whether the run was a rehearsal.
func (k *keptRun) simulated() bool { return k.header.Endpoint == simulatorEndpoint }

// listRuns are the runs in the order in which they began. A folder that is no
// run's is passed over.
func listRuns(state string) ([]keptRun, error) {
	entries, err := os.ReadDir(filepath.Join(state, "runs")) // sorted by name, and so by time
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing the runs: %w", err)
	}
	busy, err := underWay(state)
	if err != nil {
		return nil, err
	}
	var runs []keptRun
	for _, e := range entries {
		stamp, _, _ := strings.Cut(e.Name(), "-")
		began, err := time.Parse("20060102T150405Z", stamp)
		if err != nil || !e.IsDir() {
			continue
		}
		run := keptRun{folder: &runFolder{filepath.Join(state, "runs", e.Name())}, began: began, state: runNothing}
		err = run.look(slices.Contains(busy, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // another job has removed it meanwhile
		}
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	for _, undoing := range runs {
		for i, run := range runs {
			if undoing.header.Undoes == run.folder.name() && run.state != runUnderWay {
				runs[i].state = runUndone
			}
		}
	}
	return runs, nil
}

// look reads what stands in the folder of a run. What cannot be read of one run
// does not hide the others.
func (k *keptRun) look(busy bool) (err error) {
	files, err := os.ReadDir(k.folder.path)
	if err != nil {
		return fmt.Errorf("listing the runs: %w", err)
	}
	for _, file := range files {
		if file.Type()&fs.ModeSymlink != 0 {
			k.state = runStopped // nothing is read through a link; who takes the run up is told
			return nil
		}
		if info, err := file.Info(); err == nil { // it may be gone by now
			k.size += info.Size()
		}
	}
	path := k.folder.file(journalFile)
	k.header, err = journal.ReadHeader(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, journal.ErrNoHeader):
		err = nil
	case err != nil: // it cannot be told, and it cannot be resumed without an error that says so
		k.state, err = runStopped, nil
	case busy:
		k.state = runUnderWay
	default:
		k.state = runStopped
		var ended bool
		if ended, err = journal.Ended(path); ended {
			k.state = runDone
		}
	}
	if file, missing := os.OpenInRoot(k.folder.path, summaryFile); missing == nil {
		defer file.Close()
		var summary struct {
			Outcomes map[authmethod.Outcome]int `json:"outcomes"`
		}
		if json.NewDecoder(file).Decode(&summary) == nil {
			k.counts = summary.Outcomes
		}
	}
	return err
}

// errNoRun is that no run will do, where none is named.
var errNoRun = errors.New("no run will do")

// findRun is the folder of a run by its name, or by the path of its folder, which
// must be among the runs of this state; without either, of the newest that will do.
func findRun(state, name string, will func(keptRun) bool) (*runFolder, error) {
	if name == "" {
		runs, err := listRuns(state)
		if err != nil {
			return nil, err
		}
		for _, run := range slices.Backward(runs) {
			if will(run) {
				return run.folder, privateFolder(run.folder.path)
			}
		}
		return nil, usagef("%w in %s; entraphone runs lists what there is", errNoRun, state)
	}
	folder := &runFolder{filepath.Join(state, "runs", filepath.Base(name))}
	if name != filepath.Base(name) && absolute(name) != absolute(folder.path) {
		return nil, usagef("%s is not among the runs in %s; name its folder of runs with --state", name, state)
	}
	_, err := journal.ReadHeader(folder.file(journalFile))
	_, there := os.Stat(folder.path)
	switch {
	case errors.Is(there, fs.ErrNotExist):
		return nil, usagef("there is no run %q in %s; entraphone runs lists them", name, state)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, journal.ErrNoHeader):
		return nil, usagef("the run %s has no journal: it sent nothing", folder.name())
	case err != nil:
		return nil, fmt.Errorf("the run %s: %w", folder.name(), err)
	}
	return folder, privateFolder(folder.path)
}

// list prints the runs, or removes them. Runs under way are never removed. A
// rehearsal cannot be resumed, so it goes without --force.
func (c *runsCommand) list() error {
	state, err := (&outputOptions{state: c.state}).folder(c.getenv)
	if err != nil {
		return err
	}
	if c.remove && c.olderThan == 0 {
		return usagef("--delete needs --older-than, such as --older-than 90d")
	}
	if !c.remove {
		runs, err := listRuns(state)
		if err != nil {
			return err
		}
		return c.print(state, slices.DeleteFunc(runs, func(run keptRun) bool { return time.Since(run.began) < time.Duration(c.olderThan) }))
	}
	gone, kept, err := removeRuns(state, time.Duration(c.olderThan), c.force)
	if c.stream.on() {
		for _, name := range gone {
			_ = c.stream.put("removed", map[string]string{"run": name}) // an error comes again with the total
		}
		return errors.Join(err, printed("what was removed", c.stream.put("total", removedTotal{len(gone), kept})))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "removed %s", counted(len(gone), "run"))
	if kept > 0 {
		fmt.Fprintf(c.stdout, ", kept %d that did not come to their end (entraphone resume goes on with one; --force removes them)", kept)
	}
	fmt.Fprintln(c.stdout)
	return nil
}

// removedTotal is of kind total.
type removedTotal struct {
	Removed int `json:"removed"`
	Kept    int `json:"kept"` // older, and not at their end
}

// listedRun is of kind run.
type listedRun struct {
	Run       string                     `json:"run"`
	Folder    string                     `json:"folder"`
	Began     time.Time                  `json:"began"`
	State     runState                   `json:"state"`
	Bytes     int64                      `json:"bytes"`
	Input     string                     `json:"input"`
	TenantID  string                     `json:"tenantId"`
	Simulated bool                       `json:"simulated"`
	Undoes    string                     `json:"undoes,omitempty"`
	Outcomes  map[authmethod.Outcome]int `json:"outcomes"` // null without a summary
}

func (c *runsCommand) tell(runs []keptRun) error {
	for _, run := range runs {
		line := listedRun{
			Run: run.folder.name(), Folder: run.folder.path, Began: run.began.UTC(), State: run.state, Bytes: run.size,
			Input: run.header.Input, TenantID: run.header.TenantID, Simulated: run.simulated(), Undoes: run.header.Undoes, Outcomes: run.counts,
		}
		if err := c.stream.put("run", line); err != nil {
			return printed("the runs", err)
		}
	}
	return nil
}

// removeRuns removes runs that began longer ago, with everything in their folders, and
// returns their names, and how many are kept although they are as old: those under way,
// and, unless force is set, those that can be gone on with or that a rollback needs.
func removeRuns(state string, olderThan time.Duration, force bool, spared ...string) (gone []string, kept int, err error) {
	runs, err := listRuns(state)
	if err != nil {
		return nil, 0, err
	}
	needed := map[string]bool{} // by rollbacks that are not done
	for _, run := range runs {
		needed[run.header.Undoes] = needed[run.header.Undoes] || run.state != runDone
	}
	for _, run := range runs {
		if time.Since(run.began) < olderThan || slices.Contains(spared, run.folder.name()) {
			continue
		}
		open := run.state == runStopped && !run.simulated() || needed[run.folder.name()]
		if run.state == runUnderWay || open && !force {
			kept++
			continue
		}
		if err := os.RemoveAll(run.folder.path); err != nil {
			return gone, kept, fmt.Errorf("removing a run: %w", err)
		}
		gone = append(gone, run.folder.name())
	}
	return gone, kept, nil
}

func (c *runsCommand) print(state string, runs []keptRun) error {
	if c.stream.on() {
		return c.tell(runs)
	}
	if len(runs) == 0 {
		fmt.Fprintf(c.stdout, "no runs in %s\n", fileNamed(state))
		return nil
	}
	out := bufio.NewWriter(c.stdout)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RUN\tSTATE\tSIZE\tTENANT\tROWS")
	for _, run := range runs {
		tenant := run.header.TenantID
		switch {
		case run.simulated():
			tenant = "the simulator"
		case run.state == runNothing:
			tenant = "-"
		case tenant == "":
			tenant = "the credential's"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", run.folder.name(), run.state, inBytes(run.size), report.Printable(tenant), inCounts(run.counts))
	}
	return errors.Join(table.Flush(), out.Flush())
}

// inCounts are the outcomes that there are.
func inCounts(counts map[authmethod.Outcome]int) string {
	var parts []string
	for _, outcome := range authmethod.Outcomes() {
		if n := counts[outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func inBytes(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// ageFlag is how long ago something was, in hours or days.
type ageFlag time.Duration

// String is the age as the flag takes it.
func (a *ageFlag) String() string {
	if *a == 0 {
		return ""
	}
	return time.Duration(*a).String()
}

// Set reads an age such as 36h or 90d.
func (a *ageFlag) Set(text string) error {
	age, err := time.ParseDuration(text)
	if days, is := strings.CutSuffix(text, "d"); is {
		var n float64
		n, err = strconv.ParseFloat(days, 64)
		age = time.Duration(n * float64(24*time.Hour))
		if n > oldest.Hours()/24 {
			err = errors.New("too long")
		}
	}
	if err != nil || age <= 0 || age > oldest {
		return errors.New("give hours or days, such as 36h or 90d")
	}
	*a = ageFlag(age)
	return nil
}

// oldest is longer than any run is kept.
const oldest = 100 * 365 * 24 * time.Hour

// Type is the value's name in the help.
func (a *ageFlag) Type() string { return "AGE" }
