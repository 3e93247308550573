// Package report says what became of every row: results.csv with one line a
// row in the order of the file, summary.json for programs, report.html to be
// looked at, and one screen of text for a person. For other programs there are
// results.jsonl and results.xml, by JUnit's schema. All are folds of the rows and
// results of a run.
//
// It sends nothing and decides nothing. Its one invariant: every row stands in
// the results exactly once, so that the counts by outcome add up to the rows.
//
// The command calls it once a run is over, whatever its end, and again for a
// report from the journal. Numbers stand in the results, and masked there with
// mask, but never in the summaries. A cell and a text of Graph may hold anything;
// every rendering makes it harmless in its own way.
package report

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/natefinch/atomic"

	"entraphone/internal/authmethod"
)

// Facts is what a summary says about the run as a whole. The command gathers
// them; what can be counted from rows and results is not among them. Those with
// a JSON name stand in summary.json as they are.
type Facts struct {
	Tool         string `json:"tool"`     // name and version
	Command      string `json:"command"`  // by which the summary was made
	Run          string `json:"run"`      // name of the run's folder
	Input        string `json:"-"`        // path of the file, or "standard input"
	SHA256       string `json:"-"`        // of the input's bytes
	LeftOut      int    `json:"-"`        // lines that the user did not want read as rows
	WithoutPhone int    `json:"-"`        // lines of people who have no phone at all
	Target       string `json:"target"`   // what was written to, for people
	DryRun       bool   `json:"dryRun"`   // nothing was to be sent
	TenantID     string `json:"tenantId"` // as configured; empty when the credential knows it
	Endpoint     string `json:"endpoint"` // address of Graph, or "simulator"
	// Rehearsal says that what was written to was the simulator.
	Rehearsal bool `json:"rehearsal,omitempty"`
	// Next are the commands to go on with, by what somebody has to do first.
	Next map[authmethod.Class]string `json:"-"`
	// Width is how many columns the screen has, 0 where nobody knows.
	Width int `json:"-"`
	// Options are those that were given.
	Options []Option `json:"options"`
	// Limits are those that the run was given, with how far it was from them, in words
	// and for programs.
	Limits []string `json:"limits,omitempty"`
	Used   []Limit  `json:"limitsUsed"`
	// Ended are credentials, of several, that the run went on without, and why.
	Ended map[string]string `json:"endedCredentials,omitempty"`
	// Known are the rows that needed somebody in the last run of the job as well, for
	// the same reason.
	Known    int    `json:"knownProblems"`
	Plan     bool   `json:"plan,omitempty"`     // nothing was to be changed, and the tenant was read
	Undoes   string `json:"undoes,omitempty"`   // the run that this one rolled back
	Removes  bool   `json:"removes,omitempty"`  // lines that did not say removed phones
	UnderWay bool   `json:"underWay,omitempty"` // the run goes on while this is said of it
	// StartedAt is that of the process, or of the first one where the report is
	// made again from the journal.
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
	ExitCode   int       `json:"exitCode"`
	Stopped    string    `json:"stopped"` // why the run did not finish; empty when it did
	Resume     string    `json:"resume"`  // command that goes on with it; empty when nothing can
	// These are of this process alone, not of earlier attempts at the run. A
	// report that is made again has those of the last attempt that came to a summary. It
	// knows the writes of all attempts, which the journal counts, as Sent, and as
	// Operations where no attempt came to one.
	Sent       int64 `json:"-"`
	Requests   int64 `json:"requests"`   // that left this machine
	Operations int64 `json:"operations"` // steps in them
	Throttled  int64 `json:"throttled"`
	Lost       int64 `json:"lostAnswers"`
	ReadBacks  int64 `json:"readBacks"`
	// Pace is how fast the run went, of this process too; nil where nothing was sent.
	Pace *Pace `json:"pace,omitempty"`
	Traffic
	Paths Paths `json:"paths"`
}

// Publish writes a file that only its owner can read: to a temporary name beside
// path, then to disk, then renamed, so that a file of that name is whole or not
// there. A reader, or a script that waits for the file, never sees a half of it,
// and a crash leaves the one before. What write returns is returned, and nothing
// is renamed then. The temporary name begins with a dot; a crash may leave such
// a file.
func Publish(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".entraphone-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // does nothing after the rename
	out := bufio.NewWriter(file)
	err = write(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := atomic.ReplaceFile(file.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename durable: the name stands in the folder, which has
// data of its own on disk. On Windows a rename is durable, and folders cannot be
// synced.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
