package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
	"entraphone/internal/submit"
)

func TestWindow(t *testing.T) {
	for _, test := range []struct{ window, now, open, until string }{
		{"22:00-05:00 Europe/Berlin", "2026-11-27T21:30+01:00", "closed", "2026-11-27T22:00+01:00"},
		{"22:00-05:00 Europe/Berlin", "2026-11-27T22:00+01:00", "open", "2026-11-28T05:00+01:00"},
		{"22:00-05:00 Europe/Berlin", "2026-11-28T04:59+01:00", "open", "2026-11-28T05:00+01:00"},
		{"22:00-05:00 Europe/Berlin", "2026-11-28T05:00+01:00", "closed", "2026-11-28T22:00+01:00"},
		{"9:00-17:00 UTC", "2026-11-27T08:00Z", "closed", "2026-11-27T09:00Z"},
		{"9:00-17:00 UTC", "2026-11-27T12:00Z", "open", "2026-11-27T17:00Z"},
		{"9:00-17:00 UTC", "2026-11-27T17:00Z", "closed", "2026-11-28T09:00Z"},
		{"00:00-24:00 UTC", "2026-11-27T17:00Z", "open", "2026-11-28T00:00Z"},
		{"22:00-24:00 UTC", "2026-12-31T23:59Z", "open", "2027-01-01T00:00Z"},
		// Clocks go forward at two, and back at three.
		{"01:30-04:00 Europe/Berlin", "2026-03-29T00:59+01:00", "closed", "2026-03-29T01:30+01:00"},
		{"01:30-04:00 Europe/Berlin", "2026-03-29T03:00+02:00", "open", "2026-03-29T04:00+02:00"},
		{"22:00-05:00 Europe/Berlin", "2026-10-25T04:30+01:00", "open", "2026-10-25T05:00+01:00"},
		{"02:15-02:45 Europe/Berlin", "2026-03-29T01:00+01:00", "closed", "2026-03-29T03:15+02:00"},
	} {
		const form = "2006-01-02T15:04Z07:00"
		var w window
		now, wrong := time.Parse(form, test.now)
		if err := w.Set(test.window); err != nil || wrong != nil {
			t.Fatal(test, err, wrong)
		}
		word := map[bool]string{true: "open", false: "closed"}
		if open, until := w.at(now); word[open] != test.open || until.Format(form) != test.until {
			t.Errorf("%s at %s: %s until %s, want %s until %s", test.window, test.now, word[open], until.Format(form), test.open, test.until)
		}
	}
	for text, want := range map[string]string{
		"": "give times", "22-5": "give times", "25:00-05:00": "give times", "24:30-05:00": "ends at 24:00", "22:00-22:00": "never opens", "24:00-00:00": "never opens", "22:00-05:00 Mars/Olympus": "no zone",
	} {
		var w window
		if err := w.Set(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// A run that comes to the end of its window waits for the next, however long that is,
// and sends nothing between.
func TestRunsWaitForTheirWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quota, err := graphsim.ParseQuota("30/10s")
		if err != nil {
			t.Fatal(err)
		}
		var w window
		if err := w.Set("00:00-00:20 UTC"); err != nil { // time begins at midnight here
			t.Fatal(err)
		}
		sim := graphsim.New(graphsim.Config{Latency: 150 * time.Millisecond, PhoneQuota: quota, KeepLog: true})
		start := time.Now()
		var s *submit.Submitter
		told, err := runSpread(t, sim, 2_400, 1, func(of *submit.Submitter) {
			s, of.Window, of.GiveUpAfter = of, w.at, 5*time.Minute
		})
		if err != nil || told.counter[authmethod.Created] != 4_800 {
			t.Fatalf("%v, %v", err, told.counter)
		}
		if took := time.Since(start); took < 24*time.Hour || took > 24*time.Hour+20*time.Minute {
			t.Errorf("4,800 phones at 3 a second took %s", took)
		}
		if paused := s.Stats().Paused; paused < 23*time.Hour+39*time.Minute || paused > 23*time.Hour+41*time.Minute {
			t.Errorf("it says that it waited %s", paused)
		}
		for _, entry := range sim.Log() {
			if open, _ := w.at(entry.Time); !open {
				t.Fatalf("%s %s was sent at %s", entry.Method, entry.Path, entry.Time)
			}
		}
	})
}
