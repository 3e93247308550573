package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The registration report tells beforehand which phone Graph will not remove, and who
// needs no reading at all.
func TestReportTellsBeforehand(t *testing.T) {
	var people, leavers strings.Builder
	people.WriteString("userPrincipalName,mobile,office,defaultMethod\n")
	leavers.WriteString("userPrincipalName,phoneType\n")
	for i := range worthAReport {
		user := "u" + strings.Repeat("x", i/100) + string(rune('a'+i%100/10)) + string(rune('a'+i%10)) + "@example.com"
		phones := ",,"
		if i == 0 {
			phones = "+1 2065550101,+1 2065550102,mobile"
		}
		people.WriteString(user + "," + phones + "\n")
		leavers.WriteString(user + ",mobile\n")
	}
	n := newNights(t, 0, people.String())
	n.cost("a plan of removals", exitDone, leavers.String(), "plan", "--remove", "--allow-last-method")
	results, err := filepath.Glob(filepath.Join(n.folder, "state", "runs", "*", "results.csv"))
	if err != nil || len(results) != 1 {
		t.Fatalf("results %v, %v", results, err)
	}
	text, err := os.ReadFile(results[0])
	if err != nil {
		t.Fatal(err)
	}
	if noted := strings.Count(string(text), "it is the phone that the user is asked on first"); noted != 1 {
		t.Errorf("%d rows are said to be a default, want the first:\n%.600s", noted, text)
	}
}
