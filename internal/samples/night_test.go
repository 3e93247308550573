package samples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// people is one more than the settings demand of HR's file.
const people = 1001

// jobs are those of the samples that sign in with the secret.
var jobs = map[string]func(*testing.T, machine) job{
	"systemd":    systemdJob,
	"cron":       cronJob,
	"kubernetes": cronJobJob,
	"windows":    windowsJob,
}

// A good night says nothing, the first bad one does, and what it has said is not said
// again. What is refused is refused.
func TestNights(t *testing.T) {
	for name, jobOf := range jobs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, people)
			tenant := newTenant(t, people, app)
			nightly := jobOf(t, m)
			good, bad := phones(people, 10), append(phones(people, 10), "u0000@example.com,letters")
			for _, night := range []struct {
				what   string
				file   []string
				code   int
				stdout string
				stderr string
			}{
				{"ten new numbers", good, 0, `^$`, `^$`},
				{"nothing new", good, 0, `^$`, `^$`},
				{"a cell without a number", bad, 3, `rejected +1 `, ``},
				{"the same cell again", bad, 0, `^$`, ``},
				{"most of the file is missing", good[:500], 2, `^$`, `--min-rows is 1000`},
				{"everybody has a new number", phones(people, people), 4, ``, `--max-changes`},
				{"as before", good, 0, `^$`, `^$`},
			} {
				m.phones(night.file...)
				code, stdout, stderr := m.run(nightly, tenant...)
				if code != night.code || !regexp.MustCompile(night.stdout).MatchString(stdout) || !regexp.MustCompile(night.stderr).MatchString(stderr) {
					t.Fatalf("%s: exit code %d, want %d; printed %q, want %s; and to standard error %q, want %s", night.what, code, night.code, stdout, night.stdout, stderr, night.stderr)
				}
			}
			if name == "systemd" {
				metrics, err := os.ReadFile(m.path("/var/cache/entraphone/entraphone.prom"))
				if err != nil || !strings.Contains(string(metrics), "entraphone_exit_code{") {
					t.Errorf("the metrics are %q (%v)", metrics, err)
				}
			}
		})
	}
}

// Without its secret a job ends with 5: it is the sample that provides it.
func TestTheSecretIsTheSamples(t *testing.T) {
	for name, jobOf := range jobs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t, people)
			nightly := jobOf(t, m)
			for _, file := range []string{"/etc/entraphone/client-secret", "/credentials/client-secret"} {
				m.write(file, "another one")
			}
			if name == "systemd" { // which has copied it by now
				nightly = jobOf(t, m)
			}
			if code, _, stderr := m.run(nightly, newTenant(t, people, app)...); code != 5 || !strings.Contains(stderr, "AADSTS7000215") {
				t.Errorf("exit code %d, want 5; %s", code, stderr)
			}
		})
	}
}

// The settings are those of the file, each with its line, and none is misspelt.
func TestSettingsAreRead(t *testing.T) {
	text := readSample(t, "entraphone.yaml")
	printed := told(t, "config", "import", "--config", filepath.Join(samples, "entraphone.yaml"))
	keys := regexp.MustCompile(`(?m)^ *([a-z-]+): \S`).FindAllStringSubmatch(text, -1)
	if len(keys) < 10 {
		t.Fatalf("the settings are only %v", keys)
	}
	for _, key := range keys {
		if !regexp.MustCompile(`(?m)^` + key[1] + ` +\S+ +\S*entraphone\.yaml:\d+$`).MatchString(printed) {
			t.Errorf("the setting %s does not hold:\n%s", key[1], printed)
		}
	}
}
