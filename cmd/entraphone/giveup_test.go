package main

import (
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
)

// Whoever does not answer, or puts things off, keeps the program for no longer than
// --give-up-after.
func TestGiveUpAfter(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and no more
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	people := []string{"UPN,Mobile"}
	users := []string{"userPrincipalName"}
	for _, name := range []string{"a", "b", "c", "d"} {
		people, users = append(people, name+"@example.com,+1 2065550101"), append(users, name+"@example.com")
	}
	tenant, err := directory.ReadCSV(strings.NewReader(strings.Join(users, "\n")+"\n"), graphsim.UserFaults())
	if err != nil {
		t.Fatal(err)
	}
	config := graphsim.Config{Directory: tenant}
	if err := graphsim.ReadScenario(strings.NewReader(`{"faults": [{"method": "POST", "path": "users/b@example.com/authentication/phoneMethods", "status": 429, "retryAfter": "99999999999"}]}`), &config); err != nil {
		t.Fatal(err)
	}
	sim := httptest.NewServer(graphsim.New(config))
	defer sim.Close()
	file := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(file, []byte(strings.Join(people, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const allowed = 3 * time.Second
	nobody := "http://" + silent.Addr().String()
	for _, test := range []struct {
		name, graph, login string
		code               int
		args               []string
	}{
		{"an item is put off", sim.URL, sim.URL, exitStopped, nil},
		{"a row is put off", sim.URL, sim.URL, exitStopped, []string{"--batch-size", "1", "--workers", "1"}},
		{"Graph is silent", nobody, sim.URL, exitFailed, nil},
		{"the sign-in service is silent", sim.URL, nobody, exitFailed, nil},
		{"Graph is silent about names", nobody, sim.URL, exitFailed, []string{"--user-key", "mail", "--map", "user=UPN"}},
	} {
		state := t.TempDir()
		command, out := program(t, append([]string{"import", file, "--graph-endpoint", test.graph, "--authority", test.login,
			"--tenant-id", "t.example.com", "--client-id", "app", "--state", state, "--give-up-after", allowed.String()}, test.args...)...)
		began := time.Now()
		_ = command.Run()
		if code := command.ProcessState.ExitCode(); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %s", test.name, code, test.code, out)
		}
		if took := time.Since(began); took > allowed+10*time.Second { // the machine is busy
			t.Errorf("%s: it took %v: %s", test.name, took, out)
		}
	}
}
