package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"entraphone/internal/authmethod"
	"entraphone/internal/graphsim"
	simdirectory "entraphone/internal/graphsim/directory"
	"entraphone/internal/journal"
)

// killings are how often a run is killed in one test. The long form has 500.
func killings(t *testing.T) int {
	text := os.Getenv("ENTRAPHONE_KILLS")
	if text == "" {
		return 12
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("ENTRAPHONE_KILLS: %v", err)
	}
	return n
}

// What the world does while runs are killed.
var killScenarios = map[string]string{
	"fair weather": `{"latency": "150ms", "writeQuota": "unlimited", "readQuota": "unlimited"}`,
	"lost answers and lagging reads": `{"latency": "10ms", "latencyJitter": "20ms", "writeQuota": "unlimited", "readQuota": "unlimited",
		"assumed": {"readLag": "1s", "readFlicker": true},
		"faults": [
			{"method": "POST", "path": "phoneMethods$", "probability": 0.03, "status": 504, "applied": true},
			{"method": "DELETE", "path": "phoneMethods/", "probability": 0.03, "status": 502, "applied": true},
			{"method": "POST", "path": "phoneMethods$", "after": 30, "count": 3, "status": 429, "retryAfter": "0.2", "applied": true},
			{"path": "batch", "probability": 0.02, "drop": "after"},
			{"path": "batch", "probability": 0.01, "status": 404, "body": "<html>no backend</html>", "contentType": "text/html"}
		]}`,
}

// killed is a run, or several, that are killed at random instants.
type killed struct {
	t      *testing.T
	random *rand.Rand
	sim    *graphsim.Simulator
	folder string
	target []string
	kills  int
	open   int // writes in flight at the kills
}

