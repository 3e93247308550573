package authmethod

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Problem is what is wrong or odd with a row, and what to do about it. Message
// and Advice are for people, and hold no phone number.
type Problem struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Advice  string `json:"advice"`
}

// Code names a kind of problem, note or outcome. What programs see is its
// [Code.Word], which is stable; where one kind is told in several ways, the
// name of the way stands behind a slash.
type Code string

// Entry is what the catalogue says of a code. Message and Advice may hold verbs
// of fmt with argument indexes.
type Entry struct {
	Code    Code
	Kind    string // problem, note or outcome
	OfPhone bool   // it is about the cell of the phone
	Class   Class  // of an outcome that is not a success
	Message string
	Advice  string
	Example string // a cell or a situation that gives the code
}

//go:embed codes.txt
var codesText string

// catalogue is made when the first code is looked up. Nobody may change it.
var catalogue = sync.OnceValues(func() (entries []Entry, byCode map[Code]int) {
	kind, ofPhone := "", false
	for line := range strings.Lines(codesText) {
		line = strings.TrimSpace(line)
		key, value, field := strings.Cut(line, ": ")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			kind, _, ofPhone = strings.Cut(strings.Trim(line, "[]"), " of the phone")
		case !field:
			entries = append(entries, Entry{Code: Code(line), Kind: kind, OfPhone: ofPhone})
		default:
			entries[len(entries)-1].set(key, value)
		}
	}
	byCode = make(map[Code]int, len(entries))
	for i, entry := range entries {
		byCode[entry.Code] = i
	}
	return entries, byCode
})

func (e *Entry) set(key, value string) {
	switch key {
	case "message":
		e.Message = value
	case "advice":
		e.Advice = value
	case "class":
		e.Class = Class(value)
	case "example":
		e.Example = value
	default:
		panic("authmethod: codes.txt has a field " + key) // unreachable unless bug
	}
}

// Catalogue lists all codes: problems, notes and outcomes, each in the order in
// which a person reads them.
func Catalogue() []Entry {
	entries, _ := catalogue()
	return slices.Clone(entries)
}

// Word is the code as programs see it.
func (c Code) Word() string {
	word, _, _ := strings.Cut(string(c), "/")
	return word
}

// MarshalText is the word.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.Word()), nil }

// Entry is what the catalogue says of the code. It panics for a code that the
// catalogue lacks.
func (c Code) Entry() Entry {
	entries, byCode := catalogue()
	i, known := byCode[c]
	if !known {
		panic("authmethod: there is no code " + string(c)) // unreachable unless bug
	}
	return entries[i]
}

// Problem is one of this kind, with args where the catalogue has verbs.
func (c Code) Problem(args ...any) Problem {
	e := c.Entry()
	return Problem{Code: c, Message: format(e.Message, args), Advice: format(e.Advice, args)}
}

// Result is an outcome for the reason that the code names.
func (c Code) Result(outcome Outcome, args ...any) Result {
	e := c.Entry()
	return Result{Outcome: outcome, Class: e.Class, Reason: c, Message: format(e.Message, args), Advice: format(e.Advice, args)}
}

func format(text string, args []any) string {
	if !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}
