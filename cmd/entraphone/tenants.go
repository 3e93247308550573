package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
	"entraphone/internal/importfile"
	"entraphone/internal/report"
)

// A file of settings may list several tenants, each with the settings of its own: the
// job of a service provider. Each of them is a run as if it had been started alone.

// tenantsKey is the key of that list, and fileKey that of a tenant's file.
const (
	tenantsKey = "tenants"
	fileKey    = "file"
	onlyFlag   = "only"
)

// sideBySide is how many tenants are written to at a time.
const sideBySide = 8

// onlyFlags choose among the tenants.
func onlyFlags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Several tenants", pflag.ContinueOnError)
	set.StringSlice(onlyFlag, nil, "of the tenants that --config lists, import only `NAME`; repeatable")
	return set
}

// fileOrTenants is oneFile for commands that may be for several tenants.
func fileOrTenants(p process) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		if len(args) == 0 && p.configPath(command) != "" {
			return nil
		}
		return oneFile(command, args)
	}
}

// eachTenant carries a command out for each tenant that the file of settings lists,
// side by side. None stops another. Quiet prints nothing when none needs anybody.
func eachTenant(p process, command *cobra.Command, quiet bool) error {
	file, err := readConfig(p.configPath(command), command.Root())
	if err != nil {
		return err
	}
	only, err := command.Flags().GetStringSlice(onlyFlag)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(file.tenants))
	if len(only) > 0 {
		names = slices.Compact(slices.Sorted(slices.Values(only)))
	}
	if len(names) == 0 {
		return usagef("give one FILE, or - for standard input; %s lists no tenants", p.configPath(command))
	}
	var problems []error
	for _, name := range names {
		switch settings, listed := file.tenants[name]; {
		case !listed:
			problems = append(problems, fmt.Errorf("--only: %s lists no tenant %q", p.configPath(command), name))
		case len(settings[fileKey].values) == 0:
			problems = append(problems, fmt.Errorf("%s: the tenant %s has no file", p.configPath(command), report.Printable(name)))
		}
	}
	if len(problems) > 0 {
		return &usageError{problems}
	}
	if quiet {
		p.stream.hold()
	}
	var group errgroup.Group
	group.SetLimit(sideBySide)
	runs := make([]tenantRun, len(names))
	told := &together{to: p.console}
	for i, name := range names {
		group.Go(func() error {
			runs[i].carry(command.Context(), p, told, name, file.tenants[name][fileKey].values[0])
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	var ended error
	for _, run := range runs {
		if slices.Index(byGravity, run.code) > slices.Index(byGravity, exitCode(command.Context(), ended)) {
			ended = tenantsError{run.code}
		}
	}
	if quiet && ended == nil {
		return nil
	}
	print := printTenants
	if p.stream.on() {
		print = func(_ io.Writer, names []string, runs []tenantRun) (err error) {
			for i, name := range names {
				err = cmp.Or(err, p.stream.put("tenant", runs[i].told(name)))
			}
			return err
		}
	}
	if err := print(p.stdout, names, runs); err != nil {
		return fmt.Errorf("printing the summary: %w", err)
	}
	return ended
}

// byGravity are exit codes, the gravest last: that of several runs is the gravest.
var byGravity = []int{exitDone, exitChanges, exitRows, exitStopped, exitLocked, exitInterrupted, exitRefused, exitUsage, exitFailed}

// tenantsError ends the runs for several tenants, of which some did not go well. They
// have told why.
type tenantsError struct{ code int }

func (tenantsError) Error() string { return "some tenants need somebody" }

func (e tenantsError) ExitCode() int { return e.code }

// tenantRun is what became of one tenant.
type tenantRun struct {
	code   int
	counts map[authmethod.Outcome]int // nil where no run began
	folder string
	why    string // the first error
}

// toldTenant is a tenant's run for programs. Fields may be added; their names and meanings
// do not change.
type toldTenant struct {
	Tenant   string                     `json:"tenant"`
	ExitCode int                        `json:"exitCode"`
	Outcomes map[authmethod.Outcome]int `json:"outcomes"`
	Folder   string                     `json:"folder,omitempty"`
	Error    string                     `json:"error,omitempty"` // the first
}

func (t *tenantRun) told(name string) toldTenant {
	return toldTenant{name, t.code, t.counts, t.folder, t.why}
}

// carry runs the program for one tenant. What it says goes to standard error, with the
// tenant's name in front of lines for people and in those for programs.
func (t *tenantRun) carry(ctx context.Context, p process, told *together, name, file string) {
	errs := &naming{name: report.Printable(name), out: told}
	if strings.HasPrefix(file, "-") && file != importfile.StandardInput {
		file = "." + string(filepath.Separator) + file // it is no flag
	}
	p.args = append(slices.Clone(p.args), file)
	p.tenant, p.stdout, p.stderr = name, io.Discard, errs
	p.ended = func(r *importRun, f report.Facts) { t.counts, t.folder = r.results.Counts(), r.folder.path }
	t.code = run(ctx, p)
	errs.flush()
	t.why = errs.why
}

// together lets several runs write to standard error, a line at a time.
type together struct {
	mu sync.Mutex
	to *console
}

// naming puts the name of a tenant into each line.
type naming struct {
	name string
	out  *together
	rest []byte
	why  string // the first error
}

func (n *naming) Write(text []byte) (int, error) {
	n.rest = append(n.rest, text...)
	for {
		line, rest, whole := bytes.Cut(n.rest, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		n.rest = rest
		n.line(line)
	}
}

func (n *naming) line(line []byte) {
	const errorMark = "entraphone: error: "
	if why, is := strings.CutPrefix(string(line), errorMark); is {
		n.why = cmp.Or(n.why, why)
	}
	n.out.mu.Lock()
	defer n.out.mu.Unlock()
	if members, is := bytes.CutPrefix(line, []byte(`{"level"`)); is {
		_, _ = fmt.Fprintf(n.out.to, "{\"tenant\":%q,\"level\"%s\n", n.name, members) // a log that cannot be written is no run's fault
		return
	}
	_, _ = fmt.Fprintf(n.out.to, "%s: %s\n", n.name, line)
}

func (n *naming) flush() {
	if len(n.rest) > 0 {
		n.line(n.rest)
	}
}

// printTenants prints a line for each tenant.
func printTenants(w io.Writer, names []string, runs []tenantRun) error {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TENANT\tEXIT\tROWS\tRUN")
	for i, name := range names {
		run := runs[i]
		rows, where := inCounts(run.counts), run.why
		if run.folder != "" {
			where = fileNamed(filepath.Base(run.folder))
			if run.why != "" {
				where += ": " + run.why
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", report.Printable(name), run.code, rows, cmp.Or(where, "-"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}

// isTold reports whether an error needs no line of its own.
func isTold(err error) bool {
	_, told := errors.AsType[tenantsError](err)
	return told
}