// newKilled serves a tenant with these people on loopback.
func newKilled(t *testing.T, scenario, people string, seed uint64) *killed {
	t.Helper()
	config := graphsim.Config{KeepLog: true}
	directory, err := simdirectory.ReadCSV(strings.NewReader(people), graphsim.UserFaults())
	if err := errors.Join(err, graphsim.ReadScenario(strings.NewReader(scenario), &config)); err != nil {
		t.Fatal(err)
	}
	config.Directory = directory
	k := &killed{t: t, random: rand.New(rand.NewPCG(seed, 0)), sim: graphsim.New(config), folder: t.TempDir()}
	server := httptest.NewUnstartedServer(k.sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	k.target = []string{
		"--graph-endpoint", server.URL, "--authority", server.URL, "--tenant-id", "t.example.com", "--client-id", "app",
		"--state", filepath.Join(k.folder, "state"), "--rate", "unlimited", "--max-attempts", "12", "--batch-size", "20",
	}
	return k
}

// untilDone begins with a command, kills it, and resumes it, a number of times. It
// returns the name of the run.
func (k *killed) untilDone(kills int, code int, args ...string) (run string) {
	k.t.Helper()
	before := k.runs()
	for done := false; !done; {
		command, out := program(k.t, append(args, k.target...)...)
		if err := command.Start(); err != nil {
			k.t.Fatal(err)
		}
		if kills > 0 {
			timer := time.AfterFunc(time.Duration(50+k.random.IntN(1000))*time.Millisecond, func() { _ = command.Process.Kill() })
			defer timer.Stop()
		}
		_ = command.Wait()
		switch got := command.ProcessState.ExitCode(); got {
		case -1:
			kills--
			k.kills++
		case code:
			done = true
		default:
			k.t.Fatalf("after %d kills: exit code %d\n%s", k.kills, got, out.String())
		}
		runs := k.runs()
		if len(runs) == len(before) {
			continue // it was killed before its journal began
		}
		run = runs[len(runs)-1]
		past := k.fold(run)
		for _, row := range past.Gone { // all of them, for there are no rows
			if row.Open {
				k.open++
			}
		}
		args = []string{"resume", run}
	}
	return run
}

// runs are the names of the runs that have a journal with a header, in order.
func (k *killed) runs() (names []string) {
	k.t.Helper()
	paths, err := filepath.Glob(filepath.Join(k.folder, "state", "runs", "*", journalFile))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, path := range paths {
		if _, err := journal.ReadHeader(path); err == nil {
			names = append(names, filepath.Base(filepath.Dir(path)))
		}
	}
	return names
}

func (k *killed) fold(run string) *journal.Past {
	k.t.Helper()
	past, err := foldJournal(&runFolder{filepath.Join(k.folder, "state", "runs", run)}, new(authmethod.Rows), 0)
	if err != nil {
		k.t.Fatal(err)
	}
	return past
}

// phones are those that stand in the tenant.
func (k *killed) phones() map[string]string {
	stands := map[string]string{}
	for _, user := range k.sim.Users() {
		for phoneType, number := range k.sim.Phones(user.UserPrincipalName) {
			stands[user.UserPrincipalName+" "+phoneType] = number
		}
	}
	return stands
}

// outcomes are those of results.csv, by user and type.
func (k *killed) outcomes(run string) map[string]string {
	k.t.Helper()
	file, err := os.Open(filepath.Join(k.folder, "state", "runs", run, "results.csv"))
	if err != nil {
		k.t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		k.t.Fatal(err)
	}
	all := map[string]string{}
	for _, record := range records[1:] {
		row := record[1] + " " + record[2]
		if all[row] != "" {
			k.t.Errorf("%s stands twice in the results", row)
		}
		all[row] = record[4]
	}
	return all
}

// program is this program in a process of its own.
func program(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	command := exec.CommandContext(t.Context(), self)
	command.Args = append([]string{"entraphone"}, args...) // TestMain goes by the name
	command.Env = append(os.Environ(), "AZURE_CLIENT_SECRET=s3cret")
	command.Stdout, command.Stderr = &out, &out
	return command, &out
}

// A run that is killed again and again, at any instant, and resumed each time,
// ends as one that nobody killed; and so does its rollback, which leaves the
// tenant as it was.
func TestKilledRunsResume(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	seed, times := rand.Uint64(), killings(t)
	for name, scenario := range killScenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("seed %d", seed)
			file, people, before, want, outcomes := population(12 * times)
			k := newKilled(t, scenario, people, seed)
			path := filepath.Join(k.folder, "users.csv")
			if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
			run := k.untilDone(times, exitRows, "import", path)
			if diff := cmp.Diff(want, k.phones()); diff != "" {
				t.Errorf("the tenant after the import (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(outcomes, k.outcomes(run)); diff != "" {
				t.Errorf("the results of the import (-want +got):\n%s", diff)
			}
			k.untilDone(times/2, exitDone, "rollback", run, "--yes", "--doubtful")
			if diff := cmp.Diff(before, k.phones()); diff != "" {
				t.Errorf("the tenant after the rollback (-want +got):\n%s", diff)
			}
			lost := 0
			for _, entry := range k.sim.Log() {
				if entry.Method != http.MethodGet && strings.Contains(entry.Path, "phoneMethods") && entry.Status/100 != 2 {
					lost++
				}
			}
			stats := k.sim.Stats()
			t.Logf("%d kills, %d rows; repeated writes %d; answers lost or refused %d, in flight at the kills %d", k.kills, len(outcomes), stats.RepeatedWrites, lost, k.open)
			if stats.RepeatedWrites > lost+k.open || stats.OrderViolations > 0 {
				t.Errorf("%d repeated writes, %d order violations", stats.RepeatedWrites, stats.OrderViolations)
			}
		})
	}
}

