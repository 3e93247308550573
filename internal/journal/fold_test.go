package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/journal"
)

func rowOf(t testing.TB, user string, phoneType authmethod.PhoneType, national, extension string) authmethod.Row {
	t.Helper()
	number, ok := authmethod.NewPhoneNumber(1, national, extension)
	if !ok {
		t.Fatalf("no number %s x%s", national, extension)
	}
	return authmethod.Row{User: user, PhoneType: phoneType, Number: number}
}

func rowsWith(rows ...authmethod.Row) *authmethod.Rows {
	all := new(authmethod.Rows)
	for i, row := range rows {
		row.Line = int32(i) + 2
		all.Append(row)
	}
	return all
}

// The first format that was released is read for ever, and by content: the rows
// stand in another order here than they did.
func TestFirstFormat(t *testing.T) {
	text, err := os.ReadFile("testdata/format1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsWith(
		rowOf(t, "eve@example.com", authmethod.PhoneTypeOffice, "2065550103", "12"),
		rowOf(t, "new@example.com", authmethod.PhoneTypeMobile, "2065550109", ""),
		rowOf(t, "bob@example.com", authmethod.PhoneTypeMobile, "2065550102", ""),
		rowOf(t, "ADA@example.com", authmethod.PhoneTypeMobile, "2065550101", ""),
	)
	past, err := journal.Fold(bytes.NewReader(text), rows)
	if err != nil {
		t.Fatal(err)
	}
	wantHeader := journal.Header{
		Format: 1, Tool: "entraphone", Version: "v1.0.0", StartedAt: time.Date(2026, 11, 27, 2, 15, 0, 0, time.UTC), Input: "users.csv", Path: "/srv/users.csv",
		SHA256: "ee33c155b6e1aa851c9ba1c7d9dec02b4d4e07526ce36bbe3268d45311cf846d", TenantID: "contoso.com", Endpoint: "https://graph.microsoft.com/v1.0",
		Flags: []journal.Flag{{Name: "default-country", Value: "DE"}, {Name: "map", Value: "user=UPN"}},
	}
	created := func(id string, second int) *authmethod.Result {
		return &authmethod.Result{Outcome: authmethod.Created, Status: 201, RequestID: id, Attempts: 1, FinishedAt: time.Date(2026, 11, 27, 2, 15, second, 0, time.UTC)}
	}
	undecided := authmethod.Result{Outcome: authmethod.NotAttempted, Class: authmethod.Retry}
	want := []journal.Record{{Attempts: 1, Open: true}, {}, {Attempts: 2}, {Attempts: 1}}
	results := []authmethod.Result{
		undecided,
		undecided,
		{
			Outcome: authmethod.Failed, Class: authmethod.FixData, Reason: "user-unknown", Status: 404, Code: "Request_ResourceNotFound", Message: "Graph knows no such user",
			Detail: "no", Advice: "check the spelling", RequestID: "r-2", Attempts: 2, FinishedAt: time.Date(2026, 11, 27, 2, 20, 2, 0, time.UTC),
		},
		*created("r-1", 2),
	}
	gone := []journal.Gone{{User: "gone@example.com", PhoneType: authmethod.PhoneTypeMobile, Line: 5, Record: journal.Record{Attempts: 1}, Result: created("", 4)}}
	gone[0].Number = rowOf(t, "", "", "2065550104", "").Number
	gone[0].Result.FinishedAt = time.Date(2026, 11, 27, 2, 20, 4, 0, time.UTC)
	if diff := cmp.Diff(wantHeader, past.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, past.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for n, want := range results {
		if diff := cmp.Diff(want, past.Results.At(authmethod.RowNumber(n)), cmpopts.EquateComparable(authmethod.PhoneNumber{})); diff != "" {
			t.Errorf("result of row %d (-want +got):\n%s", n, diff)
		}
	}
	if diff := cmp.Diff(gone, past.Gone, cmpopts.EquateComparable(authmethod.PhoneNumber{})); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if !past.Ended || past.ExitCode != 3 {
		t.Errorf("ended %v with %d, want true with 3", past.Ended, past.ExitCode)
	}
}

// recorded is the journal of a little run, and what it holds after each entry.
func recorded(t *testing.T, rows *authmethod.Rows) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Version: "v1"}, rows)
	if err != nil {
		t.Fatal(err)
	}
	for n := range authmethod.RowNumber(rows.Len()) {
		if err := j.Intent([]authmethod.Write{{Row: n}}); err != nil {
			t.Fatal(err)
		}
		if n%3 != 2 {
			if err := j.Outcome(n, authmethod.Result{Outcome: authmethod.Created, Status: 201, Attempts: 1}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(j.Close(), journal.End(path, 0)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A power cut anywhere leaves a journal that says what was on disk by then and
// nothing else, and that a later attempt can go on with.
func TestPowerCutAtEveryByte(t *testing.T) {
	rows := manyRows(t, 0)
	for i := range 7 {
		rows.Append(rowOf(t, fmt.Sprintf("u%d@example.com", i), authmethod.PhoneTypeMobile, "206555010"+fmt.Sprint(i), ""))
	}
	text := recorded(t, rows)
	first := bytes.IndexByte(text, '\n') + 1
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	for cut := first; cut <= len(text); cut++ {
		past, err := journal.Fold(bytes.NewReader(text[:cut]), rows)
		if err != nil {
			t.Fatalf("cut at byte %d: %v", cut, err)
		}
		if past.Ended != (cut == len(text)) {
			t.Fatalf("cut at byte %d of %d: ended %v", cut, len(text), past.Ended)
		}
		whole := string(text[:bytes.LastIndexByte(text[:cut], '\n')+1])
		for n, record := range past.Rows {
			user := fmt.Sprintf("%q", rows.At(authmethod.RowNumber(n)).User)
			want := strings.Count(whole, user)
			got := int(record.Attempts)
			if past.Results.Decided(authmethod.RowNumber(n)) {
				got++
			}
			if got != want || record.Open != (want == 1) {
				t.Fatalf("cut at byte %d: row %d is %+v, want %d entries of it", cut, n, record, want)
			}
		}
		if cut%97 != 0 { // files are slow
			continue
		}
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Reopen(path, past, "v2", rows)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(j.Intent([]authmethod.Write{{Row: 0}}), j.Close()); err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		later, err := journal.Fold(bytes.NewReader(again), rows)
		if err != nil || !later.Rows[0].Open || later.Rows[0].Attempts != past.Rows[0].Attempts+1 {
			t.Fatalf("cut at byte %d and gone on with: %+v, %v", cut, later.Rows[0], err)
		}
	}
}

// Damage that no power cut explains is an error with its place.
func TestDamage(t *testing.T) {
	rows := manyRows(t, 0)
	rows.Append(rowOf(t, "a@example.com", authmethod.PhoneTypeMobile, "2065550101", ""))
	rows.Append(rowOf(t, "b@example.com", authmethod.PhoneTypeMobile, "2065550102", ""))
	lines := strings.SplitAfter(string(recorded(t, rows)), "\n")
	for _, test := range []struct {
		name, text string
		line       int
	}{
		{"empty", "", 0},
		{"not ours", `{"event":"intent"}` + "\n", 1},
		{"no JSON", "hello\n", 1},
		{"a line of zeros", lines[0] + "\x00\x00\x00\n" + lines[1], 2},
		{"half a line in the middle", lines[0] + lines[1][:20] + "\n" + lines[2], 2},
		{"an event nobody knows", lines[0] + lines[1] + `{"event":"rewind"}` + "\n", 3},
		{"an outcome nobody knows", lines[0] + lines[1] + strings.Replace(lines[2], `"created"`, `"vanished"`, 1), 3},
		{"no end of a line", lines[0] + lines[1] + strings.Repeat("x", 5<<20), 3},
	} {
		past, err := journal.Fold(strings.NewReader(test.text), rows)
		var damaged *journal.DamagedError
		switch {
		case test.line == 0:
			if err != nil || past.Header.Format != 0 {
				t.Errorf("%s: %v, want nothing", test.name, err)
			}
		case !errors.As(err, &damaged) || damaged.Line != test.line:
			t.Errorf("%s: %v, want a *DamagedError in line %d", test.name, err, test.line)
		case damaged.Byte != int64(len(strings.Join(lines[:test.line-1], ""))):
			t.Errorf("%s: byte %d", test.name, damaged.Byte)
		}
	}
	newer := strings.Replace(lines[0], `"format":1`, `"format":2`, 1)
	if _, err := journal.Fold(strings.NewReader(newer), rows); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer format: %v, want an error that says so", err)
	}
}

// Whatever is recorded in whatever order comes out again.
func TestFoldIsWhatWasRecorded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(rt, "rows")
		rows := new(authmethod.Rows)
		for i := range n {
			rows.Append(rowOf(t, fmt.Sprintf("u%d@example.com", i/2), []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeOffice}[i%2], fmt.Sprintf("2065550%03d", i), ""))
		}
		path := filepath.Join(t.TempDir(), rapid.StringMatching("[a-z]{12}").Draw(rt, "name"))
		j, err := journal.Create(path, journal.Header{}, rows)
		if err != nil {
			rt.Fatal(err)
		}
		want, results := make([]journal.Record, n), make([]*authmethod.Result, n)
		for range rapid.IntRange(0, 60).Draw(rt, "entries") {
			row := rapid.IntRange(0, n-1).Draw(rt, "row")
			if rapid.Bool().Draw(rt, "intent") {
				err = j.Intent([]authmethod.Write{{Row: authmethod.RowNumber(row)}})
				want[row].Open = true
				want[row].Attempts++
			} else {
				result := authmethod.Result{
					Outcome: rapid.SampledFrom(authmethod.Outcomes()).Draw(rt, "outcome"), Class: rapid.SampledFrom(append(authmethod.Classes(), "")).Draw(rt, "class"),
					Message: rapid.StringN(0, 9, 60).Draw(rt, "message"), Status: rapid.IntRange(0, 600).Draw(rt, "status"), Attempts: int(want[row].Attempts),
				}
				err = j.Outcome(authmethod.RowNumber(row), result)
				want[row].Open = result.Outcome == authmethod.Unknown
				results[row] = &result
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			rt.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			rt.Fatal(err)
		}
		past, err := journal.Fold(bytes.NewReader(text), rows)
		if err != nil {
			rt.Fatal(err)
		}
		for i, want := range results {
			got := past.Results.At(authmethod.RowNumber(i))
			got.FinishedAt = time.Time{}
			if past.Results.Decided(authmethod.RowNumber(i)) != (want != nil) || want != nil && got != *want {
				rt.Fatalf("result of row %d is %+v, want %+v", i, got, want)
			}
		}
		if diff := cmp.Diff(want, past.Rows); diff != "" || len(past.Gone) > 0 {
			rt.Fatalf("(-want +got), gone %v:\n%s", past.Gone, diff)
		}
	})
}

