package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/graphsim"
)

// simulateFor serves the simulator while do runs, and gives do its greeting.
func simulateFor(t *testing.T, do func(greeting string), args ...string) (stderr string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	var log bytes.Buffer
	code := exitDone
	var g errgroup.Group
	g.Go(func() error {
		code = run(ctx, process{args: append([]string{"simulate"}, args...), getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: in, stderr: &log})
		return in.Close()
	})
	greeting, reader := "", bufio.NewReader(out)
	for !strings.Contains(greeting, "Ctrl-C") {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatalf("entraphone simulate %v ended after %q: exit code %d, %s", args, greeting, code, log.String())
		}
		greeting += line
	}
	do(greeting)
	stop()
	if err := g.Wait(); err != nil || code != exitDone {
		t.Fatalf("entraphone simulate %v: exit code %d, %v, %s", args, code, err, log.String())
	}
	return log.String()
}

// paste runs the command of the greeting as a shell would.
func paste(t *testing.T, greeting, file string) (code int, output string) {
	t.Helper()
	command := regexp.MustCompile(`(?m)^  (AZURE_CLIENT_SECRET)=(\S+) entraphone (import FILE .*)$`).FindStringSubmatch(greeting)
	if command == nil {
		t.Fatalf("no command to paste in %q", greeting)
	}
	getenv := func(name string) string {
		return map[string]string{command[1]: command[2], "HOME": t.TempDir()}[name]
	}
	var out bytes.Buffer
	args := strings.Fields(strings.Replace(command[3], "FILE", file, 1))
	code = run(t.Context(), process{args: args, getenv: getenv, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
	return code, out.String()
}

func addressIn(t *testing.T, greeting string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^Graph +(\S+)$`).FindStringSubmatch(greeting)
	if found == nil {
		t.Fatalf("no address in %q", greeting)
	}
	return found[1]
}

func usersFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, []byte("UPN,Mobile\na@example.com,+1 206 555 0101\nb@example.com,+1 206 555 0102\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestThePrintedCommandImports(t *testing.T) {
	folder := t.TempDir()
	ca := filepath.Join(folder, "ca.pem")
	for name, args := range map[string][]string{
		"http":     {},
		"IPv6":     {"--listen", "[::1]:0"},
		"https":    {"--tls", "--ca-out", ca},
		"scenario": {"--scenario", "lost-answers", "--users", "10"}, // whose people are others
	} {
		t.Run(name, func(t *testing.T) {
			stderr := simulateFor(t, func(greeting string) {
				code, output := paste(t, greeting, usersFile(t))
				want := `(?m)^  created +2  `
				if name == "scenario" {
					want = `(?m)^  failed +2  `
				}
				if !regexp.MustCompile(want).MatchString(output) {
					t.Errorf("%q: exit code %d and %s, want %q", greeting, code, output, want)
				}
			}, append(args, "--latency", "0s")...)
			if !strings.HasPrefix(stderr, "entraphone: stopped after ") {
				t.Errorf("stderr %q, want the counts", stderr)
			}
		})
	}
}

func TestSimulateServesHTTP2OverTLS(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	simulateFor(t, func(greeting string) {
		trusted := x509.NewCertPool()
		text, err := os.ReadFile(ca)
		if err != nil || !trusted.AppendCertsFromPEM(text) {
			t.Fatalf("--ca-out wrote %q, %v", text, err)
		}
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, ForceAttemptHTTP2: protocol == "HTTP/2.0"}
			defer transport.CloseIdleConnections()
			response, err := (&http.Client{Transport: transport}).Get(addressIn(t, greeting) + "/_sim/stats")
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.Proto != protocol {
				t.Errorf("served over %s, want %s", response.Proto, protocol)
			}
		}
	}, "--tls", "--ca-out", ca)
}

func TestSimulateKeepsWebPagesOut(t *testing.T) {
	ask := func(greeting, host string) int {
		r, err := http.NewRequestWithContext(t.Context(), "GET", addressIn(t, greeting)+"/_sim/state", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for host, want := range map[string]int{"localhost": 200, "localhost:80": 200, "127.0.0.1": 200, "[::1]:80": 200, "evil.example.com": 421, "evil.example.com:80": 421, "10.0.0.1": 421} {
		simulateFor(t, func(greeting string) {
			if got := ask(greeting, host); got != want {
				t.Errorf("asked as %s it answers %d, want %d", host, got, want)
			}
		})
	}
	simulateFor(t, func(greeting string) {
		if got := ask(greeting, "sim.example.com"); got != 200 {
			t.Errorf("with --allow-remote it answers %d to another name, want 200", got)
		}
	}, "--allow-remote")
}

func TestSimulateLogsEveryRequest(t *testing.T) {
	log := filepath.Join(t.TempDir(), "requests.jsonl")
	simulateFor(t, func(greeting string) { paste(t, greeting, usersFile(t)) }, "--request-log", log, "--latency", "0s")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for line := range strings.Lines(string(text)) {
		var entry graphsim.LogEntry
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.RequestID == "" || entry.Time.IsZero() {
			t.Errorf("line %q: %v", line, err)
		}
		if entry.Status == 201 {
			paths = append(paths, entry.Path)
		}
	}
	if len(paths) != 2 || paths[0] == paths[1] {
		t.Errorf("phones written according to the log: %v, want two", paths)
	}
	if strings.Contains(string(text), "5550101") {
		t.Errorf("the log holds a number: %s", text)
	}
}
