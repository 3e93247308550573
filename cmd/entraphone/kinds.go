package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/importfile"
	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// What --output json prints, by its kinds; the topic json of the manual lists them.
// Other kinds are what commands have anyway: a summary is [report.Summary], a row of a
// plan is a plannedRow, one of check a checkedRow, and a check of doctor a diagnosis.

// failure is of kind error: what ended the command. There is none where rows need
// somebody.
type failure struct {
	Message string `json:"message"` // the problems in one line
	explained
	ExitCode int `json:"exitCode"`
}

// endLine is of kind end, and the last line.
type endLine struct {
	ExitCode int `json:"exitCode"`
}

// reading is how a file was read.
type reading struct {
	File           string        `json:"file"`
	SHA256         string        `json:"sha256"`
	Encoding       string        `json:"encoding"`
	ByteOrderMark  bool          `json:"byteOrderMark"`
	Delimiter      string        `json:"delimiter"`
	Sheet          string        `json:"sheet,omitempty"` // of a workbook, which has neither of the two above
	OnePhoneALine  bool          `json:"onePhoneALine"`
	NumbersOnly    bool          `json:"numbersOnly"` // phones without a type, read as mobile
	Columns        []readColumn  `json:"columns"`
	NotUsed        []readColumn  `json:"notUsed"` // that could have had that meaning as well
	Ignored        []string      `json:"ignored"` // headings
	UserHolds      string        `json:"userHolds"`
	CountryCodes   string        `json:"countryCodes"`
	DefaultCountry string        `json:"defaultCountry"`
	Status         []string      `json:"status"`
	Warnings       []string      `json:"warnings"`
	Skipped        []skippedLine `json:"skipped"` // the first of them
	Lines          int           `json:"lines"`
	Blank          int           `json:"blank"`
	LeftOut        int           `json:"leftOut"`
	WithoutPhone   int           `json:"withoutPhone"`
	Rows           int           `json:"rows"`
}

// readColumn is a column and what it is read as.
type readColumn struct {
	Key     string `json:"key"`
	Number  int    `json:"number"`
	Heading string `json:"heading"`
}

// skippedLine is a line that is neither heading nor row.
type skippedLine struct {
	Line int    `json:"line"`
	What string `json:"what"`
}

func newReading(in *input) reading {
	r := in.Reading
	said := reading{
		File: r.Name, SHA256: in.SHA256, Encoding: r.Encoding, ByteOrderMark: r.ByteOrderMark, Delimiter: r.Delimiter, Sheet: r.Sheet, OnePhoneALine: r.Long, NumbersOnly: r.NumberOnly,
		Columns: columnsRead(r.Columns), NotUsed: columnsRead(r.Unused), Ignored: []string{}, UserHolds: r.UserHolds, CountryCodes: r.CountryCodes, DefaultCountry: r.DefaultCountry,
		Status: append([]string{}, r.Status...), Warnings: []string{}, Skipped: []skippedLine{},
		Lines: r.Lines, Blank: r.Blank, LeftOut: r.LeftOut.Where + r.LeftOut.Range + r.LeftOut.Users, WithoutPhone: r.WithoutPhone, Rows: in.Rows.Len(),
	}
	for _, text := range r.Warnings {
		said.Warnings = append(said.Warnings, report.MaskUser(text)) // a condition may be about a phone
	}
	for _, c := range r.NotRead {
		said.Ignored = append(said.Ignored, c.Heading)
	}
	for _, s := range r.Skipped {
		said.Skipped = append(said.Skipped, skippedLine{int(s.Line), s.What})
	}
	return said
}

func columnsRead(columns []heading.Column) []readColumn {
	read := []readColumn{} // an empty list, never null
	for _, c := range columns {
		read = append(read, readColumn{c.Key, c.Number, c.Heading})
	}
	return read
}

