package heading

import "entraphone/internal/authmethod"

// actions are the words of cells by what they ask for.
var actions = []struct {
	list   string
	action authmethod.Action
}{
	{"action upsert", authmethod.Upsert}, {"action create", authmethod.CreateOnly}, {"action update", authmethod.UpdateOnly},
	{"action remove", authmethod.Remove}, {"action skip", authmethod.Skip},
}

// ParseAction reads a cell that says what is to be done about a line. An empty one
// leaves it to the run. It is false for other words.
func ParseAction(cell string) (authmethod.Action, bool) {
	word := plain(FoldValue(cell))
	for _, a := range actions {
		if lexical().listOf(a.list).cells()[word] {
			return a.action, true
		}
	}
	return authmethod.AsTheRun, word == ""
}

// ParseSwitch reads a cell that says yes or no: EnableSMS, DisableSMS, or None for an
// empty one. It is false for other words.
func ParseSwitch(cell string) (authmethod.Verb, bool) {
	word := plain(FoldValue(cell))
	switch {
	case lexical().listOf("switch on").cells()[word], lexical().listOf("value true").cells()[word]:
		return authmethod.EnableSMS, true
	case lexical().listOf("switch off").cells()[word], lexical().listOf("value false").cells()[word]:
		return authmethod.DisableSMS, true
	}
	return authmethod.None, word == "" || lexical().listOf("action skip").cells()[word]
}
