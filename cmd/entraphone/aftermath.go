package main

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/natefinch/atomic"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/ledger"
	"entraphone/internal/report"
)

// aftermath is what a job that nobody watches does with its end: it is quiet about what
// was told before, and loud about what is new.
type aftermath struct {
	quiet   bool
	known   bool
	remind  ageFlag
	metrics string
	notify  string
	keep    ageFlag
}

// metricsFlag is the flag of a file that each of several tenants has for itself.
const metricsFlag = "metrics-file"

// notifyFlag is the flag whose value may hold a secret.
const notifyFlag = "notify-command"

func (o *aftermath) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Jobs that nobody watches", pflag.ContinueOnError)
	set.BoolVarP(&o.quiet, "quiet", "q", false, "print no summary when nothing new needs anybody")
	set.BoolVar(&o.known, "known-problems", false, "do not end with exit code 3 for rows that needed somebody in the last run of this job as well, for the same reason")
	set.Var(&o.remind, "remind", "with --known-problems: what has been known for so long, such as 7d, is new again")
	set.Var(&o.keep, "keep", "at the end remove runs that began longer ago, such as 90d, but for those that did not come to their end")
	set.StringVar(&o.metrics, metricsFlag, "", "write counts for Prometheus' node_exporter to `FILE`")
	set.StringVar(&o.notify, notifyFlag, "", "when something new needs somebody, run this `COMMAND` with the summary, as JSON, on its standard input")
	return set
}

func (o *aftermath) problems() (problems []error) {
	if o.remind != 0 && !o.known {
		problems = append(problems, errors.New("--remind is of --known-problems: add it"))
	}
	if o.metrics != "" {
		if info, err := os.Stat(filepath.Dir(o.metrics)); err != nil || !info.IsDir() {
			problems = append(problems, fmt.Errorf("--metrics-file: there is no folder %s", filepath.Dir(o.metrics)))
		}
	}
	return problems
}

// knownFile is the file with what a run has found to need somebody, as keyed hashes.
const knownFile = "problems.json"

// troubles are rows that need somebody, by hash, and since when that is known.
type troubles map[string]time.Time

// troublesOf are those of a run. What was known in the last run of the job keeps its
// time, unless somebody is to be reminded.
func troublesOf(r *importRun, state string) (all troubles, known int, err error) {
	secret, err := ledger.Secret(state)
	if err != nil {
		return nil, 0, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "entraphone problems", sha256.Size)
	if err != nil {
		return nil, 0, err
	}
	before := troubles{}
	last, err := lastGood(r)
	if err != nil {
		return nil, 0, err
	}
	if last != nil {
		file, err := os.OpenInRoot(last.folder.path, knownFile)
		if err == nil {
			err = errors.Join(json.NewDecoder(file).Decode(&before), file.Close())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, 0, fmt.Errorf("reading the problems of the last run: %w", err)
		}
	}
	all = troubles{}
	for n, row := range r.results.Rows().All() {
		result := r.results.At(n)
		if result.Outcome.Success() {
			continue
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%q %q %q %q %q", strings.ToLower(row.User), row.PhoneType, row.Input, result.Outcome, result.Reason.Word())
		hash := hex.EncodeToString(mac.Sum(nil)[:16])
		since, was := before[hash]
		if was && (r.after.remind == 0 || r.started.Sub(since) < time.Duration(r.after.remind)) {
			known++
		} else {
			since = r.started
		}
		all[hash] = since.UTC().Truncate(time.Second)
	}
	return all, known, nil
}

// settleTroubles keeps what needs somebody for the next run of the job, and counts what
// was known before. It is not asked of rehearsals and plans.
func settleTroubles(r *importRun) (known int, err error) {
	if !r.target.journal || r.simulate || r.undoes != "" {
		return 0, nil
	}
	all, known, err := troublesOf(r, r.state)
	if err != nil {
		return 0, err
	}
	err = report.Publish(r.folder.file(knownFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(all) })
	if err != nil {
		return 0, fmt.Errorf("writing the problems of the run: %w", err)
	}
	return known, pointAtLatest(r.state, r.folder)
}

// latest is the newest run: a link, or, on Windows, a file with its name.
const latest = "latest"

func pointAtLatest(state string, folder *runFolder) error {
	path := filepath.Join(state, latest)
	if runtime.GOOS == "windows" {
		return report.Publish(path, func(w io.Writer) error { _, err := fmt.Fprintln(w, folder.path); return err })
	}
	made := path + "-" + folder.name() + ".new" // of its own: other jobs may end at this moment
	if err := os.Remove(made); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("pointing at the latest run: %w", err)
	}
	err := os.Symlink(filepath.Join("runs", folder.name()), made)
	if err == nil {
		err = os.Rename(made, path)
	}
	if err != nil {
		return fmt.Errorf("pointing at the latest run: %w", err)
	}
	return nil
}

