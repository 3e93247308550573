package main

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/graph"
)

//go:embed retirements.tsv
var retirementTable string

// workforce is the tenantType of a tenant for employees, as
// https://learn.microsoft.com/graph/api/resources/organization has it.
const workforce = "AAD"

// retirement is a line of the table: Microsoft's own delivery of text messages
// and calls ends for some people of one kind of tenant.
type retirement struct {
	cloud   graph.Cloud
	tenant  string    // tenantType, or any
	day     time.Time // zero where it ends on no known day
	later   bool      // it will end some day
	whom    string
	source  string
	checked string // the day on which the source said so
}

// retirements are those that apply to a cloud and a kind of tenant, in the order
// of their days; of an unknown kind, those of a tenant for employees.
func retirements(cloud graph.Cloud, tenant string) (apply []retirement) {
	if tenant == "" { // nearly everybody's
		tenant = workforce
	}
	for line := range strings.Lines(retirementTable) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) != 6 { // a remark
			continue
		}
		r := retirement{graph.Cloud(cells[0]), cells[1], time.Time{}, cells[2] == "later", cells[3], cells[4], cells[5]}
		if r.cloud == cloud && (r.tenant == tenant || r.tenant == "any") {
			r.day, _ = time.Parse(time.DateOnly, cells[2]) // none and later are no days
			apply = append(apply, r)
		}
	}
	return apply
}

// ends says on which day, and how many days are left by the calendar of UTC.
func (r retirement) ends(now time.Time) string {
	day, today := r.day.Format(time.DateOnly), now.UTC().Truncate(24*time.Hour)
	switch left := int(r.day.Sub(today) / (24 * time.Hour)); {
	case left < 0:
		return "ended on " + day
	case left == 0:
		return "end today"
	case left == 1:
		return fmt.Sprintf("end on %s (tomorrow)", day)
	default:
		return fmt.Sprintf("end on %s (in %d days)", day, left)
	}
}

// retirementWarning is what an import into a cloud is told, in one line; empty
// where nothing is known to end there. What kind of tenant it is would cost a
// request, so that the line says for which kind it holds.
func retirementWarning(cloud graph.Cloud, now time.Time) string {
	apply := retirements(cloud, workforce)
	if len(apply) == 0 || apply[0].day.IsZero() {
		return ""
	}
	return fmt.Sprintf("Microsoft's own SMS and calls %s for workforce tenants: see entraphone doctor", apply[0].ends(now))
}

// sayRetirement warns an import of the day from which phones may be of no use.
// Whoever rehearses, or writes to a stand-in, has no use for it.
func sayRetirement(r *importRun) {
	cloud, err := graph.ParseCloud(r.tenant.cloud)
	if err != nil || !r.target.journal || r.simulate || r.tenant.endpoint != "" {
		return
	}
	text := retirementWarning(cloud, r.started)
	switch {
	case text == "" || r.output.level() > zerolog.WarnLevel:
	case r.console.people(r.output):
		fmt.Fprintf(r.console, "entraphone: warning: %s\n", text)
		log := r.console.silent(r.output)
		log.Warn().Msg(text)
	default:
		r.logger.Warn().Msg(text)
	}
}

// diagnoseRetirement says when phones stop to be of use.
func diagnoseRetirement(cloud graph.Cloud, tenant string, now time.Time) diagnosis {
	d := diagnosis{Name: "retirement", State: wellState}
	apply := retirements(cloud, tenant)
	if len(apply) == 0 {
		d.State, d.Message = unknownState, "nothing is known of tenants of this kind"
		return d
	}
	d.Source = apply[0].source
	if first := apply[0]; first.day.IsZero() {
		d.Message = fmt.Sprintf("for %s no end of Microsoft's own SMS and calls was announced by %s", first.whom, first.checked)
		if first.later {
			d.Message = fmt.Sprintf("Microsoft will end its own SMS and calls for %s, on a day that was not announced by %s", first.whom, first.checked)
		}
		return d
	}
	var ends []string
	for _, r := range apply {
		end := r.ends(now)
		if r.whom != "everybody" {
			end += " for " + r.whom
		}
		ends = append(ends, end)
	}
	d.State, d.Message = warningState, "Microsoft's own SMS and calls "+strings.Join(ends, "; they ")
	if tenant == "" {
		d.Message += "; that is for workforce tenants, and the kind of this one cannot be told"
	}
	d.Advice = "set up a telephony provider of the tenant's own, or plan to do without phones"
	return d
}
