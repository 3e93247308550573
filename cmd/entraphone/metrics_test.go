package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"entraphone/internal/authmethod"
	"entraphone/internal/report"
)

// samples reads the text format of Prometheus as strictly as
// https://prometheus.io/docs/instrumenting/exposition_formats/ has it, and as
// node_exporter wants it: a HELP and a TYPE line before the samples of each metric, which
// stand together, no sample twice, and no times. It returns the values by what stands
// before them.
func samples(text string) (values map[string]float64, err error) {
	const name = `[a-zA-Z_:][a-zA-Z0-9_:]*`
	help := regexp.MustCompile(`^# HELP (` + name + `) ((?:[^\\\n]|\\\\|\\n)*)$`)
	kind := regexp.MustCompile(`^# TYPE (` + name + `) gauge$`)
	label := `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`
	sample := regexp.MustCompile(`^((` + name + `)\{` + label + `(?:,` + label + `)*\}) (\S+)$`)
	values = map[string]float64{}
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\n") {
		return nil, fmt.Errorf("it is not UTF-8, or its last line has no end: %q", text)
	}
	seen, helped, typed := map[string]bool{}, "", ""
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if found := help.FindStringSubmatch(line); found != nil {
			if seen[found[1]] {
				return nil, fmt.Errorf("a metric stands there twice: %s", line)
			}
			helped, seen[found[1]] = found[1], true
			continue
		}
		if found := kind.FindStringSubmatch(line); found != nil && found[1] == helped {
			typed = helped
			continue
		}
		found := sample.FindStringSubmatch(line)
		if found == nil || found[2] != typed || typed != helped {
			return nil, fmt.Errorf("not of the format: %q", line)
		}
		value, err := strconv.ParseFloat(found[3], 64)
		if _, twice := values[found[1]]; err != nil || twice {
			return nil, fmt.Errorf("a sample twice, or no number: %q", line)
		}
		values[found[1]] = value
	}
	return values, nil
}

func TestMetricsAreOfTheFormat(t *testing.T) {
	rows := new(authmethod.Rows)
	for range 3 {
		rows.Append(authmethod.Row{User: "mia@example.com", PhoneType: authmethod.PhoneTypeMobile})
	}
	results := authmethod.NewResults(rows, nil)
	results.Set(0, authmethod.Result{Outcome: authmethod.Created})
	results.Set(1, authmethod.Result{Outcome: authmethod.Failed, Class: authmethod.Permission})
	began := time.Date(2026, 11, 27, 2, 15, 0, 0, time.UTC)
	for name, job := range map[string]string{
		"users.csv":                    "users.csv",
		`C:\new\"users".csv`:           `C:\\new\\\"users\".csv`,
		"zwei\nZeilen\u00e4\u0085\x01": "zwei\\nZeilen\u00e4\u0085\x01", // Go would write \u0085, which the format has not
		"cut\xff":                      "cut?",
	} {
		path := filepath.Join(t.TempDir(), "entraphone.prom")
		f := report.Facts{
			Input: name, StartedAt: began, FinishedAt: began.Add(90 * time.Second), Known: 1, ExitCode: exitRows, Requests: 7, Throttled: 2,
			Traffic: report.Traffic{Waiting: report.Waiting{Throttled: 12.5, Trouble: 3}},
		}
		if err := writeMetrics(path, "", results, f); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := samples(string(text))
		if err != nil {
			t.Errorf("of %q: %v", name, err)
			continue
		}
		for metric, want := range map[string]float64{
			`rows{job="%s",outcome="created"}`: 1, `rows{job="%s",outcome="failed"}`: 1, `rows{job="%s",outcome="not-attempted"}`: 1, `rows{job="%s",outcome="updated"}`: 0,
			`rows_open{job="%s",class="permission"}`: 1, `rows_open{job="%s",class="retry"}`: 1, `rows_known{job="%s"}`: 1, `rows_remaining{job="%s"}`: 1,
			`requests{job="%s"}`: 7, `throttled{job="%s"}`: 2, `waiting_seconds{job="%s",reason="throttled"}`: 12.5, `waiting_seconds{job="%s",reason="trouble"}`: 3,
			`duration_seconds{job="%s"}`: 90, `exit_code{job="%s"}`: 3,
			`last_run_timestamp_seconds{job="%s"}`: float64(began.Unix() + 90), `last_success_timestamp_seconds{job="%s"}`: float64(began.Unix() + 90),
		} {
			key := "entraphone_" + fmt.Sprintf(metric, job)
			if value, there := got[key]; !there || value != want {
				t.Errorf("%s is %g (%v), want %g, in\n%s", key, value, there, want, text)
			}
		}
	}
}

// The check itself refuses what Prometheus does.
func TestSamplesAreStrict(t *testing.T) {
	const head = "# HELP a b\n# TYPE a gauge\n"
	for _, text := range []string{"a{x=\"1\"} 1\n", head + "a{x=\"\\u0085\"} 1\n", head + "a{x=\"1\"} one\n", head + "a{x=\"1\"} 1", head + "b{x=\"1\"} 1\n", head + "a{x=\"1\"} 1\na{x=\"1\"} 2\n", head + head, "# TYPE a gauge\na{x=\"1\"} 1\n"} {
		if _, err := samples(text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}
