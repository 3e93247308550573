package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// planCommand is an import that reads what stands in the tenant and changes nothing.
type planCommand struct {
	*importCommand
	out      string
	format   string
	details  bool
	exitCode bool
	remove   bool
}

const planHelp = `Say for every row what an import would do in the tenant, and change nothing.

The phones of each user are read once. What would be created, updated or
removed is planned; other rows are what the import would call them: unchanged,
conflict, failed because Graph knows no such user, and so on. With --out the
plan is saved: apply does exactly that, and nothing if the file or the phones
have changed since.

Usage:
  entraphone plan FILE [flags]

Examples:
  entraphone plan users.csv --existing overwrite -o users.plan
  entraphone apply users.plan
`

func newPlanCommand(p process) *cobra.Command {
	c := &planCommand{importCommand: &importCommand{process: p, planning: true}}
	command := &cobra.Command{
		Use:   "plan FILE",
		Short: "Say for every row what an import would do in the tenant",
		Args:  oneFile,
		RunE: func(command *cobra.Command, args []string) error {
			c.file.path = args[0]
			if c.remove {
				c.file.action = authmethod.Remove
			}
			c.given = slices.DeleteFunc(givenFlags(command.Flags()), c.own)
			return c.plan(command.Context())
		},
	}
	setHelp(command, planHelp, exitHelp(), c.file.flags(c.getenv), c.whole.flags(), c.shown(), c.changes.flags(), c.tenant.flags(), c.pace.flags(), c.output.flags())
	return command
}

// shown are the flags of plans alone.
func (c *planCommand) shown() *pflag.FlagSet {
	set := pflag.NewFlagSet("The plan", pflag.ContinueOnError)
	set.StringVarP(&c.out, "out", "o", "", "save the plan to `FILE`, for apply")
	set.StringVar(&c.format, "format", "text", "print the plan in this `FORMAT`: text, or json for one object a row")
	set.BoolVar(&c.details, "details", false, "print every row that is not unchanged, by what would become of it")
	set.BoolVar(&c.exitCode, "detailed-exitcode", false, "end with exit code 7 when something would change")
	set.BoolVar(&c.remove, "remove", false, "plan what entraphone remove FILE would do")
	set.AddFlagSet(c.rehearsal())
	return set
}

// own reports whether a flag is of the plan, and not of the import that is planned.
func (c *planCommand) own(f journal.Flag) bool {
	return slices.Contains([]string{"out", "format", "details", "detailed-exitcode", "remove"}, f.Name)
}

// changesError ends a plan by which something would change, where that was asked for.
type changesError struct{ n int }

func (e changesError) Error() string { return fmt.Sprintf("%d phones would change", e.n) }

func (changesError) ExitCode() int { return exitChanges }

func (c *planCommand) plan(ctx context.Context) error {
	if c.format != "text" && c.format != "json" {
		return usagef("--format %q: give text or json", c.format)
	}
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	c.quiet = c.format == "json" && !c.stream.on()
	r := newImportRun(c.importCommand)
	defer r.close()
	if err := r.begin(ctx); err != nil {
		return err
	}
	failure := r.report(ctx, r.send(ctx))
	if failure != nil && !errors.Is(failure, rowsError{}) {
		return failure
	}
	if c.out != "" {
		if err := savePlan(c.out, r, r.results); err != nil {
			return err
		}
	}
	if err := c.print(r); err != nil {
		return fmt.Errorf("printing the plan: %w", err)
	}
	if n := r.results.Counts()[authmethod.Planned]; c.exitCode && n > 0 {
		return changesError{n}
	}
	return failure
}

// print prints what the summary leaves out.
func (c *planCommand) print(r *importRun) error {
	if c.stream.on() {
		if c.out == "" {
			return nil
		}
		return c.stream.put("plan", savedPlan{c.out, "entraphone apply " + quoted(c.out)})
	}
	out := bufio.NewWriter(c.stdout)
	switch {
	case c.format == "json":
		if err := printPlanJSON(out, r.results, c.output.mask); err != nil {
			return err
		}
	case c.details:
		printDetails(out, r.results, c.output.mask, math.MaxInt)
	}
	if c.out != "" && c.format == "text" {
		fmt.Fprintf(out, "  plan     %s\n  go on    entraphone apply %s\n", c.out, quoted(c.out))
	}
	return out.Flush()
}