// writeMetrics writes counts in the text format of Prometheus, see
// https://prometheus.io/docs/instrumenting/exposition_formats/. Everybody may read
// them: they name nobody. Of several tenants each is named.
func writeMetrics(path, tenant string, results *authmethod.Results, f report.Facts) error {
	var text bytes.Buffer
	job := `"` + labelEscapes.Replace(strings.ToValidUTF8(f.Input, "?")) + `"`
	if tenant != "" {
		job += `,tenant="` + labelEscapes.Replace(tenant) + `"`
	}
	gauge := func(name, help string, lines ...string) {
		fmt.Fprintf(&text, "# HELP entraphone_%s %s\n# TYPE entraphone_%[1]s gauge\n", name, help)
		for _, line := range lines {
			labels, value, _ := strings.Cut(line, " ")
			if labels != "" {
				labels = "," + labels
			}
			fmt.Fprintf(&text, "entraphone_%s{job=%s%s} %s\n", name, job, labels, value)
		}
	}
	counts := results.Counts()
	var outcomes, classes []string
	for _, outcome := range authmethod.Outcomes() {
		outcomes = append(outcomes, fmt.Sprintf("outcome=%q %d", outcome, counts[outcome]))
	}
	byClass := map[authmethod.Class]int{}
	for n := range results.Rows().All() {
		byClass[results.At(n).Class]++
	}
	for _, class := range authmethod.Classes() {
		classes = append(classes, fmt.Sprintf("class=%q %d", class, byClass[class]))
	}
	number := func(n int64) string { return " " + strconv.FormatInt(n, 10) }
	seconds := func(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
	gauge("rows", "Rows of the last run by outcome.", outcomes...)
	gauge("rows_open", "Rows of the last run that need somebody, by who that is.", classes...)
	gauge("rows_known", "Rows of the last run that needed somebody before, for the same reason.", number(int64(f.Known)))
	gauge("requests", "Requests of the last run.", number(f.Requests))
	gauge("throttled", "Operations of the last run that were throttled.", number(f.Throttled))
	gauge("rows_remaining", "Rows of the last run that were not attempted, or are not settled.", number(int64(counts[authmethod.NotAttempted]+counts[authmethod.Unknown])))
	gauge("waiting_seconds", "How long the last run was allowed to send nothing, by why.",
		`reason="throttled" `+seconds(f.Waiting.Throttled), `reason="trouble" `+seconds(f.Waiting.Trouble))
	gauge("duration_seconds", "Duration of the last run.", " "+seconds(f.FinishedAt.Sub(f.StartedAt).Seconds()))
	gauge("exit_code", "Exit code of the last run.", number(int64(f.ExitCode)))
	gauge("last_run_timestamp_seconds", "When the last run ended.", number(f.FinishedAt.Unix()))
	success := lastSuccess(path)
	if f.ExitCode == exitDone || f.ExitCode == exitRows {
		success = strconv.FormatInt(f.FinishedAt.Unix(), 10)
	}
	if success != "" {
		gauge("last_success_timestamp_seconds", "When a run last came to its end.", " "+success)
	}
	if err := atomic.WriteFile(path, &text); err != nil {
		return fmt.Errorf("writing the metrics: %w", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		return fmt.Errorf("writing the metrics: %w", err)
	}
	return nil
}

// labelEscapes are those that the format knows, unlike Go's.
var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// lastSuccess is what the metrics of an earlier run say of it.
func lastSuccess(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "entraphone_last_success_timestamp_seconds{") {
			fields := strings.Fields(line)
			return fields[len(fields)-1]
		}
	}
	return ""
}

// notifyLimit is how long a command may take that somebody is told by.
const notifyLimit = 30 * time.Second

// notifySomebody runs a command with the summary on its standard input. A command that
// hangs is killed.
func notifySomebody(ctx context.Context, command string, summary []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), notifyLimit)
	defer cancel()
	shell := []string{"/bin/sh", "-c", command}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C", command}
	}
	run := exec.CommandContext(ctx, shell[0], shell[1:]...)
	run.Stdin = bytes.NewReader(summary)
	run.WaitDelay = time.Second // for what it has started itself
	out, err := run.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("--notify-command: it did not end within %s and was killed", notifyLimit)
	}
	if err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("--notify-command: %w: %s", err, report.Printable(first))
	}
	return nil
}

// prune removes old runs. The last good one stays: the next is compared with it.
func (o *aftermath) prune(r *importRun) error {
	last, err := lastGood(r)
	if err != nil {
		return fmt.Errorf("--keep: %w", err)
	}
	spared := ""
	if last != nil {
		spared = last.folder.name()
	}
	if _, _, err := removeRuns(r.state, time.Duration(o.keep), false, spared); err != nil {
		return fmt.Errorf("--keep: %w", err)
	}
	return nil
}

// conclude does what is to be done when a run is over and reported.
func (o *aftermath) conclude(ctx context.Context, r *importRun, f report.Facts) (problems []error) {
	if o.metrics != "" {
		problems = append(problems, writeMetrics(o.metrics, r.process.tenant, r.results, f))
	}
	if o.keep != 0 {
		problems = append(problems, o.prune(r))
	}
	if o.notify != "" && f.ExitCode != exitDone {
		summary, err := os.ReadFile(r.folder.file(summaryFile)) // none on a disk that is full
		problems = append(problems, err, notifySomebody(ctx, o.notify, summary))
	}
	return slices.DeleteFunc(problems, func(err error) bool { return err == nil })
}
