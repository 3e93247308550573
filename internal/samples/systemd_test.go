package samples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/unit"
)

// unitFile is what a unit says, by section and key. A key may stand there several times.
type unitFile map[string]map[string][]string

func readUnit(t *testing.T, name string) unitFile {
	t.Helper()
	options, err := unit.DeserializeOptions(strings.NewReader(readSample(t, "systemd/"+name)))
	if err != nil {
		t.Fatal(err)
	}
	file := unitFile{}
	for _, o := range options {
		if file[o.Section] == nil {
			file[o.Section] = map[string][]string{}
		}
		file[o.Section][o.Name] = append(file[o.Section][o.Name], o.Value)
	}
	return file
}

// words are those of a setting that is a list, however often it stands there.
func (u unitFile) words(section, key string) []string {
	return strings.Fields(strings.Join(u[section][key], " "))
}

// credentials is where systemd puts those of the service.
const credentials = "/run/credentials"

// systemdJob is the service with the folders that systemd makes for it, and the
// credential that it copies.
func systemdJob(t *testing.T, m machine) job {
	t.Helper()
	service := readUnit(t, "entraphone.service")
	folders := strings.NewReplacer("%S", "/var/lib", "%C", "/var/cache")
	line := service["Service"]["ExecStart"]
	if len(line) != 1 || strings.ContainsAny(line[0], `"'\$%`) {
		t.Fatalf("ExecStart is %q: one that is words and nothing else can be tested here", line)
	}
	for _, loaded := range service["Service"]["LoadCredential"] {
		name, from, _ := strings.Cut(loaded, ":")
		text, err := os.ReadFile(m.path(from))
		if err != nil {
			t.Fatal(err)
		}
		m.write(credentials+"/"+name, string(text))
	}
	j := job{args: strings.Fields(line[0]), env: []string{"CREDENTIALS_DIRECTORY=" + credentials}}
	for _, variable := range service.words("Service", "Environment") {
		j.env = append(j.env, folders.Replace(variable))
	}
	for _, folder := range []struct{ key, where string }{{"StateDirectory", "/var/lib"}, {"CacheDirectory", "/var/cache"}} {
		if name := service.words("Service", folder.key); !slices.Equal(name, []string{"entraphone"}) {
			t.Fatalf("%s is %q", folder.key, name)
		}
		m.folder(folder.where + "/entraphone")
	}
	return j
}

func TestServiceTriesAgain(t *testing.T) {
	service := readUnit(t, "entraphone.service")
	if restart := service.words("Service", "Restart"); !slices.Equal(restart, []string{"on-failure"}) || service["Service"]["SuccessExitStatus"] != nil {
		t.Fatalf("Restart is %q: the codes below are prevented from nothing", restart)
	}
	prevented := service.words("Service", "RestartPreventExitStatus")
	for code, restarts := range again {
		if slices.Contains(prevented, strconv.Itoa(code)) == restarts {
			t.Errorf("exit code %d is tried again: %v, want %v", code, !restarts, restarts)
		}
	}
	if burst, err := strconv.Atoi(service.words("Unit", "StartLimitBurst")[0]); err != nil || burst > 10 {
		t.Errorf("a night has %d attempts (%v)", burst, err)
	}
}

func TestServiceLetsRequestsEnd(t *testing.T) {
	drain, err := time.ParseDuration(setting(t, "drain"))
	if err != nil {
		t.Fatal(err)
	}
	stop, err := strconv.Atoi(readUnit(t, "entraphone.service").words("Service", "TimeoutStopSec")[0])
	if err != nil || time.Duration(stop)*time.Second < 2*drain {
		t.Errorf("systemd kills after %d seconds (%v), and --drain is %s", stop, err, drain)
	}
}

// The units are what systemd takes, and the service can do little harm: its exposure is
// at most 1.5 of 10.
func TestUnitsAreTaken(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("THE UNITS WERE NOT VERIFIED: there is no systemd-analyze")
	}
	folder := t.TempDir()
	var units []string
	for _, name := range []string{"entraphone.service", "entraphone.timer"} {
		path := filepath.Join(folder, name)
		text := strings.ReplaceAll(readSample(t, "systemd/"+name), places[0], program)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		units = append(units, path)
	}
	out, err := exec.Command(analyze, append([]string{"verify", "--man=no"}, units...)...).CombinedOutput()
	if err != nil || len(out) > 0 { // what it does not know it only warns about
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// https://www.freedesktop.org/software/systemd/man/latest/systemd-analyze.html: since 250
	if version, err := exec.Command(analyze, "security", "--help").CombinedOutput(); err != nil || !strings.Contains(string(version), "--threshold") {
		t.Skip("THE SERVICE'S HARDENING WAS NOT MEASURED: this systemd-analyze is older than 250")
	}
	if out, err := exec.Command(analyze, "security", "--offline=yes", "--no-pager", "--threshold=15", units[0]).CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
