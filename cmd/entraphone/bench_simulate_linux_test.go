package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/graphsim"
)

// TestBenchSimulator loads a directory of a million people with every column
// filled but the office phone, and has an office phone written for many of
// them over loopback, in batches of 20.
func TestBenchSimulator(t *testing.T) {
	needBench(t)
	const (
		users, writes, perBatch = 1_000_000, 600_000, 20
		connections             = 4
	)
	folder := t.TempDir()
	people, port := filepath.Join(folder, "people.csv"), filepath.Join(folder, "port")
	writePeople(t, people, users)
	command := exec.Command("../../bin/entraphone", "simulate", "--directory", people, "--port-file", port, "--write-quota", "unlimited", "--latency", "0s")
	command.Stderr = os.Stderr
	started := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = command.Wait() }()
	defer func() { _ = command.Process.Signal(os.Interrupt) }()
	for {
		if _, err := os.Stat(port); err == nil {
			break
		}
		if time.Since(started) > 2*time.Minute {
			t.Fatal("the simulator does not start")
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Printf("\nsimulator with %d people from a file, started in %.1fs; %d phones written over loopback, %d in a request\n", users, time.Since(started).Seconds(), writes, perBatch)
	address, err := os.ReadFile(port)
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + strings.TrimSpace(string(address))
	loaded := peakOf(t, command.Process.Pid)
	token := signIn(t, base)
	bodies := make([][]byte, 0, writes/perBatch)
	for at := 0; at < writes; at += perBatch {
		bodies = append(bodies, officeBatch(at, perBatch))
	}
	begin := time.Now()
	var g errgroup.Group
	for c := range connections {
		g.Go(func() error {
			return sendBatches(strings.TrimPrefix(base, "http://"), token, bodies, c, connections)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	response, err := http.Get(base + "/_sim/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var stats graphsim.Stats
	if err := json.NewDecoder(response.Body).Decode(&stats); err != nil || stats.AcceptedWrites != writes {
		t.Fatalf("%d phones were written, %v, want %d", stats.AcceptedWrites, err, writes)
	}
	fmt.Printf("  peak memory after loading %d MB, at the end %d MB\n", loaded>>20, peakOf(t, command.Process.Pid)>>20)
	verdict(t, "phone writes a second", writes/took.Seconds(), ">=", 30_000)
	verdict(t, "peak resident memory, MB", float64(peakOf(t, command.Process.Pid))/1e6, "<=", 600)
}

func writePeople(t *testing.T, path string, n int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "id,userPrincipalName,mail,employeeId,onPremisesSamAccountName,displayName,accountEnabled,userType,isAdmin,usageLocation,mobile,alternateMobile")
	for i := range n {
		fmt.Fprintf(w, "%s,person.%07d@contoso.example.com,given.family.%07d@mail.example.com,E%08d,PERSON%07d,Given Middle Family %d,true,Member,false,US,+1 206%07d,+1 425%07d\n",
			personID(i), i, i, i, i, i, i, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

func personID(i int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i) }

func officeBatch(at, n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"requests":[`)
	for i := at; i < at+n; i++ {
		if i > at {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%d","method":"POST","url":"/users/%s/authentication/phoneMethods","headers":{"Content-Type":"application/json"},"body":{"phoneNumber":"+44 207%07d","phoneType":"office"}}`,
			i-at, personID(i), i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func signIn(t *testing.T, base string) string {
	t.Helper()
	response, err := http.PostForm(base+"/simulated/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"bench"}, "client_secret": {"bench"}, "scope": {"https://graph.microsoft.com/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&issued); err != nil || issued.AccessToken == "" {
		t.Fatalf("signing in: status %d, %v", response.StatusCode, err)
	}
	return issued.AccessToken
}

// sendBatches writes requests to a connection of their own and reads the
// answers, with next to nothing between them and the socket: what is measured
// is the simulator.
func sendBatches(address, token string, bodies [][]byte, from, step int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	head := "POST /v1.0/$batch HTTP/1.1\r\nHost: " + address + "\r\nAuthorization: Bearer " + token + "\r\nContent-Type: application/json\r\nContent-Length: "
	answers := bufio.NewReaderSize(conn, 64<<10)
	for i := from; i < len(bodies); i += step {
		request := net.Buffers{[]byte(head + strconv.Itoa(len(bodies[i])) + "\r\n\r\n"), bodies[i]}
		if _, err := request.WriteTo(conn); err != nil {
			return err
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("$batch answered %s", response.Status)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return err
		}
	}
	return nil
}

// peakOf is the largest resident memory of a process so far, in bytes.
func peakOf(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kB << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}
