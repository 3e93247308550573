package authmethod_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"entraphone/internal/authmethod"
)

// The words of outcomes and classes stand in reports that programs read: they are
// a closed list, in this order.
func TestWordsOfOutcomesAndClasses(t *testing.T) {
	for want, words := range map[string]any{
		`["created","updated","removed","planned","unchanged","duplicate","conflict","rejected","dependency","failed","unknown","not-attempted"]`: authmethod.Outcomes(),
		`["fix-data","retry","permission","decision"]`: authmethod.Classes(),
		`["create","update","delete","read","readPhones","readMethods","enableSms","disableSms"]`: []authmethod.Verb{
			authmethod.Create, authmethod.Update, authmethod.Delete, authmethod.Read, authmethod.ReadPhones, authmethod.ReadMethods, authmethod.EnableSMS, authmethod.DisableSMS,
		},
	} {
		if got, err := json.Marshal(words); err != nil || string(got) != want {
			t.Errorf("the words are %s, %v, want %s", got, err, want)
		}
	}
}

// A constant that a list lacks would be missing from every summary.
func TestListsHoldAllConstants(t *testing.T) {
	source, err := os.ReadFile("outcome.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := func(kind string) (words []string) {
		for _, match := range regexp.MustCompile(`\b`+kind+` += "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			words = append(words, match[1])
		}
		return words
	}
	var outcomes, classes []string
	for _, o := range authmethod.Outcomes() {
		outcomes = append(outcomes, string(o))
	}
	for _, c := range authmethod.Classes() {
		classes = append(classes, string(c))
	}
	if constants := declared("Outcome"); !slices.Equal(constants, outcomes) {
		t.Errorf("the outcomes are %v, and Outcomes lists %v", constants, outcomes)
	}
	if constants := declared("Class"); !slices.Equal(constants, classes) {
		t.Errorf("the classes are %v, and Classes lists %v", constants, classes)
	}
}

// Whoever sorts or cuts a list that was given out changes nobody else's.
func TestListsAreGivenOutAsCopies(t *testing.T) {
	authmethod.Outcomes()[0], authmethod.Classes()[0], authmethod.Catalogue()[0] = "", "", authmethod.Entry{}
	if authmethod.Outcomes()[0] != authmethod.Created || authmethod.Classes()[0] != authmethod.FixData {
		t.Error("a list of words was changed by who asked for it")
	}
	if first := authmethod.Catalogue()[0]; first.Code == "" || first.Code.Entry() != first {
		t.Errorf("the catalogue was changed by who asked for it: it begins with %+v", first)
	}
}

// A run succeeded when each row did; exit codes depend on it.
func TestAllDoneByOutcome(t *testing.T) {
	success := map[authmethod.Outcome]bool{
		authmethod.Created: true, authmethod.Updated: true, authmethod.Removed: true, authmethod.Planned: true, authmethod.Unchanged: true, authmethod.Duplicate: true,
		authmethod.Conflict: false, authmethod.Rejected: false, authmethod.Dependency: false,
		authmethod.Failed: false, authmethod.Unknown: false, authmethod.NotAttempted: false,
	}
	for _, outcome := range authmethod.Outcomes() {
		want, known := success[outcome]
		if !known || outcome.Success() != want {
			t.Errorf("%s is a success: %t, want %t", outcome, outcome.Success(), want)
		}
		results := authmethod.NewResults(rowsOf(2), nil)
		results.Set(0, authmethod.Result{Outcome: outcome})
		results.Set(1, authmethod.Result{Outcome: authmethod.Created})
		if got := results.AllDone(); got != want {
			t.Errorf("with a row that is %s all is done: %t, want %t", outcome, got, want)
		}
	}
	if authmethod.Outcome("").Success() {
		t.Error("no outcome is a success, want that it is not")
	}
	if !authmethod.NewResults(new(authmethod.Rows), nil).AllDone() {
		t.Error("a file without rows needs somebody, want nobody")
	}
}
