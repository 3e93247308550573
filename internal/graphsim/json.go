package graphsim

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// encoding/json looks at every byte of a request in a $batch four times, which
// was a third of the simulator's work. What is here must be given only what
// json.Valid takes, and finds names only as Graph spells them, without escapes.

// parts appends the elements of a list, or the names and values of an object in
// turn, as they stand there. It is false for what does not begin with open. The
// parts are slices of what was given, not copies. to may have room for them, so
// that a request of usual size allocates nothing.
func parts(to [][]byte, of []byte, open byte) ([][]byte, bool) {
	if of = bytes.TrimSpace(of); len(of) == 0 || of[0] != open {
		return nil, false
	}
	start, depth := 0, 0 // 0 is outside of a part
	for i := 1; i < len(of); i++ {
		between := depth == 0 && strings.IndexByte(",: \t\r\n]}", of[i]) >= 0
		if between && start > 0 {
			to, start = append(to, of[start:i]), 0
		} else if !between && start == 0 {
			start = i
		}
		switch of[i] {
		// What stands inside a text opens and closes nothing.
		case '"':
			for i++; of[i] != '"'; i++ {
				if of[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	return to, true
}

// asText reads a text, and null as an empty one. It is false for anything else.
func asText(value []byte) (string, bool) {
	if value[0] == '"' && bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value) {
		return string(value[1 : len(value)-1]), true
	}
	var escaped string
	err := json.Unmarshal(value, &escaped)
	return escaped, err == nil
}
