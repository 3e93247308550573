package main

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func help(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := run(context.Background(), process{args, os.Getenv, strings.NewReader(""), &out, &out}); code != exitDone {
		t.Fatalf("entraphone %v exits %d", args, code)
	}
	return out.String()
}

// The manual, the help and the README name the same flags and exit codes.
func TestManualHelpAndReadmeAgree(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	helps := help(t, "import", "--help") + help(t, "check", "--help") + help(t, "simulate", "--help") + help(t, "template", "--help")
	flags := regexp.MustCompile(`--[a-z][a-z-]+[a-z]`)
	inHelp := flags.FindAllString(helps, -1)
	for _, flag := range inHelp {
		if !strings.Contains(string(manual), flag) && flag != "--help" {
			t.Errorf("doc.go does not name %s", flag)
		}
	}
	for _, text := range [][]byte{manual, readme} {
		for _, flag := range flags.FindAllString(string(text), -1) {
			if !slices.Contains(inHelp, flag) && flag != "--help" && !slices.Contains(foreignFlags, flag) {
				t.Errorf("the manual or the README names %s, which no help has", flag)
			}
		}
	}
	codes := regexp.MustCompile(`(?m)^\s*(\d+) {2,}(.+)$`)
	for _, code := range codes.FindAllStringSubmatch(exitHelp, -1) {
		if !strings.Contains(string(manual), code[2]) {
			t.Errorf("doc.go does not explain exit code %s as %q", code[1], code[2])
		}
		if !strings.Contains(string(readme), code[2]) {
			t.Errorf("README.md does not explain exit code %s as %q", code[1], code[2])
		}
	}
}

// foreignFlags are other programs' flags.
var foreignFlags = []string{"--resource-type"}
