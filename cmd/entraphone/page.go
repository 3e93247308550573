package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"entraphone/internal/authmethod"
	"entraphone/internal/phonenumber/plans"
	"entraphone/internal/report"
)

// maskFlag is --mask. It has three states, because results.csv, which programs read,
// masks only where that was asked for, and report.html, which people show to each
// other, unless it was refused.
type maskFlag outputOptions

// String is what holds for results.csv.
func (m *maskFlag) String() string { return strconv.FormatBool(m.mask) }

// Set reads true or false, as of other flags.
func (m *maskFlag) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("give true or false")
	}
	m.mask, m.unmasked = on, !on
	return nil
}

// Type is that of a flag that needs no value.
func (*maskFlag) Type() string { return "bool" }

// IsBoolFlag lets --mask stand alone.
func (*maskFlag) IsBoolFlag() bool { return true }

// The files of a report beside the summary and the rejects.
const (
	resultsFile  = "results.csv"
	pageFile     = "report.html"
	workbookFile = "results.xlsx"
	linesFile    = "results.jsonl"
	junitFile    = "results.xml"
)

// rendering is a file with the results, in one of the formats of report --format.
type rendering struct {
	format, file string
	write        func(r *importRun, path string, facts *report.Facts) error
}

// renderings are all of them, in the order in which they are written: what programs
// rely on comes first. Another format is another line here.
func renderings() []rendering {
	return []rendering{
		{"csv", resultsFile, func(r *importRun, path string, facts *report.Facts) error {
			_ = os.Remove(path + packedEnd) // the same, of before
			return report.WriteResults(path, r.results, *facts, r.output.mask)
		}},
		{"html", pageFile, func(r *importRun, path string, facts *report.Facts) error {
			return report.WriteHTML(path, r.results, pageOf(r, *facts))
		}},
		{"xlsx", workbookFile, func(r *importRun, path string, facts *report.Facts) error {
			return report.WriteWorkbook(path, r.results, *facts, r.output.mask)
		}},
		{"json", linesFile, func(r *importRun, path string, _ *report.Facts) error {
			return report.WriteLines(path, r.results, r.output.mask)
		}},
		{"junit", junitFile, func(r *importRun, path string, facts *report.Facts) error {
			return report.WriteJUnit(path, r.results, *facts)
		}},
	}
}

// formats are the names of the renderings.
func formats() (names []string) {
	for _, of := range renderings() {
		names = append(names, of.format)
	}
	return names
}

// writeFormats writes the results in these formats, and returns the paths. What could
// not be written is added to unwritten; where something was sent it says where that
// stands.
func writeFormats(r *importRun, facts *report.Facts, formats []string, unwritten *[]error) (paths []string) {
	for _, of := range renderings() {
		if !slices.Contains(formats, of.format) {
			continue
		}
		path := r.folder.file(of.file)
		err := of.write(r, path, facts)
		if err == nil {
			paths = append(paths, path)
			continue
		}
		if of.format == "csv" && facts.Requests > 0 && exists(r.folder.file(journalFile)) {
			err = fmt.Errorf("%w; what was sent stands in %s", err, r.folder.file(journalFile))
		}
		*unwritten = append(*unwritten, err)
	}
	return paths
}

// pageOf is what report.html says.
func pageOf(r *importRun, facts report.Facts) report.Page {
	p := report.Page{Facts: facts, Mask: !r.output.unmasked, Commands: facts.Next, Region: region}
	for _, o := range facts.Options {
		p.Options = append(p.Options, "--"+o.Name+"="+quoted(o.Value))
	}
	if p.TenantID = r.tenant.tenantID; r.target != nil { // else as the journal has it
		p.TenantID = r.target.tenantID
	}
	return p
}

// region is the country of a number, "" of one that is in no country's plan.
func region(number authmethod.PhoneNumber) string {
	code, national, _ := number.Parts()
	read, err := plans.Parse("+"+code+national, "")
	if err != nil || read.Region == "001" { // of no country
		return ""
	}
	return read.Region
}

// keptPace is the pace of a run as its summary has kept it, or nil: a summary that is
// gone, or that somebody has edited, costs the picture and not the report.
func keptPace(folder *runFolder) *report.Pace {
	var summary struct {
		Pace *report.Pace `json:"pace"`
	}
	text, err := os.ReadFile(folder.file(summaryFile))
	if err != nil || json.Unmarshal(text, &summary) != nil {
		return nil
	}
	return summary.Pace
}

// wentBy is how fast this process went. One that had nothing to send keeps what an
// earlier attempt at the run has told, if any.
func wentBy(r *importRun) *report.Pace {
	history := r.target.history()
	if r.dryRun || history.Accepted == nil {
		return keptPace(r.folder)
	}
	pace := report.Pace(history)
	return &pace
}
