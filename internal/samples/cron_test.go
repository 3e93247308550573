package samples_test

import (
	"regexp"
	"strings"
	"testing"
)

// cronJob is the line of the crontab, run as cron runs it: by sh, with what stands above
// it in an environment that is almost empty.
func cronJob(t *testing.T, _ machine) job {
	t.Helper()
	var j job
	for line := range strings.Lines(readSample(t, "cron/entraphone")) {
		line = strings.TrimSpace(line)
		switch command := regexp.MustCompile(`^(?:[\d*,/-]+ +){5}[a-z]+ +(\S.*)$`).FindStringSubmatch(line); {
		case line == "" || strings.HasPrefix(line, "#"):
		case command != nil && j.args == nil && !strings.Contains(line, "%"): // which cron takes for the end
			j.args = []string{"/bin/sh", "-c", command[1]}
		case command == nil && regexp.MustCompile(`^[A-Z_]+=\S+$`).MatchString(line):
			j.env = append(j.env, line)
		default:
			t.Fatalf("cron does not take the line %q, or as something else", line)
		}
	}
	return j
}

// Cron does not read a last line that has no end.
func TestCrontabEnds(t *testing.T) {
	if !strings.HasSuffix(readSample(t, "cron/entraphone"), "\n") {
		t.Error("the last line has no end")
	}
}