// What a killed run had written and another one has read since is the killed run's
// all the same, when it is resumed, so that it can be rolled back.
func TestResumedRunKnowsItsOwnWrites(t *testing.T) {
	k := newKilled(t, `{"latency": "0s", "writeQuota": "unlimited", "readQuota": "unlimited", "faults": [{"method": "PATCH", "count": 1, "latency": "1m"}]}`,
		"userPrincipalName,mobile\na@example.com,+1 2065550101\n", 1)
	path := filepath.Join(k.folder, "users.csv")
	if err := os.WriteFile(path, []byte("userPrincipalName,mobile\na@example.com,+1 2065550102\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	importing := []string{"import", path, "--existing", "overwrite", "--verify", "none"}
	command, _ := program(t, append(importing, k.target...)...)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for k.phones()["a@example.com mobile"] == "+1 2065550101" && t.Context().Err() == nil {
		<-time.After(time.Millisecond)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	run := k.runs()[0]
	k.untilDone(0, exitDone, importing...) // which finds the number there, and says so in the ledger
	k.untilDone(0, exitDone, "resume", run)
	if diff := cmp.Diff(map[string]string{"a@example.com mobile": "updated"}, k.outcomes(run)); diff != "" {
		t.Errorf("the results of the resumed run (-want +got):\n%s", diff)
	}
	k.untilDone(0, exitDone, "rollback", run, "--yes", "--doubtful")
	if diff := cmp.Diff(map[string]string{"a@example.com mobile": "+1 2065550101"}, k.phones()); diff != "" {
		t.Errorf("the tenant after the rollback (-want +got):\n%s", diff)
	}
}

// population is people with two or three phones each in the file. One in ten has
// another office phone already, which stays.
func population(n int) (file, people string, before, want, outcomes map[string]string) {
	var rows, there strings.Builder
	rows.WriteString("userPrincipalName,phoneType,phoneNumber\n")
	there.WriteString("userPrincipalName,office\n")
	before, want, outcomes = map[string]string{}, map[string]string{}, map[string]string{}
	for i := range n {
		user, office := fmt.Sprintf("u%d@example.com", i), ""
		if i%10 == 0 {
			office = "+44 2079460123"
			before[user+" office"], want[user+" office"] = office, office
		}
		fmt.Fprintf(&there, "%s,%s\n", user, office)
		for j, phoneType := range []string{"office", "alternateMobile", "mobile"}[i%2:] {
			number := fmt.Sprintf("+1 %d%07d", 206+j, 5550000+i%9000)
			fmt.Fprintf(&rows, "%s,%s,%s\n", user, phoneType, number)
			outcomes[user+" "+phoneType] = string(authmethod.Conflict)
			if want[user+" "+phoneType] == "" {
				want[user+" "+phoneType] = number
				outcomes[user+" "+phoneType] = string(authmethod.Created)
			}
		}
	}
	return rows.String(), there.String(), before, want, outcomes
}

// A disk that is full at any moment stops the run before anything is sent that
// cannot be recorded, and the run goes on when there is room again.
func TestFullDiskAtEveryPlace(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("needs a limit on the size of files, and seconds")
	}
	file, people, before, want, _ := population(12)
	const blocks = 24 // of 512 bytes; the journal of such a run has 12 KB
	for limit := 1; limit <= blocks; limit += 1 + limit/4 {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			k := newKilled(t, `{"latency": "0s", "writeQuota": "unlimited", "readQuota": "unlimited"}`, people, 1)
			path := filepath.Join(k.folder, "users.csv")
			if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
			command, out := program(t, append([]string{"import", path, "--workers", "1"}, k.target...)...)
			command.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec -a entraphone %q "$@"`, limit, command.Path)}, command.Args...) // the first of these is $0
			command.Path = "/bin/bash"
			_ = command.Run()
			if got := command.ProcessState.ExitCode(); got != exitFailed {
				t.Fatalf("exit code %d, want 1\n%s", got, out.String())
			}
			recorded := map[string]bool{}
			for _, run := range k.runs() {
				for _, row := range k.fold(run).Gone {
					recorded[row.User+" "+string(row.PhoneType)] = true
				}
			}
			for phone := range k.phones() {
				if !recorded[phone] && before[phone] == "" {
					t.Errorf("%s was sent, and is not in the journal", phone)
				}
			}
			again := []string{"import", path}
			if runs := k.runs(); len(runs) > 0 {
				again = []string{"resume", runs[0]}
			}
			k.untilDone(0, exitRows, again...)
			if diff := cmp.Diff(want, k.phones()); diff != "" {
				t.Errorf("the tenant in the end (-want +got):\n%s", diff)
			}
			if stats := k.sim.Stats(); stats.RepeatedWrites > 0 {
				t.Errorf("%d repeated writes", stats.RepeatedWrites)
			}
		})
	}
}
