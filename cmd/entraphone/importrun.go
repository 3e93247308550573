package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/report"
	"entraphone/internal/submit"
)

// importRun is one import: begin reads and plans, send carries the lanes to the
// target, and report says what became of every row, however the sending ended. A
// run that is resumed differs in where it begins: with a past. A rollback
// differs in its rows and in what is to be done about them: both come from the journal
// of another run.
type importRun struct {
	*importCommand
	logger  zerolog.Logger
	record  zerolog.Logger // of what people need not see
	started time.Time

	input       *input
	target      *target
	lock        *lock  // nil where nothing is sent
	state       string // the folder of runs
	folder      *runFolder
	past        *journal.Past     // nil for a new run
	undoes      string            // the run that this one rolls back, if any
	undoneBytes int64             // of its journal
	doubtful    bool              // what only a lost answer speaks of is taken back, too
	anew        []journal.Flag    // options that were given for this attempt only
	undoing     []authmethod.Task // what undoes each row
	findings    []authmethod.Finding
	foresight   foresight
	costSaid    bool
	lookup      lookup
	knowledge   *knowledge // nil where the target is no tenant
	expected    map[authmethod.RowNumber]authmethod.PhoneNumber
	earlier     map[authmethod.RowNumber]submit.Earlier
	lanes       []authmethod.Lane
	results     *authmethod.Results
	sent        submit.Stats
	carried     time.Duration // how long that took
	took        latencies
}

// newImportRun takes the time: a run begins before its file is read.
func newImportRun(c *importCommand) *importRun {
	if c.after.quiet {
		c.stream.hold()
	}
	return &importRun{importCommand: c, logger: c.console.logger(c.output), record: c.console.record(c.output), started: time.Now()}
}

// begin does everything that can fail without anything being sent. The file
// comes first, then the target, then the lock, so that nobody waits for a lock
// with a file that cannot be read. The folder comes last, so that what fails
// before leaves no run behind.
func (r *importRun) begin(ctx context.Context) (err error) {
	state, err := r.output.folder(r.getenv)
	if err != nil {
		return err
	}
	r.state = state
	r.given = append(r.given, asRejects(r.process, &r.file)...)
	if r.input, err = readInput(ctx, r.process, r.file, state); err != nil {
		return err
	}
	r.sayReading()
	if err := r.changes.contradiction(&r.input.Rows, r.given); err != nil {
		return err
	}
	if r.target, err = r.newTarget(&r.input.Rows, r.logger); err != nil {
		return err
	}
	if err := r.whole.refuses(ctx, r); err != nil {
		return err
	}
	if err := r.foresight.holds(r); err != nil {
		return err
	}
	if r.target.journal && !r.simulate { // rehearsals share nothing
		if r.lock, err = takeLock(ctx, state, r.target, r.output.wait); err != nil {
			return err
		}
	}
	if r.lookup, err = lookUp(ctx, r); err != nil {
		return err
	}
	users := r.plan()
	if err := useKnowledge(r, state); err != nil {
		return err
	}
	if err := r.foresight.find(ctx, r); err != nil {
		return err
	}
	sayRetirement(r) // before somebody agrees
	if err := agree(ctx, r); err != nil {
		return err
	}
	if r.knowledge != nil && r.target.journal {
		if err := r.knowledge.begin(); err != nil {
			return err
		}
	}
	if r.folder, err = newRunFolder(state, r.file.path, r.file.shard.name()+kindInName(r), r.started); err != nil {
		return err
	}
	if err := r.settleIn(); err != nil {
		return err
	}
	r.audit().Str("run", r.folder.name()).Int("rows", r.input.Rows.Len()).Int("users", users).Str("target", targetOf(r)).Msg("import begins")
	return nil
}

// plan decides what is to be sent, and returns how many users there are. It does
// the same for every attempt at a run: what is done already is taken out of the
// lanes by resume.
func (r *importRun) plan() (users int) {
	if r.undoes != "" {
		r.lanes, r.results = plan.Undo(&r.input.Rows, r.undoing), authmethod.NewResults(&r.input.Rows, nil)
		return len(r.lanes)
	}
	policy := r.changes.policy()
	policy.Found = append(r.whole.findings(&r.input.Rows), r.lookup.findings...)
	planned := plan.Build(&r.input.Rows, policy)
	r.lanes, r.findings, r.results = planned.Lanes, planned.Findings, authmethod.NewResults(&r.input.Rows, planned.Findings)
	for _, d := range planned.Decisions {
		r.results.Set(d.Row, d.Result)
	}
	return planned.Users
}

// settleIn makes the folder the home of the run: its input is kept there, and the
// lock says whose it is.
func (r *importRun) settleIn() error {
	if r.target.journal && r.output.keepInput {
		if err := r.input.keep(r.folder.file(keptInput)); err != nil {
			return err
		}
	}
	if planned := r.foresight.planned; planned != nil && r.target.journal {
		if err := savePlan(r.folder.file(keptPlan), r, planned); err != nil {
			return err
		}
	}
	if r.lock == nil {
		return nil
	}
	return r.lock.name(r.folder.name())
}

