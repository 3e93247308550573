package workbook

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape is how a text holds characters that XML does not have, and itself: ECMA-376
// part 1, 22.9.2.19.
var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(code string) string {
		n, err := strconv.ParseUint(code[2:6], 16, 16)
		if r := rune(n); err == nil && utf8.ValidRune(r) {
			return string(r)
		}
		return code
	})
}

// MaxCellChars is how many characters of UTF-16 a cell may have; of a longer text its
// beginning is written.
const MaxCellChars = 32_767

// escaped is the text of a cell as XML holds it.
func escaped(text string) string {
	if len(text) <= MaxCellChars && !strings.ContainsAny(text, "&<>_\ufffd\ufffe\uffff") && !strings.ContainsFunc(text, unicode.IsControl) && utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	chars := 0
	for i, r := range text {
		if chars++; r > 0xffff {
			chars++
		}
		if chars > MaxCellChars {
			break
		}
		switch {
		case r == '&':
			out.WriteString("&amp;")
		case r == '<':
			out.WriteString("&lt;")
		case r == '>':
			out.WriteString("&gt;")
		case r == '_' && strings.HasPrefix(text[i:], "_x") && escape.MatchString(text[i:min(len(text), i+7)]):
			out.WriteString("_x005F_")
		case r < ' ' && r != '\t' && r != '\n', r == 0xfffe, r == 0xffff:
			fmt.Fprintf(&out, "_x%04X_", r)
		default:
			out.WriteRune(r) // of bytes that are none, what stands for them
		}
	}
	return out.String()
}
