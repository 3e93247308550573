package odata

import "strings"

type tokenKind int

const (
	endToken    tokenKind = iota
	wordToken             // a name or keyword
	textToken             // without its quotes
	numberToken           // whatever begins with a digit: only dates are taken
	markToken             // ( ) , : /
	brokenToken           // text says what is wrong
)

type token struct {
	kind tokenKind
	text string
	at   int
}

// is compares words in any case, marks, and nothing else.
func (t token) is(text string) bool {
	return (t.kind == wordToken || t.kind == markToken) && strings.EqualFold(t.text, text)
}

// scan finds the token that begins at a byte, or after blanks there, and the
// byte where it ends.
func scan(source string, at int) (found token, end int) {
	for at < len(source) && (source[at] == ' ' || source[at] == '\t') {
		at++
	}
	if at == len(source) {
		return token{kind: endToken, at: at}, at
	}
	rest := source[at:]
	switch c := rest[0]; {
	case c == '\'':
		return scanText(source, at)
	case strings.IndexByte("(),:/", c) >= 0:
		return token{markToken, rest[:1], at}, at + 1
	case '0' <= c && c <= '9':
		length := spanOf(rest, func(c byte) bool { return isNameByte(c) || strings.IndexByte(":.+-", c) >= 0 })
		return token{numberToken, rest[:length], at}, at + length
	}
	length := spanOf(rest, isNameByte)
	if length == 0 {
		return token{brokenToken, "this character is not expected here: put texts in single quotes", at}, at
	}
	return token{wordToken, rest[:length], at}, at + length
}

// scanText reads a text, in which a quote is written twice.
func scanText(source string, at int) (token, int) {
	for i := at + 1; i < len(source); i++ {
		if source[i] != '\'' {
			continue
		}
		if i+1 < len(source) && source[i+1] == '\'' {
			i++
			continue
		}
		return token{textToken, strings.ReplaceAll(source[at+1:i], "''", "'"), at}, i + 1
	}
	return token{brokenToken, "the text that begins here has no end: add a single quote, and write one inside a text twice", at}, at
}

func spanOf(text string, belongs func(byte) bool) int {
	for i := range len(text) {
		if !belongs(text[i]) {
			return i
		}
	}
	return len(text)
}

// isNameByte takes the dollar too, for the sake of the message about $count.
func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '$'
}
