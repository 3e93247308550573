//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"

	"entraphone/internal/graphsim"
)

// seat is the program in a terminal of its own, as somebody sees and uses it.
type seat struct {
	t       *testing.T
	sim     *graphsim.Simulator
	state   string
	command *exec.Cmd
	typed   *os.File
	screen  vt10x.Terminal
	raw     bytes.Buffer // all that was written; to be read when it has ended
	ended   chan struct{}
}

// inTerminal starts the program in a terminal with so many columns, to write the phones
// of so many users to a simulator that grants 30 a second.
func inTerminal(t *testing.T, columns, users int, env []string, args ...string) *seat {
	t.Helper()
	var config graphsim.Config
	if err := config.WriteQuota.UnmarshalText([]byte("30/1s forgiving")); err != nil {
		t.Fatal(err)
	}
	s := &seat{t: t, sim: graphsim.New(config), state: t.TempDir(), screen: emulated(columns, 120), ended: make(chan struct{})}
	server := httptest.NewServer(s.sim)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "users.csv")
	text := "UPN,Mobile\nnobody@example.com,12\n"
	for i := range users {
		text += fmt.Sprintf("user%d@example.com,+1 206555%04d\n", i, i)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, file, "--state", s.state, "--tenant-id", "contoso.com", "--client-id", "00000000-0000-4000-8000-000000000001", "--graph-endpoint", server.URL, "--authority", server.URL)
	s.command, _ = program(t, args...)
	s.command.Stdout, s.command.Stderr = nil, nil
	s.command.Env = append(s.command.Env, append([]string{"TERM=xterm", "NO_COLOR=", raceOptions}, env...)...)
	var err error
	if s.typed, err = pty.StartWithSize(s.command, &pty.Winsize{Cols: uint16(columns), Rows: 120}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.typed.Close() })
	go func() {
		defer close(s.ended)
		part := make([]byte, 4096)
		for {
			n, err := s.typed.Read(part)
			s.raw.Write(part[:n])
			s.screen.Write(part[:n])
			if err != nil { // the other side is closed
				return
			}
		}
	}()
	return s
}

