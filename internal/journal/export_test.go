package journal

import (
	"encoding/json"
	"fmt"
)

// Quick is what the quick reading makes of a line, empty where it leaves it.
func Quick(line []byte) string {
	var e entry
	if !e.quick(line) {
		return ""
	}
	return fmt.Sprintf("%+v", e)
}

// Slow is what encoding/json makes of it.
func Slow(line []byte) string {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%+v", e)
}
