package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/graph"
	"entraphone/internal/heading"
	"entraphone/internal/pace"
	"entraphone/internal/report"
	"entraphone/internal/tenant"
)

// exportCommand reads phones and writes them as a file that import takes. It
// changes nothing in the tenant.
type exportCommand struct {
	process
	file      fileOptions // of --users
	group     string
	noReport  bool
	out       string
	renames   []string
	encryptTo []string
	tenant    tenantOptions
	pace      paceOptions
	output    outputOptions
	simulate  bool
	simulator simulatorOptions
}

const exportHelp = `Write the phones of the tenant's users as a CSV that import takes back.

Without --users or --group these are all users. Each has one line, with
userPrincipalName, mobile, alternateMobile and office; who has no phone has
none. Imported again, the file changes nothing; imported into another tenant it
registers the same phones there. Nothing is written before all is read.

Of 1,000 users and more those are not read who have no phone by the tenant's
registration report, if it can be had. It is up to 36 hours late: the phone of
somebody who has registered their first since is missing, unless --no-report is
given.

Usage:
  entraphone export [flags]

Examples:
  entraphone export --simulate --directory samples/directory.csv
  entraphone export --tenant-id contoso.com --client-id 00000000-… \
    --rename-domain contoso.com=fabrikam.com --out phones.csv
  entraphone import phones.csv --tenant-id fabrikam.com --client-id 00000000-…
` + inPowerShell

const exportExitHelp = `
Exit codes:
  0    the phones of all users are exported
  1    the export could not be carried out (disk, network, internal)
  2    usage, configuration or unreadable input
  3    exported, but some users could not be found or read
  4    nothing went forward for --give-up-after; the same command goes on
  5    credentials or permission refused, or the numbers come masked
  130  interrupted; the same command goes on
Any other code means failure.
`

func newExportCommand(p process) *cobra.Command {
	c := &exportCommand{process: p}
	command := &cobra.Command{
		Use:   "export",
		Short: "Write the tenant's phones as a CSV that imports back as unchanged",
		Args:  nothingElse,
		RunE:  func(command *cobra.Command, _ []string) error { return c.run(command.Context()) },
	}
	log := pflag.NewFlagSet("Log", pflag.ContinueOnError)
	c.output.addLogTo(log)
	setHelp(command, exportHelp, exportExitHelp, c.flags(), c.file.flags(c.getenv), c.tenant.flags(), c.pace.readingFlags(), log)
	return command
}

func (c *exportCommand) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("What to do", pflag.ContinueOnError)
	set.StringVar(&c.file.path, "users", "", "export the users in this `FILE`: a CSV with a column of users, read as the flags below say, or one name a line; - is standard input")
	set.StringVar(&c.group, "group", "", "export the members of the group with this object `ID`, and of the groups in it")
	set.BoolVar(&c.noReport, "no-report", false, "read every user, also who has no phone by the registration report")
	set.StringVar(&c.out, "out", "", "write to `FILE`, which only its owner can read, and go on where an export to it was stopped within a day (default: standard output)")
	set.StringArrayVar(&c.renames, "rename-domain", nil, "change the domain of user names, as in `OLD=NEW`, for an import into another tenant; repeatable. Names of guests (#EXT#) and those that B2C makes of object ids stay as they are")
	set.StringArrayVar(&c.encryptTo, "encrypt-to", nil, "encrypt the file to this age `RECIPIENT` (age1…); import reads it with --identity. Repeatable. Such an export begins anew when it was stopped")
	set.BoolVar(&c.simulate, "simulate", false, "read from the simulator inside this program instead of Graph")
	c.simulator.addTo(set)
	return set
}