// log writes it as one line, and a line for each warning.
func (r *reading) log(logger zerolog.Logger) {
	headings, columns := map[string][]string{}, zerolog.Dict()
	for _, c := range r.Columns {
		headings[c.Key] = append(headings[c.Key], report.Printable(c.Heading)) // a cell may have several lines, and a line of the log has not
	}
	for _, key := range slices.Sorted(maps.Keys(headings)) {
		columns.Str(key, strings.Join(headings[key], ", "))
	}
	var ignored []string
	for _, text := range r.Ignored {
		ignored = append(ignored, report.Printable(text))
	}
	logger.Info().Str("file", r.File).Str("encoding", r.Encoding).Str("delimiter", r.Delimiter).Str("sheet", r.Sheet).Bool("one_phone_a_line", r.OnePhoneALine).
		Dict("columns", columns).Strs("ignored", ignored).Str("user_holds", r.UserHolds).Str("country_codes", r.CountryCodes).Str("default_country", r.DefaultCountry).
		Strs("status", r.Status).Int("lines", r.Lines).Int("blank", r.Blank).Int("skipped", len(r.Skipped)).Int("left_out", r.LeftOut).
		Int("without_phone", r.WithoutPhone).Int("rows", r.Rows).Str("sha256", r.SHA256).Msg("file read")
	for _, warning := range r.Warnings {
		logger.Warn().Msg(warning)
	}
}

// tellSummary prints what summary.json will have. The rows of a plan come before it.
func tellSummary(r *importRun, facts report.Facts) error {
	if r.planning {
		if err := tellRows(r, r.results, false); err != nil {
			return printed("the plan", err)
		}
	}
	return printed("the summary", r.stream.put("summary", report.Summarize(r.results, facts)))
}

// tellRows prints rows as plan does; those with which nothing would happen only where
// they are wanted.
func tellRows(r *importRun, results *authmethod.Results, changing bool) error {
	number := shownNumber(r.output.mask)
	for n := range results.Rows().All() {
		outcome := results.At(n).Outcome
		if changing && (outcome == authmethod.Unchanged || outcome == authmethod.Duplicate) {
			continue
		}
		if err := r.stream.put(rowKind, newPlannedRow(results, n, number)); err != nil {
			return err
		}
	}
	return nil
}

// printed is what went wrong when something was printed.
func printed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("printing %s: %w", what, err)
}

// locate adds where a run has left what it knows, and the command that goes on with it.
func locate(r *importRun, facts *report.Facts, written, rejects []string) {
	facts.Paths = report.Paths{Folder: r.folder.path, Rejects: rejects, Summary: r.folder.file(summaryFile)}
	for _, path := range written {
		switch filepath.Base(path) {
		case resultsFile:
			facts.Paths.Results = path
		case pageFile:
			facts.Paths.Report = path
		}
	}
	if exists(r.folder.file(journalFile)) {
		facts.Paths.Journal = r.folder.file(journalFile)
	}
	if facts.Stopped != "" && r.resumable() {
		facts.Resume = r.resumption()
	}
}

// optionsTold are the options of a run, those that were given for this attempt last.
// A command may hold a secret, such as the address of a hook, so that it is not told.
func optionsTold(r *importRun) (told []report.Option) {
	for _, flags := range [][]journal.Flag{r.given, r.anew} {
		for _, f := range flags {
			switch f.Name {
			case notifyFlag:
				f.Value = "set"
			case "where": // a condition may be about a phone
				f.Value = report.MaskUser(f.Value)
			}
			told = append(told, report.Option{Name: f.Name, Value: f.Value})
		}
	}
	return told
}

// checkTotal is what check counted.
type checkTotal struct {
	Rows       int            `json:"rows"`
	ToBeSent   int            `json:"toBeSent"`
	Rejected   int            `json:"rejected"`
	Duplicates int            `json:"duplicates"`
	HeldBack   int            `json:"heldBack"`
	WithNotes  int            `json:"rowsWithNotes"`
	Reasons    map[string]int `json:"reasons"` // of rejected rows, by their first problem
}

func newCheckTotal(file *importfile.File, results *authmethod.Results) checkTotal {
	counts := results.Counts()
	total := checkTotal{
		Rows: file.Rows.Len(), ToBeSent: counts[authmethod.NotAttempted], Rejected: counts[authmethod.Rejected],
		Duplicates: counts[authmethod.Duplicate], HeldBack: counts[authmethod.Dependency], Reasons: map[string]int{},
	}
	for n := range file.Rows.All() {
		found := results.Findings(n)
		if len(found.Problems) > 0 {
			total.Reasons[found.Problems[0].Code.Word()]++
		}
		if len(found.Notes) > 0 {
			total.WithNotes++
		}
	}
	return total
}
