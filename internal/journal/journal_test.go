package journal_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
)

func manyRows(t *testing.T, n int) *authmethod.Rows {
	t.Helper()
	rows := new(authmethod.Rows)
	for i := range n {
		number, _ := authmethod.NewPhoneNumber(1, "2065550101", "")
		rows.Append(authmethod.Row{Line: int32(i) + 2, User: "u@example.com", PhoneType: authmethod.PhoneTypeMobile, Number: number})
	}
	return rows
}

func readLines(t *testing.T, path string) (lines []map[string]any) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for scan := bufio.NewScanner(file); scan.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatalf("line %d of the journal: %v", len(lines)+1, err)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestIntentIsOnDiskBeforeItReturns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Version: "v1", Input: "users.csv", SHA256: "abc", TenantID: "t"}, manyRows(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	if got := readLines(t, path); len(got) != 1 || got[0]["format"] != 1.0 || got[0]["sha256"] != "abc" {
		t.Fatalf("a new journal holds %v, want the header", got)
	}
	if err := j.Intent([]authmethod.Write{{Row: 0}, {Row: 2}}); err != nil {
		t.Fatal(err)
	}
	got := readLines(t, path)
	if len(got) != 3 || got[2]["event"] != "intent" || got[2]["line"] != 4.0 || got[2]["phoneNumber"] != "+1 2065550101" {
		t.Fatalf("after two intents the journal holds %v", got)
	}
	if err := j.Outcome(2, authmethod.Result{Outcome: authmethod.Created, Status: 201, RequestID: "r", Attempts: 1}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	got = readLines(t, path)
	if len(got) != 4 || got[3]["event"] != "outcome" || got[3]["outcome"] != "created" || got[3]["httpStatus"] != 201.0 || got[3]["requestId"] != "r" {
		t.Fatalf("after Close the journal holds %v", got)
	}
}

func TestJournalIsItsOwnersOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no mode bits")
	}
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := journal.Create(path, journal.Header{}, manyRows(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode %o, want 600", got)
	}
}

func TestAnotherRunsJournalIsNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Create(path, journal.Header{}, manyRows(t, 1)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over another journal gave %v, want that it exists", err)
	}
}

func TestConcurrentIntentsAreAllThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	rows := manyRows(t, 400)
	j, err := journal.Create(path, journal.Header{}, rows)
	if err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	for worker := range 8 {
		g.Go(func() error {
			for i := range 50 {
				row := authmethod.RowNumber(worker*50 + i)
				if err := j.Intent([]authmethod.Write{{Row: row}}); err != nil {
					return err
				}
				if err := j.Outcome(row, authmethod.Result{Outcome: authmethod.Created}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	intended := map[float64]bool{}
	outcomes := 0
	for _, line := range readLines(t, path)[1:] {
		switch line["event"] {
		case "intent":
			intended[line["line"].(float64)] = true
		case "outcome":
			outcomes++
			if !intended[line["line"].(float64)] {
				t.Fatalf("line %v has an outcome before its intent", line["line"])
			}
		}
	}
	if len(intended) != 400 || outcomes != 400 {
		t.Errorf("%d intents and %d outcomes, want 400 of each", len(intended), outcomes)
	}
}

func TestWriteFailureIsReportedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := journal.Create(path, journal.Header{}, manyRows(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.Intent([]authmethod.Write{{Row: 0}}); err == nil || !strings.Contains(err.Error(), "writing the journal") {
			t.Errorf("Intent on a file that cannot be written gave %v, want an error that says so", err)
		}
	}
}

// Whatever stands in the cells of a file, a line of the journal is JSON that
// gives it back.
func TestEntriesAreJSON(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		user, code := rapid.String().Draw(rt, "user"), rapid.String().Draw(rt, "code")
		rows := new(authmethod.Rows)
		rows.Append(authmethod.Row{Line: 7, User: user, PhoneType: authmethod.PhoneTypeMobile})
		path := filepath.Join(dir, "journal.jsonl")
		defer os.Remove(path)
		j, err := journal.Create(path, journal.Header{}, rows)
		if err != nil {
			rt.Fatal(err)
		}
		_ = j.Outcome(0, authmethod.Result{Outcome: authmethod.Failed, Code: code, Status: 400})
		if err := j.Close(); err != nil {
			rt.Fatal(err)
		}
		got := readLines(t, path)[1]
		text, _ := got["code"].(string)
		if got["user"] != user || text != code || got["line"] != 7.0 || got["httpStatus"] != 400.0 || got["attempts"] != nil {
			rt.Fatalf("an entry for %q with code %q is %v", user, code, got)
		}
	})
}

// A folder that was removed takes the journal along: nothing more may be sent, though
// writing to the file still succeeds.
func TestJournalThatVanished(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Create(filepath.Join(folder, "journal.jsonl"), journal.Header{}, manyRows(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Intent([]authmethod.Write{{Row: 0}}); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Skip("the system keeps an open file: ", err)
	}
	if err := j.Intent([]authmethod.Write{{Row: 1}}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Intent = %v, want an error that the file is not there", err)
	}
}
