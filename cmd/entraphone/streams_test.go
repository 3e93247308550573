package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A run is the same to its end, whatever becomes of the streams that it writes to:
// the same phones, the same results, the same exit code. Only a summary that could
// not be written, though somebody waits for it, is a failure.
func TestRunsOutliveTheirReaders(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	tests := []struct {
		name  string
		shell string // redirections
		read  int    // lines of the command's output that are read
		code  int
		devs  bool // needs Linux's devices
	}{
		{"both are left at once", `2>&1`, 0, exitRows, false},
		{"both are left after some lines", `2>&1`, 3, exitRows, false},
		{"the summary is left within", `2>/dev/null`, 1, exitRows, false},
		{"stderr is left, and nobody reads the summary", `2>&1 >/dev/null`, 1, exitRows, false},
		{"both are closed", `>&- 2>&-`, 0, exitRows, false},
		{"all are closed", `<&- >&- 2>&-`, 0, exitRows, false},
		{"stderr is on a full device", `>/dev/null 2>/dev/full`, 0, exitRows, true},
		{"stdout is on a full device", `>/dev/full`, 0, exitFailed, true},
	}
	var rows, people strings.Builder
	rows.WriteString("userPrincipalName,phoneType,phoneNumber\n")
	people.WriteString("userPrincipalName\n")
	const users = 40
	for i := range users {
		fmt.Fprintf(&rows, "u%d@example.com,mobile,+1 206555%04d\n", i, i+100)
		fmt.Fprintf(&people, "u%d@example.com\n", i)
	}
	rows.WriteString("nobody@example.com,mobile,+1 2065550100\n")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.devs && runtime.GOOS != "linux" {
				t.Skip("needs /dev/full")
			}
			t.Parallel()
			k := newKilled(t, `{"latency": "1ms", "writeQuota": "unlimited", "readQuota": "unlimited"}`, people.String(), 1)
			path := filepath.Join(k.folder, "users.csv")
			if err := os.WriteFile(path, []byte(rows.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			command, _ := program(t, append([]string{"import", path, "--log-level", "debug"}, k.target...)...)
			command.Args = append([]string{"sh", "-c", `exec -a entraphone "$0" "$@" ` + test.shell, command.Path}, command.Args[1:]...)
			command.Path = "/bin/bash"
			code := leave(t, command, test.read)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if got := len(k.phones()); got != users {
				t.Errorf("%d phones arrived, want %d", got, users)
			}
			runs := k.runs()
			if len(runs) != 1 {
				t.Fatalf("runs %v, want one", runs)
			}
			outcomes := k.outcomes(runs[0])
			if outcomes["u39@example.com mobile"] != "created" || outcomes["nobody@example.com mobile"] != "failed" || len(outcomes) != users+1 {
				t.Errorf("results: %v", outcomes)
			}
			summary := readText(t, filepath.Join(k.folder, "state", "runs", runs[0], "summary.json"))
			if want := fmt.Sprintf(`"exitCode": %d`, test.code); !strings.Contains(summary, want) {
				t.Errorf("summary.json lacks %s:\n%s", want, summary)
			}
		})
	}
}

// leave runs a command, reads so many lines of what it writes, and no more. It
// returns the exit code, which is -1 for one that a signal has ended.
func leave(t *testing.T, command *exec.Cmd, lines int) int {
	t.Helper()
	ours, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = theirs, nil
	err = command.Start()
	_ = theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	read := bufio.NewReaderSize(ours, 16)
	for n := range lines {
		if _, err := read.ReadString('\n'); err != nil {
			t.Errorf("line %d: %v", n+1, err)
		}
	}
	_ = ours.Close()
	_ = command.Wait()
	return command.ProcessState.ExitCode()
}

// Every command goes on without a reader, and ends as it would have.
func TestCommandsOutliveTheirReaders(t *testing.T) {
	for _, args := range [][]string{{"explain"}, {"template"}, {"--help"}, {"runs", "--state", t.TempDir()}} {
		command, _ := program(t, args...)
		if code := leave(t, command, 0); code != exitDone {
			t.Errorf("%v: exit code %d, want 0", args, code)
		}
	}
	file := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(file, []byte("UPN,Mobile\na@example.com,+1 2065550101\nb@example.com,12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command, _ := program(t, "check", file)
	if code := leave(t, command, 0); code != exitRows {
		t.Errorf("check: exit code %d, want %d", code, exitRows)
	}
}