// run reads everything, and then writes.
func (c *exportCommand) run(ctx context.Context) error {
	problems := append(c.simulator.problems(c.simulate), c.tenant.problems()...)
	problems = append(problems, c.pace.readingProblems()...)
	problems = append(problems, c.output.problems()...)
	problems = append(problems, c.console.keepLog(c.output)...)
	renames, wrong := readRenames(c.renames)
	recipients, strange := readRecipients(c.encryptTo)
	problems = append(append(problems, wrong...), strange...)
	if c.file.path != "" && c.group != "" {
		problems = append(problems, errors.New("give --users or --group, and not both"))
	}
	if c.out != "" { // hours may pass before it is written
		if err := isFolder(filepath.Dir(c.out)); err != nil {
			problems = append(problems, fmt.Errorf("--out %s: %w", c.out, err))
		}
	}
	if c.stream.on() && c.out == "" {
		problems = append(problems, errors.New("--output json prints what was exported, and not the phones: name a file for them with --out"))
	}
	if len(problems) > 0 {
		return &usageError{problems}
	}
	err := c.export(ctx, renames, recipients)
	if exitCode(ctx, err) != exitInterrupted {
		return err
	}
	if c.resumable() {
		return &advisedError{err, "the same command goes on where it stopped, within a day"}
	}
	return &advisedError{err, "nothing was written: run the same command again"}
}

// isFolder is nil where a file can have its place.
func isFolder(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", path)
	}
	return err
}

// export is what run does with options that can be.
func (c *exportCommand) export(ctx context.Context, renames map[string]string, recipients []age.Recipient) error {
	x, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer x.part.close()
	users, err := x.who(ctx)
	if err != nil {
		return err
	}
	if err := x.read(ctx, users); err != nil {
		return err
	}
	e := newExported(users, x.phones, renames)
	if err := e.check(ctx, x.logger); err != nil {
		return err
	}
	if err := c.write(e, recipients); err != nil {
		return fmt.Errorf("writing the export: %w", err)
	}
	if err := x.part.remove(); err != nil {
		return err
	}
	return c.tell(x, e)
}

// resumable reports whether what was read is kept while the export goes on. What is
// encrypted in the end would be there in the clear, and a simulator is gone.
func (c *exportCommand) resumable() bool {
	return c.out != "" && len(c.encryptTo) == 0 && !c.simulate
}

// begin signs in, and takes up what an export that was stopped has read.
func (c *exportCommand) begin(ctx context.Context) (*exporter, error) {
	logger := c.console.logger(c.output)
	config, err := c.config(logger)
	if err != nil {
		return nil, err
	}
	client, err := graph.New(config)
	if err != nil {
		return nil, err
	}
	endpoint, _, err := config.Addresses()
	if err != nil {
		return nil, err
	}
	if err := client.Authenticate(ctx); err != nil {
		return nil, err
	}
	pacer := pace.New(float64(c.pace.rate), rand.Float64)
	x := &exporter{
		exportCommand: c, logger: logger, began: time.Now(), requests: client.Requests, phones: map[string]tenant.Phones{}, unread: map[string]int{}, first: map[string]string{},
		tenant: tenant.Tenant{Asker: client, Pacer: pacer, Reports: pace.New(tenant.ReportRate, rand.Float64), GiveUpAfter: c.pace.giveUpAfter},
	}
	if !c.resumable() {
		return x, nil
	}
	header := partHeader{Format: partFormat, Tenant: strings.ToLower(config.Credential.TenantID), Endpoint: endpoint, Began: time.Now().UTC().Truncate(time.Second)}
	x.part, err = openPart(c.out+".part", header, x.phones, logger)
	return x, err
}

// config is where to read and as whom.
func (c *exportCommand) config(logger zerolog.Logger) (config graph.Config, err error) {
	if c.simulate {
		config, err = c.simulator.graph()
	} else {
		var configs []namedConfig // it reads with one at a time
		if configs, err = c.tenant.configs(c.process); err == nil {
			config = configs[0].Config
		}
	}
	config.Connections, config.Version, config.Logger = 1, version(), logger
	return config, err
}

// write writes the whole file, or nothing.
func (c *exportCommand) write(e *exported, recipients []age.Recipient) error {
	write := func(w io.Writer) error {
		return seal(w, recipients, func(w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(e.text))
			return err
		})
	}
	if c.out != "" {
		return report.Publish(c.out, write)
	}
	return write(c.stdout)
}

