package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/journal"
	"entraphone/internal/plan"
	"entraphone/internal/report"
)

// importCommand is the main job: check, plan, post, report.
type importCommand struct {
	process
	file      fileOptions
	tenant    tenantOptions
	pace      paceOptions
	output    outputOptions
	simulate  bool
	simulator simulatorOptions
	dryRun    bool

	kept *os.File // what was read from a pipe
}

func newImportCommand(p process) *cobra.Command {
	c := &importCommand{process: p}
	command := &cobra.Command{
		Use:   "import FILE",
		Short: "Check a CSV of phones, post them to Entra ID, and report every row",
		Args:  oneFile,
		RunE: func(command *cobra.Command, args []string) error {
			c.file.path = args[0]
			return c.run(command.Context())
		},
	}
	setHelp(command, importHelp, exitHelp, c.file.flags(), c.mode(), c.tenant.flags(), c.pace.flags(), c.output.flags())
	return command
}

// run is the import from beginning to end.
func (c *importCommand) run(ctx context.Context) error {
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	screen := newConsole(c.stderr)
	logger := screen.logger(c.output)
	started := time.Now()
	defer c.forgetCopy()
	file, err := c.read(ctx, screen, logger)
	if err != nil {
		return err
	}
	planned := plan.Build(&file.Rows)
	carrier, err := c.newCarrier(&file.Rows, logger)
	if err != nil {
		return err
	}
	folder, err := c.openFolder(started)
	if err != nil {
		return err
	}
	defer func() { _ = folder.release() }()
	results := report.New(&file.Rows)
	decide(results, &file.Rows, planned.Decisions)
	logger.WithLevel(screen.audit(c.output)).Str("run", folder.name()).Int("rows", file.Rows.Len()).Int("users", len(planned.Lanes)).Str("target", carrier.where().words).Msg("import begins")
	failure := c.carry(ctx, carry{carrier, folder, results, file, planned.Lanes, screen, logger, started})
	facts := c.facts(carrier, folder, file, started)
	return c.finish(ctx, ending{folder, results, file, facts, failure}, func() *zerolog.Event { return logger.WithLevel(screen.audit(c.output)) })
}

// read reads the file and says how, before anything else happens.
func (c *importCommand) read(ctx context.Context, screen *console, logger zerolog.Logger) (*importfile.File, error) {
	kept, err := c.keepCopy()
	if err != nil {
		return nil, err
	}
	file, err := readFile(ctx, c.process, c.file, kept)
	if err != nil {
		return nil, err
	}
	if screen.people(c.output) {
		fmt.Fprintln(screen, file.Reading)
		return file, nil
	}
	logger.Info().Str("reading", file.Reading.String()).Str("sha256", file.SHA256).Int("rows", file.Rows.Len()).Msg("file read")
	for _, warning := range file.Reading.Warnings {
		logger.Warn().Msg(warning)
	}
	return file, nil
}

// readFile is how every command reads its file. What it reads also goes to
// kept, if that is not nil.
func readFile(ctx context.Context, p process, o fileOptions, kept io.Writer) (*importfile.File, error) {
	source, name, err := importfile.Open(o.path, p.stdin)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	options, err := o.reading(name)
	if err != nil {
		return nil, &usageError{[]error{err}}
	}
	if kept != nil {
		return importfile.Read(ctx, io.TeeReader(source, kept), options)
	}
	return importfile.Read(ctx, source, options)
}

func (c *importCommand) openFolder(now time.Time) (*runFolder, error) {
	state := c.output.state
	if state == "" {
		var err error
		if state, err = stateFolder(c.getenv); err != nil {
			return nil, &usageError{[]error{err}}
		}
	}
	return openRun(state, c.file.path, now)
}

// decide gives the rows that the plan has settled their outcome.
func decide(results *report.Report, rows *authmethod.Rows, decisions []plan.Decision) {
	for _, d := range decisions {
		because := rows.At(d.Because)
		result := authmethod.Result{Outcome: d.Outcome, Code: "duplicate"} // the row's note says of what
		if d.Outcome == authmethod.Dependency {
			result = authmethod.Result{Outcome: d.Outcome, Class: authmethod.FixData, Code: "held-back", Message: "held back"}
			result.Advice = fmt.Sprintf("correct line %d and run again", because.Line)
		}
		results.Outcome(d.Row, result)
	}
}

// carry is what the sending of one run needs.
type carry struct {
	carrier carrier
	folder  *runFolder
	results *report.Report
	file    *importfile.File
	lanes   []authmethod.Lane
	screen  *console
	logger  zerolog.Logger
	started time.Time
}

// carry opens the journal, which shows that the folder can be written before
// anything is sent, and sends.
func (c *importCommand) carry(ctx context.Context, x carry) error {
	to := x.carrier.where()
	record, err := journal.Create(x.folder.file("journal.jsonl"), journal.Header{
		Version: version(), StartedAt: x.started.UTC(), Input: x.file.Reading.Name, SHA256: x.file.SHA256,
		TenantID: to.tenantID, Endpoint: to.endpoint,
	}, &x.file.Rows)
	if err != nil {
		return err
	}
	total := 0
	for _, lane := range x.lanes {
		total += len(lane)
	}
	line := newProgress(x.screen, total, x.carrier.status)
	defer line.end()
	stop := context.AfterFunc(ctx, func() {
		x.logger.Warn().Stringer("within", grace).Msg("stopping: nothing more is sent, requests in flight may finish; interrupt again to quit at once")
	})
	defer stop()
	err = x.carrier.carry(ctx, x.lanes, &recorder{record, x.results, line, &x.file.Rows, x.logger})
	if closing := record.Close(); closing != nil {
		return fmt.Errorf("%w (the run had ended with: %v)", closing, err) // a record that is not whole is worse than any end
	}
	return err
}

// recorder keeps outcomes in the journal and in the report, and shows them.
type recorder struct {
	journal  *journal.Journal
	results  *report.Report
	progress *progress
	rows     *authmethod.Rows
	logger   zerolog.Logger
}

// Intent is the journal's.
func (r *recorder) Intent(rows []int32) error { return r.journal.Intent(rows) }

// Outcome keeps an outcome. Graph's message is left to the results, because it
// may repeat the number.
func (r *recorder) Outcome(i int, result authmethod.Result) error {
	r.results.Outcome(i, result)
	r.progress.add()
	row := r.rows.At(i)
	r.logger.Debug().Int32("line", row.Line).Str("user", row.User).Str("phone_type", string(row.PhoneType)).Stringer("phone_number", row.Number).
		Str("outcome", string(result.Outcome)).Int("status", result.Status).Str("code", result.Code).Str("request_id", result.RequestID).
		Int("attempts", result.Attempts).Msg("row done")
	return r.journal.Outcome(i, result)
}
