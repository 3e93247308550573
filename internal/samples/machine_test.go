package samples_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

const (
	source  = "../.." // of the program
	samples = source + "/samples"
	app     = "00000000-0000-0000-0000-000000000000" // of the file of settings
	secret  = "the-secret-of-the-app"
)

// program is the binary, built with the very command of the Containerfile.
var program string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "samples")
	if err == nil {
		program = filepath.Join(folder, "entraphone")
		err = build(program)
	}
	if err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func build(to string) error {
	stages, err := readContainerfile()
	if err != nil {
		return err
	}
	for _, line := range stages[0].instructions("RUN") {
		if strings.Contains(line, "go build") {
			command := exec.Command("sh", "-c", strings.ReplaceAll(line, "/out/entraphone", to))
			command.Dir = source
			if out, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w\n%s", line, err, out)
			}
			return nil
		}
	}
	return errors.New("the Containerfile builds nothing")
}

// places are where the samples expect things.
var places = []string{
	"/usr/local/bin/entraphone", "/srv/hr", "/etc/entraphone", "/var/lib/entraphone", "/var/cache/entraphone", credentials,
	"/input", "/state", "/credentials",
}

// machine is a folder that stands for the root of the machine on which a sample runs.
type machine struct {
	t    *testing.T
	root string
}

// newMachine has the settings, the secret and, of a tenant with so many people, a file
// of HR in which ten of them have new numbers.
func newMachine(t *testing.T, people int) machine {
	t.Helper()
	m := machine{t, t.TempDir()}
	settings := readSample(t, "entraphone.yaml")
	m.write("/etc/entraphone/entraphone.yaml", settings)
	for i := range shards {
		m.write(fmt.Sprintf("/etc/entraphone/shard-%d.yaml", i), strings.Replace(settings, "client-id: "+app, "client-id: "+shardApp(i), 1))
		m.write(fmt.Sprintf("/credentials/client-secret-%d", i), secret+"\n")
	}
	for _, file := range []string{"/etc/entraphone/client-secret", "/credentials/client-secret"} {
		m.write(file, secret+"\n")
	}
	m.folder("/var/lib/entraphone")
	m.folder("/var/cache/entraphone")
	m.folder("/state")
	m.phones(phones(people, 10)...)
	return m
}

// phones are lines of HR's file, so many of which are of the people who have new numbers.
func phones(people, changed int) (lines []string) {
	for i := range people {
		number := i
		if i < changed {
			number += 5000
		}
		lines = append(lines, fmt.Sprintf("u%04d@example.com,+1 206555%04d", i, number))
	}
	return lines
}

// phones writes HR's file, for those who look for it on the host or in a volume.
func (m machine) phones(lines ...string) {
	m.t.Helper()
	text := "userPrincipalName,mobile\n" + strings.Join(lines, "\n") + "\n"
	m.write("/srv/hr/phones.csv", text)
	m.write("/input/phones.csv", text)
}

func (m machine) folder(path string) {
	m.t.Helper()
	if err := os.MkdirAll(m.path(path), 0o700); err != nil {
		m.t.Fatal(err)
	}
}

func (m machine) write(path, text string) {
	m.t.Helper()
	m.folder(filepath.Dir(path))
	if err := os.WriteFile(m.path(path), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m machine) path(path string) string { return filepath.Join(m.root, filepath.FromSlash(path)) }

// place lets the paths in the text of a sample lead into the machine.
func (m machine) place(text string) string {
	var pairs []string
	for _, place := range places {
		to := m.path(place)
		if place == places[0] {
			to = program
		}
		pairs = append(pairs, place, to)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// job is a command as a scheduler runs it.
type job struct {
	args []string
	env  []string // what the scheduler puts into the environment
}

// run runs a job on the machine, with what the test adds to its environment.
func (m machine) run(j job, env ...string) (code int, stdout, stderr string) {
	m.t.Helper()
	var out, problems bytes.Buffer
	args := make([]string, len(j.args))
	for i, arg := range j.args {
		args[i] = m.place(arg)
	}
	ctx, cancel := context.WithTimeout(m.t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.Stdout, command.Stderr, command.WaitDelay = &out, &problems, time.Second
	command.Env = append(env, "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
	for _, variable := range j.env {
		command.Env = append(command.Env, m.place(variable))
	}
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		m.t.Fatalf("%q does not end: %v\n%s", args, err, problems.String())
	}
	return command.ProcessState.ExitCode(), out.String(), problems.String()
}

// newTenant serves a tenant of so many people, each of whom has a mobile, and returns
// what leads the program there.
func newTenant(t *testing.T, people int, apps ...string) (env []string) {
	t.Helper()
	d := directory.New()
	for i := range people {
		user, err := d.Add(directory.User{UserPrincipalName: fmt.Sprintf("u%04d@example.com", i), AccountEnabled: true})
		if err != nil {
			t.Fatal(err)
		}
		d.SetPhone(user, directory.Mobile, fmt.Sprintf("+1 206555%04d", i))
	}
	var clients []login.Client
	for _, id := range apps {
		clients = append(clients, login.Client{ID: id, Secret: secret})
	}
	server := httptest.NewServer(graphsim.New(graphsim.Config{Directory: d, Clients: clients}))
	t.Cleanup(server.Close)
	return []string{"ENTRAPHONE_GRAPH_ENDPOINT=" + server.URL, "ENTRAPHONE_AUTHORITY=" + server.URL, "ENTRAPHONE_RATE=unlimited"}
}

func readSample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// told is what the program prints.
func told(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatalf("entraphone %v: %v", args, err)
	}
	return string(out)
}

// setting is the value of a setting of the import by the sample of settings.
func setting(t *testing.T, name string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^` + name + ` +(\S+)`).FindStringSubmatch(told(t, "config", "import", "--config", samples+"/entraphone.yaml"))
	if line == nil {
		t.Fatalf("there is no setting %s", name)
	}
	return line[1]
}
