package main

import (
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"entraphone/internal/graphsim"
	simdirectory "entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// raceOptions leave the goroutines of a process a moment in which to race when it
// ends.
const raceOptions = "atexit_sleep_ms=50"

func TestMain(m *testing.M) {
	// Scripts wait more than they compute. Under the race detector each of their
	// hundreds of processes would also sleep for a second when it ends.
	_ = flag.Set("test.parallel", "4")
	_ = os.Setenv("GORACE", raceOptions)
	_ = flag.Set("rapid.checks", "30") // make torture draws more
	testscript.Main(m, map[string]func(){"entraphone": main})
}

// The scripts read as terminal sessions. Beside testscript's own commands they
// have:
//
//	sim [flags]            start a simulator on loopback; $GRAPH and $LOGIN are
//	                       the flags that point entraphone at it
//	served FILE            wait until a simulator has written its address there;
//	                       then $GRAPH, $LOGIN and $URL are as after sim
//	fetch URL              print what stands there
//	await N                wait until N phone requests have arrived at it
//	phones                 print who has which phones there
//	stats                  print what it counted
//	latest                 copy the newest run's files to the folder run
//	columns FILE A,B,...   print these columns of a CSV file
//	named VAR END          set $VAR to the name of the newest run that ends so
//	jsonl                  check that the last output is of --output json
//	workbook XLSX SHEET CSV  add a sheet to a workbook; #NUMBER FORMAT is a number
//	sheet XLSX SHEET       print the cells of a sheet, numbers as #NUMBER
//	exits N PROGRAM ARGS   run a program that must end with this exit code
//
// Their hundreds of processes are of a program without the race detector, which looks
// at the same code within the other tests; with ENTRAPHONE_RACE, as make torture has it,
// they are of one with it.
func TestScripts(t *testing.T) {
	programs := t.TempDir()
	build := []string{"build", "-o", programs}
	if os.Getenv("ENTRAPHONE_RACE") != "" {
		build = append(build, "-race")
	}
	if out, err := exec.Command("go", append(build, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", raceOptions)
			env.Setenv("PATH", programs+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("LOCALAPPDATA", filepath.Join(env.WorkDir, "state"))
			env.Setenv("AZURE_TENANT_ID", "tenant.example.com")
			env.Setenv("AZURE_CLIENT_ID", "00000000-0000-4000-8000-000000000001")
			env.Setenv("AZURE_CLIENT_SECRET", "the-secret-of-the-app")
			env.Values[scriptSim{}] = &scriptSim{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sim": startSim, "served": awaitServed, "fetch": fetch, "await": awaitRequests, "phones": printPhones, "stats": printStats, "latest": copyLatest, "columns": printColumns, "named": nameRun, "exits": exits, "edit": editFile, "glob": globbed, "old": makeOld, "jsonl": checkLines, "workbook": makeWorkbook, "sheet": printSheet,
		},
	})
}

// scriptSim is the simulator of one script.
type scriptSim struct {
	*graphsim.Simulator
	mu      sync.Mutex
	arrived int
	waiting int
	awaited chan struct{}
}

func (s *scriptSim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "/v1.0/") {
		s.mu.Lock()
		s.arrived++
		if s.awaited != nil && s.arrived >= s.waiting {
			close(s.awaited)
			s.awaited = nil
		}
		s.mu.Unlock()
	}
	s.Simulator.ServeHTTP(w, r)
}

func simOf(ts *testscript.TestScript) *scriptSim { return ts.Value(scriptSim{}).(*scriptSim) }

func startSim(ts *testscript.TestScript, neg bool, args []string) {
	var config graphsim.Config
	set := flag.NewFlagSet("sim", flag.ContinueOnError)
	scenario := set.String("scenario", "", "")
	directory := set.String("directory", "", "")
	quota := set.String("quota", "", "")
	token := set.String("token", "", "")
	useTLS := set.Bool("tls", false, "")
	secret := set.String("secret", "", "")
	set.DurationVar(&config.Latency, "latency", 0, "")
	set.BoolVar(&config.Assumed.MaskedReads, "masked", false, "")
	ts.Check(set.Parse(args))
	if *scenario != "" {
		ts.Check(graphsim.ReadScenario(strings.NewReader(ts.ReadFile(*scenario)), &config))
	}
	if *directory != "" {
		people, err := simdirectory.ReadCSV(strings.NewReader(ts.ReadFile(*directory)), graphsim.UserFaults())
		ts.Check(err)
		config.Directory = people
	}
	if *quota != "" {
		ts.Check(config.WriteQuota.UnmarshalText([]byte(*quota + " forgiving")))
	}
	if *secret != "" {
		config.Clients = []login.Client{{ID: ts.Getenv("AZURE_CLIENT_ID"), Secret: *secret}}
	}
	if *token != "" {
		config.AccessTokens = []string{*token}
	}
	sim := simOf(ts)
	sim.mu.Lock()
	sim.Simulator, sim.arrived = graphsim.New(config), 0
	sim.mu.Unlock()
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what some scripts test
	if *useTLS {
		server.StartTLS()
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), ca, 0o600))
	} else {
		server.Start()
	}
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
	})
	pointAt(ts, server.URL)
}