// tell sums up what was exported and what was not: beside the file, or where it is
// not in its way.
func (c *exportCommand) tell(x *exporter, e *exported) error {
	if c.stream.on() {
		return c.tellSummary(x, e)
	}
	w, where := c.stdout, c.out
	if c.out == "" {
		w, where = io.Writer(c.console), "standard output"
	}
	fmt.Fprintf(w, "Exported %d %s of %d %s to %s\n", e.phones, plural("phone", e.phones), e.users, plural("user", e.users), report.Printable(where))
	fmt.Fprintf(w, "  users    %d asked for, of whom %d have no phone\n", x.wanted, x.without)
	if x.skipped > 0 {
		fmt.Fprintf(w, "  report   %d of these were not read: they have no phone by the registration report,\n           which is up to 36 hours late; --no-report reads them\n", x.skipped)
	}
	if e.foreign > 0 {
		fmt.Fprintf(w, "  numbers  %d are left out, which are not in Graph's form\n", e.foreign)
	}
	for _, what := range x.missing() {
		fmt.Fprintf(w, "  missing  %s\n", what)
	}
	return e.whole(x)
}

// tellSummary is the same for programs.
func (c *exportCommand) tellSummary(x *exporter, e *exported) error {
	summary := exportSummary{
		Path: c.out, Encrypted: len(c.encryptTo) > 0, Users: e.users, Phones: e.phones, Wanted: x.wanted, WithoutPhone: x.without, NotRead: x.skipped,
		Foreign: e.foreign, Missing: []missingUsers{}, Bytes: len(e.text), Seconds: report.Seconds(time.Since(x.began)), Requests: x.requests(),
	}
	for _, why := range slices.Sorted(maps.Keys(x.unread)) {
		summary.Missing = append(summary.Missing, missingUsers{why, x.unread[why], report.MaskUser(x.first[why])})
	}
	return cmp.Or(printed("the summary", c.stream.put("summary", summary)), e.whole(x))
}

// exportSummary is of kind summary.
type exportSummary struct {
	Path         string         `json:"path"`
	Encrypted    bool           `json:"encrypted"`
	Users        int            `json:"users"` // lines of the file
	Phones       int            `json:"phones"`
	Wanted       int            `json:"usersAskedFor"`
	WithoutPhone int            `json:"usersWithoutPhone"`
	NotRead      int            `json:"usersNotRead"` // of those without a phone: by the registration report
	Foreign      int            `json:"numbersLeftOut"`
	Missing      []missingUsers `json:"missing"`
	Bytes        int            `json:"bytes"` // before they are encrypted
	Requests     int64          `json:"requests"`
	Seconds      float64        `json:"durationSeconds"`
}

// missingUsers were not exported.
type missingUsers struct {
	Reason string `json:"reason"`
	Users  int    `json:"users"`
	First  string `json:"first"`
}

// whole is nil where nothing is missing in the file.
func (e *exported) whole(x *exporter) error {
	if len(x.unread)+e.foreign > 0 {
		return rowsError{}
	}
	return nil
}

// advisedError says what to do about an error that does not say so itself.
type advisedError struct {
	error
	advice string
}

func (e *advisedError) Unwrap() error { return e.error }

func (e *advisedError) Advice() string { return e.advice }

// readRenames reads --rename-domain: new domains by old ones in lower case.
func readRenames(pairs []string) (renames map[string]string, problems []error) {
	renames = map[string]string{}
	for _, pair := range pairs {
		left, right, _ := strings.Cut(pair, "=")
		before, wrong := heading.Domain(left)
		after, strange := heading.Domain(right)
		before = strings.ToLower(before)
		_, twice := renames[before]
		switch {
		case wrong != nil || strange != nil || before == "" || after == "":
			problems = append(problems, fmt.Errorf("--rename-domain %q is not OLD=NEW, as in --rename-domain contoso.com=fabrikam.com", pair))
		case twice:
			problems = append(problems, fmt.Errorf("--rename-domain %s is given twice", before))
		}
		renames[before] = after
	}
	return renames, problems
}
