package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"entraphone/internal/authmethod"
)

// The sample of "make demo" shows every outcome of a real run.
func TestSampleShowsEveryOutcome(t *testing.T) {
	state := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), process{
			args: []string{
				"import", "../../samples/onboarding.csv", "--simulate", "--directory", "../../samples/directory.csv", "--max-attempts", "3", "--state", state,
			},
			getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		})
		if code != exitRows {
			t.Errorf("exit code %d, want 3; stderr %s", code, stderr.String())
		}
	})
	paths, err := filepath.Glob(filepath.Join(state, "runs", "*", "summary.json"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("summaries %v (%v), want one", paths, err)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	var summary struct {
		Input    struct{ Rows int }
		Outcomes map[authmethod.Outcome]int
	}
	if err := json.Unmarshal(text, &summary); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, outcome := range authmethod.Outcomes() {
		sum += summary.Outcomes[outcome]
		if summary.Outcomes[outcome] == 0 && outcome != authmethod.Planned { // which dry runs have

			t.Errorf("no row of the sample is %s", outcome)
		}
	}
	if sum != summary.Input.Rows {
		t.Errorf("outcomes add up to %d, want the %d rows", sum, summary.Input.Rows)
	}
}
