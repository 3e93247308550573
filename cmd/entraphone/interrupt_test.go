package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The whole program in virtual time: an interrupt after 200 ms of an import
// that would take long exits 130, with the report written.
func TestInterruptedImportExits130(t *testing.T) {
	file, state := filepath.Join(t.TempDir(), "users.csv"), t.TempDir()
	if err := os.WriteFile(file, []byte("UPN,Mobile\n"+strings.Repeat("a@example.com,+1 2065550101\nb@example.com,+1 2065550102\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, context.Canceled)
		defer cancel()
		var stdout, stderr bytes.Buffer
		code := run(ctx, process{
			args:   []string{"import", file, "--simulate", "--rate", "0.01", "--batch-size", "1", "--state", state},
			getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		})
		if code != exitInterrupted || !strings.Contains(stdout.String(), "interrupted") || !strings.Contains(stderr.String(), "hint: entraphone resume goes on") {
			t.Errorf("exit code %d, want 130; stdout %q, stderr %q", code, stdout.String(), stderr.String())
		}
	})
	if results, err := filepath.Glob(filepath.Join(state, "runs", "*", "results.csv")); err != nil || len(results) != 1 {
		t.Errorf("results %v (%v), want one file", results, err)
	}
}