// keptInput is the file with the bytes of a run's input, compressed.
const keptInput = "input.gz"

// close gives up the lock and the copy of the input.
func (r *importRun) close() {
	if r.input != nil {
		r.input.forget()
	}
	if r.knowledge != nil {
		_ = r.knowledge.close() // it only ever saves requests
	}
	if r.lock != nil {
		_ = r.lock.release()
	}
}

// audit begins a line that says that a run begins or ends.
func (r *importRun) audit() *zerolog.Event { return r.record.Info() }

// sayReading says how the file was read, before anything is done with it.
func (r *importRun) sayReading() {
	logger := r.logger
	if r.console.people(r.output) {
		fmt.Fprintln(r.console, r.console.laid(r.input.Reading.String()))
		logger = r.console.silent(r.output)
	}
	reading := newReading(r.input)
	reading.log(logger)
	if r.stream.on() {
		_ = r.stream.put("reading", reading) // an error comes again with the summary
	}
}

// send opens the journal, which shows that the folder can be written before
// anything is sent, signs in, and sends.
func (r *importRun) send(ctx context.Context) (err error) {
	recorder := &recorder{results: r.results, logger: r.logger, knowledge: r.knowledge, brakes: r.brakes, lock: r.lock}
	ctx, lifted := r.brakes.within(ctx, r.started)
	defer lifted()
	if r.target.journal {
		if recorder.journal, err = r.openJournal(); err != nil {
			return err
		}
	}
	if err := recorder.confirmed(); err != nil {
		return err
	}
	err = r.carry(ctx, recorder, r.planning)
	if recorder.journal == nil {
		return err
	}
	closing := recorder.journal.Close()
	if closing != nil && (err == nil || !errors.Is(closing, err)) {
		return fmt.Errorf("%w (the run had ended with: %v)", closing, err) // a record that is not whole is worse than any end
	}
	return err
}

// openJournal begins the record of a run, or goes on with it. Standard input and
// the rows of a rollback have no path: only what the run keeps can be read
// again.
func (r *importRun) openJournal() (*journal.Journal, error) {
	path := r.folder.file(journalFile)
	if r.past != nil {
		return journal.Reopen(path, r.past, version(), &r.input.Rows)
	}
	return journal.Create(path, r.header(), &r.input.Rows)
}

// header is what another process needs to go on with the run.
func (r *importRun) header() journal.Header {
	file := ""
	if info, err := os.Stat(r.file.path); r.undoes == "" && err == nil && info.Mode().IsRegular() {
		file = absolute(r.file.path)
	}
	return journal.Header{
		Version: version(), StartedAt: r.started.UTC(), Input: r.input.Reading.Name, Path: file, SHA256: r.input.SHA256, ModifiedAt: modified(r.file.path).UTC(),
		TenantID: r.target.tenantID, Endpoint: r.target.endpoint, Flags: r.given,
		Removes: r.file.action == authmethod.Remove, Undoes: r.undoes, UndoneBytes: r.undoneBytes, Doubtful: r.doubtful,
	}
}

// journalFile is the name of the record of a run.
const journalFile = "journal.jsonl"

// carry signs in and sends the lanes, or finds out what that would do. Where nothing
// is to be sent it does not even sign in.
func (r *importRun) carry(ctx context.Context, recorder *recorder, planning bool) error {
	if len(r.lanes) == 0 {
		return nil
	}
	recorder.progress = newProgress(r.console, r.logger, viewOf(r, planning), r.target.status)
	defer recorder.progress.end()
	stop := context.AfterFunc(ctx, func() {
		r.logger.Warn().Stringer("within", r.pace.drain).Msg("stopping: nothing more is sent, requests in flight may finish; interrupt again to quit at once")
	})
	defer stop()
	if err := r.target.Authenticate(ctx); err != nil {
		return err
	}
	if !planning && !r.costSaid {
		sayCost(r)
	}
	submitter := submit.Submitter{
		Config: submit.Config{
			Workers: r.pace.workers, BatchSize: r.pace.batchSize, MaxAttempts: r.pace.maxAttempts, GiveUpAfter: r.pace.giveUpAfter,
			Grace: r.pace.drain, Window: r.brakes.window.times(), NewUsers: r.changes.newUsers, KeepLast: r.undoes == "" && !r.changes.allowLast, Compare: phonenumber.Compare, Number: phonenumber.Shown, Jitter: rand.Float64,
		},
		Channels: r.target.channels(planning, r.lookup.without, &r.took), Recorder: recorder, Ended: r.target.end, Rows: &r.input.Rows, Expected: r.expected, Earlier: r.earlier,
	}
	if r.knowledge != nil {
		submitter.Registered = r.knowledge.registered
	}
	// The counts are wanted whatever Run returns.
	began := time.Now()
	defer func() { r.sent, r.carried = submitter.Stats(), time.Since(began) }()
	return submitter.Run(ctx, r.lanes)
}

