package importfile

import (
	"fmt"
	"strings"
	"unicode"
)

// flag is an option as a POSIX shell takes it, whatever the heading or the cell
// in its value holds. Blanks and invisible characters are written as a person
// would type them: headings and values are compared without them.
func flag(name, value string) string {
	value = legible(value)
	// An interactive bash looks for an older command behind "!", but not in "!=".
	if strings.ContainsAny(value, "\"$`\\") || strings.Contains(strings.ReplaceAll(value, "!=", ""), "!") {
		return name + " '" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return name + ` "` + value + `"`
}

// legible is text as it looks: a line break is a blank like any other, several
// are one, and there is nothing that cannot be seen.
func legible(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// title shows a heading in a message. It is no cell: a few digits in it are a
// year or a place in a list.
func title(heading string) string {
	switch {
	case heading == "":
		return "(empty)"
	case countDigits(heading) >= leastPhone:
		return withDigits
	}
	return fmt.Sprintf("%q", shorten(heading, maxShown))
}

// leastPhone is how many digits may be a whole phone number.
const leastPhone = 7

// mapFlag is what --map could say.
func mapFlag(k key, heading string) string {
	if countDigits(heading) >= leastPhone {
		heading = "HEADING"
	}
	return flag("--map", k.String()+"="+heading)
}
