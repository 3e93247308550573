package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hinshun/vt10x"
	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// emulated is a terminal that shows what was written to it.
func emulated(columns, rows int) vt10x.Terminal { return vt10x.New(vt10x.WithSize(columns, rows)) }

// shown are its lines without the empty ones at the end.
func shown(screen vt10x.Terminal) string {
	var lines []string
	for line := range strings.Lines(screen.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// onTerminal writes as a program does: the terminal goes to the beginning of a new line.
type onTerminal struct{ vt10x.Terminal }

func (o onTerminal) Write(p []byte) (int, error) {
	_, err := o.Terminal.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// screenOf is a console whose terminal has 80 columns.
func screenOf(screen vt10x.Terminal, obeys bool) *console {
	return &console{out: onTerminal{screen}, fd: ^uintptr(0), terminal: true, obeys: obeys}
}

// In virtual time: a run draws itself anew at the bottom, the log comes out above it,
// what the terminal echoes there leaves no remains, and in the end only the log stands.
func TestRunOnAScreen(t *testing.T) {
	for _, obeys := range []bool{true, false} {
		t.Run(fmt.Sprintf("obeys=%t", obeys), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				terminal := emulated(80, 24)
				screen := screenOf(terminal, obeys)
				fmt.Fprintln(screen, "before")
				began := time.Now()
				p := newProgress(screen, zerolog.Nop(), view{title: "sending to tenant contoso.com", what: "phone", total: 500}, func() flow {
					if time.Since(began) > 20*time.Second {
						return flow{Status: pace.Status{Held: true, Until: began.Add(30 * time.Second), Reason: pace.Throttled}}
					}
					return flow{}
				})
				var film strings.Builder
				for _, scene := range []struct {
					at   time.Duration
					what func()
				}{
					{time.Second, func() {}},
					{10 * time.Second, func() {
						for range 100 {
							p.settle(&authmethod.Row{}, authmethod.Result{Outcome: authmethod.Created})
						}
						fmt.Fprintln(screen, "a line of the log")
					}},
					{25 * time.Second, func() {
						p.settle(&authmethod.Row{Line: 7, User: "jane@contoso.com", PhoneType: authmethod.PhoneTypeMobile}, authmethod.CodeUserUnknown.Result(authmethod.Failed))
					}},
					{26 * time.Second, func() {
						terminal.Write([]byte("^C"))
						fmt.Fprintln(screen, "stopping")
					}},
					{27 * time.Second, func() {
						terminal.Write([]byte("^C"))
						p.end()
						fmt.Fprintln(screen, "the summary")
					}},
					{time.Hour, func() {}},
				} {
					time.Sleep(scene.at - time.Since(began))
					scene.what()
					time.Sleep(often)
					synctest.Wait()
					fmt.Fprintf(&film, "# after %s\n%s", scene.at, noTimeOfDay.ReplaceAllString(shown(terminal), "done at HH:MM"))
				}
				golden(t, fmt.Sprintf("run-obeys-%t", obeys), film.String())
			})
		})
	}
}

// noTimeOfDay leaves out what depends on the zone of the machine.
var noTimeOfDay = regexp.MustCompile(`done at \d\d:\d\d`)

// A terminal that became narrower has broken the lines, and the cursor is lower by then.
func TestNarrowerTerminal(t *testing.T) {
	var out bytes.Buffer
	columns := 80
	l := &live{out: &out, size: func() (int, int) { return columns, 24 }, obeys: true}
	if err := l.draw(nil, []string{strings.Repeat("a", 79), "b", strings.Repeat("山", 39)}); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	columns = 40
	if err := l.draw(nil, nil); err != nil {
		t.Fatal(err)
	}
	if want := "\r\x1b[5A\x1b[J"; out.String() != want { // 79 take two lines, 1 takes one, and 39 of two columns two
		t.Errorf("erased with %q, want %q", out.String(), want)
	}
}

// Whoever has suspended the process has written below the lines since.
func TestSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		terminal := emulated(80, 24)
		l := &live{out: onTerminal{terminal}, size: func() (int, int) { return 80, 24 }, obeys: true}
		if err := l.draw(nil, []string{"under way", "twice"}); err != nil {
			t.Fatal(err)
		}
		onTerminal{terminal}.Write([]byte("^Z\n[1]+ Stopped\n$ fg\n"))
		time.Sleep(suspended + time.Second)
		for range 2 {
			if err := l.draw(nil, []string{"goes on"}); err != nil {
				t.Fatal(err)
			}
		}
		if want := "under way\ntwice\n^Z\n[1]+ Stopped\n$ fg\ngoes on\n"; shown(terminal) != want {
			t.Errorf("the screen shows\n%s\nwant\n%s", shown(terminal), want)
		}
	})
}
