package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Arguments that cannot be read to their end tell all the same how to print.
func TestOutputAsked(t *testing.T) {
	for _, test := range []struct {
		args, env string
		want      bool
	}{
		{"import x --bogus --output json", "", true},
		{"import --output=json x --bogus", "", true},
		{"import x --bogus", "json", true},
		{"import x --bogus --output text", "json", false},
		{"import --output json --output text", "", false},
		{"import --output", "", false},
		{"import x -- --output json", "", false},
		{"import x", "", false},
		{"", "text", false},
	} {
		getenv := func(name string) string { return map[string]string{"ENTRAPHONE_OUTPUT": test.env}[name] }
		if got := outputAsked(strings.Fields(test.args), getenv); got != test.want {
			t.Errorf("outputAsked(%q) with %q in the environment = %v, want %v", test.args, test.env, got, test.want)
		}
	}
}

// fullAfter takes so many bytes.
type fullAfter int

var errFull = errors.New("no space left")

func (f *fullAfter) Write(p []byte) (int, error) {
	if len(p) > int(*f) {
		return 0, errFull
	}
	*f -= fullAfter(len(p))
	return len(p), nil
}

// What cannot be printed makes a success a failure, and leaves a failure as it is.
func TestStreamThatCannotBeWritten(t *testing.T) {
	for _, test := range []struct{ room, code, want int }{
		{0, exitDone, exitFailed}, {120, exitDone, exitFailed}, {0, exitRows, exitFailed}, {0, exitLocked, exitLocked}, {1000, exitDone, exitDone},
	} {
		room := fullAfter(test.room)
		s := newStream(&room)
		s.format = "json"
		s.begin("runs")
		err := s.put("run", map[string]string{"run": "a"})
		if failed := test.room < 100; (err != nil) != failed {
			t.Errorf("with room for %d bytes, a line fails with %v", test.room, err)
		}
		_ = s.put("total", map[string]string{"text": strings.Repeat("x", 100)})
		code, err := s.end(process{getenv: func(string) string { return "" }}, nil, explained{}, test.code)
		if code != test.want || (err != nil) != (test.want != test.code) || err != nil && !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes, %d ends as %d with %v, want %d", test.room, test.code, code, err, test.want)
		}
	}
}

// A line has its kind first, and texts as they are.
func TestStreamLines(t *testing.T) {
	var out bytes.Buffer
	s := newStream(&out)
	s.format = "json"
	s.begin("check")
	if err := s.put(rowKind, struct {
		User string `json:"user"`
	}{"<mia>&\"\n"}); err != nil || out.Len() > 0 {
		t.Errorf("a row fails with %v, or comes alone: %q", err, out.String())
	}
	if _, err := s.end(process{}, nil, explained{}, exitDone); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(out.String(), "\n")
	want := "{\"kind\":\"row\",\"user\":\"<mia>&\\\"\\n\"}\n{\"kind\":\"end\",\"exitCode\":0}\n"
	if text != want {
		t.Errorf("it prints\n%swant\n%s", text, want)
	}
}