func TestEnded(t *testing.T) {
	text := recorded(t, rowsWith(rowOf(t, "a@example.com", authmethod.PhoneTypeMobile, "2065550101", "")))
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	for cut := range len(text) + 1 {
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := journal.Ended(path); err != nil || got != (cut == len(text)) {
			t.Fatalf("Ended of %d bytes of %d = %v, %v", cut, len(text), got, err)
		}
	}
	if _, err := journal.Ended(path + "x"); err == nil {
		t.Error("Ended of no file gives no error")
	}
}

// No bytes make it panic, or find rows that are not there.
func FuzzFold(f *testing.F) {
	text, err := os.ReadFile("testdata/format1.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add(slices.Concat(text, text))
	rows := rowsWith(rowOf(f, "bob@example.com", authmethod.PhoneTypeMobile, "2065550102", ""))
	f.Fuzz(func(t *testing.T, text []byte) {
		past, err := journal.Fold(bytes.NewReader(text), rows)
		var damaged *journal.DamagedError
		if errors.As(err, &damaged) && (damaged.Byte < 0 || damaged.Byte > int64(len(text)) || damaged.Line < 1 || damaged.Line > bytes.Count(text, []byte{'\n'})+1) {
			t.Errorf("place %d, %d of %d bytes", damaged.Line, damaged.Byte, len(text))
		}
		if err == nil && len(past.Rows) != 1 {
			t.Errorf("%d rows", len(past.Rows))
		}
	})
}

// Reading quickly is reading, or leaves it to encoding/json.
func FuzzQuickEntry(f *testing.F) {
	text, err := os.ReadFile("testdata/format1.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		f.Add(line)
	}
	for _, line := range []string{`{}`, `{"line":01}`, `{"line":7,}`, `{"line":7}x`, `{"user":"\u00e4"}`, `{"user":"a" }`, `{"User":"a"}`, `{"at":"2026-11-27"}`, `{"line":-1}`, `{"attempts":1.5}`, `{"user":null}`, `{"line":"7"}`, `{"user":7}`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if quick, slow := journal.Quick(line), journal.Slow(line); quick != "" && quick != slow {
			t.Errorf("%q is read as %s quickly, and as %s by encoding/json", line, quick, slow)
		}
	})
}
