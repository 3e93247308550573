package main

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"entraphone/internal/report"
)

// state is how a thing is that doctor looks at. The words are shown to people, and
// to programs, which rely on them.
type state string

const (
	wellState    state = "ok"
	warningState state = "warning"     // it will do, but somebody should know
	missingState state = "missing"     // an import would fail
	unknownState state = "cannot tell" // for want of a permission, or of an answer
)

// diagnosis is one line of doctor. Fields may be added; their names and meanings
// do not change.
type diagnosis struct {
	Name    string `json:"check"`
	State   state  `json:"state"`
	Message string `json:"message"`
	Advice  string `json:"advice,omitempty"` // what to do
	Source  string `json:"source,omitempty"` // page that says so; too long for a line of text
}

// diagnosisPrinters write a diagnosis, by the names of their formats.
var diagnosisPrinters = map[string]func(io.Writer, diagnosis) error{"text": printDiagnosis, "json": encodeDiagnosis}

// printDiagnosis writes it for people, on as many lines as 80 columns need.
func printDiagnosis(w io.Writer, d diagnosis) error {
	const format = "%-11s  %-10s  %s\n"
	indent := utf8.RuneCountInString(fmt.Sprintf(format, "", "", "")) - 1
	_, err := fmt.Fprintf(w, format, d.State, d.Name, wrapped(report.Printable(d.Message), indent))
	if err == nil && d.Advice != "" {
		_, err = fmt.Fprintf(w, format, "", "", wrapped("to do: "+report.Printable(d.Advice), indent))
	}
	return err
}

// encodeDiagnosis writes it as one line of JSON.
func encodeDiagnosis(w io.Writer, d diagnosis) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(d)
}
