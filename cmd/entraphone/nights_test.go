package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/graphsim"
)

// job is one that a scheduler starts every night: the staff of a company, its tenant, and
// what is between them.
type job struct {
	t      *testing.T
	folder string
	people map[string]string // numbers by user, as the HR system has them
	sim    *graphsim.Simulator
	url    string
	before atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool] // takes a request away from the tenant
}

func newJob(t *testing.T, people int) *job {
	j := &job{t: t, folder: t.TempDir(), people: map[string]string{}, sim: graphsim.New(graphsim.Config{KeepLog: true})}
	for i := range people {
		j.people[user(i)] = mobile(i)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before := j.before.Load(); before == nil || !(*before)(w, r) {
			j.sim.ServeHTTP(w, r)
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	j.url = server.URL
	return j
}

func user(i int) string   { return fmt.Sprintf("u%03d@example.com", i) }
func mobile(i int) string { return fmt.Sprintf("+1 206555%04d", 100+i) }

// file writes the staff as the HR system exports it.
func (j *job) file() string {
	var text strings.Builder
	text.WriteString("UPN,Mobile\n")
	for _, user := range slices.Sorted(maps.Keys(j.people)) {
		fmt.Fprintf(&text, "%s,%s\n", user, j.people[user])
	}
	j.write(text.String())
	return text.String()
}

func (j *job) path() string { return filepath.Join(j.folder, "phones.csv") }

func (j *job) write(text string) {
	hour := time.Now().Add(-time.Hour) // the export ends before the job begins
	if err := errors.Join(os.WriteFile(j.path(), []byte(text), 0o600), os.Chtimes(j.path(), hour, hour)); err != nil {
		j.t.Fatal(err)
	}
}

// start is what stands in the crontab, and what the scheduler sees of it.
func (j *job) start(ctx context.Context, flags ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := map[string]string{"AZURE_TENANT_ID": "t.example.com", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "s"}
	args := []string{
		"import", j.path(), "--graph-endpoint", j.url, "--authority", j.url, "--state", filepath.Join(j.folder, "state"), "--rate", "unlimited", "--batch-size", "5",
		"--quiet", "--known-problems", "--existing", "overwrite", "--verify", "none", "--min-rows", "100", "--max-shrink", "10%", "--max-age", "26h", "--max-failures", "5%",
		"--give-up-after", "2s", "--log-level", "error", "--notify-command", "cat >>" + filepath.Join(j.folder, "told"),
	}
	code = run(ctx, process{args: append(args, flags...), getenv: func(name string) string { return env[name] }, stdin: strings.NewReader(""), stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

// told reports whether somebody was told of the last night.
func (j *job) told() bool {
	err := os.Remove(filepath.Join(j.folder, "told"))
	return err == nil
}

// phoneCalls answers the phone requests of a night, from the after-th on.
func phoneCalls(after int32, answer func(w http.ResponseWriter, r *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	var seen atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) bool {
		return !strings.HasSuffix(r.URL.Path, "/token") && strings.Contains(r.URL.Path, "/v1.0/") && seen.Add(1) > after && answer(w, r)
	}
}

// night is one of a month.
type night struct {
	name  string
	dawn  func(j *job) // what happens before the job starts
	peer  func(j *job) func(http.ResponseWriter, *http.Request) bool
	flags []string
	code  int
	said  string // in what is shown; empty where nothing may be
	// writes and reads are what the tenant has accepted and answered, at most.
	writes, reads int
	told          bool
}

// A month of nights: the exit codes, the requests and what stands in the tenant at the end
// are what a careful person would expect.
func TestMonthOfNights(t *testing.T) {
	j := newJob(t, 300)
	limited := []string{"--max-changes", "20%"}
	change := func(from, to int) func(*job) {
		return func(j *job) {
			for i := from; i < to; i++ {
				j.people[user(i)] = mobile(i + 3000)
			}
			j.file()
		}
	}
	same := func(j *job) { j.file() }
	status := func(code int) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(code); return true }
	}
	nights := []night{
		{name: "first night", dawn: same, writes: 300},
		{name: "nothing new", dawn: same, flags: limited},
		{name: "five numbers changed", dawn: change(0, 5), flags: limited, writes: 5, reads: 20},
		{name: "four people joined", dawn: func(j *job) {
			for i := 300; i < 304; i++ {
				j.people[user(i)] = mobile(i)
			}
			j.file()
		}, flags: limited, writes: 4, reads: 8},
		{name: "a number without its end", dawn: func(j *job) { j.people["adam@example.com"] = "+1 206"; j.file() }, flags: limited, code: exitRows, said: "rejected", told: true},
		{name: "it is still there", dawn: same, flags: limited},
		{name: "another one", dawn: func(j *job) { j.people["ada@example.com"] = "none of your business"; j.file() }, flags: limited, code: exitRows, said: "rejected", told: true},
		{name: "the export breaks off", dawn: func(j *job) { text := j.file(); j.write(text[:len(text)/2]) }, code: exitUsage, said: "--max-shrink"},
		{name: "it breaks off in the last number", dawn: func(j *job) { text := j.file(); j.write(text[:len(text)-3]) }, flags: limited, code: exitRows, said: "rejected          3", told: true},
		{name: "whole again", dawn: same, flags: limited},
		{name: "a file of the day before yesterday", dawn: func(j *job) {
			j.file()
			old := time.Now().Add(-50 * time.Hour)
			if err := os.Chtimes(j.path(), old, old); err != nil {
				j.t.Fatal(err)
			}
		}, code: exitUsage, said: "--max-age"},
		{name: "an empty file", dawn: func(j *job) { j.write("") }, code: exitUsage, said: "empty"},
		{name: "no file", dawn: func(j *job) { _ = os.Remove(j.path()) }, code: exitUsage, said: "there is no such file"},
		{name: "Graph is down", dawn: change(10, 14), peer: func(*job) func(http.ResponseWriter, *http.Request) bool {
			return phoneCalls(0, status(http.StatusServiceUnavailable))
		}, code: exitStopped, said: "resume", told: true},
		{name: "Graph is back", dawn: same, flags: limited, writes: 4, reads: 12},
		{name: "the secret has expired", dawn: change(20, 22), peer: func(*job) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/token") {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app 'app' are expired.","error_codes":[7000222]}`)
				return true
			}
		}, code: exitRefused, said: "AADSTS7000222", told: true},
		{name: "a new secret", dawn: same, flags: limited, writes: 2, reads: 8},
		{name: "answers are lost", dawn: change(30, 45), peer: func(j *job) func(http.ResponseWriter, *http.Request) bool {
			var lost atomic.Int32
			return phoneCalls(3, func(w http.ResponseWriter, r *http.Request) bool {
				if lost.Add(1) > 2 {
					return false
				}
				j.sim.ServeHTTP(httptest.NewRecorder(), r) // it is carried out, and nobody hears of it
				panic(http.ErrAbortHandler)
			})
		}, flags: append([]string{"--give-up-after", "30s"}, limited...), writes: 15, reads: 60},
		{name: "throttled now and then", dawn: change(50, 60), peer: func(*job) func(http.ResponseWriter, *http.Request) bool {
			var n atomic.Int32
			return phoneCalls(0, func(w http.ResponseWriter, r *http.Request) bool {
				if n.Add(1) > 2 {
					return false
				}
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				return true
			})
		}, flags: append([]string{"--give-up-after", "30s"}, limited...), writes: 10, reads: 30},
		{name: "an HR system gone mad", dawn: func(j *job) {
			for i := range 200 {
				j.people[user(i)] = mobile(i + 6000)
			}
			j.file()
		}, flags: limited, code: exitStopped, said: "--max-changes", reads: 400},
		{name: "and corrected", dawn: func(j *job) {
			for i := range 200 {
				j.people[user(i)] = mobile(i)
				for _, changed := range [][2]int{{0, 5}, {10, 14}, {20, 22}, {30, 45}, {50, 60}} {
					if i >= changed[0] && i < changed[1] {
						j.people[user(i)] = mobile(i + 3000)
					}
				}
			}
			j.file()
		}, flags: limited},
		{name: "five people left", dawn: func(j *job) {
			for i := 290; i < 295; i++ {
				delete(j.people, user(i))
			}
			j.file()
		}, flags: limited},
		{name: "Graph refuses everything new", dawn: change(70, 100), peer: func(*job) func(http.ResponseWriter, *http.Request) bool {
			return phoneCalls(3, refuseChanges)
		}, code: exitStopped, said: "--max-failures", writes: 30, reads: 120, told: true},
		{name: "and takes it again", dawn: same, flags: limited, writes: 30, reads: 120},
		{name: "somebody changed a phone by hand, and a look at all", dawn: func(j *job) {
			j.byHand(user(200), mobile(9000))
			j.file()
		}, flags: []string{"--verify", "all", "--max-changes", "20%"}, writes: 1, reads: 400},
		{name: "forty people joined", dawn: func(j *job) {
			for i := 400; i < 440; i++ {
				j.people[user(i)] = mobile(i)
			}
			j.file()
		}, flags: limited, writes: 40, reads: 60},
		{name: "both were corrected", dawn: func(j *job) {
			j.people["adam@example.com"], j.people["ada@example.com"] = mobile(500), mobile(501)
			j.file()
		}, flags: limited, writes: 2, reads: 4},
		{name: "nothing new", dawn: same, flags: limited},
		{name: "nothing new", dawn: same, flags: limited},
	}
	for i, n := range nights {
		n.dawn(j)
		if n.peer != nil {
			peer := n.peer(j)
			j.before.Store(&peer)
		}
		before := j.sim.Stats()
		code, stdout, stderr := j.start(t.Context(), n.flags...)
		j.before.Store(nil)
		after := j.sim.Stats()
		writes, reads, told := int(after.AcceptedWrites-before.AcceptedWrites), int(after.Reads-before.Reads), j.told()
		t.Logf("| %2d | %-50s | %3d | %3d | %3d | %-5t |", i+1, n.name, code, writes, reads, told)
		shown := stdout + stderr
		if code != n.code || !strings.Contains(shown, n.said) || n.said == "" && shown != "" {
			t.Errorf("night %d, %s: exit code %d, want %d, with %q in:\n%s", i+1, n.name, code, n.code, n.said, shown)
		}
		if writes > n.writes || reads > n.reads || told != n.told {
			t.Errorf("night %d, %s: %d writes, %d reads, told %t; want at most %d, %d, and %t", i+1, n.name, writes, reads, told, n.writes, n.reads, n.told)
		}
	}
	// The last night overlaps with another start of the same job.
	change(100, 130)(j)
	held := make(chan struct{})
	slow := phoneCalls(0, func(http.ResponseWriter, *http.Request) bool { <-held; return false })
	j.before.Store(&slow)
	var group errgroup.Group
	var first, second int
	group.Go(func() error { first, _, _ = j.start(t.Context(), "--give-up-after", "30s"); return nil })
	for deadline := time.Now().Add(20 * time.Second); len(j.sim.Log()) == 0 || second != exitLocked; {
		if time.Now().After(deadline) {
			t.Fatal("the second start was never kept out")
		}
		second, _, _ = j.start(t.Context(), "--dry-run")
		if busy, _ := underWay(filepath.Join(j.folder, "state")); len(busy) > 0 {
			second, _, _ = j.start(t.Context())
			break
		}
	}
	close(held)
	_ = group.Wait()
	j.before.Store(nil)
	t.Logf("| 30 | %-50s | %d and %d |", "two starts at once", first, second)
	if first != exitDone || second != exitLocked {
		t.Errorf("two starts at once end with %d and %d", first, second)
	}
	j.holdsTheFile(map[string]string{})
}

// refuseChanges answers a request that changes a phone with a refusal, alone or for all
// of a $batch.
func refuseChanges(w http.ResponseWriter, r *http.Request) bool {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	const refusal = `{"error":{"code":"invalidPhoneNumber","message":"no","innerError":{"request-id":"r"}}}`
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodPatch {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, refusal)
		return true
	}
	var batch struct {
		Requests []struct{ ID, Method string }
	}
	if json.Unmarshal(body, &batch) != nil || !slices.ContainsFunc(batch.Requests, func(one struct{ ID, Method string }) bool { return one.Method == http.MethodPatch }) {
		return false
	}
	var items []string
	for _, one := range batch.Requests {
		items = append(items, fmt.Sprintf(`{"id":%q,"status":400,"headers":{"Content-Type":"application/json"},"body":%s}`, one.ID, refusal))
	}
	_, _ = io.WriteString(w, `{"responses":[`+strings.Join(items, ",")+`]}`)
	return true
}

// byHand puts a phone into the tenant as an administrator does in the portal.
func (j *job) byHand(user, number string) {
	j.t.Helper()
	path := j.folder + "/byhand.csv"
	if err := os.WriteFile(path, []byte("UPN,Mobile\n"+user+","+number+"\n"), 0o600); err != nil {
		j.t.Fatal(err)
	}
	env := map[string]string{"AZURE_TENANT_ID": "t.example.com", "AZURE_CLIENT_ID": "portal", "AZURE_CLIENT_SECRET": "s"}
	code := run(j.t.Context(), process{args: []string{
		"import", path, "--graph-endpoint", j.url, "--authority", j.url, "--state", filepath.Join(j.folder, "portal"), "--existing", "overwrite", "--quiet", "--log-level", "error",
	}, getenv: func(name string) string { return env[name] }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard})
	if code != exitDone {
		j.t.Fatalf("changing a phone by hand: %d", code)
	}
	if got := j.sim.Phones(user)["mobile"]; got != number {
		j.t.Fatal(errors.New("the phone is " + got))
	}
}

// holdsTheFile makes sure that the tenant has what the file says, but for these.
func (j *job) holdsTheFile(but map[string]string) {
	j.t.Helper()
	for user, number := range j.people {
		want := number
		if other, differs := but[user]; differs {
			want = other
		}
		if got := j.sim.Phones(user)["mobile"]; got != want {
			j.t.Errorf("%s has %q, want %q", user, got, want)
		}
	}
}
