package samples_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// again says of every exit code but 0 whether a scheduler tries again by itself. After
// the others somebody is needed first, or a plan is to be applied.
var again = map[int]bool{
	1:   true, // disk, network, internal
	2:   false,
	3:   false, // rows: what can be done again was
	4:   true,  // a limit: a later run goes on
	5:   false,
	6:   true, // another run
	7:   false,
	130: true, // an interrupt, as by a node that is drained
}

// A new exit code has to be decided here, and then in the samples.
func TestEveryExitCodeIsDecided(t *testing.T) {
	decided := slices.Sorted(maps.Keys(again))
	var codes []int
	for _, line := range regexp.MustCompile(`(?m)^ +(\d+)  +\S`).FindAllStringSubmatch(told(t, "help", "exit-codes"), -1) {
		if code, err := strconv.Atoi(line[1]); err == nil && code != 0 {
			codes = append(codes, code)
		}
	}
	if !slices.Equal(codes, decided) {
		t.Errorf("the program has the exit codes %v; decided are %v", codes, decided)
	}
}