// report writes the report of a run and returns the error that decides the exit
// code. The summary comes last, because it holds that code.
func (r *importRun) report(ctx context.Context, failure error) error {
	facts := r.facts()
	known, untold := settleTroubles(r)
	if facts.Known = known; failure != nil {
		untold = nil // what ended the run says more
	}
	if failure == nil && !r.results.AllDone() && !(r.after.known && facts.Known == open(r.results)) {
		failure = rowsError{}
	}
	facts.ExitCode = exitCode(ctx, failure)
	if facts.ExitCode != exitDone && facts.ExitCode != exitRows {
		facts.Stopped = stoppedBy(facts.ExitCode, failure)
		r.results.End(endOf(facts.ExitCode, failure).Result(authmethod.NotAttempted, facts.Stopped))
	}
	formats := []string{"csv", "html", "xlsx"}
	if r.unseen(facts) {
		formats = formats[:1] // a run that nobody looks at leaves little on disk
	}
	unwritten := r.write(ctx, &facts, formats...)
	if untold != nil {
		unwritten = append(unwritten, untold)
	}
	if r.process.ended != nil {
		r.process.ended(r, facts)
	}
	if len(unwritten) == 0 {
		if err := r.over(failure); err != nil {
			unwritten = []error{err}
		}
	}
	if len(unwritten) > 0 {
		facts.ExitCode = exitFailed
	}
	// Whoever does not watch is told most of all of what could not be written.
	if problems := append(unwritten, r.after.conclude(ctx, r, facts)...); len(problems) > 0 {
		return &reportError{problems, failure}
	}
	line, counts := r.audit().Str("run", r.folder.name()).Int("exit_code", facts.ExitCode), r.results.Counts()
	for _, outcome := range authmethod.Outcomes() {
		line = line.Int(string(outcome), counts[outcome])
	}
	line.Msg("import ends")
	return failure
}

// over records that the run came to its end, with its report. Where an error ended
// it, it can be resumed.
func (r *importRun) over(failure error) error {
	if !r.target.journal || failure != nil && !errors.Is(failure, rowsError{}) {
		return nil
	}
	if err := journal.End(r.folder.file(journalFile), exitCode(context.Background(), failure)); err != nil {
		return err
	}
	return r.folder.pack(r.after.quiet && failure == nil)
}

// write writes all that is known of the run, its results in some formats, and prints
// its summary. It returns what could not be written.
func (r *importRun) write(ctx context.Context, facts *report.Facts, formats ...string) []error {
	var unwritten []error
	_ = os.MkdirAll(r.folder.path, 0o700) // it may have vanished; what is known goes there all the same
	rejects, err := r.writeRejects(ctx)
	facts.Next, facts.Width = nextCommands(r, rejects, facts.Stopped), newConsole(r.stdout).width
	written := writeFormats(r, facts, formats, &unwritten)
	unwritten = append(unwritten, err)
	locate(r, facts, written, rejects)
	unwritten = append(unwritten, r.print(*facts, written))
	if err := errors.Join(unwritten...); err != nil {
		facts.ExitCode = exitFailed
	}
	unwritten = append(unwritten, report.WriteSummary(r.folder.file(summaryFile), r.results, *facts))
	if err := errors.Join(unwritten...); err != nil {
		return flatten(err)
	}
	return nil
}

// facts are those of the run until now. What only its end tells is added by
// report.
func (r *importRun) facts() report.Facts {
	reading, used := r.input.Reading, limitsUsed(r)
	return report.Facts{
		Tool: "entraphone " + version(), Run: r.folder.name(), Input: reading.Name, SHA256: r.input.SHA256,
		LeftOut: reading.LeftOut.Where + reading.LeftOut.Range, WithoutPhone: reading.WithoutPhone,
		StartedAt: r.started, FinishedAt: time.Now(), Target: r.target.words, DryRun: r.dryRun, Rehearsal: r.simulate, Plan: r.planning, Pace: wentBy(r), Limits: limitsTold(used), Ended: r.target.endedInWords(), Undoes: r.undoes, Removes: r.file.action == authmethod.Remove,
		Command: r.stream.name(), TenantID: r.target.tenantID, Endpoint: r.target.endpoint, Options: optionsTold(r), Used: used, Traffic: trafficOf(r),
		Requests: r.target.Requests(), Operations: r.sent.Operations, Throttled: r.sent.Throttled, Lost: r.sent.Lost, ReadBacks: r.sent.ReadBacks,
	}
}

// print prints the summary, and where everything is kept. Only what could be
// written is named.
func (r *importRun) print(facts report.Facts, results []string) error {
	if r.unseen(facts) {
		return nil
	}
	if r.stream.on() {
		return tellSummary(r, facts)
	}
	if err := report.Print(r.stdout, r.results, facts); err != nil {
		return fmt.Errorf("printing the summary: %w", err)
	}
	for _, path := range results {
		what := map[string]string{pageFile: "report", workbookFile: "Excel"}[filepath.Base(path)]
		what = cmp.Or(what, "results")
		fmt.Fprintf(r.stdout, "  %-7s  %s\n", what, fileNamed(path))
	}
	if facts.Stopped != "" && r.resumable() {
		fmt.Fprintf(r.stdout, "  go on    %s\n", r.resumption())
	}
	return nil
}
