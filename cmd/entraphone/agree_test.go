package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entraphone/internal/authmethod"
)

// What a run will do, by verb and type, and what it will not, at the widths of
// terminals: as the plan has it, and as the tenant has it that was read first.
func TestIntention(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.csv")
	text := "UPN,Mobile,Alternate Mobile,action,smsSignIn\n" +
		"\x1b[2Jodd@example.com,+1 2065550100,,,\n"
	for i := range 4 {
		text += fmt.Sprintf("user%d@a-company-with-a-long-name.example.com,+1 206555011%d,+1 206555012%d,,\n", i, i, i)
	}
	text += "over@example.com,+1 2065550130,,upsert,enable\nchange@example.com,+1 2065550131,,update,\ngone@example.com,+1 2065550132,,remove,\n" +
		"any@example.com,,,remove,\nbad@example.com,12,+1 2065550133,,\n+1 2065550134,mia@example.com,,,\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := process{getenv: func(string) string { return "" }, console: newConsole(new(strings.Builder)), stream: newStream(new(strings.Builder))}
	c := &importCommand{process: p}
	c.changes.flags()
	c.file.path = file
	in, err := readInput(t.Context(), p, c.file, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &importRun{importCommand: c, input: in, started: time.Now()}
	r.plan()
	i := newIntention(r)
	for _, columns := range []int{40, 80, 120} {
		text := i.text(r.results, columns)
		golden(t, fmt.Sprintf("intention-%d", columns), text)
		if strings.Contains(text, "20655501") || strings.ContainsRune(text, 0x1b) {
			t.Errorf("a number or an escape is shown:\n%s", text)
		}
	}
	n := 0
	for _, kind := range i.kinds {
		n += kind.n
	}
	if n != in.Rows.Len() {
		t.Errorf("the kinds have %d rows, and the file has %d", n, in.Rows.Len())
	}
}

func TestQuestion(t *testing.T) {
	for _, test := range []struct {
		send, remove int
		want         string
	}{
		{5072, 0, "Send 5,072 phones to contoso.onmicrosoft.com?"},
		{1, 0, "Send 1 phone to contoso.onmicrosoft.com?"},
		{0, 1200, "Remove up to 1,200 phones from contoso.onmicrosoft.com?"},
		{5072, 3, "Send 5,072 phones to contoso.onmicrosoft.com, and remove up to 3 there?"},
	} {
		i := intention{send: test.send, remove: test.remove}
		if got := i.question("contoso.onmicrosoft.com"); got != test.want {
			t.Errorf("asked %q, want %q", got, test.want)
		}
	}
}

// What was read of the tenant first is told, and not what the plan made of the file.
func TestTasksInWords(t *testing.T) {
	for _, test := range []struct {
		task authmethod.Task
		want string
	}{
		{authmethod.Task{Verb: authmethod.Create}, "create"},
		{authmethod.Task{Verb: authmethod.Create, Existing: authmethod.FailExisting}, "create"},
		{authmethod.Task{Verb: authmethod.Create, Existing: authmethod.OverwriteExisting}, "create or overwrite"},
		{authmethod.Task{Verb: authmethod.Create, Existing: authmethod.AddAlternate}, "create, or add beside,"},
		{authmethod.Task{Verb: authmethod.Update, Existing: authmethod.ReplaceExpected, SMS: authmethod.EnableSMS}, "update with SMS sign-in"},
		{authmethod.Task{Verb: authmethod.Delete, Existing: authmethod.ReplaceExpected}, "remove"},
	} {
		if got := taskInWords(test.task); got != test.want {
			t.Errorf("%+v is %q, want %q", test.task, got, test.want)
		}
	}
}