func pointAt(ts *testscript.TestScript, address string) {
	ts.Setenv("GRAPH", "--graph-endpoint="+address)
	ts.Setenv("LOGIN", "--authority="+address)
	ts.Setenv("URL", address)
}

func awaitServed(ts *testscript.TestScript, neg bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if address, err := os.ReadFile(ts.MkAbs(args[0])); err == nil {
			pointAt(ts, "http://"+strings.TrimSpace(string(address)))
			return
		}
	}
	ts.Fatalf("no simulator has written its address to %s", args[0])
}

func fetch(ts *testscript.TestScript, neg bool, args []string) {
	response, err := http.Get(args[0])
	ts.Check(err)
	defer response.Body.Close()
	_, err = io.Copy(ts.Stdout(), response.Body)
	ts.Check(err)
}

func awaitRequests(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	sim := simOf(ts)
	sim.mu.Lock()
	if sim.arrived >= n {
		sim.mu.Unlock()
		return
	}
	awaited := make(chan struct{})
	sim.waiting, sim.awaited = n, awaited
	sim.mu.Unlock()
	select {
	case <-awaited:
	case <-time.After(30 * time.Second):
		ts.Fatalf("%d requests did not arrive", n)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// globbed removes or damages the files that a pattern matches.
func globbed(ts *testscript.TestScript, neg bool, args []string) {
	paths, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(paths) == 0 {
		ts.Fatalf("nothing matches %s", args[1])
	}
	for _, path := range paths {
		if args[0] == "rm" {
			ts.Check(os.Remove(path))
			continue
		}
		ts.Check(os.Truncate(path, 5000))
	}
}

// makeOld has a file written so long ago.
func makeOld(ts *testscript.TestScript, neg bool, args []string) {
	age, err := time.ParseDuration(args[1])
	ts.Check(err)
	then := time.Now().Add(-age)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), then, then))
}

// editFile replaces a text in a file wherever it stands.
func editFile(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

func printPhones(ts *testscript.TestScript, neg bool, args []string) {
	for _, user := range simOf(ts).Users() {
		phones := simOf(ts).Phones(user.UserPrincipalName)
		for _, phoneType := range slices.Sorted(maps.Keys(phones)) {
			fmt.Fprintf(ts.Stdout(), "%s %s %s\n", user.UserPrincipalName, phoneType, phones[phoneType])
		}
	}
}

func printStats(ts *testscript.TestScript, neg bool, args []string) {
	stats := reflect.ValueOf(simOf(ts).Stats())
	for i := range stats.NumField() {
		fmt.Fprintf(ts.Stdout(), "%s=%v\n", stats.Type().Field(i).Name, stats.Field(i))
	}
}

// copyLatest sorts by name: names of runs begin with their time.
func copyLatest(ts *testscript.TestScript, neg bool, args []string) {
	runs, err := filepath.Glob(ts.MkAbs("state/entraphone/runs/*"))
	ts.Check(err)
	if len(runs) == 0 {
		ts.Fatalf("there is no run")
	}
	slices.SortFunc(runs, func(a, b string) int {
		infoA, errA := os.Stat(a)
		infoB, errB := os.Stat(b)
		if errA != nil || errB != nil {
			return 0
		}
		return infoA.ModTime().Compare(infoB.ModTime())
	})
	ts.Check(os.MkdirAll(ts.MkAbs("run"), 0o700))
	files, err := filepath.Glob(filepath.Join(runs[len(runs)-1], "*"))
	ts.Check(err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs("run"), filepath.Base(file)), content, 0o600))
	}
}

func nameRun(ts *testscript.TestScript, neg bool, args []string) {
	runs, err := filepath.Glob(ts.MkAbs("state/entraphone/runs/*" + args[1]))
	ts.Check(err)
	if len(runs) == 0 {
		ts.Fatalf("there is no run that ends so")
	}
	slices.Sort(runs)
	ts.Setenv(args[0], filepath.Base(runs[len(runs)-1]))
}

func printColumns(ts *testscript.TestScript, neg bool, args []string) {
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(ts.ReadFile(args[0]), "\ufeff")))
	heading, err := reader.Read()
	ts.Check(err)
	var wanted []int
	for _, name := range strings.Split(args[1], ",") {
		i := slices.Index(heading, name)
		if i < 0 {
			ts.Fatalf("no column %s in %v", name, heading)
		}
		wanted = append(wanted, i)
	}
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return
		}
		ts.Check(err)
		var cells []string
		for _, i := range wanted {
			cells = append(cells, record[i])
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(cells, "|"))
	}
}

// checkLines makes sure that the output is what programs are promised: one object a
// line, of which the first names the format and the last has the exit code.
func checkLines(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	for i, line := range lines {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("line %d is not an object: %v: %s", i+1, err, line)
		}
		kind, _ := object["kind"].(string)
		switch _, ends := object["exitCode"].(float64); {
		case i == 0 && object["format"] != "entraphone/1":
			ts.Fatalf("the first line does not name the format: %s", line)
		case i > 0 && kind == "":
			ts.Fatalf("line %d has no kind: %s", i+1, line)
		case (i == len(lines)-1) != (kind == "end" && ends):
			ts.Fatalf("line %d of %d is of kind %s: %s", i+1, len(lines), kind, line)
		}
	}
}
