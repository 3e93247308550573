package samples_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// windowsJob is what the task runs, with the paths that other samples have.
func windowsJob(t *testing.T, _ machine) job {
	t.Helper()
	text := readSample(t, "windows/task-scheduler.ps1")
	j := job{args: append([]string{quotedAfter(t, text, "-Execute")}, words(t, quotedAfter(t, text, "-Argument"))...)}
	places := strings.NewReplacer(
		`C:\Program Files\entraphone\entraphone.exe`, places[0], `D:\HR\`, "/srv/hr/",
		`C:\ProgramData\entraphone\state`, "/var/lib/entraphone", `C:\ProgramData\entraphone\`, "/etc/entraphone/",
	)
	for i, arg := range j.args {
		j.args[i] = places.Replace(arg)
		if strings.Contains(j.args[i], `\`) {
			t.Fatalf("%s is no path of the sample", arg)
		}
	}
	return j
}

// quotedAfter is the text in single quotes behind a parameter. Between them PowerShell
// changes nothing, and writes a quote as two.
func quotedAfter(t *testing.T, text, parameter string) string {
	t.Helper()
	quoted := regexp.MustCompile(parameter+` '((?:[^'\n]|'')*)'`).FindAllStringSubmatch(text, -1)
	if len(quoted) != 1 {
		t.Fatalf("%s has %d texts in single quotes", parameter, len(quoted))
	}
	return strings.ReplaceAll(quoted[0][1], "''", "'")
}

// words are the arguments that a Windows program sees, see
// https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments. What is
// easily got wrong is refused: backslashes before a double quote, and %, which the Task
// Scheduler replaces.
func words(t *testing.T, line string) (args []string) {
	t.Helper()
	if strings.Contains(line, `\"`) || strings.Contains(line, "%") || strings.Count(line, `"`)%2 != 0 {
		t.Fatalf("the task's arguments are read in another way than they look: %s", line)
	}
	for _, word := range regexp.MustCompile(`(?:[^\s"]|"[^"]*")+`).FindAllString(line, -1) {
		args = append(args, strings.ReplaceAll(word, `"`, ""))
	}
	return args
}

func TestPowerShellReadsTheScript(t *testing.T) {
	shell, err := exec.LookPath("pwsh")
	if err != nil {
		t.Skip("THE SCRIPT FOR WINDOWS WAS NOT PARSED BY POWERSHELL: there is no pwsh; its quotes and arguments are tested by TestNights")
	}
	path, err := filepath.Abs(filepath.Join(samples, "windows/task-scheduler.ps1"))
	if err != nil {
		t.Fatal(err)
	}
	const parse = `$problems = $null
[void][System.Management.Automation.Language.Parser]::ParseFile($env:SCRIPT, [ref]$null, [ref]$problems)
$problems; exit $problems.Count`
	command := exec.Command(shell, "-NoProfile", "-NonInteractive", "-Command", parse)
	command.Env = append(command.Environ(), "SCRIPT="+path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
