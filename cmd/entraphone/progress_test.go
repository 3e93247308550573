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

// Every minute the log has a line of fields, which programs need not take apart.
func TestProgressInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		began := time.Now()
		p := newProgress(newConsole(io.Discard), zerolog.New(&log), view{what: "phone", total: 500}, func() flow {
			if time.Since(began) < 2*every {
				return flow{}
			}
			return flow{Status: pace.Status{Held: true, Reason: pace.Throttled, Until: began.Add(2*every + 30*time.Second)}}
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
	p := newProgress(newConsole(&stderr), zerolog.Nop(), view{what: "phone", total: 10}, func() flow { return flow{} })
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
