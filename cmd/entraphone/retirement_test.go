package main

import (
	"strings"
	"testing"
	"time"

	"entraphone/internal/graph"
)

// at is a moment as people write it.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// Every row of the table is of a known cloud, says when, and names the page that
// says so and the day on which it did. A misspelt row would be no row.
func TestRetirementTable(t *testing.T) {
	rows := 0
	for line := range strings.Lines(retirementTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) != 6 {
			t.Errorf("%d cells, want 6: %q", len(cells), line)
			continue
		}
		if _, err := graph.ParseCloud(cells[0]); err != nil {
			t.Error(err)
		}
		if _, err := time.Parse(time.DateOnly, cells[2]); err != nil && cells[2] != "none" && cells[2] != "later" {
			t.Errorf("%q is neither a day nor none or later", cells[2])
		}
		if _, err := time.Parse(time.DateOnly, cells[5]); err != nil || !strings.HasPrefix(cells[4], "https://") {
			t.Errorf("%q, seen on %q: want a page and a day", cells[4], cells[5])
		}
	}
	for _, cloud := range []graph.Cloud{"global", "usgov", "dod", "china"} {
		for _, tenant := range []string{"", "AAD", "AAD B2C", "CIAM"} {
			if len(retirements(cloud, tenant)) == 0 {
				t.Errorf("nothing is known of the cloud %s and the tenant %q", cloud, tenant)
			}
		}
	}
	if rows == 0 {
		t.Error("the table is empty")
	}
}

func TestRetirementWarning(t *testing.T) {
	const tail = " for workforce tenants: see entraphone doctor"
	tests := []struct {
		cloud graph.Cloud
		now   string
		want  string
	}{
		{"global", "2026-11-27T10:00:00Z", "Microsoft's own SMS and calls end on 2027-02-01 (in 66 days)" + tail}, // 3 + 31 + 31 + 1
		{"global", "2027-01-30T23:59:59Z", "Microsoft's own SMS and calls end on 2027-02-01 (in 2 days)" + tail},
		{"global", "2027-01-31T00:00:00Z", "Microsoft's own SMS and calls end on 2027-02-01 (tomorrow)" + tail},
		{"global", "2027-02-01T01:00:00+02:00", "Microsoft's own SMS and calls end on 2027-02-01 (tomorrow)" + tail}, // by UTC
		{"global", "2027-02-01T00:00:00Z", "Microsoft's own SMS and calls end today" + tail},
		{"global", "2027-02-02T00:00:00Z", "Microsoft's own SMS and calls ended on 2027-02-01" + tail},
		{"global", "2030-01-01T00:00:00Z", "Microsoft's own SMS and calls ended on 2027-02-01" + tail},
		{"usgov", "2026-11-27T10:00:00Z", ""},
		{"china", "2030-01-01T00:00:00Z", ""},
	}
	for _, test := range tests {
		if got := retirementWarning(test.cloud, at(t, test.now)); got != test.want {
			t.Errorf("%s at %s: %q, want %q", test.cloud, test.now, got, test.want)
		}
	}
}

func TestDiagnosisOfRetirement(t *testing.T) {
	tests := []struct {
		cloud       graph.Cloud
		tenant, now string
		state       state
		want        string // in the message
	}{
		{"global", "AAD", "2026-11-27T10:00:00Z", warningState, "end on 2027-02-01 (in 66 days); they end on 2027-07-01 (in 216 days) for Global Administrators and external users"},
		{"global", "AAD", "2027-03-01T00:00:00Z", warningState, "ended on 2027-02-01; they end on 2027-07-01 (in 122 days) for Global Administrators"},
		{"global", "AAD", "2028-01-01T00:00:00Z", warningState, "ended on 2027-02-01; they ended on 2027-07-01 for Global Administrators"},
		{"global", "", "2026-11-27T10:00:00Z", warningState, "that is for workforce tenants, and the kind of this one cannot be told"},
		{"global", "AAD B2C", "2026-11-27T10:00:00Z", wellState, "for Azure AD B2C no end of Microsoft's own SMS and calls was announced by 2026-09-23"},
		{"global", "CIAM", "2026-11-27T10:00:00Z", wellState, "for Entra External ID, on a day that was not announced by 2026-09-23"},
		{"dod", "AAD", "2026-11-27T10:00:00Z", wellState, "for this cloud, on a day that was not announced"},
		{"global", "Lunar", "2026-11-27T10:00:00Z", unknownState, "of this kind"},
	}
	for _, test := range tests {
		got := diagnoseRetirement(test.cloud, test.tenant, at(t, test.now))
		if got.State != test.state || !strings.Contains(got.Message, test.want) || got.Name != "retirement" {
			t.Errorf("%s, %q at %s: %+v, want %s with %q", test.cloud, test.tenant, test.now, got, test.state, test.want)
		}
		if known := got.State != unknownState; known != strings.HasPrefix(got.Source, "https://") || (got.Advice != "") != (got.State == warningState) {
			t.Errorf("%s, %q: source %q and advice %q", test.cloud, test.tenant, got.Source, got.Advice)
		}
	}
}
