package main

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/pace"
)

func TestProgressText(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now := start.Add(20 * time.Second)
	for _, test := range []struct {
		done   int64
		status pace.Status
		want   string
	}{
		{0, pace.Status{}, "starting"},
		{100, pace.Status{Rate: 18}, "5.0/s, 1m20s left"},
		{100, pace.Status{Held: true, Until: now.Add(12 * time.Second), Reason: pace.Throttled}, "waiting 12s: Graph is throttling"},
		{100, pace.Status{Held: true, Until: now, Reason: pace.Trouble}, "waiting 1s: Graph fails or cannot be reached"},
		{0, pace.Status{Held: true, Until: now.Add(time.Minute), Reason: pace.Trouble}, "waiting 1m0s: Graph fails or cannot be reached"},
	} {
		p := &progress{total: 500, start: start}
		p.done.Store(test.done)
		if got := p.text(now, test.status); got != test.want {
			t.Errorf("after %d of 500 in 20s with %+v: %q, want %q", test.done, test.status, got, test.want)
		}
	}
}

// Every minute the log has a line of fields, which programs need not take apart.
func TestProgressInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		began := time.Now()
		p := newProgress(newConsole(io.Discard), zerolog.New(&log), "phones", 500, func() pace.Status {
			if time.Since(began) < 2*every {
				return pace.Status{}
			}
			return pace.Status{Held: true, Reason: pace.Throttled, Until: began.Add(2*every + 30*time.Second)}
		})
		time.Sleep(every + time.Second)
		for range 120 {
			p.add()
		}
		time.Sleep(every)
		p.end()
		time.Sleep(2 * every)
		want := `{"level":"info","what":"phones","done":0,"of":500,"message":"under way"}
{"level":"info","what":"phones","done":120,"of":500,"rate":1,"left_seconds":380,"waiting":"throttled","waiting_seconds":30,"message":"under way"}
`
		if log.String() != want {
			t.Errorf("the log has\n%swant\n%s", log.String(), want)
		}
	})
}

// Without a terminal the line shows nothing at all.
func TestNoProgressWithoutATerminal(t *testing.T) {
	var stderr bytes.Buffer
	p := newProgress(newConsole(&stderr), zerolog.Nop(), "phones", 10, func() pace.Status { return pace.Status{} })
	p.add()
	p.end()
	if stderr.Len() > 0 {
		t.Errorf("piped, the progress line wrote %q", stderr.String())
	}
}

// On a screen no line of a reading is broken within a word; elsewhere lines stay
// whole, for programs.
func TestReadingFitsAScreen(t *testing.T) {
	reading := "users.csv: UTF-8, comma between the cells, one phone per line, and more words than a screen has room for\n" +
		"  phones:   phoneType = column 2 \"phoneType\", phoneNumber = column 3 \"phoneNumber\", and others"
	want := "users.csv: UTF-8, comma between the cells, one phone per line, and more words\n  than a screen has room for\n" +
		"  phones:   phoneType = column 2 \"phoneType\", phoneNumber = column 3\n            \"phoneNumber\", and others"
	if got := (&console{terminal: true}).laid(reading); got != want {
		t.Errorf("on a screen it is\n%s\nwant\n%s", got, want)
	}
	if got := new(console).laid(reading); got != reading {
		t.Errorf("elsewhere it is\n%s", got)
	}
}
