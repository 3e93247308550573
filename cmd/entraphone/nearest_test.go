package main

import (
	"testing"

	"entraphone/internal/graphsim"
)

func TestNearest(t *testing.T) {
	flags := flagNames(newImportCommand(process{}).Flags())
	for _, test := range []struct {
		word  string
		words []string
		want  string
	}{
		{"max-atempts", flags, "max-attempts"},
		{"max_attempts", flags, "max-attempts"},
		{"simulat", flags, "simulate"},
		{"Simulate", flags, "simulate"},
		{"dry", flags, "dry-run"}, // only one begins so
		{"max", flags, ""},        // several do
		{"state-dir", flags, ""},  // state has four letters less
		{"batchsize", flags, "batch-size"},
		{"ouput", flags, ""},                         // the root's, which is not there without a root
		{"strom", graphsim.ScenarioNames(), "storm"}, // two neighbours, one mistake
		{"rate", []string{"state"}, ""},              // of four letters one may be wrong, and not two
		{"sercet", flagValues()["auth"], "secret"},
		{"usgv", flagValues()["cloud"], "usgov"},
		{"", flags, ""},
		{"nothing-of-the-kind", flags, ""},
	} {
		if got := nearest(test.word, test.words); got != test.want {
			t.Errorf("nearest(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"ab", "ab", 0}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"rate", "rta", 2}} {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := editDistance(test.b, test.a); got != test.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}