// savedPlan is of kind plan: what was saved, and the command that carries it out.
type savedPlan struct {
	Path  string `json:"path"`
	Apply string `json:"apply"`
}

// plannedRow is one line of --format json, and of kind row. Fields may be added; their names and
// meanings do not change.
type plannedRow struct {
	Line        int32  `json:"line"`
	User        string `json:"user"`
	PhoneType   string `json:"phoneType"`
	PhoneNumber string `json:"phoneNumber"`
	Outcome     string `json:"outcome"`
	Would       string `json:"would,omitempty"` // of a planned one: create, update, delete, enableSms or disableSms
	Registered  string `json:"registeredNumber,omitempty"`
	Class       string `json:"class,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Message     string `json:"message,omitempty"`
	Advice      string `json:"advice,omitempty"`
}

func printPlanJSON(w io.Writer, results *authmethod.Results, mask bool) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	number := shownNumber(mask)
	for n := range results.Rows().All() {
		if err := encoder.Encode(newPlannedRow(results, n, number)); err != nil {
			return err
		}
	}
	return nil
}

func newPlannedRow(results *authmethod.Results, n authmethod.RowNumber, number func(authmethod.PhoneNumber) string) plannedRow {
	row, result := results.Rows().At(n), results.At(n)
	line := plannedRow{
		Line: row.Line, User: row.User, PhoneType: string(row.PhoneType), PhoneNumber: number(row.Number), Outcome: string(result.Outcome),
		Registered: number(result.Registered), Class: string(result.Class), Reason: result.Reason.Word(), Message: result.Message, Advice: result.Advice,
	}
	if result.Would != authmethod.None {
		line.Would = result.Would.String()
	}
	if result.Outcome == authmethod.Rejected {
		line.User, line.PhoneType = report.MaskUser(row.User), ""
	}
	return line
}

// shownNumber is how numbers are shown.
func shownNumber(mask bool) func(authmethod.PhoneNumber) string {
	if mask {
		return authmethod.PhoneNumber.String
	}
	return authmethod.PhoneNumber.Graph
}

// printDetails prints the rows by what would become of them, of each kind so many at
// most.
func printDetails(w io.Writer, results *authmethod.Results, mask bool, most int) {
	groups := map[string][]authmethod.RowNumber{}
	var order []string
	for n := range results.Rows().All() {
		result := results.At(n)
		name := cmp.Or(result.Message, string(result.Outcome))
		switch {
		case result.Outcome == authmethod.Unchanged || result.Outcome == authmethod.Duplicate:
			continue
		case result.Outcome == authmethod.Planned:
			name = "would " + result.Would.String()
		}
		if groups[name] == nil {
			order = append(order, name)
		}
		groups[name] = append(groups[name], n)
	}
	number := shownNumber(mask)
	for _, name := range order {
		fmt.Fprintf(w, "\n%s (%d)\n", report.Printable(name), len(groups[name]))
		for _, n := range groups[name][:min(most, len(groups[name]))] {
			row, result := results.Rows().At(n), results.At(n)
			text := fmt.Sprintf("  line %d, %s: %s", row.Line, row.User, row.PhoneType)
			if result.Outcome == authmethod.Rejected {
				text = fmt.Sprintf("  line %d, %s", row.Line, report.MaskUser(row.User))
			}
			switch before, after := number(result.Registered), number(row.Number); {
			case result.Would == authmethod.Delete || row.Action == authmethod.Remove:
				text += " " + before
			case before != "":
				text += fmt.Sprintf(" %s -> %s", before, after)
			case after != "":
				text += " " + after
			}
			fmt.Fprintln(w, strings.TrimRight(report.Printable(text), " "))
		}
		if more := len(groups[name]) - most; more > 0 {
			fmt.Fprintf(w, "  and %s\n", counted(more, "more row"))
		}
	}
	fmt.Fprintln(w)
}

// exists reports whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
