package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// window is a time of the day, as clocks of its zone show it. Its zero value is always.
type window struct {
	text     string
	from, to time.Duration // since midnight; to is before from where midnight is within
	zone     *time.Location
}

var _ pflag.Value = (*window)(nil)

func (w *window) String() string { return w.text }

// Type is the value's name in the help.
func (w *window) Type() string { return "TIMES" }

var windowForm = regexp.MustCompile(`^([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)(?: +(\S+))?$`)

// Set reads "22:00-05:00", with the name of a zone behind it where it is not this
// machine's.
func (w *window) Set(text string) error {
	parts := windowForm.FindStringSubmatch(text)
	if parts == nil {
		return errors.New(`give times of the day such as 22:00-05:00, and a zone where it is not this machine's: "22:00-05:00 Europe/Berlin"`)
	}
	clock := func(hours, minutes string) time.Duration {
		h, _ := strconv.Atoi(hours) // digits, by the form
		m, _ := strconv.Atoi(minutes)
		return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	}
	read := window{text: text, from: clock(parts[1], parts[2]), to: clock(parts[3], parts[4]), zone: time.Local}
	const day = 24 * time.Hour
	switch {
	case read.from > day || read.to > day:
		return errors.New("a day ends at 24:00")
	case read.from%day == read.to%day && read.to-read.from != day:
		return fmt.Errorf("it never opens: %s is when it closes, too", parts[1]+":"+parts[2])
	}
	if parts[5] != "" {
		zone, err := time.LoadLocation(parts[5])
		if err != nil {
			return fmt.Errorf("there is no zone %q, such as Europe/Berlin", parts[5])
		}
		read.zone = zone
	}
	*w = read
	return nil
}

// times tells when the window is open, as [submit.Config] wants it; nil is always.
func (w *window) times() func(time.Time) (bool, time.Time) {
	if w.text == "" {
		return nil
	}
	return w.at
}

// at tells whether the window is open at a time, and until when that is so. A clock that
// is put forward may take a time of the day away, and with it a night's window: it then
// opens at the time to which the clock was put.
func (w *window) at(now time.Time) (open bool, until time.Time) {
	local := now.In(w.zone)
	on := func(day int, clock time.Duration) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+day, 0, int(clock.Minutes()), 0, 0, w.zone)
	}
	for day := -1; ; day++ {
		from, to := on(day, w.from), on(day, w.to)
		if w.to <= w.from {
			to = on(day+1, w.to)
		}
		switch {
		case now.Before(from):
			return false, from
		case now.Before(to):
			return true, to
		}
	}
}