// see waits until the terminal shows this.
func (s *seat) see(what string) {
	s.t.Helper()
	for range 3000 {
		if strings.Contains(shown(s.screen), what) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("the terminal does not show %q, but\n%s", what, shown(s.screen))
}

func (s *seat) keys(keys string) {
	s.t.Helper()
	if _, err := s.typed.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the program, which must end with this exit code.
func (s *seat) end(code int) (last string) {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.t.Fatalf("it does not end, and shows\n%s", shown(s.screen))
	}
	_ = s.command.Wait()
	if got := s.command.ProcessState.ExitCode(); got != code {
		s.t.Fatalf("exit code %d, want %d:\n%s", got, code, shown(s.screen))
	}
	return shown(s.screen)
}

// runs are the runs that there are.
func (s *seat) runs() []string {
	all, err := filepath.Glob(filepath.Join(s.state, "runs", "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

const ctrlC = "\x03"

// A run is agreed to, looked at, and interrupted. What stood there while it went on has
// left no remains, and the last line is clean.
func TestRunInATerminal(t *testing.T) {
	remains := regexp.MustCompile(`(?m)\[=|limit found|left, done at|, \d+ of 200 |\^C.|.\d\d:\d\d:\d\d WRN`)
	for _, test := range []struct {
		name    string
		columns int
		env     []string
		see     string
		then    int // columns, where somebody makes the window narrower; one line is seen then
	}{
		{"40 columns", 40, nil, "/s, ", 0},
		{"80 columns", 80, nil, "limit found: ", 0},
		{"120 columns", 120, nil, "limit found: ", 0},
		{"120 columns, then 50", 120, nil, "limit found: ", 50},
		{"dumb", 80, []string{"TERM=dumb"}, "/s, ", 0},
		{"of no kind", 80, []string{"TERM="}, "/s, ", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := inTerminal(t, test.columns, 200, test.env, "import")
			s.see("[y/N]")
			if now := s.sim.Stats(); now.AcceptedWrites > 0 {
				t.Errorf("%d phones were written before anybody agreed", now.AcceptedWrites)
			}
			s.keys("y\n")
			s.see(test.see)
			if test.then > 0 {
				s.screen.Resize(test.then, 120)
				if err := pty.Setsize(s.typed, &pty.Winsize{Cols: uint16(test.then), Rows: 120}); err != nil {
					t.Fatal(err)
				}
				s.see("/s, ")
			}
			s.keys(ctrlC)
			last := s.end(exitInterrupted)
			if found := remains.FindString(last); found != "" {
				t.Errorf("%q has remained:\n%s", found, last)
			}
			lines := strings.Split(strings.TrimRight(last, "\n"), "\n")
			if end := lines[len(lines)-1]; !strings.Contains(last, "Stopped before the end") || len(s.runs()) == 0 || !strings.HasSuffix(end, "rehearsal") {
				t.Errorf("the last line is %q:\n%s", end, last)
			}
			if escaped := strings.Contains(s.raw.String(), "\x1b"); escaped != (test.env == nil) {
				t.Errorf("escape sequences were written: %t", escaped)
			}
		})
	}
}

// Whoever says no, or nothing, has changed nothing; and neither has a run left anything.
func TestQuestionInATerminal(t *testing.T) {
	for _, test := range []struct {
		name, command, keys, question string
		code                          int
		says                          string
	}{
		{"no", "import", "n\n", "Send 200 phones to contoso.com at http://127.0.0.1", exitUsage, "nothing was changed"},
		{"enter", "import", "\n", "Send 200 phones", exitUsage, "nothing was changed"},
		{"interrupt", "import", ctrlC, "Send 200 phones", exitInterrupted, "hint: nothing was changed"},
		{"removal", "remove", "n\n", "Remove up to 200 phones from contoso.com", exitUsage, "nothing was changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := inTerminal(t, 120, 200, nil, test.command)
			s.see("[y/N]")
			s.keys(test.keys)
			last := s.end(test.code)
			if !strings.Contains(last, test.question) || !strings.Contains(last, test.says) || strings.Count(last, "[y/N]") != 1 {
				t.Errorf("it shows\n%s\nwant %q and %q", last, test.question, test.says)
			}
			held, err := filepath.Glob(filepath.Join(s.state, "lock-*.json"))
			if stats := s.sim.Stats(); err != nil || len(held)+len(s.runs()) > 0 || stats.AcceptedWrites > 0 {
				t.Errorf("left are the runs %v and the locks %v (%v); %d phones were written", s.runs(), held, err, stats.AcceptedWrites)
			}
		})
	}
}

// Not asked are those who have said yes, those who asked to be asked otherwise, and those
// who only try.
func TestNoQuestionInATerminal(t *testing.T) {
	for _, test := range []struct {
		args  []string
		asked int
	}{
		{[]string{"import", "--yes"}, 0},
		{[]string{"import", "--simulate"}, 0},
		{[]string{"import", "--dry-run"}, 0},
		{[]string{"plan"}, 0},
		{[]string{"import", "--review"}, 1},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			t.Parallel()
			s := inTerminal(t, 80, 10, []string{"NO_COLOR=1"}, test.args...)
			code := exitRows // one has no number
			if test.asked > 0 {
				s.see("Go on? [y/N]")
				s.keys("n\n")
				code = exitUsage
			}
			last := s.end(code)
			if asked := strings.Count(s.raw.String(), "[y/N]"); asked != test.asked {
				t.Errorf("asked %d times, want %d:\n%s", asked, test.asked, last)
			}
			if colours := regexp.MustCompile(`\x1b\[[0-9;]*m`).FindString(s.raw.String()); colours != "" {
				t.Errorf("with NO_COLOR it writes %q", colours)
			}
		})
	}
}

// On a terminal, runs for several tenants are told in lines for people, each with the
// tenant's name.
func TestTenantsOnATerminal(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a.csv": "UPN,Mobile\nmia@example.com,+33 6 39 98 00 12\n",
		"all":   "tenants:\n  contoso: {file: a.csv, tenant-id: contoso.com}\n  fabrikam: {file: a.csv, tenant-id: fabrikam.com}\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	terminal, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	code := run(t.Context(), process{
		args:   []string{"import", "--config", filepath.Join(folder, "all"), "--simulate", "--state", filepath.Join(folder, "state")},
		getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: theirs,
	})
	theirs.Close()
	said, _ := io.ReadAll(terminal) // it ends with an error, as terminals do
	if code != exitDone || bytes.Contains(said, []byte(`{"`)) || !bytes.Contains(said, []byte("contoso:   lines:    2,")) || !bytes.Contains(said, []byte("fabrikam:   lines:    2,")) {
		t.Errorf("exit code %d, and the terminal shows\n%s", code, said)
	}
}
